//! An API and a read of a list, as tests of paging have them.

use serde_json::json;

use crate::invoke::client::{ApiAccess, Credential, GenericSettings};
use crate::invoke::draft::Draft;
use crate::openapi::Method;

/// A shop whose key stands in the query.
pub(super) fn access() -> ApiAccess {
    at("https://shop.example/v2")
}

/// The same behind a port.
pub(super) fn at_port() -> ApiAccess {
    at("https://shop.example:8443/v2")
}

fn at(url: &str) -> ApiAccess {
    let settings = GenericSettings {
        api: "shop".to_owned(),
        url: url.to_owned(),
        schemes: [("key".to_owned(), json!({ "type": "apiKey", "in": "query", "name": "api_key" }))].into(),
        credentials: [(
            "key".to_owned(),
            Credential { variable: "KEY".to_owned(), value: Some("canary123".to_owned().into()) },
        )]
        .into(),
        ..GenericSettings::default()
    };
    ApiAccess::generic(settings).unwrap().for_operation(None).unwrap().into_owned()
}

/// A read of a list with this query.
pub(super) fn draft(query: &[(&str, &str)]) -> Draft {
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Draft {
        method: Method::Get,
        path: "/items".to_owned(),
        query,
        headers: Vec::new(),
        body: None,
        accept: crate::invoke::draft::Accept::Json,
        notes: Vec::new(),
        doubts: Vec::new(),
        risk: crate::invoke::risk::Risk::Read,
    }
}
