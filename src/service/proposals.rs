//! Which calls was a client lately told that it could keep, and by which word?
//!
//! An answer names such a call by one short word, so that it costs nothing to read; the call itself waits here.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::Service;
use super::saved_calls::{Remembered, checked_description};
use crate::error::Error;
use crate::escape::{QUOTED, shortened};
use crate::invoke::caller::owner;
use crate::memory::{Pattern, slots};
use crate::surface::Argument;

/// Calls that wait, of all clients together.
const MOST: usize = 500;
/// What stands before the number.
const WORD: &str = "keep-";

/// The calls that clients may keep, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Proposals {
    // std's mutex: it is held for looking up and adding alone.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    made: u64,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    owner: String,
    number: u64,
    pattern: Pattern,
}

impl Proposals {
    /// Remembers a call for a client, and returns the word for it.
    pub(super) fn add(&self, owner: &str, pattern: Pattern) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.made += 1;
        let number = state.made;
        if state.waiting.len() >= MOST {
            state.waiting.pop_front();
        }
        state.waiting.push_back(Waiting { owner: owner.to_owned(), number, pattern });
        format!("{WORD}{number}")
    }

    /// The call that a word of this client's names, with or without what stands before the number.
    pub(super) fn find(&self, owner: &str, word: &str) -> Option<Pattern> {
        let number: u64 = word.trim().trim_start_matches(WORD).parse().ok()?;
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = state.waiting.iter().filter(|waiting| waiting.owner == owner);
        own.find(|waiting| waiting.number == number).map(|waiting| waiting.pattern.clone())
    }
}

impl Service {
    /// Keeps a call that an answer named by a word. Where no slots are named, every value is one.
    ///
    /// # Errors
    /// As [`Self::remember`]; [`Error::Argument`] where the word names none of this client's.
    pub fn remember_named(
        &self,
        client: &str,
        word: &str,
        description: Option<&str>,
        slots: Option<&[String]>,
    ) -> Result<Remembered, Error> {
        let Some(mut pattern) = self.space.proposals.find(owner(client), word) else {
            let word = shortened(word, QUOTED);
            let reason =
                format!("no answer lately had `{word}`; give `path`, `method` and `description` of the call instead");
            return Err(Error::Argument { argument: Argument::named("keep"), reason: reason.into() });
        };
        if let Some(description) = description {
            pattern.description = checked_description(description)?;
        }
        let names: Vec<String> = match slots {
            Some(names) => names.to_vec(),
            None => {
                let open = slots::all_open(&pattern);
                open.slots.into_iter().map(|slot| slot.name).collect()
            }
        };
        self.keep(pattern, &names, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::openapi::Method;

    fn pattern(path: &str) -> Pattern {
        Pattern {
            description: String::new(),
            api: "PSA".to_owned(),
            method: Method::Get,
            template: path.to_owned(),
            path: path.to_owned(),
            params: Map::new(),
            data: None,
            slots: Vec::new(),
        }
    }

    #[test]
    fn a_word_names_one_call_of_one_client_and_only_lately() {
        let proposals = Proposals::default();
        let (one, two) = (proposals.add("a", pattern("/one")), proposals.add("b", pattern("/two")));
        assert_eq!((one.as_str(), two.as_str()), ("keep-1", "keep-2"));
        let path = |owner: &str, word: &str| proposals.find(owner, word).map(|found| found.path);
        assert_eq!((path("a", "keep-1"), path("a", "1")), (Some("/one".to_owned()), Some("/one".to_owned())));
        assert_eq!((path("a", "keep-2"), path("a", "keep-x"), path("a", "")), (None, None, None));
        (0..MOST).for_each(|_| _ = proposals.add("b", pattern("/three")));
        assert_eq!(path("a", "keep-1"), None);
    }
}
