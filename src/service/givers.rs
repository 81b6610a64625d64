//! Which operations list what the fields may be that a body lacks?

use super::lists::Lists;
use super::records::{fields_of, is_placeholder};
use crate::error::Error;
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::Problem;
use crate::search::Searcher;
use crate::store::OperationRow;
use crate::surface::Said;

/// Fields whose lists are named in one message.
const MOST_NAMED: usize = 4;

/// Adds to what a body lacks by which operation its values are listed. Lists below a record that nobody has named are left out.
pub(super) fn name_lists(
    searcher: &Searcher,
    entry: &OperationRow,
    dialect: &'static dyn Dialect,
    problems: &mut [Problem],
) -> Result<(), Error> {
    let Some(problem) = problems.iter_mut().find(|problem| !problem.lacks.is_empty()) else { return Ok(()) };
    let operation = searcher.store().operation(entry.doc)?;
    let content = operation.request_body.as_ref().and_then(|body| body.content.first());
    let record = content.map(|content| fields_of(searcher, entry, &content.schema)).unwrap_or_default();
    let lists = Lists::beside(searcher, entry, dialect);
    let is_reference = |field: &str| record.get(field).is_none_or(|schema| schema.get("$ref").is_some());
    let of_field = |field: &String| {
        let list = lists.of_field(field, &record).filter(|list| !list.path.split('/').any(is_placeholder))?;
        is_reference(field).then(|| format!("`{field}`: GET {}", list.path))
    };
    let named: Vec<String> = problem.lacks.iter().filter_map(of_field).take(MOST_NAMED).collect();
    if !named.is_empty() {
        let cure = std::mem::take(&mut problem.cure);
        problem.cure = cure.said(Said::from(format!(" Listed by {}.", named.join(", "))));
    }
    Ok(())
}
