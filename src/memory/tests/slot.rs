use proptest::prelude::*;
use serde_json::{Map, json};

use super::super::slots::{SlotError, candidates, fill, open};
use super::*;

fn call(template: &str, path: &str, params: Value, data: Value) -> Pattern {
    Pattern {
        template: template.to_owned(),
        params: object(params),
        data: Some(data).filter(|data| !data.is_null()),
        ..pattern("d", path)
    }
}

fn notes() -> Pattern {
    call(
        "/service/tickets/{parentId}/notes",
        "/service/tickets/4711/notes",
        json!({
            "conditions": "company/id = 123 and dateEntered >= [2024-01-01T00:00:00Z] and dateEntered < [2024-02-01] and status/id = 5",
            "pageSize": 25,
        }),
        Value::Null,
    )
}

fn shown(slots: &[Slot]) -> String {
    let one = |slot: &Slot| format!("{} {} {}", slot.name, slot.place, slot.example.clone().unwrap_or_default());
    slots.iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn ids_and_dates_are_candidates_and_choices_and_counts_are_not() {
    insta::assert_snapshot!(shown(&candidates(&notes())), @r#"
    ticket_id path "4711"
    company_id params.conditions "123"
    since params.conditions "2024-01-01T00:00:00Z"
    until params.conditions "2024-02-01"
    "#);
    let body = json!({
        "conditions": "id = 88",
        "summary": "id = 77 in a sentence",
        "company": { "id": 55, "name": "Acme" },
        "board": { "id": 3 },
        "contactId": 4000,
        "budgetHours": 40,
        "guid": "6b2f7c0e-98a4-4d0e-9f5d-2a1c3e5b7d90",
        "requiredDate": "2024-05-06T00:00:00Z",
        "members": [{ "id": 61 }, { "id": 62 }],
    });
    insta::assert_snapshot!(shown(&candidates(&call("/service/tickets", "/service/tickets", json!({}), body))), @r#"
    ticket_id data.conditions "88"
    company_id data.company.id 55
    contact_id data.contactId 4000
    guid data.guid "6b2f7c0e-98a4-4d0e-9f5d-2a1c3e5b7d90"
    required_date data.requiredDate "2024-05-06T00:00:00Z"
    members_id data.members.0.id 61
    members_id_2 data.members.1.id 62
    "#);
    let one = call(
        "/company/companies/{id}",
        "/company/companies/55",
        json!({ "conditions": "id in (11, 12)" }),
        json!(null),
    );
    insta::assert_snapshot!(shown(&candidates(&one)), @r#"
    company_id path "55"
    company_id_2 params.conditions "11"
    company_id_3 params.conditions "12"
    "#);
}

#[test]
fn values_are_left_open_by_name_and_filled_in_again() {
    let opened = open(&notes(), &["ticket_id".to_owned(), "{since}".to_owned()]).unwrap();
    assert_eq!(opened.path, "/service/tickets/{ticket_id}/notes");
    insta::assert_snapshot!(opened.params["conditions"].as_str().unwrap(), @r"
    company/id = 123 and dateEntered >= [{since}] and dateEntered < [2024-02-01] and status/id = 5
    ");
    let filled = fill(&opened, &object(json!({ "ticket_id": 9, "since": "2025-01-01T00:00:00Z" }))).unwrap();
    assert_eq!(filled.path, "/service/tickets/9/notes");
    assert!(
        filled.params["conditions"]
            .as_str()
            .unwrap()
            .contains(">= [2025-01-01T00:00:00Z] and dateEntered < [2024-02-01]")
    );
    assert!(filled.slots.is_empty());
}

#[test]
fn equal_values_share_a_slot_and_other_values_get_a_number() {
    let data = json!({ "company": { "id": 55 }, "parent": { "companyId": 55 }, "site": { "company": { "id": 70 } } });
    let slots = candidates(&call("/a", "/a", json!({ "conditions": "company/id = 55 or company/id = 66" }), data));
    insta::assert_snapshot!(shown(&slots), @r#"
    company_id params.conditions "55"
    company_id_2 params.conditions "66"
    company_id data.company.id 55
    parent_company_id data.parent.companyId 55
    site_company_id data.site.company.id 70
    "#);
}

#[test]
fn a_value_in_braces_is_a_slot_where_it_is_named_and_text_where_it_is_not() {
    let data = json!({ "text": "Dear {customer}, {greeting}", "priority": "{priority}" });
    let opened = open(&call("/a", "/a", json!({}), data), &["customer".to_owned(), "priority".to_owned()]).unwrap();
    let filled = fill(&opened, &object(json!({ "customer": "{priority}", "priority": { "id": 5 } }))).unwrap();
    assert_eq!(filled.data.unwrap(), json!({ "text": "Dear {priority}, {greeting}", "priority": { "id": 5 } }));
}

#[test]
fn a_value_for_a_filter_stays_one_value() {
    let filter = json!({ "conditions": "company/identifier='acme' and id > 5" });
    let names = ["company_identifier".to_owned(), "a_id".to_owned()];
    let opened = open(&call("/a", "/a", filter, json!(null)), &names).unwrap();
    let filled = |company: &str, id: Value| {
        fill(&opened, &object(json!({ "company_identifier": company, "a_id": id })))
            .map(|filled| filled.params["conditions"].as_str().unwrap().to_owned())
    };
    assert_eq!(filled("O'Neil", json!(6)).unwrap(), "company/identifier=\"O'Neil\" and id > 6");
    let widened = filled("x' or id > 0 or company/identifier='", json!(6)).unwrap();
    assert_eq!(widened, "company/identifier=\"x' or id > 0 or company/identifier='\" and id > 6");
    for (company, id) in [("it's \"so\"", json!(6)), ("acme", json!("6 or id < 6"))] {
        assert!(matches!(filled(company, id), Err(SlotError::FilterValue { .. })), "{company}");
    }
}

#[test]
fn a_placeholder_without_a_value_is_a_slot_of_itself() {
    let opened = open(&call("/service/tickets/{id}", "/service/tickets/{id}", json!({}), json!(null)), &[]).unwrap();
    assert_eq!(shown(&opened.slots), "id path null");
    assert_eq!(fill(&opened, &object(json!({ "id": "a/b" }))).unwrap().path, "/service/tickets/a%2Fb");
    for wrong in ["", " ", ".", ".."] {
        let error = fill(&opened, &object(json!({ "id": wrong }))).unwrap_err();
        assert!(matches!(error, SlotError::PathValue { .. }), "{error}");
    }
}

#[test]
fn a_value_keeps_its_type_where_it_stands_alone() {
    let data = json!({ "company": { "id": 55 }, "externalId": "4000" });
    let opened =
        open(&call("/a", "/a", json!({}), data), &["company_id".to_owned(), "external_id".to_owned()]).unwrap();
    let filled = fill(&opened, &object(json!({ "company_id": "66", "external_id": 5000 }))).unwrap();
    assert_eq!(filled.data.unwrap(), json!({ "company": { "id": 66 }, "externalId": "5000" }));
}

#[test]
fn what_is_unknown_or_missing_is_named_all_at_once() {
    let unknown = open(&notes(), &["company".to_owned(), "page_size".to_owned()]).unwrap_err();
    insta::assert_snapshot!(unknown, @r"
    `company`, `page_size` are no values of this call; there are `ticket_id` (such as 4711), `company_id` (such as 123), `since` (such as 2024-01-01T00:00:00Z), `until` (such as 2024-02-01), `status_id` (such as 5)
    ");
    insta::assert_snapshot!(open(&pattern("a", "/a"), &["x".to_owned()]).unwrap_err(), @r"
    `x` is no value of this call; there are none; write `{name}` in a value to make one
    ");
    let opened = open(&notes(), &["ticket_id".to_owned(), "company_id".to_owned()]).unwrap();
    insta::assert_snapshot!(fill(&opened, &Map::new()).unwrap_err(), @r"
    values are missing for `ticket_id` (such as 4711), `company_id` (such as 123)
    ");
    insta::assert_snapshot!(fill(&opened, &object(json!({ "since": 1, "ticket_id": 2 }))).unwrap_err(), @r"
    `since` is no slot of this entry; there are `ticket_id` (such as 4711), `company_id` (such as 123)
    ");
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("company/id = 123".to_owned()),
        Just("id=4711".to_owned()),
        Just("{company_id}".to_owned()),
        Just("{".to_owned()),
        Just(" and ".to_owned()),
        Just("owner/guid='6b2f7c0e-98a4-4d0e-9f5d-2a1c3e5b7d90'".to_owned()),
        Just("dateEntered > [2024-01-01T00:00:00Z]".to_owned()),
        "[a-zäß 0-9{}='\"\\[\\]]{0,8}",
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        text().prop_map(Value::String),
        (0_u64..10_000).prop_map(Value::from),
        Just(Value::Null),
        Just(json!("2024-01-31")),
        Just(json!("4711")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![Just("id"), Just("companyId"), Just("a.b"), Just("~"), Just("text"), Just("conditions")]
            .prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec((name, inner), 0..3).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_was_left_open_comes_back(params in prop::collection::vec(("[a-zA-Z.]{1,4}(Id)?", value()), 0..3), data in prop::option::of(value()), id in 0_u32..10_000) {
        let original = Pattern {
            template: "/service/tickets/{id}/notes/{noteId}".to_owned(),
            params: params.into_iter().collect(),
            data,
            ..pattern("d", &format!("/service/tickets/{id}/notes/{}", id / 2))
        };
        let found = candidates(&original);
        let names: Vec<String> = found.iter().map(|slot| slot.name.clone()).collect();
        let opened = open(&original, &names).unwrap();
        prop_assert_eq!(opened.slots.len(), found.len());
        let examples = found.into_iter().map(|slot| (slot.name, slot.example.unwrap())).collect();
        prop_assert_eq!(fill(&opened, &examples).unwrap(), original);
    }
}

#[test]
fn of_very_many_values_each_has_a_name_of_its_own_and_is_filled_in() {
    let ids: Vec<u64> = (1_000..9_000).collect();
    let mut call = pattern("many", "/items");
    call.params = object(json!({ "id": ids, "other": ["{item_id_2}"] }));
    let candidates = slots::candidates(&call);
    let names: Vec<String> = candidates.iter().map(|slot| slot.name.clone()).collect();
    assert_eq!((names.len(), &names[0][..], &names[1][..]), (8_000, "item_id", "item_id_3"));
    let opened = slots::open(&call, &names).unwrap();
    assert_eq!((opened.slots.len(), &opened.params["id"][7_999]), (8_000, &json!(format!("{{{}}}", names[7_999]))));
    let values = candidates.into_iter().map(|slot| (slot.name, slot.example.unwrap())).collect();
    assert_eq!(slots::fill(&opened, &values).unwrap().params, call.params);
}
