//! How is a message put together so that each surface can word it?

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::{Argument, Given, Place, Surface};

/// A message in which what a caller gives stands as such.
///
/// Its `Display` is in the words of MCP: it is what a log or a test of the library sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Cow<'static, str>),
    /// In backticks.
    Argument(Argument),
    /// Bare.
    Name(Argument),
    /// In backticks.
    At(Place),
    /// Bare.
    Place(Place),
    Given(Given),
}

impl Said {
    /// A message with nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn with(mut self, piece: Piece) -> Self {
        self.0.push(piece);
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, text: impl Into<Cow<'static, str>>) -> Self {
        self.with(Piece::Text(text.into()))
    }

    /// Adds the name of an argument, in backticks.
    #[must_use]
    pub fn argument(self, argument: Argument) -> Self {
        self.with(Piece::Argument(argument))
    }

    /// Adds the bare name of an argument.
    #[must_use]
    pub fn name(self, argument: Argument) -> Self {
        self.with(Piece::Name(argument))
    }

    /// Adds the name of a place, in backticks.
    #[must_use]
    pub fn at(self, place: &Place) -> Self {
        self.with(Piece::At(place.clone()))
    }

    /// Adds the bare name of a place.
    #[must_use]
    pub fn place(self, place: &Place) -> Self {
        self.with(Piece::Place(place.clone()))
    }

    /// Adds the bare names of places, with commas between.
    #[must_use]
    pub fn places(self, places: &[Place]) -> Self {
        places.iter().enumerate().fold(self, |said, (index, place)| {
            let said = if index > 0 { said.text(", ") } else { said };
            said.place(place)
        })
    }

    /// Adds what the caller is to give or to turn to.
    #[must_use]
    pub fn given(self, given: Given) -> Self {
        self.with(Piece::Given(given))
    }

    /// Adds another message.
    #[must_use]
    pub fn said(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Text(text) if text.is_empty()))
    }

    /// The message in a surface's words.
    pub fn on(&self, surface: Surface) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => Cow::Borrowed(text.as_ref()),
            // What the page calls it is no name that is typed.
            Piece::Argument(argument) if surface == Surface::Page => argument.on(surface).into(),
            Piece::Argument(argument) => format!("`{}`", argument.on(surface)).into(),
            Piece::Name(argument) => argument.on(surface).into(),
            Piece::At(place) => place.quoted(surface, "`").into(),
            Piece::Place(place) => place.on(surface).into(),
            Piece::Given(given) => given.on(surface).into(),
        });
        pieces.collect()
    }

    /// The message in which what is given by one argument was given by another.
    #[must_use]
    pub(crate) fn given_as(self, from: Argument, to: Argument) -> Self {
        let other = |argument: Argument| if argument == from { to } else { argument };
        let changed = |piece| match piece {
            Piece::Argument(argument) => Piece::Argument(other(argument)),
            Piece::Name(argument) => Piece::Name(other(argument)),
            Piece::At(place) => Piece::At(place.given_as(from, to)),
            Piece::Place(place) => Piece::Place(place.given_as(from, to)),
            fixed => fixed,
        };
        Self(self.0.into_iter().map(changed).collect())
    }

    /// The message with every text of the caller's changed, such as without secrets.
    #[must_use]
    pub(crate) fn map_texts(self, change: &dyn Fn(&str) -> String) -> Self {
        let changed = |piece| match piece {
            Piece::Text(text) => Piece::Text(change(&text).into()),
            Piece::At(place) => Piece::At(place.map_texts(change)),
            Piece::Place(place) => Piece::Place(place.map_texts(change)),
            Piece::Given(Given::Param(name)) => Piece::Given(Given::Param(change(&name))),
            Piece::Given(Given::Values(name)) => Piece::Given(Given::Values(change(&name))),
            Piece::Given(Given::Pair { name, value }) => Piece::Given(Given::Pair { name, value: change(&value) }),
            fixed => fixed,
        };
        Self(self.0.into_iter().map(changed).collect())
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.on(Surface::Mcp))
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::new().text(text)
    }
}

impl From<&'static str> for Said {
    fn from(text: &'static str) -> Self {
        Self::new().text(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn both(said: &Said) -> [String; 2] {
        [said.on(Surface::Mcp), said.on(Surface::CommandLine)]
    }

    #[test]
    fn a_message_is_worded_where_it_is_shown() {
        let said = Said::from("leave ").argument(Argument::CONFIRMATION).text(" out for a new one");
        assert_eq!(both(&said), ["leave `confirmation` out for a new one", "leave `--yes` out for a new one"]);
        assert_eq!(both(&Said::new().at(&Place::body().field("id"))), ["`data.id`", "`id` of `--data`"]);
        let set = said.clone().argument(Argument::DATA).given_as(Argument::DATA, Argument::SET);
        assert!(set.on(Surface::CommandLine).ends_with("`--set`"), "{set}");
        assert_eq!(said.to_string(), said.on(Surface::Mcp));
        assert_eq!(json!(said), json!(said.to_string()));
        assert!(Said::new().is_empty() && Said::from("").is_empty() && !said.is_empty());
    }
}
