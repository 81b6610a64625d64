//! Which kind of route do a request's words ask for, as people say it?
//!
//! "Kick 48211 over to the network board" has no verb of an API; still it asks for a change. A linear model over words and pairs
//! of words (multinomial logistic regression) has learned that from requests that were written for it (`models/requests`).
//! `asked.tsv` holds it: `cargo bench --bench asked -- --write src/search/asked.tsv` makes it anew and says how right it is.
//! Nothing in it is of one API. Pure.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::document::route::RouteKind;
use crate::openapi::Method;

/// The program's model.
const OWN: &str = include_str!("asked.tsv");

/// What can be asked for; kinds of routes that answer the same are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asked {
    /// Several records.
    List,
    /// One record.
    One,
    /// Their number.
    Count,
    /// A new record.
    Create,
    /// A change of one.
    Change,
    /// A record gone.
    Delete,
    /// What has a name of its own, such as merging.
    Act,
}

/// How many there are.
pub const COUNT: usize = Asked::ALL.len();

impl Asked {
    /// In the order of [`Likely`].
    pub const ALL: [Self; 7] =
        [Self::List, Self::One, Self::Count, Self::Create, Self::Change, Self::Delete, Self::Act];

    /// What a kind of route answers.
    pub fn of(kind: RouteKind, method: Method) -> Self {
        match kind {
            RouteKind::One => Self::One,
            RouteKind::Count => Self::Count,
            RouteKind::Create => Self::Create,
            RouteKind::Update | RouteKind::Replace => Self::Change,
            RouteKind::Delete => Self::Delete,
            RouteKind::Action | RouteKind::Bulk if method != Method::Get => Self::Act,
            RouteKind::List
            | RouteKind::Search
            | RouteKind::Info
            | RouteKind::Usages
            | RouteKind::Default
            | RouteKind::Action
            | RouteKind::Bulk => Self::List,
        }
    }
}

/// How likely each of [`Asked::ALL`] is, together 1.
pub type Likely = [f32; COUNT];

/// Most words that are looked at; what comes later is no order but pasted content.
const MOST_WORDS: usize = 60;
/// What a whole step of a stored weight is worth.
pub const STEP: f32 = 0.05;

/// The weights of each word and pair, in steps of [`STEP`].
#[derive(Debug)]
pub struct Model {
    weights: HashMap<&'static str, [i8; COUNT]>,
}

impl Model {
    /// The program's own.
    pub fn own() -> &'static Self {
        static MODEL: LazyLock<Model> = LazyLock::new(|| Model::parse(OWN));
        &MODEL
    }

    /// Reads lines of a word or pair and its weights, divided by tabs. A line of another form is passed over; a test reads the file.
    fn parse(text: &'static str) -> Self {
        let line = |line: &'static str| {
            let (feature, weights) = line.split_once('\t')?;
            let mut out = [0; COUNT];
            let mut read = weights.split('\t');
            for weight in &mut out {
                *weight = read.next()?.parse().ok()?;
            }
            Some((feature, out))
        };
        Self { weights: text.lines().filter_map(line).collect() }
    }

    /// How likely each is, by the words of a request. Without a known word each is as likely as among the requests it has learned from.
    pub fn likely(&self, request: &str) -> Likely {
        let mut scores = [0.0; COUNT];
        for feature in features(request) {
            if let Some(weights) = self.weights.get(feature.as_str()) {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += f32::from(*weight) * STEP;
                }
            }
        }
        softmax(scores)
    }
}

/// Likely of scores.
pub fn softmax(mut scores: [f32; COUNT]) -> Likely {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in &mut scores {
        *score = (*score - largest).exp();
    }
    let total: f32 = scores.iter().sum();
    scores.map(|score| score / total)
}

/// The distinct words and pairs of neighbours of a request, with marks for its two ends: `^`, `$`.
pub fn features(request: &str) -> Vec<String> {
    let mut words = vec!["^".to_owned()];
    for chunk in quoted_as_one(request).split_whitespace() {
        if words.len() > MOST_WORDS {
            break;
        }
        add_words(chunk, &mut words);
    }
    words.push("$".to_owned());
    let pairs: Vec<String> = words.windows(2).map(|pair| pair.join(" ")).collect();
    words.extend(pairs);
    words.sort_unstable();
    words.dedup();
    words
}

/// The text with what stands in double quotation marks as one mark: it is a value or a client's words.
fn quoted_as_one(request: &str) -> String {
    let marks = |c: char| matches!(c, '"' | '\u{201c}' | '\u{201d}');
    let parts: Vec<&str> = request.split(marks).collect();
    let closed = parts.len() - (parts.len() + 1) % 2;
    let quoted = |at: usize| at % 2 == 1 && at < closed;
    parts.iter().enumerate().map(|(at, part)| if quoted(at) { " \" " } else { part }).collect()
}

/// The words of a text without blanks: letters in lower case, `0` for a number, `@` for an address, `?`.
fn add_words(chunk: &str, words: &mut Vec<String>) {
    if chunk.len() > 1 && chunk.contains('@') {
        words.push("@".to_owned());
        return;
    }
    let chunk = chunk.replace('\u{2019}', "'");
    let mut rest = chunk.as_str();
    while let Some(first) = rest.chars().next() {
        let end = if first.is_numeric() {
            // A number, a date, a time, a serial number: all until what is neither letter nor digit nor stands within one.
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | ',' | ':' | '/' | '-')))
                .unwrap_or(rest.len())
        } else if first.is_alphabetic() {
            rest.find(|c: char| !(c.is_alphabetic() || c == '\'')).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, behind) = rest.split_at(end);
        rest = behind;
        if first.is_numeric() {
            words.push("0".to_owned());
        } else if first.is_alphabetic() {
            words.push(word.trim_end_matches('\'').to_lowercase());
        } else if matches!(first, '?' | '"') {
            words.push(first.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn most_likely(request: &str) -> Asked {
        let shares = Model::own().likely(request);
        let best = (0..COUNT).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap();
        Asked::ALL[best]
    }

    #[test]
    fn the_file_reads_whole() {
        let model = Model::parse(OWN);
        assert_eq!(model.weights.len(), OWN.lines().count());
        assert!(model.weights.contains_key("^"));
    }

    #[test]
    fn changes_are_told_without_a_verb_of_an_api() {
        for request in [
            "Kick 48211 over to the network board",
            "ticket 5 should go to Omar instead",
            "push the due date out to Friday",
            "Contoso has a new phone number, 555-0100",
            "that quote is now worth 12,000",
        ] {
            assert_eq!(most_likely(request), Asked::Change, "{request}");
        }
    }

    #[test]
    fn other_orders_are_told_too() {
        for (request, asked) in [
            ("put me down for two hours on the migration", Asked::Create),
            ("get rid of the duplicate contact for Jane", Asked::Delete),
            ("how many tickets did we close last week", Asked::Count),
            ("which laptops run out of warranty this year", Asked::List),
        ] {
            assert_eq!(most_likely(request), asked, "{request}");
        }
    }

    #[test]
    fn values_are_masked() {
        let words = features("set PO 77-120 for jane@contoso.example to \"Gate code: 5\"?");
        for feature in ["^", "set", "po 0", "for @", "to \"", "\" ?", "? $"] {
            assert!(words.iter().any(|word| word == feature), "{feature} of {words:?}");
        }
        assert!(!words.iter().any(|word| word.contains("gate")), "{words:?}");
        assert!(features("an \"open quote").iter().any(|word| word == "quote"));
    }

    #[test]
    fn odd_texts_are_read_and_long_ones_cut() {
        assert_eq!(features(""), ["$", "^", "^ $"]);
        for text in ["\u{301}\u{feff}'", "\u{0663}\u{0664}", "@", "\"\"\"", "''''a'"] {
            let shares = Model::own().likely(text);
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-3, "{text:?}: {shares:?}");
        }
        assert!(features(&"delete ".repeat(100_000)).len() < 10);
        assert!(features(&(0..100_000).map(|n| format!("word{n} ")).collect::<String>()).len() < 400);
    }
}
