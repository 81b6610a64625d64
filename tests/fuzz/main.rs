//! What input breaks the program? One libFuzzer target a kind of input; `FUZZ_TARGET` names the one that runs.
//!
//! A target fails by a panic, by taking too long or too much memory (libFuzzer's `-timeout` and `-rss_limit_mb`), or by breaking what it asserts.
//! `scripts/fuzz` builds this with coverage counters and runs it.

#![no_main]

#[path = "targets/conditions.rs"]
mod conditions;
#[path = "targets/json_rpc.rs"]
mod json_rpc;
#[path = "targets/manifest.rs"]
mod manifest;
#[path = "targets/memory_file.rs"]
mod memory_file;
#[path = "targets/product.rs"]
mod product;
#[path = "targets/raw_request.rs"]
mod raw_request;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

/// A kind of input.
type Target = fn(&[u8]);

/// The targets by name; `scripts/fuzz` knows the same names from the folders of the corpus.
const TARGETS: [(&str, Target); 5] = [
    ("manifest", manifest::run),
    ("conditions", conditions::run),
    ("raw_request", raw_request::run),
    ("json_rpc", json_rpc::run),
    ("memory_file", memory_file::run),
];

fn target() -> Target {
    static CHOSEN: OnceLock<Target> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let named = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let found = TARGETS.iter().find(|(name, _)| *name == named);
        found
            .unwrap_or_else(|| {
                panic!("FUZZ_TARGET is `{named}`, it must be one of {:?}", TARGETS.map(|(name, _)| name))
            })
            .1
    })
}

fuzz_target!(|input: &[u8]| target()(input));
