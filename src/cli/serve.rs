//! `serve`: the MCP server.

use clap::Args;

use super::{Context, Failure, NoBuild, Outcome};
use crate::invoke::Writes;
use crate::mcp;

#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// How clients reach the server
    #[arg(long, value_enum, default_value_t = Transport::Stdio)]
    transport: Transport,
    /// What happens to requests that write [default: ask, or as configured]
    #[arg(long, value_enum)]
    writes: Option<Writes>,
    /// Refuse requests that write: the same as --writes deny
    #[arg(long, conflicts_with = "writes")]
    read_only: bool,
    #[command(flatten)]
    no_build: NoBuild,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Transport {
    /// Standard input and output: one client, which starts the program
    Stdio,
}

impl ServeArguments {
    pub(super) fn no_build(&self) -> bool {
        self.no_build.no_build
    }

    pub(super) fn writes(&self) -> Option<Writes> {
        if self.read_only { Some(Writes::Deny) } else { self.writes }
    }
}

pub(super) fn run(context: &Context, arguments: ServeArguments) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    context.service.open_in_background();
    match arguments.transport {
        Transport::Stdio => runtime.block_on(mcp::serve_stdio(context.service.clone()))?,
    }
    // A build that still runs in the background must not keep the process: what it staged is removed by the next one.
    runtime.shutdown_background();
    Ok(Outcome::Done)
}
