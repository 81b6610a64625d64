//! Names of people for what the API has codes for, and times without a zone.

use serde_json::{Value, json};

use super::Call;
use crate::invoke::draft::Body;
use crate::openapi::Method;

/// What is sent of a body, and what is said of it.
fn sent(path: &str, data: &Value) -> (Value, String) {
    let draft = Call::to(Method::Post, path).draft(&json!({}), Some(data)).unwrap();
    let notes = draft.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let Some(Body::Json(body)) = draft.body else { panic!("no JSON") };
    (body, notes)
}

#[test]
fn the_kind_of_a_schedule_entry_is_sent_as_its_code() {
    for (kind, code) in [
        (json!("Service"), "S"),
        (json!({ "identifier": "service ticket" }), "S"),
        (json!({ "name": "Service" }), "S"),
        (json!("Activity"), "C"),
    ] {
        let (body, notes) = sent("/schedule/entries", &json!({ "objectId": 5, "type": kind }));
        assert_eq!(body["type"], json!({ "identifier": code }), "{kind}");
        assert!(notes.contains("data.type"), "{notes}");
    }
    let (body, notes) = sent("/schedule/entries", &json!({ "type": { "identifier": "S" } }));
    assert_eq!((&body["type"]["identifier"], notes.as_str()), (&json!("S"), ""));
}

#[test]
fn a_time_without_a_zone_is_said_to_be_taken_as_utc() {
    for (given, is_zoneless) in [
        ("2024-01-31T09:00:00", true),
        ("2024-01-31 9:00 AM", true),
        ("1/31/2024 9:00 AM", true),
        ("[2024-01-31T09:00:00Z]", false),
        ("2024-01-31", false),
    ] {
        let (_, notes) = sent("/schedule/entries", &json!({ "type": 1, "dateStart": given }));
        assert_eq!(notes.contains("a time without a zone is taken as UTC"), is_zoneless, "{given}: {notes}");
    }
}

#[test]
fn a_person_under_another_name_is_offered_as_a_reference() {
    for name in ["salesRep", "owner"] {
        let data = json!({ "name": "x", name: "jdoe" });
        let problems = Call::to(Method::Post, "/sales/opportunities").draft(&json!({}), Some(&data)).unwrap_err();
        let problem = problems.iter().find(|problem| problem.place.to_string() == format!("data.{name}")).unwrap();
        assert_eq!(problem.offers, [r#""primarySalesRep": {"identifier":"jdoe"}"#], "{problem:?}");
    }
}

#[test]
fn a_body_that_fits_has_nothing_that_the_server_or_the_path_gives() {
    for (path, params) in [
        ("/service/tickets/{parentId}/notes", json!({ "parentId": 5 })),
        ("/finance/agreements/{parentId}/additions", json!({ "parentId": 5 })),
        ("/schedule/entries", json!({})),
    ] {
        let problems = Call::to(Method::Post, path).draft(&params, Some(&json!({ "unheardOf": 1 }))).unwrap_err();
        let cure = problems[0].cure.to_string();
        let (_, body) = cure.split_once("A body that fits: ").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        let given = ["id", "_info", "ticketId", "agreementId"].into_iter().find(|name| body.get(name).is_some());
        assert_eq!(given, None, "{path}: {body}");
        Call::to(Method::Post, path).draft(&params, Some(&body)).unwrap();
    }
}
