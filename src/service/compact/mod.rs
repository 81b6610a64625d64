//! What does a model need to read of an operation, in as few characters as say it?
//!
//! The same outline as on a terminal, written by kinds of fields: what must be given first, names without repetition, where a reference's
//! records are listed. Beside a hit stands of it what the request speaks of. Whatever has no room is a part that can be asked for.

mod drafted;
mod groups;
mod parts;
mod ready;
mod spoken;

use serde_json::{Map, Value, json};

use self::groups::{For, Kind, grouped, joined};
pub use self::parts::Part;
use self::spoken::Spoken;
use super::Service;
use super::describe::LookedUp;
use super::lists::Lists;
use super::outline::{OutlineField, Reader, Record};
use crate::document::route::RouteKind;
use crate::error::Error;
use crate::invoke::dialect::FilterField;
use crate::invoke::draft::{BodyKind, TakenBody, settable};
use crate::openapi::{Method, ParameterIn};
use crate::search::Hit;
use crate::store::OperationRow;

/// Fields beside a hit that the request speaks of.
const MOST_SPOKEN: usize = 12;
/// Fields beside a hit where it speaks of fewer.
const USUAL: usize = 9;
/// Characters of the names of parameters.
const MOST_OF_PARAMETERS: usize = 700;
/// Characters of what an operation is, in one line.
const MOST_OF_SUMMARY: usize = 120;
/// How more than a hit shows is asked for.
const MORE: &str = "resolve_resource_metadata";

/// What is known of an operation's fields.
struct Fields {
    parameters: Vec<OutlineField>,
    /// Where the records are that a value of the path names: the name of the value and the path of a list.
    ids: Vec<(String, Option<String>)>,
    body_kind: Option<BodyKind>,
    body: Option<Record>,
    is_patch: bool,
    filters: Option<Record>,
    answer: Option<Record>,
}

impl Service {
    /// An operation in the fewest characters that say what it takes. The path may have values in place of its placeholders.
    ///
    /// # Errors
    /// As [`Self::describe`].
    pub fn compact(&self, method: Method, path: &str, api: Option<&str>) -> Result<Value, Error> {
        let looked_up = self.look_up(method, path, api)?;
        let fields = Fields::of(&looked_up)?;
        let LookedUp { entry, operation, path_values, notes, .. } = &looked_up;
        let mut out = Map::new();
        out.insert("method".to_owned(), json!(entry.method));
        out.insert("path".to_owned(), entry.path.clone().into());
        let summary = if operation.summary.is_empty() { &operation.description } else { &operation.summary };
        let words: Vec<String> = summary.split_whitespace().map(str::to_owned).collect();
        if !words.is_empty() {
            out.insert("summary".to_owned(), joined(&words, " ", MOST_OF_SUMMARY, "part: schema").into());
        }
        if operation.deprecated {
            out.insert("deprecated".to_owned(), true.into());
        }
        if !path_values.is_empty() {
            out.insert("path_values".to_owned(), path_values.clone().into());
        }
        out.extend(fields.form(&looked_up, None));
        let parameters = fields.parameters_line();
        if !parameters.is_empty() {
            out.insert("params".to_owned(), parameters.into());
        }
        if let Some(answer) = fields.answer_shown() {
            out.insert("answer".to_owned(), answer);
        }
        out.insert("call".to_owned(), self.ready_call(&looked_up, &fields, None)?);
        let others = self.other_methods(&looked_up)?;
        if !others.is_empty() {
            out.insert("other_methods".to_owned(), others.join(", ").into());
        }
        let learned = self.learned_facts(&looked_up);
        if !learned.is_empty() {
            out.insert("learned".to_owned(), learned.into());
        }
        if !operation.servers.is_empty() {
            out.insert("servers".to_owned(), operation.servers.iter().map(|server| server.url.clone()).collect());
        }
        if !notes.is_empty() {
            out.insert("notes".to_owned(), json!(notes));
        }
        out.insert("more".to_owned(), "part: request, response, filters or schema; about: \"words\"".into());
        Ok(out.into())
    }

    /// What of a hit's operation its request speaks of, and its ready call, with what of the request leaves no doubt.
    ///
    /// # Errors
    /// [`Error::Store`], where the catalogue cannot be read.
    pub fn form_of(&self, hit: &Hit, request: &str, is_sure: bool) -> Result<(Map<String, Value>, Value), Error> {
        let looked_up = self.look_up(hit.method, &hit.path, Some(&hit.api))?;
        let fields = Fields::of(&looked_up)?;
        let called = looked_up.dialect.field_words();
        let spoken = Spoken::of(request, &hit.path, &called);
        let mut form = fields.form(&looked_up, Some(&spoken));
        if hit.remembered.is_some() {
            return Ok((form, hit.call.clone()));
        }
        let mut call = self.ready_call(&looked_up, &fields, Some(&spoken))?;
        if is_sure {
            fields.draft(&looked_up, request, &called, &mut call, &mut form);
        }
        Ok((form, call))
    }

    /// What a request that somebody made before opening an operation gives for its call without a guess: `call` with what is given alone,
    /// `drafted` the words that each part of it comes from, `not_used` the words that are left, `spoken` the fields of its body that the
    /// request speaks of, best first, and behind them those that are mostly wanted.
    ///
    /// # Errors
    /// As [`Self::describe`].
    pub fn draft_of(&self, method: Method, path: &str, api: Option<&str>, request: &str) -> Result<Value, Error> {
        let looked_up = self.look_up(method, path, api)?;
        let fields = Fields::of(&looked_up)?;
        let called = looked_up.dialect.field_words();
        let (mut call, mut form) = (json!({}), Map::new());
        fields.draft(&looked_up, request, &called, &mut call, &mut form);
        let spoken = Spoken::of(request, &looked_up.entry.path, &called);
        let writable: Vec<&OutlineField> =
            fields.body.iter().flat_map(|body| &body.fields).filter(|field| is_writable(field)).collect();
        let spoken = spoken.chosen(&writable, MOST_SPOKEN, USUAL).into_iter().map(|field| field.name.clone());
        form.insert("call".to_owned(), call);
        form.insert("spoken".to_owned(), spoken.collect());
        Ok(form.into())
    }

    /// The ready call of a hit whose form is not shown.
    ///
    /// # Errors
    /// As [`Self::form_of`].
    pub fn call_of(&self, hit: &Hit, request: &str) -> Result<Value, Error> {
        if hit.remembered.is_some() || hit.call.get("data").is_none() {
            return Ok(hit.call.clone());
        }
        let looked_up = self.look_up(hit.method, &hit.path, Some(&hit.api))?;
        let called = looked_up.dialect.field_words();
        self.ready_call(
            &looked_up,
            &Fields::of_body(&looked_up, &Reader::without_lists(&looked_up)),
            Some(&Spoken::of(request, &hit.path, &called)),
        )
    }

    /// The route that counts what a list has, where there is one.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn count_of(&self, hit: &Hit) -> Result<Option<String>, Error> {
        if hit.method != Method::Get {
            return Ok(None);
        }
        let searcher = self.searcher()?;
        let path = format!("{}/count", hit.path.trim_end_matches('/'));
        let found = searcher.store().by_template(&path)?;
        let is_count = |entry: &&OperationRow| {
            entry.api == hit.api && entry.method == Method::Get && entry.kind == RouteKind::Count
        };
        Ok(found.iter().find(is_count).map(|entry| entry.path.clone()))
    }
}

impl Fields {
    /// What its body takes, and nothing else.
    fn of_body(looked_up: &LookedUp, reader: &Reader<'_>) -> Self {
        let LookedUp { operation, dialect, .. } = looked_up;
        let lookup = |name: &str| looked_up.schema(name);
        let settable = settable(*dialect, operation, &lookup);
        let is_patch = settable.as_ref().is_some_and(|body| body.is_patch);
        let demanded = [dialect.demanded(operation), dialect.usual(operation)].concat();
        Self {
            parameters: Vec::new(),
            ids: Vec::new(),
            body_kind: operation.request_body.as_ref().map(|_| TakenBody::of(operation, None, &lookup).kind),
            body: settable.map(|body| reader.record(body.schema, &demanded)),
            is_patch,
            filters: None,
            answer: None,
        }
    }

    fn of(looked_up: &LookedUp) -> Result<Self, Error> {
        let LookedUp { searcher, entry, operation, dialect, .. } = looked_up;
        let reader = Reader::of(looked_up);
        let good = operation.responses.iter().find(|response| response.status.starts_with('2'));
        let mut answer =
            good.and_then(|response| response.content.first()).map(|content| reader.record(&content.schema, &[]));
        let filtered = dialect.filtered(searcher.store(), entry, operation)?;
        let mut filters = filtered.map(|schema| reader.record(&schema, &[]));
        [&mut answer, &mut filters].into_iter().flatten().for_each(|record| add_lifted(record, looked_up));
        let parameters = reader.parameters();
        let in_path = |field: &&OutlineField| {
            operation.parameters.iter().any(|known| known.location == ParameterIn::Path && known.name == field.name)
        };
        let ids = parameters
            .iter()
            .filter(in_path)
            .map(|field| (field.name.clone(), list_of(looked_up, &field.name)))
            .collect();
        Ok(Self {
            parameters: parameters.iter().filter(|field| !in_path(field)).cloned().collect(),
            ids,
            filters,
            answer,
            ..Self::of_body(looked_up, &reader)
        })
    }

    /// Whether the body holds filters and nothing to be written.
    fn is_filter_body(&self) -> bool {
        self.body
            .as_ref()
            .is_some_and(|body| !body.fields.is_empty() && body.fields.iter().all(|field| field.is_filter))
    }

    /// What a caller gives: all of it, or what a request speaks of.
    fn form(&self, looked_up: &LookedUp, spoken: Option<&Spoken<'_>>) -> Map<String, Value> {
        let mut form = Map::new();
        if !self.ids.is_empty() {
            let ids: Vec<String> = self
                .ids
                .iter()
                .map(|(name, list)| list.as_ref().map_or_else(|| name.clone(), |list| format!("{name} -> {list}")))
                .collect();
            form.insert("path_ids".to_owned(), ids.join("; ").into());
        }
        let needed: Vec<&OutlineField> = self.parameters.iter().filter(|field| field.is_required).collect();
        if !needed.is_empty() {
            form.insert("required_params".to_owned(), grouped(&needed, For::Body, "part: request").into());
        }
        if let Some(kind) = self.body_kind {
            self.body_form(kind, spoken, &mut form);
        }
        if let Some(filters) = &self.filters {
            self.filter_form(filters, looked_up, spoken, &mut form);
        } else if let Some(spoken) = spoken {
            // Where there is no grammar, parameters are what filters.
            let others: Vec<&OutlineField> = self.parameters.iter().filter(|field| !field.is_required).collect();
            let chosen = spoken.chosen(&others, MOST_SPOKEN, USUAL);
            if !chosen.is_empty() {
                form.insert("params".to_owned(), grouped(&chosen, For::Body, "part: request").into());
                more(&mut form, others.len() - chosen.len(), "parameters");
            }
        }
        form
    }

    fn body_form(&self, kind: BodyKind, spoken: Option<&Spoken<'_>>, form: &mut Map<String, Value>) {
        let fields = self.body.as_ref().map_or(&[][..], |body| &body.fields);
        if matches!(kind, BodyKind::File | BodyKind::Text) || fields.is_empty() {
            let what = match kind {
                BodyKind::File => "a file's path",
                BodyKind::Text => "a text",
                BodyKind::Json | BodyKind::Form => "JSON; part: schema has what is known of it",
            };
            form.insert("body".to_owned(), what.into());
            return;
        }
        let given: Vec<&OutlineField> = fields.iter().filter(|field| is_writable(field)).collect();
        let (required, others): (Vec<&OutlineField>, Vec<&OutlineField>) =
            given.iter().copied().partition(|field| field.is_required && !self.is_patch);
        if !required.is_empty() {
            form.insert("required".to_owned(), grouped(&required, For::Body, "part: request").into());
        }
        let shown = spoken.map_or_else(|| others.clone(), |spoken| spoken.chosen(&others, MOST_SPOKEN, USUAL));
        if !shown.is_empty() {
            form.insert("body".to_owned(), grouped(&shown, For::Body, "part: request").into());
        }
        more(form, others.len() - shown.len(), "fields of the body");
    }

    fn filter_form(
        &self,
        filters: &Record,
        looked_up: &LookedUp,
        spoken: Option<&Spoken<'_>>,
        form: &mut Map<String, Value>,
    ) {
        let all: Vec<&OutlineField> = filters.fields.iter().filter(|field| is_filterable(field)).collect();
        let shown = spoken.map_or_else(|| all.clone(), |spoken| spoken.chosen(&all, MOST_SPOKEN, USUAL));
        if shown.is_empty() {
            return;
        }
        form.insert("filters".to_owned(), grouped(&shown, For::Filter, "part: filters").into());
        let examples = usual(&shown);
        let compared: Vec<FilterField<'_>> = examples.iter().map(|field| compared(field)).collect();
        if let Some((name, text)) = looked_up.dialect.filter_example(&compared) {
            form.insert("example".to_owned(), json!({ name: text }));
        }
        more(form, all.len() - shown.len(), "fields to filter by");
    }

    fn parameters_line(&self) -> String {
        let one = |field: &OutlineField| {
            let kind = match Kind::of(field) {
                Kind::Text => String::new(),
                Kind::Number => ": number".to_owned(),
                Kind::Flag => ": true or false".to_owned(),
                Kind::Date => ": date".to_owned(),
                Kind::Choice => format!(": {}", groups::choice(field, "part: request")),
                Kind::List => ": list".to_owned(),
                Kind::Reference | Kind::Object => ": object".to_owned(),
            };
            format!("{}{kind}", field.name)
        };
        let others: Vec<String> = self.parameters.iter().filter(|field| !field.is_required).map(one).collect();
        joined(&others, ", ", MOST_OF_PARAMETERS, "part: request")
    }

    /// What is answered, in short where the body or the filters say it already.
    fn answer_shown(&self) -> Option<Value> {
        let answer = self.answer.as_ref().filter(|answer| !answer.fields.is_empty())?;
        let name = answer.name.as_deref().map(|name| name.rsplit('.').next().unwrap_or(name)).unwrap_or("a record");
        let name = if answer.is_list { format!("list of {name}") } else { name.to_owned() };
        let same = |record: &Option<Record>| {
            record.as_ref().is_some_and(|record| record.name.is_some() && record.name == answer.name)
        };
        if same(&self.body) {
            return Some(format!("{name}, as the body").into());
        }
        if same(&self.filters) {
            return Some(format!("{name}, with the fields of `filters`").into());
        }
        let fields: Vec<&OutlineField> = answer.fields.iter().filter(|field| !field.name.starts_with('_')).collect();
        let mut groups = Map::new();
        groups.insert("is".to_owned(), name.into());
        groups.extend(grouped(&fields, For::Answer, "part: response"));
        Some(groups.into())
    }
}

/// Says how many there are beside those that are shown.
fn more(form: &mut Map<String, Value>, count: usize, what: &str) {
    if count > 0 {
        form.insert("more".to_owned(), format!("{count} more {what}: {MORE}").into());
    }
}

/// Whether a body gives a field: not what the server sets.
fn is_writable(field: &OutlineField) -> bool {
    (!field.is_of_server && field.name != "id") || field.is_required
}

fn is_filterable(field: &OutlineField) -> bool {
    !field.name.starts_with('_') && Kind::of(field) != Kind::List
}

/// Fields for an example: one that is compared with a text, and a date.
fn usual<'f>(fields: &[&'f OutlineField]) -> Vec<&'f OutlineField> {
    let first = |kind: Kind| fields.iter().copied().find(|field| Kind::of(field) == kind && field.name != "id");
    let text = first(Kind::Reference).or_else(|| first(Kind::Text));
    let other = first(Kind::Date).or_else(|| first(Kind::Flag)).or_else(|| first(Kind::Number));
    text.into_iter().chain(other).collect()
}

/// A field as a filter compares it.
fn compared(field: &OutlineField) -> FilterField<'_> {
    let name_of = ["name", "identifier", "id"].iter().find(|name| field.members.iter().any(|member| member == *name));
    match Kind::of(field) {
        Kind::Reference | Kind::Object => {
            let path = name_of.map_or_else(|| field.name.clone(), |name| format!("{}/{name}", field.name));
            if name_of == Some(&"id") { FilterField::Number(path) } else { FilterField::Text(path) }
        }
        Kind::Choice => FilterField::Choice(field.name.clone(), field.values.first().map_or("", String::as_str)),
        Kind::Date => FilterField::Date(field.name.clone()),
        Kind::Number => FilterField::Number(field.name.clone()),
        Kind::Flag => FilterField::Flag(field.name.clone()),
        Kind::Text | Kind::List => FilterField::Text(field.name.clone()),
    }
}

/// Adds the dates that an API keeps beside its records, under the names by which they are filtered and asked for.
fn add_lifted(record: &mut Record, looked_up: &LookedUp) {
    for aside in looked_up.dialect.asides() {
        if !record.fields.iter().any(|field| field.name == aside.name) {
            continue;
        }
        for name in aside.lifted {
            if record.fields.iter().any(|field| field.name.eq_ignore_ascii_case(name)) {
                continue;
            }
            record.fields.push(OutlineField {
                name: (*name).to_owned(),
                type_name: "string".to_owned(),
                format: Some("date-time".to_owned()),
                ..OutlineField::default()
            });
        }
    }
}

/// The list of the records that a value of a path names: what stands before it, or the list of its noun.
fn list_of(looked_up: &LookedUp, name: &str) -> Option<String> {
    let LookedUp { searcher, entry, dialect, .. } = looked_up;
    let (before, _) = entry.path.split_once(&format!("/{{{name}}}"))?;
    let is_list = |other: &OperationRow| other.api == entry.api && other.method == Method::Get;
    let own = searcher.store().by_template(before).ok()?.into_iter().find(is_list);
    if let Some(list) = own {
        return Some(list.path);
    }
    Lists::beside(searcher, entry, *dialect).of_field(name, &Map::new()).map(|list| list.path.clone())
}
