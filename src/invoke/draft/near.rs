//! Which of the known names did somebody mean?
//!
//! Two ways to be near: spelled alike (`sumary`, `pagesize`), or made of the same words (`dateCreated`, `createdDate`).

use super::wording::shortened;
use crate::document::words;
use crate::invoke::contrast::contradict;
use crate::spelling;
use crate::surface::{Argument, Said};

/// Jaro-Winkler above which two names are spelled alike: lower values bring names that merely share letters.
const ALIKE: f64 = 0.85;
/// Share of words in common from which two names say the same.
const SAME_WORDS: f64 = 0.3;

/// Words of names that say of what kind the value is, and nothing of what it is about.
const OF_KINDS: [&str; 3] = ["date", "flag", "id"];

/// The known names nearest to `name`, best first; empty where none is near, or it is too long for a name.
pub(in crate::invoke) fn nearest<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    count: usize,
) -> Vec<String> {
    let known: Vec<&str> = known.into_iter().filter(|other| !contradict(name, other)).collect();
    if let Some(same) = known.iter().find(|other| other.eq_ignore_ascii_case(name)) {
        return vec![(*same).to_owned()];
    }
    if !spelling::is_comparable(name) {
        return Vec::new();
    }
    let lower = name.to_lowercase();
    let stems = words::stems(name);
    let mut scored: Vec<(f64, &str)> = known
        .iter()
        .filter_map(|other| {
            let spelling = spelling::alike_from_the_start(&lower, &other.to_lowercase());
            let words = common(&stems, &words::stems(other));
            let score =
                if spelling >= ALIKE { spelling } else { 0.0 }.max(if words >= SAME_WORDS { words } else { 0.0 });
            (score > 0.0).then_some((score, *other))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(count).map(|(_, other)| other.to_owned()).collect()
}

/// Words in common, as a share of all words of both. What two names share is nothing where it is the kind of their values alone.
fn common(a: &[String], b: &[String]) -> f64 {
    let is_kind = |word: &&String| OF_KINDS.contains(&word.as_str());
    let shared: Vec<&String> = a.iter().filter(|word| b.contains(word)).collect();
    if shared.iter().all(is_kind) && !a.iter().all(|word| is_kind(&word)) {
        return 0.0;
    }
    let both = shared.len();
    let all = a.len() + b.len() - both;
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

/// `` Write `a`, or leave it out; `validate: false` sends it as it is. `` `otherwise` where no name is known.
pub(super) fn instead(names: &[String], otherwise: Said) -> Said {
    let first = match names {
        [] => otherwise,
        [only] => format!("Write `{only}`, or leave it out").into(),
        several => format!("Write one of {}, or leave it out", listed(several, "and")).into(),
    };
    first.text("; ").said(as_it_is()).text(".")
}

/// How a name that the schema lacks is sent all the same.
pub(super) fn as_it_is() -> Said {
    Said::new().argument(Argument::UNCHECKED).text(" sends it as it is")
}

/// Names that one sentence lists; the count tells the rest.
const LISTED: usize = 40;

/// `` `a`, `b` or `c` ``; of very many the first, and how many more there are.
pub(super) fn listed(names: &[String], joint: &str) -> String {
    let shown = if names.len() > LISTED { &names[..LISTED - 1] } else { names };
    let mut quoted: Vec<String> = shown.iter().map(|name| format!("`{}`", shortened(name))).collect();
    if shown.len() < names.len() {
        quoted.push(format!("{} more", names.len() - shown.len()));
    }
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} {joint} {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_near_by_spelling_or_by_words() {
        let known = ["summary", "company", "dateEntered", "requiredDate", "pageSize", "pageId", "status"];
        for (given, wanted) in [
            ("sumary", vec!["summary"]),
            ("PAGESIZE", vec!["pageSize"]),
            ("enteredDate", vec!["dateEntered"]),
            ("date", vec!["dateEntered", "requiredDate"]),
            ("ticketId", vec![]),
            ("statusName", vec!["status"]),
            ("xyzzy", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(nearest(given, known, 3), wanted, "{given}");
        }
        let long = "summary".repeat(100);
        assert_eq!(nearest(&long, known, 3), Vec::<String>::new());
        // What is there is found at any length.
        assert_eq!(nearest(&long.to_uppercase(), [long.as_str()], 3), [long.as_str()]);
    }

    #[test]
    fn lists_read_as_prose() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(listed(&names(&[]), "or"), "");
        assert_eq!(listed(&names(&["a"]), "or"), "`a`");
        assert_eq!(listed(&names(&["a", "b", "c"]), "and"), "`a`, `b` and `c`");
    }
}
