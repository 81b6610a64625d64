//! The judged requests, for benches that only ask them.

use std::path::Path;

use cw_orchestrator::eval::read_judgements;

/// In the order of their files.
pub fn judged() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/judgements");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path| read_judgements(std::fs::File::open(path).unwrap()).unwrap();
    files.into_iter().flat_map(read).map(|judgement| judgement.query).collect()
}
