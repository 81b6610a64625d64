//! `doctor` finds what is wrong, says what to do, changes nothing and connects to nobody unless it is told to.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::{Api, CLIENT_ID, PRIVATE, PUBLIC, settled};
use crate::util::{Home, Ran, models, ran};

/// A home, and a user's folders that hold nothing else.
struct Setup {
    home: Home,
    user: tempfile::TempDir,
}

impl Setup {
    fn of(home: Home) -> Self {
        Self { home, user: tempfile::tempdir().unwrap() }
    }

    /// The program without any setting of whoever runs the tests.
    fn isolated(&self, mut command: Command) -> Command {
        let user = self.user.path();
        command
            .envs([("HOME", user.to_owned()), ("USERPROFILE", user.to_owned()), ("APPDATA", user.join(".config"))])
            .env("XDG_CONFIG_HOME", user.join(".config"))
            .env("XDG_DATA_HOME", user.join(".local"))
            .env_remove("CW_ORCHESTRATOR_TOKEN")
            .env_remove("CONNECTWISE_AUTH_PREFIX")
            .env_remove("CONNECTWISE_USER_TYPE")
            .current_dir(user);
        command
    }

    /// With nothing set.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(&[&["doctor"], arguments].concat());
        for name in ["API_URL", "COMPANY_ID", "PUBLIC_KEY", "PRIVATE_KEY", "CLIENT_ID"] {
            command.env_remove(format!("CONNECTWISE_{name}"));
        }
        self.isolated(command)
    }

    /// With ConnectWise's settings for an API at this URL.
    fn settled(&self, url: &str, arguments: &[&str]) -> Command {
        self.isolated(settled(&self.home, url, &[&["doctor"], arguments].concat()))
    }

    /// A file of the user's, below the home or the project: they are one folder here.
    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.user.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn report(mut command: Command) -> (Ran, Value) {
    let ran = ran(command.arg("--json").output().unwrap());
    let report = ran.json();
    (ran, report)
}

/// The first finding of this name that is not ok, otherwise the one that is.
fn finding<'a>(report: &'a Value, area: &str, name: &str) -> &'a Value {
    let found: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["area"] == area && finding["name"] == name)
        .collect();
    let bad = found.iter().find(|finding| finding["status"] != "ok");
    bad.or(found.first()).unwrap_or_else(|| panic!("no {area} {name} in {report:#}"))
}

fn text<'a>(finding: &'a Value, key: &str) -> &'a str {
    finding[key].as_str().unwrap_or_default()
}

/// Every file with its content.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn flip_last_byte(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_sound_set_up_has_no_fault_and_stays_as_it_is() {
    let setup = Setup::of(Home::indexed());
    let before = content(setup.home.path());
    let (ran, report) = report(setup.settled("https://api-na.myconnectwise.net/v4_6_release/apis/3.0", &[]));
    assert_eq!((ran.code, &report["faults"], &report["warnings"]), (0, &json!(0), &json!(0)), "{report:#}");
    assert_eq!(content(setup.home.path()), before);
    let areas: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|finding| text(finding, "area")).collect();
    let mut each = areas.clone();
    each.dedup();
    let expected = ["model", "index", "home", "memory", "configuration", "credentials", "host", "clients"];
    assert_eq!(each, expected);
    for (area, name) in [("model", "run"), ("index", "soundness"), ("index", "embedded manifest"), ("host", "region")] {
        assert_eq!(finding(&report, area, name)["status"], "ok");
    }
    let text = setup.settled("https://api-na.myconnectwise.net/v4_6_release/apis/3.0", &[]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("\nindex\n  ok       published: ") && text.ends_with("0 faults, 0 warnings\n"), "{text}");
}

#[test]
fn an_empty_home_is_no_fault_and_says_how_to_fill_it() {
    let setup = Setup::of(Home::empty());
    let (ran, report) = report(setup.command(&[]));
    assert_eq!(ran.code, 0, "{report:#}");
    assert!(text(finding(&report, "index", "published"), "cure").contains("index build"));
    assert!(text(finding(&report, "credentials", "connectwise"), "cure").contains("CONNECTWISE_API_URL"));
    assert_eq!(content(setup.home.path()).len(), 0);
}

#[test]
fn a_model_that_was_damaged_behind_its_time_stamp_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let files = std::fs::read_dir(models()).unwrap().map(|entry| entry.unwrap().path());
    for path in files.filter(|path| path.is_file()) {
        let name = path.file_name().unwrap().to_owned();
        std::fs::copy(std::fs::canonicalize(path).unwrap(), folder.path().join(name)).unwrap();
    }
    let setup = Setup::of(Home::with_models(folder.path().to_owned()));
    let manifest = setup.home.write("pets.json", &crate::util::small_manifest("Pets"));
    setup.home.run(&["index", "build", "--manifest", manifest.to_str().unwrap()]).ok();
    assert!(setup.home.path().join("verified.json").exists());
    let tokenizer = folder.path().join("tokenizer.json");
    let modified = std::fs::metadata(&tokenizer).unwrap().modified().unwrap();
    flip_last_byte(&tokenizer);
    std::fs::File::options().write(true).open(&tokenizer).unwrap().set_modified(modified).unwrap();
    let (ran, report) = report(setup.command(&[]));
    assert_eq!(ran.code, 1);
    let found = finding(&report, "model", "tokenizer.json");
    assert_eq!(found["status"], "fault", "{report:#}");
    assert!(text(found, "detail").contains("SHA-256") && text(found, "cure").contains("fetch_model.py"), "{found}");
    assert_eq!(finding(&report, "model", "config.json")["status"], "ok");
}

#[test]
fn a_damaged_index_is_a_fault_and_an_older_manifest_a_warning() {
    let setup = Setup::of(Home::indexed());
    setup.home.change_record(|meta| meta["manifests"][0]["blake3"] = "0".repeat(64).into());
    let (ran, older) = report(setup.command(&[]));
    let found = finding(&older, "index", "embedded manifest");
    assert_eq!((ran.code, text(found, "status")), (0, "warning"), "{older:#}");
    flip_last_byte(&setup.home.generation().join("vectors.f32"));
    let (ran, damaged) = report(setup.command(&[]));
    let found = finding(&damaged, "index", "vectors.f32");
    assert_eq!((ran.code, text(found, "status")), (1, "fault"), "{damaged:#}");
    assert!(text(found, "cure").contains("index build"));
}

#[test]
fn a_home_that_cannot_be_written_to_is_a_fault() {
    let setup = Setup::of(Home::empty());
    let file = setup.write("file", "");
    let below = file.join("home");
    let (ran, report) = report(setup.command(&["--home", below.to_str().unwrap()]));
    let found = finding(&report, "home", "folder");
    assert_eq!((ran.code, text(found, "status")), (1, "fault"), "{report:#}");
    assert!(text(found, "cure").contains("--home"));
}

#[test]
fn settings_that_cannot_work_are_named_with_their_cure() {
    let setup = Setup::of(Home::empty());
    let quoted = format!("\"{PRIVATE}\"");
    let cases = [
        (
            "CONNECTWISE_PRIVATE_KEY",
            quoted.as_str(),
            "credentials",
            "CONNECTWISE_PRIVATE_KEY",
            "fault",
            "without quotes",
        ),
        ("CONNECTWISE_CLIENT_ID", "acme", "credentials", "advice", "warning", "developer.connectwise.com"),
        ("CONNECTWISE_CLIENT_ID", "", "credentials", "CONNECTWISE_CLIENT_ID", "note", "GUID"),
        ("CONNECTWISE_PUBLIC_KEY", "", "credentials", "CONNECTWISE_PUBLIC_KEY", "fault", "set CONNECTWISE_PUBLIC_KEY"),
        ("CONNECTWISE_API_URL", "http://psa.example.com/x", "host", "CONNECTWISE_API_URL", "fault", "https://"),
        (
            "CONNECTWISE_API_URL",
            "https://na.myconnectwise.net/v4_6_release/apis/3.0",
            "host",
            "CONNECTWISE_API_URL",
            "warning",
            "https://api-na.myconnectwise.net/v4_6_release/apis/3.0",
        ),
    ];
    for (variable, value, area, name, status, cure) in cases {
        let mut command = setup.settled("https://api-eu.myconnectwise.net/v4_6_release/apis/3.0", &[]);
        command.env(variable, value);
        let (ran, report) = report(command);
        let found = finding(&report, area, name);
        assert_eq!(text(found, "status"), status, "{variable}: {report:#}");
        assert!(text(found, "cure").contains(cure), "{variable}: {found}");
        assert_eq!(ran.code, i32::from(status == "fault"), "{variable}: {report:#}");
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_a_finding_and_the_rest_is_checked() {
    let setup = Setup::of(Home::empty());
    setup.home.write("config.toml", "writes = \"ask\"\n[connectwise]\nprivat_key = \"canaryInF1le\"\n");
    let (ran, wrong) = report(setup.command(&[]));
    let found = finding(&wrong, "configuration", "file");
    assert_eq!((ran.code, text(found, "status")), (1, "fault"), "{wrong:#}");
    assert!(text(found, "detail").contains("line 3") && text(found, "detail").contains("`privat_key`"), "{found}");
    assert!(!ran.stdout.contains("canaryInF1le"));
    assert_eq!(finding(&wrong, "model", "run")["status"], "ok");

    let config = "[http.tokens]\nalice = \"env:NO_SUCH_TOKEN\"\n[apis.pets]\nbase_url = \"http://pets.example\"\n\
                  credentials = { key = \"NO_SUCH_KEY\" }\n";
    setup.home.write("config.toml", config);
    let (ran, unset) = report(setup.command(&[]));
    assert_eq!(ran.code, 1);
    for (area, name, status, says) in [
        ("configuration", "http", "warning", "NO_SUCH_TOKEN"),
        ("credentials", "NO_SUCH_KEY", "warning", "[apis.pets]"),
        ("host", "pets", "fault", "in the clear"),
    ] {
        let found = finding(&unset, area, name);
        assert_eq!(text(found, "status"), status, "{unset:#}");
        assert!(text(found, "detail").contains(says), "{found}");
    }
}

#[test]
fn values_that_no_call_can_be_made_with_are_named() {
    let setup = Setup::of(Home::empty());
    let config = "timeout_s = 0\nattempts = 0\nupload_folders = [\"/nope\"]\n[connectwise]\nversion = \"3.0\"\n\
                  [http]\nallowed_hosts = [\"https://x\"]\n";
    setup.home.write("config.toml", config);
    let (_, report) = report(setup.settled("https://api_na.myconnectwise.net/v4_6_release/apis/3.0", &[]));
    for (area, name, status, cure) in [
        ("configuration", "timeout_s", "fault", "write `timeout_s = 60`"),
        ("configuration", "attempts", "warning", "write `attempts = 1`"),
        ("configuration", "upload_folders", "warning", "make the folder"),
        ("configuration", "http", "warning", "write `x`"),
        ("credentials", "version", "warning", "`version = \"2019.1\"`"),
        ("host", "CONNECTWISE_API_URL", "warning", "https://api-na.myconnectwise.net/v4_6_release/apis/3.0"),
    ] {
        let found = finding(&report, area, name);
        assert!(text(found, "status") == status && text(found, "cure").contains(cure), "{found}");
    }
}

#[test]
fn sections_of_apis_and_schemes_that_are_not_there_are_named_with_the_nearest() {
    let setup = Setup::of(Home::with_models(Path::new("/nonexistent/models").to_owned()));
    let scheme = |name: &str| json!({ "type": "apiKey", "in": "header", "name": name });
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Trello", "version": "1" },
        "components": { "securitySchemes": { "api_key": scheme("X-Key"), "token": scheme("X-Token") } },
        "paths": { "/boards": { "get": { "summary": "List boards", "responses": { "200": { "description": "ok" } } } } }
    });
    let manifest = setup.home.write("trello.json", &manifest.to_string());
    setup.home.run(&["index", "build", "--manifest", manifest.to_str().unwrap(), "-q"]).ok();
    let told = |config: &str| {
        setup.home.write("config.toml", config);
        let (_, report) = report(setup.command(&[]));
        let findings = report["findings"].as_array().unwrap().iter();
        let ours = findings.filter(|it| it["area"] == "configuration" && it["status"] != "ok");
        let path = setup.home.path().to_str().unwrap();
        let line = |it: &Value| {
            format!("{}: {} -> {}", text(it, "status"), text(it, "detail"), text(it, "cure")).replace(path, "~")
        };
        ours.map(line).collect::<Vec<_>>().join("\n")
    };
    let url = "base_url = \"https://api.example.com\"";
    assert_eq!(told(&format!("[apis.trello]\n{url}\ncredentials = {{ api_key = \"KEY\" }}\n")), "");
    insta::assert_snapshot!(told(&format!("[apis.trelo]\n{url}\n[apis.\"no such\"]\n{url}\n")), @r#"
    warning: the section [apis."no such"] of ~/config.toml is of no API in the index, so nothing is done by it -> name it after an API of the index (trello), or add its own: `cw-orchestrator index add NAME FILE`
    warning: the section [apis.trelo] of ~/config.toml is of no API in the index, so nothing is done by it -> write [apis.trello] in its place
    "#);
    insta::assert_snapshot!(told(&format!("[apis.trello]\n{url}\ncredentials = {{ apikey = \"A\", oauth = \"B\" }}\n")), @"
    warning: `credentials` in the section [apis.trello] of ~/config.toml names the security scheme `apikey`, which the manifest does not define, so its value is sent nowhere -> write `api_key` in its place
    warning: `credentials` in the section [apis.trello] of ~/config.toml names the security scheme `oauth`, which the manifest does not define, so its value is sent nowhere -> write one that it defines: api_key, token
    ");
}

#[test]
fn a_missing_catalogue_says_what_to_run() {
    let setup = Setup::of(Home::indexed());
    std::fs::remove_file(setup.home.generation().join("catalogue.sqlite")).unwrap();
    let (ran, report) = report(setup.command(&[]));
    let faults: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().filter(|it| it["status"] == "fault").collect();
    assert!(ran.code == 1 && !faults.is_empty(), "{report:#}");
    for fault in faults {
        assert!(text(fault, "cure").contains("index build"), "{fault}");
    }
    for command in [&["search", "tickets", "--no-build"][..], &["domains"], &["index", "verify"]] {
        let failed = setup.home.run(command);
        let said = format!("{}{}", failed.stdout, failed.stderr);
        assert!(
            failed.code != 0 && said.contains("index build") && !said.contains("Error code"),
            "{command:?}: {said}"
        );
    }
}

#[test]
fn a_damaged_memory_is_told_and_left_where_it_is() {
    let setup = Setup::of(Home::empty());
    setup.home.write(
        "fast_memory_api.db",
        "no database at all, and longer than a header of one hundred bytes: 0123456789 \
                                            0123456789 0123456789",
    );
    let aside = setup.home.write("fast_memory_api.db.damaged-20240131T090000Z", "");
    let before = content(setup.home.path());
    let (ran, report) = report(setup.command(&[]));
    let found = finding(&report, "memory", "file");
    assert_eq!((ran.code, text(found, "status")), (1, "fault"), "{report:#}");
    let copies = finding(&report, "memory", "copies");
    assert_eq!(text(copies, "status"), "note");
    assert!(text(copies, "detail").contains(aside.to_str().unwrap()), "{copies}");
    assert_eq!(content(setup.home.path()), before);
}

#[cfg(unix)]
#[test]
fn files_that_others_can_read_are_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::of(Home::empty());
    let config = setup.home.write("config.toml", "writes = \"ask\"\n");
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let status = |home: u32, file: u32| {
        mode(setup.home.path(), home);
        mode(&config, file);
        let (_, report) = report(setup.command(&[]));
        let found = finding(&report, "home", "privacy of the configuration").clone();
        (text(&found, "status").to_owned(), text(&found, "cure").to_owned())
    };
    assert_eq!(status(0o755, 0o644), ("warning".to_owned(), format!("chmod -R go-rwx {}", config.display())));
    assert_eq!(status(0o755, 0o600).0, "ok");
    assert_eq!(status(0o700, 0o644).0, "ok");
}

/// Even where everybody may look into the home: what is in it is made for its user alone.
#[cfg(unix)]
#[test]
fn what_the_program_makes_is_nothing_that_doctor_warns_of() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::of(Home::indexed());
    std::fs::set_permissions(setup.home.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let save = ["memory", "save", "GET", "/service/tickets", "--description", "all tickets", "--log-level", "info"];
    setup.home.run(&save).ok();
    let (_, report) = report(setup.command(&[]));
    for name in ["privacy of memory", "privacy of logs"] {
        assert_eq!(text(finding(&report, "home", name), "status"), "ok", "{report:#}");
    }
    let names_home = |report: &Value| {
        report["findings"].as_array().unwrap().iter().any(|found| found["name"] == "privacy of the home")
    };
    // The names of the files are what others still see, and a home that the program makes shows none.
    assert!(names_home(&report), "{report:#}");
    let found = finding(&report, "home", "privacy of the home");
    assert!(text(found, "detail").contains("which files are in"), "{found}");
    assert_eq!(text(found, "cure"), format!("chmod go-rwx {}", setup.home.path().display()));
    std::fs::set_permissions(setup.home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!names_home(&self::report(setup.command(&[])).1));
    std::fs::set_permissions(setup.home.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut folders = vec![setup.home.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, mode) = (entry.path(), entry.metadata().unwrap().permissions().mode() & 0o777);
            // Shared with the homes of other tests, by a link to what is built once.
            if entry.file_type().unwrap().is_dir() && !path.starts_with(setup.home.path().join("index")) {
                assert_eq!(mode, 0o700, "{}", path.display());
                folders.push(path);
            } else if entry.file_type().unwrap().is_file() {
                assert_eq!(mode, 0o600, "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files >= 3, "{files}");
    let open = setup.home.write("learned.json", "{}");
    std::fs::set_permissions(open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (_, other) = self::report(setup.command(&[]));
    assert!(names_home(&other), "{other:#}");
    let found = finding(&other, "home", "privacy of the home");
    assert!(text(found, "detail").contains("learned.json"), "{found}");
}

#[cfg(target_os = "linux")]
#[test]
fn client_files_are_compared_with_this_program() {
    let program = env!("CARGO_BIN_EXE_cw-orchestrator");
    let setup = Setup::of(Home::empty());
    let (_, none) = report(setup.command(&[]));
    assert_eq!(finding(&none, "clients", "files")["status"], "ok");

    setup.write(".cursor/mcp.json", r#"{ "mcpServers": { "other": { "command": "npx" } } }"#);
    let (_, other) = report(setup.command(&[]));
    let found = finding(&other, "clients", "entry");
    assert_eq!(text(found, "status"), "note");
    assert!(text(found, "cure").contains("`cw-orchestrator install --client cursor`"), "{found}");

    let server = |command: &str, env: Value| json!({ "command": command, "args": ["serve"], "env": env });
    let elsewhere = setup.write("bin/cw-orchestrator", "");
    let project = setup.user.path().to_str().unwrap();
    setup.write(
        ".mcp.json",
        &format!("\u{feff}{{ \"mcpServers\": {{ \"cw-orchestrator\": {}, }} }}", server("/nowhere/at/all", json!({}))),
    );
    let claude =
        json!({ "projects": { project: { "mcpServers": { "psa": server(elsewhere.to_str().unwrap(), json!({})) } } } });
    setup.write(".claude.json", &claude.to_string());
    let secret = json!({ "CONNECTWISE_PRIVATE_KEY": "canaryInF1le", "CONNECTWISE_PUBLIC_KEY": "${env:KEY}", "RUST_LOG": "info" });
    // As `install` reads it too: with comments.
    let servers = json!({ "servers": { "psa": server(program, secret) } });
    setup.write(".vscode/mcp.json", &format!("// mine\n{servers} /* the end */\n"));
    setup.write(".config/Claude/claude_desktop_config.json", "{ \"mcpServers\": {\n  nonsense");
    let (ran, all) = report(setup.command(&[]));
    assert_eq!((ran.code, &all["faults"]), (1, &json!(1)), "{all:#}");
    let told: Vec<String> = all["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["area"] == "clients")
        .map(|finding| format!("{} {}: {}", text(finding, "status"), text(finding, "name"), text(finding, "detail")))
        .map(|line| line.replace(project, "~"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    warning Claude Desktop: ~/.config/Claude/claude_desktop_config.json is no JSON at line 2, column 3, so it was not looked at
    fault Claude Code: `cw-orchestrator` in ~/.mcp.json starts `/nowhere/at/all`, which is not there
    warning Claude Code: `psa` in ~/.claude.json starts ~/bin/cw-orchestrator, not this program
    ok VS Code: `psa` in ~/.vscode/mcp.json starts this program
    warning VS Code: CONNECTWISE_PRIVATE_KEY of `psa` stands in plain in ~/.vscode/mcp.json
    ");
    assert!(!ran.stdout.contains("canaryInF1le"));
}

#[test]
fn a_program_of_a_launcher_is_known_by_it_and_the_cure_names_it() {
    let setup = Setup::of(Home::empty());
    let told = |args: Value, command: &str| {
        let servers = json!({ "mcpServers": { "psa": { "command": command, "args": args } } });
        setup.write(".cursor/mcp.json", &servers.to_string());
        let started = r#"["npx", "-y", "--package=/files/a b.tgz", "cw-orchestrator"]"#;
        let mut command = setup.command(&[]);
        command.env("CW_ORCHESTRATOR_COMMAND", started);
        let (_, all) = report(command);
        finding(&all, "clients", "Cursor").clone()
    };
    // `sh` stands for a launcher on the PATH.
    for asked in ["cw-orchestrator", "cw-orchestrator@0.1.0"] {
        let ours = told(json!(["-y", asked, "serve"]), "sh");
        assert!(text(&ours, "detail").ends_with("starts the package by `sh`"), "{ours}");
    }
    let gone = told(json!(["cw-orchestrator", "serve"]), "/nowhere/npx");
    assert_eq!(text(&gone, "status"), "fault");
    let cure = text(&gone, "cure");
    let expected =
        r#"set "command": "npx" and "args": ["-y","--package=/files/a b.tgz","cw-orchestrator","serve"] in "#;
    assert!(cure.starts_with(expected), "{cure}");
}

#[test]
fn without_online_nobody_is_contacted() {
    let setup = Setup::of(Home::empty());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let (_, report) = report(setup.settled(&format!("http://{}", listener.local_addr().unwrap()), &[]));
    let found = finding(&report, "host", "CONNECTWISE_API_URL");
    assert_eq!(text(found, "status"), "note", "{report:#}");
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

/// What a site and its API say, with the server's clock standing still in 2015.
fn site(status: u16) -> Api {
    Api::answering(move |request: &Request| {
        if request.url.path().starts_with("/login/companyinfo/") {
            let info = json!({ "Codebase": "v4_6_release/", "VersionNumber": "v2024.1.100", "IsCloud": false });
            return ResponseTemplate::new(200).set_body_json(info);
        }
        let said = request.headers.get("authorization").map_or("", |value| value.to_str().unwrap());
        ResponseTemplate::new(status)
            .insert_header("Date", "Wed, 21 Oct 2015 07:28:00 GMT")
            .set_body_json(json!({ "code": "Unauthorized", "message": said }))
    })
}

#[test]
fn online_asks_the_site_then_the_api_and_compares_clocks() {
    let setup = Setup::of(Home::empty());
    let api = site(200);
    let url = api.url();
    let (ran, report) = report(setup.settled(url.strip_suffix(crate::api::BASE).unwrap(), &["--online"]));
    assert_eq!(ran.code, 0, "{report:#}");
    assert_eq!(api.lines(), ["GET /login/companyinfo/acme", "GET /system/info"]);
    assert!(text(finding(&report, "online", "companyinfo"), "detail").contains("v2024.1.100"));
    assert_eq!(finding(&report, "online", "api")["status"], "ok");
    let clock = finding(&report, "online", "clock");
    assert_eq!(text(clock, "status"), "warning");
    assert!(text(clock, "detail").contains("ahead of the server's"), "{clock}");
}

#[test]
fn online_refusals_and_dead_hosts_are_explained() {
    let setup = Setup::of(Home::empty());
    let (ran, refused) = report(setup.settled(&site(401).url(), &["--online"]));
    let found = finding(&refused, "online", "api");
    assert_eq!((ran.code, text(found, "status")), (1, "fault"), "{refused:#}");
    assert!(text(found, "detail").contains("answered 401"), "{found}");
    assert!(text(found, "cure").contains("CONNECTWISE_PRIVATE_KEY"), "{found}");

    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (ran, dead) = report(setup.settled(&format!("http://{free}{}", crate::api::BASE), &["--online"]));
    let found = finding(&dead, "online", "api");
    assert_eq!((ran.code, text(found, "status")), (1, "fault"), "{dead:#}");
    assert!(text(found, "cure").contains("firewall") || text(found, "cure").contains("base URL"), "{found}");

    let (_, unset) = report(setup.command(&["--online"]));
    assert_eq!(finding(&unset, "online", "api")["status"], "note");
}

#[test]
fn no_secret_is_in_what_is_said() {
    let setup = Setup::of(Home::empty());
    setup.home.write("config.toml", "[connectwise]\nprivate_key = \"canaryInF1le\nwrites = 1\n");
    let entry =
        json!({ "command": "cw-orchestrator", "env": { "CONNECTWISE_PRIVATE_KEY": "canaryInF1le", "OTHER": PRIVATE } });
    setup.write(".cursor/mcp.json", &json!({ "mcpServers": { "psa": entry } }).to_string());
    setup.write(".mcp.json", "{ \"mcpServers\": { \"psa\": { \"env\": { \"TOKEN\": \"canaryInF1le\" oops } } } }");
    let api = site(401);
    let (spaced, quoted) = (format!(" {PUBLIC}\n"), format!("'{PRIVATE}'"));
    let mut said = String::new();
    for (public, private) in [(PUBLIC, PRIVATE), (spaced.as_str(), quoted.as_str()), (PRIVATE, PRIVATE)] {
        for arguments in [&["--online"][..], &["--online", "--json"], &["-vv", "--online"]] {
            let mut command = setup.settled(&api.url(), arguments);
            command.env("CONNECTWISE_PUBLIC_KEY", public).env("CONNECTWISE_PRIVATE_KEY", private);
            let ran = ran(command.env("CW_ORCHESTRATOR_TOKEN", "canaryT0ken").output().unwrap());
            said.push_str(&ran.stdout);
            said.push_str(&ran.stderr);
        }
    }
    assert!(said.contains("answered 401") && said.contains("stands in plain"), "{said}");
    for canary in [PUBLIC, PRIVATE, "canaryInF1le", "canaryT0ken"] {
        assert!(!said.contains(canary), "{canary}: {said}");
    }
    assert!(!said.contains(CLIENT_ID), "{said}");
}

/// Files that one installation brings back have one cure, below the last of them.
#[test]
fn one_cure_of_several_files_is_said_once() {
    let setup = Setup::of(Home::with_models(tempfile::tempdir().unwrap().path().join("none")));
    let shown = ran(setup.command(&[]).output().unwrap()).stdout;
    assert!(shown.matches("is missing").count() >= 6, "{shown}");
    assert_eq!(shown.matches("install cw-orchestrator again").count(), 1, "{shown}");
    // A program is told it with each.
    let (_, report) = report(setup.command(&[]));
    let cures = report["findings"].as_array().unwrap().iter();
    assert!(cures.filter(|finding| text(finding, "cure").starts_with("install cw-orchestrator again")).count() >= 6);
}

#[test]
fn a_rule_of_a_policy_that_covers_no_operation_is_told() {
    let home = Home::indexed();
    home.write(
        "config.toml",
        "[policies.t]\nallow = [{ domains = ['Service'] }]\ndeny = [{ paths = ['/finance/**', '/finanace/**'] }, { apis = ['nosuch'] }]\n",
    );
    let told = home.run(&["doctor"]).stdout;
    assert!(told.contains("deny[0] of [policies.t] has `/finanace/**`, which no operation has"), "{told}");
    assert!(told.contains("deny[1] of [policies.t] has `nosuch`") && !told.contains("allow[0]"), "{told}");
}
