//! Which write takes a change back? Pure.

use serde_json::{Map, Value, json};

use crate::journal::{Change, Form, State};
use crate::openapi::Method;

/// The write that takes a change back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reversed {
    pub(crate) method: Method,
    /// Its path, with the values and the query of the one that it takes back.
    pub(crate) path: String,
    pub(crate) data: Option<Value>,
    /// Names of fields that stay as they are, since what they held was not kept.
    pub(crate) left: Vec<String>,
}

/// The write that takes a change of this method back.
///
/// # Errors
/// Why there is none.
pub(crate) fn reversed(method: Method, change: &Change) -> Result<Reversed, String> {
    match &change.state {
        State::Done => {}
        State::Waiting => return Err("it was not sent".to_owned()),
        State::Failed(_) => return Err("it was not done".to_owned()),
        State::Unknown(_) => return Err("it is not known whether it was done; look at the record".to_owned()),
    }
    let before = || change.before.as_ref().ok_or_else(|| "what it replaced was not read".to_owned());
    let path = change.path.clone();
    let left = change.unkept.clone();
    match method {
        Method::Patch => {
            let before = before()?;
            if before.is_empty() {
                return Err(format!("what it replaced was not kept: {}", left.join(", ")));
            }
            Ok(Reversed { method, path, data: Some(patch(before, change)), left })
        }
        Method::Put if left.is_empty() => Ok(Reversed { method, path, data: Some(before()?.clone().into()), left }),
        Method::Put => Err(format!("a PUT needs the whole record, and not all of it was kept: {}", left.join(", "))),
        Method::Delete => Err("a deletion cannot be reversed".to_owned()),
        Method::Post => {
            let id = match &change.id {
                Value::String(id) => id.clone(),
                Value::Number(id) => id.to_string(),
                _ => return Err("the API did not say which record it made".to_owned()),
            };
            let (path, _) = path.split_once('?').unwrap_or((&path, ""));
            let path = format!("{}/{id}", path.trim_end_matches('/'));
            Ok(Reversed { method: Method::Delete, path, data: None, left: Vec::new() })
        }
        _ => Err(format!("nothing is known that takes a {method} back")),
    }
}

/// The body of a PATCH that sets fields to what they were.
fn patch(before: &Map<String, Value>, change: &Change) -> Value {
    let value = |name: &String, value: &Value| as_reference(value, change.after.get(name));
    if change.form == Form::Object {
        return before.iter().map(|(name, was)| (name.clone(), value(name, was))).collect::<Map<_, _>>().into();
    }
    let steps = before.iter().map(|(name, was)| {
        let path = match change.form {
            Form::Pointers => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Form::Names | Form::Object => name.clone(),
        };
        if was.is_null() {
            return json!({ "op": "remove", "path": path });
        }
        json!({ "op": "replace", "path": path, "value": value(name, was) })
    });
    steps.collect()
}

/// A value that a record had, as a new record is given it: a reference by its id alone.
pub(crate) fn given(was: &Value) -> Value {
    as_reference(was, None)
}

/// A reference to a record by its id alone: beside another id its old name would be a contradiction. What is no reference is whole.
fn as_reference(was: &Value, is: Option<&Value>) -> Value {
    let id = |value: &Value| value.get("id").filter(|id| !id.is_null()).cloned();
    let is_named =
        was.get("name").is_some() || was.get("identifier").is_some() || is.is_some_and(|is| id(is).is_some());
    match id(was) {
        Some(id) if is_named => json!({ "id": id }),
        _ => was.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Item;

    fn change(form: Form, before: Value, unkept: &[&str]) -> Change {
        Change {
            item: Item { name: json!(7), item: json!(7), request: String::new() },
            state: State::Done,
            path: "/items/7?x=1".to_owned(),
            form,
            before: before.as_object().cloned(),
            unkept: unkept.iter().map(|name| (*name).to_owned()).collect(),
            id: json!(7),
            after: Map::new(),
        }
    }

    #[test]
    fn a_patch_is_taken_back_in_its_own_form() {
        let before = json!({ "name": "a", "status": { "id": 1, "name": "New" }, "a/b": null });
        let data = |form| reversed(Method::Patch, &change(form, before.clone(), &[])).unwrap().data.unwrap();
        assert_eq!(data(Form::Object), json!({ "name": "a", "status": { "id": 1 }, "a/b": null }));
        let steps = json!([
            { "op": "replace", "path": "name", "value": "a" },
            { "op": "replace", "path": "status", "value": { "id": 1 } },
            { "op": "remove", "path": "a/b" },
        ]);
        assert_eq!(data(Form::Names), steps);
        assert_eq!(data(Form::Pointers)[2], json!({ "op": "remove", "path": "/a~1b" }));
        let some = reversed(Method::Patch, &change(Form::Names, json!({ "name": "a" }), &["password"])).unwrap();
        assert_eq!((some.path.as_str(), some.left.as_slice()), ("/items/7?x=1", &["password".to_owned()][..]));
    }

    #[test]
    fn a_new_record_is_deleted_and_a_put_put_back() {
        let post = reversed(Method::Post, &change(Form::Object, Value::Null, &[])).unwrap();
        assert_eq!((post.method, post.path.as_str(), post.data), (Method::Delete, "/items/7/7", None));
        let put = reversed(Method::Put, &change(Form::Object, json!({ "id": 7, "name": "a" }), &[])).unwrap();
        assert_eq!(put.data, Some(json!({ "id": 7, "name": "a" })));
    }

    #[test]
    fn what_cannot_be_taken_back_says_why() {
        let why = |method, change: Change| reversed(method, &change).unwrap_err();
        assert!(why(Method::Delete, change(Form::Object, json!({ "id": 7 }), &[])).contains("cannot be reversed"));
        assert!(why(Method::Patch, change(Form::Names, Value::Null, &[])).contains("not read"));
        assert!(why(Method::Patch, change(Form::Names, json!({}), &["password"])).contains("password"));
        assert!(why(Method::Put, change(Form::Object, json!({ "id": 7 }), &["password"])).contains("password"));
        assert!(
            why(Method::Post, Change { id: Value::Null, ..change(Form::Object, Value::Null, &[]) })
                .contains("did not say")
        );
        for (state, says) in [
            (State::Waiting, "not sent"),
            (State::Failed("404".to_owned()), "not done"),
            (State::Unknown("500".to_owned()), "not known"),
        ] {
            let change = Change { state, ..change(Form::Names, json!({ "a": 1 }), &[]) };
            assert!(why(Method::Patch, change).contains(says));
        }
    }
}
