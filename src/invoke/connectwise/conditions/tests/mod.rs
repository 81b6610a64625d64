//! Which filters are right, and what is said of the others?

use std::fmt::Write;
use std::sync::LazyLock;

use serde_json::Value;

use super::*;
use crate::openapi::{self, Manifest, Method};
use crate::surface::Place;

mod accepted;
mod grammar;
mod manifest;
mod otherwise;
mod properties;
mod references;
mod refused;
mod scripts;

const TICKETS: &str = "/service/tickets";

static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| openapi::embedded().expect("the embedded manifest reads"));

fn named(name: &str) -> Option<Value> {
    MANIFEST.schemas.get(name).cloned()
}

/// The response schema of a list.
fn response(path: &str) -> Value {
    let operation =
        MANIFEST.operations.iter().find(|operation| operation.method == Method::Get && operation.path == path);
    let good = operation.and_then(|operation| operation.responses.iter().find(|response| response.status == "200"));
    good.and_then(|response| response.content.first()).expect(path).schema.clone()
}

fn no_meaning(_: &str) -> Vec<String> {
    Vec::new()
}

/// Stands in for the sentence model.
fn meaning(words: &str) -> Vec<String> {
    match words {
        "assigned to" => vec!["owner/identifier".to_owned(), "resources".to_owned()],
        "happiness" => vec!["severity".to_owned(), "no/such".to_owned()],
        _ => Vec::new(),
    }
}

fn checked(kind: Kind, path: &str, text: &str) -> Checked {
    check(kind, text, &SchemaFields::new(&response(path), &named).of_api("ConnectWise PSA"), &meaning)
}

/// What somebody who wrote the text is shown.
fn shown(checked: &Checked) -> String {
    let mut out = format!("{}\n", checked.text);
    for finding in &checked.findings {
        let Finding { severity, fault, offers, .. } = finding;
        let kind = match severity {
            Severity::Error => "error",
            Severity::Doubt => "doubt",
            Severity::Mended => "mended",
            Severity::Warning => "warning",
        };
        let place = format!("{}+{}", fault.column, fault.length);
        let _ = writeln!(out, "  {kind} {place}: {}; {}", fault.message, fault.cure);
        if !offers.is_empty() {
            let _ = writeln!(out, "    offers: {}", offers.join(", "));
        }
    }
    if let Some(mended) = checked.mended() {
        let _ = writeln!(out, "  sent: {mended}");
    }
    let _ = writeln!(out, "  -> {}", checked.repaired.as_deref().unwrap_or("(no repair)"));
    out
}

fn all(kind: Kind, cases: &[(&str, &str)]) -> String {
    cases.iter().map(|(path, text)| shown(&checked(kind, path, text))).collect::<Vec<_>>().join("\n")
}
