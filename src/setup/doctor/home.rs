//! Can the home folder be used, has it room, and does it keep to itself what is private?

use std::path::Path;

use super::{Area, Finding, Grade, Surroundings, disk};
use crate::service::Service;

/// Free bytes that a build needs at least: the index of the embedded manifest has some 15 MB, and the next one is
/// staged and synced beside it.
const LEAST_FREE: u64 = 100_000_000;

/// Multiple of the index's size that a build needs: the old index, the new one, and SQLite's temporary files.
const TIMES: u64 = 3;

/// Checks that the home can be written to, has room, and is private.
pub(super) fn check(service: &Service, around: &Surroundings) -> Vec<Finding> {
    let home = &service.options().home;
    // The home is made by whatever needs it first, so what counts before is the folder that it will be made in.
    let existing = home.ancestors().find(|folder| folder.exists()).unwrap_or(home);
    let mut findings = vec![writable(home, existing)];
    let known = service.learned().count();
    if known > 0 {
        let (things, them) = if known == 1 { ("thing is", "it") } else { ("things are", "them") };
        let detail = format!(
            "{known} {things} known that APIs took or refused beyond their manifests; `doctor --forget` forgets {them}"
        );
        findings.push(Finding::ok(Area::Home, "learned", detail));
    }
    findings.extend(room(service, existing));
    findings.extend(privacy(home, &around.config_file));
    findings
}

fn writable(home: &Path, existing: &Path) -> Finding {
    let written =
        tempfile::Builder::new().prefix(".doctor-").tempfile_in(existing).and_then(tempfile::NamedTempFile::close);
    match written {
        Ok(()) if existing == home => {
            Finding::ok(Area::Home, "folder", format!("{} can be written to", home.display()))
        }
        Ok(()) => Finding::ok(Area::Home, "folder", format!("{} is made when it is needed", home.display())),
        Err(error) => {
            let detail = format!("{} cannot be written to: {error}", existing.display());
            let cure = "make it writable for you, or name another folder with --home DIR or CW_ORCHESTRATOR_HOME";
            Finding::bad(Area::Home, Grade::Fault, "folder", detail, cure)
        }
    }
}

fn room(service: &Service, existing: &Path) -> Option<Finding> {
    let index = service.status().map_or(0, |status| status.bytes);
    let needed = LEAST_FREE.max(index.saturating_mul(TIMES));
    let free = disk::free(existing)?;
    let detail = format!("{} MB are free, a build needs about {} MB", free / 1_000_000, needed / 1_000_000);
    Some(if free >= needed {
        Finding::ok(Area::Home, "space", detail)
    } else {
        let cure = "make room on its disk, or name a folder on another with --home DIR";
        Finding::bad(Area::Home, Grade::Warning, "space", detail, cure)
    })
}

#[cfg(unix)]
fn privacy(home: &Path, config: &Path) -> Vec<Finding> {
    let memory = home.join(crate::memory::FILE_NAME);
    let logs = home.join("logs");
    let private =
        [("privacy of the configuration", config), ("privacy of memory", &memory), ("privacy of logs", &logs)];
    let existing = private.into_iter().filter(|(_, path)| path.exists());
    let mut findings: Vec<Finding> = existing
        .map(|(name, path)| {
            if !others_read(path) {
                return Finding::ok(Area::Home, name, format!("only you can read {}", path.display()));
            }
            let detail = format!("other users of this machine can read {}", path.display());
            let cure = format!("chmod -R go-rwx {}", super::quoted(path));
            Finding::bad(Area::Home, Grade::Warning, name, detail, cure)
        })
        .collect();
    findings.extend(privacy_of_others(home, &private.map(|(_, path)| path)));
    findings
}

/// Names what else of the home other users can read. `apart` has findings of its own; model and index hold nothing of the user's.
#[cfg(unix)]
fn privacy_of_others(home: &Path, apart: &[&Path]) -> Option<Finding> {
    let entries = std::fs::read_dir(home).ok()?;
    let mut open: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.file_name() != "models" && entry.file_name() != "index")
        .filter(|entry| !apart.contains(&entry.path().as_path()))
        .filter(|entry| others_read(&entry.path()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    open.sort_unstable();
    let detail = if !open.is_empty() {
        format!("other users of this machine can read {} in {}", open.join(", "), home.display())
    } else if others_read(home) {
        // Made by the user, with the mode of any folder: the program makes its own for its user alone.
        format!("other users of this machine can see which files are in {}", home.display())
    } else {
        return None;
    };
    let cure = format!("chmod go-rwx {}", super::quoted(home));
    Some(Finding::bad(Area::Home, Grade::Warning, "privacy of the home", detail, cure))
}

/// Checks nothing: other systems have no modes, and give users' folders to their users.
#[cfg(not(unix))]
fn privacy(_home: &Path, _config: &Path) -> Vec<Finding> {
    Vec::new()
}

/// Tells whether other users can read a file: its mode and that of every folder above it let them.
#[cfg(unix)]
fn others_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let Ok(path) = std::fs::canonicalize(path) else { return false };
    let mode = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    // Read and search, of the group and of all others.
    let classes = [(0o040, 0o010), (0o004, 0o001)];
    classes.into_iter().any(|(read, search)| {
        mode(&path) & read != 0 && path.ancestors().skip(1).all(|folder| mode(folder) & search != 0)
    })
}
