//! Which list has the record that a text names where its id belongs?
//!
//! `/companies/Contoso` is to be the company that is called so, and `/contacts/search` the search for one. The list stands in
//! front of the placeholder.

use std::collections::BTreeMap;

use super::Placing;
use crate::invoke::draft::content::record_schema;
use crate::invoke::draft::{Finding, Named};
use crate::openapi::Parameter;
use crate::surface::{Given, Said};

/// Words that ask for a search where an id belongs.
const SEARCHES: [&str; 7] = ["all", "filter", "find", "list", "lookup", "query", "search"];

impl Placing<'_, '_, '_> {
    /// Says of a text that is no id, which is the problem from `first` on, which list finds the record. `values` are those of the
    /// placeholders before it, as they stand in the path.
    pub(super) fn name_list(
        &mut self,
        parameter: &Parameter,
        text: &str,
        values: &BTreeMap<String, String>,
        first: usize,
    ) {
        let view = self.checker.schemas.view(&parameter.schema);
        let is_id = view.is("integer") || view.is("number") || matches!(view.format(), "uuid" | "guid");
        if !is_id || text.trim().is_empty() || text.trim().parse::<f64>().is_ok() {
            return;
        }
        let Some(template) = before(&self.asked.operation.path, &parameter.name) else { return };
        let Some(list) = (self.asked.list_at)(template) else { return };
        // What is wrong with an id before this one is said of that one.
        let path = if first == 0 { filled(template, values) } else { template.to_owned() };
        let records = record_schema(&list);
        let named = Named { list: &list, records, text: text.trim(), lookup: self.asked.lookup };
        let found = self.asked.habits.finding(&named);
        let is_search = SEARCHES.contains(&text.trim().to_lowercase().as_str());
        let (start, end) = if is_search {
            ("To search, call GET ", String::new())
        } else {
            ("An id belongs here: find it with GET ", format!(", and give it in place of `{}`", text.trim()))
        };
        let said = Said::from(format!("{start}{path}"));
        let (cure, offer) = match found {
            None => (said, format!("GET {path}")),
            Some(Finding { parameter, value: Some(value) }) if !is_search => {
                let offer = format!("GET {path} with {parameter}={value}");
                (said.text(" and ").given(Given::Pair { name: parameter, value }), offer)
            }
            Some(Finding { parameter, .. }) => {
                let offer = format!("GET {path} with {parameter}");
                (said.text(" and ").given(Given::Param(parameter.into_owned())), offer)
            }
        };
        if let Some(problem) = self.checker.problems.get_mut(first) {
            problem.cure = cure.text(format!("{end}."));
            problem.offers = vec![offer];
        }
    }
}

/// The template of the list whose records a placeholder names: what stands before it, where that ends in a word.
pub(super) fn before<'t>(template: &'t str, name: &str) -> Option<&'t str> {
    let (before, _) = template.split_once(&format!("/{{{name}}}"))?;
    let last = before.rsplit('/').next().unwrap_or_default();
    (!last.is_empty() && !last.contains('{')).then_some(before)
}

/// A template with the values that are known.
fn filled(template: &str, values: &BTreeMap<String, String>) -> String {
    let value = |segment: &str| values.get(segment.strip_prefix('{')?.strip_suffix('}')?).cloned();
    let segments = template.split('/').map(|segment| value(segment).unwrap_or_else(|| segment.to_owned()));
    segments.collect::<Vec<_>>().join("/")
}
