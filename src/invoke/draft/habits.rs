//! What does an API do with a request that no manifest says?

use serde_json::{Map, Value};

use super::named::{Finding, Named};
use super::problem::Problem;
use crate::invoke::risk::Reads;
use crate::openapi::{Operation, SchemaLookup};
use crate::surface::Said;

/// What an API does with a request that its manifest does not say.
pub trait Habits: Reads {
    /// Headers that the credentials set and no call does, in lower case.
    fn own_headers(&self) -> &'static [&'static str];

    /// Parameters whose value is a list of names: an array is joined with commas, whatever their schema says.
    fn lists_of_names(&self) -> &'static [&'static str];

    /// What a name that the operation lacks was to be.
    fn meant(&self, unknown: &Unknown<'_>) -> Option<MeantParameter>;

    /// One filter that asks for all of several, in their order, where a parameter takes one.
    fn joined(&self, filters: &[&str]) -> String {
        filters.join(" AND ")
    }

    /// The sizes of a list's pages.
    fn page_sizes(&self) -> PageSizes;

    /// Whether a parameter or field of this name holds a filter or an order in a grammar of the API's own.
    fn is_filter(&self, name: &str) -> bool;

    /// Whether a body is sent as a form with a file, though the manifest declares JSON.
    fn is_upload(&self, operation: &Operation, data: &Value) -> bool;

    /// What the members of bodies are taken as.
    fn members(&self) -> Members {
        Members::default()
    }

    /// How a list finds the records that a text names where their id belongs; `None` where no parameter of it does.
    fn finding(&self, named: &Named<'_>) -> Option<Finding> {
        named.by_search()
    }

    /// How the record is found that a reference is to name by what it has no member for; `None` where nobody can say.
    fn referred(&self, _referred: &Referred<'_>) -> Option<Home> {
        None
    }

    /// Whether the API itself finds the record of a reference of this schema by what the record is called.
    fn refers_by_name(&self, _schema: &str) -> bool {
        false
    }

    /// Of which records a field of the operation at a path has the id, where its name does not say it.
    fn id_of(&self, _path: &str, _field: &str) -> Option<IdOf> {
        None
    }

    /// What gives a field of a body its value, so that no body has to have it; `None` where its caller does.
    fn giver(&self, operation: &Operation, field: &str) -> Option<Giver> {
        operation.path.contains(&format!("{{{field}}}")).then(|| Giver::Path(field.to_owned()))
    }

    /// The member and its value by which a reference of this schema names what somebody calls so, where the API has a code for it.
    fn coded(&self, _schema: &str, _called: &str) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The member and its value by which a reference of this schema names one of the kinds that the API has a code for.
    fn code(&self, _schema: &str) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The flags by which records say that they are of a kind, by what people call it; best first.
    fn flags_called(&self, _called: &str) -> Vec<&'static str> {
        Vec::new()
    }

    /// What is wrong with a body as it would be sent, though it fits its schema.
    fn objections(&self, _sending: &Sending<'_>) -> Vec<Problem> {
        Vec::new()
    }

    /// What a body lacks that the schema does not require.
    fn lacks(&self, _operation: &Operation, _data: &Value) -> Option<Problem> {
        None
    }

    /// Fields without which the API refuses a body, though its schema does not require them: nothing is sent without.
    fn demanded(&self, _operation: &Operation) -> &'static [&'static str] {
        &[]
    }

    /// Fields that hardly a body goes without, beside those: examples and descriptions have them.
    fn usual(&self, _operation: &Operation) -> &'static [&'static str] {
        &[]
    }

    /// Where the value of a field belongs that a body's schema does not have; `None` where nothing is known of it.
    fn home(&self, homeless: &Homeless<'_>) -> Option<Home>;

    /// Whether half a moment is sent as a whole one, `2024-01-31` as `2024-01-31T00:00:00Z`: servers whose manifests are wrong read
    /// a date where they ask for a moment.
    fn completes_dates(&self) -> bool {
        false
    }

    /// The date that a text names, where the API's own parser reads more forms than RFC 3339's.
    fn read_date(&self, text: &str) -> Option<ReadDate>;
}

/// The records whose id a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdOf {
    /// Paths of the lists that have them.
    pub lists: &'static [String],
    /// The field that says in which of these the record is.
    pub kind: Option<&'static str>,
}

impl IdOf {
    /// The lists, with what tells which of them is meant.
    pub(crate) fn said(&self) -> String {
        let kind = self.kind.map(|kind| format!(" (by {kind})")).unwrap_or_default();
        format!("{}{kind}", self.lists.join(" or "))
    }
}

/// What gives a field of a body its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Giver {
    /// The server, which takes none.
    Server,
    /// The placeholder of this name in the path.
    Path(String),
}

/// A write whose body fits its schema.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The operation that takes it.
    pub operation: &'a Operation,
    /// Where it is sent, below the base URL.
    pub path: &'a str,
    /// The body as the caller gave it.
    pub given: &'a Value,
    /// The body as it would be sent.
    pub sent: &'a Value,
}

/// What the members of bodies are taken as, beyond their schemas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Names that the manifest misspells, each with the one that the API takes.
    pub misprints: &'static [(&'static str, &'static str)],
    /// Whether `""` stands for no value in a reference to another record, where the member is no text.
    pub empty_is_absent_in_references: bool,
}

/// A parameter that the operation lacks.
#[derive(Clone, Copy)]
pub struct Unknown<'a> {
    /// Name, as the caller gave it.
    pub name: &'a str,
    /// Value, as the caller gave it.
    pub value: &'a Value,
    /// All parameters of the call, this one too.
    pub beside: &'a Map<String, Value>,
    /// The names of those that the operation has, and of the filters that its body takes.
    pub known: &'a [&'a str],
    /// The schema of the records that the operation answers with or counts, where it is known.
    pub records: Option<&'a Value>,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn SchemaLookup,
}

/// What the name of a parameter that the operation lacks stands for.
pub enum MeantParameter {
    /// Another name of this parameter.
    Parameter(&'static str),
    /// A field, by which this value of a parameter filters.
    Filter {
        /// Name of the parameter that filters.
        parameter: &'static str,
        /// The filter, such as `status/name = 'New'`.
        value: String,
        /// Filters by other fields that may be meant; the API has none of the name.
        others: Vec<String>,
        /// Whether the first surely is meant.
        is_sure: bool,
    },
    /// A filter or an order that the caller wrote for a parameter of another API, as this one takes it.
    Written {
        /// Name of the parameter that takes it.
        parameter: &'static str,
        /// The filter or the order.
        value: String,
    },
    /// Another parameter with another value.
    Value {
        /// Name of the parameter.
        parameter: &'static str,
        /// Its value.
        value: String,
        /// What makes that the value.
        why: String,
    },
    /// What no other parameter says in its place.
    Cure {
        /// What to do, a whole sentence.
        cure: Said,
        /// What to write; empty where only its form is known.
        offers: Vec<String>,
    },
}

/// A value of a body under a name that its schema does not have.
#[derive(Clone, Copy)]
pub struct Homeless<'a> {
    /// Name of the schema, where it has one.
    pub record: Option<&'a str>,
    /// Properties of the schema, by name.
    pub schema: &'a Map<String, Value>,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn SchemaLookup,
    /// Name, as the body has it.
    pub name: &'a str,
    /// Value, as the body has it.
    pub value: &'a Value,
    /// The operation that takes the body, where it is known.
    pub operation: Option<&'a Operation>,
    /// What the path has for its last placeholder, where that ends it: the id of the record that is changed.
    pub id: Option<&'a str>,
}

/// A reference that is given what none of its members can have.
#[derive(Clone, Copy)]
pub struct Referred<'a> {
    /// Name of the reference's schema.
    pub schema: &'a str,
    /// Name of the member that it lacks; `None` where the value stands for the whole reference.
    pub member: Option<&'a str>,
    /// What is given.
    pub value: &'a Value,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn SchemaLookup,
}

/// Where a value belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// A sentence without its full stop.
    pub cure: Said,
    /// What to write in its place; empty where nothing is.
    pub offers: Vec<String>,
    /// The entry of a list that it belongs into, which several values may share.
    pub entry: Option<Entry>,
}

impl Home {
    /// A home that is no entry of a list.
    pub fn of(cure: impl Into<Said>, offers: Vec<String>) -> Self {
        Self { cure: cure.into(), offers, entry: None }
    }
}

/// A value as an entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The field that holds the list.
    pub list: String,
    /// The entry.
    pub entry: Value,
    /// How else it is added, as the rest of a sentence; may be empty.
    pub route: String,
}

/// A date that was read in a form of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDate {
    /// In the form of RFC 3339 as far as it was given: `2024-01-31`, `2024-01-31T09:00:00Z`.
    pub text: String,
    /// The same with day and month exchanged, where that is a date too and nothing tells which was meant.
    pub other: Option<String>,
}

impl ReadDate {
    /// How it is sent, as a clause; `written` puts a date into the form of the place.
    pub(crate) fn as_sent(&self, written: impl Fn(&str) -> String) -> String {
        let sent = written(&self.text);
        match &self.other {
            None => format!("it is sent as `{sent}`"),
            Some(other) => format!(
                "it is sent as `{sent}`, since the API reads the month first; write `{}` if that was meant",
                written(other)
            ),
        }
    }
}

/// Rows of a list's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageSizes {
    /// Where the request does not say; `None` where that is not known.
    pub default: Option<usize>,
    /// The most that a request can ask for with `pageSize`, where pages are counted from 1; `None` where neither is known.
    pub largest: Option<usize>,
}
