//! Which of ConnectWise's own rules, that no manifest states, does a request brush against?
//!
//! From the Developer Guide, and from what users of the API report of it. Pure.

use serde_json::Value;

use super::conditions::trade::words_of;
use super::conditions::{Checked, Kind, ORDER};
use super::parameters::TITLE;
use crate::invoke::draft::{Body, Draft};
use crate::openapi::Method;
use crate::surface::{Given, Said};

/// Notes on a request to ConnectWise's API: what it will refuse or ignore, and what to write instead.
pub fn advise(draft: &Draft) -> Vec<Said> {
    let mut notes = Vec::new();
    let path = draft.path.trim_end_matches('/').to_ascii_lowercase();
    let given = |name: &str| draft.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let reads = matches!(draft.method, Method::Get | Method::Head);

    if reads && matches!(path.as_str(), "/system/documents" | "/system/documents/count") {
        let missing: Vec<&'static str> =
            ["recordType", "recordId"].into_iter().filter(|name| given(name).is_none()).collect();
        if !missing.is_empty() {
            let note = Said::from("documents are listed of one record: ").given(Given::Added(missing));
            notes.push(note.text(", such as recordType \"Ticket\" and recordId 5"));
        }
    }
    if reads && path == "/system/audittrail" {
        let missing: Vec<&'static str> = ["type", "id"].into_iter().filter(|name| given(name).is_none()).collect();
        if !missing.is_empty() {
            let note = Said::from("the audit trail is read of one record: ").given(Given::Added(missing));
            notes.push(note.text(", such as type \"Ticket\" and id 5"));
        }
    }
    if reads && path.starts_with("/system/reports/") && given("fields").is_some() {
        let note = "reports do not heed `fields`; name the columns in `columns`, as GET /system/reports/{reportName}/columns lists them";
        notes.push(note.into());
    }
    if draft.risk.is_read() && given("pageId").is_some() {
        let clashing = [("page", given("page").is_some()), (ORDER, is_ordered(draft))];
        let clashing: Vec<&str> = clashing.into_iter().filter(|(_, clashes)| *clashes).map(|(name, _)| name).collect();
        if !clashing.is_empty() {
            let note = format!(
                "`pageId` goes on from a row by its id: beside it the API ignores `page` and refuses `orderBy`; leave out {}",
                clashing.join(" and ")
            );
            notes.push(note.into());
        }
    }
    if Kind::ALL.into_iter().filter_map(|kind| given(kind.parameter())).any(has_open_bracket_in_pattern) {
        let note = "in a `like` pattern `[` begins a set of characters; write `[[]` for the character itself";
        notes.push(note.into());
    }
    let fields = changed_fields(draft);
    let changes = |name: &str| fields.iter().any(|field| field.eq_ignore_ascii_case(name));
    if matches!(draft.method, Method::Patch | Method::Put)
        && path.contains("/tickets/")
        && changes("initialDescription")
    {
        let note = "initialDescription can be given at creation only; afterwards add a note: POST .../notes";
        notes.push(note.into());
    }
    if draft.method == Method::Patch
        && path.starts_with("/time/entries/")
        && changes("actualHours")
        && !(changes("timeStart") && changes("timeEnd"))
    {
        let note = "actualHours is ignored where the entry has timeStart and timeEnd: change those instead";
        notes.push(note.into());
    }
    notes.extend(untyped(draft, &path));
    if draft.method == Method::Post && path == "/system/callbacks" {
        let note = "the callback's URL must answer within 5 s, and deliveries are disabled after 3 days of failures; each \
                    is signed in the header x-content-signature (HMAC, with the key at its `key_url`): verify it before \
                    believing it";
        notes.push(note.into());
    }
    notes
}

/// A note on entries of a list that lack the type which tells them from others of their kind.
fn untyped(draft: &Draft, path: &str) -> Option<Said> {
    let Some(Body::Json(body)) = draft.body.as_ref().filter(|_| draft.method != Method::Delete) else { return None };
    words_of(TITLE).typed.iter().find_map(|typed| {
        let changed = || {
            body.as_array()?.iter().find(|step| step.get("path").is_some_and(|path| path == &*typed.list))?.get("value")
        };
        let entries = body.get(&typed.list).or_else(changed).and_then(Value::as_array);
        let is_added = draft.method == Method::Post && path.ends_with(&format!("/{}", typed.under));
        let mut entries: Vec<&Value> = entries.into_iter().flatten().collect();
        entries.extend(is_added.then_some(body));
        let lacks = |entry: &&Value| {
            entry.is_object() && entry.get("id").is_none() && entry.get(&typed.member).is_none_or(Value::is_null)
        };
        let entry = entries.into_iter().find(lacks)?;
        let types = typed.types(entry.get(&typed.kind).and_then(Value::as_str));
        let what = if is_added { "the body".to_owned() } else { format!("an entry of `{}`", typed.list) };
        let note =
            format!("{what} lacks its `{}`, {}: give the id of one that {types} lists", typed.member, typed.such_as);
        Some(note.into())
    })
}

/// Whether a request asks for an order, in its query or in the body of a search.
pub(super) fn is_ordered(draft: &Draft) -> bool {
    let is_given = |name: &&str| name.eq_ignore_ascii_case(ORDER);
    let is_in_body = draft.risk.is_read() && changed_fields(draft).iter().any(is_given);
    is_in_body || draft.query.iter().any(|(name, _)| is_given(&name.as_str()))
}

/// A note on a checked `fields`, of records that have `_info`: where it names what is in `_info` alone, or nothing that
/// the record has, and does not ask for `_info`.
pub fn of_fields(checked: &Checked) -> Option<String> {
    let named = || checked.text.split([',', ';']).map(str::trim).filter(|name| !matches!(*name, "" | "*"));
    let is_own = |name: &str| checked.fields_used.iter().any(|used| used.eq_ignore_ascii_case(name));
    let asks = named().any(|name| name.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case("_info")));
    (!asks && named().any(|name| !is_own(name))).then(|| {
        "with `fields`, the links and times of a record (dateEntered, lastUpdated, ...) come only if `_info` is asked for: \
         add `_info` to it"
            .to_owned()
    })
}

/// Whether a `[` follows `like` within its quotes that is not written as `[[]`.
fn has_open_bracket_in_pattern(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.split("like").skip(1).any(|after| {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|first| matches!(first, '"' | '\'')) else { return false };
        let pattern = after[1..].split(quote).next().unwrap_or_default();
        pattern.replace("[[]", "").contains('[')
    })
}

/// The top-level fields that a body sets.
fn changed_fields(draft: &Draft) -> Vec<&str> {
    match &draft.body {
        Some(Body::Json(Value::Object(object))) => object.keys().map(String::as_str).collect(),
        Some(Body::Json(Value::Array(operations))) => {
            operations.iter().filter_map(|operation| operation.get("path")?.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invoke::draft::Accept;
    use crate::invoke::risk::Risk;

    fn draft(method: Method, path: &str, query: &[(&str, &str)], body: Option<Value>) -> Draft {
        Draft {
            method,
            path: path.to_owned(),
            query: query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            headers: Vec::new(),
            body: body.map(Body::Json),
            accept: Accept::Json,
            notes: Vec::new(),
            doubts: Vec::new(),
            risk: Risk::of_method(method),
        }
    }

    #[test]
    fn documents_are_listed_of_one_record() {
        let notes = advise(&draft(Method::Get, "/system/documents", &[("recordId", "5")], None));
        assert!(notes.len() == 1 && notes[0].to_string().contains("add recordType to `params`"), "{notes:?}");
        let whole = [("recordId", "5"), ("recordType", "Ticket")];
        assert_eq!(advise(&draft(Method::Get, "/system/documents", &whole, None)), []);
        assert_eq!(advise(&draft(Method::Get, "/system/documents/7", &[], None)), []);
    }

    #[test]
    fn the_audit_trail_is_of_one_record() {
        let notes = |query: &[(&str, &str)]| advise(&draft(Method::Get, "/system/audittrail", query, None)).len();
        assert_eq!((notes(&[]), notes(&[("type", "Ticket"), ("id", "5")])), (1, 0));
    }

    #[test]
    fn a_callback_must_be_quick_and_verified() {
        let notes = advise(&draft(Method::Post, "/system/callbacks", &[], Some(json!({ "url": "https://x.example" }))));
        assert!(
            notes.len() == 1
                && notes[0].to_string().contains("x-content-signature")
                && notes[0].to_string().contains("5 s"),
            "{notes:?}"
        );
        assert_eq!(advise(&draft(Method::Get, "/system/callbacks", &[], None)), []);
    }

    #[test]
    fn info_must_be_asked_for_where_fields_names_what_the_record_lacks() {
        let note = |text: &str, used: &[&str]| {
            let fields_used = used.iter().map(|&used| used.to_owned()).collect();
            of_fields(&Checked { text: text.to_owned(), fields_used, ..Checked::default() }).is_some()
        };
        assert!(note("id,dateEntered", &["id", "_info/dateEntered"]));
        assert!(note("id,entered", &["id"]));
        assert!(!note("id, Summary,*,", &["id", "summary"]));
        assert!(!note("id,_info,entered", &["id", "_info"]));
        assert!(!note("id,_info/lastUpdated", &["id", "_info/lastUpdated"]));
    }

    #[test]
    fn numbers_of_one_kind_are_told_apart_by_a_type() {
        let noted = |path: &str, body: Value| advise(&draft(Method::Post, path, &[], Some(body)));
        let untyped = json!({ "value": "555-0199", "communicationType": "Phone" });
        let typed = json!({ "value": "555-0199", "communicationType": "Phone", "type": { "id": 2 } });
        let types = "GET /company/communicationTypes with conditions=phoneFlag = true";
        for (path, body) in [
            ("/company/contacts", json!({ "firstName": "Jane", "communicationItems": [typed, untyped] })),
            ("/company/contacts/5/communications", untyped.clone()),
        ] {
            let notes = noted(path, body);
            assert!(notes.len() == 1 && notes[0].to_string().contains(types), "{notes:?}");
        }
        let of_mail =
            json!({ "communicationItems": [{ "value": "jane@contoso.example", "communicationType": "Email" }] });
        assert!(noted("/company/contacts", of_mail)[0].to_string().contains("emailFlag = true"));
        assert_eq!(noted("/company/contacts", json!({ "communicationItems": [typed] })), []);
        assert_eq!(noted("/company/contacts/5/communications", typed), []);
    }

    #[test]
    fn what_the_api_ignores_is_said() {
        let notes = |draft: Draft| advise(&draft).iter().map(Said::to_string).collect::<Vec<_>>().join("; ");
        let report = draft(Method::Get, "/system/reports/Service", &[("fields", "id")], None);
        assert!(notes(report).contains("columns"));
        let like = |pattern: &str| draft(Method::Get, "/service/tickets", &[("conditions", pattern)], None);
        assert!(notes(like("summary like '%[urgent]%'")).contains("[[]"));
        assert_eq!(notes(like("summary like '%[[]urgent]%' and dateEntered > [2024-01-01]")), "");
        let patch = |path: &str, field: &str| {
            draft(Method::Patch, path, &[], Some(json!([{ "op": "replace", "path": field, "value": 1 }])))
        };
        assert!(notes(patch("/service/tickets/5", "initialDescription")).contains("creation"));
        assert!(notes(patch("/time/entries/5", "actualHours")).contains("timeStart"));
        assert_eq!(notes(patch("/time/entries/5", "notes")), "");
        assert_eq!(notes(draft(Method::Post, "/service/tickets", &[], Some(json!({ "initialDescription": "x" })))), "");
        let search = |body: Value| Draft {
            risk: Risk::Read,
            ..draft(Method::Post, "/service/tickets/search", &[("pageId", "5")], Some(body))
        };
        assert!(notes(search(json!({ "orderBy": "id" }))).contains("leave out orderBy"));
        assert_eq!(notes(search(json!({ "conditions": "id>5" }))), "");
    }
}
