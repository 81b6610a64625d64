//! What was done, by whom, and how did it end? Writes by the audit file, each once; reads and what else agents asked by the log.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::days_of;
use crate::error::Error;
use crate::logs;
use crate::service::Service;

/// Most lines of each kind that are shown.
pub(super) const MOST: usize = 500;
/// Milliseconds by which two records of one write may differ.
const APART_MS: u64 = 5_000;
/// The tools whose calls of the API are lines of their own.
const CALLING: [&str; 3] = ["dispatch_api_operation", "send_unmediated_payload", "undo"];

/// Who called what.
#[derive(Debug, Default, PartialEq, Deserialize)]
struct What {
    #[serde(default)]
    client: String,
    #[serde(default)]
    api: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    path: String,
}

/// A line of the audit file, as far as it is shown.
#[derive(Debug, Deserialize)]
struct Line {
    at_ms: u64,
    #[serde(default)]
    write: String,
    #[serde(flatten)]
    call: What,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    result: String,
}

/// An event of the log, as far as it is shown.
#[derive(Debug, Default, Deserialize)]
struct Event {
    timestamp: String,
    message: String,
    #[serde(flatten)]
    call: What,
    status: Option<u16>,
    fault: Option<String>,
    #[serde(default)]
    tool: String,
    #[serde(default)]
    outcome: String,
    ms: Option<f64>,
}

/// The newest, newest first: when each began, who asked, what it was, how it ended and how long it took. Of a server with tokens each
/// token sees its own.
pub(super) fn newest(service: &Service, token: Option<&str>, most: usize) -> Result<Value, Error> {
    let writes = writes(&service.audit_lines()?, token);
    let events = logs::newest(&service.options().home);
    let (reads, tools) = others(&events, &writes, token);
    let shown = |lines: Vec<Value>| -> Vec<Value> { lines.into_iter().rev().take(most).collect() };
    Ok(json!({ "writes": shown(writes), "reads": shown(reads), "tools": shown(tools) }))
}

/// Whether a line is a token's own: the name of a client begins with that of its token, which has no spaces.
fn is_own(client: &str, token: Option<&str>) -> bool {
    token.is_none_or(|token| client.split(' ').next() == Some(token))
}

/// The writes, oldest first.
fn writes(lines: &[String], token: Option<&str>) -> Vec<Value> {
    let mut shown: Vec<(Line, Option<Line>)> = Vec::new();
    for line in lines.iter().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
        if !is_own(&line.call.client, token) {
            continue;
        }
        let begun = shown.iter_mut().rev().find(|(first, last)| last.is_none() && first.write == line.write);
        match begun {
            Some((_, last)) if !line.write.is_empty() => *last = Some(line),
            _ => shown.push((line, None)),
        }
    }
    let value = |(first, last): &(Line, Option<Line>)| {
        json!({
            "at_ms": first.at_ms,
            "client": first.call.client,
            "api": first.call.api,
            "method": first.call.method,
            "path": first.call.path,
            "fields": first.fields,
            "result": last.as_ref().map_or(first.result.as_str(), |last| last.result.as_str()),
            "took_ms": last.as_ref().map(|last| last.at_ms.saturating_sub(first.at_ms)),
        })
    };
    shown.iter().map(value).collect()
}

/// The calls that are no writes, and the other tools that were asked, oldest first.
fn others(lines: &[String], writes: &[Value], token: Option<&str>) -> (Vec<Value>, Vec<Value>) {
    let (mut reads, mut tools) = (Vec::new(), Vec::new());
    for event in lines.iter().filter_map(|line| serde_json::from_str::<Event>(line).ok()) {
        let Some(ended_ms) = ms_of(&event.timestamp).filter(|_| is_own(&event.call.client, token)) else { continue };
        let took_ms = event.ms.map(f64::round);
        let at_ms = ended_ms.saturating_sub(took_ms.map_or(0, |ms| ms as u64));
        match event.message.as_str() {
            "call" if !is_among(writes, &event, ended_ms) => {
                let result = match (event.status, &event.fault) {
                    (Some(status), _) => status.to_string(),
                    (None, Some(fault)) => fault.clone(),
                    (None, None) => "shown".to_owned(),
                };
                reads.push(json!({ "at_ms": at_ms, "client": event.call.client, "api": event.call.api, "method": event.call.method, "path": event.call.path, "result": result, "took_ms": took_ms }));
            }
            "tool" if !CALLING.contains(&event.tool.as_str()) => {
                tools.push(json!({ "at_ms": at_ms, "client": event.call.client, "tool": event.tool, "result": event.outcome, "took_ms": took_ms }));
            }
            _ => {}
        }
    }
    (reads, tools)
}

/// Whether a call of the log is a write that was sent, of which the audit file tells.
fn is_among(writes: &[Value], event: &Event, ended_ms: u64) -> bool {
    let is_it = |write: &&Value| {
        let began = write["at_ms"].as_u64().unwrap_or_default();
        let ended = began + write["took_ms"].as_u64().unwrap_or_default();
        write["client"] == event.call.client.as_str()
            && write["method"] == event.call.method.as_str()
            && write["path"] == event.call.path.as_str()
            && ended.abs_diff(ended_ms) <= APART_MS
    };
    // What was refused or only shown was never sent.
    let was_sent = event.status.is_some() || event.fault.as_ref().is_some_and(|fault| fault != "refused");
    was_sent && writes.iter().rev().any(|write| is_it(&write))
}

/// Milliseconds since 1970 of a time such as `2026-11-29T01:42:51.123456Z`.
fn ms_of(timestamp: &str) -> Option<u64> {
    let (day, time) = timestamp.trim_end_matches('Z').split_once('T')?;
    let mut day = day.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let days = days_of(day.next()??, day.next()??, day.next()??)?;
    let mut time = time.splitn(3, ':');
    let (hours, minutes) = (time.next()?.parse::<f64>().ok()?, time.next()?.parse::<f64>().ok()?);
    let seconds = time.next()?.parse::<f64>().ok()?;
    let of_day = ((hours * 60.0 + minutes) * 60.0 + seconds) * 1e3;
    u64::try_from(days).ok().map(|days| days * 86_400_000 + of_day as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: u64, write: &str, result: &str) -> String {
        json!({ "at_ms": at, "write": write, "client": "a", "api": "psa", "method": "PATCH", "path": "/x/1", "result": result }).to_string()
    }

    #[test]
    fn two_lines_of_a_write_are_one() {
        let lines = [line(1, "w1", "sending"), "torn".to_owned(), line(2, "w2", "sending"), line(5, "w1", "200")];
        let shown = writes(&lines, None);
        assert_eq!(shown.len(), 2);
        assert_eq!((&shown[0]["result"], &shown[0]["took_ms"]), (&json!("200"), &json!(4)));
        assert_eq!((&shown[1]["result"], &shown[1]["took_ms"]), (&json!("sending"), &Value::Null));
        assert_eq!(writes(&lines, Some("a")).len(), 2);
        assert!(writes(&lines, Some("b")).is_empty());
    }

    #[test]
    fn reads_and_other_tools_come_from_the_log_and_no_write_is_there_twice() {
        let event = |message: &str, more: Value| {
            let mut event = json!({ "timestamp": "1970-01-01T00:01:00.500000Z", "level": "INFO", "message": message, "client": "a", "ms": 20.4 });
            event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            event.to_string()
        };
        let call = |method: &str, more: Value| {
            let mut given = json!({ "api": "psa", "method": method, "path": "/x/1" });
            given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            event("call", given)
        };
        let log = [
            call("GET", json!({ "status": 200 })),
            call("PATCH", json!({ "status": 200 })),
            call("PATCH", json!({})),
            call("PATCH", json!({ "fault": "refused" })),
            call("GET", json!({ "fault": "Timeout" })),
            event("tool", json!({ "tool": "query_api_endpoints", "outcome": "done" })),
            event("tool", json!({ "tool": "dispatch_api_operation", "outcome": "done" })),
            event("index built", json!({})),
            "torn".to_owned(),
        ];
        let written = writes(&[line(60_000, "w", "sending"), line(60_400, "w", "200")], None);
        let (reads, tools) = others(&log, &written, None);
        let results: Vec<&Value> = reads.iter().map(|read| &read["result"]).collect();
        assert_eq!(results, ["200", "shown", "refused", "Timeout"]);
        assert_eq!((&reads[0]["at_ms"], &reads[0]["took_ms"]), (&json!(60_480), &json!(20.0)));
        assert_eq!((tools.len(), &tools[0]["tool"]), (1, &json!("query_api_endpoints")));
        assert!(others(&log, &written, Some("b")).0.is_empty());
    }

    #[test]
    fn a_time_is_read_as_milliseconds() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-01-02T00:00:01.25Z", Some(86_401_250)),
            ("2026-11-29T01:42:51.123456Z", Some(1_795_916_571_123)),
            ("yesterday", None),
            ("2026-13-01T00:00:00Z", None),
        ] {
            assert_eq!(ms_of(text), ms, "{text}");
        }
    }
}
