//! Where in a call is the value that a message is about?

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::{Argument, Surface};
use crate::escape::{QUOTED, shortened};

/// A place in what a caller gives: `data.board.id` is `board.id of --data` on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    root: Root,
    /// Members and items below the root, as `.name` and `[0]`.
    below: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Root {
    Param(String),
    Argument(Argument),
    /// What no call gives, and every surface calls the same.
    Other(String),
}

impl Root {
    fn on(&self, surface: Surface) -> Cow<'_, str> {
        match (self, surface) {
            (Self::Param(name), Surface::Mcp) => format!("params.{}", shortened(name, QUOTED)).into(),
            (Self::Param(name), Surface::Page) => shortened(name, QUOTED),
            (Self::Param(name), Surface::CommandLine) => format!("--param {}", shortened(name, QUOTED)).into(),
            (Self::Argument(argument), surface) => argument.on(surface).into(),
            (Self::Other(name), _) => shortened(name, QUOTED),
        }
    }
}

impl Place {
    /// A parameter, wherever it travels.
    pub fn param(name: impl Into<String>) -> Self {
        Self { root: Root::Param(name.into()), below: String::new() }
    }

    /// The whole body of a call.
    pub fn body() -> Self {
        Argument::DATA.into()
    }

    /// Whether it is a parameter, or within one.
    pub(crate) fn is_param(&self) -> bool {
        matches!(self.root, Root::Param(_))
    }

    /// The path of a call.
    pub fn path() -> Self {
        Argument::PATH.into()
    }

    /// The place that fast memory names like this: `path`, `params.NAME`, `data.members`, or a part of an entry.
    pub fn of_memory(name: &str) -> Self {
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        let below = |rest: Option<&str>| rest.map_or_else(String::new, |rest| format!(".{rest}"));
        let root = match (first, rest) {
            ("params", Some(rest)) => {
                let (name, rest) = rest.split_once('.').map_or((rest, None), |(name, rest)| (name, Some(rest)));
                return Self { root: Root::Param(name.to_owned()), below: below(rest) };
            }
            ("data", _) => Argument::DATA,
            ("slots", _) => Argument::SLOTS,
            ("path", None) => Argument::PATH,
            ("description", None) => Argument::DESCRIPTION,
            _ => return Self { root: Root::Other(name.to_owned()), below: String::new() },
        };
        Self { root: Root::Argument(root), below: below(rest) }
    }

    /// A member of what is there.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        Self { root: self.root.clone(), below: format!("{}.{name}", self.below) }
    }

    /// An item of the list that is there, counted from 0.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        Self { root: self.root.clone(), below: format!("{}[{index}]", self.below) }
    }

    /// Its name on a surface.
    pub fn on(&self, surface: Surface) -> String {
        self.quoted(surface, "")
    }

    pub(super) fn quoted(&self, surface: Surface, quote: &str) -> String {
        let root = self.root.on(surface);
        let below = &*shortened(&self.below, QUOTED);
        match surface {
            // A single value is given by its path.
            Surface::CommandLine if !below.is_empty() && self.root == Root::Argument(Argument::SET) => {
                format!("{quote}{root} {}{quote}", slashed(below))
            }
            Surface::CommandLine if !below.is_empty() => {
                format!("{quote}{}{quote} of {quote}{root}{quote}", below.strip_prefix('.').unwrap_or(below))
            }
            // A field of the body is called by its path, as its label is.
            Surface::Page
                if !below.is_empty() && (self.is_in_body() || self.root == Root::Argument(Argument::PATH)) =>
            {
                format!("{quote}{}{quote}", slashed(below))
            }
            Surface::Page if matches!(self.root, Root::Argument(_)) => format!("{root}{below}"),
            _ => format!("{quote}{root}{below}{quote}"),
        }
    }

    fn is_in_body(&self) -> bool {
        matches!(self.root, Root::Argument(Argument::DATA | Argument::SET))
    }

    /// Which part of a call it is in, `params`, `body`, `path` or `call`, and its name there: of a parameter its own, in a body the path of
    /// the field, with slashes. Empty where it is all of that part.
    pub fn part(&self) -> (&'static str, String) {
        match &self.root {
            Root::Param(name) => ("params", name.clone()),
            Root::Argument(Argument::PATH) => ("path", slashed(&self.below)),
            Root::Argument(_) if self.is_in_body() => ("body", slashed(&self.below)),
            Root::Argument(argument) => ("call", argument.on(Surface::Mcp).to_owned()),
            Root::Other(name) => ("call", name.clone()),
        }
    }

    /// The place as one of another argument, where it is of this one.
    #[must_use]
    pub(crate) fn given_as(self, from: Argument, to: Argument) -> Self {
        if self.root == Root::Argument(from) { Self { root: Root::Argument(to), ..self } } else { self }
    }

    /// The place with every name of the caller's changed.
    #[must_use]
    pub(crate) fn map_texts(self, change: &dyn Fn(&str) -> String) -> Self {
        let root = match self.root {
            Root::Param(name) => Root::Param(change(&name)),
            fixed => fixed,
        };
        Self { root, below: change(&self.below) }
    }
}

/// Members and items as a path: `.rows[0].id` is `rows/0/id`.
fn slashed(below: &str) -> String {
    below.trim_start_matches('.').replace(['.', '['], "/").replace(']', "").trim_start_matches('/').to_owned()
}

impl From<Argument> for Place {
    fn from(argument: Argument) -> Self {
        Self { root: Root::Argument(argument), below: String::new() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.on(Surface::Mcp))
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_the_page_a_place_is_the_label_of_a_field() {
        let table = [
            (Place::param("pageSize"), "pageSize", ("params", "pageSize")),
            (Place::path().field("id"), "id", ("path", "id")),
            (Place::body(), "the body", ("body", "")),
            (Place::body().field("board").field("id"), "board/id", ("body", "board/id")),
            (Place::body().item(0).field("op"), "0/op", ("body", "0/op")),
            (Argument::SELECT.into(), "the jq filter (select)", ("call", "select")),
        ];
        for (place, words, (part, name)) in table {
            assert_eq!(place.on(Surface::Page), words);
            assert_eq!(place.part(), (part, name.to_owned()));
        }
    }

    #[test]
    fn places_are_named_by_what_holds_them() {
        let table = [
            (Place::path(), "path", "PATH"),
            (Place::path().field("id"), "path.id", "id of PATH"),
            (Place::param("pageSize"), "params.pageSize", "--param pageSize"),
            (Place::param("ids").item(2), "params.ids[2]", "[2] of --param ids"),
            (Place::body(), "data", "--data"),
            (Place::body().field("board").field("id"), "data.board.id", "board.id of --data"),
            (Place::body().item(0).field("op"), "data[0].op", "[0].op of --data"),
            (
                Place::body().field("rows").item(0).field("id").given_as(Argument::DATA, Argument::SET),
                "data.rows[0].id",
                "--set rows/0/id",
            ),
            (Argument::ALL_PAGES.into(), "all_pages", "--all-pages"),
            (Place::of_memory("path"), "path", "PATH"),
            (Place::of_memory("description"), "description", "--description"),
            (Place::of_memory("params.conditions"), "params.conditions", "--param conditions"),
            (Place::of_memory("params.deep.0.x"), "params.deep.0.x", "0.x of --param deep"),
            (Place::of_memory("data.0.a~1b"), "data.0.a~1b", "0.a~1b of --data"),
            (Place::of_memory("slots.who"), "slots.who", "who of --slot"),
            (Place::of_memory("unreadable.data"), "unreadable.data", "unreadable.data"),
        ];
        for (place, mcp, cli) in table {
            assert_eq!([place.on(Surface::Mcp), place.on(Surface::CommandLine)], [mcp, cli]);
        }
    }
}
