//! Links between the documents lead somewhere, and what is shown as JSON or TOML is that.

use std::collections::BTreeSet;
use std::path::Path;

use super::{documents, read, root};

/// The anchors that a page makes of its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings
        .map(|heading| {
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        })
        .collect()
}

#[test]
fn links_between_documents_lead_somewhere() {
    let others = ["ARCHITECTURE.md", "CONTRIBUTING.md", "benches/README.md"].map(Into::into);
    for document in documents().into_iter().chain(others) {
        let text = read(&document);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if path.is_empty() { document.clone() } else { document.parent().unwrap_or(Path::new("")).join(path) };
            assert!(root().join(&target).exists(), "{}: {link} is not there", document.display());
            let known = anchor.is_empty() || anchors(&read(&target)).contains(anchor);
            assert!(known, "{}: {link} names no heading", document.display());
        }
    }
}

#[test]
fn what_is_shown_as_json_or_toml_is_that() {
    for document in documents() {
        let text = read(&document);
        for block in text.split("\n```").skip(1).step_by(2) {
            let (kind, content) = block.split_once('\n').unwrap_or((block, ""));
            let fault = match kind {
                "json" => serde_json::from_str::<serde_json::Value>(content).err().map(|error| error.to_string()),
                "toml" => toml::from_str::<toml::Table>(content).err().map(|error| error.to_string()),
                _ => None,
            };
            assert!(fault.is_none(), "{}: {}\n{content}", document.display(), fault.unwrap_or_default());
        }
    }
}
