//! Which bytes do lists of numbers stand for? So bytes are written where there is no other way: `[115, 101]` by JSON, `[115 101]` by Go.

use std::ops::Range;

use super::{CHUNK, SHORTEST};

/// Calls `found` with the bytes of each list of numbers, and where each number stands. A long list comes in pieces, each of which
/// repeats the last `overlap` bytes of the one before.
pub(super) fn each_list(text: &[u8], overlap: usize, mut found: impl FnMut(&[u8], &[Range<usize>])) {
    let (mut bytes, mut spans): (Vec<u8>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    let mut flush = |bytes: &mut Vec<u8>, spans: &mut Vec<Range<usize>>, kept: usize| {
        if bytes.len() >= SHORTEST {
            found(bytes, spans);
        }
        let gone = bytes.len().saturating_sub(kept);
        bytes.drain(..gone);
        spans.drain(..gone);
    };
    let mut at = 0;
    while let Some(digit) = text.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        let (byte, span) = number(text, at + digit);
        at = span.end;
        let is_next =
            spans.last().is_some_and(|last| parts_numbers(text.get(last.end..span.start).unwrap_or_default()));
        if !is_next {
            flush(&mut bytes, &mut spans, 0);
        } else if bytes.len() >= CHUNK + overlap {
            flush(&mut bytes, &mut spans, overlap);
        }
        match byte {
            Some(byte) => {
                bytes.push(byte);
                spans.push(span);
            }
            None => flush(&mut bytes, &mut spans, 0),
        }
    }
    flush(&mut bytes, &mut spans, 0);
}

/// The number with this first digit as a byte, with or without a sign; none of a number that is no byte or part of a word.
fn number(text: &[u8], first: usize) -> (Option<u8>, Range<usize>) {
    let rest = text.get(first..).unwrap_or_default();
    let end = first + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let before = |at: usize| at.checked_sub(1).and_then(|before| text.get(before));
    let start = if before(first) == Some(&b'-') { first - 1 } else { first };
    let is_of_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(byte));
    let digits = text.get(first..end).filter(|digits| digits.len() <= "255".len());
    let value = digits.map(|digits| digits.iter().fold(0, |value, digit| 10 * value + i16::from(digit - b'0')));
    let value = if start < first { value.map(|value| -value) } else { value };
    let byte = match value.filter(|_| !is_of_word(before(start)) && !is_of_word(text.get(end))) {
        Some(value @ -128..0) => Some(value as i8 as u8),
        Some(value @ 0..=255) => Some(value as u8),
        _ => None,
    };
    (byte, start..end)
}

/// Whether this stands between two numbers of a list.
fn parts_numbers(text: &[u8]) -> bool {
    matches!(text.trim_ascii(), b",") || (!text.is_empty() && text.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(text: &str, overlap: usize) -> Vec<(Vec<u8>, String)> {
        let mut lists = Vec::new();
        each_list(text.as_bytes(), overlap, |bytes, spans| {
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
