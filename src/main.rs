//! The program: parse, run, exit code. All else is in the library.

use std::alloc::{GlobalAlloc, Layout};
use std::io::Write;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};

use cw_orchestrator::cli::{Outcome, is_broken_pipe, parse, print_failure, run};
use cw_orchestrator::jq;

/// On Linux takes the place of the C library's allocator, for ONNX Runtime and SQLite too: a search takes a tenth less time and a start
/// half, a good part of both because it has the kernel give pages of 2 MB.
#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

#[cfg(target_os = "linux")]
static INNER: mimalloc::MiMalloc = mimalloc::MiMalloc;
#[cfg(not(target_os = "linux"))]
static INNER: std::alloc::System = std::alloc::System;

fn main() {
    if jq::is_child() {
        MOST_BYTES.store(jq::MOST_MEMORY, Ordering::Relaxed);
        without_core_file();
        jq::serve(end)
    }
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

/// Bytes that the process may take; 0 where nothing bounds it.
static MOST_BYTES: AtomicUsize = AtomicUsize::new(0);
/// Bytes that it took since that was set.
static TAKEN: AtomicIsize = AtomicIsize::new(0);

/// The allocator. A process that evaluates a filter ends when it has taken all that it may: no system but Linux can be told such a bound
/// without more code than this, and none ends with a code that says why.
struct Bounded;

impl Bounded {
    fn take(bytes: usize) {
        let most = MOST_BYTES.load(Ordering::Relaxed);
        if most > 0 {
            let bytes = isize::try_from(bytes).unwrap_or(isize::MAX);
            let taken = TAKEN.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
            if usize::try_from(taken).is_ok_and(|taken| taken > most) {
                end(jq::NO_MEMORY)
            }
        }
    }

    fn give(bytes: usize) {
        if MOST_BYTES.load(Ordering::Relaxed) > 0 {
            TAKEN.fetch_sub(isize::try_from(bytes).unwrap_or(isize::MAX), Ordering::Relaxed);
        }
    }
}

#[allow(unsafe_code, reason = "an allocator has no other interface")]
// SAFETY: each function does what the inner one does, with the arguments that it was given.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::take(layout.size());
        // SAFETY: as the caller promises.
        unsafe { INNER.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::give(layout.size());
        // SAFETY: as the caller promises.
        unsafe { INNER.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::take(layout.size());
        // SAFETY: as the caller promises.
        unsafe { INNER.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::take(size);
        Self::give(layout.size());
        // SAFETY: as the caller promises.
        unsafe { INNER.realloc(pointer, layout, size) }
    }
}

/// Has the system write no core file of a process that ends because its stack is full.
fn without_core_file() {
    #[cfg(unix)]
    let _ = rustix::process::setrlimit(
        rustix::process::Resource::Core,
        rustix::process::Rlimit { current: Some(0), maximum: Some(0) },
    );
}

/// Ends the process with this exit code. The destructors of the libraries in it are not run: ONNX Runtime's take away what a thread
/// that still loads the model works with, and a server whose client goes that soon ended with a segmentation fault.
fn end(code: i32) -> ! {
    // Nobody is left to be told that the output is closed. What a filter wrote is not flushed here: another thread may hold the lock.
    if MOST_BYTES.load(Ordering::Relaxed) == 0 {
        let _ = std::io::stdout().flush();
    }
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
