//! Are model, tokenizer and library what was pinned, and do they run on this processor?

use super::{Area, Finding, Grade};
use crate::embed::{ArtefactError, Artefacts, Inspection, has_vnni};
use crate::error::chain;
use crate::service::Service;

/// Most by which the length of a unit vector differs from 1 through rounding.
const ROUNDING: f32 = 1e-3;

/// Hashes every file in full, even where it was verified before, and embeds a text.
///
/// The findings decide which files the service may load: a later check must not link a damaged library.
pub(super) fn check(service: &Service) -> Vec<Finding> {
    let inspection = match Artefacts::inspect(&service.options().models) {
        Ok(inspection) => inspection,
        Err(error) => {
            let cure = "search by keyword, which needs no model: `cw-orchestrator search QUERY --mode keyword`";
            let finding = Finding::of_text(Area::Model, Grade::Warning, "files", &chain(&error), cure);
            service.set_artefacts(Err(error.into()));
            return vec![finding];
        }
    };
    let Inspection { files, artefacts } = inspection;
    let mut findings = Vec::new();
    for (path, found) in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        findings.push(match found {
            Ok(bytes) => Finding::ok(Area::Model, name, format!("{bytes} bytes with the pinned SHA-256")),
            Err(error) => fault(name, error),
        });
    }
    let Some(artefacts) = artefacts else {
        if let Some(error) = files.into_iter().find_map(|(_, found)| found.err()) {
            service.set_artefacts(Err(error.into()));
        }
        return findings;
    };
    service.set_artefacts(Ok(artefacts));
    findings.push(processor());
    findings.push(run(service));
    findings
}

fn fault(name: String, error: &ArtefactError) -> Finding {
    Finding::of_text(Area::Model, Grade::Fault, name, &chain(error), "make the file readable")
}

fn processor() -> Finding {
    let weights = if has_vnni() { "signed" } else { "unsigned" };
    let seen = features();
    let list = if seen.is_empty() { "none of VNNI and AVX2".to_owned() } else { seen.join(", ") };
    let detail = format!("{} with {list}: weights are {weights} bytes", std::env::consts::ARCH);
    if cfg!(target_arch = "x86_64") && seen.is_empty() {
        let cure = "where speed matters, search by keyword (`--mode keyword`) or on a newer processor";
        return Finding::bad(Area::Model, Grade::Note, "processor", format!("{detail}, slowly"), cure);
    }
    Finding::ok(Area::Model, "processor", detail)
}

/// Lists the features of this processor that decide on model and speed.
#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let seen = [
        ("AVX-512 VNNI", std::arch::is_x86_feature_detected!("avx512vnni")),
        ("AVX-VNNI", std::arch::is_x86_feature_detected!("avxvnni")),
        ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
    ];
    seen.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    vec!["what every processor of its kind has"]
}

fn run(service: &Service) -> Finding {
    let cure = "install the program again, for this system and processor";
    let fault = |detail: String| Finding::of_text(Area::Model, Grade::Fault, "run", &detail, cure);
    let model = match service.embedder() {
        Ok(model) => model,
        Err(error) => return fault(error.to_string()),
    };
    match model.embed_query("list tickets") {
        Ok(vector) => {
            let (dim, length) = (model.dim(), vector.iter().map(|value| value * value).sum::<f32>().sqrt());
            if vector.len() == dim && (length - 1.0).abs() < ROUNDING {
                return Finding::ok(Area::Model, "run", format!("a text was embedded in {dim} dimensions"));
            }
            fault(format!("a text became {} numbers of length {length}, not a unit vector of {dim}", vector.len()))
        }
        Err(error) => fault(chain(&error)),
    }
}
