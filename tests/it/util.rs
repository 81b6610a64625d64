//! A home folder, the program in it, and one home with the embedded manifest's index that all tests share.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};

use cw_orchestrator::{Service, ServiceOptions};
use serde_json::Value;

pub fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/manifests").join(name)
}

/// A home folder of a test's own.
pub struct Home {
    folder: Arc<tempfile::TempDir>,
    models: PathBuf,
}

/// What the program did.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

impl Home {
    pub fn empty() -> Self {
        Self::with_models(models())
    }

    /// The same with a folder of models that are not there or not right.
    pub fn with_models(models: PathBuf) -> Self {
        // As the program makes it.
        let mut folder = tempfile::Builder::new();
        #[cfg(unix)]
        folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        Self { folder: Arc::new(folder.tempdir().unwrap()), models }
    }

    /// A copy of the shared index.
    pub fn indexed() -> Self {
        let home = Self::empty();
        copy(&shared().join("index"), &home.path().join("index"));
        home
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder, kept for as long as somebody wants to look into it.
    pub fn folder(&self) -> Arc<tempfile::TempDir> {
        Arc::clone(&self.folder)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cw-orchestrator"));
        command
            .env_remove("CW_ORCHESTRATOR_HOME")
            .env_remove("CW_ORCHESTRATOR_MODELS")
            .arg("--home")
            .arg(self.path())
            .arg("--models")
            .arg(&self.models)
            .args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    pub fn service(&self) -> Service {
        Service::new(ServiceOptions {
            home: self.path().to_owned(),
            models: self.models.clone(),
            build_if_missing: false,
            calls: cw_orchestrator::service::CallOptions::default(),
        })
    }

    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Changes the record of the current generation and seals it as a build does, with its hash in the folder's name.
    pub fn change_record(&self, change: impl FnOnce(&mut Value)) {
        let folder = self.generation();
        let mut meta: Value = serde_json::from_slice(&std::fs::read(folder.join("meta.json")).unwrap()).unwrap();
        change(&mut meta);
        let text = meta.to_string();
        std::fs::write(folder.join("meta.json"), &text).unwrap();
        let name = format!("0000000001-{}", &blake3::hash(text.as_bytes()).to_hex()[..8]);
        std::fs::rename(&folder, folder.with_file_name(&name)).unwrap();
        std::fs::write(self.path().join("index/CURRENT"), name).unwrap();
    }

    /// The folder of the current generation.
    pub fn generation(&self) -> PathBuf {
        let name = std::fs::read_to_string(self.path().join("index/CURRENT")).unwrap();
        self.path().join("index/generations").join(name.trim())
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A home with the index of the embedded manifest, built once for all tests. Nobody changes it.
pub fn shared() -> &'static Path {
    static HOME: OnceLock<Home> = OnceLock::new();
    HOME.get_or_init(|| {
        let home = Home::empty();
        home.run(&["index", "build", "--json"]).ok();
        home
    })
    .path()
}

pub fn shared_service() -> Service {
    Service::new(ServiceOptions {
        home: shared().to_owned(),
        models: models(),
        build_if_missing: false,
        calls: cw_orchestrator::service::CallOptions::default(),
    })
}

pub fn run_shared(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cw-orchestrator"));
    command
        .env_remove("CW_ORCHESTRATOR_HOME")
        .env_remove("CW_ORCHESTRATOR_MODELS")
        .arg("--home")
        .arg(shared())
        .arg("--models")
        .arg(models())
        .args(arguments);
    ran(command.output().unwrap())
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// A manifest of one API with a few operations.
pub fn small_manifest(title: &str) -> String {
    serde_json::json!({
        "openapi": "3.0.3",
        "info": { "title": title, "version": "1" },
        "paths": {
            "/pets": {
                "get": { "summary": "List all pets", "operationId": "listPets", "responses": { "200": { "description": "ok" } } },
                "post": { "summary": "Create a pet", "responses": { "201": { "description": "ok" } } }
            },
            "/pets/{petId}": {
                "get": {
                    "summary": "Info for a specific pet",
                    "parameters": [{ "name": "petId", "in": "path", "required": true, "schema": { "type": "string" } }],
                    "responses": { "200": { "description": "ok" } }
                }
            },
            "/owners/{ownerId}/pets": {
                "get": {
                    "summary": "Pets of an owner",
                    "parameters": [{ "name": "ownerId", "in": "path", "required": true, "schema": { "type": "integer" } }],
                    "responses": { "200": { "description": "ok" } }
                }
            }
        }
    })
    .to_string()
}
