//! What text do bytes hold, whatever program wrote them?
//!
//! Windows PowerShell writes files in UTF-16, and other programs of Windows put a byte order mark before UTF-8.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes are neither UTF-8 nor UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no text: byte {offset} is neither UTF-8 nor UTF-16; save it as UTF-8")]
pub(crate) struct NotText {
    /// Position of the first byte that is wrong, from 0.
    pub(crate) offset: usize,
}

/// The text without its byte order mark: UTF-8, or UTF-16 that says so by a mark or by the zero bytes around its first
/// character.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
    match bytes {
        // What is UTF-16 here is what `is_utf16` says of the start.
        [0xff, 0xfe, ..] => utf16(bytes, 2, u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(bytes, 2, u16::from_be_bytes),
        [1..=127, 0, ..] => utf16(bytes, 0, u16::from_le_bytes),
        [0, 1..=127, ..] => utf16(bytes, 0, u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(bytes).map_err(|error| NotText { offset: error.valid_up_to() })?;
            Ok(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
        }
    }
}

/// Whether a text that starts with these bytes is UTF-16, whose lines do not end with a byte: [`decode`] reads such a text as a whole.
pub(crate) const fn is_utf16(start: &[u8]) -> bool {
    matches!(start, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [1..=127, 0, ..] | [0, 1..=127, ..])
}

/// Reads units of two bytes from an offset on.
fn utf16(bytes: &[u8], from: usize, unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, NotText> {
    let (units, rest) = bytes.get(from..).unwrap_or_default().as_chunks::<2>();
    let mut text = String::with_capacity(units.len());
    let mut offset = from;
    for character in char::decode_utf16(units.iter().copied().map(unit)) {
        let character = character.map_err(|_| NotText { offset })?;
        offset += 2 * character.len_utf16();
        text.push(character);
    }
    if rest.is_empty() { Ok(Cow::Owned(text)) } else { Err(NotText { offset }) }
}

/// The text of a whole file.
///
/// # Errors
/// `InvalidData` for what is no text.
pub(crate) fn text(bytes: &[u8]) -> io::Result<String> {
    let text = decode(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok(text.into_owned())
}

/// Reads a text to its end.
///
/// # Errors
/// The system's, and `InvalidData` for what is no text.
pub(crate) fn read_from(mut from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    text(&bytes)
}

/// Reads a text file.
///
/// # Errors
/// As [`read_from`].
pub(crate) fn read(path: &Path) -> io::Result<String> {
    read_from(File::open(path)?)
}

/// Refuses a folder, a named pipe or a device without opening it: reading one may wait for ever. Streams that the process has open
/// already, such as standard input or a shell's `<(...)`, are allowed.
///
/// # Errors
/// The system's, and `InvalidInput` for a folder, a named pipe or a device.
pub(crate) fn may_be_read(path: &Path) -> io::Result<()> {
    let is_open =
        path == Path::new("/dev/stdin") || ["/dev/fd", "/proc/self/fd"].iter().any(|fds| path.starts_with(fds));
    if is_open || std::fs::metadata(path)?.is_file() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a folder, a named pipe or a device, and no file"))
}

/// Whether a file could not be read since there is none: no such name, or a folder on the way that is none.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, mark: &[u8], unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        [mark.to_vec(), text.encode_utf16().flat_map(unit).collect()].concat()
    }

    #[test]
    fn text_is_read_as_any_program_of_windows_writes_it() {
        let text = "{\"name\": \"M\u{fc}ller \u{1f600}\"}\r\n";
        for (what, bytes) in [
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("UTF-16 LE", utf16_of(text, &[0xff, 0xfe], u16::to_le_bytes)),
            ("UTF-16 BE", utf16_of(text, &[0xfe, 0xff], u16::to_be_bytes)),
            ("UTF-16 LE without a mark", utf16_of(text, &[], u16::to_le_bytes)),
            ("UTF-16 BE without a mark", utf16_of(text, &[], u16::to_be_bytes)),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{what}");
            assert_eq!(is_utf16(&bytes), what.starts_with("UTF-16"), "{what}");
            assert_eq!(read_from(&bytes[..]).unwrap(), text, "{what}");
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }

    #[test]
    fn what_is_no_text_is_said_with_its_place() {
        for (bytes, offset) in [
            (&b"abc\xff"[..], 3),
            // Half a pair of surrogates, and half a unit.
            (&b"\xff\xfea\x00\x3d\xd8b\x00"[..], 4),
            (&b"\xff\xfea\x00b"[..], 4),
        ] {
            assert_eq!(decode(bytes), Err(NotText { offset }));
        }
        assert_eq!(read_from(&b"\xe9"[..]).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[cfg(unix)]
    #[test]
    fn pipes_folders_and_devices_are_no_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        std::fs::write(&file, "{}").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for path in [file.as_path(), &link, Path::new("/dev/stdin"), Path::new("/dev/fd/63")] {
            assert!(may_be_read(path).is_ok(), "{}", path.display());
        }
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        for path in [folder.path(), &pipe, Path::new("/dev/zero")] {
            assert_eq!(may_be_read(path).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{}", path.display());
        }
        assert_eq!(may_be_read(&folder.path().join("missing")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
