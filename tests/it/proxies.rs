//! A proxy sees nothing of what is for this machine, and of the rest no more than the host.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::json;

use crate::api::{Api, settled};
use crate::util::{Home, ran};

/// A proxy that refuses everything, and the heads of the requests that it was sent.
fn proxy() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, heads) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
            if sender.send(head.join("\n")).is_err() {
                break;
            }
        }
    });
    (url, heads)
}

const VARIABLES: [&str; 6] = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

#[test]
fn what_is_for_this_machine_goes_to_no_proxy_whatever_the_variables_say() {
    let (api, home) = (Api::of(200, json!({ "id": 5 })), Home::indexed());
    let (proxy, heads) = proxy();
    for host in ["127.0.0.1", "localhost"] {
        for variable in VARIABLES {
            let url = api.url().replace("127.0.0.1", host);
            let mut command = settled(&home, &url, &["call", "GET", "/service/tickets/5", "--json"]);
            VARIABLES.iter().chain(&["NO_PROXY", "no_proxy"]).for_each(|name| _ = command.env_remove(name));
            ran(command.env(variable, &proxy).stdin(Stdio::null()).output().unwrap()).ok();
        }
    }
    assert_eq!(api.lines().len(), 12);
    assert!(heads.try_recv().is_err(), "nothing came to the proxy");
}

#[test]
fn a_proxy_sees_of_https_the_host_alone_and_doctor_says_so() {
    let home = Home::indexed();
    let (proxy, heads) = proxy();
    home.write("config.toml", "attempts = 1\n");
    let with_proxy = |arguments: &[&str]| {
        let mut command = settled(&home, "https://psa.example.test/v4_6_release/apis/3.0", arguments);
        VARIABLES.iter().chain(&["NO_PROXY", "no_proxy"]).for_each(|name| _ = command.env_remove(name));
        let named = proxy.replace("http://", "http://me:canaryPw0rd@");
        command.env("HTTPS_PROXY", &named).env("HTTP_PROXY", &named).stdin(Stdio::null());
        ran(command.output().unwrap())
    };
    let call = with_proxy(&["call", "GET", "/service/tickets/5"]);
    assert_eq!(call.code, 1, "{}", call.stderr);
    let head = heads.recv_timeout(Duration::from_secs(10)).unwrap().to_lowercase();
    assert!(head.starts_with("connect psa.example.test:443 ") && !head.contains("\nauthorization"), "{head}");
    let doctor = with_proxy(&["doctor", "--json"]);
    let report = doctor.json();
    let about = |name: &str| {
        let found = report["findings"].as_array().unwrap().iter().find(|finding| finding["name"] == name).unwrap();
        found["detail"].as_str().unwrap().to_owned()
    };
    assert!(about("HTTPS_PROXY").contains("by way of 127.0.0.1") && about("HTTP_PROXY").contains("without effect"));
    assert!(!doctor.stdout.contains("canaryPw0rd"));
}
