//! What may a caller find, look up and call? Pure.
//!
//! A policy has rules that allow and rules that deny. What a rule to deny covers is denied. Of the rest everything is allowed where no
//! rule allows, and else what one of those covers. Rules speak of the operation's template: what fills it in, whoever calls can write. Of a
//! request that no manifest has its path stands for a template, in each form in which a server may read it.

mod glob;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use percent_encoding::percent_decode_str;
use serde::Deserialize;

pub use self::glob::{NoGlob, PathGlob};
use super::order::Order;
use super::risk::Risk;
use super::writes::Writes;
use crate::openapi::Method;
use crate::store::OperationRow;

/// What one caller may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Its name in the configuration; `None` of the one that allows everything.
    pub name: Option<String>,
    /// Its rules.
    pub rules: Rules,
}

/// The section `[policies.NAME]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Whether writes are asked about, refused or sent; by default as the server does. Where that refuses them, they stay refused.
    pub writes: Option<Writes>,
    /// Whether it may read what was changed, and by whom. By default it may not.
    pub read_audit: bool,
    /// Whether it may change or remove what fast memory keeps. By default it may not.
    pub flush: bool,
    /// What is allowed; everything where this is empty.
    pub allow: Vec<Rule>,
    /// What is denied, also where it is allowed.
    pub deny: Vec<Rule>,
}

/// A set of operations: those that every list covers which is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Request methods, in any case.
    #[serde(deserialize_with = "methods")]
    pub methods: Vec<Method>,
    /// Paths below the base URL.
    pub paths: Vec<PathGlob>,
    /// Domains, in any case.
    pub domains: Vec<String>,
    /// Names of APIs, in any case.
    pub apis: Vec<String>,
}

fn methods<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Method>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let read = |name: &String| name.parse::<Method>().map_err(serde::de::Error::custom);
    names.iter().map(read).collect()
}

/// What a policy is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Name of the API.
    pub api: &'a str,
    /// Request method.
    pub method: Method,
    /// The template; of what no manifest has, the path as it is sent.
    pub path: &'a str,
    /// The domain, where the manifest has the operation.
    pub domain: Option<&'a str>,
    /// What the request can do, with all that stands in it.
    pub risk: Option<Risk>,
}

/// What a policy says, and by which of its rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Whether it is allowed.
    pub is_allowed: bool,
    /// The rule that decided it, as `deny[0]`, counted from 0; `None` where no rule did.
    pub rule: Option<String>,
}

impl<'a> Subject<'a> {
    /// An operation of the catalogue.
    pub fn of_operation(entry: &'a OperationRow) -> Self {
        Self { api: &entry.api, method: entry.method, path: &entry.path, domain: Some(&entry.domain), risk: None }
    }

    /// A request that is to be sent.
    pub(crate) fn of_order(order: &'a Order) -> Self {
        Self {
            api: &order.api,
            method: order.draft.method,
            path: order.template.as_deref().unwrap_or(&order.draft.path),
            domain: order.domain.as_deref(),
            risk: Some(order.draft.risk),
        }
    }

    /// The methods that a server may take it for: a field or a header can make a POST a DELETE, and the path of a GET can act.
    fn methods(&self) -> Vec<Method> {
        let others: &[Method] = match (self.risk, self.method) {
            (Some(Risk::Delete), _) => &[Method::Delete],
            (Some(Risk::Write), Method::Get | Method::Head | Method::Options) => {
                &[Method::Post, Method::Put, Method::Patch]
            }
            _ => &[],
        };
        let mut methods = vec![self.method];
        methods.extend(others.iter().filter(|other| **other != self.method));
        methods
    }

    /// The path in each form in which a server may read it: as it is, decoded, and without what some servers take off a segment
    /// behind a `;`.
    fn paths(&self) -> Vec<Cow<'a, str>> {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let mut paths: Vec<Cow<'a, str>> = vec![path.into()];
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        if decoded != path {
            paths.push(decoded);
        }
        let plain = |path: &Cow<'a, str>| {
            let segments = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
            segments.collect::<Vec<_>>().join("/").into()
        };
        let with_marks: Vec<Cow<'a, str>> = paths.iter().filter(|path| path.contains(';')).map(plain).collect();
        paths.extend(with_marks);
        paths
    }
}

impl Policy {
    /// The one of whoever owns the machine.
    pub fn open() -> &'static Arc<Self> {
        static OPEN: LazyLock<Arc<Policy>> = LazyLock::new(|| {
            let rules = Rules { read_audit: true, flush: true, ..Rules::default() };
            Arc::new(Policy { name: None, rules })
        });
        &OPEN
    }

    /// Whether nothing is denied.
    pub fn allows_everything(&self) -> bool {
        self.rules.allow.is_empty() && self.rules.deny.is_empty()
    }

    /// What it says of a subject. Of several methods that a server may take it for, each must be allowed.
    pub fn ruling(&self, subject: &Subject<'_>) -> Ruling {
        let Rules { allow, deny, .. } = &self.rules;
        let paths = subject.paths();
        let denied = |rule: &Rule| {
            rule.is_of(subject)
                && subject.methods().iter().any(|method| rule.has_method(*method))
                && paths.iter().any(|path| rule.has_path(path) || glob::goes_up(path))
                && (rule.domains.is_empty() || subject.domain.is_none_or(|domain| rule.has_domain(domain)))
        };
        if let Some(at) = deny.iter().position(denied) {
            return Ruling { is_allowed: false, rule: Some(format!("deny[{at}]")) };
        }
        if allow.is_empty() {
            return Ruling { is_allowed: true, rule: None };
        }
        let allowed = |method: Method| {
            allow.iter().position(|rule| {
                rule.is_of(subject)
                    && rule.has_method(method)
                    && paths.iter().all(|path| rule.has_path(path))
                    && (rule.domains.is_empty() || subject.domain.is_some_and(|domain| rule.has_domain(domain)))
            })
        };
        let by: Option<Vec<usize>> = subject.methods().into_iter().map(allowed).collect();
        let first = by.and_then(|by| by.first().copied());
        Ruling { is_allowed: first.is_some(), rule: first.map(|at| format!("allow[{at}]")) }
    }

    /// How writes are treated where the server treats them so.
    pub fn writes(&self, of_server: Writes) -> Writes {
        if of_server == Writes::Deny { Writes::Deny } else { self.rules.writes.unwrap_or(of_server) }
    }
}

impl Rule {
    /// What it names that none of these operations has: a path, a domain or an API, in back quotes.
    pub fn strange(&self, entries: &[OperationRow]) -> Vec<String> {
        let none = |is: &dyn Fn(&OperationRow) -> bool| !entries.iter().any(is);
        let paths = self.paths.iter().filter(|glob| none(&|entry| glob.matches(&entry.path))).map(ToString::to_string);
        let domains =
            self.domains.iter().filter(|name| none(&|entry| name.eq_ignore_ascii_case(&entry.domain))).cloned();
        let apis = self.apis.iter().filter(|name| none(&|entry| name.eq_ignore_ascii_case(&entry.api))).cloned();
        paths.chain(domains).chain(apis).map(|name| format!("`{name}`")).collect()
    }

    fn is_of(&self, subject: &Subject<'_>) -> bool {
        self.apis.is_empty() || self.apis.iter().any(|api| api.eq_ignore_ascii_case(subject.api))
    }

    fn has_method(&self, method: Method) -> bool {
        self.methods.is_empty() || self.methods.contains(&method)
    }

    fn has_path(&self, path: &str) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|glob| glob.matches(path))
    }

    fn has_domain(&self, domain: &str) -> bool {
        self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
    }
}

/// Why a policy does not allow something, and whom to ask; a sentence without its full stop.
pub fn forbidden(policy: &Policy, method: Method, path: &str, rule: Option<&str>) -> String {
    let by = rule.map_or_else(|| "has no rule that allows".to_owned(), |rule| format!("forbids by its rule {rule}"));
    format!("{policy} {by} {method} {path}; whoever runs the server can change that")
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "the policy `{name}`"),
            None => f.write_str("no policy"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(rules: &str) -> Policy {
        Policy { name: Some("p".to_owned()), rules: toml::from_str(rules).unwrap() }
    }

    fn subject(method: Method, path: &'static str) -> Subject<'static> {
        let domain = path.split('/').nth(1);
        Subject { api: "psa", method, path, domain, risk: None }
    }

    fn said(policy: &Policy, subject: &Subject<'_>) -> (bool, Option<String>) {
        let Ruling { is_allowed, rule } = policy.ruling(subject);
        (is_allowed, rule)
    }

    #[test]
    fn what_is_denied_stays_so_and_where_rules_allow_nothing_else_is() {
        let technician = policy(
            r#"
            allow = [{ methods = ["get"] }, { methods = ["POST", "PATCH"], domains = ["Service", "time"] }]
            deny = [{ paths = ["/finance/**"] }, { domains = ["system"], methods = ["DELETE"] }]
            "#,
        );
        let by = |rule: &str| Some(rule.to_owned());
        assert_eq!(said(&technician, &subject(Method::Get, "/service/tickets")), (true, by("allow[0]")));
        assert_eq!(said(&technician, &subject(Method::Patch, "/service/tickets/{id}")), (true, by("allow[1]")));
        assert_eq!(said(&technician, &subject(Method::Patch, "/company/contacts/{id}")), (false, None));
        assert_eq!(said(&technician, &subject(Method::Get, "/Finance/invoices")), (false, by("deny[0]")));
        assert_eq!(said(&technician, &subject(Method::Delete, "/system/members/{id}")), (false, by("deny[1]")));
        assert_eq!(said(Policy::open(), &subject(Method::Delete, "/system/members/{id}")), (true, None));
        let other = Subject { api: "shop", ..subject(Method::Get, "/items") };
        let of_one = policy(r#"allow = [{ apis = ["PSA"] }]"#);
        assert_eq!(said(&of_one, &other), (false, None));
        assert_eq!(said(&of_one, &subject(Method::Get, "/items")), (true, by("allow[0]")));
    }

    #[test]
    fn a_request_counts_as_every_method_that_a_server_may_take_it_for() {
        let no_delete = policy(r#"deny = [{ methods = ["DELETE"] }]"#);
        let post = subject(Method::Post, "/service/tickets");
        assert!(no_delete.ruling(&post).is_allowed);
        assert!(!no_delete.ruling(&Subject { risk: Some(Risk::Delete), ..post }).is_allowed);
        let reads = policy(r#"allow = [{ methods = ["GET"] }]"#);
        let get = subject(Method::Get, "/system/workflows/{id}/test");
        assert!(reads.ruling(&Subject { risk: Some(Risk::Read), ..get }).is_allowed);
        assert!(!reads.ruling(&Subject { risk: Some(Risk::Write), ..get }).is_allowed);
    }

    #[test]
    fn what_no_manifest_has_goes_by_its_path_in_every_form() {
        let unlisted = |path| Subject { domain: None, ..subject(Method::Get, path) };
        let no_finance = policy(r#"deny = [{ paths = ["/finance/**"] }]"#);
        for path in [
            "/finance/x",
            "/FINANCE/x",
            "/%66inance/x",
            "/finance%2Fx",
            "//finance//x/",
            "/finance;a=1/x",
            "/x/..%2ffinance",
        ] {
            assert!(!no_finance.ruling(&unlisted(path)).is_allowed, "{path}");
        }
        assert!(no_finance.ruling(&unlisted("/service/finance")).is_allowed);
        // Of which domain it is nobody knows.
        assert!(!policy(r#"deny = [{ domains = ["finance"] }]"#).ruling(&unlisted("/other")).is_allowed);
        assert!(!policy(r#"allow = [{ domains = ["service"] }]"#).ruling(&unlisted("/service/x")).is_allowed);
        let only_service = policy(r#"allow = [{ paths = ["/service/**"] }]"#);
        assert!(only_service.ruling(&unlisted("/service/x")).is_allowed);
        assert!(!only_service.ruling(&unlisted("/service/..%2Ffinance")).is_allowed);
    }

    #[test]
    fn a_policy_asks_more_or_less_than_the_server_but_never_sends_what_that_refuses() {
        let automatic = policy(r#"writes = "allow""#);
        assert_eq!((automatic.writes(Writes::Ask), automatic.writes(Writes::Deny)), (Writes::Allow, Writes::Deny));
        assert_eq!(policy("").writes(Writes::Allow), Writes::Allow);
        assert!(!policy("").rules.read_audit && !policy("").rules.flush);
        for wrong in [r#"allow = [{ methods = ["FETCH"] }]"#, r#"allow = [{ paths = ["service"] }]"#, "denny = []"] {
            assert!(toml::from_str::<Rules>(wrong).is_err(), "{wrong}");
        }
    }
}
