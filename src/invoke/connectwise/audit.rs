//! How is the audit trail asked for what happened to one record?
//!
//! The trail is one list for records of every kind. Its parameters `type` and `id` say which record is meant (Developer Guide).

use serde_json::Value;

use crate::document::words::singular;
use crate::invoke::dialect::Parent;
use crate::invoke::pairs::kinds_named;

/// Path of the trail.
const TRAIL: &str = "/system/audittrail";

/// The schema whose members are parameters of the trail.
const ASKED: &str = "AuditTrailEntryGetRequest";

/// The parameters of the trail for one record; empty for other lists, and for records of which there is no trail.
pub(super) fn of_record(parent: &Parent<'_>) -> Vec<(&'static str, String)> {
    if parent.list.path != TRAIL {
        return Vec::new();
    }
    let schema = parent.lookup.schema(ASKED).unwrap_or_default();
    let kinds = schema.pointer("/properties/type/enum").and_then(Value::as_array);
    let kinds: Vec<&str> = kinds.into_iter().flatten().filter_map(Value::as_str).collect();
    // Paths have `purchaseorders`, in small letters.
    let last = singular(parent.owner.rsplit(' ').next().unwrap_or_default());
    let by_letters = || kinds.iter().find(|kind| kind.eq_ignore_ascii_case(&last)).copied();
    match kinds_named(&kinds, parent.owner).first().copied().or_else(by_letters) {
        Some(kind) => vec![("type", kind.to_owned()), ("id", parent.id.to_owned())],
        None => Vec::new(),
    }
}
