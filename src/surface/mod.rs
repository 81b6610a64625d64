//! How does each surface name what a caller gives?
//!
//! An error knows that `id` is missing and that checking can be left out. A person at a terminal writes `--param id=5` and
//! `--no-validate` for that, a client of MCP `params.id` and `validate: false`; on the page it is the field `id`. So messages hold an [`Argument`], a [`Place`] or a
//! [`Given`] where such a name belongs, and whoever shows a message words it with [`Said::on`].

mod given;
mod place;
mod said;

use std::fmt;

pub use given::Given;
pub(crate) use given::{in_quotes, option};
pub use place::Place;
pub use said::Said;

/// Where a message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A terminal, or a pipe from the command line.
    CommandLine,
    /// A tool's result.
    Mcp,
    /// The page: its fields have labels and its steps have buttons, so that nothing is typed by its name.
    Page,
}

/// An argument of tools, the one of the commands that says the same, and what the page calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    mcp: &'static str,
    cli: &'static str,
    page: &'static str,
}

impl Argument {
    /// A path, or the template of one.
    pub const PATH: Self = Self::of("path", "PATH", "the path");
    /// The request method.
    pub const METHOD: Self = Self::of("method", "METHOD", "the method");
    /// The parameters of a call, together.
    pub const PARAMS: Self = Self::of("params", "--param", "the parameters");
    /// The body of a call.
    pub const DATA: Self = Self::of("data", "--data", "the body");
    /// Single values of the body, which the command line alone has.
    pub const SET: Self = Self::of("data", "--set", "the body");
    /// A request as it is written.
    pub const RAW: Self = Self::of("raw_request", "the request", "the request");
    /// All pages of a list.
    pub const ALL_PAGES: Self = Self::of("all_pages", "--all-pages", "All pages");
    /// Rows after which to stop.
    pub const MAX_ITEMS: Self = Self::of("max_items", "--max-items", "max_items");
    /// The records that a call is made for, one after another.
    pub const FOR_EACH: Self = Self::of("for_each", "--for-each", "for_each");
    /// A change that was made through the program, by its number.
    pub const CHANGE: Self = Self::of("id", "ID", "the change");
    /// A jq filter over the rows.
    pub const SELECT: Self = Self::of("select", "--select", "the jq filter (select)");
    /// The field by which rows are grouped.
    pub const GROUP_BY: Self = Self::of("group_by", "--group-by", "Group by");
    /// The field whose numbers are summed.
    pub const SUM: Self = Self::of("sum", "--sum", "Sum of");
    /// That rows are counted.
    pub const COUNT: Self = Self::of("count", "--count", "Count");
    /// How many groups are shown.
    pub const TOP: Self = Self::of("top", "--top", "Largest");
    /// Where an answer is written, which the command line alone has.
    pub const OUTPUT: Self = Self::of("output", "--output", "a file");
    /// That a call is sent unchecked.
    pub const UNCHECKED: Self =
        Self::of("validate: false", "--no-validate", "a call by `cw-orchestrator call` with `--no-validate`");
    /// The entry of fast memory that fills in what is left out.
    pub const ENTRY: Self = Self::of("record_identifier", "--entry", "the kept call");
    /// Values of that entry's slots.
    pub const SLOTS: Self = Self::of("slots", "--slot", "what is asked for on each use");
    /// What a saved call is for.
    pub const DESCRIPTION: Self = Self::of("description", "--description", "What it is for");
    /// The user's consent to one request.
    pub const CONFIRMATION: Self = Self::of("confirmation", "--yes", "confirmation");

    const fn of(mcp: &'static str, cli: &'static str, page: &'static str) -> Self {
        Self { mcp, cli, page }
    }

    /// An argument that one surface alone has, or that both call the same.
    pub const fn named(name: &'static str) -> Self {
        Self::of(name, name, name)
    }

    /// Its name on a surface.
    pub const fn on(self, surface: Surface) -> &'static str {
        match surface {
            Surface::Mcp => self.mcp,
            Surface::CommandLine => self.cli,
            Surface::Page => self.page,
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.on(Surface::Mcp))
    }
}
