//! What does an API do that neither its manifest nor HTTP's specifications say?
//!
//! A dialect answers these questions and no others; everything else is the same for every API. [`super::generic`] answers them for an
//! API of which nothing is known, [`super::connectwise`] for ConnectWise PSA. [`super::dialects`] says which API has which.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::client::base_url::BaseUrl;
use super::draft::{Doubt, Draft, Habits, Problem};
use super::naming::{NamedList, Naming, by_manifest};
use super::reading::Reading;
use super::view::Aside;
use crate::openapi::{Method, Operation, Parameter, SchemaLookup};
use crate::store::{Api, OperationRow, Store, StoreError};
use crate::surface::Said;

/// The habits of an API: of requests ([`Habits`], [`super::risk::Reads`]), and of everything around them.
pub trait Dialect: Habits + fmt::Debug + Send + Sync {
    /// The name by which the configuration chooses it.
    fn name(&self) -> &'static str;

    /// The path of a base URL that a path begins with, where the API's base URLs have a form of their own.
    fn base_within<'p>(&self, path: &'p str) -> Option<&'p str>;

    /// Parameters that an operation takes and its manifest leaves out.
    fn parameters_beside(&self, operation: &Operation) -> Vec<Parameter>;

    /// Headers without which the API does not heed what a request asks for.
    fn headers_for(&self, draft: &Draft) -> Vec<(&'static str, &'static str)>;

    /// How to walk through all pages of a list faster than by their numbers, where this list allows it.
    fn walk(&self, draft: &Draft) -> Option<Walk>;

    /// The request that counts what a list holds in all.
    ///
    /// # Errors
    /// [`StoreError`]
    fn counting(&self, draft: &Draft, beside: &Beside<'_>) -> Result<Option<Draft>, StoreError>;

    /// The same request in another form, where its URL is too long.
    ///
    /// # Errors
    /// [`StoreError`]
    fn shortened(&self, draft: &Draft, beside: &Beside<'_>) -> Result<Option<Draft>, StoreError>;

    /// The schema of the records that an operation's filters are about; `None` where it takes no filters.
    ///
    /// # Errors
    /// [`StoreError`]
    fn filtered(&self, store: &Store, entry: &OperationRow, operation: &Operation)
    -> Result<Option<Value>, StoreError>;

    /// Checks the filters of a call, where the API has a grammar for them.
    ///
    /// # Errors
    /// [`StoreError`]
    fn check_filters(&self, filtered: &Filtered<'_>) -> Result<Findings, StoreError>;

    /// What this API calls records below another that somebody calls by this noun, which is singular, in small letters and one word;
    /// `reads` where they are to be read.
    fn called_below(&self, _noun: &str, _reads: bool) -> Vec<CalledBelow> {
        Vec::new()
    }

    /// The parameters of a list, with their values, that keep to what belongs to one record; empty where none do.
    fn of_parent(&self, _parent: &Parent<'_>) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The parameter that filters a list, and a text for it that the API takes, over some fields; `None` where its filters have no grammar.
    fn filter_example(&self, _fields: &[FilterField<'_>]) -> Option<(&'static str, String)> {
        None
    }

    /// The parameter that filters a list, and a text for it that holds where all comparisons do; `None` where its filters have no grammar.
    fn filter_of(&self, _comparisons: &[&Comparison]) -> Option<(&'static str, String)> {
        None
    }

    /// Words that people write for flags that have another name, best first.
    fn flag_words(&self) -> Vec<FlagWord> {
        Vec::new()
    }

    /// Words that people write for records of whose amount something is left, which [`FlagWord::is_set`] says, or nothing.
    fn amount_words(&self) -> Vec<FlagWord> {
        Vec::new()
    }

    /// Words that people write for some of the records that a reference may be to.
    fn value_words(&self) -> Vec<ValueWord> {
        Vec::new()
    }

    /// The fields that say whose a record is.
    fn parties(&self) -> Option<Parties> {
        None
    }

    /// What may be amiss with the filters of a list that found nothing: parameters by name.
    fn nothing_found(&self, _query: &[(String, String)]) -> Option<Said> {
        None
    }

    /// Phrases that people write, each with the names of the fields that they may mean, best first; small letters, words apart.
    fn field_words(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        Vec::new()
    }

    /// The path of the list of what references of this schema refer to, where it is known beside the manifest.
    fn list_of(&self, _reference: &str) -> Option<&'static str> {
        None
    }

    /// The noun of the records to one of which what a list has belongs, and the field of its records with the id of that one; `None`
    /// where the list's path says it, or nothing does.
    fn kept_within(&self, _list: &str) -> Option<(&'static str, &'static str)> {
        None
    }

    /// How a list is asked for the records that a name may mean; `None` where nothing finds them.
    fn naming(&self, named: &NamedList<'_>) -> Option<Naming> {
        by_manifest(named)
    }

    /// What the API puts beside the fields of its records, and that says nothing of them.
    fn asides(&self) -> &'static [Aside] {
        &[]
    }

    /// Notes on what the API will refuse or ignore of a request.
    fn advise(&self, draft: &Draft) -> Vec<Said>;

    /// What an answer to a request is; `None` where the manifest or the answer's form tells.
    fn reading(&self, draft: &Draft) -> Option<Reading>;

    /// Whether every answer that is no file is JSON, whatever type it declares.
    fn answers_json_alone(&self) -> bool;

    /// How to ask for less, where a read takes too long or fails by its size; begins in lower case. `None` where nothing narrows it.
    fn narrowing(&self, draft: &Draft) -> Option<String>;

    /// What to do after an answer that is no success.
    fn next_steps(&self, failed: &Failed<'_>) -> Steps;
}

/// A field that a filter compares, by its path, and what it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterField<'a> {
    /// A text.
    Text(String),
    /// One of some values; with one of them.
    Choice(String, &'a str),
    /// A date.
    Date(String),
    /// A number.
    Number(String),
    /// True or false.
    Flag(String),
}

/// What is compared, by the path of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// A text is this one.
    Equals(String, String),
    /// A text has this one in it.
    Contains(String, String),
    /// A number, by its digits.
    Number(String, String),
    /// A number is larger.
    Above(String, String),
    /// A flag.
    Flag(String, bool),
    /// A date is this one or later; RFC 3339.
    From(String, String),
    /// A date is earlier.
    Before(String, String),
}

impl Comparison {
    /// The path of the field.
    pub fn path(&self) -> &str {
        match self {
            Self::Equals(path, _)
            | Self::Contains(path, _)
            | Self::Number(path, _)
            | Self::Above(path, _)
            | Self::Flag(path, _)
            | Self::From(path, _)
            | Self::Before(path, _) => path,
        }
    }
}

/// A word for a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagWord {
    /// The word, in small letters.
    pub word: &'static str,
    /// Names of the flags that it may mean; the first that a record has counts.
    pub names: &'static [String],
    /// Whether the word says that the flag is set.
    pub is_set: bool,
}

/// A word for some of the records that a reference may be to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueWord {
    /// The field.
    pub field: &'static str,
    /// The word, in small letters.
    pub word: &'static str,
    /// What their names have in them.
    pub part: &'static str,
    /// Whether the word says so without the field's name, before the noun.
    pub is_alone: bool,
}

/// The fields that say whose a record is; each a reference by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The organisation.
    pub organisation: &'static str,
    /// Persons: one's own people, and the organisations'.
    pub people: &'static [&'static str],
}

/// A walk through a list by which each page names the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The header that asks for it.
    pub header: (&'static str, &'static str),
    /// The query parameter that says where it is.
    pub parameter: &'static str,
}

/// Finds the operation of a method at a list's template with one more segment behind it.
pub type Beside<'a> = dyn Fn(Method, &str) -> Result<Option<Arc<Operation>>, StoreError> + 'a;

/// What an API calls some records below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledBelow {
    /// The noun of its paths, singular, in small letters and one word.
    pub noun: &'static str,
    /// What tells these records from others of the noun, as it is given beside the path.
    pub with: Option<String>,
}

/// A list, and the record to which what it lists is to belong.
pub struct Parent<'a> {
    /// The operation that lists.
    pub list: &'a Operation,
    /// The schema of its answer.
    pub records: &'a Value,
    /// Gives the named schemas of its API.
    pub lookup: &'a dyn SchemaLookup,
    /// The nouns before the record in the path, as they stand there.
    pub owner: &'a str,
    /// The last of them, singular and in small letters.
    pub noun: &'a str,
    /// The record, as the path names it.
    pub id: &'a str,
}

/// A call whose filters are to be checked.
pub struct Filtered<'a> {
    /// Where operations and schemas are looked up.
    pub store: &'a Store,
    /// Its API, for the trade words of its title.
    pub api: &'a Api,
    /// The operation's row in the catalogue.
    pub entry: &'a OperationRow,
    /// The operation, with the parameters that the dialect knows beside the manifest's.
    pub operation: &'a Operation,
    /// Parameters by name.
    pub params: &'a Map<String, Value>,
    /// The body as the caller gave it.
    pub data: Option<&'a Value>,
    /// The names, of those given, that mean what some words mean; best first.
    pub meaning: &'a dyn Fn(&str, &[&str]) -> Vec<String>,
}

/// What was found in a call before it was sent.
#[derive(Debug, Default)]
pub struct Findings {
    /// What the API would refuse.
    pub problems: Vec<Problem>,
    /// What the manifest does not know, and the API may.
    pub doubts: Vec<Doubt>,
    /// What it would take otherwise than it reads.
    pub notes: Vec<Said>,
    /// Texts that are sent in other words than they were given.
    pub mended: Vec<Mended>,
}

/// A text of a call in the words of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The parameter, or the field of the body.
    pub name: String,
    /// As it was given.
    pub given: String,
    /// As it is sent.
    pub sent: String,
}

/// A request that the API refused.
pub struct Failed<'a> {
    /// The request that failed.
    pub draft: &'a Draft,
    /// The status of the answer.
    pub status: u16,
    /// Whether the answer has these words, in any case.
    pub says: &'a dyn Fn(&str) -> bool,
    /// The codes and messages of the answer, shortened.
    pub said: &'a [&'a str],
    /// Whether the answer names single errors, each maybe of a field.
    pub has_errors: bool,
    /// `api-current-version` of the answer.
    pub api_version: Option<&'a str>,
    /// Where the API is.
    pub base: &'a BaseUrl,
    /// The variables that hold the credentials.
    pub variables: &'a [String],
}

/// Next steps that a dialect knows better.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// The only step there is: no other can help.
    pub alone: Option<String>,
    /// In place of the step that every API's answer of this status has.
    pub instead: Option<String>,
    /// After it.
    pub then: Vec<String>,
}
