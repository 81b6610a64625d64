//! Prints the text that stands for each operation of a manifest in the corpus: what is embedded, and the gloss beside it.
//!
//! ```sh
//! cargo run --example documents -- MANIFEST...
//! cargo run --example documents -- connectwise
//! cargo run --example documents -- @FILE       # one manifest a line
//! ```
//!
//! One JSON object a line: `api` (the manifest's title), `method`, `path`, `operation_id`, `summary`, `description`, `tags`, `text`
//! and `gloss` (null where the glossary has none). A manifest that cannot be read is named on stderr and left out. The training
//! of the sentence model reads it (`scripts/train_encoder.py`).

use std::path::{Path, PathBuf};

use cw_orchestrator::document::{compose, glossary::Glossaries};
use cw_orchestrator::openapi;
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it read")]
fn main() -> Result<(), Failure> {
    let mut manifests = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.strip_prefix('@') {
            Some(list) => manifests.extend(std::fs::read_to_string(list)?.lines().map(PathBuf::from)),
            None => manifests.push(PathBuf::from(argument)),
        }
    }
    if manifests.is_empty() {
        return Err(
            "usage: documents MANIFEST... | @FILE, one manifest a line (connectwise is the built-in one)".into()
        );
    }
    let glossaries = Glossaries::load(None)?;
    for path in &manifests {
        match read(path) {
            Ok(manifest) => {
                let documents = compose(&manifest, &glossaries.of_api(&manifest.title));
                for (operation, document) in manifest.operations.iter().zip(&documents) {
                    println!(
                        "{}",
                        json!({
                            "api": manifest.title, "method": operation.method, "path": operation.path,
                            "operation_id": operation.operation_id, "summary": operation.summary,
                            "description": operation.description, "tags": operation.tags,
                            "text": document.text, "gloss": document.gloss,
                        })
                    );
                }
            }
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<openapi::Manifest, Failure> {
    if path == Path::new("connectwise") {
        return Ok(openapi::embedded()?);
    }
    Ok(openapi::read(&std::fs::read(path)?)?)
}
