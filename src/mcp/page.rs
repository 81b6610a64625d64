//! Lists in pages: which part of a list does a cursor stand for?
//!
//! A cursor is opaque to clients (MCP, "Pagination"). It holds the key of the last item shown, so that a list that changes in
//! between neither repeats nor skips what stayed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rmcp::ErrorData;
use rmcp::model::PaginatedRequestParams;
use serde::Serialize;

use crate::error::Error;
use crate::surface::Argument;

/// Items of a page where the client names no number: more than this server has of anything but stored results.
pub(super) const PAGE: usize = 100;

/// A text is no cursor of the list that is asked for.
#[derive(Debug, thiserror::Error)]
#[error("`{cursor}` is no cursor of this list; leave it out to begin again")]
pub(super) struct NoCursor {
    cursor: String,
}

impl From<NoCursor> for Error {
    fn from(error: NoCursor) -> Self {
        Self::Argument { argument: Argument::named("cursor"), reason: error.to_string().into() }
    }
}

/// Returns at most `count` items after a cursor, and the cursor of the next page. `key` must be unique; items are in
/// order.
///
/// # Errors
/// [`NoCursor`]
pub(super) fn cut<T>(
    items: Vec<T>,
    key: impl Fn(&T) -> String,
    cursor: Option<&str>,
    count: usize,
) -> Result<(Vec<T>, Option<String>), NoCursor> {
    let start = match cursor {
        None => 0,
        Some(cursor) => after(&items, &key, cursor).ok_or_else(|| NoCursor { cursor: cursor.to_owned() })?,
    };
    let is_more = items.len() - start > count;
    let shown: Vec<T> = items.into_iter().skip(start).take(count).collect();
    let next = shown.last().filter(|_| is_more).map(|last| URL_SAFE_NO_PAD.encode(key(last)));
    Ok((shown, next))
}

/// Returns the items that fit an answer's budget of characters as JSON, at least one, as [`cut`] does.
///
/// # Errors
/// As [`cut`].
pub(super) fn fit<T: Serialize>(
    items: Vec<T>,
    key: impl Fn(&T) -> String,
    cursor: Option<&str>,
    budget: usize,
) -> Result<(Vec<T>, Option<String>), NoCursor> {
    let (rest, _) = cut(items, &key, cursor, usize::MAX)?;
    let mut spent = 0;
    let fitting = rest.iter().take_while(|item| {
        spent += serde_json::to_string(item).map_or(0, |text| text.len());
        spent <= budget
    });
    let count = fitting.count().max(1);
    cut(rest, key, None, count)
}

/// Returns a page of [`PAGE`] items of one of the protocol's own lists.
///
/// # Errors
/// Invalid params for a text that is no cursor of this list.
pub(super) fn page<T>(
    items: Vec<T>,
    key: impl Fn(&T) -> String,
    request: Option<PaginatedRequestParams>,
) -> Result<(Vec<T>, Option<String>), ErrorData> {
    let cursor = request.and_then(|request| request.cursor);
    cut(items, key, cursor.as_deref(), PAGE).map_err(|error| ErrorData::invalid_params(error.to_string(), None))
}

fn after<T>(items: &[T], key: &impl Fn(&T) -> String, cursor: &str) -> Option<usize> {
    let last = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    items.iter().position(|item| key(item) == last).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(cursor: Option<String>) -> Option<PaginatedRequestParams> {
        Some(PaginatedRequestParams::default().with_cursor(cursor))
    }

    #[test]
    fn pages_together_are_the_list_also_when_it_grows_in_front() {
        let mut items: Vec<usize> = (0..250).collect();
        let (first, next) = page(items.clone(), usize::to_string, None).unwrap();
        assert_eq!((first.first(), first.len()), (Some(&0), PAGE));
        items.insert(0, 999);
        let (second, next) = page(items.clone(), usize::to_string, cursor(next)).unwrap();
        let (third, end) = page(items, usize::to_string, cursor(next)).unwrap();
        assert_eq!(second.into_iter().chain(third).collect::<Vec<_>>(), (100..250).collect::<Vec<_>>());
        assert_eq!(end, None);
    }

    #[test]
    fn what_fills_the_budget_is_shown_and_the_rest_follows() {
        let items: Vec<String> = (0..50).map(|number| format!("{number:0>10}")).chain(["x".repeat(500)]).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let (page, next) = fit(items.clone(), Clone::clone, cursor.as_deref(), 100).unwrap();
            assert!(page.len() == 1 || page.concat().len() <= 100);
            seen.extend(page);
            match next {
                Some(_) => cursor = next,
                None => break,
            }
        }
        assert_eq!(seen, items);
        assert!(fit(items, Clone::clone, Some("x"), 100).is_err());
    }

    #[test]
    fn what_is_no_cursor_is_refused_by_name() {
        for wrong in ["x", "", "\u{1F3AB}", &URL_SAFE_NO_PAD.encode("300")] {
            let refused = page(vec![1, 2], i32::to_string, cursor(Some(wrong.to_owned()))).unwrap_err();
            assert!(refused.message.contains(&format!("`{wrong}`")), "{refused:?}");
        }
        assert_eq!(page(Vec::<u8>::new(), u8::to_string, None).unwrap(), (Vec::new(), None));
    }
}
