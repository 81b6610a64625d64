//! How is a request shown: in an answer, in a question, in the audit file? Everywhere as it is sent, with secrets hidden.

use serde_json::{Map, Value, json};

use super::client::{ApiAccess, CallError, Preview, check_path, preview};
use super::draft::{Body, Content, Draft, Part, encode};
use super::file_content::FileContent;
use super::fingerprint::Parts;
use super::order::Order;
use crate::escape::{escape_controls, escape_controls_but_lines};
use crate::redact::{Redactor, name_apart};

/// A request as it is sent, made once and shown from.
pub(super) struct Shown<'a> {
    order: &'a Order,
    /// The contents of its files, in order.
    contents: &'a [FileContent],
    host: Option<String>,
    preview: Option<Preview>,
    /// Whether the URL is known: not where only the site of the API is, or nothing of it.
    has_url: bool,
}

impl<'a> Shown<'a> {
    /// The request; `access` is what is known of how to reach the API.
    ///
    /// # Errors
    /// [`CallError::Path`] and [`CallError::Header`], as sending would.
    pub(super) fn of(
        order: &'a Order,
        access: Option<&ApiAccess>,
        contents: &'a [FileContent],
    ) -> Result<Self, CallError> {
        let Some(access) = access else {
            check_path(&order.draft.path)?;
            return Ok(Self { order, contents, host: None, preview: None, has_url: false });
        };
        let preview = preview(access, &order.draft)?;
        let (host, has_url) = (Some(access.base_url().host()), access.site().is_none());
        Ok(Self { order, contents, host, preview: Some(preview), has_url })
    }

    /// The whole URL, or as much of it as is known.
    pub(super) fn url(&self) -> String {
        match &self.preview {
            Some(preview) if self.has_url => preview.url.clone(),
            _ => {
                let Draft { path, query, .. } = &self.order.draft;
                let query = query.encoded();
                let url = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
                self.order.redactor.text(&url).into_owned()
            }
        }
    }

    /// The headers that the caller gave.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let given = &self.order.draft.headers;
        match &self.preview {
            Some(preview) => {
                let is_given = |name: &str| given.iter().any(|(known, _)| known.trim().eq_ignore_ascii_case(name));
                preview.headers.iter().filter(|(name, _)| is_given(name)).cloned().collect()
            }
            None => given.clone(),
        }
    }

    /// The request as an answer shows it; that of a dry run has every header.
    pub(super) fn value(&self) -> Value {
        let draft = &self.order.draft;
        let mut shown = Map::new();
        shown.insert("method".to_owned(), draft.method.as_str().into());
        if self.has_url {
            shown.insert("url".to_owned(), self.url().into());
        } else {
            shown.insert("path".to_owned(), draft.path.clone().into());
            // Lists whose items hold what stands between them show apart in the text alone.
            let is_plain = encode(&draft.query) == draft.query.encoded();
            let query = if is_plain { pairs(&draft.query) } else { draft.query.encoded().into() };
            shown.insert("query".to_owned(), query);
        }
        let headers = match &self.preview {
            Some(preview) if self.order.dry_run => preview.headers.clone(),
            _ => self.headers(),
        };
        if !headers.is_empty() {
            shown.insert("headers".to_owned(), pairs(&headers));
        }
        if let Some(body) = self.body() {
            shown.insert("body".to_owned(), body);
        }
        masked(shown.into(), &self.order.redactor)
    }

    fn body(&self) -> Option<Value> {
        Some(match self.order.draft.body.as_ref()? {
            Body::Json(value) => value.clone(),
            Body::Form(form) => {
                let mut shown = json!({ "form": pairs(form.fields()) });
                // Of a delimiter and of what is no delimiter the fields show the same.
                if encode(form.fields()) != form.encoded() {
                    shown["encoded"] = form.encoded().into();
                }
                shown
            }
            Body::Multipart(parts) => multipart(parts, self.contents),
            Body::File { media_type, path } => {
                let mut file = json!({ "path": path });
                FileContent::add_to(self.contents.first(), &mut file);
                json!({ "media_type": media_type, "file": file })
            }
            Body::Text { media_type, text } => json!({ "media_type": media_type, "text": text }),
        })
    }

    /// What the user is asked: the first line of the request is its method and URL, then its headers, then its query where
    /// the URL has it encoded, then its body. Of no value a part can be taken for another of these.
    pub(super) fn question(&self, reason: &str) -> String {
        let text = format!("{reason} Send it to {}?\n\n", escape_controls(&self.whereto()));
        self.order.redactor.text(&text).into_owned() + &self.text()
    }

    /// The API, and its host where that is known.
    pub(super) fn whereto(&self) -> String {
        let at = self.host.as_ref().map(|host| format!(" at {host}")).unwrap_or_default();
        format!("{}{at}", self.order.api)
    }

    /// The request as a question shows it.
    pub(super) fn text(&self) -> String {
        let Draft { method, query, .. } = &self.order.draft;
        let mut text = format!("{method} {}", escape_controls(&self.url()));
        for (name, value) in self.headers() {
            text.push_str(&format!("\n{}: {}", escape_controls(&name), escape_controls(&value)));
        }
        for ((name, value), sent) in query.with_texts() {
            let pair = format!("{name}={value}");
            // A credential of the configuration takes the place of one in the call, and is hidden.
            let is_encoded = sent != pair && !self.hides(name);
            if is_encoded {
                text.push_str(&format!("\nin the query: {}", escape_controls(&pair)));
            }
        }
        if let Some(body) = self.body() {
            let body = serde_json::to_string_pretty(&body).unwrap_or_else(|_| body.to_string());
            text.push_str(&format!("\n{}", escape_controls_but_lines(&body)));
        }
        for record in &self.order.resolved {
            let text_of =
                |member: &str| record[member].as_str().map_or_else(|| record[member].to_string(), str::to_owned);
            let (at, id, name) = (text_of("at"), text_of("id"), text_of("name"));
            text.push_str(&format!(
                "\n{}: {} is \"{}\"",
                escape_controls(&at),
                escape_controls(&id),
                escape_controls(&name)
            ));
        }
        self.order.redactor.text(&text).into_owned()
    }

    fn hides(&self, name: &str) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.hidden.iter().any(|hidden| hidden == name))
    }
}

/// Fields and one file as long as there is nothing more to say, else every part.
fn multipart(parts: &[Part], contents: &[FileContent]) -> Value {
    let mut contents = contents.iter();
    let is_plain = |part: &Part| part.headers.is_empty() && (part.content_type.is_none() || part.file().is_some());
    let files = parts.iter().filter(|part| part.file().is_some()).count();
    if files <= 1 && parts.iter().all(is_plain) {
        let texts: Vec<_> = parts.iter().filter(|part| part.file().is_none()).collect();
        let texts: Vec<_> = texts.iter().map(|part| (part.name.clone(), part.as_text().to_owned())).collect();
        let file = parts.iter().find_map(|part| Some((part, part.file()?))).map(|(part, path)| {
            let mut file = json!({ "field": part.name, "path": path });
            add_type(part, &mut file);
            FileContent::add_to(contents.next(), &mut file);
            file
        });
        return json!({ "multipart": pairs(&texts), "file": file });
    }
    let shown = parts.iter().map(|part| {
        let mut shown = json!({ "field": part.name });
        add_type(part, &mut shown);
        if !part.headers.is_empty() {
            shown["headers"] = pairs(&part.headers);
        }
        match &part.content {
            Content::Text(text) => shown["text"] = text.as_str().into(),
            Content::File(path) => {
                shown["path"] = json!(path);
                FileContent::add_to(contents.next(), &mut shown);
            }
        }
        shown
    });
    json!({ "parts": shown.collect::<Vec<_>>() })
}

fn add_type(part: &Part, shown: &mut Value) {
    if let Some(content_type) = &part.content_type {
        shown["content_type"] = content_type.as_str().into();
    }
}

/// Pairs as an object, or as a list of them where a name repeats: of an object only the last would be seen.
fn pairs(list: &[(String, String)]) -> Value {
    let object: Map<String, Value> =
        list.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    if object.len() == list.len() { object.into() } else { json!(list) }
}

/// A value without secrets, in names and texts alike.
fn masked(value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => redactor.text(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| masked(item, redactor)).collect(),
        Value::Object(members) => {
            let mut shown = Map::new();
            for (name, value) in members {
                let name = name_apart(redactor.text(&name).into_owned(), |name| shown.contains_key(name));
                shown.insert(name, masked(value, redactor));
            }
            shown.into()
        }
        other => other,
    }
}

/// What the audit file says of a body.
pub(super) struct Written {
    /// Names of the top-level fields, or of those a PATCH changes.
    pub(super) fields: Vec<String>,
    /// Its hash; empty where no byte of a body is sent, as of a form without fields.
    pub(super) blake3: String,
}

impl Written {
    /// The hash is of the bytes that are sent; of a body in parts, whose boundary is made anew each time, of its fields and
    /// its file.
    pub(super) fn of(draft: &Draft, contents: &[FileContent]) -> Self {
        let hash = |text: &str| match text {
            "" => String::new(),
            text => blake3::hash(text.as_bytes()).to_hex().to_string(),
        };
        let members = |value: &Value| match value {
            Value::Object(object) => object.keys().cloned().collect(),
            Value::Array(items) => {
                items.iter().filter_map(|item| item.get("path")?.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        };
        match &draft.body {
            None => Self { fields: Vec::new(), blake3: String::new() },
            Some(Body::Json(value)) => Self { fields: members(value), blake3: hash(&value.to_string()) },
            Some(Body::Form(form)) => Self {
                fields: form.fields().iter().map(|(name, _)| name.clone()).collect(),
                blake3: hash(form.encoded()),
            },
            Some(Body::Multipart(of_body)) => {
                let mut parts = Parts::default();
                parts.add_parts(of_body, contents, false);
                Self { fields: of_body.iter().map(|part| part.name.clone()).collect(), blake3: parts.hex() }
            }
            Some(Body::File { .. }) => {
                let sent = contents.first().filter(|content| content.bytes > 0);
                let blake3 = sent.map(|content| content.blake3.clone()).unwrap_or_default();
                Self { fields: Vec::new(), blake3 }
            }
            Some(Body::Text { text, .. }) => {
                let read = serde_json::from_str(text).ok();
                Self { fields: read.as_ref().map(members).unwrap_or_default(), blake3: hash(text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::invoke::fingerprint::fingerprint;
    use crate::invoke::order::tests::{form, order};

    fn question(order: &Order) -> String {
        Shown::of(order, order.access.as_ref().ok(), &[]).unwrap().question("It changes data.")
    }

    #[test]
    fn a_question_shows_every_pair_header_and_field_as_it_is_sent() {
        let fields = form(&[("tag", "evil"), ("tag", "good"), ("note", "a\nb")]);
        insta::assert_snapshot!(question(&order("ids=1&ids=2&q=a%20b", &[("X-Tenant", "PRODUCTION")], fields)), @r#"
        It changes data. Send it to shop at shop.example?

        DELETE https://shop.example/v2/items?ids=1&ids=2&q=a%20b
        x-tenant: PRODUCTION
        in the query: q=a b
        {
          "form": [
            [
              "tag",
              "evil"
            ],
            [
              "tag",
              "good"
            ],
            [
              "note",
              "a\nb"
            ]
          ]
        }
        "#);
    }

    #[test]
    fn a_body_without_a_byte_has_no_hash() {
        let blake3 = |body| Written::of(&order("", &[], body).draft, &[]).blake3;
        let text = |text: &str| Some(Body::Text { text: text.to_owned(), media_type: "text/plain".to_owned() });
        for (empty, filled) in [(form(&[]), form(&[("a", "")])), (text(""), text(" "))] {
            assert_eq!(blake3(empty), "");
            assert_eq!(blake3(filled).len(), 64);
        }
    }

    #[test]
    fn no_character_of_a_question_deceives() {
        let query = "a=%0Ain%20the%20query:%20b=c%E2%80%AE";
        let text = question(&order(query, &[], form(&[("x", "a\u{202e}b\u{9b}\u{2028}\u{200b}")])));
        assert!(text.contains("in the query: a=\\u000ain the query: b=c\\u202e"), "{text}");
        assert!(text.contains("a\\u202eb\\u009b\\u2028\\u200b"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("in the query")).count(), 1, "{text}");
    }

    fn as_part(path: &std::path::Path) -> Body {
        Body::Multipart(vec![Part { content: Content::File(path.to_owned()), ..Part::text("file", "") }])
    }

    #[test]
    fn what_a_delimiter_is_shows_in_the_text_that_is_sent() {
        let list = form(&[("n", "a,b")]);
        let shown = Shown::of(&order("", &[], list), None, &[]).unwrap().value();
        assert_eq!(shown["body"], json!({ "form": { "n": "a,b" } }));
    }

    #[tokio::test]
    async fn a_file_counts_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let hash = async |text: &str, path: &PathBuf| {
            std::fs::write(path, text).unwrap();
            let mut hashes = Vec::new();
            for body in [as_part(path), Body::File { media_type: "text/plain".to_owned(), path: path.clone() }] {
                let order = order("", &[], Some(body));
                let contents = FileContent::of(&order.draft).await.unwrap();
                let shown = Shown::of(&order, None, &contents).unwrap().value();
                assert_eq!(shown["body"]["file"]["bytes"], text.len());
                hashes.push((fingerprint(&order, &contents), Written::of(&order.draft, &contents).blake3));
            }
            hashes
        };
        let (one, two, again) = (hash("one", &path).await, hash("two", &path).await, hash("one", &path).await);
        assert_eq!(one, again);
        assert!(one.iter().zip(two).all(|(one, two)| one.0 != two.0 && one.1 != two.1));
        std::fs::remove_file(&path).unwrap();
        let error = FileContent::of(&order("", &[], Some(as_part(&path))).draft).await.unwrap_err();
        assert!(matches!(error, CallError::Upload { .. }), "{error}");
    }

    #[tokio::test]
    async fn every_part_is_shown_with_its_type_and_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("1.png"), folder.path().join("2.png"));
        std::fs::write(&one, "one").unwrap();
        std::fs::write(&two, "three").unwrap();
        let file = |path: &PathBuf| Part {
            content_type: Some("image/png".to_owned()),
            content: Content::File(path.clone()),
            ..Part::text("pictures", "")
        };
        let meta = Part {
            content_type: Some("application/json".to_owned()),
            headers: vec![("X-Kind".to_owned(), "meta".to_owned())],
            ..Part::text("meta", "{\"x\":1}")
        };
        let parts = vec![Part::text("tag", "a"), Part::text("tag", "b"), meta, file(&one), file(&two)];
        let order = order("", &[], Some(Body::Multipart(parts)));
        let contents = FileContent::of(&order.draft).await.unwrap();
        let body = Shown::of(&order, None, &contents).unwrap().value()["body"].take();
        let parts = body["parts"].as_array().unwrap();
        assert_eq!(
            parts[..3],
            [
                json!({ "field": "tag", "text": "a" }),
                json!({ "field": "tag", "text": "b" }),
                json!({ "field": "meta", "content_type": "application/json", "headers": { "X-Kind": "meta" }, "text": "{\"x\":1}" }),
            ]
        );
        assert_eq!((&parts[3]["bytes"], &parts[4]["bytes"]), (&json!(3), &json!(5)), "{body}");
        assert_eq!(parts[4]["content_type"], "image/png");
        assert_eq!(Written::of(&order.draft, &contents).fields, ["tag", "tag", "meta", "pictures", "pictures"]);
        std::fs::write(&two, "other").unwrap();
        let changed = FileContent::of(&order.draft).await.unwrap();
        assert_ne!(fingerprint(&order, &contents), fingerprint(&order, &changed));
    }
}
