//! How much room is left on a disk?

use std::path::Path;

/// Bytes that are free for this user on the disk of a folder; `None` where the system does not tell.
#[cfg(unix)]
pub(super) fn free(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    // Blocks for those who are not root, in units of the fragment (POSIX, sys/statvfs.h).
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Bytes that are free for this user on the disk of a folder; `None` where the system does not tell.
#[cfg(windows)]
#[allow(unsafe_code, reason = "the standard library does not tell the free space of a disk")]
pub(super) fn free(folder: &Path) -> Option<u64> {
    use std::os::windows::ffi::OsStrExt;
    use std::ptr::null_mut;

    let folder: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let mut free = 0;
    // SAFETY: the path ends with a zero and outlives the call; totals that are not wanted may be null (fileapi.h).
    let told = unsafe {
        windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW(
            folder.as_ptr(),
            &raw mut free,
            null_mut(),
            null_mut(),
        )
    };
    (told != 0).then_some(free)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_there_has_a_disk() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free(folder.path()).is_some_and(|bytes| bytes > 0));
        assert_eq!(free(&folder.path().join("none")), None);
    }
}
