//! Can the configuration be used?

use super::{Area, Finding, Grade, Surroundings};

/// Reports how reading the configuration file and the settings of HTTP went.
pub(super) fn check(around: &Surroundings) -> Vec<Finding> {
    let path = around.config_file.display();
    let file = match &around.config_fault {
        Some(fault) => {
            let cure = format!("correct {path}; the README has every setting");
            Finding::bad(Area::Configuration, Grade::Fault, "file", fault, cure)
        }
        None if around.config_file.exists() => Finding::ok(Area::Configuration, "file", format!("{path} can be read")),
        None => Finding::ok(Area::Configuration, "file", "there is none; the defaults hold"),
    };
    let mut findings = vec![file];
    for fault in &around.http_faults {
        // `what is wrong: what to do`, where the form of a token is no part of the first.
        let (detail, cure) = fault.split_once(": ").unwrap_or((fault, "correct the section [http] of config.toml"));
        findings.push(Finding::bad(Area::Configuration, Grade::Warning, "http", detail, cure));
    }
    findings
}
