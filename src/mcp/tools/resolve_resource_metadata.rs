//! One operation: in short, or a part of it in full.

use rmcp::model::CallToolResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::{get, object};
use super::{McpTool, in_turn, names};
use crate::error::Error;
use crate::invoke::Caller;
use crate::mcp::result;
use crate::service::{Part, Service, read_method};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    /// Template, or a path with values
    path: String,
    #[serde(default = "get")]
    method: String,
    api: Option<String>,
    /// In full, `schema` with JSON Schemas; without it all in short
    part: Option<Shown>,
    /// Only fields that mean these words
    about: Option<String>,
}

/// What is shown in full. Comments on these would be in every client's declaration of the tool.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Shown {
    Request,
    Response,
    Filters,
    Schema,
}

impl From<Shown> for Part {
    fn from(shown: Shown) -> Self {
        match shown {
            Shown::Request => Self::Request,
            Shown::Response => Self::Response,
            Shown::Filters => Self::Filters,
            Shown::Schema => Self::Schema,
        }
    }
}

impl McpTool for Metadata {
    const NAME: &'static str = names::RESOLVE_RESOURCE_METADATA;
    const DESCRIPTION: &'static str = "Show what an operation takes and answers, in short, or a part of it in full.";

    fn output() -> Value {
        object(json!({
            "method": { "type": "string" },
            "path": { "type": "string" },
        }))
    }

    async fn run(self, service: &Service, _caller: &dyn Caller) -> Result<CallToolResult, Error> {
        let method = read_method(&self.method)?;
        let describe = move |service: &Service| {
            let api = self.api.as_deref();
            match (self.part.map(Part::from), self.about.as_deref()) {
                (None, None) => service.compact(method, &self.path, api),
                (part, about) => service.part((method, &self.path, api), part, about),
            }
        };
        Ok(result::structured(&in_turn(service, describe).await?))
    }
}
