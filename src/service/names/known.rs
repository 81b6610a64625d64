//! Which names were looked up a short while ago?
//!
//! A service reaches each API at one base URL in a profile, which has names of its own, so that its name stands for that; who asked is kept beside it. What was found is kept for
//! minutes, and dropped when the API refuses a call that has the id, or a write goes to the list that the record is in.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::weighed::{Candidate, plain};

/// How long a name is taken for the record that it meant.
const KEPT: Duration = Duration::from_secs(5 * 60);
/// Names that are kept; the oldest makes room.
const MOST: usize = 512;

/// What a list was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    api: String,
    /// The member who asked; `None` for the server's own account. Not everybody sees the same records.
    member: Option<String>,
    /// Path of the list, with values.
    list: String,
    /// The field by which its records belong to another, and the id of that one.
    within: Option<String>,
    /// The member of the body that the name was given as.
    given_as: Option<&'static str>,
    text: String,
}

impl Question {
    pub(super) fn of(
        (api, member): (&str, Option<&str>),
        list: &str,
        within: Option<&(&'static str, Value)>,
        (text, given_as): (&str, Option<&'static str>),
    ) -> Self {
        Self {
            api: api.to_owned(),
            member: member.map(str::to_owned),
            list: list.to_owned(),
            within: within.map(|(field, id)| format!("{field} {id}")),
            given_as,
            text: plain(text),
        }
    }
}

/// Names and the records that they meant.
#[derive(Debug, Default)]
pub(in crate::service) struct Known {
    // std's mutex: never held while anything is awaited.
    entries: Mutex<VecDeque<(Question, Candidate, Instant)>>,
}

impl Known {
    fn entries(&self) -> MutexGuard<'_, VecDeque<(Question, Candidate, Instant)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The record that a list answered with.
    pub(super) fn get(&self, question: &Question) -> Option<Candidate> {
        self.get_at(question, Instant::now())
    }

    fn get_at(&self, question: &Question, now: Instant) -> Option<Candidate> {
        let mut entries = self.entries();
        entries.retain(|(_, _, since)| now.saturating_duration_since(*since) <= KEPT);
        entries.iter().find(|(known, _, _)| known == question).map(|(_, record, _)| record.clone())
    }

    /// Keeps the record that a list answered with.
    pub(super) fn keep(&self, question: Question, record: Candidate) {
        let mut entries = self.entries();
        entries.retain(|(known, _, _)| *known != question);
        entries.push_back((question, record, Instant::now()));
        while entries.len() > MOST {
            entries.pop_front();
        }
    }

    /// Forgets every name of a record: the API refused a call that has its id.
    pub(super) fn forget(&self, api: &str, list: &str, id: &Value) {
        self.entries().retain(|(known, record, _)| known.api != api || known.list != list || record.id != *id);
    }

    /// Forgets the names of the lists in which a write to a path may have changed something.
    pub(in crate::service) fn written(&self, api: &str, path: &str) {
        let is_below = |path: &str, other: &str| {
            path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.entries()
            .retain(|(known, _, _)| known.api != api || !(is_below(path, &known.list) || is_below(&known.list, path)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(list: &str, text: &str) -> Question {
        Question::of(("psa", None), list, None, (text, None))
    }

    fn record(id: u64) -> Candidate {
        Candidate { id: id.into(), names: Vec::new(), apart: Vec::new(), states: Vec::new() }
    }

    #[test]
    fn a_name_is_known_for_minutes_in_any_case_and_in_its_list_alone() {
        let known = Known::default();
        known.keep(question("/companies", "Acme  Dental"), record(1));
        assert_eq!(known.get(&question("/companies", "acme dental")), Some(record(1)));
        for other in [
            question("/contacts", "acme dental"),
            Question::of(("psa", None), "/companies", Some(&("company/id", 5.into())), ("acme dental", None)),
            Question::of(("psa", None), "/companies", None, ("acme dental", Some("identifier"))),
            Question::of(("psa", Some("alice")), "/companies", None, ("acme dental", None)),
            Question::of(("crm", None), "/companies", None, ("acme dental", None)),
        ] {
            assert_eq!(known.get(&other), None, "{other:?}");
        }
        let late = Instant::now() + KEPT + Duration::from_secs(1);
        assert_eq!(known.get_at(&question("/companies", "acme dental"), late), None);
    }

    #[test]
    fn what_may_be_wrong_is_forgotten() {
        let known = Known::default();
        let fill = || {
            for (list, id) in [("/boards", 1), ("/boards/1/statuses", 2), ("/boardsOfOthers", 3)] {
                known.keep(question(list, "x"), record(id));
            }
        };
        let left = || {
            let lists = ["/boards", "/boards/1/statuses", "/boardsOfOthers"];
            lists.map(|list| known.get(&question(list, "x")).is_some())
        };
        fill();
        known.forget("psa", "/boards", &1.into());
        known.forget("psa", "/boards/1/statuses", &7.into());
        assert_eq!(left(), [false, true, true]);
        for (path, wanted) in [
            ("/boards/1/statuses/2", [false, false, true]),
            ("/boards/1", [false, false, true]),
            ("/boards/2", [false, true, true]),
            ("/tickets", [true, true, true]),
        ] {
            fill();
            known.written("psa", path);
            assert_eq!(left(), wanted, "{path}");
        }
        known.written("crm", "/boards");
    }

    #[test]
    fn the_oldest_makes_room() {
        let known = Known::default();
        for at in 0..=MOST {
            known.keep(question("/companies", &format!("company {at}")), record(1));
        }
        assert_eq!(known.get(&question("/companies", "company 0")), None);
        assert!(known.get(&question("/companies", "company 1")).is_some());
    }
}
