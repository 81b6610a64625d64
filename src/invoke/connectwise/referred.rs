//! How is the record found that somebody names by what its references have no member for?
//!
//! A reference has an id, a name and little else. What people know of a contact or a member is a mail address or a telephone number,
//! by which the record is found in its list.

use serde_json::{Map, Value, json};

use super::conditions::{FieldSource, Kind, Lookup, SchemaFields, is_address, trade};
use super::parameters;
use crate::invoke::draft::{Home, MeantParameter, Referred, Unknown};
use crate::openapi::SchemaLookup;
use crate::surface::{Given, Said};

/// How the names of references' schemas end.
const REFERENCE: &str = "Reference";

/// Digits that a telephone number has at least; a shorter one is an extension, and may be an id.
const LEAST_DIGITS: usize = 7;

/// The request that finds a record.
struct Found {
    /// What the record is called.
    noun: String,
    /// What it is not called by, with its article.
    by: String,
    /// Path of the list.
    list: &'static str,
    /// The parameter that filters it.
    parameter: &'static str,
    /// The filter.
    value: String,
}

impl Found {
    /// The request, as it is offered.
    fn offer(&self) -> String {
        format!("GET {} with {}={}", self.list, self.parameter, self.value)
    }

    /// The filter, as the caller's surface writes it.
    fn pair(&self) -> Given {
        Given::Pair { name: self.parameter.into(), value: self.value.clone() }
    }
}

/// Where the record is found that a reference in a body is to name.
pub(super) fn referred(asked: &Referred<'_>) -> Option<Home> {
    let Referred { schema, member, value, lookup } = *asked;
    let (found, cure) = match member {
        Some(member) => {
            let found = by_field(schema, member, value, lookup)?;
            let cure =
                format!("A reference names its record by its `id`: leave `{member}` out, or find the id with GET ");
            (found, cure)
        }
        None => {
            let found = by_text(schema, value.as_str()?, lookup)?;
            let cure = format!("No {} is called by {}: find its id with GET ", found.noun, found.by);
            (found, cure)
        }
    };
    let cure =
        Said::from(cure + found.list).text(" and ").given(found.pair()).text(", and write `{\"id\": 5}` with it");
    Some(Home::of(cure, vec![found.offer()]))
}

/// How the record is found that a parameter named like a reference gives by an address: the list is filtered by its id.
pub(super) fn meant(unknown: &Unknown<'_>) -> Option<MeantParameter> {
    let conditions = Kind::Conditions.parameter();
    let (records, text) = (unknown.records?, unknown.value.as_str()?);
    let fields = SchemaFields::new(records, unknown.lookup);
    let Lookup::Found { field, .. } = fields.field(unknown.name.trim()) else { return None };
    let found = by_text(field.schema_name.as_deref()?, text, unknown.lookup)?;
    let by_id = Given::Pair { name: conditions.into(), value: format!("{}/id = 5", field.path) };
    let cure = Said::from(format!("No {} is called by {}: find it with GET {} and ", found.noun, found.by, found.list))
        .given(found.pair())
        .text(", and filter by its id, such as ")
        .given(by_id)
        .text(".");
    let cure = MeantParameter::Cure { cure, offers: vec![found.offer()] };
    unknown.known.contains(&conditions).then_some(cure)
}

/// The request that finds the record of a reference by a text that is nobody's name; `None` where it may be one.
fn by_text(schema: &str, text: &str, lookup: &dyn SchemaLookup) -> Option<Found> {
    let text = text.trim();
    let (field, by) = if is_address(text) {
        ("email", "a mail address")
    } else if is_phone_number(text) {
        ("phone", "a telephone number")
    } else {
        return None;
    };
    Some(Found { by: by.to_owned(), ..by_field(schema, field, &text.into(), lookup)? })
}

/// The request that finds the record of a reference by one of its record's fields.
fn by_field(schema: &str, field: &str, value: &Value, lookup: &dyn SchemaLookup) -> Option<Found> {
    let record = schema.strip_suffix(REFERENCE)?;
    let list = trade::list_of(parameters::TITLE, record)?;
    let records = json!({ "$ref": format!("#/$defs/{record}") });
    let known = Kind::ALL.map(Kind::parameter);
    let beside = Map::new();
    let unknown = Unknown { name: field, value, beside: &beside, known: &known, records: Some(&records), lookup };
    match parameters::meant(&unknown)? {
        MeantParameter::Filter { parameter, value, is_sure: true, .. } => {
            Some(Found { noun: record.to_lowercase(), by: format!("its `{field}`"), list, parameter, value })
        }
        _ => None,
    }
}

/// Whether a text is a telephone number, which more than digits tell: those alone may be an id.
fn is_phone_number(text: &str) -> bool {
    let is_sign = |letter: char| matches!(letter, '+' | '-' | '(' | ')' | '.' | '/' | ' ');
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= LEAST_DIGITS
        && text.chars().all(|letter| letter.is_ascii_digit() || is_sign(letter))
        && text.chars().any(is_sign)
}
