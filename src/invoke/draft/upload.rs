//! May this file be uploaded?
//!
//! Only from folders that the user allowed, links followed: to be named in a call is no permission.

use std::path::{Path, PathBuf};

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
    /// It is a folder or device.
    #[error("`{path}` is not a file")]
    NoFile {
        /// Of the file, as the call has it.
        path: String,
    },
}

impl UploadError {
    /// What to do next.
    pub(super) fn cure(&self, folders: &[PathBuf]) -> String {
        let listed: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        match self {
            Self::NoFolders => "The user allows folders with `upload_folders = [\"...\"]` in config.toml.".to_owned(),
            Self::Outside { .. } => format!(
                "Put the file into {}, or let the user add its folder to `upload_folders` in config.toml.",
                listed.join(" or ")
            ),
            Self::Unreadable { .. } | Self::NoFile { .. } => "Give the path of a file that can be read.".to_owned(),
        }
    }
}

/// The file's real path. A relative one is looked for below each allowed folder.
///
/// # Errors
/// Any [`UploadError`]. Of files elsewhere nothing is told, not even whether they exist.
pub(super) fn allowed(path: &str, folders: &[PathBuf]) -> Result<PathBuf, UploadError> {
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
        let message = |path: &str, folders: &[PathBuf]| match allowed(path, folders) {
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
            let found = allowed(path, std::slice::from_ref(&folder));
            assert!(found.is_err(), "{path} was allowed: {found:?}");
        }
    }
}
