//! `call METHOD PATH` and `raw 'METHOD /path?query [JSON]'`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::answer::Form;
use super::{Context, Failure, Outcome, answer, body, each, output, print_json, shell};
use crate::error::Error;
use crate::invoke::sums::Sums;
use crate::invoke::{Caller, Consent, InvokeError, Later, Policy};
use crate::openapi::Method;
use crate::service::Call;
use crate::surface::{Argument, Surface};

#[derive(Debug, Args)]
pub(super) struct CallArguments {
    /// Request method
    method: Method,
    /// Path template, or a path with values
    #[arg(value_parser = shell::api_path)]
    path: String,
    /// A parameter, wherever it travels: path, query, header or cookie (header:NAME where two share a name); once for each value
    /// of a list, or the list or object as JSON; NAME[MEMBER]=VALUE for one member of an object
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// The body: JSON, text or a file as the operation takes it; @FILE, or - for standard input. A text is sent as it is written, quotes
    /// and all
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    data: Option<String>,
    /// A field of the body, by its path: as JSON where it reads as such and the field takes it, else as text; where a field takes both,
    /// 1 is a number and "1" with its quotes a text
    #[arg(long, value_name = "FIELD=VALUE", conflicts_with = "data")]
    set: Vec<String>,
    /// Make the call once for each of these records, as one plan: ids (1,2,3), a JSON list of ids or rows, @FILE or - for one, or a list
    /// to read ('GET /service/tickets?conditions=...'); an open placeholder of the path takes the id, {each} and {each/FIELD} stand for it in values
    #[arg(long, value_name = "IDS|@FILE|-|'GET /path?query'", conflicts_with_all = ["output", "entry"])]
    for_each: Vec<String>,
    /// With --for-each: leave the rest after this many failures in a row
    #[arg(long, value_name = "N", requires = "for_each", value_parser = clap::value_parser!(u64).range(1..), default_value = "5", hide_default_value = true)]
    stop_after: u64,
    /// With --for-each: begin a new plan, though the same call was not finished within the last day
    #[arg(long, requires = "for_each")]
    anew: bool,
    /// Fetch all pages of a list
    #[arg(long)]
    all_pages: bool,
    /// Write the answer to this file as it comes, or into this folder; a file that is there is kept, and the new one numbered
    #[arg(long, value_name = "FILE", conflicts_with_all = ["all_pages", "max_items"])]
    output: Option<PathBuf>,
    /// With --all-pages: stop after this many rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_items: Option<u64>,
    /// What a jq filter makes of all rows, such as 'map({id, summary})'; of no list, of the one record
    #[arg(long, value_name = "JQ", conflicts_with_all = ["group_by", "sum", "count", "top", "output"])]
    select: Option<String>,
    /// Count all rows by this field, such as board/name; several with commas
    #[arg(long, value_name = "FIELD", conflicts_with = "output")]
    group_by: Option<String>,
    /// Sum this field over all rows, or for each group; several with commas
    #[arg(long, value_name = "FIELD", conflicts_with = "output")]
    sum: Option<String>,
    /// Count all rows, beside the sums where there are some
    #[arg(long, conflicts_with = "output")]
    count: bool,
    /// With --group-by: show the N largest groups
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    top: Option<u64>,
    /// Send parameters, body and filters without checking them: the manifest may be older than the server
    #[arg(long)]
    no_validate: bool,
    /// Fill a read that gives nothing in with the entry of fast memory that is used most
    #[arg(long, conflicts_with = "no_memory")]
    use_memory: bool,
    /// Neither use fast memory nor hear what it could supply
    #[arg(long)]
    no_memory: bool,
    /// The entry of fast memory that fills in what is left out
    #[arg(long, value_name = "ID")]
    entry: Option<i64>,
    /// The value of a slot of that entry
    #[arg(long = "slot", value_name = "NAME=VALUE", requires = "entry")]
    slots: Vec<String>,
    /// The API, where several have the operation
    #[arg(long)]
    api: Option<String>,
    #[command(flatten)]
    sending: Sending,
}

#[derive(Debug, Args)]
pub(super) struct RawArguments {
    /// Method, path with query, and a JSON body; a shell wants quotes around `&`, `?` and JSON
    #[arg(value_name = "METHOD /path?query [JSON]", required = true)]
    request: Vec<String>,
    /// The API, where several have the operation, or none has it
    #[arg(long)]
    api: Option<String>,
    /// Write the answer to this file as it comes, or into this folder
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sending: Sending,
}

#[derive(Debug, Args)]
pub(super) struct Sending {
    /// Show the request, secrets hidden, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Show these fields of the rows as a table, such as id,summary,status/name
    #[arg(long, value_name = "FIELD,...", value_delimiter = ',', conflicts_with = "json")]
    columns: Vec<String>,
    /// Send a write without asking
    #[arg(long)]
    yes: bool,
    /// Send a POST although the same was sent within the last two minutes
    #[arg(long)]
    again: bool,
}

impl Sending {
    /// Whether nothing is to be sent.
    pub(super) fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

pub(super) fn call(context: &Context, arguments: CallArguments) -> Result<Outcome, Failure> {
    let (call, _body) = call_of(context, &arguments)?;
    send(context, call, &arguments.sending)
}

/// The call that is asked for, and its body, which must last as long.
pub(super) fn call_of(context: &Context, arguments: &CallArguments) -> Result<(Call, body::Body), Failure> {
    let params = named_values(Argument::PARAMS, &arguments.params)?;
    let (method, path, api) = (arguments.method, arguments.path.as_str(), arguments.api.as_deref());
    let of = body::For { method, path, api, params: &params };
    let body = body::of_call(context, of, arguments.data.as_deref(), &arguments.set)?;
    let call = Call {
        api: arguments.api.clone(),
        for_each: each::records(context, &arguments.for_each)?,
        stop_after: usize::try_from(arguments.stop_after).ok(),
        is_anew: arguments.anew,
        params,
        data: body.data.clone(),
        given_by: body.given_by.unwrap_or(Argument::DATA),
        is_typed: body.is_typed,
        all_pages: arguments.all_pages,
        max_items: arguments.max_items.map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
        sums: Sums {
            select: arguments.select.clone(),
            group_by: arguments.group_by.clone(),
            sum: arguments.sum.clone(),
            count: arguments.count,
            top: arguments.top.map(|top| usize::try_from(top).unwrap_or(usize::MAX)),
        },
        dry_run: arguments.sending.dry_run,
        output: arguments.output.clone(),
        validate: !arguments.no_validate,
        use_memory: !arguments.no_memory,
        fill_in: arguments.use_memory,
        record: arguments.entry,
        slots: single_values(Argument::SLOTS, &arguments.slots)?,
        ..Call::new(arguments.method, &arguments.path)
    };
    Ok((call, body))
}

pub(super) fn raw(context: &Context, arguments: RawArguments) -> Result<Outcome, Failure> {
    let wrong = |reason: String| Error::Argument { argument: Argument::RAW, reason: reason.into() };
    let request = shell::raw_request(&arguments.request).map_err(wrong)?;
    let call = Call {
        api: arguments.api,
        dry_run: arguments.sending.dry_run,
        output: arguments.output,
        ..Call::parse(&request)?
    };
    send(context, call, &arguments.sending)
}

/// The values of `--param NAME=VALUE`; a name that is given several times has a list of them, in order.
pub(super) fn named_values(argument: Argument, given: &[String]) -> Result<Map<String, Value>, Error> {
    let mut named: Map<String, Value> = Map::new();
    for given in given {
        let (name, value) = pair(argument, given)?;
        match named.entry(name) {
            Entry::Vacant(entry) => _ = entry.insert(value.into()),
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Value::Array(values) => values.push(value.into()),
                first => *first = vec![first.take(), value.into()].into(),
            },
        }
    }
    Ok(named)
}

/// The values of `--slot NAME=VALUE`, of which each has one.
fn single_values(argument: Argument, given: &[String]) -> Result<Map<String, Value>, Error> {
    let mut named = Map::new();
    for given in given {
        let (name, value) = pair(argument, given)?;
        if named.insert(name.clone(), value.into()).is_some() {
            return Err(Error::Argument { argument, reason: format!("`{name}` is given twice; give it once").into() });
        }
    }
    Ok(named)
}

fn pair(argument: Argument, given: &str) -> Result<(String, String), Error> {
    let reason = match given.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => return Ok((name.to_owned(), value.to_owned())),
        Some(_) => format!("`{given}` has no name before `=`; write NAME=VALUE, such as pageSize=5"),
        None => format!("`{given}` is no NAME=VALUE, such as pageSize=5"),
    };
    Err(Error::Argument { argument, reason: reason.into() })
}

fn send(context: &Context, call: Call, sending: &Sending) -> Result<Outcome, Failure> {
    context.open()?;
    let fills_in = call.fill_in;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let person = person(context, sending);
    let outcome = runtime.block_on(context.service.call(call, &person));
    shown(context, &person, outcome, sending, fills_in)
}

/// Whoever gave a command that sends.
pub(super) fn person(context: &Context, sending: &Sending) -> Person {
    let shows_progress = !context.quiet && std::io::stderr().is_terminal();
    Person { yes: sending.yes, again: sending.again, request: "Send it", shows_progress }
}

/// Prints what came of a call.
pub(super) fn shown(
    context: &Context,
    person: &Person,
    outcome: Result<crate::invoke::Outcome, Error>,
    sending: &Sending,
    fills_in: bool,
) -> Result<Outcome, Failure> {
    person.end_progress();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        // The remote side's failure is one of the call, not of its use.
        Err(error @ (Error::Invoke(InvokeError::Call(_)) | Error::Stale { .. })) => {
            writeln!(output::err(), "cw-orchestrator: {}", error.on(Surface::CommandLine))?;
            return Ok(Outcome::Nothing);
        }
        Err(error) => return Err(error.into()),
    };
    if context.json {
        print_json(&outcome.answer)?;
    } else {
        answer::print(context, outcome.answer, &Form { columns: &sending.columns, with_memory: fills_in })?;
    }
    Ok(Outcome::Done)
}

/// The name of whoever sits at the terminal.
const PERSON: &str = "command line";

pub(super) struct Person {
    /// Whether `--yes` said so already.
    pub(super) yes: bool,
    /// Whether `--again` said so already.
    pub(super) again: bool,
    /// What is asked, without the question mark.
    pub(super) request: &'static str,
    pub(super) shows_progress: bool,
}

impl Person {
    fn end_progress(&self) {
        if self.shows_progress {
            output::status_line("");
        }
    }
}

/// Whether there is somebody to ask.
fn is_attended() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

impl Caller for Person {
    fn name(&self) -> &str {
        PERSON
    }

    fn policy(&self) -> &Arc<Policy> {
        Policy::open()
    }

    fn surface(&self) -> Surface {
        Surface::CommandLine
    }

    /// Always: where there is no terminal, the answer is no.
    fn can_ask(&self) -> bool {
        true
    }

    fn ask<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        Box::pin(async move {
            if self.yes {
                return Consent::Given;
            }
            if !is_attended() {
                return Consent::Withheld("there is no terminal to ask on; add --yes to do it".to_owned());
            }
            let mut line = String::new();
            let asked = write!(output::err(), "{question}\n\n{}? [y/N] ", self.request);
            let read = asked.and_then(|()| std::io::stdin().lock().read_line(&mut line));
            match read {
                Ok(_) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") => Consent::Given,
                Ok(_) => Consent::Withheld("you did not answer yes".to_owned()),
                Err(error) => Consent::Withheld(format!("the terminal cannot be read: {error}")),
            }
        })
    }

    /// `--yes` is written into scripts, which repeat what failed without looking: it is no answer to this.
    fn ask_again<'a>(&'a self, question: &'a str) -> Later<'a, Consent> {
        if self.again || (!self.yes && is_attended()) {
            return self.ask(question);
        }
        let why = "the same POST was sent less than two minutes ago, and again it may create a second record; look whether \
                   the first is there, and add --again beside --yes to send it once more";
        Box::pin(async move { Consent::Withheld(why.to_owned()) })
    }

    fn progress(&self, rows: usize, total: Option<usize>) {
        if self.shows_progress {
            let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
            output::status_line(&format!("{rows}{of} rows"));
        }
    }
}
