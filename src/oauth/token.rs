//! What does a token say of itself, before anything of it is believed?

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Refusal, Rules};

/// Most bytes of a token: one of Entra's with 200 groups has 9 kB.
pub(super) const LONGEST: usize = 16_384;

/// What a token's header says that it is (`typ`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// `at+jwt`: an access token by RFC 9068.
    AccessToken,
    /// `JWT`, or nothing: what issuers write that do not follow RFC 9068.
    Jwt,
}

impl TokenType {
    /// The types by their names in the settings.
    pub const NAMED: [(&'static str, Self); 2] = [("at+jwt", Self::AccessToken), ("JWT", Self::Jwt)];

    /// Media types are compared without regard to case, and `application/` may be left out (RFC 7515, section 4.1.9).
    fn of(typ: Option<&str>) -> Option<Self> {
        let Some(typ) = typ else { return Some(Self::Jwt) };
        let typ = typ.to_ascii_lowercase();
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "at+jwt" => Some(Self::AccessToken),
            "jwt" => Some(Self::Jwt),
            _ => None,
        }
    }
}

/// A token that is well formed, and of which nothing is proven.
pub(super) struct Token<'a> {
    /// Header and claims as they are signed.
    pub(super) signed: &'a str,
    /// In base64.
    pub(super) signature: &'a str,
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    pub(super) claims: Map<String, Value>,
}

/// What is read of a header: `jwk`, `jku`, `x5c` and `x5u` are not, since a token cannot say by which key it is to be trusted.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

impl<'a> Token<'a> {
    pub(super) fn read(token: &'a str, rules: &Rules) -> Result<Self, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(Refusal::Malformed("it has not three parts"));
        };
        let signed = &token[..header.len() + 1 + payload.len()];
        let header: Header =
            serde_json::from_slice(&decoded(header)?).map_err(|_| Refusal::Malformed("its header is not one"))?;
        if header.crit.is_some() || header.b64.is_some() {
            return Err(Refusal::Critical);
        }
        let named = |algorithm: &&Algorithm| name(**algorithm) == header.alg;
        let algorithm = *rules.algorithms.iter().find(named).ok_or(Refusal::Algorithm)?;
        TokenType::of(header.typ.as_deref()).filter(|found| rules.types.contains(found)).ok_or(Refusal::Type)?;
        let claims =
            serde_json::from_slice(&decoded(payload)?).map_err(|_| Refusal::Malformed("its claims are no object"))?;
        Ok(Self { signed, signature, algorithm, key_id: header.kid, claims })
    }
}

/// The name of an algorithm as headers have it.
pub(super) fn name(algorithm: Algorithm) -> String {
    format!("{algorithm:?}")
}

fn decoded(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed("a part is not in base64url"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::oauth::ALGORITHMS;

    fn rules(types: &[TokenType]) -> Rules {
        Rules {
            issuer: String::new(),
            audiences: Vec::new(),
            jwks_url: None,
            algorithms: ALGORITHMS.to_vec(),
            types: types.to_vec(),
            leeway: Duration::ZERO,
            refetch: Duration::ZERO,
        }
    }

    fn read(header: &str, types: &[TokenType]) -> Result<(), Refusal> {
        let token = format!("{}.{}.x", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
        Token::read(&token, &rules(types)).map(drop)
    }

    #[test]
    fn the_name_of_each_algorithm_is_that_of_the_standard() {
        let names: Vec<String> = ALGORITHMS.into_iter().map(name).collect();
        assert_eq!(names, ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]);
    }

    #[test]
    fn a_header_is_read_by_what_it_must_say_and_no_more() {
        use TokenType::{AccessToken, Jwt};
        for (header, types, right) in [
            (r#"{"alg":"RS256"}"#, &[AccessToken, Jwt][..], Ok(())),
            (r#"{"alg":"RS256","typ":"jwt","jku":"https://evil.example","jwk":{},"x5c":5}"#, &[Jwt], Ok(())),
            (r#"{"alg":"RS256","typ":"Application/AT+JWT"}"#, &[AccessToken], Ok(())),
            (r#"{"alg":"RS256","typ":"JWT"}"#, &[AccessToken], Err(Refusal::Type)),
            (r#"{"alg":"RS256"}"#, &[AccessToken], Err(Refusal::Type)),
            (r#"{"alg":"RS256","typ":"dpop+jwt"}"#, &[AccessToken, Jwt], Err(Refusal::Type)),
            (r#"{"alg":"RS256","typ":"text/jwt"}"#, &[AccessToken, Jwt], Err(Refusal::Type)),
            (r#"{"alg":"none"}"#, &[Jwt], Err(Refusal::Algorithm)),
            (r#"{"alg":"None"}"#, &[Jwt], Err(Refusal::Algorithm)),
            (r#"{"alg":"HS256"}"#, &[Jwt], Err(Refusal::Algorithm)),
            (r#"{"alg":"rs256"}"#, &[Jwt], Err(Refusal::Algorithm)),
            (r#"{"alg":"RS256","crit":["exp"],"exp":1}"#, &[Jwt], Err(Refusal::Critical)),
            (r#"{"alg":"RS256","crit":[]}"#, &[Jwt], Err(Refusal::Critical)),
            (r#"{"alg":"RS256","b64":false}"#, &[Jwt], Err(Refusal::Critical)),
        ] {
            assert_eq!(read(header, types), right, "{header}");
        }
        for header in ["{}", "[]", r#"{"alg":5}"#, r#"{"alg":"RS256","alg":"none"}"#, r#"{"alg":"RS256","kid":5}"#, "x"]
        {
            assert!(matches!(read(header, &[Jwt]), Err(Refusal::Malformed(_))), "{header}");
        }
    }

    #[test]
    fn what_is_no_token_is_told_so_and_what_is_too_long_is_not_read() {
        for token in ["", "..", "a.b", "a.b.c.d.e", "e30.e30", "e30=.e30.x", "e30.e30.x"] {
            assert!(matches!(Token::read(token, &rules(&[TokenType::Jwt])), Err(Refusal::Malformed(_))), "{token}");
        }
        let long = "a".repeat(LONGEST + 1);
        assert!(matches!(Token::read(&long, &rules(&[])), Err(Refusal::TooLong)));
    }
}
