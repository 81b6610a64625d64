//! Which value does one of another type surely mean?

use serde_json::{Value, json};

use super::super::commas;
use super::super::view::View;
use crate::invoke::rows::exact;

/// `5.0` is the whole number 5. Digits alone are one, however many they are.
pub(super) fn whole(value: &Value) -> Option<Value> {
    let digits = value.as_number().map(|number| number.as_str().trim_start_matches('-'))?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.clone());
    }
    let as_whole = |text: &str| {
        text.split_once('.')
            .filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0'))
            .map(|(whole, _)| whole.to_owned())
    };
    let plain = value.as_number().and_then(|number| as_whole(number.as_str()));
    if let Some(number) = plain.and_then(|whole| whole.parse().ok()) {
        return Some(Value::Number(number));
    }
    // 2^53: above it, a float tells no whole number for certain.
    let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0)?;
    Some(json!(number as i64))
}

/// What a value of another type surely means.
pub(super) fn converted(view: &View, value: &Value, depth: usize) -> Option<Value> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let long = || {
                text.parse().ok().map(Value::Number).and_then(|number| whole(&number).filter(|whole| *whole == number))
            };
            let integer = text.parse::<i64>().ok().map(|number| json!(number)).or_else(long);
            // As it is written where JSON writes it so, for all of its digits; `.5` and `+5` are numbers too.
            let number = || {
                let written = text.parse().ok().map(Value::Number).filter(|number| number.as_f64().is_some());
                let read = || text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| json!(number));
                written.or_else(read)
            };
            if view.is("integer") {
                return integer;
            }
            if view.is("number") {
                return integer.or_else(number);
            }
            if view.is("boolean") {
                return match text.to_ascii_lowercase().as_str() {
                    "true" | "1" | "yes" | "y" | "on" => Some(json!(true)),
                    "false" | "0" | "no" | "n" | "off" => Some(json!(false)),
                    _ => None,
                };
            }
            // Clients send lists and objects within a body as their JSON text, too.
            if depth > 0
                && let Ok(read) = exact(text)
                && ((read.is_array() && view.is("array")) || (read.is_object() && view.is("object")))
            {
                return Some(read);
            }
            if depth > 0 && view.is("array") {
                return Some(json!([value]));
            }
            integer.filter(|_| depth > 0 && view.is_reference()).map(|id| json!({ "id": id }))
        }
        Value::Array(_) if view.is("string") && commas::are_said(view, "") => commas::joined(value).map(Value::String),
        // A scalar where a list of one is meant.
        Value::Number(_) | Value::Bool(_) if depth > 0 && view.is("array") => Some(json!([value])),
        Value::Number(number) if view.is("boolean") && matches!(number.as_str(), "0" | "1") => {
            Some(json!(number.as_str() == "1"))
        }
        Value::Number(number) if view.is("string") => Some(Value::String(number.to_string())),
        Value::Number(_) if depth > 0 && view.is_reference() => whole(value).map(|id| json!({ "id": id })),
        _ => None,
    }
}
