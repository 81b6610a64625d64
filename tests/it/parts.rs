//! The program as a package puts it somewhere: with its model and library beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::util::{Home, Ran, copy, models, ran};

/// A folder with the program and its parts, as a package has them.
struct Package(tempfile::TempDir);

impl Package {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_cw-orchestrator"));
        let packed = folder.path().join(program.file_name().unwrap());
        if std::fs::hard_link(program, &packed).is_err() {
            std::fs::copy(program, &packed).unwrap();
        }
        copy(&models(), &folder.path().join("models"));
        Self(folder)
    }

    fn program(&self) -> PathBuf {
        self.0.path().join(Path::new(env!("CARGO_BIN_EXE_cw-orchestrator")).file_name().unwrap())
    }
}

/// Searches by the program at this path, from a folder where nothing is.
fn search(program: &Path, home: &Home, more: &[&str]) -> Ran {
    let mut command = Command::new(program);
    command.env_remove("CW_ORCHESTRATOR_MODELS").current_dir(home.path()).arg("--home").arg(home.path());
    ran(command.args(more).args(["search", "list tickets", "--json"]).output().unwrap())
}

/// The search ranked by meaning; its words on standard error.
fn assert_by_meaning(ran: Ran) -> String {
    let ran = ran.ok();
    let answer = ran.json();
    assert!(answer["reduced"].is_null(), "{answer}");
    ran.stderr
}

/// Cuts a file in the middle.
fn cut(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn the_parts_beside_the_program_are_taken_whatever_lies_in_the_home() {
    let (package, home) = (Package::new(), Home::indexed());
    assert_by_meaning(search(&package.program(), &home, &[]));
    home.write("models/model.onnx", "of an older version");
    assert_by_meaning(search(&package.program(), &home, &[]));
}

/// What a user names is taken where it is sound; where it is not, the reason is said.
#[test]
fn a_folder_that_the_user_names_comes_first_or_a_note_says_why_not() {
    let (package, home) = (Package::new(), Home::indexed());
    let named = home.path().join("named");
    let search_there = || search(&package.program(), &home, &["--models", named.to_str().unwrap()]);
    let says = |stderr: &str| {
        let is_named = stderr.contains("there is no sound model in ") && stderr.contains(named.to_str().unwrap());
        is_named && stderr.contains("name no folder for it")
    };
    // A folder that is missing, one without a model, and one with another.
    for prepare in [
        |_: &Path| (),
        |named: &Path| std::fs::create_dir(named).unwrap(),
        |named: &Path| {
            std::fs::write(named.join("model.onnx"), "of an older version").unwrap();
        },
    ] {
        prepare(&named);
        let said = assert_by_meaning(search_there());
        assert!(says(&said), "{said}");
    }
    std::fs::remove_dir_all(&named).unwrap();
    copy(&models(), &named);
    let said = assert_by_meaning(search_there());
    assert!(said.is_empty(), "{said}");
    cut(&package.0.path().join("models/model.onnx"));
    assert_by_meaning(search_there());
}

#[test]
fn damaged_parts_beside_the_program_give_way_to_sound_ones() {
    let (package, home) = (Package::new(), Home::indexed());
    cut(&package.0.path().join("models/model.onnx"));
    let reduced = search(&package.program(), &home, &[]).ok().json();
    assert!(reduced["reduced"].as_str().unwrap().contains("model.onnx"), "{reduced}");
    assert_by_meaning(search(&package.program(), &home, &["--models", models().to_str().unwrap()]));
    copy(&models(), &home.path().join("models"));
    assert_by_meaning(search(&package.program(), &home, &[]));
}

#[cfg(unix)]
#[test]
fn a_link_to_the_program_finds_the_parts_too() {
    let (package, home) = (Package::new(), Home::indexed());
    let link = home.path().join("linked");
    std::os::unix::fs::symlink(package.program(), &link).unwrap();
    assert_by_meaning(search(&link, &home, &[]));
}
