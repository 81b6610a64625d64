//! An API of which nothing is known: its manifest and HTTP's specifications alone.

use serde_json::Value;

use super::acts;
use super::dialect::{Beside, Dialect, Failed, Filtered, Findings, Steps, Walk};
use super::draft::{Draft, Habits, Home, Homeless, MeantParameter, PageSizes, ReadDate, Unknown};
use super::reading::Reading;
use super::risk::Reads;
use crate::openapi::{Operation, Parameter};
use crate::store::{OperationRow, Store, StoreError};
use crate::surface::Said;

/// The dialect of every API that has no other.
#[derive(Clone, Copy, Debug)]
pub struct Generic;

impl Default for &'static dyn Dialect {
    fn default() -> Self {
        &Generic
    }
}

impl Reads for Generic {
    fn is_search(&self, _template: &str) -> bool {
        false
    }

    fn acts(&self, operation: &Operation) -> bool {
        acts::says_so(operation)
    }

    /// A segment of a path may be anybody's value.
    fn acts_as_sent(&self, _path: &str) -> bool {
        false
    }
}

impl Habits for Generic {
    fn own_headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn lists_of_names(&self) -> &'static [&'static str] {
        &[]
    }

    fn meant(&self, _unknown: &Unknown<'_>) -> Option<MeantParameter> {
        None
    }

    fn page_sizes(&self) -> PageSizes {
        PageSizes::default()
    }

    fn is_filter(&self, _name: &str) -> bool {
        false
    }

    fn is_upload(&self, _: &Operation, _: &Value) -> bool {
        false
    }

    fn home(&self, _homeless: &Homeless<'_>) -> Option<Home> {
        None
    }

    fn read_date(&self, _text: &str) -> Option<ReadDate> {
        None
    }
}

impl Dialect for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn base_within<'p>(&self, _path: &'p str) -> Option<&'p str> {
        None
    }

    fn parameters_beside(&self, _operation: &Operation) -> Vec<Parameter> {
        Vec::new()
    }

    fn headers_for(&self, _draft: &Draft) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    fn walk(&self, _draft: &Draft) -> Option<Walk> {
        None
    }

    fn counting(&self, _draft: &Draft, _beside: &Beside<'_>) -> Result<Option<Draft>, StoreError> {
        Ok(None)
    }

    fn shortened(&self, _draft: &Draft, _beside: &Beside<'_>) -> Result<Option<Draft>, StoreError> {
        Ok(None)
    }

    fn filtered(&self, _: &Store, _: &OperationRow, _: &Operation) -> Result<Option<Value>, StoreError> {
        Ok(None)
    }

    fn check_filters(&self, _filtered: &Filtered<'_>) -> Result<Findings, StoreError> {
        Ok(Findings::default())
    }

    fn advise(&self, _draft: &Draft) -> Vec<Said> {
        Vec::new()
    }

    fn reading(&self, _draft: &Draft) -> Option<Reading> {
        None
    }

    fn answers_json_alone(&self) -> bool {
        false
    }

    fn narrowing(&self, _draft: &Draft) -> Option<String> {
        None
    }

    fn next_steps(&self, _failed: &Failed<'_>) -> Steps {
        Steps::default()
    }
}
