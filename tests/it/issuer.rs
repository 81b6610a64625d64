//! A faked issuer of access tokens on loopback, whose keys are made here and change when a test says so. It signs with aws-lc-rs itself, by
//! the text of RFC 7515, and so shares no code with what reads its tokens.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::api::Api;

/// A key pair with the name that the issuer has for it.
pub struct Key {
    pub id: String,
    pair: Pair,
}

enum Pair {
    Rsa(KeyPair),
    Ec(EcdsaKeyPair),
}

impl Key {
    pub fn rsa(id: &str) -> Self {
        Self { id: id.to_owned(), pair: Pair::Rsa(KeyPair::generate(KeySize::Rsa2048).unwrap()) }
    }

    pub fn ec(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { id: id.to_owned(), pair: Pair::Ec(pair) }
    }

    pub fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::Ec(_) => "ES256",
        }
    }

    /// As issuers publish it.
    pub fn jwk(&self) -> Value {
        let (id, alg) = (&self.id, self.algorithm());
        match &self.pair {
            Pair::Rsa(pair) => {
                let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                json!({ "kty": "RSA", "kid": id, "use": "sig", "alg": alg, "n": encoded(n), "e": encoded(e) })
            }
            Pair::Ec(pair) => {
                // Uncompressed: a byte 4, then both coordinates.
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "alg": alg, "x": encoded(x), "y": encoded(y) })
            }
        }
    }

    /// The public key in the forms that a careless verifier may take for a secret.
    pub fn as_secrets(&self) -> Vec<Vec<u8>> {
        let Pair::Rsa(pair) = &self.pair else { return Vec::new() };
        let der = pair.public_key().as_ref().to_vec();
        let lines = base64::engine::general_purpose::STANDARD.encode(&der);
        let pem = format!("-----BEGIN RSA PUBLIC KEY-----\n{lines}\n-----END RSA PUBLIC KEY-----\n");
        let n = pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
        vec![der, pem.into_bytes(), encoded(&n).into_bytes(), n]
    }

    fn sign(&self, text: &str, algorithm: &str) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let encoding: &'static dyn RsaEncoding =
                    if algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, text.as_bytes(), &mut signature).unwrap();
                signature
            }
            Pair::Ec(pair) => pair.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
        }
    }

    /// A token of these claims, with the header that issuers give it, of which some members are others; `null` takes one away.
    pub fn token(&self, others: &Value, claims: &Value) -> String {
        let header = json!({ "alg": self.algorithm(), "typ": "at+jwt", "kid": self.id });
        let header = with(header, others);
        let text = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
        let signature = self.sign(&text, header["alg"].as_str().unwrap_or_default());
        format!("{text}.{}", encoded(signature))
    }
}

/// A token that is signed with a shared secret.
pub fn token_of_secret(secret: &[u8], header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    format!("{text}.{}", encoded(aws_lc_rs::hmac::sign(&key, text.as_bytes())))
}

pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An object of which some members are others; `null` takes one away.
pub fn with(mut object: Value, others: &Value) -> Value {
    for (name, value) in others.as_object().unwrap() {
        object[name] = value.clone();
    }
    object.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    object
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What the issuer answers at present.
struct Answers {
    keys: Vec<Value>,
    is_away: bool,
}

pub struct Issuer {
    api: Api,
    answers: Arc<Mutex<Answers>>,
}

/// Where the keys are.
const KEYS: &str = "/team/keys";

impl Issuer {
    /// An issuer whose identifier has a path, so that its metadata are where RFC 8414 puts them.
    pub fn with(keys: &[&Key]) -> Self {
        let answers =
            Arc::new(Mutex::new(Answers { keys: keys.iter().map(|key| key.jwk()).collect(), is_away: false }));
        let shared = Arc::clone(&answers);
        let api = Api::answering(move |request: &Request| {
            let answers = shared.lock().unwrap();
            if answers.is_away {
                return ResponseTemplate::new(503);
            }
            let site = format!("http://{}", request.headers.get("host").unwrap().to_str().unwrap());
            match request.url.path() {
                "/.well-known/oauth-authorization-server/team" => ResponseTemplate::new(200)
                    .set_body_json(json!({ "issuer": format!("{site}/team"), "jwks_uri": format!("{site}{KEYS}") })),
                KEYS => ResponseTemplate::new(200).set_body_json(json!({ "keys": answers.keys })),
                _ => ResponseTemplate::new(404),
            }
        });
        Self { api, answers }
    }

    pub fn name(&self) -> String {
        format!("{}/team", self.api.site())
    }

    /// Publishes these keys in place of others.
    pub fn publish(&self, keys: &[&Key]) {
        self.answers.lock().unwrap().keys = keys.iter().map(|key| key.jwk()).collect();
    }

    pub fn go_away(&self) {
        self.answers.lock().unwrap().is_away = true;
    }

    /// How often it was asked for its keys.
    pub fn asked_for_keys(&self) -> usize {
        self.api.lines().iter().filter(|line| line.ends_with(KEYS)).count()
    }

    /// The claims of a token that holds, of which some are others; `null` takes one away.
    pub fn claims(&self, others: &Value) -> Value {
        let right = json!({
            "iss": self.name(), "aud": RESOURCE, "sub": "alice", "client_id": "desk", "iat": now(), "exp": now() + 600,
            "jti": "1", "scope": "cw:use cw:read"
        });
        with(right, others)
    }
}

/// The URI of the server that its tokens are for.
pub const RESOURCE: &str = "https://tools.example.com/mcp";
