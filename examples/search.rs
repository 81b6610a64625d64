//! Indexes a manifest and searches it, with the library alone.
//!
//! ```sh
//! cargo run --release --example search -- MANIFEST REQUEST...
//! cargo run --release --example search -- tests/data/manual/petstore.json which animals can I buy
//! ```
//!
//! The index is made in a temporary folder and gone at the end. The model is taken from `models`, where `scripts/fetch_model.py`
//! puts it; without it the answer comes by keyword, and says so.

use std::path::PathBuf;

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::search::Query;
use cw_orchestrator::service::CallOptions;
use cw_orchestrator::{Service, ServiceOptions};

type Failure = Box<dyn std::error::Error>;

#[allow(clippy::print_stdout, reason = "an example shows what it found")]
fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args_os().skip(1);
    let manifest = PathBuf::from(arguments.next().ok_or("usage: search MANIFEST REQUEST...")?);
    let words: Vec<String> = arguments.map(|word| word.to_string_lossy().into_owned()).collect();

    let home = tempfile::tempdir()?;
    let service = Service::new(ServiceOptions {
        home: home.path().to_owned(),
        models: "models".into(),
        build_if_missing: false,
        calls: CallOptions::default(),
    });

    let report = service.build(Input::named(&manifest)?, None, Reuse::Nothing, &Silent, || ())?;
    println!("{} operations, {} warnings", report.counts.operations, report.counts.warnings);

    let answer = service.search(&Query { text: words.join(" "), limit: 5, ..Query::default() })?;
    if let Some(reason) = &answer.reduced {
        println!("by keyword only: {reason}");
    }
    for hit in &answer.hits {
        println!("{:.3}  {} {}  {}", hit.score, hit.method, hit.path, hit.summary);
    }
    Ok(())
}
