//! Which values do options take? The names that are typed and the help beside them, each for a value of the library's own.
//!
//! Comments of values are their help.

use clap::ValueEnum;

use crate::invoke;
use crate::logs;
use crate::search;
use crate::setup::clients;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// By vectors and words together
    Hybrid,
    /// By vectors alone
    Semantic,
    /// By words alone
    Keyword,
}

impl From<Mode> for search::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Hybrid => Self::Hybrid,
            Mode::Semantic => Self::Semantic,
            Mode::Keyword => Self::Keyword,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Writes {
    /// Ask before a write
    Ask,
    /// Refuse writes
    Deny,
    /// Send writes
    Allow,
}

impl From<Writes> for invoke::Writes {
    fn from(writes: Writes) -> Self {
        match writes {
            Writes::Ask => Self::Ask,
            Writes::Deny => Self::Deny,
            Writes::Allow => Self::Allow,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    /// None
    Off,
    /// What failed
    Error,
    /// What may be a fault
    Warn,
    /// Every tool, call and build
    Info,
    /// Every attempt of an HTTP request too
    Debug,
}

impl From<Level> for logs::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Off => Self::Off,
            Level::Error => Self::Error,
            Level::Warn => Self::Warn,
            Level::Info => Self::Info,
            Level::Debug => Self::Debug,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum McpClient {
    /// Claude Desktop, Anthropic's application
    #[value(name = "claude", alias = "claude-desktop")]
    ClaudeDesktop,
    /// Claude Code, Anthropic's command line
    ClaudeCode,
    /// VS Code, Microsoft's editor
    #[value(name = "vscode")]
    VsCode,
    /// Cursor, Anysphere's editor
    Cursor,
}

impl From<McpClient> for clients::McpClient {
    fn from(client: McpClient) -> Self {
        match client {
            McpClient::ClaudeDesktop => Self::ClaudeDesktop,
            McpClient::ClaudeCode => Self::ClaudeCode,
            McpClient::VsCode => Self::VsCode,
            McpClient::Cursor => Self::Cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_is_installed_by_the_name_that_cures_give() {
        let mut given: Vec<clients::McpClient> = Vec::new();
        for value in McpClient::value_variants() {
            let client = clients::McpClient::from(*value);
            let name = value.to_possible_value().unwrap().get_name().to_owned();
            assert!(client.install().ends_with(&format!("install --client {name}")), "{}", client.install());
            given.push(client);
        }
        assert_eq!(given, clients::McpClient::ALL);
    }
}
