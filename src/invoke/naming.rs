//! How is a list asked for the records that a name may mean, and what are its records called?
//!
//! [`by_manifest`] answers for an API of which nothing is known: by the parameter that searches the list, or by reading the list.

use serde_json::{Map, Value};

use super::draft::{Finding, Named};
use crate::openapi::{Field, Operation, SchemaLookup, fields};

/// Rows of a list that is read whole to find a name; a longer one is for its own search.
const MOST_ROWS: usize = 500;
/// Fields of a record that are looked at.
const MOST_FIELDS: usize = 400;

/// What records are called by in most APIs, the surest first, in small letters and without other characters.
const CALLED_BY: [&str; 14] = [
    "identifier",
    "name",
    "fullname",
    "displayname",
    "title",
    "label",
    "summary",
    "subject",
    "key",
    "slug",
    "code",
    "username",
    "login",
    "email",
];
/// What ids are called, in the same form.
const IDS: [&str; 3] = ["id", "uuid", "guid"];
/// What tells records of one name apart, in the same form.
const APART: [&str; 8] = ["identifier", "key", "code", "email", "status", "state", "type", "city"];
/// Such fields of a record that are shown.
const MOST_APART: usize = 4;
/// Flags of records that are not in use, with the value that says so, in the same form.
const OUT_OF_USE: [(&str, bool); 14] = [
    ("inactive", true),
    ("inactiveflag", true),
    ("isinactive", true),
    ("deleted", true),
    ("deletedflag", true),
    ("isdeleted", true),
    ("archived", true),
    ("isarchived", true),
    ("disabled", true),
    ("closed", true),
    ("closedflag", true),
    ("active", false),
    ("isactive", false),
    ("enabled", false),
];

/// A list in which a name is looked for.
pub struct NamedList<'a> {
    /// The operation that lists, with the parameters that its dialect knows.
    pub list: &'a Operation,
    /// The schema of its answer.
    pub records: &'a Value,
    /// Gives the named schemas of its API.
    pub lookup: &'a dyn SchemaLookup,
    /// The name.
    pub text: &'a str,
    /// The field by which its records belong to another, and the id of that one.
    pub within: Option<(&'a str, &'a Value)>,
}

/// How a list is asked for what a name may mean.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The member with a record's id.
    pub id: String,
    /// The members that a record is called by: each entry is a name, of several members with blanks between.
    pub called_by: Vec<Vec<String>>,
    /// The paths of the members that tell records of one name apart.
    pub apart: Vec<String>,
    /// The flags of records that are not in use, each with the value that says so and the word for it.
    pub out_of_use: Vec<(String, bool)>,
    /// Asks for the records that are called exactly so.
    pub exactly: Asking,
    /// Asks for records whose names have parts in common with this one; `None` where nothing asks for them.
    pub nearly: Option<Asking>,
    /// Asks for all.
    pub all: Asking,
}

/// One question to a list.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// Parameters by name.
    pub params: Map<String, Value>,
    /// Rows after which fetching all pages stops; `None` asks for one page.
    pub most: Option<usize>,
}

/// The way that a manifest tells.
pub fn by_manifest(named: &NamedList<'_>) -> Option<Naming> {
    let own = fields_of(named);
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let by_name = |wanted: &str| own.iter().find(|field| plain(&field.path) == wanted);
    let is_text = |field: &&Field| field.type_name.starts_with("string");
    let id = IDS.iter().find_map(|name| by_name(name))?.path.clone();
    let mut called_by: Vec<Vec<String>> = Vec::new();
    let people = [by_name("firstname"), by_name("lastname")];
    if let [Some(first), Some(last)] = people {
        called_by.push(vec![first.path.clone(), last.path.clone()]);
    }
    let found = CALLED_BY.iter().filter_map(|name| by_name(name)).filter(is_text);
    called_by.extend(found.map(|field| vec![field.path.clone()]));
    if called_by.is_empty() {
        return None;
    }
    let is_name = |path: &str| called_by.iter().any(|names| names.len() == 1 && names[0] == path);
    let apart = APART.iter().filter_map(|name| by_name(name)).filter(|field| is_text(field) || is_name(&field.path));
    let apart: Vec<String> = apart.map(|field| field.path.clone()).take(MOST_APART).collect();
    let flags = OUT_OF_USE.iter().filter_map(|(name, value)| Some((by_name(name)?.path.clone(), *value)));
    let all = Asking { params: Map::new(), most: Some(MOST_ROWS) };
    let question = Named { list: named.list, records: Some(named.records), text: named.text, lookup: named.lookup };
    let searched = question.by_search().map(|Finding { parameter, .. }| {
        let params = Map::from_iter([(parameter.into_owned(), named.text.into())]);
        Asking { params, ..all.clone() }
    });
    let (exactly, nearly) = (searched.clone().unwrap_or_else(|| all.clone()), searched);
    Some(Naming { id, called_by, apart, out_of_use: flags.collect(), exactly, nearly, all })
}

/// The fields of a list's records: of its answer's rows, or of the list within an envelope.
fn fields_of(named: &NamedList<'_>) -> Vec<Field> {
    let outer = fields(named.records, named.lookup, 1, MOST_FIELDS);
    let lists: Vec<&Field> = outer.iter().filter(|field| field.type_name == "array of object").collect();
    let [list] = lists.as_slice() else { return outer };
    if outer.iter().any(|field| IDS.contains(&field.path.to_ascii_lowercase().as_str())) {
        return outer;
    }
    let prefix = format!("{}/", list.path);
    let inner = fields(named.records, named.lookup, 2, MOST_FIELDS).into_iter();
    inner
        .filter_map(|field| {
            let path = field.path.strip_prefix(&prefix)?.to_owned();
            Some(Field { path, ..field })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::openapi::read;

    fn naming(records: &Value, parameters: &Value) -> Option<Naming> {
        let manifest = json!({
            "openapi": "3.0.0", "info": { "title": "t", "version": "1" },
            "paths": { "/projects": { "get": {
                "parameters": parameters,
                "responses": { "200": { "description": "", "content": { "application/json": { "schema": records } } } },
            } } },
        });
        let manifest = read(manifest.to_string().as_bytes()).unwrap();
        let lookup = |name: &str| manifest.schemas.get(name).cloned();
        let list = &manifest.operations[0];
        let records = &list.responses[0].content[0].schema;
        by_manifest(&NamedList { list, records, lookup: &lookup, text: "Apollo", within: None })
    }

    #[test]
    fn a_list_is_searched_where_it_can_be_and_read_where_not() {
        let record = json!({ "type": "object", "properties": {
            "id": { "type": "integer" }, "name": { "type": "string" }, "key": { "type": "string" },
            "archived": { "type": "boolean" }, "count": { "type": "integer" },
        } });
        let rows = json!({ "type": "array", "items": record });
        let found = naming(&rows, &json!([{ "name": "q", "in": "query", "schema": { "type": "string" } }])).unwrap();
        assert_eq!(
            (found.id.as_str(), &found.called_by),
            ("id", &vec![vec!["name".to_owned()], vec!["key".to_owned()]])
        );
        assert_eq!(found.exactly.params, *json!({ "q": "Apollo" }).as_object().unwrap());
        assert_eq!((&found.apart, &found.out_of_use), (&vec!["key".to_owned()], &vec![("archived".to_owned(), true)]));
        let unsearched = naming(
            &json!({ "type": "object", "properties": { "data": rows, "total": { "type": "integer" } } }),
            &json!([]),
        );
        let unsearched = unsearched.unwrap();
        assert!(unsearched.exactly.params.is_empty() && unsearched.nearly.is_none(), "{unsearched:?}");
        assert_eq!(unsearched.called_by.len(), 2);
    }

    #[test]
    fn records_without_a_name_or_an_id_cannot_be_found() {
        for properties in [json!({ "id": { "type": "integer" } }), json!({ "name": { "type": "string" } })] {
            let rows = json!({ "type": "array", "items": { "type": "object", "properties": properties } });
            assert!(naming(&rows, &json!([])).is_none());
        }
    }
}
