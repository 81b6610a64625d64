//! Lines for a person to read, before it is known whether they are shown in colour.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::plain::one_line;

/// What a stretch of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    /// A heading, or the header of a table.
    Strong,
    /// The name of a field or an operation.
    Name,
    /// What must be given.
    Mark,
    /// What may be skipped.
    Faint,
}

impl Style {
    fn ansi(self) -> Ansi {
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().bold(),
            Self::Name => AnsiColor::Cyan.on_default(),
            Self::Mark => AnsiColor::Yellow.on_default(),
            Self::Faint => Ansi::new().dimmed(),
        }
    }
}

/// Lines of text. Whatever is written into one is escaped, so that only the styles steer a terminal.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    lines: Vec<Vec<(Style, String)>>,
}

impl Sheet {
    /// Adds a line of stretches.
    pub(super) fn line<'t>(&mut self, stretches: impl IntoIterator<Item = (Style, &'t str)>) {
        self.lines.push(stretches.into_iter().map(|(style, text)| (style, one_line(text))).collect());
    }

    /// Adds a line of plain text.
    pub(super) fn text(&mut self, text: &str) {
        self.line([(Style::Plain, text)]);
    }

    /// Adds an empty line, unless there is nothing yet.
    pub(super) fn gap(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
    }

    /// Adds a heading, and an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap();
        self.line([(Style::Strong, text)]);
    }

    /// Adds texts with commas between, in as many lines as are allowed, and `rest` with how many are left where they are not enough.
    pub(super) fn listing(&mut self, texts: &[&str], width: usize, most_lines: usize, rest: &dyn Fn(usize) -> String) {
        let room = width.saturating_sub(INDENT.len()).max(1);
        let mut lines = vec![String::new()];
        for (at, text) in texts.iter().enumerate() {
            let comma = if at + 1 < texts.len() { "," } else { "" };
            let piece = format!("{}{comma}", one_line(text));
            let is_last = lines.len() >= most_lines;
            let last = lines.last_mut().filter(|line| !line.is_empty());
            let more = rest(texts.len() - at);
            let kept = if is_last && at + 1 < texts.len() { more.width() + 1 } else { 0 };
            match last {
                Some(line) if line.width() + 1 + piece.width() + kept <= room => _ = write!(line, " {piece}"),
                Some(line) if is_last => {
                    _ = write!(line, " {more}");
                    break;
                }
                Some(_) => lines.push(piece),
                None => lines = vec![piece],
            }
        }
        for line in lines.iter().filter(|line| !line.is_empty()) {
            self.text(&format!("{INDENT}{}", fit(line, room)));
        }
    }

    /// How many lines a terminal of that width needs.
    pub(super) fn height(&self, width: usize) -> usize {
        let of_line = |line: &Vec<(Style, String)>| {
            let line: usize = line.iter().map(|(_, text)| text.width()).sum();
            line.div_ceil(width.max(1)).max(1)
        };
        self.lines.iter().map(of_line).sum()
    }

    /// Everything as it is written, in colour or not.
    pub(super) fn written(&self, colour: bool) -> String {
        let mut text = String::new();
        for line in &self.lines {
            for (style, stretch) in line {
                let ansi = style.ansi();
                // Writing to a string does not fail.
                _ = if colour { write!(text, "{ansi}{stretch}{ansi:#}") } else { write!(text, "{stretch}") };
            }
            if !colour {
                text.truncate(text.trim_end_matches(' ').len());
            }
            text.push('\n');
        }
        text
    }
}

/// What stands before a line below a heading.
pub(super) const INDENT: &str = "  ";

/// A text in one line of at most that many columns; what is cut ends in an ellipsis. Cut is between what readers see as characters.
pub(super) fn fit(text: &str, width: usize) -> String {
    let line = one_line(text);
    if line.width() <= width {
        return line;
    }
    let mut cut = String::new();
    let mut taken = 1;
    for character in line.graphemes(true) {
        taken += character.width();
        if taken > width {
            break;
        }
        cut.push_str(character);
    }
    if width == 0 { String::new() } else { format!("{}…", cut.trim_end()) }
}

/// A text in at most so many lines of that many columns, broken between words; the last one is cut where the text is longer.
pub(super) fn wrapped(text: &str, width: usize, most: usize) -> Vec<String> {
    let line = one_line(text);
    let mut lines: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let is_last = lines.len() >= most;
        match lines.last_mut() {
            Some(line) if is_last || line.width() + 1 + word.width() <= width => _ = write!(line, " {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| fit(line, width)).collect()
}

/// A text as [`fit`] makes it, filled up with spaces.
pub(super) fn padded(text: &str, width: usize) -> String {
    let text = fit(text, width);
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_fits_its_columns() {
        for (text, width, shown) in [
            ("tickets", 7, "tickets"),
            ("tickets", 6, "ticke…"),
            ("ab cd", 4, "ab…"),
            ("你好世界", 5, "你好…"),
            ("你好世界", 4, "你…"),
            ("👩‍👩‍👧x", 11, "👩\\u200d👩…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("a\nb", 3, "a b"),
            ("a\u{1b}[2J", 20, "a\\u001b[2J"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(fit(text, width), shown, "{text:?} in {width}");
        }
        assert_eq!(padded("你", 4), "你  ");
    }

    #[test]
    fn a_text_is_broken_between_words() {
        assert_eq!(
            wrapped("over the fields that --filters lists", 16, 3),
            ["over the fields", "that --filters", "lists"]
        );
        assert_eq!(wrapped("over the fields that --filters lists", 16, 2), ["over the fields", "that --filters…"]);
        assert_eq!(wrapped("averylongword is", 6, 9), ["avery…", "is"]);
        assert_eq!(wrapped(" ", 6, 9), [""; 0]);
    }

    #[test]
    fn styles_alone_steer_the_terminal() {
        let mut sheet = Sheet::default();
        sheet.line([(Style::Strong, "a\u{1b}[2J"), (Style::Plain, " b")]);
        assert_eq!(sheet.written(false), "a\\u001b[2J b\n");
        assert_eq!(sheet.written(true), "\u{1b}[1ma\\u001b[2J\u{1b}[0m b\n");
    }

    #[test]
    fn a_listing_says_how_many_are_left() {
        let names: Vec<String> = (10..40).map(|number| format!("name{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut sheet = Sheet::default();
        sheet.listing(&names, 40, 2, &|left| format!("... and {left} more: --schema"));
        let text = sheet.written(false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines, ["  name10, name11, name12, name13,", "  name14, ... and 25 more: --schema"], "{text}");
        let mut all = Sheet::default();
        all.listing(&names[..3], 40, 2, &|left| format!("... and {left} more"));
        assert_eq!(all.written(false), "  name10, name11, name12\n");
    }
}
