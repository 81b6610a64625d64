//! Does a query ask for an action?

use super::names::{Deed, Place, Verb, deeds};
use crate::document::words;
use crate::openapi::{Method, Operation, Parameter, ParameterIn};

/// What APIs call the parameter that says what to do.
const ACTION: [&str; 14] = [
    "act",
    "action",
    "cmd",
    "command",
    "do",
    "func",
    "function",
    "method",
    "op",
    "operation",
    "request",
    "soapaction",
    "task",
    "verb",
];

/// Names of parameters that say what to do in some APIs and something else in others.
const MAYBE_ACTION: [&str; 9] = ["btn", "button", "call", "event", "fn", "mode", "proc", "req", "rpc"];

/// Values of a flag that is not set.
const UNSET: [&str; 5] = ["0", "false", "no", "none", "off"];

/// Whether what a query asks for is an action. Of an operation's own parameters only one that it cannot go without says which
/// action it is: others filter by one. What nothing declares, a server may still heed.
pub(in crate::invoke) fn asks_for(
    operation: Option<&Operation>,
    query: impl IntoIterator<Item = (String, String)>,
) -> bool {
    query.into_iter().any(|(name, value)| {
        is_mutation(&value)
            || match declared(operation, &name) {
                Some(known) => (known.required || is_door(operation)) && is_action(&name, &value),
                None => is_action(&name, &value) || is_flag(bare(&name), &value),
            }
    })
}

/// Words that the name of a parameter for a request's method is made of, the longer of two with one beginning first.
const OF_METHODS: [&str; 13] =
    ["original", "override", "request", "method", "https", "verb", "http", "real", "rest", "form", "api", "req", "x"];

/// The methods that a query asks for by parameters that the operation does not declare (`method=DELETE`, `http_method=POST`): a server may
/// heed them as it does `_method`. What is declared is a filter or a value of the API, whatever it is called.
pub(in crate::invoke) fn methods_of(operation: Option<&Operation>, query: &[(String, String)]) -> Vec<Method> {
    let names_method = |name: &str| name.split(['[', ']', '.']).any(is_of_method);
    let asked = query.iter().filter(|(name, _)| names_method(name) && declared(operation, name).is_none());
    asked.filter_map(|(_, value)| value.parse().ok()).collect()
}

/// Whether a name is made of such words alone, with the one for the method among them: `payment_method` is not.
fn is_of_method(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let (mut rest, mut has_method) = (plain.as_str(), false);
    while let Some((word, behind)) = OF_METHODS.iter().find_map(|word| Some((*word, rest.strip_prefix(word)?))) {
        has_method |= matches!(word, "method" | "verb");
        rest = behind;
    }
    has_method && rest.is_empty()
}

/// The name of a list without its brackets.
fn bare(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

/// The parameter that an operation declares under a name.
fn declared<'o>(operation: Option<&'o Operation>, name: &str) -> Option<&'o Parameter> {
    let is_it = |known: &&Parameter| {
        known.location != ParameterIn::Header
            && [name, bare(name)].iter().any(|name| known.name.eq_ignore_ascii_case(name))
    };
    operation?.parameters.iter().find(is_it)
}

/// Segments that are where an API is asked, and no records of it.
const DOORS: [&str; 14] = [
    "api", "cgi", "cgi-bin", "do", "endpoint", "gateway", "index", "q", "query", "request", "rest", "rpc", "service",
    "services",
];

/// Whether an operation is the one door of its API (`/`, `/api`, `/index.php`): there an action says what is done, and filters nothing,
/// whether or not it must be given.
fn is_door(operation: Option<&Operation>) -> bool {
    let path = operation.map_or("", |operation| operation.path.split('#').next().unwrap_or_default());
    path.split('/').filter(|segment| !segment.is_empty()).all(|segment| {
        let segment = segment.to_ascii_lowercase();
        let (name, script) = segment.rsplit_once('.').unwrap_or((&segment, ""));
        let is_version = segment.trim_start_matches('v').chars().all(|c| c.is_ascii_digit() || c == '.');
        is_version
            || DOORS.contains(&name)
            || matches!(script, "php" | "asp" | "aspx" | "ashx" | "asmx" | "jsp" | "cgi" | "do" | "cfm" | "pl")
    })
}

/// Whether a pair says that something is to be done. `flickr.photos.getInfo` names its service before the verb.
pub(super) fn is_action(name: &str, value: &str) -> bool {
    let parts: Vec<&str> = name.split(['[', ']', '.']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let is_one_of =
        |names: &[&str]| parts.iter().any(|part| names.iter().any(|known| known.eq_ignore_ascii_case(part)));
    if !is_one_of(&ACTION) {
        return is_one_of(&MAYBE_ACTION) && deeds(value).iter().any(Deed::surely_acts);
    }
    let found = deeds(value);
    // With a capital it is the name of an operation (AWS's query APIs), which acts by whatever verb, unless that plainly reads.
    let is_operation = is_one_of(&["action"]) && value.starts_with(char::is_uppercase);
    let does_not_read = is_operation && !found.iter().any(Deed::reads);
    does_not_read || found.iter().any(|deed| deed.verb == Verb::Acts || deed.may_lead())
}

/// Whether a text is a document of GraphQL with a mutation (sections 2.2 and 2.3 of its specification): one of its definitions begins
/// with that word.
fn is_mutation(text: &str) -> bool {
    let uncommented = text.lines().map(|line| line.split('#').next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let mut depth = 0_usize;
    let mut definition = String::new();
    for character in uncommented.chars() {
        match character {
            '{' if depth == 0 => {
                let begins =
                    definition.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '\u{feff}'));
                let word = begins.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
                if word == "mutation" {
                    return true;
                }
                definition.clear();
                depth = 1;
            }
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            other if depth == 0 => definition.push(other),
            _ => {}
        }
    }
    false
}

/// Whether a pair is a verb that is set, such as `delete=5`.
fn is_flag(name: &str, value: &str) -> bool {
    let is_set = !UNSET.iter().any(|unset| unset.eq_ignore_ascii_case(value.trim()));
    is_set && deeds(name).iter().any(|deed| deed.verb == Verb::Acts && deed.place == Place::Alone)
}

/// Whether the name of a placeholder says that an action stands there: `verb`, `actionName`.
pub(super) fn names_action(placeholder: &str) -> bool {
    let mut words = words::split(placeholder);
    words.pop_if(|last| last == "name");
    words.last().is_some_and(|last| ACTION.contains(&last.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::get;
    use super::*;

    fn asks(operation: Option<&Operation>, name: &str, value: &str) -> bool {
        asks_for(operation, [(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn the_action_that_is_asked_for_counts_where_it_says_which_operation_it_is() {
        let parameter = |required: bool| json!([{ "name": "Action", "in": "query", "required": required, "schema": { "type": "string" } }]);
        let (several, filtering) = (get("/x", None, parameter(true)), get("/audit", None, parameter(false)));
        for (operation, action, acts) in [
            (Some(&several), "DeleteUser", true),
            (Some(&several), "StartInstances", true),
            (Some(&several), "ListUsers", false),
            (Some(&filtering), "DeleteUser", false),
            (None, "DeleteUser", true),
            (None, "query", false),
        ] {
            assert_eq!(asks(operation, "action", action), acts, "{action}");
        }
        for (path, acts) in
            [("/", true), ("/api/v2.1", true), ("/cgi-bin/index.php", true), ("/q#list", true), ("/logs", false)]
        {
            assert_eq!(asks(Some(&get(path, None, parameter(false))), "Action", "DeleteVpc"), acts, "{path}");
        }
        // What an operation does not declare is no filter of it.
        assert!(asks(Some(&filtering), "cmd", "delete") && asks(Some(&filtering), "delete", "5"));
    }

    #[test]
    fn a_method_is_asked_for_by_what_nothing_declares() {
        let declares =
            |name: &str| get("/x", None, json!([{ "name": name, "in": "query", "schema": { "type": "string" } }]));
        let asked = |operation: Option<&Operation>, name: &str, value: &str| {
            methods_of(operation, &[(name.to_owned(), value.to_owned())])
        };
        for name in
            ["method", "Method", "http_method", "httpVerb", "X-HTTP-Method", "requestMethod", "a[method]", "method[]"]
        {
            assert_eq!(asked(None, name, " delete "), [Method::Delete], "{name}");
            assert_eq!(asked(Some(&declares("other")), name, "PATCH"), [Method::Patch], "{name}");
        }
        assert_eq!(asked(Some(&declares("METHOD")), "method", "DELETE"), []);
        for (name, value) in
            [("payment_method", "post"), ("methods", "DELETE"), ("q", "DELETE"), ("method", "sms"), ("x", "PUT")]
        {
            assert_eq!(asked(None, name, value), [], "{name}={value}");
        }
    }

    #[test]
    fn an_action_is_found_however_the_query_spells_it() {
        for (name, value) in [
            ("method", "shop.items.delete"),
            ("Action[]", "Stop"),
            ("a[action]", "delete"),
            ("action", "get,delete"),
            ("Action", "GetAndDelete"),
            ("Action", "AllocateAddress"),
            ("cmd", "stop"),
            ("do", "reset"),
            ("op", "item_delete"),
            ("act", "update"),
            ("task", "users.ban"),
            ("delete", "5"),
            ("Delete[]", "5"),
            ("purge", ""),
            ("a.action", "stop"),
            ("input.Action", "Stop"),
            ("soapaction", "Delete"),
            ("fn", "deleteAll"),
            ("call", "deleteAll"),
            ("req", "delete"),
            ("mode", "delete"),
            ("button", "Delete"),
            ("query", "mutation{deleteAll}"),
            ("query", " mutation M($id: ID!) { deleteItem(id: $id) { id } }"),
            ("q", "# first\nquery A { a } mutation B { b }"),
        ] {
            assert!(asks(None, name, value), "{name}={value}");
        }
        for (name, value) in [
            ("q", "DeleteUser"),
            ("method", "sms"),
            ("cmd", "list"),
            ("action", "parse"),
            ("action", "heartbeat"),
            ("action", "login"),
            ("delete", "false"),
            ("cancel_url", "https://shop.example"),
            ("start", "0"),
            ("deleted", "1"),
            ("mode", "archive"),
            ("mode", "dark"),
            ("call", "list"),
            ("event", "item_delete"),
            ("query", "mutation rate"),
            ("query", "{ mutation { id } }"),
            ("query", "query mutations { items { id } }"),
            ("filter", "{ mutation: 1 }"),
        ] {
            assert!(!asks(None, name, value), "{name}={value}");
        }
    }
}
