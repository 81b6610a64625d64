//! Which secrets are known only while a request is answered? Keys that a request brings along are masked in whatever is logged meanwhile.

use std::sync::{Mutex, PoisonError, Weak};

use secrecy::SecretString;

use super::{Forms, Redactor};

/// What finds the secrets of requests under way. They end with the last clone of their redactor.
// std's mutex: it is held for looking up and adding alone.
static LIVE: Mutex<Vec<Weak<Forms>>> = Mutex::new(Vec::new());

impl Redactor {
    /// Looks for the secrets of one request, which every log masks for as long as a clone of this is held.
    pub fn of_request<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let made = Self::new(secrets);
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|forms| forms.strong_count() > 0);
        live.extend(made.0.iter().map(std::sync::Arc::downgrade));
        made
    }

    /// Finds what this one finds, and the secrets of all requests under way.
    #[must_use]
    pub fn and_live(&self) -> Self {
        let live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        if live.is_empty() {
            return self.clone();
        }
        Self(self.0.iter().cloned().chain(live.iter().filter_map(Weak::upgrade)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::MASK;
    use super::*;

    #[test]
    fn the_secrets_of_a_request_are_known_beside_the_others_until_it_ends() {
        let known = Redactor::new(&["configuredSecret1".into()]);
        let text = "configuredSecret1 and ofTheRequest2, overlapping configuredSecret1ofTheRequest2";
        let of_request = Redactor::of_request(&["ofTheRequest2".into(), "cretSecret1ofThe".into()]);
        let masked = known.and(&of_request);
        assert_eq!(masked.text(text), format!("{MASK} and {MASK}, overlapping {MASK}{MASK}"));
        assert_eq!(known.and_live().text(text), masked.text(text));
        assert!(masked.finds("a ofTheRequest2 b") && !known.finds("ofTheRequest2"));
        let json = br#"{"a":"ofTheRequest2","b":"configuredSecret1"}"#;
        assert_eq!(masked.bytes(json), Some(format!(r#"{{"a":"{MASK}","b":"{MASK}"}}"#).into_bytes()));
        drop((of_request, masked));
        // Other tests' requests may be under way.
        assert!(known.and_live().text(text).contains("ofTheRequest2"));
    }
}
