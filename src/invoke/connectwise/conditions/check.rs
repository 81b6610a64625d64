//! Does a condition ask for fields that exist, and for values that they can have?

mod custom;
mod members;
mod unknown;

pub(super) use unknown::unknown_message;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::below::Below;
use super::fault::Fault;
use super::instead::{CAPTION, is_custom, one_by_one};
use super::parser::{Parsed, parse_tolerantly};
use super::source::{CUSTOM_FIELDS, FieldSource, Lookup, SchemaFields};
use super::suggest::{Meaning, Suggester};
use super::syntax::{Comparison, Condition, FieldPath, Literal, Operator, Scalar, Span, Test};
use super::types::{Comparing, shape};
use super::{Checked, Finding, Kind, MOST_EXAMINED, MOST_FINDINGS, Severity};
use crate::invoke::draft::DoubtKind;
use crate::openapi::Field;

/// Checks a condition against the fields of the records that it filters. `meaning` finds fields by the meaning of words;
/// it is asked once for every unknown field.
pub fn check(kind: Kind, text: &str, fields: &dyn FieldSource, meaning: &Meaning<'_>) -> Checked {
    if let Some(plain) = decoded(text) {
        let inner = check(kind, &plain, fields, meaning);
        let span = Span { start: 0, end: text.chars().count() };
        let cure = format!("write it as plain text: `{plain}`");
        let fault = Fault::at(span, "the text is percent-encoded already, and would be a second time", cure);
        let repaired = inner.is_accepted().then_some(plain).or(inner.repaired);
        let findings = vec![Finding { severity: Severity::Error, fault, offers: Vec::new(), about: None }];
        return Checked { text: text.to_owned(), findings, repaired, ..inner };
    }
    if kind == Kind::CustomFieldConditions {
        let declared = matches!(fields.field(CUSTOM_FIELDS), Lookup::Found { .. });
        let schema =
            json!({ "properties": { "caption": { "type": "string" }, "value": {}, "id": { "type": "integer" } } });
        let usual = SchemaFields::new(&schema, &|_: &str| None::<Value>);
        let below = Below { inner: fields, prefix: CUSTOM_FIELDS };
        return examine(kind, text, if declared { &below } else { &usual }, meaning);
    }
    examine(kind, text, fields, meaning)
}

fn examine(kind: Kind, text: &str, fields: &dyn FieldSource, meaning: &Meaning<'_>) -> Checked {
    let Parsed { condition, complete, faults } = parse_tolerantly(text);
    let mut checker = Checker::new(kind, fields, meaning);
    let written: Vec<char> = text.chars().collect();
    let is_bare = |literal: &Literal| {
        let opening = written.get(literal.span.start);
        matches!(literal.value, Scalar::Text(_)) && opening.is_some_and(|opening| opening.is_alphanumeric())
    };
    let mut has_bare = false;
    let mended = condition.clone().map(|condition| {
        condition.replace(&mut |comparison| {
            has_bare |= match &comparison.test {
                Test::Is { value, .. } => is_bare(value),
                Test::Among { values, .. } => values.iter().any(is_bare),
            };
            checker.comparison(comparison)
        })
    });
    // Where a shell took the double quotes out of a text, it would do so again.
    let is_single = has_bare && !text.contains('"');
    let changed = mended != condition || !faults.is_empty();
    let Checker { mut findings, used, certain, unexamined, elsewhere, .. } = checker;
    // Of several conditions none stands for all.
    let elsewhere = elsewhere.filter(|_| matches!(condition, Some(Condition::Compare(_))));
    // What is known of the field says more of a stretch than what is known of the grammar.
    let of_grammar =
        faults.into_iter().filter(|fault| !findings.iter().any(|finding| finding.fault.span() == fault.span()));
    let of_grammar: Vec<Finding> = of_grammar
        .map(|fault| {
            let severity = if fault.mend.is_some() { Severity::Mended } else { Severity::Error };
            Finding { severity, fault, offers: Vec::new(), about: None }
        })
        .collect();
    findings.extend(of_grammar);
    findings.sort_by_key(|finding| finding.fault.column);
    let repaired = mended
        .filter(|_| complete && certain && changed && !findings.is_empty())
        .map(|condition| if is_single { format!("{condition:#}") } else { condition.to_string() });
    let repaired = repaired.filter(|repaired| repaired != text && is_sound(kind, repaired, fields));
    Checked { text: text.to_owned(), findings, repaired, fields_used: used, unexamined, elsewhere }
}

/// Whether a text has no errors.
fn is_sound(kind: Kind, text: &str, fields: &dyn FieldSource) -> bool {
    let Parsed { condition: Some(condition), faults, .. } = parse_tolerantly(text) else { return false };
    let meaning = |_: &str| Vec::new();
    let mut checker = Checker::new(kind, fields, &meaning);
    condition.replace(&mut |comparison| checker.comparison(comparison));
    faults.is_empty() && checker.findings.iter().all(|finding| finding.severity == Severity::Warning)
}

/// What a percent-encoded condition says, where the text can only be one.
fn decoded(text: &str) -> Option<String> {
    let encoded =
        ["%20", "%3D", "%22", "%27", "%2F", "%5B"].iter().any(|code| text.to_ascii_uppercase().contains(code));
    if !encoded || text.contains(char::is_whitespace) || parse_tolerantly(text).faults.is_empty() {
        return None;
    }
    let plain = percent_decode_str(&text.replace('+', " ")).decode_utf8().ok()?.into_owned();
    (plain != text && parse_tolerantly(&plain).complete).then_some(plain)
}

/// A path that leads somewhere.
#[derive(Clone)]
struct Target {
    /// With the path as the schema spells it; `None` where any member is allowed.
    field: Option<Field>,
    path: String,
    in_array: bool,
}

struct Checker<'c> {
    kind: Kind,
    fields: &'c dyn FieldSource,
    suggester: Suggester<'c>,
    findings: Vec<Finding>,
    used: Vec<String>,
    examined: usize,
    unexamined: usize,
    /// Whether it is plain what every unknown field stands for.
    certain: bool,
    /// What the last comparison would be in another parameter, where it belongs there.
    elsewhere: Option<(Kind, String)>,
}

impl<'c> Checker<'c> {
    fn new(kind: Kind, fields: &'c dyn FieldSource, meaning: &'c Meaning<'c>) -> Self {
        let suggester = match kind {
            Kind::ChildConditions => Suggester::in_lists(fields, meaning),
            _ => Suggester::new(fields, meaning),
        };
        Self {
            kind,
            fields,
            suggester,
            findings: Vec::new(),
            used: Vec::new(),
            examined: 0,
            unexamined: 0,
            certain: true,
            elsewhere: None,
        }
    }

    fn found(&mut self, severity: Severity, span: Span, message: String, cure: String, offers: Vec<String>) {
        self.findings.push(Finding { severity, fault: Fault::at(span, message, cure), offers, about: None });
    }

    /// Says that the manifest has no such field.
    fn doubted(&mut self, field: &FieldPath, message: String, cure: String, offers: Vec<String>) {
        let about = Some((DoubtKind::Field, field.text.clone()));
        let fault = Fault::at(field.span, message, cure);
        self.findings.push(Finding { severity: Severity::Doubt, fault, offers, about });
    }

    /// Checks a comparison and gives it back as it should be.
    fn comparison(&mut self, comparison: Comparison) -> Condition {
        if self.findings.len() >= MOST_FINDINGS || self.examined >= MOST_EXAMINED {
            self.unexamined += 1;
            self.certain = false;
            return Condition::Compare(comparison);
        }
        self.examined += 1;
        let first = match &comparison.test {
            Test::Is { value, .. } => Some(value.value.clone()),
            Test::Among { values, .. } => values.first().map(|value| value.value.clone()),
        };
        let written = comparison.field.text.clone();
        if self.kind == Kind::Conditions
            && first != Some(Scalar::Null)
            && is_custom(&written)
            && self.fields.field(CUSTOM_FIELDS).path().is_some()
        {
            let message = format!("`{written}` is no field: custom fields have a filter of their own");
            self.custom(&comparison, CAPTION, message, ", with the caption of the custom field");
            return Condition::Compare(comparison);
        }
        let looked_up = self.fields.field(&written);
        if let Some(path) = looked_up.path().filter(|path| !self.used.iter().any(|used| used == path)) {
            self.used.push(path.to_owned());
        }
        let target = match looked_up {
            Lookup::Found { field, in_array } => {
                Some(Target { path: field.path.clone(), field: Some(*field), in_array })
            }
            Lookup::Open { path, in_array } => Some(Target { field: None, path, in_array }),
            Lookup::Beyond { path, reference, record, field, in_array } => {
                let (message, mut cure) = beyond_reference(&path, &reference, record.as_deref());
                if record.is_none() {
                    let near = self.suggester.suggest_filter(&written, &reference, first.as_ref());
                    if let Some(near) = near.fields.first().filter(|_| near.sure) {
                        cure = format!("{cure}, or write `{}`", near.path);
                    }
                }
                self.found(Severity::Warning, comparison.field.span, message, cure, Vec::new());
                Some(Target { field: field.map(|field| *field), path, in_array })
            }
            Lookup::Unknown { known } => match self.unknown(&comparison, &known, first.as_ref()) {
                Ok(target) => target,
                Err(instead) => return instead,
            },
        };
        let Some(target) = target else { return Condition::Compare(comparison) };
        let target = self.member_of_reference(target, &comparison.field, first.as_ref());
        self.place(&target, &comparison);
        let target = self.name_instead_of_id(target, &comparison.test);
        // A short form that the API knows stays as it was written.
        let short = target.path.len() > written.len() && target.path.ends_with(&written);
        let text = if short { written } else { target.path.clone() };
        let field = FieldPath { text, span: comparison.field.span };
        let test = self.values(&target, comparison.test);
        self.without_in(Comparison { field, test })
    }

    /// Says where a condition on a member of an array belongs. It can be right as it is, and the API decides.
    fn place(&mut self, target: &Target, comparison: &Comparison) {
        let path = &target.path;
        let (message, cure) = match (self.kind, target.in_array) {
            (Kind::Conditions, true) if path.starts_with(CUSTOM_FIELDS) => {
                (format!("`{path}` is in an array"), "filter by it in `customFieldConditions`, without `customFields/`")
            }
            (Kind::Conditions, true) => {
                let field = FieldPath { text: path.clone(), span: comparison.field.span };
                let instead = one_by_one(Comparison { field, ..comparison.clone() });
                self.elsewhere = Some((Kind::ChildConditions, instead.to_string()));
                (format!("`{path}` is in an array"), "filter by it in `childConditions`")
            }
            (Kind::ChildConditions, false) => {
                (format!("`{path}` is in no array of the record"), "filter by it in `conditions`")
            }
            _ => return,
        };
        let about = Some((DoubtKind::Field, comparison.field.text.clone()));
        let fault = Fault::at(comparison.field.span, message, cure);
        self.findings.push(Finding { severity: Severity::Warning, fault, offers: Vec::new(), about });
    }

    fn values(&mut self, target: &Target, test: Test) -> Test {
        let Some(field) = &target.field else { return test };
        let shape = shape(field, !self.fields.members(&target.path).is_empty());
        let is_listed = matches!(test, Test::Among { .. });
        let mut judged = |operator: Operator, span: Span, value: &Literal| {
            let path = &target.path;
            let verdict = Comparing { path, field, shape, operator, span, value, is_listed }.verdict()?;
            let fault = Fault::at(verdict.span, verdict.message, verdict.cure);
            let mend = verdict.fix.as_ref().filter(|_| verdict.severity == Severity::Mended);
            let fault = mend.map_or(fault.clone(), |(_, value)| fault.mended(value.to_string()));
            let about = (verdict.severity == Severity::Doubt).then(|| (DoubtKind::Value, target.path.clone()));
            self.findings.push(Finding { severity: verdict.severity, fault, offers: verdict.offers, about });
            verdict.fix
        };
        match test {
            Test::Is { operator, span, value } => match judged(operator, span, &value) {
                Some((operator, fixed)) => {
                    Test::Is { operator, span, value: Literal { value: fixed, span: value.span } }
                }
                None => Test::Is { operator, span, value },
            },
            Test::Among { negated, span, values } => {
                let one = if negated { Operator::NotEqual } else { Operator::Equal };
                let fixed = values.into_iter().map(|value| match judged(one, span, &value) {
                    // A pattern cannot be listed.
                    Some((operator, fixed)) if operator == one => Literal { value: fixed, span: value.span },
                    _ => value,
                });
                Test::Among { negated, span, values: fixed.collect() }
            }
        }
    }

    /// The other two parameters have no `in`: one comparison each.
    fn without_in(&mut self, comparison: Comparison) -> Condition {
        let Comparison { field, test: Test::Among { negated, span, values } } = comparison else {
            return Condition::Compare(comparison);
        };
        if self.kind == Kind::Conditions {
            return Condition::Compare(Comparison { field, test: Test::Among { negated, span, values } });
        }
        let instead = one_by_one(Comparison { field, test: Test::Among { negated, span, values } });
        let message = format!("`{}` has no `{}`", self.kind.parameter(), if negated { "not in" } else { "in" });
        self.found(Severity::Error, span, message, format!("write `({instead})`"), Vec::new());
        instead
    }
}

/// What to say of a path that leads through a reference to what only the record behind it has.
pub(super) fn beyond_reference(path: &str, reference: &str, record: Option<&str>) -> (String, String) {
    let rest = path.get(reference.len()..).unwrap_or(path).trim_start_matches('/');
    let message = match record {
        Some(record) => {
            format!("`{reference}` is a reference that lists no `{rest}`; the {record} behind it has it")
        }
        None => format!("`{reference}` is a reference that lists no `{rest}`, and no schema tells what is behind it"),
    };
    let cure = match record {
        Some(_) => "it is sent as it is, since the server follows references",
        None => "it is sent as it is, since the server follows references; see that the name is right",
    };
    (message, cure.to_owned())
}
