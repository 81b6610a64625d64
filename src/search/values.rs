//! Which parts of a request are values rather than words of the API?
//!
//! `a status 'Pending Vendor' on board 12` asks for a status; its name says nothing about which operation is wanted.
//! Quoted texts, e-mail addresses, URLs and file names are values, and so are capitalised words in the middle of a sentence
//! that nobody knows: names of people and companies. Pure.

/// Most characters of a quoted value. A longer quotation is no name: somebody quoted the request itself.
const LONGEST_QUOTATION: usize = 120;

/// A request without its values, and the values, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parted {
    /// The words that are left, with one space between them.
    pub text: String,
    /// The values that were taken out, in order.
    pub values: Vec<String>,
}

/// Takes the values out of a request. `is_known` says of a word in lower case that it may name something of the API.
pub(super) fn part(text: &str, is_known: &dyn Fn(&str) -> bool) -> Parted {
    let mut out = Parted::default();
    let unquoted = take_quotations(text, &mut out.values);
    let chunks: Vec<&str> = unquoted.split_whitespace().collect();
    // In a Title Like This capitals tell nothing.
    let lower = chunks.iter().filter(|chunk| chunk.starts_with(char::is_lowercase)).count();
    let capitals_tell = lower * 2 >= chunks.len();
    let mut begins_sentence = true;
    for chunk in chunks {
        let bare = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = capitals_tell && !begins_sentence && is_capitalised(bare) && !is_known(&bare.to_lowercase());
        begins_sentence = chunk.ends_with(['.', '!', '?', ':']);
        if is_name || is_address(bare) || is_file_name(bare) {
            out.values.push(bare.to_owned());
            // The mark behind a value still ends the phrase.
            let mark = chunk.chars().next_back().filter(|last| matches!(last, ',' | ';' | '.' | ':' | '?' | ')'));
            if let Some(mark) = mark.filter(|_| !out.text.is_empty()) {
                out.text.push(mark);
            }
            continue;
        }
        if !out.text.is_empty() {
            out.text.push(' ');
        }
        out.text.push_str(chunk);
    }
    out
}

/// The text without what stands in quotation marks; the mark must open at a word's beginning and close at a word's end, so
/// that an apostrophe is none.
fn take_quotations(text: &str, values: &mut Vec<String>) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let opens =
            at == 0 || characters[at - 1].is_whitespace() || matches!(characters[at - 1], '(' | '[' | '=' | ':');
        let closing = match characters[at] {
            _ if !opens => None,
            '\'' | '\u{2018}' => closing(&characters, at, &['\'', '\u{2019}']),
            '"' | '\u{201C}' | '\u{201D}' => closing(&characters, at, &['"', '\u{201D}']),
            '\u{ab}' => closing(&characters, at, &['\u{bb}']),
            _ => None,
        };
        match closing {
            Some(end) => {
                let quoted = &characters[at + 1..end];
                // A number says that the word before it is a key or has one, quoted or not.
                if quoted.iter().all(char::is_ascii_digit) {
                    out.extend(quoted);
                } else {
                    values.push(quoted.iter().collect());
                    out.push(' ');
                }
                at = end + 1;
            }
            None => {
                out.push(characters[at]);
                at += 1;
            }
        }
    }
    out
}

fn closing(characters: &[char], opening: usize, marks: &[char]) -> Option<usize> {
    let last = characters.len().min(opening + LONGEST_QUOTATION + 2);
    (opening + 2..last).find(|&at| {
        marks.contains(&characters[at])
            && !characters[at - 1].is_whitespace()
            && characters.get(at + 1).is_none_or(|after| !after.is_alphanumeric())
    })
}

/// `Fabrikam`, and neither `SLA` nor `I`.
fn is_capitalised(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(char::is_uppercase)
        && word.chars().count() > 1
        && characters.all(|c| c.is_lowercase() || c == '\'' || c == '\u{2019}')
}

fn is_address(word: &str) -> bool {
    let url = word.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphabetic()) && !rest.is_empty()
    });
    let mail = word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    url || mail
}

/// `quote.pdf`: one full stop before two to four letters or digits that begin with a letter, in a word of no other marks.
fn is_file_name(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
            && (2..=4).contains(&ending.len())
            && ending.starts_with(|c: char| c.is_ascii_lowercase())
            && ending.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str) -> (String, Vec<String>) {
        let known = |word: &str| ["ticket", "status", "notes", "help"].contains(&word);
        let Parted { text, values } = part(text, &known);
        (text, values)
    }

    fn values(list: &[&str]) -> Vec<String> {
        list.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn quotations_are_values_and_apostrophes_are_not() {
        let (text, found) = parted("Create a status 'Pending Vendor' on board 12");
        assert_eq!((text.as_str(), found), ("Create a status on board 12", values(&["Pending Vendor"])));
        let (text, found) = parted("the client's tickets, don't count \"O'Neil\"");
        assert_eq!((text.as_str(), found), ("the client's tickets, don't count", values(&["O'Neil"])));
        assert_eq!(parted("an unclosed 'quotation").1, values(&[]));
        let (text, found) = parted("the task with gid '321654' named '2026'");
        assert_eq!((text.as_str(), found), ("the task with gid 321654 named 2026", values(&[])));
    }

    #[test]
    fn addresses_and_files_are_values_and_numbers_are_not() {
        let (text, found) =
            parted("mail j.diaz@fabrikam.com, upload quote.pdf to https://example.com/x?y=1 in 1.5 hours e.g. now");
        assert_eq!(text, "mail, upload to in 1.5 hours e.g. now");
        assert_eq!(found, values(&["j.diaz@fabrikam.com", "quote.pdf", "https://example.com/x?y=1"]));
    }

    #[test]
    fn names_are_values_where_capitals_tell() {
        let (text, found) = parted("notes of the Fabrikam Status ticket. Ask Dana about SLA");
        assert_eq!(
            (text.as_str(), found),
            ("notes of the Status ticket. Ask about SLA", values(&["Fabrikam", "Dana"]))
        );
        assert_eq!(parted("List Fabrikam Tickets").1, values(&[]));
        assert_eq!(parted("").0, "");
    }
}
