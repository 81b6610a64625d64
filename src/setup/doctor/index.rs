//! Is the published index sound, and of this program?

use super::{Area, Finding, Grade};
use crate::build::{BUILT_IN, EMBEDDED};
use crate::clock::now_s;
use crate::error::{Error, chain};
use crate::generation::{Generation, GenerationError};
use crate::openapi;
use crate::service::{CatalogueEntry, ManifestState, Service};

const BUILD: &str = "build it again with `cw-orchestrator index build`";

/// Runs the checks of `index verify`, and tells whether a newer manifest came with the program.
pub(super) fn check(service: &Service) -> Vec<Finding> {
    let generation = match service.index().open() {
        Ok(generation) => generation,
        Err(GenerationError::Missing { home }) => {
            let detail = format!("there is none at {} yet; the first search builds it", home.display());
            let cure = "build it now with `cw-orchestrator index build`";
            return vec![Finding::bad(Area::Index, Grade::Note, "published", detail, cure)];
        }
        Err(error) => return vec![Finding::of_text(Area::Index, Grade::Fault, "published", &chain(&error), BUILD)],
    };
    let (meta, days) = (&generation.meta, now_s().saturating_sub(generation.meta.created_at_s) / 86_400);
    let model = meta.model.as_ref().map_or("no model", |model| &model.name);
    let detail = format!(
        "{} operations of {} manifest{}, built {days} day{} ago with {model}",
        meta.counts.operations,
        meta.manifests.len(),
        if meta.manifests.len() == 1 { "" } else { "s" },
        if days == 1 { "" } else { "s" },
    );
    let mut findings = vec![Finding::ok(Area::Index, "published", detail)];
    findings.extend(soundness(service));
    findings.extend(manifest(&generation));
    findings.extend(manifests(service));
    let hints = service.hints(&generation).unwrap_or_default();
    findings.extend(hints.iter().map(|hint| Finding::of_text(Area::Index, Grade::Note, "dialect", hint, BUILD)));
    findings
}

fn soundness(service: &Service) -> Vec<Finding> {
    let checks = service.verify().checks;
    if checks.iter().all(|check| check.ok) {
        let detail = format!("{} checks of files, catalogue, graph and a query passed", checks.len());
        return vec![Finding::ok(Area::Index, "soundness", detail)];
    }
    let faults = checks.into_iter().filter(|check| !check.ok);
    faults.map(|check| Finding::of_text(Area::Index, Grade::Fault, check.check, &check.finding, BUILD)).collect()
}

/// Reports manifests of files that changed or went since they were read.
fn manifests(service: &Service) -> Vec<Finding> {
    let entries = match service.catalogue() {
        Ok(entries) => entries,
        Err(error @ Error::Build(_)) => {
            return vec![Finding::of_text(Area::Index, Grade::Fault, "manifests", &chain(&error), BUILD)];
        }
        // The checks of soundness say what is wrong with the catalogue.
        Err(_) => return Vec::new(),
    };
    let of_files = entries.iter().filter(|entry| entry.manifest != BUILT_IN);
    let finding = |entry: &CatalogueEntry| {
        let grade = if entry.state == ManifestState::Gone { Grade::Note } else { Grade::Warning };
        let name = entry.api.as_deref().unwrap_or("manifests");
        Some(Finding::of_text(Area::Index, grade, name, &entry.advice()?, BUILD))
    };
    of_files.filter_map(finding).collect()
}

/// Reports an index that was built from the manifest of another version of this program.
fn manifest(generation: &Generation) -> Option<Finding> {
    let built = generation.meta.manifests.iter().find(|manifest| manifest.source == EMBEDDED)?;
    let name = "embedded manifest";
    let bytes = match openapi::embedded_bytes() {
        Ok(bytes) => bytes,
        Err(error) => {
            let cure = "install the program again";
            return Some(Finding::of_text(Area::Index, Grade::Fault, name, &chain(&error), cure));
        }
    };
    if blake3::hash(&bytes).to_hex().as_str() == built.blake3 {
        return Some(Finding::ok(Area::Index, name, format!("{} {}, as in this program", built.title, built.version)));
    }
    let detail = format!("the index was built from {} {}, this program has another", built.title, built.version);
    Some(Finding::bad(Area::Index, Grade::Warning, name, detail, BUILD))
}
