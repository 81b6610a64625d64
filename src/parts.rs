//! Where do the model and the library lie that belong to this program?

use std::path::{Path, PathBuf};

use crate::embed::Artefacts;

/// The folder of the model and the library: beside the program, where a package puts them, then `told`, what the user named.
/// Without that it is the one in the home folder, the checkout in which the program was built, or the working folder. Of several
/// the first that holds what is pinned is taken: a package is not harmed by what an older one left in the home folder.
pub(crate) fn models(told: Option<PathBuf>, home: &Path) -> PathBuf {
    let program = program_folder();
    let beside = program.as_ref().map(|folder| folder.join(FOLDER));
    let in_home = home.join(FOLDER);
    // target/release/cw-orchestrator: the checkout is two folders up.
    let checkout = || Some(program.as_ref()?.parent()?.parent()?.join(FOLDER));
    let named = told.clone().map_or_else(
        || [Some(in_home.clone()), checkout(), Some(PathBuf::from(FOLDER))].into_iter().flatten().collect(),
        |told| vec![told],
    );
    let mut with_model: Vec<PathBuf> =
        beside.into_iter().chain(named).filter(|folder| Artefacts::are_in(folder)).collect();
    // Only where there is a choice are files hashed, 60 MB of them: a single folder is verified when it is used.
    if with_model.len() > 1 {
        let stamps = home.join(STAMPS);
        let verified = with_model.iter().position(|folder| Artefacts::locate(folder, Some(&stamps)).is_ok());
        return with_model.swap_remove(verified.unwrap_or(0));
    }
    with_model.pop().or(told).unwrap_or(in_home)
}

/// The folder of the program's own file, also where it was started by a link to it.
fn program_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().and_then(std::fs::canonicalize).ok()?;
    program.parent().map(Path::to_owned)
}

const FOLDER: &str = "models";

/// The file in the home folder that remembers what was verified.
pub(crate) const STAMPS: &str = "verified.json";
