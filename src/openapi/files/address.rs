//! Which file, and which place in it, does a reference name?

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::super::reference::{fragment_of, fragment_tokens, locate};
use super::{MEMBER, UnreadFile};

/// Whether a text ends as the names of manifests' files do.
pub(super) fn names_file(text: &str) -> bool {
    let ending = text.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| matches!(ending.as_str(), "json" | "yaml" | "yml"))
}

/// The path of a file relative to the manifest's folder, from a reference in the file at `from`; `None` where the reference names no
/// file.
pub(super) fn beside(reference: &str, from: &str) -> Option<Result<String, UnreadFile>> {
    let is_url = reference.contains("://") || reference.starts_with("//") || reference.split('/').next()?.contains(':');
    // A name without an ending is that of a schema at least as often.
    if is_url || !reference.contains(['.', '/']) {
        return None;
    }
    if reference.starts_with('/') || reference.contains('\\') {
        return Some(Err(UnreadFile::NotRelative));
    }
    let decoded = percent_decode_str(reference).decode_utf8_lossy().into_owned();
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Some(Err(UnreadFile::Outside));
                }
            }
            part => parts.push(part),
        }
    }
    Some(Ok(parts.join("/")))
}

/// The fragment as the JSON Pointer of something that is there.
pub(super) fn pointer_in(document: &Value, fragment: &str) -> Option<String> {
    let there = |fragment: &str| locate(document, &fragment_tokens(fragment)?).map(|_| fragment.to_owned());
    // `file.yaml#Pet` is common for `file.yaml#/Pet`.
    there(fragment).or_else(|| there(&format!("/{fragment}")))
}

/// The reference to a place in a file that is part of the document.
pub(super) fn whole(path: &str, pointer: &str) -> String {
    format!("#/{MEMBER}/{}{pointer}", fragment_of(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reference_leaves_the_folder() {
        for (reference, from, expected) in [
            ("a.yaml", "", Some(Ok("a.yaml"))),
            ("./b/../a.yaml", "x/y.yaml", Some(Ok("x/a.yaml"))),
            ("../a%20b.yaml", "x/y.yaml", Some(Ok("a b.yaml"))),
            ("../a.yaml", "", Some(Err("outside"))),
            ("%2e%2e/a.yaml", "", Some(Err("outside"))),
            ("x/../../a.yaml", "", Some(Err("outside"))),
            ("/etc/a.yaml", "", Some(Err("relative"))),
            ("..\\a.yaml", "", Some(Err("relative"))),
            ("file:///etc/a.yaml", "", None),
            ("//host/a.yaml", "", None),
            ("C:/a.yaml", "", None),
            ("Pet", "", None),
        ] {
            match (beside(reference, from), expected) {
                (Some(Ok(path)), Some(Ok(expected))) => assert_eq!(path, expected, "{reference}"),
                (Some(Err(reason)), Some(Err(expected))) => {
                    assert!(reason.to_string().contains(expected), "{reference}: {reason}")
                }
                (found, expected) => assert!(found.is_none() && expected.is_none(), "{reference}: {found:?}"),
            }
        }
    }
}
