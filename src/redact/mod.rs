//! In which forms may a known secret stand in a text, and what stands there instead? Pure.
//!
//! A form is a secret as it was set, a half of `user:password`, the token behind a scheme's word (`Bearer token`), or the base64 of any
//! of them, wherever in the encoded text it begins, or its hexadecimal digits. What was escaped is read as it was before: percent-encoding, and the escapes of
//! JSON and of HTML, in any mixture and up to three deep: percent-encoded twice, or JSON within JSON, and once more. Letters count in either
//! case: programs fold names and whole texts to one.

mod escapes;
mod masks;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use memchr::memchr3_iter;
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;

use escapes::{LONGEST_ESCAPE, escape, undo};
pub use masks::name_apart;
use masks::{alike, masked, within_strings};

/// What stands where a secret was.
pub const MASK: &str = "[secret]";

/// Bytes of the shortest form that is looked for within a text: what is shorter is part of too many words.
pub const SHORTEST: usize = 6;

/// Bytes from which on a user name of letters and digits is taken for a key: `API_KEY:` and `API_KEY:x` are common.
const SHORTEST_KEY: usize = 8;

/// How often escapes are undone: JSON within a JSON string, with a URL in it, within another URL.
const LEVELS: usize = 3;

/// Bytes that are read without their escapes at once; it bounds the memory that this takes.
const CHUNK: usize = 64 * 1024;

/// Finds known secrets. Clones share what was made once.
#[derive(Clone, Default)]
pub struct Redactor(Option<Arc<Forms>>);

struct Forms {
    automaton: AhoCorasick,
    /// Bytes of the longest form.
    longest: usize,
    /// The bytes that forms are made of, and those that begin an escape: others need not be unescaped.
    matters: [bool; 256],
    /// Secrets that are too short to be looked for within a text.
    short: Vec<SecretString>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// Looks for these secrets, each as it is configured.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut forms = BTreeSet::new();
        let mut short = Vec::new();
        for secret in secrets {
            // They are sent without blanks around them.
            let secret = secret.expose_secret().trim();
            if secret.len() < SHORTEST && !secret.is_empty() {
                short.push(secret.into());
            }
            for text in parts(secret) {
                add_forms(text, &mut forms);
            }
        }
        // In a form that was sent, `+` stands for a blank, and one that was written there as it is was read as a blank.
        let exchanged = |form: &Vec<u8>, from, to| -> Vec<u8> {
            form.iter().map(|byte| if *byte == from { to } else { *byte }).collect()
        };
        let read = forms.iter().flat_map(|form| [exchanged(form, b' ', b'+'), exchanged(form, b'+', b' ')]);
        forms = read.chain(forms.iter().cloned()).collect();
        if forms.is_empty() && short.is_empty() {
            return Self::default();
        }
        let mut matters = [false; 256];
        for byte in forms.iter().flatten().chain(b"%\\&") {
            matters[usize::from(byte.to_ascii_lowercase())] = true;
            matters[usize::from(byte.to_ascii_uppercase())] = true;
        }
        let longest = forms.iter().map(Vec::len).max().unwrap_or(0);
        // A DFA would be faster still, and takes longer to make than most answers take to be searched. Making one fails beyond 2^31
        // states, more than fit into any environment.
        let made = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .ascii_case_insensitive(true)
            .build(&forms);
        Self(made.ok().map(|automaton| Arc::new(Forms { automaton, longest, matters, short })))
    }

    /// The text with [`MASK`] for each secret.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.0.as_ref().map(|forms| forms.find(text.as_bytes())).unwrap_or_default();
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(String::from_utf8_lossy(&masked(text.as_bytes(), &alike(found))).into_owned())
    }

    /// The same for a body or a line; `None` where it holds no secret. Of JSON only strings are changed, names of members among them:
    /// digits that are a secret may be part of a number, which must stay one. Names that would be the same then are numbered, so that
    /// no member takes the place of another. All other bytes stay as they are.
    pub fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let found = self.0.as_ref()?.find(bytes);
        let marks = if !found.is_empty() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            within_strings(bytes, &found)
        } else {
            alike(found)
        };
        (!marks.is_empty()).then(|| masked(bytes, &marks))
    }

    /// Whether a text holds a secret, or is one that is too short to be looked for within others.
    pub fn finds(&self, text: &str) -> bool {
        let Some(forms) = &self.0 else { return false };
        forms.short.iter().any(|secret| secret.expose_secret().eq_ignore_ascii_case(text.trim()))
            || !forms.find(text.as_bytes()).is_empty()
    }
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

fn add_forms(text: &str, forms: &mut BTreeSet<Vec<u8>>) {
    if text.len() < SHORTEST {
        return;
    }
    // What itself looks escaped is also known as what undoing makes of it.
    let mut plain = text.as_bytes().to_vec();
    for _ in 0..=LEVELS {
        let spans: Vec<Range<usize>> = (0..plain.len()).map(|at| at..at + 1).collect();
        let undone = undo(&plain, &spans);
        forms.insert(plain);
        match undone {
            Some((undone, _)) if undone.len() >= SHORTEST => plain = undone,
            _ => break,
        }
    }
    forms.insert(text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes());
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        forms.insert(engine.encode(text).into_bytes());
    }
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        // Six bits a character: those that share bits with what stands before or after the secret differ.
        for before in 0..3 {
            let encoded = engine.encode([&b"\0\0"[..before], text.as_bytes()].concat());
            let end = (before + text.len()) * 8 / 6;
            let core = encoded.get((before * 8).div_ceil(6)..end).unwrap_or("");
            if core.len() >= SHORTEST {
                forms.insert(core.as_bytes().to_vec());
            }
        }
    }
}

impl Forms {
    /// Where forms stand, in order and apart from each other.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.automaton.is_match(text) {
            found.extend(self.automaton.find_overlapping_iter(text).map(|form| form.range()));
        }
        for window in self.windows(text) {
            let mut bytes = text.get(window.clone()).unwrap_or_default().to_vec();
            let mut spans: Vec<Range<usize>> = window.map(|at| at..at + 1).collect();
            for _ in 0..LEVELS {
                let Some(undone) = undo(&bytes, &spans) else { break };
                (bytes, spans) = undone;
                found.extend(self.automaton.find_overlapping_iter(&bytes).filter_map(|form| {
                    let (first, last) = (spans.get(form.start())?, spans.get(form.end() - 1)?);
                    Some(first.start..last.end)
                }));
            }
        }
        merged(found)
    }

    /// The parts of a text in which a form may stand escaped.
    fn windows(&self, text: &[u8]) -> Vec<Range<usize>> {
        let reach = self.longest * LONGEST_ESCAPE;
        let mut windows: Vec<Range<usize>> = Vec::new();
        for at in memchr3_iter(b'%', b'\\', b'&', text) {
            let Some((byte, _)) = text.get(at..).and_then(escape) else { continue };
            if !byte.as_slice().iter().any(|byte| self.matters[usize::from(*byte)]) {
                continue;
            }
            let window = at.saturating_sub(reach)..(at + reach).min(text.len());
            match windows.last_mut() {
                Some(last) if window.start <= last.end && window.end - last.start <= CHUNK + 2 * reach => {
                    last.end = window.end;
                }
                _ => windows.push(window),
            }
        }
        windows
    }
}

/// Ranges in order, those that overlap as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::masks::numbered;
    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        Redactor::new(&secrets.iter().map(|secret| SecretString::from(*secret)).collect::<Vec<_>>())
    }

    #[test]
    fn every_form_of_a_secret_is_masked() {
        let redactor = redactor(&[
            " token/One \n",
            "quo\"ted\\1",
            "acme+public:private1",
            "private1andmore",
            "Bearer aToken1",
            "two words",
            "k3yAsUser:x",
            "jsmith:hunter2hunter2",
            "pre%2Fescaped/1",
            "acme+:",
            "ca+nary/1",
            "short",
        ]);
        let cases = [
            ("a token/One b", "a [secret] b"),
            ("?key=token%2FOne&x", "?key=[secret]&x"),
            ("?key=token%2fOne&x", "?key=[secret]&x"),
            ("?to=%2Fa%3Fkey%3Dtoken%252fOne%26x", "?to=%2Fa%3Fkey%3D[secret]%26x"),
            (r#"{"why":"quo\"ted\\1"}"#, r#"{"why":"[secret]"}"#),
            (r"<b>token\/One</b>", "<b>[secret]</b>"),
            (r"token\u002fOne \u0074oken\u002FOne", "[secret] [secret]"),
            (r#"{"text":"{\"a\":\"token\\\/One\"}"}"#, r#"{"text":"{\"a\":\"[secret]\"}"}"#),
            (
                "<title>token&#47;One token&#x2F;One quo&quot;ted\\1</title>",
                "<title>[secret] [secret] [secret]</title>",
            ),
            // Of RFC 7617.
            ("Basic YWNtZStwdWJsaWM6cHJpdmF0ZTE=", "Basic [secret]"),
            ("Basic YWNtZStwdWJsaWM6cHJpdmF0ZTE", "Basic [secret]"),
            ("acme+public:private1", "[secret]"),
            ("private1", "[secret]"),
            // A part of it is a secret, too: nothing of the rest may stay.
            ("private1andmore", "[secret]"),
            ("it was aToken1", "it was [secret]"),
            ("two+words two%20words", "[secret] [secret]"),
            // Read from a query, into which it was written as it is.
            ("summary='acme public:private1' ca nary%2F1", "summary='[secret]' [secret]"),
            ("k3yAsUser jsmith hunter2hunter2", "[secret] jsmith [secret]"),
            ("pre%2Fescaped/1 pre%252Fescaped%2F1 pre%2Fescaped\\/1", "[secret] [secret] [secret]"),
            ("0x7072697661746531 and 7072697661746531616E646D6F7265", "0x[secret] and [secret]"),
            ("?KEY=TOKEN%2FONE and Token%252Fone and %2574OKEN%25252FoNe", "?KEY=[secret] and [secret] and [secret]"),
            (
                r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"token\\\\\\/one\\\"}\"}"}"#,
                r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"[secret]\\\"}\"}"}"#,
            ),
            ("short words stay, 50% of them", "short words stay, 50% of them"),
        ];
        for (line, masked) in cases {
            assert_eq!(redactor.text(line), masked);
            assert_eq!(redactor.finds(line), line != masked);
        }
        assert!(redactor.finds(" short ") && !redactor.finds("shorts"));
        assert_eq!(format!("{redactor:?}"), "Redactor");
    }

    #[test]
    fn base64_is_found_wherever_in_it_the_secret_begins() {
        let (redactor, secret) = (redactor(&["ca?nary>key~1"]), "ca?nary>key~1");
        for before in ["", "a", "ab", "abc"] {
            for engine in [STANDARD, URL_SAFE] {
                let text = engine.encode(format!("{before}{secret} and more"));
                assert!(redactor.finds(&text), "{text}");
            }
        }
        assert!(!redactor.finds(&STANDARD.encode("something else altogether")));
    }

    #[test]
    fn of_json_strings_and_names_are_masked_and_all_other_bytes_stay() {
        let redactor = redactor(&["canary/1", "123456", "n/abcdef"]);
        let body = r#" {"canary\/1": 123456, "a" : [1e400, "x\ud83d", "as 123456", "\u0063anary/1"], "b":0.10,"c":"\n/abcdef"}"#;
        let masked =
            r#" {"[secret]": 123456, "a" : [1e400, "x\ud83d", "as [secret]", "[secret]"], "b":0.10,"c":"[secret]"}"#;
        assert_eq!(redactor.bytes(body.as_bytes()), Some(masked.as_bytes().to_vec()));
        for same in ["[123456]", "", "{}", "no JSON", "\"a\\/b\"", "[1, 2"] {
            assert_eq!(redactor.bytes(same.as_bytes()), None, "{same}");
        }
        assert_eq!(redactor.bytes(b"id=123456\xff"), Some(b"id=[secret]\xff".to_vec()));
    }

    #[test]
    fn members_named_by_different_secrets_stay_apart() {
        let redactor = redactor(&["canary/1", "canary/2", "canary/3"]);
        let body = r#"{"canary/1":1,"a":{"canary/1":2,"b":{"canary\/2":3}},"x canary/3":4,"canary/2" : 5,"canary/3":"canary/1"}"#;
        let masked = r#"{"[secret]":1,"a":{"[secret]":2,"b":{"[secret]":3}},"x [secret]":4,"[secret 2]" : 5,"[secret 3]":"[secret]"}"#;
        assert_eq!(redactor.bytes(body.as_bytes()).map(String::from_utf8), Some(Ok(masked.to_owned())));
        assert_eq!(numbered("x [secret] y", 2), "x [secret 2] y");
        assert_eq!(numbered("x", 2), "x 2");
    }

    #[test]
    fn a_secret_is_found_at_every_place_of_a_large_text() {
        let redactor = redactor(&["canary/Large+1=="]);
        for at in [0, CHUNK - 7, CHUNK, 3 * CHUNK - 1] {
            for form in ["canary/Large+1==", r"canary\/Large+1==", "canary%2fLarge%2b1%3D%3d"] {
                // Escapes of what is in the secret all over the text.
                let filler = r"\/%2F".repeat(4 * CHUNK / 5);
                let at = at - at % 5;
                let text = format!("{}{form}{}", &filler[..at], &filler[at..]);
                assert_eq!(redactor.text(&text), format!("{}{MASK}{}", &filler[..at], &filler[at..]), "{form} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn masked_json_is_json_without_the_secret(
            secret in "[a-c/\"\\\\n0-9 ]{6,9}",
            before in "[a-c/\"\\\\n0-9é\u{1f600} ]{0,9}",
            number in 0..1_000_000_i64,
        ) {
            let secret = secret.trim();
            prop_assume!(secret.len() >= SHORTEST && !MASK.contains(secret));
            let redactor = redactor(&[secret]);
            let text = json!({ "id": number, before.clone(): format!("{before}{secret}"), secret: [secret, null] }).to_string();
            let masked = redactor.bytes(text.as_bytes()).unwrap_or_default();
            let value: Value = serde_json::from_slice(&masked).unwrap();
            prop_assert_eq!(&value["id"], &json!(number));
            prop_assert!(!value.to_string().contains(secret));
            prop_assert!(!redactor.finds(value[MASK][0].as_str().unwrap_or("")));
        }

        #[test]
        fn whatever_is_read_nothing_breaks(text in "[%\\\\&u0-9a-f;#x/é]{0,60}") {
            let redactor = redactor(&["abcdef", "%2f\\u00e9"]);
            let masked = redactor.text(&text);
            prop_assert!(!masked.contains("abcdef"));
        }
    }
}
