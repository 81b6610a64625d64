//! What does a request want done?
//!
//! One rule after another over its words: the verb that is asked for, a phrasal verb, a method by name, counts and usages.

use super::quantity::has_any;
use super::tables::TABLES;
use super::words::Words;
use crate::document::verbs::Intent;
use crate::document::words::{is_stop_word, singular, stem};

/// Most words of a note; longer requests are none.
const WORDS_OF_A_NOTE: usize = 6;
/// Most words of a request that `count` alone makes a count.
const WORDS_OF_A_COUNT: usize = 5;
/// Phrases that ask where something is used.
const USAGES: [&str; 9] = [
    "usage",
    "usages",
    "in use",
    "still use",
    "still in use",
    "still used",
    "still using",
    "where used",
    "anything using",
];
/// Verbs that are nouns at the end of a note: `expense report`, `audit log`.
const NOUNS_LAST: [&str; 16] = [
    "log", "record", "request", "file", "book", "set", "list", "issue", "post", "mark", "note", "order", "search",
    "review", "schedule", "access",
];

/// The intent of a request.
pub(super) struct ReadIntent {
    /// The action that is asked for.
    pub(super) intent: Intent,
    /// The index of the word that says so.
    pub(super) at: Option<usize>,
    /// The actions of all its verbs, in order.
    pub(super) verbs: Vec<Intent>,
    /// Whether it was asked for outright.
    pub(super) is_sure: bool,
}

/// Reads the intent by one rule after another: the first that fits gives the verb. A method by name, counts and usages are looked
/// for last, and win.
pub(super) fn read_intent(words: &Words, text: &str) -> ReadIntent {
    let joined = format!(" {} ", words.join(" "));
    let verbs: Vec<(usize, Intent)> =
        (0..words.len()).filter_map(|at| verb_at(words, at).map(|intent| (at, intent))).collect();
    let is_question = words.first().is_some_and(|word| TABLES.question.contains(word.as_str()));
    let leads_only = |at: usize| words[..at].iter().all(|word| TABLES.leads(word) || is_stop_word(word));
    let begins_with_verb = verbs.first().is_some_and(|(at, _)| leads_only(*at));
    let passive = || (!is_question && !begins_with_verb).then(|| to_be_done(words)).flatten();
    let asked_at = asked_for(words).or_else(passive);
    let found = match asked_at {
        Some(at) => {
            let asked = phrasal_at(words, at).or_else(|| TABLES.verb(&stem(&words[at])));
            Some((at, asked.unwrap_or(Intent::Act)))
        }
        None if is_question => None,
        None => (0..words.len())
            .find_map(|at| {
                let phrasal = phrasal_at(words, at);
                let first = verbs.first().filter(|(verb, _)| *verb == at).map(|(_, intent)| *intent);
                phrasal.or(first).map(|intent| (at, intent))
            })
            .or_else(|| verb_of_note(words)),
    };
    let method = named_method(text).or_else(|| method_of_identifier(words, text));
    let mut intent = method.or(found.map(|(_, intent)| intent)).unwrap_or(Intent::Read);
    if is_count(words, &joined, intent) {
        intent = Intent::Count;
    } else if intent == Intent::Read && has_any(&joined, &USAGES) {
        intent = Intent::Usages;
    }
    let at = found.map(|(at, _)| at);
    let is_sure = method.is_some()
        || asked_at.is_some()
        || matches!(intent, Intent::Count | Intent::Usages)
        || at.is_some_and(leads_only);
    ReadIntent { intent, at, verbs: verbs.into_iter().map(|(_, intent)| intent).collect(), is_sure }
}

/// The verb of a note, which stands last: `work role rate change`.
fn verb_of_note(words: &Words) -> Option<(usize, Intent)> {
    if !(2..=WORDS_OF_A_NOTE).contains(&words.len()) {
        return None;
    }
    let last = words.len() - 1;
    let word = words[last].as_str();
    let intent = TABLES.verb(&stem(word)).or_else(|| TABLES.actions.contains(word).then_some(Intent::Act));
    intent.filter(|_| !NOUNS_LAST.contains(&word)).map(|intent| (last, intent))
}

/// The intent of a request method that stands in capitals.
fn named_method(text: &str) -> Option<Intent> {
    text.split(|c: char| !c.is_ascii_alphabetic()).find_map(|word| match word {
        "GET" => Some(Intent::Read),
        "POST" => Some(Intent::Create),
        "PUT" => Some(Intent::Replace),
        "PATCH" => Some(Intent::Update),
        "DELETE" => Some(Intent::Delete),
        _ => None,
    })
}

/// The intent of `putServiceTicketsById`, an operationId as many generators write it.
fn method_of_identifier(words: &Words, text: &str) -> Option<Intent> {
    let is_identifier = !text.trim().contains(char::is_whitespace) && words.len() > 1;
    match words.first().map(String::as_str).filter(|_| is_identifier)? {
        "post" => Some(Intent::Create),
        "put" => Some(Intent::Replace),
        "patch" => Some(Intent::Update),
        "delete" => Some(Intent::Delete),
        "get" => Some(Intent::Read),
        _ => None,
    }
}

/// Whether a number of records is asked for; `joined` is the words with blanks around each.
fn is_count(words: &Words, joined: &str, intent: Intent) -> bool {
    let alphabetic = words.iter().filter(|word| word.chars().all(char::is_alphabetic)).count();
    has_any(joined, &["how many", "count of", "counts of", "total number", "the number of", "tally of"])
        || joined.starts_with(" number of ")
        || (intent == Intent::Read && alphabetic <= WORDS_OF_A_COUNT && has_any(joined, &["count", "counts"]))
}

/// The intent of a word that stands where a verb stands.
fn verb_at(words: &Words, at: usize) -> Option<Intent> {
    let word = words[at].as_str();
    if !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let stem = stem(word);
    let intent = TABLES.verb(&stem);
    if intent.is_none() && !TABLES.actions.contains(word) && !(at == 0 && TABLES.synonym(&stem).is_some()) {
        return None;
    }
    // `open tickets`, `new service tickets`, `closed tickets`: no order to open or close some. Whoever orders one says `a`, or names one.
    let mut phrase = words[at + 1..].iter().enumerate().take_while(|(place, next)| {
        next.chars().all(char::is_alphabetic)
            && !is_stop_word(next)
            && !TABLES.filter.contains(next.as_str())
            && !says_of_third_person(words, at + 1 + place)
    });
    let is_state = matches!(word, "open" | "new") || (word.ends_with("ed") && TABLES.states.contains(&stem));
    if is_state && phrase.any(|(_, next)| singular(next) != *next) {
        return None;
    }
    let first = words[..at].iter().all(|before| TABLES.leads(before) || is_stop_word(before));
    let led = at > 0 && matches!(words[at - 1].as_str(), "to" | "please" | "and" | "or" | "can" | "i" | "we" | "you");
    let plainly = !TABLES.ambiguous.contains(&stem) && !word.ends_with("ed") && !word.ends_with('s');
    let third = says_of_third_person(words, at);
    (first || led || plainly || third).then_some(intent.unwrap_or(Intent::Act))
}

/// Words between a verb and the noun it is about.
const DETERMINERS: [&str; 10] = ["a", "an", "the", "all", "any", "one", "multiple", "specific", "existing", "new"];

/// `creates a note`: a verb of the third person, which a plural noun is not, for something with an article follows.
fn says_of_third_person(words: &Words, at: usize) -> bool {
    let word = words[at].as_str();
    word.ends_with('s')
        && singular(word) != word
        && TABLES.verb(&stem(word)).is_some()
        && words.get(at + 1).is_some_and(|next| DETERMINERS.contains(&next.as_str()))
}

/// How far behind its verb a particle may stand.
const PARTICLE_WITHIN: usize = 6;

fn phrasal_at(words: &Words, at: usize) -> Option<Intent> {
    let verb = stem(&words[at]);
    let end = words[at + 1..]
        .iter()
        .take(PARTICLE_WITHIN)
        .position(|word| matches!(word.as_str(), "," | "." | ";" | "?"))
        .map_or(words.len().min(at + 1 + PARTICLE_WITHIN), |marks| at + 1 + marks);
    let clause = &words[at + 1..end];
    TABLES
        .phrasal
        .iter()
        .find(|(known, particle, _)| *known == verb && clause.iter().any(|word| word == particle))
        .map(|(_, _, intent)| *intent)
}

/// Participles that do not end in `ed`.
const PARTICIPLES: [&str; 6] = ["set", "sent", "put", "cut", "split", "shut"];

/// The verb of `the status should be renamed`, `the invoice has to be sent`. In a relative clause it tells records apart instead:
/// `tickets that should be closed`.
fn to_be_done(words: &Words) -> Option<usize> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    (1..words.len()).find_map(|at| {
        let begins = match word(at) {
            "should" | "must" | "shall" if word(at + 1) == "be" => at + 2,
            "needs" | "need" | "has" | "have" | "ought" if word(at + 1) == "to" && word(at + 2) == "be" => at + 3,
            _ => return None,
        };
        if matches!(word(at - 1), "that" | "which" | "who" | "what") {
            return None;
        }
        let is_participle = |at: &usize| {
            let word = word(*at);
            (word.ends_with("ed") || PARTICIPLES.contains(&word)) && TABLES.is_verb_like(word)
        };
        (begins..begins + 2).find(is_participle)
    })
}

/// The verb behind the last `can you`, `please`, `need to`, `how do I`, `let me`.
fn asked_for(words: &Words) -> Option<usize> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let mut asked = None;
    for at in 0..words.len() {
        let begins = match word(at) {
            "can" | "could" | "would" | "will" if matches!(word(at + 1), "you" | "we" | "i" | "someone") => {
                at + 2 + usize::from(matches!(word(at + 2), "please" | "also" | "just"))
            }
            "please" => at + 1,
            "need" | "want" | "like" | "trying" | "try" | "able" | "way" | "allowed" if word(at + 1) == "to" => at + 2,
            "how" if word(at + 1) == "to" => at + 2,
            "how"
                if matches!(word(at + 1), "do" | "can" | "would" | "could" | "should")
                    && matches!(word(at + 2), "i" | "you" | "we" | "one") =>
            {
                at + 3
            }
            "let" | "lets" => at + 1 + usize::from(matches!(word(at + 1), "me" | "us")),
            _ => continue,
        };
        if let Some(verb) = (begins..begins + 3).find(|at| *at < words.len() && TABLES.is_verb_like(word(*at))) {
            asked = Some(verb);
        }
    }
    asked
}
