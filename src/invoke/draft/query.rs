//! A query from text to wire: pairs in order, names repeated where they were, and the text that stands in the URL.

use std::ops::Deref;

use url::form_urlencoded;

use super::encode::{VALUE, WRITTEN, encoded, sendable};

/// Query parameters in order. It reads as a slice of decoded pairs; [`Self::encoded`] is what is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
    /// Each of the pairs as it stands in the URL.
    texts: Vec<String>,
    /// The whole as somebody wrote it, which may have empty places between the pairs.
    written: Option<String>,
    /// Whether it has a name that the operation does not declare, which an API may ignore without a word.
    pub(crate) has_unknown: bool,
}

impl Query {
    /// A query as it is written behind `?`, kept byte for byte: encoded is only what cannot stand in a URL. A fragment is
    /// no part of it.
    pub fn written(text: &str) -> Self {
        let text = text.split('#').next().unwrap_or_default();
        let pairs = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        let written = sendable(text, WRITTEN);
        let texts = written.split('&').filter(|text| !text.is_empty()).map(str::to_owned).collect();
        Self { pairs, texts, written: Some(written), has_unknown: false }
    }

    /// As it stands in the URL; empty where there is no query.
    pub fn encoded(&self) -> String {
        self.written.clone().unwrap_or_else(|| self.texts.join("&"))
    }

    /// The pairs, each with its text in the URL.
    pub fn with_texts(&self) -> impl Iterator<Item = (&(String, String), &str)> {
        self.pairs.iter().zip(self.texts.iter().map(String::as_str))
    }

    /// The pairs as they stand in the URL.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Adds a pair at the end.
    pub fn push(&mut self, pair: (String, String)) {
        let text = encode(std::slice::from_ref(&pair));
        self.push_as(pair, text);
    }

    /// Adds a pair at the end, with its text in the URL.
    pub(super) fn push_as(&mut self, pair: (String, String), text: String) {
        if let Some(written) = &mut self.written {
            if !written.is_empty() {
                written.push('&');
            }
            written.push_str(&text);
        }
        self.pairs.push(pair);
        self.texts.push(text);
    }

    /// Keeps the pairs that a test is true of, each with its text.
    pub fn retain(&mut self, mut keep: impl FnMut(&(String, String)) -> bool) {
        self.written = None;
        let all = std::mem::take(&mut self.pairs).into_iter().zip(std::mem::take(&mut self.texts));
        (self.pairs, self.texts) = all.filter(|(pair, _)| keep(pair)).unzip();
    }

    /// Gives a name these values, in place of those it has; at the end where it has none. Where it has just these, they
    /// keep their text.
    pub fn set(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        let values: Vec<String> = values.into_iter().collect();
        if self.pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value).eq(&values) {
            return;
        }
        let at = self.pairs.iter().position(|(known, _)| known == name).unwrap_or(self.pairs.len());
        self.retain(|(known, _)| known != name);
        let pairs: Vec<(String, String)> = values.into_iter().map(|value| (name.to_owned(), value)).collect();
        self.texts.splice(at..at, pairs.iter().map(|pair| encode(std::slice::from_ref(pair))));
        self.pairs.splice(at..at, pairs);
    }
}

impl Deref for Query {
    type Target = [(String, String)];

    fn deref(&self) -> &Self::Target {
        &self.pairs
    }
}

impl<'a> IntoIterator for &'a Query {
    type Item = &'a (String, String);
    type IntoIter = std::slice::Iter<'a, (String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.pairs.iter()
    }
}

impl From<Vec<(String, String)>> for Query {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let texts = pairs.iter().map(|pair| encode(std::slice::from_ref(pair))).collect();
        Self { pairs, texts, written: None, has_unknown: false }
    }
}

impl FromIterator<(String, String)> for Query {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Vec::from_iter(pairs).into()
    }
}

impl Extend<(String, String)> for Query {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, pairs: I) {
        pairs.into_iter().for_each(|pair| self.push(pair));
    }
}

/// `name=value` pairs, percent-encoded and joined.
pub(crate) fn encode(pairs: &[(String, String)]) -> String {
    let one = |(name, value): &(String, String)| format!("{}={}", encoded(name, VALUE), encoded(value, VALUE));
    pairs.iter().map(one).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(query: &Query) -> Vec<(&str, &str)> {
        query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn what_is_written_stays_as_it_is_written() {
        for text in
            ["ids=1&ids=2", "a=b+c&d=%2f%2F&e", "a=1&&b=", "", "x=(1,2);y=*!$@:/?", "q=%E2%82%AC", "p=m%7Cn|o&f[a]={}"]
        {
            assert_eq!(Query::written(text).encoded(), text);
        }
        for (text, sent) in [
            ("a=b c\"'<>", "a=b%20c%22%27%3C%3E"),
            ("a=100%&b=%a %zz", "a=100%25&b=%25a%20%25zz"),
            ("d>[2024]", "d%3E[2024]"),
            ("a=é€", "a=%C3%A9%E2%82%AC"),
            ("a=1#part&b=2", "a=1"),
            ("a=\r\n\u{0}", "a=%0D%0A%00"),
        ] {
            assert_eq!(Query::written(text).encoded(), sent);
        }
        assert_eq!(pairs(&Query::written("ids=1&x=a+b&ids=2")), [("ids", "1"), ("x", "a b"), ("ids", "2")]);
    }

    #[test]
    fn what_is_added_or_changed_is_in_the_text_too() {
        let mut query = Query::written("a=b+c");
        query.push(("d".to_owned(), "e f".to_owned()));
        assert_eq!(query.encoded(), "a=b+c&d=e%20f");
        query.set("a", ["x!".to_owned()]);
        assert_eq!(query.encoded(), "a=x%21&d=e%20f");
        let mut query = Query::written("a=1&b=2");
        query.retain(|(name, _)| name != "a");
        assert_eq!(query.encoded(), "b=2");
    }

    proptest! {
        #[test]
        fn a_url_takes_the_text_unchanged_and_a_server_reads_the_same_pairs(text in "\\PC{0,24}|[a-z=&%0-9A-F+'\\[ ]{0,24}") {
            let query = Query::written(&text);
            let mut url = url::Url::parse("https://x.example/").unwrap();
            url.set_query(Some(&query.encoded()));
            prop_assert_eq!(url.query().map(str::to_owned), Some(query.encoded()));
            let read: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(&read[..], &query[..]);
        }
    }
}
