//! Does the reader bear every manifest? Real files, and files that were real before something happened to them.
//!
//! `cargo bench --bench manifests -- FOLDER [--mutated 10000] [--seed 1]`
//!
//! Reads every JSON and YAML file below FOLDER as a build does, in each case to the documents, and then as many mutated ones as asked
//! for: a real file with bits flipped, cut off, repeated or cut out, with a value put in another's place, with a reference led elsewhere,
//! or with another type. Prints how many were read, refused and warned about, and the slowest. Exit code: 1 where one of them panicked or took
//! longer than ten seconds.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a measuring program")]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cw_orchestrator::document::compose;
use cw_orchestrator::document::glossary::Glossaries;
use cw_orchestrator::openapi;
use serde_json::Value;

/// The most that one file may take.
const LONGEST: Duration = Duration::from_secs(10);
/// Larger files are not mutated: parsing one again and again says the same as a small one, slower.
const MUTATED_BYTES: u64 = 400_000;

/// What became of a set of files.
#[derive(Default)]
struct Tally {
    read: usize,
    refused: BTreeMap<String, usize>,
    operations: usize,
    left_out: usize,
    warned: usize,
    warnings: BTreeMap<String, usize>,
    slowest: Option<(Duration, String)>,
    too_slow: Vec<String>,
    panicked: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |name: &str, default: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        at.map_or(default, |at| arguments[at + 1].parse().unwrap())
    };
    let Some(folder) = arguments.first().filter(|first| !first.starts_with("--")) else {
        println!("usage: cargo bench --bench manifests -- FOLDER [--mutated 10000] [--seed 1]");
        return ExitCode::from(2);
    };
    let (mutated, seed) = (number("--mutated", 10_000), number("--seed", 1));
    let mut files = Vec::new();
    collect(Path::new(folder), &mut files);
    files.sort();
    println!("{} files", files.len());
    let real = over(files.len(), |at| (files[at].display().to_string(), std::fs::read(&files[at]).unwrap()));
    show("as they are", &real);
    let small: Vec<&PathBuf> = files.iter().filter(|file| file.metadata().unwrap().len() <= MUTATED_BYTES).collect();
    let broken = over(usize::try_from(mutated).unwrap(), |at| {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (at as u64 + 1));
        let file = small[chance.below(small.len())];
        let bytes = mutate(&std::fs::read(file).unwrap(), &mut chance);
        (format!("{} (mutation {at} of seed {seed})", file.display()), bytes)
    });
    show("mutated", &broken);
    let is_fine = |tally: &Tally| tally.panicked.is_empty() && tally.too_slow.is_empty();
    if is_fine(&real) && is_fine(&broken) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|kind| ["json", "yaml", "yml"].iter().any(|known| kind == *known)) {
            into.push(path);
        }
    }
}

/// Reads so many manifests on all cores.
fn over(count: usize, file: impl Fn(usize) -> (String, Vec<u8>) + Sync) -> Tally {
    let tally = Mutex::new(Tally::default());
    let next = AtomicUsize::new(0);
    let glossaries = Glossaries::load(None).unwrap();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let (name, bytes) = file(at);
            let began = Instant::now();
            let result = catch_unwind(AssertUnwindSafe(|| {
                openapi::read(&bytes).inspect(|manifest| {
                    let documents = compose(manifest, &glossaries.of_api(&manifest.title));
                    assert_eq!(documents.len(), manifest.operations.len());
                })
            }));
            let took = began.elapsed();
            let mut tally = tally.lock().unwrap();
            if tally.slowest.as_ref().is_none_or(|(slowest, _)| took > *slowest) {
                tally.slowest = Some((took, name.clone()));
            }
            if took > LONGEST {
                tally.too_slow.push(name.clone());
            }
            match result {
                Err(_) => tally.panicked.push(name),
                Ok(Err(error)) => *tally.refused.entry(kind(&format!("{error:?}"))).or_default() += 1,
                Ok(Ok(manifest)) => {
                    tally.read += 1;
                    tally.operations += manifest.operations.len();
                    tally.warned += usize::from(!manifest.warnings.is_empty());
                    for warning in manifest.warnings {
                        tally.left_out += usize::from(warning.skipped);
                        *tally.warnings.entry(warning.code).or_default() += warning.occurrences;
                    }
                }
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    tally.into_inner().unwrap()
}

/// An error's variant.
fn kind(debug: &str) -> String {
    debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn show(name: &str, tally: &Tally) {
    let refused: usize = tally.refused.values().sum();
    println!("\n{name}: {} read, {refused} refused {:?}", tally.read, tally.refused);
    println!("{} operations, {} left out; {} files with warnings:", tally.operations, tally.left_out, tally.warned);
    for (code, count) in &tally.warnings {
        println!("  {code}: {count}");
    }
    if let Some((took, file)) = &tally.slowest {
        println!("slowest: {:.2} s, {file}", took.as_secs_f64());
    }
    println!("longer than {} s: {:?}; panicked: {:?}", LONGEST.as_secs(), tally.too_slow, tally.panicked);
}

/// Numbers by chance, the same for the same seed (SplitMix64, Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// At least 0 and below `most`; 0 for 0.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).unwrap_or(0)
    }
}

/// One to four things that happen to a file. Half of them happen to its bytes, half to its values where it is JSON.
fn mutate(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        let value = if chance.below(2) == 0 { serde_json::from_slice::<Value>(&bytes).ok() } else { None };
        match value {
            Some(mut value) => {
                let mut pointers = Vec::new();
                list(&value, String::new(), &mut pointers);
                let other = value.pointer(&pointers[chance.below(pointers.len())]).unwrap().clone();
                let put = replacement(chance, other);
                *value.pointer_mut(&pointers[chance.below(pointers.len())]).unwrap() = put;
                bytes = serde_json::to_vec(&value).unwrap();
            }
            None => mutate_bytes(&mut bytes, chance),
        }
    }
    bytes
}

fn mutate_bytes(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let (at, length) = (chance.below(bytes.len()), 1 + chance.below(64));
    let end = (at + length).min(bytes.len());
    match chance.below(6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        4 => {
            let noise: Vec<u8> = (0..length).map(|_| chance.next().to_le_bytes()[0]).collect();
            bytes.splice(at..end, noise);
        }
        _ => {
            let token: &[u8] = [
                &b"{"[..],
                b"}",
                b"[",
                b"]",
                b"\"",
                b"\\u0000",
                b"$ref",
                b"null",
                b"1e999",
                b": ",
                b"&a *a",
                b"\xEF\xBB\xBF",
            ][chance.below(12)];
            bytes.splice(at..at, token.iter().copied());
        }
    }
}

/// What stands in a value's place: another of the same file, or one that no manifest should have there.
fn replacement(chance: &mut Chance, other: Value) -> Value {
    match chance.below(9) {
        0 => Value::Null,
        1 => serde_json::json!([]),
        2 => serde_json::json!({}),
        3 => serde_json::json!(-1.5e300),
        4 => serde_json::json!({ "$ref": "#" }),
        5 => serde_json::json!({ "$ref": "#/paths" }),
        6 => serde_json::json!("\u{0}/%/{{a}/{}/../\u{1F3AB}".repeat(1 + chance.below(200))),
        _ => other,
    }
}

/// The JSON Pointers of a value and of everything in it.
fn list(value: &Value, pointer: String, into: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| list(item, format!("{pointer}/{at}"), into));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            list(member, format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), into);
        }),
        _ => {}
    }
    into.push(pointer);
}
