//! Which fields does a filter compare with which values? Enough of the grammar for finding values, for any API's filters;
//! whether a filter is right is not asked here.

use std::ops::Range;

/// A comparison in a filter: `field operator value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison<'a> {
    /// The field, such as `company/id`.
    pub(super) field: &'a str,
    /// The operator, such as `>=` or `contains`.
    pub(super) operator: &'a str,
    /// Byte range of the value in the filter, without its quotes or brackets.
    pub(super) value: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Operator,
    Quoted,
    Other,
}

/// Finds all comparisons with one value each, in order. Text that is no filter usually has none.
pub(super) fn comparisons(text: &str) -> Vec<Comparison<'_>> {
    tokens(text).windows(3).filter_map(|window| comparison(text, window)).collect()
}

fn comparison<'a>(text: &'a str, window: &[(Kind, Range<usize>)]) -> Option<Comparison<'a>> {
    let at = |range: &Range<usize>| text.get(range.clone()).unwrap_or("");
    let [(Kind::Word, field), (operator_kind, operator), (value_kind, value), ..] = window else { return None };
    let is_operator = match operator_kind {
        Kind::Operator => true,
        Kind::Word => ["contains", "like"].iter().any(|word| at(operator).eq_ignore_ascii_case(word)),
        Kind::Quoted | Kind::Other => false,
    };
    let is_value = matches!(value_kind, Kind::Word | Kind::Quoted);
    (is_operator && is_value).then(|| Comparison { field: at(field), operator: at(operator), value: value.clone() })
}

/// Words of filter languages that are neither fields nor values.
const KEYWORDS: [&str; 18] = [
    "and",
    "or",
    "not",
    "in",
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "like",
    "contains",
    "startswith",
    "endswith",
    "is",
    "between",
    "any",
    "all",
];

/// Finds every value of a filter, those of lists and functions too (`id in (1, 2)`, `contains(name, 'x')`): each as a
/// comparison with the field before it.
pub(super) fn literals(text: &str) -> Vec<Comparison<'_>> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let (mut field, mut operator) = ("", "");
    let mut rest = tokens.as_slice();
    while let [(kind, range), ..] = rest {
        if let Some(one) = comparison(text, rest) {
            (field, operator) = (one.field, one.operator);
            found.push(one);
            rest = rest.get(3..).unwrap_or_default();
            continue;
        }
        let word = text.get(range.clone()).unwrap_or("");
        match kind {
            Kind::Quoted => found.push(Comparison { field, operator, value: range.clone() }),
            Kind::Word if word.starts_with(|c: char| c.is_ascii_digit()) => {
                found.push(Comparison { field, operator, value: range.clone() });
            }
            Kind::Word if KEYWORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) => {}
            Kind::Word => (field, operator) = (word, ""),
            Kind::Operator | Kind::Other => {}
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    found
}

fn tokens(text: &str) -> Vec<(Kind, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        // The end of the run of characters that `belongs` holds for.
        let mut run = |belongs: fn(char) -> bool| {
            let mut end = start + first.len_utf8();
            while let Some((at, c)) = rest.next_if(|(_, c)| belongs(*c)) {
                end = at + c.len_utf8();
            }
            start..end
        };
        let token = match first {
            c if c.is_whitespace() => continue,
            '=' | '<' | '>' | '!' => (Kind::Operator, run(|c| matches!(c, '=' | '<' | '>' | '!'))),
            '\'' | '"' | '[' => {
                let close = if first == '[' { ']' } else { first };
                let end = rest.by_ref().find(|(_, c)| *c == close).map_or(text.len(), |(at, _)| at);
                (Kind::Quoted, start + 1..end)
            }
            c if is_of_word(c) => (Kind::Word, run(is_of_word)),
            c => (Kind::Other, start..start + c.len_utf8()),
        };
        tokens.push(token);
    }
    tokens
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | ':' | '+' | '@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_found_in_filters() {
        for (text, expected) in [
            ("company/id = 123", "company/id = 123"),
            ("company/id=123 and status/name='New'", "company/id = 123; status/name = New"),
            ("dateEntered >= [2024-01-01T00:00:00Z]", "dateEntered >= 2024-01-01T00:00:00Z"),
            ("(id>5) or name contains \"it's\"", "id > 5; name contains it's"),
            ("id in (11, 12)", ""),
            ("summary != 'unclosed", "summary != unclosed"),
            ("Please call back", ""),
            ("", ""),
        ] {
            let found = comparisons(text)
                .into_iter()
                .map(|comparison| format!("{} {} {}", comparison.field, comparison.operator, &text[comparison.value]));
            assert_eq!(found.collect::<Vec<_>>().join("; "), expected, "{text}");
        }
    }

    #[test]
    fn values_of_lists_and_functions_are_found_too() {
        for (text, expected) in [
            ("id in (11, 12) and name = 'x'", "id 11; id 12; name x"),
            ("contains(name,'Acme') and status eq 'New'", "name Acme; status New"),
            ("board/name=\"Help Desk\"", "board/name Help Desk"),
            ("closedFlag = false and owner = null", "closedFlag false; owner null"),
            ("Please call back", ""),
        ] {
            let found = literals(text).into_iter().map(|one| format!("{} {}", one.field, &text[one.value]));
            assert_eq!(found.collect::<Vec<_>>().join("; "), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_range_is_within_its_text(text in "[ a-z0-9='\"\\[\\]<>()äß/.]{0,40}") {
            for comparison in comparisons(&text).into_iter().chain(literals(&text)) {
                proptest::prop_assert!(text.get(comparison.value).is_some());
            }
        }
    }
}
