//! Fields that are written as users write them, and what is right in their place.

use super::*;

#[test]
fn a_reference_in_the_plural_is_the_one_that_the_record_has() {
    for (path, text, right) in [
        (TICKETS, "companies/identifier=Contoso", "company/identifier = 'Contoso'"),
        (TICKETS, r#"boards/name="Help Desk""#, r#"board/name = "Help Desk""#),
        (TICKETS, "companies/id = 5 and statuses/id = 3", "company/id = 5 AND status/id = 3"),
        (TICKETS, r#"companies = "Contoso""#, r#"company/name = "Contoso""#),
        ("/time/entries", "members/identifier = 'jdoe'", r#"member/identifier = "jdoe""#),
    ] {
        assert_eq!(checked(Kind::Conditions, path, text).repaired.as_deref(), Some(right), "{text}");
    }
}

/// What is proposed is a filter that is taken, and no reference that is refused in turn.
#[test]
fn whose_a_record_is_tells_a_member_of_the_reference() {
    for (path, text, right) in [
        ("/sales/opportunities", "owner = \"jdoe\"", "primarySalesRep/identifier = \"jdoe\""),
        ("/sales/activities", "owner = \"jdoe\"", "assignTo/identifier = \"jdoe\""),
        ("/project/projects", "owner = \"Jane Doe\"", "manager/name = \"Jane Doe\""),
        ("/sales/opportunities", "salesperson = 5", "primarySalesRep/id = 5"),
    ] {
        let found = checked(Kind::Conditions, path, text);
        assert_eq!(found.repaired.as_deref(), Some(right), "{text}");
        // It is sent: a doubt refuses nothing.
        assert!(
            found.findings.iter().all(|finding| finding.severity == Severity::Doubt),
            "{text}: {:?}",
            found.findings
        );
    }
}

/// What merely is about something alike is no suggestion, and what may be two things repairs nothing.
#[test]
fn a_name_that_is_near_nothing_is_told_as_that() {
    let alike = |_: &str| ["name", "site/name", "currency/name", "market/name", "sla/name"].map(str::to_owned).to_vec();
    let found = |path: &str, text: &str| {
        let schema = response(path);
        let fields = SchemaFields::new(&schema, &named).of_api("ConnectWise PSA");
        check(Kind::Conditions, text, &fields, &alike)
    };
    for path in ["/company/companies", TICKETS, "/finance/invoices"] {
        for name in ["sku", "value", "bogus", "brandNew"] {
            let found = found(path, &format!("{name} = \"1\""));
            let offers: Vec<&String> = found.findings.iter().flat_map(|finding| &finding.offers).collect();
            let others: Vec<&&String> = offers.iter().filter(|it| !it.starts_with("customFieldConditions")).collect();
            assert_eq!((others, found.repaired), (Vec::new(), None), "{path} {name}");
        }
    }
    assert_eq!(found(TICKETS, "state = \"1\"").repaired, None);
    assert_eq!(found("/company/companies", "email = \"a@b.example\"").repaired, None);
    let login = found("/system/members", "username = \"jdoe\"");
    assert_eq!(login.repaired.as_deref(), Some("identifier = \"jdoe\""));
}

#[test]
fn what_is_paid_has_no_balance() {
    for (text, right) in [
        ("paid=false", "balance > 0"),
        ("isPaid = true", "balance = 0"),
        ("unpaid = true and company/id = 5", "balance > 0 AND company/id = 5"),
        ("outstanding = 'no'", "balance = 0"),
        ("paid != true", "balance > 0"),
    ] {
        assert_eq!(checked(Kind::Conditions, "/finance/invoices", text).repaired.as_deref(), Some(right), "{text}");
    }
    // Records without a balance are not asked for it.
    assert_eq!(checked(Kind::Conditions, TICKETS, "paid = true").repaired, None);
}

#[test]
fn a_caption_is_led_to_the_filter_of_custom_fields() {
    for (path, text, offer) in [
        ("/company/companies", r#"Region="East""#, r#"caption = "Region" AND value = "East""#),
        (TICKETS, "BarcodeNumber in (4,5)", r#"caption = "BarcodeNumber" AND (value = 4 OR value = 5)"#),
        ("/finance/invoices", "xyzzy = true", r#"caption = "xyzzy" AND value = True"#),
    ] {
        let checked = checked(Kind::Conditions, path, text);
        let [finding] = checked.findings.as_slice() else { panic!("{text}: {:?}", checked.findings) };
        assert!(finding.fault.cure.contains(&format!("`customFieldConditions`: `{offer}`")), "{}", finding.fault.cure);
        assert_eq!(finding.offers.first(), Some(&format!("customFieldConditions: {offer}")), "{text}");
        assert_eq!(checked.repaired, None);
    }
    // Surely another field, and a record without custom fields.
    for (path, text) in [(TICKETS, r#"Sumary = "x""#), ("/schedule/entries", r#"Region = "East""#)] {
        let checked = checked(Kind::Conditions, path, text);
        assert!(!checked.findings[0].fault.cure.contains("customFieldConditions"), "{text}");
    }
}

#[test]
fn a_mail_address_is_compared_with_the_field_that_has_one() {
    let found = checked(Kind::Conditions, TICKETS, "contact = 'jane@contoso.example'");
    assert_eq!(found.repaired.as_deref(), Some(r#"contactEmailAddress = "jane@contoso.example""#));
    let name = checked(Kind::Conditions, TICKETS, "contact = 'Jane Doe'");
    assert_eq!(name.repaired.as_deref(), Some(r#"contact/name = "Jane Doe""#));
}

#[test]
fn an_order_is_offered_once_and_read_as_other_apis_write_it() {
    let meaning = |_: &str| Vec::new();
    let schema = response(TICKETS);
    let fields = SchemaFields::new(&schema, &named).of_api("ConnectWise PSA");
    for (text, right) in
        [("company", "company/name"), ("id:desc", "id desc"), ("dateEntered|ASC,id", "dateEntered asc,id")]
    {
        let problems = check_order_by(text, &fields, &meaning).problems(&Place::param(ORDER));
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.offers, [right], "{text}");
    }
}
