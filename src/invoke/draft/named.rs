//! How is the record found that a text names where its id belongs?

use std::borrow::Cow;

use serde_json::Value;

use crate::openapi::{Operation, ParameterIn, SchemaLookup};

/// Parameters by which lists of many APIs are searched, best first, in small letters and without other characters.
const SEARCHED_BY: [&str; 9] =
    ["q", "search", "query", "searchterm", "searchtext", "keyword", "keywords", "name", "filter"];

/// A text that stands where an id belongs.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// The operation that lists the records.
    pub list: &'a Operation,
    /// The schema of its answer, where it is known.
    pub records: Option<&'a Value>,
    /// The text, as the caller gave it.
    pub text: &'a str,
    /// Gives the named schemas of the operation's API.
    pub lookup: &'a dyn SchemaLookup,
}

/// What a list is asked with to find records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the parameter.
    pub parameter: Cow<'static, str>,
    /// Its value; `None` where nobody can say how the API writes it.
    pub value: Option<String>,
}

impl Named<'_> {
    /// The parameter that searches the list, told by its name alone.
    pub fn by_search(&self) -> Option<Finding> {
        let queried = || self.list.parameters.iter().filter(|known| known.location == ParameterIn::Query);
        let plain = |name: &str| -> String {
            name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
        };
        let found = SEARCHED_BY.iter().find_map(|wanted| queried().find(|known| plain(&known.name) == *wanted))?;
        Some(Finding { parameter: found.name.clone().into(), value: None })
    }
}
