//! How does a file from the API reach the disk?
//!
//! Into a temporary file beside its target, moved when it is complete, never over a file that is there, and all of it in the folder
//! that was opened and looked at. Dropping the future, like any failure, removes the temporary file.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::access::ApiAccess;
use super::failure::CallError;
use super::own_files::OwnFiles;
use super::reply_headers::file_name;
use crate::escape::deceives;
#[cfg(target_os = "linux")]
use crate::regular_file::identity;

/// Names tried for a file: `a.pdf`, `a (2).pdf`, and so on.
const MOST_NAMES: u32 = 10_000;

/// Characters of a file name; common file systems take 255 bytes.
const LONGEST_NAME: usize = 60;

/// A folder that stays the same while a file is written into it, whatever is put in its place meanwhile.
struct Folder {
    /// How the system finds it.
    path: PathBuf,
    /// Where the system has names for open folders, `path` is of this one.
    _open: Option<std::fs::File>,
}

impl Folder {
    fn of(path: &Path) -> io::Result<Self> {
        let open = opened(path);
        match open {
            Some((open, path)) => Ok(Self { path, _open: Some(open) }),
            None => Ok(Self { path: path.canonicalize()?, _open: None }),
        }
    }
}

/// A folder that was opened, and the name that Linux has for it.
#[cfg(target_os = "linux")]
fn opened(path: &Path) -> Option<(std::fs::File, PathBuf)> {
    use std::os::fd::AsRawFd;
    let open = std::fs::File::open(path).ok()?;
    let name = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd()));
    // Not every container has the file system of processes.
    (identity(&name)? == identity(path)?).then_some((open, name))
}

/// Nothing: open folders have no names.
#[cfg(not(target_os = "linux"))]
fn opened(_path: &Path) -> Option<(std::fs::File, PathBuf)> {
    None
}

/// A file that is being written.
pub(super) struct Partial {
    file: File,
    path: TempPath,
    /// Outlives `path`, which is removed through it.
    folder: Folder,
    target: PathBuf,
    bytes: u64,
}

impl Partial {
    /// Begins a file beside `target`, whose folder is made where it is missing; in none of the program's own. What was seen of the
    /// path before the request was sent may no longer be so.
    pub(super) async fn create(target: PathBuf, own_files: Option<&OwnFiles>) -> Result<Self, CallError> {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let (own_files, path) = (own_files.cloned(), target.clone());
        let made = tokio::task::spawn_blocking(move || {
            let fail = |source| CallError::Save { path: path.clone(), source };
            crate::private::make_folder(&folder).map_err(fail)?;
            let folder = Folder::of(&folder).map_err(fail)?;
            if let Some(own) = own_files.filter(|own| own.hold(&folder.path)) {
                return Err(CallError::Replaced { path: path.clone(), elsewhere: own.elsewhere() });
            }
            Ok((NamedTempFile::new_in(&folder.path).map_err(fail)?, folder))
        });
        let fail = |error| CallError::Save { path: target.clone(), source: io::Error::other(error) };
        let (file, folder) = made.await.map_err(fail).flatten()?;
        let (file, path) = file.into_parts();
        Ok(Self { file: File::from_std(file), path, folder, target, bytes: 0 })
    }

    /// How many were written so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) async fn write(&mut self, chunk: &[u8]) -> Result<(), CallError> {
        self.bytes += chunk.len() as u64;
        self.file.write_all(chunk).await.map_err(|source| CallError::Save { path: self.target.clone(), source })
    }

    /// Moves the complete file to its target, or to the next free name, and says which and how many bytes.
    pub(super) async fn finish(self) -> Result<(PathBuf, u64), CallError> {
        let Self { mut file, path, folder, target, bytes } = self;
        let fail = |source| CallError::Save { path: target.clone(), source };
        file.flush().await.map_err(fail)?;
        file.sync_all().await.map_err(fail)?;
        drop(file);
        let wanted = target.clone();
        let moved = tokio::task::spawn_blocking(move || persist(path, &folder, &wanted));
        let path = moved.await.map_err(io::Error::other).flatten().map_err(fail)?;
        Ok((path, bytes))
    }
}

fn persist(mut path: TempPath, folder: &Folder, target: &Path) -> io::Result<PathBuf> {
    for number in 1..=MOST_NAMES {
        let name = numbered(target, number);
        let own = name.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        match path.persist_noclobber(folder.path.join(own)) {
            Ok(()) => return Ok(name),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => path = error.path,
            Err(error) => return Err(error.error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn numbered(target: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return target.to_owned();
    }
    let mut name = target.file_stem().map(OsString::from).unwrap_or_default();
    name.push(format!(" ({number})"));
    if let Some(extension) = target.extension() {
        name.push(".");
        name.push(extension);
    }
    target.with_file_name(name)
}

/// Where a download goes: `to`, or a file below it where that is a folder, named as the API names it but for what `access` hides.
pub(super) async fn target(to: &Path, disposition: Option<&str>, url_path: &str, access: &ApiAccess) -> PathBuf {
    if !tokio::fs::metadata(to).await.is_ok_and(|metadata| metadata.is_dir()) {
        return to.to_owned();
    }
    let last = url_path.rsplit('/').next().unwrap_or_default();
    let hide = |text: &str| access.scrub(text);
    let name = named(disposition, hide).or_else(|| safe_name(&percent_decode_str(last).decode_utf8_lossy(), hide));
    to.join(name.unwrap_or_else(|| "download".to_owned()))
}

/// The name that the API gives a file, made safe.
fn named(disposition: Option<&str>, hide: impl Fn(&str) -> String) -> Option<String> {
    safe_name(&file_name(disposition?)?, hide)
}

/// Names that Windows has for devices, whatever extension stands behind them, and with a number some more.
const DEVICES: [&str; 6] = ["aux", "con", "conin$", "conout$", "nul", "prn"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Whether Windows takes a name of a file for that of a device.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let is_number = |rest: &str| {
        let mut digits = rest.chars();
        digits.next().is_some_and(|digit| digit.is_ascii_digit() || "¹²³".contains(digit)) && digits.next().is_none()
    };
    DEVICES.contains(&stem.as_str())
        || NUMBERED_DEVICES.iter().any(|device| stem.strip_prefix(device).is_some_and(is_number))
}

/// A name that stays in its folder, on Windows too, and is no hidden file, no device, and nothing that a command takes for an option.
/// Secrets are hidden in what is left of it.
fn safe_name(name: &str, hide: impl Fn(&str) -> String) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().filter(|c| !deceives(*c) && !matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')).collect();
    // Before it is cut: half a secret would no longer be found.
    let kept = hide(&kept);
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let kept = kept.trim_start_matches(|c: char| matches!(c, '.' | '-' | '~') || c.is_whitespace());
    let kept = if is_device(kept) { format!("_{kept}") } else { kept.to_owned() };
    let length = kept.chars().count();
    // The end is kept: it holds the extension.
    let kept: String = kept.chars().skip(length.saturating_sub(LONGEST_NAME)).collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Redactor;

    #[test]
    fn names_from_the_api_stay_in_their_folder() {
        let cases = [
            ("attachment; filename=\"report 1.pdf\"", Some("report 1.pdf")),
            ("attachment; filename=plain.txt; size=3", Some("plain.txt")),
            ("attachment; filename=\"x.txt\"; filename*=UTF-8''%C3%A9t%C3%A9.txt", Some("été.txt")),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename*=UTF-8''..%2F..%2Fx", Some("x")),
            ("attachment; filename=\"C:\\dir\\a:b.txt\"", Some("ab.txt")),
            ("attachment; filename=\".bashrc\"", Some("bashrc")),
            ("attachment; filename=\"..\"", None),
            ("attachment; filename=\"NUL\"", Some("_NUL")),
            ("attachment; filename=\"con .tar.gz\"", Some("_con .tar.gz")),
            ("attachment; filename=\"a/Com7.txt\"", Some("_Com7.txt")),
            ("attachment; filename*=UTF-8''LPT%C2%B9", Some("_LPT¹")),
            ("attachment; filename=\"conto.txt\"", Some("conto.txt")),
            ("attachment; filename=\"com10.txt\"", Some("com10.txt")),
            ("attachment; filename=\"-rf\"", Some("rf")),
            ("attachment; filename=\"~. -x-y.txt\"", Some("x-y.txt")),
            ("attachment; filename=\"-\"", None),
            ("attachment; filename=\"invoice\u{202e}fdp\u{200b}.exe\"", Some("invoicefdp.exe")),
            ("attachment; filename*=UTF-8''%E2%80%AE%C2%9B", None),
            ("attachment", None),
        ];
        for (disposition, expected) in cases {
            assert_eq!(named(Some(disposition), str::to_owned).as_deref(), expected, "{disposition}");
        }
        let long = safe_name(&format!("{}.pdf", "a".repeat(300)), str::to_owned);
        assert_eq!(long.map(|name| name.len()), Some(LONGEST_NAME));
    }

    #[test]
    fn a_name_holds_no_secret_once_it_is_made_safe() {
        let redactor = Redactor::new(&["plainCanaryKey12345".into()]);
        let hide = |text: &str| redactor.text(text).into_owned();
        for dropped in ["\u{200b}", "\u{202e}", "\u{ad}", "\u{7f}", ":", "?*", "\"<\u{200b}>"] {
            let name = format!("plainCanary{dropped}Key12345-{}.pdf", "a".repeat(40));
            let expected = format!("[secret]-{}.pdf", "a".repeat(40));
            assert_eq!(safe_name(&name, hide), Some(expected), "{dropped:?}");
        }
    }

    #[test]
    fn further_names_keep_the_extension() {
        assert_eq!(numbered(Path::new("/d/a.tar.gz"), 2), Path::new("/d/a.tar (2).gz"));
        assert_eq!(numbered(Path::new("/d/a"), 3), Path::new("/d/a (3)"));
    }
}
