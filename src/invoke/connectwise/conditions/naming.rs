//! Which field does a whole name stand for?
//!
//! What people call the fields of records is data (`trade`); a name that joins a reference and a member follows from the schema.

use crate::document::words::{singular, split};
use crate::openapi::Field;

use super::fitting::{leaf, takes};
use super::source::{FieldSource, Lookup};
use super::syntax::Scalar;
use super::trade::Called;

/// A field of that name, of the record itself.
pub(super) fn own(name: &str, fields: &dyn FieldSource) -> Option<Field> {
    match fields.field(name) {
        Lookup::Found { field, in_array: false } if !field.path.contains('/') => Some(*field),
        _ => None,
    }
}

/// What some phrases have for a whole name, best first.
pub(super) fn whole<'p>(path: &str, phrases: &'p [Called]) -> impl Iterator<Item = &'p str> + use<'p> {
    let plain = split(path).join(" ");
    let names = phrases.iter().find(|Called(phrase, _)| *phrase == plain).map(|Called(_, names)| names.as_slice());
    names.unwrap_or_default().iter().map(String::as_str)
}

/// The fields of the record that some phrases have for a whole name, best first.
pub(super) fn called<'f>(
    path: &str,
    phrases: &'f [Called],
    fields: &'f dyn FieldSource,
) -> impl Iterator<Item = Field> + use<'f> {
    whole(path, phrases).filter_map(|name| own(name, fields))
}

/// The field that a whole name stands for, where the record has it and it can hold the value.
pub(super) fn named(path: &str, value: Option<&Scalar>, fields: &dyn FieldSource) -> Option<Field> {
    called(path, &fields.called().named, fields).find(|field| value.is_none_or(|value| takes(field, value)))
}

/// The field by which a record is known whose own kind a name says: `companyid` of a company is its `id` where the value is a number,
/// and its `identifier` where it is a text.
pub(super) fn own_key(path: &str, value: Option<&Scalar>, fields: &dyn FieldSource) -> Option<Field> {
    let squeezed = |text: &str| split(text).concat();
    let subject = squeezed(&fields.subject()?);
    let name = squeezed(path);
    let rest = name.strip_prefix(&subject)?;
    let is_number = match value {
        Some(Scalar::Number(_)) => true,
        Some(Scalar::Text(text)) => text.trim().parse::<u64>().is_ok(),
        _ => return None,
    };
    match (rest, is_number) {
        ("" | "id", true) => own("id", fields),
        ("" | "id", false) => own("identifier", fields),
        _ => None,
    }
}

/// The field by which the people of a list are known, under whatever name for it.
pub(super) fn login_of(path: &str, fields: &dyn FieldSource) -> Option<Field> {
    let (subject, name) = (fields.subject()?, split(path).concat());
    let keys = &fields.called().keys;
    let (_, field, _) = keys.iter().find(|(of, _, called)| *of == subject && called.contains(&name))?;
    own(field, fields)
}

/// The member of one of the record's references that a name says together with it: `projectId` of a project's ticket is `project/id`,
/// and never the ticket's own `id`.
pub(super) fn of_reference(path: &str, fields: &dyn FieldSource) -> Option<Field> {
    let words = split(path);
    let (member, reference) = words.split_last()?;
    let reference = referring(&reference.concat(), fields)?;
    fields.members(&reference.path).into_iter().find(|field| leaf(&field.path).eq_ignore_ascii_case(member))
}

/// The reference of the record that a name says in the plural, as the paths of lists have it: `companies` of a ticket
/// is its `company`.
pub(super) fn of_plural(path: &str, fields: &dyn FieldSource) -> Option<Field> {
    let name = split(path).concat();
    referring(&name, fields).filter(|field| !field.path.eq_ignore_ascii_case(&name))
}

/// The reference of that name, or of its singular.
fn referring(name: &str, fields: &dyn FieldSource) -> Option<Field> {
    let found = own(name, fields).or_else(|| own(&singular(name), fields));
    found.filter(|field| field.type_name.ends_with("object") && !field.type_name.starts_with("array"))
}

/// The fields that have a part each of what a name says, where the record has several of them.
pub(super) fn spread(path: &str, fields: &dyn FieldSource) -> Option<Vec<Field>> {
    let found: Vec<Field> = called(path, &fields.called().spread, fields).collect();
    (found.len() > 1).then_some(found)
}

/// Two fields that name together what a name says alone: the id of a record of whatever kind, and the kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The field of the id.
    pub id: String,
    /// The reference to the kind.
    pub kind: String,
    /// The member by which the kind is named.
    pub member: String,
    /// The kind.
    pub is: String,
}

impl Pair {
    /// The pair that a record has for a name.
    pub(super) fn of(path: &str, fields: &dyn FieldSource) -> Option<Self> {
        let plain = split(path).join(" ");
        fields.called().pairs.iter().find_map(|(phrase, id, kind, is)| {
            let (reference, member) = kind.split_once('/').filter(|_| *phrase == plain)?;
            let has_kind = fields.members(reference).iter().any(|field| leaf(&field.path) == member);
            let id = own(id, fields).filter(|_| has_kind)?;
            Some(Self { id: id.path, kind: reference.to_owned(), member: member.to_owned(), is: is.clone() })
        })
    }
}
