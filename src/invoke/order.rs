//! What is to be called, and what came of it?

use std::path::PathBuf;

use serde_json::Value;

use super::answer::Answer;
use super::client::ApiAccess;
use super::draft::{Doubt, Draft, Integers, PageParameter};
use super::onward::Onward;
use super::paging::By;
use super::reading::Reading;
use super::settings::SettingsError;
use super::sums::Plan as SumsPlan;
use super::view::View;
use crate::escape::bounded;
use crate::redact::Redactor;
use crate::surface::{Said, Surface};

/// Rows that `all_pages` fetches where nothing else was said: 25 pages of ConnectWise's largest size.
pub const MAX_ITEMS: usize = 25_000;

/// A call, resolved and drafted.
#[derive(Clone, Debug)]
pub struct Order {
    /// Name of the API.
    pub api: String,
    /// How to reach it; a dry run goes without.
    pub access: Result<ApiAccess, SettingsError>,
    /// The request, complete but for base URL and credentials.
    pub draft: Draft,
    /// The path template of its operation, where the manifest has it.
    pub template: Option<String>,
    /// Whether it changes or deletes one record, which a GET of the same path reads by the manifest.
    pub(super) is_readable: bool,
    /// The domain of its operation, where the manifest has it.
    pub domain: Option<String>,
    /// Its parameters that are integers.
    pub(super) integers: Integers,
    /// What of a read the manifest does not know.
    pub doubts: Vec<Doubt>,
    /// The request that counts what a list holds, where there is one.
    pub count: Option<Draft>,
    /// The operation's parameter with the number of a page.
    pub page: Option<PageParameter>,
    /// Its other parameters that lead to further pages.
    pub(super) onward: Option<Onward>,
    /// What the operation answers with.
    pub reading: Reading,
    /// What of the answer is shown.
    pub(crate) view: View,
    /// Fetch all pages.
    pub all_pages: bool,
    /// Rows after which to stop.
    pub max_items: usize,
    /// What is made of the rows, in place of showing them.
    pub(crate) sums: Option<SumsPlan>,
    /// Show the request and send nothing.
    pub dry_run: bool,
    /// The file that the answer is written to as it comes, or the folder for it.
    pub output: Option<PathBuf>,
    /// The confirmation that came with the call.
    pub confirmation: Option<String>,
    /// What fast memory filled in: the answer begins with it.
    pub memory: Option<Value>,
    /// The records that names in the call mean, each as an answer shows it.
    pub resolved: Vec<Value>,
    /// Finds every configured secret: a caller may have put one into the call itself.
    pub redactor: Redactor,
}

/// What came of a call that did not fail.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For whoever called.
    pub answer: Answer,
    /// Whether the request was sent.
    pub sent: bool,
}

impl Order {
    /// How further pages are asked for.
    pub(super) fn by(&self) -> By<'_> {
        By { page: self.page.as_ref(), onward: self.onward.as_ref() }
    }

    /// The draft's notes in a surface's words, without secrets.
    pub(super) fn notes_on(&self, surface: Surface) -> Vec<String> {
        let said = |note: &Said| bounded(&self.redactor.text(&note.on(surface))).into_owned();
        self.draft.notes.iter().map(said).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::invoke::client::GenericSettings;
    use crate::invoke::draft::{Accept, Body, Query};
    use crate::invoke::risk::Risk;
    use crate::openapi::Method;

    /// An order to delete the items of a shop.
    pub(in crate::invoke) fn order(query: &str, headers: &[(&str, &str)], body: Option<Body>) -> Order {
        let settings = GenericSettings {
            api: "shop".to_owned(),
            url: "https://shop.example/v2".to_owned(),
            ..GenericSettings::default()
        };
        Order {
            api: "shop".to_owned(),
            access: ApiAccess::generic(settings).map_err(Into::into),
            draft: Draft {
                method: Method::Delete,
                path: "/items".to_owned(),
                query: Query::written(query),
                headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
                body,
                accept: Accept::Json,
                notes: Vec::new(),
                doubts: Vec::new(),
                risk: Risk::of_method(Method::Delete),
            },
            template: None,
            is_readable: false,
            domain: None,
            integers: Integers::default(),
            doubts: Vec::new(),
            count: None,
            page: None,
            onward: None,
            reading: Reading::default(),
            view: View::full(),
            all_pages: false,
            max_items: 100,
            sums: None,
            dry_run: false,
            output: None,
            confirmation: None,
            memory: None,
            resolved: Vec::new(),
            redactor: Redactor::default(),
        }
    }

    pub(in crate::invoke) fn form(fields: &[(&str, &str)]) -> Option<Body> {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Some(Body::Form(fields.into()))
    }
}
