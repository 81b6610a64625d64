//! `search QUERY`: ranked operations.

use std::io::Write;

use clap::Args;

use super::{Context, Failure, NoBuild, Outcome, output, print_json, values};
use crate::openapi::Method;
use crate::search::{Filter, Mode, Query};

#[derive(Debug, Args)]
pub(super) struct SearchArguments {
    /// What is wanted, in any words; quotes are not needed
    #[arg(required = true)]
    query: Vec<String>,
    /// How many operations at most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// How to rank
    #[arg(long, value_enum, default_value_t = values::Mode::Hybrid)]
    mode: values::Mode,
    /// Only operations of this API
    #[arg(long)]
    api: Option<String>,
    /// Only operations with this method
    #[arg(long)]
    method: Option<Method>,
    /// Only operations of this domain
    #[arg(long)]
    domain: Option<String>,
    /// Show the signals that put each operation where it is
    #[arg(long)]
    explain: bool,
    /// Neither show remembered calls nor lift what is often used
    #[arg(long)]
    no_memory: bool,
    #[command(flatten)]
    no_build: NoBuild,
}

impl SearchArguments {
    pub(super) fn no_build(&self) -> bool {
        self.no_build.no_build
    }
}

pub(super) fn run(context: &Context, arguments: SearchArguments) -> Result<Outcome, Failure> {
    let mode = Mode::from(arguments.mode);
    match mode {
        Mode::Keyword => context.open()?,
        Mode::Hybrid | Mode::Semantic => context.open_with_model()?,
    }
    let query = Query {
        text: arguments.query.join(" "),
        mode,
        limit: arguments.limit as usize,
        filter: Filter { api: arguments.api, method: arguments.method, domain: arguments.domain },
        ..Query::default()
    };
    let service = &context.service;
    let answer = if arguments.no_memory { service.search(&query)? } else { service.find(&query)? };
    let outcome = if answer.hits.is_empty() { Outcome::Nothing } else { Outcome::Done };
    if context.json {
        print_json(&answer)?;
        return Ok(outcome);
    }
    if let Some(reason) = &answer.reduced {
        writeln!(output::err(), "reduced to keyword search: {reason}")?;
    }
    if answer.hits.is_empty() {
        writeln!(output::err(), "no operation matches; use other words, or `cw-orchestrator domains` to browse")?;
        return Ok(outcome);
    }
    // Of one API the column would say the same in every row.
    let several_apis = context.service.searcher()?.store().apis()?.len() > 1;
    let mut header = vec!["#", "score", "method", "path", "summary"];
    if several_apis {
        header.insert(2, "api");
    }
    if arguments.explain {
        header.push("why");
    }
    let rows = answer.hits.iter().map(|hit| {
        let mut row = vec![
            hit.rank.to_string(),
            format!("{:.3}", hit.score),
            hit.method.to_string(),
            hit.path.clone(),
            match &hit.remembered {
                Some(remembered) if remembered.slots.is_empty() => {
                    let differs: String = remembered.differs.iter().map(|one| format!("; {one}")).collect();
                    format!("[memory {}] {}{differs}", remembered.entry, remembered.description)
                }
                // The value to be given is of another customer than the one that the description names.
                Some(remembered) => {
                    let slots: String = remembered.slots.iter().map(|slot| format!(" --slot {slot}=...")).collect();
                    format!(
                        "[memory {}: --entry {}{slots}] {}",
                        remembered.entry, remembered.entry, remembered.description
                    )
                }
                None => hit.summary.clone(),
            },
        ];
        if several_apis {
            row.insert(2, hit.api.clone());
        }
        if arguments.explain {
            row.push(hit.why.to_string());
        }
        row
    });
    output::print_table(&header, rows)?;
    Ok(outcome)
}
