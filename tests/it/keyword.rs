use cw_orchestrator::Service;
use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::search::{Answer, Filter, Mode, Query};
use serde_json::json;

use crate::client::Client;
use crate::util::{Home, small_manifest};

/// A home whose index was built without a model.
fn without_model() -> Home {
    let home = Home::with_models("/nonexistent/models".into());
    home.service().build(vec![Input::embedded().unwrap()], None, Reuse::Nothing, &Silent, || ()).unwrap();
    home
}

fn asked(service: &Service, text: &str) -> Answer {
    service.search(&Query { text: text.to_owned(), limit: 10, ..Query::default() }).unwrap()
}

fn names(answer: &Answer) -> Vec<String> {
    answer.hits.iter().map(|hit| format!("{} {}", hit.method, hit.path)).collect()
}

/// Verb, one or many, route and plain words of the resource tell without a vector.
#[test]
fn sentences_find_their_operation_without_a_model() {
    let home = without_model();
    let service = home.service();
    for (text, wanted) in [
        ("contacts of a company", "GET /company/contacts"),
        ("create a service ticket", "POST /service/tickets"),
        ("delete the contact 5", "DELETE /company/contacts/{id}"),
        ("how many companies are there", "GET /company/companies/count"),
        ("list technicians", "GET /system/members"),
        ("add a note to a ticket", "POST /service/tickets/{parentId}/notes"),
    ] {
        let answer = asked(&service, text);
        assert_eq!(answer.mode, Mode::Keyword);
        assert!(answer.reduced.is_some());
        assert_eq!(names(&answer).first().map(String::as_str), Some(wanted), "{text}: {:?}", names(&answer));
    }
    let found = names(&asked(&service, "open tickets of a company"));
    assert!(found.iter().take(3).any(|name| name == "GET /service/tickets"), "{found:?}");
}

#[test]
fn the_keyword_tool_ranks_as_keyword_search_does_with_and_without_a_model() {
    let bare = without_model();
    let text = "open tickets of a company";
    let wanted = names(&asked(&bare.service(), text));
    let paths = |answer: &serde_json::Value| -> Vec<String> {
        let hits = answer["hits"].as_array().unwrap();
        hits.iter()
            .map(|hit| format!("{} {}", hit["method"].as_str().unwrap(), hit["path"].as_str().unwrap()))
            .collect()
    };
    for home in [bare, Home::indexed()] {
        let mut client = Client::start(&home, &["serve"]);
        let found = client.result("query_api_endpoints", json!({ "query": text }));
        assert_eq!(paths(&found), wanted);
    }
}

#[test]
fn names_of_fields_and_filters_hold_without_a_model() {
    let home = Home::with_models("/nonexistent/models".into());
    let mut manifest: serde_json::Value = serde_json::from_str(&small_manifest("Pets")).unwrap();
    manifest["paths"]["/owners"] = json!({ "get": {
        "parameters": [{ "name": "microchipNumber", "in": "query", "schema": { "type": "string" } }],
        "responses": { "200": { "description": "ok" } }
    } });
    let path = home.write("pets.json", &manifest.to_string());
    let service = home.service();
    service.build(Input::named(&path).unwrap(), None, Reuse::Nothing, &Silent, || ()).unwrap();
    assert_eq!(names(&asked(&service, "microchip")), ["GET /owners"]);
    let filter = Filter { method: Some("POST".parse().unwrap()), ..Filter::default() };
    let query = Query { text: "pets".to_owned(), limit: 10, filter, ..Query::default() };
    assert_eq!(names(&service.search(&query).unwrap()), ["POST /pets"]);
}

#[test]
fn nonsense_and_what_no_word_of_the_catalogue_names_find_nothing() {
    let home = without_model();
    let service = home.service();
    for text in
        ["asdf qwer zxcv", "blorf frumious", "qwertyuiop", "bake a chocolate cake", "restart the kubernetes cluster"]
    {
        let answer = asked(&service, text);
        assert!(answer.hits.is_empty(), "{text}: {:?}", names(&answer));
    }
}
