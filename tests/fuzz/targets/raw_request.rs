//! Text that is said to be a request as it is written: parsed, and drafted against the operation it means. Nothing is sent.

use std::sync::Arc;

use cw_orchestrator::invoke::{Caller, Consent, Later, Policy};
use cw_orchestrator::service::Call;
use cw_orchestrator::surface::Surface;

use crate::product::{runtime, service};

/// Nobody who could be asked.
struct Nobody;

impl Caller for Nobody {
    fn name(&self) -> &str {
        "fuzz"
    }

    fn policy(&self) -> &Arc<Policy> {
        Policy::open()
    }

    fn surface(&self) -> Surface {
        Surface::Mcp
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _question: &'a str) -> Later<'a, Consent> {
        Box::pin(async { Consent::Withheld("nobody is there".to_owned()) })
    }

    fn progress(&self, _rows: usize, _total: Option<usize>) {}
}

pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(call) = Call::parse(text) else { return };
    assert!(!call.path.is_empty());
    // As it is written, and with the checks of a call.
    let checked = Call { as_written: false, validate: true, use_memory: true, dry_run: true, ..call.clone() };
    for call in [Call { dry_run: true, ..call }, checked] {
        draft(call);
    }
}

fn draft(call: Call) {
    match runtime().block_on(service().call(call, &Nobody)) {
        Ok(outcome) => drop(format!("{outcome:?}")),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
