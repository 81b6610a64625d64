//! How is a custom field filtered by that a condition names as a field?

use super::super::instead::by_caption;
use super::super::source::{CUSTOM_FIELDS, Lookup};
use super::super::syntax::{Comparison, Condition, FieldPath};
use super::super::{Kind, Severity};
use super::{Checker, Target};

impl Checker<'_> {
    /// The condition on the custom field whose caption an unknown field may be.
    pub(super) fn custom_of(&self, comparison: &Comparison, known: &str) -> Option<String> {
        let may_be = self.kind == Kind::Conditions && known.is_empty() && !comparison.field.text.contains('/');
        let has = || self.fields.field(CUSTOM_FIELDS).path().is_some();
        (may_be && has()).then(|| by_caption(&comparison.field.text, comparison).to_string())
    }

    /// Says how the custom field of a caption is filtered by.
    pub(super) fn custom(&mut self, comparison: &Comparison, caption: &str, message: String, with: &str) {
        let instead = by_caption(caption, comparison).to_string();
        let cure = format!("write `customFieldConditions`: `{instead}`{with}");
        self.elsewhere = Some((Kind::CustomFieldConditions, instead.clone()));
        self.doubted(&comparison.field, message, cure, vec![instead]);
        self.certain = false;
    }

    /// A custom field named directly: its name is a value of `caption`.
    pub(super) fn custom_caption(&mut self, comparison: &Comparison) -> Result<Option<Target>, Condition> {
        let FieldPath { text, span } = &comparison.field;
        let below = text.strip_prefix(CUSTOM_FIELDS).and_then(|rest| rest.strip_prefix('/'));
        if let Some((name, Lookup::Found { field, in_array })) = below.map(|name| (name, self.fields.field(name))) {
            let message = format!("`{CUSTOM_FIELDS}/` does not go before `{name}` here");
            self.found(Severity::Error, *span, message, format!("write `{name}`"), Vec::new());
            return Ok(Some(Target { path: field.path.clone(), field: Some(*field), in_array }));
        }
        let text = below.unwrap_or(text);
        let instead = by_caption(text, comparison);
        let message = format!("`{text}` is neither `caption` nor `value`");
        self.doubted(&comparison.field, message, format!("write `{instead}`"), vec![instead.to_string()]);
        Err(instead)
    }
}
