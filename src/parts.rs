//! Where do the model and the library lie that belong to this program?

use std::path::{Path, PathBuf};

use crate::embed::Artefacts;

/// The folder of the model and the library.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Its path, which may hold nothing.
    pub(crate) folder: PathBuf,
    /// Why it is not the one that the user named.
    pub(crate) note: Option<String>,
}

/// Finds the parts: in `told`, which the user named, then beside the program, where a package puts them. Where nothing was named it
/// is beside the program, in the home folder, in the checkout in which the program was built, or in the working folder. Of several the
/// first that holds what is pinned is taken, so that neither a package nor a user is harmed by what an older one left behind.
///
/// What a user names comes before what a package brings: both hold the same pinned bytes or are not used, so the order decides
/// nothing but whether a user's word holds.
pub(crate) fn models(told: Option<PathBuf>, home: &Path) -> Parts {
    let program = program_folder();
    // target/release/cw-orchestrator: the checkout is two folders up.
    let checkout = || Some(program.as_ref()?.parent()?.parent()?.join(FOLDER));
    let beside = program.as_ref().map(|folder| folder.join(FOLDER));
    let stamps = home.join(STAMPS);
    let is_sound = |folder: &Path| Artefacts::locate(folder, Some(&stamps)).is_ok();
    let places = match &told {
        Some(told) => [Some(told.clone()), beside, None, None],
        None => [beside, Some(home.join(FOLDER)), checkout(), Some(PathBuf::from(FOLDER))],
    };
    let otherwise = told.clone().unwrap_or_else(|| home.join(FOLDER));
    let folder = first_sound(places.into_iter().flatten(), is_sound).unwrap_or(otherwise);
    let note = told.filter(|told| *told != folder).map(|told| {
        format!(
            "there is no sound model in {}; the one in {} is used: install the model there again, or name no folder for it",
            told.display(),
            folder.display()
        )
    });
    Parts { folder, note }
}

/// The first folder with a model whose files are what is pinned; where none is, the first with a model.
fn first_sound(places: impl Iterator<Item = PathBuf>, is_sound: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let mut with_model: Vec<PathBuf> = places.filter(|folder| Artefacts::are_in(folder)).collect();
    if with_model.is_empty() {
        return None;
    }
    // Only where there is a choice are files hashed, 60 MB of them: a single folder is verified when it is used.
    let is_choice = with_model.len() > 1;
    let first = if is_choice { with_model.iter().position(|folder| is_sound(folder)) } else { None };
    Some(with_model.swap_remove(first.unwrap_or(0)))
}

/// The folder of the program's own file, also where it was started by a link to it.
fn program_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().and_then(std::fs::canonicalize).ok()?;
    program.parent().map(Path::to_owned)
}

const FOLDER: &str = "models";

/// The file in the home folder that remembers what was verified.
pub(crate) const STAMPS: &str = "verified.json";
