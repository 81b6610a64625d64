//! In which forms may a known secret stand in a text, and what stands there instead? Pure.
//!
//! A form is a secret as it was set, a half of `user:password`, the token behind a scheme's word (`Bearer token`), each of them in UTF-8 or
//! UTF-16, and in base64, base32 or hexadecimal digits, wherever in the encoded text it begins (`forms`), also where that was encoded once
//! more (`encoded`). What was escaped is read as it was before: percent-encoding, and the escapes of JSON, C and HTML, in any mixture and up
//! to three deep: percent-encoded twice, or JSON within JSON, and once more; and those of quoted-printable, in whatever order with the
//! others. Characters that nobody sees are passed over, since programs drop them, and with them the line breaks of an encoded text.
//! A list of numbers, or of texts that are numbers, is read as the bytes that they are (`lists`), and so is a list of single characters, or
//! an object that has a byte or a character at each place (`spelled`). Letters count in either case: programs
//! fold names and whole texts to one.

mod encoded;
mod escapes;
mod forms;
mod lists;
mod live;
mod masks;
mod spelled;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;

use encoded::each_decoded;
use escapes::{LONGEST_ESCAPE, Unescaped, escape, is_quoted, may_be_unseen, may_begin, quoted, undo};
use forms::{ALPHABETS, forms_of};
use lists::{Of, each_list};
pub use masks::name_apart;
use masks::{Mark, masked, of_json};
use spelled::each_spelled;

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
pub struct Redactor(Vec<Arc<Forms>>);

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
        Self(
            made.ok()
                .map(|automaton| Arc::new(Forms { automaton, longest, shortest, matters, short }))
                .into_iter()
                .collect(),
        )
    }

    /// Finds what this one finds, and what another does.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// The text with [`MASK`] for each secret.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.find(text.as_bytes()).all;
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
        let found = self.find(bytes);
        let marks = if !found.all.is_empty() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            of_json(bytes, &found.all, &found.lists)
        } else {
            found.all.into_iter().map(Mark::text).collect()
        };
        (!marks.is_empty()).then(|| masked(bytes, &marks))
    }

    /// Whether a text holds a secret, or is one that is too short to be looked for within others.
    pub fn finds(&self, text: &str) -> bool {
        let is_short = |secret: &SecretString| secret.expose_secret().eq_ignore_ascii_case(text.trim());
        self.0.iter().any(|forms| forms.short.iter().any(is_short)) || !self.find(text.as_bytes()).all.is_empty()
    }

    fn find(&self, text: &[u8]) -> Found {
        match self.0.as_slice() {
            [] => Found { all: Vec::new(), lists: Vec::new() },
            [forms] => forms.find(text),
            several => {
                let found: Vec<Found> = several.iter().map(|forms| forms.find(text)).collect();
                let ranges =
                    |of: fn(&Found) -> &Vec<Range<usize>>| merged(found.iter().flat_map(of).cloned().collect());
                Found { all: ranges(|found| &found.all), lists: ranges(|found| &found.lists) }
            }
        }
    }
}

/// Where forms stand, in order and apart from each other.
struct Found {
    all: Vec<Range<usize>>,
    /// Those that are numbers.
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

    /// The numbers that are bytes of a form, in one range where they are of a list, and the texts that are such numbers or characters.
    fn in_lists(&self, text: &[u8]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
        let (mut lists, mut texts) = (Vec::new(), Vec::new());
        each_list(text, self.longest, |bytes, spans, of| match of {
            Of::Numbers => lists.extend(self.in_undone(bytes, spans)),
            Of::Texts => texts.extend(self.in_undone(bytes, spans)),
        });
        each_spelled(text, self.longest, |bytes, spans, of| {
            let forms = self.automaton.find_overlapping_iter(bytes);
            let values = forms.flat_map(|form| spans.get(form.range()).into_iter().flatten().cloned());
            match of {
                Of::Numbers => lists.extend(values),
                Of::Texts => texts.extend(values),
            }
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

    /// The parts of a text in which a form may stand escaped, with an escape that begins with one of these bytes and is read so. Every
    /// byte of a body is asked: what asks is compiled in.
    fn windows(
        &self,
        text: &[u8],
        begins: impl Fn(u8) -> bool,
        read: impl Fn(&[u8]) -> Option<(Unescaped, usize)>,
    ) -> Vec<Range<usize>> {
        let reach = self.longest * LONGEST_ESCAPE;
        let mut windows: Vec<Range<usize>> = Vec::new();
        let mut next = 0;
        while let Some(at) = text.get(next..).and_then(|rest| rest.iter().position(|byte| begins(*byte))) {
            let at = next + at;
            let Some((mut plain, taken)) = text.get(at..).and_then(&read) else {
                next = at + 1;
                continue;
            };
            next = at + taken;
            let is_unseen = plain.is_empty();
            while let (true, Some((following, taken))) = (plain.is_empty(), text.get(next..).and_then(&read)) {
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
