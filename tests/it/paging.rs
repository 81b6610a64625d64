//! Lists of many pages, from a server that pages as ConnectWise does, through the whole program.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::util::{Home, Ran, ran};

const BASE: &str = "/v4_6_release/apis/3.0";
/// How long an answer is held back at most, for a test that waits for something before it.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a server says where the next page is.
#[derive(Clone, Copy, PartialEq)]
enum Links {
    /// By `pageId` where the request asks for forward-only paging, else by `page`.
    Announced,
    /// By lines of the field in which `{next}` is the URL of the next page, whatever that does to it.
    Written(&'static [&'static str]),
    /// Not at all.
    None,
}

/// A list of rows with the ids 1, 2, 3 and so on.
struct List {
    rows: usize,
    /// About the bytes of one row.
    row_bytes: usize,
    links: Links,
    /// Four rows of each thousand are such that some readers refuse them.
    odd: bool,
    /// The page at which the server fails.
    broken_page: Option<usize>,
    /// The first page is held back until this says something.
    gate: Option<Mutex<Receiver<()>>>,
}

impl List {
    fn of(rows: usize) -> Self {
        Self { rows, row_bytes: 40, links: Links::Announced, odd: false, broken_page: None, gate: None }
    }
}

/// Stands for the byte of `ü` in ISO-8859-1, which no UTF-8 text can hold.
const BYTE_FC: char = '\u{e000}';

fn bytes_of(body: &str) -> Vec<u8> {
    let pieces: Vec<&[u8]> = body.split(BYTE_FC).map(str::as_bytes).collect();
    pieces.join(&0xfc)
}

impl List {
    fn row(&self, id: usize) -> String {
        match id % 1_000 {
            6 if self.odd => format!(r#"{{"id":{id},"summary":"cut \ud83d"}}"#),
            7 if self.odd => {
                format!(r#"{{"id":{id},"large":1e400,"long":123456789012345678901234567890,"exact":0.1000}}"#)
            }
            8 if self.odd => format!(r#"{{"id":{id},"deep":{}}}"#, deep()),
            9 if self.odd => format!(r#"{{"id":{id},"summary":"M{BYTE_FC}we"}}"#),
            10 if self.odd => format!(r#"{{"id":{id},"share":NaN}}"#),
            _ => row(id, self.row_bytes),
        }
    }
}

/// Far more levels than readers follow.
fn deep() -> String {
    format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))
}

struct Server {
    port: u16,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(list: List) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (list, log) = (Arc::new(list), Arc::clone(&received));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (list, log) = (Arc::clone(&list), Arc::clone(&log));
                std::thread::spawn(move || serve(stream, &list, &log));
            }
        });
        Self { port, received }
    }

    /// What was asked for, without counting: request line and headers.
    fn pages(&self) -> Vec<String> {
        self.received.lock().unwrap().iter().filter(|head| !head.contains("/count")).cloned().collect()
    }

    /// The program in a home folder, set to call this server.
    fn program(&self, home: &Home, arguments: &[&str]) -> Command {
        let mut command = home.command(arguments);
        command
            .env("CONNECTWISE_API_URL", format!("http://127.0.0.1:{}{BASE}", self.port))
            .env("CONNECTWISE_COMPANY_ID", "acme")
            .env("CONNECTWISE_PUBLIC_KEY", "public")
            .env("CONNECTWISE_PRIVATE_KEY", "private")
            .env("CONNECTWISE_CLIENT_ID", "2f6e41a8-58a2-4f3e-9a5e-0c5b1f6d7a11");
        command
    }

    /// `call GET /service/tickets --all-pages` with more arguments.
    fn tickets(&self, home: &Home, arguments: &[&str]) -> Ran {
        let all = [&["call", "GET", "/service/tickets", "--all-pages", "--json"], arguments].concat();
        ran(self.program(home, &all).output().unwrap())
    }
}

/// Answers the requests of one connection until it ends.
fn serve(mut stream: TcpStream, list: &List, log: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        log.lock().unwrap().push(head.clone());
        let (status, headers, body) = answer(&head, list);
        let body = bytes_of(&body);
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n");
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

fn answer(head: &str, list: &List) -> (&'static str, String, String) {
    let target = head.split(' ').nth(1).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path.ends_with("/count") {
        return ("200 OK", String::new(), json!({ "count": list.rows }).to_string());
    }
    let query: HashMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let number = |name: &str| query.get(name).map(|value| value.parse::<usize>().unwrap());
    let size = number("pageSize").unwrap_or(25);
    let first = number("pageId").unwrap_or_else(|| (number("page").unwrap_or(1) - 1) * size);
    if let Some(gate) = list.gate.as_ref().filter(|_| first == 0) {
        gate.lock().unwrap().recv_timeout(PATIENCE).unwrap();
    }
    let page = first / size + 1;
    if list.broken_page == Some(page) {
        return (
            "500 Internal Server Error",
            String::new(),
            json!({ "code": "Error", "message": "broken" }).to_string(),
        );
    }
    let end = (first + size).min(list.rows);
    let rows: Vec<String> = (first..end).map(|at| list.row(at + 1)).collect();
    let is_forward_only = head.to_ascii_lowercase().contains("pagination-type: forward-only");
    let link = match list.links {
        Links::Announced if end < list.rows => {
            let next = if is_forward_only { format!("pageId={end}") } else { format!("page={}", page + 1) };
            format!("Link: <https://api.example.com{path}?pageSize={size}&{next}>; rel=\"next\"\r\n")
        }
        Links::Written(lines) if end < list.rows => {
            let next = format!("http://inner.example{path}?fields=id,summary&pageSize={size}&page={}", page + 1);
            lines.iter().map(|line| format!("Link: {}\r\n", line.replace("{next}", &next))).collect()
        }
        _ => String::new(),
    };
    ("200 OK", link, format!("[{}]", rows.join(",")))
}

fn row(id: usize, bytes: usize) -> String {
    format!("{{\"id\":{id},\"summary\":\"{}\"}}", "x".repeat(bytes.saturating_sub(25)))
}

/// The ids of an answer's rows.
fn ids(rows: &Value) -> Vec<usize> {
    rows.as_array().unwrap().iter().map(|row| usize::try_from(row["id"].as_u64().unwrap()).unwrap()).collect()
}

fn up_to(last: usize) -> Vec<usize> {
    (1..=last).collect()
}

/// A home whose program sends each request once: a failure is not waited for.
fn home() -> Home {
    let home = Home::indexed();
    home.write("config.toml", "attempts = 1\n");
    home
}

#[test]
fn of_25_000_rows_every_one_is_reachable_and_memory_stays_small() {
    let (open, gate) = mpsc::channel();
    let list = List { row_bytes: 1_000, gate: Some(Mutex::new(gate)), ..List::of(25_000) };
    let server = Server::start(list);
    let home = home();
    let mut client = Client::spawn(server.program(&home, &["serve"]).stderr(std::process::Stdio::null()), None);
    let (handle, told) = fetch_all(&mut client, &open);
    // The first came while the first page was still held back.
    assert_eq!(told.first(), Some(&json!({ "progressToken": "p", "progress": 0.0, "total": 25_000.0 })), "{told:?}");
    assert_eq!(told.last().unwrap()["progress"], 25_000.0);
    assert_eq!((told.len(), server.pages().len()), (26, 25));

    let mut read = Vec::new();
    let mut offset = json!(0);
    while !offset.is_null() {
        let arguments = json!({ "handle": handle, "offset": offset, "limit": 5_000, "fields": ["id"] });
        let page = client.result("read_stored_result", arguments);
        read.extend(ids(&crate::client::rows(&page).into()));
        offset = page["next_offset"].clone();
    }
    assert_eq!(read, up_to(25_000));
    for offset in [0, 12_345, 24_999] {
        let page = client.result("read_stored_result", json!({ "handle": handle, "offset": offset, "limit": 1 }));
        assert_eq!(page["rows"][0].to_string(), row(offset + 1, 1_000));
    }
    if let Some(peak) = client.process().and_then(peak_memory_mb) {
        eprintln!("peak memory: {peak} MB");
        assert!(peak < 200, "{peak} MB");
    }
}

#[test]
fn of_25_000_rows_of_which_some_are_no_values_every_one_is_reachable() {
    let (open, _) = mpsc::channel();
    let server = Server::start(List { odd: true, ..List::of(25_000) });
    let home = home();
    let mut client = Client::spawn(server.program(&home, &["serve"]).stderr(std::process::Stdio::null()), None);
    let (handle, _) = fetch_all(&mut client, &open);
    let mut read = Vec::new();
    let mut offset = json!(0);
    while !offset.is_null() {
        let arguments = json!({ "handle": handle, "offset": offset, "limit": 5_000, "fields": ["id"] });
        let page = client.result("read_stored_result", arguments);
        read.extend(ids(&crate::client::rows(&page).into()));
        offset = page["next_offset"].clone();
    }
    assert_eq!(read, up_to(25_000));
    let mut row = |offset: usize| {
        let page = client.result("read_stored_result", json!({ "handle": handle, "offset": offset, "limit": 1 }));
        (page["rows"][0].clone(), page["notes"].to_string())
    };
    assert_eq!(row(12_005).0, json!({ "id": 12_006, "summary": "cut \u{fffd}" }));
    let numbers = r#"{"id":12007,"large":1e+400,"long":123456789012345678901234567890,"exact":0.1000}"#;
    assert_eq!(row(12_006).0.to_string(), numbers);
    let (deepest, note) = row(12_007);
    assert_eq!(deepest, json!({ "id": 12_008, "deep": deep() }));
    assert!(note.contains("row 12007 (counted from 0)"), "{note}");
    assert_eq!(row(12_008).0, json!({ "id": 12_009, "summary": "Müwe" }));
    assert_eq!(row(12_009).0, json!({ "id": 12_010, "share": "NaN" }));
}

/// Fetches all tickets, opening the gate at the first progress; returns the handle and all progress there was.
fn fetch_all(client: &mut Client, open: &Sender<()>) -> (String, Vec<Value>) {
    let mut told: Vec<Value> = Vec::new();
    let answer = client.request_heeding(
        "tools/call",
        json!({
            "name": "dispatch_api_operation",
            "arguments": { "path": "/service/tickets", "all_pages": true },
            "_meta": { "progressToken": "p" },
        }),
        &mut |message| {
            if message["method"] == "notifications/progress" {
                told.push(message["params"].clone());
                let _ = open.send(());
            }
        },
    );
    let answer = &answer["result"]["structuredContent"];
    assert_eq!(
        (&answer["complete"], &answer["rows"], &answer["total"], &answer["pages"]),
        (&json!(true), &json!(25_000), &json!(25_000), &json!(25)),
        "{answer}"
    );
    assert_eq!(
        ids(&crate::client::rows(&answer["result"]).into()),
        up_to(answer["rows_shown"].as_u64().unwrap() as usize)
    );
    (answer["stored_result"]["handle"].as_str().unwrap().to_owned(), told)
}

/// The most memory that a process has held, where the system says so.
fn peak_memory_mb(process: u32) -> Option<u64> {
    let mut status = String::new();
    std::fs::File::open(format!("/proc/{process}/status")).ok()?.read_to_string(&mut status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kb| kb / 1024)
}

#[test]
fn a_failure_midway_keeps_what_was_fetched_and_says_how_to_go_on() {
    let home = home();
    let server = Server::start(List { broken_page: Some(13), ..List::of(25_000) });
    let first = server.tickets(&home, &[]).ok().json();
    assert_eq!(
        (&first["complete"], &first["more_exist"], &first["rows"]),
        (&json!(false), &json!(true), &json!(12_000))
    );
    assert_eq!(first["next"], json!({ "pageSize": "1000", "pageId": "12000" }));
    let notes = first["notes"].to_string();
    assert!(notes.contains("page 13 failed after 12000 rows") && notes.contains("500"), "{notes}");

    let mended = Server::start(List::of(25_000));
    let next = first["next"].as_object().unwrap();
    let params: Vec<String> = next.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    let arguments: Vec<&str> = params.iter().flat_map(|param| ["--param", param]).collect();
    let rest = mended.tickets(&home, &arguments).ok().json();
    assert_eq!(rest["complete"], true);
    assert_eq!([ids(&first["result"]), ids(&rest["result"])].concat(), up_to(25_000));
}

#[test]
fn max_items_ends_early_and_next_goes_on_without_a_gap() {
    let home = home();
    // The limit, the size of a page, and what `next` says; the last one ends within a page, with which `next` begins again.
    for (limit, page_size, next) in [
        ("400", "400", json!({ "pageSize": "400", "pageId": "400" })),
        ("2000", "1000", json!({ "pageSize": "1000", "pageId": "2000" })),
        ("1500", "1000", json!({ "pageSize": "1000", "pageId": "1000" })),
    ] {
        let server = Server::start(List::of(3_000));
        let answer = server.tickets(&home, &["--max-items", limit]).ok().json();
        assert_eq!(ids(&crate::client::rows(&answer["result"]).into()), up_to(limit.parse().unwrap()));
        assert_eq!((&answer["complete"], &answer["next"]), (&json!(false), &next));
        assert!(answer["notes"].to_string().contains(&format!("--max-items is {limit}")), "{}", answer["notes"]);
        assert!(server.pages()[0].contains(&format!("pageSize={page_size} ")), "{}", server.pages()[0]);
    }
    let server = Server::start(List::of(3_000));
    let answer = server.tickets(&home, &["--max-items", "3000"]).ok().json();
    assert_eq!((&answer["complete"], &answer["rows"]), (&json!(true), &json!(3_000)));
}

#[test]
fn pages_go_forward_only_unless_the_rows_are_to_be_ordered() {
    let home = home();
    let is_forward_only = |head: &String| head.to_ascii_lowercase().contains("pagination-type: forward-only");
    let server = Server::start(List::of(2_500));
    let answer = server.tickets(&home, &[]).ok().json();
    assert_eq!(ids(&crate::client::rows(&answer["result"]).into()), up_to(2_500));
    let pages = server.pages();
    assert!(pages.iter().all(is_forward_only), "{pages:?}");
    assert!(pages[1].contains("pageId=1000") && pages[2].contains("pageId=2000"), "{pages:?}");

    let server = Server::start(List::of(2_500));
    let answer = server.tickets(&home, &["--param", "orderBy=id asc"]).ok().json();
    assert_eq!(ids(&crate::client::rows(&answer["result"]).into()), up_to(2_500));
    let pages = server.pages();
    assert!(!pages.iter().any(is_forward_only), "{pages:?}");
    assert!(pages.iter().all(|page| page.contains("orderBy=id%20asc")), "{pages:?}");
    assert!(pages[1].contains("page=2") && pages[2].contains("page=3"), "{pages:?}");
}

#[test]
fn a_last_page_that_is_full_is_the_last_where_pages_were_announced() {
    // Without a count there is nothing else to tell by.
    let home = home();
    let server = Server::start(List::of(2_000));
    let all = ["call", "GET", "/service/priority/info", "--all-pages", "--json"];
    let answer = ran(server.program(&home, &all).output().unwrap()).ok().json();
    assert_eq!(ids(&crate::client::rows(&answer["result"]).into()), up_to(2_000));
    assert_eq!((answer["complete"].as_bool(), server.pages().len()), (Some(true), 2));
}

#[test]
fn a_server_that_announces_no_pages_is_paged_by_number() {
    let home = home();
    for rows in [2_500, 2_000] {
        let server = Server::start(List { links: Links::None, ..List::of(rows) });
        let answer = server.tickets(&home, &[]).ok().json();
        assert_eq!(ids(&crate::client::rows(&answer["result"]).into()), up_to(rows));
        assert_eq!(answer["complete"], true);
        let pages = server.pages();
        assert!(pages[1].contains("page=2"), "{pages:?}");
        assert!(!pages[1].contains("forward-only"), "{pages:?}");
    }
}

#[test]
fn the_link_to_the_next_page_is_found_however_it_is_written() {
    let home = home();
    for lines in [
        &["<{next}>; rel=\"next\""][..],
        &["<{next}>; rel=\"next last\""],
        &["<http://inner.example/?page=1>; rel=\"first\"", "<{next}>; rel=\"next\""],
        &["<http://inner.example/?page=1>; rel=\"first\"; title=\"one, two; rel=next\", <{next}>;rel=Next"],
    ] {
        let server = Server::start(List { links: Links::Written(lines), ..List::of(2_500) });
        let all = ["--param", "pageSize=1000", "--param", "orderBy=id"];
        let answer = server.tickets(&home, &all).ok().json();
        assert_eq!(ids(&crate::client::rows(&answer["result"]).into()), up_to(2_500), "{lines:?}");
        assert_eq!((&answer["complete"], &answer["more_exist"]), (&json!(true), &json!(false)), "{lines:?}");
    }
}

#[test]
fn a_link_that_cannot_be_read_is_never_taken_for_the_end() {
    let home = home();
    // Announced pages, of which one is announced in a way that nobody understands.
    let server = Server::start(List { links: Links::Written(&["{next}; rel=next"]), ..List::of(2_500) });
    let one = ["call", "GET", "/service/priority/info", "--param", "pageSize=1000", "--json"];
    let answer = ran(server.program(&home, &one).output().unwrap()).ok().json();
    assert_eq!((&answer["rows"], &answer["more_exist"]), (&json!(1_000), &Value::Null));
    assert!(answer["more"].to_string().contains("cannot be read"), "{}", answer["more"]);
    // Counting the pages reaches every row all the same.
    let answer = server.tickets(&home, &[]).ok().json();
    assert_eq!(ids(&crate::client::rows(&answer["result"]).into()), up_to(2_500));
    assert_eq!(answer["complete"], true);
}

#[test]
fn fewer_rows_than_the_api_counts_are_never_complete() {
    let home = home();
    // The pages end by their links, and the count says that there are more.
    let links = Links::Written(&["<http://inner.example/?page=1>; rel=\"first\""]);
    let server = Server::start(List { links, ..List::of(2_500) });
    let answer = server.tickets(&home, &[]).ok().json();
    assert_eq!(
        (&answer["rows"], &answer["total"], &answer["complete"], &answer["more_exist"]),
        (&json!(1_000), &json!(2_500), &json!(false), &json!(true))
    );
    assert!(answer["notes"].to_string().contains("the API counts 2500 rows"), "{}", answer["notes"]);
}
