//! Where do MCP clients keep the servers they start? Paths and keys of every client and platform; no file is read here.

use std::path::{Path, PathBuf};

/// An MCP client that reads from a file which servers to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum McpClient {
    /// Claude Desktop, Anthropic's application.
    ClaudeDesktop,
    /// Claude Code, Anthropic's command line.
    ClaudeCode,
    /// VS Code, Microsoft's editor.
    VsCode,
    /// Cursor, Anysphere's editor.
    Cursor,
}

/// The scope in which the servers of a file are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere, for the user.
    User,
    /// In one folder, for the user, who alone has the file.
    Local,
    /// In one folder, for everyone who works in it; the file is kept there.
    Project,
}

/// A place at which a client looks for servers. The file need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFile {
    /// The client that reads it.
    pub client: McpClient,
    /// The scope of its servers.
    pub scope: Scope,
    /// Path of the file: JSON, for VS Code with comments.
    pub path: PathBuf,
    /// Names that lead from the file's root to the object whose members are the servers.
    pub keys: Vec<String>,
}

/// The folders from which the places of all files follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// The user's home folder.
    pub home: PathBuf,
    /// The folder of the user's settings: `~/.config` or `XDG_CONFIG_HOME` on Linux, `~/Library/Application Support` on
    /// macOS, `%APPDATA%` on Windows.
    pub config: PathBuf,
    /// The working folder, absolute.
    pub project: PathBuf,
}

impl McpClient {
    /// Every client.
    pub const ALL: [Self; 4] = [Self::ClaudeDesktop, Self::ClaudeCode, Self::VsCode, Self::Cursor];

    /// The client's name, as its maker writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "Claude Desktop",
            Self::ClaudeCode => "Claude Code",
            Self::VsCode => "VS Code",
            Self::Cursor => "Cursor",
        }
    }

    /// Returns the command that sets this program up in the client.
    pub fn install(self) -> String {
        let value = match self {
            Self::ClaudeDesktop => "claude",
            Self::ClaudeCode => "claude-code",
            Self::VsCode => "vscode",
            Self::Cursor => "cursor",
        };
        format!("{} install --client {value}", env!("CARGO_PKG_NAME"))
    }

    /// Lists every place at which the client looks.
    ///
    /// Sources: modelcontextprotocol.io "Connect to local MCP servers", docs.claude.com "MCP installation scopes",
    /// code.visualstudio.com "MCP configuration reference", docs.cursor.com "Model Context Protocol".
    pub fn files(self, folders: &Folders) -> Vec<ClientFile> {
        let Folders { home, config, project } = folders;
        let file = |scope, path: PathBuf, keys: &[&str]| ClientFile {
            client: self,
            scope,
            path,
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        };
        match self {
            // It has no version for Linux of its maker's; those that others pack keep to the same name.
            Self::ClaudeDesktop => {
                vec![file(Scope::User, config.join("Claude").join("claude_desktop_config.json"), &["mcpServers"])]
            }
            Self::ClaudeCode => {
                let users = home.join(".claude.json");
                vec![
                    file(Scope::Project, project.join(".mcp.json"), &["mcpServers"]),
                    file(Scope::Local, users.clone(), &["projects", &project.to_string_lossy(), "mcpServers"]),
                    file(Scope::User, users, &["mcpServers"]),
                ]
            }
            Self::VsCode => vec![
                file(Scope::Project, project.join(".vscode").join("mcp.json"), &["servers"]),
                file(Scope::User, config.join("Code").join("User").join("mcp.json"), &["servers"]),
            ],
            Self::Cursor => vec![
                file(Scope::Project, in_cursor(project), &["mcpServers"]),
                file(Scope::User, in_cursor(home), &["mcpServers"]),
            ],
        }
    }
}

fn in_cursor(folder: &Path) -> PathBuf {
    folder.join(".cursor").join("mcp.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_every_client() {
        let folders = Folders { home: "/h".into(), config: "/h/.config".into(), project: "/p".into() };
        let places = McpClient::ALL
            .into_iter()
            .flat_map(|client| client.files(&folders))
            .map(|file| {
                let path = file.path.display().to_string().replace('\\', "/");
                format!("{}, {:?}: {path} {}", file.client.name(), file.scope, file.keys.join(" > "))
            })
            .collect::<Vec<_>>()
            .join("\n");
        insta::assert_snapshot!(places, @"
        Claude Desktop, User: /h/.config/Claude/claude_desktop_config.json mcpServers
        Claude Code, Project: /p/.mcp.json mcpServers
        Claude Code, Local: /h/.claude.json projects > /p > mcpServers
        Claude Code, User: /h/.claude.json mcpServers
        VS Code, Project: /p/.vscode/mcp.json servers
        VS Code, User: /h/.config/Code/User/mcp.json servers
        Cursor, Project: /p/.cursor/mcp.json mcpServers
        Cursor, User: /h/.cursor/mcp.json mcpServers
        ");
    }
}
