//! How does a request carry its credentials, by the variables that hold them? For whoever writes the same request in another language.

use serde::Serialize;

/// A credential as a request carries it. It holds names of variables, and no value of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// Where it goes.
    #[serde(rename = "in")]
    pub place: CarriedIn,
    /// Name of the header, parameter or cookie.
    pub name: String,
    /// What stands before it, such as `Bearer` and a space; empty where nothing does.
    pub before: &'static str,
    /// What it is put together of, in order.
    pub parts: Vec<CarriedPart>,
    /// Whether that is written in Base64.
    pub is_base64: bool,
}

/// Where a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CarriedIn {
    /// A header.
    Header,
    /// The query.
    Query,
    /// A cookie.
    Cookie,
}

/// A part of a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CarriedPart {
    /// The value of an environment variable.
    Variable(String),
    /// A text that is no secret.
    Text(&'static str),
}

impl Carried {
    /// The value of one variable, as it is.
    pub(in crate::invoke) fn plain(place: CarriedIn, name: &str, variable: &str) -> Self {
        let parts = vec![CarriedPart::Variable(variable.to_owned())];
        Self { place, name: name.to_owned(), before: "", parts, is_base64: false }
    }

    /// HTTP basic, of parts that make `user:password`.
    pub(in crate::invoke) fn basic(parts: Vec<CarriedPart>) -> Self {
        Self { place: CarriedIn::Header, name: "Authorization".to_owned(), before: "Basic ", parts, is_base64: true }
    }

    /// A bearer token.
    pub(in crate::invoke) fn bearer(variable: &str) -> Self {
        Self { before: "Bearer ", ..Self::plain(CarriedIn::Header, "Authorization", variable) }
    }
}
