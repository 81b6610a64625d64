//! What is wrong with a call, and what to do next?

use serde::Serialize;

use crate::surface::{Argument, Place, Said};

/// One thing that is wrong with a call, found before anything was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where in what the caller gave.
    pub place: Place,
    /// What is wrong.
    pub message: Said,
    /// What to do next.
    pub cure: Said,
    /// The nearest names, or a repaired value; may be empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// Fields of the body that are missing: for each there may be an operation that lists what it can be.
    #[serde(skip)]
    pub lacks: Vec<String>,
    /// Whether the value is of the right type, and merely beyond what the manifest allows: a newer server may take it.
    #[serde(skip)]
    pub is_beyond: bool,
}

impl Problem {
    /// The problem of a body that was given by another argument.
    #[must_use]
    pub(crate) fn given_as(self, from: Argument, to: Argument) -> Self {
        let (place, message) = (self.place.given_as(from, to), self.message.given_as(from, to));
        Self { place, message, cure: self.cure.given_as(from, to), ..self }
    }

    /// A problem with nothing to offer.
    pub(crate) fn new(place: &Place, message: impl Into<Said>, cure: impl Into<Said>) -> Self {
        Self {
            place: place.clone(),
            message: message.into(),
            cure: cure.into(),
            offers: Vec::new(),
            lacks: Vec::new(),
            is_beyond: false,
        }
    }
}
