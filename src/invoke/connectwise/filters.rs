//! Which filters does a call have, and what do they filter?

use std::sync::Arc;

use serde_json::{Value, json};

use super::conditions::{self, Checked, FieldSource, Kind, SchemaFields};
use super::{completed, rules};
use crate::document::route::RouteKind;
use crate::document::words::plural;
use crate::invoke::dialect::{Filtered, Findings, Mended};
use crate::invoke::draft::Draft;
use crate::openapi::{Method, Operation};
use crate::store::{OperationRow, Store, StoreError};
use crate::surface::{Place, Said};

/// Problems and warnings of a call's filters, about; what is beyond is not looked at.
const MOST_ABOUT_FILTERS: usize = 80;

/// Whether the value of a parameter is checked: a filter, an order or a choice of fields.
fn is_filter(name: &str) -> bool {
    conditions::filters_or_orders(name) || name.eq_ignore_ascii_case("fields")
}

/// Checks the filters of a call against what the operation answers.
///
/// # Errors
/// [`StoreError`]
pub(super) fn check(filtered: &Filtered<'_>) -> Result<Findings, StoreError> {
    let Filtered { store, api, entry, operation, params, data, meaning } = *filtered;
    let mut texts: Vec<(Place, &str, &str)> = Vec::new();
    for (name, value) in params {
        let declared = operation.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        if let (Some(parameter), Some(text)) = (declared, value.as_str())
            && is_filter(&parameter.name)
            && !text.trim().is_empty()
        {
            texts.push((Place::param(name), &parameter.name, text));
        }
    }
    // The body of a search holds the same filters.
    if entry.method == Method::Post && super::SEARCHES.contains(&entry.path.as_str()) {
        for (name, value) in data.and_then(Value::as_object).into_iter().flatten() {
            // An empty one filters nothing, as a script that has none sends it.
            if let Some(text) = value.as_str().filter(|text| is_filter(name) && !text.trim().is_empty()) {
                texts.push((Place::body().field(name), name, text));
            }
        }
    }
    let mut findings = Findings::default();
    if texts.is_empty() {
        return Ok(findings);
    }
    // Where no schema tells the fields, the grammar is checked all the same.
    let schema = filtered_schema(store, entry, operation)?;
    let is_known = schema.is_some();
    let schema = schema.unwrap_or_else(|| json!({ "type": "object", "additionalProperties": true }));
    let lookup = |name: &str| store.schema(&entry.api, name);
    let apart = |name: &str| list_apart(store, entry, name);
    let fields = SchemaFields::new(&schema, &lookup).of_api(&api.title).with_lists(&apart);
    let has_info = is_known && fields.field("_info").path().is_some();
    // To list the fields of a ticket takes longer than all else of a call, and no right filter asks for it.
    let meaning = |words: &str| {
        let paths: Vec<&str> = fields.all().iter().map(|field| field.path.as_str()).collect();
        meaning(words, &paths)
    };
    for (place, name, text) in texts {
        if findings.problems.len() + findings.notes.len() > MOST_ABOUT_FILTERS {
            let unread = " was not looked at: there is too much to say of those before it";
            findings.notes.push(Said::new().place(&place).text(unread));
            continue;
        }
        let checked: Checked = match Kind::of_parameter(name) {
            // Which of its fields are lists is not known.
            Some(Kind::ChildConditions) if !is_known => continue,
            Some(kind) => conditions::check(kind, text, &fields, &meaning),
            None if name.eq_ignore_ascii_case(conditions::ORDER) => conditions::check_order_by(text, &fields, &meaning),
            None => conditions::check_fields(text, &fields, &meaning),
        };
        if has_info && name.eq_ignore_ascii_case("fields") {
            findings.notes.extend(rules::of_fields(&checked).map(Said::from));
        }
        findings.problems.extend(checked.problems(&place));
        findings.doubts.extend(checked.doubts(&place));
        findings.notes.extend(checked.warnings(&place));
        let mended = |sent| Mended { name: name.to_owned(), given: text.to_owned(), sent };
        findings.mended.extend(checked.mended().map(mended));
    }
    Ok(findings)
}

/// The schema of what is filtered: of the answer, or for a count of what it counts. `None` where the manifest does not say: of a
/// report, whose columns are its own, and of a count whose list it lacks.
pub(super) fn filtered_schema(
    store: &Store,
    entry: &OperationRow,
    operation: &Operation,
) -> Result<Option<Value>, StoreError> {
    if completed::is_report(&entry.path) {
        return Ok(None);
    }
    let counted = entry.path.strip_suffix("/count").filter(|_| entry.kind == RouteKind::Count);
    let list = match counted {
        // `.../info` is the short form of a list, which is there without it.
        Some(path) => match list_at(store, entry, path)? {
            None => list_at(store, entry, path.strip_suffix("/info").unwrap_or(path))?,
            found => found,
        },
        None => None,
    };
    if counted.is_some() && list.is_none() {
        return Ok(None);
    }
    let operation = list.as_deref().unwrap_or(operation);
    let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
    Ok(good.and_then(|response| response.content.first()).map(|content| content.schema.clone()))
}

/// The path of the operation that lists what each of an operation's records has under this name, without the record holding it.
fn list_apart(store: &Store, entry: &OperationRow, name: &str) -> Option<String> {
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let path = ["/count", "/search"].into_iter().find_map(|end| entry.path.strip_suffix(end)).unwrap_or(&entry.path);
    let named = |name: &str| {
        let found = store.by_template(&format!("{path}/{{id}}/{name}")).ok()?;
        found.into_iter().find(|other| other.method == Method::Get && other.api == entry.api)
    };
    let found = is_name.then(|| named(name).or_else(|| named(&plural(name))))??;
    Some(found.path)
}

fn list_at(store: &Store, entry: &OperationRow, path: &str) -> Result<Option<Arc<Operation>>, StoreError> {
    let mut found = store.by_template(path)?.into_iter();
    let list = found.find(|other| other.method == Method::Get && other.api == entry.api);
    list.map(|list| store.operation(list.doc)).transpose()
}

/// The same filters on the count route, as far as it declares them.
pub(super) fn count_of(draft: &Draft, counting: &Operation) -> Draft {
    let declared = |name: &str| counting.parameters.iter().any(|parameter| parameter.name == name);
    let is_counted = |name: &str| Kind::of_parameter(name).is_some() && declared(name);
    Draft {
        path: format!("{}/count", draft.path.trim_end_matches('/')),
        query: draft.query.iter().filter(|(name, _)| is_counted(name)).cloned().collect(),
        notes: Vec::new(),
        ..draft.clone()
    }
}

/// Last segments of GETs that answer with one thing which no parameter makes smaller.
const ONE_THING: [&str; 12] = [
    "default",
    "download",
    "image",
    "knowledgebasesettings",
    "notificationtype",
    "pdf",
    "projectworkplan",
    "property",
    "quantityonhand",
    "testconnection",
    "testcredentials",
    "thumbnail",
];

/// How to ask for less: a list by filters and smaller pages, a record by fewer fields. `None` where nothing narrows the request.
pub(super) fn narrowing(draft: &Draft, is_report: bool) -> Option<String> {
    let path = draft.path.trim_end_matches('/').to_ascii_lowercase();
    let mut segments = path.rsplit('/');
    let (last, before) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    let is_id = |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    // `/service/SLAs/info` is a list.
    let is_info = last == "info" && (is_id(before) || before == "system");
    if is_info || ONE_THING.contains(&last) {
        return None;
    }
    let sent = |name: &str| draft.query.iter().any(|(sent, _)| sent == name);
    if is_id(last) {
        return (!sent("fields")).then(|| "ask for the fields that are needed with `fields`".to_owned());
    }
    let choice = if is_report { "columns" } else { "fields" };
    let (used, unused): (Vec<&str>, Vec<&str>) = ["conditions", choice].into_iter().partition(|name| sent(name));
    let add = if unused.is_empty() { "stricter conditions".to_owned() } else { unused.join(", ") };
    let had = if used.is_empty() { String::new() } else { format!(" (it has {} already)", used.join(", ")) };
    Some(format!("narrow it with {add} or a smaller pageSize{had}"))
}
