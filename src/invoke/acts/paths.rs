//! Does a path ask for an action that its template does not say, or that no template does?

use percent_encoding::percent_decode_str;

use super::asked::names_action;
use super::names::{Deed, Place, Verb, all_deeds, deeds, of_two};
use crate::document::words;
use crate::openapi::{Operation, Part, PathTemplate};

/// Below these a word is the title of a page, and no verb that is a noun as well.
const PAGES: [&str; 11] =
    ["blog", "doc", "docs", "documentation", "faq", "guide", "guides", "help", "manual", "tutorials", "wiki"];

/// Last words of placeholders whose values hold slashes of their own: `contents/{path}`, `branches/{branch}`.
const HOLD_SLASHES: [&str; 8] = ["basehead", "branch", "filepath", "path", "ref", "tag", "uri", "url"];

/// What hands a path on, and is no folder of files.
const FORWARDS: [&str; 4] = ["forward", "gateway", "proxy", "relay"];

/// What some servers part a path by once it is decoded.
const PARTING: [char; 3] = ['/', '\\', ';'];

/// Whether a path of an operation has a value that names an action where the template has a placeholder for one.
pub(in crate::invoke) fn has_acting_value(operation: &Operation, path: &str) -> bool {
    let Ok(template) = PathTemplate::parse(&operation.path) else { return may_act(path) };
    let Some(values) = template.matches_in_any_case(path) else {
        // Slashes too many, or within a value.
        let literals: Vec<&str> = operation.path.split(['/', '#']).collect();
        return may_act_beyond(path, &literals);
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
            if value_acts_beyond(&value, name, collection) {
                return true;
            }
            let is_method = matches!(before, Some(Part::Literal(text)) if text.ends_with(':'));
            let is_of_collection = collection.is_some() && !is_method;
            let is_named_so = names_action(name) && !collection.is_some_and(|it| is_collection_of(it, name));
            let acts = |deed: &Deed| deed.surely_acts() || (is_named_so && deed.may_lead());
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

/// Whether a value reaches further than its placeholder and acts there: `5%2Fdelete` is `5/delete` to a server that decodes a path before
/// it looks for the handler. It is judged as a path that no manifest has; that of a file or a branch by a last word that is a verb and
/// nothing else.
fn value_acts_beyond(value: &str, placeholder: &str, literal: Option<&str>) -> bool {
    let decoded = percent_decode_str(value).decode_utf8_lossy();
    if !decoded.contains(PARTING) {
        return false;
    }
    let segments: Vec<&str> = decoded.split(PARTING).filter(|segment| !segment.is_empty()).collect();
    let is_of_files = literal.is_some_and(|literal| !FORWARDS.contains(&literal.to_lowercase().as_str()))
        && words::split(placeholder).last().is_some_and(|last| HOLD_SLASHES.contains(&last.as_str()));
    let climbs = segments.contains(&"..");
    if !is_of_files || climbs {
        return may_act(&segments.join("/"));
    }
    let is_verb = |deed: &Deed| deed.verb == Verb::Acts && deed.place == Place::Alone;
    segments.last().is_some_and(|last| !last.contains('.') && deeds(last).iter().any(is_verb))
}

/// Whether a path that no manifest has leaves a doubt that its GET reads.
pub(in crate::invoke) fn may_act(path: &str) -> bool {
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
            (Verb::MayAct, _) => (is_end || is_function) && deed.may_lead() && !is_page,
        };
        // `/power/off`
        let is_half = at.checked_sub(1).and_then(|before| of_two(segments.get(before)?, segment)).is_some();
        let is_acting = all_deeds(segment).iter().any(acts) || (is_half && is_end && !is_page);
        is_page |= PAGES.contains(&segment.to_lowercase().as_str());
        is_acting
    })
}

/// The same by what somebody else added to the segments that are known, be it the half of a verb.
pub(in crate::invoke) fn may_act_beyond(path: &str, known: &[&str]) -> bool {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_new_verb = |pair: &[&str]| match pair {
        [first, second] => !(is_among(first, known) && is_among(second, known)) && of_two(first, second).is_some(),
        _ => false,
    };
    may_act(&other_segments(path, known)) || segments.windows(2).any(is_new_verb)
}

/// The segments of a path that are none of those that are known: what somebody else added.
pub(in crate::invoke) fn other_segments(path: &str, known: &[&str]) -> String {
    let others = path.split('/').filter(|segment| !segment.is_empty() && !is_among(segment, known));
    others.map(|segment| format!("/{segment}")).collect()
}

fn is_among(segment: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(segment))
}

/// Whether a literal names the records of which a placeholder is one: `/tasks/{task}`.
fn is_collection_of(literal: &str, placeholder: &str) -> bool {
    let last = |name: &str| words::split(name).pop().map(|word| words::singular(&word));
    words::singular(literal) != literal && last(literal) == last(placeholder)
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

    use super::super::tests::get;
    use super::*;

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
            ("/items/{id}", "/items/5%2Fdelete"),
            ("/items/{id}", "/items/5%2Fpower%2Foff"),
            ("/items/{id}", "/items/5%5Cdelete"),
            ("/items/{id}", "/items/5%3Bdelete"),
            ("/items/{id}", "/items/5%252Fdelete"),
            ("/items/{id}", "/items/delete%2F5"),
            ("/items/{id}/notes", "/items/5%2Fcancel%3F/notes"),
            ("/{path}", "/items%2F5%2FremoveTag"),
            ("/proxy/{path}", "/proxy/items%2F5%2FremoveTag"),
            ("/contents/{path}", "/contents/items%2F5%2Fdelete"),
            ("/contents/{path}", "/contents/..%2Fitems%2F5%2FremoveTag"),
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
            ("/items/{id}", "/items/acme%2F5"),
            ("/dates/{day}", "/dates/2024%2F11%2F30"),
            ("/contents/{path}", "/contents/src%2Fdelete.rs"),
            ("/contents/{path}", "/contents/archive%2Fdelete%2Fnotes.md"),
            ("/branches/{branch}", "/branches/feature%2Fremove-old-items"),
            ("/branches/{branch}", "/branches/release%2F1.2"),
            ("/pages/{url}", "/pages/https%3A%2F%2Facme.example%2Fstart"),
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
            "/5/del",
            "/5/rm",
            "/5/ack",
            "/posts/5/like",
            "/deleteuser",
            "/users/5/deleteuser",
            "/5/poweroff",
            "/5/power/off",
            "/5/Power/On/",
            "/5/turn_off",
            "/5/turn/off",
            "/users/5/log/out",
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
            "/power/5",
            "/5/power",
            "/days/off",
            "/power/off/items",
            "/docs/turn/off",
            "/likes",
            "/posts/like/5/users",
            "/deletedkeys",
            "/",
        ] {
            assert!(!may_act(path), "{path}");
        }
    }
}
