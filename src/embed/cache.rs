//! What was embedded a moment ago?
//!
//! Agents ask the same thing again: with another filter, in another mode, to recall and then to search. A vector is the same
//! each time, so the last ones are kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::{EmbedError, Embedder, ModelIdentity};

/// Number of vectors that are kept: 400 kB at 384 dimensions.
const KEPT: usize = 256;

/// An embedder that remembers the vectors of its last queries.
pub struct CachedEmbedder {
    inner: Arc<dyn Embedder>,
    // std's mutex: held for a look-up or an insertion, never while the model runs.
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    vectors: HashMap<String, Vec<f32>>,
    /// Texts in the order they came.
    order: VecDeque<String>,
}

impl CachedEmbedder {
    /// An empty cache before `inner`.
    pub fn new(inner: Arc<dyn Embedder>) -> Self {
        Self { inner, cache: Mutex::default() }
    }
}

impl Cache {
    fn keep(&mut self, text: &str, vector: &[f32]) {
        if self.vectors.insert(text.to_owned(), vector.to_vec()).is_some() {
            return;
        }
        self.order.push_back(text.to_owned());
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.vectors.remove(&oldest);
        }
    }
}

impl Embedder for CachedEmbedder {
    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn identity(&self) -> &ModelIdentity {
        self.inner.identity()
    }

    fn knows_word(&self, word: &str) -> bool {
        self.inner.knows_word(word)
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let cache = || self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cache().vectors.get(text).cloned();
        tracing::debug!(outcome = if known.is_some() { "hit" } else { "miss" }, "embedding");
        if let Some(vector) = known {
            return Ok(vector);
        }
        let vector = self.inner.embed_query(text)?;
        cache().keep(text, &vector);
        Ok(vector)
    }

    fn embed_each(&self, texts: &[&str], each: &(dyn Fn(usize, Vec<f32>) + Sync)) -> Result<(), EmbedError> {
        self.inner.embed_each(texts, each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_a_repeated_text_takes_one_place() {
        let mut cache = Cache::default();
        for at in 0..KEPT + 3 {
            cache.keep(&at.to_string(), &[at as f32]);
            cache.keep(&at.to_string(), &[at as f32]);
        }
        assert_eq!((cache.vectors.len(), cache.order.len()), (KEPT, KEPT));
        assert!(!cache.vectors.contains_key("2"));
        assert_eq!(cache.vectors.get("3"), Some(&vec![3.0]));
    }
}
