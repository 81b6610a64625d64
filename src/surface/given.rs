//! What is a caller to give or to turn to, in the words of each surface?

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Surface;
use crate::settings_file::SettingsFile;

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
        name: Cow<'static, str>,
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
    /// The changes that were made through the program.
    Changes,
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
            Surface::Page => self.of_page(),
        }
    }

    fn of_page(&self) -> String {
        match self {
            Self::Param(name) => format!("`{name}`"),
            Self::Added(names) => format!("fill in {}", names.join(" and ")),
            Self::Next(_) => "press Next page".to_owned(),
            Self::Entry(id) => format!("the kept call {id}"),
            Self::Slots(names) => names.join(", "),
            Self::Description => "its full description".to_owned(),
            Self::Entries => "Memory".to_owned(),
            Self::Changes => "Activity".to_owned(),
            Self::Discard(_) => "Discard under Memory".to_owned(),
            Self::Save(_) => "Keep this call".to_owned(),
            Self::Values(_) | Self::Pair { .. } | Self::WritesDenied { .. } | Self::Either { .. } => self.of_tool(),
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
            Self::Changes => "undo without `id`".to_owned(),
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
            Self::Changes => "`undo`".to_owned(),
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
    option("--param", name, value)
}

/// An option of a command that takes a name and a value.
pub(crate) fn option(flag: &str, name: &str, value: &str) -> String {
    format!("{flag} {}", in_quotes(&format!("{name}={value}")))
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
pub(crate) fn in_quotes(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=-_./:,+@%".contains(&byte);
    if word.bytes().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_speaks_of_fields_and_buttons_and_of_no_name_that_is_typed() {
        let table = [
            (Given::Param("id".to_owned()), "`id`"),
            (Given::Added(vec!["a", "b"]), "fill in a and b"),
            (Given::Slots(vec!["who".to_owned()]), "who"),
            (Given::Changes, "Activity"),
            (Given::Discard(3), "Discard under Memory"),
        ];
        for (given, words) in table {
            assert_eq!(given.on(Surface::Page), words);
        }
    }

    #[test]
    fn each_surface_names_what_is_given_as_it_is_typed_there() {
        let next = json!({ "page": 2, "ids": ["1", "2"], "conditions": "name = \"O'Neil\"" });
        let next = next.as_object().cloned().unwrap_or_default();
        let pair = Given::Pair { name: "conditions".into(), value: "id = 5".to_owned() };
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
            assert_eq!([given.on(Surface::Mcp), given.on(Surface::CommandLine)], [mcp, cli]);
        }
    }
}
