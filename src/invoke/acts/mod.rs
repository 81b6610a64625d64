//! Do the words of a GET say that it acts?
//!
//! RFC 9110 calls GET safe, and many APIs have GETs that delete. How much a word must say depends on who says it:
//!
//! | | a verb and nothing else (`delete`) | a verb that is a noun as well (`update`) |
//! |---|---|---|
//! | a manifest, of its operation | its last segment or its id leads with it | segment and id lead with it, its sentence says that it is done to something, or it ends the path behind a record, a verb or nothing, and the id says no more; behind a collection only where it is hardly a noun (`/items/update`), and no sentence says that it reads |
//! | a placeholder behind another, or one named after an action | its value leads with it | only by that name |
//! | an action in the query that nothing declares | it holds it | it leads with it |
//! | a parameter that may name an action, as `mode` may | it leads with it | never |
//! | a path that no manifest has | any segment holds it | its last word leads with it, but for values |
//!
//! [`names`] finds the verbs. What an operation's id says of reading counts before its segment, unless it repeats the path.

mod asked;
mod names;
mod paths;
mod told;

use self::asked::is_action;
pub(super) use self::asked::{asks_for, methods_of};
use self::names::{Deed, Place, Verb, deeds, is_hardly_noun, is_prefix, of_two, reads, words_of};
pub(super) use self::paths::{has_acting_value, may_act, may_act_beyond, other_segments};
use self::told::Told;
use crate::document::words;
use crate::openapi::{Operation, Parameter, ParameterIn};

/// Words that an id adds to those of the path it is made of.
const OF_IDS: [&str; 6] = ["api", "by", "for", "id", "using", "with"];

/// Whether a manifest's own words for an operation say that its GET acts.
pub(super) fn says_so(operation: &Operation) -> bool {
    let template = operation.path.as_str();
    let (path, fragment) = template.split_once('#').unwrap_or((template, ""));
    let mut queried = operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
    // `/#delete` and `/#Action=Delete`: what follows `#` is what a manifest calls the operation.
    let named = fragment.split('&').filter(|pair| !pair.is_empty()).any(|pair| match pair.split_once('=') {
        Some((name, value)) => is_action(name, value),
        None => deeds(pair).iter().any(Deed::surely_acts),
    });
    let id = operation.operation_id.as_deref().map(|id| Id::of(id, path));
    named
        || queried.any(|parameter| only_value(parameter).is_some_and(|value| is_action(&parameter.name, value)))
        || Last::of(path).is_some_and(|last| segment_acts(&last, id.as_ref(), &Told::of(operation)))
        || id.is_some_and(|id| id.deeds.iter().any(Deed::surely_acts))
}

/// The value of a parameter that can have no other.
fn only_value(parameter: &Parameter) -> Option<&str> {
    let schema = &parameter.schema;
    let only = schema["enum"].as_array().filter(|values| values.len() == 1).and_then(|values| values.first());
    schema.get("const").or(only).and_then(|value| value.as_str())
}

/// The last literals of a template.
struct Last {
    /// A segment; two where they are one verb (`/power/off`).
    text: String,
    /// Whether it ends the path where a verb stands rather than a noun: behind a record or another verb, or as all that there is.
    is_place_of_verb: bool,
    /// Whether it ends the path behind a collection: `/items/update`.
    is_of_collection: bool,
}

impl Last {
    fn of(template: &str) -> Option<Self> {
        let is_literal = |segment: &str| !(segment.starts_with('{') && segment.ends_with('}'));
        let segments: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
        let at = segments.iter().rposition(|segment| is_literal(segment))?;
        let last = segments.get(at)?;
        let before = |at: usize| at.checked_sub(1).and_then(|before| segments.get(before));
        let verb = before(at).filter(|before| is_literal(before)).and_then(|before| of_two(before, last));
        let is_verb = |segment: &str| deeds(segment).iter().any(|it| !it.reads() && it.place == Place::Alone);
        let is_place = before(if verb.is_some() { at - 1 } else { at })
            .is_none_or(|before| !is_literal(before) || is_verb(before) || is_prefix(before));
        let is_end = at + 1 == segments.len();
        let is_collection = |literal: &&&str| is_literal(literal) && words::singular(literal) != ***literal;
        Some(Self {
            is_place_of_verb: is_place && is_end,
            is_of_collection: verb.is_none() && is_end && before(at).is_some_and(|before| is_collection(&before)),
            text: verb.unwrap_or_else(|| (*last).to_owned()),
        })
    }
}

/// Whether a segment of a template says that its operation acts. `/restore-jobs` and `/cancel_fees` are nouns with one before them.
fn segment_acts(last: &Last, id: Option<&Id>, told: &Told) -> bool {
    let is_compound = last.text.contains(['-', '_']);
    deeds(&last.text).iter().any(|deed| match (deed.verb, deed.place) {
        (Verb::Reads, _) | (_, Place::Last) => false,
        (Verb::Acts, Place::First) if is_compound => last.is_place_of_verb && !deed.is_before_plural && id.is_none(),
        (_, Place::First) if is_compound => false,
        (Verb::Acts, Place::First) => !id.is_some_and(Id::reads),
        (Verb::Acts, Place::Alone) => !id.is_some_and(|id| id.reads() && !id.repeats_path_with(&deed.word)),
        (Verb::MayAct, Place::Alone) if last.is_place_of_verb && id.is_none_or(Id::repeats_path) => true,
        (Verb::MayAct, Place::Alone) if told.says(&deed.word) => true,
        (Verb::MayAct, Place::Alone) if last.is_of_collection && is_hardly_noun(&deed.word) => {
            id.is_none_or(Id::repeats_path) && !told.reads()
        }
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
        let others = self.words.get(1..).unwrap_or_default();
        others.iter().any(|word| word == verb) && others.iter().all(|word| self.is_of_path(word))
    }

    /// Whether it is made of the words of the path alone, none of which reads.
    fn repeats_path(&self) -> bool {
        self.words.iter().all(|word| self.is_of_path(word) && !reads(word))
    }

    fn is_of_path(&self, word: &str) -> bool {
        OF_IDS.contains(&word) || self.path.contains(&words::singular(word))
    }

    /// Whether it leads with a verb, says what that is done to, and says nothing of reading (`archive_list`).
    fn says(&self, verb: &str) -> bool {
        let leads = |deed: &Deed| deed.word == verb && deed.place == Place::First && !deed.is_before_plural;
        self.deeds.iter().any(leads) && !self.words.iter().any(|word| reads(word))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::read;

    /// The first GET of a path item.
    pub(super) fn get(path: &str, id: Option<&str>, parameters: serde_json::Value) -> Operation {
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
            ("/users/{id}/deleteuser", None),
            ("/items/{id}/del", None),
            ("/posts/{id}/like", Some("likePost")),
            ("/devices/{id}/power/off", None),
            ("/devices/{id}/Power/Cycle/{delay}", None),
            ("/users/{id}/log/out", None),
            ("/carts/{id}/check/out", Some("checkoutCart")),
            ("/srv/{id}/drop", None),
            ("/srv/{id}/drop", Some("srvDrop")),
            ("/state/delete/confirm", None),
            ("/trigger", None),
            ("/api/v1/refresh", None),
            ("/toggle", None),
            ("/lights/{id}/toggle", None),
            ("/flush-cache", None),
            ("/sendmail", None),
            ("/shutdownnow", None),
            ("/items/{id}/deleteNow", None),
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
            ("/orders/{id}/charge/{charge}", None),
            ("/orders/{id}/release", Some("latestRelease")),
            ("/archive/{year}", None),
            ("/accounts/transfer", None),
            ("/state/delete/confirm", Some("getDeleteConfirm")),
            ("/stop", Some("stopTimes")),
            ("/?action=parse", None),
            ("/devices/{id}/power", None),
            ("/posts/{id}/like", Some("getLike")),
            ("/deletedkeys", Some("GetDeletedKeys")),
            ("/power/{id}/off", None),
            ("/days/off", None),
            ("/carts/{id}/check/out", Some("getCheckOut")),
            ("/devices/{id}/power/on", Some("listPowerOnTimes")),
        ] {
            assert!(!says_so(&get(path, id, json!([]))), "{path} {id:?}");
        }
    }

    /// A list has archives and transfers, and hardly an edit or an append; where one may be either, the operation's sentence tells.
    #[test]
    fn a_verb_behind_a_collection_counts_where_it_is_hardly_a_noun_or_a_sentence_says_it() {
        for (path, id, summary, acts) in [
            ("/items/update", None, "", true),
            ("/items/update", None, "Update all items", true),
            ("/items/update", Some("items_update"), "", true),
            ("/items/edit", None, "", true),
            ("/api/v1/rules/apply/", None, "", true),
            ("/items/update", None, "Get updates", false),
            ("/items/update", Some("getItemsUpdate"), "", false),
            ("/items/update", Some("getItemsUpdate"), "Updates the items", true),
            ("/software/update", None, "", false),
            ("/software/update", None, "Updates the software", true),
            ("/software/update", None, "Update history", false),
            ("/items/archive", None, "", false),
            ("/items/archive", None, "Archive of all items", false),
            ("/items/archive", None, "Archives all items", true),
            ("/items/update/{id}", None, "", false),
            ("/users/delete", Some("users_delete_get"), "", true),
        ] {
            let operation = Operation { summary: summary.to_owned(), ..get(path, id, json!([])) };
            assert_eq!(says_so(&operation), acts, "{path} {id:?} {summary}");
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
}
