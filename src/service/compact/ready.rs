//! What call can be made of a hit with as little written by its reader as can be?

use serde_json::{Map, Value, json};

use super::drafted::{Form, Namesakes, Target, drafted};
use super::groups::{self, Kind};
use super::spoken::Spoken;
use super::{Fields, is_filterable, is_writable};
use crate::build::EXAMPLE_DEPTH;
use crate::clock::{DAY_S, now_s};
use crate::error::Error;
use crate::invoke::draft::{BodyKind, is_end, placeholder, settable};
use crate::openapi::{Method, example, fits};
use crate::service::describe::LookedUp;
use crate::service::records::{fields_of, rows_name};
use crate::service::{OutlineField, Service};

impl Service {
    /// The call of the catalogue, with what its server demands beside its manifest, and a change as the flat object that it may be.
    ///
    /// Without a request it is an example that the server would take, with placeholders for names and texts alone. For a request it is
    /// to be sent: whatever nobody said is a placeholder, but for flags and choices that a create must have.
    pub(super) fn ready_call(
        &self,
        looked_up: &LookedUp,
        fields: &Fields,
        spoken: Option<&Spoken<'_>>,
    ) -> Result<Value, Error> {
        let mut call = self.call_without_filled(looked_up)?;
        let Some(body) =
            fields.body.as_ref().filter(|_| fields.body_kind == Some(BodyKind::Json) && !fields.is_filter_body())
        else {
            return Ok(call);
        };
        let writable: Vec<&OutlineField> = body.fields.iter().filter(|field| is_writable(field)).collect();
        let mut data = if fields.is_patch {
            changed(&writable, spoken)
        } else {
            let Value::Object(mut known) = call["data"].clone() else { return Ok(call) };
            // What the server or the path gives is no part of what is sent.
            known.retain(|name, _| looked_up.dialect.giver(&looked_up.operation, name).is_none());
            created(&writable, known, spoken)
        };
        if spoken.is_none() {
            fit(&mut data, looked_up);
        }
        if !data.is_empty() {
            call["data"] = data.into();
        }
        Ok(call)
    }
}

/// What tells the records of a path from others that are called by the same noun, for each list of the path whose records a request may number.
fn namesakes(looked_up: &LookedUp, request: &str) -> Vec<Namesakes> {
    let LookedUp { searcher, entry, .. } = looked_up;
    let Some((list, _)) = entry.path.split_once("/{").filter(|_| request.contains(|c: char| c.is_ascii_digit())) else {
        return Vec::new();
    };
    let lists = || searcher.entries().iter().filter(|other| other.api == entry.api && other.method == Method::Get);
    let name_of = || {
        let own = lists().find(|other| other.path == list)?;
        let operation = searcher.store().operation(own.doc).ok()?;
        rows_name(&operation)
    };
    Namesakes::of(list, lists().map(|other| &*other.path), name_of).into_iter().collect()
}

/// Puts a value made by the schema in the place of each that the schema does not take: of a placeholder that is too long.
fn fit(data: &mut Map<String, Value>, looked_up: &LookedUp) {
    let LookedUp { searcher, entry, operation, dialect, .. } = looked_up;
    let lookup = |name: &str| looked_up.schema(name);
    let Some(record) = settable(*dialect, operation, &lookup) else { return };
    let properties = fields_of(searcher, entry, record.schema);
    for (name, value) in data {
        if let Some(schema) = properties.get(name).filter(|schema| !fits(schema, value, &lookup)) {
            *value = example(schema, &lookup, EXAMPLE_DEPTH);
        }
    }
}

/// The body of a change: of the fields that a request speaks of, else of a text.
fn changed(writable: &[&OutlineField], spoken: Option<&Spoken<'_>>) -> Map<String, Value> {
    let said = spoken.map(|spoken| spoken.only(writable, 2)).unwrap_or_default();
    let text = writable.iter().copied().find(|field| field.is_required || Kind::of(field) == Kind::Text);
    let fields = if said.is_empty() { text.or(writable.first().copied()).into_iter().collect() } else { said };
    let value = |field: &OutlineField| if spoken.is_some() { unfilled(field) } else { sample(field) };
    fields.into_iter().map(|field| (field.name.clone(), value(field))).collect()
}

/// The body of a create: what it must have. `made` is an example by the schema alone.
fn created(writable: &[&OutlineField], made: Map<String, Value>, spoken: Option<&Spoken<'_>>) -> Map<String, Value> {
    let value = |field: &OutlineField| {
        let may_stand = match spoken {
            Some(_) => matches!(Kind::of(field), Kind::Choice | Kind::Flag),
            None => made.get(&field.name).is_none_or(|made| is_telling(field, made)),
        };
        let made = made.get(&field.name).filter(|_| may_stand).cloned();
        made.unwrap_or_else(|| if may_stand { sample(field) } else { unfilled(field) })
    };
    let required: Vec<&OutlineField> = writable.iter().copied().filter(|field| field.is_required).collect();
    match spoken {
        // Of a body without anything that is required, the example says more than nothing.
        None if required.is_empty() => made,
        Some(spoken) if required.is_empty() => {
            let said = spoken.chosen(writable, 3, 2);
            said.into_iter().map(|field| (field.name.clone(), unfilled(field))).collect()
        }
        _ => required.into_iter().map(|field| (field.name.clone(), value(field))).collect(),
    }
}

impl Fields {
    /// Writes into a call what of its request leaves no doubt, and into its form from which words, and which words are left.
    pub(super) fn draft(
        &self,
        looked_up: &LookedUp,
        request: &str,
        called: &[(&'static str, Vec<&'static str>)],
        call: &mut Value,
        form: &mut Map<String, Value>,
    ) {
        let LookedUp { entry, dialect, .. } = looked_up;
        let (flags, amounts, values) = (dialect.flag_words(), dialect.amount_words(), dialect.value_words());
        let body = || self.body.iter().flat_map(|body| &body.fields).filter(|field| is_writable(field));
        let (what, known): (Form, Vec<&OutlineField>) = match &self.filters {
            Some(filters) => (Form::Filter, filters.fields.iter().filter(|field| is_filterable(field)).collect()),
            None if self.is_patch => (Form::Change, body().collect()),
            None if entry.method == Method::Get => (Form::Parameters, self.parameters.iter().collect()),
            None => (Form::Path, Vec::new()),
        };
        let kinds = namesakes(looked_up, request);
        let today = i64::try_from(now_s() / DAY_S).unwrap_or_default();
        let target = Target {
            path: &entry.path,
            fields: known,
            form: what,
            called,
            flags: &flags,
            amounts: &amounts,
            values: &values,
            parties: dialect.parties(),
            kinds: &kinds,
            today,
        };
        let drafted = drafted(request, &target);
        if drafted.is_empty() {
            // A value that is in doubt is said to be left, so that nobody takes the call for one with it.
            if drafted.leaves_value {
                form.insert("not_used".to_owned(), drafted.unused.into());
            }
            return;
        }
        let mut from = drafted.from;
        for (name, value) in drafted.params {
            call["params"][name] = value;
        }
        if !drafted.data.is_empty() {
            call["data"] = drafted.data.into();
        }
        let comparisons: Vec<_> = drafted.comparisons.iter().map(|(comparison, _)| comparison).collect();
        if let Some((parameter, filter)) = dialect.filter_of(&comparisons) {
            let place = if self.is_filter_body() { "data" } else { "params" };
            call[place][parameter] = filter.into();
            for (comparison, words) in &drafted.comparisons {
                if let Some((_, text)) = dialect.filter_of(&[comparison]) {
                    from.insert(text, words.clone().into());
                }
            }
        }
        form.insert("drafted".to_owned(), from.into());
        if !drafted.unused.is_empty() {
            form.insert("not_used".to_owned(), drafted.unused.into());
        }
    }
}

/// Whether a value that was made by the schema says more than a placeholder would: it is of a kind of which any value can be sent, or a
/// text that is bound to a form or a length.
fn is_telling(field: &OutlineField, made: &Value) -> bool {
    match Kind::of(field) {
        Kind::Choice | Kind::Date | Kind::Number | Kind::Flag => true,
        Kind::Text => made.as_str().is_some_and(|text| !text.starts_with("string")),
        Kind::Reference | Kind::List | Kind::Object => false,
    }
}

/// A value that can be sent, as an example shows it; a placeholder for what its reader alone can know.
fn sample(field: &OutlineField) -> Value {
    match Kind::of(field) {
        Kind::Choice => {
            field.values.first().map_or_else(|| placeholder(&field.name, "").into(), |one| one.as_str().into())
        }
        Kind::Date if field.format.as_deref() == Some("date") => "2026-01-31".into(),
        // What ends does so behind its beginning.
        Kind::Date if is_end(&field.name) => "2026-01-31T10:00:00Z".into(),
        Kind::Date => "2026-01-31T09:00:00Z".into(),
        Kind::Number => 1.into(),
        Kind::Flag => true.into(),
        // What has no name is named by its number.
        Kind::Reference if !field.members.iter().any(|name| matches!(name.as_str(), "identifier" | "name")) => {
            json!({ "id": 1 })
        }
        _ => unfilled(field),
    }
}

/// What stands in a call where its reader is to write a value, so that none is sent that nobody meant.
fn unfilled(field: &OutlineField) -> Value {
    let name = &field.name;
    let what = match Kind::of(field) {
        Kind::Reference => {
            let member =
                ["identifier", "name", "id"].into_iter().find(|name| field.members.iter().any(|member| member == name));
            return match member {
                Some("id") | None => json!({ "id": placeholder(name, "id") }),
                Some(member) => json!({ member: placeholder(name, "") }),
            };
        }
        Kind::Choice => &groups::choice(field, "..."),
        Kind::Date => "date",
        Kind::Number => "number",
        Kind::Flag => "true or false",
        Kind::List => return json!([]),
        Kind::Object => return json!({}),
        Kind::Text => "",
    };
    placeholder(name, what).into()
}
