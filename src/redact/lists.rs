//! Which bytes do lists of numbers stand for? So bytes are written where there is no other way: `[115, 101]` by JSON, `["115", "101"]` where
//! its numbers are texts, `[115 101]` by Go, `73-65` by .NET, `73:65` and `0x73, 0x65` by many.

use std::ops::Range;

use super::{CHUNK, SHORTEST};

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Numbers,
    /// Numbers, or characters, in quotes.
    Texts,
}

/// How the numbers of a list are written.
trait Notation {
    /// What may stand between two numbers, beside blanks.
    const BETWEEN: &'static [u8];

    /// Whether a number may begin with a byte.
    fn begins(byte: u8) -> bool;

    /// Reads the number of which a digit is the first, and says where it stands; no number where it is no byte, or part of a word.
    fn number(text: &[u8], first: usize) -> (Option<u8>, Range<usize>);
}

struct Decimal;

impl Notation for Decimal {
    const BETWEEN: &'static [u8] = b",;";

    fn begins(byte: u8) -> bool {
        byte.is_ascii_digit()
    }

    fn number(text: &[u8], first: usize) -> (Option<u8>, Range<usize>) {
        decimal(text, first)
    }
}

struct Hexadecimal;

impl Notation for Hexadecimal {
    const BETWEEN: &'static [u8] = b",;:-";

    fn begins(byte: u8) -> bool {
        byte.is_ascii_hexdigit()
    }

    fn number(text: &[u8], first: usize) -> (Option<u8>, Range<usize>) {
        hexadecimal(text, first)
    }
}

/// Calls `found` with the bytes of each list of numbers, and where each number stands. A long list comes in pieces, each of which
/// repeats the last `overlap` bytes of the one before.
pub(super) fn each_list(text: &[u8], overlap: usize, mut found: impl FnMut(&[u8], &[Range<usize>], Of)) {
    each_list_in::<Decimal>(text, overlap, &mut found);
    each_list_in::<Hexadecimal>(text, overlap, &mut found);
}

/// Every body is gone over so, byte by byte: what is asked of a byte is compiled in.
fn each_list_in<N: Notation>(text: &[u8], overlap: usize, found: &mut impl FnMut(&[u8], &[Range<usize>], Of)) {
    let (mut bytes, mut spans): (Vec<u8>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    let mut of = None;
    let mut flush = |bytes: &mut Vec<u8>, spans: &mut Vec<Range<usize>>, of: Option<Of>, kept: usize| {
        if let Some(of) = of.filter(|_| bytes.len() >= SHORTEST) {
            found(bytes, spans, of);
        }
        // Most words are no part of a list.
        if bytes.is_empty() {
            return;
        }
        let gone = bytes.len().saturating_sub(kept);
        bytes.drain(..gone);
        spans.drain(..gone);
    };
    let mut at = 0;
    while let Some(digit) = text.get(at..).and_then(|rest| rest.iter().position(|byte| N::begins(*byte))) {
        let (byte, span) = N::number(text, at + digit);
        at = span.end;
        let parts = spans.last().and_then(|last| parts(text.get(last.end..span.start).unwrap_or_default(), N::BETWEEN));
        if parts.is_none() || (of.is_some() && of != parts) {
            flush(&mut bytes, &mut spans, of, usize::from(parts.is_some()));
        } else if bytes.len() >= CHUNK + overlap {
            flush(&mut bytes, &mut spans, of, overlap);
        }
        of = parts;
        match byte {
            Some(byte) => {
                bytes.push(byte);
                spans.push(span);
            }
            None => flush(&mut bytes, &mut spans, of, 0),
        }
    }
    flush(&mut bytes, &mut spans, of, 0);
}

/// What a list holds of which this stands between two numbers; `None` where that is no list.
fn parts(text: &[u8], between: &[u8]) -> Option<Of> {
    let quote = text.first().filter(|first| matches!(first, b'"' | b'\''));
    let (text, of) = match quote {
        Some(quote) => (text.get(1..)?.strip_suffix(&[*quote])?, Of::Texts),
        None => (text, Of::Numbers),
    };
    is_between(text, between).then_some(of)
}

/// Whether a text parts two values of a list: blanks, or one of the marks.
pub(super) fn is_between(text: &[u8], marks: &[u8]) -> bool {
    match text.trim_ascii() {
        [] => !text.is_empty(),
        [byte] => marks.contains(byte),
        _ => false,
    }
}

/// Whether a byte beside a number makes it a part of a word, or of another number.
fn is_of_word(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._+".contains(byte))
}

fn before(text: &[u8], at: usize) -> Option<&u8> {
    at.checked_sub(1).and_then(|before| text.get(before))
}

/// A number in decimal digits, with or without a sign.
pub(super) fn decimal(text: &[u8], first: usize) -> (Option<u8>, Range<usize>) {
    let rest = text.get(first..).unwrap_or_default();
    let end = first + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let start = if before(text, first) == Some(&b'-') { first - 1 } else { first };
    let is_of_word = |byte: Option<&u8>| is_of_word(byte) || byte == Some(&b'-');
    let digits = text.get(first..end).filter(|digits| digits.len() <= "255".len());
    let value = digits.map(|digits| digits.iter().fold(0, |value, digit| 10 * value + i16::from(digit - b'0')));
    let value = if start < first { value.map(|value| -value) } else { value };
    let byte = match value.filter(|_| !is_of_word(before(text, start)) && !is_of_word(text.get(end))) {
        Some(value @ -128..0) => Some(value as i8 as u8),
        Some(value @ 0..=255) => Some(value as u8),
        _ => None,
    };
    (byte, start..end)
}

/// A number in two hexadecimal digits, or in one or two behind `0x`.
fn hexadecimal(text: &[u8], first: usize) -> (Option<u8>, Range<usize>) {
    let length = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len())
    };
    let end = first + length(first);
    let word = text.get(first..end).unwrap_or_default();
    let digits = match word {
        [b'0', b'x' | b'X', digits @ ..] => Some(digits).filter(|digits| matches!(digits.len(), 1 | 2)),
        digits => Some(digits).filter(|digits| digits.len() == 2),
    };
    let value = digits.and_then(|digits| {
        let mut digits = digits.iter().map(|digit| char::from(*digit).to_digit(16));
        digits.try_fold(0, |value, digit| Some(16 * value + digit? as u8))
    });
    (value.filter(|_| !is_of_word(before(text, first)) && !is_of_word(text.get(end))), first..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(text: &str, overlap: usize) -> Vec<(Vec<u8>, String)> {
        let mut lists = Vec::new();
        each_list(text.as_bytes(), overlap, |bytes, spans, _| {
            let place = spans[0].start..spans[spans.len() - 1].end;
            lists.push((bytes.to_vec(), text[place].to_owned()));
        });
        lists
    }

    #[test]
    fn lists_of_bytes_are_found_however_they_are_parted() {
        for list in ["1,2,3,4,5,6,255", "1 2 3 4 5 6 255", "1, 2,\n  3 ,4,5,6,\t-1"] {
            for text in [format!("[{list}]"), format!("x {list}"), format!("0.5,{list},256"), list.to_owned()] {
                assert_eq!(lists(&text, 0), [(vec![1, 2, 3, 4, 5, 6, 255], list.to_owned())], "{text}");
            }
        }
        for none in ["1,2,3,4,5", "1,2,3,,4,5,6", "1,2,3,4.0,5,6", "a1,2,3,4,5,6", "1-2-3-4-5-6", "1,2,3],[4,5,6", ""] {
            assert_eq!(lists(none, 0), [], "{none}");
        }
    }

    #[test]
    fn a_long_list_comes_in_pieces_that_overlap() {
        let text = "7,".repeat(3 * CHUNK);
        let found = lists(&text, 10);
        assert!(found.iter().all(|(bytes, _)| bytes.len() <= CHUNK + 10) && found.len() > 1);
        assert_eq!(found.iter().map(|(bytes, _)| bytes.len()).sum::<usize>(), 3 * CHUNK + 10 * (found.len() - 1));
    }
}
