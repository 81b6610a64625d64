//! What `resolve`, `fields` and `example` make of finished schemas.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{OmissionReason, ResolveLimits, Resolved, def_name, embedded, example, fields, resolve};
use super::{references, visit};

fn table(schemas: Value) -> impl Fn(&str) -> Option<Value> {
    let map = schemas.as_object().cloned().unwrap_or_default();
    move |name| map.get(name).cloned()
}

fn limits(max_depth: usize, max_nodes: usize) -> ResolveLimits {
    ResolveLimits { max_depth, max_nodes }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// Self-contained, bounded, and truthful about what is missing.
fn assert_sound(resolved: &Resolved, limits: ResolveLimits) {
    let nodes = count(&resolved.schema);
    assert!(nodes <= limits.max_nodes.max(3), "{nodes} values in {}", resolved.schema);
    let mut found = Vec::new();
    references(&resolved.schema, &mut found);
    for reference in found {
        let name = def_name(&reference).expect("a reference to a named schema");
        assert!(resolved.schema.get("$defs").is_some_and(|defs| defs.get(&name).is_some()), "{reference} dangles");
    }
    let mut marks = Vec::new();
    visit(&resolved.schema, "", &mut |schema, pointer| {
        if let Some(reason) = schema.get("x-omitted").and_then(Value::as_str) {
            marks.push((pointer.to_owned(), reason.to_owned()));
        }
    });
    let mut listed: Vec<_> =
        resolved.omitted.iter().map(|o| (o.pointer.clone(), o.reason.as_str().to_owned())).collect();
    marks.sort();
    listed.sort();
    assert_eq!(marks, listed, "{}", resolved.schema);
}

#[test]
fn inlines_along_the_path() {
    let lookup = table(json!({
        "Ticket": {"type": "object", "properties": {
            "board": {"$ref": "#/$defs/Board", "description": "Where"}, "parent": {"$ref": "#/$defs/Ticket"}
        }},
        "Board": {"type": "object", "title": "Board", "properties": {"id": {"type": "integer"}}},
    }));
    let resolved = resolve(&json!({"$ref": "#/$defs/Ticket"}), &lookup, ResolveLimits::default());
    let board = json!({"type": "object", "title": "Board", "properties": {"id": {"type": "integer"}}});
    let mut described = board.clone();
    described["description"] = json!("Where");
    assert_eq!(
        resolved.schema,
        json!({
            "type": "object",
            "properties": {"board": described, "parent": {"$ref": "#/$defs/Ticket"}},
            "$defs": {
                "Ticket": {"type": "object", "properties": {
                    "board": {"$ref": "#/$defs/Board", "description": "Where"}, "parent": {"$ref": "#/$defs/Ticket"}
                }},
                "Board": board,
            }
        })
    );
    assert_eq!(resolved.omitted, []);
    assert_sound(&resolved, ResolveLimits::default());
}

#[test]
fn says_what_is_left_out() {
    let lookup = table(json!({
        "A": {"properties": {"b": {"$ref": "#/$defs/B"}, "n": {"type": "string"}}},
        "B": {"properties": {"c": {"$ref": "#/$defs/C"}}},
        "C": {"properties": {"d": {"type": "string"}}},
    }));
    let schema = json!({"$ref": "#/$defs/A"});
    for (limit, pointer, name, reason) in [
        (limits(1, 100), "/properties/b/properties/c", "C", OmissionReason::Depth),
        (limits(0, 100), "/properties/b", "B", OmissionReason::Depth),
        (limits(9, 8), "/properties/b", "B", OmissionReason::Size),
        (limits(9, 3), "", "A", OmissionReason::Size),
    ] {
        let resolved = resolve(&schema, &lookup, limit);
        assert_sound(&resolved, limit);
        let omitted: Vec<_> =
            resolved.omitted.iter().map(|o| (o.pointer.as_str(), o.schema.as_str(), o.reason)).collect();
        assert_eq!(omitted, [(pointer, name, reason)], "{limit:?}");
        assert_eq!(resolved.schema.pointer(pointer), Some(&json!({"title": name, "x-omitted": reason.as_str()})));
    }
    let resolved = resolve(&json!({"items": {"$ref": "#/$defs/None"}}), &lookup, ResolveLimits::default());
    assert_eq!(resolved.schema, json!({"items": {"title": "None", "x-omitted": "missing"}}));
}

#[test]
fn omissions_never_make_a_schema_stricter() {
    let deep = json!({"properties": {"x": {"properties": {"y": {}}}}});
    let schema = json!({"oneOf": [deep, {"type": "string"}], "not": deep, "unevaluatedProperties": false});
    let resolved = resolve(&schema, &|_: &str| None::<Value>, limits(1, 100));
    let cut = json!({"properties": {"x": {"x-omitted": "depth"}}});
    assert_eq!(resolved.schema, json!({"anyOf": [cut, {"type": "string"}], "x-omitted": "depth"}));
    assert_sound(&resolved, limits(1, 100));
    // Nothing left out, nothing loosened.
    assert_eq!(resolve(&schema, &|_: &str| None::<Value>, limits(9, 100)).schema, schema);
}

#[test]
fn a_wide_schema_keeps_what_it_requires() {
    let properties: Map<String, Value> = (0..200).map(|n| (format!("p{n}"), json!({"type": "string"}))).collect();
    let schema =
        json!({"type": "object", "required": ["p150"], "properties": properties, "additionalProperties": false});
    let resolved = resolve(&schema, &|_: &str| None::<Value>, limits(3, 100));
    assert_sound(&resolved, limits(3, 100));
    assert!(resolved.schema.pointer("/properties/p150").is_some());
    assert_eq!(resolved.schema.get("x-omitted"), Some(&json!("size")));
    assert_eq!(resolved.schema.get("additionalProperties"), None);
}

#[test]
fn shared_schemas_do_not_explode() {
    // Each level refers to the next four times: 4^40 paths.
    let schemas: Map<String, Value> = (0..40)
        .map(|n| {
            let next = json!({"$ref": format!("#/$defs/S{}", n + 1)});
            let body = if n == 39 {
                json!({"type": "string"})
            } else {
                json!({"properties": {"a": next, "b": next, "c": next, "d": next}})
            };
            (format!("S{n}"), body)
        })
        .collect();
    let lookup = table(Value::Object(schemas));
    let limit = limits(64, 5_000);
    let resolved = resolve(&json!({"$ref": "#/$defs/S0"}), &lookup, limit);
    assert_sound(&resolved, limit);
    assert!(resolved.omitted.iter().all(|omission| omission.reason == OmissionReason::Size));
    assert!(count(&resolved.schema) > 1_000);
    assert_eq!(fields(&json!({"$ref": "#/$defs/S0"}), &lookup, 40, 300).len(), 300);
    assert!(count(&example(&json!({"$ref": "#/$defs/S0"}), &lookup, 40)) < 2_000);
}

#[test]
fn lists_fields_by_path() {
    let lookup = table(json!({
        "Ticket": {
            "type": "object",
            "required": ["summary"],
            "properties": {
                "id": {"type": "integer", "format": "int32", "readOnly": true},
                "summary": {"type": "string", "description": "One line"},
                "board": {"anyOf": [{"$ref": "#/$defs/Board"}, {"type": "null"}]},
                "notes": {"type": "array", "items": {"allOf": [{"$ref": "#/$defs/Note"}]}},
                "state": {"type": ["string", "null"], "enum": ["new", "done", null]},
            },
        },
        "Board": {"type": "object", "required": ["id"], "properties": {
            "id": {"type": "integer"}, "home": {"$ref": "#/$defs/Board"}
        }},
        "Note": {"type": "object", "properties": {"text": {"type": "string"}, "ticket": {"$ref": "#/$defs/Ticket"}}},
    }));
    let found = fields(&json!({"type": "array", "items": {"$ref": "#/$defs/Ticket"}}), &lookup, 3, 100);
    let shown: Vec<_> =
        found.iter().map(|f| format!("{}: {}{}", f.path, f.type_name, if f.required { "!" } else { "" })).collect();
    assert_eq!(
        shown,
        [
            "id: integer",
            "summary: string!",
            "board: object",
            "notes: array of object",
            "state: string",
            "board/id: integer!",
            "board/home: object",
            "notes/text: string",
            "notes/ticket: object",
        ]
    );
    assert!(found.iter().any(|f| f.path == "id" && f.read_only && f.format.as_deref() == Some("int32")));
    assert!(found.iter().any(|f| f.path == "state" && f.enum_values == [json!("new"), json!("done")]));
    assert!(found.iter().any(|f| f.path == "notes" && f.schema_name.as_deref() == Some("Note")));
    assert!(found.iter().any(|f| f.path == "summary" && f.description == "One line"));
}

#[test]
fn a_property_that_tells_alternatives_apart_has_the_values_of_all() {
    let lookup = table(json!({
        "Cat": {"type": "object", "properties": {"kind": {"type": "string", "enum": ["cat"]}, "lives": {"type": "integer"}}},
        "Dog": {"type": "object", "properties": {"kind": {"type": "string"}, "loud": {"type": "boolean"}}},
    }));
    let values = |schema: Value| {
        let found = fields(&schema, &lookup, 2, 100);
        found.into_iter().find(|field| field.path.ends_with("kind")).unwrap().enum_values
    };
    let either = json!([{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]);
    for (mapping, expected) in [
        (json!({"cat": "#/$defs/Cat", "hound": "#/$defs/Dog", "pup": "Dog"}), json!(["cat", "hound", "pup"])),
        (json!({"hound": "#/$defs/Dog"}), json!(["hound", "cat"])),
        (json!({}), json!(["cat", "Dog"])),
    ] {
        let discriminator = json!({"propertyName": "kind", "mapping": mapping});
        for key in ["oneOf", "anyOf"] {
            let pet = json!({key: either, "discriminator": discriminator});
            assert_eq!(json!(values(pet.clone())), expected);
            assert_eq!(json!(values(json!({"properties": {"pet": pet}}))), expected);
        }
    }
    assert_eq!(values(json!({"oneOf": either})), [json!("cat")]);
}

#[test]
fn makes_small_examples() {
    let lookup = table(json!({
        "Node": {"type": "object", "required": ["name", "next"], "properties": {
            "name": {"type": "string"}, "next": {"$ref": "#/$defs/Node"}
        }},
        "Loop": {"$ref": "#/$defs/Loop"},
        "Pile": {"type": "array", "items": {"$ref": "#/$defs/Pile"}},
        "Hub": {"allOf": [{"$ref": "#/$defs/End"}], "required": ["key"], "properties": {"key": {"type": "string"}}},
        "End": {"discriminator": {"propertyName": "kind"}, "required": ["kind"], "properties": {
            "kind": {"type": "string", "enum": ["Hub", "Bus"]}
        }},
    }));
    for (schema, expected) in [
        (json!({"$ref": "#/$defs/End"}), json!({"kind": "Hub", "key": "string"})),
        (json!({"$ref": "#/$defs/Pile"}), json!([])),
        (json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/Pile"}}}), json!({})),
        (json!({"type": "string", "format": "date"}), json!("2025-01-31")),
        (json!({"type": "string", "examples": ["x"], "default": "y"}), json!("x")),
        (json!({"type": "integer", "default": "three", "minimum": 3}), json!(3)),
        (json!({"type": "number", "exclusiveMaximum": 0}), json!(-0.5)),
        (json!({"type": ["null", "string"], "enum": [null, "a"]}), json!("a")),
        (json!({"type": "string", "maxLength": 3}), json!("str")),
        (json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2}), json!([true, true])),
        (
            json!({"type": "object", "required": ["b", "r"], "properties": {
                "a": {"type": "string"}, "b": {"type": "integer"}, "r": {"type": "string", "readOnly": true}
            }}),
            json!({"b": 1}),
        ),
        (
            json!({"properties": {
                "id": {"type": "integer", "readOnly": true}, "o": {"type": "object"},
                "a": {"type": "string"}, "b": {"type": "boolean"}, "c": {"type": "integer"}, "d": {"type": "string"}
            }}),
            json!({"a": "string", "b": true, "c": 1}),
        ),
        (
            json!({"anyOf": [
                {"type": "null"},
                {"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"const": 7}}}]}
            ]}),
            json!({"a": 7}),
        ),
        (json!({"$ref": "#/$defs/Loop"}), json!("string")),
        // What the manifest gives and its own schema refuses is no example.
        (
            json!({"type": "string", "format": "uuid", "examples": ["{id}", "363187f1-c573-46b3-bc4c-ae01d686e68e"]}),
            json!("363187f1-c573-46b3-bc4c-ae01d686e68e"),
        ),
        (json!({"type": "string", "minLength": 1, "examples": [""]}), json!("string")),
        // No text at all is an example of nothing, and the last of a list; as a default it is meant.
        (json!({"type": "string", "examples": ["", "A7"]}), json!("A7")),
        (json!({"type": "string", "examples": [""]}), json!("string")),
        (json!({"type": "string", "enum": ["", "open"]}), json!("open")),
        (json!({"type": "string", "enum": [""]}), json!("")),
        (json!({"type": "string", "default": ""}), json!("")),
        (json!({"type": "string", "enum": [10, 20]}), json!(10)),
        // Items that must differ do, as far as there are others.
        (
            json!({"type": "array", "minItems": 3, "uniqueItems": true, "items": {"type": "integer", "minimum": 4}}),
            json!([4, 5, 6]),
        ),
        (
            json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": {"type": "string"}}),
            json!(["string", "string2"]),
        ),
        (
            json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": {"type": "string", "enum": ["a", "b"]}}),
            json!(["a", "b"]),
        ),
        (
            json!({"type": "array", "minItems": 2, "uniqueItems": true, "items": {"type": "boolean", "enum": [true]}}),
            json!([true]),
        ),
        (json!({"type": "array", "minItems": 2, "items": {"type": "integer"}}), json!([1, 1])),
        (json!({"type": "string", "minLength": 1000}), json!(format!("string{}", "x".repeat(994)))),
        (json!({"type": "string", "enum": ["a/b", "c"], "default": "a%2Fb"}), json!("a/b")),
        (json!({"type": "string", "format": "date", "examples": ["2025-10-15T13:51:07.245Z"]}), json!("2025-01-31")),
        (json!({"type": "string", "format": "date-time", "minLength": 25}), json!("2025-01-31T09:00:00.0000Z")),
        (json!({"type": "string", "format": "date-time", "minLength": 21}), json!("2025-01-31T09:00:00.0Z")),
        (json!({"type": "string", "format": "date-time", "maxLength": 10}), json!("2025-01-31")),
        (json!({"type": "string", "format": "date-time", "enum": ["now"]}), json!("now")),
        (json!({"type": "array", "enum": ["a", "b"], "items": {"type": "string"}}), json!(["a"])),
        (
            json!({"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}}),
            json!({"name": 1, "name2": 1}),
        ),
        (
            json!({"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^x-[a-z]+$"}}),
            json!({"x-a": "string"}),
        ),
        (
            json!({"type": "object", "minProperties": 2, "required": ["a"], "additionalProperties": false, "properties": {
                "a": {"type": "string"}, "b": {"type": "array", "items": {"type": "integer"}}
            }}),
            json!({"a": "string", "b": [1]}),
        ),
        (
            json!({"type": "object", "properties": {"new": {"type": "string"}}, "examples": [{"old": "renamed since"}]}),
            json!({"new": "string"}),
        ),
    ] {
        assert_eq!(example(&schema, &lookup, 6), expected, "{schema}");
    }
    let node = example(&json!({"$ref": "#/$defs/Node"}), &lookup, 6);
    assert_eq!(node.get("name"), Some(&json!("string")));
    assert!(count(&node) < 20);
}

#[test]
fn every_body_of_the_embedded_manifest_resolves() {
    let manifest = embedded().expect("the embedded manifest");
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let limit = ResolveLimits::default();
    let mut seen = BTreeMap::new();
    for operation in &manifest.operations {
        for media in operation.request_body.iter().flat_map(|body| &body.content) {
            seen.entry(media.schema.to_string()).or_insert_with(|| media.schema.clone());
        }
    }
    for schema in seen.values() {
        let resolved = resolve(schema, &lookup, limit);
        assert_sound(&resolved, limit);
        assert_eq!(resolved.omitted, [], "{schema}");
        assert!(!example(schema, &lookup, 6).is_null(), "{schema}");
    }
}

fn arbitrary_schema() -> impl Strategy<Value = Value> {
    let reference = (0..6usize).prop_map(|n| json!({"$ref": format!("#/$defs/S{n}")}));
    let leaf = prop_oneof![
        3 => reference,
        1 => Just(json!({"type": "string", "enum": ["a", "b"]})),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => (0..6usize).prop_map(|n| json!({"$ref": format!("#/$defs/S{n}"), "title": "t", "minProperties": 1})),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        let map = prop::collection::btree_map("[a-c~/]{1,2}", inner.clone(), 0..4);
        (
            map,
            prop::option::of(list),
            prop::option::of(inner.clone()),
            prop::sample::select(vec!["allOf", "oneOf", "anyOf", "prefixItems"]),
            prop::sample::select(vec!["items", "not", "if", "additionalProperties"]),
        )
            .prop_map(|(properties, list, single, list_key, single_key)| {
                let mut schema = Map::new();
                schema.insert("properties".to_owned(), json!(properties));
                if let Some(list) = list {
                    schema.insert(list_key.to_owned(), json!(list));
                }
                if let Some(single) = single {
                    schema.insert(single_key.to_owned(), single);
                }
                Value::Object(schema)
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn resolved_schemas_are_sound(
        schemas in prop::collection::vec(arbitrary_schema(), 5),
        root in arbitrary_schema(),
        max_depth in 0..8usize,
        max_nodes in 0..300usize,
    ) {
        // S5 does not exist.
        let lookup = |name: &str| schemas.get(name.strip_prefix('S')?.parse::<usize>().ok()?).cloned();
        let limit = limits(max_depth, max_nodes);
        assert_sound(&resolve(&root, &lookup, limit), limit);
        prop_assert!(fields(&root, &lookup, max_depth, max_nodes).len() <= max_nodes);
        prop_assert!(count(&example(&root, &lookup, max_depth)) < 20_000);
    }
}

#[test]
fn references_to_an_id_of_the_same_document_resolve() {
    let post = |reference: &str| json!({ "post": { "responses": {}, "requestBody": { "content": { "application/json": { "schema": { "$ref": reference } } } } } });
    let document = json!({
        "openapi": "3.1.0", "info": { "title": "t", "version": "1" },
        "paths": {
            "/whole": post("https://acme.example/schemas/stone"),
            "/fragment": post("https://acme.example/schemas/stone#/properties/vein"),
            "/anchor": post("https://acme.example/schemas/stone#weight"),
            "/relative": post("#/components/schemas/Cart"),
            "/other": post("https://acme.example/schemas/other"),
        },
        "components": { "schemas": {
            "Stone": { "$id": "https://acme.example/schemas/stone", "type": "object", "properties": {
                "vein": { "type": "integer" }, "weight": { "$anchor": "weight", "type": "number" },
            } },
            "Cart": { "$id": "https://acme.example/schemas/cart", "type": "object", "properties": { "load": { "$ref": "stone" } } },
        } },
    });
    let manifest = crate::openapi::read(document.to_string().as_bytes()).unwrap();
    let resolved = |path: &str| {
        let operation = manifest.operations.iter().find(|operation| operation.path == path).unwrap();
        let lookup = |name: &str| manifest.schemas.get(name).cloned();
        let schema = &operation.request_body.as_ref().unwrap().content[0].schema;
        crate::openapi::resolve(schema, &lookup, Default::default()).schema
    };
    assert_eq!(resolved("/whole")["properties"]["vein"]["type"], "integer");
    assert_eq!(resolved("/fragment")["type"], "integer");
    assert_eq!(resolved("/anchor")["type"], "number");
    assert_eq!(resolved("/relative")["properties"]["load"]["properties"]["vein"]["type"], "integer");
    // What no schema is called is in another file, as before.
    assert_eq!(resolved("/other")["type"], serde_json::Value::Null);
    let external: Vec<_> = manifest.warnings.iter().filter(|warning| warning.code == "ref-external").collect();
    assert_eq!(external.len(), 1, "{external:?}");
}
