//! Which words of a sentence does it deny or leave out: `not closed`, `other than Acme`, `!= Acme`, `Acme excluded`? Pure; English.

use super::classes::is_of_family;
use crate::document::words::{is_stop_word, singular, stem};

/// Words that deny what follows them closely; the `t` is that of `isn't`.
const NEAR: [&str; 13] =
    ["not", "never", "no", "nobody", "none", "t", "cannot", "without", "outside", "neither", "nor", "ne", "sans"];

/// Words of [`NEAR`] that deny a verb, and with it whom its deed is for, by, or from: `not belonging to Acme`.
const OF_VERBS: [&str; 4] = ["not", "never", "t", "cannot"];

/// Words that leave out all that follows them, up to the end of the clause.
const WIDE: [&str; 13] = [
    "except",
    "excepting",
    "exclude",
    "excludes",
    "excluding",
    "excl",
    "besides",
    "barring",
    "minus",
    "omit",
    "omitting",
    "ignoring",
    "unless",
];

/// Prepositions that leave out what follows them, and are a verb and a noun as well: `all tickets save Acme`, `everything bar Acme`.
const WIDE_PREPOSITIONS: [&str; 2] = ["bar", "save"];

/// Words for all there is, from which such a preposition leaves something out, as from what is in the plural.
const WHOLES: [&str; 7] = ["all", "any", "anybody", "anyone", "everybody", "everyone", "everything"];

/// What makes a noun of `bar`.
const BEHIND_BAR: [&str; 4] = ["chart", "charts", "code", "codes"];

/// Words behind each of which one or the other word leaves out all that follows, as in `other than`.
const WIDE_PAIRS: [(&str, &[&str]); 5] = [
    ("than", &["other", "others", "rather", "else", "different", "elsewhere"]),
    ("from", &["apart", "aside", "away", "different", "differ", "differs", "differing", "excluded", "exempt"]),
    ("of", &["instead", "exclusive", "exception", "exclusion"]),
    ("to", &["opposed", "contrary", "unrelated"]),
    ("out", &["leave", "leaving"]),
];

/// Words that leave out what stands before them.
const BEHIND: [&str; 5] = ["excluded", "excepted", "exempted", "aside", "omitted"];

/// Words behind which another thing is spoken of.
pub(super) const PREPOSITIONS: [&str; 10] = ["for", "of", "at", "by", "with", "from", "on", "in", "to", "about"];

/// Prepositions behind which stands whose a denied deed would be.
const RELATIONS: [&str; 5] = ["to", "by", "from", "with", "as"];

/// Words behind `but` that tell a contrast, and leave nobody out.
const CONTRASTS: [&str; 17] = [
    "only", "just", "still", "also", "not", "no", "never", "with", "without", "is", "are", "was", "were", "has",
    "have", "does", "do",
];

/// Words before a denied one that are looked at; for a deed and whose it is, and else.
const FAR: usize = 7;
const CLOSE: usize = 3;

/// What a word does in its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    /// It is denied or left out.
    Denied,
    /// It denies others.
    Denial,
}

/// A word in lower case, with what stands between it and the word before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spaced<'a> {
    pub(super) gap: &'a str,
    pub(super) word: &'a str,
}

/// The role of each word.
pub(super) fn roles(words: &[Spaced<'_>]) -> Vec<Role> {
    let role = |at| if is_near(words, at) { Role::Denial } else { Role::Plain };
    let mut roles: Vec<Role> = (0..words.len()).map(role).collect();
    let mut deny = |range: std::ops::Range<usize>| {
        for at in range {
            if let Some(role) = roles.get_mut(at).filter(|role| **role == Role::Plain) {
                *role = Role::Denied;
            }
        }
    };
    let mut marks = Vec::new();
    for at in 0..words.len() {
        if is_near_denied(words, at) {
            deny(at..at + 1);
        }
        if has_sign(words, at) {
            let run = words.iter().skip(at + 1).take_while(|next| next.gap == " " && !is_stop_word(next.word)).count();
            deny(at..at + 1 + run);
        }
        if let Some(head) = wide(words, at) {
            deny(at + 1..clause_end(words, at));
            marks.extend([head, at]);
        }
        if leaves_out_before(words, at) {
            let before = words.iter().take(at).rev().take(CLOSE).take_while(|one| !PREPOSITIONS.contains(&one.word));
            deny(at - before.count()..at);
            marks.push(at);
        }
    }
    for at in marks {
        if let Some(role) = roles.get_mut(at) {
            *role = Role::Denial;
        }
    }
    roles
}

fn word<'a>(words: &[Spaced<'a>], at: usize) -> &'a str {
    words.get(at).map_or("", |one| one.word)
}

/// Whether a word denies what follows it closely. `no. 250` is a number.
fn is_near(words: &[Spaced<'_>], at: usize) -> bool {
    let this = word(words, at);
    NEAR.contains(&this) && !(this == "no" && word(words, at + 1).starts_with(|c: char| c.is_ascii_digit()))
}

fn ends_clause(gap: &str) -> bool {
    gap.contains([',', ';', ':', '(', ')', '?']) || gap.contains(". ")
}

/// The place behind the last word of the clause that goes on behind a word.
fn clause_end(words: &[Spaced<'_>], at: usize) -> usize {
    let rest = words.iter().skip(at + 2).take_while(|next| !ends_clause(next.gap));
    (at + 2 + rest.count()).min(words.len())
}

/// Whether a word tells how something is, and not what it is.
fn is_adjective(word: &str) -> bool {
    is_of_family(&stem(word)) || word.ends_with("ed") || word.starts_with("un")
}

/// Where a word, maybe with one before it, leaves out all that follows: the place of the first of the two.
fn wide(words: &[Spaced<'_>], at: usize) -> Option<usize> {
    let this = word(words, at);
    if WIDE.contains(&this) {
        return Some(at);
    }
    if this == "but" {
        let before = words.get(at.saturating_sub(CLOSE + 1)..at).unwrap_or_default();
        let is_contrast = before.iter().any(|one| OF_VERBS.contains(&one.word));
        let next = word(words, at + 1);
        let leaves_out = at > 0 && !is_contrast && !CONTRASTS.contains(&next) && !is_adjective(next);
        return leaves_out.then_some(at);
    }
    if WIDE_PREPOSITIONS.contains(&this) {
        let (before, next) = (at.checked_sub(1).map_or("", |at| word(words, at)), word(words, at + 1));
        let is_whole = WHOLES.contains(&before) || (!is_stop_word(before) && singular(before) != before);
        let is_joined = words.get(at).is_some_and(|one| one.gap == " ");
        return (is_whole && is_joined && !next.is_empty() && !BEHIND_BAR.contains(&next)).then_some(at);
    }
    let (_, heads) = WIDE_PAIRS.iter().find(|(second, _)| *second == this)?;
    // `other tickets than those of Acme`
    let most = if this == "than" { CLOSE } else { 1 };
    (at.saturating_sub(most)..at).rev().find(|head| heads.contains(&word(words, *head)))
}

/// Whether a sign before a word denies it: `!= Acme`, `-Acme`.
fn has_sign(words: &[Spaced<'_>], at: usize) -> bool {
    let Some(one) = words.get(at) else { return false };
    if ["!=", "<>", "\u{2260}"].iter().any(|sign| one.gap.contains(sign)) {
        return true;
    }
    let before = one.gap.trim_end_matches(['\'', '"']).strip_suffix(['!', '-', '\u{2212}']);
    before.is_some_and(|before| before.ends_with([' ', '(']))
}

fn leaves_out_before(words: &[Spaced<'_>], at: usize) -> bool {
    let this = word(words, at);
    let is_last = at + 1 == words.len() || words.get(at + 1).is_some_and(|next| ends_clause(next.gap));
    let is_denied = || at.checked_sub(1).is_some_and(|before| OF_VERBS.contains(&word(words, before)));
    at > 0
        && is_last
        && (BEHIND.contains(&this) || (matches!(this, "included" | "counted" | "have" | "own") && is_denied()))
}

/// Whether words closely before a word deny it, or it is still `to be` so.
fn is_near_denied(words: &[Spaced<'_>], at: usize) -> bool {
    let before = |most: usize| words.get(at.saturating_sub(most)..at).unwrap_or_default();
    if before(2).iter().map(|one| one.word).eq(["to", "be"]) {
        return true;
    }
    let is_of_verb = |one: &Spaced<'_>| OF_VERBS.contains(&one.word);
    let close = before(CLOSE);
    let begins = at.saturating_sub(CLOSE);
    if let Some(denial) = (0..close.len()).rev().find(|place| is_near(words, begins + place)) {
        // `not closed for Acme` denies `closed`, and not `Acme`.
        let between: Vec<&str> = close.iter().skip(denial + 1).map(|one| one.word).collect();
        let ends = between.iter().rposition(|word| PREPOSITIONS.contains(word));
        if !ends.is_some_and(|ends| between.iter().take(ends).any(|word| !is_stop_word(word))) {
            return true;
        }
    }
    let far = before(FAR);
    let Some(denial) = far.iter().rposition(is_of_verb) else { return false };
    let between = far.get(denial + 1..).unwrap_or_default();
    if between.iter().any(|one| ends_clause(one.gap)) || words.get(at).is_some_and(|one| ends_clause(one.gap)) {
        return false;
    }
    let Some(place) = between.iter().position(|one| PREPOSITIONS.contains(&one.word) || one.word == "as") else {
        return false;
    };
    let (deed, whose) = between.split_at(place);
    let deed: Vec<&str> = deed.iter().map(|one| one.word).filter(|word| !is_stop_word(word)).collect();
    let relation = whose.first().map_or("", |one| one.word);
    let is_relation = match deed.as_slice() {
        [] => true,
        [deed] => RELATIONS.contains(&relation) || (relation == "of" && !is_adjective(deed)),
        _ => false,
    };
    let is_one = whose.iter().skip(1).all(|one| !PREPOSITIONS.contains(&one.word));
    is_relation && is_one && whose.len() <= CLOSE
}
