//! Which condition holds for the records that a text names?
//!
//! Companies, members and products have an `identifier`, most other records a name, and tickets a summary. Which of these a record
//! has follows from its schema.

use super::conditions::{self, FieldSource, Lookup};

/// What a record is called by, where it has neither a name nor the like.
const NUMBERS: [&str; 2] = ["invoiceNumber", "poNumber"];
/// Fields of which somebody remembers a part; the first that a record has counts.
const IN_PART: [&str; 6] = ["name", "summary", "title", "subject", "caption", "description"];
/// What people are called, in this order.
const OF_PEOPLE: [&str; 2] = ["firstName", "lastName"];

/// The condition for the records that a text names.
pub(super) fn called(given: &str, fields: &dyn FieldSource) -> Option<String> {
    let is_text = |name: &&str| matches!(fields.field(name), Lookup::Found { field, in_array: false } if field.type_name == "string");
    let text = conditions::of_text(given);
    let equals = |name: &str| format!("{name} = {text}");
    let mut any: Vec<String> = ["identifier"].into_iter().filter(is_text).map(equals).collect();
    // The title of a person is no name.
    if OF_PEOPLE.iter().all(is_text) {
        any.extend(by_person(given));
    } else if let Some(name) = IN_PART.into_iter().find(is_text) {
        // In a pattern `[` begins a set of characters (Developer Guide).
        let part = conditions::of_text(&format!("*{}*", given.replace('[', "[[]")));
        any.push(format!("{name} like {part}"));
    } else {
        any.extend(NUMBERS.into_iter().filter(is_text).map(equals));
    }
    let value = any.join(" or ");
    (!value.is_empty()).then_some(value)
}

/// The members that records are called by: each entry is one name, of a person in two parts.
pub(super) fn called_by(fields: &dyn FieldSource) -> Vec<Vec<String>> {
    let is_text = |name: &&str| matches!(fields.field(name), Lookup::Found { field, in_array: false } if field.type_name == "string");
    let one = |name: &str| vec![name.to_owned()];
    let mut called: Vec<Vec<String>> = ["identifier"].into_iter().filter(is_text).map(one).collect();
    if OF_PEOPLE.iter().all(is_text) {
        called.push(OF_PEOPLE.map(str::to_owned).to_vec());
    } else {
        called.extend(IN_PART.into_iter().find(is_text).map(one));
        called.extend(NUMBERS.into_iter().filter(is_text).map(one));
    }
    called
}

/// First and last name of two words, and either of one.
fn by_person(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let compared = |name: &str, word: &str| format!("{name} = {}", conditions::of_text(word));
    let [first_name, last_name] = OF_PEOPLE;
    match words.as_slice() {
        [first, last] => vec![format!("({} and {})", compared(first_name, first), compared(last_name, last))],
        _ => OF_PEOPLE.iter().map(|name| compared(name, text)).collect(),
    }
}
