//! A URL was named where a file belongs: by which command is the file fetched, and what is it called then?

use url::Url;

use crate::memory::secrets::is_secret_name;
use crate::redact::MASK;

/// The address of a manifest on the web. Shown without what looks like credentials in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    shown: String,
    file: String,
}

/// Name of the file, where the URL's own has no ending of a manifest.
const FILE: &str = "manifest.json";

/// Reads a text as an address; `None` where it is none of the web's.
pub(super) fn read(text: &str) -> Option<WebAddress> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    // What was typed is the user's, and still no part of a message that may be logged or sent on.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let masked = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        let value = if is_secret_name(&name) || name.eq_ignore_ascii_case("key") { MASK.into() } else { value };
        (name.into_owned(), value.into_owned())
    };
    let pairs: Vec<(String, String)> = url.query_pairs().map(masked).collect();
    let shown = if pairs.iter().any(|(_, value)| value == MASK) {
        url.set_query(None);
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{url}?{}", pairs.join("&"))
    } else {
        url.to_string()
    };
    let own = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let has_ending = [".json", ".yaml", ".yml"].iter().any(|ending| own.to_ascii_lowercase().ends_with(ending));
    let file = if has_ending && !own.starts_with(['.', '-']) && own.chars().all(is_plain) { own } else { FILE };
    Some(WebAddress { shown, file: file.to_owned() })
}

impl WebAddress {
    /// The command that fetches it, for a shell: follows redirects, and leaves no file where the server refuses.
    pub(super) fn fetch(&self) -> String {
        let quote = if cfg!(windows) { '"' } else { '\'' };
        // A URL that was parsed has neither quote but `'`, which may stand in a path or a query.
        let url = self.shown.replace('\'', "%27");
        format!("curl -fL -o {} {quote}{url}{quote}", self.file)
    }

    /// Name of the file that the command makes.
    pub(super) fn file(&self) -> &str {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_answered_with_the_command_that_fetches_it() {
        let said = |text: &str| read(text).map(|address| address.fetch().replace('"', "'"));
        for (url, command) in [
            ("https://acme.example/v3/openapi.json", "curl -fL -o openapi.json 'https://acme.example/v3/openapi.json'"),
            ("HTTP://acme.example/Spec.YAML", "curl -fL -o Spec.YAML 'http://acme.example/Spec.YAML'"),
            (
                "https://acme.example/docs?format=json&v=2",
                "curl -fL -o manifest.json 'https://acme.example/docs?format=json&v=2'",
            ),
            ("https://acme.example", "curl -fL -o manifest.json 'https://acme.example/'"),
            ("https://acme.example/a'b/-o.json", "curl -fL -o manifest.json 'https://acme.example/a%27b/-o.json'"),
        ] {
            assert_eq!(said(url).as_deref(), Some(command), "{url}");
        }
        for path in ["openapi.json", "C:\\apis\\a.json", "C:/apis/a.json", "file:///a.json", "https.json", "a:b", ""] {
            assert_eq!(said(path), None, "{path}");
        }
    }

    #[test]
    fn what_looks_like_credentials_is_not_repeated() {
        for url in [
            "https://user:canary@acme.example/a.json",
            "https://acme.example/a.json?api_key=canary",
            "https://acme.example/a.json?x=1&access_token=canary",
        ] {
            let address = read(url).unwrap();
            assert!(!format!("{} {address:?}", address.fetch()).contains("canary"), "{address:?}");
        }
    }
}
