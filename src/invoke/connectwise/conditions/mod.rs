//! Is a filter right, and if not, what should it be?
//!
//! The values of `conditions`, `childConditions`, `customFieldConditions`, `orderBy` and `fields`, as the ConnectWise
//! developer guide documents them, read and checked against the schema of the response before anything is sent. Pure.
//!
//! # Layout
//! - [`syntax`]: the tree of a condition, and its canonical text; `literal`: numbers and dates
//! - `lexer`, `parser`: from text to tree; `fault`: where the text is wrong
//! - `source`: the fields that a schema has, at any depth, and `level`: the members of one object; `suggest`: which one may be meant; [`trade`] and `naming`: what
//!   people call them; `truth`: what answers a question of yes or no; `fitting`: which field can hold a value; `home`: the list of a record in which a value lives; `body`: the same for the fields of a body; `below`: the
//!   fields of custom fields; `parent`: the filter for what belongs to one record
//! - `check`, `types`: from tree to findings and a repaired text; `instead`: one comparison in other words; `lists`: `orderBy` and `fields`
//!
//! # Invariants
//! - No text panics, and every one is answered in time: recursion is bounded, faults are counted.
//! - Reading the canonical text of a tree gives that tree.
//! - A repaired text has no errors.

mod below;
mod body;
mod check;
mod fault;
mod fitting;
mod home;
mod instead;
mod level;
mod lexer;
mod lists;
mod literal;
mod naming;
mod parent;
mod parser;
mod source;
mod suggest;
pub mod syntax;
pub mod trade;
mod truth;
mod types;

#[cfg(test)]
mod tests;

use crate::invoke::draft::{Doubt, DoubtKind, MEND_THESE_FIRST, Problem};
use crate::surface::{Place, Said};

pub(super) use body::home;
pub use check::check;
pub use fault::{Fault, excerpt};
pub(super) use fitting::example;
pub use lists::{check_fields, check_order_by};
pub(super) use literal::is_address;
pub(super) use parent::{
    amount_words, called_below, compared, field_words, flag_words, nothing_found, of_parent, value_words,
};
pub use source::{FieldSource, Lookup, SchemaFields};
pub use suggest::Meaning;
pub use syntax::Condition;

/// Which parameter a condition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `conditions`: on the records themselves and what they refer to.
    Conditions,
    /// `childConditions`: on the members of their arrays. Has no `in`.
    ChildConditions,
    /// `customFieldConditions`: on `caption` and `value` of a custom field. Has no `in`.
    CustomFieldConditions,
}

/// The parameter that orders a list.
pub const ORDER: &str = "orderBy";

/// Whether a parameter of this name filters or orders a list. These alone does a search take in its body (Developer Guide).
pub fn filters_or_orders(name: &str) -> bool {
    Kind::of_parameter(name).is_some() || name.eq_ignore_ascii_case(ORDER)
}

impl Kind {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Conditions, Self::ChildConditions, Self::CustomFieldConditions];

    /// The name of the parameter.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Conditions => "conditions",
            Self::ChildConditions => "childConditions",
            Self::CustomFieldConditions => "customFieldConditions",
        }
    }

    /// The kind of condition that a parameter of this name takes.
    pub fn of_parameter(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.parameter().eq_ignore_ascii_case(name))
    }
}

/// Whether a finding keeps a call from being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The API would refuse it, or do something else than what was meant.
    Error,
    /// The manifest does not know it, and a newer server may: a read is sent.
    Doubt,
    /// It can be read, and is sent as the API writes it.
    Mended,
    /// Sent all the same: the filter can be right, and is more often a mistake.
    Warning,
}

/// Something to say about a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it keeps the call from being sent.
    pub severity: Severity,
    /// Where, what and what instead.
    pub fault: Fault,
    /// The nearest fields or values, best first; may be empty.
    pub offers: Vec<String>,
    /// What only the API can tell, with the name of its field.
    pub about: Option<(DoubtKind, String)>,
}

/// Findings about one text after which it is not looked at further: whoever made more made one of them many times.
const MOST_FINDINGS: usize = 40;
/// Fields of one text that are looked up: each costs a walk through the schemas.
const MOST_EXAMINED: usize = 1_000;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The text that was checked.
    pub text: String,
    /// In the order of the text.
    pub findings: Vec<Finding>,
    /// The whole text without its errors, where it can be told what was meant.
    pub repaired: Option<String>,
    /// The fields that it names and the schema has, spelled as there, each once.
    pub fields_used: Vec<String>,
    /// How many fields behind those were not looked at.
    pub unexamined: usize,
    /// The same as a condition of another parameter, where one comparison belongs there.
    pub elsewhere: Option<(Kind, String)>,
}

impl Checked {
    /// Whether it can be sent as it is.
    pub fn is_accepted(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Warning)
    }

    /// The text as it is sent, where what can be read is written as the API does not take it.
    pub fn mended(&self) -> Option<String> {
        let mends =
            self.of(Severity::Mended).filter_map(|finding| Some((finding.fault.span(), finding.fault.mend.as_ref()?)));
        let mut mends: Vec<_> = mends.collect();
        // From the end, so that the positions before stay right.
        mends.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let mut characters: Vec<char> = self.text.chars().collect();
        for (span, mend) in &mends {
            let end = span.end.min(characters.len());
            characters.splice(span.start.min(end)..end, mend.chars());
        }
        (!mends.is_empty()).then(|| characters.into_iter().collect())
    }

    /// What of it only the API can tell. The whole repaired text is the last offer of the last one.
    pub fn doubts(&self, place: &Place) -> Vec<Doubt> {
        let doubtful = self.findings.iter().filter_map(|finding| {
            let (kind, name) = finding.about.clone()?;
            Some(Doubt { kind, name, problem: self.problem(finding, place) })
        });
        let mut doubts: Vec<Doubt> = doubtful.collect();
        if let (Some(last), Some(repaired)) = (doubts.last_mut(), &self.repaired)
            && !last.problem.offers.contains(repaired)
        {
            last.problem.offers.push(repaired.clone());
        }
        doubts
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }

    /// What keeps it from being sent; the text stands at `place`. The whole repaired text is the last offer of the last
    /// problem.
    pub fn problems(&self, place: &Place) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.of(Severity::Error).map(|finding| self.problem(finding, place)).collect();
        if !problems.is_empty()
            && let Some(message) = self.left_out()
        {
            problems.push(Problem::new(place, message, MEND_THESE_FIRST));
        }
        if let (Some(last), Some(repaired)) = (problems.last_mut(), &self.repaired)
            && !last.offers.contains(repaired)
        {
            last.offers.push(repaired.clone());
        }
        problems
    }

    /// What can be sent but may not be meant, or is sent in other words, one line each.
    pub fn warnings(&self, place: &Place) -> Vec<Said> {
        let said = |finding: &&Finding| {
            finding.about.is_none() && matches!(finding.severity, Severity::Warning | Severity::Mended)
        };
        self.findings
            .iter()
            .filter(said)
            .map(|Finding { fault, .. }| format!(", column {}: {}; {}", fault.column, fault.message, fault.cure))
            .chain(self.left_out().map(|left_out| format!(": {left_out}")))
            .map(|warning| Said::new().place(place).text(warning))
            .collect()
    }

    /// What is not known of the text, as it was not looked at.
    fn left_out(&self) -> Option<String> {
        (self.unexamined > 0).then(|| format!("and {} more fields, which were not looked at", self.unexamined))
    }

    fn problem(&self, Finding { fault, offers, .. }: &Finding, place: &Place) -> Problem {
        let excerpt = excerpt(&self.text, fault.column, fault.length);
        let message = format!("column {}: {}\n{excerpt}", fault.column, fault.message);
        Problem { offers: offers.clone(), ..Problem::new(place, message, fault.cure.clone()) }
    }
}

/// A flag as conditions write it.
pub(super) fn of_flag(flag: bool) -> String {
    syntax::Scalar::Boolean(flag).to_string()
}

/// A text as conditions write it; digits and keywords stand bare.
pub(super) fn of_text(text: &str) -> String {
    literal::keyword(text.trim()).unwrap_or_else(|| syntax::Scalar::Text(text.to_owned())).to_string()
}

/// Reads a condition in the documented grammar.
///
/// # Errors
/// Every fault of the text, in its order.
pub fn parse(text: &str) -> Result<Condition, Vec<Fault>> {
    let parsed = parser::parse_tolerantly(text);
    match parsed.condition {
        Some(condition) if parsed.faults.is_empty() => Ok(condition),
        _ => Err(parsed.faults),
    }
}
