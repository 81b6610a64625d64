//! Does fast memory open, and what lies beside it?

use super::{Area, Finding, Grade, quoted};
use crate::error::chain;
use crate::memory::MemoryError;
use crate::service::Service;

/// Checks the file and leaves it as it is: the next command that needs a damaged one moves it aside.
pub(super) fn check(service: &Service) -> Vec<Finding> {
    let memory = service.memory();
    if service.shares_state() {
        let detail = "kept calls are in the database that replicas share";
        return vec![Finding::ok(Area::Memory, "file", detail)];
    }
    let mut findings = vec![match memory.inspect() {
        Ok(None) => Finding::ok(Area::Memory, "file", "there is none yet; the first call that is kept makes it"),
        Ok(Some(1)) => Finding::ok(Area::Memory, "file", "one call is kept"),
        Ok(Some(count)) => Finding::ok(Area::Memory, "file", format!("{count} calls are kept")),
        Err(MemoryError::Damaged { path, reason }) => {
            let detail = format!("{} is damaged: {reason}", path.display());
            let cure =
                "run `cw-orchestrator memory list`, which moves it aside and says how to bring back what can be read";
            Finding::bad(Area::Memory, Grade::Fault, "file", detail, cure)
        }
        Err(error) => {
            let cure = "make it readable, or move it to another name, and a fresh one is begun";
            Finding::of_text(Area::Memory, Grade::Fault, "file", &chain(&error), cure)
        }
    }];
    let left = memory.left_behind();
    if let Some(first) = left.first() {
        let detail = match left.len() {
            1 => format!("an earlier copy lies beside it: {}", first.display()),
            count => format!("{count} earlier copies lie beside it, the first {}", first.display()),
        };
        let cure = format!("`cw-orchestrator memory import {}` if it is missed, then remove it", quoted(first));
        findings.push(Finding::bad(Area::Memory, Grade::Note, "copies", detail, cure));
    }
    findings
}
