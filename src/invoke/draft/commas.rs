//! Is a text a list with commas between, as far as its manifest says?

use serde_json::Value;

use super::view::View;
use super::wording::scalar_text;

/// Whether the description or the example of a text says that several values stand in it, with commas between.
pub(super) fn are_said(view: &View, description: &str) -> bool {
    let keyword = |key: &str| view.keywords.get(key).and_then(Value::as_str);
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["comma separated", "comma-separated", "comma delimited", "comma-delimited", "separated by comma"]
            .iter()
            .any(|phrase| text.contains(phrase))
    };
    // `a,b`, and not a sentence with a comma.
    let is_list = |text: &str| text.contains(',') && !text.contains(|c: char| c.is_whitespace() || "{[\"".contains(c));
    let of_list = || view.keywords.get("examples").and_then(|examples| examples.get(0)).and_then(Value::as_str);
    let example = keyword("example").or_else(of_list);
    says(description) || keyword("description").is_some_and(says) || example.is_some_and(is_list)
}

/// The items of a list with commas between; `None` where one of them is no text, or has a comma.
pub(super) fn joined(value: &Value) -> Option<String> {
    let items = value.as_array().filter(|items| !items.is_empty())?;
    let texts: Option<Vec<String>> = items.iter().map(scalar_text).collect();
    texts.filter(|texts| texts.iter().all(|text| !text.contains(','))).map(|texts| texts.join(","))
}

/// The list that parts of a text are, where its items are numbers. Each is checked, and becomes a number, as an item.
pub(super) fn numbers(parts: &[&str], items: &View) -> Option<Value> {
    let is_number = |part: &&str| part.parse::<f64>().is_ok_and(f64::is_finite);
    let takes_numbers = !items.is("string") && (items.is("integer") || items.is("number"));
    let number = |part: &&str| serde_json::from_str(part).unwrap_or_else(|_| Value::from(*part));
    (takes_numbers && parts.iter().all(is_number)).then(|| parts.iter().map(number).collect())
}

/// Whether each part is among the values that the schema of the items lists.
pub(super) fn are_listed(parts: &[&str], items: &View) -> bool {
    parts.iter().all(|part| items.values.iter().filter_map(scalar_text).any(|known| known == *part))
}

/// The list that a text with commas surely is within a body, where its items are numbers, ids (`is_id`), or values that the schema lists.
pub(super) fn list_in_body(text: &str, items: &View, is_id: &dyn Fn(&str) -> bool) -> Option<Value> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.len() < 2 {
        return None;
    }
    let are_ids = items.format() == "uuid" && parts.iter().all(|part| is_id(part));
    let as_text = || parts.iter().map(|part| Value::from(*part)).collect();
    numbers(&parts, items).or_else(|| (are_ids || are_listed(&parts, items)).then(as_text))
}
