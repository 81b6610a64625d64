//! An operation on one screen: what it takes, what it answers with, and a command to copy.

use super::markup::plain;
use super::plain::{columns, one_line};
use super::sheet::{INDENT, Sheet, Style, fit, padded, wrapped};
use crate::invoke::draft::BodyKind;
use crate::service::{Description, Outline, OutlineField, Record};
use crate::surface::Surface;

/// The lines that an operation's own description may take.
const DESCRIPTION_LINES: usize = 4;
/// Fields of a body that are explained; all that are required are, up to [`MOST_REQUIRED`].
const EXPLAINED: usize = 11;
/// Required fields that are explained: more than any real body has.
const MOST_REQUIRED: usize = 40;
/// Lines for the bare names of a body's other fields.
const NAMED_LINES: usize = 4;
/// Parameters that are explained, beside those that are required.
const PARAMETERS: usize = 12;
/// Lines for the names of the fields that are answered.
const ANSWER_LINES: usize = 3;
/// What the API took or refused beyond its manifest, notes and servers: lines for each.
const ASIDE_LINES: usize = 3;
/// The columns of the names of fields; longer ones push their type to the right.
const NAME_COLUMNS: usize = 28;
/// The least columns for what a field holds beside its name; where there are fewer it stands below.
const BESIDE: usize = 28;
/// Lines for what a field holds where they stand below its name.
const BELOW_LINES: usize = 2;
/// On a terminal of fewer columns a sentence is given more than one line.
const NARROW: usize = 60;
/// Lines for a sentence on such a terminal.
const SENTENCE_LINES: usize = 3;
/// Members of an object that are named.
const MEMBERS: usize = 5;

/// An operation in short, for a terminal of that many columns.
pub(super) fn short(outline: &Outline, width: usize) -> Sheet {
    let mut sheet = Sheet::default();
    let description = &outline.description;
    head(&mut sheet, description, width);
    parameters(&mut sheet, outline, width);
    if let Some(kind) = outline.body_kind {
        body(&mut sheet, outline, kind, width);
    }
    answer(&mut sheet, outline, width);
    let filters = &description.condition_fields;
    if !filters.is_empty() {
        let text = format!("{} fields to filter by: --filters [WORD] lists those with that word", filters.len());
        sentence(&mut sheet, "", &text, width);
    }
    if !description.learned.is_empty() {
        sheet.heading("Beyond the manifest, by what the API answered");
        let facts: Vec<String> = description.learned.iter().map(ToString::to_string).collect();
        some_lines(&mut sheet, &facts, width, "--json");
    }
    sheet.heading("Copy");
    sheet.text(&format!("{INDENT}cw-orchestrator {}", outline.command));
    sheet
}

/// The method and path of an operation, and what is said of it as a whole.
pub(super) fn head(sheet: &mut Sheet, description: &Description, width: usize) {
    sheet.line([(Style::Strong, description.method.as_str()), (Style::Plain, " "), (Style::Strong, &description.path)]);
    let deprecated = if description.deprecated { " (deprecated)" } else { "" };
    let summary = if description.summary.is_empty() { &description.description } else { &description.summary };
    let summary = format!("{}{deprecated}", one_line(&plain(summary)).trim());
    if !summary.is_empty() {
        sentence(sheet, INDENT, &summary, width);
    }
    if !description.summary.is_empty() && description.description != description.summary {
        // Its lines are indented, so that none looks like one of the program's own.
        let lines: Vec<String> =
            plain(&description.description).lines().map(str::trim_end).map(str::to_owned).collect();
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let shown = lines.len().min(DESCRIPTION_LINES);
        for line in &lines[..shown] {
            sheet.text(&format!("{INDENT}{}", fit(line, width.saturating_sub(INDENT.len()))));
        }
        if shown < lines.len() {
            sheet.text(&format!("{INDENT}... and {} more lines: --schema", lines.len() - shown));
        }
    }
    let servers: Vec<String> = description.servers.iter().map(|server| format!("at {server}")).collect();
    some_lines(sheet, &servers, width, "--json");
    let notes: Vec<String> =
        description.notes.iter().map(|note| format!("note: {}", note.on(Surface::CommandLine))).collect();
    for note in &notes {
        sheet.text(&format!("{INDENT}{note}"));
    }
}

/// Adds a sentence in one line, and in some more where a terminal is narrow.
fn sentence(sheet: &mut Sheet, indent: &str, text: &str, width: usize) {
    let most = if width < NARROW { SENTENCE_LINES } else { 1 };
    for line in wrapped(text, width.saturating_sub(indent.len()), most) {
        sheet.text(&format!("{indent}{line}"));
    }
}

fn some_lines(sheet: &mut Sheet, lines: &[String], width: usize, rest: &str) {
    let shown = lines.len().min(ASIDE_LINES);
    for line in &lines[..shown] {
        sheet.text(&format!("{INDENT}{}", fit(line, width.saturating_sub(INDENT.len()))));
    }
    if shown < lines.len() {
        sheet.text(&format!("{INDENT}... and {} more: {rest}", lines.len() - shown));
    }
}

fn parameters(sheet: &mut Sheet, outline: &Outline, width: usize) {
    if outline.parameters.is_empty() {
        return;
    }
    let mut fields: Vec<&OutlineField> = outline.parameters.iter().collect();
    fields.sort_by_key(|field| !field.is_required);
    let values = &outline.description.path_values;
    let marked = if fields.iter().any(|field| field.is_required) { ", * is required" } else { "" };
    sheet.heading(&format!("Parameters{marked}"));
    let given = |field: &OutlineField| {
        values.get(&field.name).map(|value| match value.as_str() {
            Some(text) => format!("= {text}"),
            None => format!("= {value}"),
        })
    };
    explained(sheet, &fields, PARAMETERS, width, &given);
}

fn body(sheet: &mut Sheet, outline: &Outline, kind: BodyKind, width: usize) {
    let media_type = outline.description.request_body.as_ref().and_then(|body| body["media_type"].as_str());
    let media_type = media_type.filter(|name| *name != "application/json").map(|name| format!(" ({name})"));
    let media_type = media_type.unwrap_or_default();
    let fields = outline.body.as_ref().map_or(&[][..], |body| &body.fields);
    let has_members = matches!(kind, BodyKind::Json | BodyKind::Form);
    if !has_members || fields.is_empty() {
        let what = match kind {
            BodyKind::File => "a file",
            BodyKind::Text => "a text",
            BodyKind::Json | BodyKind::Form => "JSON; --schema shows what of it is known",
        };
        sheet.heading(&format!("Body{media_type}: {what}"));
        return;
    }
    // What the server sets no body gives, and ids are given by most servers.
    let mut given: Vec<&OutlineField> =
        fields.iter().filter(|field| !field.is_of_server || field.is_required).collect();
    let weight = |field: &&OutlineField| match field {
        field if field.is_required => 0,
        field if field.name == "id" => 3,
        field if field.is_reference || !field.values.is_empty() => 1,
        _ => 2,
    };
    given.sort_by_key(weight);
    let marked = if given.iter().any(|field| field.is_required) { ", * is required" } else { "" };
    let record = outline.body.as_ref().map(record_name).unwrap_or_default();
    sheet.heading(&format!("Body{media_type}: {record}{}{marked}", counted(given.len(), "field")));
    explained(sheet, &given, EXPLAINED, width, &|_| None);
}

/// Fields with what they hold, those first that are required; of the rest the names.
fn explained(
    sheet: &mut Sheet,
    fields: &[&OutlineField],
    most: usize,
    width: usize,
    given: &dyn Fn(&OutlineField) -> Option<String>,
) {
    let required = fields.iter().filter(|field| field.is_required).count().min(MOST_REQUIRED);
    // One more in place of a line that only names it.
    let shown = if fields.len() <= most + 1 { fields.len() } else { most.max(required) };
    let (shown, rest) = fields.split_at(shown.min(fields.len()));
    let longest = shown.iter().map(|field| columns(&field.name)).max().unwrap_or_default().min(NAME_COLUMNS);
    for field in shown {
        let mark = if field.is_required { "*" } else { " " };
        let name = if columns(&field.name) <= longest { padded(&field.name, longest) } else { field.name.clone() };
        let name = fit(&name, width.saturating_sub(INDENT.len() + 3).max(1));
        let taken = INDENT.len() + columns(&name) + 3;
        let text = given(field).unwrap_or_else(|| kind_of(field));
        let room = width.saturating_sub(taken);
        let is_beside = room >= BESIDE || columns(&text) <= room;
        let beside = if is_beside { fit(&text, room) } else { String::new() };
        sheet.line([
            (Style::Plain, INDENT),
            (Style::Name, name.as_str()),
            (Style::Plain, " "),
            (Style::Mark, mark),
            (Style::Plain, " "),
            (Style::Plain, beside.as_str()),
        ]);
        if !is_beside {
            let indent = INDENT.repeat(3);
            for line in wrapped(&text, width.saturating_sub(indent.len()), BELOW_LINES) {
                sheet.text(&format!("{indent}{line}"));
            }
        }
    }
    let names: Vec<&str> = rest.iter().map(|field| field.name.as_str()).collect();
    if !names.is_empty() {
        sheet.line([(Style::Plain, INDENT), (Style::Faint, "and")]);
        sheet.listing(&names, width, NAMED_LINES, &|left| format!("... and {left} more: --schema"));
    }
}

/// What a field holds: `-> service/boards {id, name}`, `Low | Medium | High`, `string (date)`.
fn kind_of(field: &OutlineField) -> String {
    let list = if field.type_name.starts_with("array") { "list of " } else { "" };
    let text = if !field.members.is_empty() {
        let shown = field.members.len().min(MEMBERS);
        let more = if shown < field.members.len() { ", ..." } else { "" };
        let members = format!("{{{}{more}}}", field.members[..shown].join(", "));
        match &field.list {
            Some(path) => format!("{list}-> {} {members}", path.trim_start_matches('/')),
            None => format!("{list}{members}"),
        }
    } else if !field.values.is_empty() {
        format!("{list}{}", field.values.join(" | "))
    } else if field.is_filter {
        "over the fields that --filters lists".to_owned()
    } else {
        let name = field.type_name.replace("array of ", "list of ");
        if field.is_date() {
            return described("date".to_owned(), field);
        }
        match field.format.as_deref().filter(|format| !matches!(*format, "int32" | "int64" | "double" | "float")) {
            Some(format) => format!("{name} ({format})"),
            None => name,
        }
    };
    described(text, field)
}

/// What a field holds, with the first sentence of its description.
fn described(text: String, field: &OutlineField) -> String {
    let description = one_line(&plain(&field.description));
    match description.split(". ").next().map(str::trim).filter(|first| !first.is_empty()) {
        Some(first) => format!("{text}: {first}"),
        None => text,
    }
}

fn answer(sheet: &mut Sheet, outline: &Outline, width: usize) {
    let Some(record) = outline.answer.as_ref().filter(|record| !record.fields.is_empty()) else { return };
    let of_body = outline.body.as_ref().filter(|body| body.name.is_some() && body.name == record.name);
    let name = record_name(record);
    if of_body.is_some() {
        sheet.heading(&fit(&format!("Answer: {}, as it is then: --response", name.trim_end_matches(", ")), width));
        return;
    }
    sheet.heading(&format!("Answer: {name}{}", counted(record.fields.len(), "field")));
    let mut fields: Vec<&OutlineField> = record.fields.iter().collect();
    fields.sort_by_key(|field| field.name.starts_with('_'));
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    sheet.listing(&names, width, ANSWER_LINES, &|left| format!("... and {left} more: --response"));
}

/// `list of Ticket, `, or nothing where the record has no name.
fn record_name(record: &Record) -> String {
    // Names such as `Company.Apis.v3.Ticket` say at their end what the record is.
    let name = record.name.as_deref().map(|name| name.rsplit('.').next().unwrap_or(name));
    match (name, record.is_list) {
        (Some(name), true) => format!("list of {}, ", fit(name, 40)),
        (Some(name), false) => format!("{}, ", fit(name, 40)),
        (None, true) => "a list, ".to_owned(),
        (None, false) => String::new(),
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clap::Parser;

    use super::*;
    use crate::build::Silent;
    use crate::cli::screen::{Colour, Screen};
    use crate::cli::{Arguments, Command, Context, call};
    use crate::invoke::{Caller, Consent, Later, Policy};
    use crate::openapi::Method;
    use crate::service::{Call, CallOptions, Service, ServiceOptions};

    /// The embedded manifest's index, without vectors.
    fn indexed() -> (tempfile::TempDir, Context) {
        let home = tempfile::tempdir().unwrap();
        let service = Service::new(ServiceOptions {
            home: home.path().to_owned(),
            models: home.path().join("none"),
            build_if_missing: true,
            calls: CallOptions::default(),
        });
        service.open(&Silent).unwrap();
        (home, Context { service, json: false, quiet: true, screen: Screen::of_output(Colour::Never) })
    }

    struct Nobody;

    impl Caller for Nobody {
        fn name(&self) -> &str {
            "test"
        }

        fn policy(&self) -> &Arc<Policy> {
            Policy::open()
        }

        fn surface(&self) -> Surface {
            Surface::CommandLine
        }

        fn can_ask(&self) -> bool {
            false
        }

        fn ask<'a>(&'a self, _question: &'a str) -> Later<'a, Consent> {
            Box::pin(async { Consent::Withheld(String::new()) })
        }

        fn progress(&self, _rows: usize, _total: Option<usize>) {}
    }

    /// The words that a POSIX shell makes of a line.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let (mut is_quoted, mut characters) = (false, line.chars());
        while let Some(character) = characters.next() {
            match character {
                '\'' => is_quoted = !is_quoted,
                '\\' if !is_quoted => words.last_mut().unwrap().extend(characters.next()),
                ' ' if !is_quoted => words.push(String::new()),
                character => words.last_mut().unwrap().push(character),
            }
        }
        words
    }

    /// One operation in so many is called, without sending: of each kind there are hundreds.
    const DRAFTED: usize = 11;

    #[test]
    fn every_operation_of_the_embedded_manifest_fits_its_screen_and_its_command_works() {
        let (_home, context) = indexed();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let searcher = context.service.searcher().unwrap();
        let mut heights: Vec<(usize, String)> = Vec::new();
        let mut refused = String::new();
        for (at, entry) in searcher.entries().iter().enumerate() {
            let outline = context.service.outline(entry.method, &entry.path, None).unwrap();
            let sheet = short(&outline, 80);
            let name = format!("{} {}", entry.method, entry.path);
            let text = sheet.written(false);
            let (shown, copied) = text.split_once("Copy\n").unwrap();
            assert!(shown.lines().skip(1).all(|line| columns(line) <= 80), "{text}");
            heights.push((sheet.height(80), name.clone()));
            let command = copied.trim();
            // Of what a file holds, nobody but the caller has any.
            if at % DRAFTED > 0 || command.contains("FILE") {
                continue;
            }
            let Command::Call(arguments) = Arguments::try_parse_from(words(command)).unwrap().command else {
                panic!("{command}")
            };
            let (call, _body) =
                call::call_of(&context, &arguments).unwrap_or_else(|error| panic!("{command}: {error}"));
            let call = Call { dry_run: true, ..call };
            match runtime.block_on(context.service.call(call, &Nobody)) {
                Err(error) => refused.push_str(&format!("{command}\n  {}\n", error.on(Surface::CommandLine))),
                Ok(outcome) => {
                    let open = outcome.answer.notes.iter().filter(|note| note.contains("placeholder"));
                    refused.extend(open.map(|note| format!("{command}\n  {note}\n")));
                }
            }
        }
        heights.sort();
        let of = |share: usize| heights[heights.len() * share / 100].clone();
        assert_eq!(heights.len(), 2_812);
        assert!(of(50).0 <= 25 && of(90).0 <= 50, "{:?} {:?}", of(50), of(90));
        assert!(heights[heights.len() - 1].0 <= 120, "{:?}", heights.last());
        assert!(refused.is_empty(), "{refused}");
    }

    #[test]
    fn a_narrow_terminal_shows_what_each_field_holds() {
        let (_home, context) = indexed();
        let text = |method, path: &str| short(&context.service.outline(method, path, None).unwrap(), 40).written(false);
        let list = text(Method::Get, "/service/tickets");
        let shown: String = list.split_once("\nCopy\n").unwrap().0.to_owned();
        assert!(shown.lines().all(|line| columns(line) <= 40) && !shown.contains('…'), "{shown}");
        assert!(shown.contains("  conditions\n      over the fields that --filters\n      lists\n"), "{shown}");
        assert!(shown.contains("195 fields to filter by"), "{shown}");
        let patch = text(Method::Patch, "/service/tickets/5");
        assert!(patch.contains("  summary    * string\n"), "{patch}");
        assert!(patch.contains("      -> service/boards {id, name}\n"), "{patch}");
    }

    #[test]
    fn what_must_be_given_comes_first_and_references_say_where_their_records_are() {
        let (_home, context) = indexed();
        let text = |method, path: &str| short(&context.service.outline(method, path, None).unwrap(), 80).written(false);
        let made = text(Method::Post, "/service/tickets");
        let fields: Vec<&str> = made.split_once("Body: ").unwrap().1.lines().skip(1).collect();
        assert!(fields[0].starts_with("  summary  ") && fields[0].contains(" * string"), "{made}");
        // What the server demands though its manifest does not stands with what that requires.
        assert!(fields[1].starts_with("  board  ") && fields[1].contains(" * -> service/boards {id, name}"), "{made}");
        assert!(fields[2].starts_with("  company  ") && fields[2].contains(" * -> company/companies {id, "), "{made}");
        assert!(made.contains("ProjectIssue | ProjectTicket | ServiceTicket"), "{made}");
        assert!(made.contains(" more: --schema\n"), "{made}");
        assert!(
            made.ends_with("call POST /service/tickets --set summary=string --set board/id=1 --set company/id=1\n"),
            "{made}"
        );
        // Nobody gives a new record its id, nor a note the ticket that is in its path.
        for path in ["/service/tickets/5/notes", "/company/companies/5/notes", "/procurement/catalog/5/components"] {
            let shown = text(Method::Post, path);
            let command = shown.rsplit_once("Copy\n").unwrap().1;
            assert!(!["--set id=", "--set ticketId="].iter().any(|given| command.contains(given)), "{shown}");
        }
        // A neighbour: the path's own record is the body's, and a change is one of a field.
        let put = text(Method::Put, "/company/contacts/5");
        assert!(put.contains("call PUT /company/contacts/5 ") && !put.contains("--set id=1 "), "{put}");
        let patch = text(Method::Patch, "/service/tickets/{id}");
        assert!(patch.ends_with("call PATCH /service/tickets/1 --set summary=string\n"), "{patch}");
        // A value fits its field, a filter is no mere text, and a file is the caller's.
        for (method, path, end) in [
            (Method::Patch, "/finance/billingCycles/1", "--set identifier=strin\n"),
            (Method::Post, "/project/tickets/search", "call POST /project/tickets/search --data '{}'\n"),
            (Method::Post, "/system/documents", "--set file=FILE --set recordId=1 --set recordType=string\n"),
        ] {
            let shown = text(method, path);
            assert!(shown.ends_with(end), "{shown}");
        }
        let list = text(Method::Get, "/service/tickets");
        assert!(list.contains("fields to filter by: --filters [WORD]") && !list.contains("clientId"), "{list}");
        assert!(list.contains("Answer: list of Ticket, "), "{list}");
    }
}
