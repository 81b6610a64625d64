//! Are the credentials set, and do they look like what they should be?
//!
//! What each value is stays untold: a finding names the variable and what is odd about it.

use secrecy::ExposeSecret;

use super::{Area, Finding, Grade};
use crate::generation::CATALOGUE;
use crate::invoke::connectwise::{self, ConnectWiseCredentials};
use crate::service::{ApiSettings, Service};
use crate::settings_file::ApiSection;
use crate::store::Store;

/// Fewest characters of a key that is not reported: ConnectWise's keys have 16.
const SHORTEST_KEY: usize = 8;

/// Opening and closing quotation marks that people copy along with a value.
const QUOTES: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('`', '`'), ('\u{201c}', '\u{201d}')];

/// A setting as the user gave it.
struct Setting<'a> {
    name: &'static str,
    value: &'a str,
    is_needed: bool,
    is_key: bool,
}

/// Checks ConnectWise's credentials, then those of other APIs. Where requests bring keys along, the server needs none of its own.
pub(super) fn check(service: &Service, takes_keys: bool) -> Vec<Finding> {
    let calls = service.calls();
    let mut findings = calls.connectwise.as_ref().map(|given| of_connectwise(given, takes_keys)).unwrap_or_default();
    let store = service.index().open().ok().and_then(|it| Store::open(&it.folder.join(CATALOGUE)).ok());
    for (name, settings) in &calls.apis {
        findings.extend(of_api(name, settings, &calls.file.api(name)));
        let api = store.as_ref().and_then(|store| store.api(name).ok().flatten()).unwrap_or_default();
        let unbound = settings.unbound(&calls.file, name, &api).map(|error| error.to_string());
        findings
            .extend(unbound.map(|text| Finding::of_text(Area::Credentials, Grade::Fault, name, &text, "set base_url")));
    }
    findings
}

fn of_connectwise(given: &ConnectWiseCredentials, takes_keys: bool) -> Vec<Finding> {
    let mut settings = settings(given);
    // One of the two alone is a mistake all the same.
    if takes_keys && settings.iter().filter(|setting| setting.is_key).all(|setting| setting.value.trim().is_empty()) {
        settings.retain(|setting| !setting.is_key);
    }
    if settings.iter().all(|setting| !setting.is_needed || setting.value.trim().is_empty()) {
        let detail = "nothing is set for ConnectWise: searching works, calls do not";
        let cure = "set CONNECTWISE_API_URL, CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY, CONNECTWISE_PRIVATE_KEY and \
                    CONNECTWISE_CLIENT_ID";
        return vec![Finding::bad(Area::Credentials, Grade::Note, "connectwise", detail, cure)];
    }
    let mut findings: Vec<Finding> = settings.iter().filter_map(of_setting).collect();
    if given.client_id.as_deref().is_none_or(|id| id.trim().is_empty()) {
        let detail = "not set: the company id is sent in its place, as older set-ups do";
        let cure = "set it to the GUID that developer.connectwise.com/ClientID gives";
        findings.push(Finding::bad(Area::Credentials, Grade::Note, "CONNECTWISE_CLIENT_ID", detail, cure));
    }
    findings.extend(edition(&given.version));
    findings.extend(together(given));
    findings
}

/// Reports a version that is no edition of ConnectWise's models, which are named by year and number.
fn edition(version: &str) -> Option<Finding> {
    let version = version.trim();
    let is_edition = |(year, number): (&str, &str)| {
        let is_digits = |text: &str, most: usize| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
        year.starts_with("20") && year.len() == 4 && is_digits(year, 4) && !number.is_empty() && is_digits(number, 2)
    };
    if version.is_empty() || version.split_once('.').is_some_and(is_edition) {
        return None;
    }
    let shown = crate::escape::bounded(version);
    let detail = format!("`{shown}` is no edition of ConnectWise's models, which are named by year and number");
    let cure = "write `version = \"2019.1\"` under [connectwise], or leave it out";
    Some(Finding::bad(Area::Credentials, Grade::Warning, "version", detail, cure))
}

/// The types of users that ConnectWise knows.
const USER_TYPES: [&str; 2] = ["member", "integrator"];

fn settings(given: &ConnectWiseCredentials) -> Vec<Setting<'_>> {
    let is_set = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let setting = |name, value, is_needed| Setting { name, value, is_needed, is_key: false };
    let key = |name, value| Setting { name, value, is_needed: true, is_key: true };
    vec![
        setting("CONNECTWISE_API_URL", &given.url, true),
        // With a prefix and a client id of their own nothing is made of it.
        setting("CONNECTWISE_COMPANY_ID", &given.company_id, !(is_set(&given.auth_prefix) && is_set(&given.client_id))),
        key("CONNECTWISE_PUBLIC_KEY", given.public_key.expose_secret()),
        key("CONNECTWISE_PRIVATE_KEY", given.private_key.expose_secret()),
        setting("CONNECTWISE_AUTH_PREFIX", given.auth_prefix.as_deref().unwrap_or_default(), false),
        setting("CONNECTWISE_CLIENT_ID", given.client_id.as_deref().unwrap_or_default(), false),
        setting("CONNECTWISE_USER_TYPE", given.user_type.as_deref().unwrap_or_default(), false),
    ]
}

fn of_setting(setting: &Setting<'_>) -> Option<Finding> {
    let Setting { name, value, is_needed, .. } = *setting;
    if value.trim().is_empty() {
        let missing = || Finding::bad(Area::Credentials, Grade::Fault, name, "not set", format!("set {name}"));
        return is_needed.then(missing);
    }
    Some(match oddity(setting) {
        Some((grade, what, cure)) => Finding::bad(Area::Credentials, grade, name, what, format!("set {name} {cure}")),
        None => Finding::ok(Area::Credentials, name, "set"),
    })
}

/// Finds the first fault of a value: its grade, its description, and the words that follow `set NAME` in the cure.
fn oddity(setting: &Setting<'_>) -> Option<(Grade, &'static str, &'static str)> {
    let Setting { name, value, is_key, .. } = *setting;
    let text = value.trim();
    let inner = QUOTES.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    if inner.is_some() || text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        return Some((Grade::Fault, "there are quotes around it, which are sent with it", "without quotes"));
    }
    if text.chars().any(char::is_control) {
        return Some((Grade::Fault, "there is a line end or another control character in it", "anew, in one line"));
    }
    let lower = text.to_ascii_lowercase();
    let is_template = text.contains(['<', '>']) || text.contains("${") || text.contains("{{");
    if is_template || lower.starts_with("your") || ["changeme", "xxxxxxxx"].iter().any(|word| lower.contains(word)) {
        return Some((Grade::Fault, "it is a placeholder", "to the value itself"));
    }
    if is_key && text.chars().any(char::is_whitespace) {
        return Some((Grade::Fault, "there is a blank in it, and keys have none", "to the key alone"));
    }
    if is_key && text.chars().count() < SHORTEST_KEY {
        return Some((
            Grade::Warning,
            "it is shorter than any key",
            "to the whole key, as it was shown when it was made",
        ));
    }
    let is_login = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
    if name == "CONNECTWISE_COMPANY_ID" && !text.chars().all(is_login) {
        let cure = "to the company's login name, as it is typed when signing in";
        return Some((Grade::Warning, "it is no login name of a company", cure));
    }
    if name == "CONNECTWISE_CLIENT_ID" && text.starts_with('{') && text.ends_with('}') {
        return Some((Grade::Warning, "there are braces around it, which are sent with it", "without braces"));
    }
    if name == "CONNECTWISE_USER_TYPE" && !USER_TYPES.iter().any(|known| text.eq_ignore_ascii_case(known)) {
        let cure = "to member, or leave it out where the keys are of an API member";
        return Some((Grade::Warning, "it is no type of user that ConnectWise knows (member, integrator)", cure));
    }
    if value != text {
        let what =
            "there are blanks or a line end around it, which are left out here, and which other programs may send";
        return Some((Grade::Warning, what, "without them"));
    }
    None
}

/// Finds faults that show only when settings are compared.
fn together(given: &ConnectWiseCredentials) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (public, private) = (given.public_key.expose_secret().trim(), given.private_key.expose_secret().trim());
    if !public.is_empty() && public == private {
        let detail = "both keys are the same";
        let cure = "set CONNECTWISE_PRIVATE_KEY to the private key, which is shown once, when the pair is made";
        findings.push(Finding::bad(Area::Credentials, Grade::Fault, "keys", detail, cure));
    }
    let prefix = given.auth_prefix.as_deref().map(|prefix| prefix.trim().trim_end_matches('+')).unwrap_or_default();
    let company = given.company_id.trim().trim_end_matches('+');
    if !prefix.is_empty() && !company.is_empty() && !prefix.eq_ignore_ascii_case(company) {
        let detail = "CONNECTWISE_AUTH_PREFIX is not CONNECTWISE_COMPANY_ID and `+`, which is what the API expects";
        findings.push(Finding::bad(
            Area::Credentials,
            Grade::Warning,
            "prefix",
            detail,
            "unset CONNECTWISE_AUTH_PREFIX",
        ));
    }
    let notes = connectwise::access(given).map(|access| access.notes().to_vec()).unwrap_or_default();
    for note in notes.iter().filter(|note| !note.starts_with(super::host::SETTING)) {
        let otherwise = "set it as docs/calling.md says";
        findings.push(Finding::of_text(Area::Credentials, Grade::Warning, "advice", note, otherwise));
    }
    findings
}

/// Checks the variables that the configuration names for another API.
fn of_api(name: &str, api: &ApiSettings, section: &ApiSection) -> Vec<Finding> {
    let named = api.credentials.values().filter(|credential| !credential.variable.is_empty());
    named
        .map(|credential| {
            let variable = &credential.variable;
            if credential.value.is_some() {
                return Finding::ok(Area::Credentials, variable, format!("set, for {name}"));
            }
            let detail = format!("not set, and {section} names it");
            Finding::bad(Area::Credentials, Grade::Warning, variable, detail, format!("set {variable}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> ConnectWiseCredentials {
        ConnectWiseCredentials {
            url: "https://api-na.myconnectwise.net/v4_6_release/apis/3.0".to_owned(),
            company_id: "acme".to_owned(),
            public_key: "Abcdefgh12345678".into(),
            private_key: "Zyxwvuts87654321".into(),
            auth_prefix: None,
            client_id: Some("6b2f7c0e-98a4-4d0e-9f5d-2a1c3e5b7d90".to_owned()),
            user_type: None,
            version: String::new(),
        }
    }

    /// Lists the findings that are not ok, one a line.
    fn found(change: impl FnOnce(&mut ConnectWiseCredentials)) -> String {
        let mut changed = given();
        change(&mut changed);
        let bad = of_connectwise(&changed, false).into_iter().filter(|finding| finding.status != Grade::Ok);
        let line = |finding: Finding| {
            let Finding { name, status, detail, cure, .. } = finding;
            format!("{} {name}: {detail} -> {}", status.as_str(), cure.unwrap_or_default())
        };
        bad.map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_right_is_not_complained_about() {
        assert_eq!(found(|_| ()), "");
        assert_eq!(found(|given| given.auth_prefix = Some("acme+".to_owned())), "");
        assert_eq!(of_connectwise(&given(), false).len(), 5);
        for user_type in ["member", "Integrator"] {
            assert_eq!(found(|given| given.user_type = Some(user_type.to_owned())), "");
        }
        for version in ["2019.1", "2025.16", " 2022.2 "] {
            assert_eq!(found(|given| given.version = version.to_owned()), "");
        }
    }

    #[test]
    fn a_server_to_which_requests_bring_keys_needs_none_of_its_own() {
        let without = ConnectWiseCredentials { public_key: "".into(), private_key: "".into(), ..given() };
        let worst = |given: &ConnectWiseCredentials, takes_keys| {
            of_connectwise(given, takes_keys).into_iter().map(|finding| finding.status).max()
        };
        assert_eq!((worst(&without, true), worst(&without, false)), (Some(Grade::Ok), Some(Grade::Fault)));
        let half = ConnectWiseCredentials { public_key: "".into(), ..given() };
        let placeless = ConnectWiseCredentials { url: String::new(), ..without };
        assert_eq!((worst(&half, true), worst(&placeless, true)), (Some(Grade::Fault), Some(Grade::Fault)));
    }

    #[test]
    fn what_is_odd_is_named_with_its_cure() {
        insta::assert_snapshot!(found(|given| given.public_key = "\"Abcdefgh12345678\"".into()), @"fault CONNECTWISE_PUBLIC_KEY: there are quotes around it, which are sent with it -> set CONNECTWISE_PUBLIC_KEY without quotes");
        insta::assert_snapshot!(found(|given| given.private_key = "Zyxwvuts\n87654321".into()), @"fault CONNECTWISE_PRIVATE_KEY: there is a line end or another control character in it -> set CONNECTWISE_PRIVATE_KEY anew, in one line");
        insta::assert_snapshot!(found(|given| given.private_key = "Zyxwvuts87654321\r\n".into()), @"warning CONNECTWISE_PRIVATE_KEY: there are blanks or a line end around it, which are left out here, and which other programs may send -> set CONNECTWISE_PRIVATE_KEY without them");
        insta::assert_snapshot!(found(|given| given.public_key = "<your public key>".into()), @"fault CONNECTWISE_PUBLIC_KEY: it is a placeholder -> set CONNECTWISE_PUBLIC_KEY to the value itself");
        insta::assert_snapshot!(found(|given| given.public_key = "abc".into()), @"warning CONNECTWISE_PUBLIC_KEY: it is shorter than any key -> set CONNECTWISE_PUBLIC_KEY to the whole key, as it was shown when it was made");
        insta::assert_snapshot!(found(|given| given.private_key = given.public_key.clone()), @"fault keys: both keys are the same -> set CONNECTWISE_PRIVATE_KEY to the private key, which is shown once, when the pair is made");
        insta::assert_snapshot!(found(|given| given.company_id = "Acme, Inc".into()), @"warning CONNECTWISE_COMPANY_ID: it is no login name of a company -> set CONNECTWISE_COMPANY_ID to the company's login name, as it is typed when signing in");
        insta::assert_snapshot!(found(|given| given.auth_prefix = Some("other+".into())), @"warning prefix: CONNECTWISE_AUTH_PREFIX is not CONNECTWISE_COMPANY_ID and `+`, which is what the API expects -> unset CONNECTWISE_AUTH_PREFIX");
        insta::assert_snapshot!(found(|given| given.auth_prefix = Some("acme".into())), @"warning advice: CONNECTWISE_AUTH_PREFIX does not end in `+`, which must stand between company id and public key -> set it to `<company id>+`, or leave it out");
        insta::assert_snapshot!(found(|given| given.client_id = Some("acme".into())), @"warning advice: CONNECTWISE_CLIENT_ID is no GUID (8-4-4-4-12 hexadecimal digits) -> copy it from developer.connectwise.com/ClientID");
        insta::assert_snapshot!(found(|given| given.client_id = Some("{6b2f7c0e-98a4-4d0e-9f5d-2a1c3e5b7d90}".into())), @"warning CONNECTWISE_CLIENT_ID: there are braces around it, which are sent with it -> set CONNECTWISE_CLIENT_ID without braces");
        insta::assert_snapshot!(found(|given| given.user_type = Some("boss".into())), @"warning CONNECTWISE_USER_TYPE: it is no type of user that ConnectWise knows (member, integrator) -> set CONNECTWISE_USER_TYPE to member, or leave it out where the keys are of an API member");
        for version in ["3.0", "v2019.1", "2019", "2019.x", "1.2019"] {
            let cure = "write `version = \"2019.1\"` under [connectwise]";
            assert!(found(|given| given.version = version.to_owned()).contains(cure), "{version}");
        }
        insta::assert_snapshot!(found(|given| given.client_id = None), @"note CONNECTWISE_CLIENT_ID: not set: the company id is sent in its place, as older set-ups do -> set it to the GUID that developer.connectwise.com/ClientID gives");
        insta::assert_snapshot!(found(|given| given.private_key = "".into()), @"fault CONNECTWISE_PRIVATE_KEY: not set -> set CONNECTWISE_PRIVATE_KEY");
    }
}
