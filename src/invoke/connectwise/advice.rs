//! What looks wrong in ConnectWise's settings, before the API has said anything?
//!
//! The mistakes are those that ConnectWise's Developer Guide and its community name as the usual ones.

use crate::invoke::client::base_url::BaseUrl;

/// ConnectWise's own hosts, whose API answers under names that begin with `api-`.
const CLOUD: [&str; 2] = [".myconnectwise.net", ".connectwisedev.com"];

/// A word in the names of all domains of ConnectWise's, of which no installation of a customer's own has one.
const MAKER: &str = "connectwise";

/// The domain of the cloud, of which others are misspellings.
const DOMAIN: &str = "myconnectwise.net";

/// Regions of the cloud: those of the Developer Guide, and those that integrations use.
pub(crate) const REGIONS: [&str; 6] = ["na", "eu", "au", "aus", "za", "staging"];

/// What every base URL of the API ends in.
const ENDING: &str = "/apis/3.0";

/// The codebase of installations, and on ConnectWise's own hosts the one that leads to the company's.
const CODEBASE: &str = "v4_6_release";

/// Advice on the base URL: each fault with the whole of what to write instead.
pub(in crate::invoke) fn of_base_url(base: &BaseUrl) -> Vec<String> {
    // A mock on this machine may be anywhere.
    if base.is_of_this_machine() {
        return Vec::new();
    }
    if let Some(note) = of_host(base.host_name()) {
        return vec![note];
    }
    // A site without a path is asked for the rest.
    if base.path().is_empty() {
        return Vec::new();
    }
    let (host, path) = (api_host(base), api_path(base.path()));
    let right = format!("https://{}{path}", base.host().replacen(base.host_name(), &host, 1));
    let mut notes = Vec::new();
    let mut note = |what: String| notes.push(format!("CONNECTWISE_API_URL {what}; set it to {right}"));
    if host != base.host_name() {
        note(format!("names {}, whose API answers at {host}", base.host_name()));
    }
    let given = base.path().to_ascii_lowercase();
    if given.contains("//") {
        note(format!("has `//` in `{}`, and no path of the API has", base.path()));
    } else if !given.ends_with(ENDING) {
        note(format!("ends in `{}`, but the API's own ends in {ENDING}", base.path()));
    } else if given != path.to_ascii_lowercase() {
        note(format!("has `{}`, where the codebase is written {CODEBASE}", base.path()));
    }
    notes
}

/// What is wrong with a host of ConnectWise's at which no API answers: on the cloud each region has a host of its own, and on its
/// other domains there is none (Developer Guide).
fn of_host(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let (before, domain) = labels.split_at_checked(labels.len().checked_sub(2)?)?;
    let is_cloud = CLOUD.iter().any(|ending| ending[1..] == domain.join("."));
    if !domain.first().is_some_and(|name| name.contains(MAKER)) || (is_cloud && !before.is_empty()) {
        return None;
    }
    let named = before.first().map(|first| first.trim_start_matches("api-").trim_end_matches("-api"));
    let cure = match named.filter(|named| REGIONS.contains(named)) {
        Some(region) => format!("set it to https://api-{region}.{DOMAIN}"),
        None => format!(
            "set it to https://api-REGION.{DOMAIN}, with the region of the host at which people sign in (na.{DOMAIN}: \
             api-na.{DOMAIN})"
        ),
    };
    let what = if is_cloud { "names no region" } else { "is none of the hosts of ConnectWise's API" };
    Some(format!("CONNECTWISE_API_URL names {host}, which {what}; {cure}"))
}

/// The path of the API that a path is meant to be.
fn api_path(given: &str) -> String {
    // Codebases are `v4_6_release` and those of editions, such as `v2022_1`.
    let is_codebase = |segment: &&str| {
        let digits = segment.strip_prefix(['v', 'V']).unwrap_or_default();
        digits.starts_with(|character: char| character.is_ascii_digit())
    };
    let lower = given.to_ascii_lowercase();
    let before = lower.strip_suffix(ENDING).filter(|_| !lower.contains("//"));
    // What stands before another prefix, such as that of a gateway, is nobody's mistake.
    if before.is_some_and(|before| before.rsplit('/').next().is_none_or(|last| !last.starts_with("v_"))) {
        return given.to_owned();
    }
    let codebase = given.split('/').find(is_codebase).unwrap_or(CODEBASE);
    format!("/{codebase}{ENDING}")
}

/// The host of the API: on ConnectWise's own, `api-` and the region.
pub(in crate::invoke) fn api_host(base: &BaseUrl) -> String {
    if is_cloud(base) { format!("api-{}", login_host(base)) } else { base.host_name().to_owned() }
}

/// The host at which people sign in: without the `api-` of the API's, which some write behind the region.
pub(in crate::invoke) fn login_host(base: &BaseUrl) -> String {
    let host = base.host_name();
    if !is_cloud(base) {
        return host.to_owned();
    }
    // An underscore is a slip for the hyphen: no name of a host has one.
    let host = host.strip_prefix("api-").or(host.strip_prefix("api_")).unwrap_or(host);
    match host.split_once("-api.") {
        Some((region, rest)) if !region.contains('.') => format!("{region}.{rest}"),
        _ => host.to_owned(),
    }
}

/// Whether ConnectWise runs the host.
pub(in crate::invoke) fn is_cloud(base: &BaseUrl) -> bool {
    CLOUD.iter().any(|ending| base.host_name().ends_with(ending))
}

/// The user name of HTTP basic, `company+publicKey`, with advice on how its parts were set.
pub(in crate::invoke) fn user_name(
    company: &str,
    prefix: Option<&str>,
    public_key: &str,
    notes: &mut Vec<String>,
) -> String {
    let prefix = match prefix {
        Some(prefix) => once(prefix, "CONNECTWISE_AUTH_PREFIX", notes),
        None => format!("{}+", once(company, "CONNECTWISE_COMPANY_ID", notes).trim_end_matches('+')),
    };
    if prefix.is_empty() && public_key.contains('+') {
        return public_key.to_owned();
    }
    if !prefix.ends_with('+') {
        notes.push(
            "CONNECTWISE_AUTH_PREFIX does not end in `+`, which must stand between company id and public key; set it \
            to `<company id>+`, or leave it out"
                .to_owned(),
        );
    }
    let name = prefix.trim_end_matches('+');
    let doubled = public_key.split_once('+').filter(|(company, _)| company.eq_ignore_ascii_case(name));
    if let Some((_, key)) = doubled {
        notes.push(
            "CONNECTWISE_PUBLIC_KEY begins with the company id, which is put before it anyway; it was sent once. Set \
            the variable to what stands behind the `+`"
                .to_owned(),
        );
        return format!("{name}+{key}");
    }
    format!("{prefix}{public_key}")
}

/// `text` without a name that stands twice in it, such as `acme+acme+`, or a `+` too many.
fn once(text: &str, variable: &str, notes: &mut Vec<String>) -> String {
    let Some((name, rest)) = text.split_once('+') else { return text.to_owned() };
    let again = rest.trim_end_matches('+');
    if !again.is_empty() && !again.eq_ignore_ascii_case(name) {
        return text.to_owned();
    }
    let expected = if variable.ends_with("PREFIX") { "`<company id>+`" } else { "the company id alone" };
    if !again.is_empty() {
        notes.push(format!("{variable} holds the company id twice; it was sent once. Set it to {expected}"));
    } else if variable.ends_with("COMPANY_ID") {
        notes
            .push(format!("{variable} ends in `+`, which is put there anyway; it was sent once. Set it to {expected}"));
    }
    format!("{name}+")
}

/// Advice on the client id.
pub(in crate::invoke) fn of_client_id(client_id: Option<&str>, notes: &mut Vec<String>) {
    // Without one the company id is sent, which older set-ups live with; a refusal names the variable.
    if client_id.is_some_and(|id| !is_guid(id)) {
        notes.push(
            "CONNECTWISE_CLIENT_ID is no GUID (8-4-4-4-12 hexadecimal digits); copy it from \
             developer.connectwise.com/ClientID"
                .to_owned(),
        );
    }
}

/// Whether a text is a GUID, with or without braces (RFC 9562 section 4).
fn is_guid(text: &str) -> bool {
    let text = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_that_cannot_be_right_are_named_with_what_to_write() {
        let right = "https://api-za.myconnectwise.net/v4_6_release/apis/3.0";
        for wrong in [
            "https://za.myconnectwise.net/v4_6_release/apis/3.0",
            "https://za-api.myconnectwise.net/v4_6_release/apis/3.0",
            "https://api_za.myconnectwise.net/v4_6_release/apis/3.0",
            "https://api-za.myconnectwise.net/v_4_6_release/apis/3.0",
            "https://api-za.myconnectwise.net//v4_6_release/apis/3.0",
            "https://api-za.myconnectwise.net/v4_6_release//apis/3.0",
            "https://api-za.myconnectwise.net/v4_6_release/services/system_io",
            "https://api-za.myconnectwise.net/v4_6_release",
            "https://za-api.myconnectwise.net/v_4_6_release/apis",
        ] {
            let notes = of_base_url(&BaseUrl::parse(wrong).unwrap());
            assert!(!notes.is_empty(), "{wrong}");
            for note in notes {
                assert!(note.ends_with(&format!("; set it to {right}")), "{wrong}: {note}");
            }
        }
        let own = of_base_url(&BaseUrl::parse("https://psa.example.com:8443/api").unwrap());
        assert_eq!(
            own,
            ["CONNECTWISE_API_URL ends in `/api`, but the API's own ends in /apis/3.0; set it to \
              https://psa.example.com:8443/v4_6_release/apis/3.0"]
        );
    }

    #[test]
    fn hosts_of_connectwise_that_have_no_api_are_named() {
        for (wrong, right) in [
            ("https://myconnectwise.net", "api-REGION"),
            ("https://api-myconnectwise.net/v4_6_release/apis/3.0", "api-REGION"),
            ("https://connectwisedev.com/v4_6_release/apis/3.0", "api-REGION"),
            ("https://api-na.myconnectwise.com/v4_6_release/apis/3.0", "https://api-na.myconnectwise.net"),
            ("https://eu.myconnectwise.com", "https://api-eu.myconnectwise.net"),
            ("https://au.connectwise.net/v4_6_release/apis/3.0", "https://api-au.myconnectwise.net"),
            ("https://developer.connectwise.com", "api-REGION"),
            ("https://www.connectwise.com/v4_6_release/apis/3.0", "api-REGION"),
        ] {
            let notes = of_base_url(&BaseUrl::parse(wrong).unwrap());
            assert!(notes.len() == 1 && notes[0].contains(right), "{wrong}: {notes:?}");
        }
        // An installation has its own host, which may be called so.
        for right in ["https://connectwise.acme.com", "https://psa.acme.com/v4_6_release/apis/3.0", "https://acme.com"]
        {
            assert_eq!(of_base_url(&BaseUrl::parse(right).unwrap()), Vec::<String>::new(), "{right}");
        }
    }

    #[test]
    fn base_urls_that_can_be_right_are_left_alone() {
        for right in [
            "https://api-na.myconnectwise.net/v4_6_release/apis/3.0/",
            "https://api-na.myconnectwise.net/v2022_1/apis/3.0",
            "https://psa.example.com/V4_6_Release/APIs/3.0",
            "https://gateway.example.com/psa/v4_6_release/apis/3.0",
            "https://psa.example.com/apis/3.0",
            "https://psa-api.example.com/v4_6_release/apis/3.0",
            "https://na.myconnectwise.net",
            "http://localhost:4010/mock",
        ] {
            assert_eq!(of_base_url(&BaseUrl::parse(right).unwrap()), Vec::<String>::new(), "{right}");
        }
    }

    #[test]
    fn a_site_is_signed_in_at_without_what_its_api_adds() {
        for host in ["za.myconnectwise.net", "api-za.myconnectwise.net", "za-api.myconnectwise.net"] {
            let base = BaseUrl::parse(&format!("https://{host}")).unwrap();
            assert_eq!(
                (login_host(&base).as_str(), api_host(&base).as_str()),
                ("za.myconnectwise.net", "api-za.myconnectwise.net")
            );
        }
    }
}
