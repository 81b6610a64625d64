//! May this file be uploaded?
//!
//! Only from folders that the user allowed, links followed: to be named in a call is no permission, unless a person at a terminal
//! names it. What the program keeps for itself is sent nowhere: keys, memory, logs.

use std::path::{Path, PathBuf};

use crate::memory;
use crate::settings_file::SettingsFile;

/// Where files that are sent may be.
#[derive(Clone, Copy, Debug)]
pub struct Uploads<'a> {
    /// Folders that files may be uploaded from.
    pub folders: &'a [PathBuf],
    /// Whether a person at a terminal named the files of this call: they may be anywhere.
    pub is_typed: bool,
    /// The program's home folder.
    pub home: Option<&'a Path>,
    /// The configuration file in use.
    pub settings: &'a SettingsFile,
}

/// What the program keeps in its home folder: names of folders and files, and beginnings of those that SQLite and locks add to. Not
/// `downloads`, whose files are the user's.
const OWN: [&str; 6] = ["config.toml", "index", "learned.", "logs", memory::FILE_NAME, "verified.json"];

/// Why a file is not uploaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum UploadError {
    /// No folder is allowed at all.
    #[error("no folder is allowed for uploads")]
    NoFolders,
    /// It is not below an allowed folder, or links lead out of it.
    #[error("`{path}` is in none of the folders allowed for uploads")]
    Outside {
        /// Of the file, as the call has it.
        path: String,
    },
    /// It is below an allowed folder, but cannot be opened.
    #[error("`{path}` cannot be read: {source}")]
    Unreadable {
        /// Of the file, as the call has it.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The program keeps it for itself.
    #[error("`{path}` belongs to this program, which sends none of its own files")]
    Own {
        /// Of the file, as the call has it.
        path: String,
    },
    /// It is a folder or device.
    #[error("`{path}` is not a file")]
    NoFile {
        /// Of the file, as the call has it.
        path: String,
    },
}

impl UploadError {
    /// What to do next.
    pub(super) fn cure(&self, Uploads { folders, settings, .. }: &Uploads<'_>) -> String {
        let listed: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        match self {
            Self::NoFolders => format!("The user allows folders with `upload_folders = [\"...\"]` in {settings}."),
            Self::Outside { .. } => format!(
                "Put the file into {}, or let the user add its folder to `upload_folders` in {settings}.",
                listed.join(" or ")
            ),
            Self::Own { .. } => "Give another file.".to_owned(),
            Self::Unreadable { .. } | Self::NoFile { .. } => "Give the path of a file that can be read.".to_owned(),
        }
    }
}

impl Uploads<'_> {
    /// The file's real path. A relative one is looked for below each allowed folder, and where a person typed it, in the working folder.
    ///
    /// # Errors
    /// Any [`UploadError`]. Of files that nobody typed and that are elsewhere nothing is told, not even whether they exist.
    pub(super) fn allowed(&self, path: &str) -> Result<PathBuf, UploadError> {
        let file = match below(path, self.folders) {
            Err(UploadError::NoFolders | UploadError::Outside { .. } | UploadError::Unreadable { .. })
                if self.is_typed =>
            {
                typed(path)?
            }
            other => other?,
        };
        if self.is_own(&file) { Err(UploadError::Own { path: path.to_owned() }) } else { Ok(file) }
    }

    /// Whether a real path is that of a file which the program keeps.
    fn is_own(&self, file: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        if self.settings.path.as_deref().and_then(real).is_some_and(|settings| settings == file) {
            return true;
        }
        let Some(home) = self.home.and_then(real) else { return false };
        let Some(first) = file.strip_prefix(home).ok().and_then(|below| below.components().next()) else {
            return false;
        };
        let name = first.as_os_str().to_string_lossy().to_ascii_lowercase();
        OWN.iter().any(|own| if own.contains('.') { name.starts_with(own) } else { name == *own })
    }
}

fn typed(path: &str) -> Result<PathBuf, UploadError> {
    let file = Path::new(path).canonicalize();
    let file = file.map_err(|source| UploadError::Unreadable { path: path.to_owned(), source })?;
    if file.is_file() { Ok(file) } else { Err(UploadError::NoFile { path: path.to_owned() }) }
}

fn below(path: &str, folders: &[PathBuf]) -> Result<PathBuf, UploadError> {
    if folders.is_empty() {
        return Err(UploadError::NoFolders);
    }
    let outside = || UploadError::Outside { path: path.to_owned() };
    let given = Path::new(path);
    let mut unreadable = None;
    for folder in folders {
        let Ok(folder_is) = folder.canonicalize() else { continue };
        // An absolute path replaces the folder.
        let candidate = folder_is.join(given);
        let file = match candidate.canonicalize() {
            Ok(file) => file,
            Err(source) => {
                let around = candidate.parent().and_then(|around| around.canonicalize().ok());
                if around.is_some_and(|around| around.starts_with(&folder_is)) {
                    unreadable.get_or_insert(source);
                }
                continue;
            }
        };
        if !file.starts_with(&folder_is) {
            continue;
        }
        return if file.is_file() { Ok(file) } else { Err(UploadError::NoFile { path: path.to_owned() }) };
    }
    Err(unreadable.map_or_else(outside, |source| UploadError::Unreadable { path: path.to_owned(), source }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_allowed_folders_are_uploaded() {
        let home = tempfile::tempdir().unwrap();
        let allowed_folder = home.path().join("outbox");
        std::fs::create_dir_all(allowed_folder.join("sub")).unwrap();
        std::fs::write(allowed_folder.join("sub/a.txt"), "a").unwrap();
        std::fs::write(home.path().join("secret.txt"), "s").unwrap();
        let folders = [allowed_folder.clone()];
        let message = |path: &str, folders: &[PathBuf]| match below(path, folders) {
            Ok(file) => file.strip_prefix(home.path().canonicalize().unwrap()).unwrap().display().to_string(),
            Err(error) => error.to_string().replace(home.path().to_str().unwrap(), "~"),
        };
        let absolute = |name: &str| home.path().join(name).display().to_string();

        assert_eq!(message("sub/a.txt", &folders), "outbox/sub/a.txt");
        assert_eq!(message(&absolute("outbox/sub/a.txt"), &folders), "outbox/sub/a.txt");
        assert_eq!(message(&absolute("outbox/sub/../sub/a.txt"), &folders), "outbox/sub/a.txt");
        assert_eq!(message("sub/a.txt", &[]), "no folder is allowed for uploads");
        assert_eq!(message("sub", &folders), "`sub` is not a file");
        assert!(message("missing.txt", &folders).starts_with("`missing.txt` cannot be read: "));
        // Neither tells whether the file exists.
        for outside in ["../secret.txt", "../missing.txt"] {
            let wanted = format!("`{outside}` is in none of the folders allowed for uploads");
            assert_eq!(message(outside, &folders), wanted);
        }
        let secret = absolute("secret.txt");
        assert_eq!(message(&secret, &folders), "`~/secret.txt` is in none of the folders allowed for uploads");
    }

    #[test]
    fn a_person_may_name_any_file_and_nobody_one_of_the_program() {
        let home = tempfile::tempdir().unwrap();
        for folder in ["downloads", "logs", "outbox", "index"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        let (kept, others) = (
            [
                "config.toml",
                "mine.toml",
                "fast_memory_api.db",
                "fast_memory_api.db-wal",
                "learned.json",
                "logs/audit.jsonl",
                "index/CURRENT",
            ],
            ["downloads/a.pdf", "outbox/b.txt", "indexed.txt"],
        );
        for name in kept.iter().chain(&others) {
            std::fs::write(home.path().join(name), "x").unwrap();
        }
        let (folders, settings) =
            ([home.path().to_owned()], SettingsFile { path: Some(home.path().join("mine.toml")) });
        for (folders, is_typed) in [(&folders[..], false), (&[], true)] {
            let uploads = Uploads { folders, is_typed, home: Some(home.path()), settings: &settings };
            let of = |name: &str| uploads.allowed(home.path().join(name).to_str().unwrap());
            for name in kept {
                assert!(matches!(of(name), Err(UploadError::Own { .. })), "{name} {is_typed}");
            }
            for name in others {
                assert!(of(name).is_ok(), "{name} {is_typed}");
            }
            assert!(matches!(of("outbox"), Err(UploadError::NoFile { .. })));
        }
        let untyped = Uploads { folders: &[], is_typed: false, home: Some(home.path()), settings: &settings };
        assert!(matches!(untyped.allowed("outbox/b.txt"), Err(UploadError::NoFolders)));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere_else() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("outbox");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(home.path().join("secret.txt"), "s").unwrap();
        std::os::unix::fs::symlink(home.path().join("secret.txt"), folder.join("link.txt")).unwrap();
        std::os::unix::fs::symlink(home.path(), folder.join("up")).unwrap();
        for path in ["link.txt", "up/secret.txt", "up/missing.txt"] {
            let found = below(path, std::slice::from_ref(&folder));
            assert!(found.is_err(), "{path} was allowed: {found:?}");
        }
    }
}
