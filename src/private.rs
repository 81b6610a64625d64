//! How are files and folders made so that other users of this machine cannot read them?
//!
//! What is there already keeps its mode: it may be meant so.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Makes a folder and those above it, for its user alone where the system has modes.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    folder_builder().recursive(true).create(path)
}

/// A builder of folders that are their user's alone where the system has modes.
#[cfg(unix)]
fn folder_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A builder of folders.
#[cfg(not(unix))]
fn folder_builder() -> DirBuilder {
    DirBuilder::new()
}

/// Has files and folders made with these bits as their mode, less those of the process's mask.
#[cfg(unix)]
pub(crate) fn set_mode(builder: &mut tempfile::Builder<'_, '_>, mode: u32) {
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
}

/// Changes nothing: there are no modes.
#[cfg(not(unix))]
pub(crate) fn set_mode(_builder: &mut tempfile::Builder<'_, '_>, _mode: u32) {}

/// Tells whether files can be made in a folder, or in the nearest one above it that is there. None stays.
pub(crate) fn probe(folder: &Path) -> io::Result<()> {
    // The folder above a relative one without a slash is the current one, which has no name there.
    let folder = std::path::absolute(folder)?;
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(&folder);
    tempfile::Builder::new().prefix(".probe-").tempfile_in(existing).and_then(tempfile::NamedTempFile::close)
}

/// A folder among the system's temporary ones that is this user's alone, and the same for every process of the user. It is made where
/// it is missing; one that somebody else made, or could change, is refused.
pub(crate) fn temporary_home() -> io::Result<PathBuf> {
    let all = std::path::absolute(std::env::temp_dir())?;
    let own = all.join(format!("cw-orchestrator{}", owner(&all)?));
    match folder_builder().create(&own) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => is_own(&own, &all).map(|()| own),
    }
}

/// What tells the folders of users apart in the system's temporary one: the number of this user, read from a file that is made there.
#[cfg(unix)]
fn owner(folder: &Path) -> io::Result<String> {
    use std::os::unix::fs::MetadataExt;
    let probe = tempfile::Builder::new().prefix(".probe-").tempfile_in(folder)?;
    Ok(format!("-{}", probe.as_file().metadata()?.uid()))
}

/// Nothing: each user has a temporary folder of their own.
#[cfg(not(unix))]
fn owner(folder: &Path) -> io::Result<String> {
    probe(folder).map(|()| String::new())
}

/// Refuses what is no folder of this user's alone, and one that others could put another in place of.
#[cfg(unix)]
fn is_own(folder: &Path, above_path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::symlink_metadata(folder)?;
    let above = std::fs::metadata(above_path)?;
    let refused = |why: &str| {
        let reason = format!("{} {why}; remove it, or name a folder with --home DIR", folder.display());
        Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))
    };
    if !found.is_dir() {
        return refused("is no folder");
    }
    if format!("-{}", found.uid()) != owner(above_path)? {
        return refused("belongs to another user");
    }
    if found.mode() & 0o077 != 0 {
        return refused("is open to other users");
    }
    // Writable by all and without the sticky bit: whoever wants can rename what is in it.
    if above.mode() & 0o1002 == 0o0002 {
        return refused("lies in a folder where other users can replace it");
    }
    Ok(())
}

/// Refuses what is no folder; who may use it, the user's own temporary folder decides.
#[cfg(not(unix))]
fn is_own(folder: &Path, _above: &Path) -> io::Result<()> {
    if std::fs::symlink_metadata(folder)?.is_dir() {
        return Ok(());
    }
    let reason = format!("{} is no folder; remove it, or name a folder with --home DIR", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))
}

/// A builder of temporary files and folders that only their user can read, also once they are renamed.
pub(crate) fn temporary<'a>() -> tempfile::Builder<'a, 'static> {
    let mut builder = tempfile::Builder::new();
    set_mode(&mut builder, 0o700);
    builder
}

/// Makes a file, or empties the one that is there.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    options().create(true).write(true).truncate(true).open(path)
}

/// Writes a whole file, as [`std::fs::write`] does.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    create(path)?.write_all(content)
}

/// Options for a file that, where opening makes it, its user alone can read.
#[cfg(unix)]
pub(crate) fn options() -> OpenOptions {
    let mut options = File::options();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Options for a file.
#[cfg(not(unix))]
pub(crate) fn options() -> OpenOptions {
    File::options()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_temporary_home_is_this_users_alone_or_it_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let above = tempfile::tempdir().unwrap();
        let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        let path = |name: &str| above.path().join(name);
        let own = path("own");
        std::fs::create_dir(&own).unwrap();
        set(&own, 0o700);
        is_own(&own, above.path()).unwrap();
        let why = |path: &Path| is_own(path, above.path()).unwrap_err().to_string();
        std::os::unix::fs::symlink(&own, path("link")).unwrap();
        assert!(why(&path("link")).contains("no folder"));
        File::create(path("file")).unwrap();
        assert!(why(&path("file")).contains("no folder"));
        for mode in [0o750, 0o701, 0o777] {
            set(&own, mode);
            assert!(why(&own).contains("open to other users"), "{mode:o}");
        }
        set(&own, 0o700);
        set(above.path(), 0o777);
        assert!(why(&own).contains("replace it"));
        set(above.path(), 0o1777);
        is_own(&own, above.path()).unwrap();
        // Only root can give a folder away.
        if std::os::unix::fs::chown(&own, Some(12345), None).is_ok() {
            assert!(why(&own).contains("another user"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_of_its_user_alone_and_what_is_there_stays() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = home.path().join("a/b");
        make_folder(&folder).unwrap();
        let file = folder.join("c");
        options().create(true).append(true).open(&file).unwrap();
        assert_eq!([mode(&home.path().join("a")), mode(&folder), mode(&file)], [0o700, 0o700, 0o600]);
        let written = folder.join("d");
        write(&written, b"one").unwrap();
        write(&written, b"2").unwrap();
        assert_eq!((mode(&written), std::fs::read(&written).unwrap()), (0o600, b"2".to_vec()));
        for (path, set) in [(&folder, 0o755), (&file, 0o644)] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(set)).unwrap();
        }
        make_folder(&folder).unwrap();
        options().create(true).append(true).open(&file).unwrap();
        assert_eq!([mode(&folder), mode(&file)], [0o755, 0o644]);
    }
}
