//! Texts that are no filters, and what is said of them.

use super::*;

#[test]
fn wrong_grammar() {
    let cases = [
        "status/name = New",
        "status/name = In Progress AND priority/name == 'High'",
        "closedDate > 2024-01-01",
        "dateEntered > '[2024-01-01T00:00:00Z]'",
        "dateEntered > [01/31/2024] or dateEntered < [01/02/2024]",
        "closedFlag = false && (board/id = 1 || board/id = 2)",
        "board/id <> 1",
        "agreement/id is null and owner/id is not null",
        "summary = “Printer down”",
        "summary contains 'can't log in'",
        "status/name = 'New AND closedFlag = false",
        "(status/name = 'New' or status/name = 'Open",
        "(board/id = 1 and (board/id = 2)",
        "board/id = 1)",
        "id in 1,2,3",
        "id in [1,2,3]",
        "status/name = 'New','Open'",
        "id in ()",
        "board/id = 1 board/id = 2",
        "board/id = 1 and",
        "or board/id = 1",
        "summary",
        "board/id =",
        "board/id = = 1",
        "",
        "conditions=board/id=1",
        "dateEntered between [2024-01-01] and [2024-01-31]",
        "contains(summary, 'mail')",
        "'summary' = 'x'",
        "summary startswith 'Re:'",
        "status/name%3D%27New%27",
        "status/name ne 'Closed' and id gt 100",
        "@status = 'New'",
        "closedDate > [today]",
    ];
    let cases: Vec<(&str, &str)> = cases.into_iter().map(|text| (TICKETS, text)).collect();
    insta::assert_snapshot!(all(Kind::Conditions, &cases), @r#"
    status/name = New
      error 15+3: the text `New` stands without quotes; write `'New'`
      -> status/name = 'New'

    status/name = In Progress AND priority/name == 'High'
      error 15+11: the text `In Progress` stands without quotes; write `'In Progress'`
      error 45+2: `==` is no operator; write `=`
      -> status/name = 'In Progress' AND priority/name = 'High'

    closedDate > 2024-01-01
      mended 14+10: the date `2024-01-01` stands without brackets; it is sent as `[2024-01-01]`
      sent: closedDate > [2024-01-01]
      -> closedDate > [2024-01-01]

    dateEntered > '[2024-01-01T00:00:00Z]'
      mended 15+24: a date takes no quotes; it is sent as `[2024-01-01T00:00:00Z]`
      sent: dateEntered > [2024-01-01T00:00:00Z]
      -> dateEntered > [2024-01-01T00:00:00Z]

    dateEntered > [01/31/2024] or dateEntered < [01/02/2024]
      mended 15+12: `[01/31/2024]` is not how a date is written; it is sent as `[2024-01-31]`
      mended 45+12: `[01/02/2024]` is not how a date is written; it is sent as `[2024-01-02]`, since the API reads the month first; write `[2024-02-01]` if that was meant
      sent: dateEntered > [2024-01-31] or dateEntered < [2024-01-02]
      -> dateEntered > [2024-01-31] OR dateEntered < [2024-01-02]

    closedFlag = false && (board/id = 1 || board/id = 2)
      error 20+2: `&&` is no operator; write `AND`
      error 37+2: `||` is no operator; write `OR`
      -> closedFlag = False AND (board/id = 1 OR board/id = 2)

    board/id <> 1
      error 10+2: `<>` is no operator; write `!=`
      -> board/id != 1

    agreement/id is null and owner/id is not null
      error 14+2: `is` is no operator; write `=`
      error 35+6: `is not` is no operator; write `!=`
      -> agreement/id = null AND owner/id != null

    summary = “Printer down”
      error 11+14: `“` is a typographic quotation mark; write `"Printer down"`
      -> summary = "Printer down"

    summary contains 'can't log in'
      error 18+14: a `'` inside `'` quotes ends the text; write `"can't log in"`
      -> summary contains "can't log in"

    status/name = 'New AND closedFlag = false
      error 15+4: the closing `'` is missing; write `"New"`
      -> status/name = "New" AND closedFlag = False

    (status/name = 'New' or status/name = 'Open
      error 1+1: this `(` is never closed; add the `)`
      error 39+5: the closing `'` is missing; write `"Open"`
      -> status/name = "New" OR status/name = "Open"

    (board/id = 1 and (board/id = 2)
      error 1+1: this `(` is never closed; add the `)`
      -> board/id = 1 AND board/id = 2

    board/id = 1)
      error 13+1: `)` closes nothing; remove it, or add the `(`
      -> board/id = 1

    id in 1,2,3
      error 7+5: a list stands in brackets; write `(1,2,3)`
      -> id in (1,2,3)

    id in [1,2,3]
      error 7+7: a list stands in round brackets; write `(...)`
      -> id in (1,2,3)

    status/name = 'New','Open'
      error 15+12: `=` takes one value; write `in ("New","Open")`
      -> status/name in ("New","Open")

    id in ()
      error 4+5: the list is empty; write the values: `in (1,2)`
      -> (no repair)

    board/id = 1 board/id = 2
      error 14+8: two conditions stand side by side; write `AND` or `OR` between them
      -> board/id = 1 AND board/id = 2

    board/id = 1 and
      error 17+1: nothing follows `and`; add a condition, or remove it
      -> board/id = 1

    or board/id = 1
      error 1+2: `or` has no condition before it; remove it, or write the condition
      -> board/id = 1

    summary
      error 1+7: no operator follows `summary`; write one of `=`, `!=`, `<`, `<=`, `>`, `>=`, `contains`, `like`, `in (...)`, or `not` before one of the last three; for a flag `summary = True`
      -> (no repair)

    board/id =
      error 11+1: no value follows `=`; write a value; for an empty one `null` or `""`
      -> (no repair)

    board/id = = 1
      error 12+1: `=` follows another operator; write one operator, then a value
      -> (no repair)


      error 1+1: the condition is empty; leave the parameter out, or write `field = value`
      -> (no repair)

    conditions=board/id=1
      error 1+11: the name of the parameter stands in its value; leave it out
      -> board/id = 1

    dateEntered between [2024-01-01] and [2024-01-31]
      error 13+37: `between` is no operator; write `dateEntered >= [2024-01-01] AND dateEntered <= [2024-01-31]`
      -> dateEntered >= [2024-01-01] AND dateEntered <= [2024-01-31]

    contains(summary, 'mail')
      error 1+25: there are no functions in a condition; write `summary contains "mail"`
      -> summary contains "mail"

    'summary' = 'x'
      error 1+9: a field takes no quotes; write `summary`
      -> summary = "x"

    summary startswith 'Re:'
      error 9+10: `startswith` is no operator; write `like "text*"`
      -> summary like "Re:*"

    status/name%3D%27New%27
      error 1+23: the text is percent-encoded already, and would be a second time; write it as plain text: `status/name='New'`
      -> status/name='New'

    status/name ne 'Closed' and id gt 100
      error 13+2: `ne` is no operator; write `!=`
      error 32+2: `gt` is no operator; write `>`
      -> status/name != "Closed" AND id > 100

    @status = 'New'
      error 1+1: `@` is no field; a condition begins with a field, such as `board/name`
      -> (no repair)

    closedDate > [today]
      error 14+7: `[today]` is no date in the form of the API; write it in UTC as `[2024-01-31T09:00:00Z]`, or as `[2024-01-31]`
      -> (no repair)
    "#);
}

#[test]
fn a_long_text_is_shown_around_the_fault() {
    let text =
        format!("{} AND summary = New AND {}", "id = 1 OR ".repeat(20) + "id = 2", "id = 3 OR ".repeat(20) + "id = 4");
    let fault = &parse(&text).expect_err("unquoted")[0];
    insta::assert_snapshot!(excerpt(&text, fault.column, fault.length), @r"
    ... id = 1 OR id = 2 AND summary = New AND id = 3 OR id = 3 OR id = 3 OR id = 3 OR id = 3 OR id = 3...
                                       ^^^
    ");
}
