//! The page, or another program, as one who calls: it is asked by a preview, whose confirmation it sends back.

use std::sync::Arc;

use crate::invoke::{Caller, Consent, Later, Policy};
use crate::surface::Surface;

/// Whoever asks over the routes.
#[derive(Clone, Debug)]
pub struct WebCaller {
    name: String,
    token: Option<String>,
    policy: Arc<Policy>,
}

impl WebCaller {
    /// The caller of a token; without one, the user of the machine.
    pub fn of(token: Option<&str>, policy: Arc<Policy>) -> Self {
        // The names of tokens have no spaces.
        let name = token.map_or_else(|| "page without token".to_owned(), |token| format!("{token} page"));
        Self { name, token: token.map(str::to_owned), policy }
    }

    /// The name of its token; `None` where the server has none, and whoever asks is the user of the machine.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

impl Caller for WebCaller {
    fn name(&self) -> &str {
        &self.name
    }

    fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    fn surface(&self) -> Surface {
        Surface::Page
    }

    fn reads_before_writes(&self) -> bool {
        true
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _question: &'a str) -> Later<'a, Consent> {
        Box::pin(async { Consent::Withheld("the page is asked by a preview".to_owned()) })
    }

    fn progress(&self, _rows: usize, _total: Option<usize>) {}
}
