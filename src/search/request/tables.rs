//! Which words of English and of REST say what a request wants?

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::document::verbs::{ACTION_SYNONYMS, ACTION_WORDS, AMBIGUOUS, Intent, PHRASAL, VERBS};
use crate::document::words::{FILTER, LIGHT, stem};

/// Words after which a verb follows.
const LEAD: &str = "to and or please can you i we would should must need want then also will could me let just how quickly \
    permanently either help us not by when for use";

/// Words that begin a question: a question reads.
const QUESTION: &str = "what which who whose when where is are was were did does has have any why how";

/// Adjectives that say in which state records are.
const STATES: &str = "open closed active inactive new pending overdue unresolved resolved unpaid paid approved unapproved rejected cancelled \
    completed incomplete expired expiring billable unbilled billed assigned unassigned outstanding late urgent critical recent latest \
    upcoming past future";

/// The words in the shapes in which they are looked up.
pub(super) struct Tables {
    pub(super) verbs: Vec<(String, Intent)>,
    pub(super) actions: HashSet<&'static str>,
    pub(super) action_stems: HashSet<String>,
    pub(super) synonyms: Vec<(String, String)>,
    pub(super) ambiguous: HashSet<String>,
    pub(super) lead: HashSet<&'static str>,
    pub(super) filter: HashSet<&'static str>,
    pub(super) light: HashSet<String>,
    pub(super) states: HashSet<String>,
    pub(super) question: HashSet<&'static str>,
    /// [`PHRASAL`] by the stem of the verb.
    pub(super) phrasal: Vec<(String, &'static str, Intent)>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let words = |list: &'static str| list.split_whitespace().collect::<HashSet<_>>();
    let stems = |list: &'static str| list.split_whitespace().map(stem).collect::<HashSet<_>>();
    let mut verbs: Vec<(String, Intent)> = Vec::new();
    for (intent, list) in VERBS {
        for word in list.split_whitespace() {
            let stem = stem(word);
            if !verbs.iter().any(|(known, _)| *known == stem) {
                verbs.push((stem, intent));
            }
        }
    }
    verbs.sort();
    Tables {
        verbs,
        actions: words(ACTION_WORDS),
        action_stems: stems(ACTION_WORDS),
        synonyms: ACTION_SYNONYMS.iter().map(|(from, to)| (stem(from), stem(to))).collect(),
        ambiguous: stems(AMBIGUOUS),
        lead: words(LEAD),
        filter: words(FILTER),
        light: stems(LIGHT),
        states: stems(STATES),
        question: words(QUESTION),
        phrasal: PHRASAL.iter().map(|(verb, particle, intent)| (stem(verb), *particle, *intent)).collect(),
    }
});

impl Tables {
    pub(super) fn verb(&self, stem: &str) -> Option<Intent> {
        let at = self.verbs.binary_search_by(|(known, _)| known.as_str().cmp(stem)).ok()?;
        self.verbs.get(at).map(|(_, intent)| *intent)
    }

    pub(super) fn synonym(&self, stem: &str) -> Option<&str> {
        self.synonyms.iter().find(|(from, _)| from == stem).map(|(_, to)| to.as_str())
    }

    pub(super) fn leads(&self, word: &str) -> bool {
        self.lead.contains(word) || matches!(word, "," | ";" | "." | ":")
    }

    pub(super) fn is_verb_like(&self, word: &str) -> bool {
        let stem = stem(word);
        self.verb(&stem).is_some() || self.actions.contains(word) || self.synonym(&stem).is_some()
    }
}
