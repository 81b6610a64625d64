//! What looks wrong in ConnectWise's settings, before the API has said anything?
//!
//! The mistakes are those that ConnectWise's Developer Guide and its community name as the usual ones.

use crate::invoke::client::base_url::BaseUrl;

/// ConnectWise's own hosts, whose API answers under names that begin with `api-`.
const CLOUD: [&str; 2] = [".myconnectwise.net", ".connectwisedev.com"];

/// What every base URL of the API ends in.
const ENDING: &str = "/apis/3.0";

/// Advice on the base URL.
pub(in crate::invoke) fn of_base_url(base: &BaseUrl) -> Vec<String> {
    let mut notes = Vec::new();
    // A site without a path is asked for the rest.
    if base.path().is_empty() {
        return notes;
    }
    if let Some(host) = without_api(base) {
        notes.push(format!(
            "CONNECTWISE_API_URL names {host}, whose API answers at api-{host}; set it to https://api-{host}{}",
            base.path()
        ));
    }
    if !base.path().to_ascii_lowercase().ends_with(ENDING) && is_cloud(base) {
        notes.push(format!(
            "CONNECTWISE_API_URL ends in `{}`, but the API's own ends in {ENDING}, such as \
             https://api-na.myconnectwise.net/v4_6_release/apis/3.0",
            base.path()
        ));
    }
    notes
}

/// The host, where it is a cloud host without the `api-` that its API needs.
pub(in crate::invoke) fn without_api(base: &BaseUrl) -> Option<&str> {
    let host = base.host_name();
    (is_cloud(base) && !host.starts_with("api-")).then_some(host)
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
