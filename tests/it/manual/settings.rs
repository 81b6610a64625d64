//! `docs/configuration.md` lists every setting and every variable that the program knows, and no other.

use std::collections::BTreeSet;
use std::path::Path;

use super::{read, root};
use crate::util::Home;

const DOCUMENT: &str = "docs/configuration.md";

/// The names in the first column of the tables below a heading that holds `section`.
fn listed(section: &str) -> BTreeSet<String> {
    let text = read(Path::new(DOCUMENT));
    let below = text.split("\n## ").find(|part| part.lines().next().is_some_and(|heading| heading.contains(section)));
    let rows = below.unwrap_or_else(|| panic!("{DOCUMENT} has no heading with {section}")).lines();
    let names = rows.filter_map(|row| row.strip_prefix("| `")).filter_map(|row| row.split('`').next());
    names.map(str::to_owned).collect()
}

/// The settings of a section, as the program names them where one is unknown.
fn known(section: &str) -> BTreeSet<String> {
    let home = Home::empty();
    home.write("config.toml", &format!("{section}\nnosuch = 1\n"));
    let said = home.run(&["index", "status"]).stderr;
    let expected = said.split("expected").nth(1).unwrap_or_else(|| panic!("{said}"));
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_setting_is_documented_and_no_other() {
    let sections = BTreeSet::from(["connectwise", "http", "state", "policies", "apis", "profiles"].map(str::to_owned));
    let top = known("");
    assert!(top.is_superset(&sections), "{top:?}");
    assert_eq!(listed("Top level"), top.difference(&sections).cloned().collect());
    let below_http = BTreeSet::from(["oauth", "scopes", "subjects"].map(str::to_owned));
    let http = known("[http]");
    assert!(http.is_superset(&below_http), "{http:?}");
    assert_eq!(listed("`[http]`"), http.difference(&below_http).cloned().collect());
    for (heading, section) in [
        ("`[connectwise]`", "[connectwise]"),
        ("`[state]`", "[state]"),
        ("`[http.oauth]`", "[http.oauth]"),
        ("`[http.scopes.NAME]`", "[http.scopes.s]"),
        ("`[http.subjects.NAME]`", "[http.subjects.s]"),
        ("`[policies.NAME]`", "[policies.p]"),
        ("`[apis.NAME]`", "[apis.pets]"),
        ("`[profiles.NAME]`", "[profiles.p]"),
    ] {
        assert_eq!(listed(heading), known(section), "{section}");
    }
}

#[test]
fn every_variable_is_documented_and_no_other() {
    let mut known = BTreeSet::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let quoted = text.split('"').filter(|word| {
                    (word.starts_with("CW_ORCHESTRATOR_") || word.starts_with("CONNECTWISE_"))
                        && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                });
                known.extend(quoted.map(str::to_owned));
            }
        }
    }
    assert_eq!(listed("Variables"), known);
}
