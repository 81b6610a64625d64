//! Which parameter or field is one half of the pair that says which record is meant?

use serde_json::{Value, json};

use super::Call;
use crate::openapi::Method;

#[test]
fn a_name_for_any_record_leads_to_both_halves_of_the_pair() {
    let of = |method, path: &str, params: Value, data: Option<Value>| {
        let problems = Call::to(method, path).draft(&params, data.as_ref()).err().unwrap_or_default();
        let offers: Vec<String> = problems.iter().flat_map(|problem| problem.offers.first().cloned()).collect();
        offers.join(" | ")
    };
    let trail = "/system/audittrail";
    for (params, wanted) in [
        (json!({ "recordType": "Ticket", "recordId": 5 }), "type | id"),
        (json!({ "objectType": "Ticket", "object_id": "5" }), "type | id"),
        (json!({ "type": "Ticket", "entityId": 5 }), "id"),
    ] {
        assert_eq!(of(Method::Get, trail, params.clone(), None), wanted, "{params}");
    }
    for (params, wanted) in [
        (json!({ "type": "Ticket", "id": 5 }), "recordType | recordId"),
        (json!({ "objectType": "Ticket", "objectId": 5 }), "recordType | recordId"),
        // A document has an id of its own.
        (json!({ "recordType": "Ticket", "recordId": 5, "id": 7 }), "id = 7"),
    ] {
        assert_eq!(of(Method::Get, "/system/documents", params.clone(), None), wanted, "{params}");
    }
    let started = |more: Value| {
        let mut body = json!({ "timeStart": "2026-01-31T09:00:00Z" });
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        body
    };
    let time = |data| of(Method::Post, "/time/entries", json!({}), Some(started(data)));
    assert_eq!(
        time(json!({ "recordType": "ServiceTicket", "objectId": 5 })),
        r#""chargeToType": "ServiceTicket" | "chargeToId": 5"#
    );
    let entry = json!({ "type": { "identifier": "S" }, "recordId": 5 });
    assert_eq!(of(Method::Post, "/schedule/entries", json!({}), Some(entry)), r#""objectId": 5"#);
    let filters = json!({ "recordType": "ServiceTicket", "recordId": 5 });
    assert_eq!(of(Method::Get, "/time/entries", filters, None), r#"chargeToType = "ServiceTicket" AND chargeToId = 5"#);
}
