//! Which bytes do characters of an encoding stand for, wherever in a run of them they begin? So a text is found that was encoded twice, or
//! in another width of characters, without a form for every mixture.

use std::ops::Range;
use std::sync::LazyLock;

use super::CHUNK;
use super::forms::ALPHABETS;

/// What stands for no character of an alphabet.
const NONE: u8 = u8::MAX;

/// Stands between what different runs are read as: no byte of UTF-8.
const BETWEEN: u8 = u8::MAX;

/// The values of an alphabet's characters.
struct Values {
    of: [u8; 256],
    /// Bits that one character stands for.
    bits: usize,
}

/// The alphabets of [`ALPHABETS`], the two of base64 as one: no character of theirs stands for two values. Of those without small letters
/// either case is read.
static READ: LazyLock<Vec<Values>> = LazyLock::new(|| {
    let mut read: Vec<Values> = Vec::new();
    for alphabet in ALPHABETS {
        let bits = alphabet.len().ilog2() as usize;
        let mut of = [NONE; 256];
        for (character, value) in alphabet.iter().zip(0..) {
            of[usize::from(*character)] = value;
            if bits < 6 {
                of[usize::from(character.to_ascii_lowercase())] = value;
                of[usize::from(character.to_ascii_uppercase())] = value;
            }
        }
        match read.iter_mut().find(|known| known.bits == 6 && bits == 6) {
            Some(known) => known.of.iter_mut().zip(of).for_each(|(known, value)| *known = (*known).min(value)),
            None => read.push(Values { of, bits }),
        }
    }
    read
});

/// What runs of characters stand for, and where in the text they are.
#[derive(Default)]
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// Where in `bytes` a run begins, and where in the text, in the order of both.
    runs: Vec<(usize, usize)>,
    /// Bits that one character stands for.
    bits: usize,
}

impl Decoded {
    /// The characters of the text that a range of the bytes comes from; `None` where it is of several runs.
    pub(super) fn placed(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let next = self.runs.partition_point(|(at, _)| *at <= range.start);
        let (from, place) = self.runs.get(next.checked_sub(1)?)?;
        if self.runs.get(next).is_some_and(|(at, _)| range.end > *at) {
            return None;
        }
        let (first, last) = (8 * (range.start - from) / self.bits, (8 * (range.end - from)).div_ceil(self.bits));
        Some(place + first..place + last)
    }
}

/// Calls `found` with what the runs of every alphabet stand for that are long enough for `shortest` bytes, from each of the places on from
/// which they may be read. A long run comes in pieces, of which each repeats what the last `longest` bytes of the one before stand for.
pub(super) fn each_decoded(text: &[u8], shortest: usize, longest: usize, mut found: impl FnMut(&Decoded)) {
    // All characters are the widest alphabet's, so that its runs hold those of the others: most of a text is looked at once.
    let Some(widest) = READ.iter().max_by_key(|values| values.bits) else { return };
    let mut read: Vec<(&Values, Decoded)> =
        READ.iter().map(|values| (values, Decoded { bits: values.bits, ..Decoded::default() })).collect();
    for run in widest.runs(text, 0..text.len(), shortest) {
        for (values, decoded) in &mut read {
            let overlap = values.characters(longest);
            for run in values.runs(text, run.clone(), shortest) {
                let begins =
                    run.clone().step_by(CHUNK).take_while(|begin| *begin == run.start || begin + overlap < run.end);
                for begin in begins {
                    values.decode(text, begin..run.end.min(begin + CHUNK + overlap), decoded);
                    if decoded.bytes.len() >= CHUNK {
                        found(decoded);
                        decoded.bytes.clear();
                        decoded.runs.clear();
                    }
                }
            }
        }
    }
    read.iter().filter(|(_, decoded)| !decoded.bytes.is_empty()).for_each(|(_, decoded)| found(decoded));
}

impl Values {
    /// Characters that stand for so many bytes.
    fn characters(&self, bytes: usize) -> usize {
        (8 * bytes).div_ceil(self.bits)
    }

    /// The runs of characters within a range of a text that are long enough for so many bytes.
    fn runs(&self, text: &[u8], within: Range<usize>, bytes: usize) -> impl Iterator<Item = Range<usize>> {
        let (mut at, least) = (within.start, self.characters(bytes));
        let runs = std::iter::from_fn(move || {
            let rest = text.get(at..within.end).filter(|rest| !rest.is_empty())?;
            let length = rest.iter().position(|byte| self.of[usize::from(*byte)] == NONE).unwrap_or(rest.len());
            let run = at..at + length;
            at += length + 1;
            Some(run)
        });
        runs.filter(move |run| run.len() >= least)
    }

    /// Reads a range of a text, once from each character on at which a byte may begin: after as many as are whole bytes together, the
    /// same bytes come again.
    fn decode(&self, text: &[u8], range: Range<usize>, decoded: &mut Decoded) {
        let characters_of_whole_bytes = 8 >> self.bits.trailing_zeros();
        for from in range.start..range.end.min(range.start + characters_of_whole_bytes) {
            decoded.bytes.push(BETWEEN);
            decoded.runs.push((decoded.bytes.len(), from));
            let (mut held, mut count) = (0_u32, 0);
            for character in text.get(from..range.end).unwrap_or_default() {
                held = (held << self.bits) | u32::from(self.of[usize::from(*character)]);
                count += self.bits;
                if count >= 8 {
                    count -= 8;
                    decoded.bytes.push((held >> count) as u8);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    /// Where in a text the bytes are found that an encoded word stands for.
    fn found(text: &str, word: &[u8]) -> Vec<String> {
        let mut places = Vec::new();
        each_decoded(text.as_bytes(), word.len(), word.len(), |decoded| {
            let at = |at: &usize| decoded.bytes[*at..].starts_with(word);
            places.extend((0..decoded.bytes.len()).filter(at).filter_map(|at| decoded.placed(&(at..at + word.len()))));
        });
        places.into_iter().map(|place| text[place].to_owned()).collect()
    }

    #[test]
    fn a_run_is_read_from_every_place_on() {
        let word = b"wo?rd>";
        for before in ["", "a", "ab", "abc"] {
            for text in [
                STANDARD.encode([before.as_bytes(), word].concat()),
                URL_SAFE_NO_PAD.encode([before.as_bytes(), word].concat()),
            ] {
                for stands_before in ["", "x", "xy", "xyz"] {
                    let text = format!("?= {stands_before}{text}, {text}");
                    assert_eq!(found(&text, word).len(), 2, "{text}");
                }
            }
        }
        assert_eq!(found("776f3F72643e", word), ["776f3F72643e"]);
        assert_eq!(found("5776f3F72643e5", word), ["776f3F72643e"]);
        assert_eq!(found("GO3T64TEHY", word), Vec::<String>::new());
        assert_eq!(found("O5XT64TEHY======", word), ["O5XT64TEHY"]);
        assert_eq!(found("xo5xt64tehy", word), ["o5xt64tehy"]);
    }

    #[test]
    fn the_widest_alphabet_has_the_characters_of_all_others() {
        let widest = READ.iter().max_by_key(|values| values.bits).unwrap();
        let all = READ.iter().flat_map(|values| (0..256).filter(|byte| values.of[*byte] != NONE));
        assert!(all.into_iter().all(|byte| widest.of[byte] != NONE));
    }

    #[test]
    fn a_long_run_comes_in_pieces_that_overlap() {
        let word = b"the word";
        for before in [CHUNK * 3 / 4 - 5, CHUNK * 3 / 2, CHUNK * 3] {
            let text = STANDARD.encode([&vec![b'.'; before], &word[..], &[b'.'; 100_000]].concat());
            assert!(!found(&text, word).is_empty(), "{before}");
            each_decoded(text.as_bytes(), word.len(), word.len(), |decoded| assert!(decoded.bytes.len() < 6 * CHUNK));
        }
    }
}
