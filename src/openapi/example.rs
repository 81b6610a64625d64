//! What would a small valid body look like?
//!
//! Required properties always; where nothing is required at all, the first few writable scalar ones, so that the
//! example shows something. Values come from the manifest where it has any, else from format and type. Bounded in depth
//! and number; a required cycle ends in an empty value of its type.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::fields::is_null;
use super::fits::{fits, fits_named, is_of_format};
use super::named::{Named, SchemaLookup, name_referred};
use super::operation::MediaType;
use super::pattern::{matches, matching};
use super::reference::{def_ref, mapped_name};

/// Properties shown of an object that requires none.
const OPTIONAL_PROPERTIES: usize = 3;
/// Characters that a text is filled up to.
const LONGEST: usize = 4096;
/// Members that an object is filled up to.
const MOST_MEMBERS: u64 = 8;
/// Values in an example: more than any real body requires.
const MAX_VALUES: usize = 500;
/// Alternatives of one schema that are tried.
const MAX_ALTERNATIVES: usize = 16;
/// Values of a schema's own that are tried: one that fits comes early.
const MAX_GIVEN: usize = 64;
/// Compositions and references that are followed within one schema.
const MAX_STEPS: usize = 32;

/// A small body for `schema`, at most `max_depth` objects or arrays deep (at most 32). `lookup` gives named schemas as
/// for [`super::resolve()`].
///
/// Valid against the schema as far as formats, enumerations, limits, patterns, required properties and their number go.
pub fn example(schema: &Value, lookup: &dyn SchemaLookup, max_depth: usize) -> Value {
    let named = Named::new(schema, lookup);
    let mut maker = Maker { named, max_depth: max_depth.min(32), names: Vec::new(), values: 0 };
    maker.value(schema, 0)
}

/// A body that is ready to be sent under a media type: the manifest's own example where its schema takes that, else a small one made
/// from the schema.
pub fn ready_body(content: &MediaType, lookup: &dyn SchemaLookup, max_depth: usize) -> Value {
    let own = content.example.as_ref().filter(|own| fits(&content.schema, own, lookup));
    own.cloned().unwrap_or_else(|| example(&content.schema, lookup, max_depth))
}

struct Maker<'n> {
    named: Named<'n>,
    max_depth: usize,
    /// Named schemas around the current one.
    names: Vec<String>,
    values: usize,
}

/// All keywords that hold for one value, references and compositions merged; the first that says something counts.
#[derive(Default)]
struct Merged {
    keywords: Map<String, Value>,
    properties: Map<String, Value>,
    required: Vec<String>,
    followed: HashSet<String>,
    /// Which of alternatives is followed, counted round where there are fewer.
    choice: usize,
    /// The most alternatives that one composition has.
    alternatives: usize,
}

impl Maker<'_> {
    /// A value by the first alternatives that make one which the schema takes.
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        let (first, alternatives) = self.chosen(schema, depth, 0);
        if alternatives < 2 || fits_named(&mut self.named, schema, &first) {
            return first;
        }
        for choice in 1..alternatives.min(MAX_ALTERNATIVES) {
            if self.values >= MAX_VALUES {
                break;
            }
            let (value, _) = self.chosen(schema, depth, choice);
            if fits_named(&mut self.named, schema, &value) {
                return value;
            }
        }
        first
    }

    /// A value by one choice of alternatives, and how many of these there are.
    fn chosen(&mut self, schema: &Value, depth: usize, choice: usize) -> (Value, usize) {
        self.values += 1;
        let mut merged = Merged { choice, ..Merged::default() };
        self.merge(schema, &mut merged, 0);
        // What is derived from this schema, which does not list it.
        let targets: Vec<String> = mapped(&merged.keywords).map(|(_, target)| target).collect();
        if let Some(first) = targets.first().filter(|_| !targets.iter().any(|target| merged.followed.contains(target)))
        {
            let derived = json!({ "$ref": def_ref(first) });
            self.merge(&derived, &mut merged, 0);
        }
        // Without a mapping, the value of the discriminator is the name of what is derived.
        if targets.is_empty()
            && self.own_name(&merged).is_none()
            && let Some(name) = implied(&merged)
            && !merged.followed.contains(&name)
            && !self.names.contains(&name)
        {
            self.merge(&json!({ "$ref": def_ref(&name) }), &mut merged, 0);
        }
        let own = self.own_name(&merged);
        let Merged { keywords, properties, required, followed, alternatives, .. } = merged;
        let discriminated = discriminated(&keywords, &followed).or(own);
        let types = types_of(&keywords, !properties.is_empty());
        if let Some(value) = given(&keywords, &types, |value| fits_named(&mut self.named, schema, value)) {
            return (value, alternatives);
        }
        let outer = self.names.len();
        self.names.extend(followed);
        let value = match types.first().copied().unwrap_or("string") {
            "object" => {
                let mut value = self.object(&keywords, &properties, &required, depth);
                if let (Some((property, name)), Some(members)) = (discriminated, value.as_object_mut())
                    && (depth < self.max_depth)
                {
                    members.insert(property, Value::String(name));
                }
                value
            }
            "array" => self.array(&keywords, depth),
            "integer" => number(&keywords, true),
            "number" => number(&keywords, false),
            "boolean" => json!(true),
            "null" => Value::Null,
            _ => string(&keywords),
        };
        self.names.truncate(outer);
        (value, alternatives)
    }

    /// The property of a discriminator without a mapping, and the name of the schema itself, where the property lists it: what is
    /// derived inherits the discriminator.
    fn own_name(&mut self, merged: &Merged) -> Option<(String, String)> {
        let property = merged.keywords.get("discriminator")?.get("propertyName")?.as_str()?;
        let mut values = Merged::default();
        self.merge(merged.properties.get(property)?, &mut values, 0);
        let values = values.keywords.get("enum")?.as_array()?;
        let own = values.iter().filter_map(Value::as_str).find(|name| merged.followed.contains(*name))?;
        Some((property.to_owned(), own.to_owned()))
    }

    /// Whether a value of a schema is, or is a list of, one of the schemas around it, of which nothing more is made.
    fn leads_back(&mut self, schema: &Value) -> bool {
        let mut merged = Merged::default();
        self.merge(schema, &mut merged, 0);
        let is_known = !types_of(&merged.keywords, !merged.properties.is_empty()).is_empty();
        if !is_known {
            let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            return parts.chain([schema]).filter_map(name_referred).any(|name| self.names.contains(&name));
        }
        let Some(items) = merged.keywords.get("items").cloned() else { return false };
        // A list may have itself as its items.
        let outer = self.names.len();
        self.names.extend(merged.followed);
        let does = self.leads_back(&items);
        self.names.truncate(outer);
        does
    }

    fn merge(&mut self, schema: &Value, into: &mut Merged, steps: usize) {
        let Some(map) = schema.as_object().filter(|_| steps < MAX_STEPS) else { return };
        for (key, value) in map {
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    for (name, property) in properties {
                        into.properties.entry(name).or_insert_with(|| property.clone());
                    }
                }
                ("required", Value::Array(names)) => {
                    for name in names.iter().filter_map(Value::as_str) {
                        if !into.required.iter().any(|known| known == name) {
                            into.required.push(name.to_owned());
                        }
                    }
                }
                ("$ref" | "allOf" | "anyOf" | "oneOf", _) => {}
                _ => {
                    into.keywords.entry(key).or_insert_with(|| value.clone());
                }
            }
        }
        if let Some(name) = name_referred(schema)
            && !self.names.contains(&name)
            && into.followed.insert(name.clone())
            && let Some(target) = self.named.get(&name)
        {
            self.merge(&target, into, steps + 1);
        }
        for part in map.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.merge(part, into, steps + 1);
        }
        for key in ["oneOf", "anyOf"] {
            let Some(parts) = map.get(key).and_then(Value::as_array).filter(|parts| !parts.is_empty()) else {
                continue;
            };
            let values: Vec<&Value> = parts.iter().filter(|part| !is_null(part)).collect();
            into.alternatives = into.alternatives.max(values.len());
            let chosen = values.get(into.choice % values.len().max(1)).copied().or_else(|| parts.first());
            if let Some(chosen) = chosen {
                self.merge(chosen, into, steps + 1);
            }
        }
    }

    fn object(
        &mut self,
        keywords: &Map<String, Value>,
        properties: &Map<String, Value>,
        required: &[String],
        depth: usize,
    ) -> Value {
        let mut out = Map::new();
        if depth >= self.max_depth {
            return Value::Object(out);
        }
        for name in required {
            let Some(property) = properties.get(name) else {
                out.insert(name.clone(), json!("string"));
                continue;
            };
            if !self.says(property, "readOnly") && self.values < MAX_VALUES {
                let value = self.value(property, depth + 1);
                out.insert(name.clone(), value);
            }
        }
        if required.is_empty() {
            for (name, property) in properties {
                if out.len() >= OPTIONAL_PROPERTIES || self.values >= MAX_VALUES {
                    break;
                }
                if self.is_scalar(property) && !self.says(property, "readOnly") {
                    let value = self.value(property, depth + 1);
                    out.insert(name.clone(), value);
                }
            }
            // An envelope that requires nothing says what it is for by what is in it.
            let is_first =
                |maker: &mut Self, property: &Value| !maker.says(property, "readOnly") && !maker.leads_back(property);
            if out.is_empty()
                && depth + 1 < self.max_depth
                && let Some((name, property)) = properties.iter().find(|(_, property)| is_first(self, property))
            {
                let value = self.value(property, depth + 1);
                out.insert(name.clone(), value);
            }
        }
        self.fill_up(&mut out, keywords, properties, depth);
        Value::Object(out)
    }

    /// Adds members until there are as many as must be: declared ones, then such as have no name in the schema.
    fn fill_up(
        &mut self,
        out: &mut Map<String, Value>,
        keywords: &Map<String, Value>,
        properties: &Map<String, Value>,
        depth: usize,
    ) {
        let least = keywords.get("minProperties").and_then(Value::as_u64).unwrap_or(0).min(MOST_MEMBERS);
        let is_short = |out: &Map<String, Value>| (out.len() as u64) < least;
        for (name, property) in properties {
            if is_short(out) && !out.contains_key(name) && !self.says(property, "readOnly") {
                let value = self.value(property, depth + 1);
                out.insert(name.clone(), value);
            }
        }
        let more = keywords.get("additionalProperties");
        let named = keywords.get("propertyNames").cloned();
        for number in 1..=least {
            if !is_short(out) || more == Some(&Value::Bool(false)) {
                return;
            }
            let name = named.as_ref().map(|schema| self.value(schema, depth + 1));
            let name = name.as_ref().and_then(Value::as_str).unwrap_or("name").to_owned();
            let name = if out.contains_key(&name) { format!("{name}{number}") } else { name };
            let value = more.map_or_else(|| json!("string"), |schema| self.value(schema, depth + 1));
            out.insert(name, value);
        }
    }

    fn array(&mut self, keywords: &Map<String, Value>, depth: usize) -> Value {
        let least = keywords.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, 8);
        let most = keywords.get("maxItems").and_then(Value::as_u64).unwrap_or(least);
        // Beside `type: array`, a list of texts is one of what the items may be.
        let values = keywords.get("enum").and_then(Value::as_array);
        if let Some(value) = values.and_then(|values| values.iter().find(|value| !value.is_array() && !value.is_null()))
        {
            return json!([value]);
        }
        let mut out = Vec::new();
        let must_have = keywords.get("minItems").and_then(Value::as_u64).is_some_and(|least| least > 0);
        let is_cycle = !must_have && keywords.get("items").is_some_and(|items| self.leads_back(items));
        if depth < self.max_depth && !is_cycle {
            for index in 0..least.min(most) {
                let at = usize::try_from(index).unwrap_or(usize::MAX);
                let item =
                    keywords.get("prefixItems").and_then(|items| items.get(at)).or_else(|| keywords.get("items"));
                let Some(item) = item.filter(|_| self.values < MAX_VALUES) else { break };
                let value = self.value(item, depth + 1);
                let is_again = keywords.get("uniqueItems") == Some(&Value::Bool(true)) && out.contains(&value);
                let Some(value) = (if is_again { self.another(item, &value, &out) } else { Some(value) }) else {
                    break;
                };
                out.push(value);
            }
        }
        Value::Array(out)
    }

    /// A value of a schema that is none of those that a list has already; `value` is the one that it gives by itself.
    fn another(&mut self, schema: &Value, value: &Value, taken: &[Value]) -> Option<Value> {
        let mut merged = Merged::default();
        self.merge(schema, &mut merged, 0);
        let listed = merged.keywords.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
        let step = merged.keywords.get("multipleOf").and_then(Value::as_f64).filter(|step| *step > 0.0).unwrap_or(1.0);
        let made = (1..=taken.len()).filter_map(|times| match value {
            Value::String(text) => Some(json!(format!("{text}{}", times + 1))),
            Value::Number(number) => {
                let sum = number.as_f64()? + step * times as f64;
                Some(if sum.fract() == 0.0 { json!(sum as i64) } else { json!(sum) })
            }
            _ => None,
        });
        let mut candidates = listed.into_iter().chain(made);
        candidates.find(|other| !taken.contains(other) && fits_named(&mut self.named, schema, other))
    }

    fn says(&mut self, schema: &Value, flag: &str) -> bool {
        let mut merged = Merged::default();
        self.merge(schema, &mut merged, 0);
        merged.keywords.get(flag) == Some(&Value::Bool(true))
    }

    fn is_scalar(&mut self, schema: &Value) -> bool {
        let mut merged = Merged::default();
        self.merge(schema, &mut merged, 0);
        let types = types_of(&merged.keywords, !merged.properties.is_empty());
        types.first().is_some_and(|name| matches!(*name, "string" | "integer" | "number" | "boolean"))
    }
}

/// The property of a discriminator, and the value that names the alternative which was followed.
fn discriminated(keywords: &Map<String, Value>, followed: &HashSet<String>) -> Option<(String, String)> {
    let property = keywords.get("discriminator")?.get("propertyName")?.as_str()?;
    let (name, _) = mapped(keywords).find(|(_, target)| followed.contains(target))?;
    Some((property.to_owned(), name.to_owned()))
}

/// The value that an example gives the property of a discriminator, where that lists what it may be.
fn implied(merged: &Merged) -> Option<String> {
    let property = merged.keywords.get("discriminator")?.get("propertyName")?.as_str()?;
    let values = merged.properties.get(property)?.get("enum")?.as_array()?;
    values.first()?.as_str().map(str::to_owned)
}

/// The values of a discriminator with the names of the schemas that they mean.
fn mapped(keywords: &Map<String, Value>) -> impl Iterator<Item = (&str, String)> {
    let mapping = keywords.get("discriminator").and_then(|discriminator| discriminator.get("mapping"));
    let mapping = mapping.and_then(Value::as_object).into_iter().flatten();
    mapping.filter_map(|(name, target)| Some((name.as_str(), mapped_name(target.as_str()?))))
}

/// The types a value may have, `null` last; guessed from other keywords where there is none.
fn types_of(keywords: &Map<String, Value>, has_properties: bool) -> Vec<&str> {
    let mut types: Vec<&str> = match keywords.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ if has_properties || keywords.contains_key("additionalProperties") => vec!["object"],
        _ if keywords.contains_key("items") => vec!["array"],
        _ => Vec::new(),
    };
    types.sort_by_key(|name| *name == "null");
    types
}

/// A value that the manifest itself gives, where it is of the right type and `is_valid`.
fn given(keywords: &Map<String, Value>, types: &[&str], mut is_valid: impl FnMut(&Value) -> bool) -> Option<Value> {
    let all = |key: &str| keywords.get(key).and_then(Value::as_array).into_iter().flatten();
    let one = |key: &str| keywords.get(key).into_iter();
    let fits = |value: &&Value| {
        types.is_empty()
            || types.iter().any(|name| match *name {
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                "boolean" => value.is_boolean(),
                "array" => value.is_array(),
                "object" => value.is_object(),
                _ => value.is_null(),
            })
    };
    // An example of no text at all, as some editors leave it, shows nothing; a default of none is one.
    let says = |value: &&Value| value.as_str() != Some("");
    let listed = all("enum").filter(says).chain(all("enum"));
    let candidates = all("examples").filter(says).chain(one("const")).chain(one("default")).chain(listed);
    let mut candidates = candidates.filter(|value| !value.is_null()).filter(fits).take(MAX_GIVEN);
    // A list that no value of its own fits is the manifest's fault: one of it says more than any other text, also where its numbers
    // are declared texts.
    let is_scalar = types.iter().any(|name| matches!(*name, "string" | "integer" | "number" | "boolean"));
    candidates
        .find(|value| is_valid(value))
        .or_else(|| all("enum").find(|value| !value.is_null() && fits(value)))
        .or_else(|| all("enum").find(|value| is_scalar && !(value.is_null() || value.is_array() || value.is_object())))
        .cloned()
}

fn number(keywords: &Map<String, Value>, whole: bool) -> Value {
    let limit = |key: &str| keywords.get(key).and_then(Value::as_f64);
    let step = limit("multipleOf").filter(|step| *step > 0.0).unwrap_or(if whole { 1.0 } else { 0.5 });
    let above = |bound: f64| ((bound / step).floor() + 1.0) * step;
    let mut value = step.max(1.0);
    if let Some(least) = limit("minimum").filter(|least| value < *least) {
        value = (least / step).ceil() * step;
    }
    if let Some(bound) = limit("exclusiveMinimum").filter(|bound| value <= *bound) {
        value = above(bound);
    }
    if let Some(most) = limit("maximum").filter(|most| value > *most) {
        value = (most / step).floor() * step;
    }
    if let Some(bound) = limit("exclusiveMaximum").filter(|bound| value >= *bound) {
        value = ((bound / step).ceil() - 1.0) * step;
    }
    if value.fract() == 0.0 && value.abs() < 9.0e15 { json!(value as i64) } else { json!(value) }
}

/// A moment as APIs write it whose patterns take no form of RFC 3339, those nearest to it first.
const OTHER_MOMENTS: [&str; 6] = [
    "2025-01-31T09:00:00.000Z",
    "2025-01-31T09:00:00+00:00",
    "2025-01-31T09:00:00+0000",
    "2025-01-31T09:00:00.000+0000",
    "2025-01-31T09:00:00",
    "2025-01-31 09:00:00",
];

fn string(keywords: &Map<String, Value>) -> Value {
    let bound = |key: &str, otherwise| {
        keywords.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok()).unwrap_or(otherwise)
    };
    let format = keywords.get("format").and_then(Value::as_str).unwrap_or_default();
    let text = match format {
        "date" => "2025-01-31",
        "date-time" => &moment(bound("minLength", 0)),
        "time" => "09:00:00Z",
        "duration" => "PT1H",
        "uuid" | "guid" => "00000000-0000-4000-8000-000000000000",
        "email" => "name@example.com",
        "uri" | "url" | "iri" => "https://example.com/",
        "uri-reference" => "/path",
        "hostname" => "example.com",
        "json-pointer" => "/name",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "c3RyaW5n",
        _ => "string",
    };
    let pattern = keywords.get("pattern").and_then(Value::as_str);
    let made =
        pattern.and_then(|pattern| matching(pattern, bound("minLength", 0).max(1), bound("maxLength", usize::MAX)));
    // `0000-00-00` matches a pattern of digits, and is no date.
    if let Some(text) = made.filter(|text| is_of_format(format, text)) {
        return Value::String(text);
    }
    let fits = |text: &str| pattern.is_none_or(|pattern| matches(pattern, text) != Some(false));
    if format == "date-time"
        && !fits(text)
        && let Some(other) = OTHER_MOMENTS.into_iter().find(|other| fits(other))
    {
        return other.into();
    }
    let length = text.chars().count().max(bound("minLength", 0).min(LONGEST)).min(bound("maxLength", usize::MAX));
    Value::String(text.chars().chain(std::iter::repeat('x')).take(length).collect())
}

/// A moment of at least so many characters, which a fraction of the second fills up.
fn moment(least: usize) -> String {
    /// Characters without a fraction; with one there are two more at least.
    const WHOLE: usize = 20;
    let digits = least.min(256).saturating_sub(WHOLE + 1).max(usize::from(least > WHOLE));
    let fraction = if digits > 0 { format!(".{}", "0".repeat(digits)) } else { String::new() };
    format!("2025-01-31T09:00:00{fraction}Z")
}
