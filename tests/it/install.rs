//! `install` changes the files of MCP clients: only those, only when allowed, and nothing else in them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::Client;
use crate::util::{Home, Ran, ran};

/// A user whose settings are all in one folder.
struct User {
    home: Home,
    folder: tempfile::TempDir,
}

impl User {
    fn new() -> Self {
        Self { home: Home::empty(), folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.home.command(&[&["install"], arguments].concat());
        command.env("HOME", self.folder.path()).env("XDG_CONFIG_HOME", self.path(".config"));
        command.env("APPDATA", self.path(".config")).env("USERPROFILE", self.folder.path());
        command.env("CONNECTWISE_PRIVATE_KEY", "canaryKey").current_dir(self.folder.path());
        ran(command.output().unwrap())
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Every file, from the user's folder, in order.
    fn files(&self) -> Vec<String> {
        fn walk(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"));
                }
            }
        }
        let mut found = Vec::new();
        walk(self.folder.path(), self.folder.path(), &mut found);
        found.sort();
        found
    }
}

#[test]
fn every_client_gets_a_server_that_it_can_start() {
    let cases = [
        (&["--client", "claude-code"][..], ".claude.json", "mcpServers"),
        (&["--client", "cursor"], ".cursor/mcp.json", "mcpServers"),
        (&["--client", "claude-code", "--project", "work"], "work/.mcp.json", "mcpServers"),
        (&["--client", "cursor", "--project", "work"], "work/.cursor/mcp.json", "mcpServers"),
        (&["--client", "vscode", "--project", "work"], "work/.vscode/mcp.json", "servers"),
    ];
    #[cfg(target_os = "linux")]
    let cases = [
        &cases[..],
        &[
            (&["--client", "claude"], ".config/Claude/claude_desktop_config.json", "mcpServers"),
            (&["--client", "vscode"], ".config/Code/User/mcp.json", "servers"),
        ],
    ]
    .concat();
    for (arguments, file, key) in cases {
        let user = User::new();
        std::fs::create_dir(user.path("work")).unwrap();
        let done = user.run(&[arguments, &["--yes", "--json"]].concat()).ok().json();
        assert_eq!((&done["status"], &done["copy"]), (&json!("written"), &Value::Null), "{arguments:?}");
        assert_eq!(user.files(), [file], "{arguments:?}");
        let server = &user.json(file)[key]["cw-orchestrator"];
        assert_eq!(server["command"], env!("CARGO_BIN_EXE_cw-orchestrator"));
        let home = user.home.path().to_str().unwrap();
        assert_eq!(server["args"].as_array().unwrap()[..3], [json!("serve"), json!("--home"), json!(home)]);
        assert_eq!(server.get("type"), (key == "servers").then_some(&json!("stdio")));
        let again = user.run(&[arguments, &["--yes"]].concat()).ok();
        assert!(again.stdout.starts_with("nothing to change"), "{}", again.stdout);
        assert_eq!(user.files(), [file], "{arguments:?}");
    }
}

#[test]
fn what_was_written_starts_a_server() {
    let user = User::new();
    user.run(&["--client", "cursor", "--yes"]).ok();
    let server = &user.json(".cursor/mcp.json")["mcpServers"]["cw-orchestrator"];
    let args: Vec<&str> = server["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
    let mut command = std::process::Command::new(server["command"].as_str().unwrap());
    command.args(args).current_dir(std::env::temp_dir()).stderr(std::process::Stdio::null());
    let mut client = Client::spawn(&mut command, None);
    client.result("query_api_endpoints", json!({ "query": "tickets" }));
}

#[test]
fn the_command_of_a_launcher_is_written_in_place_of_a_path_in_its_cache() {
    let user = User::new();
    let run = |started: &str| {
        let mut command = user.home.command(&["install", "--client", "cursor", "--yes"]);
        command.env("HOME", user.folder.path()).env("CW_ORCHESTRATOR_COMMAND", started).current_dir(user.folder.path());
        ran(command.output().unwrap())
    };
    run(r#"["npx", "-y", "cw-orchestrator"]"#).ok();
    let server = &user.json(".cursor/mcp.json")["mcpServers"]["cw-orchestrator"];
    assert_eq!(server["command"], "npx");
    assert_eq!(server["args"].as_array().unwrap()[..3], [json!("-y"), json!("cw-orchestrator"), json!("serve")]);
    for wrong in ["npx -y cw-orchestrator", "[]", "[1]", r#"[""]"#] {
        let refused = run(wrong);
        assert_eq!(refused.code, 2, "{wrong}");
        assert!(refused.stderr.contains("CW_ORCHESTRATOR_COMMAND is no JSON list"), "{}", refused.stderr);
    }
    assert_eq!(user.json(".cursor/mcp.json")["mcpServers"]["cw-orchestrator"]["command"], "npx");
}

#[test]
fn nothing_is_written_unless_it_was_allowed() {
    let user = User::new();
    user.write(".cursor/mcp.json", "{}");
    let refused = user.run(&["--client", "cursor"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--yes") && refused.stderr.contains("--dry-run"), "{}", refused.stderr);
    let shown = user.run(&["--client", "cursor", "--dry-run"]).ok();
    assert!(shown.stdout.contains("+ \"cw-orchestrator\": {\n+   \"command\""), "{}", shown.stdout);
    assert_eq!(user.run(&["--client", "cursor", "--dry-run", "--json"]).ok().json()["status"], "not_written");
    assert_eq!(user.json(".cursor/mcp.json"), json!({}));
    assert_eq!(user.files(), [".cursor/mcp.json"]);
}

#[test]
fn the_former_content_is_kept_and_no_secret_is_said_or_written() {
    let user = User::new();
    let before = r#"{"mcpServers": {"other": {"command": "x", "env": {"TOKEN": "canaryOther"}},
        "cw-orchestrator": {"command": "gone", "env": {"CONNECTWISE_PUBLIC_KEY": "canaryOwn"}}}}"#;
    user.write(".cursor/mcp.json", before);
    let done = user.run(&["--client", "cursor", "--yes"]).ok();
    let said = [done.stdout, done.stderr].concat();
    assert!(said.contains("-   \"command\": \"gone\"") && said.contains("CONNECTWISE_PRIVATE_KEY"), "{said}");
    assert!(!said.contains("canary"), "{said}");
    let files = user.files();
    let copy = files.iter().find(|name| name.starts_with(".cursor/mcp.json.before-")).unwrap();
    assert_eq!((files.len(), std::fs::read_to_string(user.path(copy)).unwrap().as_str()), (2, before));
    let after = user.json(".cursor/mcp.json");
    assert_eq!(after["mcpServers"]["other"]["env"]["TOKEN"], "canaryOther");
    assert_eq!(after["mcpServers"]["cw-orchestrator"]["env"], json!({ "CONNECTWISE_PUBLIC_KEY": "canaryOwn" }));
    assert!(!after.to_string().contains("canaryKey"), "{after}");
    // A second change within the same second has a copy of its own.
    user.run(&["--client", "cursor", "--name", "second", "--yes"]).ok();
    assert_eq!(user.files().len(), 3);
}

#[test]
fn comments_stay_and_a_malformed_file_is_refused() {
    let user = User::new();
    let commented = "{\n  // mine\n  \"servers\": {},\n}\n";
    user.write("work/.vscode/mcp.json", commented);
    user.run(&["--client", "vscode", "--project", "work", "--yes"]).ok();
    let written = std::fs::read_to_string(user.path("work/.vscode/mcp.json")).unwrap();
    let (before, after) = written.split_once("\n    \"cw-orchestrator\": {").unwrap();
    assert_eq!(before, "{\n  // mine\n  \"servers\": {");
    assert!(after.contains("\"type\": \"stdio\"") && after.ends_with("}\n  },\n}\n"), "{after}");
    user.write(".cursor/mcp.json", "{\n  \"mcpServers\": {\n    oops\n");
    let refused = user.run(&["--client", "cursor", "--yes"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("mcp.json is no JSON at line 3, column 5"), "{}", refused.stderr);
    assert_eq!(user.files()[0], ".cursor/mcp.json");
    assert_eq!(user.files().len(), 3, "the file of VS Code has its copy");
}

#[test]
fn a_project_that_is_not_there_or_a_client_without_projects_is_refused() {
    let user = User::new();
    let missing = user.run(&["--client", "cursor", "--project", "nowhere", "--yes"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("--project: nowhere is no folder"), "{}", missing.stderr);
    let none = user.run(&["--client", "claude", "--project", ".", "--yes"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("leave out --project"), "{}", none.stderr);
    assert_eq!(user.files(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let user = User::new();
    user.write("dotfiles/claude.json", "{}");
    let real = user.path("dotfiles/claude.json");
    std::fs::set_permissions(&real, PermissionsExt::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, user.path(".claude.json")).unwrap();
    user.run(&["--client", "claude-code", "--yes"]).ok();
    assert!(user.path(".claude.json").is_symlink());
    assert!(user.json("dotfiles/claude.json")["mcpServers"]["cw-orchestrator"].is_object());
    for name in user.files().iter().filter(|name| name.starts_with("dotfiles/")) {
        assert_eq!(std::fs::metadata(user.path(name)).unwrap().permissions().mode() & 0o777, 0o640, "{name}");
    }
}

#[test]
fn a_client_is_led_to_a_server_that_runs_by_itself() {
    let user = User::new();
    let arguments = ["--client", "cursor", "--url", "https://tools.example.com", "--token-env", "TEAM_TOKEN", "--yes"];
    let done = user.run(&arguments).ok();
    let server = &user.json(".cursor/mcp.json")["mcpServers"]["cw-orchestrator"];
    let headers = json!({ "Authorization": "Bearer ${env:TEAM_TOKEN}" });
    assert_eq!(*server, json!({ "url": "https://tools.example.com/mcp", "headers": headers }));
    assert!(done.stderr.contains("TEAM_TOKEN") && !done.stderr.contains("CONNECTWISE"), "{}", done.stderr);
    assert!(user.run(&arguments).ok().stdout.starts_with("nothing to change"));
    let open = user.run(&["--client", "vscode", "--project", ".", "--url", "http://192.0.2.4:8765/mcp", "--yes"]).ok();
    assert!(open.stderr.contains("--token-env") && open.stderr.contains("https"), "{}", open.stderr);
    for (more, says) in [
        (&["--url", "tools.example.com"][..], "no http or https address"),
        (&["--url", "https://x:canary@tools.example.com"], "credentials"),
        (&["--url", "https://tools.example.com", "--token-env", "canary0123456789abcdef0123456789"], "no name of"),
        (&["--token-env", "TEAM_TOKEN"], "--url"),
    ] {
        let refused = user.run(&[&["--client", "claude-code", "--yes"], more].concat());
        assert!(refused.code == 2 && refused.stderr.contains(says), "{more:?}: {}", refused.stderr);
        assert!(!refused.stderr.contains("canary"), "{}", refused.stderr);
    }
    for client in ["claude", "claude-desktop"] {
        let refused = user.run(&["--client", client, "--url", "https://tools.example.com", "--yes"]);
        assert!(refused.code == 2 && refused.stderr.contains("Connectors"), "{}", refused.stderr);
    }
    assert!(!user.files().iter().any(|file| file.contains("Claude")), "{:?}", user.files());
}
