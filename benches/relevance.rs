//! How often does search put the right operation first, and what is each part of it worth?
//!
//! `cargo bench --bench relevance -- [--ranker hybrid|keyword] [--judgements FILE[=MANIFEST]]... [--ablate] [--fit] [--write FILE]
//! [--misses FILE] [--beside FILE[=MANIFEST]]... [--sweep SIGNAL]`
//!
//! `--ranker keyword` measures ranking by words alone, in an index that was built without a model. Without `--judgements`, the committed set over the embedded manifest. Every source is also left out once: weights are
//! fitted on the others and measured on it, which is the honest figure beside the fit. `--ablate` does the same without each
//! signal in turn. `--fit` fits on everything given; `--write` puts those weights into a file. `--misses` writes the requests
//! whose first hit is wrong with their source left out: what was expected, at which rank, and what came instead.
//!
//! `--beside FILE[=MANIFEST]` measures requests that nothing is fitted on, with the weights as shipped and as fitted on the judgements.
//! `--sweep SIGNAL` measures them all at several weights of one signal, the others as shipped: for a signal that the judgements hardly
//! have. Those files have it: `benches/attributes` and, to fit on, `models/requests`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, missing_docs, reason = "a measuring program")]

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Instant;

use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::eval::fit::{Example, fit as fit_all};
use cw_orchestrator::eval::{Judgement, Metrics, key, measure, read_judgements};
use cw_orchestrator::search::signals::{COUNT, Features, Ranker, SIGNALS};
use cw_orchestrator::search::weights::{JudgementRecord, WeightsFile, own};
use cw_orchestrator::search::{Candidate, Mode, Query, Searcher, Usage};
use cw_orchestrator::{Service, ServiceOptions};

const DEPTH: usize = 100;

/// The signal whose weight `--sweep` finds over requests that speak of attributes: the judged ones hardly do.
const APART: &str = "record_of_attribute";

/// One judged request with everything that ranking needs.
struct Row {
    judgement: Judgement,
    /// Index of its judgement file.
    file: usize,
    set: usize,
    parts: Vec<Vec<Candidate>>,
    example: Example,
}

/// One manifest's index.
struct Corpus {
    service: Service,
    keys: Vec<String>,
    _home: tempfile::TempDir,
}

struct Options {
    ranker: Ranker,
    judgements: Vec<(PathBuf, Option<PathBuf>)>,
    models: PathBuf,
    ablate: bool,
    fit: bool,
    write: Option<PathBuf>,
    misses: Option<PathBuf>,
    beside: Vec<(PathBuf, Option<PathBuf>)>,
    sweep: Option<String>,
}

fn options() -> Options {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut options = Options {
        ranker: Ranker::Hybrid,
        judgements: Vec::new(),
        models: root.join("models"),
        ablate: false,
        fit: false,
        write: None,
        misses: None,
        beside: Vec::new(),
        sweep: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
        match argument.as_str() {
            "--judgements" | "--beside" => {
                let value = value();
                let (file, manifest) = value.split_once('=').map_or((value.as_str(), None), |(f, m)| (f, Some(m)));
                let files = if argument == "--beside" { &mut options.beside } else { &mut options.judgements };
                files.push((file.into(), manifest.map(PathBuf::from)));
            }
            "--models" => options.models = value().into(),
            "--ranker" => {
                options.ranker = match value().as_str() {
                    "hybrid" => Ranker::Hybrid,
                    "keyword" => Ranker::Keyword,
                    other => panic!("there is no ranker {other}; there are hybrid and keyword"),
                };
            }
            "--ablate" => options.ablate = true,
            "--fit" => options.fit = true,
            "--misses" => options.misses = Some(value().into()),
            "--sweep" => options.sweep = Some(value()),
            "--write" => options.write = Some(value().into()),
            // cargo's own.
            "--bench" => {}
            other => panic!("unknown argument {other}; see the head of benches/relevance.rs"),
        }
    }
    if options.judgements.is_empty() {
        let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("benches/judgements"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
            .collect();
        files.sort();
        options.judgements = files.into_iter().map(|file| (file, None)).collect();
    }
    options
}

fn corpus(manifest: Option<&Path>, models: &Path, ranker: Ranker) -> Corpus {
    let home = tempfile::tempdir().unwrap();
    let by_words = ranker == Ranker::Keyword;
    let options = ServiceOptions {
        home: home.path().to_owned(),
        models: if by_words { home.path().join("no models") } else { models.to_owned() },
        build_if_missing: false,
        calls: cw_orchestrator::service::CallOptions::default(),
    };
    let service = Service::new(options);
    let inputs = match manifest {
        Some(path) => Input::named(path).unwrap(),
        None => vec![Input::embedded().unwrap()],
    };
    let report = service.build(inputs, None, Reuse::Nothing, &Silent, || ()).unwrap();
    assert_eq!(report.reduced.is_some(), by_words, "{:?}", report.reduced);
    let searcher = service.searcher().unwrap();
    let keys = searcher.entries().iter().map(|entry| key(entry.method.as_str(), &entry.path)).collect();
    Corpus { service, keys, _home: home }
}

/// What reading judgement files needs.
struct Reading<'a> {
    options: &'a Options,
    corpora: Vec<Corpus>,
    corpus_of: HashMap<Option<PathBuf>, usize>,
}

impl Reading<'_> {
    /// Adds the requests of a file, the index of its manifest made before.
    fn rows(
        &mut self,
        (file, manifest): &(PathBuf, Option<PathBuf>),
        number: usize,
        rows: &mut Vec<Row>,
    ) -> JudgementRecord {
        let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let judgements = read_judgements(bytes.as_slice()).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let Self { options, corpora, corpus_of } = self;
        let set = *corpus_of.entry(manifest.clone()).or_insert_with(|| {
            corpora.push(corpus(manifest.as_deref(), &options.models, options.ranker));
            corpora.len() - 1
        });
        let record = JudgementRecord {
            name: file.file_name().unwrap().to_string_lossy().into_owned(),
            queries: judgements.len(),
            blake3: blake3::hash(&bytes).to_hex().to_string(),
        };
        let searcher = corpora[set].service.searcher().unwrap();
        for judgement in judgements {
            let parts = match options.ranker {
                Ranker::Hybrid => {
                    searcher.features(&judgement.query, &*corpora[set].service.embedder().unwrap()).unwrap()
                }
                Ranker::Keyword => searcher.features_by_words(&judgement.query),
            };
            let example = example(&judgement, &parts, &corpora[set].keys);
            rows.push(Row { judgement, file: number, set, parts, example });
        }
        record
    }
}

fn main() {
    let options = options();
    let mut read = Reading { options: &options, corpora: Vec::new(), corpus_of: HashMap::new() };
    let (mut rows, mut records) = (Vec::new(), Vec::new());
    for (number, file) in options.judgements.iter().enumerate() {
        records.push(read.rows(file, number, &mut rows));
    }
    let (mut rows_beside, mut records_beside) = (Vec::new(), Vec::new());
    for (number, file) in options.beside.iter().enumerate() {
        records_beside.push(read.rows(file, number, &mut rows_beside));
    }
    let corpora = read.corpora;
    println!("{} requests of {} sources over {} manifests\n", rows.len(), sources(&rows).len(), corpora.len());
    println!("{:<34}{}", "", header());
    let modes: &[Mode] = match options.ranker {
        Ranker::Hybrid => &[Mode::Keyword, Mode::Semantic, Mode::Hybrid],
        Ranker::Keyword => &[Mode::Keyword],
    };
    for &mode in modes {
        let (metrics, latency) = run_mode(&rows, &corpora, mode);
        let name = format!("{mode:?}").to_lowercase();
        println!("{:<34}{}  {latency}", name, line(&metrics));
        by_source(&rows, &metrics, &records);
    }
    let found = rows.iter().filter(|row| row.example.grades.contains(&2)).count();
    println!("an exact answer is among the candidates of {found}");
    let ranker = match options.ranker {
        Ranker::Hybrid => "hybrid",
        Ranker::Keyword => "keyword",
    };
    let mask = options.ranker.mask();
    // With one source nothing is left to fit on.
    let several = sources(&rows).len() > 1;
    if several {
        let left_out = leave_one_source_out(&rows, &corpora, &mask);
        println!("{:<34}{}", format!("{ranker}, each source left out"), line(&left_out));
        by_source(&rows, &left_out, &records);
    }
    if let Some(path) = &options.misses {
        let beside = rows_beside.iter().map(|row| miss(row, &corpora, own(options.ranker))).collect::<String>();
        std::fs::write(path, misses(&rows, &corpora, &mask) + &beside).unwrap();
    }
    let everything = fit(&rows.iter().map(|row| &row.example).collect::<Vec<_>>(), &mask);
    let fitted: Vec<Metrics> = rows.iter().map(|row| score_row(row, &corpora, &everything)).collect();
    println!("{:<34}{}", format!("{ranker}, fitted on all of these"), line(&fitted));
    by_source(&rows, &fitted, &records);
    if !rows_beside.is_empty() {
        let weighed = [("hybrid as shipped", *own(options.ranker)), ("fitted on the judgements alone", everything)];
        for (name, weights) in weighed {
            let beside: Vec<Metrics> = rows_beside.iter().map(|row| score_row(row, &corpora, &weights)).collect();
            println!("{:<34}{}", format!("beside, {name}"), line(&beside));
            by_source(&rows_beside, &beside, &records_beside);
        }
    }
    if let Some(name) = &options.sweep {
        let all: Vec<&Row> = rows.iter().chain(&rows_beside).collect();
        sweep(name, &all, &corpora, options.ranker);
    }
    if options.ablate && several {
        println!("\nwithout one signal, each source left out");
        for (at, signal) in SIGNALS.iter().enumerate().filter(|(at, _)| mask[*at]) {
            let mut mask = mask;
            mask[at] = false;
            println!("- {:<32}{}", signal.name, line(&leave_one_source_out(&rows, &corpora, &mask)));
        }
    }
    if options.fit {
        println!("\nweights");
        let weights: BTreeMap<String, f32> = SIGNALS
            .iter()
            .zip(everything)
            .filter(|(signal, _)| options.ranker.has(signal))
            .map(|(signal, weight)| (signal.name.to_owned(), (weight * 1e4).round() / 1e4))
            .collect();
        let shipped = SIGNALS.iter().zip(own(options.ranker));
        for (signal, shipped) in shipped.filter(|(signal, _)| options.ranker.has(signal)) {
            println!("  {:<24}{:>9.4}  (shipped {shipped:.4})", signal.name, weights[signal.name]);
        }
        if let Some(path) = &options.write {
            let file = WeightsFile { judgements: records, weights };
            let mut text = serde_json::to_string_pretty(&file).unwrap();
            text.push('\n');
            std::fs::write(path, text).unwrap();
        }
    }
}

/// One line a source, and one a file of several sources.
fn by_source(rows: &[Row], metrics: &[Metrics], files: &[JudgementRecord]) {
    let print = |name: &str, belongs: &dyn Fn(&Row) -> bool| {
        let some: Vec<Metrics> = rows.iter().zip(metrics).filter(|(row, _)| belongs(row)).map(|(_, m)| *m).collect();
        println!("  {:<32}{}  n={}", short(name), line(&some), some.len());
    };
    for source in sources(rows) {
        print(&source, &|row| row.judgement.source == source);
    }
    for (number, file) in files.iter().enumerate() {
        let of_file = || rows.iter().filter(|row| row.file == number);
        let first = of_file().next().map(|row| &row.judgement.source);
        if of_file().any(|row| Some(&row.judgement.source) != first) {
            print(&file.name, &|row| row.file == number);
        }
    }
}

fn short(source: &str) -> String {
    source.chars().take(30).collect()
}

fn sources(rows: &[Row]) -> Vec<String> {
    let mut sources: Vec<String> = rows.iter().map(|row| row.judgement.source.clone()).collect();
    sources.sort();
    sources.dedup();
    sources
}

/// All parts' candidates of a request as one list, each document once with its grade.
fn example(judgement: &Judgement, parts: &[Vec<Candidate>], keys: &[String]) -> Example {
    let grades: HashMap<String, u8> =
        judgement.relevant.iter().map(|relevant| (key(&relevant.method, &relevant.path), relevant.grade)).collect();
    let candidates: Vec<&Candidate> = parts.iter().flatten().collect();
    Example {
        rows: candidates.iter().map(|candidate| candidate.features).collect(),
        grades: candidates.iter().map(|c| grades.get(&keys[c.doc as usize]).copied().unwrap_or(0)).collect(),
    }
}

/// Fits all weights but those of [`APART`], which stay as they ship.
fn fit(examples: &[&Example], mask: &[bool; COUNT]) -> Features {
    let apart = SIGNALS.map(|signal| signal.name == APART);
    let mut others = *mask;
    (0..COUNT).filter(|at| apart[*at]).for_each(|at| others[at] = false);
    let mut weights = fit_all(examples, &others);
    let shipped = own(if mask == &Ranker::Keyword.mask() { Ranker::Keyword } else { Ranker::Hybrid });
    for at in (0..COUNT).filter(|at| apart[*at] && mask[*at]) {
        weights[at] = shipped[at];
    }
    weights
}

fn score_row(row: &Row, corpora: &[Corpus], weights: &Features) -> Metrics {
    let keys = &corpora[row.set].keys;
    let ranked: Vec<String> = Searcher::order(&row.parts, weights, &Usage::new(), DEPTH)
        .into_iter()
        .map(|doc| keys[doc as usize].clone())
        .collect();
    measure(&row.judgement, &ranked)
}

fn leave_one_source_out(rows: &[Row], corpora: &[Corpus], mask: &[bool; COUNT]) -> Vec<Metrics> {
    let mut out = vec![Metrics::default(); rows.len()];
    for source in sources(rows) {
        let others: Vec<&Example> =
            rows.iter().filter(|row| row.judgement.source != source).map(|row| &row.example).collect();
        if others.is_empty() {
            println!("  only one source: nothing is left to fit on");
            return out;
        }
        let weights = fit(&others, mask);
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.judgement.source == source) {
            out[at] = score_row(row, corpora, &weights);
        }
    }
    out
}

/// One paragraph a miss. Weights are fitted without the request's own source.
fn misses(rows: &[Row], corpora: &[Corpus], mask: &[bool; COUNT]) -> String {
    let mut out = String::new();
    for source in sources(rows) {
        let others: Vec<&Example> =
            rows.iter().filter(|row| row.judgement.source != source).map(|row| &row.example).collect();
        let weights = fit(&others, mask);
        for row in rows.iter().filter(|row| row.judgement.source == source) {
            out.push_str(&miss(row, corpora, &weights));
        }
    }
    out
}

/// Measures one weight at several sizes, the others as shipped, over those requests of each source where the signal tells candidates apart.
fn sweep(name: &str, rows: &[&Row], corpora: &[Corpus], ranker: Ranker) {
    let at = SIGNALS.iter().position(|signal| signal.name == name).unwrap_or_else(|| panic!("no signal {name}"));
    let tells = |row: &Row| {
        let values = || row.example.rows.iter().map(|values| values[at]);
        values().fold(f32::MIN, f32::max) > values().fold(f32::MAX, f32::min)
    };
    let told: Vec<&Row> = rows.iter().copied().filter(|row| tells(row)).collect();
    let mut sources: Vec<&str> = told.iter().map(|row| row.judgement.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    println!(
        "\n{name}, where it tells: weight, then for each source hit@1, log likelihood of the exact answers a request"
    );
    for step in 0..13 {
        let mut weights = *own(ranker);
        weights[at] = step as f32 * 0.5;
        print!("{:>6.2}", weights[at]);
        for source in &sources {
            let its: Vec<&&Row> = told.iter().filter(|row| row.judgement.source == *source).collect();
            let right: f64 = its.iter().map(|row| score_row(row, corpora, &weights).hit_1).sum();
            let likely: f64 = its.iter().map(|row| log_likelihood(&row.example, &weights)).sum();
            let count = its.len() as f64;
            print!("  {source} {:.3} {:.3} n={count}", right / count, likely / count);
        }
        println!();
    }
}

/// The logarithm of the share that the exact answers of a request have; 0 where none is a candidate.
fn log_likelihood(example: &Example, weights: &Features) -> f64 {
    let score = |row: &Features| -> f64 { row.iter().zip(weights).map(|(a, b)| f64::from(a * b)).sum() };
    let scores: Vec<f64> = example.rows.iter().map(score).collect();
    let largest = scores.iter().copied().fold(f64::MIN, f64::max);
    let all: f64 = scores.iter().map(|score| (score - largest).exp()).sum();
    let exact: f64 = scores
        .iter()
        .zip(&example.grades)
        .filter(|(_, grade)| **grade > 0)
        .map(|(score, _)| (score - largest).exp())
        .sum();
    if exact > 0.0 { (exact / all).ln() } else { 0.0 }
}

/// What came instead of a request's answer; nothing where its first hit is right.
fn miss(row: &Row, corpora: &[Corpus], weights: &Features) -> String {
    if score_row(row, corpora, weights).hit_1 > 0.0 {
        return String::new();
    }
    let keys = &corpora[row.set].keys;
    let ranked = Searcher::order(&row.parts, weights, &Usage::new(), DEPTH);
    let mut out = format!("\n[{}] {}\n", short(&row.judgement.source), row.judgement.query);
    for relevant in row.judgement.relevant.iter().filter(|relevant| relevant.grade >= 2) {
        let wanted = key(&relevant.method, &relevant.path);
        let at = ranked.iter().position(|doc| keys[*doc as usize] == wanted);
        let place = at.map_or("-".to_owned(), |at| (at + 1).to_string());
        out.push_str(&format!("  want {place:>3} {} {}\n", relevant.method, relevant.path));
    }
    for doc in ranked.iter().take(4) {
        out.push_str(&format!("       got {}\n", keys[*doc as usize]));
    }
    out
}

fn run_mode(rows: &[Row], corpora: &[Corpus], mode: Mode) -> (Vec<Metrics>, String) {
    let mut metrics = Vec::new();
    let mut latencies = Vec::new();
    for row in rows {
        let query = Query { text: row.judgement.query.clone(), mode, limit: DEPTH, ..Query::default() };
        let began = Instant::now();
        let answer = corpora[row.set].service.search(&query).unwrap();
        latencies.push(began.elapsed().as_secs_f64() * 1e3);
        let ranked: Vec<String> = answer.hits.iter().map(|hit| key(hit.method.as_str(), &hit.path)).collect();
        metrics.push(measure(&row.judgement, &ranked));
    }
    latencies.sort_by(f64::total_cmp);
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    (metrics, format!("p50 {:.2} ms, p95 {:.2} ms", at(0.5), at(0.95)))
}

fn header() -> String {
    ["hit@1", "95 % interval", "recall@5", "@10", "@20", "MRR@10", "nDCG@10"]
        .iter()
        .map(|name| format!("{name:>14}"))
        .collect()
}

fn line(metrics: &[Metrics]) -> String {
    let mean = Metrics::mean(metrics);
    let (low, high) = interval(&metrics.iter().map(|m| m.hit_1).collect::<Vec<_>>());
    let mut out = format!("{:>14.3}{:>14}", mean.hit_1, format!("{low:.3}-{high:.3}"));
    for value in [mean.recall_5, mean.recall_10, mean.recall_20, mean.mrr_10, mean.ndcg_10] {
        out.push_str(&format!("{value:>14.3}"));
    }
    out
}

/// The 95 % bootstrap interval of a mean over requests: 1,000 samples, seeded.
fn interval(values: &[f64]) -> (f64, f64) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        // xorshift64* (Vigna 2016): enough for drawing rows, and the same everywhere.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    };
    let mut means: Vec<f64> = (0..1000)
        .map(|_| {
            let sum: f64 = values.iter().map(|_| values[(next() % values.len() as u64) as usize]).sum();
            sum / values.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    (means[24], means[974])
}
