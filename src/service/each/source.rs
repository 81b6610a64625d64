//! Of which records is a call made: the ids or rows that are given, those of a stored result, or those of a list?

use serde_json::{Map, Value};

use crate::error::Error;
use crate::invoke::rows;
use crate::openapi::Method;
use crate::service::asked::Call;
use crate::surface::{Argument, Given, Said};

/// Records of one call, at most: an hour of sending at the default rate.
pub(super) const MOST: usize = 5_000;

/// Characters of a handle of a stored result.
const HANDLE: usize = 24;

/// Where the records come from.
#[derive(Debug)]
pub(super) enum Source {
    /// Ids, names or rows, as they are given.
    Given(Vec<Value>),
    /// The rows of a stored result, by its handle.
    Stored(String),
    /// The rows of a list, all pages of it.
    List(Box<Call>),
}

impl Source {
    /// The source that is meant. `call` says of which API a list is.
    ///
    /// # Errors
    /// [`Error::Argument`] with the forms there are.
    pub(super) fn of(given: &Value, call: &Call) -> Result<Self, Error> {
        match given {
            Value::Array(items) => items_of(items),
            Value::Number(_) => Ok(Self::Given(vec![given.clone()])),
            Value::Object(list) => list_of(list, call),
            Value::String(text) => Self::of_text(text.trim(), call),
            Value::Null | Value::Bool(_) => Err(wrong(format!("{given} names no records"))),
        }
    }

    fn of_text(text: &str, call: &Call) -> Result<Self, Error> {
        if text.starts_with(['[', '{']) {
            let read = rows::exact(text).map_err(|error| wrong(format!("it is no JSON: {error}")))?;
            return Self::of(&read, call);
        }
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or(("", text));
        if text.starts_with('/') {
            return Ok(Self::List(Box::new(listing(text, call))));
        }
        if first.eq_ignore_ascii_case("GET") {
            return Ok(Self::List(Box::new(listing(rest.trim(), call))));
        }
        if rest.starts_with('/') && first.parse::<Method>().is_ok() {
            return Err(wrong(format!("`{first}` reads no list; name one by GET")));
        }
        if text.len() == HANDLE && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return Ok(Self::Stored(text.to_owned()));
        }
        let items: Vec<Value> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(id_of).collect();
        items_of(&items)
    }
}

/// An id as a number where it is written as one.
pub(crate) fn id_of(text: &str) -> Value {
    let is_number = !text.starts_with('0') && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<u64>().ok().filter(|_| is_number).map_or_else(|| text.into(), Value::from)
}

fn items_of(items: &[Value]) -> Result<Source, Error> {
    let is_item = |item: &Value| matches!(item, Value::Number(_) | Value::String(_) | Value::Object(_));
    if let Some(at) = items.iter().position(|item| !is_item(item)) {
        return Err(wrong(format!("item {} is neither an id, a name nor a row", at + 1)));
    }
    if items.is_empty() {
        return Err(wrong("it names no record, so there is nothing to do".to_owned()));
    }
    Ok(Source::Given(items.to_vec()))
}

fn list_of(list: &Map<String, Value>, call: &Call) -> Result<Source, Error> {
    let Some(path) = list.get("path").and_then(Value::as_str) else {
        return Err(wrong("the object has no `path` of a list".to_owned()));
    };
    if let Some(method) =
        list.get("method").filter(|method| !method.as_str().is_some_and(|name| name.eq_ignore_ascii_case("GET")))
    {
        return Err(wrong(format!("{method} reads no list; name one by GET")));
    }
    let known = ["path", "method", "params"];
    if let Some(other) = list.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(wrong(format!("`{other}` is no member of a list; it has `path` and `params`")));
    }
    let mut wanted = listing(path, call);
    match list.get("params") {
        None | Some(Value::Null) => {}
        Some(Value::Object(params)) => wanted.params.clone_from(params),
        Some(_) => return Err(wrong("`params` of the list is no object".to_owned())),
    }
    Ok(Source::List(Box::new(wanted)))
}

/// The call that reads all pages of a list.
fn listing(path: &str, call: &Call) -> Call {
    Call {
        api: call.api.clone(),
        all_pages: true,
        // One more, so that it shows where there are too many.
        max_items: Some(MOST + 1),
        validate: call.validate,
        use_memory: false,
        ..Call::new(Method::Get, path)
    }
}

/// Why nothing can be done for each, with the forms there are.
pub(super) fn wrong(reason: String) -> Error {
    let forms = Given::Either {
        mcp: "a list of ids or rows, the handle of a stored result, or a list to read: `GET /service/tickets?conditions=...`",
        cli: "`--for-each 1,2,3`, `--for-each @FILE` with a JSON list of ids or rows, or a list to read: \
              `--for-each 'GET /service/tickets?conditions=...'`",
    };
    let reason = Said::from(reason).text("; give ").given(forms);
    Error::Argument { argument: Argument::FOR_EACH, reason }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(given: Value) -> Result<Source, Error> {
        Source::of(&given, &Call::new(Method::Get, "/a/{id}"))
    }

    #[test]
    fn records_are_given_in_the_forms_there_are() {
        let ids = json!([1, 2, 3]);
        for given in [json!([1, 2, 3]), json!("1,2, 3,"), json!("[1, 2, 3]")] {
            let Ok(Source::Given(items)) = of(given.clone()) else { panic!("{given}") };
            assert_eq!(Value::from(items), ids, "{given}");
        }
        for (given, items) in [
            (json!("Acme Dental"), json!(["Acme Dental"])),
            (json!("007"), json!(["007"])),
            (json!(5), json!([5])),
            (json!([{ "id": 1 }]), json!([{ "id": 1 }])),
        ] {
            let Ok(Source::Given(read)) = of(given.clone()) else { panic!("{given}") };
            assert_eq!(Value::from(read), items, "{given}");
        }
        let Ok(Source::Stored(handle)) = of(json!("0123456789abcdef01234567")) else { panic!("no handle") };
        assert_eq!(handle.len(), HANDLE);
        for given in [json!("GET /t?conditions=a = 1"), json!("/t?conditions=a = 1"), json!("get  /t?conditions=a = 1")]
        {
            let Ok(Source::List(list)) = of(given.clone()) else { panic!("{given}") };
            assert_eq!((list.path.as_str(), list.all_pages), ("/t?conditions=a = 1", true), "{given}");
        }
        let Ok(Source::List(list)) = of(json!({ "path": "/t", "params": { "a": 1 } })) else { panic!("no list") };
        assert_eq!((list.path.as_str(), &list.params["a"]), ("/t", &json!(1)));
    }

    #[test]
    fn what_names_no_records_is_refused_with_the_forms() {
        for (given, says) in [
            (json!([]), "nothing to do"),
            (json!(" , "), "nothing to do"),
            (json!(true), "names no records"),
            (json!([1, null]), "item 2"),
            (json!([[1]]), "item 1"),
            (json!("[1,"), "no JSON"),
            (json!("DELETE /t"), "reads no list"),
            (json!({ "path": "/t", "method": "POST" }), "reads no list"),
            (json!({ "conditions": "a" }), "no `path`"),
            (json!({ "path": "/t", "conditions": "a" }), "`conditions` is no member"),
        ] {
            let error = of(given.clone()).unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("stored result"), "{given}: {error}");
        }
    }
}
