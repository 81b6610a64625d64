//! Is a request of an extent that can be sent: once for each page, of so many rows, with a query that servers take?

use super::{PlanError, Wanted};
use crate::invoke::InvokeError;
use crate::invoke::draft::{Draft, Problem};
use crate::store::StoreError;
use crate::surface::{Argument, Place, Said};

/// Bytes of a query that is sent at most. No server is known to take as much: Cloudflare ends URLs at 32 kB, nginx, Apache, Tomcat and
/// Kestrel the line of a request at 8 kB, and IIS a query at 2,048 bytes, each by default.
const LONGEST_QUERY: usize = 32_768;

/// Refuses `all_pages` for a request that is no read, and a `max_items` of 0.
pub(super) fn check_extent(wanted: &Wanted<'_>, draft: &mut Draft) -> Result<(), InvokeError> {
    if let Some(sums) = wanted.sums.filter(|_| !draft.risk.is_read()) {
        let message = Said::from(format!("{} {} is no read, and ", draft.method, draft.path));
        let message = message.argument(sums.argument()).text(" is of what a read answers");
        return Err(InvokeError::Problems(vec![Problem::new(&sums.argument().into(), message, "Leave it out.")]));
    }
    if wanted.all_pages && !draft.risk.is_read() {
        return Err(InvokeError::Problems(vec![not_in_pages(draft)]));
    }
    match wanted.max_items {
        Some(0) => {
            let cure = "Give the number of rows after which to stop, 1 or more, or leave it out.";
            let problem =
                Problem::new(&Argument::MAX_ITEMS.into(), "0 rows are none, and nothing would be fetched", cure);
            return Err(InvokeError::Problems(vec![problem]));
        }
        Some(_) if !wanted.all_pages => {
            let unused = Said::new().argument(Argument::MAX_ITEMS).text(" has no effect without ");
            draft.notes.push(unused.argument(Argument::ALL_PAGES).text(": one page is asked for"));
        }
        _ => {}
    }
    Ok(())
}

/// Refuses a query that no server takes. It is of one argument, where that was written out whole; `search` is the operation that takes the
/// same in a body, where there is one.
pub(super) fn check_query(
    draft: &Draft,
    written: Option<Argument>,
    search: impl FnOnce() -> Result<Option<String>, StoreError>,
) -> Result<(), PlanError> {
    let length = draft.query.encoded().len();
    if length <= LONGEST_QUERY {
        return Ok(());
    }
    let longest = draft.query.iter().max_by_key(|(_, value)| value.len()).map(|(name, _)| Place::param(name));
    let place = written.map(Place::from).or(longest).unwrap_or_else(|| Argument::PARAMS.into());
    let message =
        format!("the query has {length} bytes, and no more than {LONGEST_QUERY} are sent: servers take no longer URLs");
    let cure = match search()? {
        Some(search) => {
            format!("Ask with `{search}`, which takes filters in its body, or ask for fewer values at a time.")
        }
        None => "Ask for fewer values at a time.".to_owned(),
    };
    Err(InvokeError::Problems(vec![Problem::new(&place, message, cure)]).into())
}

/// Why a request is not repeated for each page.
fn not_in_pages(draft: &Draft) -> Problem {
    let message = Said::from(format!("{} {} is no read, and ", draft.method, draft.path));
    let message = message.argument(Argument::ALL_PAGES).text(" sends the request again for every page");
    Problem::new(&Argument::ALL_PAGES.into(), message, "Leave it out.")
}
