//! How do the bytes of an answer become text, with nothing of it lost?
//!
//! By the byte order mark, else by the declared charset, else as UTF-8. What is no UTF-8 is read as windows-1252, which
//! is what such bytes nearly always are, and has a character for each of them.

use std::borrow::Cow;

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::reply_headers::{Charset, ReplyHeaders, charset};
use super::text;
use crate::invoke::reading::is_json_lines;
use crate::invoke::rows;

/// A body as text.
pub(super) struct Text {
    /// UTF-8; where it is JSON, of whole characters.
    pub(super) body: Bytes,
    /// What was done to it.
    pub(super) notes: Vec<String>,
    pub(super) is_json: bool,
}

impl Text {
    /// The text of a body, of whatever kind.
    pub(super) fn of(headers: &ReplyHeaders, body: Bytes) -> Self {
        let (mut body, mut notes) = decode(headers.content_type(), body);
        let mut is_json = rows::is_json(&body);
        let mended = if is_json { None } else { mended(headers.content_type(), &body) };
        if let Some((mended, said)) = mended {
            body = mended;
            notes.extend(said);
            is_json = rows::is_json(&body);
        }
        if is_json {
            let (whole, halves) = without_lone_surrogates(body);
            body = whole;
            if halves > 0 {
                let stand = if halves == 1 { "place, where" } else { "places, in each of which" };
                notes.push(format!(
                    "the API cut texts within a character in {halves} {stand} U+FFFD stands for the half that it sent"
                ));
            }
        }
        Self { body, notes, is_json }
    }
}

/// A body that is declared to be JSON and is so but for some of its values.
fn mended(content_type: &str, body: &Bytes) -> Option<(Bytes, Vec<String>)> {
    if is_json_lines(content_type) {
        return rows::mended_lines(body);
    }
    let is_declared = content_type.is_empty() || content_type.to_ascii_lowercase().contains("json");
    if is_declared { rows::mended(body) } else { None }
}

/// Whether a body is one of bytes and no text in any charset: it has a NUL, or is no UTF-8 and has other control characters than text
/// has (tabs, ends of lines and pages, escapes of terminals).
pub(super) fn is_of_bytes(headers: &ReplyHeaders, body: &[u8]) -> bool {
    let declares_charset = !matches!(charset(headers.content_type()), Charset::Undeclared);
    if declares_charset || Encoding::for_bom(body).is_some() || rows::is_json(body) {
        return false;
    }
    let is_odd = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    body.contains(&0) || (body.iter().any(is_odd) && std::str::from_utf8(body).is_err())
}

/// A body as UTF-8 without byte order mark, and what there is to say about it.
fn decode(content_type: &str, body: Bytes) -> (Bytes, Vec<String>) {
    let mut notes = Vec::new();
    let (marked, mark) = Encoding::for_bom(&body).map_or((None, 0), |(encoding, mark)| (Some(encoding), mark));
    let encoding = marked.unwrap_or_else(|| match charset(content_type) {
        Charset::Undeclared => UTF_8,
        Charset::Known(encoding) => encoding,
        Charset::Unknown(label) => {
            let label = text::clean(&label, text::SHORT);
            notes.push(format!(
                "the answer declares the charset `{label}`, which is not known here; it was read as UTF-8"
            ));
            UTF_8
        }
    });
    let body = body.slice(mark..);
    if encoding == UTF_8 {
        let Some((text, foreign)) = mixed(&body) else { return (body, notes) };
        let bytes = if foreign == 1 { "1 byte".to_owned() } else { format!("{foreign} bytes") };
        notes.push(format!("{bytes} of the answer cannot be decoded as UTF-8; read as windows-1252"));
        return (text.into(), notes);
    }
    let (text, had_errors) = encoding.decode_without_bom_handling(&body);
    if had_errors {
        let name = encoding.name();
        notes.push(format!(
            "parts of the answer cannot be decoded in its charset {name}; U+FFFD stands for each of them"
        ));
    }
    let text = match text {
        Cow::Borrowed(_) => body.clone(),
        Cow::Owned(text) => text.into(),
    };
    (text, notes)
}

/// UTF-8 in which other bytes are read as windows-1252, and how many those are; nothing where there are none.
fn mixed(body: &[u8]) -> Option<(String, usize)> {
    if std::str::from_utf8(body).is_ok() {
        return None;
    }
    let mut text = String::with_capacity(body.len() + body.len() / 8);
    let mut foreign = 0;
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
        foreign += chunk.invalid().len();
    }
    Some((text, foreign))
}

/// JSON in which U+FFFD stands for each half of a surrogate pair that lacks the other, and how many those are. A server
/// that counts UTF-16 units writes them where it cuts a text within an emoji, and no Unicode text can hold them.
pub(super) fn without_lone_surrogates(json: Bytes) -> (Bytes, usize) {
    let lone = lone_surrogates(&json);
    if lone.is_empty() {
        return (json, 0);
    }
    let mut whole = json.to_vec();
    for at in &lone {
        // An escape of the same length.
        whole[*at..*at + ESCAPE].copy_from_slice(b"\\ufffd");
    }
    (whole.into(), lone.len())
}

/// Bytes of `\uXXXX`.
const ESCAPE: usize = 6;

/// Where the escapes of lone surrogates begin.
fn lone_surrogates(json: &[u8]) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += found;
        at += match unit(json, at) {
            Some(0xd800..=0xdbff) if matches!(unit(json, at + ESCAPE), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            Some(0xd800..=0xdfff) => {
                lone.push(at);
                ESCAPE
            }
            Some(_) => ESCAPE,
            // The escape of one character.
            None => 2,
        };
    }
    lone
}

/// The UTF-16 unit of the escape at a place, where there is one.
fn unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(content_type: &str, body: &[u8]) -> (String, String) {
        let (text, notes) = decode(content_type, Bytes::copy_from_slice(body));
        (String::from_utf8(text.to_vec()).unwrap(), notes.join("; "))
    }

    #[test]
    fn bodies_are_read_in_their_charset() {
        let utf_16: Vec<u8> = "[\"Mü\"]".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = |mark: &[u8], body: &[u8]| [mark, body].concat();
        let big: Vec<u8> = "[\"Mü\"]".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (content_type, body) in [
            ("application/json", "[\"Mü\"]".as_bytes().to_vec()),
            ("application/json; charset=utf-8", marked(b"\xef\xbb\xbf", "[\"Mü\"]".as_bytes())),
            ("application/json; charset=ISO-8859-1", b"[\"M\xfc\"]".to_vec()),
            ("text/plain; charset=\"windows-1252\"", b"[\"M\xfc\"]".to_vec()),
            ("application/json; charset=cp850", b"[\"M\xfc\"]".to_vec()),
            ("application/json; charset=utf-16le", utf_16.clone()),
            ("application/json; charset=utf-16be", big.clone()),
            ("application/json", marked(b"\xff\xfe", &utf_16)),
            ("application/json", marked(b"\xfe\xff", &big)),
            // The mark is the body's own and wins.
            ("application/json; charset=iso-8859-1", marked(b"\xef\xbb\xbf", "[\"Mü\"]".as_bytes())),
            // Without a charset, and with a wrong one.
            ("application/json", b"[\"M\xfc\"]".to_vec()),
            ("application/json; charset=utf-8", b"[\"M\xfc\"]".to_vec()),
        ] {
            assert_eq!(decoded(content_type, &body).0, "[\"Mü\"]", "{content_type} {body:?}");
        }
    }

    #[test]
    fn what_was_guessed_is_said() {
        assert_eq!(decoded("", "Mü".as_bytes()).1, "");
        assert_eq!(decoded("text/plain; charset=latin1", b"M\xfc").1, "");
        assert_eq!(decoded("", b"M\xfc").1, "1 byte of the answer cannot be decoded as UTF-8; read as windows-1252");
        let (text, note) = decoded("text/plain; charset=nosuch", "Mü".as_bytes());
        assert_eq!((text.as_str(), note.contains("`nosuch`")), ("Mü", true));
        let (text, note) = decoded("text/plain; charset=shift_jis", b"\x83e\x83X\x83g \x83");
        assert_eq!((text.as_str(), note.contains("Shift_JIS")), ("テスト \u{fffd}", true), "{note}");
    }

    #[test]
    fn one_wrong_byte_costs_no_other_letter() {
        let body = [&b"[\"caf\xe9\",\""[..], "größer 😀".as_bytes(), b"\"]"].concat();
        assert_eq!(decoded("", &body).0, "[\"café\",\"größer 😀\"]");
    }

    #[test]
    fn halves_of_characters_are_replaced_and_nothing_else_is() {
        for (json, whole, count) in [
            (r#"["cut \ud83d"]"#, r#"["cut \ufffd"]"#, 1),
            (r#"["\uDE00 b"]"#, r#"["\ufffd b"]"#, 1),
            (r#"["\ud83d\ud83d\ude00"]"#, r#"["\ufffd\ud83d\ude00"]"#, 1),
            (r#"["\ude00\ud83d"]"#, r#"["\ufffd\ufffd"]"#, 2),
            (r#"["\ud83d\n"]"#, r#"["\ufffd\n"]"#, 1),
            (r#"{"\ud83d":1}"#, r#"{"\ufffd":1}"#, 1),
            (r#"["\ud83d\ude00"]"#, r#"["\ud83d\ude00"]"#, 0),
            (r#"["\\ud83d"]"#, r#"["\\ud83d"]"#, 0),
            (r#"["\\\ud83d"]"#, r#"["\\\ufffd"]"#, 1),
            (r#"["\u00e4\\"]"#, r#"["\u00e4\\"]"#, 0),
            (r#"["\ud8"#, r#"["\ud8"#, 0),
        ] {
            let (found, found_count) = without_lone_surrogates(Bytes::from_static(json.as_bytes()));
            assert_eq!((&found[..], found_count), (whole.as_bytes(), count), "{json}");
        }
    }
}
