//! May this file be uploaded?
//!
//! Only from folders that the user allowed, links followed: to be named in a call is no permission, unless a person at a terminal
//! names it. What the program keeps for itself is sent nowhere, under whatever name: keys, memory, logs, and what the kernel tells
//! of the process.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::memory;
use crate::regular_file::{Identity, identity, is_kept};
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
    /// The kernel makes it up when it is read.
    #[error(
        "`{path}` is no file on a disk: the system makes it up when it is read, and it may hold this program's secrets"
    )]
    MadeUp {
        /// Of the file, as the call has it.
        path: String,
    },
}

impl UploadError {
    /// Whether it is of what the file is, and not of where it is looked for.
    pub(super) fn is_of_file(&self) -> bool {
        matches!(self, Self::Own { .. } | Self::MadeUp { .. } | Self::NoFile { .. })
    }

    /// What to do next.
    pub(super) fn cure(&self, Uploads { folders, settings, .. }: &Uploads<'_>) -> String {
        let listed: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        match self {
            Self::NoFolders => format!("The user allows folders with `upload_folders = [\"...\"]` in {settings}."),
            Self::Outside { .. } => format!(
                "Put the file into {}, or let the user add its folder to `upload_folders` in {settings}.",
                listed.join(" or ")
            ),
            Self::Own { .. } | Self::MadeUp { .. } => "Give another file.".to_owned(),
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
        self.may_leave(&file, path)?;
        Ok(file)
    }

    /// Checks a file that is read to be sent as text. What is no regular one, such as a pipe that a shell opened, is read as it comes.
    ///
    /// # Errors
    /// [`io::ErrorKind::PermissionDenied`] for what the program keeps for itself, or the kernel makes up.
    pub(crate) fn may_be_read(&self, path: &Path) -> io::Result<()> {
        let Some(file) = path.canonicalize().ok().filter(|file| file.is_file()) else { return Ok(()) };
        self.may_leave(&file, &path.to_string_lossy())
            .map_err(|error| io::Error::new(io::ErrorKind::PermissionDenied, error.to_string()))
    }

    /// Checks that a regular file is neither the program's nor made up.
    fn may_leave(&self, file: &Path, path: &str) -> Result<(), UploadError> {
        let path = || path.to_owned();
        if self.is_own(file) {
            return Err(UploadError::Own { path: path() });
        }
        match File::open(file).and_then(|file| is_kept(&file)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(UploadError::MadeUp { path: path() }),
            Err(source) => Err(UploadError::Unreadable { path: path(), source }),
        }
    }

    /// Whether a file is one that the program keeps, under this name or another.
    fn is_own(&self, file: &Path) -> bool {
        let Some(wanted) = identity(file) else { return false };
        let is_it = |path: &Path| identity(path).is_some_and(|known| known == wanted);
        if self.settings.path.as_deref().is_some_and(is_it) {
            return true;
        }
        let entries = self.home.and_then(|home| fs::read_dir(home).ok()).into_iter().flatten().flatten();
        let mut own = entries.filter(|entry| {
            let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
            OWN.iter().any(|own| if own.contains('.') { name.starts_with(own) } else { name == *own })
        });
        own.any(|entry| is_or_holds(&entry.path(), &wanted))
    }
}

/// Whether a path leads to a file, or to a folder with it.
fn is_or_holds(path: &Path, wanted: &Identity) -> bool {
    if identity(path).is_some_and(|known| known == *wanted) {
        return true;
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    // A link within may lead round in a circle.
    let mut entries = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
    entries.any(|entry| is_or_holds(&entry.path(), wanted))
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

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_program_keeps_is_its_own_under_every_name_and_what_is_made_up_is_no_file() {
        let home = tempfile::tempdir().unwrap();
        let outbox = home.path().join("outbox");
        for folder in ["outbox", "index/build", "logs"] {
            std::fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        let elsewhere = tempfile::tempdir().unwrap();
        std::fs::write(elsewhere.path().join("mine.toml"), "x").unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("mine.toml"), home.path().join("config.toml")).unwrap();
        for (at, name) in ["learned.json", "logs/audit.jsonl", "index/build/meta.json"].into_iter().enumerate() {
            std::fs::write(home.path().join(name), "x").unwrap();
            std::fs::hard_link(home.path().join(name), outbox.join(format!("{at}.txt"))).unwrap();
        }
        std::fs::hard_link(elsewhere.path().join("mine.toml"), outbox.join("3.txt")).unwrap();
        std::os::unix::fs::symlink("/proc/self/environ", outbox.join("environ")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, outbox.join("pipe"), rustix::fs::Mode::RUSR).unwrap();
        std::fs::write(outbox.join("mine.txt"), "x").unwrap();
        let settings = SettingsFile { path: None };
        let folders = [outbox.clone(), "/proc/self".into()];
        for (folders, is_typed) in [(&folders[..], false), (&[], true)] {
            let uploads = Uploads { folders, is_typed, home: Some(home.path()), settings: &settings };
            let of = |name: &str| uploads.allowed(outbox.join(name).to_str().unwrap());
            for name in ["0.txt", "1.txt", "2.txt", "3.txt"] {
                assert!(matches!(of(name), Err(UploadError::Own { .. })), "{name} {is_typed}: {:?}", of(name));
                assert!(uploads.may_be_read(&outbox.join(name)).is_err());
            }
            for name in ["environ", "/proc/self/environ", "/proc/self/root/proc/version"] {
                let found = of(name);
                assert!(
                    matches!(found, Err(UploadError::MadeUp { .. } | UploadError::Outside { .. })),
                    "{name}: {found:?}"
                );
            }
            assert!(matches!(of("/proc/self/status"), Err(UploadError::MadeUp { .. })));
            for name in ["pipe", "/dev/null"] {
                assert!(matches!(of(name), Err(UploadError::NoFile { .. } | UploadError::Outside { .. })), "{name}");
            }
            assert!(of("mine.txt").is_ok());
            assert!(uploads.may_be_read(Path::new("/proc/self/environ")).is_err());
            assert!(uploads.may_be_read(&outbox.join("mine.txt")).is_ok());
        }
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
