//! Where the index lies when the home cannot be written, and how one without vectors gets them.

use std::path::Path;
use std::process::Command;

use crate::util::{Home, Ran, models, ran, small_manifest};

/// The program with a home that nobody can write, not even root: it would lie within a file.
#[cfg(unix)]
struct Unwritable {
    folder: tempfile::TempDir,
}

#[cfg(unix)]
impl Unwritable {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let path = |name: &str| self.folder.path().join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_cw-orchestrator"));
        command.env_remove("CW_ORCHESTRATOR_HOME").env("TMPDIR", path("tmp")).arg("--home").arg(path("file/home"));
        command.args(["--models", "/nonexistent/models"]);
        // Settings that are whole, for an API that nobody serves.
        command.env("CONNECTWISE_API_URL", "http://127.0.0.1:9/v4_6_release/apis/3.0");
        for name in ["COMPANY_ID", "PUBLIC_KEY", "PRIVATE_KEY", "CLIENT_ID"] {
            command.env(format!("CONNECTWISE_{name}"), "unset");
        }
        ran(command.args(arguments).output().unwrap())
    }

    /// The folders in the system's temporary one.
    fn made(&self) -> Vec<std::path::PathBuf> {
        std::fs::read_dir(self.folder.path().join("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

#[cfg(unix)]
#[test]
fn an_index_lies_in_a_temporary_folder_of_its_users_own_where_the_home_cannot_be_written() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let place = Unwritable::new();
    let first = place.run(&["search", "open tickets", "--json"]).ok();
    assert_eq!(first.stderr.matches("the index is kept in").count(), 1, "{}", first.stderr);
    let made = place.made();
    let [folder] = made.as_slice() else { panic!("{made:?}") };
    let found = std::fs::metadata(folder).unwrap();
    assert_eq!(found.mode() & 0o7777, 0o700);
    assert!(folder.to_string_lossy().ends_with(&format!("cw-orchestrator-{}", found.uid())), "{folder:?}");
    let generation = || std::fs::read_to_string(folder.join("index/CURRENT")).unwrap();
    let built = generation();
    let second = place.run(&["search", "open tickets", "--json"]).ok();
    assert_eq!(second.json()["hits"], first.json()["hits"]);
    assert_eq!(generation(), built, "it is built once");
    // Others could have put something into it.
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    let refused = place.run(&["search", "open tickets"]);
    assert!(refused.code == 2 && refused.stderr.contains("open to other users"), "{}", refused.stderr);
}

#[cfg(unix)]
#[test]
fn only_the_index_goes_elsewhere_and_what_examines_makes_nothing() {
    let place = Unwritable::new();
    let examined = place.run(&["doctor", "--json"]);
    assert!(examined.code == 1 && examined.stdout.contains("cannot be written to"), "{}", examined.stdout);
    let missing = place.run(&["search", "open tickets", "--no-build"]);
    assert!(missing.code == 2 && missing.stderr.contains("file/home"), "{}", missing.stderr);
    assert_eq!(place.made(), Vec::<std::path::PathBuf>::new());
    place.run(&["search", "open tickets"]).ok();
    let kept = place.run(&["memory", "save", "GET", "/service/tickets", "--description", "all tickets"]);
    assert!(kept.code != 0, "{}", kept.stdout);
    let sent = place.run(&["call", "DELETE", "/service/tickets/5", "--yes"]);
    assert!(sent.code != 0 && sent.stderr.contains("audit.jsonl"), "{}", sent.stderr);
    let made = place.made();
    let within: Vec<String> = std::fs::read_dir(&made[0])
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(within, ["index"]);
}

#[cfg(unix)]
#[test]
fn a_home_that_can_be_written_or_has_an_index_keeps_it() {
    let home = Home::indexed();
    let folder = tempfile::tempdir().unwrap();
    let mut command = home.command(&["search", "open tickets"]);
    let said = ran(command.env("TMPDIR", folder.path()).output().unwrap()).ok().stderr;
    assert!(!said.contains("the index is kept"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The program in a home, with the model of the checkout or with none.
fn run(home: &Home, has_model: bool, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cw-orchestrator"));
    command.env_remove("CW_ORCHESTRATOR_HOME").env_remove("CW_ORCHESTRATOR_MODELS").arg("--home").arg(home.path());
    command.arg("--models").arg(if has_model { models() } else { Path::new("/nonexistent/models").to_owned() });
    ran(command.args(arguments).output().unwrap())
}

#[test]
fn an_index_without_vectors_gets_them_as_soon_as_the_model_is_there() {
    let home = Home::empty();
    let pets = home.write("pets.json", &small_manifest("Pets"));
    run(&home, false, &["index", "build", "--manifest", pets.to_str().unwrap()]).ok();
    let search = |has_model: bool, more: &[&str]| {
        run(&home, has_model, &[&["search", "list pets", "--json"], more].concat()).ok().json()
    };
    assert_eq!(search(false, &[])["mode"], "keyword");
    assert_eq!(search(true, &["--no-build"])["mode"], "keyword");
    let complete = search(true, &[]);
    assert!(complete["mode"] == "hybrid" && complete["reduced"].is_null(), "{complete}");
    let built = home.generation();
    assert_eq!(search(true, &[])["mode"], "hybrid");
    assert_eq!(home.generation(), built, "it is completed once");
    // Without the model it goes on by keyword, and stays complete.
    assert_eq!(search(false, &[])["mode"], "keyword");
    assert_eq!(home.generation(), built);
    // One whose manifest is gone is left as it is.
    run(&home, false, &["index", "build", "--no-reuse"]).ok();
    std::fs::remove_file(&pets).unwrap();
    let left = run(&home, true, &["search", "list pets", "--json"]).ok();
    assert_eq!(left.json()["mode"], "keyword");
    assert!(left.stderr.contains("stays without vectors") && left.stderr.contains("pets.json"), "{}", left.stderr);
}
