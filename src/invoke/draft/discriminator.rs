//! Which alternative does an object name by its discriminator (OpenAPI 3.1.0 section 4.8.25)?

use serde_json::{Value, json};

use super::view::{Schemas, View};
use crate::openapi::{def_ref, mapped_name};

/// What an object's discriminator says.
pub(super) enum Choice {
    /// The alternative that it names.
    Alternative(Box<View>),
    /// It names none.
    None {
        /// The property that names alternatives.
        property: String,
        /// The names there are, in the manifest's order.
        names: Vec<String>,
    },
}

/// The choice that an object makes among views of its schema; `None` where there is nothing to choose, or the object does not
/// say.
pub(super) fn choice(views: &[View], value: &Value, schemas: &Schemas<'_>) -> Option<Choice> {
    let discriminator = views.iter().find_map(|view| view.keywords.get("discriminator"))?;
    let property = discriminator.as_str().or_else(|| discriminator.get("propertyName")?.as_str())?;
    let given = value.get(property)?.as_str()?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapped = mapping.into_iter().flatten().filter_map(|(name, target)| Some((name, mapped_name(target.as_str()?))));
    let mapped: Vec<(&String, String)> = mapped.collect();
    let target = mapped.iter().find(|(name, _)| *name == given).map(|(_, target)| target.as_str());
    let target = target.unwrap_or(given);
    if let Some(view) = views.iter().find(|view| view.name.as_deref() == Some(target)) {
        return Some(Choice::Alternative(Box::new(view.clone())));
    }
    if target != given || views.len() == 1 {
        // A schema that is derived from this one, which does not list it.
        let view = schemas.view(&json!({ "$ref": def_ref(target) }));
        // What inherits a discriminator is chosen already: its siblings are no alternatives of it.
        let declared = views.first().and_then(|view| view.name.as_deref());
        let is_sibling = declared.is_some_and(|name| !view.follows(name) && !schemas.declares(name, "discriminator"));
        if views.len() == 1 && is_sibling {
            return None;
        }
        if !view.properties.is_empty() {
            return Some(Choice::Alternative(Box::new(view)));
        }
        if target != given {
            return None;
        }
    }
    // Manifests name alternatives by a property's only value just as well, and say nothing of it here.
    let of_value = |view: &&View| {
        let schema = view.properties.get(property);
        schema.is_some_and(|schema| schemas.view(schema).values.iter().any(|value| value == given))
    };
    if let Some(view) = views.iter().find(of_value).filter(|_| views.len() > 1) {
        return Some(Choice::Alternative(Box::new(view.clone())));
    }
    if mapped.is_empty() {
        return None;
    }
    let mut names: Vec<String> = mapped.iter().map(|(name, _)| (*name).clone()).collect();
    if views.len() > 1 {
        let own = views.iter().filter_map(|view| view.name.clone());
        names.extend(own.filter(|own| mapped.iter().all(|(_, target)| target != own)));
    }
    (!names.is_empty()).then(|| Choice::None { property: property.to_owned(), names })
}

/// The property of a schema's discriminator, and the value by which that names the schema itself: by its mapping, or else by the name of
/// the schema where the property lists it.
pub(super) fn own_value(view: &View, schemas: &Schemas<'_>) -> Option<(String, String)> {
    let discriminator = view.keywords.get("discriminator")?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let own = view.name.as_deref()?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
    let mapped = |(name, target): (&String, &Value)| (mapped_name(target.as_str()?) == own).then(|| name.clone());
    let value = mapping.filter_map(mapped).next().or_else(|| {
        let values = schemas.view(view.properties.get(property)?).values;
        values.iter().any(|value| value == own).then(|| own.to_owned())
    })?;
    Some((property.to_owned(), value))
}
