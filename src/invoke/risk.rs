//! What can a request do: does it read, change or take away?
//!
//! The dialect and the operation's template decide, or that there is no operation; never the text of an expanded path, which
//! whoever calls can write. What else stands in a request can make it worse than its operation, and never better.

use percent_encoding::percent_decode_str;
use serde::Serialize;
use url::{Url, form_urlencoded};

use super::acts;
use crate::openapi::{Method, Operation};

/// What a dialect knows of which requests read.
pub trait Reads {
    /// Whether a POST of this template is a query too long for a URL, and so reads.
    fn is_search(&self, template: &str) -> bool;

    /// Whether the GET of an operation does something. What one does is not expected of its HEAD and OPTIONS either: a server may run
    /// the same handler for them.
    fn acts(&self, operation: &Operation) -> bool;

    /// Whether a GET of this path does something whatever the manifest says: a server that does not heed case, or is newer than its
    /// manifest, takes `.../TESTCONNECTION` for the operation that acts, though to the manifest it is a record of that name.
    fn acts_as_sent(&self, path: &str) -> bool;
}

/// What a request can do, the least severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Reads.
    Read,
    /// Creates or changes.
    Write,
    /// Takes away.
    Delete,
}

/// Headers and fields by which servers let a request count as one of another method (RFC 9110 knows none of them).
/// (`_HttpMethod` is older Rails' and Seaside's). `method` alone is a parameter of many an API: it counts where nothing declares it
/// ([`acts::methods_of`]).
const OVERRIDES: [&str; 15] = [
    "x-http-method-override",
    "x-http-method",
    "x-http-verb",
    "x-method-override",
    "x-override-method",
    "x-original-method",
    "x-requested-method",
    "x-method",
    "_method",
    "_httpmethod",
    "_http_method",
    "$method",
    "@method",
    "httpmethod",
    "method-override",
];

/// What is left of an override's name without the marks before it (`__method`, `$httpMethod`) and between its words.
const MARKED: [&str; 5] = ["method", "httpmethod", "methodoverride", "httpmethodoverride", "requestmethod"];

/// Characters that mark a name as one of the protocol's and none of the API's.
const MARKS: [char; 5] = ['_', '$', '@', '.', '-'];

/// Headers by which servers behind IIS and by PHP's frameworks serve another URL than the one that was asked for. What that does, no
/// template says.
const OTHER_URLS: [&str; 4] = ["x-original-url", "x-rewrite-url", "x-override-url", "x-http-destinationurl"];

/// Of these, the name that a filter has as well (`httpMethod=all`): what is no method is none by it.
const FILTER: &str = "httpmethod";

/// The request that an answer leads away from.
#[derive(Clone, Copy)]
pub(crate) struct Redirected<'a> {
    /// Where it was sent.
    pub from: &'a Url,
    /// The path of the API's base URL, whose words (`/v4_6_release`) ask for nothing.
    pub base: &'a str,
    /// Whether it reads.
    pub reads: bool,
}

impl Risk {
    /// The risk of a request by its method alone.
    pub fn of_method(method: Method) -> Self {
        match method {
            Method::Delete => Self::Delete,
            Method::Get | Method::Head | Method::Options => Self::Read,
            Method::Post | Method::Put | Method::Patch | Method::Trace => Self::Write,
        }
    }

    /// The risk of a request by its operation.
    pub fn of_operation(dialect: &(impl Reads + ?Sized), operation: &Operation) -> Self {
        match operation.method {
            Method::Get | Method::Head | Method::Options if dialect.acts(operation) => Self::Write,
            Method::Post if dialect.is_search(&operation.path) => Self::Read,
            method => Self::of_method(method),
        }
    }

    /// The risk of a request to a path that no manifest has: where its words leave a doubt that it reads, it is a write.
    pub(crate) fn of_unlisted(method: Method, path: &str) -> Self {
        let risk = Self::of_method(method);
        if risk.is_read() && acts::may_act(path) { Self::Write } else { risk }
    }

    /// The risk of a request of this risk with these values in the path of its operation, one of which may name an action.
    pub(crate) fn with_values(self, operation: &Operation, path: &str) -> Self {
        let is_acting = Self::of_method(operation.method).is_read() && acts::has_acting_value(operation, path);
        if is_acting { self.max(Self::Write) } else { self }
    }

    /// The risk of a request of this risk with this path and these pairs of a query, as they stand in the URL, of which one may name
    /// the action that it asks for; `operation` is the one of the manifest that it is for.
    pub(crate) fn asking<'a>(
        self,
        method: Method,
        operation: Option<&Operation>,
        path: &'a str,
        query: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        // Parameters of a segment (RFC 3986 section 3.3).
        let in_path = path.split('/').filter_map(|segment| segment.split_once(';')).map(|(_, pairs)| pairs);
        let pairs: Vec<(String, String)> = query.into_iter().chain(in_path).flat_map(pairs_of).collect();
        let risk = self.as_any_of(acts::methods_of(operation, &pairs).into_iter().map(Some));
        let is_acting = Self::of_method(method).is_read() && acts::asks_for(operation, pairs);
        if is_acting { risk.max(Self::Write) } else { risk }
    }

    /// The risk of following a redirect: as of a request that no manifest has, but for the words that `from` has in its URL already. Of
    /// one that does not read, what says that it acts excuses nothing: where its result is, it is not to be done again.
    pub(crate) fn of_redirect(
        dialect: &(impl Reads + ?Sized),
        method: Method,
        Redirected { from, base, reads }: Redirected<'_>,
        to: &Url,
    ) -> Self {
        let own: Vec<&str> = base.split('/').collect();
        let excuses = |segment: &&str| reads || own.contains(segment) || !acts::may_act(segment);
        let known: Vec<&str> = from.path().split('/').filter(excuses).collect();
        let new = acts::other_segments(to.path(), &known);
        let (had, query) = (from.query().unwrap_or_default(), to.query().unwrap_or_default());
        let had: Vec<(String, String)> = pairs_of(had).filter(|_| reads).collect();
        let texts = query.split(['&', ';']).filter(|text| pairs_of(text).any(|pair| !had.contains(&pair)));
        let risk = Self::of_method(method);
        let is_acting = risk.is_read() && acts::may_act_beyond(to.path(), &known);
        let risk = if is_acting { Self::Write } else { risk }.at(dialect, method, to.path());
        risk.asking(method, None, &new, texts).with_url(query).with_url(to.path())
    }

    /// The risk of a request of this risk that is sent to `path`.
    pub(crate) fn at(self, dialect: &(impl Reads + ?Sized), method: Method, path: &str) -> Self {
        let reads = matches!(method, Method::Get | Method::Head | Method::Options);
        let is_acting = reads && dialect.acts_as_sent(path);
        if is_acting { self.max(Self::Write) } else { self }
    }

    /// The risk of a request of this risk with this path or query, as it stands in the URL.
    pub(crate) fn with_url(self, text: &str) -> Self {
        self.as_any_of(overriding_in_url(text))
    }

    /// The risk of a request of this risk that a server may take for one of any of these methods, where that is worse; of one that
    /// nobody knows it is a write.
    pub(crate) fn as_any_of(self, methods: impl IntoIterator<Item = Option<Method>>) -> Self {
        methods.into_iter().fold(self, |risk, method| risk.max(method.map_or(Self::Write, Self::of_method)))
    }

    /// Whether it only reads.
    pub fn is_read(self) -> bool {
        self == Self::Read
    }
}

/// The methods for which these headers, query parameters or body fields override a request's own; `None` for one that nobody knows.
pub(crate) fn overriding<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Option<Method>> {
    let overriding = pairs.into_iter().filter(|(name, _)| is_override(name));
    let methods = overriding.map(|(name, value)| (name, value.parse().ok()));
    let may_be = |(name, method): &(&str, Option<Method>)| method.is_some() || !name.eq_ignore_ascii_case(FILTER);
    methods.filter(may_be).map(|(_, method)| method).collect()
}

/// Those of a path or query, as it stands in the URL: some servers part parameters by `;` too, in a path as well (RFC 3986
/// section 3.3).
pub(crate) fn overriding_in_url(text: &str) -> Vec<Option<Method>> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = text.split(['&', ';']).filter_map(|pair| pair.split_once('='));
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    overriding(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Those of a text that is a body, of whatever media type: a word that is the name of an overriding field has the next word as its
/// value, as in a form, a multipart form, XML and JSON.
pub(crate) fn overriding_in_text(text: &str) -> Vec<Option<Method>> {
    let text = percent_decode_str(text).decode_utf8_lossy();
    let is_of_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    let mut words = text.split(|character| !is_of_word(character)).filter(|word| !word.is_empty()).peekable();
    let mut methods = Vec::new();
    while let Some(word) = words.next() {
        methods.extend(overriding([(word, words.peek().copied().unwrap_or_default())]));
    }
    methods
}

/// The decoded pairs of a query or of a segment's parameters. Some servers part them by `;`.
fn pairs_of(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split(['&', ';']).flat_map(|pair| form_urlencoded::parse(pair.as_bytes()).into_owned())
}

fn is_override(name: &str) -> bool {
    // In PHP and Rails `_method[]` is a list under that name, and `a[_method]` a member of that name.
    name.split(['[', ']']).any(is_overriding_name)
}

fn is_overriding_name(name: &str) -> bool {
    // Gateways that hand headers on as variables make `_` of `-`, so either may arrive as the other.
    let name = name.trim().to_ascii_lowercase();
    let dashed = name.replace('_', "-");
    let unmarked = name.trim_start_matches(MARKS);
    let is_marked = unmarked.len() < name.len() && MARKED.contains(&unmarked.replace(MARKS, "").as_str());
    let is_listed = |names: &[&str]| names.contains(&name.as_str()) || names.contains(&dashed.as_str());
    is_marked || is_listed(&OVERRIDES) || is_listed(&OTHER_URLS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoke::connectwise::{ConnectWise, SEARCHES};
    use crate::invoke::generic::Generic;
    use crate::openapi::embedded;

    #[test]
    fn a_post_reads_only_as_a_listed_search_of_connectwise() {
        let post = |dialect: &dyn Reads, template| Risk::of_operation(dialect, &operation(Method::Post, template));
        assert_eq!(post(&ConnectWise, "/service/tickets/search"), Risk::Read);
        assert_eq!(post(&Generic, "/service/tickets/search"), Risk::Write);
        for template in ["/service/tickets/{id}/search", "/commands/{name}", "/system/reports/search"] {
            assert_eq!(post(&ConnectWise, template), Risk::Write, "{template}");
        }
        let put = operation(Method::Put, "/service/tickets/search");
        assert_eq!(Risk::of_operation(&ConnectWise, &put), Risk::Write);
        assert_eq!(Risk::of_unlisted(Method::Post, "/service/tickets/search"), Risk::Write);
        let manifest = embedded().unwrap();
        let listed =
            |path: &str| manifest.operations.iter().any(|known| known.method == Method::Post && known.path == path);
        assert!(SEARCHES.into_iter().all(listed));
    }

    #[test]
    fn the_gets_of_the_embedded_manifest_that_act_are_these() {
        let manifest = embedded().unwrap();
        let acting = manifest.operations.iter().filter(|operation| operation.method == Method::Get);
        let acting = acting.filter(|operation| !Risk::of_operation(&ConnectWise, operation).is_read());
        assert_eq!(
            acting.map(|operation| operation.path.as_str()).collect::<Vec<_>>(),
            [
                "/system/authAnvils/testConnection",
                "/system/managementNetworkSecurities/{id}/testCredentials",
                "/system/quoteLinkSetup/testConnection",
                "/system/workflows/{parentId}/events/{id}/test",
            ]
        );
    }

    fn operation(method: Method, path: &str) -> Operation {
        let manifest = embedded().unwrap();
        let any = manifest.operations.into_iter().find(|operation| operation.method == Method::Get).unwrap();
        Operation { method, path: path.to_owned(), operation_id: None, parameters: Vec::new(), ..any }
    }

    #[test]
    fn the_path_that_is_sent_can_only_make_it_worse() {
        let read = |path: &str| Risk::Read.at(&ConnectWise, Method::Get, path);
        assert_eq!(read("/system/authAnvils/TESTCONNECTION"), Risk::Write);
        assert_eq!(read("/system/quoteLinkSetup/test%43onnection/"), Risk::Write);
        assert_eq!(read("/system/authAnvils%2FtestConnection"), Risk::Write);
        assert_eq!(read("/system/workflows/1/events/5%2Ftest;v=1/"), Risk::Write);
        assert_eq!(read("/system/authAnvils/5"), Risk::Read);
        assert_eq!(Risk::Write.at(&ConnectWise, Method::Post, "/service/tickets/search"), Risk::Write);
        assert_eq!(Risk::Read.at(&Generic, Method::Get, "/files/delete"), Risk::Read);
    }

    #[test]
    fn a_head_or_options_of_a_get_that_acts_is_no_read_either() {
        let acting = "/system/authAnvils/testConnection";
        for method in [Method::Get, Method::Head, Method::Options] {
            let of = |dialect: &dyn Reads, path| Risk::of_operation(dialect, &operation(method, path));
            assert_eq!(of(&ConnectWise, acting), Risk::Write, "{method}");
            assert_eq!(Risk::Read.at(&ConnectWise, method, acting), Risk::Write, "{method}");
            assert_eq!(of(&Generic, "/jobs/{id}/restart"), Risk::Write, "{method}");
            assert_eq!(of(&ConnectWise, "/system/authAnvils"), Risk::Read, "{method}");
            assert_eq!(Risk::of_unlisted(method, "/jobs/5/restart"), Risk::Write, "{method}");
        }
    }

    #[test]
    fn an_action_counts_in_whatever_part_of_the_url_it_stands() {
        for (path, query, risk) in [
            ("/x", "a=1;Action=Stop", Risk::Write),
            ("/x", "Action%5B%5D=Stop", Risk::Write),
            ("/x;action=stop", "", Risk::Write),
            ("/x", "q=a%3BAction%3DStop", Risk::Read),
            ("/x", "action=parse", Risk::Read),
            ("/x", "method=DELETE", Risk::Delete),
            ("/x", "http%5Fmethod=post", Risk::Write),
            ("/x;method=PUT", "", Risk::Write),
            ("/x", "a=1;requestMethod=DELETE", Risk::Delete),
            ("/x", "method=GET", Risk::Read),
            ("/x", "method=sms&payment_method=post", Risk::Read),
        ] {
            assert_eq!(Risk::Read.asking(Method::Get, None, path, query.split('&')), risk, "{path}?{query}");
        }
    }

    #[test]
    fn a_redirect_is_judged_by_the_words_that_it_adds() {
        let led = |from: &str, to: &str| {
            let url = |text: &str| Url::parse("https://shop.example").unwrap().join(text).unwrap();
            Risk::of_redirect(&Generic, Method::Get, Redirected { from: &url(from), base: "", reads: true }, &url(to))
        };
        let led_by_write = |from: &str, to: &str| {
            let url = |text: &str| Url::parse("https://shop.example").unwrap().join(text).unwrap();
            let base = "/v4_6_release/apis";
            Risk::of_redirect(&Generic, Method::Get, Redirected { from: &url(from), base, reads: false }, &url(to))
        };
        assert_eq!(led_by_write("/items/5/cancel", "/items/5/cancel?sure=1"), Risk::Write);
        assert_eq!(led_by_write("/x?action=delete", "/x?action=delete"), Risk::Write);
        assert_eq!(led_by_write("/items/5/cancel", "/items/5"), Risk::Read);
        assert_eq!(led_by_write("/v4_6_release/apis/items", "/v4_6_release/apis/items/5"), Risk::Read);
        for (from, to, risk) in [
            ("/items/5", "/items/5?_method=DELETE", Risk::Delete),
            ("/items/5", "/items/5?Action=Stop", Risk::Write),
            ("/items/5", "/items/5/deleteNow", Risk::Write),
            ("/items/5", "/v2/items/5/", Risk::Read),
            ("/items/5/power", "/items/5/power/off", Risk::Write),
            ("/items/5/log", "/items/5/log/", Risk::Read),
            ("/restore-jobs/5", "/v2/Restore-Jobs/5", Risk::Read),
            ("/restore-jobs/5", "/restore-jobs/5/delete", Risk::Write),
            ("/audit?action=delete", "/audit/?action=delete", Risk::Read),
            ("/audit?action=delete", "/audit?action=delete&op=delete", Risk::Write),
        ] {
            assert_eq!(led(from, to), risk, "{from} {to}");
        }
    }

    #[test]
    fn what_overrides_the_method_counts_wherever_a_server_may_look() {
        for (text, risk) in [
            ("_method[]=DELETE", Risk::Delete),
            ("a=1;_method=DELETE", Risk::Delete),
            ("_HttpMethod=put&a=1", Risk::Write),
            ("%5Fmethod%5B%5D=DELETE", Risk::Delete),
            ("/items/5;_method=DELETE", Risk::Delete),
            ("httpMethod=DELETE", Risk::Delete),
            ("$method=DELETE", Risk::Delete),
            ("%24method=PUT", Risk::Write),
            ("httpMethod=GET", Risk::Read),
            ("httpMethod=all&a=1", Risk::Read),
            ("_httpMethod=all", Risk::Write),
            ("__method=DELETE", Risk::Delete),
            ("%24httpMethod=delete", Risk::Delete),
            (".method=PUT&a", Risk::Write),
            ("_request_method=DELETE", Risk::Delete),
            ("a[_method]=DELETE", Risk::Delete),
            ("my_method=DELETE&methods=DELETE&_methods=DELETE", Risk::Read),
            ("_method=GET", Risk::Read),
            ("method=flickr.photos.search", Risk::Read),
            ("http_method=DELETE", Risk::Read),
            ("q=a%3B_method%3DDELETE", Risk::Read),
        ] {
            assert_eq!(Risk::Read.with_url(text), risk, "{text}");
        }
        assert_eq!(Risk::Write.as_any_of(overriding([("_method[x]", "DELETE")])), Risk::Delete);
        for header in ["X-HTTP-Verb", "X-Override-Method", "X-Original-Method", "x_http_method_override"] {
            assert_eq!(Risk::Read.as_any_of(overriding([(header, "DELETE")])), Risk::Delete, "{header}");
        }
    }

    #[test]
    fn what_overrides_the_method_in_a_text_counts_in_whatever_form_it_is() {
        for (text, risk) in [
            ("name=x&_method=DELETE", Risk::Delete),
            ("%5Fmethod=%64elete&name=x", Risk::Delete),
            ("_method=+PUT", Risk::Write),
            ("--b\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--b--", Risk::Delete),
            ("<r><_method>DELETE</_method></r>", Risk::Delete),
            (r#"{"_METHOD": "delete"}"#, Risk::Delete),
            ("_method", Risk::Write),
            ("_method=GET", Risk::Read),
            ("my_method=DELETE&method=DELETE", Risk::Read),
            ("DELETE", Risk::Read),
            ("", Risk::Read),
        ] {
            assert_eq!(Risk::Read.as_any_of(overriding_in_text(text)), risk, "{text}");
        }
        assert_eq!(Risk::Delete.as_any_of(overriding_in_text("_method=GET")), Risk::Delete);
    }

    #[test]
    fn what_overrides_the_method_counts_where_it_is_worse() {
        for (name, value, risk) in [
            ("X-HTTP-Method-Override", "DELETE", Risk::Delete),
            ("x-http-method", "patch ", Risk::Write),
            ("X_Method_Override", "delete", Risk::Delete),
            ("_method", "Put", Risk::Write),
            ("_METHOD", "PURGE", Risk::Write),
            ("_method", "", Risk::Write),
            ("_method", "GET", Risk::Read),
            ("method", "DELETE", Risk::Read),
            ("X-Rewrite-URL", "/items/5/delete", Risk::Write),
            ("X_Original_URL", "/items", Risk::Write),
            ("X-Request-URL", "/items", Risk::Read),
        ] {
            assert_eq!(Risk::Read.as_any_of(overriding([("a", "b"), (name, value)])), risk, "{name}: {value}");
        }
        assert_eq!(Risk::Delete.as_any_of(overriding([("_method", "GET")])), Risk::Delete);
        assert_eq!(Risk::Write.as_any_of(overriding([("_method", "HEAD"), ("x-http-method", "DELETE")])), Risk::Delete);
    }
}
