//! By which command was this program started?

/// The variable in which a package's launcher says how it was started itself: a JSON list of the command and its arguments. A path in
/// the cache of `npx` or `uvx`, where the program then lies, does not outlast the next upgrade.
pub const VARIABLE: &str = "CW_ORCHESTRATOR_COMMAND";

/// A reason for which no command can be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartedError {
    /// The variable holds something else.
    #[error(
        "{VARIABLE} is no JSON list of a command and its arguments, such as [\"npx\", \"-y\", \"cw-orchestrator\"]; correct it, or unset it"
    )]
    NoList,
    /// The program's own path is unknown.
    #[error("the system does not tell where this program lies")]
    NoPath(#[source] std::io::Error),
    /// The program's path has bytes that no client's file can hold.
    #[error("{path:?} is no Unicode, which a client's file must be; move the program")]
    NoUnicode {
        /// Path of the program.
        path: std::ffi::OsString,
    },
}

/// The command that starts this program again, and its first arguments: the launcher's, else the program's absolute path.
///
/// # Errors
/// [`StartedError`]
pub fn command() -> Result<(String, Vec<String>), StartedError> {
    match std::env::var_os(VARIABLE).filter(|given| !given.is_empty()) {
        Some(given) => launched(&given.to_string_lossy()).ok_or(StartedError::NoList),
        None => {
            let path = std::env::current_exe().map_err(StartedError::NoPath)?;
            let path = path.into_os_string().into_string().map_err(|path| StartedError::NoUnicode { path })?;
            Ok((path, Vec::new()))
        }
    }
}

fn launched(given: &str) -> Option<(String, Vec<String>)> {
    let mut words = serde_json::from_str::<Vec<String>>(given).ok()?.into_iter();
    let command = words.next().filter(|command| !command.is_empty())?;
    Some((command, words.collect()))
}
