//! How does a text of unknown origin look in one line, and how wide is it?

use unicode_width::UnicodeWidthStr;

use crate::escape::escape_controls;

/// A text in one line of ordinary characters: line breaks and tabs are spaces, all else that could steer a terminal is escaped.
pub fn one_line(cell: &str) -> String {
    // A table has millions of cells, and hardly one that is anything else.
    if cell.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return cell.to_owned();
    }
    let line: String = cell.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
    escape_controls(&line).into_owned()
}

/// The columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    one_line(text).width()
}
