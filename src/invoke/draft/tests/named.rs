//! A text where an id belongs: which list finds the record?

use serde_json::{Map, Value, json};

use super::{Call, EMBEDDED, asked, list_at, written};
use crate::invoke::connectwise::conditions::{Kind, SchemaFields, check};
use crate::invoke::draft::content::record_schema;
use crate::invoke::draft::{Asked, Problem, draft};
use crate::invoke::generic::Generic;
use crate::openapi::{Method, read};

/// What a call is told whose placeholders have these values in the path.
fn told(method: Method, template: &str, path_values: &Value, params: &Value) -> Vec<Problem> {
    let path_values = path_values.as_object().cloned().unwrap();
    Call { path_values, ..Call::to(method, template) }.draft(params, None).unwrap_err()
}

#[test]
fn a_text_where_an_id_belongs_is_refused_with_the_list_that_finds_the_record() {
    for (method, template, path_values, wanted) in [
        (
            Method::Get,
            "/company/companies/{id}",
            json!({ "id": "Contoso" }),
            r#"GET /company/companies and `conditions`: `identifier = "Contoso" or name like "*Contoso*"`"#,
        ),
        (
            Method::Get,
            "/company/companies/{parentId}/sites",
            json!({ "parentId": "Contoso" }),
            r#"GET /company/companies and `conditions`: `identifier = "Contoso" or name like "*Contoso*"`"#,
        ),
        (
            Method::Get,
            "/company/companies/{parentId}/sites/{id}",
            json!({ "parentId": "5", "id": "Main" }),
            r#"GET /company/companies/5/sites and `conditions`: `name like "*Main*"`"#,
        ),
        (
            Method::Delete,
            "/service/tickets/{id}",
            json!({ "id": "Printer [3rd floor]" }),
            r#"GET /service/tickets and `conditions`: `summary like "*Printer [[]3rd floor]*"`"#,
        ),
        (
            Method::Get,
            "/system/members/{id}",
            json!({ "id": "jdoe" }),
            r#"`identifier = "jdoe" or firstName = "jdoe" or lastName = "jdoe"`"#,
        ),
        (
            Method::Get,
            "/service/boards/{parentId}/statuses",
            json!({ "parentId": "Help Desk" }),
            r#"GET /service/boards and `conditions`: `name like "*Help Desk*"`"#,
        ),
        (
            Method::Get,
            "/company/contacts/{id}",
            json!({ "id": "Jane Doe" }),
            r#"GET /company/contacts and `conditions`: `(firstName = "Jane" and lastName = "Doe")`"#,
        ),
        (
            Method::Get,
            "/company/contacts/{id}",
            json!({ "id": "jane@contoso.example" }),
            "GET /company/contacts and `childConditions`: `communicationItems/value = \"jane@contoso.example\"",
        ),
        (
            Method::Get,
            "/finance/invoices/{id}",
            json!({ "id": "INV-7" }),
            r#"GET /finance/invoices and `conditions`: `invoiceNumber = "INV-7""#,
        ),
        (
            Method::Get,
            "/company/contacts/{id}",
            json!({ "id": "search" }),
            "To search, call GET /company/contacts and `conditions` in `params`.",
        ),
    ] {
        let problems = told(method, template, &path_values, &json!({}));
        let [Problem { cure, offers, .. }] = problems.as_slice() else { panic!("{path_values}: {problems:?}") };
        assert!(cure.to_string().contains(wanted), "{template} {path_values}: {cure}");
        assert!(offers.len() == 1 && offers[0].starts_with("GET "), "{offers:?}");
    }
    // As a parameter as in the path, and nothing of it for a number that is none of an id.
    let given = told(Method::Get, "/company/companies/{id}", &json!({}), &json!({ "id": "Contoso" }));
    assert!(given[0].cure.to_string().contains("GET /company/companies and"), "{given:?}");
    let number = told(Method::Get, "/company/companies/{id}", &json!({ "id": "5.5" }), &json!({}));
    assert!(!number[0].cure.to_string().contains("find it"), "{number:?}");
}

#[test]
fn what_is_to_find_a_record_is_a_filter_that_every_list_takes() {
    let lookup = |name: &str| EMBEDDED.schemas.get(name).cloned();
    let mut tried = 0;
    for operation in EMBEDDED.operations.iter().filter(|operation| operation.method == Method::Get) {
        let Some((list, _)) = operation.path.rsplit_once("/{id}").filter(|(_, rest)| rest.is_empty()) else { continue };
        let values: Map<String, Value> =
            ["parentId", "grandparentId"].into_iter().map(|name| (name.to_owned(), json!("7"))).collect();
        let values = values.into_iter().chain([("id".to_owned(), json!("Contoso"))]).collect();
        let call = Call { path_values: values, ..Call::to(Method::Get, &operation.path) };
        let Err(problems) = call.draft(&json!({}), None) else { continue };
        let offer = problems[0].offers.first().cloned().unwrap_or_default();
        let Some((_, filter)) = offer.split_once(" with conditions=") else { continue };
        let list = list_at(&EMBEDDED, list).unwrap();
        let fields = SchemaFields::new(record_schema(&list).unwrap(), &lookup).of_api("ConnectWise");
        let checked = check(Kind::Conditions, filter, &fields, &|_| Vec::new());
        assert!(checked.is_accepted() && checked.findings.is_empty(), "{offer}: {:?}", checked.findings);
        assert!(!offer.contains('{'), "{offer}");
        tried += 1;
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn of_an_api_of_which_nothing_is_known_the_list_is_named_and_what_searches_it() {
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } });
    let query = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    let get = |parameters: Value| json!({ "get": { "parameters": parameters, "responses": {} } });
    let manifest = json!({
        "openapi": "3.0.3",
        "info": { "title": "Shop", "version": "1" },
        "paths": {
            "/pets": get(json!([query("limit"), query("search")])),
            "/pets/{id}": get(json!([id])),
            "/orders": get(json!([])),
            "/orders/{id}": get(json!([id])),
            "/lonely/{id}": get(json!([id])),
        },
    });
    let manifest = read(manifest.to_string().as_bytes()).unwrap();
    let lookup = |name: &str| manifest.schemas.get(name).cloned();
    let list_at = |template: &str| list_at(&manifest, template);
    let told = |path: &str| {
        let operation = manifest.operations.iter().find(|known| known.path == path).unwrap();
        let params = json!({ "id": "Rex" });
        let call = asked(&Generic, operation, (params.as_object().unwrap(), None), &lookup);
        written(&draft(&Asked { list_at: &list_at, ..call }))
    };
    assert!(told("/pets/{id}").contains("find it with GET /pets and `search` in `params`, and give it"));
    assert!(told("/orders/{id}").contains("find it with GET /orders, and give it in place of `Rex`"));
    assert!(told("/lonely/{id}").contains("Give an integer"));
}
