//! What call can be made of a hit with as little written by its reader as can be?

use serde_json::{Map, Value, json};

use super::drafted::{Form, Target, drafted};
use super::groups::Kind;
use super::spoken::Spoken;
use super::{Fields, is_filterable, is_writable};
use crate::clock::{DAY_S, now_s};
use crate::error::Error;
use crate::invoke::draft::BodyKind;
use crate::openapi::Method;
use crate::service::describe::LookedUp;
use crate::service::{OutlineField, Service};

impl Service {
    /// The call of the catalogue, with what its server demands beside its manifest, and a change as the flat object that it may be.
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
        let mut data = Map::new();
        if fields.is_patch {
            let changed: Vec<&OutlineField> = match spoken {
                Some(spoken) => spoken.only(&writable, 2),
                None => Vec::new(),
            };
            let fallback = writable.iter().copied().find(|field| field.is_required || Kind::of(field) == Kind::Text);
            for field in if changed.is_empty() { fallback.into_iter().collect() } else { changed } {
                data.insert(field.name.clone(), unfilled(field));
            }
        } else {
            let Value::Object(mut known) = call["data"].clone() else { return Ok(call) };
            // What the server or the path gives is no part of what is sent.
            known.retain(|name, _| looked_up.dialect.giver(&looked_up.operation, name).is_none());
            for field in writable.iter().filter(|field| field.is_required) {
                let made = known.get(&field.name).filter(|made| is_telling(field, made)).cloned();
                data.insert(field.name.clone(), made.unwrap_or_else(|| unfilled(field)));
            }
            // Of a body without anything that is required, the example says more than nothing.
            if data.is_empty() {
                data = known;
            }
        }
        if !data.is_empty() {
            call["data"] = data.into();
        }
        Ok(call)
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
        let flags = dialect.flag_words();
        let body = || self.body.iter().flat_map(|body| &body.fields).filter(|field| is_writable(field));
        let (what, known): (Form, Vec<&OutlineField>) = match &self.filters {
            Some(filters) => (Form::Filter, filters.fields.iter().filter(|field| is_filterable(field)).collect()),
            None if self.is_patch => (Form::Change, body().collect()),
            None if entry.method == Method::Get => (Form::Parameters, self.parameters.iter().collect()),
            None => (Form::Path, Vec::new()),
        };
        let today = i64::try_from(now_s() / DAY_S).unwrap_or_default();
        let target = Target { path: &entry.path, fields: known, form: what, called, flags: &flags, today };
        let drafted = drafted(request, &target);
        if drafted.is_empty() {
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

/// What stands in a ready call where its reader is to write a value: a placeholder for what only its reader can know, else a value that
/// can be sent.
fn unfilled(field: &OutlineField) -> Value {
    let name = &field.name;
    match Kind::of(field) {
        Kind::Reference => {
            let member =
                ["identifier", "name", "id"].into_iter().find(|name| field.members.iter().any(|member| member == name));
            json!({ member.unwrap_or("id"): format!("<{name}>") })
        }
        Kind::Choice => field.values.first().map_or_else(|| format!("<{name}>").into(), |first| first.as_str().into()),
        Kind::Date if field.format.as_deref() == Some("date") => "2026-01-31".into(),
        Kind::Date => "2026-01-31T09:00:00Z".into(),
        Kind::Number => 1.into(),
        Kind::Flag => true.into(),
        Kind::List => json!([]),
        Kind::Object => json!({}),
        Kind::Text => format!("<{name}>").into(),
    }
}
