//! Parameters of the embedded manifest.

use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use super::Call;
use crate::openapi::Method;

#[test]
fn of_very_many_unknown_names_the_first_are_judged_and_the_others_counted() {
    let many = |of: usize| (0..of).map(|number| (format!("unknown{number}"), json!(1))).collect::<Map<_, _>>();
    let call = Call::to(Method::Get, "/service/tickets");
    let problems = call.draft(&many(20_000).into(), None).unwrap_err();
    assert_eq!(problems.len(), 41);
    assert!(problems.last().unwrap().message.to_string().contains("19952 more"), "{problems:?}");
    let mut call = Call::to(Method::Post, "/service/tickets");
    let problems = call.draft(&json!({}), Some(&many(20_000).into())).unwrap_err();
    assert_eq!(problems.len(), 41);
    // Sent as they are, each is worth a note, and so many are not.
    call.validate = false;
    let drafted = call.draft(&many(20_000).into(), Some(&json!({}))).unwrap();
    assert_eq!((drafted.query.len(), drafted.notes.len()), (20_000, 101));
    assert_eq!(drafted.notes.last().unwrap().to_string(), "and 19900 more notes");
}

#[test]
fn wrong_query_parameters() {
    let call = Call::to(Method::Get, "/service/tickets");
    assert_snapshot!(call.with_params(&[
        json!({ "pageSize": 5000 }),
        json!({ "pageSize": 0 }),
        json!({ "pageSize": "many" }),
        json!({ "pageSize": 2.5 }),
        json!({ "page": 0 }),
        json!({ "page": -1, "pageSize": 1001 }),
        json!({ "pageId": true }),
        json!({ "page": 3_000_000_000u64 }),
        json!({ "condition": "id = 1" }),
        json!({ "filter": "id = 1" }),
        json!({ "order": "id", "limit": 5 }),
        json!({ "conditions": { "id": 1 } }),
        json!({ "conditions": ["id = 1", "id = 2"] }),
        json!({ "conditions": ["id = 1"] }),
        json!({ "fields": [1, 2] }),
        json!({ "xyzzy": 1, "nothing": null }),
        json!({ "summary": "x", "board": 3, "status": "New", "closedFlag": false }),
    ]), @r#"
    # params {"pageSize":5000}
    params.pageSize: 5000 is not a page size
      Give an integer from 1 to 1000, and read on with `page` where there is more.
      offers: 1000
    # params {"pageSize":0}
    params.pageSize: 0 is not a page size
      Give an integer from 1 to 1000, and read on with `page` where there is more.
      offers: 1
    # params {"pageSize":"many"}
    params.pageSize: "many" is not an integer
      Give an integer, such as `10`.
    # params {"pageSize":2.5}
    params.pageSize: 2.5 is not a whole number
      Give an integer, such as `10`.
    # params {"page":0}
    params.page: 0 is not a page: they are counted from 1
      Give 1 for the first page.
      offers: 1
    # params {"page":-1,"pageSize":1001}
    params.page: -1 is not a page: they are counted from 1
      Give 1 for the first page.
      offers: 1
    params.pageSize: 1001 is not a page size
      Give an integer from 1 to 1000, and read on with `page` where there is more.
      offers: 1000
    # params {"pageId":true}
    params.pageId: true is not an integer
      Give an integer, such as `10`.
    # params {"page":3000000000}
    GET /service/tickets?page=3000000000
    # params {"condition":"id = 1"}
    params.condition: GET /service/tickets has no parameter `condition`
      Write it as the API takes it, `conditions`: `id = 1`.
      offers: id = 1
    # params {"filter":"id = 1"}
    params.filter: GET /service/tickets has no parameter `filter`
      Write it as the API takes it, `conditions`: `id = 1`.
      offers: id = 1
    # params {"order":"id","limit":5}
    params.order: GET /service/tickets has no parameter `order`
      Write it as the API takes it, `orderBy`: `id`.
      offers: id
    params.limit: GET /service/tickets has no parameter `limit`
      Write `pageSize`, or leave it out; `validate: false` sends it as it is.
      offers: pageSize
    # params {"conditions":{"id":1}}
    params.conditions: `{"id":1}` is not text
      Give text.
    # params {"conditions":["id = 1","id = 2"]}
    params.conditions: `["id = 1","id = 2"]` is not text
      Give text.
    # params {"conditions":["id = 1"]}
    params.conditions: `["id = 1"]` is not text
      Give text.
      offers: "id = 1"
    # params {"fields":[1,2]}
    params.fields: `[1,2]` is not text
      Give text.
    # params {"xyzzy":1,"nothing":null}
    GET /service/tickets?xyzzy=1
    note: `params.xyzzy` is sent as it is: GET /service/tickets declares no such parameter, and an API may ignore it without a word: the answer may be unfiltered
    # params {"summary":"x","board":3,"status":"New","closedFlag":false}
    params.summary: GET /service/tickets has no parameter `summary`
      These are fields of the records: filter by all of them at once, `conditions`: `summary = "x" AND board/id = 3 AND status/name = "New" AND closedFlag = False`.
      offers: summary = "x" AND board/id = 3 AND status/name = "New" AND closedFlag = False
    params.board: GET /service/tickets has no parameter `board`
      The filter that is given for `params.summary` asks for it too.
    params.status: GET /service/tickets has no parameter `status`
      The filter that is given for `params.summary` asks for it too.
    params.closedFlag: GET /service/tickets has no parameter `closedFlag`
      The filter that is given for `params.summary` asks for it too.
    "#);
}

#[test]
fn query_parameters_that_are_surely_meant() {
    let call = Call::to(Method::Get, "/service/tickets");
    assert_snapshot!(call.with_params(&[
        json!({}),
        json!({ "pageSize": "5", "page": 2.0 }),
        json!({ "pagesize": 5, "ORDERBY": "id desc" }),
        json!({ "fields": ["id", "summary"], "conditions": null }),
        json!({ "clientId": "00000000-0000-4000-8000-000000000000" }),
        json!({ "conditions": "summary like '%a&b%'" }),
    ]), @r#"
    # params {}
    GET /service/tickets
    # params {"pageSize":"5","page":2.0}
    GET /service/tickets?page=2&pageSize=5
    # params {"pagesize":5,"ORDERBY":"id desc"}
    GET /service/tickets?orderBy=id desc&pageSize=5
    note: `params.ORDERBY` is sent as `orderBy`, as the API spells it
    note: `params.pagesize` is sent as `pageSize`, as the API spells it
    # params {"fields":["id","summary"],"conditions":null}
    GET /service/tickets?fields=id,summary
    # params {"clientId":"00000000-0000-4000-8000-000000000000"}
    GET /service/tickets
    note: `params.clientId` is not sent: the configuration sets this header
    # params {"conditions":"summary like '%a&b%'"}
    GET /service/tickets?conditions=summary like '%a&b%'
    "#);
}

#[test]
fn unchecked_parameters_are_sent_as_they_are() {
    let call = Call { validate: false, ..Call::to(Method::Get, "/service/tickets") };
    assert_snapshot!(call.with_params(&[json!({ "pageSize": 5000, "newParameter": ["a", 1], "clientid": "x" })]), @r#"
    # params {"pageSize":5000,"newParameter":["a",1],"clientid":"x"}
    GET /service/tickets?pageSize=5000&newParameter=a&newParameter=1
    note: `params.clientId` is not sent: the configuration sets this header
    note: `params.newParameter` is sent as it is: GET /service/tickets knows no such parameter
    "#);
}

#[test]
fn wrong_path_parameters() {
    let call = Call::to(Method::Get, "/service/tickets/{parentId}/notes/{id}");
    assert_snapshot!(call.with_params(&[
        json!({}),
        json!({ "id": 5 }),
        json!({ "parentId": "abc", "id": 5 }),
        json!({ "parentId": null, "id": [] }),
        json!({ "parentId": 1.5, "id": { "id": 1 } }),
        json!({ "parentId": "", "id": "../7" }),
    ]), @r#"
    # params {}
    params.parentId: the path `/service/tickets/{parentId}/notes/{id}` needs a value for `parentId`
      Give `parentId` in `params`, or write it into the path: an integer; GET /service/tickets lists them.
    params.id: the path `/service/tickets/{parentId}/notes/{id}` needs a value for `id`
      Give `id` in `params`, or write it into the path: an integer; GET /service/tickets/{parentId}/notes lists them.
    # params {"id":5}
    params.parentId: the path `/service/tickets/{parentId}/notes/{id}` needs a value for `parentId`
      Give `parentId` in `params`, or write it into the path: an integer; GET /service/tickets lists them.
    # params {"parentId":"abc","id":5}
    params.parentId: "abc" is not an integer
      An id belongs here: find it with GET /service/tickets and `conditions`: `summary like "*abc*"`, and give it in place of `abc`.
      offers: GET /service/tickets with conditions=summary like "*abc*"
    # params {"parentId":null,"id":[]}
    params.parentId: the path `/service/tickets/{parentId}/notes/{id}` needs a value for `parentId`
      Give `parentId` in `params`, or write it into the path: an integer; GET /service/tickets lists them.
    params.id: `[]` is not an integer
      Give an integer, such as `10`.
    # params {"parentId":1.5,"id":{"id":1}}
    params.parentId: 1.5 is not a whole number
      Give an integer, such as `10`.
    params.id: `{"id":1}` is not an integer
      Give an integer, such as `10`.
    # params {"parentId":"","id":"../7"}
    params.parentId: "" is not an integer
      Give an integer, such as `10`.
    params.id: "../7" is not an integer
      An id belongs here: find it with GET /service/tickets/{parentId}/notes, and give it in place of `../7`.
      offers: GET /service/tickets/{parentId}/notes
    "#);
    let call = Call::to(Method::Get, "/system/reports/{reportName}");
    assert_snapshot!(call.with_params(&[
        json!({ "reportName": "" }),
        json!({ "reportName": ".." }),
        json!({ "reportName": "a", "name": "b" }),
    ]), @r#"
    # params {"reportName":""}
    path: path parameter `reportName` must not be empty
      Give the value that names the record.
    # params {"reportName":".."}
    path: path parameter `reportName` would make the path segment `..`, which leads elsewhere
      Give the value that names the record.
    # params {"reportName":"a","name":"b"}
    params.name: GET /system/reports/{reportName} has no parameter `name`
      Write `reportName`, or leave it out; `validate: false` sends it as it is.
      offers: reportName
    "#);
}

#[test]
fn path_parameters_by_any_of_their_names() {
    let call = Call::to(Method::Get, "/service/tickets/{parentId}/notes");
    assert_snapshot!(call.with_params(&[
        json!({ "parentId": 7 }),
        json!({ "PARENTID": "7" }),
        json!({ "id": 7 }),
        json!({ "ticketId": 7 }),
        json!({ "ticket_id": "7", "pageSize": 5 }),
    ]), @r#"
    # params {"parentId":7}
    GET /service/tickets/7/notes
    # params {"PARENTID":"7"}
    GET /service/tickets/7/notes
    # params {"id":7}
    GET /service/tickets/7/notes
    # params {"ticketId":7}
    GET /service/tickets/7/notes
    note: `params.ticketId` is taken for `parentId` of the path
    # params {"ticket_id":"7","pageSize":5}
    GET /service/tickets/7/notes?pageSize=5
    note: `params.ticket_id` is taken for `parentId` of the path
    "#);
    let call = Call::to(Method::Get, "/system/reports/{reportName}");
    assert_snapshot!(call.with_params(&[json!({ "reportName": "Service/Über 100%" }), json!({ "reportName": "007" })]), @r#"
    # params {"reportName":"Service/Über 100%"}
    GET /system/reports/Service%2F%C3%9Cber%20100%25
    # params {"reportName":"007"}
    GET /system/reports/007
    "#);
}

#[test]
fn values_in_the_path_and_in_params() {
    let path_values: Map<String, Value> = [("parentId".to_owned(), json!("7"))].into_iter().collect();
    let call = Call { path_values, ..Call::to(Method::Get, "/service/tickets/{parentId}/notes") };
    assert_snapshot!(call.with_params(&[json!({}), json!({ "parentId": 7 }), json!({ "parentId": 8 })]), @r#"
    # params {}
    GET /service/tickets/7/notes
    # params {"parentId":7}
    GET /service/tickets/7/notes
    # params {"parentId":8}
    params.parentId: `parentId` is "7" in the path and 8 in `params`
      Give it once.
    "#);
    let path_values: Map<String, Value> = [("parentId".to_owned(), json!("seven"))].into_iter().collect();
    let call = Call { path_values, ..Call::to(Method::Get, "/service/tickets/{parentId}/notes") };
    assert_snapshot!(call.with_params(&[json!({})]), @r#"
    # params {}
    path.parentId: "seven" is not an integer
      An id belongs here: find it with GET /service/tickets and `conditions`: `summary like "*seven*"`, and give it in place of `seven`.
      offers: GET /service/tickets with conditions=summary like "*seven*"
    "#);
}

#[test]
fn enumerations_and_misplaced_fields() {
    let call = Call::to(Method::Get, "/system/documents");
    assert_snapshot!(call.with_params(&[
        json!({ "recordType": "Tickets", "recordId": 1 }),
        json!({ "recordType": "ticket", "recordId": "1" }),
        json!({ "recordType": 7 }),
        json!({ "recordType": "Xyzzy", "recordId": 1 }),
    ]), @r#"
    # params {"recordType":"Tickets","recordId":1}
    params.recordType: "Tickets" is not among the values allowed
      Give one of `Activity`, `Agreement`, `Company`, `Config`, `Configuration`, `Contact`, `CustomImage`, `Document`, `Expense`, `Ticket`, `TicketStatus` or `ProjectTicket` (45 in all).
      offers: Ticket | TicketStatus | ProjectTicket
    # params {"recordType":"ticket","recordId":"1"}
    GET /system/documents?recordId=1&recordType=Ticket
    note: `params.recordType`: "ticket" is sent as "Ticket"
    # params {"recordType":7}
    params.recordType: 7 is not among the values allowed
      Give one of `Activity`, `Agreement`, `Company`, `Config`, `Configuration`, `Contact`, `CustomImage`, `Document`, `Expense`, `HTMLTemplate`, `Invoice` or `Opportunity` (45 in all).
    # params {"recordType":"Xyzzy","recordId":1}
    GET /system/documents?recordId=1&recordType=Xyzzy
    note: `params.recordType`: the manifest does not list "Xyzzy"; it is sent as it is, and the API decides
    "#);
    let call = Call::to(Method::Post, "/service/tickets");
    assert_snapshot!(call.with_params(&[json!({ "summary": "x", "board": { "id": 1 } })]), @r#"
    # params {"summary":"x","board":{"id":1}}
    params.summary: POST /service/tickets has no parameter `summary`
      It is a field of the body: put it into `data`, `{"summary":"x"}`.
    params.board: POST /service/tickets has no parameter `board`
      It is a field of the body: put it into `data`, `{"board":{"id":1}}`.
    data: POST /service/tickets needs a body
      Give it as `data`. A body that fits: {"summary":"string","company":{"id":1},"board":{"id":1}}
    "#);
}

#[test]
fn a_parameter_that_names_a_member_of_a_reference_is_a_filter_by_it() {
    let call = Call::to(Method::Get, "/time/entries");
    for (params, condition) in [
        (json!({ "ticketId": 5 }), "ticket/id = 5"),
        (json!({ "ticketId": "5" }), "ticket/id = 5"),
        (json!({ "member_identifier": "jdoe" }), "member/identifier = \"jdoe\""),
        (json!({ "companyName": "Contoso" }), "company/name = \"Contoso\""),
    ] {
        let problems = call.draft(&params, None).unwrap_err();
        assert_eq!(problems[0].offers, [condition], "{params}");
    }
    // No number is a member of that kind, and what is a field is never left unfiltered.
    let problems = call.draft(&json!({ "ticketId": "five" }), None).unwrap_err();
    assert!(problems[0].cure.to_string().starts_with("It is a field of the records"), "{problems:?}");
}
