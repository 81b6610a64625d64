//! Where does the data belong that a body gives under a name which the record does not have?

use serde_json::{Value, json};

use super::source::{FieldSource, SchemaFields};
use super::suggest::{Suggested, Suggester, called};
use super::syntax::Scalar;
use super::trade;
use crate::escape::shortened;
use crate::invoke::connectwise::dates;
use crate::invoke::draft::{Entry, Home, Homeless};
use crate::spelling::alike;

/// Share of letters in common from which a name is another one misspelt.
const MISSPELT: f64 = 0.75;
/// Characters of what is to be written that a sentence shows.
const SHOWN: usize = 80;
/// Names of the API in the titles of manifests.
const TITLE: &str = "ConnectWise";

/// Where the value of an unknown field belongs: into a list of the record, into a field of another name, or nowhere, since the
/// server sets it. `None` where it is not plain.
pub(in crate::invoke::connectwise) fn home(homeless: &Homeless<'_>) -> Option<Home> {
    let Homeless { record, schema, lookup, name, value } = *homeless;
    let schema = match record {
        Some(record) => json!({ "$ref": format!("#/$defs/{record}"), "properties": schema }),
        None => json!({ "properties": schema }),
    };
    let fields = SchemaFields::new(&schema, lookup).of_api(TITLE);
    let no_meaning = |_: &str| Vec::new();
    let scalar = scalar_of(value);
    let found: Suggested = Suggester::new(&fields, &no_meaning).suggest(name, "", scalar.as_ref());
    if let Some(home) = &found.home {
        let (entry, route) = (home.entry(value), route(&home.list));
        let cure = format!("Write it as an entry of a list, {}: [{entry}]{route}", json!(home.list));
        let offers = vec![format!("{}: [{entry}]", json!(home.list))];
        return Some(Home { cure, offers, entry: Some(Entry { list: home.list.clone(), entry, route }) });
    }
    if let (Some(flag), Some(truth)) = (&found.contrary, value.as_bool()) {
        let offer = format!("{}: {}", json!(flag.path), !truth);
        return Some(Home::of(format!("Write {offer}, which says the contrary"), vec![offer]));
    }
    if let Some(parts) = parts(&found, value) {
        return Some(Home::of(format!("It is in several fields: write {parts}"), vec![parts]));
    }
    let given =
        called(name, &fields.called().given, &fields).find(|field| field.type_name != "string" || value.is_string());
    if let Some(field) = given {
        let offer = format!("{}: {value}", json!(field.path));
        return Some(Home::of(format!("Write {}{}", shortened(&offer, SHOWN), route(&field.path)), vec![offer]));
    }
    let best = found.fields.first().filter(|_| found.sure)?;
    // A misspelt name is told by its letters, whatever the API.
    if alike(&name.to_lowercase(), &best.path.to_lowercase()) >= MISSPELT {
        return None;
    }
    if best.path.starts_with("_info/") {
        let cure = format!("The server sets it, and it is read as `{}`: leave it out", best.path);
        return Some(Home::of(cure, Vec::new()));
    }
    let offer = match best.path.split_once('/') {
        None => format!("{}: {value}", json!(best.path)),
        // A field of a reference is found by the member that would be compared.
        Some((field, member)) if !member.contains('/') => {
            let is_reference = fields.field(field).path().is_some();
            let reference = if value.is_object() { value.clone() } else { json!({ member: value }) };
            is_reference.then(|| format!("{}: {reference}", json!(field)))?
        }
        Some(_) => return None,
    };
    Some(Home::of(format!("Write {}", shortened(&offer, SHOWN)), vec![offer]))
}

/// How to add to a field of a record that exists, where an operation of its own does.
fn route(field: &str) -> String {
    let route = trade::route_of(TITLE, field);
    route.map_or_else(String::new, |route| format!("; to a record that exists, add it with {route}"))
}

/// The parts of a value that stands in several fields; where it has other parts than those, the fields alone.
fn parts(found: &Suggested, value: &Value) -> Option<String> {
    if !found.is_spread {
        return None;
    }
    let words: Vec<&str> = value.as_str().map(|text| text.split_whitespace().collect()).unwrap_or_default();
    let fields = found.fields.iter().map(|field| field.path.as_str());
    let pairs: Vec<String> = if words.len() == found.fields.len() {
        fields.zip(words).map(|(field, word)| format!("{}: {}", json!(field), json!(word))).collect()
    } else {
        fields.map(|field| format!("`{field}`")).collect()
    };
    Some(pairs.join(", "))
}

fn scalar_of(value: &Value) -> Option<Scalar> {
    match value {
        // Text is how JSON writes dates, too.
        Value::String(text) if dates::read(text).is_some() => None,
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Number(number) => Some(Scalar::Number(number.to_string())),
        Value::Bool(flag) => Some(Scalar::Boolean(*flag)),
        _ => None,
    }
}
