//! Which short text matches a `pattern`, and does this one?

use fancy_regex::RegexBuilder;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Characters of a text that is made: more than any example needs, less than a pattern can ask for.
const MAX_CHARS: usize = 512;
/// Groups within groups that are followed.
const MAX_DEPTH: u32 = 64;
/// What is taken of a set of characters, where it has one of these.
const FAMILIAR: [char; 8] = ['a', 'A', '0', '1', '-', '_', '.', ' '];

/// Steps back that are taken to hold a text against a pattern.
const MAX_BACKTRACKS: usize = 20_000;
/// Alternatives of a group that are tried.
const MAX_CHOICES: usize = 4;
/// Groups that look ahead or back.
const LOOKS: [&str; 4] = ["(?=", "(?!", "(?<=", "(?<!"];

/// Whether a text matches; `None` where the pattern is none that this reads, or asks for too much.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let regex = RegexBuilder::new(bare(pattern)).backtrack_limit(MAX_BACKTRACKS).build().ok()?;
    regex.is_match(text).ok()
}

/// A pattern without the slashes that PHP and JavaScript put around one: as it is written, nothing matches `/^a$/`.
fn bare(pattern: &str) -> &str {
    const FLAGS: [char; 8] = ['d', 'g', 'i', 'm', 's', 'u', 'v', 'y'];
    let inner = pattern.strip_prefix('/').and_then(|rest| rest.trim_end_matches(FLAGS).strip_suffix('/'));
    inner.filter(|inner| inner.starts_with('^') && inner.ends_with('$')).unwrap_or(pattern)
}

/// A text of `least` to `most` characters that matches; `None` where none was found, or where the pattern is none that this reads.
/// What looks ahead or back (JSON Schema's patterns are ECMA's) is left out, and the text held against the whole.
pub(super) fn matching(pattern: &str, least: usize, most: usize) -> Option<String> {
    let pattern = bare(pattern);
    let plain = without_looks(pattern);
    let hir = ParserBuilder::new().nest_limit(MAX_DEPTH).build().parse(&plain).ok()?;
    (0..MAX_CHOICES).find_map(|choice| {
        let text = written(&hir, choice, least, most)?;
        (plain == pattern || matches(pattern, &text) == Some(true)).then_some(text)
    })
}

fn without_looks(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let (mut is_escaped, mut in_class) = (false, false);
    // Groups that are open from the first one that looks.
    let mut open: usize = 0;
    for (at, char) in pattern.char_indices() {
        let is_plain = !is_escaped && !in_class;
        let looks = || pattern.get(at..).is_some_and(|rest| LOOKS.iter().any(|look| rest.starts_with(look)));
        if is_plain && char == '(' && (open > 0 || looks()) {
            open += 1;
        }
        if open == 0 {
            out.push(char);
        }
        match char {
            ')' if is_plain => open = open.saturating_sub(1),
            '[' if is_plain => in_class = true,
            ']' if !is_escaped => in_class = false,
            _ => {}
        }
        is_escaped = char == '\\' && !is_escaped;
    }
    out
}

/// A text of such a length, with that alternative of each group, or its last.
fn written(hir: &Hir, choice: usize, least: usize, most: usize) -> Option<String> {
    let longest = most.min(MAX_CHARS);
    // What may be repeated is repeated once more than it must be, until the text is long enough.
    for more in 0..=longest {
        let mut text = Text { chars: String::new(), left: MAX_CHARS, choice };
        text.write(hir, more)?;
        let length = text.chars.chars().count();
        if length > longest {
            return None;
        }
        if length >= least {
            return Some(text.chars);
        }
    }
    None
}

struct Text {
    chars: String,
    left: usize,
    choice: usize,
}

impl Text {
    fn write(&mut self, hir: &Hir, more: usize) -> Option<()> {
        match hir.kind() {
            // Where it begins and ends is met by a text that is the match and nothing else.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => {
                for char in std::str::from_utf8(&literal.0).ok()?.chars() {
                    self.push(char)?;
                }
            }
            HirKind::Class(class) => self.push(one_of(class)?)?,
            HirKind::Repetition(repetition) => {
                let least = usize::try_from(repetition.min).unwrap_or(usize::MAX);
                let most = repetition.max.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
                for _ in 0..least.saturating_add(more).min(most) {
                    let before = self.left;
                    self.write(&repetition.sub, more)?;
                    if self.left == before {
                        break;
                    }
                }
            }
            HirKind::Capture(capture) => self.write(&capture.sub, more)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.write(part, more))?,
            HirKind::Alternation(alternatives) => {
                self.write(alternatives.get(self.choice).or_else(|| alternatives.last())?, more)?;
            }
        }
        Some(())
    }

    fn push(&mut self, char: char) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        self.chars.push(char);
        Some(())
    }
}

fn one_of(class: &Class) -> Option<char> {
    match class {
        Class::Unicode(class) => {
            let has = |char: &char| class.iter().any(|range| (range.start()..=range.end()).contains(char));
            FAMILIAR.into_iter().find(has).or_else(|| class.iter().map(|range| range.start()).find(|c| !c.is_control()))
        }
        Class::Bytes(class) => class.iter().map(|range| char::from(range.start())).find(char::is_ascii_graphic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_asked_and_matches() {
        for (pattern, least, most, expected) in [
            ("^BU[0-9a-fA-F]{32}$", 34, 34, Some("BUaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
            ("[a-z]*", 1, 9, Some("a")),
            ("^[a-z]{0,3}$", 0, 9, Some("")),
            ("^[a-z]{2,}-?$", 5, 5, Some("aaaa-")),
            (r"^\d{4}-\d{2}$", 0, 99, Some("0000-00")),
            (r"^\/v1\/(red|green)$", 0, 99, Some("/v1/red")),
            ("^(a|b)+$", 3, 3, Some("aaa")),
            ("^(?=.*x).+$", 0, 9, None),
            ("^(?=.*a).+$", 2, 9, Some("aa")),
            ("^(?![-.])[a-z(?=]{2}(?<!-)$", 0, 9, Some("aa")),
            (r"^(|(https?|ftp):\/\/[^\s/$.?#].[^\s]*)$", 1, 99, Some("ftp://aa")),
            (r"^[a-z]\(?\[(?!b)c$", 0, 9, Some("a[c")),
            ("^[a-z", 0, 9, None),
            ("^a{4}$", 0, 3, None),
            ("^a{2}$", 3, 9, None),
            ("(a{500}){500}", 0, usize::MAX, None),
            ("()*", 1, 9, None),
        ] {
            assert_eq!(matching(pattern, least, most).as_deref(), expected, "{pattern}");
        }
        assert_eq!(matching(&"(".repeat(5_000), 0, 9), None);
    }
}
