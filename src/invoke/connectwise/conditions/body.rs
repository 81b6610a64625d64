//! Where does the data belong that a body gives under a name which the record does not have?

use serde_json::{Map, Value, json};

use super::naming::{called, own, whole};
use super::source::{FieldSource, SchemaFields};
use super::suggest::{MISSPELT, Suggested, Suggester, member_for};
use super::syntax::Scalar;
use super::trade::{self, Route};
use super::truth::Truth;
use crate::escape::shortened;
use crate::invoke::connectwise::dates;
use crate::invoke::draft::{Entry, Home, Homeless};
use crate::openapi::{Field, Method, Operation};
use crate::spelling::{alike, alike_from_the_start};
use crate::surface::{Given, Said};

/// Letters in common, counted from the start, from which a name is left to whoever compares letters alone.
const ALIKE: f64 = 0.85;
/// Characters of what is to be written that a sentence shows.
const SHOWN: usize = 120;
/// Names of the API in the titles of manifests.
const TITLE: &str = "ConnectWise";

/// A value, and the record that has no field of its name.
struct Wish<'w> {
    fields: &'w SchemaFields<'w>,
    /// The record's own fields.
    own: Vec<Field>,
    operation: Option<&'w Operation>,
    /// The id of the record that is changed.
    id: Option<&'w str>,
    name: &'w str,
    value: &'w Value,
}

/// Where the value of an unknown field belongs: into a list of the record, into a field of another name, or nowhere, since the
/// server sets it or the record has nothing like it. `None` where it is a name with a few letters wrong.
pub(in crate::invoke::connectwise) fn home(homeless: &Homeless<'_>) -> Option<Home> {
    let Homeless { record, schema, lookup, name, value, operation, id } = *homeless;
    let schema = match record {
        Some(record) => json!({ "$ref": format!("#/$defs/{record}"), "properties": schema }),
        None => json!({ "properties": schema }),
    };
    let fields = SchemaFields::new(&schema, lookup).of_api(TITLE);
    let own = fields.members("");
    let wish = Wish { fields: &fields, own, operation, id, name, value };
    let found = wish.found();
    let known = |found: &Suggested| {
        // What is no text or number is no entry's value.
        if let Some(home) = found.home.as_ref().filter(|_| value.is_string() || value.is_number()) {
            return Some(wish.entry(&home.list, home.entry(value)));
        }
        if let Some(pair) = &found.pair {
            let kind = json!({ &pair.member: pair.is });
            let offer = format!("{}: {value}, {}: {kind}", json!(pair.id), json!(pair.kind));
            return Some(Home::of(format!("Write {offer}"), vec![offer]));
        }
        let truth = found.truth.as_ref().and_then(|truth| wish.truth(truth));
        truth
            .or_else(|| parts(found, value))
            .or_else(|| wish.together())
            .or_else(|| wish.given())
            .or_else(|| wish.field(found))
    };
    if let Some(home) = known(&found) {
        return Some(home);
    }
    let is_letters = |field: &Field| alike_from_the_start(&name.to_lowercase(), &field.path.to_lowercase()) >= ALIKE;
    if wish.own.iter().any(is_letters) {
        return None;
    }
    wish.near(&found).or_else(|| Some(wish.nowhere()))
}

impl Wish<'_> {
    /// What may be meant; a text that is a date is looked for as one, and then as a text.
    fn found(&self) -> Suggested {
        let no_meaning = |_: &str| Vec::new();
        let suggest = |value: Option<&Scalar>| Suggester::new(self.fields, &no_meaning).suggest(self.name, "", value);
        let date = self.value.as_str().and_then(dates::read).map(|date| Scalar::Date(date.text));
        let dated = date.as_ref().map(|date| suggest(Some(date)));
        match dated.filter(|dated| dated.sure || dated.home.is_some()) {
            Some(dated) => dated,
            None => suggest(scalar_of(self.value).as_ref()),
        }
    }

    /// Whether the record is there already.
    fn is_change(&self) -> bool {
        self.operation.is_some_and(|operation| matches!(operation.method, Method::Patch | Method::Put))
    }

    /// The operation that adds to a field of a record of this kind.
    fn route(&self, field: &str) -> Option<&'static Route> {
        let path = self.operation?.path.as_str();
        let list = path.rsplit_once("/{").filter(|_| self.is_change()).map_or(path, |(list, _)| list);
        trade::route_of(TITLE, list, field)
    }

    /// An entry of a list of the record. A change would replace the list, and lose its other entries.
    fn entry(&self, list: &str, entry: Value) -> Home {
        let route = self.route(list);
        let typed = typed(list, &entry);
        if self.is_change() {
            let Some(route) = route else {
                let cure = format!(
                    "It is in the list `{list}`, and a change replaces the whole list: read the record, and give `{list}` \
                     with every entry that is to stay and {}{typed}",
                    shortened(&entry.to_string(), SHOWN)
                );
                return Home::of(cure, Vec::new());
            };
            let body = if route.value.is_empty() { entry } else { json!({ &route.value: entry }) };
            let path = route.path(self.id);
            let offer = format!("POST {path} {body}");
            let cure = format!(
                "It is in the list `{list}`, and a change replaces the whole list: add an entry with {}, or change one with \
                 PATCH {path}/{{id}}{typed}",
                shortened(&offer, SHOWN),
            );
            return Home::of(cure, vec![offer]);
        }
        let rest = typed + &route.map_or_else(String::new, later);
        let offer = format!("{}: [{entry}]", json!(list));
        let cure = format!("Write it as an entry of a list, {offer}{rest}");
        Home { entry: Some(Entry { list: list.to_owned(), entry, route: rest }), ..Home::of(cure, vec![offer]) }
    }

    /// What says that something is so, or is not.
    fn truth(&self, truth: &Truth) -> Option<Home> {
        let is_so = self.value.as_bool().or_else(|| super::literal::boolean(self.value.as_str()?))?;
        match truth {
            Truth::Contrary(flag) => {
                let offer = format!("{}: {}", json!(flag.path), !is_so);
                Some(Home::of(format!("Write {offer}, {}", truth.reason()), vec![offer]))
            }
            Truth::Value(field, values) => {
                let named = values.first().filter(|_| is_so && values.len() == 1);
                let Some(value) = named else {
                    let values = field.enum_values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
                    return Some(Home::of(format!("Write `{}` with one of {values}", field.path), Vec::new()));
                };
                let offer = format!("{}: {}", json!(field.path), json!(value));
                Some(Home::of(format!("Write {offer}, {}", truth.reason()), vec![offer]))
            }
            Truth::Left(field, _) => {
                let cure = format!(
                    "It follows from `{}`, {}, and the server sets that: leave it out",
                    field.path,
                    truth.reason()
                );
                Some(Home::of(cure, Vec::new()))
            }
            Truth::Dated(field) => {
                let cure = format!("`{}`, a date, says it: write that date, or nothing where it is not so", field.path);
                Some(Home::of(cure, Vec::new()))
            }
        }
    }

    /// What several fields say, of which none takes the value.
    fn together(&self) -> Option<Home> {
        let names: Vec<&str> = whole(self.name, &self.fields.called().together).collect();
        let has_all = !names.is_empty() && names.iter().all(|name| own(name, self.fields).is_some());
        let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let cure = format!("{listed} say it together: write those, and leave it out");
        has_all.then(|| Home::of(cure, names.into_iter().map(str::to_owned).collect()))
    }

    /// What is asked for under no name at all when a record is made, and afterwards added as a record of its own.
    fn given(&self) -> Option<Home> {
        let all = called(self.name, &self.fields.called().given, self.fields);
        let field = all.into_iter().find(|field| field.type_name != "string" || self.value.is_string())?;
        let route = self.route(&field.path);
        if let Some(route) = route.filter(|_| self.is_change()) {
            let mut body = Map::new();
            body.insert(route.value.clone(), self.value.clone());
            if !route.flag.is_empty() {
                body.insert(route.flag.clone(), true.into());
            }
            let offer = format!("POST {} {}", route.path(self.id), Value::Object(body));
            let cure = format!("It is a record of its own: add it with {}", shortened(&offer, SHOWN));
            return Some(Home::of(cure, vec![offer]));
        }
        let offer = format!("{}: {}", json!(field.path), self.value);
        let rest = route.map_or_else(String::new, later);
        Some(Home::of(format!("Write {}{rest}", shortened(&offer, SHOWN)), vec![offer]))
    }

    /// The field that surely is meant.
    fn field(&self, found: &Suggested) -> Option<Home> {
        let best = found.fields.first().filter(|_| found.sure)?;
        // A misspelt name is told by its letters, whatever the API.
        if alike(&self.name.to_lowercase(), &best.path.to_lowercase()) >= MISSPELT {
            return None;
        }
        if best.path.starts_with("_info/") {
            let cure = format!("The server sets it, and it is read as `{}`: leave it out", best.path);
            return Some(Home::of(cure, Vec::new()));
        }
        if best.path == "id" {
            let cure = "The server gives a record its `id`, and the path says which one is changed: leave it out";
            return Some(Home::of(cure, Vec::new()));
        }
        let Some((field, member)) = best.path.split_once('/') else {
            if best.type_name.starts_with("array") {
                return Some(self.entry(&best.path, self.value.clone()));
            }
            let member = member_for(best.clone(), scalar_of(self.value).as_ref(), self.fields);
            let member = member.path.strip_prefix(&format!("{}/", best.path)).map(str::to_owned);
            let value = match (&best.type_name[..], self.value) {
                ("string", Value::Number(number)) => json!(number.to_string()),
                ("object", value) if !value.is_object() => json!({ member?: value }),
                (_, value) => value.clone(),
            };
            let offer = format!("{}: {value}", json!(best.path));
            return Some(Home::of(format!("Write {}", shortened(&offer, SHOWN)), vec![offer]));
        };
        // A field of a reference is found by the member that would be compared.
        let whole = self.own.iter().find(|own| own.path == field).filter(|_| !member.contains('/'))?;
        let reference = if self.value.is_object() { self.value.clone() } else { json!({ member: self.value }) };
        if whole.type_name.starts_with("array") {
            return Some(self.entry(field, reference));
        }
        let offer = format!("{}: {reference}", json!(field));
        Some(Home::of(format!("Write {}", shortened(&offer, SHOWN)), vec![offer]))
    }

    /// Fields of the record that have a word of the name.
    fn near(&self, found: &Suggested) -> Option<Home> {
        let is_own = |path: &str| self.own.iter().any(|own| own.path == path && !own.type_name.ends_with("object"));
        let names = found.fields.iter().map(|field| field.path.clone()).filter(|path| is_own(path));
        let names: Vec<String> = names.collect();
        let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        let cure = match listed.as_slice() {
            [] => return None,
            [only] => format!("Write {only} if that is meant, or leave it out"),
            several => format!("Write one of {} if that is meant, or leave it out", several.join(", ")),
        };
        Some(Home::of(cure, names))
    }

    fn nowhere(&self) -> Home {
        let cure = Said::from("Leave it out, or see the fields with ");
        Home::of(cure.given(Given::Description), Vec::new())
    }
}

/// What tells an entry of a list from others of its kind, as the rest of a sentence.
fn typed(list: &str, entry: &Value) -> String {
    let typed = trade::typed(TITLE, list).filter(|typed| entry.get(&typed.member).is_none());
    typed.map_or_else(String::new, |typed| {
        format!(
            "; each entry also takes its `{}`, {}: the id of one that GET {} lists",
            typed.member, typed.such_as, typed.of
        )
    })
}

/// How to add to a record that exists, as the rest of a sentence.
fn later(route: &Route) -> String {
    format!("; to a record that exists, add it with POST {}", route.path(None))
}

/// The parts of a value that stands in several fields; where it has other parts than those, the fields alone.
fn parts(found: &Suggested, value: &Value) -> Option<Home> {
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
    let parts = pairs.join(", ");
    Some(Home::of(format!("It is in several fields: write {parts}"), vec![parts]))
}

fn scalar_of(value: &Value) -> Option<Scalar> {
    match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Number(number) => Some(Scalar::Number(number.to_string())),
        Value::Bool(flag) => Some(Scalar::Boolean(*flag)),
        _ => None,
    }
}
