//! What is one comparison in other words?

use super::naming::Pair;
use super::suggest::Suggested;
use super::syntax::{Comparison, Condition, FieldPath, Literal, Operator, Scalar, Test};
use crate::document::words::split;
use crate::openapi::Field;

/// Stands for the caption of a custom field that was not named.
pub(super) const CAPTION: &str = "Caption";

/// A list of values as one comparison each; any other comparison as it is.
pub(super) fn one_by_one(comparison: Comparison) -> Condition {
    let Comparison { field, test: Test::Among { negated, span, values } } = comparison else {
        return Condition::Compare(comparison);
    };
    let operator = if negated { Operator::NotEqual } else { Operator::Equal };
    let one = |value| Condition::Compare(Comparison { field: field.clone(), test: Test::Is { operator, span, value } });
    let mut each: Vec<Condition> = values.into_iter().map(one).collect();
    match each.pop() {
        Some(only) if each.is_empty() => only,
        last => {
            each.extend(last);
            if negated { Condition::All(each) } else { Condition::Any(each) }
        }
    }
}

/// A condition on the value of the custom field with a caption.
pub(super) fn by_caption(caption: &str, comparison: &Comparison) -> Condition {
    let span = comparison.field.span;
    let field = |name: &str| FieldPath { text: name.to_owned(), span };
    let caption = Literal { value: Scalar::Text(caption.to_owned()), span };
    let named =
        Comparison { field: field("caption"), test: Test::Is { operator: Operator::Equal, span, value: caption } };
    let valued = one_by_one(Comparison { field: field("value"), test: comparison.test.clone() });
    Condition::All(vec![Condition::Compare(named), valued])
}

/// Whether a name is of custom fields as such.
pub(super) fn is_custom(name: &str) -> bool {
    matches!(split(name).join(" ").as_str(), "custom field" | "custom fields" | "custom field value")
}

/// The comparison of two fields that say together what one name says.
pub(super) fn of_pair(pair: &Pair, comparison: &Comparison) -> Condition {
    let span = comparison.field.span;
    let field = |text: String| FieldPath { text, span };
    let id = Comparison { field: field(pair.id.clone()), test: comparison.test.clone() };
    let value = Literal { value: Scalar::Text(pair.is.clone()), span };
    let test = Test::Is { operator: Operator::Equal, span, value };
    let kind = Comparison { field: field(format!("{}/{}", pair.kind, pair.member)), test };
    Condition::All(vec![Condition::Compare(id), Condition::Compare(kind)])
}

/// A comparison of the fields that have a part each of what is meant: the words one by one where there are as many, or else any of
/// the fields with the whole.
pub(super) fn in_parts(suggested: &Suggested, comparison: &Comparison) -> Option<Condition> {
    let Test::Is { operator, value: Literal { value: Scalar::Text(text), span }, .. } = &comparison.test else {
        return None;
    };
    if !suggested.is_spread || *operator != Operator::Equal {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let compared = |field: &Field, text: &str| {
        let value = Literal { value: Scalar::Text(text.to_owned()), span: *span };
        let field = FieldPath { text: field.path.clone(), span: comparison.field.span };
        Condition::Compare(Comparison { field, test: Test::Is { operator: *operator, span: *span, value } })
    };
    if words.len() == suggested.fields.len() {
        let each = suggested.fields.iter().zip(words).map(|(field, word)| compared(field, word));
        return Some(Condition::All(each.collect()));
    }
    Some(Condition::Any(suggested.fields.iter().map(|field| compared(field, text)).collect()))
}
