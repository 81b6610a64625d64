//! How is a client's file read, and replaced so that neither a crash nor a mistake loses what stood in it?

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::InstallError;
use crate::clock::now_s;
use crate::private;
use crate::regular_file::RegularFile;

/// Some clients keep their conversations in the file of their servers.
const CLIENT_FILE: RegularFile =
    RegularFile { most: 64 << 20, if_not_regular: "move it away", if_larger: ", which no list of servers has" };

/// Reads a file; `None` where there is none.
///
/// # Errors
/// [`InstallError::File`]
pub fn read(path: &Path) -> Result<Option<String>, InstallError> {
    content(path).map_err(|source| InstallError::File { doing: "read", path: path.to_owned(), source })
}

/// Reads a file as [`read`] does, with the system's errors.
///
/// # Errors
/// Also for what is neither a regular file nor a link to one, or too large for what it is to be.
pub fn content(path: &Path) -> io::Result<Option<String>> {
    match CLIENT_FILE.text(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Err(_) if fs::symlink_metadata(path).is_err() => Ok(None),
        Err(_) => {
            let reason = "it is a link to a file that is not there; make that file, or remove the link";
            Err(io::Error::new(io::ErrorKind::NotFound, reason))
        }
    }
}

/// Replaces the content in one step, and returns the path of a copy of the former content beside it. A link stays a
/// link, and permissions stay.
///
/// # Errors
/// [`InstallError::ChangedMeanwhile`] where the content is not `former` any more: clients write their files too.
/// [`InstallError::File`]
pub fn replace(path: &Path, former: Option<&str>, content: &str) -> Result<Option<PathBuf>, InstallError> {
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| InstallError::File { doing, path, source }
    };
    // Where it cannot be resolved there is no file yet, or the next step says why.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
    let mut file = staged(folder, &target).map_err(failed("write into", folder))?;
    let write = |file: &mut tempfile::NamedTempFile| -> io::Result<()> {
        file.write_all(content.as_bytes())?;
        file.as_file().sync_all()
    };
    write(&mut file).map_err(failed("write into", folder))?;
    if read(path)?.as_deref() != former {
        return Err(InstallError::ChangedMeanwhile { path: path.to_owned() });
    }
    let copy = former.map(|former| keep(&target, former)).transpose().map_err(failed("keep a copy of", &target))?;
    file.persist(&target).map_err(|error| failed("replace", &target)(error.error))?;
    Ok(copy)
}

/// Makes a temporary file beside the target, with its permissions, or with the system's default where there is no
/// target.
fn staged(folder: &Path, target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    private::set_mode(&mut builder, 0o666);
    let file = builder.tempfile_in(folder)?;
    match fs::metadata(target) {
        Ok(former) => file.as_file().set_permissions(former.permissions())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(file)
}

/// Writes a content to `<name>.before-<seconds since 1970>`, or to the next second whose name is free.
fn keep(target: &Path, content: &str) -> io::Result<PathBuf> {
    let mut at_s = now_s();
    loop {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".before-{at_s}"));
        let copy = target.with_file_name(name);
        let folder = target.parent().unwrap_or(Path::new("."));
        let mut file = staged(folder, target)?;
        file.write_all(content.as_bytes())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&copy) {
            Ok(_) => return Ok(copy),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => at_s += 1,
            Err(error) => return Err(error.error),
        }
    }
}
