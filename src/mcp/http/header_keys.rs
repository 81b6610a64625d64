//! With which ConnectWise keys are the calls of a request made? With those in its own headers, where the configuration lets them be there.
//!
//! Whoever brings keys along is somebody else than whoever brings others, under the same token too: its sessions, stored results,
//! confirmations, changes and looked-up names are its own. It is known by a hash; the keys themselves are held by nothing but the request.

use std::sync::{Arc, OnceLock};

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

use super::principal::Principal;
use crate::config::http::HeaderKeys;
use crate::invoke::Grant;
use crate::invoke::grant::{KeySource, Member};
use crate::redact::SHORTEST;

const PUBLIC_KEY: HeaderName = HeaderName::from_static("x-cw-public-key");
const PRIVATE_KEY: HeaderName = HeaderName::from_static("x-cw-private-key");
const COMPANY: HeaderName = HeaderName::from_static("x-cw-company-id");
/// ConnectWise's own, beside the keys of an impersonated member.
const USER_TYPE: HeaderName = HeaderName::from_static("x-cw-usertype");

/// What each of them begins with.
const PREFIX: &str = "x-cw-";
/// Every header that is read here.
const ALL: [HeaderName; 4] = [PUBLIC_KEY, PRIVATE_KEY, COMPANY, USER_TYPE];

/// Most characters of one header. ConnectWise's keys have 16.
const LONGEST: usize = 256;

/// Why the headers of a request are refused, and whether that is because they are not allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) why: String,
    pub(super) is_forbidden: bool,
}

impl Refused {
    fn wrong(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_forbidden: false }
    }
}

/// Takes the keys out of the headers, and returns who the request is with them: nothing behind the gate sees the headers. `company`
/// is the login name of the company that the token's calls go to; a request that names another is refused.
pub(super) fn taken(
    headers: &mut HeaderMap,
    (principal, grant): (Principal, Grant),
    rule: HeaderKeys,
    company: Option<&str>,
) -> Result<(Principal, Grant), Refused> {
    let given = ALL.map(|name| one(headers, &name));
    let unknown = headers.keys().find(|name| name.as_str().starts_with(PREFIX) && !ALL.contains(name)).cloned();
    for name in ALL {
        headers.remove(name);
    }
    let is_any = given.iter().any(|given| !matches!(given, Ok(None)));
    match rule {
        HeaderKeys::Refused if is_any => {
            let why = "this server takes no ConnectWise keys from headers: leave `x-cw-...` headers out; whoever runs the server can \
                       write `keys_in_headers = \"allowed\"` under [http] in its configuration";
            return Err(Refused { why: why.to_owned(), is_forbidden: true });
        }
        HeaderKeys::Refused => return Ok((principal, grant)),
        HeaderKeys::Allowed | HeaderKeys::Required => {}
    }
    if let Some(name) = unknown {
        let known = ALL.map(|name| format!("`{name}`")).join(", ");
        return Err(Refused::wrong(format!("the header `{name}` is not known: there are {known}; correct its name")));
    }
    if grant.member.is_some() {
        if is_any {
            let why = "your token has ConnectWise keys of its own: leave `x-cw-...` headers out";
            return Err(Refused { why: why.to_owned(), is_forbidden: true });
        }
        return Ok((principal, grant));
    }
    let [public_key, private_key, named, user_type] = given;
    let (public_key, private_key) = (public_key?, private_key?);
    let (named, user_type) = (named?, user_type?);
    let (public_key, private_key) = match (public_key, private_key) {
        (Some(public_key), Some(private_key)) => (public_key, private_key),
        (None, None) if !is_any && rule == HeaderKeys::Allowed => return Ok((principal, grant)),
        (None, None) if !is_any => {
            return Err(Refused::wrong(format!(
                "calls are made with your own ConnectWise keys here: send `{PUBLIC_KEY}` and `{PRIVATE_KEY}` with every request"
            )));
        }
        (None, None) => {
            return Err(Refused::wrong(format!(
                "`{COMPANY}` and `{USER_TYPE}` belong to keys: send `{PUBLIC_KEY}` and `{PRIVATE_KEY}` with them, or leave them out"
            )));
        }
        (Some(_), None) => return Err(half(&PUBLIC_KEY, &PRIVATE_KEY)),
        (None, Some(_)) => return Err(half(&PRIVATE_KEY, &PUBLIC_KEY)),
    };
    for (name, key) in [(&PUBLIC_KEY, &public_key), (&PRIVATE_KEY, &private_key)] {
        // What is shorter could not be masked in an answer without masking half of it.
        if key.len() < SHORTEST {
            return Err(Refused::wrong(format!("`{name}` is shorter than any key of ConnectWise: send the whole key")));
        }
    }
    if public_key.contains(':') {
        let why = format!("`{PUBLIC_KEY}` has a colon, which no public key has: send the two keys in a header each");
        return Err(Refused::wrong(why));
    }
    let is_other = |named: &String| !company.is_some_and(|own| own.trim().eq_ignore_ascii_case(named));
    if named.as_ref().is_some_and(is_other) {
        let why = format!(
            "`{COMPANY}` is not the company that this token's calls go to: leave it out, or ask whoever runs the server for a token \
             of that company"
        );
        return Err(Refused { why, is_forbidden: true });
    }
    let identity = identity(principal.account(), [&public_key, &private_key, user_type.as_deref().unwrap_or_default()]);
    let principal = Principal::with_keys(principal.account(), &identity);
    let name = principal.0.as_deref().unwrap_or_default().to_owned();
    let source = KeySource::Request(OnceLock::new());
    let member = Member { name, public_key: public_key.into(), private_key: private_key.into(), user_type, source };
    Ok((principal, Grant { member: Some(Arc::new(member)), ..grant }))
}

/// The value of a header that may be there once.
fn one(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Refused> {
    let mut given = headers.get_all(name).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => read(name, value).map(Some),
        (Some(_), Some(_)) => Err(Refused::wrong(format!("`{name}` is there more than once: send it once"))),
    }
}

fn read(name: &HeaderName, value: &HeaderValue) -> Result<String, Refused> {
    let bytes = value.as_bytes().trim_ascii();
    let wrong = |what: &str| Err(Refused::wrong(format!("`{name}` {what}: send the value alone, once")));
    match bytes {
        [] => wrong("is empty"),
        _ if bytes.len() > LONGEST => wrong("is longer than any such value"),
        // What proxies join with a comma was there more than once.
        _ if !bytes.iter().all(|byte| byte.is_ascii_graphic() && *byte != b',') => {
            wrong("has a blank, a comma, a control character or a letter beyond ASCII")
        }
        _ => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

fn half(there: &HeaderName, missing: &HeaderName) -> Refused {
    Refused::wrong(format!("`{there}` is there without `{missing}`: send both, or neither"))
}

/// A name for whoever brings these texts along under this token: 128 bits of a hash, which tell nothing of the texts.
fn identity(token: Option<&str>, texts: [&str; 3]) -> String {
    let mut hash = blake3::Hasher::new_derive_key("cw-orchestrator 2026-11 identity of ConnectWise keys in headers");
    for text in [token.unwrap_or_default()].into_iter().chain(texts) {
        // With its length each text ends where it ends.
        hash.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    hash.finalize().to_hex().chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const PUBLIC: &str = "publicKey0000001";
    const PRIVATE: &str = "privateKey000001";

    fn asked(
        token: Option<&str>,
        rule: HeaderKeys,
        given: &[(&'static str, &str)],
    ) -> Result<(Principal, Grant), Refused> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let answered = taken(&mut headers, (Principal(token.map(Into::into)), Grant::open()), rule, Some("acme"));
        assert!(ALL.iter().all(|name| !headers.contains_key(name)), "{headers:?}");
        answered
    }

    fn name(token: Option<&str>, given: &[(&'static str, &str)]) -> String {
        asked(token, HeaderKeys::Allowed, given).unwrap().0.0.unwrap().to_string()
    }

    #[test]
    fn whoever_brings_other_keys_or_another_token_is_somebody_else() {
        let pair = [("x-cw-public-key", PUBLIC), ("x-cw-private-key", PRIVATE)];
        let (principal, grant) = asked(Some("alice"), HeaderKeys::Required, &pair).unwrap();
        let member = grant.member.unwrap();
        assert_eq!((member.public_key.expose_secret(), member.private_key.expose_secret()), (PUBLIC, PRIVATE));
        assert_eq!(principal.account(), Some("alice"));
        let own = name(Some("alice"), &pair);
        assert_eq!(
            (&member.name, own.split_once('+').map(|(token, hash)| (token, hash.len()))),
            (&own, Some(("alice", 32)))
        );
        assert!(!format!("{principal:?} {member:?}").contains("Key0"));
        let others = [
            name(Some("bob"), &pair),
            name(None, &pair),
            name(Some("alice"), &[pair[0], ("x-cw-private-key", "privateKey000002")]),
            name(Some("alice"), &[("x-cw-public-key", "publicKey0000002"), pair[1]]),
            // Where one text ends and the next begins counts.
            name(Some("alice"), &[("x-cw-public-key", "publicKey0000001p"), ("x-cw-private-key", "rivateKey000001")]),
            name(Some("alice"), &[pair[0], pair[1], ("x-cw-usertype", "member")]),
        ];
        assert!(
            !others.contains(&own) && others.iter().collect::<std::collections::HashSet<_>>().len() == others.len()
        );
        assert_eq!(name(Some("alice"), &[pair[0], pair[1], ("x-cw-company-id", "ACME")]), own);
        for rule in [HeaderKeys::Allowed, HeaderKeys::Refused] {
            let (principal, grant) = asked(Some("alice"), rule, &[]).unwrap();
            assert_eq!((principal.0.as_deref(), grant.member.is_none()), (Some("alice"), true));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_a_key() {
        let told = |rule, given: &[(&'static str, &str)]| {
            let refused = asked(Some("alice"), rule, given).unwrap_err();
            assert!(given.iter().all(|(_, value)| value.len() < 6 || !refused.why.contains(value)), "{}", refused.why);
            (refused.why, refused.is_forbidden)
        };
        let (public, private) = (("x-cw-public-key", PUBLIC), ("x-cw-private-key", PRIVATE));
        for (given, wanted, is_forbidden) in [
            (vec![public], "`x-cw-public-key` is there without `x-cw-private-key`: send both", false),
            (vec![private], "`x-cw-private-key` is there without `x-cw-public-key`: send both", false),
            (vec![public, public, private], "`x-cw-public-key` is there more than once: send it once", false),
            (vec![public, private, private], "`x-cw-private-key` is there more than once", false),
            (vec![public, ("x-cw-private-key", "")], "`x-cw-private-key` is empty", false),
            (vec![("x-cw-public-key", "one, two"), private], "has a blank, a comma", false),
            (vec![public, ("x-cw-private-key", "a\tbcdefgh")], "a control character", false),
            (vec![public, ("x-cw-private-key", "schl\u{fc}ssel1")], "a letter beyond ASCII", false),
            (vec![("x-cw-public-key", "user:password"), private], "has a colon", false),
            (vec![public, ("x-cw-private-key", "short")], "shorter than any key", false),
            (vec![("x-cw-company-id", "acme")], "belong to keys", false),
            (vec![public, private, ("x-cw-company-id", "other")], "is not the company", true),
            (vec![public, private, ("x-cw-privatekey", "x")], "the header `x-cw-privatekey` is not known", false),
        ] {
            let (why, forbidden) = told(HeaderKeys::Allowed, &given);
            assert!(why.contains(wanted) && forbidden == is_forbidden, "{why}");
        }
        let long = "x".repeat(LONGEST + 1);
        assert!(told(HeaderKeys::Allowed, &[public, ("x-cw-private-key", &long)]).0.contains("longer than any"));
        assert!(told(HeaderKeys::Required, &[]).0.contains("your own ConnectWise keys here: send"));
        let (why, is_forbidden) = told(HeaderKeys::Refused, &[public]);
        assert!(
            why.contains("takes no ConnectWise keys from headers") && why.contains("keys_in_headers") && is_forbidden
        );
    }

    #[test]
    fn a_token_with_keys_of_its_own_takes_no_others() {
        let member = Member {
            name: "alice".to_owned(),
            public_key: PUBLIC.into(),
            private_key: PRIVATE.into(),
            user_type: None,
            source: KeySource::Configured,
        };
        let with_keys = Grant { member: Some(Arc::new(member)), ..Grant::open() };
        let alice = Principal(Some("alice".into()));
        let mut headers = HeaderMap::new();
        let who = (alice.clone(), with_keys.clone());
        assert_eq!(taken(&mut headers, who, HeaderKeys::Required, None).unwrap().0, alice);
        headers.insert(PUBLIC_KEY, HeaderValue::from_static("anotherKey000001"));
        let refused = taken(&mut headers, (alice, with_keys), HeaderKeys::Allowed, None).unwrap_err();
        assert!(refused.is_forbidden && refused.why.contains("keys of its own"), "{refused:?}");
    }
}
