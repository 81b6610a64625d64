//! At which base URL is an operation, by the servers of its manifest and the configuration?
//!
//! The configured base URL stands in place of the manifest's first server (OpenAPI 3.1.0 section 4.8.5). A server of a path or an
//! operation stands in place of that one; on another host it is used only where nothing secret is configured, or the
//! configuration names it.
//!
//! A relative server is relative to the URL that the manifest was published at (section 4.6). A file does not hold that, and
//! `info.x-origin` is often that of a copy in a repository, so the configuration says it: `manifest_url`. Where it says a base URL of a
//! host alone, the manifest is taken to be at its root; where it says none of this and the first server is no relative one, a server of an
//! operation that leads up (`../up`) is taken to lead up from the base URL. Pure.

use std::borrow::Cow;

use url::Url;

use crate::openapi::Server;
use crate::settings_file::{ApiSection, text};
use crate::store::Api;

/// The settings that say where an API is.
#[derive(Clone, Copy, Default)]
pub(super) struct Configured<'a> {
    /// In place of the manifest's first server.
    pub base_url: Option<&'a str>,
    /// The URL that the manifest was published at.
    pub manifest_url: Option<&'a str>,
    /// Servers of single operations that the credentials may go to.
    pub servers: &'a [String],
}

/// No base URL follows from the servers of a manifest and what is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The operation's own server is relative to the manifest's URL, which is not configured.
    #[error(
        "the operation has a server of its own, `{server}`, which is relative to where the manifest of {} is published; set \
         manifest_url to that URL in {section}", section.api()
    )]
    RelativeOwn {
        /// The server as the manifest has it.
        server: String,
        /// The section of the API.
        section: ApiSection,
    },
    /// The operation's own server is of another origin than every one that is configured.
    #[error(
        "the operation has a server of its own, {url}, and nothing is sent there, since base_url of {} is elsewhere; write \
         `servers = [{}]` in {section} if that is your API: its credentials then go there too", section.api(), text(url)
    )]
    Elsewhere {
        /// The server's URL.
        url: String,
        /// The section of the API.
        section: ApiSection,
    },
    /// The manifest's first server is a path of a host that it does not name.
    #[error(
        "the manifest of {} names no host, only the path `{path}`; set base_url to `https://HOST` in {section}, and \
         the path is added", section.api()
    )]
    NoHost {
        /// The path, from its first slash on.
        path: String,
        /// The section of the API.
        section: ApiSection,
    },
    /// The manifest's first server is relative to the manifest's URL, which is not configured.
    #[error(
        "the manifest of {} names no host, only `{path}`, relative to where it is published; set base_url to the whole URL \
         of the API, or manifest_url to that of the manifest, in {section}", section.api()
    )]
    Relative {
        /// The server as the manifest has it.
        path: String,
        /// The section of the API.
        section: ApiSection,
    },
    /// The manifest has no server.
    #[error("the manifest of {} names no server; set base_url in {section}", section.api())]
    NoServer {
        /// The section of the API.
        section: ApiSection,
    },
}

/// The base URL of an operation with these servers of its own; `section` is that of its API.
///
/// # Errors
/// [`ServerError`]
pub(super) fn base_url(
    section: &ApiSection,
    api: &Api,
    configured: Configured<'_>,
    own: &[Server],
) -> Result<String, ServerError> {
    let Some(server) = own.first() else { return of_api(section, api, configured) };
    let base = || of_api(section, api, configured);
    let first = first(api, configured.manifest_url);
    let Some(url) = whole(&server.url, configured.manifest_url) else {
        return beside(&base()?, &first, &server.url)
            .ok_or_else(|| ServerError::RelativeOwn { server: server.url.clone(), section: section.clone() });
    };
    let Some(base_url) = configured.base_url else { return Ok(url.into_owned()) };
    let is_at = |other: &str| same_origin(&url, other);
    if is_at(base_url) || configured.servers.iter().any(|listed| is_at(listed)) {
        return Ok(url.into_owned());
    }
    // The manifest's own host, in whose place the base URL stands.
    if declared(api, configured.manifest_url).is_some_and(|declared| is_at(&declared)) {
        let base = base()?;
        return Ok(beside(&base, &first, path_of(&url)).unwrap_or(base));
    }
    Err(ServerError::Elsewhere { url: url.into_owned(), section: section.clone() })
}

/// The first server of a manifest that is a whole URL; where it is known at which URL the manifest is, its first server, which is the
/// root of that host where it names none.
pub(super) fn declared<'a>(api: &'a Api, manifest_url: Option<&str>) -> Option<Cow<'a, str>> {
    let urls = || api.servers.iter().map(|server| server.url.as_str());
    match manifest_url {
        Some(_) => whole(urls().next().unwrap_or("/"), manifest_url),
        None => urls().find(|url| url.contains("://")).map(Cow::Borrowed),
    }
}

/// The base URL of operations without servers of their own.
fn of_api(section: &ApiSection, api: &Api, configured: Configured<'_>) -> Result<String, ServerError> {
    let declared = declared(api, configured.manifest_url);
    let relative = api.servers.first().map(|server| server.url.as_str()).filter(|url| whole(url, None).is_none());
    let relative = relative.filter(|path| !path.trim_matches('/').is_empty());
    match (configured.base_url, declared, relative) {
        (Some(base), None, Some(path)) if path_of(base).is_empty() => Ok(joined(base, path)),
        (Some(base), Some(url), Some(_)) if path_of(base).is_empty() && configured.manifest_url.is_some() => {
            Ok(joined(base, path_of(&url)))
        }
        (Some(base), ..) => Ok(base.to_owned()),
        (None, Some(url), _) => Ok(url.into_owned()),
        (None, None, relative) => {
            let section = section.clone();
            Err(match relative.map(str::to_owned) {
                Some(path) if path.starts_with('/') => ServerError::NoHost { path, section },
                Some(path) => ServerError::Relative { path, section },
                None => ServerError::NoServer { section },
            })
        }
    }
}

/// The manifest's first server, as a path; empty for the root.
fn first(api: &Api, manifest_url: Option<&str>) -> String {
    if let Some(url) = declared(api, manifest_url) {
        return path_of(&url).to_owned();
    }
    let relative = api.servers.first().map(|server| server.url.as_str()).filter(|url| whole(url, None).is_none());
    relative.unwrap_or_default().to_owned()
}

/// The base URL with the path of another server of the same API, in place of the path of its first. A base URL whose path is another
/// one stays as it is: nobody knows what it stands for. `None` where the manifest's own URL would have to be known.
fn beside(base: &str, first: &str, path: &str) -> Option<String> {
    let base = base.trim_end_matches('/');
    let own = path_of(base);
    if own.is_empty() {
        return Some(joined(base, path));
    }
    let (first, path) = together(first, path)?;
    let prefix = own.strip_suffix(first.as_str());
    Some(match prefix {
        Some(prefix) => joined(base.get(..base.len() - own.len() + prefix.len()).unwrap_or(base), &path),
        None => base.to_owned(),
    })
}

/// Two servers as paths below the folder that both are in; `None` where one is reached through a folder whose name is not known.
fn together(first: &str, other: &str) -> Option<(String, String)> {
    let is_within = |path: &str| !path.is_empty() && !path.starts_with('/');
    let leads_up = |path: &str| path.split('/').any(|segment| matches!(segment, "." | ".."));
    if !(is_within(first) && is_within(other)) {
        // A path that is not relative to a folder is relative to the host, and one that leads up, to the first server.
        let other =
            if is_within(other) && leads_up(other) { Cow::from(format!("{first}/{other}")) } else { other.into() };
        return (!leads_up(first)).then(|| (joined("", first), joined("", &other)));
    }
    // Deeper than any server leads up, and with a name that no server has.
    let unknown = Url::parse("x:///*/*/*/*/*/*/*/*/").ok()?;
    let at = |path: &str| Some(unknown.join(path).ok()?.path().trim_end_matches('/').to_owned());
    let (first, other) = (at(first)?, at(other)?);
    let shared = first.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count();
    let rest = |path: &str| -> String { path.split('/').skip(shared).map(|segment| format!("/{segment}")).collect() };
    let (first, other) = (rest(&first), rest(&other));
    (!first.contains('*') && !other.contains('*')).then_some((first, other))
}

/// A base with a path behind it. Segments of dots are resolved, and never lead above the base.
fn joined(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => _ = segments.pop(),
            segment => segments.push(segment),
        }
    }
    if segments.is_empty() { base.to_owned() } else { format!("{base}/{}", segments.join("/")) }
}

/// A server's URL, where it names a host or the manifest's own URL is known. One without a scheme has that of the manifest
/// (RFC 3986 section 4.2).
fn whole<'u>(url: &'u str, manifest_url: Option<&str>) -> Option<Cow<'u, str>> {
    if url.contains("://") {
        return Some(Cow::Borrowed(url));
    }
    let manifest = manifest_url.and_then(|manifest| Url::parse(manifest.trim()).ok());
    match manifest.and_then(|manifest| manifest.join(url).ok()) {
        Some(mut whole) => {
            // A server has a path and nothing behind it, whatever the manifest's own URL has.
            whole.set_query(None);
            whole.set_fragment(None);
            // An empty reference is the manifest itself, and servers that say nothing mean its host.
            if url.is_empty() {
                whole.set_path("/");
            }
            Some(whole.as_str().trim_end_matches('/').to_owned().into())
        }
        None => url.starts_with("//").then(|| format!("https:{url}").into()),
    }
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
        let base_url = Some(configured).filter(|url| !url.is_empty());
        found(Configured { base_url, servers: &listed, ..Configured::default() }, root, own)
    }

    fn found(configured: Configured<'_>, root: &[&str], own: &[&str]) -> String {
        let api = Api { servers: servers(root), ..Api::default() };
        let section = SettingsFile::default().api("shop");
        base_url(&section, &api, configured, &servers(own))
            .unwrap_or_else(|error| error.to_string().split([',', ';']).next().unwrap_or_default().to_owned())
    }

    #[test]
    fn relative_servers_are_joined_to_the_manifest_s_own_url() {
        const AT: &str = "https://a.example/docs/v2/openapi.json?x=1";
        for (root, own, expected) in [
            (&["/api/v3"][..], &[][..], "https://a.example/api/v3"),
            (&["../v2"], &[], "https://a.example/docs/v2"),
            (&["."], &[], "https://a.example/docs/v2"),
            (&["./rest/"], &[], "https://a.example/docs/v2/rest"),
            (&["rest"], &[], "https://a.example/docs/v2/rest"),
            (&["../../../up"], &[], "https://a.example/up"),
            (&["//b.example/v1"], &[], "https://b.example/v1"),
            (&["https://b.example/v1"], &[], "https://b.example/v1"),
            (&["/v1", "https://b.example/v1"], &[], "https://a.example/v1"),
            // What names no server means the root of the host (OpenAPI 3.1.0 section 4.8.1).
            (&[], &[], "https://a.example"),
            (&[""], &[], "https://a.example"),
            (&["/api"], &["/up"], "https://a.example/up"),
            (&["/api"], &["../up"], "https://a.example/docs/up"),
            (&["https://b.example/v1"], &["."], "https://a.example/docs/v2"),
        ] {
            let configured = Configured { manifest_url: Some(AT), ..Configured::default() };
            assert_eq!(found(configured, root, own), expected, "{root:?} {own:?}");
        }
        // A base URL still stands in place of the first server, and of its host.
        for (base, root, own, expected) in [
            ("https://mock.example", &["../v3"][..], &[][..], "https://mock.example/docs/v3"),
            ("https://mock.example/own", &["/api/v3"], &[], "https://mock.example/own"),
            ("https://mock.example/api/v3", &["/api/v3"], &["../up"], "https://mock.example/docs/up"),
            ("https://a.example/api/v3", &["/api/v3"], &["../up"], "https://a.example/docs/up"),
            (
                "https://a.example/v1",
                &["https://a.example/v1"],
                &["//b.example"],
                "the operation has a server of its own",
            ),
        ] {
            let configured = Configured { base_url: Some(base), manifest_url: Some(AT), ..Configured::default() };
            assert_eq!(found(configured, root, own), expected, "{base} {root:?} {own:?}");
        }
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
            ("https://b.example", &["../v2"], "https://b.example/v2"),
            ("https://b.example", &["."], "https://b.example"),
            ("https://b.example", &["./api/../v3/"], "https://b.example/v3"),
            ("", &["../v2"], "the manifest of shop names no host"),
            ("", &["."], "the manifest of shop names no host"),
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
            ("https://b.example/gw/v2", "../v2", "../up", "https://b.example/gw/up"),
            ("https://b.example/gw/v2", "../v2", "..", "https://b.example/gw"),
            ("https://b.example/gw", "..", "../up", "https://b.example/gw/up"),
            ("https://b.example", "../v2", "../up", "https://b.example/up"),
            // The folder between is one that only the manifest's own URL names.
            ("https://b.example/gw/v2", "../v2", ".", "the operation has a server of its own"),
            // Of a first server that names its place in full, what leads up begins at it.
            ("https://b.example/gw/v2", "/v2", "../up", "https://b.example/gw/up"),
            ("https://b.example/gw/api/v2", "/api/v2", "../up", "https://b.example/gw/api/up"),
            ("https://b.example/own", "/v2", "../../../up", "https://b.example/own"),
            ("https://b.example/v2", "https://b.example/v2", "../up", "https://b.example/up"),
            ("", "https://b.example/api/v2", "../up", "https://b.example/api/up"),
            ("", "https://b.example/api/v2", ".", "https://b.example/api/v2"),
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
