//! In which forms may a known secret stand in a line, and what stands there instead? Pure.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use crate::memory::secrets::MASK;

/// Shorter secrets are part of too many words to be masked.
const SHORTEST: usize = 6;

/// All but what RFC 3986 section 2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is masked, longest first: a secret may be part of another.
#[derive(Default)]
pub(super) struct Masks(Vec<SecretString>);

impl Masks {
    /// Masks for secrets as they are configured: `user:password` stands for the password and for what HTTP basic makes of both too,
    /// `Bearer token` for the token.
    pub(super) fn of(secrets: &[SecretString]) -> Self {
        let mut forms: Vec<String> = Vec::new();
        for secret in secrets {
            // They are sent without blanks around them.
            let secret = secret.expose_secret().trim();
            let password = secret.split_once(':').map(|(_, password)| password.trim());
            let token = secret.split_once(char::is_whitespace).map(|(_, token)| token.trim());
            for text in [Some(secret), password, token].into_iter().flatten().filter(|text| text.len() >= SHORTEST) {
                let quoted = serde_json::Value::from(text).to_string();
                forms.extend([text.to_owned(), quoted[1..quoted.len() - 1].to_owned()]);
                forms.push(utf8_percent_encode(text, RESERVED).to_string());
            }
            if password.is_some() && secret.len() >= SHORTEST {
                forms.push(STANDARD_NO_PAD.encode(secret));
            }
        }
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self(forms.into_iter().map(SecretString::from).collect())
    }

    /// The line with [`MASK`] for each secret.
    pub(super) fn apply<'a>(&self, line: &'a str) -> Cow<'a, str> {
        let found = |line: &str, form: &SecretString| line.contains(form.expose_secret());
        if !self.0.iter().any(|form| found(line, form)) {
            return Cow::Borrowed(line);
        }
        Cow::Owned(self.0.iter().fold(line.to_owned(), |line, form| line.replace(form.expose_secret(), MASK)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_masked() {
        let secrets = [
            " token/One \n",
            "quo\"ted\\1",
            "acme+public:private1",
            "private1andmore",
            "Bearer aToken1",
            "acme+:",
            "short",
        ];
        let masks = Masks::of(&secrets.map(SecretString::from));
        let cases = [
            ("a token/One b", "a [secret] b"),
            ("?key=token%2FOne&x", "?key=[secret]&x"),
            (r#"{"why":"quo\"ted\\1"}"#, r#"{"why":"[secret]"}"#),
            // Of RFC 7617.
            ("Basic YWNtZStwdWJsaWM6cHJpdmF0ZTE=", "Basic [secret]="),
            ("acme+public:private1", "[secret]"),
            ("private1", "[secret]"),
            // A part of it is a secret, too: nothing of the rest may stay.
            ("private1andmore", "[secret]"),
            ("it was aToken1", "it was [secret]"),
            ("short words stay", "short words stay"),
        ];
        for (line, masked) in cases {
            assert_eq!(masks.apply(line), masked);
        }
    }
}
