//! Where is a text wrong, and what goes there instead?

use super::syntax::Span;

/// One thing that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it begins: characters, from 1.
    pub column: usize,
    /// How many characters it covers, at least 1.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub cure: String,
    /// What is sent in place of the stretch, where it can be read though the API would refuse it as it is written.
    pub mend: Option<String>,
}

/// Characters of the text that are shown around a fault: a line of a terminal.
const EXCERPT: usize = 96;
/// Characters shown before the fault where the text is longer than that.
const BEFORE: usize = 32;

impl Fault {
    pub(super) fn at(span: Span, message: impl Into<String>, cure: impl Into<String>) -> Self {
        let length = span.end.saturating_sub(span.start).max(1);
        Self { column: span.start + 1, length, message: message.into(), cure: cure.into(), mend: None }
    }

    /// The same with what is sent in place of the stretch.
    pub(super) fn mended(self, mend: String) -> Self {
        Self { mend: Some(mend), ..self }
    }

    /// The stretch of the text again.
    pub(super) fn span(&self) -> Span {
        Span { start: self.column - 1, end: self.column - 1 + self.length }
    }
}

/// The text around a stretch, and a line of carets below that stretch. Columns are characters from 1.
pub fn excerpt(text: &str, column: usize, length: usize) -> String {
    // One character each, so that the carets stand where they should.
    let characters: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let start = column.saturating_sub(1).min(characters.len());
    let from = if characters.len() <= EXCERPT { 0 } else { start.saturating_sub(BEFORE) };
    let to = characters.len().min(from + EXCERPT);
    let before = if from > 0 { "..." } else { "" };
    let after = if to < characters.len() { "..." } else { "" };
    let shown: String = characters.get(from..to).unwrap_or_default().iter().collect();
    let carets = length.max(1).min((to + 1).saturating_sub(start)).max(1);
    format!("{before}{shown}{after}\n{}{}", " ".repeat(before.len() + start - from), "^".repeat(carets))
}
