//! When do two JSON values say the same, or two parts of a URL, and as which text?

use serde_json::{Map, Number, Value};

/// A value with the members of its objects in order of name, since programs write them in any order.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => sorted_map(members),
        Value::Array(values) => values.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// A value with its members in order of name and its numbers by what they say: `1.0`, `1e0` and `1` are the same, as in RFC 8785, but
/// with every digit that was given, where the RFC has doubles. Texts are as they are.
pub(crate) fn same(value: &Value) -> Value {
    match value {
        Value::Number(number) => plain_number(&number.to_string()).map_or_else(|| value.clone(), Value::Number),
        Value::Array(values) => values.iter().map(same).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), same(value)));
            sorted_map(&members.collect())
        }
        other => other.clone(),
    }
}

/// A number as its digits without zeros around them, and the power of ten that they are of; `None` where that power is past counting.
fn plain_number(text: &str) -> Option<Number> {
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |unsigned| ("-", unsigned));
    let (digits, power) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let without_zeros = all.trim_end_matches('0');
    let dropped = i64::try_from(all.len() - without_zeros.len()).ok()?;
    let power = power.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(dropped)?;
    let digits = without_zeros.trim_start_matches('0');
    let plain = if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}e{power}") };
    plain.parse().ok()
}

/// A part of a URL with nothing encoded that need not be, and its escapes in capitals: what differs by these is the same (RFC 3986
/// sections 6.2.2.1 and 6.2.2.2).
pub(crate) fn same_url(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (at, part) in text.split('%').enumerate() {
        let digits = part.get(..2).filter(|digits| at > 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (code, part.get(2..)) {
            (Some(code), Some(rest)) => {
                let is_unreserved = code.is_ascii_alphanumeric() || b"-._~".contains(&code);
                let escape = if is_unreserved { char::from(code).to_string() } else { format!("%{code:02X}") };
                plain.extend([&escape, rest]);
            }
            _ if at > 0 => plain.extend(["%", part]),
            _ => plain.push_str(part),
        }
    }
    plain
}

/// A value as text: text as it is, anything else as JSON.
pub(crate) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The items of a list as texts; of any other value its one text.
pub(crate) fn texts_of(value: &Value) -> Vec<String> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().map(text_of).collect()
}

pub(crate) fn sorted_map(members: &Map<String, Value>) -> Value {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_the_same_by_what_they_say_and_texts_to_the_letter() {
        let read = |text: &str| same(&serde_json::from_str(text).unwrap());
        for (one, other) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("-0.50", "-5E-1"),
            ("0", "-0.0"),
            ("12345678901234567890.10", "12345678901234567890.1"),
            ("1e400", "10e399"),
            (r#"{"a": 1, "b": [2.0]}"#, r#"{"b":[2],"a":1.00}"#),
        ] {
            assert_eq!(read(one), read(other), "{one} {other}");
        }
        for (one, other) in [
            ("1", "10"),
            ("1", "-1"),
            ("9007199254740993", "9007199254740992"),
            ("0.1", "0.10000000000000001"),
            (r#""1""#, "1"),
            (r#""1.0""#, r#""1""#),
            (r#""a ""#, r#""a""#),
            ("[1,2]", "[2,1]"),
            ("1e99999999999999999999", "1e99999999999999999998"),
        ] {
            assert_ne!(read(one), read(other), "{one} {other}");
        }
    }

    #[test]
    fn what_need_not_be_encoded_is_the_same_either_way() {
        assert_eq!(same_url("/%69tems/a%2fb%2D%7e"), "/items/a%2Fb-~");
        for kept in ["/a%2Fb", "/a%20b", "/a+b", "/100%", "/%zz", "/%C3%A9", "/%+1", ""] {
            assert_eq!(same_url(kept), kept);
        }
    }

    #[test]
    fn values_are_text_as_they_stand_in_a_query() {
        let texts = texts_of(&json!(["a", 1, null, { "b": "c" }]));
        assert_eq!(texts, ["a", "1", "null", r#"{"b":"c"}"#]);
        assert_eq!((texts_of(&json!("a")), texts_of(&json!([]))), (vec!["a".to_owned()], Vec::new()));
    }
}
