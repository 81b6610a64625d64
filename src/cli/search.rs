//! `search QUERY`: ranked operations.

use std::io::Write;

use clap::Args;

use super::plain::columns;
use super::sheet::{Sheet, Style, fit, padded};
use super::{Context, Failure, NoBuild, Outcome, output, print_json, values};
use crate::openapi::Method;
use crate::search::{Filter, Fit, Hit, Mode, Query};

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
        filter: Filter { api: arguments.api, method: arguments.method, domain: arguments.domain, ..Filter::default() },
        ..Query::default()
    };
    let service = &context.service;
    let answer = if arguments.no_memory { service.search(&query)? } else { service.find(&query)? };
    if context.json {
        print_json(&answer)?;
        return Ok(if answer.hits.is_empty() { Outcome::Nothing } else { Outcome::Done });
    }
    if let Some(missing) = &answer.missing {
        writeln!(output::err(), "{missing}")?;
    }
    if let Some(reason) = &answer.reduced {
        writeln!(output::err(), "reduced to keyword search: {reason}")?;
    }
    match answer.fit() {
        Fit::Good => {}
        Fit::Weak => {
            writeln!(output::err(), "weak match: no operation stands out; the right one may need other words")?
        }
        Fit::Nothing => {
            let text =
                "nothing fits: no operation has words like these; use others, or `cw-orchestrator domains` to browse";
            writeln!(output::err(), "{text}")?;
            return Ok(Outcome::Nothing);
        }
    }
    // Of one API the column would say the same in every row.
    let several_apis = context.service.searcher()?.store().apis()?.len() > 1;
    let rows: Vec<Row> = answer.hits.iter().map(|hit| Row::of(hit, several_apis, arguments.explain)).collect();
    if context.screen.is_terminal {
        context.screen.show(&sheet(&rows, context.screen.width))?;
    } else {
        let mut header = vec!["#", "score", "method", "path", "summary"];
        if several_apis {
            header.insert(2, "api");
        }
        if arguments.explain {
            header.push("why");
        }
        output::print_table(&header, rows.into_iter().map(Row::cells))?;
    }
    Ok(Outcome::Done)
}

/// One hit as it is shown.
struct Row {
    rank: String,
    score: String,
    api: Option<String>,
    method: String,
    path: String,
    summary: String,
    why: Option<String>,
}

impl Row {
    fn of(hit: &Hit, several_apis: bool, explain: bool) -> Self {
        let summary = match &hit.remembered {
            Some(remembered) if remembered.slots.is_empty() => {
                let differs: String = remembered.differs.iter().map(|one| format!("; {one}")).collect();
                format!("[memory {}] {}{differs}", remembered.entry, remembered.description)
            }
            // The value to be given is of another customer than the one that the description names.
            Some(remembered) => {
                let slots: String = remembered.slots.iter().map(|slot| format!(" --slot {slot}=...")).collect();
                format!("[memory {}: --entry {}{slots}] {}", remembered.entry, remembered.entry, remembered.description)
            }
            None => hit.summary.clone(),
        };
        Self {
            rank: hit.rank.to_string(),
            score: format!("{:.3}", hit.score),
            api: several_apis.then(|| hit.api.clone()),
            method: hit.method.to_string(),
            path: hit.path.clone(),
            summary,
            why: explain.then(|| hit.why.to_string()),
        }
    }

    fn cells(self) -> Vec<String> {
        let Self { rank, score, api, method, path, summary, why } = self;
        [Some(rank), Some(score), api, Some(method), Some(path), Some(summary), why].into_iter().flatten().collect()
    }
}

/// The least columns in which a summary is worth its place beside its path; where there are fewer, it stands below.
const SUMMARY: usize = 16;
/// The most columns of a path beside which summaries stand in a column.
const PATH: usize = 44;

/// Hits for a terminal of that width. A path is always whole: it breaks before a slash where a line has no room for it.
fn sheet(rows: &[Row], width: usize) -> Sheet {
    let longest = |cell: &dyn Fn(&Row) -> usize| rows.iter().map(cell).max().unwrap_or_default();
    let rank = longest(&|row| columns(&row.rank)).max(1);
    let api = longest(&|row| row.api.as_deref().map_or(0, |api| columns(api) + 2)).min(22);
    let method = longest(&|row| columns(&row.method)).max("method".len());
    let before = rank + 2 + "score".len() + 2 + api + method + 2;
    let path = longest(&|row| if columns(&row.path) <= PATH { columns(&row.path) } else { 0 });
    let path = path.max("path".len()).min(width.saturating_sub(before + 2 + SUMMARY).max("path".len()));
    let mut sheet = Sheet::default();
    let line_of = |row: [&str; 4], path_text: &str, summary: &str| {
        let [rank_text, score, api_text, method_text] = row;
        let api_text = if api > 0 { format!("{}  ", padded(api_text, api - 2)) } else { String::new() };
        [
            format!("{}  {}  {api_text}{}  ", padded(rank_text, rank), padded(score, 5), padded(method_text, method)),
            path_text.to_owned(),
            summary.to_owned(),
        ]
    };
    let header = line_of(["#", "score", "api", "method"], &padded("path", path), "  summary");
    sheet.line(header.iter().map(|text| (Style::Strong, text.as_str())));
    for row in rows {
        let (beside, below) = placed(&row.path, &row.summary, path, width.saturating_sub(before));
        let cells = [row.rank.as_str(), &row.score, row.api.as_deref().unwrap_or_default(), &row.method];
        let [front, path_text, summary] = line_of(cells, &beside[0], &beside[1]);
        sheet.line([(Style::Plain, front.as_str()), (Style::Name, &path_text), (Style::Plain, &summary)]);
        let indent = " ".repeat(before);
        below.iter().for_each(|(style, text)| sheet.line([(Style::Plain, indent.as_str()), (*style, text.as_str())]));
        if let Some(why) = &row.why {
            sheet.line([(Style::Plain, indent.as_str()), (Style::Faint, why.as_str())]);
        }
    }
    sheet
}

/// The path and the summary of a hit: what stands in its own line, and what in lines below.
fn placed(path: &str, summary: &str, path_room: usize, room: usize) -> ([String; 2], Vec<(Style, String)>) {
    let taken = columns(path);
    if taken <= room {
        let column = taken.max(path_room);
        let left = room.saturating_sub(column + 2);
        let fits = columns(summary) <= left || left >= SUMMARY;
        if summary.is_empty() || fits {
            return ([padded(path, column), format!("  {}", fit(summary, left))], Vec::new());
        }
        return ([path.to_owned(), String::new()], vec![(Style::Plain, fit(summary, room))]);
    }
    let mut lines = vec![String::new()];
    for segment in path.split_inclusive('/') {
        match lines.last_mut().filter(|line| line.is_empty() || columns(line) + columns(segment) <= room) {
            Some(line) => line.push_str(segment),
            None => lines.push(segment.to_owned()),
        }
    }
    let first = lines.remove(0);
    let mut below: Vec<(Style, String)> = lines.into_iter().map(|line| (Style::Name, line)).collect();
    if !summary.is_empty() {
        below.push((Style::Plain, fit(summary, room)));
    }
    ([first, String::new()], below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &str, summary: &str) -> Row {
        Row {
            rank: "1".to_owned(),
            score: "0.284".to_owned(),
            api: None,
            method: "GET".to_owned(),
            path: path.to_owned(),
            summary: summary.to_owned(),
            why: None,
        }
    }

    #[test]
    fn paths_are_whole_and_summaries_are_cut() {
        let long = "/company/portalConfigurations/{parentId}/serviceSetups/{id}";
        let longer = format!("{long}/aVeryLongSegmentOfAPath/andAnotherOne");
        let rows = [
            row("/service/tickets", "Get List of Ticket, each with everything that is known of it and of its company"),
            row("/service/tickets/{id}", "Get Ticket"),
            row(long, "Get PortalConfigurationServiceSetup"),
            row(&longer, "Get more"),
        ];
        let text = sheet(&rows, 80).written(false);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| columns(line) <= 80), "{text}");
        assert!(lines[1].contains("/service/tickets ") && lines[1].ends_with('…'), "{text}");
        assert_eq!(lines[0].find("summary"), lines[2].find("Get Ticket"), "{text}");
        // It is in one piece, and its summary below.
        assert!(lines[3].ends_with(long) && lines[4].trim() == "Get PortalConfigurationServiceSetup", "{text}");
        // It breaks behind a slash.
        assert!(lines[5].ends_with("{id}/") && lines[6].trim().starts_with("aVeryLong"), "{text}");
        // However narrow the terminal is, no name is cut.
        let narrow = sheet(&rows, 30).written(false);
        assert!(
            narrow.contains("portalConfigurations/\n") && narrow.contains("aVeryLongSegmentOfAPath/\n"),
            "{narrow}"
        );
    }
}
