//! What did a shell make of what was typed, and how is it typed so that it arrives?

use std::ffi::OsString;

use serde::de::IgnoredAny;

/// Folders that Git Bash and its relatives take for `/`, in small letters.
const ROOTS: [&str; 7] = ["/git/", "/portablegit/", "/git-sdk-64/", "/msys64/", "/msys32/", "/cygwin64/", "/cygwin/"];

/// Why a body of JSON has lost its quotes.
pub(super) const QUOTES_LOST: &str = "it has no quotes any more: PowerShell 5.1 takes them out of what it passes on";

/// Why a body has quotes around it.
pub(super) const QUOTES_KEPT: &str = "the quotes around it arrived with it: cmd.exe knows no single ones";

/// What a body looks like that is a table of PowerShell's.
pub(super) const HASH_TABLE: &str =
    "it is a hash table of PowerShell's: make JSON of it with `@{...} | ConvertTo-Json`, and pipe that to --data -";

/// What shells and word processors leave before the name of a body's first field, and why it is there.
const BEFORE_NAME: [(&str, &str); 12] = [
    ("\\\"", "the backslashes before its quotes arrived with it: PowerShell 7.3 and later take none out"),
    ("`\"", "the backticks before its quotes arrived with it: PowerShell takes them out between double quotes alone"),
    ("^\"", "the carets before its quotes arrived with it: cmd.exe takes none out between double quotes"),
    ("\"\"", "its quotes arrived doubled: this shell takes none of two out"),
    ("'", "its names stand in single quotes, and JSON has double ones"),
    (CURLY[0], QUOTES_CURLY),
    (CURLY[1], QUOTES_CURLY),
    (CURLY[2], QUOTES_CURLY),
    (CURLY[3], QUOTES_CURLY),
    (CURLY[4], QUOTES_CURLY),
    (CURLY[5], QUOTES_CURLY),
    (CURLY[6], QUOTES_CURLY),
];

/// Typographic quotes.
const CURLY: [&str; 7] = ["\u{201c}", "\u{201d}", "\u{201e}", "\u{2018}", "\u{2019}", "\u{ab}", "\u{bb}"];

/// Where they are from.
const QUOTES_CURLY: &str =
    "its quotes are typographic, as word processors and chats make them, and JSON has straight ones";

/// How `call` is given a body that no shell changes.
pub(super) const UNCHANGED: &str =
    "give single fields, such as --set status/name=Closed, or the body in a file: --data @FILE";

/// What Git Bash does.
const GIT_BASH: &str = "Git Bash turns a path that begins with a slash into one of this computer";

/// Reads a path of an API, and refuses what Git Bash made of one, and one with backslashes.
pub(super) fn api_path(given: &str) -> Result<String, String> {
    match turned_local(given) {
        Some(meant) => {
            Err(format!("{GIT_BASH}; write it without the slash, such as {meant}, or set MSYS_NO_PATHCONV=1"))
        }
        None => without_backslashes(given).map(|()| given.to_owned()),
    }
}

/// The path of an API, without its first slash, of which Git Bash made this one of the computer; `None` where it is none.
fn turned_local(given: &str) -> Option<String> {
    let is_windows = matches!(given.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    // As Git Bash itself writes it: `/c/Program Files/Git/...`.
    let is_posix = matches!(given.as_bytes(), [b'/', drive, b'/', ..] if drive.is_ascii_alphabetic());
    if !is_windows && !is_posix {
        return None;
    }
    let slashes = given.replace('\\', "/");
    let small = slashes.to_ascii_lowercase();
    let end = ROOTS.iter().find_map(|root| Some(small.find(root)? + root.len()));
    // An API may have paths that begin with one letter.
    if end.is_none() && is_posix {
        return None;
    }
    let meant = end.and_then(|end| slashes.get(end..)).filter(|rest| !rest.is_empty());
    Some(meant.unwrap_or("service/tickets").to_owned())
}

/// Refuses a path with backslashes. A query may have some.
fn without_backslashes(given: &str) -> Result<(), String> {
    let path = given.split_once('?').map_or(given, |(path, _)| path);
    if !path.contains('\\') {
        return Ok(());
    }
    let meant = path.replace('\\', "/");
    Err(format!("a path of an API has slashes, no backslashes; write {meant}"))
}

/// Reads the words of `raw`, which are the method, the path and perhaps a body, or all of these in one word, and refuses what a shell
/// made of path or body.
pub(super) fn raw_request(words: &[String]) -> Result<String, String> {
    let request = words.join(" ");
    let mut parts = request.trim().splitn(3, char::is_whitespace);
    let (_method, path, body) = (parts.next(), parts.next(), parts.next());
    // A path of a folder with a blank in its name is in two of them.
    let path = words.get(1).map(String::as_str).or(path).unwrap_or_default();
    if let Some(meant) = turned_local(path) {
        return Err(format!(
            "{GIT_BASH}; write the request in one word, such as 'GET /{meant}', or set MSYS_NO_PATHCONV=1"
        ));
    }
    without_backslashes(path)?;
    match body.filter(|body| serde_json::from_str::<IgnoredAny>(body.trim()).is_err()).and_then(mangled_json) {
        Some(cause) if !path.contains('?') => {
            Err(format!("what follows the path is no JSON: {cause}; use `call`, and {UNCHANGED}"))
        }
        _ => Ok(request),
    }
}

/// What a body that is no JSON looks like a shell's work for.
pub(super) fn mangled_json(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.len() > 1 && text.starts_with('\'') {
        return Some(QUOTES_KEPT);
    }
    if text.starts_with("@{") || text.starts_with("System.Collections.") {
        return Some(HASH_TABLE);
    }
    let opening = |c: char| matches!(c, '{' | '[' | '^') || c.is_whitespace();
    let name = text.trim_start_matches(opening);
    // A caret may stand before a quote as well as before a bracket.
    let name = if text[..text.len() - name.len()].ends_with('^') { &text[text.len() - name.len() - 1..] } else { name };
    let is_opened = text.trim_start_matches('^').starts_with(['{', '[']);
    // `""` alone is an empty name or value, which JSON may have.
    let is_before = |before: &str| {
        name.strip_prefix(before)
            .is_some_and(|rest| before != "\"\"" || rest.starts_with(|c: char| c.is_alphanumeric()))
    };
    if let Some((_, cause)) = BEFORE_NAME.iter().find(|(before, _)| is_opened && is_before(before)) {
        return Some(cause);
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
            ("/c/Program Files/Git/service/tickets", "such as service/tickets, or"),
            ("/d/msys64/company/contacts/5", "such as company/contacts/5, or"),
        ] {
            let error = api_path(given).unwrap_err();
            assert!(error.contains(meant) && error.contains("MSYS_NO_PATHCONV"), "{error}");
        }
        for path in [
            "/service/tickets",
            "service/tickets",
            "https://x.example/a",
            "/a:/b",
            "c:",
            "",
            "/C:/x",
            "/a?b=\\",
            "/v/tickets",
        ] {
            assert_eq!(api_path(path).as_deref(), Ok(path));
        }
        for (given, meant) in
            [("\\service\\tickets", "write /service/tickets"), ("service\\tickets\\5", "write service/tickets/5")]
        {
            assert!(api_path(given).unwrap_err().ends_with(meant), "{given}");
        }
    }

    #[test]
    fn a_raw_request_is_read_in_one_word_and_in_several() {
        let read = |words: &[&str]| raw_request(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        for words in [
            &["GET", "/service/tickets?conditions=summary = '{x}'"][..],
            &["GET /service/tickets"],
            &["POST", "/service/tickets", "{\"summary\": \"{a}\"}"],
            &["POST /service/tickets {\"summary\": \"two words\"}"],
            &["GET"],
        ] {
            assert_eq!(read(words), Ok(words.join(" ")));
        }
        for (words, says) in [
            (&["GET C:/Program Files/Git/service/tickets"][..], "MSYS_NO_PATHCONV"),
            (&["GET", "C:/Program Files/Git/service/tickets"], "such as 'GET /service/tickets', or"),
            (&["POST", "/service/tickets", "{summary:Outage}"], "use `call`, and give single fields"),
            (&["POST", "/service/tickets", "{summary:", "two", "words}"], "PowerShell 5.1"),
            (&["POST /service/tickets '{\"summary\":\"x\"}'"], "cmd.exe"),
            (&["GET", "\\service\\tickets"], "write /service/tickets"),
        ] {
            let refused = read(words).unwrap_err();
            assert!(refused.contains(says), "{words:?}: {refused}");
        }
    }

    #[test]
    fn a_body_that_a_shell_took_apart_is_known() {
        for (text, cause) in [
            ("{status:{name:Closed}}", Some(QUOTES_LOST)),
            (" [{op:replace}]", Some(QUOTES_LOST)),
            ("'{\"summary\":\"x\"}'", Some(QUOTES_KEPT)),
            ("@{summary='x'}", Some(HASH_TABLE)),
            ("System.Collections.Hashtable", Some(HASH_TABLE)),
            ("{\"summary\": x}", None),
            ("{\"\": x}", None),
            ("[\"\", x]", None),
            ("{^}", None),
            ("{}", None),
            ("[1,", None),
            ("text", None),
        ] {
            assert_eq!(mangled_json(text), cause, "{text}");
        }
        for (text, says) in [
            ("{\\\"summary\\\":\\\"x\\\"}", "backslashes"),
            ("[ {\\\"op\\\":\\\"add\\\"}]", "backslashes"),
            ("{`\"summary`\":`\"x`\"}", "backticks"),
            ("{^\"summary^\":^\"x^\"}", "carets"),
            ("^{^\"summary^\":^\"x^\"^}", "carets"),
            ("{\"\"summary\"\":\"\"x\"\"}", "doubled"),
            ("{\u{201c}summary\u{201d}:\u{201c}x\u{201d}}", "typographic"),
            ("{\u{ab}summary\u{bb}: 1}", "typographic"),
            ("{'summary':'x'}", "single quotes"),
        ] {
            assert!(mangled_json(text).is_some_and(|cause| cause.contains(says)), "{text}: {:?}", mangled_json(text));
        }
        let words = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(mangled_words(&words("call POST /a --data {summary: two words}")), Some(QUOTES_LOST));
        assert_eq!(mangled_words(&words("call POST /a --data={summary: two")), Some(QUOTES_LOST));
        assert_eq!(mangled_words(&words("call POST /a --dta {\"a\":1}")), None);
    }
}
