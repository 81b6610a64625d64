//! Which edition of the specification is a document written in, or what is it instead?

use serde_json::Value;

use super::Dialect;
use super::error::{LooksLike, ManifestError};
use super::reader::text;
use super::reference::At;
use super::warnings::{Effect, Warnings};

/// Tells the edition.
pub(super) fn detect(document: &Value, warnings: &mut Warnings) -> Result<Dialect, ManifestError> {
    if let Some(found) = text(document.get("openapi")) {
        let mut parts = found.trim().split('.');
        return match (parts.next(), parts.next()) {
            (Some("3"), Some("0") | None) => Ok(Dialect::OpenApi30),
            (Some("3"), Some("1")) => Ok(Dialect::OpenApi31),
            (Some("3"), Some("2")) => {
                let message = format!("OpenAPI {found} was read as 3.1; what is new in it was ignored");
                warnings.warn("version-newer", At::ROOT.key("openapi"), message, Effect::Repaired);
                Ok(Dialect::OpenApi31)
            }
            _ => Err(ManifestError::UnsupportedVersion { field: "openapi", found }),
        };
    }
    if let Some(found) = text(document.get("swagger")) {
        return match found.trim() {
            "2" | "2.0" | "2.0.0" => Ok(Dialect::Swagger20),
            _ => Err(ManifestError::UnsupportedVersion { field: "swagger", found }),
        };
    }
    if let Some(found) = text(document.get("swaggerVersion")) {
        return Err(ManifestError::UnsupportedVersion { field: "swaggerVersion", found });
    }
    Err(ManifestError::NotOpenApi { looks_like: guess(document) })
}

fn guess(document: &Value) -> LooksLike {
    let map = match document {
        Value::Object(map) => map,
        Value::Array(_) => return LooksLike::Array,
        _ => return LooksLike::Scalar,
    };
    let has = |key: &str| map.contains_key(key);
    let inside = |key: &str, inner: &str| map.get(key).is_some_and(|value| value.get(inner).is_some());
    let is_postman =
        inside("info", "_postman_id") || (has("item") && inside("info", "schema")) || inside("collection", "item");
    match () {
        () if is_postman => LooksLike::Postman,
        () if has("__export_format") || map.get("_type").is_some_and(|kind| kind == "export") => LooksLike::Insomnia,
        () if has("asyncapi") => LooksLike::AsyncApi,
        () if has("arazzo") => LooksLike::Arazzo,
        () if has("overlay") => LooksLike::Overlay,
        () if has("__schema") || inside("data", "__schema") => LooksLike::GraphQl,
        () if inside("log", "entries") => LooksLike::Har,
        () if has("discoveryVersion") => LooksLike::GoogleDiscovery,
        () if has("paths") => LooksLike::UnversionedPaths,
        () if has("$schema") || has("$defs") || (has("type") && (has("properties") || has("items"))) => {
            LooksLike::JsonSchema
        }
        () => LooksLike::Object,
    }
}
