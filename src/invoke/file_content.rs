//! What do the files hold that a request sends?

use std::fs::File;
use std::io;

use blake3::Hasher;
use serde_json::{Value, json};

use super::client::CallError;
use super::draft::Draft;

/// The content of a file that is sent, by which a file that was changed since is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileContent {
    pub(super) bytes: u64,
    /// BLAKE3, hexadecimal.
    pub(super) blake3: String,
}

impl FileContent {
    /// The contents of the files that a request sends, in order.
    ///
    /// # Errors
    /// [`CallError::Upload`] where one cannot be read.
    pub(super) async fn of(draft: &Draft) -> Result<Vec<Self>, CallError> {
        let mut contents = Vec::new();
        for path in draft.files() {
            let file = path.to_owned();
            let read = move || -> io::Result<Self> {
                let file = File::open(file)?;
                let length = file.metadata()?.len();
                let mut hasher = Hasher::new();
                hasher.update_reader(file)?;
                let bytes = hasher.count();
                if bytes != length {
                    // Its length is announced before it is sent.
                    let reason =
                        format!("it says that it has {length} bytes, and has {bytes}; send it when it is written");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
                }
                Ok(Self { bytes, blake3: hasher.finalize().to_hex().to_string() })
            };
            let read = tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(io::Error::other(error)));
            contents.push(read.map_err(|source| CallError::Upload { path: path.to_owned(), source })?);
        }
        Ok(contents)
    }

    #[cfg(test)]
    pub(super) fn of_hash(hash: &str) -> Self {
        Self { bytes: 0, blake3: hash.to_owned() }
    }

    /// How a file is shown, where its content is known.
    pub(super) fn add_to(content: Option<&Self>, shown: &mut Value) {
        if let Some(Self { bytes, blake3 }) = content {
            (shown["bytes"], shown["blake3"]) = (json!(bytes), json!(blake3));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoke::draft::Body;
    use crate::invoke::order::tests::order;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_file_that_has_more_than_it_says_is_not_sent() {
        let body = Body::File { media_type: "text/plain".to_owned(), path: "/proc/self/status".into() };
        let error = FileContent::of(&order("", &[], Some(body)).draft).await.unwrap_err();
        let CallError::Upload { source, .. } = error else { panic!("{error}") };
        assert!(source.to_string().starts_with("it says that it has 0 bytes"), "{source}");
    }
}
