//! Bodies of the embedded manifest.

use insta::assert_snapshot;
use serde_json::json;

use super::Call;
use crate::openapi::Method;

#[test]
fn wrong_bodies() {
    let call = Call::to(Method::Post, "/service/tickets");
    assert_snapshot!(call.with_data(&[
        json!(null),
        json!({}),
        json!([]),
        json!("a ticket"),
        json!({ "summary": null }),
        json!({ "summary": "x".repeat(101) }),
        json!({ "summary": ["x"] }),
        json!({ "sumary": "x" }),
        json!({ "summary": "x", "companyId": 250 }),
        json!({ "summary": "x", "company": { "id": 250 }, "status_name": "New" }),
        json!({ "summary": "x", "company": { "id": 250 }, "xyzzy": 1 }),
        json!({ "summary": "x", "company": { "id": 250 }, "board": "Help Desk" }),
        json!({ "summary": "x", "company": { "id": "many" } }),
        json!({ "summary": "x", "company": { "identifer": "Acme" } }),
        json!({ "summary": "x", "company": { "id": 250 }, "board": true }),
        json!({ "summary": "x", "company": { "id": 250 }, "severity": "Severe" }),
        json!({ "summary": "x", "company": { "id": 250 }, "requiredDate": "tomorrow" }),
        json!({ "summary": "x", "company": { "id": 250 }, "budgetHours": "a lot" }),
        json!({ "summary": "x", "company": { "id": 250 }, "customFields": { "id": 1, "value": "a" } }),
        json!({ "summary": "x", "company": { "id": 250 }, "customFields": [{ "id": 1, "valeu": "a" }, 7.5] }),
        json!({ "summary": "x", "company": { "id": 250 }, "automaticEmailContactFlag": "yes" }),
        json!({ "summary": "x", "company": { "id": 250 }, "knowledgeBaseCategoryId": 3_000_000_000u64 }),
        json!(10),
    ]), @r#"
    # null
    data: POST /service/tickets needs a body
      Give it as `data`. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # {}
    data: required fields missing: `summary` (text of at most 100 characters), `company` (an object with id, identifier, name)
      Add them. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # []
    data: `[]` is not an object
      Give an object with id, summary, recordType, board, .... A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # "a ticket"
    data: "a ticket" is not an object
      Give an object with id, summary, recordType, board, .... A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # {"summary":null}
    data.summary: must have a value, and is null
      Give text of at most 100 characters. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    data: required field missing: `company` (an object with id, identifier, name)
      Add it.
    # {"summary":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
    data.summary: is 101 characters long; 100 is the most
      Shorten it to 100 characters. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    data: required field missing: `company` (an object with id, identifier, name)
      Add it.
    # {"summary":["x"]}
    data.summary: `["x"]` is not text
      Give text of at most 100 characters. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: "x"
    data: required field missing: `company` (an object with id, identifier, name)
      Add it.
    # {"sumary":"x"}
    data.sumary: `Ticket` has no field `sumary`, and lacks `summary`, which is required
      Write `summary`, or leave it out; `validate: false` sends it as it is. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: summary
    data: required field missing: `company` (an object with id, identifier, name)
      Add it.
    # {"summary":"x","companyId":250}
    data.companyId: `Ticket` has no field `companyId`, and lacks `company`, which is required
      Write "company": {"id":250}; `validate: false` sends it as it is. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: "company": {"id":250}
    # {"summary":"x","company":{"id":250},"status_name":"New"}
    data.status_name: `Ticket` has no field `status_name`
      Write "status": {"name":"New"}; `validate: false` sends it as it is. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: "status": {"name":"New"}
    # {"summary":"x","company":{"id":250},"xyzzy":1}
    data.xyzzy: `Ticket` has no field `xyzzy`
      Leave it out, or see the fields with resolve_resource_metadata; `validate: false` sends it as it is. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # {"summary":"x","company":{"id":250},"board":"Help Desk"}
    data.board: "Help Desk" is not an object
      Refer to the record by its number, `{"id": 1}`, or write {"name":"Help Desk"}. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: {"name":"Help Desk"}
    # {"summary":"x","company":{"id":"many"}}
    data.company.id: "many" is no id, which is a number
      Refer to the record by its number, `{"id": 1}`, or write {"identifier":"many"}. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: {"identifier":"many"} | {"name":"many"}
    # {"summary":"x","company":{"identifer":"Acme"}}
    data.company.identifer: `CompanyReference` has no field `identifer`
      Write `identifier`, or leave it out; `validate: false` sends it as it is. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: identifier
    # {"summary":"x","company":{"id":250},"board":true}
    data.board: true is not an object
      Give an object with id, name, such as `{"id": 1}`. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # {"summary":"x","company":{"id":250},"severity":"Severe"}
    data.severity: "Severe" is not among the values allowed
      Give one of `Low`, `Medium` or `High`. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # {"summary":"x","company":{"id":250},"requiredDate":"tomorrow"}
    data.requiredDate: `tomorrow` is not a date and time
      Give a date and time, such as `2025-01-31T09:00:00Z`. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # {"summary":"x","company":{"id":250},"budgetHours":"a lot"}
    data.budgetHours: "a lot" is not a number
      Give a number, such as `1.5`. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    # {"summary":"x","company":{"id":250},"customFields":{"id":1,"value":"a"}}
    POST /service/tickets
    {"summary":"x","company":{"id":250},"customFields":[{"id":1,"value":"a"}]}
    note: `data.customFields`: `{"id":1,"value":"a"}` is sent as `[{"id":1,"value":"a"}]`
    # {"summary":"x","company":{"id":250},"customFields":[{"id":1,"valeu":"a"},7.5]}
    data.customFields[0].valeu: `CustomFieldValue` has no field `valeu`
      Write `value`, or leave it out; `validate: false` sends it as it is. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: value
    data.customFields[1]: 7.5 is not an object
      Give an object with id, caption, type, entryMethod, ....
    # {"summary":"x","company":{"id":250},"automaticEmailContactFlag":"yes"}
    POST /service/tickets
    {"summary":"x","company":{"id":250},"automaticEmailContactFlag":true}
    note: `data.automaticEmailContactFlag`: "yes" is sent as true
    # {"summary":"x","company":{"id":250},"knowledgeBaseCategoryId":3000000000}
    data.knowledgeBaseCategoryId: 3000000000 is too large
      Give an integer, such as `10`. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
      offers: 2147483647
    # 10
    data: 10 is not an object
      Give an object with id, summary, recordType, board, .... A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    "#);
}

#[test]
fn several_problems_in_one_answer() {
    let call = Call::to(Method::Post, "/company/companies");
    assert_snapshot!(call.written(&[(
        json!({ "page": 1 }),
        Some(json!({ "nmae": "Acme", "types": [{ "id": "x" }], "annualRevenue": "lots", "zip": "1234567890123" })),
    )]), @r#"
    # params {"page":1} data {"nmae":"Acme","types":[{"id":"x"}],"annualRevenue":"lots","zip":"1234567890123"}
    params.page: POST /company/companies has no parameter `page`
      Leave it out: the operation takes no parameters; `validate: false` sends it as it is.
    data.nmae: `Company` has no field `nmae`, and lacks `name`, which is required
      Write `name`, or leave it out; `validate: false` sends it as it is. A body that fits: {"identifier":"string","name":"string"}
      offers: name
    data.types[0].id: "x" is no id, which is a number
      Refer to the record by its number, `{"id": 1}`, or write {"name":"x"}.
      offers: {"name":"x"}
    data.annualRevenue: "lots" is not a number
      Give a number, such as `1.5`.
    data.zip: is 13 characters long; 12 is the most
      Shorten it to 12 characters.
    data: required field missing: `identifier` (text of at most 25 characters)
      Add it.
    "#);
}

#[test]
fn one_record_where_a_list_is_wanted() {
    let call = Call::to(Method::Post, "/procurement/purchaseorders/{parentId}/lineitems/bulk");
    assert_snapshot!(call.written(&[(json!({ "parentId": 1 }), Some(json!({ "quantity": 2 })))]), @r#"
    # params {"parentId":1} data {"quantity":2}
    data: `{"quantity":2}` is not a list
      Give a list, here of one: [{"quantity":2}]. A body that fits: [{"description":"string","lineNumber":1,"quantity":1}]
      offers: [{"quantity":2}]
    "#);
}

#[test]
fn bodies_that_are_surely_meant() {
    let call = Call::to(Method::Post, "/service/tickets");
    assert_snapshot!(call.with_data(&[
        json!({ "summary": "x", "board": 10, "company": { "identifier": "Acme" }, "owner": null }),
        json!({ "summary": "x", "company": { "id": 250 }, "board": "10", "budgetHours": "1.5", "severity": "low" }),
        json!({ "summary": "x", "company": { "id": 250 }, "requiredDate": "2025-01-31", "zip": 12345, "knowledgeBaseCategoryId": 5.0 }),
        json!({ "summary": "x", "company": { "id": 250 }, "customFields": [{ "id": 1, "value": "any" }, { "id": 2, "value": 7 }] }),
        json!("{\"summary\": \"x\", \"company\": {\"id\": 250}}"),
    ]), @r#"
    # {"summary":"x","board":10,"company":{"identifier":"Acme"},"owner":null}
    POST /service/tickets
    {"summary":"x","board":{"id":10},"company":{"identifier":"Acme"},"owner":null}
    note: `data.board`: 10 is sent as `{"id":10}`
    # {"summary":"x","company":{"id":250},"board":"10","budgetHours":"1.5","severity":"low"}
    POST /service/tickets
    {"summary":"x","company":{"id":250},"board":{"id":10},"budgetHours":1.5,"severity":"Low"}
    note: `data.board`: "10" is sent as `{"id":10}`
    note: `data.budgetHours`: "1.5" is sent as 1.5
    note: `data.severity`: "low" is sent as "Low"
    # {"summary":"x","company":{"id":250},"requiredDate":"2025-01-31","zip":12345,"knowledgeBaseCategoryId":5.0}
    POST /service/tickets
    {"summary":"x","company":{"id":250},"requiredDate":"2025-01-31T00:00:00Z","zip":"12345","knowledgeBaseCategoryId":5}
    note: `data.requiredDate`: `2025-01-31` is sent as `2025-01-31T00:00:00Z`
    note: `data.zip`: 12345 is sent as "12345"
    # {"summary":"x","company":{"id":250},"customFields":[{"id":1,"value":"any"},{"id":2,"value":7}]}
    POST /service/tickets
    {"summary":"x","company":{"id":250},"customFields":[{"id":1,"value":"any"},{"id":2,"value":7}]}
    # "{\"summary\": \"x\", \"company\": {\"id\": 250}}"
    POST /service/tickets
    {"summary":"x","company":{"id":250}}
    note: `data` was text; the JSON in it is sent
    "#);
}

#[test]
fn put_warns_of_what_it_empties() {
    let call = Call::to(Method::Put, "/service/tickets/{parentId}/notes/{id}");
    assert_snapshot!(call.written(&[(json!({ "parentId": 1, "id": 2 }), Some(json!({ "text": "x" })))]), @r#"
    # params {"parentId":1,"id":2} data {"text":"x"}
    PUT /service/tickets/1/notes/2
    {"text":"x"}
    note: PUT replaces the record: 13 fields left out may become null (ticketId, detailDescriptionFlag, internalAnalysisFlag, resolutionFlag, issueFlag, member, contact, customerUpdatedFlag, processNotifications, dateCreated, createdBy, internalFlag, ...); PATCH changes only what it names
    "#);
    let call = Call::to(Method::Put, "/company/companies/{id}");
    assert_snapshot!(call.written(&[(json!({ "id": 2 }), Some(json!({ "name": "x", "identifier": "x" })))]), @r#"
    # params {"id":2} data {"name":"x","identifier":"x"}
    PUT /company/companies/2
    {"name":"x","identifier":"x"}
    note: PUT replaces the record: 65 fields left out may become null (status, addressLine1, addressLine2, city, state, zip, country, phoneNumber, faxNumber, website, territory, market, ...); PATCH changes only what it names
    "#);
}

#[test]
fn bodies_where_none_is_taken() {
    let call = Call::to(Method::Get, "/service/tickets");
    assert_snapshot!(call.with_data(&[
        json!({ "conditions": "id = 1", "pageSize": 5 }),
        json!({ "summary": "x" }),
        json!([1]),
        json!({}),
    ]), @r#"
    # {"conditions":"id = 1","pageSize":5}
    data: GET /service/tickets takes no body
      Put `conditions` and `pageSize` into `params`.
    # {"summary":"x"}
    data: GET /service/tickets takes no body
      Leave `data` out; what filters the answer goes into `params`.
    # [1]
    data: GET /service/tickets takes no body
      Leave `data` out; what filters the answer goes into `params`.
    # {}
    GET /service/tickets
    "#);
    let call = Call::to(Method::Delete, "/service/tickets/{id}");
    assert_snapshot!(call.written(&[(json!({ "id": 2 }), Some(json!({ "id": 2 })))]), @r#"
    # params {"id":2} data {"id":2}
    data: DELETE /service/tickets/{id} takes no body
      Leave `data` out; the path alone names what is deleted.
    "#);
}

#[test]
fn unchecked_bodies_are_sent_as_they_are() {
    let call = Call { validate: false, ..Call::to(Method::Post, "/service/tickets") };
    assert_snapshot!(call.with_data(&[json!({ "newField": 1, "board": "Help Desk" })]), @r#"
    # {"newField":1,"board":"Help Desk"}
    POST /service/tickets
    {"newField":1,"board":"Help Desk"}
    "#);
}

#[test]
fn documents_are_uploaded_from_allowed_folders_only() {
    let home = tempfile::tempdir().unwrap();
    let outbox = home.path().join("outbox");
    std::fs::create_dir(&outbox).unwrap();
    std::fs::write(outbox.join("a.txt"), "a").unwrap();
    std::fs::write(home.path().join("secret.txt"), "s").unwrap();
    let real = home.path().canonicalize().unwrap().display().to_string();
    let plain = |text: String| text.replace(&real, "~").replace(home.path().to_str().unwrap(), "~");

    let none = Call::to(Method::Post, "/system/documents");
    let asked = json!({ "recordType": "Ticket", "recordId": 1, "title": "A", "privateFlag": true, "file": "a.txt" });
    let call = Call { upload_folders: vec![outbox], ..Call::to(Method::Post, "/system/documents") };
    assert_snapshot!(plain(none.with_data(std::slice::from_ref(&asked))), @r#"
    # {"recordType":"Ticket","recordId":1,"title":"A","privateFlag":true,"file":"a.txt"}
    data.file: no folder is allowed for uploads
      The user allows folders with `upload_folders = ["..."]` in config.toml.
    "#);
    assert_snapshot!(plain(call.with_data(&[
        asked,
        json!({ "recordType": "Ticket", "recordId": 1, "url": "https://example.com/", "title": "A" }),
        json!({ "recordType": "Ticket", "recordId": "one", "file": "../secret.txt" }),
        json!({ "recordtype": "Ticket", "file": 7 }),
        json!([]),
    ])), @r#"
    # {"recordType":"Ticket","recordId":1,"title":"A","privateFlag":true,"file":"a.txt"}
    POST /system/documents
    part recordType: Ticket
    part recordId: 1
    part title: A
    part privateFlag: true
    part file (text/plain) of ~/outbox/a.txt
    # {"recordType":"Ticket","recordId":1,"url":"https://example.com/","title":"A"}
    POST /system/documents
    part recordType: Ticket
    part recordId: 1
    part url: https://example.com/
    part title: A
    # {"recordType":"Ticket","recordId":"one","file":"../secret.txt"}
    data.recordId: "one" is not an integer
      Give an integer, such as `10`. A body that fits: {"file":"string","recordId":1,"recordType":"string"}
    data.file: `../secret.txt` is in none of the folders allowed for uploads
      Put the file into `~/outbox`, or let the user add its folder to `upload_folders` in config.toml.
    # {"recordtype":"Ticket","file":7}
    data.file: `7` cannot be read: No such file or directory (os error 2)
      Give the path of a file that can be read.
    # []
    data: `[]` is not an object
      Give an object with file, recordId, recordType, title, .... A body that fits: {"file":"string","recordId":1,"recordType":"string"}
    data: a document has neither `file` nor `url`
      Give `file`, the path of a file, or `url`, the link that the document is.
    "#);
}

#[test]
fn no_more_problems_than_can_be_read() {
    let call = Call::to(Method::Post, "/company/configurations/bulk");
    let data = json!(vec![json!({ "xyzzy": 1 }); 100]);
    let problems = call.draft(&json!({}), Some(&data)).unwrap_err();
    assert_eq!(problems.len(), super::super::MAX_PROBLEMS + 1);
    assert_eq!(problems.last().unwrap().message.to_string(), "160 more problems");
}
