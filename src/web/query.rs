//! The pairs of a query, each name once and none that nobody knows.

use std::str::FromStr;

/// The pairs of a query.
#[derive(Debug)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads a query; `known` are the names that it may have.
    ///
    /// # Errors
    /// What is wrong, and what to write instead.
    pub(super) fn read(query: &str, known: &[&str]) -> Result<Self, String> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() {
                    "it takes none".to_owned()
                } else {
                    format!("it takes {}", known.join(", "))
                };
                return Err(format!("there is no parameter {name:?}; {known}"));
            }
            if pairs.iter().any(|(there, _)| *there == name) {
                return Err(format!("{name} is given twice; give it once"));
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// A value; `None` where it is not given, or is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(there, _)| there == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A value that must be given.
    ///
    /// # Errors
    /// Where it is not.
    pub(super) fn needed(&self, name: &str) -> Result<&str, String> {
        self.text(name).ok_or_else(|| format!("{name} is missing; give it in the query, as in ?{name}=..."))
    }

    /// A value as what it has to be.
    ///
    /// # Errors
    /// Where it is none.
    pub(super) fn read_as<T: FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, String> {
        let read = |text: &str| text.parse().map_err(|_| format!("{name} is {text:?}, which is no {what}"));
        self.text(name).map(read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_what_is_wrong_with_it_is_named() {
        let read = |query: &str| Pairs::read(query, &["q", "limit"]);
        let pairs = read("q=open+tickets%21&limit=5").unwrap();
        assert_eq!((pairs.text("q"), pairs.read_as::<usize>("limit", "number")), (Some("open tickets!"), Ok(Some(5))));
        assert_eq!(read("q=").unwrap().text("q"), None);
        for (wrong, why) in [("x=1", "it takes q, limit"), ("q=1&q=2", "given twice")] {
            assert!(read(wrong).unwrap_err().contains(why), "{wrong}");
        }
        assert!(read("limit=many").unwrap().read_as::<usize>("limit", "number").unwrap_err().contains("no number"));
        assert!(read("").unwrap().needed("q").unwrap_err().contains("?q="));
    }
}
