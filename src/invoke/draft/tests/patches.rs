//! JSON Patch bodies of the embedded manifest.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Call;
use crate::openapi::Method;

fn written(cases: &[Value]) -> String {
    let call = Call::to(Method::Patch, "/service/tickets/{id}");
    let of = |data: &Value| (json!({ "id": 7 }), Some(data.clone()));
    call.written(&cases.iter().map(of).collect::<Vec<_>>()).replace("# params {\"id\":7} data ", "# ")
}

#[test]
fn fields_become_operations() {
    assert_snapshot!(written(&[
        json!({ "status": { "id": 5 }, "summary": "x" }),
        json!({ "status": 5, "owner": null }),
        json!({ "company/identifier": "Acme", "summary": "x", "company.name": "Acme Ltd" }),
        json!({ "customFields": [{ "id": 1, "value": "a" }] }),
    ]), @r#"
    # {"status":{"id":5},"summary":"x"}
    PATCH /service/tickets/7
    [{"op":"replace","path":"status","value":{"id":5}},{"op":"replace","path":"summary","value":"x"}]
    note: the fields are sent as JSON Patch operations, one `replace` each
    # {"status":5,"owner":null}
    PATCH /service/tickets/7
    [{"op":"replace","path":"status","value":{"id":5}},{"op":"replace","path":"owner","value":null}]
    note: the fields are sent as JSON Patch operations, one `replace` each
    note: `data.status`: 5 is sent as `{"id":5}`
    # {"company/identifier":"Acme","summary":"x","company.name":"Acme Ltd"}
    PATCH /service/tickets/7
    [{"op":"replace","path":"company","value":{"identifier":"Acme","name":"Acme Ltd"}},{"op":"replace","path":"summary","value":"x"}]
    note: the fields are sent as JSON Patch operations, one `replace` each
    note: `company/identifier` is sent as the whole reference `company`: {"identifier":"Acme"}
    note: `company/name` is sent with the other parts of `company`, as one reference
    # {"customFields":[{"id":1,"value":"a"}]}
    PATCH /service/tickets/7
    [{"op":"replace","path":"customFields","value":[{"id":1,"value":"a"}]}]
    note: the fields are sent as JSON Patch operations, one `replace` each
    note: `customFields` is replaced as a whole: entries that are left out are lost
    "#);
}

#[test]
fn operations_become_those_of_the_dialect() {
    assert_snapshot!(written(&[
        json!([{ "op": "replace", "path": "summary", "value": "x" }]),
        json!([{ "op": "replace", "path": "/summary", "value": "x" }]),
        json!({ "op": "Replace", "path": "summary", "value": "x" }),
        json!([{ "path": "summary", "value": "x" }]),
        json!([{ "op": "remove", "path": "/contact", "value": 1 }]),
        json!([{ "op": "replace", "path": "status/name", "value": "Closed" }]),
        json!([
            { "op": "replace", "path": "/company/id", "value": 5 },
            { "op": "replace", "path": "/company/identifier", "value": "Acme" },
        ]),
        json!([{ "op": "add", "path": "board", "value": 3 }]),
    ]), @r#"
    # [{"op":"replace","path":"summary","value":"x"}]
    PATCH /service/tickets/7
    [{"op":"replace","path":"summary","value":"x"}]
    # [{"op":"replace","path":"/summary","value":"x"}]
    PATCH /service/tickets/7
    [{"op":"replace","path":"summary","value":"x"}]
    note: `data[0].path`: `/summary` is sent as `summary`: this API wants bare names
    # {"op":"Replace","path":"summary","value":"x"}
    PATCH /service/tickets/7
    [{"op":"replace","path":"summary","value":"x"}]
    note: one operation was given; it is sent as an array of one
    note: `data.op`: `Replace` is sent as `replace`
    # [{"path":"summary","value":"x"}]
    PATCH /service/tickets/7
    [{"op":"replace","path":"summary","value":"x"}]
    note: `data[0]` has no `op`; it is sent as `replace`
    # [{"op":"remove","path":"/contact","value":1}]
    PATCH /service/tickets/7
    [{"op":"remove","path":"contact"}]
    note: `data[0].path`: `/contact` is sent as `contact`: this API wants bare names
    # [{"op":"replace","path":"status/name","value":"Closed"}]
    PATCH /service/tickets/7
    [{"op":"replace","path":"status","value":{"name":"Closed"}}]
    note: `status/name` is sent as the whole reference `status`: {"name":"Closed"}
    # [{"op":"replace","path":"/company/id","value":5},{"op":"replace","path":"/company/identifier","value":"Acme"}]
    PATCH /service/tickets/7
    [{"op":"replace","path":"company","value":{"id":5,"identifier":"Acme"}}]
    note: `data[0].path`: `/company/id` is sent as `company/id`: this API wants bare names
    note: `data[1].path`: `/company/identifier` is sent as `company/identifier`: this API wants bare names
    note: `company/id` is sent as the whole reference `company`: {"id":5}
    note: `company/identifier` is sent with the other parts of `company`, as one reference
    # [{"op":"add","path":"board","value":3}]
    PATCH /service/tickets/7
    [{"op":"add","path":"board","value":{"id":3}}]
    note: `data[0].value`: 3 is sent as `{"id":3}`
    "#);
}

#[test]
fn wrong_patches() {
    assert_snapshot!(written(&[
        json!(null),
        json!({}),
        json!([]),
        json!("x"),
        json!([7]),
        json!({ "Summary": "x" }),
        json!({ "statusId": 5 }),
        json!({ "summary": "x".repeat(101) }),
        json!({ "board": "Help Desk" }),
        json!([{ "op": "test", "path": "summary", "value": "x" }]),
        json!([{ "op": "repalce", "path": "summary", "value": "x" }]),
        json!([{ "op": 7, "path": "summary", "value": "x" }]),
        json!([{ "op": "replace", "path": "summary" }]),
        json!([{ "op": "replace", "value": "x" }]),
        json!([{ "op": "replace", "path": "/", "value": "x" }]),
        json!([{ "op": "replace", "field": "summary", "value": "x" }]),
        json!([{ "op": "replace", "path": "Summary", "value": "x" }]),
        json!([{ "op": "replace", "path": "summary/text", "value": "x" }]),
        json!([{ "op": "replace", "path": "customFields/0/value", "value": "x" }]),
        json!([{ "op": "add", "path": "/customFields/-", "value": { "id": 1 } }]),
        json!([{ "op": "remove", "path": "company/name" }]),
        json!([{ "op": "replace", "path": "company/id", "value": "many" }]),
        json!([{ "op": "replace", "path": "company/nmae", "value": "Acme" }]),
        json!([{ "op": "replace", "path": "status", "value": "Closed" }, { "op": "replace", "path": "sumary", "value": 1 }]),
    ]), @r#"
    # null
    data: PATCH /service/tickets/{id} needs a body
      Give it as `data`. A body that fits: {"summary":"string"}
    # {}
    data: changes nothing
      Give the fields to change with their values. A body that fits: {"summary":"string"}
    # []
    data: changes nothing
      Give the fields to change with their values. A body that fits: {"summary":"string"}
    # "x"
    data: "x" is neither an object of fields nor an array of operations
      Give the fields to change with their values. A body that fits: {"summary":"string"}
    # [7]
    data[0]: 7 is not an operation
      Write `{"op": "replace", "path": "summary", "value": "..."}`. A body that fits: {"summary":"string"}
    # {"Summary":"x"}
    PATCH /service/tickets/7
    [{"op":"replace","path":"summary","value":"x"}]
    note: the fields are sent as JSON Patch operations, one `replace` each
    note: `data.Summary` is sent as `summary`, as the API spells it
    # {"statusId":5}
    data.statusId: `Ticket` has no field `statusId`
      Write "status": {"id":5}; `validate: false` sends it as it is. A body that fits: {"summary":"string"}
      offers: "status": {"id":5}
    # {"summary":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
    data.summary: is 101 characters long; 100 is the most
      Shorten it to 100 characters. A body that fits: {"summary":"string"}
    # {"board":"Help Desk"}
    data.board: "Help Desk" is not an object
      Refer to the record by its number, `{"id": 1}`, or write {"name":"Help Desk"}. A body that fits: {"summary":"string"}
      offers: {"name":"Help Desk"}
    # [{"op":"test","path":"summary","value":"x"}]
    data[0].op: "test" is not an operation here
      Give `add`, `replace` or `remove`. A body that fits: {"summary":"string"}
    # [{"op":"repalce","path":"summary","value":"x"}]
    data[0].op: "repalce" is not an operation here
      Give `add`, `replace` or `remove`. A body that fits: {"summary":"string"}
      offers: replace
    # [{"op":7,"path":"summary","value":"x"}]
    data[0].op: 7 is not an operation here
      Give `add`, `replace` or `remove`. A body that fits: {"summary":"string"}
    # [{"op":"replace","path":"summary"}]
    data[0].value: is missing
      Give `value`, or use `remove` to empty the field. A body that fits: {"summary":"string"}
    # [{"op":"replace","value":"x"}]
    data[0].path: is missing
      Give the name of one field, such as `summary`. A body that fits: {"summary":"string"}
    # [{"op":"replace","path":"/","value":"x"}]
    data[0].path: is "/", which names no field
      Give the name of one field, such as `summary`. A body that fits: {"summary":"string"}
    # [{"op":"replace","field":"summary","value":"x"}]
    data[0].field: no operation has `field`
      An operation has `op`, `path` and `value` only. A body that fits: {"summary":"string"}
    data[0].path: is missing
      Give the name of one field, such as `summary`.
    # [{"op":"replace","path":"Summary","value":"x"}]
    PATCH /service/tickets/7
    [{"op":"replace","path":"summary","value":"x"}]
    note: `data[0].path`: `Summary` is sent as `summary`, as the API spells it
    # [{"op":"replace","path":"summary/text","value":"x"}]
    data[0].path: `summary/text` leads into `summary`, which has no parts
      Write `summary`. A body that fits: {"summary":"string"}
      offers: summary
    # [{"op":"replace","path":"customFields/0/value","value":"x"}]
    data[0].path: `customFields/0/value` leads into a list, which is only replaced as a whole
      Send the whole list: path `customFields`, with every entry that is to stay. A body that fits: {"summary":"string"}
      offers: customFields
    # [{"op":"add","path":"/customFields/-","value":{"id":1}}]
    data[0].path: `customFields/-` leads into a list, which is only replaced as a whole
      Send the whole list: path `customFields`, with every entry that is to stay. A body that fits: {"summary":"string"}
      offers: customFields
    # [{"op":"remove","path":"company/name"}]
    data[0].path: `company/name` is part of a reference, which is only removed as a whole
      Remove `company`, or replace it by another. A body that fits: {"summary":"string"}
      offers: company
    # [{"op":"replace","path":"company/id","value":"many"}]
    data[0].value.id: "many" is no id, which is a number
      Refer to the record by its number, `{"id": 1}`, or write {"identifier":"many"}. A body that fits: {"summary":"string"}
      offers: {"identifier":"many"} | {"name":"many"}
    # [{"op":"replace","path":"company/nmae","value":"Acme"}]
    data[0].value.nmae: `CompanyReference` has no field `nmae`
      Write `name`, or leave it out; `validate: false` sends it as it is. A body that fits: {"summary":"string"}
      offers: name
    # [{"op":"replace","path":"status","value":"Closed"},{"op":"replace","path":"sumary","value":1}]
    data[1].path: `Ticket` has no field `sumary`
      Write `summary`, or leave it out; `validate: false` sends it as it is. A body that fits: {"summary":"string"}
      offers: summary
    data[0].value: "Closed" is not an object
      Refer to the record by its number, `{"id": 1}`, or write {"name":"Closed"}.
      offers: {"name":"Closed"}
    "#);
}

#[test]
fn unchecked_patches_are_only_put_into_form() {
    let call = Call { validate: false, ..Call::to(Method::Patch, "/service/tickets/{id}") };
    let params = json!({ "id": 7 });
    assert_snapshot!(call.written(&[
        (params.clone(), Some(json!({ "newField": 1 }))),
        (params.clone(), Some(json!({ "op": "test", "path": "/a/b", "value": 1 }))),
        (params, Some(json!([{ "op": "test", "path": "/a/b", "value": 1 }]))),
    ]), @r#"
    # params {"id":7} data {"newField":1}
    PATCH /service/tickets/7
    [{"op":"replace","path":"newField","value":1}]
    note: the fields are sent as JSON Patch operations, one `replace` each
    # params {"id":7} data {"op":"test","path":"/a/b","value":1}
    PATCH /service/tickets/7
    [{"op":"test","path":"/a/b","value":1}]
    note: one operation was given; it is sent as an array of one
    # params {"id":7} data [{"op":"test","path":"/a/b","value":1}]
    PATCH /service/tickets/7
    [{"op":"test","path":"/a/b","value":1}]
    "#);
}

#[test]
fn a_required_field_is_not_removed() {
    let call = Call::to(Method::Patch, "/service/tickets/{id}");
    let removed = |path: &str| call.draft(&json!({ "id": 5 }), Some(&json!([{ "op": "remove", "path": path }])));
    let problems = removed("summary").unwrap_err();
    assert!(problems.len() == 1 && problems[0].message.to_string().contains("`summary` is required"), "{problems:?}");
    assert!(removed("owner").is_ok());
}
