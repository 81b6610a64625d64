//! Which names mean what some words mean?

use std::cell::OnceCell;

use super::Service;
use crate::document::words::split;
use crate::index::dot;

/// Names that are compared by meaning, at most; each takes about a millisecond.
const NAMES_BY_MEANING: usize = 300;
/// Names that a comparison by meaning offers.
const OFFERED_BY_MEANING: usize = 5;
/// Less alike than this is not offered: `xyz` means nothing.
const LEAST_ALIKE: f32 = 0.3;

impl Service {
    /// The names that mean what some words mean, best first; none without a model.
    pub(super) fn alike_names(&self, words: &str, names: &[&str]) -> Vec<String> {
        self.alike(words, names, &OnceCell::new())
    }

    /// The names that mean what some words mean, best first; none without a model. `vectors` keeps those of the names from one
    /// question to the next, which must have the same names.
    pub(super) fn alike(&self, words: &str, names: &[&str], vectors: &OnceCell<Vec<f32>>) -> Vec<String> {
        let Ok(model) = self.embedder() else { return Vec::new() };
        let Ok(wanted) = model.embed_query(words) else { return Vec::new() };
        let names = &names[..names.len().min(NAMES_BY_MEANING)];
        let vectors = vectors.get_or_init(|| {
            let texts: Vec<String> = names.iter().map(|name| split(name).join(" ")).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            model.embed_documents(&texts).unwrap_or_default()
        });
        let rows = vectors.chunks_exact(model.dim().max(1));
        let mut scored: Vec<(f32, &str)> = rows.map(|row| dot(&wanted, row)).zip(names.iter().copied()).collect();
        scored.retain(|(score, _)| *score >= LEAST_ALIKE);
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(OFFERED_BY_MEANING).map(|(_, name)| name.to_owned()).collect()
    }
}
