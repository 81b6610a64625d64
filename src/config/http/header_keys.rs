//! May requests bring ConnectWise keys of their own along, in their headers? Whose may?

use std::collections::BTreeMap;

use serde::Deserialize;

/// Whether the headers of a request may have the keys that its calls are made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeaderKeys {
    /// A request that has some is refused.
    #[default]
    Refused,
    /// They may be there; without them calls are made as the server's own account.
    Allowed,
    /// They must be there.
    Required,
}

/// [`HeaderKeys`] of every token.
#[derive(Clone, Debug, Default)]
pub struct KeysInHeaders {
    pub(super) everyone: HeaderKeys,
    /// Of the tokens that say otherwise, by name.
    pub(super) tokens: BTreeMap<String, HeaderKeys>,
}

impl KeysInHeaders {
    /// What holds for a token; `None` is whoever asks a server without tokens.
    pub fn of(&self, token: Option<&str>) -> HeaderKeys {
        token.and_then(|token| self.tokens.get(token)).copied().unwrap_or(self.everyone)
    }

    /// Whether anybody's requests may have some.
    pub fn are_taken(&self) -> bool {
        self.tokens.values().chain([&self.everyone]).any(|rule| *rule != HeaderKeys::Refused)
    }
}
