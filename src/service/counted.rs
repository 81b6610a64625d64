//! Which operation has the rows of which something is to be made, where the one that is called counts them?

use super::Service;
use super::asked::Call;
use super::matching::Resolved;
use crate::document::route::RouteKind;
use crate::error::Error;
use crate::invoke::sums::Plan as Sums;
use crate::openapi::Method;
use crate::search::Searcher;
use crate::surface::Said;

impl Service {
    /// Puts the list in the place of a call that counts what it has, where more is asked than their number; returns what is then made of
    /// the rows, and a note.
    pub(super) fn list_of_counted(
        searcher: &Searcher,
        call: &mut Call,
        found: &mut Resolved,
        sums: Option<Sums>,
    ) -> Result<(Option<Sums>, Option<Said>), Error> {
        let counts = &found.operation;
        let list = counts.path.strip_suffix("/count").filter(|_| counts.kind == RouteKind::Count);
        let (Some(asked), Some(list)) = (&sums, list.map(str::to_owned)) else { return Ok((sums, None)) };
        if asked.is_count() {
            return Ok((None, None));
        }
        let lists = searcher.store().by_template(&list)?.into_iter();
        let Some(operation) = lists.filter(|other| other.api == counts.api).find(|other| other.method == Method::Get)
        else {
            return Ok((sums, None));
        };
        let argument = asked.argument();
        let said = Said::new().argument(argument).text(format!(
            " is of rows, which `{}` has none of: those of `{}` are fetched",
            counts.path, operation.path
        ));
        let (path, query) = call.parts();
        let bare = path.trim_end_matches('/');
        let bare = bare.strip_suffix("/count").unwrap_or(bare);
        call.path = if query.is_empty() { bare.to_owned() } else { format!("{bare}?{query}") };
        found.operation = operation;
        Ok((sums, Some(said)))
    }
}
