//! Does a call hold a secret? Those are not kept. Pure.

use base64::Engine as _;
use serde_json::Value;

use super::Pattern;
use super::comparisons::comparisons;
use super::place::{Leaf, PATH, each_leaf};
use crate::document::words::split;

/// What stands where a secret was.
pub const MASK: &str = "[secret]";

/// Words that say secret, as they stand in a name whose words are run together.
const NAMES: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "apikey",
    "privatekey",
    "accesskey",
    "authorization",
    "credential",
    "bearer",
    "authkey",
];
/// Words that say secret where they are a word of their own: `pat` is also in `path`.
const WORDS: [&str; 5] = ["token", "tokens", "pwd", "pat", "jwt"];
/// What a name ends in that only speaks about a secret.
const ABOUT: [&str; 20] = [
    "count",
    "type",
    "length",
    "expires",
    "expiry",
    "expiration",
    "date",
    "changed",
    "required",
    "policy",
    "name",
    "id",
    "url",
    "hint",
    "enabled",
    "at",
    "on",
    "in",
    "flag",
    "used",
];

/// A configured credential that is shorter is compared with whole values only: a part of three letters is in any text.
const SHORTEST_PART: usize = 6;

/// The places that hold a secret: by the name of a parameter or member, by the form of the value, or because it is one of the
/// `known` ones. Values that are slots hold none.
pub fn find(pattern: &Pattern, known: &[&str]) -> Vec<String> {
    let mut places = Vec::new();
    if holds_secret(&pattern.description, known) {
        places.push("description".to_owned());
    }
    each_leaf(&mut pattern.clone(), &mut |leaf| {
        if is_secret(&leaf, pattern, known) {
            places.push(leaf.place);
        }
    });
    for slot in &pattern.slots {
        if slot.example.as_ref().and_then(Value::as_str).is_some_and(|example| holds_secret(example, known)) {
            places.push(format!("slots.{}", slot.name));
        }
    }
    places
}

/// The pattern with [`MASK`] for each value that holds a secret, and the places.
pub fn mask(pattern: &Pattern, known: &[&str]) -> (Pattern, Vec<String>) {
    let mut masked = pattern.clone();
    let places = find(pattern, known);
    if places.iter().any(|place| place == "description") {
        masked.description = MASK.to_owned();
    }
    each_leaf(&mut masked, &mut |leaf| {
        if places.contains(&leaf.place) {
            *leaf.value = Value::String(MASK.to_owned());
        }
    });
    for slot in &mut masked.slots {
        if places.contains(&format!("slots.{}", slot.name)) {
            slot.example = None;
        }
    }
    (masked, places)
}

fn is_secret(leaf: &Leaf<'_>, pattern: &Pattern, known: &[&str]) -> bool {
    let text = match &*leaf.value {
        Value::String(text) if !text.trim().is_empty() => text.as_str(),
        // A count of tokens is none; a password may be of digits.
        Value::Number(_) => return leaf.names.last().is_some_and(|name| says_secret(name, &NAMES, &[])),
        _ => return false,
    };
    let is_slot = |text: &str| {
        pattern.slots.iter().any(|slot| slot.place == leaf.place && text.trim() == format!("{{{}}}", slot.name))
    };
    if holds_secret(text, known) {
        return true;
    }
    if leaf.place == PATH {
        let query = text.split_once('?').map_or("", |(_, query)| query);
        let named =
            |pair: &str| pair.split_once('=').is_some_and(|(name, value)| !value.is_empty() && is_secret_name(name));
        return query.split('&').any(named);
    }
    let is_named = leaf.names.iter().any(|name| is_secret_name(name)) && !is_slot(text);
    let is_compared = |text: &str| {
        comparisons(text).into_iter().any(|comparison| {
            let value = text.get(comparison.value).unwrap_or("");
            is_secret_name(comparison.field) && !value.is_empty() && !is_slot(value) && value != MASK
        })
    };
    text != MASK && (is_named || is_compared(text))
}

/// Whether a name says that what it names is a secret.
pub fn is_secret_name(name: &str) -> bool {
    says_secret(name, &NAMES, &WORDS)
}

fn says_secret(name: &str, run_together: &[&str], alone: &[&str]) -> bool {
    let words = split(name);
    if words.last().is_some_and(|last| ABOUT.contains(&last.as_str())) {
        return false;
    }
    let joined = words.concat();
    run_together.iter().any(|part| joined.contains(part)) || words.iter().any(|word| alone.contains(&word.as_str()))
}

/// Whether text is, or has in it, something that only secrets look like.
fn holds_secret(text: &str, known: &[&str]) -> bool {
    let is_known = |secret: &&str| {
        let secret = secret.trim();
        !secret.is_empty() && (text.trim() == secret || (secret.len() >= SHORTEST_PART && text.contains(secret)))
    };
    known.iter().any(is_known)
        || (text.contains("-----BEGIN") && text.contains("PRIVATE KEY"))
        || text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).any(is_jwt)
        || follows(text, "bearer", |token| token.len() >= 16 && token.bytes().any(|byte| byte.is_ascii_digit()))
        || follows(text, "basic", is_user_and_password)
        || has_password_in_url(text)
}

/// A JSON Web Token (RFC 7519): three parts in base64url, of which the first is an object.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= 30 && word.split('.').filter(|part| !part.is_empty()).count() >= 3
}

/// Whether the word after `scheme` is of a kind, as in an `Authorization` header.
fn follows(text: &str, scheme: &str, is_of_kind: fn(&str) -> bool) -> bool {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(['"', '\'', ',', ';'])).collect();
    words.windows(2).any(|pair| match pair {
        [name, value] => {
            name.rsplit([':', '=']).next().unwrap_or(name).trim_matches(['"', '\'']).eq_ignore_ascii_case(scheme)
                && is_of_kind(value)
        }
        _ => false,
    })
}

/// RFC 7617: `user:password` in base64.
fn is_user_and_password(word: &str) -> bool {
    let decoded = base64::engine::general_purpose::STANDARD_NO_PAD.decode(word.trim_end_matches('='));
    word.len() >= 8 && decoded.is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok_and(|text| text.contains(':')))
}

/// RFC 3986 section 3.2.1: `scheme://user:password@host`.
fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let rest = text.get(at + mark.len()..).unwrap_or("");
        let authority = rest.split(|c: char| c.is_whitespace() || "/?#'\"".contains(c)).next().unwrap_or("");
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('{'))
    })
}
