//! What can go wrong anywhere, as those above the modules see it.

use std::error::Error as _;
use std::path::Path;

use crate::build::BuildError;
use crate::causes::with_causes;
use crate::embed::EmbedError;
use crate::escape::bounded;
use crate::eval::EvalError;
use crate::generation::GenerationError;
use crate::invoke::InvokeError;
use crate::invoke::draft::Problem;
use crate::invoke::plan::PlanError;
use crate::invoke::stored::StoredError;
use crate::memory::slots::SlotError;
use crate::memory::transfer::TransferError;
use crate::memory::{EntryId, MemoryError};
use crate::search::SearchError;
use crate::store::StoreError;
use crate::surface::{Argument, Given, Place, Said, Surface};

pub use crate::causes::chain;

/// Any error of the library. Its text says what was wrong, where, and what to do next: as `Display` in the words of MCP, with
/// [`Error::on`] in those of any surface.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A build failed.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The model failed.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The published index cannot be used.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// A search failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The catalogue failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A judgement file is wrong.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// A call failed.
    #[error(transparent)]
    Invoke(#[from] InvokeError),
    /// The API refused a call that an entry of fast memory stands for.
    #[error("{source}{}", is_stale(*id))]
    Stale {
        /// The number of the entry.
        id: EntryId,
        /// What the API said.
        source: Box<InvokeError>,
    },
    /// The rest of an answer is not there.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// Fast memory failed.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// Slots do not fit the call, or values the slots.
    #[error(transparent)]
    Slots(#[from] SlotError),
    /// An import or export failed.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// Fast memory has no such entry.
    #[error("{}", no_entry(*id, held))]
    NoEntry {
        /// The number that was asked for.
        id: EntryId,
        /// The numbers that there are, in order.
        held: Vec<EntryId>,
    },
    /// A call that was to be kept holds secrets.
    #[error("{}", holds_secrets(places))]
    Secrets {
        /// Where they are.
        places: Vec<Place>,
    },
    /// Work ended early, by a fault of this program.
    #[error("the program failed inside: {reason}; nothing was sent")]
    Interrupted {
        /// What is known of it.
        reason: String,
    },
    /// There is no index and building is not allowed.
    #[error("{}", no_index(path))]
    NoIndex {
        /// Where it would be.
        path: std::path::PathBuf,
    },
    /// No operation has this method and path.
    #[error("{method} {path} is no operation of {place}{}", or_nearest(.nearest))]
    NoOperation {
        /// The request method that was asked for.
        method: String,
        /// The path that was asked for: a template, or one with values.
        path: String,
        /// `METHOD /path` of the nearest operations.
        nearest: Vec<String>,
        /// Where it was looked for: an API, or the index.
        place: String,
    },
    /// Several APIs have the operation.
    #[error("{method} {path} can be of several APIs; name one with `api`: {}", first_few(.apis))]
    SeveralApis {
        /// The request method that was asked for.
        method: String,
        /// The path that was asked for: a template, or one with values.
        path: String,
        /// The names of these APIs.
        apis: Vec<String>,
    },
    /// An argument is not usable.
    #[error("{argument}: {reason}")]
    Argument {
        /// The argument, whose name the surface words.
        argument: Argument,
        /// What is wrong, and what to write instead.
        reason: Said,
    },
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Invoke(error) => Self::Invoke(error),
            PlanError::Store(error) => Self::Store(error),
        }
    }
}

impl Error {
    /// Secrets at the places that fast memory names so.
    pub(crate) fn secrets(places: &[String]) -> Self {
        Self::Secrets { places: places.iter().map(|place| Place::of_memory(place)).collect() }
    }

    /// The error and what led to it in one line, in a surface's words; what it repeats of a caller's is shortened.
    pub fn on(&self, surface: Surface) -> String {
        bounded(&self.whole(surface)).into_owned()
    }

    /// What was found wrong with a call before it was sent; empty of any other error.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invoke(InvokeError::Problems(problems)) => problems,
            _ => &[],
        }
    }

    fn whole(&self, surface: Surface) -> String {
        let own = match self {
            Self::Invoke(error) => error.on(surface),
            // Its source is within its text.
            Self::Stale { id, source } => {
                let refused = with_causes(source.on(surface), source.source());
                return format!("{refused}{}", is_stale(*id).on(surface));
            }
            Self::Secrets { places } => holds_secrets(places).on(surface),
            Self::NoEntry { id, held } => no_entry(*id, held).on(surface),
            Self::NoIndex { path } => no_index(path).on(surface),
            Self::SeveralApis { method, path, apis } if surface == Surface::CommandLine => {
                format!("{method} {path} can be of several APIs; name one with `--api`: {}", first_few(apis))
            }
            Self::Argument { argument, reason } => format!("{}: {}", argument.on(surface), reason.on(surface)),
            other => other.to_string(),
        };
        with_causes(own, self.source())
    }

    /// A name of what went wrong, for logs; it stays the same when texts change.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Build(_) => "build",
            Self::Embed(_) => "model",
            Self::Generation(_) => "index",
            Self::Search(_) => "search",
            Self::Store(_) => "catalogue",
            Self::Eval(_) => "eval",
            Self::Invoke(InvokeError::Problems(_)) => "problems",
            Self::Invoke(InvokeError::Settings(_)) => "settings",
            Self::Invoke(InvokeError::Call(_)) => "call",
            Self::Invoke(InvokeError::Refused { .. }) => "refused",
            Self::Invoke(InvokeError::Audit(_)) => "audit",
            Self::Invoke(InvokeError::Journal(_)) => "journal",
            Self::Invoke(InvokeError::Sums(_)) => "sums",
            Self::Stale { .. } => "stale",
            Self::Stored(_) => "stored_result",
            Self::Memory(_) => "memory",
            Self::Slots(_) => "slots",
            Self::Transfer(_) => "transfer",
            Self::NoEntry { .. } => "no_entry",
            Self::Secrets { .. } => "secrets",
            Self::Interrupted { .. } => "interrupted",
            Self::NoIndex { .. } => "no_index",
            Self::NoOperation { .. } => "no_operation",
            Self::SeveralApis { .. } => "several_apis",
            Self::Argument { .. } => "argument",
        }
    }

    /// Whether its text may repeat what was asked or what an API answered: it is for whoever asked, and for no log.
    pub fn may_quote(&self) -> bool {
        !matches!(
            self,
            Self::Build(_)
                | Self::Embed(_)
                | Self::Generation(_)
                | Self::Store(_)
                | Self::Memory(_)
                | Self::NoEntry { .. }
                | Self::NoIndex { .. }
                | Self::Invoke(InvokeError::Audit(_) | InvokeError::Journal(_))
        )
    }
}

fn is_stale(id: EntryId) -> Said {
    Said::from(format!(
        ". Entry {id} of fast memory is this call and is marked stale now: it is not taken unasked until it succeeds again; \
         save it anew with what works, or discard it ("
    ))
    .given(Given::Discard(id))
    .text(")")
}

fn holds_secrets(places: &[Place]) -> Said {
    let look = if places.len() == 1 { "looks like" } else { "look like" };
    Said::from("it was not saved: ").places(places).text(format!(
        " {look} a secret; leave it out, or write `{{name}}` in its place and make `name` a slot: it is then asked for on each use"
    ))
}

fn no_entry(id: EntryId, held: &[EntryId]) -> Said {
    let said = Said::from(format!("there is no entry {id} in fast memory"));
    if held.is_empty() {
        return said.text(", which is empty");
    }
    let numbers: Vec<String> = held.iter().map(ToString::to_string).collect();
    said.text(format!("; it holds {}, and ", first_few(&numbers))).given(Given::Entries).text(" shows what they are")
}

fn no_index(path: &Path) -> Said {
    let cure = Given::Either {
        mcp: "build one with `cw-orchestrator index build`",
        cli: "build one with `cw-orchestrator index build`, or leave out --no-build",
    };
    Said::from(format!("there is no index at {}; ", path.display())).given(cure)
}

fn or_nearest(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; the nearest are {}", nearest.join(", ")) }
}

/// Names in one line; of very many the first, and how many more there are.
fn first_few(names: &[String]) -> String {
    const FEW: usize = 20;
    let shown = names[..names.len().min(FEW)].join(", ");
    if names.len() > FEW { format!("{shown} and {} more", names.len() - FEW) } else { shown }
}
