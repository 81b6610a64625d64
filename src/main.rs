//! The program: parse, run, exit code. All else is in the library.

use std::process::ExitCode;

use clap::Parser;
use cw_orchestrator::cli::{Arguments, Outcome, is_broken_pipe, run};

/// Takes the place of the C library's allocator, for ONNX Runtime too.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    disable_runtime_telemetry();
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::from(1),
        // Whoever read our output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cw-orchestrator: {}", cw_orchestrator::error::chain(&*error));
            ExitCode::from(2)
        }
    }
}

/// Keeps ONNX Runtime from looking up its maker's telemetry host and from writing a device id into the user's cache folder.
///
/// Seen with 1.32.0 under a trace of system calls: both happen by default, `with_telemetry(false)` of its interface stops
/// neither, and this variable stops both. The library reads it when it is loaded.
#[allow(unsafe_code, reason = "the environment is changed as the first thing of the process, before any thread exists")]
fn disable_runtime_telemetry() {
    // SAFETY: `main` has just begun, so no other thread reads or writes the environment.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
}
