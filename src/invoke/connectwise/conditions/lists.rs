//! Are `orderBy` and `fields` lists of fields that exist?

use super::check::{beyond_reference, unknown_message};
use super::fault::Fault;
use super::source::{FieldSource, Lookup};
use super::suggest::{Meaning, Suggester, either, member_for};
use super::syntax::Span;
use super::truth::Truth;
use super::{Checked, Finding, MOST_EXAMINED, MOST_FINDINGS, Severity};
use crate::invoke::draft::DoubtKind;

/// One entry of a list and where it stands, without the space around it.
struct Entry {
    text: String,
    span: Span,
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut start = 0;
    for part in text.split([',', ';']) {
        let length = part.chars().count();
        let trimmed = part.trim();
        let before = part.chars().take_while(|character| character.is_whitespace()).count().min(length);
        let from = start + before;
        entries
            .push(Entry { text: trimmed.to_owned(), span: Span { start: from, end: from + trimmed.chars().count() } });
        start += length + 1;
    }
    entries
}

/// A finding about an entry, and what should stand there.
type Judged = (Option<Finding>, Option<String>);

/// Judges the entries in order, as far as they are looked at; how many are left.
fn judged(entries: Vec<Entry>, mut judge: impl FnMut(&Entry) -> Judged) -> (Vec<Judged>, usize) {
    let (mut judged, mut findings) = (Vec::new(), 0);
    for (at, entry) in entries.iter().enumerate() {
        if findings >= MOST_FINDINGS || at >= MOST_EXAMINED {
            return (judged, entries.len() - at);
        }
        let (finding, instead) = judge(entry);
        findings += usize::from(finding.is_some());
        judged.push((finding, instead));
    }
    (judged, 0)
}

fn finding(severity: Severity, span: Span, message: String, cure: String, offers: Vec<String>) -> Option<Finding> {
    Some(Finding { severity, fault: Fault::at(span, message, cure), offers, about: None })
}

fn gather(
    text: &str,
    severity: Severity,
    fields_used: Vec<String>,
    (judged, unexamined): (Vec<Judged>, usize),
) -> Checked {
    let complete = unexamined == 0 && judged.iter().all(|(_, entry)| entry.is_some());
    let mut entries: Vec<String> = Vec::new();
    let mut findings = Vec::new();
    if let Some(at) = text.chars().position(|character| character == ';') {
        let span = Span { start: at, end: at + 1 };
        findings.extend(finding(
            severity,
            span,
            "a list is separated by commas".to_owned(),
            "write `,`".to_owned(),
            Vec::new(),
        ));
    }
    for (finding, entry) in judged {
        findings.extend(finding);
        if let Some(entry) = entry.filter(|entry| !entry.is_empty() && !entries.contains(entry)) {
            entries.push(entry);
        }
    }
    let repaired = (complete && !findings.is_empty() && !entries.is_empty()).then(|| entries.join(","));
    findings.sort_by_key(|finding: &Finding| finding.fault.column);
    Checked { text: text.to_owned(), findings, repaired, fields_used, unexamined, elsewhere: None }
}

/// Checks an `orderBy`: fields, each with `asc` or `desc` behind it or neither, separated by commas.
pub fn check_order_by(text: &str, fields: &dyn FieldSource, meaning: &Meaning<'_>) -> Checked {
    let mut used = Vec::new();
    let mut suggester = Suggester::new(fields, meaning);
    let judged = judged(entries(text), |entry| order(entry, fields, &mut suggester, &mut used));
    gather(text, Severity::Error, used, judged)
}

fn order(entry: &Entry, fields: &dyn FieldSource, suggester: &mut Suggester<'_>, used: &mut Vec<String>) -> Judged {
    let words: Vec<&str> = entry.text.split_whitespace().collect();
    let error = |message: String, cure: String, offers| finding(Severity::Error, entry.span, message, cure, offers);
    let (path, direction, documented) = match words.as_slice() {
        [] => {
            let message = "an entry of the list is empty".to_owned();
            return (error(message, "write `field asc` or `field desc`".to_owned(), Vec::new()), Some(String::new()));
        }
        [path] => match (path.strip_prefix('-'), path.strip_prefix('+')) {
            (Some(path), _) => (path, Some("desc"), false),
            (_, Some(path)) => (path, Some("asc"), false),
            // Other APIs write `id:desc`.
            _ => match path.rsplit_once([':', '|']).map(|(path, end)| (path, end.to_ascii_lowercase())) {
                Some((path, end)) if end == "desc" => (path, Some("desc"), false),
                Some((path, end)) if end == "asc" => (path, Some("asc"), false),
                _ => (*path, None, true),
            },
        },
        [path, direction] => match direction.to_ascii_lowercase().as_str() {
            "asc" => (*path, Some("asc"), true),
            "desc" => (*path, Some("desc"), true),
            "ascending" => (*path, Some("asc"), false),
            "descending" => (*path, Some("desc"), false),
            _ => {
                let message = format!("`{direction}` is no direction");
                return (error(message, format!("write `{path} asc` or `{path} desc`"), Vec::new()), None);
            }
        },
        _ => {
            let message = format!("`{}` is more than a field and a direction", entry.text);
            let cure = "separate the fields by commas: `board/name, id desc`".to_owned();
            return (error(message, cure, Vec::new()), None);
        }
    };
    let ordered = |path: &str| direction.map_or_else(|| path.to_owned(), |direction| format!("{path} {direction}"));
    match fields.field(path) {
        Lookup::Found { field, .. } => {
            let member = member_for((*field).clone(), None, fields);
            if member.path != field.path {
                let message = format!("`{}` is an object and ordered by one of its members", field.path);
                let instead = ordered(&member.path);
                return (error(message, format!("write `{instead}`"), vec![instead.clone()]), Some(instead));
            }
            used.push(field.path.clone());
            let instead = ordered(path);
            let wrong = (!documented)
                .then(|| error(format!("`{}` is no order", entry.text), format!("write `{instead}`"), Vec::new()));
            (wrong.flatten(), Some(instead))
        }
        Lookup::Open { path, .. } => {
            used.push(path.clone());
            (None, Some(ordered(&path)))
        }
        Lookup::Beyond { path, reference, record, .. } => {
            let (message, cure) = beyond_reference(&path, &reference, record.as_deref());
            used.push(path.clone());
            (finding(Severity::Warning, entry.span, message, cure, Vec::new()), Some(ordered(&path)))
        }
        Lookup::Unknown { known } => {
            let suggested = suggester.suggest_filter(path, &known, None);
            let truth = suggested.truth.iter().filter(|_| !suggested.sure).map(Truth::field);
            let near = truth.chain(&suggested.fields);
            let offers: Vec<String> = near.map(|field| ordered(&field.path)).collect();
            let message = unknown_message(path, &known, fields.subject().as_deref());
            let best = offers.first().cloned().filter(|_| suggested.sure);
            let cure = if suggested.sure { write_either(&offers) } else { suggested.otherwise(&offers) };
            let fault = Fault::at(entry.span, message, cure);
            let about = Some((DoubtKind::Field, path.to_owned()));
            (Some(Finding { severity: Severity::Doubt, fault, offers, about }), best)
        }
    }
}

/// Checks `fields`: paths separated by commas. The API leaves unknown ones out of its answer without a word, so they are
/// warnings.
pub fn check_fields(text: &str, fields: &dyn FieldSource, meaning: &Meaning<'_>) -> Checked {
    let mut used = Vec::new();
    let mut suggester = Suggester::new(fields, meaning);
    let judged = judged(entries(text), |entry| chosen(entry, fields, &mut suggester, &mut used));
    gather(text, Severity::Warning, used, judged)
}

fn chosen(entry: &Entry, fields: &dyn FieldSource, suggester: &mut Suggester<'_>, used: &mut Vec<String>) -> Judged {
    let path = entry.text.as_str();
    let warning = |message: String, cure: String, offers| finding(Severity::Warning, entry.span, message, cure, offers);
    if path.is_empty() || path == "*" {
        let message = if path.is_empty() { "an entry of the list is empty" } else { "`*` is no field" };
        let cure = "leave it out; without `fields` the API returns all".to_owned();
        return (warning(message.to_owned(), cure, Vec::new()), Some(String::new()));
    }
    match fields.field(path) {
        Lookup::Found { field, .. } => {
            let short = field.path.len() > path.len();
            let offers = vec![field.path.clone()];
            let wrong = short.then(|| {
                let message = format!("`{path}` can be filtered by, but is returned in `{}` only", field.path);
                warning(message, format!("write `{}`", field.path), offers)
            });
            used.push(field.path.clone());
            (wrong.flatten(), Some(field.path))
        }
        Lookup::Open { path, .. } => {
            used.push(path.clone());
            (None, Some(path))
        }
        // An answer holds references as their schemas list them, though a filter is followed further.
        Lookup::Beyond { path, reference, record: Some(record), .. } => {
            let (message, _) = beyond_reference(&path, &reference, Some(&record));
            let message = format!("{message}, and the API leaves it out silently");
            (warning(message, format!("read `{reference}` on its own for it"), Vec::new()), Some(String::new()))
        }
        Lookup::Unknown { known } | Lookup::Beyond { reference: known, .. } => {
            let suggested = suggester.suggest(path, &known, None);
            let mut offers: Vec<String> = suggested.fields.iter().map(|field| field.path.clone()).collect();
            let mut sure = suggested.sure;
            // An answer holds the list as a whole.
            if let Some(home) = suggested.home.as_ref().filter(|_| !sure) {
                (offers, sure) = (vec![home.list.clone()], true);
            } else if let Some(truth) = &suggested.truth {
                (offers, sure) = (vec![truth.field().path.clone()], true);
            } else if let Some(pair) = &suggested.pair {
                (offers, sure) = (vec![pair.id.clone()], true);
            }
            let message = unknown_message(path, &known, fields.subject().as_deref());
            let message = format!("{message}, and the API leaves it out silently");
            if suggested.is_spread {
                let all = offers.join(",");
                return (warning(message, format!("write `{all}`"), offers), Some(all));
            }
            let best = offers.first().cloned().filter(|_| sure);
            let cure = if sure { write_either(&offers) } else { suggested.otherwise(&offers) };
            (warning(message, cure, offers), Some(best.unwrap_or_default()))
        }
    }
}

/// What to write where one of some fields surely is meant.
fn write_either(offers: &[String]) -> String {
    format!("write {}", either(offers))
}
