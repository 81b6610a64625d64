//! How is a list of ConnectWise's asked for the records that a name may mean?
//!
//! `=` and `contains` of its filters heed no case. Companies, members and products have an identifier beside their name, people a first
//! and a last name; what else records are called by is in `named`.

use serde_json::{Map, Value};

use super::conditions::syntax::Scalar;
use super::conditions::{FieldSource, Kind, Lookup, SchemaFields, trade};
use super::{named, parameters};
use crate::invoke::naming::{Asking, NamedList, Naming};

/// Rows of a question for what is called exactly so. More than a handful are not told apart by reading them.
const FEW: usize = 25;
/// Rows of a question for what is called alike.
const MANY: usize = 100;

/// Words of a name that are looked for in others.
const MOST_WORDS: usize = 5;
/// Letters at the beginning of a word that are looked for: what follows is where people slip.
const STEM: usize = 4;
/// Letters without which a stem says nothing.
const LEAST: usize = 2;

/// What tells records of one name apart, as far as they have it.
const APART: [&str; 12] = [
    "identifier",
    "company/name",
    "board/name",
    "project/name",
    "title",
    "city",
    "status/name",
    "type/name",
    "serialNumber",
    "agreementStatus",
    "cancelledFlag",
    "location/name",
];
/// Such fields that are asked for.
const MOST_APART: usize = 4;

/// Flags of records that are not in use.
const OUT_OF_USE: [&str; 5] = ["inactiveFlag", "inactive", "deletedFlag", "closedFlag", "closeFlag"];

/// How references to records end whose schema they are named after.
const REFERENCE: &str = "Reference";

/// Whether a schema is that of a reference, which names its record by id or by what it is called.
pub(super) fn is_reference(schema: &str) -> bool {
    schema.ends_with(REFERENCE)
}

/// The path of the list of what references of a schema refer to, where that is known beside the manifest.
pub(super) fn list_of(reference: &str) -> Option<&'static str> {
    trade::list_of(parameters::TITLE, reference.strip_suffix(REFERENCE)?)
}

/// The noun of the records to one of which what a list has belongs, and the field of the reference to it.
pub(super) fn kept_within(list: &str) -> Option<(&'static str, &'static str)> {
    trade::within_of(parameters::TITLE, list).map(|within| (within.owner.as_str(), within.field.as_str()))
}

/// How a list is asked.
pub(super) fn naming(asked: &NamedList<'_>) -> Option<Naming> {
    let takes = |name: &str| asked.list.parameters.iter().any(|known| known.name == name);
    let conditions = Kind::Conditions.parameter();
    if !takes(conditions) {
        return None;
    }
    let fields = SchemaFields::new(asked.records, asked.lookup).of_api(parameters::TITLE);
    let has = |name: &str| matches!(fields.field(name), Lookup::Found { in_array: false, .. });
    let called_by = named::called_by(&fields);
    if called_by.is_empty() || !has("id") {
        return None;
    }
    let is_name = |name: &&str| called_by.iter().flatten().any(|known| known == name);
    let apart = APART.into_iter().filter(|name| has(name) && (*name == "identifier" || !is_name(name)));
    let apart: Vec<String> = apart.take(MOST_APART).map(str::to_owned).collect();
    let out_of_use: Vec<(String, bool)> =
        OUT_OF_USE.into_iter().filter(|name| has(name)).map(|name| (name.to_owned(), true)).collect();
    let mut shown = vec!["id"];
    let others = called_by.iter().flatten().chain(&apart).chain(out_of_use.iter().map(|(name, _)| name));
    others.for_each(|name| {
        if !shown.contains(&name.as_str()) {
            shown.push(name)
        }
    });
    let fields = shown.join(",");
    let within = asked.within.map(|(field, id)| format!("{field} = {id}"));
    let question = |filter: Option<String>, rows: usize| {
        let both = within
            .iter()
            .cloned()
            .chain(filter.map(|filter| if within.is_some() { format!("({filter})") } else { filter }));
        let both: Vec<String> = both.collect();
        let mut params = Map::new();
        if !both.is_empty() {
            params.insert(conditions.to_owned(), both.join(" and ").into());
        }
        if takes("fields") {
            params.insert("fields".to_owned(), Value::from(fields.as_str()));
        }
        if takes("pageSize") {
            params.insert("pageSize".to_owned(), rows.into());
        }
        Asking { params, most: None }
    };
    let exactly = question(Some(exact(asked.text, &called_by)), FEW);
    let nearly = near(asked.text, &called_by).map(|filter| question(Some(filter), MANY));
    Some(Naming { id: "id".to_owned(), called_by, apart, out_of_use, exactly, nearly, all: question(None, MANY) })
}

/// The condition for what is called exactly so.
fn exact(text: &str, called_by: &[Vec<String>]) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut any = Vec::new();
    for names in called_by {
        match names.as_slice() {
            [name] => any.push(format!("{name} = {}", quoted(text))),
            // Where the first name ends, nobody says.
            [first, last] if words.len() > 1 => any.extend((1..words.len().min(MOST_WORDS)).map(|at| {
                let (before, after) = (words[..at].join(" "), words[at..].join(" "));
                format!("({first} = {} and {last} = {})", quoted(&before), quoted(&after))
            })),
            [first, last] => any.push(format!("({first} = {} and {last} = null)", quoted(text))),
            _ => {}
        }
    }
    any.join(" or ")
}

/// The condition for names that have a beginning of a word of this one in them; `None` where it has no words.
fn near(text: &str, called_by: &[Vec<String>]) -> Option<String> {
    let names: Vec<&String> = called_by.iter().flatten().collect();
    let stems: Vec<String> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter_map(stem).take(MOST_WORDS).collect();
    let each =
        |stem: &String| names.iter().map(move |name| format!("{name} contains {}", quoted(stem))).collect::<Vec<_>>();
    let any: Vec<String> = stems.iter().flat_map(each).collect();
    (!any.is_empty()).then(|| any.join(" or "))
}

/// The beginning of a word that others may have too, without letters that may be written otherwise.
fn stem(word: &str) -> Option<String> {
    let plain =
        word.split(|letter: char| !letter.is_ascii()).max_by_key(|part| part.len()).filter(|part| part.len() >= LEAST);
    let stem: String = plain.unwrap_or(word).chars().take(STEM).collect();
    (stem.chars().count() >= LEAST).then_some(stem)
}

fn quoted(text: &str) -> String {
    Scalar::Text(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_asked_for_exactly_and_by_the_beginnings_of_their_words() {
        let plain = [vec!["identifier".to_owned()], vec!["name".to_owned()]];
        let people = [vec!["firstName".to_owned(), "lastName".to_owned()]];
        assert_eq!(exact("O\"Neil's", &plain), r#"identifier = "O\"Neil's" or name = "O\"Neil's""#);
        assert_eq!(exact("Jo", &people), r#"(firstName = "Jo" and lastName = null)"#);
        assert_eq!(
            exact("Pat Lee Morgan", &people),
            r#"(firstName = "Pat" and lastName = "Lee Morgan") or (firstName = "Pat Lee" and lastName = "Morgan")"#
        );
        assert_eq!(near("Van-Arsdel", &plain[1..]).unwrap(), r#"name contains "Van" or name contains "Arsd""#);
        assert_eq!(near("Müller", &plain[1..]).unwrap(), r#"name contains "ller""#);
        assert_eq!(near(" - ", &plain), None);
    }
}
