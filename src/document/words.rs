//! Which words does an identifier or a sentence hold, and which of them are the same word?
//!
//! Paths, schema names and field names carry most of a poor manifest's meaning, as `camelCase`, `snake_case`,
//! `kebab-case` or run together in lower case (`timeentries`). Everything here is a pure function of its input.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The words of an identifier or a sentence, in lower case and in order.
///
/// Splits at anything that is no letter or digit, between letters and digits, at a capital after a small letter, and before
/// the last capital of an acronym that a small letter follows (`SLAStatus` is `sla status`, `SLAs` is `slas`).
pub fn split(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            flush(&mut words, &mut word);
            continue;
        }
        let before = if at > 0 { characters[at - 1] } else { ' ' };
        if before.is_alphanumeric() && before.is_numeric() != character.is_numeric() {
            flush(&mut words, &mut word);
        } else if character.is_uppercase() {
            let next_is_small = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
            let plural_acronym = characters.get(at + 1) == Some(&'s')
                && characters.get(at + 2).is_none_or(|after| !after.is_lowercase());
            if before.is_lowercase() || (before.is_uppercase() && next_is_small && !plural_acronym) {
                flush(&mut words, &mut word);
            }
        }
        word.extend(character.to_lowercase());
    }
    flush(&mut words, &mut word);
    words
}

fn flush(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Plurals that the rules would get wrong, and words that only look like plurals.
const IRREGULAR: [(&str, &str); 26] = [
    ("statuses", "status"),
    ("taxes", "tax"),
    ("boxes", "box"),
    ("people", "person"),
    ("children", "child"),
    ("series", "series"),
    ("news", "news"),
    ("indices", "index"),
    ("analytics", "analytics"),
    ("slas", "sla"),
    ("rmas", "rma"),
    ("skus", "sku"),
    ("ids", "id"),
    ("cis", "ci"),
    ("analyses", "analysis"),
    ("buses", "bus"),
    ("menus", "menu"),
    ("aliases", "alias"),
    ("bonuses", "bonus"),
    ("movies", "movie"),
    ("always", "always"),
    ("does", "does"),
    ("addresses", "address"),
    ("processes", "process"),
    ("classes", "class"),
    ("businesses", "business"),
];

/// The singular of an English noun; other words come back as they are.
pub fn singular(word: &str) -> String {
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return (*one).to_owned();
    }
    let cut = |letters: usize, end: &str| format!("{}{end}", &word[..word.len() - letters]);
    let ends = |endings: &[&str]| endings.iter().any(|end| word.ends_with(end));
    if !word.is_ascii() || word.len() <= 3 || !word.ends_with('s') || ends(&["ss", "us", "is"]) {
        word.to_owned()
    } else if word.ends_with("ies") && word.len() > 4 {
        cut(3, "y")
    } else if ends(&["sses", "shes", "ches", "xes", "zes"]) {
        cut(2, "")
    } else {
        cut(1, "")
    }
}

/// The plural of an English noun; plurals come back as they are.
pub fn plural(word: &str) -> String {
    if !word.is_ascii() || word.is_empty() || singular(word) != word {
        return word.to_owned();
    }
    let before_y = word.len().checked_sub(2).and_then(|at| word.as_bytes().get(at));
    if word.ends_with('y') && !before_y.is_some_and(|letter| b"aeiou".contains(letter)) {
        return format!("{}ies", &word[..word.len() - 1]);
    }
    if ["s", "x", "ch", "sh"].iter().any(|end| word.ends_with(end)) {
        return format!("{word}es");
    }
    format!("{word}s")
}

/// The stem of a word, for matching only: the singular without `-ing`, `-ed` or a final `e`, and with `i` for a final `y` (the
/// first steps of Porter 1980, which keep more words apart than his whole algorithm).
pub fn stem(word: &str) -> String {
    let mut stem = singular(word);
    if !stem.is_ascii() {
        return stem;
    }
    for end in ["ing", "ed"] {
        if stem.ends_with(end) && stem.len() - end.len() >= 3 {
            stem.truncate(stem.len() - end.len());
            let letters = stem.as_bytes();
            let doubled = stem.len() > 3 && letters[stem.len() - 1] == letters[stem.len() - 2];
            if doubled && !stem.ends_with(['l', 's', 'z']) {
                stem.pop();
            }
            break;
        }
    }
    if stem.len() > 4 && stem.ends_with('e') {
        stem.pop();
    }
    if stem.len() > 4 && stem.ends_with('y') {
        stem.pop();
        stem.push('i');
    }
    stem
}

/// The stems of a text's words, each once, in order.
pub fn stems(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    split(text).iter().map(|word| stem(word)).filter(|stem| seen.insert(stem.clone())).collect()
}

/// Words of requests and descriptions that are in all of them and tell nothing of what is wanted.
const STOP_WORDS: &str = "a an and are as at be by can for from i in is it its me my of on or our that the this to us we what \
    which who will with you your do does did how all any has have into via per each every some than then there their them they \
    these those was were been being not no if so but about after before when where while whose should would could please want \
    need using use used e g eg etc ie optionally optional available existing given specific specified certain currently current \
    also only just both including permanently configured matching let lets one more most own same such up out off over under \
    again s t re ve d ll m his her him he she hey still now today im dont able get got going something anything somebody \
    someone everyone everything";

/// Whether a lower-case word is in every request and tells nothing.
pub fn is_stop_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());
    WORDS.contains(word)
}

/// Words at which the phrase that names what is asked for ends.
pub const FILTER: &str = "for with of by from in on to into whose that which where matching against associated attached per across \
    within including using via at under having assigned flagged after before filtered linked belonging related logged used \
    referenced grouped between about as who when while if so because inside optionally scheduled created updated modified \
    since tied returns eg";

/// Nouns that name no thing of the API: `the details of a ticket` are about the ticket.
pub const LIGHT: &str = "detail details information info list record data field fields value values full summary copy object entity \
    result results set name names single filter filters via api endpoint call";

/// Words that a manifest itself is known to use, for taking run-together path segments apart.
#[derive(Debug, Default)]
pub struct Vocabulary {
    words: HashSet<String>,
}

/// Shorter words are not taken apart, and shorter parts are none: `in`, `on`, `to` are inside half of all words.
const SHORTEST_COMPOUND: usize = 8;
const SHORTEST_PART: usize = 3;
const LONGEST_PART: usize = 16;
const MOST_PARTS: u32 = 4;

impl Vocabulary {
    /// Takes note of the words of an identifier whose spelling shows where they begin.
    pub fn learn(&mut self, identifier: &str) {
        self.words.extend(split(identifier));
    }

    /// The same for a path segment, unless it could itself be run together.
    pub fn learn_segment(&mut self, segment: &str) {
        let shows_words = split(segment).len() > 1 || segment.chars().any(char::is_uppercase);
        // A segment of ten letters or more in one case may be a compound; as a word of its own it would stay whole.
        if shows_words || segment.len() < 10 {
            self.learn(segment);
        }
    }

    fn knows(&self, word: &str) -> bool {
        word.len() >= SHORTEST_PART && (self.words.contains(word) || self.words.contains(&singular(word)))
    }

    /// Takes a run-together word apart where all parts are known and the whole is not: `timeentries` is `time entries`.
    /// The fewest parts win. Unknown words come back whole.
    pub fn segment(&self, word: &str) -> Vec<String> {
        let whole = || vec![word.to_owned()];
        if !word.is_ascii() || word.len() < SHORTEST_COMPOUND || self.words.contains(word) {
            return whole();
        }
        // best[end]: where the last part of the best split of word[..end] begins, and how many parts it has.
        let mut best: Vec<Option<(usize, u32)>> = vec![None; word.len() + 1];
        best[0] = Some((0, 0));
        for end in SHORTEST_PART..=word.len() {
            for start in end.saturating_sub(LONGEST_PART)..=end - SHORTEST_PART {
                let Some((_, parts)) = best[start] else { continue };
                let better = best[end].is_none_or(|(_, known)| parts + 1 < known);
                if better && (start, end) != (0, word.len()) && self.knows(&word[start..end]) {
                    best[end] = Some((start, parts + 1));
                }
            }
        }
        if best[word.len()].is_none_or(|(_, parts)| parts > MOST_PARTS) {
            return whole();
        }
        let mut parts = Vec::new();
        let mut end = word.len();
        while let Some((start, _)) = best[end].filter(|_| end > 0) {
            parts.push(word[start..end].to_owned());
            end = start;
        }
        parts.reverse();
        parts
    }

    /// The words of a path segment, compounds taken apart.
    pub fn spell(&self, segment: &str) -> Vec<String> {
        split(segment).iter().flat_map(|word| self.segment(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_words() {
        for (identifier, words) in [
            ("timeEntries", "time entries"),
            ("SLAStatus", "sla status"),
            ("POItems", "po items"),
            ("IDs of SKUs", "ids of skus"),
            ("snake_case-and.dots", "snake case and dots"),
            ("v2Report", "v 2 report"),
            ("", ""),
            ("Größe", "größe"),
        ] {
            assert_eq!(split(identifier).join(" "), words, "{identifier}");
        }
    }

    #[test]
    fn singular_and_plural_are_each_others_inverse_for_regular_nouns() {
        for (one, many) in [
            ("ticket", "tickets"),
            ("company", "companies"),
            ("status", "statuses"),
            ("address", "addresses"),
            ("box", "boxes"),
            ("batch", "batches"),
            ("survey", "surveys"),
            ("time", "times"),
        ] {
            assert_eq!(plural(one), many);
            assert_eq!(singular(many), one);
            assert_eq!(singular(one), one);
            assert_eq!(plural(many), many);
        }
    }

    #[test]
    fn forms_of_one_word_share_their_stem() {
        for forms in [["approve", "approved", "approving"], ["copy", "copies", "copied"], ["log", "logged", "logging"]]
        {
            let stems: HashSet<String> = forms.iter().map(|form| stem(form)).collect();
            // `copied` keeps its `i`, as `copies` does not: a known limit that costs one of three forms.
            assert!(stems.len() <= 2, "{stems:?}");
        }
        assert_eq!(stem("tickets"), stem("ticket"));
        assert_ne!(stem("note"), stem("node"));
    }

    #[test]
    fn run_together_words_are_taken_apart_by_what_the_manifest_knows() {
        let mut vocabulary = Vocabulary::default();
        for name in ["TimeEntry", "PurchaseOrder", "workType", "Ticket"] {
            vocabulary.learn(name);
        }
        assert_eq!(vocabulary.segment("timeentries"), ["time", "entries"]);
        assert_eq!(vocabulary.segment("purchaseorders"), ["purchase", "orders"]);
        assert_eq!(vocabulary.segment("tickets"), ["tickets"]);
        assert_eq!(vocabulary.segment("unknownword"), ["unknownword"]);
        assert_eq!(vocabulary.segment("größenordnung"), ["größenordnung"]);
    }
}
