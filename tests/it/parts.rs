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

fn assert_by_meaning(ran: Ran) {
    let answer = ran.ok().json();
    assert!(answer["reduced"].is_null(), "{answer}");
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
    let elsewhere = home.path().join("models");
    assert_by_meaning(search(&package.program(), &home, &["--models", elsewhere.to_str().unwrap()]));
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
