//! What do people call the fields of an API, in the words of its trade?

use std::sync::LazyLock;

use serde::Deserialize;

use crate::document::words::split;

const OWN: &str = include_str!("trade.toml");

/// A phrase that people write, and the words in the names of the fields that they may mean by it, best first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Called(pub String, pub Vec<String>);

/// A word for some of the records that a reference may be to: the field, the word, what their names have in them, and whether the word says
/// so without the field's name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Valued(pub String, pub String, pub String, pub bool);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    trade: Vec<Section>,
}

/// What people call the fields of an API.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    apis: Vec<String>,
    /// Phrases for one field, in the order in which they are tried.
    pub called: Vec<Called>,
    /// Phrases for what records have in several fields.
    pub spread: Vec<Called>,
    /// Phrases for the contrary of a flag.
    pub contrary: Vec<Called>,
    /// Phrases for an amount of which nothing is left.
    pub nothing_left: Vec<Called>,
    /// Phrases for an amount of which something is left.
    pub something_left: Vec<Called>,
    /// Whole names that stand for one field where a record has it.
    pub named: Vec<Called>,
    /// Whole names under which a body gives what is asked for under no name at all.
    pub given: Vec<Called>,
    /// Whole names of what stands in two fields: that of an id, and a member of the reference to its kind, with the kind.
    pub pairs: Vec<(String, String, String, String)>,
    /// Values that other APIs have for the kind of a record, each with the flags that say so.
    pub flags: Vec<Called>,
    /// Whole names of what several fields say together, of which none takes the value.
    pub together: Vec<Called>,
    /// The schema of a record, the field by which it is known, and what else people call that, in small letters and one word each.
    pub keys: Vec<(String, String, Vec<String>)>,
    /// What people write for a value of a reference: its schema, its member, the value, and their words.
    pub codes: Vec<(String, String, String, Vec<String>)>,
    /// Words for some of the records that a reference may be to.
    #[serde(default)]
    pub valued: Vec<Valued>,
    /// Where records are found that references refer to: their schema, and the path of their list.
    pub lists: Vec<(String, String)>,
    /// How the paths of operations begin, fields with a bare id there, the lists that have such records, and the field that says which of them is meant; empty where one list has.
    pub ids: Vec<(String, String, Vec<String>, String)>,
    /// Lists whose records belong to one of another list.
    pub within: Vec<Within>,
    /// What people call records below another.
    pub below: Vec<Below>,
    /// Lists whose entries are told apart by a type beside their kind.
    pub typed: Vec<Typed>,
    /// Where what a field had when its record was made is added to later.
    pub routes: Vec<Route>,
}

/// A list whose records belong to one of another, though its path does not say so.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Path of the list.
    pub list: String,
    /// What the other record is, as a noun.
    pub owner: String,
    /// The field that has its id.
    pub field: String,
}

/// What people call records below another, and what the API does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Below {
    /// Nouns of people, singular, in small letters and one word each.
    pub called: Vec<String>,
    /// The noun of the API's paths, in the same form.
    pub noun: String,
    /// A field that tells these records from others of the noun; may be empty.
    #[serde(default)]
    pub field: String,
    /// What that field says.
    #[serde(default)]
    pub value: String,
}

/// An operation that adds to a field of a record that exists.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The field.
    pub field: String,
    /// Path of the list of the records.
    pub of: String,
    /// The last segment of the operation, behind the record.
    pub under: String,
    /// The member of its body that takes the value; empty where an entry of the field's list is the body.
    #[serde(default)]
    pub value: String,
    /// A flag of its body that says which field is meant; may be empty.
    #[serde(default)]
    pub flag: String,
}

/// A list whose entries have a kind, and a type that tells those of one kind apart: a mobile number from a direct one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    /// The field that holds the list.
    pub list: String,
    /// The last segment of the operation that adds an entry.
    pub under: String,
    /// The member of an entry that has the kind.
    pub kind: String,
    /// The member of an entry that refers to the type.
    pub member: String,
    /// Path of the list of the types, which has a flag for each kind.
    pub of: String,
    /// Examples of types, as a clause.
    pub such_as: String,
}

impl Typed {
    /// The request that lists the types of a kind.
    pub fn types(&self, kind: Option<&str>) -> String {
        let of_kind = kind.map(|kind| format!(" with conditions={}Flag = true", kind.to_lowercase()));
        format!("GET {}{}", self.of, of_kind.unwrap_or_default())
    }
}

impl Route {
    /// The path of the operation that adds to the record of an id; its template where none is known.
    pub fn path(&self, id: Option<&str>) -> String {
        format!("{}/{}/{}", self.of, id.unwrap_or("{parentId}"), self.under)
    }
}

static NONE: LazyLock<Section> = LazyLock::new(Section::default);

// The file is part of the program: a test reads it, so nothing is lost here.
static FILE: LazyLock<File> = LazyLock::new(|| toml::from_str(OWN).unwrap_or_default());

/// The words that hold for the API of this title; empty where there are none.
pub fn words_of(title: &str) -> &'static Section {
    let title = title.to_lowercase();
    let section = FILE.trade.iter().find(|section| section.apis.iter().any(|api| title.contains(&api.to_lowercase())));
    section.unwrap_or(&NONE)
}

/// The words of an API without any.
pub fn no_words() -> &'static Section {
    &NONE
}

/// The flags that say of what kind a record is, by what the kind is called; best first.
pub fn flags_of(title: &str, called: &str) -> Vec<&'static str> {
    let called = split(called).join(" ");
    let found = words_of(title).flags.iter().find(|Called(kind, _)| *kind == called);
    found.into_iter().flat_map(|Called(_, flags)| flags).map(String::as_str).collect()
}

/// The member and the value that a reference of a schema has for what somebody calls it.
pub fn code_of(title: &str, schema: &str, called: &str) -> Option<(&'static str, &'static str)> {
    let called = split(called).join(" ");
    let mut codes = words_of(title).codes.iter();
    let found = codes.find(|(of, _, _, words)| of == schema && words.contains(&called))?;
    Some((&found.1, &found.2))
}

/// How the entries of a list are told apart.
pub fn typed(title: &str, list: &str) -> Option<&'static Typed> {
    words_of(title).typed.iter().find(|typed| typed.list == list)
}

/// The first member and value by which references of a schema name what the API has a code for.
pub fn first_code_of(title: &str, schema: &str) -> Option<(&'static str, &'static str)> {
    let found = words_of(title).codes.iter().find(|(of, ..)| of == schema)?;
    Some((&found.1, &found.2))
}

/// The path of the list that has the records of a schema.
pub fn list_of(title: &str, record: &str) -> Option<&'static str> {
    words_of(title).lists.iter().find(|(of, _)| of == record).map(|(_, list)| list.as_str())
}

/// The lists that have the records whose id a field of an operation has, and the field that says which of them is meant.
pub fn ids_of(title: &str, path: &str, field: &str) -> Option<(&'static [String], Option<&'static str>)> {
    let mut ids = words_of(title).ids.iter();
    let (_, _, lists, kind) = ids.find(|(begin, name, ..)| name == field && path.starts_with(begin))?;
    Some((lists, Some(kind.as_str()).filter(|kind| !kind.is_empty())))
}

/// To what the records of the list at a path belong.
pub fn within_of(title: &str, list: &str) -> Option<&'static Within> {
    words_of(title).within.iter().find(|within| within.list == list)
}

/// How to add to a field of a record of the list at a path.
pub fn route_of(title: &str, list: &str, field: &str) -> Option<&'static Route> {
    words_of(title).routes.iter().find(|route| route.field == field && route.of == list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrases_are_of_one_trade_and_none_hides_another() {
        toml::from_str::<File>(OWN).unwrap();
        let called = &words_of("ConnectWise PSA").called;
        assert!(called.iter().any(|Called(phrase, _)| phrase == "assignee"));
        for (at, Called(phrase, fields)) in called.iter().enumerate() {
            let hides = |Called(before, _): &&Called| format!(" {phrase} ").contains(&format!(" {before} "));
            assert_eq!(called[..at].iter().find(hides), None, "{phrase}");
            assert!(!fields.is_empty(), "{phrase}");
        }
        assert_eq!(words_of("Pet Store").called, []);
    }
}
