//! What is found wrong with calls, and what becomes of right ones, written out in full.

mod any_value;
mod bodies;
mod coded;
mod declared;
mod demanded;
mod encodings;
mod entries;
mod every_operation;
mod examples;
mod filters;
mod given;
mod leeway;
mod leniencies;
mod meant;
mod media_types;
mod members;
mod named;
mod other_apis;
mod pairs;
mod parameters;
mod patches;
mod primitives;
mod referred;
mod routes;
mod styles;
mod suggestions;

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{Asked, Body, Content, Draft, Habits, Part, Problem, Uploads, draft};
use crate::document::route::anonymous;
use crate::invoke::connectwise::ConnectWise;
use crate::invoke::generic::Generic;
use crate::openapi::{Manifest, Method, Operation, SchemaLookup, embedded};
use crate::settings_file::SettingsFile;

/// No file may be sent.
const NO_UPLOADS: Uploads<'static> =
    Uploads { folders: &[], is_typed: false, home: None, settings: &SettingsFile { path: None } };

static NO_VALUES: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

static EMBEDDED: LazyLock<Manifest> = LazyLock::new(|| embedded().unwrap());

/// A checked call with these parameters and this body; it has no values in its path, and may send no file.
fn asked<'a>(
    habits: &'a dyn Habits,
    operation: &'a Operation,
    (params, data): (&'a Map<String, Value>, Option<&'a Value>),
    lookup: &'a dyn SchemaLookup,
) -> Asked<'a> {
    Asked {
        habits,
        operation,
        path_values: &NO_VALUES,
        params,
        data,
        records: None,
        lookup,
        list_at: &|_| None,
        uploads: NO_UPLOADS,
        validate: true,
        dry_run: false,
    }
}

/// The GET of a manifest at a template.
fn list_at(manifest: &Manifest, template: &str) -> Option<Operation> {
    let mut operations = manifest.operations.iter();
    let is_at = |known: &&Operation| known.method == Method::Get && anonymous(&known.path) == anonymous(template);
    operations.find(is_at).cloned()
}

/// One call: arguments to an operation of a manifest.
struct Call<'m> {
    manifest: &'m Manifest,
    operation: &'m Operation,
    path_values: Map<String, Value>,
    upload_folders: Vec<PathBuf>,
    validate: bool,
}

impl Call<'static> {
    /// An operation of the embedded manifest.
    fn to(method: Method, path: &str) -> Self {
        Self::of(&EMBEDDED, method, path)
    }
}

impl<'m> Call<'m> {
    fn of(manifest: &'m Manifest, method: Method, path: &str) -> Self {
        let found = manifest.operations.iter().find(|known| known.method == method && known.path == path);
        let operation = found.unwrap_or_else(|| panic!("no {method} {path}"));
        Self { manifest, operation, path_values: Map::new(), upload_folders: Vec::new(), validate: true }
    }

    fn draft(&self, params: &Value, data: Option<&Value>) -> Result<Draft, Vec<Problem>> {
        let lookup = |name: &str| self.manifest.schemas.get(name).cloned();
        let list_at = |template: &str| list_at(self.manifest, template);
        let params = params.as_object().cloned().unwrap_or_default();
        draft(&Asked {
            path_values: &self.path_values,
            list_at: &list_at,
            uploads: Uploads { folders: &self.upload_folders, ..NO_UPLOADS },
            validate: self.validate,
            ..asked(&ConnectWise, self.operation, (&params, data), &lookup)
        })
    }

    /// Each case with what becomes of it.
    fn written(&self, cases: &[(Value, Option<Value>)]) -> String {
        let mut out = String::new();
        for (params, data) in cases {
            let data_text = data.as_ref().map(|data| format!(" data {data}")).unwrap_or_default();
            writeln!(out, "# params {params}{data_text}").unwrap();
            out.push_str(&written(&self.draft(params, data.as_ref())));
        }
        out
    }

    fn with_params(&self, cases: &[Value]) -> String {
        self.written(&cases.iter().map(|params| (params.clone(), None)).collect::<Vec<_>>())
    }

    fn with_data(&self, cases: &[Value]) -> String {
        let of = |data: &Value| (Value::Object(Map::new()), Some(data.clone()));
        let text = self.written(&cases.iter().map(of).collect::<Vec<_>>());
        text.replace("# params {} data ", "# ")
    }
}

fn write_part(out: &mut String, Part { name, content_type, headers, content }: &Part) {
    write!(out, "part {name}").unwrap();
    if let Some(content_type) = content_type {
        write!(out, " ({content_type})").unwrap();
    }
    for (name, value) in headers {
        write!(out, " [{name}: {value}]").unwrap();
    }
    match content {
        Content::Text(text) => writeln!(out, ": {text}").unwrap(),
        Content::File(path) => writeln!(out, " of {}", path.display()).unwrap(),
    }
}

/// The request of a manifest's first operation, of an API of which nothing is known.
fn sent_by_generic(manifest: &Manifest, params: &Value) -> Result<Draft, Vec<Problem>> {
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let operation = manifest.operations.first().unwrap();
    draft(&asked(&Generic, operation, (params.as_object().unwrap(), None), &lookup))
}

fn written(result: &Result<Draft, Vec<Problem>>) -> String {
    let mut out = String::new();
    match result {
        Ok(draft) => {
            write!(out, "{} {}", draft.method, draft.path).unwrap();
            for (at, (name, value)) in draft.query.iter().enumerate() {
                write!(out, "{}{name}={value}", if at == 0 { '?' } else { '&' }).unwrap();
            }
            out.push('\n');
            for (name, value) in &draft.headers {
                writeln!(out, "{name}: {value}").unwrap();
            }
            match &draft.body {
                None => {}
                Some(Body::Json(body)) => writeln!(out, "{body}").unwrap(),
                Some(Body::Form(form)) => writeln!(out, "form {}", form.encoded()).unwrap(),
                Some(Body::Multipart(parts)) => parts.iter().for_each(|part| write_part(&mut out, part)),
                Some(Body::Text { media_type, text }) => writeln!(out, "{media_type} {text}").unwrap(),
                Some(Body::File { media_type, path }) => writeln!(out, "{media_type} of {}", path.display()).unwrap(),
            }
            for note in &draft.notes {
                writeln!(out, "note: {note}").unwrap();
            }
        }
        Err(problems) => {
            for Problem { place, message, cure, offers, .. } in problems {
                writeln!(out, "{place}: {message}\n  {cure}").unwrap();
                if !offers.is_empty() {
                    writeln!(out, "  offers: {}", offers.join(" | ")).unwrap();
                }
            }
        }
    }
    out
}
