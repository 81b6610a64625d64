//! How are files and folders made so that other users of this machine cannot read them?
//!
//! What is there already keeps its mode: it may be meant so.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes a folder and those above it, for its user alone where the system has modes.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A builder of temporary files and folders that only their user can read, also once they are renamed.
pub(crate) fn temporary<'a>() -> tempfile::Builder<'a, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
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
pub(crate) fn options() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

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
