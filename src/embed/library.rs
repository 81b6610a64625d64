//! Why does the system not load the ONNX Runtime library, and what helps?

use std::path::Path;

use crate::causes::chain;

/// The library cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryFault {
    /// The system or the library refused.
    #[error("{message}")]
    Refused {
        /// The loader's message. The error itself is not kept, since it cannot be cloned.
        message: String,
    },
    /// It is no ONNX Runtime, or not one for this program.
    #[error("it does not offer the functions of ONNX Runtime")]
    Foreign,
}

impl LibraryFault {
    /// What to do about it, without a semicolon.
    pub(super) fn cure(&self) -> &'static str {
        const AGAIN: &str = "install cw-orchestrator again, or in a checkout of its sources run scripts/fetch_model.py";
        match self {
            Self::Refused { message } if cfg!(windows) => cure_on_windows(message).unwrap_or(AGAIN),
            _ => AGAIN,
        }
    }
}

/// The loader's own reason, which ort's message leaves out; `None` where the library loads after all.
#[allow(unsafe_code, reason = "no safe interface loads a library")]
pub(super) fn why_not_loaded(path: &Path) -> Option<String> {
    // SAFETY: loading runs what the library does at its beginning; it is the pinned one, and ort asked for the same just now.
    let refused = unsafe { libloading::Library::new(path) }.err()?;
    Some(chain(&refused))
}

/// What helps where Windows refused with one of these codes (learn.microsoft.com, "System Error Codes").
fn cure_on_windows(message: &str) -> Option<&'static str> {
    let (_, code) = message.rsplit_once("os error ")?;
    match code.trim_end_matches(')').parse().ok()? {
        // ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND, ERROR_SXS_CANT_GEN_ACTCTX: the file is there, so it is one that it needs.
        126_u32 | 127 | 14001 => Some(
            "install the Microsoft Visual C++ Redistributable (https://aka.ms/vs/17/release/vc_redist.x64.exe), whose MSVCP140.dll and \
             VCRUNTIME140.dll the library needs",
        ),
        // ERROR_ACCESS_DISABLED_BY_POLICY, ERROR_SYSTEM_INTEGRITY_POLICY_VIOLATION.
        1260 | 4551 => Some(
            "Smart App Control or a policy of this machine blocks the file, which is not signed: have it allowed by whoever administers \
             the machine, or turn Smart App Control off under Windows Security > App & browser control",
        ),
        // ERROR_BAD_EXE_FORMAT.
        193 => Some("install the cw-orchestrator that is for this processor"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_refuses_is_told_by_its_code() {
        for (message, cure) in [
            ("LoadLibraryExW failed: The specified module could not be found. (os error 126)", "Redistributable"),
            (
                "LoadLibraryExW failed: Une strat\u{e9}gie a bloqu\u{e9} ce fichier. (os error 4551)",
                "Smart App Control",
            ),
            ("LoadLibraryExW failed: %1 is not a valid Win32 application. (os error 193)", "this processor"),
        ] {
            let found = cure_on_windows(message).unwrap();
            assert!(found.contains(cure) && !found.contains(';'), "{message}: {found}");
        }
        for message in ["LoadLibraryExW failed: Access is denied. (os error 5)", "", "os error x", "126"] {
            assert_eq!(cure_on_windows(message), None, "{message}");
        }
    }

    #[test]
    fn the_loader_says_what_is_wrong_with_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library");
        std::fs::write(&path, "no library").unwrap();
        let why = why_not_loaded(&path).unwrap();
        assert!(why.split(": ").count() > 1, "no reason: {why}");
    }
}
