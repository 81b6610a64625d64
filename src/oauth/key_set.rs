//! Which of an issuer's keys may have signed a token? (RFC 7517, RFC 7518)

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::token::{Token, name};

/// Keys of a set that are read; an issuer that rotates has two or three.
const MOST_KEYS: usize = 100;

/// Least bytes of an RSA modulus: 2,048 bits (RFC 7518, section 3.3).
const LEAST_MODULUS: usize = 256;

/// The keys of an issuer that can check signatures.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<PublicKey>,
}

/// One key.
#[derive(Clone)]
pub(super) struct PublicKey {
    id: Option<String>,
    kind: Kind,
    /// The only algorithm that it is for, where it says.
    algorithm: Option<String>,
    key: DecodingKey,
}

/// What kind of key it is; each algorithm goes with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// What is read of a key: as it is published, nothing of it certain.
#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Reads a set; `None` where it is none. Keys that cannot check a signature, symmetric ones among them, are left out.
    pub fn read(text: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let Set { keys } = serde_json::from_slice(text).ok()?;
        let keys = keys.into_iter().take(MOST_KEYS);
        Some(Self { keys: keys.filter_map(|key| serde_json::from_value(key).ok()).filter_map(PublicKey::of).collect() })
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Tells whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Finds the keys that a signature of this algorithm may be of: the one with this id, or all where a token names none.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Vec<PublicKey> {
        let may = |key: &&PublicKey| key.is_for(algorithm) && id.is_none_or(|id| key.id.as_deref() == Some(id));
        self.keys.iter().filter(may).cloned().collect()
    }
}

impl PublicKey {
    fn of(published: Published) -> Option<Self> {
        let Published { kty, kid: id, usage, key_ops, alg: algorithm, crv, n, e, x, y } = published;
        let is_for_signatures = usage.is_none_or(|usage| usage == "sig")
            && key_ops.is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        if !is_for_signatures {
            return None;
        }
        let has = |text: &Option<String>, bytes: usize| {
            text.as_ref().is_some_and(|text| URL_SAFE_NO_PAD.decode(text).is_ok_and(|found| found.len() == bytes))
        };
        let (kind, key) = match (kty.as_str(), crv.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (n?, e?);
                let modulus = URL_SAFE_NO_PAD.decode(&n).ok()?;
                if modulus.iter().skip_while(|byte| **byte == 0).count() < LEAST_MODULUS {
                    return None;
                }
                (Kind::Rsa, DecodingKey::from_rsa_components(&n, &e).ok()?)
            }
            ("EC", Some("P-256")) if has(&x, 32) && has(&y, 32) => {
                (Kind::P256, DecodingKey::from_ec_components(&x?, &y?).ok()?)
            }
            ("EC", Some("P-384")) if has(&x, 48) && has(&y, 48) => {
                (Kind::P384, DecodingKey::from_ec_components(&x?, &y?).ok()?)
            }
            ("OKP", Some("Ed25519")) if has(&x, 32) => (Kind::Ed25519, DecodingKey::from_ed_components(&x?).ok()?),
            _ => return None,
        };
        Some(Self { id, kind, algorithm, key })
    }

    fn is_for(&self, algorithm: Algorithm) -> bool {
        let kind = match algorithm {
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => Kind::Rsa,
            Algorithm::ES256 => Kind::P256,
            Algorithm::ES384 => Kind::P384,
            Algorithm::EdDSA => Kind::Ed25519,
            // The settings allow none, and no key is for one.
            _ => return false,
        };
        self.kind == kind && self.algorithm.as_ref().is_none_or(|only| *only == name(algorithm))
    }

    /// Whether the token's signature is of this key.
    pub(super) fn has_signed(&self, token: &Token<'_>) -> bool {
        jsonwebtoken::crypto::verify(token.signature, token.signed.as_bytes(), &self.key, token.algorithm)
            .unwrap_or(false)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn published(others: &Value) -> Value {
        let n = URL_SAFE_NO_PAD.encode([0xc3; 256]);
        let mut key = json!({ "kty": "RSA", "kid": "a", "n": n, "e": "AQAB" });
        for (name, value) in others.as_object().unwrap() {
            key[name] = value.clone();
        }
        key
    }

    fn set(keys: &[Value]) -> KeySet {
        KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_key_goes_with_the_algorithms_of_its_kind_and_with_its_own_where_it_names_one() {
        let (x, wide) = (URL_SAFE_NO_PAD.encode([7; 32]), URL_SAFE_NO_PAD.encode([7; 48]));
        let ec = |crv: &str, x: &str| json!({ "kty": "EC", "crv": crv, "x": x, "y": x });
        let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
        for (key, right) in [
            (published(&json!({})), &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"][..]),
            (published(&json!({ "alg": "RS256", "use": "sig" })), &["RS256"]),
            (published(&json!({ "key_ops": ["verify"] })), &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
            (published(&json!({ "alg": "HS256" })), &[]),
            (published(&json!({ "alg": "RSA-OAEP" })), &[]),
            (published(&json!({ "use": "enc" })), &[]),
            (published(&json!({ "key_ops": ["sign"] })), &[]),
            (published(&json!({ "n": URL_SAFE_NO_PAD.encode([0xc3; 128]) })), &[]),
            (published(&json!({ "n": null })), &[]),
            (published(&json!({ "kty": "oct", "k": "c2VjcmV0" })), &[]),
            (ec("P-256", &x), &["ES256"]),
            (ec("P-384", &wide), &["ES384"]),
            (ec("P-384", &x), &[]),
            (ec("secp256k1", &x), &[]),
            (okp, &["EdDSA"]),
            (json!("text"), &[]),
        ] {
            let set = set(std::slice::from_ref(&key));
            let fits = crate::oauth::ALGORITHMS.into_iter().filter(|it| !set.find(None, *it).is_empty());
            assert_eq!(fits.map(name).collect::<Vec<_>>(), right, "{key}");
            for never in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                assert!(set.find(None, never).is_empty(), "{key}");
            }
        }
    }

    #[test]
    fn keys_are_found_by_id_and_one_that_is_strange_spoils_no_other() {
        let set = set(&[published(&json!({})), json!({ "kty": "new" }), published(&json!({ "kid": "b" }))]);
        assert_eq!(set.len(), 2);
        let count = |id| set.find(id, Algorithm::RS256).len();
        assert_eq!((count(Some("a")), count(Some("b")), count(Some("c")), count(None)), (1, 1, 0, 2));
        for text in ["", "[]", "{}", r#"{"keys":5}"#, "<html>"] {
            assert!(KeySet::read(text.as_bytes()).is_none(), "{text}");
        }
        assert!(KeySet::read(br#"{"keys":[]}"#).unwrap().is_empty());
    }
}
