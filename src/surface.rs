//! How does each surface name what a caller gives?
//!
//! An error knows that `id` is missing and that checking can be left out. A person at a terminal writes `--param id=5` and
//! `--no-validate` for that, a client of MCP `params.id` and `validate: false`. So messages hold [`Given`]s in place of such names, and
//! whoever shows a message words it with [`Said::on`].

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

/// Where a message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A terminal, or a pipe from the command line.
    CommandLine,
    /// A tool's result.
    Mcp,
}

/// Something that a caller gives, or a place to turn to, whatever the surface calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// One parameter, in a path, a query or a header.
    Param(String),
    /// The parameters together.
    Params,
    /// The body.
    Body,
    /// A field of the body, by its path with dots.
    BodyField(String),
    /// That nothing is checked.
    Unchecked,
    /// The entry of fast memory that fills in what is left out; with its number where that is known.
    Entry(Option<i64>),
    /// Values of that entry's slots, by name; empty for the slots together.
    Slots(Vec<String>),
    /// The user's consent.
    Confirmation,
    /// All pages of a list.
    AllPages,
    /// Rows after which to stop; with the number where it is known.
    MaxItems(Option<usize>),
    /// The parameters of a list's next page.
    Next(Map<String, Value>),
    /// The request as it is written.
    Raw,
    /// The operation's full description.
    Description,
    /// Removing an entry of fast memory.
    Discard(i64),
    /// An argument that has one name on MCP and another on the command line.
    Argument {
        /// Of the tool.
        mcp: &'static str,
        /// Of the command.
        cli: &'static str,
    },
}

impl Given {
    /// Its name on a surface, in backticks where it is to be typed.
    pub fn on(&self, surface: Surface) -> String {
        match surface {
            Surface::Mcp => self.of_tool(),
            Surface::CommandLine => self.of_command(),
        }
    }

    fn of_tool(&self) -> String {
        match self {
            Self::Param(name) => format!("`params.{name}`"),
            Self::Params => "`params`".to_owned(),
            Self::Body => "`data`".to_owned(),
            Self::BodyField(path) => format!("`data.{path}`"),
            Self::Unchecked => "`validate: false`".to_owned(),
            Self::Entry(None) => "`record_identifier`".to_owned(),
            Self::Entry(Some(id)) => format!("`record_identifier` {id}"),
            Self::Slots(names) if names.is_empty() => "`slots`".to_owned(),
            Self::Slots(names) => format!("{} in `slots`", names.join(", ")),
            Self::Confirmation => "`confirmation`".to_owned(),
            Self::AllPages => "`all_pages`".to_owned(),
            Self::MaxItems(None) => "`max_items`".to_owned(),
            Self::MaxItems(Some(rows)) => format!("`max_items` {rows}"),
            Self::Next(_) => "`next` to `params`".to_owned(),
            Self::Raw => "`raw_request`".to_owned(),
            Self::Description => "resolve_resource_metadata".to_owned(),
            Self::Discard(id) => format!("discard_cached_entry {id}"),
            Self::Argument { mcp, .. } => format!("`{mcp}`"),
        }
    }

    fn of_command(&self) -> String {
        match self {
            Self::Param(name) => format!("`--param {name}=...`"),
            Self::Params => "`--param`".to_owned(),
            Self::Body => "`--data`".to_owned(),
            Self::BodyField(path) => format!("`{path}` of `--data`"),
            Self::Unchecked => "`--no-validate`".to_owned(),
            Self::Entry(None) => "`--entry`".to_owned(),
            Self::Entry(Some(id)) => format!("`--entry {id}`"),
            Self::Slots(names) if names.is_empty() => "`--slot`".to_owned(),
            Self::Slots(names) => {
                let slots: Vec<String> = names.iter().map(|name| format!("--slot {name}=...")).collect();
                format!("`{}`", slots.join(" "))
            }
            Self::Confirmation => "`--yes`".to_owned(),
            Self::AllPages => "`--all-pages`".to_owned(),
            Self::MaxItems(None) => "`--max-items`".to_owned(),
            Self::MaxItems(Some(rows)) => format!("`--max-items {rows}`"),
            Self::Next(next) => {
                let pairs = next.iter().map(|(name, value)| {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    format!("--param {}", in_quotes(&format!("{name}={value}")))
                });
                format!("`{}`", pairs.collect::<Vec<_>>().join(" "))
            }
            Self::Raw => "the request of `raw`".to_owned(),
            Self::Description => "`describe`".to_owned(),
            Self::Discard(id) => format!("`memory discard {id}`"),
            Self::Argument { cli, .. } => format!("`{cli}`"),
        }
    }
}

/// One word of a shell: in single quotes, unless it has nothing that a shell reads.
fn in_quotes(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=-_./:,+@%".contains(&byte);
    if word.bytes().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// A message in which what a caller gives stands as such.
///
/// Its `Display` is in the words of MCP: it is what a log or a test of the library sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Cow<'static, str>),
    Given(Given),
}

impl Said {
    /// A message with nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Piece::Text(text.into()));
        self
    }

    /// Adds the name of what a caller gives.
    #[must_use]
    pub fn given(mut self, given: Given) -> Self {
        self.0.push(Piece::Given(given));
        self
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
            Piece::Given(given) => given.on(surface).into(),
        });
        pieces.collect()
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.on(Surface::Mcp))
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

impl From<Given> for Said {
    fn from(given: Given) -> Self {
        Self::new().given(given)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_surface_names_what_is_given_as_it_is_typed_there() {
        let next = json!({ "page": 2, "conditions": "name = \"O'Neil\"" });
        let next = next.as_object().cloned().unwrap_or_default();
        let table = [
            (Given::Param("id".to_owned()), "`params.id`", "`--param id=...`"),
            (Given::BodyField("board.id".to_owned()), "`data.board.id`", "`board.id` of `--data`"),
            (Given::Unchecked, "`validate: false`", "`--no-validate`"),
            (Given::Entry(Some(1)), "`record_identifier` 1", "`--entry 1`"),
            (Given::Slots(vec!["who".to_owned()]), "who in `slots`", "`--slot who=...`"),
            (Given::MaxItems(Some(5)), "`max_items` 5", "`--max-items 5`"),
            (Given::Next(next), "`next` to `params`", r#"`--param page=2 --param 'conditions=name = "O'\''Neil"'`"#),
            (Given::Discard(3), "discard_cached_entry 3", "`memory discard 3`"),
        ];
        for (given, mcp, cli) in table {
            assert_eq!((given.on(Surface::Mcp).as_str(), given.on(Surface::CommandLine).as_str()), (mcp, cli));
        }
    }

    #[test]
    fn a_message_is_worded_where_it_is_shown() {
        let said = Said::from("leave ").given(Given::Confirmation).text(" out for a new one");
        assert_eq!(said.on(Surface::Mcp), "leave `confirmation` out for a new one");
        assert_eq!(said.on(Surface::CommandLine), "leave `--yes` out for a new one");
        assert_eq!(said.to_string(), said.on(Surface::Mcp));
        assert!(Said::new().is_empty() && Said::from("").is_empty() && !said.is_empty());
    }
}
