//! How do people look who do not live in a terminal? One page, and the routes by which it asks the same service as everybody else.
//!
//! The page is one document without anything from elsewhere: no build step, no bundler, no framework. What it shows comes from the
//! routes under [`API`], which `openapi.json` describes; they take and give JSON, and a caller of them is one like a client of MCP: it
//! has results and confirmations of its own, and a write of its is asked about first.

mod activity;
mod caller;
mod calls;
mod condition;
mod kept;
mod page;
mod query;
mod refusal;
mod routes;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::service::Service;
use crate::setup::doctor::Surroundings;

pub use self::caller::WebCaller;
pub use self::page::{answer_view, page};

/// Path of the page.
pub const PAGE: &str = "/";
/// What the paths of the routes begin with.
pub const API: &str = "/api/v1/";

/// A request of the page's, or of another program.
#[derive(Clone, Debug)]
pub struct WebRequest<'r> {
    /// Request method, upper case.
    pub method: &'r str,
    /// Path behind [`API`].
    pub path: &'r str,
    /// Query, as it is written.
    pub query: &'r str,
    /// Whether the body says that it is JSON.
    pub is_json: bool,
    /// Body.
    pub body: &'r [u8],
}

/// An answer: JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct WebAnswer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// The methods that the path has, where another was asked.
    pub allow: Option<&'static str>,
}

impl WebAnswer {
    fn ok(body: Value) -> Self {
        Self { status: 200, body, allow: None }
    }

    /// A refusal: what was wrong, and what to do.
    fn refused(status: u16, why: &str) -> Self {
        Self { status, body: json!({ "error": why }), allow: None }
    }
}

/// Answers a request. `caller` is whose results and confirmations they are, `around` what an examination knows of the machine.
pub async fn answer(
    service: &Service,
    around: &Arc<Surroundings>,
    caller: &WebCaller,
    request: &WebRequest<'_>,
) -> WebAnswer {
    routes::answer(service, around, caller, request).await
}
