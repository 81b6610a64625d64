//! What stands for one value, and for none: each style, exploded or not, in each place.

use serde_json::{Value, json};

use super::sent_by_generic;
use super::styles::{sent, with_parameter};

fn parameter(place: &str, style: &str, explode: bool, required: bool, schema: &Value) -> Value {
    json!({ "name": "color", "in": place, "required": required, "style": style, "explode": explode, "schema": schema })
}

const QUERY_STYLES: [&str; 4] = ["form", "spaceDelimited", "pipeDelimited", "deepObject"];

#[test]
fn empty_text_has_the_bytes_of_the_specifications_table() {
    let text = json!({ "type": "string" });
    for explode in [false, true] {
        assert_eq!(sent(&parameter("path", "matrix", explode, true, &text), &json!("")), ";color");
        for style in QUERY_STYLES {
            assert_eq!(
                sent(&parameter("query", style, explode, true, &text), &json!("")),
                "color=",
                "{style} {explode}"
            );
        }
        assert_eq!(sent(&parameter("header", "simple", explode, true, &text), &json!("")), "");
        assert_eq!(sent(&parameter("cookie", "form", explode, true, &text), &json!("")), "color=");
        // A lone dot, and nothing, would be another path than the one that is written.
        for style in ["label", "simple"] {
            let manifest = with_parameter(&parameter("path", style, explode, true, &text));
            let problems = sent_by_generic(&manifest, &json!({ "color": "" })).unwrap_err();
            let said = problems[0].message.to_string();
            assert!(said.contains("must not be empty") || said.contains("leads elsewhere"), "{style}: {said}");
        }
    }
}

#[test]
fn an_empty_list_or_object_is_left_out_where_it_may_be() {
    let (list, object) = (json!({ "type": "array", "items": {} }), json!({ "type": "object" }));
    for explode in [false, true] {
        for (schema, value) in [(&list, json!([])), (&object, json!({}))] {
            for (place, styles) in [("query", &QUERY_STYLES[..]), ("header", &["simple"]), ("cookie", &["form"])] {
                for style in styles {
                    let left_out = with_parameter(&parameter(place, style, explode, false, schema));
                    let draft = sent_by_generic(&left_out, &json!({ "color": value })).unwrap();
                    assert!(draft.query.is_empty() && draft.headers.is_empty(), "{place} {style} {explode} {value}");
                    assert!(draft.notes[0].to_string().contains("left out"), "{:?}", draft.notes);
                }
            }
            for style in ["matrix", "label", "simple"] {
                let manifest = with_parameter(&parameter("path", style, explode, true, schema));
                let problems = sent_by_generic(&manifest, &json!({ "color": value })).unwrap_err();
                assert!(problems[0].message.to_string().contains("must not be empty"), "{style} {explode} {value}");
            }
        }
        // One that must be there is there, without a value.
        let required = |place: &str, style: &str| sent(&parameter(place, style, explode, true, &list), &json!([]));
        assert_eq!([required("query", "form"), required("cookie", "form")], ["color=", "color="]);
        assert_eq!(required("header", "simple"), "");
    }
}

#[test]
fn numbers_and_flags_are_written_as_json_writes_them() {
    for (schema, value, wanted) in [
        (json!({ "type": "boolean" }), "true", "true"),
        (json!({ "type": "integer" }), "7", "7"),
        (json!({ "type": "integer" }), "-9007199254740993", "-9007199254740993"),
        (json!({ "type": "number" }), "1.50", "1.50"),
        (json!({ "type": "number" }), "1e-7", "1e-7"),
    ] {
        let value: Value = serde_json::from_str(value).unwrap();
        for explode in [false, true] {
            for (place, style, before) in [
                ("path", "matrix", ";color="),
                ("path", "label", "."),
                ("path", "simple", ""),
                ("query", "form", "color="),
                ("query", "spaceDelimited", "color="),
                ("query", "pipeDelimited", "color="),
                ("query", "deepObject", "color="),
                ("header", "simple", ""),
                ("cookie", "form", "color="),
            ] {
                // Within a label a dot would begin another item.
                let written = if style == "label" { wanted.replace('.', "%2E") } else { wanted.to_owned() };
                let parameter = parameter(place, style, explode, true, &schema);
                let sent = sent(&parameter, &value);
                let is_right = sent == format!("{before}{written}") || sent == format!("{before}{wanted}");
                assert!(is_right, "{place} {style} {explode} {value}: {sent}");
            }
        }
    }
}

#[test]
fn a_null_is_no_value() {
    let text = json!({ "type": "string" });
    for (place, style) in [("query", "form"), ("header", "simple"), ("cookie", "form")] {
        let optional = with_parameter(&parameter(place, style, true, false, &text));
        let draft = sent_by_generic(&optional, &json!({ "color": null })).unwrap();
        assert!(draft.query.is_empty() && draft.headers.is_empty() && draft.notes.is_empty(), "{place}");
        let required = with_parameter(&parameter(place, style, true, true, &text));
        assert!(sent_by_generic(&required, &json!({ "color": null })).is_err(), "{place}");
    }
}
