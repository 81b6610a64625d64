//! Which arguments of a tool call can rmcp not carry, and how do they reach the tool?
//!
//! rmcp buffers a message before it knows what it is, and the buffer holds no integer beyond 64 bits; what is no object is no tool call to
//! it. Such arguments travel beside the message, among its extensions.

use hyper::http::request::Parts;
use rmcp::model::{CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, Extensions};
use serde_json::{Number, Value};

use crate::invoke::rows::exact;

/// Arguments beside their message.
#[derive(Clone, Debug)]
pub(super) struct Given(Value);

impl Given {
    /// Takes the arguments out of a message that rmcp could not read with them.
    pub(super) fn taken_from(message: &mut Value) -> Option<Self> {
        if message["method"] != "tools/call" {
            return None;
        }
        let params = message.get_mut("params")?.as_object_mut()?;
        let is_carried = |arguments: &Value| match arguments {
            Value::Null => true,
            Value::Object(members) => members.values().all(has_only_carried_numbers),
            _ => false,
        };
        if is_carried(params.get("arguments")?) {
            return None;
        }
        params.shift_remove("arguments").map(Self)
    }

    /// Puts them beside the message as it was read.
    pub(super) fn beside(self, read: &mut ClientJsonRpcMessage) {
        if let ClientJsonRpcMessage::Request(request) = read
            && let ClientRequest::CallToolRequest(call) = &mut request.request
        {
            call.extensions.insert(self);
        }
    }
}

/// Gives a call the arguments that travelled beside it. Returns a note where they were read from text.
///
/// # Errors
/// What to give instead of what is no object.
pub(super) fn restore(request: &mut CallToolRequestParams, beside: &Extensions) -> Result<Option<String>, String> {
    let of_http = || beside.get::<Parts>().and_then(|parts| parts.extensions.get::<Given>());
    let Some(Given(given)) = beside.get::<Given>().or_else(of_http) else { return Ok(None) };
    let text = given.as_str().map(str::trim);
    let (arguments, note) = match (given, text) {
        (Value::Object(members), _) => (members.clone(), None),
        (_, Some("")) => return Ok(None),
        (_, Some(text)) => match exact(text) {
            Ok(Value::Object(members)) => (members, Some("`arguments` was text; the object in it is read".to_owned())),
            _ => return Err(refusal("text that is no JSON object")),
        },
        (Value::Array(_), _) => return Err(refusal("a list")),
        (value, _) => return Err(refusal(&format!("`{value}`"))),
    };
    request.arguments = Some(arguments);
    Ok(note)
}

fn refusal(what: &str) -> String {
    format!(
        "`arguments` is {what}; give an object of the tool's arguments by name, such as {{\"query\": \"open tickets\"}}"
    )
}

fn has_only_carried_numbers(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_carried(number),
        Value::Array(items) => items.iter().all(has_only_carried_numbers),
        Value::Object(members) => members.values().all(has_only_carried_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn is_carried(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_str().contains(['.', 'e', 'E'])
}
