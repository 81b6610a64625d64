//! Of which records does `--for-each` speak?

use serde_json::Value;

use super::body::Source;
use super::{Context, Failure};
use crate::invoke::rows::exact;
use crate::service::id_of;
use crate::surface::Argument;

/// What was given: a text as it is, several as a list, a file or standard input by what it holds; nothing where the option is not there.
pub(super) fn records(context: &Context, given: &[String]) -> Result<Option<Value>, Failure> {
    match given {
        [] => Ok(None),
        [one] => match Source::of(one) {
            Source::Inline => Ok(Some(one.as_str().into())),
            source => Ok(Some(held(&source.read(Argument::FOR_EACH, context.files())?))),
        },
        several => Ok(Some(several.iter().map(|one| id_of(one.trim())).collect())),
    }
}

/// A JSON value, or one id a line.
fn held(text: &str) -> Value {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty()).map(id_of).collect();
    match exact(text.trim()) {
        Ok(value @ (Value::Array(_) | Value::Object(_))) => value,
        _ => lines(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_holds_json_or_an_id_a_line() {
        assert_eq!(held(" [1, {\"id\": 2}]\n"), json!([1, { "id": 2 }]));
        assert_eq!(held("1\n\n 2 \nAcme, Inc.\n"), json!([1, 2, "Acme, Inc."]));
        assert_eq!(held("5"), json!([5]));
    }
}
