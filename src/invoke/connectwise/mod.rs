//! What does ConnectWise's API ask for that no manifest states?
//!
//! From its Developer Guide, and from what users of the API report. [`ConnectWise`] answers the questions of
//! [`crate::invoke::dialect::Dialect`]; the parts below know one matter each.
//!
//! # Layout
//! - `dates`: a date in any form that the API reads; pure
//! - [`mod@access`]: the settings of the product's environment; `advice`: what looks wrong in them; `site`: where a company's API answers
//! - `audit`: how the audit trail is asked for one record
//! - `completed`: parameters that the manifest leaves out
//! - `demanded`: which fields a create needs that the manifest does not require
//! - [`conditions`]: the grammar of its filters; `filters`: which of them a call has, and what they filter; pure
//! - [`rules`]: what it refuses or ignores of a request; pure
//! - `parameters`: what names were to be that an operation lacks; `named`: the filter that finds what a text names
//! - `names`: how a list is asked for what a name may mean
//! - `referred`: the request that finds a record by what its references have no member for
//! - [`long`]: a query too long for a URL, sent as a search
//! - `writes`: what is wrong with a body that fits its schema; pure
//! - `steps`: what to do after a failure

pub mod access;
pub(super) mod advice;
mod audit;
mod completed;
pub mod conditions;
mod dates;
mod demanded;
mod filters;
mod finding;
pub(super) mod impersonation;
pub mod long;
mod named;
mod names;
mod parameters;
mod referred;
pub mod rules;
mod site;
mod steps;
mod writes;

use percent_encoding::percent_decode_str;
use serde_json::Value;

pub use access::{ConnectWiseCredentials, DEFAULT_VERSION, access};
pub(crate) use advice::REGIONS;
pub(super) use long::SEARCHES;

use super::acts;
use super::dialect::{
    Beside, CalledBelow, Comparison, Dialect, Failed, FilterField, Filtered, Findings, FlagWord, Parent, Parties,
    Steps, ValueWord, Walk,
};
use super::draft::{
    Draft, Finding, Giver, Habits, Home, Homeless, IdOf, MeantParameter, Members, Named, PageSizes, Problem, ReadDate,
    Referred, Sending, Unknown,
};
use super::naming::{NamedList, Naming};
use super::reading::{Reading, Table};
use super::risk::Reads;
use super::view::Aside;
use crate::openapi::{Method, Operation, Parameter};
use crate::store::{OperationRow, Store, StoreError};
use crate::surface::Said;

/// Rows of a page where the request does not say (Developer Guide).
const DEFAULT_PAGE_SIZE: usize = 25;
/// The largest page there is (Developer Guide).
pub const LARGEST_PAGE: usize = 1000;

/// Asks for forward-only paging, which is faster than by numbers (Developer Guide).
const FORWARD_ONLY: Walk = Walk { header: ("pagination-type", "forward-only"), parameter: "pageId" };

/// The members of a report's answer (`ReportDataResponse`).
const REPORT: Table = Table { columns: "column_definitions", rows: "row_values" };

/// Whether a path is that of a report's rows, `/system/reports/{reportName}`.
fn is_report(path: &str) -> bool {
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    path.strip_prefix("/system/reports/").is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// Last segments of GETs that act: they run a workflow's event, or log in elsewhere with stored credentials.
const ACTS: [&str; 3] = ["test", "testconnection", "testcredentials"];

/// ConnectWise PSA, formerly Manage.
#[derive(Clone, Copy, Debug)]
pub struct ConnectWise;

impl Reads for ConnectWise {
    fn is_search(&self, template: &str) -> bool {
        SEARCHES.contains(&template)
    }

    fn acts(&self, operation: &Operation) -> bool {
        self.acts_as_sent(&operation.path) || acts::says_so(operation)
    }

    fn acts_as_sent(&self, path: &str) -> bool {
        let decoded = percent_decode_str(path).decode_utf8_lossy().to_lowercase();
        let mut segments = decoded.rsplit(['/', '\\']).map(|segment| segment.split(';').next().unwrap_or_default());
        segments.find(|segment| !segment.is_empty()).is_some_and(|last| ACTS.contains(&last))
    }
}

impl Habits for ConnectWise {
    /// `clientId` is a credential that the manifest declares as an ordinary header of every operation; the edition that is configured
    /// stands in `Accept`.
    fn own_headers(&self) -> &'static [&'static str] {
        &["clientid", "accept"]
    }

    fn lists_of_names(&self) -> &'static [&'static str] {
        &["fields", "columns", conditions::ORDER]
    }

    fn meant(&self, unknown: &Unknown<'_>) -> Option<MeantParameter> {
        referred::meant(unknown).or_else(|| parameters::meant(unknown))
    }

    fn joined(&self, filters: &[&str]) -> String {
        parameters::joined(filters)
    }

    fn page_sizes(&self) -> PageSizes {
        PageSizes { default: Some(DEFAULT_PAGE_SIZE), largest: Some(LARGEST_PAGE) }
    }

    fn is_filter(&self, name: &str) -> bool {
        conditions::filters_or_orders(name)
    }

    /// Documents are uploaded as multipart: the API answers JSON with 415.
    fn is_upload(&self, operation: &Operation, data: &Value) -> bool {
        makes_document(operation) && demanded::has(data, "file")
    }

    /// The manifest misspells the flag of a document. Scripts of the API's users send references as they keep them, with `""`
    /// for what they do not know.
    fn members(&self) -> Members {
        Members { misprints: &[("readOnlyFlay", "readOnlyFlag")], empty_is_absent_in_references: true }
    }

    fn finding(&self, named: &Named<'_>) -> Option<Finding> {
        finding::finding(named).or_else(|| named.by_search())
    }

    fn referred(&self, referred: &Referred<'_>) -> Option<Home> {
        referred::referred(referred)
    }

    fn id_of(&self, path: &str, field: &str) -> Option<IdOf> {
        conditions::trade::ids_of(parameters::TITLE, path, field).map(|(lists, kind)| IdOf { lists, kind })
    }

    fn refers_by_name(&self, schema: &str) -> bool {
        names::is_reference(schema)
    }

    fn giver(&self, operation: &Operation, field: &str) -> Option<Giver> {
        writes::giver(operation, field)
    }

    fn coded(&self, schema: &str, called: &str) -> Option<(&'static str, &'static str)> {
        conditions::trade::code_of(parameters::TITLE, schema, called)
    }

    fn flags_called(&self, called: &str) -> Vec<&'static str> {
        conditions::trade::flags_of(parameters::TITLE, called)
    }

    fn code(&self, schema: &str) -> Option<(&'static str, &'static str)> {
        conditions::trade::first_code_of(parameters::TITLE, schema)
    }

    fn objections(&self, sending: &Sending<'_>) -> Vec<Problem> {
        writes::objections(sending)
    }

    fn lacks(&self, operation: &Operation, data: &Value) -> Option<Problem> {
        demanded::one_of(operation, data)
    }

    fn demanded(&self, operation: &Operation) -> &'static [&'static str] {
        demanded::of(operation)
    }

    fn usual(&self, operation: &Operation) -> &'static [&'static str] {
        demanded::usual(operation)
    }

    fn home(&self, homeless: &Homeless<'_>) -> Option<Home> {
        conditions::home(homeless)
    }

    fn completes_dates(&self) -> bool {
        true
    }

    fn read_date(&self, text: &str) -> Option<ReadDate> {
        dates::read(text)
    }
}

fn makes_document(operation: &Operation) -> bool {
    operation.method == Method::Post && operation.path.ends_with("/documents")
}

/// Forward-only paging is for lists, searches included, and not for the audit trail (Developer Guide).
fn may_go_forward_only(draft: &Draft) -> bool {
    draft.risk.is_read() && !draft.path.to_ascii_lowercase().contains("audittrail")
}

/// Whether a request asks for a place in a list, by which it is read on.
fn has_place(draft: &Draft) -> bool {
    draft.query.iter().any(|(name, _)| name == FORWARD_ONLY.parameter)
}

impl Dialect for ConnectWise {
    fn name(&self) -> &'static str {
        "connectwise"
    }

    /// `/v4_6_release/apis/3.0`, or another codebase in its place, such as `v2022_1` (Developer Guide).
    fn base_within<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (codebase, rest) = path.strip_prefix('/')?.split_once('/')?;
        let is_codebase = codebase.strip_prefix(['v', 'V'])?.starts_with(|first: char| first.is_ascii_digit());
        let rest = rest.strip_prefix("apis/3.0").filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        path.strip_suffix(rest).filter(|_| is_codebase)
    }

    fn parameters_beside(&self, operation: &Operation) -> Vec<Parameter> {
        completed::parameters_beside(operation)
    }

    /// `pageId` means nothing without the header (Developer Guide).
    fn headers_for(&self, draft: &Draft) -> Vec<(&'static str, &'static str)> {
        if has_place(draft) && may_go_forward_only(draft) { vec![FORWARD_ONLY.header] } else { Vec::new() }
    }

    /// Forward-only paging takes no `orderBy` and no page that was asked for. A search goes by numbers unless it was begun so.
    fn walk(&self, draft: &Draft) -> Option<Walk> {
        let has = |name: &str| draft.query.iter().any(|(known, _)| known == name);
        let is_list = draft.method == Method::Get || has_place(draft);
        let may = is_list && may_go_forward_only(draft) && !rules::is_ordered(draft) && !has("page");
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

    fn filter_example(&self, fields: &[FilterField<'_>]) -> Option<(&'static str, String)> {
        let compare = |field: &FilterField<'_>| match field {
            FilterField::Text(path) => format!("{path} contains \"X\""),
            FilterField::Choice(path, value) => format!("{path} = \"{value}\""),
            FilterField::Date(path) => format!("{path} > [2026-01-31T00:00:00Z]"),
            FilterField::Number(path) => format!("{path} > 0"),
            FilterField::Flag(path) => format!("{path} = false"),
        };
        let compared: Vec<String> = fields.iter().map(compare).collect();
        (!compared.is_empty()).then(|| (conditions::Kind::Conditions.parameter(), compared.join(" and ")))
    }

    fn filter_of(&self, comparisons: &[&Comparison]) -> Option<(&'static str, String)> {
        let compared: Vec<String> = comparisons.iter().map(|comparison| conditions::compared(comparison)).collect();
        (!compared.is_empty()).then(|| (conditions::Kind::Conditions.parameter(), compared.join(" and ")))
    }

    fn flag_words(&self) -> Vec<FlagWord> {
        conditions::flag_words()
    }

    fn amount_words(&self) -> Vec<FlagWord> {
        conditions::amount_words()
    }

    fn value_words(&self) -> Vec<ValueWord> {
        conditions::value_words()
    }

    fn parties(&self) -> Option<Parties> {
        let people = &["member", "owner", "assignTo", "assignedTo", "contact", "primarySalesRep", "salesRep"];
        Some(Parties { organisation: "company", people })
    }

    fn nothing_found(&self, query: &[(String, String)]) -> Option<Said> {
        conditions::nothing_found(query)
    }

    fn field_words(&self) -> Vec<(&'static str, Vec<&'static str>)> {
        conditions::field_words()
    }

    /// Links, and when the record was made and changed: its own filters call these `dateEntered` and `lastUpdated`.
    fn asides(&self) -> &'static [Aside] {
        &[Aside { name: "_info", lifted: &["dateEntered", "lastUpdated"] }]
    }

    fn called_below(&self, noun: &str, reads: bool) -> Vec<CalledBelow> {
        conditions::called_below(noun, reads)
    }

    fn of_parent(&self, parent: &Parent<'_>) -> Vec<(&'static str, String)> {
        let of_audit = audit::of_record(parent);
        if of_audit.is_empty() { conditions::of_parent(parent).into_iter().collect() } else { of_audit }
    }

    fn list_of(&self, reference: &str) -> Option<&'static str> {
        names::list_of(reference)
    }

    fn kept_within(&self, list: &str) -> Option<(&'static str, &'static str)> {
        names::kept_within(list)
    }

    fn naming(&self, named: &NamedList<'_>) -> Option<Naming> {
        names::naming(named)
    }

    fn advise(&self, draft: &Draft) -> Vec<Said> {
        rules::advise(draft)
    }

    /// There are no envelopes: an object is a record, or a report with columns and rows.
    fn reading(&self, draft: &Draft) -> Option<Reading> {
        Some(if draft.method == Method::Get && is_report(&draft.path) {
            Reading::Table(REPORT)
        } else {
            Reading::Record
        })
    }

    fn answers_json_alone(&self) -> bool {
        true
    }

    fn narrowing(&self, draft: &Draft) -> Option<String> {
        filters::narrowing(draft, is_report(&draft.path))
    }

    fn next_steps(&self, failed: &Failed<'_>) -> Steps {
        steps::of(failed)
    }
}
