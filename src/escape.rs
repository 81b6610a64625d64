//! Which characters of a text could deceive who reads it, and how is it shown without them?
//!
//! Control characters steer a terminal, format characters hide or reorder what stands beside them, and the line and
//! paragraph separators begin lines that are none. Each becomes JSON's `\uXXXX` (two of them beyond U+FFFF), so JSON
//! that is shown keeps its meaning.
//!
//! Text of a caller that a message repeats is shortened as well: nobody finds the cure in a megabyte.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with every control, format and separator character written as `\uXXXX`, line breaks included.
pub(crate) fn escape_controls(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// As [`escape_controls`], but `\n` and `\t` stay: for text of several lines.
pub(crate) fn escape_controls_but_lines(text: &str) -> Cow<'_, str> {
    escape(text, |character| matches!(character, '\n' | '\t'))
}

fn escape(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let deceives = |character: char| deceives(character) && !stays(character);
    let Some(first) = text.find(deceives) else { return Cow::Borrowed(text) };
    let (before, after) = text.split_at(first);
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(before);
    for character in after.chars() {
        if deceives(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Characters of a name or value that a message repeats.
pub(crate) const QUOTED: usize = 200;

/// Characters of a stretch within a finished message that is left whole: as many as the longest path that is looked up has, and more
/// than any name or example that this program writes.
const LONGEST_STRETCH: usize = 2_000;

/// Characters of a message: twice what forty problems with their cures have.
const LONGEST_MESSAGE: usize = 24_000;

/// Characters of a longer message that stay at its end, where the last cure is.
const END: usize = 4_000;

/// A text as a message repeats it: whole up to `most` characters, otherwise its beginning and how many it has.
pub(crate) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    // Bytes are counted in constant time, and no text has more characters.
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}... ({} characters)", &text[..end], text.chars().count())),
    }
}

/// A finished message within bounds, however long the texts are that it repeats. A long stretch in backticks or without a blank is
/// [`shortened`]; of a message that is still too long, the middle is left out.
pub(crate) fn bounded(message: &str) -> Cow<'_, str> {
    if message.len() <= LONGEST_STRETCH {
        return Cow::Borrowed(message);
    }
    let mut text = String::with_capacity(message.len().min(LONGEST_MESSAGE));
    for (at, stretch) in message.split('`').enumerate() {
        if at > 0 {
            text.push('`');
        }
        if at % 2 == 1 {
            text.push_str(&short_stretch(stretch));
        } else {
            text.extend(stretch.split_inclusive(char::is_whitespace).map(short_stretch));
        }
    }
    let count = text.chars().count();
    let place = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    if count > LONGEST_MESSAGE {
        let (begin, end) = (&text[..place(LONGEST_MESSAGE - END)], &text[place(count - END)..]);
        return Cow::Owned(format!("{begin}\n... ({} characters are left out) ...\n{end}", count - LONGEST_MESSAGE));
    }
    Cow::Owned(text)
}

fn short_stretch(stretch: &str) -> Cow<'_, str> {
    let is_long = stretch.len() > LONGEST_STRETCH && stretch.chars().count() > LONGEST_STRETCH;
    if is_long { shortened(stretch, QUOTED) } else { Cow::Borrowed(stretch) }
}

/// Whether a character is none that its reader sees as what it is.
///
/// Unicode 17: Cc, Cf, Zl and Zp, and the plane of tags and variation selectors, which all are invisible.
pub(crate) fn deceives(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_hides_or_reorders_is_escaped() {
        let table = [
            ("\u{1b}[2J", "\\u001b[2J"),
            ("a\rb\u{7f}\0", "a\\u000db\\u007f\\u0000"),
            ("\u{85}\u{9b}31m", "\\u0085\\u009b31m"),
            ("invoice\u{202e}fdp.exe", "invoice\\u202efdp.exe"),
            ("a\u{200b}\u{200f}\u{2066}\u{feff}\u{ad}", "a\\u200b\\u200f\\u2066\\ufeff\\u00ad"),
            ("one\u{2028}two\u{2029}", "one\\u2028two\\u2029"),
            ("\u{e0041}", "\\udb40\\udc41"),
            ("\u{61c}\u{180e}\u{1d173}", "\\u061c\\u180e\\ud834\\udd73"),
        ];
        for (text, shown) in table {
            assert_eq!(escape_controls(text), shown);
            assert_eq!(escape_controls_but_lines(text), shown);
        }
    }

    #[test]
    fn lines_stay_where_they_are_wanted() {
        assert_eq!(escape_controls("a\n\tb"), "a\\u000a\\u0009b");
        assert_eq!(escape_controls_but_lines("a\n\tb\r\u{202e}"), "a\n\tb\\u000d\\u202e");
    }

    #[test]
    fn what_is_repeated_is_short_and_its_length_is_said() {
        assert_eq!(shortened("name", 4), "name");
        assert_eq!(shortened("names", 4), "name... (5 characters)");
        assert_eq!(shortened("éééé", 4), "éééé");
        assert_eq!(shortened("ééééé", 4), "éééé... (5 characters)");
    }

    #[test]
    fn a_message_keeps_its_words_around_long_values() {
        let (name, words) = ("n".repeat(60_000), "two words ".repeat(10_000));
        let message = format!("there is no `{name}`; see {name}, or `{words}`; write `id`");
        let short = "n".repeat(QUOTED);
        let begin = format!("there is no `{short}... (60000 characters)`; see {short}... (60002 characters)or `");
        let said = bounded(&message);
        assert!(said.starts_with(&begin), "{said}");
        assert!(said.ends_with("... (100000 characters)`; write `id`") && said.len() < 1_000, "{said}");
        // In whatever way it is long.
        let lines = format!("the cure comes first\n{}the last", "`a` b\n".repeat(100_000));
        let said = bounded(&lines);
        assert!(said.starts_with("the cure") && said.ends_with("the last"), "{said}");
        assert!(said.chars().count() < LONGEST_MESSAGE + 100 && said.contains("characters are left out"));
        let odd = "`é".repeat(50_000);
        assert!(bounded(&odd).chars().count() < LONGEST_MESSAGE + 100);
        for ordinary in ["", "a `b` c", &format!("`{}`", "p".repeat(LONGEST_STRETCH))] {
            assert_eq!(bounded(ordinary), *ordinary);
        }
    }

    #[test]
    fn ordinary_text_of_any_script_is_not_copied() {
        for text in ["", "GET /service/tickets?a=b%20c", "Größe, 你好, שלום, مرحبا, é", "back\\slash \u{a0}|\u{3000}"]
        {
            assert!(matches!(escape_controls(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn escaped_json_means_the_same() {
        let text = serde_json::json!({ "name": "a\u{202e}b\u{e0041}\u{2028}" }).to_string();
        let escaped = escape_controls(&text);
        assert!(escaped.is_ascii(), "{escaped}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&escaped), read(&text));
    }
}
