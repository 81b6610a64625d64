//! What does ConnectWise's API ask for that no manifest states?
//!
//! From its Developer Guide, and from what users of the API report. [`ConnectWise`] answers the questions of
//! [`crate::invoke::dialect::Dialect`]; the parts below know one matter each.
//!
//! # Layout
//! - [`mod@access`]: the settings of the product's environment; `advice`: what looks wrong in them; `site`: where a company's API answers
//! - [`conditions`]: the grammar of its filters; `filters`: which of them a call has, and what they filter; pure
//! - [`rules`]: what it refuses or ignores of a request; pure
//! - [`long`]: a query too long for a URL, sent as a search
//! - `steps`: what to do after a failure

pub mod access;
pub(super) mod advice;
pub mod conditions;
mod filters;
pub mod long;
pub mod rules;
mod site;
mod steps;

use percent_encoding::percent_decode_str;
use serde_json::Value;

pub use access::{ConnectWiseCredentials, DEFAULT_VERSION, access};
pub(super) use long::SEARCHES;

use super::dialect::{Beside, Dialect, Failed, Filtered, Findings, Steps, Walk};
use super::draft::{Draft, Habits, PageSizes};
use super::risk::Reads;
use crate::openapi::{Method, Operation};
use crate::store::{OperationRow, Store, StoreError};
use crate::surface::Said;

/// Rows of a page where the request does not say (Developer Guide).
const DEFAULT_PAGE_SIZE: usize = 25;
/// The largest page there is (Developer Guide).
pub const LARGEST_PAGE: usize = 1000;

/// Asks for forward-only paging, which is faster than by numbers (Developer Guide).
const FORWARD_ONLY: Walk = Walk { header: ("pagination-type", "forward-only"), parameter: "pageId" };

/// Last segments of GETs that act: they run a workflow's event, or log in elsewhere with stored credentials.
const ACTS: [&str; 3] = ["test", "testconnection", "testcredentials"];

/// ConnectWise PSA, formerly Manage.
#[derive(Clone, Copy, Debug)]
pub struct ConnectWise;

impl Reads for ConnectWise {
    fn is_search(&self, template: &str) -> bool {
        SEARCHES.contains(&template)
    }

    fn acts(&self, template: &str, _operation_id: Option<&str>) -> bool {
        self.acts_as_sent(template)
    }

    fn acts_as_sent(&self, path: &str) -> bool {
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        ACTS.contains(&percent_decode_str(last).decode_utf8_lossy().to_lowercase().as_str())
    }
}

impl Habits for ConnectWise {
    /// `clientId` is a credential that the manifest declares as an ordinary header of every operation.
    fn own_headers(&self) -> &'static [&'static str] {
        &["clientid"]
    }

    fn lists_of_names(&self) -> &'static [&'static str] {
        &["fields", "columns", "orderBy"]
    }

    fn page_sizes(&self) -> PageSizes {
        PageSizes { default: Some(DEFAULT_PAGE_SIZE), largest: Some(LARGEST_PAGE) }
    }

    fn is_filter(&self, name: &str) -> bool {
        conditions::Kind::of_parameter(name).is_some() || name.eq_ignore_ascii_case("orderBy")
    }

    /// Documents are uploaded as multipart: the API answers JSON with 415.
    fn is_upload(&self, operation: &Operation, data: &Value) -> bool {
        operation.method == Method::Post && operation.path.ends_with("/documents") && data.get("file").is_some()
    }
}

impl Dialect for ConnectWise {
    fn name(&self) -> &'static str {
        "connectwise"
    }

    /// Forward-only paging takes no `orderBy`, no page that was asked for, and is not for the audit trail.
    fn walk(&self, draft: &Draft) -> Option<Walk> {
        let has = |name: &str| draft.query.iter().any(|(known, _)| known == name);
        let may = draft.method == Method::Get
            && !has("orderBy")
            && !has("page")
            && !draft.path.to_ascii_lowercase().contains("audittrail");
        may.then_some(FORWARD_ONLY)
    }

    fn counting(&self, draft: &Draft, beside: &Beside<'_>) -> Result<Option<Draft>, StoreError> {
        if draft.method != Method::Get {
            return Ok(None);
        }
        Ok(beside(Method::Get, "count")?.map(|counting| filters::count_of(draft, &counting)))
    }

    fn shortened(&self, draft: &Draft, beside: &Beside<'_>) -> Result<Option<Draft>, StoreError> {
        if !long::is_long(draft) {
            return Ok(None);
        }
        Ok(beside(Method::Post, "search")?.and_then(|search| long::as_search(draft, &search)))
    }

    fn filtered(
        &self,
        store: &Store,
        entry: &OperationRow,
        operation: &Operation,
    ) -> Result<Option<Value>, StoreError> {
        let takes_filters = operation.parameters.iter().any(|parameter| parameter.name == "conditions");
        if takes_filters { filters::filtered_schema(store, entry, operation) } else { Ok(None) }
    }

    fn check_filters(&self, filtered: &Filtered<'_>) -> Result<Findings, StoreError> {
        filters::check(filtered)
    }

    fn advise(&self, draft: &Draft) -> Vec<Said> {
        rules::advise(draft)
    }

    fn answers_json_alone(&self) -> bool {
        true
    }

    fn narrowing(&self, draft: &Draft) -> Option<String> {
        Some(filters::narrowing(draft))
    }

    fn next_steps(&self, failed: &Failed<'_>) -> Steps {
        steps::of(failed)
    }
}
