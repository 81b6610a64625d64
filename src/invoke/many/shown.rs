//! How is a plan shown, asked about and told apart from others?

use serde_json::{Value, json};

use super::Many;
use crate::canonical::text_of;
use crate::escape::{QUOTED, escape_controls, shortened};
use crate::invoke::client::{ApiAccess, CallError};
use crate::invoke::fingerprint::fingerprint;
use crate::invoke::risk::Risk;
use crate::invoke::shown::Shown;

/// Requests that are shown as they are sent.
const FIRST: usize = 3;
/// Records that are named.
const NAMED: usize = 20;

/// A plan as it is shown, made of the requests themselves.
pub(in crate::invoke) struct Planned {
    /// Hash of each request, in order.
    pub(in crate::invoke) requests: Vec<String>,
    /// Hash of all of them.
    pub(in crate::invoke) fingerprint: String,
    /// The worst that one of them can do.
    pub(in crate::invoke) risk: Risk,
    /// What they are, as an answer has it.
    pub(in crate::invoke) value: Value,
    /// How many are to be sent.
    pub(in crate::invoke) count: usize,
    whereto: String,
    texts: Vec<String>,
}

impl Planned {
    /// The plan; `access` is what is known of how to reach the API.
    ///
    /// # Errors
    /// As sending the first request that cannot be sent.
    pub(in crate::invoke) fn of(many: &Many, access: Option<&ApiAccess>) -> Result<Self, CallError> {
        let (mut requests, mut texts, mut values, mut whereto) = (Vec::new(), Vec::new(), Vec::new(), String::new());
        let mut all = blake3::Hasher::new();
        all.update(format!("{:?} {:?}", many.undoes, many.resumes).as_bytes());
        let mut risk = Risk::Read;
        let mut names = Vec::new();
        for each in &many.each {
            let shown = Shown::of(&each.order, access, &[])?;
            let request = fingerprint(&each.order, &[]);
            all.update(request.as_bytes());
            requests.push(request);
            // What is done already is not sent again, and not asked about.
            if !each.is_waiting() {
                continue;
            }
            names.push(&each.name);
            risk = risk.max(each.order.draft.risk);
            if names.len() <= FIRST {
                texts.push(shown.text());
                values.push(shown.value());
                whereto = shown.whereto();
            }
        }
        let count = names.len();
        let shown = |name: &&Value| Value::from(escape_controls(&shortened(&text_of(name), QUOTED)));
        let of: Vec<Value> =
            names.iter().take(NAMED).map(|name| if name.is_number() { (*name).clone() } else { shown(name) }).collect();
        let mut value = json!({ "count": count, "method": many.method, "path": many.path, "of": of });
        value["first"] = values.into();
        Ok(Self { requests, fingerprint: all.finalize().to_hex().to_string(), risk, value, count, whereto, texts })
    }

    /// What the user is asked.
    pub(in crate::invoke) fn question(&self, many: &Many, reason: &str) -> String {
        let count = self.count;
        let named: Vec<String> = self.value["of"].as_array().into_iter().flatten().map(text_of).collect();
        let more = if count > named.len() { format!(" and {} more", count - named.len()) } else { String::new() };
        let requests = if count == 1 { "request" } else { "requests" };
        let first = if count > FIRST { format!("The first {FIRST} of {count}:\n\n") } else { String::new() };
        let path = escape_controls(&many.path).into_owned();
        let text = format!(
            "{reason} Send {count} {requests} to {}?\n\n{} {path} for {}{more}\n\n{first}{}",
            escape_controls(&self.whereto),
            many.method,
            named.join(", "),
            self.texts.join("\n\n")
        );
        many.first().map_or(text.clone(), |order| order.redactor.text(&text).into_owned())
    }
}
