//! What was done, by whom, and how did it end? The newest lines of the audit file, each write once.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::service::Service;

/// Most writes that are shown.
pub(super) const MOST: usize = 500;

/// A line of the audit file, as far as it is shown.
#[derive(Debug, Deserialize)]
struct Line {
    at_ms: u64,
    #[serde(default)]
    write: String,
    #[serde(default)]
    client: String,
    #[serde(default)]
    api: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    result: String,
}

/// The newest writes, newest first: when each began, who asked, what it was and how it ended. Of a server with tokens each token
/// sees its own.
pub(super) fn newest(service: &Service, token: Option<&str>, most: usize) -> Result<Value, Error> {
    let lines = service.audit_lines()?;
    Ok(json!({ "writes": writes(&lines, token, most) }))
}

fn writes(lines: &[String], token: Option<&str>, most: usize) -> Vec<Value> {
    let mut shown: Vec<(Line, Option<Line>)> = Vec::new();
    // The name of a client begins with that of its token, which has no spaces.
    let is_own = |line: &Line| token.is_none_or(|token| line.client.split(' ').next() == Some(token));
    for line in lines.iter().filter_map(|line| serde_json::from_str::<Line>(line).ok()).filter(is_own) {
        let begun = shown.iter_mut().rev().find(|(first, last)| last.is_none() && first.write == line.write);
        match begun {
            Some((_, last)) if !line.write.is_empty() => *last = Some(line),
            _ => shown.push((line, None)),
        }
    }
    let value = |(first, last): &(Line, Option<Line>)| {
        json!({
            "at_ms": first.at_ms,
            "client": first.client,
            "api": first.api,
            "method": first.method,
            "path": first.path,
            "fields": first.fields,
            "result": last.as_ref().map_or(first.result.as_str(), |last| last.result.as_str()),
            "took_ms": last.as_ref().map(|last| last.at_ms.saturating_sub(first.at_ms)),
        })
    };
    shown.iter().rev().take(most).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_of_a_write_are_one_and_the_newest_comes_first() {
        let line = |at: u64, write: &str, result: &str| {
            json!({ "at_ms": at, "write": write, "client": "a", "api": "psa", "method": "PATCH", "path": "/x/1", "result": result }).to_string()
        };
        let lines = [line(1, "w1", "sending"), "torn".to_owned(), line(2, "w2", "sending"), line(5, "w1", "200")];
        let shown = writes(&lines, None, 10);
        assert_eq!(shown.len(), 2);
        assert_eq!((&shown[0]["result"], &shown[0]["took_ms"]), (&json!("sending"), &Value::Null));
        assert_eq!((&shown[1]["result"], &shown[1]["took_ms"]), (&json!("200"), &json!(4)));
        assert_eq!(writes(&lines, None, 1).len(), 1);
        assert_eq!(writes(&lines, Some("a"), 10).len(), 2);
        assert!(writes(&lines, Some("b"), 10).is_empty());
    }
}
