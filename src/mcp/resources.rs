//! Resources: the domains, an operation in full, and what an answer was too large to show, each read by its URI as JSON.

use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use super::uri::{DOMAIN_TEMPLATE, DOMAINS, Named, OPERATION_TEMPLATE, RESULT_TEMPLATE};
use crate::error::Error;
use crate::escape::{QUOTED, shortened};
use crate::service::{Service, read_method};
use crate::surface::{Argument, Surface};

const JSON: &str = "application/json";

/// Lists the resources: all domains, each domain, and the client's stored results. Operations are thousands, and have a
/// template instead.
///
/// # Errors
/// A protocol error where the index cannot be opened or calls cannot be made at all.
pub(super) fn list(service: &Service, client: &str) -> Result<Vec<Resource>, ErrorData> {
    let failed = |error: Error| ErrorData::internal_error(error.on(Surface::Mcp), None);
    let mut resources = vec![
        Resource::new(DOMAINS, "domains")
            .with_title("All domains with their counts of operations")
            .with_mime_type(JSON),
    ];
    for domain in service.domains(None).map_err(failed)? {
        let uri = Named::Domain(domain.name.clone()).to_string();
        let title = format!("{} operations of {}", domain.operations, domain.api);
        // Two APIs may have a domain of one name; reading it shows both.
        if resources.iter().all(|resource| resource.uri != uri) {
            resources.push(Resource::new(uri, domain.name).with_title(title).with_mime_type(JSON));
        }
    }
    let stored = service.invoker().map_err(failed)?.stored().of_client(client);
    resources.extend(stored.into_iter().map(|(handle, rows)| {
        Resource::new(Named::Result(handle).to_string(), format!("{rows} rows of an answer")).with_mime_type(JSON)
    }));
    Ok(resources)
}

/// Lists the templates of resources.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    [
        (DOMAIN_TEMPLATE, "domain", "The resources of a domain"),
        (
            OPERATION_TEMPLATE,
            "operation",
            "An operation in full: parameters, resolved schemas, example body, fields for `conditions`",
        ),
        (RESULT_TEMPLATE, "result", "All rows of an answer that was too large to show"),
    ]
    .into_iter()
    .map(|(template, name, about)| ResourceTemplate::new(template, name).with_description(about).with_mime_type(JSON))
    .collect()
}

/// Reads the resource of a URI as JSON.
///
/// # Errors
/// A protocol error for a URI that names nothing of this client's, with the nearest where that is known.
pub(super) fn read(service: &Service, client: &str, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let unknown =
        |reason: String| ErrorData::resource_not_found(reason, Some(json!({ "uri": shortened(uri, QUOTED) })));
    let named = Named::read(uri).ok_or_else(|| {
        unknown(format!(
            "`{uri}` is no resource of this server; its resources are {DOMAINS}, {DOMAIN_TEMPLATE}, {OPERATION_TEMPLATE} and {RESULT_TEMPLATE}"
        ))
    })?;
    let content = content(service, client, named).map_err(|error| unknown(error.on(Surface::Mcp)))?;
    Ok(ReadResourceResult::new(vec![ResourceContents::text(content.to_string(), uri).with_mime_type(JSON)]))
}

fn content(service: &Service, client: &str, named: Named) -> Result<Value, Error> {
    let wrong = |error: serde_json::Error| Error::Argument {
        argument: Argument::named("uri"),
        reason: error.to_string().into(),
    };
    match named {
        Named::Domains => {
            let domains = service.domains(None)?;
            Ok(json!({ "total": domains.len(), "domains": domains }))
        }
        Named::Domain(domain) => {
            let resources = service.resources(&domain, None)?;
            Ok(json!({ "domain": domain, "resources": resources }))
        }
        Named::Operation { method, path, api } => {
            let method = read_method(&method)?;
            serde_json::to_value(service.describe(method, &path, api.as_deref())?).map_err(wrong)
        }
        Named::Result(handle) => Ok(service.stored_rows(client, &handle)?.values()),
    }
}
