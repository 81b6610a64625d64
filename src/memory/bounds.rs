//! How large may a saved call be?

use super::Pattern;

/// Most characters of a description that can be saved: a page of prose.
pub const LONGEST_DESCRIPTION: usize = 2_000;

/// Cuts a description to [`LONGEST_DESCRIPTION`]: older programs saved longer ones.
pub(crate) fn beginning(description: &str) -> &str {
    match description.char_indices().nth(LONGEST_DESCRIPTION) {
        Some((end, _)) => &description[..end],
        None => description,
    }
}

/// Says why a description is refused; `None` where it is short enough.
pub(crate) fn too_long(description: &str) -> Option<String> {
    let length = description.chars().count();
    (length > LONGEST_DESCRIPTION).then(|| {
        format!("the description has {length} characters, and {LONGEST_DESCRIPTION} is the most; say what the call is for in a few words")
    })
}

/// Most characters that the parameters and the body of a saved call have together as JSON: each read that takes the entry carries them.
pub(crate) const LONGEST_CALL: usize = 100_000;

/// Says why a call is too large to be saved; `None` where it is not.
pub(crate) fn too_large(pattern: &Pattern) -> Option<String> {
    let characters = |json: String| json.chars().count();
    let body = pattern.data.as_ref().map_or(0, |data| characters(data.to_string()));
    let length = body + serde_json::to_string(&pattern.params).map_or(0, characters);
    (length > LONGEST_CALL).then(|| {
        format!(
            "parameters and body have {length} characters, and {LONGEST_CALL} is the most; make what changes a slot"
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::Method;

    #[test]
    fn a_call_is_as_large_as_it_has_characters_whatever_their_bytes() {
        let of = |letter: &str, count: usize| Pattern {
            description: String::new(),
            api: String::new(),
            method: Method::Post,
            template: "/x".to_owned(),
            path: "/x".to_owned(),
            params: serde_json::Map::new(),
            data: Some(json!(letter.repeat(count))),
            slots: Vec::new(),
        };
        // The quotes of the body, and `{}`.
        let most = LONGEST_CALL - 4;
        for letter in ["a", "ä", "語", "🦀"] {
            assert_eq!(too_large(&of(letter, most)), None, "{letter}");
            let refused = too_large(&of(letter, most + 1)).unwrap();
            assert!(refused.contains(&format!("{} characters", LONGEST_CALL + 1)), "{refused}");
        }
    }
}
