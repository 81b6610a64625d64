//! What does a single write replace?
//!
//! A client was shown the record before, and so it is known; or it is a new one. People at the command line or the page need not have seen it,
//! and it is read, once there is consent. Over MCP nothing leaves that was not shown.

use serde_json::{Map, Value};

use super::each::record;
use super::{Invoker, permitted};
use crate::clock::now_s;
use crate::invoke::caller::{Caller, owner};
use crate::invoke::client::ApiAccess;
use crate::invoke::many::kept::{Kept, after, before, form, holds_secret, touched};
use crate::invoke::order::Order;
use crate::invoke::seen::At;
use crate::journal::{Head, Item, Step};
use crate::openapi::Method;

/// Whether the record is read before a write whose former state is not known.
pub(super) fn reads_first(order: &Order, caller: &dyn Caller) -> bool {
    caller.reads_before_writes() && !caller.is_plan() && order.is_readable && order.draft.files().next().is_none()
}

impl Invoker {
    /// Reads what an order replaces; `None` where the caller may not read it, or the API does not answer it.
    pub(super) async fn read_before(&self, order: &Order, access: &ApiAccess, caller: &dyn Caller) -> Option<Kept> {
        let read = order.draft.reading_back(access.dialect())?;
        permitted(&Order { draft: read, ..order.clone() }, caller.policy()).ok()?;
        let fields = record(&self.client, access, &order.draft).await.ok()?;
        Some(before(&order.draft, &fields, &order.redactor))
    }

    /// What an order replaces; `None` where that is not known, or a plan keeps it.
    pub(super) fn replaced(&self, order: &Order, caller: &dyn Caller) -> Option<Option<Kept>> {
        let draft = &order.draft;
        if caller.is_plan() || draft.risk.is_read() || order.template.is_none() || draft.files().next().is_some() {
            return None;
        }
        match draft.method {
            Method::Post => Some(None),
            Method::Patch | Method::Put | Method::Delete => {
                let at = At { client: caller.name(), api: &order.api, path: &draft.path };
                let former = self.seen.former(at)?;
                let touched = touched(draft);
                let is_known = former.is_whole
                    || touched.is_some_and(|names| names.iter().all(|name| former.fields.contains_key(name)));
                is_known.then(|| Some(before(draft, &former.fields, &order.redactor)))
            }
            _ => None,
        }
    }

    /// Keeps a write that was made, and returns the number by which it is taken back. What cannot be kept is no fault of the call.
    pub(super) fn keep(
        &self,
        order: &Order,
        replaced: Option<Kept>,
        record: Option<&Value>,
        caller: &dyn Caller,
    ) -> Option<u64> {
        let (draft, redactor) = (&order.draft, &order.redactor);
        let id = record.map(|record| record["id"].clone()).filter(|id| id.is_number() || id.is_string());
        if draft.method == Method::Post && id.is_none() {
            return None;
        }
        let id = id.unwrap_or_default();
        let hidden = |value: &Value| if holds_secret("id", value, redactor) { Value::Null } else { value.clone() };
        let (before, unkept): (Option<Map<String, Value>>, _) =
            replaced.map_or((None, Vec::new()), |kept| (Some(kept.fields), kept.unkept));
        let path = redactor.text(&draft.path).into_owned();
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = if draft.method == Method::Post { hidden(&id) } else { hidden(&last.into()) };
        let head = Head {
            at_s: now_s(),
            client: owner(caller.name()).to_owned(),
            api: order.api.clone(),
            method: draft.method,
            path: path.clone(),
            call: String::new(),
            undoes: None,
            made: None,
        };
        let item = Item { name, item: Value::Null, request: String::new() };
        let steps = [
            Step::Sending { n: 0, path, form: form(draft), before, unkept },
            Step::Done { n: 0, id: hidden(&id), after: after(draft, record, redactor) },
        ];
        match self.journal.keep(&head, &item, &steps) {
            Ok(number) => Some(number),
            Err(error) => {
                tracing::warn!(path = %error.path.display(), source = %error.source, "a change was not kept, so it cannot be taken back");
                None
            }
        }
    }
}
