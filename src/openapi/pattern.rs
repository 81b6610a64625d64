//! Which short text matches a `pattern`?

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Characters of a text that is made: more than any example needs, less than a pattern can ask for.
const MAX_CHARS: usize = 512;
/// Groups within groups that are followed.
const MAX_DEPTH: u32 = 64;
/// What is taken of a set of characters, where it has one of these.
const FAMILIAR: [char; 8] = ['a', 'A', '0', '1', '-', '_', '.', ' '];

/// A text of `least` to `most` characters that matches; `None` where none was found, or where the pattern is none that this reads
/// (JSON Schema's are ECMA's, which may look ahead and back).
pub(super) fn matching(pattern: &str, least: usize, most: usize) -> Option<String> {
    let hir = ParserBuilder::new().nest_limit(MAX_DEPTH).build().parse(pattern).ok()?;
    let longest = most.min(MAX_CHARS);
    // What may be repeated is repeated once more than it must be, until the text is long enough.
    for more in 0..=longest {
        let mut text = Text { chars: String::new(), left: MAX_CHARS };
        text.write(&hir, more)?;
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
            HirKind::Alternation(alternatives) => self.write(alternatives.first()?, more)?,
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
