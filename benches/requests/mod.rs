//! The requests of the project's folders, for the benches.

#![allow(dead_code, reason = "each bench uses a part")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "measuring programs")]

use std::path::{Path, PathBuf};

use cw_orchestrator::eval::{Judgement, read_judgements};

/// The texts of the judged requests, in the order of their files.
pub fn judged() -> Vec<String> {
    of_folder("benches/judgements").map(|judgement| judgement.query).collect()
}

/// The requests of a folder of the project that operations answer, in the order of their files.
pub fn of_folder(folder: &str) -> impl Iterator<Item = Judgement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_answered =
        |path: &PathBuf| path.extension().is_some_and(|it| it == "jsonl") && !path.ends_with("nothing.jsonl");
    let mut files: Vec<PathBuf> = paths.filter(is_answered).collect();
    files.sort();
    files.into_iter().flat_map(|path| read_judgements(std::fs::File::open(path).unwrap()).unwrap())
}

/// The file that a bench is to write what it found into: `--write FILE`, its only option.
pub fn file_to_write() -> Option<PathBuf> {
    let mut write = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--write" => {
                write = Some(PathBuf::from(arguments.next().unwrap_or_else(|| panic!("--write needs a file"))))
            }
            // cargo's own.
            "--bench" => {}
            other => panic!("unknown argument {other}; see the head of the bench"),
        }
    }
    write
}
