//! Which comparisons does a parameter say that is named like a field?
//!
//! Other APIs and shells write the operator behind the name or before the value: `status!=Closed` and `dateEntered>=2024-01-31` are
//! split at their first `=`, `dateEntered[gte]`, `dateEntered__gte` and `{"gte": …}` are what web frameworks take.

use serde_json::Value;

use crate::invoke::connectwise::conditions::FieldSource;

/// Operators as signs; longer ones before those that begin them.
const SIGNS: [(&str, &str); 12] = [
    ("<>", "!="),
    ("!=", "!="),
    (">=", ">="),
    ("=>", ">="),
    ("<=", "<="),
    ("=<", "<="),
    ("==", "="),
    ("=", "="),
    (">", ">"),
    ("<", "<"),
    ("!", "!="),
    ("~", "like"),
];
/// Operators as words.
const WORDS: [(&str, &str); 17] = [
    ("eq", "="),
    ("equals", "="),
    ("ne", "!="),
    ("neq", "!="),
    ("not", "!="),
    ("gt", ">"),
    ("gte", ">="),
    ("ge", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("le", "<="),
    ("min", ">="),
    ("max", "<="),
    ("in", "in"),
    ("nin", "not in"),
    ("like", "like"),
    ("contains", "contains"),
];
/// What stands between a name and the word behind it.
const BETWEEN: [&str; 5] = ["__", ".", "[", ":", "_"];

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Compared {
    /// The field, as it was named.
    pub field: String,
    /// The operator, where one is said.
    pub operator: Option<&'static str>,
    /// With what.
    pub value: Value,
}

/// The comparisons that a parameter says whose name, less its operator, is a field; empty where it is none.
pub(super) fn of(name: &str, value: &Value, fields: &dyn FieldSource) -> Vec<Compared> {
    let is_field = |name: &str| !name.is_empty() && fields.field(name).path().is_some();
    let name = name.trim();
    let (field, operator) = if is_field(name) { (name, None) } else { parted(name, &is_field) };
    if !is_field(field) {
        return Vec::new();
    }
    valued(field, operator, value, fields)
}

/// A name without the operator behind it.
fn parted<'n>(name: &'n str, is_field: &dyn Fn(&str) -> bool) -> (&'n str, Option<&'static str>) {
    // What is split at its first `=` leaves the rest of `>=` behind the name.
    let signs =
        [("!=", "!="), (">=", ">="), ("<=", "<="), ("!", "!="), (">", ">="), ("<", "<="), ("=", "="), ("~", "like")];
    for (sign, operator) in signs {
        if let Some(field) = name.strip_suffix(sign).map(str::trim_end).filter(|field| is_field(field)) {
            return (field, Some(operator));
        }
    }
    for between in BETWEEN {
        let Some((field, word)) = name.rsplit_once(between) else { continue };
        if let Some(operator) = word_of(word.trim_end_matches(']')).filter(|_| is_field(field)) {
            return (field, Some(operator));
        }
    }
    (name, None)
}

fn word_of(word: &str) -> Option<&'static str> {
    let word = word.trim_start_matches('$').to_ascii_lowercase();
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, operator)| *operator)
}

fn valued(field: &str, operator: Option<&'static str>, value: &Value, fields: &dyn FieldSource) -> Vec<Compared> {
    let one = |operator, value| vec![Compared { field: field.to_owned(), operator, value }];
    match value {
        Value::Object(members) => {
            let each = members.iter().map(|(key, value)| match sign_or_word(key) {
                Some(operator) => one(Some(operator), value.clone()),
                None => {
                    let member = format!("{field}/{key}");
                    match fields.field(&member).path() {
                        Some(_) => valued(&member, operator, value, fields),
                        None => one(operator, Value::Object(members.clone())),
                    }
                }
            });
            each.flatten().collect()
        }
        Value::String(text) if operator.is_none() => {
            let found = SIGNS.iter().find_map(|(sign, operator)| Some((text.trim().strip_prefix(sign)?, *operator)));
            match found.filter(|(rest, _)| !rest.trim().is_empty()) {
                Some((rest, operator)) => one(Some(operator), rest.trim().into()),
                None => one(None, value.clone()),
            }
        }
        value => one(operator, value.clone()),
    }
}

fn sign_or_word(key: &str) -> Option<&'static str> {
    word_of(key).or_else(|| SIGNS.iter().find(|(sign, _)| *sign == key).map(|(_, operator)| *operator))
}
