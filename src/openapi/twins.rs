//! What does an operation take over from another that stands for the same requests?
//!
//! `/boats/{id}` and `/boats/{number}` are one path (OpenAPI 3.1.0 section 4.8.8 calls them identical and invalid), yet vendors ship
//! both. One of them is listed. It takes whatever either takes, and is found by the words of either.

use serde_json::json;

use super::operation::{MediaType, Operation, Parameter, ParameterIn};

/// The code of the warning that one of two operations is listed for both.
pub const PATH_DUPLICATE: &str = "path-duplicate";

/// Lets an operation take what the one takes that was left out for it.
pub(super) fn take_over(kept: &mut Operation, left: Operation) {
    describe_both(kept, &left);
    let (of_path, others): (Vec<_>, Vec<_>) = left.parameters.into_iter().partition(is_of_path);
    take_values(kept, of_path);
    take_parameters(kept, others);
    kept.request_body = match (kept.request_body.take(), left.request_body) {
        (Some(mut own), Some(other)) => {
            own.required &= other.required;
            take_content(&mut own.content, other.content, |own, other| {
                if *own != other {
                    *own = json!({ "anyOf": [own.take(), other] });
                }
            });
            Some(own)
        }
        (own, other) => own.or(other).map(|mut only| {
            only.required = false;
            only
        }),
    };
    for response in left.responses {
        match kept.responses.iter_mut().find(|known| known.status == response.status) {
            Some(known) => take_content(&mut known.content, response.content, |_, _| {}),
            None => kept.responses.push(response),
        }
    }
}

fn is_of_path(parameter: &Parameter) -> bool {
    parameter.location == ParameterIn::Path
}

/// Adds the words of the other operation, by which it is looked for.
fn describe_both(kept: &mut Operation, left: &Operation) {
    let texts = [left.summary.trim(), left.description.trim()];
    let is_known = |text: &str| text.is_empty() || kept.summary.contains(text) || kept.description.contains(text);
    let new: Vec<&str> = texts.into_iter().filter(|text| !is_known(text)).collect();
    if !new.is_empty() {
        let before = if kept.description.is_empty() { "" } else { "\n\n" };
        kept.description.push_str(&format!("{before}Also `{} {}`: {}", left.method, left.path, new.join(". ")));
    }
}

/// Lets the placeholders take the values of the other's, which stand at the same places.
fn take_values(kept: &mut Operation, others: Vec<Parameter>) {
    for (own, other) in kept.parameters.iter_mut().filter(|own| is_of_path(own)).zip(others) {
        let is_alike = own.content == other.content && own.style == other.style && own.explode == other.explode;
        if is_alike && own.schema != other.schema {
            own.schema = json!({ "anyOf": [own.schema.take(), other.schema] });
        }
        if own.name != other.name {
            let about = if other.description.is_empty() { String::new() } else { format!(": {}", other.description) };
            let before = if own.description.is_empty() { "" } else { "\n\n" };
            own.description.push_str(&format!("{before}Or `{}`{about}", other.name));
        }
    }
}

/// Adds the parameters that the other has alone. Only what both require is required.
fn take_parameters(kept: &mut Operation, others: Vec<Parameter>) {
    let requires = |parameters: &[Parameter], wanted: &Parameter| {
        let mut same = parameters.iter().filter(|known| is_same(known, wanted));
        same.any(|known| known.required)
    };
    for own in kept.parameters.iter_mut().filter(|own| !is_of_path(own)) {
        own.required &= requires(&others, own);
    }
    for other in others {
        if !kept.parameters.iter().any(|own| is_same(own, &other)) {
            kept.parameters.push(Parameter { required: false, ..other });
        }
    }
}

fn is_same(one: &Parameter, other: &Parameter) -> bool {
    one.location == other.location && one.name == other.name
}

/// Adds the media types that the other has alone, and lets `join` make one schema of those that both have.
fn take_content(
    own: &mut Vec<MediaType>,
    others: Vec<MediaType>,
    join: impl Fn(&mut serde_json::Value, serde_json::Value),
) {
    for other in others {
        match own.iter_mut().find(|known| known.media_type == other.media_type) {
            Some(known) => join(&mut known.schema, other.schema),
            None => own.push(other),
        }
    }
}
