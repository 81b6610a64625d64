//! What callers may give for a parameter, and under which names.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Call, sent_by_generic, written};
use crate::openapi::{Manifest, Method, read};

fn manifest(parameters: &Value) -> Manifest {
    let manifest = json!({
        "openapi": "3.0.3", "info": { "title": "Digs", "version": "1" },
        "paths": { "/dig": { "get": { "parameters": parameters, "responses": {} } } },
    });
    read(manifest.to_string().as_bytes()).unwrap()
}

fn dig() -> Manifest {
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    manifest(&json!([
        { "name": "csv", "in": "query", "explode": false, "schema": strings },
        { "name": "multi", "in": "query", "schema": strings },
        { "name": "pipes", "in": "query", "style": "pipeDelimited", "schema": strings },
        { "name": "spaces", "in": "query", "style": "spaceDelimited", "schema": strings },
        { "name": "states", "in": "query", "schema": { "type": "array", "items": { "type": "string", "enum": ["new", "old"] } } },
        { "name": "flags", "in": "query", "schema": { "type": "array", "items": { "type": "boolean" } } },
        { "name": "odd[]", "in": "query", "schema": strings },
        { "name": "filter", "in": "query", "style": "deepObject", "schema": { "type": "object", "properties": {
            "kind": { "type": "string" }, "depth": { "type": "integer" }, "tags": strings,
            "pit": { "type": "object", "properties": { "name": { "type": "string" } } } } } },
        { "name": "deep", "in": "query", "schema": { "type": "boolean" } },
        { "name": "flag", "in": "query", "allowEmptyValue": true, "schema": { "type": "boolean" } },
        { "name": "size", "in": "query", "schema": { "type": "integer" } },
        { "name": "text", "in": "query", "schema": { "type": "string" } },
        { "name": "order", "in": "query", "schema": { "type": "string", "enum": ["up", "down"] } },
        { "name": "either", "in": "query", "schema": { "anyOf": [{ "type": "string" }, strings] } },
    ]))
}

fn each(manifest: &Manifest, cases: &[Value]) -> String {
    let one = |params: &Value| {
        let drafted = sent_by_generic(manifest, params);
        let text = written(&drafted);
        // Encoded, as it is sent.
        let first = drafted.as_ref().map_or_else(|_| String::new(), |draft| format!("{}\n", draft.query.encoded()));
        let rest = if drafted.is_ok() { text.split_once('\n').map_or("", |(_, rest)| rest) } else { &text };
        format!("# {params}\n{first}{rest}")
    };
    cases.iter().map(one).collect()
}

#[test]
fn text_is_read_as_what_it_surely_means() {
    assert_snapshot!(each(&dig(), &[
        json!({ "csv": "[\"a,b\",\"c\"]" }),
        json!({ "csv": "a,b" }),
        json!({ "csv": "a" }),
        json!({ "multi": "[\"a,b\"]" }),
        json!({ "multi": "x" }),
        json!({ "multi": "a,b" }),
        json!({ "multi": 5 }),
        json!({ "pipes": "m|n" }),
        json!({ "spaces": ["a b", "c"] }),
        json!({ "states": "new,old" }),
        json!({ "flags": true }),
        json!({ "flags": ["True", "false"] }),
        json!({ "odd": ["a", "b"] }),
        json!({ "filter": "{\"kind\":\"ore\",\"depth\":\"3\"}" }),
        json!({ "deep": "True", "size": "12" }),
        json!({ "text": "[\"a\"]", "either": "[\"a\"]" }),
        json!({ "size": "[1]" }),
    ]), @r#"
    # {"csv":"[\"a,b\",\"c\"]"}
    csv=a%2Cb,c
    note: `params.csv` was text; the JSON in it is sent
    # {"csv":"a,b"}
    csv=a,b
    note: `params.csv`: "a,b" is sent as 2 items; as one item, it is the list `["a,b"]`
    # {"csv":"a"}
    csv=a
    # {"multi":"[\"a,b\"]"}
    multi=a%2Cb
    note: `params.multi` was text; the JSON in it is sent
    # {"multi":"x"}
    multi=x
    # {"multi":"a,b"}
    multi=a%2Cb
    note: `params.multi`: "a,b" is sent as one item; to send several, give a list
    # {"multi":5}
    multi=5
    # {"pipes":"m|n"}
    pipes=m%7Cn
    note: `params.pipes`: "m|n" is sent as 2 items; as one item, it is the list `["m|n"]`
    # {"spaces":["a b","c"]}
    spaces=a%20b%20c
    note: `params.spaces` has spaces within an item, and the API puts the same between items: it may read more of them
    # {"states":"new,old"}
    states=new&states=old
    note: `params.states`: "new,old" is sent as 2 items
    # {"flags":true}
    flags=true
    # {"flags":["True","false"]}
    flags=true&flags=false
    note: `params.flags[0]`: "True" is sent as true
    # {"odd":["a","b"]}
    odd%5B%5D=a&odd%5B%5D=b
    note: `params.odd` is sent as `odd[]`, as the API spells it
    # {"filter":"{\"kind\":\"ore\",\"depth\":\"3\"}"}
    filter%5Bkind%5D=ore&filter%5Bdepth%5D=3
    note: `params.filter` was text; the JSON in it is sent
    # {"deep":"True","size":"12"}
    deep=true&size=12
    note: `params.deep`: "True" is sent as true
    # {"text":"[\"a\"]","either":"[\"a\"]"}
    text=%5B%22a%22%5D&either=a
    note: `params.either` was text; the JSON in it is sent
    # {"size":"[1]"}
    params.size: "[1]" is not an integer
      Give an integer, such as `10`.
    "#);
}

#[test]
fn what_is_empty_is_left_out_unless_the_api_wants_it() {
    assert_snapshot!(each(&dig(), &[
        json!({ "csv": [], "multi": [], "filter": {}, "text": null }),
        json!({ "csv": "", "size": "", "deep": "", "order": "" }),
        json!({ "multi": "[]" }),
        json!({ "flag": "" }),
        json!({ "text": "" }),
        json!({ "filter": { "kind": null } }),
    ]), @r#"
    # {"csv":[],"multi":[],"filter":{},"text":null}

    note: `params.csv` is empty, and left out
    note: `params.multi` is empty, and left out
    note: `params.filter` is empty, and left out
    # {"csv":"","size":"","deep":"","order":""}

    note: `params.csv` is empty, and left out
    note: `params.deep` is empty, and left out
    note: `params.size` is empty, and left out
    note: `params.order` is empty, and left out
    # {"multi":"[]"}

    note: `params.multi` was text; the JSON in it is sent
    note: `params.multi` is empty, and left out
    # {"flag":""}
    flag=
    # {"text":""}
    text=
    # {"filter":{"kind":null}}

    note: `params.filter` is empty, and left out
    "#);
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let needed = manifest(&json!([
        { "name": "ids", "in": "query", "required": true, "schema": list },
        { "name": "size", "in": "query", "required": true, "schema": { "type": "integer" } },
    ]));
    assert_snapshot!(each(&needed, &[json!({ "ids": [], "size": 1 }), json!({ "ids": "a", "size": "" })]), @r#"
    # {"ids":[],"size":1}
    ids=&size=1
    # {"ids":"a","size":""}
    params.size: `size` is required
      Give `size` in `params`: an integer.
    "#);
}

#[test]
fn members_of_an_object_are_given_in_brackets() {
    assert_snapshot!(each(&dig(), &[
        json!({ "filter[kind]": "ore", "filter[depth]": "3" }),
        json!({ "filter[tags]": "a", "filter[pit][name]": "x" }),
        json!({ "filter[tags][]": ["a", "b"] }),
        json!({ "filter": { "kind": "ore" }, "filter[depth]": 3 }),
        json!({ "filter[kin]": "ore" }),
        json!({ "size[x]": 1 }),
    ]), @r#"
    # {"filter[kind]":"ore","filter[depth]":"3"}
    filter%5Bkind%5D=ore&filter%5Bdepth%5D=3
    # {"filter[tags]":"a","filter[pit][name]":"x"}
    filter%5Btags%5D=a&filter%5Bpit%5D%5Bname%5D=x
    # {"filter[tags][]":["a","b"]}
    filter%5Btags%5D%5B%5D=a&filter%5Btags%5D%5B%5D=b
    # {"filter":{"kind":"ore"},"filter[depth]":3}
    filter%5Bkind%5D=ore&filter%5Bdepth%5D=3
    # {"filter[kin]":"ore"}
    params.filter.kin: the parameter has no field `kin`
      Write `kind`, or leave it out; `validate: false` sends it as it is.
      offers: kind
    # {"size[x]":1}
    params.size[x]: GET /dig has no parameter `size[x]`
      Write `size`, or leave it out; `validate: false` sends it as it is.
      offers: size
    "#);
}

#[test]
fn members_of_an_exploded_object_are_parameters_by_name() {
    let call = Call::to(Method::Get, "/system/audittrail");
    assert_snapshot!(call.with_params(&[
        json!({ "type": "Ticket", "id": 55 }),
        json!({ "type": "ticket", "id": "55" }),
        json!({ "getRequest": "{\"type\":\"Ticket\",\"id\":55}" }),
        json!({ "getRequest": { "type": "Ticket" }, "pageSize": 5 }),
        json!({ "id": "x" }),
    ]), @r#"
    # params {"type":"Ticket","id":55}
    GET /system/audittrail?type=Ticket&id=55
    # params {"type":"ticket","id":"55"}
    GET /system/audittrail?type=Ticket&id=55
    note: `params.type`: "ticket" is sent as "Ticket"
    # params {"getRequest":"{\"type\":\"Ticket\",\"id\":55}"}
    GET /system/audittrail?type=Ticket&id=55
    note: `params.getRequest` was text; the JSON in it is sent
    # params {"getRequest":{"type":"Ticket"},"pageSize":5}
    GET /system/audittrail?pageSize=5&type=Ticket
    # params {"id":"x"}
    params.id: "x" is not an integer
      Give an integer, such as `10`.
    "#);
    // The body of a configuration has a `type` too.
    let call = Call::to(Method::Post, "/company/configurations");
    let body = json!({ "name": "x", "type": { "id": 1 }, "company": { "id": 2 } });
    let problems = call.draft(&json!({ "type": "x" }), Some(&body)).unwrap_err();
    assert!(problems[0].cure.to_string().contains("field of the body"), "{problems:?}");
    let draft = call.draft(&json!({ "query:type": "x", "managedIdentifier": "y" }), Some(&body)).unwrap();
    assert_eq!(draft.query.encoded(), "managedIdentifier=y&type=x");
    let wants = manifest(&json!([
        { "name": "q", "in": "query", "required": true, "schema": { "type": "object", "required": ["from"],
            "properties": { "from": { "type": "integer" }, "to": { "type": "integer" } } } },
    ]));
    assert_snapshot!(each(&wants, &[json!({}), json!({ "to": 5 }), json!({ "from": 1, "to": 5 })]), @r#"
    # {}
    params.q: `q` is required
      Give `q` in `params`: an object with from, to, or these by their own names.
    # {"to":5}
    params.from: `from` is required
      Give `from` in `params`: an integer.
    # {"from":1,"to":5}
    from=1&to=5
    "#);
    // As Spring's `Pageable` is declared: nothing of it need be there.
    let pageable = manifest(&json!([
        { "name": "pageable", "in": "query", "required": true, "schema": { "type": "object", "properties": {
            "page": { "type": "integer" }, "sort": { "type": "array", "items": { "type": "string" } } } } },
    ]));
    assert_snapshot!(each(&pageable, &[json!({}), json!({ "page": 0, "sort": ["name,asc", "id"] })]), @r#"
    # {}

    # {"page":0,"sort":["name,asc","id"]}
    page=0&sort=name%2Casc&sort=id
    "#);
    let open = manifest(&json!([
        { "name": "params", "in": "query", "schema": { "type": "object", "additionalProperties": { "type": "integer" } } },
    ]));
    assert_snapshot!(each(&open, &[json!({ "anything": "7" }), json!({ "anything": "x" })]), @r#"
    # {"anything":"7"}
    anything=7
    note: `params.anything` is sent as a member of `params`
    # {"anything":"x"}
    params.anything: "x" is not an integer
      Give an integer, such as `10`.
    "#);
}

#[test]
fn one_name_in_several_places_is_told_apart() {
    let operation = json!({ "responses": {}, "parameters": [
        { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
        { "name": "id", "in": "query", "schema": { "type": "string" } },
        { "name": "id", "in": "header", "schema": { "type": "string" } },
        { "name": "id", "in": "cookie", "schema": { "type": "string" } },
    ] });
    let manifest = json!({
        "openapi": "3.1.0", "info": { "title": "Carts", "version": "1" }, "paths": { "/carts/{id}": { "get": operation } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let names = |params: Value| {
        let draft = sent_by_generic(&manifest, &params).unwrap();
        (draft.path.clone(), draft.query.encoded(), draft.headers)
    };
    let (path, query, headers) = names(json!({ "id": "A", "query:id": "B", "header:id": "C", "Cookie:id": "D" }));
    assert_eq!((path.as_str(), query.as_str()), ("/carts/A", "id=B"));
    assert_eq!(headers, [("id", "C"), ("Cookie", "id=D")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    let (path, query, headers) = names(json!({ "path:id": "A", "header:id": "C" }));
    assert_eq!((path.as_str(), query.as_str(), headers.len()), ("/carts/A", "", 1));
    let operation = &manifest.operations[0];
    let shown: Vec<String> = operation
        .parameters
        .iter()
        .map(|parameter| crate::invoke::draft::name_for_callers(operation, parameter))
        .collect();
    assert_eq!(shown, ["id", "query:id", "header:id", "cookie:id"]);
}

#[test]
fn a_path_with_values_keeps_what_its_style_wrote() {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let manifest = json!({
        "openapi": "3.1.0", "info": { "title": "Veins", "version": "1" },
        "paths": { "/veins/{coords}": { "get": { "responses": {}, "parameters": [
            { "name": "coords", "in": "path", "required": true, "style": "matrix", "schema": list } ] } } },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let mut call = Call::of(&manifest, Method::Get, "/veins/{coords}");
    call.path_values.insert("coords".to_owned(), json!(";coords=3,4 5"));
    assert_eq!(call.draft(&json!({}), None).unwrap().path, "/veins/;coords=3,4%205");
    call.path_values.insert("coords".to_owned(), json!("a/../b"));
    assert_eq!(call.draft(&json!({}), None).unwrap().path, "/veins/a%2F..%2Fb");
}
