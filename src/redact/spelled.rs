//! Which texts are spelled out, a piece in each value? A list of single characters (`["k", "e", "y"]`), and an object whose names are
//! places, of bytes or of characters (`{"0": 107, "1": 101}`), as which JavaScript writes an array of bytes.

use std::ops::Range;

use super::lists::{Of, decimal, is_between};
use super::{CHUNK, SHORTEST};

/// Digits of a place, at most.
const LONGEST_PLACE: usize = 9;

/// Calls `found` with the bytes that each list of characters and each object spells, where the value of each byte stands, and what the
/// values are. A long one comes in pieces, each of which repeats the last `overlap` bytes of the one before.
pub(super) fn each_spelled(text: &[u8], overlap: usize, mut found: impl FnMut(&[u8], &[Range<usize>], Of)) {
    lists(text, overlap, &mut found);
    objects(text, overlap, &mut found);
}

/// What a value stands for.
struct Piece<'t> {
    bytes: &'t [u8],
    /// Where it stands, without its quotes.
    at: Range<usize>,
    /// Where it ends, with its quotes.
    end: usize,
}

/// Values that follow each other.
#[derive(Default)]
struct Run {
    /// The place, the byte, and where its value stands.
    bytes: Vec<(usize, u8, Range<usize>)>,
    end: usize,
}

impl Run {
    fn push(&mut self, place: usize, piece: &Piece<'_>) {
        self.bytes.extend(piece.bytes.iter().map(|byte| (place, *byte, piece.at.clone())));
        self.end = piece.end;
    }

    /// Whether what begins at a place is the next value.
    fn goes_on(&self, text: &[u8], at: usize) -> bool {
        !self.bytes.is_empty() && text.get(self.end..at).is_some_and(|between| is_between(between, b",;"))
    }

    /// Says what was spelled, in the order of the places, and leaves the last `kept` bytes.
    fn flush(&mut self, kept: usize, of: Of, found: &mut impl FnMut(&[u8], &[Range<usize>], Of)) {
        if self.bytes.len() >= SHORTEST {
            // Programs that sort names by their letters put 10 before 2.
            self.bytes.sort_by_key(|(place, ..)| *place);
            let bytes: Vec<u8> = self.bytes.iter().map(|(_, byte, _)| *byte).collect();
            let spans: Vec<Range<usize>> = self.bytes.iter().map(|(.., at)| at.clone()).collect();
            found(&bytes, &spans, of);
        }
        self.bytes.drain(..self.bytes.len().saturating_sub(kept));
    }
}

/// Lists of single characters in quotes.
fn lists(text: &[u8], overlap: usize, found: &mut impl FnMut(&[u8], &[Range<usize>], Of)) {
    // A quote may begin a value or end the one before. Nothing tells which, so both are read, and what was read wrongly does not go on.
    let mut runs = [Run::default(), Run::default()];
    let mut place = 0;
    for open in memchr::memchr2_iter(b'"', b'\'', text) {
        let Some(piece) = character(text, open) else { continue };
        let [one, other] = &mut runs;
        let is_one = one.goes_on(text, open);
        let goes_on = is_one || other.goes_on(text, open);
        let run = if is_one || (!goes_on && one.end <= other.end) { one } else { other };
        if !goes_on {
            run.flush(0, Of::Texts, found);
        } else if run.bytes.len() >= CHUNK + overlap {
            run.flush(overlap, Of::Texts, found);
        }
        place += 1;
        run.push(place, &piece);
    }
    runs.iter_mut().for_each(|run| run.flush(0, Of::Texts, found));
}

/// Objects whose names are places.
fn objects(text: &[u8], overlap: usize, found: &mut impl FnMut(&[u8], &[Range<usize>], Of)) {
    let (mut run, mut of) = (Run::default(), Of::Numbers);
    for colon in memchr::memchr_iter(b':', text) {
        let Some((place, begins)) = place(text, colon) else { continue };
        let behind = text.get(colon + 1..).unwrap_or_default();
        let value = colon + 1 + behind.len() - behind.trim_ascii_start().len();
        let number;
        let (piece, kind) = match text.get(value) {
            Some(b'"' | b'\'') => (character(text, value), Of::Texts),
            _ => {
                let first = value + usize::from(text.get(value) == Some(&b'-'));
                let is_number = text.get(first).is_some_and(u8::is_ascii_digit);
                let (byte, at) = if is_number { decimal(text, first) } else { (None, value..value) };
                number = byte.map(|byte| [byte]);
                let piece = number.as_ref().map(|bytes| Piece { bytes, end: at.end, at });
                (piece, Of::Numbers)
            }
        };
        let Some(piece) = piece else { continue };
        if kind != of || !run.goes_on(text, begins) {
            run.flush(0, of, found);
        } else if run.bytes.len() >= CHUNK + overlap {
            run.flush(overlap, of, found);
        }
        of = kind;
        run.push(place, &piece);
    }
    run.flush(0, of, found);
}

/// The one character between a quote and the next.
fn character(text: &[u8], open: usize) -> Option<Piece<'_>> {
    let length = match text.get(open + 1)? {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    let at = open + 1..open + 1 + length;
    let is_closed = text.get(at.end) == text.get(open);
    is_closed.then(|| Piece { bytes: text.get(at.clone()).unwrap_or_default(), end: at.end + 1, at })
}

/// The number that is the name before a colon, in quotes or without, and where that begins.
fn place(text: &[u8], colon: usize) -> Option<(usize, usize)> {
    let before = text.get(..colon)?.trim_ascii_end();
    let quote = before.last().filter(|last| matches!(last, b'"' | b'\''));
    let name = quote.map_or(before, |_| &before[..before.len() - 1]);
    let length = name.iter().rev().take(LONGEST_PLACE + 1).take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, digits) = name.split_at(name.len() - length);
    let is_whole = match quote {
        Some(quote) => rest.last() == Some(quote),
        None => !rest.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte)),
    };
    let place = std::str::from_utf8(digits).ok()?.parse().ok()?;
    is_whole.then(|| (place, rest.len() - usize::from(quote.is_some())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Vec<(String, Of)> {
        let mut all = Vec::new();
        each_spelled(text.as_bytes(), 10, |bytes, spans, of| {
            assert_eq!(bytes.len(), spans.len());
            all.push((String::from_utf8_lossy(bytes).into_owned(), of));
        });
        all
    }

    #[test]
    fn what_is_spelled_is_read_in_the_order_of_its_places() {
        for (text, word, of) in [
            (r#"["s","e","c","r","e","t"]"#, "secret", Of::Texts),
            (r#"["id","s","e","c","r","e","t","id"]"#, "secret", Of::Texts),
            ("['s', 'é',\n ',', '\"', ' ', 't', '1']", "sé,\" t1", Of::Texts),
            (r#"{"a":"x","b":["s","e","c","r","e","t"]}"#, "secret", Of::Texts),
            (r#"{"0":115,"1":101,"2":99,"3":114,"4":-1,"5":116}"#, "secr\u{fffd}t", Of::Numbers),
            (r#"{"0":"s","1":"e","2":"c","3":"r","4":"e","5":"t"}"#, "secret", Of::Texts),
            (r#"{"type":"x","0": "s", "1" :"e","2":"c","3":"r","4":"e","5":"t","n":6}"#, "secret", Of::Texts),
            ("{ '10': 49, '2': 99, '3': 114, '4': 101, '5': 116, '9': 48 }", "cret01", Of::Numbers),
            ("{0: 115, 1: 101, 2: 99, 3: 114, 4: 101, 5: 116}", "secret", Of::Numbers),
        ] {
            assert_eq!(spelled(text), [(word.to_owned(), of)], "{text}");
        }
        for none in [
            r#"["s","e","c","r","e"]"#,
            r#"["se","cr","et","se","cr","et"]"#,
            r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}"#,
            r#"{"0":1,"1":2,"2":3}, {"3":4,"4":5,"5":6}"#,
            r#"{"0":256,"1":257,"2":258,"3":259,"4":260,"5":261}"#,
            "12:30:45:10:11:12:13",
            "",
        ] {
            assert_eq!(spelled(none), [], "{none}");
        }
    }

    #[test]
    fn a_long_one_comes_in_pieces_that_overlap() {
        let text = r#""k","#.repeat(3 * CHUNK);
        let all = spelled(&text);
        assert!(all.len() > 1 && all.iter().all(|(word, _)| word.len() <= CHUNK + 10));
        assert_eq!(all.iter().map(|(word, _)| word.len()).sum::<usize>(), 3 * CHUNK + 10 * (all.len() - 1));
    }
}
