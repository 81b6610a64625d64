//! What was written down last?

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::FILE;

/// Bytes that are read of the current file, and as many of the one before it: some 20,000 lines together.
const MOST: u64 = 2 << 20;

/// The newest lines of the log, oldest first; none where there is no log.
pub fn newest(home: &Path) -> Vec<String> {
    let folder = home.join("logs");
    let before = FILE.replace(".jsonl", ".1.jsonl");
    [before.as_str(), FILE].iter().flat_map(|name| end_of(&folder.join(name))).collect()
}

/// The last lines of a file, whole ones alone.
fn end_of(path: &Path) -> Vec<String> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(MOST)))?;
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes)?;
        // The first line of the part has lost its beginning.
        if length > MOST {
            let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
            bytes.drain(..end);
        }
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_file_is_read_and_the_file_before_comes_first() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("logs");
        std::fs::create_dir(&folder).unwrap();
        assert!(newest(home.path()).is_empty());
        std::fs::write(folder.join("cw-orchestrator.1.jsonl"), "first\nsecond\n").unwrap();
        let long = format!("{}\nlast\n", "x".repeat(MOST as usize));
        std::fs::write(folder.join(FILE), long).unwrap();
        assert_eq!(newest(home.path()), ["first", "second", "last"]);
    }
}
