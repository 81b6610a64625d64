//! Five hundred changes by one plan, killed at random moments and gone on with; then taken back, killed again. Each is made exactly once.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, BASE, settled};
use crate::util::{Home, Ran, ran};

const TICKETS: u64 = 500;

/// Tickets, and how often each was written.
#[derive(Default)]
struct Kept {
    tickets: BTreeMap<u64, Value>,
    writes: BTreeMap<u64, usize>,
}

struct Desk {
    api: Api,
    kept: Arc<Mutex<Kept>>,
    /// Writes that arrived.
    arrived: Arc<AtomicUsize>,
    /// The write whose answer is held back until whoever waits for it is gone.
    held: Arc<AtomicUsize>,
}

impl Desk {
    fn new() -> Self {
        let ticket = |id: u64| json!({ "id": id, "summary": format!("ticket {id}"), "status": { "id": id % 7, "name": format!("s{}", id % 7) }, "closedFlag": false });
        let tickets: BTreeMap<u64, Value> = (1..=TICKETS).map(|id| (id, ticket(id))).collect();
        let kept = Arc::new(Mutex::new(Kept { tickets, writes: BTreeMap::new() }));
        let (arrived, held) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
        let of_answer = (Arc::clone(&kept), Arc::clone(&arrived), Arc::clone(&held));
        let api = Api::answering(move |request: &Request| {
            let (kept, arrived, held) = &of_answer;
            let answer = answer(&mut kept.lock().unwrap(), request);
            if request.method.as_str() != "GET"
                && arrived.fetch_add(1, Ordering::SeqCst) + 1 == held.load(Ordering::SeqCst)
            {
                return answer.set_delay(Duration::from_secs(20));
            }
            answer
        });
        Self { api, kept, arrived, held }
    }

    fn tickets(&self) -> BTreeMap<u64, Value> {
        self.kept.lock().unwrap().tickets.clone()
    }

    /// How often each ticket was written since this was last asked.
    fn writes(&self) -> BTreeMap<u64, usize> {
        std::mem::take(&mut self.kept.lock().unwrap().writes)
    }

    /// The program led here. The audit file is looked at elsewhere: each of a thousand writes with each of its lines takes minutes.
    fn command(&self, home: &Home, arguments: &[&str]) -> Command {
        settled(home, &self.api.url(), arguments)
    }

    fn run(&self, home: &Home, arguments: &[&str]) -> Ran {
        ran(self.command(home, arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// Starts a command, and kills it when so many writes arrived.
    fn killed(&self, home: &Home, arguments: &[&str], after: usize, is_held: bool) {
        let until = self.arrived.load(Ordering::SeqCst) + after;
        self.held.store(if is_held { until } else { usize::MAX }, Ordering::SeqCst);
        let mut child = self
            .command(home, arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while self.arrived.load(Ordering::SeqCst) < until && is_running(&mut child) {
            std::thread::sleep(Duration::from_micros(200));
        }
        assert!(is_running(&mut child), "it ended before {after} writes: {}", self.arrived.load(Ordering::SeqCst));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

fn is_running(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_none()
}

fn answer(kept: &mut Kept, request: &Request) -> ResponseTemplate {
    let path = request.url.path().strip_prefix(BASE).unwrap_or_default().to_owned();
    let id: Option<u64> = path.rsplit('/').next().and_then(|id| id.parse().ok());
    let json = |body: &Value| ResponseTemplate::new(200).set_body_json(body);
    match (request.method.as_str(), id) {
        ("GET", None) if path.ends_with("/count") => json(&json!({ "count": kept.tickets.len() })),
        // What is closed is no longer among them.
        ("GET", None) => {
            let is_first = request.url.query_pairs().all(|(name, value)| name != "page" || value == "1");
            let open = kept.tickets.values().filter(|ticket| is_first && ticket["closedFlag"] == false);
            json(&open.cloned().collect())
        }
        ("GET", Some(id)) => json(&kept.tickets[&id]),
        (_, Some(id)) => {
            *kept.writes.entry(id).or_default() += 1;
            let ticket = kept.tickets.get_mut(&id).unwrap();
            let steps: Value = serde_json::from_slice(&request.body).unwrap();
            for step in steps.as_array().unwrap() {
                let name = step["path"].as_str().unwrap();
                ticket[name] = step["value"].clone();
                // As the API names what is referred to by its id.
                if let Some(id) = ticket[name]["id"].as_u64() {
                    ticket[name]["name"] = format!("s{id}").into();
                }
            }
            json(ticket)
        }
        _ => ResponseTemplate::new(404),
    }
}

/// A number from 1 to `most` that differs from run to run.
fn random(most: usize) -> usize {
    use std::hash::{BuildHasher, RandomState};
    1 + usize::try_from(RandomState::new().hash_one(most) % most as u64).unwrap()
}

#[test]
fn five_hundred_changes_killed_at_random_moments_are_each_made_once_and_taken_back() {
    let (desk, home) = (Desk::new(), Home::indexed());
    home.write("config.toml", "rate_per_minute = 1000000\n");
    let before = desk.tickets();
    let data = r#"{"closedFlag": true, "status": {"id": 9}}"#;
    let list = "GET /service/tickets?conditions=closedFlag = false";
    let close = [
        "call",
        "PATCH",
        "/service/tickets/{id}",
        "--data",
        data,
        "--for-each",
        list,
        "--yes",
        "--json",
        "--no-validate",
    ];
    let (first, second) = (random(200), random(200));
    // Once while an answer is on its way, once at any moment.
    desk.killed(&home, &close, first, true);
    desk.killed(&home, &close, second, false);
    let answer = desk.run(&home, &close).ok().json();
    let case = format!("killed after {first} and {second} more: {}", answer["plan"]);
    assert_eq!((&answer["plan"]["done"], &answer["plan"]["unknown"]), (&json!(TICKETS), &Value::Null), "{case}");
    assert_eq!(desk.writes(), (1..=TICKETS).map(|id| (id, 1)).collect(), "{case}");
    let closed = |ticket: &Value| ticket["closedFlag"] == true && ticket["status"]["id"] == 9;
    assert!(desk.tickets().values().all(closed), "{case}");

    let id = answer["undo"].to_string();
    let undo = ["undo", &id, "--yes", "--json"];
    let (first, second) = (random(200), random(200));
    desk.killed(&home, &undo, first, true);
    desk.killed(&home, &undo, second, false);
    let answer = desk.run(&home, &undo).ok().json();
    let case = format!("killed after {first} and {second} more: {}", answer["plan"]);
    assert_eq!(answer["plan"]["done"], TICKETS, "{case}");
    assert_eq!(desk.writes(), (1..=TICKETS).map(|id| (id, 1)).collect(), "{case}");
    assert_eq!(desk.tickets(), before, "{case}");
    // What is taken back is not taken back twice.
    let again = desk.run(&home, &undo);
    assert!(again.code == 2 && again.stderr.contains("taken back already"), "{}", again.stderr);
    assert_eq!(desk.writes(), BTreeMap::new());
}
