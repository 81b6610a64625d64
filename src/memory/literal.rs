//! How is a value put into a filter, so that it stays one value? Pure.

/// The place in a filter at which a value is put.
enum At {
    /// Within quotes, that begin at this byte.
    Quoted(char, usize),
    /// Within brackets, as dates are.
    Bracketed,
    /// Among names and numbers.
    Bare,
}

/// Puts a value between `done`, the filter so far, and `rest`, the filter behind it. Quotes around the value become the other kind
/// where the value has some of the first. `None` where the filter would read it as more or less than one value.
pub(super) fn put(done: &mut String, rest: &mut String, value: &str) -> Option<()> {
    match end_of(done) {
        At::Quoted(quote, _) if !value.contains(quote) => {}
        At::Quoted(quote, begins) => {
            let other = if quote == '\'' { '"' } else { '\'' };
            let ends = rest.find(quote)?;
            let around = [done.get(begins..)?, value, rest.get(..ends)?];
            if around.iter().any(|part| part.contains(other)) || done.get(begins + 1..)?.contains(quote) {
                return None;
            }
            let other = other.to_string();
            done.replace_range(begins..=begins, &other);
            rest.replace_range(ends..=ends, &other);
        }
        At::Bracketed if !value.contains(['[', ']', '\'', '"']) => {}
        At::Bare if value.split(',').all(|item| is_bare(item.trim())) => {}
        At::Bracketed | At::Bare => return None,
    }
    done.push_str(value);
    Some(())
}

fn end_of(filter: &str) -> At {
    let mut at = At::Bare;
    for (index, char) in filter.char_indices() {
        at = match (at, char) {
            (At::Bare, '\'' | '"') => At::Quoted(char, index),
            (At::Bare, '[') => At::Bracketed,
            (At::Quoted(quote, _), _) if quote == char => At::Bare,
            (At::Bracketed, ']') => At::Bare,
            (at, _) => at,
        };
    }
    at
}

/// A number, a date, a word: nothing that could be an operator, a bracket or two of them.
fn is_bare(item: &str) -> bool {
    !item.is_empty() && item.chars().all(|c| c.is_alphanumeric() || "-_.:+/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_never_ends_before_its_place_does() {
        for (before, value, after, expected) in [
            ("name='", "Contoso", "' and id=1", Some("name='Contoso' and id=1")),
            ("name='", "O'Neil", "' and id=1", Some("name=\"O'Neil\" and id=1")),
            ("a=\"b\" and name=\"", "the \"big\" one", "\"", Some("a=\"b\" and name='the \"big\" one'")),
            ("name like '%", "O'N", "%' or a='b'", Some("name like \"%O'N%\" or a='b'")),
            ("name='", "x' or true or name='", "' and id=1", Some("name=\"x' or true or name='\" and id=1")),
            ("name='", "it's \"so\"", "'", None),
            ("name='\"", "it's", "'", None),
            ("name='", "it's", "", None),
            ("id = ", "5", "", Some("id = 5")),
            ("id in (", "5, 6", ")", Some("id in (5, 6)")),
            ("id = ", "5 or id > 0", "", None),
            ("id = ", "5)", "", None),
            ("id = ", "", "", None),
            ("at > [", "2026-01-31T00:00:00Z", "]", Some("at > [2026-01-31T00:00:00Z]")),
            ("at > [", "2026-01-31] or id > [", "]", None),
        ] {
            let (mut done, mut rest) = (before.to_owned(), after.to_owned());
            let put = put(&mut done, &mut rest, value).map(|()| done + &rest);
            assert_eq!(put.as_deref(), expected, "{before}{value}{after}");
        }
    }
}
