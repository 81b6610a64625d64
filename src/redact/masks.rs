//! How are the places of secrets masked, so that JSON stays JSON and its members stay apart?

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::MASK;

/// A range to be masked.
#[derive(Clone)]
pub(super) struct Mark {
    pub range: Range<usize>,
    /// Of names that would be the same, the second has the number 2.
    pub number: u32,
    /// Whether it stands in place of JSON values, and so is one itself.
    pub is_value: bool,
}

impl Mark {
    pub(super) fn text(range: Range<usize>) -> Self {
        Self { range, number: 1, is_value: false }
    }
}

/// What of the ranges is within the strings of a JSON text, whole escapes each, and which of the lists of numbers are outside them.
pub(super) fn of_json(json: &[u8], ranges: &[Range<usize>], lists: &[Range<usize>]) -> Vec<Mark> {
    let mut within: Vec<Mark> = Vec::new();
    let mut ranges = ranges.iter().peekable();
    let mut lists = lists.iter().peekable();
    // Lists have no quotes, so each is within a string or outside of all.
    let mut lists_between = |from: usize, to: usize| -> Vec<Mark> {
        while lists.next_if(|list| list.start < from).is_some() {}
        let between = std::iter::from_fn(|| lists.next_if(|list| list.start < to));
        between.map(|list| Mark { is_value: true, ..Mark::text(list.clone()) }).collect()
    };
    // Of each object that is open: its names that hold a secret, as they are shown, and how often each was.
    let mut objects: Vec<HashMap<Vec<u8>, u32>> = Vec::new();
    let mut at = 0;
    while let Some(open) = json.get(at..).and_then(|rest| memchr::memchr(b'"', rest)).map(|found| at + found) {
        for byte in json.get(at..open).unwrap_or_default() {
            match byte {
                b'{' => objects.push(HashMap::new()),
                b'}' => _ = objects.pop(),
                _ => {}
            }
        }
        within.extend(lists_between(at, open));
        at = open + 1;
        let first = within.len();
        let (mut start, mut end) = (None, at);
        loop {
            let taken = match json.get(at) {
                Some(b'\\') if json.get(at + 1) == Some(&b'u') => 6,
                Some(b'\\') => 2,
                Some(b'"') | None => break,
                Some(_) => 1,
            };
            while ranges.next_if(|range| range.end <= at).is_some() {
                within.extend(start.take().map(|start| Mark::text(start..end)));
            }
            if ranges.peek().is_some_and(|range| range.start < at + taken) {
                start.get_or_insert(at);
                end = at + taken;
            }
            at += taken;
        }
        within.extend(start.map(|start| Mark::text(start..end)));
        let is_name =
            json.get(at + 1..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        if let (true, Some(names), [.., _]) = (is_name, objects.last_mut(), within.get(first..).unwrap_or_default()) {
            let within_name: Vec<Mark> = within[first..]
                .iter()
                .map(|mark| Mark { range: mark.range.start - open - 1..mark.range.end - open - 1, ..mark.clone() })
                .collect();
            let shown = masked(json.get(open + 1..at).unwrap_or_default(), &within_name);
            let count = names.entry(shown).or_default();
            *count += 1;
            if let Some(mark) = within.last_mut() {
                mark.number = *count;
            }
        }
        at += 1;
    }
    within.extend(lists_between(at, json.len()));
    within
}

pub(super) fn masked(text: &[u8], marks: &[Mark]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for Mark { range, number, is_value } in marks {
        out.extend_from_slice(text.get(at..range.start).unwrap_or_default());
        let quote: &[u8] = if *is_value { b"\"" } else { b"" };
        [quote, mask(*number).as_bytes(), quote].iter().for_each(|part| out.extend_from_slice(part));
        at = range.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

fn mask(number: u32) -> Cow<'static, str> {
    if number < 2 { MASK.into() } else { format!("[secret {number}]").into() }
}

/// The name that a member is shown by, apart from those that are taken: different secrets as names stay different members.
pub fn name_apart(shown: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&shown) {
        return shown;
    }
    (2..).map(|number| numbered(&shown, number)).find(|name| !is_taken(name)).unwrap_or(shown)
}

pub(super) fn numbered(masked: &str, number: u32) -> String {
    match masked.rfind(MASK) {
        Some(at) => {
            let mut name = masked.to_owned();
            name.replace_range(at..at + MASK.len(), &mask(number));
            name
        }
        None => format!("{masked} {number}"),
    }
}
