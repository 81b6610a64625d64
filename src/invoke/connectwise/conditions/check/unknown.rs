//! What is said of a field that does not exist, and what stands in its place?

use super::super::Kind;
use super::super::fitting::takes;
use super::super::instead::{in_parts, of_pair, one_by_one};
use super::super::source::{CUSTOM_FIELDS, Lookup};
use super::super::suggest::either;
use super::super::syntax::{Comparison, Condition, FieldPath, Scalar};
use super::{Checker, Target};
use crate::openapi::Field;

impl Checker<'_> {
    /// Says that a field does not exist and what may be meant; the best of that, or a whole condition instead.
    pub(super) fn unknown(
        &mut self,
        comparison: &Comparison,
        known: &str,
        value: Option<&Scalar>,
    ) -> Result<Option<Target>, Condition> {
        let FieldPath { text, span } = &comparison.field;
        if self.kind == Kind::CustomFieldConditions {
            return self.custom_caption(comparison);
        }
        if self.kind == Kind::Conditions && known.eq_ignore_ascii_case(CUSTOM_FIELDS) {
            let caption = text.rsplit('/').next().unwrap_or(text);
            let message = format!("`{text}` is a custom field");
            self.custom(comparison, caption, message, "");
            return Ok(None);
        }
        let fields = self.fields;
        let suggested = self.suggester.suggest_filter(text, known, value);
        let best = suggested.fields.first().cloned().filter(|_| suggested.sure);
        let mut offers: Vec<String> = suggested.fields.iter().map(|field| field.path.clone()).collect();
        let message = unknown_message(text, known, fields.subject().as_deref());
        if let Some(truth) = suggested.truth.as_ref()
            && let Some(instead) = truth.condition(comparison)
        {
            let cure = format!("write `{instead}`, {}", truth.reason());
            self.doubted(&comparison.field, message, cure, vec![instead.to_string()]);
            return Err(instead);
        }
        if let Some(instead) = suggested.pair.as_ref().map(|pair| of_pair(pair, comparison)) {
            let cure = format!("write `{instead}`");
            self.doubted(&comparison.field, message, cure, vec![instead.to_string()]);
            return Err(instead);
        }
        if let Some(instead) = in_parts(&suggested, comparison) {
            let cure = format!("it is in several fields, {}: write `{instead}`", offers_of(&offers));
            offers.push(instead.to_string());
            self.doubted(&comparison.field, message, cure, offers);
            return Err(instead);
        }
        let at = |text: String| {
            let field = FieldPath { text, span: *span };
            one_by_one(Comparison { field, ..comparison.clone() })
        };
        let in_list = suggested.home.as_ref();
        let in_list = in_list.map(|home| home.condition(one_by_one(home.compared(comparison.clone())), *span));
        // What surely is meant may be in a list itself.
        let is_in_list = |field: &Field| {
            self.kind == Kind::Conditions
                && matches!(fields.field(&field.path), Lookup::Found { in_array: true, .. })
                && !field.path.starts_with(CUSTOM_FIELDS)
        };
        let (best, in_list) = match best {
            Some(best) if is_in_list(&best) => (None, Some(at(best.path))),
            best => (best, in_list),
        };
        if let (None, Some(instead)) = (&best, in_list.clone()) {
            let cure = match self.kind {
                Kind::ChildConditions => format!("write `{instead}`"),
                _ => format!("it is in a list of the record: write `childConditions`: `{instead}`"),
            };
            self.doubted(&comparison.field, message, cure, vec![instead.to_string()]);
            if self.kind == Kind::ChildConditions {
                return Err(instead);
            }
            self.elsewhere = Some((Kind::ChildConditions, instead.to_string()));
            self.certain = false;
            return Ok(None);
        }
        self.certain &= best.is_some();
        let custom = self.custom_of(comparison, known).filter(|_| best.is_none() && suggested.apart.is_none());
        let custom = custom.filter(|_| offers.is_empty() || text.starts_with(|first: char| first.is_uppercase()));
        // What is near and can hold the value is shown as it would be written.
        let compared = |found: &Field| {
            let field = FieldPath { text: found.path.clone(), span: *span };
            let fits = value.is_some_and(|value| takes(found, value));
            if fits { Comparison { field, ..comparison.clone() }.to_string() } else { found.path.clone() }
        };
        let near: Vec<String> = suggested.fields.iter().map(compared).collect();
        let cure = match &best {
            Some(best) => {
                let instead =
                    Comparison { field: FieldPath { text: best.path.clone(), span: *span }, ..comparison.clone() };
                let others = offers.get(1..).unwrap_or_default();
                let others = if others.is_empty() { String::new() } else { format!(", or use {}", either(others)) };
                let in_list = in_list.as_ref().map_or_else(String::new, |condition| {
                    offers.push(format!("childConditions: {condition}"));
                    format!("; all of them are in a list: `childConditions`: `{condition}`")
                });
                format!("write `{instead}`{others}{in_list}")
            }
            None if custom.is_some() => {
                let custom = custom.unwrap_or_default();
                let near = suggested.otherwise(&near);
                offers.insert(0, format!("{}: {custom}", Kind::CustomFieldConditions.parameter()));
                format!(
                    "if it is the caption of a custom field, write `customFieldConditions`: `{custom}`; else {near}"
                )
            }
            None if suggested.is_spread => format!("it is in several fields: {}", offers_of(&offers)),
            None => suggested.otherwise(&near),
        };
        self.doubted(&comparison.field, message, cure, offers);
        Ok(best.and_then(|best| match fields.field(&best.path) {
            Lookup::Found { field, in_array } => Some(Target { path: best.path, field: Some(*field), in_array }),
            Lookup::Beyond { field, in_array, .. } => {
                Some(Target { path: best.path, field: field.map(|field| *field), in_array })
            }
            _ => None,
        }))
    }
}

/// Names in a sentence.
fn offers_of(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

/// What to say of a path that leads nowhere.
pub(in super::super) fn unknown_message(path: &str, known: &str, subject: Option<&str>) -> String {
    let rest = path.get(known.len()..).unwrap_or(path).trim_start_matches('/');
    match subject {
        _ if !known.is_empty() => format!("`{known}` has no field `{rest}`"),
        Some(subject) => format!("{subject} has no field `{path}`"),
        None => format!("there is no field `{path}`"),
    }
}
