//! What does a create lack that its manifest does not require?

use serde_json::{Map, Value, json};

use super::{Call, EMBEDDED};
use crate::invoke::connectwise::ConnectWise;
use crate::invoke::draft::{Habits, Problem};
use crate::openapi::Method;

/// What is wrong with a call; empty where it is sent.
fn told(call: &Call<'_>, params: &Value, data: Option<&Value>) -> Vec<Problem> {
    call.draft(params, data).err().unwrap_or_default()
}

#[test]
fn what_the_server_demands_is_said_before_anything_is_sent() {
    let board = || json!({ "id": 1 });
    for (path, body, wanted) in [
        ("/schedule/entries", json!({ "objectId": 5, "member": board() }), "required field missing: `type`"),
        // Empty is missing too, and what the manifest requires stands beside it.
        ("/schedule/entries", json!({ "objectId": 5, "type": null }), "missing: `type`"),
        (
            "/service/tickets",
            json!({ "board": board() }),
            "fields missing: `summary` (text of at most 100 characters), `company`",
        ),
        ("/service/tickets", json!({ "summary": "x" }), "required field missing: `company`"),
        ("/sales/activities", json!({ "name": "x" }), "missing: `assignTo`"),
        ("/company/contacts/{parentId}/communications", json!({ "value": "x" }), "missing: `type`"),
        (
            "/system/callbacks",
            json!({ "url": "https://x.example/" }),
            "missing: `objectId` (an integer), `type` (text), `level`",
        ),
        ("/service/tickets/{parentId}/notes", json!({ "text": "x" }), "does not say where it is shown"),
        (
            "/project/tickets/{parentId}/notes",
            json!({ "text": "x", "resolutionFlag": false, "internalAnalysisFlag": "false" }),
            "does not say where it is shown",
        ),
        ("/service/tickets/{parentId}/configurations", json!({}), "names no configuration"),
    ] {
        let call =
            Call { path_values: Map::from_iter([("parentId".to_owned(), 5.into())]), ..Call::to(Method::Post, path) };
        let problems = told(&call, &json!({}), Some(&body));
        let [problem] = problems.as_slice() else { panic!("{path} {body}: {problems:?}") };
        let message = problem.message.to_string();
        assert!(message.contains(wanted), "{path} {body}: {message}");
        // It can be sent all the same.
        let unchecked = Call { validate: false, ..call };
        assert_eq!(told(&unchecked, &json!({}), Some(&body)), [], "{path} {body}");
    }
}

#[test]
fn what_the_server_gives_itself_or_the_path_says_is_not_demanded() {
    let one = || json!({ "id": 1 });
    for (method, path, body) in [
        (Method::Post, "/schedule/entries", json!({ "Type": { "identifier": "S" }, "objectId": 5 })),
        (Method::Post, "/service/tickets", json!({ "summary": "x", "company": { "identifier": "acme" } })),
        (Method::Post, "/procurement/purchaseorders", json!({ "poNumber": "1", "vendorCompany": one() })),
        (Method::Post, "/finance/agreements", json!({ "name": "x", "type": one(), "company": one() })),
        (Method::Post, "/company/companies/{parentId}/typeAssociations", json!({ "type": one() })),
        (Method::Post, "/service/tickets/{parentId}/notes", json!({ "text": "x", "detailDescriptionFlag": true })),
        (Method::Post, "/service/tickets/{parentId}/notes", json!({ "text": "x", "InternalAnalysisFlag": 1 })),
        (Method::Post, "/service/tickets/{parentId}/configurations", json!({ "deviceIdentifier": "x" })),
        // A change names what it changes.
        (Method::Patch, "/schedule/entries/{id}", json!({ "hours": 1 })),
        (Method::Put, "/service/tickets/{id}", json!({ "summary": "x" })),
        (Method::Patch, "/service/tickets/{parentId}/notes/{id}", json!({ "text": "x" })),
    ] {
        let path_values = Map::from_iter([("parentId".to_owned(), 5.into()), ("id".to_owned(), 6.into())]);
        let path_values = path_values.into_iter().filter(|(name, _)| path.contains(&format!("{{{name}}}"))).collect();
        let call = Call { path_values, ..Call::to(method, path) };
        assert_eq!(told(&call, &json!({}), Some(&body)), [], "{path} {body}");
    }
}

#[test]
fn the_body_that_is_shown_to_fit_has_what_is_demanded() {
    let mut tried = 0;
    for operation in EMBEDDED.operations.iter().filter(|known| !ConnectWise.demanded(known).is_empty()) {
        let named = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let path_values = named.map(|name| (name.to_owned(), 5.into())).collect();
        let call = Call { path_values, ..Call::to(operation.method, &operation.path) };
        let problems = told(&call, &json!({}), Some(&json!({})));
        let cures: Vec<String> = problems.iter().map(|problem| problem.cure.to_string()).collect();
        let shown = cures.iter().find_map(|cure| cure.split_once("A body that fits: "));
        let (_, shown) = shown.unwrap_or_else(|| panic!("{}: {problems:?}", operation.path));
        let body: Value = serde_json::from_str(shown).unwrap();
        for field in ConnectWise.demanded(operation) {
            assert!(body.get(*field).is_some(), "{} lacks {field}: {body}", operation.path);
        }
        assert_eq!(told(&call, &json!({}), Some(&body)), [], "{} {body}", operation.path);
        tried += 1;
    }
    assert!(tried > 80, "{tried}");
}
