//! Which operations hold these words, best first? BM25 by FTS5.

use rusqlite::params;

use super::{Store, StoreError};
use crate::document::words;
use crate::index::{DocId, Score};
use crate::sqlite::SqliteError;

/// Weights of the columns of `operation_words` in order: path, summary, tags, names, fields, description, gloss.
///
/// Field names are many and rarely what is asked for; a word of the path nearly always is. A gloss finds more and blurs the
/// first place: over 858 requests, recall@10 is .38 without it, .55 at 0.3 and at 1.0, with fewer right first hits at 1.0.
const COLUMN_WEIGHTS: &str = "4.0, 2.0, 2.0, 1.0, 0.5, 1.0, 0.3";

/// Most terms of a query. Nobody means more, and a pasted page must not make ten thousand.
pub const MOST_TERMS: usize = 64;

/// The terms of a request for keyword search: lower-case words without stop words, each once, in order.
///
/// A request of stop words alone keeps them: `who is it` must still ask for something.
pub fn terms(request: &str) -> Vec<String> {
    let all = words::split(request);
    let mut kept: Vec<String> = Vec::new();
    for word in &all {
        if !words::is_stop_word(word) && !kept.contains(word) {
            kept.push(word.clone());
        }
        if kept.len() == MOST_TERMS {
            break;
        }
    }
    if kept.is_empty() {
        kept = all.into_iter().take(MOST_TERMS).collect();
    }
    kept
}

/// The FTS5 expression that matches any of the terms. Every term is quoted, so none is read as syntax.
pub fn match_any(terms: &[String]) -> String {
    terms.iter().map(|term| format!("\"{}\"", term.replace('"', "\"\""))).collect::<Vec<_>>().join(" OR ")
}

impl Store {
    /// The `count` operations that match any of the terms, best first; equal scores in order of [`DocId`]. Scores are BM25
    /// turned round, so that larger is better, and above 0.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`]; no content of a request causes one.
    pub fn keyword(&self, terms: &[String], count: usize) -> Result<Vec<(DocId, Score)>, StoreError> {
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let search = |source| SqliteError::Statement { doing: "search by keyword", source };
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached(&format!(
                "SELECT rowid, -bm25(operation_words, {COLUMN_WEIGHTS}) AS score FROM operation_words \
                 WHERE operation_words MATCH ?1 ORDER BY score DESC, rowid LIMIT ?2"
            ))
            .map_err(search)?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = statement
            .query_map(params![match_any(terms), count], |row| Ok((row.get(0)?, row.get::<_, f64>(1)? as Score)))
            .map_err(search)?;
        Ok(rows.collect::<Result<_, _>>().map_err(search)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_go_unless_nothing_else_is_there() {
        assert_eq!(terms("show me the tickets of the board"), ["show", "tickets", "board"]);
        assert_eq!(terms("who is it"), ["who", "is", "it"]);
        assert_eq!(terms("  \u{1F600} ?!"), Vec::<String>::new());
    }

    #[test]
    fn quotes_and_operators_are_terms_like_any_other() {
        assert_eq!(match_any(&terms("NEAR(\"a b\", 2) OR col:*")), "\"near\" OR \"b\" OR \"2\" OR \"col\"");
    }
}
