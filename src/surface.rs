//! How does each surface name what a caller gives?
//!
//! An error knows that `id` is missing and that checking can be left out. A person at a terminal writes `--param id=5` and
//! `--no-validate` for that, a client of MCP `params.id` and `validate: false`. So messages hold an [`Argument`], a [`Place`] or a
//! [`Given`] where such a name belongs, and whoever shows a message words it with [`Said::on`].

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::escape::{QUOTED, shortened};
use crate::settings_file::SettingsFile;

/// Where a message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A terminal, or a pipe from the command line.
    CommandLine,
    /// A tool's result.
    Mcp,
}

/// An argument of tools, and the one of the commands that says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    mcp: &'static str,
    cli: &'static str,
}

impl Argument {
    /// A path, or the template of one.
    pub const PATH: Self = Self::of("path", "PATH");
    /// The request method.
    pub const METHOD: Self = Self::of("method", "METHOD");
    /// The parameters of a call, together.
    pub const PARAMS: Self = Self::of("params", "--param");
    /// The body of a call.
    pub const DATA: Self = Self::of("data", "--data");
    /// Single values of the body, which the command line alone has.
    pub const SET: Self = Self::of("data", "--set");
    /// A request as it is written.
    pub const RAW: Self = Self::of("raw_request", "the request");
    /// All pages of a list.
    pub const ALL_PAGES: Self = Self::of("all_pages", "--all-pages");
    /// Rows after which to stop.
    pub const MAX_ITEMS: Self = Self::of("max_items", "--max-items");
    /// That a call is sent unchecked.
    pub const UNCHECKED: Self = Self::of("validate: false", "--no-validate");
    /// The entry of fast memory that fills in what is left out.
    pub const ENTRY: Self = Self::of("record_identifier", "--entry");
    /// Values of that entry's slots.
    pub const SLOTS: Self = Self::of("slots", "--slot");
    /// What a saved call is for.
    pub const DESCRIPTION: Self = Self::of("description", "--description");
    /// The user's consent to one request.
    pub const CONFIRMATION: Self = Self::of("confirmation", "--yes");

    const fn of(mcp: &'static str, cli: &'static str) -> Self {
        Self { mcp, cli }
    }

    /// An argument that one surface alone has, or that both call the same.
    pub const fn named(name: &'static str) -> Self {
        Self::of(name, name)
    }

    /// Its name on a surface.
    pub const fn on(self, surface: Surface) -> &'static str {
        match surface {
            Surface::Mcp => self.mcp,
            Surface::CommandLine => self.cli,
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.on(Surface::Mcp))
    }
}

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

    fn quoted(&self, surface: Surface, quote: &str) -> String {
        let root = self.root.on(surface);
        let below = &*shortened(&self.below, QUOTED);
        match surface {
            Surface::CommandLine if !below.is_empty() => {
                format!("{quote}{}{quote} of {quote}{root}{quote}", below.strip_prefix('.').unwrap_or(below))
            }
            _ => format!("{quote}{root}{below}{quote}"),
        }
    }
}

impl Place {
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

/// Something to give or to turn to, of which the surfaces say more than a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A value for one parameter.
    Param(String),
    /// Several values for one parameter.
    Values(String),
    /// One parameter with its value.
    Pair {
        /// Name of the parameter.
        name: &'static str,
        /// The value, as it is typed.
        value: String,
    },
    /// More parameters, by name.
    Added(Vec<&'static str>),
    /// The parameters of a list's next page.
    Next(Map<String, Value>),
    /// The entry of fast memory with this number.
    Entry(i64),
    /// Values of slots, by name.
    Slots(Vec<String>),
    /// The operation's full description.
    Description,
    /// What fast memory holds.
    Entries,
    /// Removing an entry of fast memory.
    Discard(i64),
    /// Keeping a call in fast memory, by the arguments of the tool.
    Save(Value),
    /// That writes are refused, and how to allow them.
    WritesDenied {
        /// To a client of MCP, whose server was started so.
        mcp: &'static str,
        /// The configuration file that says so at a terminal.
        file: SettingsFile,
    },
    /// What each surface has words of its own for.
    Either {
        /// To a client of MCP.
        mcp: &'static str,
        /// At a terminal.
        cli: &'static str,
    },
}

impl Given {
    /// The words for it on a surface, in backticks where they are to be typed.
    pub fn on(&self, surface: Surface) -> String {
        match surface {
            Surface::Mcp => self.of_tool(),
            Surface::CommandLine => self.of_command(),
        }
    }

    fn of_tool(&self) -> String {
        match self {
            Self::Param(name) => format!("`{name}` in `params`"),
            Self::Values(_) => "a list".to_owned(),
            Self::Pair { name, value } => format!("`{name}`: `{value}`"),
            Self::Added(names) => format!("add {} to `params`", names.join(" and ")),
            Self::Next(_) => "add `next` to `params`".to_owned(),
            Self::Entry(id) => format!("`record_identifier` {id}"),
            Self::Slots(names) => format!("{} in `slots`", names.join(", ")),
            Self::Description => "resolve_resource_metadata".to_owned(),
            Self::Entries => "display_cached_invocations".to_owned(),
            Self::Discard(id) => format!("discard_cached_entry {id}"),
            Self::Save(_) => "cache_invocation_pattern".to_owned(),
            Self::WritesDenied { mcp, .. } | Self::Either { mcp, .. } => (*mcp).to_owned(),
        }
    }

    fn of_command(&self) -> String {
        match self {
            Self::Param(name) => format!("`{}`", pair(name, "...")),
            Self::Values(name) => format!("`{}` once for each", pair(name, "...")),
            Self::Pair { name, value } => format!("`{}`", pair(name, value)),
            Self::Added(names) => {
                format!("give `{}`", names.iter().map(|name| pair(name, "...")).collect::<Vec<_>>().join(" "))
            }
            Self::Next(next) => format!("give `{}`", pairs(next).join(" ")),
            Self::Entry(id) => format!("`--entry {id}`"),
            Self::Slots(names) => {
                let slots: Vec<String> =
                    names.iter().map(|name| format!("--slot {}", in_quotes(&format!("{name}=...")))).collect();
                format!("`{}`", slots.join(" "))
            }
            Self::Description => "`describe`".to_owned(),
            Self::Entries => "`memory list`".to_owned(),
            Self::Discard(id) => format!("`memory discard {id}`"),
            Self::Save(arguments) => format!("`{}`", saving(arguments)),
            Self::WritesDenied { file, .. } => {
                format!("{file} refuses writes (`writes = \"deny\"`); with `writes = \"ask\"` each is asked about")
            }
            Self::Either { cli, .. } => (*cli).to_owned(),
        }
    }
}

fn saving(arguments: &Value) -> String {
    let text = |name: &str| in_quotes(arguments[name].as_str().unwrap_or_default());
    let mut words = vec![format!("memory save {} {}", text("method"), text("path"))];
    words.push(format!("--description {}", text("description")));
    words.extend(arguments["params"].as_object().into_iter().flat_map(pairs));
    words.extend(arguments.get("data").map(|data| format!("--data {}", in_quotes(&data.to_string()))));
    let slots = arguments["slots"].as_array().into_iter().flatten().filter_map(Value::as_str);
    words.extend(slots.map(|slot| format!("--slot {}", in_quotes(slot))));
    words.join(" ")
}

/// A parameter and its value as an option of a command.
fn pair(name: &str, value: &str) -> String {
    format!("--param {}", in_quotes(&format!("{name}={value}")))
}

/// Several parameters and their values as options; one with a list is given once for each of its values.
fn pairs(params: &Map<String, Value>) -> Vec<String> {
    let one = |name: &str, value: &Value| match value {
        Value::String(text) => pair(name, text),
        value => pair(name, &value.to_string()),
    };
    let mut pairs = Vec::new();
    for (name, value) in params {
        match value {
            Value::Array(values) => pairs.extend(values.iter().map(|value| one(name, value))),
            value => pairs.push(one(name, value)),
        }
    }
    pairs
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
            Piece::Argument(argument) => format!("`{}`", argument.on(surface)).into(),
            Piece::Name(argument) => argument.on(surface).into(),
            Piece::At(place) => place.quoted(surface, "`").into(),
            Piece::Place(place) => place.on(surface).into(),
            Piece::Given(given) => given.on(surface).into(),
        });
        pieces.collect()
    }
}

impl Said {
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
    fn each_surface_names_what_is_given_as_it_is_typed_there() {
        let next = json!({ "page": 2, "ids": ["1", "2"], "conditions": "name = \"O'Neil\"" });
        let next = next.as_object().cloned().unwrap_or_default();
        let pair = Given::Pair { name: "conditions", value: "id = 5".to_owned() };
        let table = [
            (Given::Param("id".to_owned()), "`id` in `params`", "`--param id=...`"),
            (Given::Values("ids".to_owned()), "a list", "`--param ids=...` once for each"),
            (pair, "`conditions`: `id = 5`", "`--param 'conditions=id = 5'`"),
            (Given::Added(vec!["a", "b"]), "add a and b to `params`", "give `--param a=... --param b=...`"),
            (Given::Entry(1), "`record_identifier` 1", "`--entry 1`"),
            (Given::Slots(vec!["who".to_owned()]), "who in `slots`", "`--slot who=...`"),
            (
                Given::Next(next),
                "add `next` to `params`",
                r#"give `--param page=2 --param ids=1 --param ids=2 --param 'conditions=name = "O'\''Neil"'`"#,
            ),
            (Given::Discard(3), "discard_cached_entry 3", "`memory discard 3`"),
            (
                Given::Save(json!({
                    "path": "/a/5", "method": "POST", "description": "Keep it",
                    "params": { "b": "c d" }, "data": { "e": 1 }, "slots": ["a_id"],
                })),
                "cache_invocation_pattern",
                r#"`memory save POST /a/5 --description 'Keep it' --param 'b=c d' --data '{"e":1}' --slot a_id`"#,
            ),
        ];
        for (given, mcp, cli) in table {
            assert_eq!(both(&Said::new().given(given)), [mcp, cli]);
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
            assert_eq!(both(&Said::new().place(&place)), [mcp, cli]);
        }
        let field = Place::body().field("id");
        assert_eq!(both(&Said::new().at(&field)), ["`data.id`", "`id` of `--data`"]);
    }

    #[test]
    fn a_message_is_worded_where_it_is_shown() {
        let said = Said::from("leave ").argument(Argument::CONFIRMATION).text(" out for a new one");
        assert_eq!(both(&said), ["leave `confirmation` out for a new one", "leave `--yes` out for a new one"]);
        assert_eq!(said.to_string(), said.on(Surface::Mcp));
        assert_eq!(json!(said), json!(said.to_string()));
        assert!(Said::new().is_empty() && Said::from("").is_empty() && !said.is_empty());
    }
}
