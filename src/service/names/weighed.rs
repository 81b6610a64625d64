//! Which of some records does a name mean? Pure.
//!
//! A record is meant by its whole name or its identifier, in any case of letters and whatever blanks stand between. Whatever else is
//! alike is offered and never taken.

use serde_json::Value;

use crate::invoke::naming::Naming;
use crate::spelling;

/// Likeness by letters from which a name is near.
const NEAR: f64 = 0.55;
/// Near names that are told.
const MOST_NEAR: usize = 3;

/// A record of a list, as far as it may be meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) id: Value,
    /// What it is called, in the order of the members that say so.
    pub(super) names: Vec<(String, String)>,
    /// What tells it from others of its name.
    pub(super) apart: Vec<String>,
    /// Words that say that it is not in use: `inactive`.
    pub(super) states: Vec<String>,
}

impl Candidate {
    /// A row as a candidate; `None` where it has no id or no name.
    pub(super) fn of(row: &Value, naming: &Naming) -> Option<Self> {
        let id = row.get(&naming.id).filter(|id| id.is_number() || id.is_string())?.clone();
        let named = |members: &Vec<String>| {
            let parts = members.iter().filter_map(|name| text_at(row, name));
            let whole = parts.collect::<Vec<_>>().join(" ");
            let whole = whole.split_whitespace().collect::<Vec<_>>().join(" ");
            (!whole.is_empty()).then(|| (members.first().cloned().unwrap_or_default(), whole))
        };
        let names: Vec<(String, String)> = naming.called_by.iter().filter_map(named).collect();
        if names.is_empty() {
            return None;
        }
        let is_out = |(name, value): &&(String, bool)| row.get(name).and_then(Value::as_bool) == Some(*value);
        let states = naming.out_of_use.iter().filter(is_out).map(|(name, value)| {
            let word = name.trim_end_matches("Flag").trim_start_matches("is").to_ascii_lowercase();
            if *value { word } else { "inactive".to_owned() }
        });
        let mut candidate = Self { id, names, apart: Vec::new(), states: states.collect() };
        let own = candidate.name().to_owned();
        candidate.apart =
            naming.apart.iter().filter_map(|name| text_at(row, name)).filter(|text| *text != own).collect();
        Some(candidate)
    }

    /// What people call it: its identifier where it has nothing else.
    pub(super) fn name(&self) -> &str {
        let other = self.names.iter().find(|(member, _)| member != "identifier").or(self.names.first());
        other.map_or("", |(_, name)| name)
    }

    /// Whether this is one of its whole names.
    fn is_called(&self, text: &str, member: Option<&str>) -> bool {
        let wanted = plain(text);
        let fits = |known: &str| member.is_none_or(|member| (member == "identifier") == (known == "identifier"));
        self.names.iter().any(|(known, name)| fits(known) && plain(name) == wanted)
    }
}

/// The records that are called so: by the member that was given, where one is, or else by any.
pub(super) fn called(candidates: &[Candidate], text: &str, member: Option<&str>) -> Vec<Candidate> {
    let by = |member: Option<&str>| -> Vec<Candidate> {
        candidates.iter().filter(|candidate| candidate.is_called(text, member)).cloned().collect()
    };
    let first = by(member);
    if first.is_empty() && member.is_some() { by(None) } else { first }
}

/// The records that may be meant, none of which is called so: those with its words or its letters in their name, or else the nearest
/// by spelling.
pub(super) fn alike(candidates: &[Candidate], text: &str) -> Vec<Candidate> {
    let (words, bare) = (words(text), letters(text));
    let has_words = |name: &str| {
        let own = self::words(name);
        !words.is_empty() && own.windows(words.len()).any(|part| part == words)
    };
    let is_part = |candidate: &&Candidate| {
        candidate.names.iter().any(|(_, name)| has_words(name) || (!bare.is_empty() && letters(name) == bare))
    };
    let part: Vec<Candidate> = candidates.iter().filter(is_part).cloned().collect();
    if !part.is_empty() {
        return part;
    }
    let wanted = plain(text);
    let likeness = |candidate: &Candidate| {
        candidate.names.iter().map(|(_, name)| spelling::alike(&wanted, &plain(name))).fold(0.0, f64::max)
    };
    let mut near: Vec<(f64, &Candidate)> =
        candidates.iter().map(|candidate| (likeness(candidate), candidate)).collect();
    near.retain(|(likeness, _)| *likeness >= NEAR);
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(MOST_NEAR).map(|(_, candidate)| candidate.clone()).collect()
}

/// Adds candidates that are not there yet.
pub(super) fn add(candidates: &mut Vec<Candidate>, others: Vec<Candidate>) {
    for other in others {
        if candidates.iter().all(|known| known.id != other.id) {
            candidates.push(other);
        }
    }
}

/// The text at a path such as `company/name`.
fn text_at(row: &Value, path: &str) -> Option<String> {
    let value = path.split('/').try_fold(row, |value, name| value.get(name))?;
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

fn letters(text: &str) -> String {
    words(text).concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invoke::naming::Asking;

    fn naming(called_by: &[&[&str]]) -> Naming {
        Naming {
            id: "id".to_owned(),
            called_by: called_by.iter().map(|names| names.iter().map(|name| (*name).to_owned()).collect()).collect(),
            apart: vec!["identifier".to_owned(), "company/name".to_owned()],
            out_of_use: vec![("inactiveFlag".to_owned(), true), ("active".to_owned(), false)],
            exactly: Asking::default(),
            nearly: None,
            all: Asking::default(),
        }
    }

    fn companies() -> Vec<Candidate> {
        let rows = [
            json!({ "id": 1, "identifier": "AcmeDental", "name": "Acme Dental" }),
            json!({ "id": 2, "identifier": "ADG", "name": "Acme Dental Group", "inactiveFlag": true }),
            json!({ "id": 3, "identifier": "Acme", "name": "Acme  Corporation" }),
            json!({ "id": 4, "identifier": "VanArsdel", "name": "VanArsdel" }),
            json!({ "name": "Nobody" }),
        ];
        let naming = naming(&[&["identifier"], &["name"]]);
        rows.iter().filter_map(|row| Candidate::of(row, &naming)).collect()
    }

    fn ids(candidates: &[Candidate]) -> Vec<u64> {
        candidates.iter().filter_map(|candidate| candidate.id.as_u64()).collect()
    }

    #[test]
    fn whole_names_and_identifiers_mean_a_record_and_nothing_else_does() {
        let all = companies();
        for (text, member, wanted) in [
            ("acme  dental ", None, &[1][..]),
            ("ADG", None, &[2]),
            ("Acme", None, &[3]),
            ("acme corporation", Some("name"), &[3]),
            ("Acme", Some("name"), &[3]),
            ("Acme Dental", Some("identifier"), &[1]),
            ("Dental", None, &[]),
            ("", None, &[]),
        ] {
            assert_eq!(ids(&called(&all, text, member)), wanted, "{text}");
        }
    }

    #[test]
    fn names_with_the_words_or_the_letters_come_before_those_that_are_spelled_alike() {
        let all = companies();
        for (text, wanted) in
            [("Dental", &[1, 2][..]), ("Van Arsdel", &[4]), ("Acme Dentel", &[1, 2]), ("Globex", &[]), ("***", &[])]
        {
            assert_eq!(ids(&alike(&all, text)), wanted, "{text}");
        }
    }

    #[test]
    fn a_person_has_a_name_of_two_parts_and_a_record_says_what_state_it_is_in() {
        let naming = naming(&[&["firstName", "lastName"]]);
        let row =
            json!({ "id": "x", "firstName": "Ann", "lastName": "Lee", "company": { "name": "Acme" }, "active": false });
        let ann = Candidate::of(&row, &naming).unwrap();
        assert_eq!(
            (ann.name(), &ann.apart, &ann.states),
            ("Ann Lee", &vec!["Acme".to_owned()], &vec!["inactive".to_owned()])
        );
        assert_eq!(called(std::slice::from_ref(&ann), "ANN LEE", None).len(), 1);
        assert!(called(&[ann], "Ann", None).is_empty());
    }
}
