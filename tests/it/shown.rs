//! Whether a request arrived as it was shown: in the answer, in a dry run and in the audit file.

use serde_json::Value;
use wiremock::Request;

/// How credentials are shown.
const SECRET: &str = "[secret]";

/// The whole address that a request was sent to; `root` is scheme and host.
pub fn url(root: &str, arrived: &Request) -> String {
    let query = arrived.url.query().map_or_else(String::new, |query| format!("?{query}"));
    format!("{root}{}{query}", arrived.url.path())
}

/// What differs between a request and the `request` of an answer; `None` where nothing does.
pub fn other_than_shown(root: &str, arrived: &Request, shown: &Value) -> Option<String> {
    if shown["method"] != arrived.method.as_str() {
        return Some(format!("{} was sent, shown: {}", arrived.method, shown["method"]));
    }
    other_url(&url(root, arrived), &shown["url"])
        .or_else(|| shown["headers"].as_object()?.iter().find_map(|(name, value)| other_header(arrived, name, value)))
        .or_else(|| other_body(arrived, &shown["body"]))
}

/// What differs between a request and its line in the audit file; `None` where nothing does.
pub fn other_than_audited(root: &str, arrived: &Request, line: &Value) -> Option<String> {
    if line["method"] != arrived.method.as_str() {
        return Some(format!("{} was sent, audited: {}", arrived.method, line["method"]));
    }
    // The boundary between parts is drawn by lot when they are sent, so that their hash is none of the bytes.
    let is_multipart = header(arrived, "content-type").starts_with("multipart/");
    let bytes = &arrived.body;
    let hash = if bytes.is_empty() { String::new() } else { blake3::hash(bytes).to_hex().to_string() };
    let same_body = is_multipart || line["body_blake3"] == hash.as_str();
    other_url(&url(root, arrived), &line["url"])
        .or_else(|| (!same_body).then(|| format!("{} is not what was sent: {}", line, String::from_utf8_lossy(bytes))))
}

fn header<'r>(arrived: &'r Request, name: &str) -> &'r str {
    arrived.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn other_url(sent: &str, shown: &Value) -> Option<String> {
    // In a query it is percent-encoded.
    let shown = &shown.as_str().unwrap_or_default().replace("%5Bsecret%5D", SECRET);
    let mut rest = sent;
    let mut same = true;
    for (number, part) in shown.split(SECRET).enumerate() {
        match rest.find(part) {
            Some(at) if number > 0 || at == 0 => rest = &rest[at + part.len()..],
            _ => same = false,
        }
    }
    same = same && (rest.is_empty() || shown.ends_with(SECRET));
    (!same).then(|| format!("sent to {sent}, shown: {shown}"))
}

fn other_header(arrived: &Request, name: &str, shown: &Value) -> Option<String> {
    let (sent, shown) = (header(arrived, name), shown.as_str().unwrap_or_default());
    let same = shown.contains(SECRET) || sent == shown || sent.starts_with(&format!("{shown};"));
    (!same).then(|| format!("{name}: {sent} was sent, shown: {shown}"))
}

fn other_body(arrived: &Request, shown: &Value) -> Option<String> {
    let bytes = &arrived.body;
    let text = String::from_utf8_lossy(bytes);
    let differs = |same: bool| (!same).then(|| format!("the body {text} was shown as {shown}"));
    if shown.is_null() {
        return differs(bytes.is_empty());
    }
    if let Some(form) = shown.get("form") {
        let sent: Vec<(String, String)> = url::form_urlencoded::parse(bytes).into_owned().collect();
        return differs(pairs(form) == sent);
    }
    let parts: Vec<(String, String)> = if let Some(fields) = shown.get("multipart") {
        pairs(fields).into_iter().map(|(name, value)| (format!("name=\"{name}\""), value)).collect()
    } else if let Some(parts) = shown.get("parts") {
        parts.as_array().unwrap().iter().map(part).collect()
    } else {
        return differs(shown.to_string().as_bytes() == bytes.as_slice());
    };
    let all_there = parts.iter().all(|(head, value)| text.contains(&format!("{head}\r\n\r\n{value}\r\n")));
    differs(all_there && text.matches("Content-Disposition").count() == parts.len())
}

/// The end of a part's head, and its content.
fn part(shown: &Value) -> (String, String) {
    let of = |name: &str| shown[name].as_str().unwrap_or_default();
    let kind = shown["content_type"].as_str().map_or_else(String::new, |kind| format!("\r\nContent-Type: {kind}"));
    (format!("name=\"{}\"{kind}", of("field")), of("text").to_owned())
}

fn pairs(shown: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match shown {
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        list => list.as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect(),
    }
}
