use cw_orchestrator::Service;
use cw_orchestrator::build::{Input, Reuse, Silent};
use cw_orchestrator::eval::{key, measure, read_judgements};
use cw_orchestrator::search::{Answer, Filter, Fit, Mode, Query};
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
        // The state of records is no name of a route, though `emailsOpened` is one.
        ("open tickets of a company", "GET /service/tickets"),
        ("active agreements", "GET /finance/agreements"),
        ("closed tickets", "GET /service/tickets"),
    ] {
        let answer = asked(&service, text);
        assert_eq!(answer.mode, Mode::Keyword);
        assert!(answer.reduced.is_some());
        assert_eq!(names(&answer).first().map(String::as_str), Some(wanted), "{text}: {:?}", names(&answer));
    }
}

/// By the words of paths and of the trade, in the number that was typed.
#[test]
fn misspelt_nouns_find_what_was_meant() {
    let home = without_model();
    let service = home.service();
    for (typed, meant) in [
        ("tikets", "tickets"),
        ("open tikets of a compnay", "open tickets of a company"),
        ("unpaid invoces", "unpaid invoices"),
        ("tecnician", "technician"),
        ("agreemnets", "agreements"),
    ] {
        let (found, wanted) = (names(&asked(&service, typed)), names(&asked(&service, meant)));
        assert_eq!(found.first(), wanted.first(), "{typed}: {found:?}");
        assert!(!found.is_empty(), "{typed}");
    }
}

/// What fits poorly is said, and little of what fits well is called so.
#[test]
fn requests_without_an_answer_are_weak_and_few_right_ones_are() {
    let home = without_model();
    let service = home.service();
    let without: Vec<&str> = include_str!("../data/no-answer.txt").lines().collect();
    let weak: Vec<&&str> = without.iter().filter(|text| asked(&service, text).fit() != Fit::Good).collect();
    assert!(weak.len() * 100 >= without.len() * 75, "{} of {}: {weak:?}", weak.len(), without.len());
    let file =
        std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/judgements/agent-subtasks.jsonl")).unwrap();
    let (mut right, mut right_and_weak) = (0, Vec::new());
    for judgement in read_judgements(file).unwrap() {
        let answer = asked(&service, &judgement.query);
        let first = answer.hits.first().map(|hit| key(hit.method.as_str(), &hit.path));
        if measure(&judgement, &first.into_iter().collect::<Vec<_>>()).hit_1 > 0.0 {
            right += 1;
            if answer.fit() != Fit::Good {
                right_and_weak.push(judgement.query);
            }
        }
    }
    assert!(right_and_weak.len() * 20 <= right, "{} of {right}: {right_and_weak:?}", right_and_weak.len());
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
        assert!(found["weak"].is_null(), "{found}");
        let poor = client.result("query_api_endpoints", json!({ "query": "show the blood pressure of a patient" }));
        assert!(poor["weak"].as_str().is_some_and(|weak| weak.contains("no operation stands out")), "{poor}");
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
