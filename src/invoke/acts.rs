//! Do the words of a GET say that it acts?
//!
//! RFC 9110 calls GET safe, and many APIs have GETs that delete. What a manifest calls an operation tells: the action that parts it
//! from others of its path, the last word of its template, the verb of its id. Where no manifest has the operation, its path is
//! all that tells, and less is enough to doubt it.

use percent_encoding::percent_decode_str;

use crate::document::words;
use crate::openapi::{Operation, Parameter, ParameterIn};

/// Verbs by which a GET says that it acts. None of them is a noun or an adjective as well, such as `update`, `run` or `open`, which
/// name records in many APIs.
const ACTS: [&str; 51] = [
    "activate",
    "approve",
    "assign",
    "attach",
    "cancel",
    "create",
    "deactivate",
    "delete",
    "deregister",
    "destroy",
    "detach",
    "disable",
    "disconnect",
    "dismiss",
    "enable",
    "erase",
    "execute",
    "insert",
    "invalidate",
    "kill",
    "logout",
    "modify",
    "publish",
    "purge",
    "reactivate",
    "reboot",
    "recalculate",
    "regenerate",
    "reject",
    "remove",
    "rename",
    "reopen",
    "resend",
    "restart",
    "restore",
    "revert",
    "revoke",
    "send",
    "signout",
    "submit",
    "subscribe",
    "suspend",
    "terminate",
    "unassign",
    "unblock",
    "uninstall",
    "unlink",
    "unlock",
    "unpublish",
    "unsubscribe",
    "upsert",
];

/// Verbs that are nouns or adjectives as well: of an operation that a manifest has they say nothing, and of one that none has
/// they are enough to doubt that it reads.
const MAY_ACT: [&str; 29] = [
    "add", "archive", "block", "clear", "close", "complete", "convert", "decline", "drop", "finish", "flush",
    "install", "lock", "merge", "pause", "reset", "resume", "rollback", "rotate", "run", "set", "shutdown", "start",
    "stop", "sync", "trigger", "undo", "update", "void",
];

/// Verbs of actions that plainly read.
const READS: [&str; 17] = [
    "check", "count", "describe", "download", "fetch", "find", "get", "has", "head", "is", "list", "lookup", "query",
    "read", "search", "show", "view",
];

/// Words before a verb that say how it is done.
const ADVERBS: [&str; 5] = ["batch", "bulk", "force", "mass", "multi"];

/// What a query calls the parameter that parts the operations of one path. `action` holds a verb wherever it does (AWS's query APIs), so
/// that what does not plainly read acts; the others may hold anything (`method=sms`), and act by a verb alone.
const ACTION: &str = "action";
const LIKE_ACTION: [&str; 4] = ["cmd", "command", "method", "operation"];

/// Endings of a path that name the form of its answer, or what runs behind it, and no action.
const FORMS: [&str; 15] =
    ["action", "ashx", "asp", "aspx", "cgi", "csv", "do", "html", "json", "jsp", "php", "svc", "txt", "xml", "yaml"];

/// Whether a manifest's own words for an operation say that its GET acts.
pub(super) fn says_so(operation: &Operation) -> bool {
    let template = operation.path.as_str();
    let (path, fragment) = template.split_once('#').unwrap_or((template, ""));
    let mut queried = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
    // `/#delete` and `/#Action=Delete`: what follows `#` is what a manifest calls the operation.
    let named = fragment.split('&').filter(|pair| !pair.is_empty()).any(|pair| match pair.split_once('=') {
        Some((name, value)) => is_act(name, value),
        None => is_in(&ACTS, verb(pair)),
    });
    named
        || queried.any(|parameter| only_value(parameter).is_some_and(|value| is_act(&parameter.name, value)))
        || last_literal(path).is_some_and(|segment| segment_acts(segment, operation.operation_id.as_deref()))
        || operation.operation_id.as_deref().is_some_and(|id| is_in(&ACTS, verb_of_id(id)))
}

/// Whether what a query asks for is an action that does not plainly read. Of an operation only a parameter that it cannot go
/// without says which action it is: others filter by one. Where no manifest has the operation, any may.
pub(super) fn asks_for<'a>(operation: Option<&Operation>, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> bool {
    let tells = |name: &str| match operation {
        None => true,
        Some(operation) => {
            let mut required = operation.parameters.iter().filter(|parameter| parameter.required);
            required.any(|known| known.location == ParameterIn::Query && known.name.eq_ignore_ascii_case(name))
        }
    };
    query.into_iter().any(|(name, value)| is_act(name, value) && tells(name))
}

/// Whether a path that no manifest has leaves a doubt that its GET reads: its last word, or the one before values, is a verb.
pub(super) fn may_act(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut segments = decoded.rsplit('/').filter(|segment| !segment.is_empty());
    let is_value = |segment: &str| bare(segment).contains(|character: char| character.is_ascii_digit());
    let last = segments.find(|segment| !is_value(segment)).map(verb).unwrap_or_default();
    let before = segments.next().map(verb).unwrap_or_default();
    if last.1 && READS.contains(&&*last.0) {
        return false;
    }
    // `/5/delete` and `/delete/5`, and `/delete/readme`, where the value is a word.
    ACTS.contains(&&*last.0) || (last.1 && MAY_ACT.contains(&&*last.0)) || (before.1 && ACTS.contains(&&*before.0))
}

/// Whether a value of the query is an action that acts. `flickr.photos.getInfo` names its service before the verb.
fn is_act(name: &str, value: &str) -> bool {
    let is_like = LIKE_ACTION.iter().any(|known| known.eq_ignore_ascii_case(name));
    (name.eq_ignore_ascii_case(ACTION) && !is_in(&READS, verb(value))) || (is_like && is_in(&ACTS, verb(value)))
}

/// The value of a parameter that can have no other.
fn only_value(parameter: &Parameter) -> Option<&str> {
    let schema = &parameter.schema;
    let only = schema["enum"].as_array().filter(|values| values.len() == 1).and_then(|values| values.first());
    schema.get("const").or(only).and_then(|value| value.as_str())
}

fn is_in(verbs: &[&str], (verb, _): (String, bool)) -> bool {
    verbs.contains(&verb.as_str())
}

/// The last segment of a template that is no placeholder.
fn last_literal(template: &str) -> Option<&str> {
    let segments = template.rsplit('/').filter(|segment| !segment.is_empty());
    segments.into_iter().find(|segment| !(segment.starts_with('{') && segment.ends_with('}')))
}

/// Whether a segment of a template is a verb, alone or before its noun (`deleteItem`). `/restore-jobs` and `/cancel_fees` are nouns
/// with one before them, and so is `/sendAs` where the id says that it reads.
fn segment_acts(segment: &str, id: Option<&str>) -> bool {
    let (verb, is_alone) = verb(segment);
    let reads = || id.is_some_and(|id| is_in(&READS, verb_of_id(id)));
    ACTS.contains(&verb.as_str()) && (is_alone || !(segment.contains(['-', '_']) || reads()))
}

/// The verb of an id, which may name its group first (`Items_Delete`, `items.delete`, `GET_DeleteItem`) or last (`items.sendAs.get`).
fn verb_of_id(id: &str) -> (String, bool) {
    let last = id.rsplit(['.', '/', ':']).next().unwrap_or(id);
    let grouped = last
        .split_once('_')
        .filter(|(group, rest)| group.starts_with(|character: char| character.is_uppercase()) && !rest.contains('_'));
    verb(grouped.map_or(last, |(_, rest)| rest))
}

/// A segment without its parameters (RFC 3986 section 3.3) and without the noun before a custom method (`5:cancel`, Google's AIP-136).
fn bare(segment: &str) -> &str {
    let segment = segment.split(';').next().unwrap_or_default();
    segment.rsplit(':').next().unwrap_or_default()
}

/// The first word of a segment, action or id but for adverbs, in lower case, and whether it is the only one. A form is no part of it.
fn verb(text: &str) -> (String, bool) {
    let text = bare(text);
    let mut pieces: Vec<&str> = text.split('.').collect();
    let is_form = |piece: &str| piece.starts_with('{') || FORMS.iter().any(|form| form.eq_ignore_ascii_case(piece));
    while pieces.len() > 1 && pieces.last().is_some_and(|piece| is_form(piece)) {
        pieces.pop();
    }
    let text = pieces.last().copied().unwrap_or_default();
    // A value is no verb.
    if text.contains('{') {
        return (String::new(), false);
    }
    let mut words = words::split(text).into_iter().skip_while(|word| ADVERBS.contains(&word.as_str())).peekable();
    let first = words.next().unwrap_or_default();
    // To execute a search is to search.
    match words.peek() {
        Some(second) if first == "execute" && READS.contains(&second.as_str()) => (second.clone(), false),
        next => (first, next.is_none()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::read;

    /// The first GET of a path item.
    fn get(path: &str, id: Option<&str>, parameters: serde_json::Value) -> Operation {
        let mut operation = json!({ "parameters": parameters, "responses": { "200": { "description": "ok" } } });
        if let Some(id) = id {
            operation["operationId"] = id.into();
        }
        let manifest = json!({ "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": { path: { "get": operation } } });
        read(manifest.to_string().as_bytes()).unwrap().operations.remove(0)
    }

    #[test]
    fn an_operation_acts_where_its_own_words_say_so() {
        for (path, id) in [
            ("/items/{id}/delete", None),
            ("/items/{id}/delete/", None),
            ("/items/delete/{id}", None),
            ("/items/{id}/deleteItem", None),
            ("/items/{id}/bulkDelete", None),
            ("/items/{id}/delete.json", None),
            ("/items/{id}/delete.{format}", None),
            ("/items/delete.php", None),
            ("/items/{id}/delete;force=true", None),
            ("/items/{id}:cancel", None),
            ("/jobs/{id}/Restart", None),
            ("/items#delete", None),
            ("/#Action=TerminateInstances", None),
            ("/?Action=Go", None),
            ("/x", Some("sendInvoice")),
            ("/x", Some("delete_item")),
            ("/x", Some("Items_Delete")),
            ("/x", Some("GET_DeleteItem")),
            ("/x", Some("shop.items.remove")),
        ] {
            assert!(says_so(&get(path, id, json!([]))), "{path} {id:?}");
        }
        for (path, id) in [
            ("/deleted", None),
            ("/items/{id}/enabled", None),
            ("/#Action=DescribeInstances", Some("GET_DescribeInstances")),
            ("/?Action=BatchGetItem", None),
            ("/items/{delete}", None),
            ("/items/{id}/restarts", None),
            ("/runs/{id}/test", Some("getTest")),
            ("/software/update", Some("latestUpdate")),
            ("/x", Some("listDelete")),
            ("/x", Some("Items_List")),
            ("/settings.json", None),
            ("/restore-jobs", None),
            ("/rides/{id}/cancel_fees", None),
            ("/settings/sendAs", Some("settings.sendAs.get")),
            ("/elements/search", Some("Element_ExecuteSearchByAttribute")),
        ] {
            assert!(!says_so(&get(path, id, json!([]))), "{path} {id:?}");
        }
    }

    #[test]
    fn both_of_two_operations_of_one_path_are_judged_by_their_action() {
        let twins = |first: &str, second: &str| {
            let item = json!({ "get": { "responses": { "200": { "description": "ok" } } } });
            let paths = json!({ format!("/x?Action={first}"): item, format!("/x?Action={second}"): item });
            let manifest = json!({ "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": paths });
            let operations = read(manifest.to_string().as_bytes()).unwrap().operations;
            operations.iter().map(says_so).collect::<Vec<_>>()
        };
        assert_eq!(twins("Go", "Stop"), [true, true]);
        assert_eq!(twins("ListUsers", "DeleteUser"), [false, true]);
        assert_eq!(twins("GetUser", "DescribeUsers"), [false, false]);
    }

    #[test]
    fn the_action_that_is_asked_for_counts_where_it_says_which_operation_it_is() {
        let parameter = |required: bool| json!([{ "name": "Action", "in": "query", "required": required, "schema": { "type": "string" } }]);
        let (several, filtering) = (get("/x", None, parameter(true)), get("/audit", None, parameter(false)));
        for (operation, action, acts) in [
            (Some(&several), "DeleteUser", true),
            (Some(&several), "ListUsers", false),
            (Some(&filtering), "DeleteUser", false),
            (None, "DeleteUser", true),
            (None, "query", false),
        ] {
            assert_eq!(asks_for(operation, [("action", action)]), acts, "{action}");
        }
        for (name, value, acts) in [
            ("q", "DeleteUser", false),
            ("method", "sms", false),
            ("method", "shop.items.delete", true),
            ("cmd", "list", false),
        ] {
            assert_eq!(asks_for(None, [(name, value)]), acts, "{name}={value}");
        }
    }

    #[test]
    fn a_path_that_no_manifest_has_is_doubted_by_its_words() {
        for path in [
            "/items/5/delete",
            "/items/5/delete/",
            "/items/delete/5",
            "/items/delete/readme",
            "/items/5/removeItem",
            "/items/5/reset",
            "/items/5/disable.json",
            "/items/5/d%65lete",
            "/items/5/delete;v=1",
            "/jobs/5:stop",
        ] {
            assert!(may_act(path), "{path}");
        }
        for path in [
            "/items",
            "/items/5",
            "/updates/latest",
            "/start-times",
            "/set/items",
            "/items/resets",
            "/items/cancel/search",
            "/v2/status",
            "/",
        ] {
            assert!(!may_act(path), "{path}");
        }
    }
}
