//! What did a shell make of what was typed, and how is it typed so that it arrives?

use std::ffi::OsString;

/// Folders that Git Bash and its relatives take for `/`, in small letters.
const ROOTS: [&str; 7] = ["/git/", "/portablegit/", "/git-sdk-64/", "/msys64/", "/msys32/", "/cygwin64/", "/cygwin/"];

/// Why a body of JSON has lost its quotes, and what to do.
pub(super) const QUOTES_LOST: &str = "it has no quotes any more: PowerShell 5.1 takes them out of what it passes on. Give single fields, such as \
     --set status/name=Closed, or the body in a file: --data @FILE";

/// Why a body has quotes around it, and what to do.
pub(super) const QUOTES_KEPT: &str = "the quotes around it arrived with it: cmd.exe knows no single ones. Give single fields, such as \
     --set status/name=Closed, or the body in a file: --data @FILE";

/// Reads a path of an API, and refuses what Git Bash made of one.
pub(super) fn api_path(given: &str) -> Result<String, String> {
    let bytes = given.as_bytes();
    let is_local = matches!(bytes, [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    if !is_local {
        return Ok(given.to_owned());
    }
    let (slashes, small) = (given.replace('\\', "/"), given.replace('\\', "/").to_ascii_lowercase());
    let end = ROOTS.iter().find_map(|root| Some(small.find(root)? + root.len()));
    let meant = end.and_then(|end| slashes.get(end..)).filter(|rest| !rest.is_empty()).unwrap_or("service/tickets");
    Err(format!(
        "Git Bash turns a path that begins with a slash into one of this computer; write it without the slash, such as {meant}, or set \
         MSYS_NO_PATHCONV=1"
    ))
}

/// What a body that is no JSON looks like a shell's work for.
pub(super) fn mangled_json(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.len() > 1 && text.starts_with('\'') {
        return Some(QUOTES_KEPT);
    }
    let has_lost = text.starts_with(['{', '[']) && !text.contains('"') && text.contains(|c: char| c.is_alphabetic());
    has_lost.then_some(QUOTES_LOST)
}

/// The same where the body fell apart into several words, so that the command line is none.
pub(super) fn mangled_words(words: &[OsString]) -> Option<&'static str> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let after = words.windows(2).filter(|pair| pair[0] == "--data").map(|pair| pair[1]);
    let joined = words.iter().filter_map(|word| word.strip_prefix("--data="));
    after.chain(joined).find_map(mangled_json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_computer_is_none_of_an_api() {
        for (given, meant) in [
            ("C:/Program Files/Git/service/tickets", "such as service/tickets, or"),
            ("c:\\msys64\\company\\contacts\\5", "such as company/contacts/5, or"),
            ("D:/tools/service/tickets", "such as service/tickets, or"),
        ] {
            let error = api_path(given).unwrap_err();
            assert!(error.contains(meant) && error.contains("MSYS_NO_PATHCONV"), "{error}");
        }
        for path in ["/service/tickets", "service/tickets", "https://x.example/a", "/a:/b", "c:", "", "/C:/x"] {
            assert_eq!(api_path(path).as_deref(), Ok(path));
        }
    }

    #[test]
    fn a_body_that_a_shell_took_apart_is_known() {
        for (text, cause) in [
            ("{status:{name:Closed}}", Some(QUOTES_LOST)),
            (" [{op:replace}]", Some(QUOTES_LOST)),
            ("'{\"summary\":\"x\"}'", Some(QUOTES_KEPT)),
            ("{\"summary\": x}", None),
            ("{}", None),
            ("[1,", None),
            ("text", None),
        ] {
            assert_eq!(mangled_json(text), cause, "{text}");
        }
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(mangled_words(&words("call POST /a --data {summary: two words}")), Some(QUOTES_LOST));
        assert_eq!(mangled_words(&words("call POST /a --data={summary: two")), Some(QUOTES_LOST));
        assert_eq!(mangled_words(&words("call POST /a --dta {\"a\":1}")), None);
    }
}
