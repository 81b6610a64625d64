//! `domains`, `resources DOMAIN`.

use clap::Args;
use serde_json::json;

use super::{Context, Failure, Outcome, output, print_json};
use crate::store::Group;

#[derive(Debug, Args)]
pub(super) struct DomainsArguments {
    /// Only those of this API
    #[arg(long)]
    api: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ResourcesArguments {
    /// A domain, as `domains` lists them
    domain: String,
    /// Only those of this API
    #[arg(long)]
    api: Option<String>,
}

pub(super) fn domains(context: &Context, arguments: DomainsArguments) -> Result<Outcome, Failure> {
    context.open()?;
    let domains = context.service.domains(arguments.api.as_deref())?;
    if context.json {
        print_json(&json!({ "domains": domains }))?;
    } else {
        print_groups("domain", &domains)?;
    }
    Ok(Outcome::Done)
}

pub(super) fn resources(context: &Context, arguments: ResourcesArguments) -> Result<Outcome, Failure> {
    context.open()?;
    // As it begins a path.
    let domain = arguments.domain.trim_matches('/');
    let resources = context.service.resources(domain, arguments.api.as_deref())?;
    if context.json {
        print_json(&json!({ "domain": domain, "resources": resources }))?;
    } else {
        print_groups("resource", &resources)?;
    }
    Ok(Outcome::Done)
}

fn print_groups(what: &str, groups: &[Group]) -> Result<(), Failure> {
    let several_apis = groups.windows(2).any(|pair| pair[0].api != pair[1].api);
    let mut header = vec![what, "operations", "methods"];
    if several_apis {
        header.push("api");
    }
    output::print_table(
        &header,
        groups.iter().map(|group| {
            let methods: Vec<String> =
                group.methods.iter().map(|(method, count)| format!("{method} {count}")).collect();
            let mut row = vec![group.name.clone(), group.operations.to_string(), methods.join(", ")];
            if several_apis {
                row.push(group.api.clone());
            }
            row
        }),
    )
}
