//! What README.md and docs/ show is what happens: commands are run as a reader runs them, settings are those the program knows.
//!
//! Every fenced block called `console` is a terminal: a line that begins with `$ ` is run by a shell, and what follows it is what the
//! terminal shows, standard error included. `…` stands for any text of a line, a line of it alone for any lines. Blocks called
//! anything else (`sh`, `powershell`) are not run: they install, need a network, or do not end.
//!
//! `CW_ORCHESTRATOR_BLESS=1 cargo test --test integration manual` writes what the commands show now into the documents.

#[cfg(target_os = "linux")]
mod api;
#[cfg(target_os = "linux")]
mod blocks;
mod links;
#[cfg(target_os = "linux")]
mod session;
mod settings;

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and every document in docs/, by their path in the project.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("README.md")];
    let folder = std::fs::read_dir(root().join("docs")).unwrap();
    found.extend(folder.map(|entry| Path::new("docs").join(entry.unwrap().file_name())));
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A test for each document, so that they run side by side; and one that none is forgotten.
#[cfg(target_os = "linux")]
macro_rules! shown_as_run {
    ($($test:ident: $path:literal,)*) => {
        $(#[test]
        fn $test() {
            session::check(Path::new($path));
        })*

        #[test]
        fn every_document_with_commands_is_run() {
            let run = [$($path),*];
            for document in documents() {
                let has_commands = !blocks::commands(&read(&document)).is_empty();
                assert!(!has_commands || run.contains(&document.to_str().unwrap()), "add {}", document.display());
            }
        }
    };
}

#[cfg(target_os = "linux")]
shown_as_run! {
    the_readme_shows_what_its_commands_print: "README.md",
    the_guide_shows_what_its_commands_print: "docs/guide.md",
    the_text_on_calls_shows_what_its_commands_print: "docs/calling.md",
    the_text_on_memory_shows_what_its_commands_print: "docs/memory.md",
    the_text_on_http_shows_what_its_commands_print: "docs/http.md",
    the_text_on_settings_shows_what_its_commands_print: "docs/configuration.md",
    the_text_on_accuracy_shows_what_its_commands_print: "docs/accuracy.md",
    the_text_on_faults_shows_what_its_commands_print: "docs/troubleshooting.md",
}

#[cfg(target_os = "linux")]
#[test]
fn the_picture_shows_what_its_command_prints() {
    session::check_picture(Path::new("docs/search.svg"));
}
