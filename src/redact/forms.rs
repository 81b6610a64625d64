//! As which texts may a secret stand, before anything of them is escaped?

use std::collections::BTreeSet;
use std::ops::Range;

use encoding_rs::WINDOWS_1252;

use super::escapes::{escape, undo};
use super::{LEVELS, SHORTEST};

/// Bytes from which on a user name of letters and digits is taken for a key: `API_KEY:` and `API_KEY:x` are common.
const SHORTEST_KEY: usize = 8;

/// The characters of encodings that write some bits of a text as each: hexadecimal digits, and base32 and base64 with the alphabets of
/// RFC 4648. Letters are found in either case.
pub(super) const ALPHABETS: [&[u8]; 5] = [
    b"0123456789abcdef",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUV",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
];

/// Every form of a secret that is looked for: UTF-16, too, in which programs of Windows keep texts, and write them in base64; and a charset
/// of one byte a character.
pub(super) fn forms_of(secret: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    for text in parts(secret).into_iter().filter(|text| text.len() >= SHORTEST) {
        add_undone(text, &mut forms);
        let others: Vec<Vec<u8>> = [u16::to_le_bytes, u16::to_be_bytes]
            .map(|order| text.encode_utf16().flat_map(order).collect())
            .into_iter()
            .chain(of_one_byte(text))
            .collect();
        for alphabet in ALPHABETS {
            add_encoded(text.as_bytes(), alphabet, &mut forms);
            others.iter().for_each(|text| add_encoded(text, alphabet, &mut forms));
        }
        forms.extend(others);
    }
    // In a form that was sent, `+` stands for a blank, and one that was written there as it is was read as a blank.
    let exchanged = |form: &Vec<u8>, from, to| -> Vec<u8> {
        form.iter().map(|byte| if *byte == from { to } else { *byte }).collect()
    };
    let read: Vec<Vec<u8>> =
        forms.iter().flat_map(|form| [exchanged(form, b' ', b'+'), exchanged(form, b'+', b' ')]).collect();
    forms.extend(read);
    forms
}

/// A text in windows-1252, which has ISO-8859-1 in it, where it has letters beyond ASCII and that charset has them: older servers and forms
/// write a byte for each character (`%E9`).
fn of_one_byte(text: &str) -> Option<Vec<u8>> {
    let (bytes, _, is_lossy) = WINDOWS_1252.encode(text);
    (!text.is_ascii() && !is_lossy).then(|| bytes.into_owned())
}

/// The secrets that one setting holds.
fn parts(secret: &str) -> Vec<&str> {
    let mut parts = vec![secret];
    if let Some((user, password)) = secret.split_once(':') {
        parts.push(password.trim());
        let has = |is: fn(&u8) -> bool| user.as_bytes().iter().any(is);
        let is_key = user.len() >= SHORTEST_KEY && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        // A user's name is no secret, and stands in many answers.
        if is_key || password.trim().len() < SHORTEST {
            parts.push(user.trim());
        }
    }
    parts.extend(secret.split_once(char::is_whitespace).map(|(_, token)| token.trim()));
    parts
}

/// The text as it is, and, where it looks escaped, what undoing makes of it.
fn add_undone(text: &str, forms: &mut BTreeSet<Vec<u8>>) {
    let mut plain = text.as_bytes().to_vec();
    for _ in 0..=LEVELS {
        let spans: Vec<Range<usize>> = (0..plain.len()).map(|at| at..at + 1).collect();
        let undone = undo(&plain, &spans, escape);
        forms.insert(plain);
        match undone {
            Some((undone, _)) if undone.len() >= SHORTEST => plain = undone,
            _ => break,
        }
    }
}

/// The text in one alphabet, with and without padding; and of a longer text the characters that it alone makes, wherever in that it
/// begins.
fn add_encoded(text: &[u8], alphabet: &[u8], forms: &mut BTreeSet<Vec<u8>>) {
    let bits = alphabet.len().ilog2() as usize;
    // Bits in which whole bytes and whole characters end together, in units of both.
    let common = 1 << bits.trailing_zeros();
    let (group_bytes, group_characters) = (bits / common, 8 / common);
    let mut whole = encoded(text.iter().copied(), alphabet);
    forms.insert(whole.clone());
    whole.resize(whole.len().next_multiple_of(group_characters), b'=');
    forms.insert(whole);
    for before in 0..group_bytes {
        let encoded = encoded(std::iter::repeat_n(0, before).chain(text.iter().copied()), alphabet);
        // Characters that share bits with what stands before or after the text differ.
        let core = encoded.get((before * 8).div_ceil(bits)..(before + text.len()) * 8 / bits).unwrap_or_default();
        if core.len() >= SHORTEST {
            forms.insert(core.to_vec());
        }
    }
}

/// Bytes as characters of an alphabet of 16 to 64, the first bits first, without padding.
pub(super) fn encoded(bytes: impl Iterator<Item = u8>, alphabet: &[u8]) -> Vec<u8> {
    let bits = alphabet.len().ilog2();
    let mut characters = Vec::new();
    let (mut held, mut count) = (0_usize, 0);
    let character = |value: usize| alphabet.get(value % alphabet.len()).copied().unwrap_or_default();
    for byte in bytes {
        held = (held << 8) | usize::from(byte);
        count += 8;
        while count >= bits {
            count -= bits;
            characters.push(character(held >> count));
        }
        held %= 1 << count;
    }
    if count > 0 {
        characters.push(character(held << (bits - count)));
    }
    characters
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn a_text_is_encoded_as_the_standard_writes_it() {
        let [hex, base32, base32_hex, base64, base64_url] = ALPHABETS;
        let of = |text: &str, alphabet| String::from_utf8(encoded(text.bytes(), alphabet)).unwrap();
        // RFC 4648, section 10.
        assert_eq!(of("foobar", hex), "666f6f626172");
        for (text, plain, extended) in [
            ("f", "MY", "CO"),
            ("fo", "MZXQ", "CPNG"),
            ("foob", "MZXW6YQ", "CPNMUOG"),
            ("foobar", "MZXW6YTBOI", "CPNMUOJ1E8"),
        ] {
            assert_eq!((of(text, base32).as_str(), of(text, base32_hex).as_str()), (plain, extended));
        }
        for text in ["", "f", "fo", "foo", "foob", "subjects?_d=~"] {
            assert_eq!(of(text, base64), STANDARD_NO_PAD.encode(text));
            assert_eq!(of(text, base64_url), URL_SAFE_NO_PAD.encode(text));
        }
        let forms = forms_of("foobar");
        assert!(["MZXW6YTBOI======", "Zm9vYmFy"].iter().all(|form| forms.contains(form.as_bytes())));
    }
}
