//! Can a field be compared with a value in that way?

use crate::document::words::split;
use crate::invoke::connectwise::dates;
use crate::invoke::draft::ReadDate;
use crate::openapi::Field;
use crate::spelling::{alike, most_alike};

use super::Severity;
use super::literal;
use super::syntax::{Literal, Operator, Scalar, Span, quoted};

/// Values that are offered in place of an unknown one.
const OFFERED: usize = 3;

/// What a field holds, as far as comparing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Date,
    /// Declared as a text, but named like a date; the API's own schema leaves out many formats.
    MaybeDate,
    Number,
    Boolean,
    Object,
    Any,
}

/// What a field holds. An object without declared members counts as one of which nothing is known.
pub(super) fn shape(field: &Field, has_members: bool) -> Shape {
    let type_name = field.type_name.trim_start_matches("array of ");
    let dated = field.format.as_deref().is_some_and(|format| matches!(format, "date" | "date-time"));
    match type_name {
        "string" if dated => Shape::Date,
        "string" if field.enum_values.is_empty() && is_named_like_date(&field.path) => Shape::MaybeDate,
        "string" => Shape::Text,
        "integer" | "number" => Shape::Number,
        "boolean" => Shape::Boolean,
        "object" if has_members => Shape::Object,
        _ => Shape::Any,
    }
}

/// Whether a field is named like one that holds a date: `closedDate`, `dateResolved`, `birthDay`.
pub(super) fn is_named_like_date(path: &str) -> bool {
    let words = split(path.rsplit('/').next().unwrap_or(path));
    let dated =
        |word: Option<&String>| word.is_some_and(|word| matches!(word.as_str(), "date" | "utc" | "anniversary"));
    let day = words.last().is_some_and(|word| word == "day" || word == "birthday");
    dated(words.first()) || dated(words.last()) || day || words.iter().any(|word| word == "date")
}

/// What is wrong with a comparison.
pub(super) struct Verdict {
    pub severity: Severity,
    pub span: Span,
    pub message: String,
    pub cure: String,
    /// How it would be right.
    pub fix: Option<(Operator, Scalar)>,
    /// The nearest values.
    pub offers: Vec<String>,
}

/// How a date is sent that was written in another form.
fn in_brackets(date: &ReadDate) -> String {
    date.as_sent(|date| format!("[{date}]"))
}

/// A comparison of one field with one value.
pub(super) struct Comparing<'c> {
    pub path: &'c str,
    pub field: &'c Field,
    pub shape: Shape,
    pub operator: Operator,
    /// Where the operator stands.
    pub span: Span,
    pub value: &'c Literal,
    /// Whether it is one value of several.
    pub is_listed: bool,
}

impl Comparing<'_> {
    /// What is wrong with it, if anything is.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let value = &self.value.value;
        if *value == Scalar::Null && !self.operator.is_equality() {
            let operator = self.equality();
            return Some(self.wrong_operator(
                "`null` is not ordered and holds no text".to_owned(),
                operator,
                Some(value.clone()),
            ));
        }
        if *value == Scalar::Null || self.shape == Shape::Any {
            return self.wildcard();
        }
        if self.operator.is_textual() && matches!(self.shape, Shape::Number | Shape::Boolean | Shape::Date) {
            return Some(self.no_text());
        }
        if self.shape == Shape::Boolean && !self.operator.is_equality() {
            let message = format!("`{}` is true or false and not ordered", self.path);
            return Some(self.wrong_operator(message, self.equality(), self.boolean().map(Scalar::Boolean)));
        }
        match (self.shape, value) {
            (Shape::Number, Scalar::Number(_))
            | (Shape::Boolean, Scalar::Boolean(_))
            | (Shape::Date, Scalar::Date(_))
            | (Shape::MaybeDate, Scalar::Date(_)) => None,
            (Shape::Number, Scalar::Text(text)) => {
                let number = literal::is_number(text.trim()).then(|| Scalar::Number(text.trim().to_owned()));
                Some(self.wrong_type("a number", "write digits without quotes", number))
            }
            (Shape::Number, _) => Some(self.wrong_type("a number", "write digits", None)),
            (Shape::Boolean, _) => {
                Some(self.wrong_type("true or false", "write `True` or `False`", self.boolean().map(Scalar::Boolean)))
            }
            (Shape::Date, Scalar::Text(text)) => {
                let Some(date) = dates::read(text).map(dates::in_utc) else {
                    return Some(self.wrong_type("a date", "write it in UTC as `[2024-01-31T09:00:00Z]`", None));
                };
                let cure = in_brackets(&date);
                let verdict = self.wrong_type("a date", "", Some(Scalar::Date(date.text)));
                Some(Verdict { cure, ..verdict })
            }
            (Shape::Date, _) => Some(self.wrong_type("a date", "write it in UTC as `[2024-01-31T09:00:00Z]`", None)),
            (Shape::MaybeDate, Scalar::Text(text)) => {
                let Some(date) = dates::read(text).map(dates::in_utc).filter(|_| !self.operator.is_textual()) else {
                    return self.wildcard();
                };
                let message = format!("`{}` seems to be a date, and dates take brackets instead of quotes", self.path);
                // A text is compared for equality, a date by what is before and after it.
                let (severity, cure) = if self.operator.is_equality() {
                    (Severity::Warning, format!("write `[{}]` if so", date.text))
                } else {
                    (Severity::Mended, in_brackets(&date))
                };
                let fix = Some((self.operator, Scalar::Date(date.text)));
                Some(Verdict { severity, span: self.value.span, message, cure, fix, offers: Vec::new() })
            }
            (Shape::Text, Scalar::Text(text)) => self.unknown_value(text).or_else(|| self.wildcard()),
            (Shape::Text | Shape::MaybeDate, Scalar::Number(digits)) => {
                Some(self.wrong_type("a text", "write it in quotes", Some(Scalar::Text(digits.clone()))))
            }
            (Shape::Text, Scalar::Date(date)) => {
                Some(self.wrong_type("a text", "write it in quotes", Some(Scalar::Text(date.clone()))))
            }
            (Shape::Text | Shape::MaybeDate, Scalar::Boolean(flag)) => {
                let text = if *flag { "True" } else { "False" };
                Some(self.wrong_type("a text", "write it in quotes", Some(Scalar::Text(text.to_owned()))))
            }
            (Shape::Object | Shape::Any, _) | (_, Scalar::Null) => None,
        }
    }

    fn equality(&self) -> Operator {
        if self.operator.is_negative() { Operator::NotEqual } else { Operator::Equal }
    }

    fn boolean(&self) -> Option<bool> {
        match &self.value.value {
            Scalar::Boolean(flag) => Some(*flag),
            Scalar::Text(text) | Scalar::Number(text) => literal::boolean(text),
            _ => None,
        }
    }

    fn wrong_type(&self, wanted: &str, how: &str, fixed: Option<Scalar>) -> Verdict {
        let message = format!("`{}` is {wanted}, `{}` is not", self.path, self.value.value);
        let cure = fixed.as_ref().map_or_else(|| how.to_owned(), |fixed| format!("it is sent as `{fixed}`"));
        // What can be read is no reason to refuse.
        let severity = if fixed.is_some() { Severity::Mended } else { Severity::Error };
        let fix = fixed.map(|fixed| (self.operator, fixed));
        Verdict { severity, span: self.value.span, message, cure, fix, offers: Vec::new() }
    }

    fn wrong_operator(&self, message: String, operator: Operator, value: Option<Scalar>) -> Verdict {
        let cure = match &value {
            Some(value) => format!("write `{} {} {value}`", self.path, operator.as_str()),
            None => format!("write `{}` and a value of its type", operator.as_str()),
        };
        let fix = value.map(|value| (operator, value));
        Verdict { severity: Severity::Error, span: self.span, message, cure, fix, offers: Vec::new() }
    }

    /// `contains` or `like` where there is no text to look into.
    fn no_text(&self) -> Verdict {
        let (what, value) = match (self.shape, &self.value.value) {
            (Shape::Number, Scalar::Number(digits) | Scalar::Text(digits)) => {
                let digits = digits.trim_matches(['%', '*', ' ']);
                ("a number", literal::is_number(digits).then(|| Scalar::Number(digits.to_owned())))
            }
            (Shape::Number, _) => ("a number", None),
            (Shape::Boolean, _) => ("true or false", self.boolean().map(Scalar::Boolean)),
            _ => ("a date", None),
        };
        let message = format!("`{}` looks into a text, and `{}` is {what}", self.operator.as_str(), self.path);
        let mut verdict = self.wrong_operator(message, self.equality(), value);
        if self.shape == Shape::Date {
            verdict.cure = format!("write a range: `{0} >= [2024-01-01] AND {0} < [2024-02-01]`", self.path);
        }
        verdict
    }

    fn unknown_value(&self, text: &str) -> Option<Verdict> {
        let values: Vec<&str> = self.field.enum_values.iter().filter_map(serde_json::Value::as_str).collect();
        let known = values.iter().any(|value| value.eq_ignore_ascii_case(text));
        if values.is_empty() || known || !self.operator.is_equality() || text.is_empty() {
            return None;
        }
        let squeeze = |text: &str| -> String {
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let wanted = squeeze(text);
        let score = |value: &str| alike(&wanted, &squeeze(value));
        let items = values.iter().map(|value| (squeeze(value), 0.0, *value));
        let nearest: Vec<&str> = most_alike(&wanted, items, OFFERED);
        // Below that nothing but chance is in common.
        let alike = nearest.first().copied().filter(|value| score(value) >= 0.6);
        let fixed = alike.or_else(|| of_words(text, &values)).map(|value| Scalar::Text(value.to_owned()));
        let cure = match &fixed {
            Some(fixed) => {
                let compared = format!("{} {} {fixed}", self.path, self.operator.as_str());
                let instead = if self.is_listed { fixed.to_string() } else { compared };
                format!("write `{instead}`; all are {}", values.join(", "))
            }
            None => format!("write one of {}", values.join(", ")),
        };
        Some(Verdict {
            severity: Severity::Doubt,
            span: self.value.span,
            message: format!("`{}` has no value {}", self.path, quoted(text)),
            cure,
            fix: fixed.map(|fixed| (self.operator, fixed)),
            offers: nearest.into_iter().map(str::to_owned).collect(),
        })
    }

    /// A wildcard where the operator takes it for a character.
    fn wildcard(&self) -> Option<Verdict> {
        let Scalar::Text(text) = &self.value.value else { return None };
        let operator = match self.operator {
            Operator::Equal | Operator::Contains => Operator::Like,
            Operator::NotEqual | Operator::NotContains => Operator::NotLike,
            _ => return None,
        };
        let inner = text.trim_start_matches(['%', '*']).trim_end_matches(['%', '*']);
        // `100%` is a text.
        let percentage =
            text.ends_with('%') && inner.ends_with(|c: char| c.is_ascii_digit()) && text.starts_with(inner);
        if inner == text || inner.is_empty() || percentage {
            return None;
        }
        Some(Verdict {
            severity: Severity::Warning,
            span: self.value.span,
            message: format!("`{}` takes `*` and `%` for characters of the text", self.operator.as_str()),
            cure: format!("write `{} {} {}`", self.path, operator.as_str(), quoted(text)),
            fix: Some((operator, Scalar::Text(text.clone()))),
            offers: Vec::new(),
        })
    }
}

/// The one of some values that has all words of a text: `service` is `ServiceTicket` where no other value is of service.
fn of_words<'v>(text: &str, values: &[&'v str]) -> Option<&'v str> {
    let wanted = split(text);
    let has_all = |value: &&&str| {
        let words = split(value);
        wanted.iter().all(|word| words.contains(word))
    };
    let mut found = values.iter().filter(has_all);
    let first = found.next().filter(|_| !wanted.is_empty())?;
    found.next().is_none().then_some(*first)
}
