//! Can the configuration be used, and does it speak of APIs that there are?

use std::sync::Arc;

use super::{Area, Finding, Grade, Surroundings};
use crate::build::check_name;
use crate::generation::CATALOGUE;
use crate::invoke::Policy;
use crate::search::nearest_names;
use crate::service::{ApiSettings, Service};
use crate::settings_file::{ApiSection, key};
use crate::spelling::alike_from_the_start;
use crate::store::{Api, Store};

/// Jaro-Winkler from which a name is taken for another one mistyped; lower values bring names that merely share letters.
const MISTYPED: f64 = 0.85;

/// Names that are listed where none is near.
const LISTED: usize = 10;

/// Reports how reading the configuration file and the settings of HTTP went, and which sections are of nothing.
pub(super) fn check(service: &Service, around: &Surroundings) -> Vec<Finding> {
    let path = around.config_file.display();
    let file = match &around.config_fault {
        Some(fault) => {
            let cure = format!("correct {path}; docs/configuration.md has every setting");
            Finding::bad(Area::Configuration, Grade::Fault, "file", fault, cure)
        }
        None if around.config_file.exists() => Finding::ok(Area::Configuration, "file", format!("{path} can be read")),
        None => Finding::ok(Area::Configuration, "file", "there is none; the defaults hold"),
    };
    let mut findings = vec![file];
    for fault in &around.http_faults {
        // `what is wrong: what to do`, where the form of a token is no part of the first.
        let otherwise = format!("correct the section [http] of {path}");
        let (detail, cure) = fault.split_once(": ").unwrap_or((fault, &otherwise));
        findings.push(Finding::bad(Area::Configuration, Grade::Warning, "http", detail, cure));
    }
    if around.takes_keys {
        let detail = "requests may bring ConnectWise keys along in headers, which a proxy with TLS is to protect";
        findings.push(Finding::ok(Area::Configuration, "keys_in_headers", detail));
    }
    findings.extend(apis(service));
    findings.extend(policies(service, &around.policies));
    findings
}

/// Names what of a policy no operation of the index has: a rule to deny that is mistyped denies nothing.
fn policies(service: &Service, policies: &[Arc<Policy>]) -> Vec<Finding> {
    if policies.is_empty() {
        return Vec::new();
    }
    let store = service.index().open().ok().and_then(|it| Store::open(&it.folder.join(CATALOGUE)).ok());
    let Some(entries) = store.and_then(|store| store.entries().ok()) else { return Vec::new() };
    let mut findings = Vec::new();
    for policy in policies {
        let kinds = [("allow", &policy.rules.allow), ("deny", &policy.rules.deny)];
        let rules = kinds.into_iter().flat_map(|(kind, rules)| rules.iter().enumerate().map(move |rule| (kind, rule)));
        for (kind, (at, rule)) in rules {
            let strange = rule.strange(&entries);
            if !strange.is_empty() {
                let name = policy.name.as_deref().unwrap_or_default();
                let detail =
                    format!("{kind}[{at}] of [policies.{name}] has {}, which no operation has", strange.join(", "));
                let cure = "compare it with what `cw-orchestrator domains` and `describe` show, and try it with `policy explain`";
                findings.push(Finding::bad(Area::Configuration, Grade::Warning, "policies", detail, cure));
            }
        }
    }
    findings
}

/// Compares the sections of APIs with what the index has; without an index there is nothing to compare with.
fn apis(service: &Service) -> Vec<Finding> {
    let store = service.index().open().ok().and_then(|it| Store::open(&it.folder.join(CATALOGUE)).ok());
    let Some((known, store)) = store.and_then(|store| Some((store.apis().ok()?, store))) else { return Vec::new() };
    let calls = &service.options().calls;
    let mut findings = Vec::new();
    for (name, settings) in &calls.apis {
        let section = calls.file.api(name);
        match store.api(name) {
            Ok(Some(api)) => findings.extend(schemes(settings, &api, &section)),
            Ok(None) => findings.push(unknown_api(name, &known, &section)),
            // The checks of the index say what is wrong with the catalogue.
            Err(_) => {}
        }
    }
    findings
}

fn unknown_api(name: &str, known: &[String], section: &ApiSection) -> Finding {
    let detail = format!("{section} is of no API in the index, so nothing is done by it");
    let cure = match mistyped(name, known) {
        Some(near) => format!("write [apis.{}] in its place", key(&near)),
        None => format!(
            "name it after an API of the index ({}), or add its own: `cw-orchestrator index add {} FILE`",
            few(known),
            if check_name(name).is_ok() { name } else { "NAME" }
        ),
    };
    Finding::bad(Area::Configuration, Grade::Warning, "apis", detail, cure)
}

/// Reports credentials of security schemes that the manifest does not define: they are sent nowhere.
fn schemes(settings: &ApiSettings, api: &Api, section: &ApiSection) -> Vec<Finding> {
    let known: Vec<String> = api.security_schemes.keys().cloned().collect();
    let unknown = settings.credentials.keys().filter(|scheme| !api.security_schemes.contains_key(*scheme));
    let finding = |scheme: &String| {
        let detail = format!(
            "`credentials` in {section} names the security scheme `{scheme}`, which the manifest does not define, so \
             its value is sent nowhere"
        );
        let cure = match mistyped(scheme, &known) {
            Some(near) => format!("write `{}` in its place", key(&near)),
            None if known.is_empty() => "remove it: the manifest defines no security scheme".to_owned(),
            None => format!("write one that it defines: {}", few(&known)),
        };
        Finding::bad(Area::Configuration, Grade::Warning, "credentials", detail, cure)
    };
    unknown.map(finding).collect()
}

/// The known name that one is taken for.
fn mistyped(name: &str, known: &[String]) -> Option<String> {
    let near = nearest_names(name, known.iter().map(String::as_str), 1).into_iter().next()?;
    (alike_from_the_start(&name.to_lowercase(), &near.to_lowercase()) >= MISTYPED).then_some(near)
}

fn few(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > LISTED { format!("{shown} and {} more", names.len() - LISTED) } else { shown }
}
