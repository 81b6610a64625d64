//! `eval --queries FILE`: retrieval accuracy and latency over a judgement file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::{Context, Failure, Outcome, output, print_json, values};
use crate::eval::{Metrics, key, measure, read_judgements};
use crate::search::{Mode, Query};

/// Number of hits of each request that are measured and written to a run.
const DEPTH: usize = 100;

#[derive(Debug, Args)]
pub(super) struct EvalArguments {
    /// Judgement file: JSON Lines of `id`, `query`, `relevant` [{`method`, `path`, `grade`}]
    #[arg(long, value_name = "FILE.jsonl")]
    queries: PathBuf,
    /// Write the ranked operations of each request here
    #[arg(long, value_name = "FILE.jsonl")]
    run_out: Option<PathBuf>,
    /// How to rank
    #[arg(long, value_enum, default_value_t = values::Mode::Hybrid)]
    mode: values::Mode,
}

pub(super) fn run(context: &Context, arguments: EvalArguments) -> Result<Outcome, Failure> {
    let path = &arguments.queries;
    let file = File::open(path).map_err(|error| format!("cannot read the judgements {}: {error}", path.display()))?;
    let judgements = read_judgements(file).map_err(|error| format!("{}: {error}", path.display()))?;
    context.open_with_model()?;
    let mut run = match &arguments.run_out {
        Some(path) => {
            let file =
                File::create(path).map_err(|error| format!("cannot write the run {}: {error}", path.display()))?;
            Some(BufWriter::new(file))
        }
        None => None,
    };
    let mut metrics = Vec::new();
    let mut latencies_ms = Vec::new();
    let mut reduced = None;
    let mode = Mode::from(arguments.mode);
    for judgement in &judgements {
        let query = Query { text: judgement.query.clone(), mode, limit: DEPTH, ..Query::default() };
        let began = Instant::now();
        let answer = context.service.search(&query)?;
        latencies_ms.push(began.elapsed().as_secs_f64() * 1e3);
        let ranked: Vec<String> = answer.hits.iter().map(|hit| key(hit.method.as_str(), &hit.path)).collect();
        metrics.push(measure(judgement, &ranked));
        if let Some(run) = &mut run {
            let results: Vec<_> =
                answer.hits.iter().map(|hit| json!({ "method": hit.method, "path": hit.path })).collect();
            writeln!(run, "{}", json!({ "id": judgement.id, "results": results }))?;
        }
        reduced = answer.reduced.or(reduced);
    }
    if let Some(mut run) = run {
        run.flush()?;
    }
    latencies_ms.sort_by(f64::total_cmp);
    let percentile = |share: f64| {
        let at = ((latencies_ms.len() as f64 * share).ceil() as usize).clamp(1, latencies_ms.len());
        (latencies_ms[at - 1] * 1e3).round() / 1e3
    };
    let mean = Metrics::mean(&metrics);
    let mut report = json!({ "queries": judgements.len() });
    if let (Some(report), serde_json::Value::Object(values)) = (report.as_object_mut(), serde_json::to_value(mean)?) {
        report.extend(values);
        report.insert(
            "latency_ms".to_owned(),
            json!({ "p50": percentile(0.50), "p95": percentile(0.95), "p99": percentile(0.99) }),
        );
        report.insert("mode".to_owned(), json!(mode));
        report.insert("reduced".to_owned(), json!(reduced));
    }
    if context.json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    if let Some(reason) = reduced {
        writeln!(output::err(), "reduced to keyword search: {reason}")?;
    }
    let shown = [
        ("queries", judgements.len().to_string()),
        ("hit@1", format!("{:.3}", mean.hit_1)),
        ("recall@1", format!("{:.3}", mean.recall_1)),
        ("recall@5", format!("{:.3}", mean.recall_5)),
        ("recall@10", format!("{:.3}", mean.recall_10)),
        ("recall@20", format!("{:.3}", mean.recall_20)),
        ("mrr@10", format!("{:.3}", mean.mrr_10)),
        ("ndcg@10", format!("{:.3}", mean.ndcg_10)),
        ("p50 ms", format!("{:.2}", percentile(0.50))),
        ("p95 ms", format!("{:.2}", percentile(0.95))),
        ("p99 ms", format!("{:.2}", percentile(0.99))),
    ];
    output::print_table(&["measure", "value"], shown.map(|(name, value)| vec![name.to_owned(), value]))?;
    Ok(Outcome::Done)
}
