//! Filters through a reference, to what the record behind it has.

use super::*;

#[test]
fn a_reference_is_followed_into_its_record() {
    let cases = [
        (TICKETS, "company/territory/name = 'North'"),
        (TICKETS, "Company/Territory/Name like 'N%' and company/name = 'Acme'"),
        (TICKETS, "company/territori/name = 'North'"),
        (TICKETS, "company/territory/nam = 'North'"),
        (TICKETS, "company/territory = 'North'"),
        (TICKETS, "company/dateAcquired > '2024-01-01'"),
        (TICKETS, "board/colour = 'red'"),
        // What a status is, the manifest does not say under its name.
        (TICKETS, "status/closedFlag = true"),
        (TICKETS, "status/nam = 'New'"),
        (TICKETS, "status/escalation = 2"),
        (TICKETS, "teritory/name = 'North'"),
    ];
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @r#"
    company/territory/name = 'North'
      warning 1+22: `company` is a reference that lists no `territory/name`; the Company behind it has it; it is sent as it is, since the server follows references
      -> (no repair)

    Company/Territory/Name like 'N%' and company/name = 'Acme'
      warning 1+22: `company` is a reference that lists no `territory/name`; the Company behind it has it; it is sent as it is, since the server follows references
      -> company/territory/name like "N%" AND company/name = "Acme"

    company/territori/name = 'North'
      doubt 1+22: `company` has no field `territori/name`; write `company/territory/name = "North"`
        offers: company/territory/name
      -> company/territory/name = "North"

    company/territory/nam = 'North'
      doubt 1+21: `company/territory` has no field `nam`; write `company/territory/name = "North"`
        offers: company/territory/name
      -> company/territory/name = "North"

    company/territory = 'North'
      warning 1+17: `company` is a reference that lists no `territory`; the Company behind it has it; it is sent as it is, since the server follows references
      error 1+17: `company/territory` is an object and compared by one of its members; write `company/territory/name`
        offers: company/territory/name, company/territory/id
      -> company/territory/name = "North"

    company/dateAcquired > '2024-01-01'
      warning 1+20: `company` is a reference that lists no `dateAcquired`; the Company behind it has it; it is sent as it is, since the server follows references
      mended 24+12: `company/dateAcquired` is a date, `"2024-01-01"` is not; it is sent as `[2024-01-01]`
      sent: company/dateAcquired > [2024-01-01]
      -> company/dateAcquired > [2024-01-01]

    board/colour = 'red'
      doubt 1+12: `board` has no field `colour`; the nearest is `board/name = "red"`
        offers: board/name
      -> (no repair)

    status/closedFlag = true
      warning 1+17: `status` is a reference that lists no `closedFlag`, and no schema tells what is behind it; it is sent as it is, since the server follows references; see that the name is right
      -> (no repair)

    status/nam = 'New'
      doubt 1+10: `status` has no field `nam`; write `status/name = "New"`
        offers: status/name
      -> status/name = "New"

    status/escalation = 2
      warning 1+17: `status` is a reference that lists no `escalation`, and no schema tells what is behind it; it is sent as it is, since the server follows references; see that the name is right
      -> (no repair)

    teritory/name = 'North'
      doubt 1+13: Ticket has no field `teritory/name`; look up the fields of this operation in its metadata
      -> (no repair)
    "#);
}

#[test]
fn an_order_follows_a_reference_and_an_answer_does_not() {
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named);
    let ordered = check_order_by("company/territory/name desc", &fields, &no_meaning);
    let chosen = check_fields("id,company/territory/name,status/nam", &fields, &no_meaning);
    insta::assert_snapshot!(format!("{}\n{}", shown(&ordered), shown(&chosen)), @r"
    company/territory/name desc
      warning 1+27: `company` is a reference that lists no `territory/name`; the Company behind it has it; it is sent as it is, since the server follows references
      -> company/territory/name desc

    id,company/territory/name,status/nam
      warning 4+22: `company` is a reference that lists no `territory/name`; the Company behind it has it, and the API leaves it out silently; read `company` on its own for it
      warning 27+10: `status` has no field `nam`, and the API leaves it out silently; write `status/name`
        offers: status/name
      -> id,status/name
    ");
}

#[test]
fn members_of_the_record_itself_stay_refused() {
    // The record is named like a reference, and has what one has.
    let schema = serde_json::json!({ "$ref": "#/$defs/CrossReference" });
    let lookup = |name: &str| {
        let properties = serde_json::json!({ "id": { "type": "integer" }, "name": { "type": "string" } });
        matches!(name, "Cross" | "CrossReference").then(|| serde_json::json!({ "properties": properties }))
    };
    let fields = SchemaFields::new(&schema, &lookup);
    assert!(matches!(fields.field("colour"), Lookup::Unknown { known } if known.is_empty()));
    assert!(!check(Kind::Conditions, "colour = 1", &fields, &no_meaning).is_accepted());
}
