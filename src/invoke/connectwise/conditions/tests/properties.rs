//! Any tree prints and reads back; any text is answered.

use proptest::prelude::*;

use super::syntax::*;
use super::*;

fn literal() -> impl Strategy<Value = Literal> {
    let scalar = prop_oneof![
        any::<String>().prop_map(Scalar::Text).prop_filter("a quoted date is a fault", |scalar| {
            !matches!(scalar, Scalar::Text(text) if text.trim().starts_with('['))
        }),
        "[\\\\'\"a ]{0,8}".prop_map(Scalar::Text),
        "-?[0-9]{1,12}(\\.[0-9]{1,4})?".prop_map(Scalar::Number),
        any::<bool>().prop_map(Scalar::Boolean),
        Just(Scalar::Null),
        "20[0-9]{2}-0[1-9]-[12][0-8](T0[0-9]:[0-5][0-9]:[0-5][0-9]Z)?".prop_map(Scalar::Date),
    ];
    scalar.prop_map(|value| Literal { value, span: Span::default() })
}

fn comparison() -> impl Strategy<Value = Condition> {
    let operator = prop::sample::select(vec![
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessOrEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
        Operator::Contains,
        Operator::NotContains,
        Operator::Like,
        Operator::NotLike,
    ]);
    let span = Span::default();
    let test = prop_oneof![
        (operator, literal()).prop_map(move |(operator, value)| Test::Is { operator, span, value }),
        (any::<bool>(), prop::collection::vec(literal(), 1..4)).prop_map(move |(negated, values)| Test::Among {
            negated,
            span,
            values
        }),
    ];
    let path = "[a-z_][A-Za-z0-9]{0,8}(/[a-z_][A-Za-z0-9]{0,8}){0,2}".prop_filter("a word of the grammar", |path| {
        !["and", "or", "not"].iter().any(|word| path.eq_ignore_ascii_case(word))
    });
    (path, test).prop_map(move |(text, test)| Condition::Compare(Comparison { field: FieldPath { text, span }, test }))
}

fn condition() -> impl Strategy<Value = Condition> {
    comparison().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Any),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

/// Checks every way of reading a text; its result is of no interest.
fn read(text: &str) {
    // One field of each kind: looking for what is meant by unknown ones is no part of this.
    let schema = serde_json::json!({"properties": {
        "id": {"type": "integer"}, "summary": {"type": "string"}, "closedFlag": {"type": "boolean"},
        "dateEntered": {"type": "string", "format": "date-time"}, "_info": {"type": "object"},
        "status": {"properties": {"id": {"type": "integer"}, "name": {"type": "string", "enum": ["New", "Closed"]}}},
        "customFields": {"type": "array", "items": {"properties": {"caption": {"type": "string"}, "value": {}}}}
    }});
    let fields = SchemaFields::new(&schema, &named);
    for kind in [Kind::Conditions, Kind::ChildConditions, Kind::CustomFieldConditions] {
        let result = check(kind, text, &fields, &meaning);
        for finding in &result.findings {
            let end = finding.fault.column - 1 + finding.fault.length;
            assert!(finding.fault.length > 0 && end <= text.chars().count() + 1, "{text:?} {finding:?}");
        }
        if let Some(repaired) = &result.repaired {
            assert!(check(kind, repaired, &fields, &meaning).is_accepted(), "{text:?} becomes {repaired:?}");
        }
        let place = Place::param("conditions");
        let problems = result.problems(&place);
        assert!(
            result.is_accepted()
                || result.mended().is_some()
                || !problems.is_empty()
                || !result.doubts(&place).is_empty()
        );
        if let Some(mended) = result.mended().filter(|_| problems.is_empty()) {
            let again = check(kind, &mended, &fields, &meaning);
            assert!(again.mended().is_none() && again.problems(&place).is_empty(), "{text:?} is sent as {mended:?}");
        }
    }
    let _ = check_order_by(text, &fields, &meaning);
    let _ = check_fields(text, &fields, &meaning);
    let _ = parse(text);
}

const GOOD: [&str; 6] = [
    "status/name='New' AND priority/name='Critical'",
    "(contact/name like \"Fred%\" and closedFlag = false) and dateEntered > [2015-12-23T05:53:27Z]",
    "NOT (board/id = 5 OR company/identifier like 'test*')",
    "id in (1, 2, 3) or summary not contains 'it''s'",
    "caption=\"Escalated\" AND value != null",
    "status/name not in ('Closed', 'Cancelled') && closedDate >= 2024-01-01",
];

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_it_was(condition in condition()) {
        let text = condition.to_string();
        let again = parse(&text);
        prop_assert_eq!(again.as_ref(), Ok(&condition), "{}", text);
    }

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_text_of_the_grammars_signs_is_answered(text in "([a-c/]|and|or|not|in|like|is|between|[0-9]|[ ()\\[\\]'\"“’,.;:=<>!~&|%*\\\\-]){0,40}") {
        read(&text);
    }

    #[test]
    fn a_damaged_filter_is_answered(
        at in 0..GOOD.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..3usize, "[ ()\\[\\]'\"=<>!a1\\\\%,-]{0,2}"), 1..4),
    ) {
        let mut text: Vec<char> = GOOD[at].chars().collect();
        for (index, removed, inserted) in cuts {
            let from = index.index(text.len() + 1);
            let to = (from + removed).min(text.len());
            text.splice(from..to, inserted.chars());
        }
        read(&text.into_iter().collect::<String>());
    }
}

#[test]
fn deep_and_long_texts_are_answered() {
    for text in [
        "(".repeat(100_000),
        "not ".repeat(50_000),
        "and ".repeat(50_000),
        format!("{}a=1", "(".repeat(64)),
        "id = 1 or ".repeat(2_000),
        "id in (".to_owned() + &"1,".repeat(5_000),
        " ".repeat(10_000),
        "'a ".repeat(2_000),
    ] {
        read(&text);
    }
}
