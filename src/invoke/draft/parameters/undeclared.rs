//! What becomes of a parameter that the operation does not declare?
//!
//! It may be a field of the body, a member of an object that takes any, another name for one that is declared, or one that a newer
//! server knows. What is left is a mistake, and the nearest names are offered.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::filters::{MeantFilter, Sureness};
use super::{Placing, set_elsewhere};
use crate::invoke::draft::content::{called, content_of, is_set_elsewhere, record_schema};
use crate::invoke::draft::given;
use crate::invoke::draft::multipart::part_headers;
use crate::invoke::draft::near::{instead, listed, nearest};
use crate::invoke::draft::serialise;
use crate::invoke::draft::wording::shortened;
use crate::invoke::draft::{MeantParameter, Unknown};
use crate::invoke::pairs;
use crate::openapi::{Parameter, ParameterIn};
use crate::surface::{Argument, Given, Place, Said};

/// Parameters that no manifest knows and a read is sent with; whoever gives more made one mistake many times.
const MOST_UNKNOWN: usize = 8;

impl Placing<'_, '_, '_> {
    /// What no parameter is named like.
    pub(super) fn rest(&mut self) {
        let operation = self.asked.operation;
        let mut sent = 0;
        let mut found = Vec::new();
        let given = self.asked.params.iter().filter(|(_, value)| !value.is_null());
        let known = operation.parameters.iter().map(|parameter| parameter.name.clone());
        let mut known: Vec<String> = known.filter(|name| !is_set_elsewhere(self.asked.habits, name)).collect();
        known.extend(self.queried());
        // They are read with the parts.
        let of_parts = part_headers(operation);
        known.extend(of_parts.iter().cloned());
        let mut seen = HashSet::new();
        known.retain(|name| seen.insert(name.clone()));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        // The body of a search takes the filters.
        let body = content_of(operation).map(|content| self.checker.schemas.view(&content.schema).properties);
        let of_body = body.iter().flat_map(|properties| properties.keys().map(String::as_str));
        let of_body = of_body.filter(|name| self.asked.habits.is_filter(name));
        let filters: Vec<&str> = known.iter().copied().chain(of_body).collect();
        let open = self.open_object();
        let is_of_part = |key: &str| of_parts.iter().any(|known| known.eq_ignore_ascii_case(key));
        let given: Vec<(&String, &Value)> =
            given.filter(|(key, _)| !self.taken.contains(*key) && !is_of_part(key)).collect();
        for (key, value) in given {
            let place = Place::param(key);
            if is_set_elsewhere(self.asked.habits, key) {
                self.checker.note(set_elsewhere(&place));
                continue;
            }
            if !self.asked.validate {
                self.unchecked(key, value, &place);
                continue;
            }
            let message = format!("{} has no parameter `{key}`", called(operation));
            if self.checker.is_full() {
                self.checker.problem(&place, message, "", Vec::new());
                continue;
            }
            if (self.is_body_field)(key) {
                let cure = Said::from("It is a field of the body: put it into ").argument(Argument::DATA);
                let cure = cure.text(format!(", `{}`.", offer_of(key, value)));
                self.checker.problem(&place, message, cure, Vec::new());
                continue;
            }
            if let Some((name, member)) = &open {
                let member = Parameter { name: key.clone(), ..member.clone() };
                self.checker.note(Said::new().at(&place).text(format!(" is sent as a member of `{name}`")));
                self.put(&member, value, &place);
                continue;
            }
            if let Some(half) = self.half_of_pair(key, &known) {
                self.checker.problem(&place, message, instead(&[half.to_owned()], "".into()), vec![half.to_owned()]);
                continue;
            }
            let unknown = Unknown {
                name: key,
                value,
                beside: self.asked.params,
                known: &filters,
                records: self.asked.records.or_else(|| record_schema(operation)),
                lookup: self.asked.lookup,
            };
            let mut offers = match self.asked.habits.meant(&unknown) {
                Some(MeantParameter::Filter { parameter, value, others, is_sure }) => {
                    let sureness = if is_sure { Sureness::OfAField } else { Sureness::Near };
                    found.push(MeantFilter { at: self.checker.problems.len(), parameter, value, others, sureness });
                    self.checker.problem(&place, message, "", Vec::new());
                    continue;
                }
                Some(MeantParameter::Written { parameter, value }) => {
                    let (at, others, sureness) = (self.checker.problems.len(), Vec::new(), Sureness::Written);
                    found.push(MeantFilter { at, parameter, value, others, sureness });
                    self.checker.problem(&place, message, "", Vec::new());
                    continue;
                }
                Some(MeantParameter::Value { parameter, value, why }) => {
                    let pair = Given::Pair { name: parameter.into(), value: value.clone() };
                    let cure = Said::from("Give ").given(pair).text(format!(" instead: {why}."));
                    self.checker.problem(&place, message, cure, vec![format!("{parameter}={value}")]);
                    continue;
                }
                Some(MeantParameter::Cure { cure, offers }) => {
                    self.checker.problem(&place, message, cure, offers);
                    continue;
                }
                Some(MeantParameter::Parameter(name)) => vec![name.to_owned()],
                None => Vec::new(),
            };
            if offers.is_empty() {
                offers = nearest(key, known.iter().copied(), 3);
                offers.retain(|name| self.may_be_meant(key, name, value));
            }
            if offers.is_empty() && self.reads && sent < MOST_UNKNOWN {
                sent += 1;
                self.may_be_known(key, value, &place);
                continue;
            }
            let takes = if known.is_empty() {
                "Leave it out: the operation takes no parameters".into()
            } else {
                let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
                format!("Leave it out, or write one of {}", listed(&known, "and")).into()
            };
            self.checker.problem(&place, message, instead(&offers, takes), offers);
        }
        self.filters(&found, &known);
    }

    /// Sends a parameter of a read that nothing declares: servers are newer than their manifests, and many manifests leave some out.
    fn may_be_known(&mut self, key: &str, value: &Value, place: &Place) {
        let note = format!(
            " is sent as it is: {} declares no such parameter, and an API may ignore it without a word: the answer may be \
             unfiltered",
            called(self.asked.operation)
        );
        match given::with_its_place(key) {
            Some(parameter) if given::is_not_given(self.asked.habits, &parameter) => {
                return self.checker.problems.push(given::not_given(place, &parameter.name));
            }
            Some(parameter) => self.put(&parameter, value, place),
            None => serialise::undeclared(key, value, &mut self.placed.query),
        }
        self.checker.note_first(Said::new().at(place).text(note));
        self.placed.query.has_unknown = true;
    }

    /// The parameter that says the same of which record is meant: `recordId` is `id` where the operation takes `type` and `id`.
    fn half_of_pair<'n>(&self, key: &str, known: &[&'n str]) -> Option<&'n str> {
        let path = &self.asked.operation.path;
        let beside: Vec<&str> = known.iter().filter(|name| !path.contains(&format!("{{{name}}}"))).copied().collect();
        let is_given = |name: &str| self.asked.params.contains_key(name);
        let half = pairs::half_of_pair(key, is_given("type") && is_given("id"), &beside).or_else(|| {
            // Parameters have no id of their own.
            let own = ["type", "id"].map(|own| beside.iter().find(|name| **name == own).copied());
            let [Some(kind), Some(id)] = own else { return None };
            pairs::is_of_any_record(key).map(|is_id| if is_id { id } else { kind })
        });
        half.filter(|half| !is_given(half))
    }

    /// Whether a parameter may be meant by a name near to its own: it takes the value, or its name is misspelt by little.
    fn may_be_meant(&self, key: &str, name: &str, value: &Value) -> bool {
        let declared = self.asked.operation.parameters.iter().find(|parameter| parameter.name == name);
        let Some(parameter) = declared.filter(|_| key.len().abs_diff(name.len()) > 1) else { return true };
        let view = self.checker.schemas.view(&parameter.schema);
        let is_number = value.is_number() || value.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok());
        is_number || !(view.is("integer") || view.is("number"))
    }

    /// Puts a value that nothing declares where its name says, or else into the query.
    fn unchecked(&mut self, key: &str, value: &Value, place: &Place) {
        let knows = format!("{} knows no such parameter", called(self.asked.operation));
        match given::with_its_place(key) {
            Some(parameter) if given::is_not_given(self.asked.habits, &parameter) => {
                self.checker.problems.push(given::not_given(place, &parameter.name));
            }
            Some(parameter) => {
                self.checker.note(Said::new().at(place).text(format!(" is sent where its name says: {knows}")));
                self.put(&parameter, value, place);
            }
            None => {
                self.checker.note(Said::new().at(place).text(format!(" is sent as it is: {knows}")));
                serialise::undeclared(key, value, &mut self.placed.query);
            }
        }
    }

    /// The exploded object that takes members of any name: its own name, and such a member.
    fn open_object(&self) -> Option<(String, Parameter)> {
        self.asked.operation.parameters.iter().find_map(|parameter| {
            let view = given::exploded(parameter, self.checker.schemas).filter(given::is_open)?;
            let schema = given::schema_of_others(&view);
            let member = Parameter { schema, ..Parameter::plain("", ParameterIn::Query) };
            Some((parameter.name.clone(), member))
        })
    }
}

fn offer_of(key: &str, value: &Value) -> String {
    shortened(&json!({ key: value }).to_string()).into_owned()
}
