//! What follows from a token that holds, and under which name is its holder known here?

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

/// Characters of a subject or a client that its name shows.
const SHOWN: usize = 48;

/// What stays as it is in a name; the names of tokens have the same characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'@');

/// What a token that holds gives its holder. The token itself is no part of it.
#[derive(Clone, Debug)]
pub struct Access {
    /// The issuer's identifier.
    pub issuer: String,
    /// Whose token it is, by the issuer's own name.
    pub subject: String,
    /// The program that the token was made for, where it says.
    pub client: Option<String>,
    /// The scopes that were granted.
    pub scopes: Vec<String>,
    /// For how long it still holds, with the leeway.
    pub lasts: Duration,
    /// Everything that the token claims.
    pub claims: Map<String, Value>,
}

impl Access {
    /// A name that no other issuer's subject has, nor the same one by way of another client, for logs, the audit file and whatever is
    /// kept for its holder: subject and client escaped and shortened, and a hash of all three as they are. No token's name has a `:`.
    pub fn name(&self) -> String {
        let whole = json!([self.issuer, self.subject, self.client]).to_string();
        let hash = &blake3::hash(whole.as_bytes()).to_hex()[..32];
        let subject = shown(&self.subject);
        match &self.client {
            Some(client) => format!("oauth:{subject}:{}:{hash}", shown(client)),
            None => format!("oauth:{subject}:{hash}"),
        }
    }

    /// The values of a claim, by its name or, where that begins with a `/`, by a JSON Pointer.
    pub fn values(&self, claim: &str) -> Vec<String> {
        let found = self.claims.get(claim).or_else(|| {
            // A pointer's first segment is the claim, and the rest is within it.
            let path = claim.strip_prefix('/')?;
            let (first, rest) = path.find('/').map_or((path, ""), |at| path.split_at(at));
            self.claims.get(&first.replace("~1", "/").replace("~0", "~"))?.pointer(rest)
        });
        found.and_then(words).unwrap_or_default()
    }
}

/// The words of a claim: a text of words, or a list of texts; `None` for anything else.
pub(super) fn words(claim: &Value) -> Option<Vec<String>> {
    match claim {
        Value::String(text) => Some(text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()),
        Value::Array(list) => list.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

fn shown(text: &str) -> String {
    let escaped = utf8_percent_encode(text, ESCAPED).to_string();
    if escaped.len() <= SHOWN { escaped } else { format!("{}~", &escaped[..SHOWN]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(issuer: &str, subject: &str, client: Option<&str>) -> Access {
        Access {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            client: client.map(str::to_owned),
            scopes: Vec::new(),
            lasts: Duration::ZERO,
            claims: Map::new(),
        }
    }

    #[test]
    fn a_name_is_safe_and_short_and_nobody_elses() {
        let long = "x".repeat(5_000);
        let all = [
            access("https://a", "alice", None),
            access("https://b", "alice", None),
            access("https://a", "alice", Some("vscode")),
            access("https://a", "alice:vscode", None),
            access("https://a", "", Some("alice")),
            access("https://a", "al\nice #7 \u{202e}\"", None),
            access("https://a", &long, Some(&long)),
            access("https://a", &format!("{long}y"), Some(&long)),
        ];
        let names: std::collections::BTreeSet<String> = all.iter().map(Access::name).collect();
        assert_eq!(names.len(), all.len(), "{names:?}");
        let is_safe = |name: &String| {
            name.len() < 150 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._@%:~".contains(&byte))
        };
        assert!(names.iter().all(is_safe), "{names:?}");
        assert!(names.iter().any(|name| name.starts_with("oauth:al%0Aice%20%237%20%E2%80%AE%22:")), "{names:?}");
    }

    #[test]
    fn a_claim_is_found_by_its_name_or_by_its_place() {
        let claims = json!({
            "roles": ["a", "b"], "https://example.com/roles": "c d", "realm_access": { "roles": ["e"] }, "/odd": "f", "n": 5
        });
        let access = Access { claims: claims.as_object().unwrap().clone(), ..access("i", "s", None) };
        for (claim, values) in [
            ("roles", &["a", "b"][..]),
            ("https://example.com/roles", &["c", "d"]),
            ("/realm_access/roles", &["e"]),
            ("/odd", &["f"]),
            ("/roles/0", &["a"]),
            ("n", &[]),
            ("/realm_access", &[]),
            ("none", &[]),
            ("/", &[]),
        ] {
            assert_eq!(access.values(claim), values, "{claim}");
        }
    }
}
