//! Which words of a request are values, and which are words of the API? Pure.

use crate::document::words::{is_stop_word, stem};

/// Characters of a request that are read for what it gives.
const MOST_READ: usize = 600;
/// Characters of a name or a quotation.
const LONGEST: usize = 80;

/// What a piece of a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Word,
    /// A run of capitalised words in the middle of a sentence.
    Name,
    Quoted,
    /// A number without sign or point.
    Number,
}

/// A piece of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// As it is written, without the marks around it.
    pub(super) text: String,
    pub(super) lower: String,
    pub(super) stem: String,
    pub(super) what: What,
    /// Whether a mark behind it ends the phrase.
    pub(super) ends: bool,
    /// Whether it is in the possessive: `Contoso's`.
    pub(super) owns: bool,
    /// Whether the word before it, which begins a sentence, may belong to the name.
    pub(super) may_begin_before: bool,
}

impl Token {
    fn of(text: &str, what: What, ends: bool) -> Self {
        let lower = text.to_lowercase();
        Self { text: text.to_owned(), stem: stem(&lower), lower, what, ends, owns: false, may_begin_before: false }
    }

    /// Whether it is a value by its form. `ticket ID` and `SLA status` name none, nor does any word all of capitals without quotes.
    pub(super) fn is_value(&self) -> bool {
        match self.what {
            What::Word => false,
            What::Name => self.text.chars().any(char::is_lowercase),
            What::Quoted | What::Number => true,
        }
    }

    /// Whether it may stand before what it is the name of.
    pub(super) fn may_stand_before_noun(&self) -> bool {
        self.is_value() && self.what != What::Number
    }
}

/// A piece as it stands between spaces, or between quotation marks.
struct Piece {
    text: String,
    is_quoted: bool,
}

/// Takes a request apart. Capitals tell nothing where most words have them.
pub(super) fn tokens(request: &str) -> Vec<Token> {
    let request: String = request.chars().take(MOST_READ).collect();
    let pieces = pieces(&request);
    let is_word = |piece: &&Piece| !piece.is_quoted && piece.text.contains(char::is_alphanumeric);
    let plain: Vec<&str> = pieces.iter().filter(is_word).map(|piece| piece.text.as_str()).collect();
    let small = plain.iter().filter(|word| word.starts_with(|c: char| c.is_lowercase() || c.is_numeric())).count();
    let capitals_tell = small * 2 >= plain.len();
    let mut out: Vec<Token> = Vec::new();
    let mut begins_sentence = true;
    for (at, piece) in pieces.iter().enumerate() {
        let trimmed = piece.text.trim_matches(|c: char| !c.is_alphanumeric() && c != '&');
        let owner = trimmed.strip_suffix("'s").or_else(|| trimmed.strip_suffix("\u{2019}s"));
        let is_last = at + 1 == pieces.len();
        let dotted = owner.is_none().then(|| with_its_dot(&piece.text, trimmed, is_last)).flatten();
        let bare = owner.or(dotted).unwrap_or(trimmed);
        if piece.is_quoted {
            let what = if is_number(&piece.text) { What::Number } else { What::Quoted };
            out.push(Token::of(&piece.text, what, false));
            begins_sentence = false;
            continue;
        }
        let last = piece.text.chars().next_back().filter(|last| dotted.is_none() || *last != '.');
        let ends = last.is_some_and(|last| matches!(last, ',' | ';' | '.' | ':' | '?' | '!' | ')'));
        if bare.is_empty() {
            if let Some(before) = out.last_mut() {
                before.ends |= ends;
            }
            continue;
        }
        let is_name = capitals_tell && !begins_sentence && is_capitalised(bare);
        let joins = |out: &[Token]| out.last().is_some_and(|last| last.what == What::Name && !last.ends && !last.owns);
        let next = pieces.get(at + 1).filter(|next| !next.is_quoted);
        let within = bare == "&"
            && next.is_some_and(|next| is_capitalised(next.text.trim_matches(|c: char| !c.is_alphanumeric())));
        if (is_name || within)
            && joins(&out)
            && let Some(before) = out.last_mut().filter(|before| before.text.len() + bare.len() < LONGEST)
        {
            let may_begin_before = before.may_begin_before;
            let whole = Token::of(&format!("{} {bare}", before.text), What::Name, ends);
            *before = Token { owns: owner.is_some(), may_begin_before, ..whole };
        } else {
            let what = match () {
                () if is_number(bare) => What::Number,
                () if is_name => What::Name,
                () => What::Word,
            };
            let may_begin_before = what == What::Name
                && out.last().is_some_and(|last| {
                    last.what == What::Word
                        && !last.ends
                        && last.text.starts_with(char::is_uppercase)
                        && !is_stop_word(&last.lower)
                });
            out.push(Token { owns: owner.is_some(), may_begin_before, ..Token::of(bare, what, ends) });
        }
        begins_sentence = last.is_some_and(|last| matches!(last, '.' | '?' | '!' | ':'));
    }
    out
}

/// The words between spaces, and what stands in quotation marks as one.
fn pieces(request: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = request.trim_start();
    while !rest.is_empty() {
        let closing = match rest.chars().next() {
            Some('"') => Some('"'),
            Some('\'') => Some('\''),
            Some('\u{201c}') => Some('\u{201d}'),
            Some('\u{2018}') => Some('\u{2019}'),
            _ => None,
        };
        let inner = closing.and_then(|_| rest.char_indices().nth(1)).and_then(|(at, _)| rest.get(at..));
        let quoted = inner.zip(closing).and_then(|(inner, closing)| {
            let ends_word = |at: &usize| {
                let behind = inner.get(at + closing.len_utf8()..).and_then(|behind| behind.chars().next());
                *at > 0 && *at <= LONGEST && behind.is_none_or(|next| !next.is_alphanumeric())
            };
            let end = inner.match_indices(closing).map(|(at, _)| at).find(ends_word)?;
            Some((inner.get(..end)?, inner.get(end + closing.len_utf8()..)?))
        });
        if let Some((text, behind)) = quoted {
            out.push(Piece { text: text.trim().to_owned(), is_quoted: true });
            rest = behind.trim_start();
            continue;
        }
        let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        out.push(Piece { text: word.to_owned(), is_quoted: false });
        rest = behind.trim_start();
    }
    out
}

/// A name's last word with the dot of its abbreviation (`Inc.`), which at the end of a request may be the sentence's.
fn with_its_dot<'p>(piece: &'p str, bare: &str, is_last: bool) -> Option<&'p str> {
    /// Abbreviations that organisations' names end in.
    const ABBREVIATED: [&str; 6] = ["Inc", "Ltd", "Co", "Corp", "Bros", "Assoc"];
    let begin = piece.find(bare)?;
    let with_dot = piece.get(begin..begin + bare.len() + 1).filter(|text| text.ends_with('.'))?;
    let more = piece.get(begin + bare.len() + 1..).unwrap_or_default();
    (ABBREVIATED.contains(&bare) && !(is_last && more.is_empty())).then_some(with_dot)
}

fn is_capitalised(word: &str) -> bool {
    word.chars().count() > 1 && word.starts_with(char::is_uppercase)
}

fn is_number(word: &str) -> bool {
    (1..=18).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(request: &str) -> String {
        let mark = |token: &Token| match token.what {
            What::Word => token.text.clone(),
            What::Name => format!("<{}>", token.text),
            What::Quoted => format!("\"{}\"", token.text),
            What::Number => format!("#{}", token.text),
        };
        let mut text: Vec<String> = Vec::new();
        for token in tokens(request) {
            text.push(mark(&token) + if token.ends { " |" } else { "" });
        }
        text.join(" ")
    }

    #[test]
    fn names_numbers_and_quotations_are_told_from_words() {
        for (request, expected) in [
            (
                "open tickets of Acme Dental on the Help Desk board",
                "open tickets of <Acme Dental> on the <Help Desk> board",
            ),
            ("Contoso's tickets", "Contoso tickets"),
            ("contacts at Litware Inc.?", "contacts at <Litware Inc.> |"),
            ("contacts at Litware Inc.", "contacts at <Litware Inc> |"),
            ("the Contoso Ltd. site", "the <Contoso Ltd.> site"),
            ("at Wingtip's Miami office", "at <Wingtip> <Miami> office"),
            ("list Contoso's tickets, please", "list <Contoso> tickets | please"),
            ("status 'Pending Vendor' on board 12.", "status \"Pending Vendor\" on board #12 |"),
            ("tickets of Smith & Sons", "tickets of <Smith & Sons>"),
            ("don't show the customer's tickets", "don't show the customer tickets"),
            ("List All Open Tickets", "List All Open Tickets"),
            ("notes of #48230", "notes of #48230"),
            ("the '", "the"),
            ("", ""),
        ] {
            assert_eq!(shown(request), expected, "{request}");
        }
    }
}
