//! Is the program in order, and what was wrong with the manifests that it read?

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::WebCaller;
use super::query::Pairs;
use super::refusal::Refusal;
use crate::error::Error;
use crate::service::{Service, blocking};
use crate::setup::doctor::{Grade, Report, Surroundings};

/// Warnings that are listed, where nothing is said.
const WARNINGS: usize = 100;
/// Most warnings that are listed at once.
const MOST_WARNINGS: usize = 500;

/// What `doctor` finds; no connection is opened. Findings name folders, variables and other programs of the machine, so a token learns
/// only how each area stands.
pub(super) async fn examined(
    service: &Service,
    around: &Arc<Surroundings>,
    caller: &WebCaller,
    query: &str,
) -> Result<Value, Refusal> {
    Pairs::read(query, &[])?;
    // It takes most of a second: whoever asks often waits for those before.
    static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);
    let _place = ONE_AT_A_TIME.acquire().await;
    let (service, around) = (service.clone(), Arc::clone(around));
    let report: Report = blocking(move || Ok::<_, Error>(service.examine(&around))).await?;
    let mut areas: Vec<(&str, Grade)> = Vec::new();
    for finding in &report.findings {
        match areas.last_mut().filter(|(area, _)| *area == finding.area.as_str()) {
            Some((_, worst)) => *worst = finding.status.max(*worst),
            None => areas.push((finding.area.as_str(), finding.status)),
        }
    }
    let areas: Vec<Value> = areas.into_iter().map(|(area, status)| json!({ "area": area, "status": status })).collect();
    let mut shown = json!({ "areas": areas, "faults": report.faults, "warnings": report.warnings });
    if caller.token().is_none() {
        shown["findings"] = json!(report.findings);
    }
    Ok(shown)
}

/// The warnings of the manifests, each with its place, of the APIs of which anything may be found.
pub(super) async fn warnings(service: &Service, query: &str) -> Result<Value, Refusal> {
    let pairs = Pairs::read(query, &["api", "code", "offset", "limit"])?;
    let (api, code) = (pairs.text("api").map(str::to_owned), pairs.text("code").map(str::to_owned));
    let offset = pairs.read_as("offset", "number")?.unwrap_or(0);
    let limit = pairs.read_as("limit", "number")?.unwrap_or(WARNINGS).clamp(1, MOST_WARNINGS);
    let service = service.clone();
    let listed = move || {
        let apis = service.overview()?.apis;
        let is_known = |warning: &Value| apis.iter().any(|known| warning["api"] == *known.api);
        let is =
            |warning: &Value, name: &str, wanted: Option<&String>| wanted.is_none_or(|wanted| warning[name] == *wanted);
        let mut all = service.status()?.warnings;
        all.retain(|warning| is_known(warning) && is(warning, "api", api.as_ref()));
        let mut by_code: BTreeMap<String, (usize, u64)> = BTreeMap::new();
        for warning in &all {
            let counted = by_code.entry(warning["code"].as_str().unwrap_or_default().to_owned()).or_default();
            counted.0 += 1;
            counted.1 += warning["occurrences"].as_u64().unwrap_or(1);
        }
        all.retain(|warning| is(warning, "code", code.as_ref()));
        let codes: Vec<Value> = by_code
            .into_iter()
            .map(|(code, (warnings, places))| json!({ "code": code, "warnings": warnings, "places": places }))
            .collect();
        let total = all.len();
        let shown: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
        Ok::<_, Error>(json!({ "total": total, "codes": codes, "warnings": shown }))
    };
    Ok(blocking(listed).await?)
}
