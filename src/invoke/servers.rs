//! Where is an operation, by the servers of its manifest and what was configured?
//!
//! The configured base URL stands in place of the manifest's first server (OpenAPI 3.1.0 section 4.8.5). A server of a path or an
//! operation stands in place of that one; on another host it is used only where nothing secret is configured, or the
//! configuration names it. Pure.

use std::borrow::Cow;

use url::Url;

use crate::openapi::Server;
use crate::settings_file::{ApiSection, text};
use crate::store::Api;

/// The base URL of an operation with these servers of its own.
///
/// # Errors
/// What to configure, as a sentence.
pub(super) fn base_url(
    section: &ApiSection,
    (name, api): (&str, &Api),
    configured: Option<&str>,
    listed: &[String],
    own: &[Server],
) -> Result<String, String> {
    let base = of_api(section, (name, api), configured);
    let Some(server) = own.first() else { return base };
    let Some(url) = whole(&server.url) else { return Ok(beside(&base?, &first_path(api), &server.url)) };
    let Some(configured) = configured else { return Ok(url.into_owned()) };
    let is_at = |other: &str| same_origin(&url, other);
    if is_at(configured) || listed.iter().any(|listed| is_at(listed)) {
        return Ok(url.into_owned());
    }
    // The manifest's own host, in whose place the base URL stands.
    if declared(api).is_some_and(is_at) {
        return Ok(beside(&base?, &first_path(api), path_of(&url)));
    }
    Err(format!(
        "the operation has a server of its own, {url}, and nothing is sent there, since base_url of {name} is elsewhere; write \
         `servers = [{}]` in {section} if that is your API: its credentials then go there too",
        text(&url)
    ))
}

/// The first server of a manifest that is a whole URL.
pub(super) fn declared(api: &Api) -> Option<&str> {
    api.servers.iter().map(|server| server.url.as_str()).find(|url| url.contains("://"))
}

/// The base URL of operations without servers of their own.
fn of_api(section: &ApiSection, (name, api): (&str, &Api), configured: Option<&str>) -> Result<String, String> {
    let declared = declared(api);
    let relative = api.servers.first().map(|server| server.url.as_str()).filter(|_| declared.is_none());
    match (configured, declared, relative.filter(|path| !path.trim_matches('/').is_empty())) {
        (Some(base), _, Some(path)) if path_of(base).is_empty() && whole(path).is_none() => Ok(joined(base, path)),
        (Some(base), ..) => Ok(base.to_owned()),
        (None, Some(url), _) => Ok(url.to_owned()),
        (None, None, Some(path)) => Err(format!(
            "the manifest of {name} names no host, only the path `{path}`; set base_url to `https://HOST` in {section}, and \
             the path is added"
        )),
        (None, None, None) => Err(format!("the manifest of {name} names no server; set base_url in {section}")),
    }
}

/// The path of the manifest's first server; empty for the root.
fn first_path(api: &Api) -> String {
    if let Some(url) = declared(api) {
        return path_of(url).to_owned();
    }
    let relative = api.servers.first().map(|server| server.url.as_str()).filter(|url| whole(url).is_none());
    joined("", relative.unwrap_or_default())
}

/// The base URL with the path of another server of the same API, in place of the path of its first. A base URL whose path is another
/// one stays as it is: nobody knows what it stands for.
fn beside(base: &str, first: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let own = path_of(base);
    match own.strip_suffix(first) {
        _ if own.is_empty() => joined(base, path),
        Some(prefix) => joined(base.get(..base.len() - own.len() + prefix.len()).unwrap_or(base), path),
        None => base.to_owned(),
    }
}

fn joined(base: &str, path: &str) -> String {
    let path = path.trim_start_matches("./").trim_matches('/');
    let base = base.trim_end_matches('/');
    if path.is_empty() { base.to_owned() } else { format!("{base}/{path}") }
}

/// A server's URL, where it names a host; one without a scheme has that of the manifest (RFC 3986 section 4.2).
fn whole(url: &str) -> Option<Cow<'_, str>> {
    if url.starts_with("//") {
        return Some(format!("https:{url}").into());
    }
    url.contains("://").then_some(Cow::Borrowed(url))
}

/// The path of a URL, without a slash at its end; empty for the root.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default().trim_end_matches('/')
}

fn same_origin(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin().is_tuple() && one.origin() == other.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings_file::SettingsFile;

    fn servers(urls: &[&str]) -> Vec<Server> {
        urls.iter().map(|url| Server { url: (*url).to_owned(), description: String::new() }).collect()
    }

    /// The base URL for `configured`, the root's servers and the operation's own; of an error its words up to the first comma.
    fn base(configured: &str, listed: &[&str], root: &[&str], own: &[&str]) -> String {
        let listed: Vec<String> = listed.iter().map(|url| (*url).to_owned()).collect();
        let configured = Some(configured).filter(|url| !url.is_empty());
        let api = Api { servers: servers(root), ..Api::default() };
        let section = SettingsFile::default().api("shop");
        base_url(&section, ("shop", &api), configured, &listed, &servers(own))
            .unwrap_or_else(|reason| reason.split([',', ';']).next().unwrap_or_default().to_owned())
    }

    #[test]
    fn the_root_s_servers_and_the_base_url_make_one() {
        for (configured, root, expected) in [
            ("", &["https://a.example/v1"][..], "https://a.example/v1"),
            ("", &["/v1", "https://a.example/v1"], "https://a.example/v1"),
            ("https://b.example/x", &["https://a.example/v1"], "https://b.example/x"),
            ("https://b.example", &["https://a.example/v1"], "https://b.example"),
            ("https://b.example", &["/api/v2"], "https://b.example/api/v2"),
            ("https://b.example/", &["/api/v2/"], "https://b.example/api/v2"),
            ("https://b.example", &["api/v2"], "https://b.example/api/v2"),
            ("https://b.example/own", &["/api/v2"], "https://b.example/own"),
            ("https://b.example", &["/"], "https://b.example"),
            ("https://b.example", &[""], "https://b.example"),
            ("https://b.example", &["//evil.example/v1"], "https://b.example"),
            ("", &["/api"], "the manifest of shop names no host"),
            ("", &[], "the manifest of shop names no server"),
            ("", &[""], "the manifest of shop names no server"),
        ] {
            assert_eq!(base(configured, &[], root, &[]), expected, "{configured} {root:?}");
        }
    }

    #[test]
    fn a_relative_server_of_its_own_takes_the_place_of_a_relative_one() {
        for (configured, root, own, expected) in [
            ("https://b.example", "/api/v2", "/up", "https://b.example/up"),
            ("https://b.example", "api/v2", "up", "https://b.example/up"),
            ("https://b.example/gw/api/v2", "/api/v2", "/up", "https://b.example/gw/up"),
            ("https://b.example/own", "/api/v2", "/up", "https://b.example/own"),
            ("https://b.example/own", "", "/up", "https://b.example/own/up"),
        ] {
            assert_eq!(base(configured, &[], &[root], &[own]), expected, "{configured} {root} {own}");
        }
    }

    #[test]
    fn a_server_of_its_own_comes_before_the_root_s() {
        const ROOT: &str = "https://a.example/2.0";
        for (configured, listed, own, expected) in [
            ("", &[][..], "https://up.example/2.0", "https://up.example/2.0"),
            ("", &[], "/up", "https://a.example/up"),
            ("https://a.example/2.0", &[], "https://a.example/up", "https://a.example/up"),
            ("https://a.example/2.0", &[], "/up/", "https://a.example/up"),
            ("https://mock.example", &[], "/up", "https://mock.example/up"),
            ("https://mock.example/gw/2.0", &[], "/up", "https://mock.example/gw/up"),
            ("https://mock.example/2.0", &[], "https://a.example/up", "https://mock.example/up"),
            ("https://mock.example/other", &[], "https://a.example/up", "https://mock.example/other"),
            ("https://a.example/2.0", &["https://up.example"], "https://up.example/2.0", "https://up.example/2.0"),
            (
                "https://a.example/2.0",
                &["https://up.example:1"],
                "https://up.example/2.0",
                "the operation has a server of its own",
            ),
            ("https://a.example/2.0", &[], "https://up.example/2.0", "the operation has a server of its own"),
            ("https://a.example/2.0", &[], "http://a.example/2.0", "the operation has a server of its own"),
            ("https://a.example/2.0", &[], "//up.example/2.0", "the operation has a server of its own"),
            ("https://a.example/2.0", &[], "//a.example/up", "https://a.example/up"),
        ] {
            assert_eq!(base(configured, listed, &[ROOT], &[own]), expected, "{configured} {listed:?} {own}");
        }
    }
}
