//! Is a bearer token an access token that an issuer made for this server, and whose? (OAuth 2.1, section 5.2; RFC 9068; RFC 8725)
//!
//! # Layout
//! - `token`: what a token says of itself, before anything of it is believed; `claims`: does it hold here and now? Both pure
//! - `key_set`: which of the issuer's keys may have signed it; `keys`: those keys, kept and renewed
//! - `issuer`: where the issuer publishes its keys, and what it answers; the only file that opens a connection
//! - `access`: what follows from a token that holds, and the name of whose it is
//!
//! # Invariants
//! - A token says with which of the issuer's keys it was signed, never with which key to check it: `jwk`, `jku` and `x5c` are not read.
//! - Algorithms are those that the settings allow, none of which is symmetric, and each goes with one kind of key.
//! - Whoever sends tokens makes the server ask the issuer no more often than once in the time that is configured.
//! - No part of a token is in an error, a log or a file; of its claims the subject and the client are in the name of whose it is.

mod access;
mod claims;
mod issuer;
mod key_set;
mod keys;
mod token;

use std::sync::Arc;
use std::time::Duration;

use url::Url;

pub use access::Access;
pub use issuer::{IssuerError, fetch_keys, is_private_enough};
pub use jsonwebtoken::Algorithm;
pub use key_set::KeySet;
pub use token::TokenType;

use keys::{Keys, NoKey};
use token::Token;

/// The algorithms that the settings may name, and all of which hold by default: none is symmetric. RFC 7518 has ES512 too, which the
/// library does not know.
pub const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a token must say to be let in.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The issuer's identifier, compared letter by letter.
    pub issuer: String,
    /// Audiences, of which a token names one: by default the URI of this server alone.
    pub audiences: Vec<String>,
    /// Where the keys are; otherwise the issuer's metadata says so.
    pub jwks_url: Option<Url>,
    /// Algorithms that signatures may have.
    pub algorithms: Vec<Algorithm>,
    /// Types that tokens may be of.
    pub types: Vec<TokenType>,
    /// Largest difference of clocks that a token's times bear.
    pub leeway: Duration,
    /// Least time between two fetches of the issuer's keys.
    pub refetch: Duration,
}

/// The reason why a token is refused. Its words are safe for a header: ASCII without quotes or backslashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no signed JSON Web Token.
    #[error("the token is no signed JSON Web Token: {0}")]
    Malformed(&'static str),
    /// No access token is so long.
    #[error("the token has more than {} bytes", token::LONGEST)]
    TooLong,
    /// Its signature's algorithm is not one that the settings allow.
    #[error("the algorithm of the token's signature is not one that this server takes")]
    Algorithm,
    /// It demands an extension that this server does not know.
    #[error("the token has critical header parameters, of which this server knows none")]
    Critical,
    /// It is a token of another type, such as an ID token or a proof.
    #[error("the token is of a type that is no access token's, or that this server does not take")]
    Type,
    /// A claim is missing or not of its type.
    #[error("the token has no claim {0}, or one that is not of its type")]
    Claim(&'static str),
    /// Another issuer made it.
    #[error("the token is of another issuer")]
    Issuer,
    /// It was made for another server.
    #[error("the token is for another audience")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not begun.
    #[error("the token is not valid yet")]
    NotYet,
    /// The issuer has no key of that name for that algorithm.
    #[error("the token is signed with a key that the issuer does not publish")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong")]
    Signature,
    /// The issuer's keys could not be fetched, so that nobody can tell.
    #[error("the issuer's keys cannot be fetched at present")]
    IssuerAway,
}

/// What checks tokens, with the issuer's keys as far as they are known.
#[derive(Debug)]
pub struct Verifier {
    rules: Rules,
    keys: Arc<Keys>,
}

impl Verifier {
    /// A verifier that knows no keys yet.
    pub fn new(rules: Rules) -> Self {
        let keys = Arc::new(Keys::new(rules.clone()));
        Self { rules, keys }
    }

    /// Fetches the keys before anybody asks; a failure is logged. Only within a runtime of tokio's.
    pub fn warm_up(&self) {
        self.keys.renew();
    }

    /// Checks a token. What costs nothing is checked before a key is looked for.
    ///
    /// # Errors
    /// [`Refusal`]
    pub async fn verify(&self, token: &str) -> Result<Access, Refusal> {
        let token = Token::read(token, &self.rules)?;
        let access = claims::check(&token.claims, &self.rules, crate::clock::now_s())?;
        let keys = self.keys.find(token.key_id.as_deref(), token.algorithm).await.map_err(|none| match none {
            NoKey::Unknown => Refusal::UnknownKey,
            NoKey::IssuerAway => Refusal::IssuerAway,
        })?;
        if keys.iter().any(|key| key.has_signed(&token)) { Ok(access) } else { Err(Refusal::Signature) }
    }
}
