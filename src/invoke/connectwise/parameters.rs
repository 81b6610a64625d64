//! Which parameter was a name to be that an operation lacks?
//!
//! The API ignores what it does not know and answers with every record. So what is a field of the records, under whatever name,
//! is refused with the filter that asks for it, in the words that the check of filters has.
//!
//! # Layout
//! - `bounds`: names that say from when or up to how much; `compared`: operators beside a name or a value; `custom`: custom fields by
//!   their captions; `places`: rows that other APIs count; `together`: several filters as one; `written`: filters and orders that were
//!   written for parameters of other names

mod bounds;
mod compared;
mod custom;
mod places;
mod together;
mod written;

use serde_json::Value;

pub(super) use together::joined;

use super::conditions::{self, Checked, Condition, FieldSource, Kind, Lookup, SchemaFields, Severity};
use super::{dates, named};
use crate::document::words::{singular, split};
use crate::invoke::draft::{MeantParameter, Unknown};
use crate::invoke::pairs::half_of_pair;
use crate::spelling::alike;
use crate::surface::{Given, Said};
use compared::Compared;

/// What other APIs call these parameters, so that callers try it: no spelling leads from one to the other.
const OTHER_NAMES: [(&str, &[&str]); 4] = [
    ("conditions", &["filter", "filters", "where", "query", "q", "search", "condition"]),
    ("pageSize", &["limit", "top", "perpage", "count", "maxresults", "pagelimit", "size"]),
    (conditions::ORDER, &["sort", "sortby", "order", "sortorder"]),
    ("fields", &["select", "columns", "properties"]),
];

/// Other names of filters whose value may be a word that the records are looked through for.
const OF_WORDS: [&str; 3] = ["q", "query", "search"];

/// Fields that have several values in one text.
const SEVERAL_IN_A_TEXT: [&str; 1] = ["resources"];

/// Names of the API in the titles of manifests.
pub(super) const TITLE: &str = "ConnectWise";

/// Share of letters in common from which a name is that of a parameter misspelt.
const MISSPELT: f64 = 0.8;

/// Fields that are offered where none surely is meant.
const OFFERED: usize = 3;

/// A filter where the name is a field of the list's records; or the parameter that other APIs call so, or that is misspelt; or else a
/// filter by the field that surely is meant, or that is near.
pub(super) fn meant(unknown: &Unknown<'_>) -> Option<MeantParameter> {
    let takes = |name: &str| unknown.known.contains(&name);
    let is_report = takes("columns");
    let schema = unknown.records.filter(|_| takes(Kind::Conditions.parameter()) && !is_report);
    let fields = schema.map(|schema| SchemaFields::new(schema, unknown.lookup).of_api(TITLE));
    if let Some(fields) = &fields {
        if let Some(value) = custom::named(unknown, fields) {
            return Some(Found { kind: Kind::CustomFieldConditions, value, others: Vec::new(), is_sure: true }.meant());
        }
        let compared = compared::of(unknown.name, unknown.value, fields);
        if !compared.is_empty() {
            return Wish { unknown, fields }.compared(&compared);
        }
    }
    if let Some(page) = places::page(unknown) {
        return Some(page);
    }
    let plain = plain(unknown.name);
    if let Some(fields) = fields.as_ref().filter(|_| OF_WORDS.contains(&plain.as_str()))
        && let Some(found) = (Wish { unknown, fields }).by_word()
    {
        return Some(found.meant());
    }
    let known = OTHER_NAMES.iter().find(|(name, others)| others.contains(&plain.as_str()) && takes(name));
    let is_misspelt = |known: &&str| alike(&unknown.name.to_lowercase(), &known.to_lowercase()) >= MISSPELT;
    let of_grammar = || [Kind::Conditions.parameter(), conditions::ORDER].into_iter().find(|name| is_misspelt(name));
    let name = known.map(|(name, _)| *name).or_else(of_grammar).filter(|name| takes(name));
    if let (Some(name), Some(fields)) = (name, &fields)
        && let Some(found) = written::as_taken(name, &Wish { unknown, fields })
    {
        return Some(found);
    }
    if let Some((name, _)) = known {
        return Some(MeantParameter::Parameter(name));
    }
    if unknown.known.iter().any(is_misspelt) {
        return None;
    }
    let Some(fields) = &fields else { return is_report.then(|| by_column(unknown)).flatten() };
    let wish = Wish { unknown, fields };
    let near = || wish.near().map(|found| Found { is_sure: false, ..found });
    let found =
        wish.bounded().or_else(|| wish.sure()).or_else(|| wish.half_of_pair()).or_else(near).map(|found| found.meant());
    found.or_else(|| wish.surely_a_field()).or_else(|| wish.by_caption().map(Found::meant))
}

/// A filter by a column of a report: which it has, no schema says.
fn by_column(unknown: &Unknown<'_>) -> Option<MeantParameter> {
    let is_name = unknown.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_name || !unknown.known.contains(&Kind::Conditions.parameter()) {
        return None;
    }
    let number = unknown.value.as_str().and_then(|text| text.trim().parse::<i64>().ok());
    let test = number.map_or_else(|| list(unknown.value), |number| Some(format!("= {number}")))?;
    let value = format!("{} {test}", unknown.name);
    Some(Found { kind: Kind::Conditions, value, others: Vec::new(), is_sure: true }.meant())
}

/// A name in small letters, without other characters.
fn plain(name: &str) -> String {
    name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect()
}

/// A filter, and what other ones it may be instead.
struct Found {
    kind: Kind,
    value: String,
    others: Vec<String>,
    /// Whether it surely is meant.
    is_sure: bool,
}

impl Found {
    fn meant(self) -> MeantParameter {
        let Self { kind, value, others, is_sure } = self;
        MeantParameter::Filter { parameter: kind.parameter(), value, others, is_sure }
    }
}

/// A value that somebody filters by, and the records that are filtered.
struct Wish<'w> {
    unknown: &'w Unknown<'w>,
    fields: &'w SchemaFields<'w>,
}

impl Wish<'_> {
    /// The filter by the custom field whose caption a name may be: the API's own parameters begin in small letters.
    fn by_caption(&self) -> Option<Found> {
        let name = self.unknown.name;
        let is_caption = name.starts_with(|first: char| first.is_uppercase());
        let filter = custom::filter(name, self.unknown.value, self.fields, self.unknown.known)?;
        is_caption.then(|| Found {
            kind: Kind::CustomFieldConditions,
            value: filter,
            others: Vec::new(),
            is_sure: false,
        })
    }

    /// The filter of these comparisons of fields, or else how one of them is filtered by: what is a field is never left unfiltered.
    fn compared(&self, all: &[Compared]) -> Option<MeantParameter> {
        let found: Option<Vec<Found>> = all.iter().map(|one| self.of_field(one)).collect();
        let mut found = found.unwrap_or_default();
        let kind = found.first().map(|first| first.kind);
        match found.len() {
            1 => found.pop().map(Found::meant),
            2.. if found.iter().all(|one| Some(one.kind) == kind) => {
                let values: Vec<&str> = found.iter().map(|one| one.value.as_str()).collect();
                let value = joined(&values);
                Some(Found { kind: kind?, value, others: Vec::new(), is_sure: true }.meant())
            }
            _ => all.first().map(|one| self.grammar(one)),
        }
    }

    fn of_field(&self, Compared { field, operator, value }: &Compared) -> Option<Found> {
        match operator {
            None | Some("=") => self.plain(field, value).or_else(|| self.by_name(field, value)),
            Some(operator) => self.checked(&format!("{field} {}", tested(operator, value)?)),
        }
    }

    /// The records that a text names where their id belongs.
    fn by_name(&self, field: &str, value: &Value) -> Option<Found> {
        let text =
            value.as_str().filter(|text| !text.trim().is_empty() && self.fields.field(field).path() == Some("id"))?;
        self.called(text)
    }

    /// The records that have a word, where the value is no filter itself.
    fn by_word(&self) -> Option<Found> {
        let text = self.unknown.value.as_str().map(str::trim)?;
        let is_words =
            text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '-' | '_' | '.' | '@'));
        self.called(text).filter(|_| !text.is_empty() && is_words)
    }

    fn called(&self, text: &str) -> Option<Found> {
        let value = named::called(text, self.fields)?;
        Some(Found { kind: Kind::Conditions, value, others: Vec::new(), is_sure: true })
    }

    /// How a field is filtered by, where no filter can be made of the value.
    fn grammar(&self, Compared { field, operator, value }: &Compared) -> MeantParameter {
        let text = tested(operator.unwrap_or("="), value).unwrap_or_else(|| "= null".to_owned());
        let checked = self.check(&format!("{field} {text}")).map(|checked| checked.findings).unwrap_or_default();
        let wrong = checked.into_iter().find(|finding| finding.severity == Severity::Error);
        let wrong = wrong.map_or_else(String::new, |finding| format!(", and {}", finding.fault.message));
        let value = conditions::example(field, self.fields);
        let cure = Said::from(format!("It is a field of the records{wrong}: filter by it, such as "))
            .given(Given::Pair { name: Kind::Conditions.parameter().into(), value })
            .text(".");
        MeantParameter::Cure { cure, offers: Vec::new() }
    }

    /// The same of a name that surely is another one of a field, whatever the value.
    fn surely_a_field(&self) -> Option<MeantParameter> {
        let checked =
            self.check(&format!("{} = null", self.unknown.name)).filter(|checked| checked.elsewhere.is_none())?;
        let Ok(Condition::Compare(comparison)) = conditions::parse(&right(&checked)?) else { return None };
        let field = comparison.field.text;
        // A null is compared with the id of a reference.
        let field = field.strip_suffix("/id").unwrap_or(&field).to_owned();
        Some(self.grammar(&Compared { field, operator: None, value: self.unknown.value.clone() }))
    }

    /// A filter by a bound, where the name says that the value is one.
    fn bounded(&self) -> Option<Found> {
        let bound = bounds::of(self.unknown.name, self.unknown.value)?;
        let test = bound.test(&literal(self.unknown.value)?, period(self.unknown.value));
        for subject in &bound.subjects {
            if let Some(found) = self.checked(&format!("{subject} {test}")) {
                return Some(found);
            }
        }
        let own = |name: &&str| self.fields.field(name).path().is_some();
        let mut main = bound.main.iter().copied().filter(own);
        if let Some(field) = main.next() {
            let found = self.checked(&format!("{field} {test}"))?;
            return Some(Found { others: main.map(|field| format!("{field} {test}")).collect(), ..found });
        }
        bound.subjects.iter().find_map(|subject| self.nearest(subject, &test))
    }

    /// The filter by a field that surely is meant.
    fn sure(&self) -> Option<Found> {
        let name = self.unknown.name;
        let several =
            one_of_several(name).and_then(|one| self.checked(&format!("{one} {}", list(self.unknown.value)?)));
        several.or_else(|| self.plain(name, self.unknown.value)).or_else(|| self.by_end(name))
    }

    /// The filter by the field that says the same of the record that a record belongs to: `recordId` is `chargeToId` of a time entry.
    fn half_of_pair(&self) -> Option<Found> {
        let fields = self.fields.members("");
        let names: Vec<&str> = fields.iter().map(|field| field.path.as_str()).collect();
        let half = half_of_pair(self.unknown.name, false, &names)?;
        self.plain(half, self.unknown.value)
    }

    /// The filter for this very value; of a day, a month or a year for all of it.
    fn plain(&self, name: &str, value: &Value) -> Option<Found> {
        let period = period(value);
        let very = self.checked(&format!("{name} {}", self.test_of(name, value)?));
        // A year alone is a number.
        let found = very.or_else(|| self.checked(&format!("{name} >= [{}]", period.as_ref()?.0)))?;
        let whole = period.and_then(|period| bounds::of_period(&found.value, &period));
        Some(Found { value: whole.unwrap_or(found.value), ..found })
    }

    /// The operator and the value that fit a field: several with commas between, or one of several in a text.
    fn test_of(&self, name: &str, value: &Value) -> Option<String> {
        let Lookup::Found { field, .. } = self.fields.field(name) else { return test(value) };
        let Some(text) = value.as_str() else { return test(value) };
        let is_listed = field.type_name != "string" || !field.enum_values.is_empty();
        let mut items = text.split(',');
        if is_listed && items.all(|item| !item.is_empty() && !item.starts_with(' ')) {
            return list(value);
        }
        let is_pattern = text.contains(['*', '%', ',']);
        match SEVERAL_IN_A_TEXT.contains(&field.path.as_str()) && !is_pattern && !text.trim().is_empty() {
            true => Some(format!("like {}", conditions::of_text(&format!("*{}*", text.trim())))),
            false => test(value),
        }
    }

    /// `companyid`, where capitals do not tell the words: a reference and its member.
    fn by_end(&self, name: &str) -> Option<Found> {
        let lower = name.to_ascii_lowercase();
        let reference = ["id", "identifier", "name"].into_iter().find_map(|end| lower.strip_suffix(end))?;
        let reference = reference.trim_end_matches(['_', '-', '.']);
        self.fields.field(reference).path()?;
        self.plain(reference, self.unknown.value)
    }

    /// The filter by what is near, where nothing surely is meant.
    fn near(&self) -> Option<Found> {
        let name = self.unknown.name;
        let is_so =
            self.unknown.value.as_bool().or_else(|| self.unknown.value.as_str()?.trim().to_lowercase().parse().ok());
        if let Some(is_so) = is_so {
            // What is no flag may be a value: active is a status.
            let (operator, value) = (if is_so { "=" } else { "!=" }, conditions::of_text(&capital(name)));
            return self
                .checked(&format!("{name} {operator} {value}"))
                .or_else(|| self.nearest(name, &test(self.unknown.value)?));
        }
        self.nearest(name, &test(self.unknown.value)?)
    }

    fn nearest(&self, name: &str, test: &str) -> Option<Found> {
        let checked = self.check(&format!("{name} {test}"))?;
        let near =
            checked.findings.iter().filter(|finding| finding.about.is_some()).flat_map(|finding| &finding.offers);
        let mut found =
            near.filter(|near| shares_letters(name, near)).filter_map(|near| self.checked(&format!("{near} {test}")));
        let first = found.next()?;
        let others =
            found.take(OFFERED - 1).filter(|other| other.kind == first.kind).map(|other| other.value).collect();
        Some(Found { others, ..first })
    }

    fn check(&self, text: &str) -> Option<Checked> {
        let name = text.split(' ').next().unwrap_or_default();
        let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.');
        let no_meaning = |_: &str| Vec::new();
        let is_name = !name.is_empty() && name.chars().all(is_path);
        is_name.then(|| conditions::check(Kind::Conditions, text, self.fields, &no_meaning))
    }

    /// The filter without what is wrong with it, as the check of filters would write it; `None` where that cannot be told.
    fn checked(&self, text: &str) -> Option<Found> {
        let checked = self.check(text)?;
        let (kind, value) = match checked.elsewhere.clone() {
            Some(elsewhere) => elsewhere,
            None => (Kind::Conditions, right(&checked)?),
        };
        let takes = |kind: Kind| self.unknown.known.contains(&kind.parameter());
        // Of a record that keeps several, the field has one, and a list all of them.
        let in_list = format!("{}: ", Kind::ChildConditions.parameter());
        let offers = checked.findings.iter().flat_map(|finding| &finding.offers);
        let others =
            offers.filter(|offer| takes(Kind::ChildConditions) && offer.starts_with(&in_list)).cloned().collect();
        takes(kind).then_some(Found { kind, value, others, is_sure: true })
    }
}

/// Whether a field begins as a name does, or the other way round: what merely is alike is another field.
fn shares_letters(name: &str, field: &str) -> bool {
    let (name, field) = (split(name), split(field));
    let begins = |word: &String, other: &String| word.len() > 2 && other.starts_with(word.as_str());
    name.iter().any(|word| field.iter().any(|other| begins(word, other) || begins(other, word)))
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The name of one, where a name is of several: `boardIds`.
fn one_of_several(name: &str) -> Option<String> {
    let words = split(name);
    let last = words.last()?;
    let one = if last == "ids" { "id".to_owned() } else { singular(last) };
    let stem = name.get(..name.len().checked_sub(last.len())?)?;
    let is_end = name.get(stem.len()..)?.eq_ignore_ascii_case(last);
    let one = if stem.is_empty() { one } else { capital(&one) };
    (is_end && !one.eq_ignore_ascii_case(last)).then(|| format!("{stem}{one}"))
}

/// The text without what is wrong with it; `None` where that cannot be told.
fn right(checked: &Checked) -> Option<String> {
    let is_wrong =
        checked.findings.iter().any(|finding| finding.severity == Severity::Error || finding.about.is_some());
    match checked.repaired.clone().or_else(|| checked.mended()) {
        Some(repaired) => Some(repaired),
        None => (!is_wrong).then(|| checked.text.clone()),
    }
}

/// The operator and the values of a condition for several, listed or with commas between; of one the same as for one.
fn list(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.contains(',') => {
            let items = text.trim().trim_start_matches(['[', '(']).trim_end_matches([']', ')']).split(',');
            let items: Vec<Value> = items.map(|item| Value::from(item.trim())).filter(|item| item != "").collect();
            test(&Value::Array(items))
        }
        value => test(value),
    }
}

/// The operator and the value of a condition.
fn test(value: &Value) -> Option<String> {
    if let Value::Array(items) = value {
        let items: Vec<String> = items.iter().map(literal).collect::<Option<_>>()?;
        return (!items.is_empty()).then(|| format!("in ({})", items.join(",")));
    }
    let is_pattern = value.as_str().is_some_and(|text| text.contains(['*', '%']));
    Some(format!("{} {}", if is_pattern { "like" } else { "=" }, literal(value)?))
}

/// A value that is compared by an operator, as a condition has both.
fn tested(operator: &str, value: &Value) -> Option<String> {
    let several = match (operator, value) {
        ("=" | "in", Value::Array(_)) => Some(""),
        ("in", Value::String(_)) => Some(""),
        ("!=" | "not in", Value::Array(_)) => Some("not "),
        ("not in", Value::String(_)) => Some("not "),
        _ => None,
    };
    if let Some(not) = several {
        let listed = list(value)?;
        let values = listed.strip_prefix("in ").map(str::to_owned);
        let values = values.or_else(|| Some(format!("({})", literal(value)?)))?;
        return Some(format!("{not}in {values}"));
    }
    let literal = literal(value)?;
    match period(value).filter(|_| operator == "<=" && literal.starts_with('[')) {
        // A day is within what ends with it.
        Some((_, next)) => Some(format!("< [{next}]")),
        None => Some(format!("{operator} {literal}")),
    }
}

/// The first day of the time that a value names, and the day after its last.
fn period(value: &Value) -> Option<(String, String)> {
    match value {
        Value::Number(number) => dates::period(&number.to_string()),
        value => dates::period(value.as_str()?),
    }
}

/// A value as conditions write it. The command line has numbers and flags as text.
fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(conditions::of_flag(*flag)),
        Value::String(text) => Some(match dates::read(text) {
            Some(date) => format!("[{}]", dates::in_utc(date).text),
            None => conditions::of_text(text),
        }),
        _ => None,
    }
}
