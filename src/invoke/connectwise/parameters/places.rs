//! Which page is it that other APIs ask for by the number of its first row?

use serde_json::Value;

use super::{OTHER_NAMES, plain};
use crate::invoke::connectwise::DEFAULT_PAGE_SIZE;
use crate::invoke::draft::{MeantParameter, Unknown};

/// Names of the number of rows before the first one, in small letters.
const OFFSETS: [&str; 8] = ["offset", "skip", "start", "startindex", "startat", "startrow", "pageoffset", "first"];

/// The page that begins with the row, or has it.
pub(super) fn page(unknown: &Unknown<'_>) -> Option<MeantParameter> {
    let is_offset = OFFSETS.contains(&plain(unknown.name).as_str()) && unknown.known.contains(&"page");
    let offset = number(unknown.value).filter(|_| is_offset)?;
    let (_, sizes) = OTHER_NAMES.iter().find(|(name, _)| *name == "pageSize")?;
    let is_size = |name: &str| name == "pagesize" || sizes.contains(&name);
    let given = unknown.beside.iter().find(|(name, _)| is_size(&plain(name))).and_then(|(_, value)| number(value));
    let size = given.filter(|size| *size > 0).or_else(|| u64::try_from(DEFAULT_PAGE_SIZE).ok())?;
    let page = offset / size + 1;
    let begins = (page - 1) * size;
    let rest =
        if begins == offset { String::new() } else { format!("; that page begins with row {begins}, counted from 0") };
    let why = format!("pages are counted here, from 1 and of {size} rows each, and no rows{rest}");
    Some(MeantParameter::Value { parameter: "page", value: page.to_string(), why })
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}
