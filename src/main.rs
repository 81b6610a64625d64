//! The program: parse, run, exit code. All else is in the library.

use std::io::Write;

use cw_orchestrator::cli::{Outcome, is_broken_pipe, parse, print_failure, run};

/// Takes the place of the C library's allocator, for ONNX Runtime and SQLite too: a search takes a tenth less time and a start
/// half, a good part of both because it has the kernel give pages of 2 MB.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    disable_runtime_telemetry();
    #[cfg(target_os = "linux")]
    give_memory_back_soon();
    end(match run(parse()) {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Nothing) => 1,
        // Whoever read our output has seen enough.
        Err(error) if is_broken_pipe(&error) => 0,
        Err(error) => {
            print_failure(&error);
            2
        }
    })
}

/// Ends the process with this exit code. The destructors of the libraries in it are not run: ONNX Runtime's take away what a thread
/// that still loads the model works with, and a server whose client goes that soon ended with a segmentation fault.
fn end(code: i32) -> ! {
    // Nobody is left to be told that the output is closed.
    let _ = std::io::stdout().flush();
    #[cfg(unix)]
    exit_at_once(code);
    #[cfg(not(unix))]
    std::process::exit(code)
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "the standard library ends a process only with its destructors, or as a crash")]
fn exit_at_once(code: i32) -> ! {
    // SAFETY: the call touches no memory of the program.
    unsafe { libc::_exit(code) }
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

/// Has the allocator give back to the system what was free for 10 ms instead of for a second: what a start, a build or a large answer
/// took is then no part of the process any more (124 MB instead of 164 after the first search), for a hundredth of the speed.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the option has no other interface")]
fn give_memory_back_soon() {
    /// `mi_option_purge_delay` of mimalloc.h, 3.3.2, in milliseconds.
    const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;
    // SAFETY: changes an option of the allocator; an unknown number would change nothing.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, 10) };
}
