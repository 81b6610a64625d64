//! Do the words of a GET say that it acts?
//!
//! RFC 9110 calls GET safe, and many APIs have GETs that delete. How much a word must say depends on who says it:
//!
//! | | a verb and nothing else (`delete`) | a verb that is a noun as well (`update`) |
//! |---|---|---|
//! | a manifest, of its operation | its last segment or its id leads with it | segment and id lead with it |
//! | a placeholder behind another, or one named after an action | its value leads with it | only by that name |
//! | an action in the query that nothing declares | it holds it | it leads with it |
//! | a path that no manifest has | any segment holds it | its last word leads with it, but for values |
//!
//! [`names`] finds the verbs. What an operation's id says of reading counts before its segment, unless it repeats the path.

mod names;

use percent_encoding::percent_decode_str;

use self::names::{Deed, Place, Verb, all_deeds, deeds, reads, words_of};
use crate::document::words;
use crate::openapi::{Operation, Parameter, ParameterIn, Part, PathTemplate};

/// What APIs call the parameter that says what to do.
const ACTION: [&str; 13] = [
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
    "task",
    "verb",
];

/// Below these a word is the title of a page, and no verb that is a noun as well.
const PAGES: [&str; 11] =
    ["blog", "doc", "docs", "documentation", "faq", "guide", "guides", "help", "manual", "tutorials", "wiki"];

/// Words that an id adds to those of the path it is made of.
const OF_IDS: [&str; 6] = ["api", "by", "for", "id", "using", "with"];

/// Values of a flag that is not set.
const UNSET: [&str; 5] = ["0", "false", "no", "none", "off"];

/// Whether a manifest's own words for an operation say that its GET acts.
pub(super) fn says_so(operation: &Operation) -> bool {
    let template = operation.path.as_str();
    let (path, fragment) = template.split_once('#').unwrap_or((template, ""));
    let mut queried = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
    // `/#delete` and `/#Action=Delete`: what follows `#` is what a manifest calls the operation.
    let named = fragment.split('&').filter(|pair| !pair.is_empty()).any(|pair| match pair.split_once('=') {
        Some((name, value)) => is_action(name, value),
        None => deeds(pair).iter().any(surely_acts),
    });
    let id = operation.operation_id.as_deref().map(|id| Id::of(id, path));
    named
        || queried.any(|parameter| only_value(parameter).is_some_and(|value| is_action(&parameter.name, value)))
        || last_literal(path).is_some_and(|segment| segment_acts(segment, id.as_ref()))
        || id.is_some_and(|id| id.deeds.iter().any(surely_acts))
}

/// Whether a path of an operation has a value that names an action where the template has a placeholder for one.
pub(super) fn has_acting_value(operation: &Operation, path: &str) -> bool {
    let Ok(template) = PathTemplate::parse(&operation.path) else { return may_act(path) };
    let Some(values) = template.matches_in_any_case(path) else {
        // Slashes too many, or within a value.
        let literals: Vec<&str> = operation.path.split(['/', '#']).collect();
        return may_act(&other_segments(path, &literals));
    };
    let mut values = values.into_iter().map(|(_, value)| value);
    let mut collection = None;
    for segment in template.segments() {
        let mut before = None;
        for part in &segment.parts {
            let Part::Parameter(name) = part else {
                before = Some(part);
                continue;
            };
            let value = values.next().unwrap_or_default();
            let is_method = matches!(before, Some(Part::Literal(text)) if text.ends_with(':'));
            let is_of_collection = collection.is_some() && !is_method;
            let is_named_so = names_action(name) && !collection.is_some_and(|it| is_collection_of(it, name));
            let acts = |deed: &Deed| surely_acts(deed) || (is_named_so && may_lead(deed));
            // Behind a collection stands a record, whatever its name.
            if (is_named_so || !is_of_collection) && deeds(&value).iter().any(acts) {
                return true;
            }
        }
        collection = match segment.parts.as_slice() {
            [Part::Literal(text)] => Some(text.as_str()),
            _ => None,
        };
    }
    false
}

/// Whether what a query asks for is an action. Of an operation's own parameters only one that it cannot go without says which
/// action it is: others filter by one. What nothing declares, a server may still heed.
pub(super) fn asks_for(operation: Option<&Operation>, query: impl IntoIterator<Item = (String, String)>) -> bool {
    query.into_iter().any(|(name, value)| {
        let bare = name.split('[').next().unwrap_or_default();
        let is_known = |known: &&Parameter| {
            known.location != ParameterIn::Header && [&*name, bare].iter().any(|it| known.name.eq_ignore_ascii_case(it))
        };
        let known = operation.and_then(|operation| operation.parameters.iter().find(is_known));
        match known {
            Some(known) => known.required && is_action(&name, &value),
            None => is_action(&name, &value) || is_flag(bare, &value),
        }
    })
}

/// Whether a path that no manifest has leaves a doubt that its GET reads.
pub(super) fn may_act(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let segments: Vec<&str> = decoded.split('/').filter(|segment| !segment.is_empty()).collect();
    let last = segments.iter().rposition(|segment| !is_value(segment)).unwrap_or_default();
    let ends_reading = segments.get(last).is_some_and(|segment| {
        let found = deeds(segment);
        !found.is_empty() && found.iter().all(|deed| deed.reads() && deed.place == Place::Alone)
    });
    let mut is_page = false;
    segments.iter().enumerate().any(|(at, segment)| {
        let behind = segments.get(at + 1..).unwrap_or_default();
        // `/archive/2024` is a list by date.
        let is_end = behind.iter().all(|segment| is_value(segment)) && !behind.first().is_some_and(|it| is_year(it));
        let is_function = !segment.contains(['-', '_']);
        let acts = |deed: &Deed| match (deed.verb, deed.place) {
            (Verb::Reads, _) => false,
            (Verb::Acts, Place::Alone) => !ends_reading,
            (Verb::Acts, _) => true,
            (Verb::MayAct, Place::Alone) => is_end && !is_page,
            (Verb::MayAct, _) => (is_end || is_function) && may_lead(deed) && !is_page,
        };
        let is_acting = all_deeds(segment).iter().any(acts);
        is_page |= PAGES.contains(&segment.to_lowercase().as_str());
        is_acting
    })
}

/// The segments of a path that are none of those that are known: what somebody else added.
pub(super) fn other_segments(path: &str, known: &[&str]) -> String {
    let is_known = |segment: &&str| known.iter().any(|known| known.eq_ignore_ascii_case(segment));
    let others = path.split('/').filter(|segment| !segment.is_empty() && !is_known(segment));
    others.map(|segment| format!("/{segment}")).collect()
}

fn surely_acts(deed: &Deed) -> bool {
    deed.verb == Verb::Acts && deed.leads()
}

/// Whether a verb that may be a noun is none by what follows it.
fn may_lead(deed: &Deed) -> bool {
    deed.verb == Verb::MayAct && !deed.is_noun()
}

/// Whether a pair says that something is to be done. `flickr.photos.getInfo` names its service before the verb.
fn is_action(name: &str, value: &str) -> bool {
    let parts = name.split(['[', ']']).map(str::trim).filter(|part| !part.is_empty());
    let is_named_so = parts.into_iter().any(|part| ACTION.iter().any(|known| known.eq_ignore_ascii_case(part)));
    if !is_named_so {
        return false;
    }
    let found = deeds(value);
    // With a capital it is the name of an operation (AWS's query APIs), which acts by whatever verb, unless that plainly reads.
    let is_operation = name.eq_ignore_ascii_case("action") && value.starts_with(char::is_uppercase);
    let does_not_read = is_operation && !found.iter().any(Deed::reads);
    does_not_read || found.iter().any(|deed| deed.verb == Verb::Acts || may_lead(deed))
}

/// Whether a pair is a verb that is set, such as `delete=5`.
fn is_flag(name: &str, value: &str) -> bool {
    let is_set = !UNSET.iter().any(|unset| unset.eq_ignore_ascii_case(value.trim()));
    is_set && deeds(name).iter().any(|deed| deed.verb == Verb::Acts && deed.place == Place::Alone)
}

/// Whether the name of a placeholder says that an action stands there: `verb`, `actionName`.
fn names_action(placeholder: &str) -> bool {
    let mut words = words::split(placeholder);
    words.pop_if(|last| last == "name");
    words.last().is_some_and(|last| ACTION.contains(&last.as_str()))
}

/// Whether a literal names the records of which a placeholder is one: `/tasks/{task}`.
fn is_collection_of(literal: &str, placeholder: &str) -> bool {
    let last = |name: &str| words::split(name).pop().map(|word| words::singular(&word));
    words::singular(literal) != literal && last(literal) == last(placeholder)
}

/// The value of a parameter that can have no other.
fn only_value(parameter: &Parameter) -> Option<&str> {
    let schema = &parameter.schema;
    let only = schema["enum"].as_array().filter(|values| values.len() == 1).and_then(|values| values.first());
    schema.get("const").or(only).and_then(|value| value.as_str())
}

/// The last segment of a template that is no placeholder.
fn last_literal(template: &str) -> Option<&str> {
    let segments = template.rsplit('/').filter(|segment| !segment.is_empty());
    segments.into_iter().find(|segment| !(segment.starts_with('{') && segment.ends_with('}')))
}

/// Whether a segment of a template says that its operation acts. `/restore-jobs` and `/cancel_fees` are nouns with one before them.
fn segment_acts(segment: &str, id: Option<&Id>) -> bool {
    let is_compound = segment.contains(['-', '_']);
    deeds(segment).iter().any(|deed| match (deed.verb, deed.place) {
        (Verb::Reads, _) | (_, Place::Last) => false,
        (_, Place::First) if is_compound => false,
        (Verb::Acts, Place::First) => !id.is_some_and(Id::reads),
        (Verb::Acts, Place::Alone) => !id.is_some_and(|id| id.reads() && !id.repeats_path_with(&deed.word)),
        (Verb::MayAct, _) => id.is_some_and(|id| id.says(&deed.word)),
    })
}

/// The id of an operation.
struct Id {
    deeds: Vec<Deed>,
    words: Vec<String>,
    /// The words of its operation's path, in the singular.
    path: Vec<String>,
}

impl Id {
    /// An id may name its group first (`Items_Delete`, `items.delete`, `GET_DeleteItem`) or last (`items.sendAs.get`).
    fn of(id: &str, path: &str) -> Self {
        let last = id.rsplit(['.', '/', ':']).next().unwrap_or(id);
        // As springfox ends the ids of every GET.
        let last = last.strip_suffix("UsingGET").unwrap_or(last);
        let grouped =
            last.split_once('_').filter(|(group, rest)| group.starts_with(char::is_uppercase) && !rest.contains('_'));
        let name = grouped.map_or(last, |(_, rest)| rest);
        let path = words::split(path).iter().map(|word| words::singular(word)).collect();
        Self { deeds: deeds(name), words: words_of(name), path }
    }

    fn reads(&self) -> bool {
        self.deeds.iter().any(Deed::reads)
    }

    /// Whether it is made of a method and the words of the path, with this verb among them: then it says nothing of its own
    /// (`getItemsByIdDelete`).
    fn repeats_path_with(&self, verb: &str) -> bool {
        let is_of_path = |word: &&String| OF_IDS.contains(&word.as_str()) || self.path.contains(&words::singular(word));
        let others = self.words.get(1..).unwrap_or_default();
        others.iter().any(|word| word == verb) && others.iter().all(|word| is_of_path(&word))
    }

    /// Whether it leads with a verb, says what that is done to, and says nothing of reading (`archive_list`).
    fn says(&self, verb: &str) -> bool {
        let leads = |deed: &Deed| deed.word == verb && deed.place == Place::First && !deed.is_before_plural;
        self.deeds.iter().any(leads) && !self.words.iter().any(|word| reads(word))
    }
}

/// Whether a segment is rather a value than a word.
fn is_value(segment: &str) -> bool {
    segment.contains(|character: char| character.is_ascii_digit())
}

fn is_year(segment: &str) -> bool {
    segment.len() == 4 && segment.parse().is_ok_and(|year: u16| (1900..2100).contains(&year))
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
            ("/x", Some("findAndDelete")),
            ("/y/stop", Some("stopJob")),
            ("/jobs/{id}/start", Some("Jobs_StartJob")),
            ("/setText", Some("setTextUsingGET")),
            ("/clearCache", None),
            ("/users/{id}/ban", None),
            ("/items/{id}/reset", Some("getItemsByIdReset")),
            ("/items/{id}/delete", Some("items_delete_list")),
            ("/items/{id}/soft-delete", None),
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
            ("/restore", Some("listRestores")),
            ("/send", Some("getSendStatus")),
            ("/archive", Some("archive_list")),
            ("/transfers/{id}/sendInfo", Some("getSendInfo")),
            ("/upload-tokens", Some("GET_upload-tokens")),
            ("/reporting/updateGroups", Some("Reporting_UpdateGroups")),
            ("/stores/{id}:completeQuery", Some("stores.completeQuery")),
            ("/runs/{id}/start", Some("getStart")),
            ("/stop", Some("stopTimes")),
            ("/?action=parse", None),
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
        // What an operation does not declare is no filter of it.
        assert!(asks(Some(&filtering), "cmd", "delete") && asks(Some(&filtering), "delete", "5"));
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
        ] {
            assert!(!asks(None, name, value), "{name}={value}");
        }
    }

    #[test]
    fn a_value_of_a_placeholder_counts_where_no_record_stands() {
        for (template, path) in [
            ("/items/{id}/{verb}", "/items/5/delete"),
            ("/items/{id}/{verb}", "/items/5/d%65lete"),
            ("/items/{id}/{verb}", "/ITEMS/5/delete/"),
            ("/items/{id}/{what}", "/items/5/removeTag"),
            ("/jobs/{id}/{actionName}", "/jobs/5/stop"),
            ("/jobs/{action}", "/jobs/stop"),
            ("/{resource}/{id}", "/delete/5"),
            ("/items/{id}:{verb}", "/items/5:cancel"),
            ("/proxy/{path}", "/proxy/items/5/delete"),
        ] {
            assert!(has_acting_value(&get(template, None, json!([])), path), "{template} {path}");
        }
        for (template, path) in [
            ("/items/{id}", "/items/delete"),
            ("/actions/{action}", "/actions/delete"),
            ("/items/{id}/{what}", "/items/5/archive"),
            ("/jobs/{id}/{action}", "/jobs/5/status"),
            ("/restore-jobs/{id}/{part}", "/restore-jobs/5/log"),
            ("/files/{name}.{format}", "/files/send.json"),
        ] {
            assert!(!has_acting_value(&get(template, None, json!([])), path), "{template} {path}");
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
            "/items/5/dElEtE",
            "/items/delete(5)",
            "/Items(5)/Default.Delete(force=true)",
            "/items/5/delete.v1",
            "/items/5/soft-delete",
            "/items/item_delete",
            "/deleteUser/foo",
            "/updateUser/foo",
            "/users/5/wipe",
            "/users/5/ban",
            "/orders/5/refund",
            "/orders/5/charge",
            "/orders/5/pay",
            "/orders/5/transfer",
            "/items/update-tags",
            "/users/archive/5",
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
            "/archive/2024",
            "/archive/2024/11",
            "/docs/install",
            "/audit",
            "/",
        ] {
            assert!(!may_act(path), "{path}");
        }
    }
}
