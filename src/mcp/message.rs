//! What did a client send: one message, several, or something that cannot be read?
//!
//! Both transports read with this before rmcp does, which knows no batches, answers nothing to what it cannot read, and takes a request
//! of the protocol for one of an unknown method where its `params` are wrong.

use bytes::Bytes;
#[expect(deprecated, reason = "see `log`")]
use rmcp::model::SetLevelRequestParams;
use rmcp::model::{
    CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, CompleteRequestParams, GetPromptRequestParams,
    InitializeRequestParams, PaginatedRequestParams, ReadResourceRequestParams, SubscribeRequestParams,
    UnsubscribeRequestParams,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::given::Given;

/// The only version of the protocol with batches.
pub(super) const WITH_BATCHES: &str = "2025-03-26";

/// Most messages of a batch: more than any client has under way at once.
const MOST_IN_BATCH: usize = 100;

/// Code of a text that is no JSON (JSON-RPC 2.0, section 5.1).
const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const INVALID_PARAMS: i32 = -32602;

/// What some programs write before UTF-8, and JSON's specification lets a reader pass over (RFC 8259 section 8.1).
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The content of a body or line.
#[derive(Debug)]
pub(super) enum Sent {
    One(Box<Message>),
    /// Several messages; those that cannot be read are replaced by their answers.
    Batch(Vec<Result<Message, Value>>),
    /// No message; the value is the answer.
    Unreadable(Value),
    /// A request of the protocol whose `params` are wrong; the value is the answer.
    Refused(Value),
}

/// A message as rmcp reads it.
#[derive(Debug)]
pub(super) struct Message {
    /// Id of a request, as JSON.
    pub(super) id: Option<String>,
    pub(super) value: Value,
    pub(super) read: ClientJsonRpcMessage,
    /// Arguments of a tool call that are not in `value`, since rmcp could not read them there; `read` has them beside it.
    pub(super) given: Option<Given>,
}

/// Reads a body or line. `version` is that of the session, where there is one.
pub(super) fn read(bytes: &[u8], version: Option<&str>) -> Sent {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Array(messages)) => batch(messages, version),
        Ok(value) => match message(value) {
            Ok(message) => match wrong_params(&message) {
                Some(answer) => Sent::Refused(answer),
                None => Sent::One(Box::new(message)),
            },
            Err(answer) => Sent::Unreadable(answer),
        },
        Err(error) => Sent::Unreadable(unreadable(bytes, &error)),
    }
}

/// A body without the mark before it, which rmcp does not read.
pub(super) fn without_mark(bytes: Bytes) -> Bytes {
    if bytes.starts_with(MARK) { bytes.slice(MARK.len()..) } else { bytes }
}

fn batch(messages: Vec<Value>, version: Option<&str>) -> Sent {
    let refused = |why: &str| Sent::Unreadable(invalid(Value::Null, why));
    if version != Some(WITH_BATCHES) {
        return refused(&format!(
            "batches of messages exist only in version {WITH_BATCHES} of the protocol, and this session is of {}; send one at a time",
            version.unwrap_or("none")
        ));
    }
    if messages.is_empty() || messages.len() > MOST_IN_BATCH {
        return refused(&format!("the batch has {} messages; send from 1 to {MOST_IN_BATCH}", messages.len()));
    }
    let each = messages.into_iter().map(|value| {
        if value["method"] == "initialize" {
            let id = id_of(&value);
            return Err(invalid(id, "`initialize` cannot be part of a batch; send it alone"));
        }
        let message = message(value)?;
        wrong_params(&message).map_or(Ok(message), Err)
    });
    Sent::Batch(each.collect())
}

/// Reads a message, or makes the answer to one that cannot be read.
fn message(mut value: Value) -> Result<Message, Value> {
    let is_request = value.get("method").is_some() && value.get("id").is_some();
    let id = id_of(&value);
    let given = Given::taken_from(&mut value);
    match ClientJsonRpcMessage::deserialize(&value) {
        Ok(mut read) => {
            if let Some(given) = given.clone() {
                given.beside(&mut read);
            }
            Ok(Message { id: is_request.then(|| id.to_string()), value, read, given })
        }
        Err(error) => Err(invalid(id, &format!("this is no JSON-RPC 2.0 message of MCP: {error}"))),
    }
}

/// The answer to a request of the protocol whose `params` rmcp could not read.
fn wrong_params(message: &Message) -> Option<Value> {
    let ClientJsonRpcMessage::Request(request) = &message.read else { return None };
    // Of a list, rmcp passes over `params` that it cannot read, and gives the first page.
    if !matches!(
        request.request,
        ClientRequest::CustomRequest(_)
            | ClientRequest::ListToolsRequest(_)
            | ClientRequest::ListPromptsRequest(_)
            | ClientRequest::ListResourcesRequest(_)
            | ClientRequest::ListResourceTemplatesRequest(_)
    ) {
        return None;
    }
    let method = message.value["method"].as_str()?;
    let params = message.value.get("params").filter(|params| !params.is_null()).cloned().unwrap_or_else(|| json!({}));
    let fault = match method {
        "tools/call" => fault_in::<CallToolRequestParams>(params),
        "prompts/get" => fault_in::<GetPromptRequestParams>(params),
        "resources/read" => fault_in::<ReadResourceRequestParams>(params),
        "resources/subscribe" => fault_in::<SubscribeRequestParams>(params),
        "resources/unsubscribe" => fault_in::<UnsubscribeRequestParams>(params),
        "completion/complete" => fault_in::<CompleteRequestParams>(params),
        #[expect(deprecated, reason = "see `log`")]
        "logging/setLevel" => fault_in::<SetLevelRequestParams>(params),
        "initialize" => fault_in::<InitializeRequestParams>(params),
        "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list" => {
            fault_in::<PaginatedRequestParams>(params)
        }
        _ => None,
    }?;
    let id = message.id.as_deref().and_then(|id| serde_json::from_str(id).ok()).unwrap_or_default();
    Some(answer(id, INVALID_PARAMS, &format!("the `params` of `{method}` are wrong: {fault}")))
}

fn fault_in<T: serde::de::DeserializeOwned>(params: Value) -> Option<serde_json::Error> {
    serde_json::from_value::<T>(params).err()
}

/// Answers a text that serde_json cannot read: no JSON, half of a surrogate pair, bytes that are no UTF-8, or a number
/// or depth beyond its limits.
fn unreadable(bytes: &[u8], error: &serde_json::Error) -> Value {
    // What is ignored is checked for its grammar alone.
    if serde_json::from_slice::<IgnoredAny>(bytes).is_err() {
        return answer(Value::Null, PARSE_ERROR, &format!("this is no JSON: {error}"));
    }
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
    }
    let is_object = bytes.trim_ascii_start().first() == Some(&b'{');
    let head = is_object.then(|| serde_json::from_slice::<Head<'_>>(bytes).ok()).flatten();
    let id = head.and_then(|head| serde_json::from_str(head.id?.get()).ok()).filter(is_id).unwrap_or_default();
    invalid(id, &format!("this JSON cannot be read: {error}"))
}

fn id_of(value: &Value) -> Value {
    value.get("id").filter(|id| is_id(id)).cloned().unwrap_or_default()
}

fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_number()
}

/// Answers a value that is no request.
pub(super) fn invalid(id: Value, why: &str) -> Value {
    answer(id, INVALID_REQUEST, why)
}

/// Answers a request whose id belongs to another one under way.
pub(super) fn repeated(id: &str) -> Value {
    let id = serde_json::from_str(id).unwrap_or_default();
    let why = format!("a request with the id {id} is under way in this session; give each request its own id");
    invalid(id, &why)
}

fn answer(id: Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8], version: Option<&str>) -> (Value, i64) {
        match read(bytes, version) {
            Sent::Unreadable(answer) => (answer["id"].clone(), answer["error"]["code"].as_i64().unwrap()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_read_is_answered_with_its_id_where_that_can_be() {
        let deep = format!("{{\"id\":4,\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let table: [(&[u8], Value, i32); 12] = [
            (b"", Value::Null, PARSE_ERROR),
            (b"not json", Value::Null, PARSE_ERROR),
            (b"{\"jsonrpc\":\"2.0\",\"id\":1", Value::Null, PARSE_ERROR),
            (br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"\ud83d"}}"#, json!(1), INVALID_REQUEST),
            (
                b"{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"params\":{\"x\":\"\xff\"},\"id\":\"a\"}",
                json!("a"),
                INVALID_REQUEST,
            ),
            (deep.as_bytes(), json!(4), INVALID_REQUEST),
            (br#"{"jsonrpc":"2.0","id":5}"#, json!(5), INVALID_REQUEST),
            (br#"{"jsonrpc":"1.0","id":6,"method":"ping"}"#, json!(6), INVALID_REQUEST),
            (br#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, Value::Null, INVALID_REQUEST),
            (br#"{"id":"\ud83d"}"#, Value::Null, INVALID_REQUEST),
            (b"7", Value::Null, INVALID_REQUEST),
            (br#"["\ud83d"]"#, Value::Null, INVALID_REQUEST),
        ];
        for (bytes, id, code) in table {
            assert_eq!(refused(bytes, None), (id, i64::from(code)), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_request_of_the_protocol_with_wrong_params_is_told_what_they_lack() {
        for (method, params, names) in [
            ("tools/call", json!({}), "`name`"),
            ("tools/call", json!({ "name": 5 }), "expected a string"),
            ("prompts/get", json!({ "arguments": {} }), "`name`"),
            ("resources/read", json!(null), "`uri`"),
            ("completion/complete", json!({}), "`ref`"),
            ("logging/setLevel", json!({ "level": "loud" }), "loud"),
            ("initialize", json!({}), "`protocolVersion`"),
            ("tools/list", json!({ "cursor": 5 }), "expected a string"),
            ("resources/templates/list", json!({ "cursor": ["a"] }), "expected a string"),
            ("prompts/list", json!({ "cursor": { "at": 5 } }), "expected a string"),
        ] {
            let text = json!({ "jsonrpc": "2.0", "id": "a", "method": method, "params": params }).to_string();
            let Sent::Refused(answer) = read(text.as_bytes(), None) else { panic!("{text}") };
            assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!("a"), &json!(INVALID_PARAMS)), "{answer}");
            assert!(answer["error"]["message"].as_str().unwrap().contains(names), "{answer}");
        }
        // A method that nobody knows is rmcp's to refuse, and right params are handed on.
        for (method, params) in [
            ("tools/cal", json!({})),
            ("tools/call", json!({ "name": "x", "arguments": "text" })),
            ("tools/list", json!(null)),
            ("resources/list", json!({ "cursor": "a", "_meta": { "x": 1 } })),
            ("ping", json!({ "x": 1 })),
        ] {
            let text = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
            assert!(matches!(read(text.as_bytes(), None), Sent::One(_)), "{text}");
        }
    }

    #[test]
    fn batches_are_of_one_version_and_each_message_stands_for_itself() {
        let batch =
            br#"[{"jsonrpc":"2.0","id":1,"method":"ping"},7,{"jsonrpc":"2.0","method":"notifications/initialized"},
            {"jsonrpc":"2.0","id":2,"method":"initialize","params":{}}]"#;
        let Sent::Batch(messages) = read(batch, Some(WITH_BATCHES)) else { panic!() };
        let ids: Vec<Result<Option<String>, Value>> = messages
            .into_iter()
            .map(|message| message.map(|message| message.id).map_err(|answer| answer["id"].clone()))
            .collect();
        assert_eq!(ids, [Ok(Some("1".to_owned())), Err(Value::Null), Ok(None), Err(json!(2))]);
        for (bytes, version) in [(&batch[..], Some("2025-06-18")), (batch, None), (b"[]", Some(WITH_BATCHES))] {
            assert_eq!(refused(bytes, version), (Value::Null, i64::from(INVALID_REQUEST)));
        }
        let many = Value::from(vec![7; MOST_IN_BATCH + 1]).to_string();
        assert_eq!(refused(many.as_bytes(), Some(WITH_BATCHES)).1, i64::from(INVALID_REQUEST));
    }
}
