//! In which list of a record does a value live that the record has no field for?
//!
//! Some records keep what others have as fields in a list of values, each told by its kind: a contact's mail addresses and phone
//! numbers are its `communicationItems`, with `communicationType` Email, Fax or Phone. Which list that is follows from the
//! schema, so that it holds for every record.

use crate::document::words::{split, stem};
use crate::openapi::Field;

use super::source::{CUSTOM_FIELDS, FieldSource};
use super::syntax::{Comparison, Condition, FieldPath, Literal, Operator, Scalar, Span, Test};

/// The member of an entry that holds its value.
const VALUE: &str = "value";
/// Words that may stand beside the kind: `emailAddress`, `workPhoneNumber`.
const BESIDE: [&str; 12] =
    ["address", "number", "nbr", "id", "default", "primary", "main", "work", "business", "office", "direct", "no"];

/// The list in which a value lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// The list: `communicationItems`.
    pub list: String,
    /// The member that tells what an entry is: `communicationType`.
    pub kind: String,
    /// What that member says of such an entry: `Email`.
    pub is: String,
    /// Whether the values are texts, so that digits are one too.
    pub is_text: bool,
}

impl Home {
    /// The list that holds what one of some readings of a name says, each in stems.
    pub(super) fn of(readings: &[Vec<String>], fields: &dyn FieldSource) -> Option<Self> {
        let lists = fields.members("").into_iter().filter(is_list);
        lists.filter(|list| list.path != CUSTOM_FIELDS).find_map(|list| {
            let members = fields.members(&list.path);
            let named = |field: &Field| leaf(&field.path).to_owned();
            let value = members.iter().find(|member| named(member) == VALUE)?;
            members.iter().find_map(|member| {
                let kinds = member.enum_values.iter().filter_map(serde_json::Value::as_str);
                let is = kinds.into_iter().find(|kind| readings.iter().any(|reading| says(reading, kind)))?;
                let is_text = value.type_name == "string";
                Some(Self { list: list.path.clone(), kind: named(member), is: is.to_owned(), is_text })
            })
        })
    }

    /// Path of the values.
    pub(super) fn value(&self) -> String {
        format!("{}/{VALUE}", self.list)
    }

    /// A comparison of another field as one of the values.
    pub(super) fn compared(&self, mut comparison: Comparison) -> Comparison {
        comparison.field.text = self.value();
        let literals = match &mut comparison.test {
            Test::Is { value, .. } => std::slice::from_mut(value),
            Test::Among { values, .. } => values.as_mut_slice(),
        };
        for literal in literals.iter_mut().filter(|_| self.is_text) {
            if let Scalar::Number(digits) = &literal.value {
                literal.value = Scalar::Text(digits.clone());
            }
        }
        comparison
    }

    /// A condition on the values, of entries of this kind alone.
    pub(super) fn condition(&self, valued: Condition, span: Span) -> Condition {
        let path = |name: &str| FieldPath { text: format!("{}/{name}", self.list), span };
        let kind = Literal { value: Scalar::Text(self.is.clone()), span };
        let told =
            Comparison { field: path(&self.kind), test: Test::Is { operator: Operator::Equal, span, value: kind } };
        Condition::All(vec![valued, Condition::Compare(told)])
    }

    /// An entry of that value.
    pub(super) fn entry(&self, value: &serde_json::Value) -> serde_json::Value {
        let mut entry = serde_json::Map::new();
        entry.insert(VALUE.to_owned(), value.clone());
        entry.insert(self.kind.clone(), self.is.clone().into());
        entry.into()
    }
}

fn is_list(field: &Field) -> bool {
    field.type_name == "array of object"
}

/// Whether a reading is of that kind, and of nothing else.
fn says(reading: &[String], kind: &str) -> bool {
    let kind: Vec<String> = split(kind).iter().map(|word| stem(word)).collect();
    let is_beside = |word: &String| BESIDE.iter().any(|known| stem(known) == *word);
    kind.iter().all(|word| reading.contains(word)) && reading.iter().all(|word| kind.contains(word) || is_beside(word))
}

fn leaf(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
