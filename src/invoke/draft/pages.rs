//! By which parameter does a list name its pages, and from which number on?

use serde_json::Value;

use super::view::Schemas;
use crate::openapi::{Operation, Parameter, ParameterIn, SchemaLookup};

/// Names of parameters with the number of a page, in small letters without other characters.
const NAMES: [&str; 6] = ["page", "pageindex", "pageno", "pagenum", "pagenumber", "pagenr"];

/// How a description says of pages that they begin with 0, in small letters; with 1 the same with that number or word.
const BEGINNINGS: [[&str; 2]; 2] = [["0", "zero"], ["1", "one"]];

/// The parameter with the number of a list's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageParameter {
    /// Its name.
    pub name: String,
    /// The number of the first page; `None` where the manifest does not say.
    pub first: Option<u64>,
}

impl PageParameter {
    /// That of an operation. `first` is what its API's dialect knows of the first page.
    pub(crate) fn of(operation: &Operation, lookup: &dyn SchemaLookup, first: Option<u64>) -> Option<Self> {
        let in_query = || operation.parameters.iter().filter(|parameter| parameter.location == ParameterIn::Query);
        let plain = |name: &str| -> String {
            name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
        };
        let found = NAMES.iter().find_map(|name| in_query().find(|parameter| plain(&parameter.name) == *name))?;
        let first = first.or_else(|| said_first(found, &Schemas::new(lookup)));
        Some(Self { name: found.name.clone(), first })
    }

    /// The page after a number; after none, where the first is not known, 1: it is the second page or the first once more.
    pub(crate) fn after(&self, number: Option<u64>) -> u64 {
        number.or(self.first).unwrap_or(0).saturating_add(1)
    }
}

/// What a manifest says of the first page: by a default, by a description, by the least value where that is 1, or by an example of 0.
/// A least value of 0 and an example of 1 are often written without a thought.
fn said_first(parameter: &Parameter, schemas: &Schemas<'_>) -> Option<u64> {
    let view = schemas.view(&parameter.schema);
    let number = |key: &str| view.keywords.get(key).and_then(Value::as_u64);
    let words =
        format!("{} {}", parameter.description, view.keywords.get("description").and_then(Value::as_str).unwrap_or(""));
    let described = || {
        let words = words.to_ascii_lowercase();
        let says = |number: &str| {
            let forms = [
                "{}-based",
                "{} based",
                "{}-indexed",
                "{} indexed",
                "starting at {}",
                "starting from {}",
                "starting with {}",
                "starts at {}",
                "starts from {}",
                "starts with {}",
                "start at {}",
                "start from {}",
                "begins at {}",
                "begins with {}",
                "beginning with {}",
                "first page is {}",
                "({}..",
            ];
            forms.iter().any(|form| has_words(&words, &form.replace("{}", number)))
        };
        let said: Vec<bool> = BEGINNINGS.iter().map(|names| names.iter().any(|name| says(name))).collect();
        match said.as_slice() {
            [true, false] => Some(0),
            [false, true] => Some(1),
            _ => None,
        }
    };
    let example = || {
        let example = parameter.example.as_ref().or_else(|| view.keywords.get("example"));
        example.and_then(Value::as_u64).filter(|number| *number == 0)
    };
    let least = || {
        let above = number("exclusiveMinimum").map(|bound| bound + 1);
        number("minimum").or(above).filter(|least| *least == 1)
    };
    number("default").filter(|number| *number < 2).or_else(described).or_else(least).or_else(example)
}

/// Whether a text has these words, and not as parts of longer ones.
fn has_words(text: &str, words: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(words).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + words.len()..]);
        let begins = !goes_on(before.chars().next_back()) || !goes_on(words.chars().next());
        let ends = !goes_on(after.chars().next()) || !goes_on(words.chars().next_back());
        begins && ends
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn first(schema: Value, description: &str) -> Option<u64> {
        let parameter = json!({ "name": "page", "in": "query", "schema": schema, "description": description });
        said_first(&serde_json::from_value(parameter).unwrap(), &Schemas::new(&|_: &str| None::<Value>))
    }

    #[test]
    fn the_manifest_says_from_which_number_pages_are_counted_or_nobody_knows() {
        let plain = || json!({ "type": "integer" });
        for (schema, description, expected) in [
            (json!({ "type": "integer", "default": 0 }), "", Some(0)),
            (json!({ "type": "integer", "default": 1, "minimum": 0 }), "", Some(1)),
            (json!({ "type": "integer", "minimum": 1 }), "", Some(1)),
            (json!({ "type": "integer", "minimum": 0 }), "", None),
            (json!({ "type": "integer", "exclusiveMinimum": 0 }), "", Some(1)),
            (json!({ "type": "integer", "example": 0 }), "", Some(0)),
            (json!({ "type": "integer", "example": 1 }), "", None),
            (plain(), "Zero-based page index (0..N)", Some(0)),
            (plain(), "The page to return, starting at 1.", Some(1)),
            (plain(), "The first page is one; formerly 0-based", None),
            (plain(), "The page, at most 100-based", None),
            (plain(), "Read on from 100, starting at 10", None),
            (plain(), "Page number", None),
        ] {
            assert_eq!(first(schema.clone(), description), expected, "{schema} {description}");
        }
    }

    #[test]
    fn after_no_number_comes_the_second_page_or_the_first_once_more() {
        let page = |first| PageParameter { name: "page".to_owned(), first };
        assert_eq!((page(Some(1)).after(None), page(Some(0)).after(None), page(None).after(None)), (2, 1, 1));
        assert_eq!((page(None).after(Some(4)), page(Some(0)).after(Some(0))), (5, 1));
    }
}
