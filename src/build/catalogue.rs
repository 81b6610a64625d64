//! Who writes the catalogue and the words while everything else goes on?
//!
//! One thread, which takes manifests as they are read. Few wait for it at a time, so reading never runs far ahead of writing.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use super::read::Composed;
use super::{BuildError, CATALOGUE, TERMS};
use crate::index::TermBuilder;
use crate::private;
use crate::store::{CatalogueWriter, Counts, Store};

enum Message {
    Manifest(Box<Composed>),
    /// No manifest follows. Holds the distinct glosses of the whole catalogue.
    End(Vec<String>),
}

/// A handle on the thread that writes the catalogue.
pub(super) struct Writer<'scope> {
    sender: Option<SyncSender<Message>>,
    thread: Option<ScopedJoinHandle<'scope, Result<Counts, BuildError>>>,
}

impl<'scope> Writer<'scope> {
    /// Begins a catalogue and a file of words in a folder.
    ///
    /// # Errors
    /// [`BuildError::Store`]
    pub(super) fn start<'env>(scope: &'scope Scope<'scope, 'env>, into: &Path) -> Result<Self, BuildError> {
        let (sender, receiver) = sync_channel(1);
        let (catalogue, terms) = (into.join(CATALOGUE), into.join(TERMS));
        let thread = scope.spawn(move || write(&receiver, &catalogue, terms));
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Hands a manifest on. Waits while another one waits already.
    ///
    /// # Errors
    /// [`BuildError::CatalogueEnded`] where the thread ended early; [`Self::or_its_own_error`] says why.
    pub(super) fn add(&mut self, composed: Composed) -> Result<(), BuildError> {
        let sender = self.sender.as_ref().ok_or(BuildError::CatalogueEnded)?;
        sender.send(Message::Manifest(Box::new(composed))).map_err(|_| BuildError::CatalogueEnded)
    }

    /// Says that no manifest follows.
    pub(super) fn end(&mut self, glosses: Vec<String>) {
        if let Some(sender) = self.sender.take() {
            // Where the thread ended early, waiting for it tells why.
            let _ = sender.send(Message::End(glosses));
        }
    }

    /// Returns the result, or the thread's own error where the thread ended the work.
    ///
    /// # Errors
    /// The result's or the thread's.
    pub(super) fn or_its_own_error<T>(&mut self, result: Result<T, BuildError>) -> Result<T, BuildError> {
        match result {
            Err(BuildError::CatalogueEnded) => Err(self.wait().err().unwrap_or(BuildError::CatalogueEnded)),
            other => other,
        }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// [`BuildError::Store`], [`BuildError::Terms`], [`BuildError::Write`]
    pub(super) fn wait(&mut self) -> Result<Counts, BuildError> {
        self.sender = None;
        let joined = self.thread.take().map(ScopedJoinHandle::join);
        joined.and_then(Result::ok).unwrap_or(Err(BuildError::CatalogueEnded))
    }
}

fn write(receiver: &Receiver<Message>, path: &Path, terms_path: PathBuf) -> Result<Counts, BuildError> {
    let mut catalogue = CatalogueWriter::create(path)?;
    let mut terms = TermBuilder::default();
    loop {
        // The sender is dropped without a word where reading failed; nobody asks for the result then.
        match receiver.recv().map_err(|_| BuildError::CatalogueEnded)? {
            Message::Manifest(composed) => {
                catalogue.add(&composed.source())?;
                terms.add_api(&composed.profiled());
            }
            Message::End(glosses) => {
                let bytes = terms.finish(&glosses).to_bytes()?;
                private::write(&terms_path, &bytes).map_err(|source| BuildError::Write { path: terms_path, source })?;
                // Opened anew as readers will: what cannot be read must not be published.
                drop(catalogue.finish()?);
                return Ok(Store::open(path)?.counts()?);
            }
        }
    }
}
