//! Which field answers a question of yes or no that the record has no flag for?
//!
//! `active` is the contrary of `inactiveFlag`, or one of the values of `agreementStatus`; what was `cancelled` has a `cancelledDate`, and
//! of what is `paid` no `balance` is left.

use crate::document::words::{split, stem};
use crate::openapi::Field;

use super::fitting::{OF_DATES, OF_FLAGS, telling};
use super::literal;
use super::naming::{own, whole};
use super::source::FieldSource;
use super::syntax::{Comparison, Condition, FieldPath, Literal, Operator, Scalar, Test};
use super::types::is_named_like_date;

/// What says that something is so.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Truth {
    /// That this flag is not set.
    Contrary(Field),
    /// That this field has one of these values.
    Value(Field, Vec<String>),
    /// That this field has a date.
    Dated(Field),
    /// That nothing is left of the amount in this field, or, with `true`, that something is.
    Left(Field, bool),
}

impl Truth {
    /// The answer to a name, where its value is a truth value or none was given.
    pub(super) fn of(path: &str, value: Option<&Scalar>, fields: &dyn FieldSource) -> Option<Self> {
        if path.contains('/') || value.is_some_and(|value| truth_of(value).is_none()) {
            return None;
        }
        let valued = || value.and_then(|_| by_value(path, fields));
        let contrary = || whole(path, &fields.called().contrary).find_map(|name| own(name, fields)).map(Self::Contrary);
        let dated = || value.and_then(|_| by_date(path, fields));
        valued().or_else(contrary).or_else(|| left(path, fields)).or_else(dated)
    }

    pub(super) fn field(&self) -> &Field {
        match self {
            Self::Contrary(field) | Self::Value(field, _) | Self::Dated(field) | Self::Left(field, _) => field,
        }
    }

    /// Why that says it, as a clause.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Contrary(_) => "which says the contrary",
            Self::Value(..) => "which says it by its value",
            Self::Dated(_) => "which has a date once it is so",
            Self::Left(..) => "which is what is left to pay",
        }
    }

    /// The comparison with a truth value, in terms of that field.
    pub(super) fn condition(&self, comparison: &Comparison) -> Option<Condition> {
        let Test::Is { operator, span, value } = &comparison.test else { return None };
        let is_so = truth_of(&value.value)? != operator.is_negative();
        let field = FieldPath { text: self.field().path.clone(), span: comparison.field.span };
        let literal = |value: Scalar, of: &Literal| Literal { value, span: of.span };
        let equal = |is_equal: bool| if is_equal { Operator::Equal } else { Operator::NotEqual };
        let test = match self {
            Self::Contrary(_) => {
                let value = literal(Scalar::Boolean(is_so == operator.is_negative()), value);
                Test::Is { operator: *operator, span: *span, value }
            }
            Self::Value(_, values) => {
                let mut values: Vec<Literal> =
                    values.iter().map(|text| literal(Scalar::Text(text.clone()), value)).collect();
                match (values.len(), values.pop()) {
                    (1, Some(only)) => Test::Is { operator: equal(is_so), span: *span, value: only },
                    (_, last) => {
                        values.extend(last);
                        Test::Among { negated: !is_so, span: *span, values }
                    }
                }
            }
            Self::Left(_, is_left) => {
                let operator = if is_so == *is_left { Operator::Greater } else { Operator::Equal };
                Test::Is { operator, span: *span, value: literal(Scalar::Number("0".to_owned()), value) }
            }
            Self::Dated(_) => Test::Is { operator: equal(!is_so), span: *span, value: literal(Scalar::Null, value) },
        };
        operator.is_equality().then_some(Condition::Compare(Comparison { field, test }))
    }
}

fn truth_of(value: &Scalar) -> Option<bool> {
    match value {
        Scalar::Boolean(truth) => Some(*truth),
        Scalar::Text(text) | Scalar::Number(text) => literal::boolean(text),
        _ => None,
    }
}

fn stems(text: &str) -> Vec<String> {
    split(text).iter().map(|word| stem(word)).collect()
}

/// The field that has the name among its values, or else values that begin with it. Of several such fields, one that has the name's
/// words in its own.
fn by_value(path: &str, fields: &dyn FieldSource) -> Option<Truth> {
    let name = telling(path, &OF_FLAGS);
    if name.is_empty() {
        return None;
    }
    let said = |field: Field| {
        let values: Vec<&str> = field.enum_values.iter().filter_map(serde_json::Value::as_str).collect();
        let exact: Vec<&str> = values.iter().filter(|value| stems(value) == name).copied().collect();
        let begun = || values.iter().filter(|value| stems(value).starts_with(&name)).copied().collect();
        let found: Vec<&str> = if exact.is_empty() { begun() } else { exact };
        let found: Vec<String> = found.into_iter().map(str::to_owned).collect();
        (!found.is_empty()).then_some((field, found))
    };
    let mut all: Vec<(Field, Vec<String>)> = fields.members("").into_iter().filter_map(said).collect();
    if all.len() > 1 {
        all.retain(|(field, _)| name.iter().all(|word| stems(&field.path).contains(word)));
    }
    match all.as_slice() {
        [(field, values)] => Some(Truth::Value(field.clone(), values.clone())),
        _ => None,
    }
}

/// The amount of which a name says that nothing is left, or that something is.
fn left(path: &str, fields: &dyn FieldSource) -> Option<Truth> {
    let amount = |phrases| whole(path, phrases).find_map(|name| own(name, fields));
    let called = fields.called();
    let nothing = amount(&called.nothing_left).map(|field| Truth::Left(field, false));
    nothing.or_else(|| amount(&called.something_left).map(|field| Truth::Left(field, true)))
}

/// The date that has no word beside those of the name but such as dates have.
fn by_date(path: &str, fields: &dyn FieldSource) -> Option<Truth> {
    let name = telling(path, &OF_FLAGS);
    let is_it = |field: &Field| {
        let is_date = field.format.as_deref().is_some_and(|format| format.starts_with("date"));
        let is_date = field.type_name == "string" && (is_date || is_named_like_date(&field.path));
        is_date && telling(&field.path, &OF_DATES) == name
    };
    let found = fields.members("").into_iter().find(|field| !name.is_empty() && is_it(field));
    found.map(Truth::Dated)
}
