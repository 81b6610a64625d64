//! How is it told which record a name means, or may mean? Pure.

use serde_json::{Value, json};

use super::weighed::Candidate;
use crate::escape::{escape_controls, shortened};
use crate::invoke::draft::{NameAt, Problem, Takes};
use crate::surface::{Argument, Said, Surface};

/// Candidates that are told; of more the number is said.
const MOST_TOLD: usize = 12;
/// Names of a list that are told whole.
const MOST_VALUES: usize = 20;
/// Characters of a name that a message repeats.
const LONGEST: usize = 80;

/// A name of a call with the record that it means.
#[derive(Clone, Debug)]
pub(in crate::service) struct NamedRecord {
    pub(super) name: NameAt,
    pub(super) record: Candidate,
    /// Path of the list that has it.
    pub(super) from: String,
}

impl NamedRecord {
    /// As an answer shows it to whoever gave the body by this argument.
    pub(in crate::service) fn shown(&self, surface: Surface, given_by: Argument) -> Value {
        let place = self.name.place.clone().given_as(Argument::DATA, given_by);
        let mut shown = json!({
            "at": place.on(surface),
            "name": text(self.record.name()),
            "id": self.record.id,
            "from": self.from,
        });
        if !self.record.states.is_empty() {
            shown["state"] = self.record.states.join(", ").into();
        }
        shown
    }
}

/// What is known of a list where a name means none of its records, or several.
pub(super) struct Looked<'a> {
    /// Its path, with ids in place of its placeholders.
    pub(super) path: &'a str,
    /// What its records are, as a noun.
    pub(super) noun: &'a str,
    /// The names of all that it has, where these are known and few.
    pub(super) all: Option<&'a [Candidate]>,
    /// What it is a list of, where it is one of another record: `board 1`.
    pub(super) of: Option<String>,
}

/// That several records are called so.
pub(super) fn several(name: &NameAt, found: &[Candidate], looked: &Looked<'_>) -> Problem {
    let message = format!("{} `{}` are called so{}", found.len(), looked.noun, of(looked));
    problem(name, format!("\"{}\": {message}", text(&name.text)), found, looked)
}

/// That no record is called so; `near` are those that may be meant.
pub(super) fn none(name: &NameAt, near: &[Candidate], looked: &Looked<'_>) -> Problem {
    let message = format!("no `{}`{} is called \"{}\"", looked.noun, of(looked), text(&name.text));
    problem(name, message, near, looked)
}

fn of(looked: &Looked<'_>) -> String {
    looked.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default()
}

fn problem(name: &NameAt, message: String, offered: &[Candidate], looked: &Looked<'_>) -> Problem {
    let mut cure = if offered.is_empty() {
        Said::from("Look for it with GET ").text(looked.path.to_owned())
    } else {
        Said::from("Ask which one is meant, and give its id or its whole name")
    };
    if let Some(all) = looked.all.filter(|all| !all.is_empty() && all.len() <= MOST_VALUES) {
        let names: Vec<String> = all.iter().filter(|one| one.states.is_empty()).map(|one| text(one.name())).collect();
        cure = cure.text(format!("; there are: {}", names.join(", ")));
    }
    let mut offers: Vec<String> = offered.iter().take(MOST_TOLD).map(|record| offer(name, record)).collect();
    if offered.len() > MOST_TOLD {
        offers.push(format!("and {} more", offered.len() - MOST_TOLD));
    }
    Problem { offers, ..Problem::new(&name.place, message, cure.text(".")) }
}

/// A record with what to write for it, and what tells it from others.
fn offer(name: &NameAt, record: &Candidate) -> String {
    let written = match name.takes {
        Takes::Reference { .. } => json!({ "id": record.id }).to_string(),
        Takes::Id => record.id.to_string(),
    };
    let mut apart: Vec<String> = record.apart.iter().map(|part| text(part)).collect();
    apart.extend(record.states.iter().cloned());
    let apart = if apart.is_empty() { String::new() } else { format!(" ({})", apart.join("; ")) };
    format!("{written}: {}{apart}", text(record.name()))
}

/// A text of the API's or the caller's within a message.
fn text(text: &str) -> String {
    escape_controls(&shortened(text, LONGEST)).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::invoke::draft::At;
    use crate::surface::Place;

    fn name(takes: Takes) -> NameAt {
        NameAt {
            place: Place::body().field("company"),
            at: At::Body(Vec::new()),
            field: "company".to_owned(),
            text: "Acme\u{1b}[2J".to_owned(),
            member: None,
            takes,
            record: Map::new(),
        }
    }

    fn candidate(id: u64, name: &str, apart: &[&str], states: &[&str]) -> Candidate {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Candidate {
            id: id.into(),
            names: vec![("name".to_owned(), name.to_owned())],
            apart: texts(apart),
            states: texts(states),
        }
    }

    #[test]
    fn candidates_are_told_with_what_to_write_and_what_tells_them_apart() {
        let reference = Takes::Reference { schema: None, members: Vec::new() };
        let found = [candidate(1, "Acme", &["ACM", "Tampa"], &[]), candidate(2, "Acme", &[], &["inactive"])];
        let looked = Looked { path: "/company/companies", noun: "company", all: None, of: None };
        let told = several(&name(reference), &found, &looked);
        assert_eq!(told.offers, [r#"{"id":1}: Acme (ACM; Tampa)"#, r#"{"id":2}: Acme (inactive)"#]);
        assert_eq!(told.message.to_string(), "\"Acme\\u001b[2J\": 2 `company` are called so");
        assert_eq!(several(&name(Takes::Id), &found, &looked).offers[0], "1: Acme (ACM; Tampa)");
    }

    #[test]
    fn of_a_short_list_all_names_in_use_are_told() {
        let all =
            [candidate(1, "New", &[], &[]), candidate(2, "Old", &[], &["inactive"]), candidate(3, "Closed", &[], &[])];
        let looked = Looked {
            path: "/service/boards/1/statuses",
            noun: "status",
            all: Some(&all),
            of: Some("board 1".to_owned()),
        };
        let told = none(&name(Takes::Id), &[], &looked);
        assert!(told.message.to_string().starts_with("no `status` of board 1 is called "), "{told:?}");
        assert_eq!(told.cure.to_string(), "Look for it with GET /service/boards/1/statuses; there are: New, Closed.");
        assert!(told.offers.is_empty());
    }

    #[test]
    fn of_very_many_the_first_are_told_and_the_others_counted() {
        let found: Vec<Candidate> = (0..40).map(|id| candidate(id, "Acme", &[], &[])).collect();
        let looked = Looked { path: "/x", noun: "company", all: None, of: None };
        let told = several(&name(Takes::Id), &found, &looked);
        assert_eq!((told.offers.len(), told.offers.last().unwrap().as_str()), (MOST_TOLD + 1, "and 28 more"));
    }
}
