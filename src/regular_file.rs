//! How is a file read that somebody names? Only if it is a regular one, and no larger than it may be.
//!
//! A FIFO waits for its writer, a device may never end, and a name that is mistyped may mean any file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::text_file;

/// What is read of one kind of file, and what to do with a file that is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegularFile {
    /// Bytes of the largest that is read.
    pub(crate) most: u64,
    /// Follows `it is no regular file; `: what to do instead.
    pub(crate) if_not_regular: &'static str,
    /// Follows `it has more than N bytes`, with its separator: what to do, or why that cannot be.
    pub(crate) if_larger: &'static str,
}

impl RegularFile {
    /// Opens a regular file, or what a link to one names. No other is opened, so none blocks.
    ///
    /// # Errors
    /// The system's, and [`io::ErrorKind::InvalidInput`] where it is no regular file.
    pub(crate) fn open(self, path: &Path) -> io::Result<File> {
        if !fs::metadata(path)?.is_file() {
            let reason = format!("it is no regular file; {}", self.if_not_regular);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        File::open(path)
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// As [`Self::open`], and [`io::ErrorKind::FileTooLarge`].
    pub(crate) fn bytes(self, path: &Path) -> io::Result<Vec<u8>> {
        self.bounded(self.open(path)?)
    }

    /// Reads a whole file as [`Self::bytes`] does.
    ///
    /// # Errors
    /// Also [`io::ErrorKind::InvalidData`] where it is no text.
    pub(crate) fn text(self, path: &Path) -> io::Result<String> {
        text_file::text(&self.bytes(path)?)
    }

    /// Reads all that a stream has.
    ///
    /// # Errors
    /// The system's, and [`io::ErrorKind::FileTooLarge`].
    pub(crate) fn bounded(self, from: impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        from.take(self.most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.most {
            let reason = format!("it has more than {} bytes{}", self.most, self.if_larger);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
        }
        Ok(bytes)
    }
}

/// File systems whose files the kernel makes up when they are read (`linux/magic.h`): proc, sys, control groups and their like.
/// `/proc/self/environ` has the secrets of this process, and no length.
#[cfg(target_os = "linux")]
const MADE_UP: [u64; 16] = [
    0x0027_e0eb, // cgroup
    0x0000_9fa0, // proc
    0x1980_0202, // mqueue
    0x4249_4e4d, // binfmt_misc
    0x4341_5d53, // smack
    0x6165_676c, // pstore
    0x6265_6570, // configfs
    0x6265_6572, // sysfs
    0x6367_7270, // cgroup2
    0x6462_6720, // debugfs
    0x6573_5543, // fusectl
    0x6e73_6673, // nsfs
    0x7363_6673, // securityfs
    0x7472_6163, // tracefs
    0xde5e_81e4, // efivarfs
    0xf97c_ff8c, // selinux
];

/// Whether an open file is kept somewhere, and not made up by the kernel when it is read.
#[cfg(target_os = "linux")]
pub(crate) fn is_kept(file: &File) -> io::Result<bool> {
    let kind = rustix::fs::fstatfs(file)?.f_type as u64 & 0xffff_ffff;
    Ok(!MADE_UP.contains(&kind))
}

/// Whether an open file is kept somewhere: elsewhere every regular one is.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_kept(_file: &File) -> io::Result<bool> {
    Ok(true)
}

/// What makes two names name one file, a hard link too.
#[cfg(unix)]
pub(crate) type Identity = (u64, u64);

/// The device and the number on it of the file that a path leads to.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// What makes two names name one file: the standard library has no more than the path.
#[cfg(not(unix))]
pub(crate) type Identity = std::path::PathBuf;

/// The real path of the file that a path leads to.
#[cfg(not(unix))]
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    path.canonicalize().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: RegularFile = RegularFile { most: 4, if_not_regular: "name a file", if_larger: ", which is too many" };

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for (content, read) in [
            ("", Ok(String::new())),
            ("four", Ok("four".to_owned())),
            ("fives", Err("it has more than 4 bytes, which is too many".to_owned())),
        ] {
            fs::write(&path, content).unwrap();
            assert_eq!(SMALL.text(&path).map_err(|error| error.to_string()), read);
        }
        fs::write(&path, b"a\xff").unwrap();
        assert_eq!(SMALL.bytes(&path).unwrap(), b"a\xff");
        assert_eq!(
            SMALL.text(&path).unwrap_err().to_string(),
            "it is no text: byte 1 is neither UTF-8 nor UTF-16; save it as UTF-8"
        );
        assert_eq!(SMALL.text(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
        let folders = SMALL.text(folder.path()).unwrap_err().to_string();
        assert_eq!(folders, "it is no regular file; name a file");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_kernel_makes_up_is_kept_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "a").unwrap();
        assert!(is_kept(&File::open(&path).unwrap()).unwrap());
        for path in ["/proc/self/environ", "/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"] {
            if let Ok(file) = File::open(path) {
                assert!(!is_kept(&file).unwrap(), "{path}");
            }
        }
        std::fs::hard_link(&path, folder.path().join("b")).unwrap();
        assert_eq!(identity(&path), identity(&folder.path().join("b")));
        assert_ne!(identity(&path), identity(folder.path()));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_before_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path("link")).unwrap();
        for path in [path("fifo"), path("socket"), path("link"), "/dev/zero".into()] {
            let refused = SMALL.bytes(&path).unwrap_err();
            assert_eq!(refused.to_string(), "it is no regular file; name a file", "{path:?}");
        }
    }
}
