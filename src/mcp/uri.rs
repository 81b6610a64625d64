//! What does a resource's URI name?
//!
//! One scheme for all: `cw-orchestrator://domains`, `cw-orchestrator://domains/{domain}`,
//! `cw-orchestrator://operations/{method}{+path}{?api}` and `cw-orchestrator://results/{handle}`, each an RFC 6570 template. `{+path}` is
//! reserved expansion: slashes stay, the braces of a path template become `%7B` and `%7D`.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::invoke::answer::RESOURCE_PREFIX;
use crate::openapi::ALL_BUT_UNRESERVED;

/// URI of all domains.
pub(super) const DOMAINS: &str = "cw-orchestrator://domains";
/// Template of the resources of a domain.
pub(super) const DOMAIN_TEMPLATE: &str = "cw-orchestrator://domains/{domain}";
/// Template of an operation in full.
pub(super) const OPERATION_TEMPLATE: &str = "cw-orchestrator://operations/{method}{+path}{?api}";
/// Template of all rows of an answer that was too large to show.
pub(super) const RESULT_TEMPLATE: &str = "cw-orchestrator://results/{handle}";

const OPERATIONS: &str = "cw-orchestrator://operations/";

/// Characters that reserved expansion encodes: all but the unreserved and reserved ones of RFC 3986, and `?` and `#`
/// too, which would end the path.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'%')
    .add(b'?')
    .add(b'#');

/// The resource that a URI names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// All domains.
    Domains,
    /// The resources of one domain.
    Domain(String),
    /// An operation in full.
    Operation {
        /// Method, as written.
        method: String,
        /// Template, or a path with values.
        path: String,
        /// Name of the API, where it is given.
        api: Option<String>,
    },
    /// A stored result by its handle.
    Result(String),
}

impl Named {
    /// Reads a URI; `None` where it has none of this server's forms.
    pub(super) fn read(uri: &str) -> Option<Self> {
        let decode = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from);
        if uri == DOMAINS {
            return Some(Self::Domains);
        }
        if let Some(handle) = uri.strip_prefix(RESOURCE_PREFIX) {
            return Some(Self::Result(decode(handle)?));
        }
        if let Some(domain) = uri.strip_prefix(DOMAINS) {
            let domain = domain.strip_prefix('/').filter(|domain| !domain.is_empty())?;
            return Some(Self::Domain(decode(domain)?));
        }
        let (operation, api) = match uri.strip_prefix(OPERATIONS)?.split_once("?api=") {
            Some((operation, api)) => (operation, Some(decode(api)?)),
            None => (uri.strip_prefix(OPERATIONS)?, None),
        };
        let (method, path) = operation.split_at(operation.find('/')?);
        Some(Self::Operation { method: decode(method)?, path: decode(path)?, api })
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = |text| utf8_percent_encode(text, ALL_BUT_UNRESERVED);
        match self {
            Self::Domains => f.write_str(DOMAINS),
            Self::Domain(domain) => write!(f, "{DOMAINS}/{}", value(domain)),
            Self::Operation { method, path, api } => {
                write!(f, "{OPERATIONS}{}{}", value(method), utf8_percent_encode(path, PATH))?;
                api.iter().try_for_each(|api| write!(f, "?api={}", value(api)))
            }
            Self::Result(handle) => write!(f, "{RESOURCE_PREFIX}{}", value(handle)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn operation(path: &str, api: Option<&str>) -> Named {
        Named::Operation { method: "GET".to_owned(), path: path.to_owned(), api: api.map(str::to_owned) }
    }

    #[test]
    fn each_form_is_written_by_its_template() {
        for (named, uri) in [
            (Named::Domains, "cw-orchestrator://domains"),
            (Named::Domain("time & expense".to_owned()), "cw-orchestrator://domains/time%20%26%20expense"),
            (operation("/service/tickets/{id}", None), "cw-orchestrator://operations/GET/service/tickets/%7Bid%7D"),
            (operation("/a", Some("pets v2")), "cw-orchestrator://operations/GET/a?api=pets%20v2"),
            (Named::Result("0af".to_owned()), "cw-orchestrator://results/0af"),
        ] {
            assert_eq!(named.to_string(), uri);
            assert_eq!(Named::read(uri), Some(named));
        }
        // A client may leave braces as they are.
        assert_eq!(
            Named::read("cw-orchestrator://operations/GET/service/tickets/{id}"),
            Some(operation("/service/tickets/{id}", None))
        );
    }

    #[test]
    fn what_is_no_form_of_this_server_names_nothing() {
        for uri in [
            "",
            "x",
            "file:///etc/passwd",
            "cw-orchestrator://",
            "cw-orchestrator://domains/",
            "cw-orchestrator://domainsx",
            "cw-orchestrator://operations/GET",
            "cw-orchestrator://operations/GET/%ff",
        ] {
            assert_eq!(Named::read(uri), None, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_name_holds_it_is_read_back(path in "/\\PC{0,40}", api in proptest::option::of("\\PC{1,20}"), domain in "\\PC{1,20}") {
            let operation = operation(&path, api.as_deref());
            prop_assert_eq!(Named::read(&operation.to_string()), Some(operation));
            let domain = Named::Domain(domain);
            prop_assert_eq!(Named::read(&domain.to_string()), Some(domain));
        }
    }
}
