//! In which forms may a known secret stand in a text, and what stands there instead? Pure.
//!
//! A form is a secret as it was set, a half of `user:password`, the token behind a scheme's word (`Bearer token`), each of them in UTF-8 or
//! UTF-16, and in base64, base32 or hexadecimal digits, wherever in the encoded text it begins (`forms`), also where that was encoded once
//! more (`encoded`). What was escaped is read as it was before: percent-encoding, and the escapes of JSON, C and HTML, in any mixture and up
//! to three deep: percent-encoded twice, or JSON within JSON, and once more; and those of quoted-printable, in whatever order with the
//! others. Characters that nobody sees are passed over, since programs drop them, and with them the line breaks of an encoded text.
//! A list of numbers, or of texts that are numbers, is read as the bytes that they are (`lists`). Letters count in either case: programs
//! fold names and whole texts to one.

mod encoded;
mod escapes;
mod forms;
mod lists;
mod masks;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;

use encoded::each_decoded;
use escapes::{LONGEST_ESCAPE, Read, escape, is_quoted, may_be_unseen, may_begin, quoted, undo};
use forms::{ALPHABETS, forms_of};
use lists::{Of, each_list};
pub use masks::name_apart;
use masks::{Mark, masked, of_json};

/// What stands where a secret was.
pub const MASK: &str = "[secret]";

/// Bytes of the shortest form that is looked for within a text: what is shorter is part of too many words.
pub const SHORTEST: usize = 6;

/// How often escapes are undone: JSON within a JSON string, with a URL in it, within another URL; and once more, since bytes that were
/// percent-encoded one by one are a character that nobody sees only then.
const LEVELS: usize = 4;

/// Bytes that are read without their escapes, or from numbers, at once; it bounds the memory that this takes.
const CHUNK: usize = 64 * 1024;

/// Finds known secrets. Clones share what was made once.
#[derive(Clone, Default)]
pub struct Redactor(Option<Arc<Forms>>);

struct Forms {
    automaton: AhoCorasick,
    /// Bytes of the longest form, and of the shortest.
    longest: usize,
    shortest: usize,
    /// The bytes that forms are made of, those that begin an escape, and what parts a list: others need not be unescaped.
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
            forms.extend(forms_of(secret));
        }
        if forms.is_empty() && short.is_empty() {
            return Self::default();
        }
        let mut matters = [false; 256];
        let in_lists = b"%\\&=,;:\"'";
        for byte in forms.iter().flatten().chain(in_lists).chain(ALPHABETS.into_iter().flatten()) {
            matters[usize::from(byte.to_ascii_lowercase())] = true;
            matters[usize::from(byte.to_ascii_uppercase())] = true;
        }
        let longest = forms.iter().map(Vec::len).max().unwrap_or(0);
        let shortest = forms.iter().map(Vec::len).min().unwrap_or(0);
        // A DFA would be faster still, and takes longer to make than most answers take to be searched. Making one fails beyond 2^31
        // states, more than fit into any environment.
        let made = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .ascii_case_insensitive(true)
            .build(&forms);
        Self(made.ok().map(|automaton| Arc::new(Forms { automaton, longest, shortest, matters, short })))
    }

    /// The text with [`MASK`] for each secret.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.0.as_ref().map(|forms| forms.find(text.as_bytes()).all).unwrap_or_default();
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let marks: Vec<Mark> = found.into_iter().map(Mark::text).collect();
        Cow::Owned(String::from_utf8_lossy(&masked(text.as_bytes(), &marks)).into_owned())
    }

    /// The same for a body or a line; `None` where it holds no secret. Of JSON only strings are changed, names of members among them,
    /// and lists of bytes: digits that are a secret may be part of a number, which must stay one. Names that would be the same then are
    /// numbered, so that no member takes the place of another. All other bytes stay as they are.
    pub fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let found = self.0.as_ref()?.find(bytes);
        let marks = if !found.all.is_empty() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            of_json(bytes, &found.all, &found.lists)
        } else {
            found.all.into_iter().map(Mark::text).collect()
        };
        (!marks.is_empty()).then(|| masked(bytes, &marks))
    }

    /// Whether a text holds a secret, or is one that is too short to be looked for within others.
    pub fn finds(&self, text: &str) -> bool {
        let Some(forms) = &self.0 else { return false };
        forms.short.iter().any(|secret| secret.expose_secret().eq_ignore_ascii_case(text.trim()))
            || !forms.find(text.as_bytes()).all.is_empty()
    }
}

/// Where forms stand, in order and apart from each other.
struct Found {
    all: Vec<Range<usize>>,
    /// Those that are lists of numbers.
    lists: Vec<Range<usize>>,
}

/// How often escapes may still be undone, and how often those of quoted-printable: nobody knows of `=` how it is meant, so there is one
/// more way to read a text each time.
#[derive(Clone, Copy)]
struct Reads {
    escapes: usize,
    quoted: usize,
}

impl Reads {
    const FIRST: Self = Self { escapes: LEVELS, quoted: 2 };

    fn after_escape(self) -> Self {
        Self { escapes: self.escapes - 1, ..self }
    }

    fn after_quoted(self) -> Self {
        Self { escapes: self.escapes - 1, quoted: self.quoted - 1 }
    }
}

impl Forms {
    fn find(&self, text: &[u8]) -> Found {
        let mut found = Vec::new();
        if self.automaton.is_match(text) {
            found.extend(self.automaton.find_overlapping_iter(text).map(|form| form.range()));
        }
        let (lists, texts) = self.in_lists(text);
        found.extend(lists.iter().cloned().chain(texts));
        self.in_encoded(text, |place| found.push(place));
        for window in self.windows(text, may_begin, escape) {
            let spans: Vec<Range<usize>> = window.clone().map(|at| at..at + 1).collect();
            self.read_on(text.get(window).unwrap_or_default(), &spans, Reads::FIRST, &mut found);
        }
        for window in self.windows(text, |byte| byte == b'=', quoted) {
            let spans: Vec<Range<usize>> = window.clone().map(|at| at..at + 1).collect();
            self.read_quoted(text.get(window).unwrap_or_default(), &spans, Reads::FIRST, &mut found);
        }
        Found { all: merged(found), lists: merged(lists) }
    }

    /// Finds what stands in bytes once their escapes are undone, each way in which they may be read.
    fn read_on(&self, bytes: &[u8], spans: &[Range<usize>], left: Reads, found: &mut Vec<Range<usize>>) {
        if let Some((bytes, spans)) = undo(bytes, spans, escape) {
            self.look_at(&bytes, &spans, left.after_escape(), found);
        }
    }

    /// The same, where `=` is read as quoted-printable has it.
    fn read_quoted(&self, bytes: &[u8], spans: &[Range<usize>], left: Reads, found: &mut Vec<Range<usize>>) {
        if let Some((bytes, spans)) = undo(bytes, spans, quoted) {
            self.look_at(&bytes, &spans, left.after_quoted(), found);
        }
    }

    /// Finds what stands in bytes, each of which comes from a place of the text, and in what they stand for.
    fn look_at(&self, bytes: &[u8], spans: &[Range<usize>], left: Reads, found: &mut Vec<Range<usize>>) {
        found.extend(self.in_undone(bytes, spans));
        let (lists, texts) = self.in_lists(bytes);
        found.extend(lists.into_iter().chain(texts).filter_map(|list| placed(spans, list)));
        self.in_encoded(bytes, |place| found.extend(placed(spans, place)));
        if left.escapes > 0 {
            self.read_on(bytes, spans, left, found);
            if left.quoted > 0 && is_quoted(bytes) {
                self.read_quoted(bytes, spans, left, found);
            }
        }
    }

    /// Where forms stand in bytes, each of which comes from a place of the text.
    fn in_undone(&self, bytes: &[u8], spans: &[Range<usize>]) -> impl Iterator<Item = Range<usize>> {
        self.automaton.find_overlapping_iter(bytes).filter_map(|form| placed(spans, form.range()))
    }

    /// The lists of numbers, and those of texts that are numbers.
    fn in_lists(&self, text: &[u8]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
        let (mut lists, mut texts) = (Vec::new(), Vec::new());
        each_list(text, self.longest, |bytes, spans, of| match of {
            Of::Numbers => lists.extend(self.in_undone(bytes, spans)),
            Of::Texts => texts.extend(self.in_undone(bytes, spans)),
        });
        (lists, texts)
    }

    /// Calls `place` with where forms stand that were encoded once more.
    fn in_encoded(&self, text: &[u8], mut place: impl FnMut(Range<usize>)) {
        each_decoded(text, self.shortest, self.longest, |decoded| {
            if self.automaton.is_match(&decoded.bytes) {
                let forms = self.automaton.find_overlapping_iter(&decoded.bytes);
                forms.filter_map(|form| decoded.placed(&form.range())).for_each(&mut place);
            }
        });
    }

    /// The parts of a text in which a form may stand escaped, with an escape that begins with one of these bytes and is read so.
    fn windows(&self, text: &[u8], begins: fn(u8) -> bool, read: Read) -> Vec<Range<usize>> {
        let reach = self.longest * LONGEST_ESCAPE;
        let mut windows: Vec<Range<usize>> = Vec::new();
        let mut next = 0;
        while let Some(at) = text.get(next..).and_then(|rest| rest.iter().position(|byte| begins(*byte))) {
            let at = next + at;
            let Some((mut plain, taken)) = text.get(at..).and_then(read) else {
                next = at + 1;
                continue;
            };
            next = at + taken;
            let is_unseen = plain.is_empty();
            while let (true, Some((following, taken))) = (plain.is_empty(), text.get(next..).and_then(read)) {
                plain = following;
                next += if plain.is_empty() { taken } else { 0 };
            }
            let matters = |byte: Option<&u8>| byte.is_some_and(|byte| self.matters[usize::from(*byte)]);
            let may_hide = match plain.as_slice() {
                // What nobody sees breaks a form only between two of its bytes.
                _ if is_unseen => {
                    matters(at.checked_sub(1).and_then(|before| text.get(before))) && matters(text.get(next))
                }
                [byte] => matters(Some(byte)) || may_be_unseen(*byte),
                bytes => bytes.iter().any(|byte| matters(Some(byte))),
            };
            if !may_hide {
                continue;
            }
            let window = at.saturating_sub(reach)..(next + reach).min(text.len());
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

/// Where in the text a range of bytes comes from.
fn placed(spans: &[Range<usize>], range: Range<usize>) -> Option<Range<usize>> {
    let (first, last) = (spans.get(range.start)?, spans.get(range.end.checked_sub(1)?)?);
    Some(first.start..last.end)
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
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
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
            // base32, whole and within; base64 in lines; JavaScript's `escape`; bytes as numbers.
            ("OBZGS5TBORSTC=== obzgs5tborstc", "[secret] [secret]"),
            ("GVYHE2LWMF2GKMI=", "G[secret]="),
            ("YWNtZStwdWJsaW\r\nM6cHJpdmF0ZTE=", "[secret]"),
            (r#""YWNtZStwdWJsaW\r\nM6cHJpdmF0ZTE""#, r#""[secret]""#),
            ("%u0070rivate%u0031 p%25u0072ivate1 %U0070RIVATE1", "[secret] [secret] [secret]"),
            ("[112, 114,105,118,\n 97,116,101,49]", "[[secret]]"),
            ("got [5 112 114 105 118 97 116 101 49 7]", "got [5 [secret] 7]"),
            ("%5B112%2C114%2C105%2C118%2C97%2C116%2C101%2C49%5D", "%5B[secret]%5D"),
            ("1112,114,105,118,97,116,101,49", "1112,114,105,118,97,116,101,49"),
            ("0x7072697661746531 and 7072697661746531616E646D6F7265", "0x[secret] and [secret]"),
            ("?KEY=TOKEN%2FONE and Token%252Fone and %2574OKEN%25252FoNe", "?KEY=[secret] and [secret] and [secret]"),
            (
                r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"token\\\\\\/one\\\"}\"}"}"#,
                r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"[secret]\\\"}\"}"}"#,
            ),
            ("&#0000112;rivate1 p&#x000000072;ivate1 &#112&#114;ivate1", "[secret] [secret] [secret]"),
            ("=70rivate=31 =70=72=69=76=61=74=65=31 privat=\r\ne1", "[secret] [secret] [secret]"),
            (r#""privat=\r\ne1 =70riv=\n=61te1""#, r#""[secret] [secret]""#),
            ("pre=25252Fescaped/1 token=2FOne token=26#47;One", "[secret] [secret] [secret]"),
            // The sign of quoted-printable may be escaped itself, or written so; numbers may be texts, and hexadecimal.
            ("%3D70riv%3D61te=31 =3D70rivate1 p%253D72ivate1", "[secret] [secret] [secret]"),
            (r#"["112", "114","105","118","97","116","101","49"]"#, r#"["[secret]"]"#),
            (r#"{\"a\":[\"112\",\"114\",\"105\",\"118\",\"97\",\"116\",\"101\",\"49\"]}"#, r#"{\"a\":[\"[secret]\"]}"#),
            ("'112'; '114'; '105'; '118'; '97'; '116'; '101'; '49'", "'[secret]'"),
            ("70-72-69-76-61-74-65-31, 70:72:69:76:61:74:65:31", "[secret], [secret]"),
            ("{0x70, 0x72, 0x69, 0X76, 0x61, 0x74, 0x65, 0x31}", "{[secret]}"),
            (r"\160rivate\061 p\\162ivate1 \170rivate1", r"[secret] [secret] \170rivate1"),
            ("70-72-69-76-61-74-65-32", "70-72-69-76-61-74-65-32"),
            // `=` of a query says nothing of what follows it.
            ("?to=ca%2Bnary/1&x=privat%651", "?to=[secret]&x=[secret]"),
            ("a == b, c=12, =70rivate2", "a == b, c=12, =70rivate2"),
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
    fn characters_that_nobody_sees_hide_no_secret() {
        let redactor = redactor(&["plainCanaryKey12345", "line\nbreak"]);
        let many = "\u{200b}".repeat(2_000);
        for dropped in ["\u{200b}", "\u{202e}", "\u{ad}", "\u{e0041}", "\t", "\r\n", "\u{1b}\u{9b}", &many] {
            let text = format!("a plainCanary{dropped}Key{dropped}12345 b");
            assert_eq!(redactor.text(&text), "a [secret] b", "{dropped:?}");
        }
        for text in [
            "plainCanary%E2%80%8BKey12345",
            "plainCanary%25E2%2580%258BKey12345",
            "plainCanary%09Key12345",
            r"plainCanary\u200bKey12345",
            r"plainCanary\nKey12345",
            r"plainCanary\\udb40\\udc41Key12345",
            "plainCanary&#8203;Key12345",
            "p\u{200b}lainCanary%4Bey12345",
            "linebreak",
            r"line\nbreak",
        ] {
            assert_eq!(redactor.text(text), MASK, "{text}");
        }
        let body = "{\"a\": \"plainCanary\u{200b}Key12345\",\n \"b\": \"plain\",\n \"c\": \"CanaryKey12345\"}";
        let masked = "{\"a\": \"[secret]\",\n \"b\": \"plain\",\n \"c\": \"CanaryKey12345\"}";
        assert_eq!(redactor.bytes(body.as_bytes()), Some(masked.as_bytes().to_vec()));
        assert_eq!(redactor.text("plainCanary Key12345"), "plainCanary Key12345");
    }

    #[test]
    fn whatever_deceives_a_reader_begins_with_a_byte_that_is_looked_at() {
        let mut bytes = [0; 4];
        for character in (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|c| crate::escape::deceives(*c)) {
            assert!(may_begin(character.encode_utf8(&mut bytes).as_bytes()[0]), "{character:?}");
        }
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
    fn a_secret_is_found_however_it_was_encoded_once_more() {
        let secret = "jsmith:hunter2/hunter2";
        let redactor = redactor(&[secret]);
        let wide = |order: fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let plain = secret.as_bytes().to_vec();
        let texts = [plain, wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
        let encoded = |bytes: &[u8], at: usize| forms::encoded(bytes.iter().copied(), ALPHABETS[at]);
        for (inner, outer) in (0..5).flat_map(|inner| (0..6).map(move |outer| (inner, outer))) {
            for text in &texts {
                for around in ["", "a", "{\"a\":"] {
                    let text = [around.as_bytes(), text, around.as_bytes()].concat();
                    let once = encoded(&text, inner);
                    let all = if outer < 5 { encoded(&[b"x=", &once[..], b";"].concat(), outer) } else { once };
                    let all = String::from_utf8(all).unwrap();
                    let shown = redactor.text(&all).into_owned();
                    assert!(
                        shown.contains(MASK) && shown.len() < MASK.len() + all.len() / 2,
                        "{inner} {outer} {all} {shown}"
                    );
                    let escaped: String = all.bytes().map(|byte| format!("%{byte:02x}")).collect();
                    let lines: Vec<&str> =
                        all.as_bytes().chunks(7).map(|line| std::str::from_utf8(line).unwrap()).collect();
                    let lines = json!({ "a": lines.join("\r\n") }).to_string();
                    let (escaped, lines) = (redactor.text(&escaped).into_owned(), redactor.bytes(lines.as_bytes()));
                    assert!(escaped.contains(MASK), "{inner} {outer} {escaped}");
                    assert!(lines.is_some(), "{inner} {outer} {all}");
                }
            }
        }
        let numbers: Vec<String> = wide(u16::to_le_bytes).iter().map(u8::to_string).collect();
        assert_eq!(redactor.text(&numbers.join(",")), MASK);
        assert_eq!(redactor.bytes(json!({ "n": numbers[..8] }).to_string().as_bytes()), None);
        let texts = redactor.bytes(json!({ "n": numbers, "m": "x" }).to_string().as_bytes()).unwrap();
        let texts: Value = serde_json::from_slice(&texts).unwrap();
        assert!(texts["n"].as_array().unwrap().iter().all(|text| text == MASK) && texts["m"] == "x", "{texts}");
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
        // A list of bytes becomes one with a string in their place.
        let list =
            r#"{"a":[1,99,97,110,97,114,121,47,49,2],"b":"99,97,110,97,114,121,47,49","c":[67,65,78,65,82,89,47,49]}"#;
        let masked = r#"{"a":[1,"[secret]",2],"b":"[secret]","c":["[secret]"]}"#;
        assert_eq!(redactor.bytes(list.as_bytes()).map(String::from_utf8), Some(Ok(masked.to_owned())));
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
