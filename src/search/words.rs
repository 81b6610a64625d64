//! The part of a generation that reads requests and ranks by words. It needs no model.

use std::path::Path;

use super::lexicon::Lexicon;
use super::{LexiconError, SearchError};
use crate::generation::{CATALOGUE, Generation, GenerationError, TERMS};
use crate::index::{DocId, TermIndex};

/// The words of all operations, and what words of the trade mean.
#[derive(Debug)]
pub(super) struct WordSide {
    pub(super) terms: TermIndex,
    pub(super) lexicon: Lexicon,
    /// Documents by their gloss.
    pub(super) of_gloss: Vec<Vec<DocId>>,
}

impl WordSide {
    /// Takes the words of as many documents; `titles` are those of the APIs, for which parts of the lexicon hold. `None` where the
    /// words are of another catalogue.
    ///
    /// # Errors
    /// [`LexiconError`] for the user's file.
    pub(super) fn of(
        terms: TermIndex,
        documents: usize,
        titles: &[String],
        lexicon: Option<&Path>,
    ) -> Result<Option<Self>, LexiconError> {
        let lexicon = Lexicon::load(titles, lexicon)?;
        if !terms.is_consistent() || terms.documents() != documents {
            return Ok(None);
        }
        let mut of_gloss = vec![Vec::new(); terms.glosses()];
        for doc in 0..documents as DocId {
            if let Some(documents) = terms.document(doc).gloss.and_then(|gloss| of_gloss.get_mut(gloss as usize)) {
                documents.push(doc);
            }
        }
        Ok(Some(Self { terms, lexicon, of_gloss }))
    }

    /// Reads the words of a generation with so many documents.
    ///
    /// # Errors
    /// [`SearchError::Generation`], [`SearchError::Terms`], [`SearchError::Lexicon`]
    pub(super) fn load(generation: &Generation, documents: usize, lexicon: Option<&Path>) -> Result<Self, SearchError> {
        let manifests = &generation.meta.manifests;
        let titles: Vec<String> =
            manifests.iter().flat_map(|manifest| [manifest.title.clone(), manifest.api.clone()]).collect();
        let terms = TermIndex::from_bytes(&generation.read(TERMS)?)?;
        Self::of(terms, documents, &titles, lexicon)?.ok_or_else(|| {
            let reason = format!("its words are not those of {CATALOGUE}");
            GenerationError::Damaged { path: generation.folder.join(TERMS), reason }.into()
        })
    }
}
