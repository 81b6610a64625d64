//! What does an escape stand for, and where in the original does a text without escapes come from?
//!
//! A character that nobody sees stands for nothing: programs drop those (URLs lose their tabs, names of files their marks of direction),
//! and what is left of a text then is what it says.

use std::ops::Range;

use crate::escape::deceives;

/// Bytes that one byte of a form may take where it is escaped: `%25252F` takes 7, `\\u002f` 7, `&#0000000115;` 13.
pub(super) const LONGEST_ESCAPE: usize = LONGEST_ENTITY + 2;

/// Reads what stands at the beginning of a text: what it stands for, and how many bytes it takes.
pub(super) type Read = fn(&[u8]) -> Option<(Unescaped, usize)>;

/// Up to four bytes that an escape stands for.
#[derive(Clone, Copy)]
pub(super) struct Unescaped {
    bytes: [u8; 4],
    length: usize,
}

impl Unescaped {
    fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn of(code: u32) -> Option<Self> {
        let mut bytes = [0; 4];
        let length = char::from_u32(code)?.encode_utf8(&mut bytes).len();
        Some(Self { bytes, length })
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Whether it stands for nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }
}

const NOTHING: Unescaped = Unescaped { bytes: [0; 4], length: 0 };

/// Whether an escape, or a character that stands for nothing, may begin with a byte.
pub(super) fn may_begin(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&') || may_be_unseen(byte)
}

/// Whether a character that nobody sees may begin with a byte: all of [`deceives`] do with these.
pub(super) fn may_be_unseen(byte: u8) -> bool {
    matches!(byte, ..0x20 | 0x7f | 0xc2 | 0xd8 | 0xdb | 0xdc | 0xe0..=0xe2 | 0xef | 0xf0 | 0xf3)
}

/// Bytes of the character at the beginning of a text, where nobody sees it.
fn unseen(text: &[u8]) -> Option<usize> {
    let first = *text.first().filter(|byte| may_be_unseen(**byte))?;
    let length = match first {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    let character = std::str::from_utf8(text.get(..length)?).ok()?.chars().next()?;
    deceives(character).then_some(length)
}

/// What the escape at the beginning of a text, or a character that nobody sees, stands for, and how many bytes it takes.
pub(super) fn escape(text: &[u8]) -> Option<(Unescaped, usize)> {
    if let Some(length) = unseen(text) {
        return Some((NOTHING, length));
    }
    let (plain, taken) = escaped(text)?;
    Some((if unseen(plain.as_slice()).is_some() { NOTHING } else { plain }, taken))
}

fn escaped(text: &[u8]) -> Option<(Unescaped, usize)> {
    match text {
        // JavaScript's `escape` writes `%u20AC`.
        [b'\\', b'u', digits @ ..] | [b'%', b'u' | b'U', digits @ ..] => {
            let unit = number(digits, 4)?;
            if let (0xd800..=0xdbff, Some([b'\\' | b'%', b'u' | b'U', low @ ..])) = (unit, digits.get(4..)) {
                let low = number(low, 4).filter(|low| (0xdc00..=0xdfff).contains(low))?;
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Some((Unescaped::of(code)?, 12));
            }
            Some((Unescaped::of(unit)?, 6))
        }
        [b'%', digits @ ..] => Some((Unescaped::byte(number(digits, 2)? as u8), 3)),
        [b'\\', b'x', digits @ ..] => Some((Unescaped::byte(number(digits, 2)? as u8), 4)),
        // C, shells and git write bytes as three octal digits.
        [b'\\', high @ b'0'..=b'3', middle @ b'0'..=b'7', low @ b'0'..=b'7', ..] => {
            let digit = |digit: &u8| digit - b'0';
            Some((Unescaped::byte(digit(high) << 6 | digit(middle) << 3 | digit(low)), 4))
        }
        [b'\\', byte, ..] => {
            let byte = match byte {
                b'"' | b'\\' | b'/' | b'\'' => *byte,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'f' => 12,
                _ => return None,
            };
            Some((Unescaped::byte(byte), 2))
        }
        [b'&', rest @ ..] => {
            let (code, length) = entity(rest.get(..LONGEST_ENTITY).unwrap_or(rest))?;
            // HTML's readers take one without its end.
            let end = usize::from(rest.get(length) == Some(&b';'));
            Some((Unescaped::of(code)?, 1 + length + end))
        }
        _ => None,
    }
}

/// Bytes of an entity between `&` and `;`: `#x1F600` takes 7, and zeros may stand before its digits.
const LONGEST_ENTITY: usize = 22;

/// The character that an entity of HTML is, read without its `&`, and its length without its `;`, which only a number may lack.
fn entity(text: &[u8]) -> Option<(u32, usize)> {
    let digits =
        |at: usize, is: fn(&u8) -> bool| text.get(at..).unwrap_or_default().iter().take_while(|byte| is(byte)).count();
    let (at, radix, count) = match text {
        [b'#', b'x' | b'X', ..] => (2, 16, digits(2, u8::is_ascii_hexdigit)),
        [b'#', ..] => (1, 10, digits(1, u8::is_ascii_digit)),
        _ => {
            let end = text.iter().position(|byte| *byte == b';')?;
            let character = match text.get(..end)? {
                b"amp" => b'&',
                b"lt" => b'<',
                b"gt" => b'>',
                b"quot" => b'"',
                b"apos" => b'\'',
                _ => return None,
            };
            return Some((character.into(), end));
        }
    };
    let number = std::str::from_utf8(text.get(at..at + count)?).ok()?;
    Some((u32::from_str_radix(number, radix).ok()?, at + count))
}

/// The same as [`escape`], and what stands so in quoted-printable (RFC 2045 section 6.7): `=73`, and `=` before the end of a line, which
/// may be escaped. For a reading of its own: in a URL `=` says nothing of what follows it.
pub(super) fn quoted(text: &[u8]) -> Option<(Unescaped, usize)> {
    let [b'=', rest @ ..] = text else { return escape(text) };
    if let Some(byte) = number(rest, 2) {
        return Some((Unescaped::byte(byte as u8), 3));
    }
    let mut taken = 1;
    while let Some(length) = line_break(text.get(taken..)?) {
        taken += length;
    }
    (taken > 1).then_some((NOTHING, taken))
}

/// Whether anything in a text may stand so in quoted-printable.
pub(super) fn is_quoted(text: &[u8]) -> bool {
    let mut signs = memchr::memchr_iter(b'=', text);
    signs.any(|at| text.get(at..).and_then(quoted).is_some())
}

/// Bytes of the sign of a line's end at the beginning of a text, escaped or not.
fn line_break(text: &[u8]) -> Option<usize> {
    match text {
        [b'\r' | b'\n', ..] => Some(1),
        _ => escaped(text).filter(|(plain, _)| matches!(plain.as_slice(), b"\r" | b"\n")).map(|(_, taken)| taken),
    }
}

/// The first hexadecimal digits of a text as a number.
fn number(text: &[u8], digits: usize) -> Option<u32> {
    let digits = text.get(..digits).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// A text without its escapes and what nobody sees, and for each byte where in the original it comes from; `None` where there are none.
pub(super) fn undo(bytes: &[u8], spans: &[Range<usize>], read: Read) -> Option<(Vec<u8>, Vec<Range<usize>>)> {
    let (mut undone, mut from) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while let (Some(byte), Some(span)) = (bytes.get(at), spans.get(at)) {
        match bytes.get(at..).and_then(read).and_then(|(plain, taken)| Some((plain, taken, spans.get(at + taken - 1)?)))
        {
            Some((plain, taken, last)) => {
                undone.extend(plain.as_slice());
                from.extend(std::iter::repeat_n(span.start..last.end, plain.length));
                at += taken;
            }
            None => {
                undone.push(*byte);
                from.push(span.clone());
                at += 1;
            }
        }
    }
    (undone.len() < bytes.len()).then_some((undone, from))
}
