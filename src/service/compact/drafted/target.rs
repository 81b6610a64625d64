//! What is known of the operation that a request calls, and what was read from the request.

use serde_json::{Map, Value};

use super::namesakes::Namesakes;
use crate::invoke::dialect::{Comparison, FlagWord, Parties, ValueWord};
use crate::service::OutlineField;

/// What is known of the operation that is called.
pub(in crate::service::compact) struct Target<'t> {
    /// Its path template.
    pub(in crate::service::compact) path: &'t str,
    /// The fields by which its list is filtered, or that its body changes; or, where there is no grammar, its parameters.
    pub(in crate::service::compact) fields: Vec<&'t OutlineField>,
    /// What is written.
    pub(in crate::service::compact) form: Form,
    /// Phrases for fields, as [`crate::invoke::dialect::Dialect::field_words`].
    pub(in crate::service::compact) called: &'t [(&'static str, Vec<&'static str>)],
    /// Words for flags.
    pub(in crate::service::compact) flags: &'t [FlagWord],
    /// Words for what is left of an amount.
    pub(in crate::service::compact) amounts: &'t [FlagWord],
    /// Words for kinds of records.
    pub(in crate::service::compact) values: &'t [ValueWord],
    /// The fields that say whose a record is.
    pub(in crate::service::compact) parties: Option<Parties>,
    /// What tells records apart whose paths end in the same noun.
    pub(in crate::service::compact) kinds: &'t [Namesakes],
    /// Days since 1970-01-01.
    pub(in crate::service::compact) today: i64,
}

/// What is written from a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service::compact) enum Form {
    /// Comparisons of fields.
    Filter,
    /// Parameters of their own.
    Parameters,
    /// A flat body that changes fields.
    Change,
    /// Values of the path alone.
    Path,
}

/// What a request gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::service::compact) struct Drafted {
    /// Values of the path, and of parameters.
    pub(in crate::service::compact) params: Map<String, Value>,
    /// Comparisons of fields, each with the words that it comes from.
    pub(in crate::service::compact) comparisons: Vec<(Comparison, String)>,
    /// Fields that a body changes.
    pub(in crate::service::compact) data: Map<String, Value>,
    /// From which words a value of `params` or `data` comes.
    pub(in crate::service::compact) from: Map<String, Value>,
    /// Values and words that nothing was made of.
    pub(in crate::service::compact) unused: Vec<String>,
    /// Whether a name, a number or a quotation is among them.
    pub(in crate::service::compact) leaves_value: bool,
}

impl Drafted {
    /// Whether nothing was made of a request.
    pub(in crate::service::compact) fn is_empty(&self) -> bool {
        self.params.is_empty() && self.comparisons.is_empty() && self.data.is_empty()
    }
}
