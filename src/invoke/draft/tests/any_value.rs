//! Does any JSON value get an answer?

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::Call;
use crate::invoke::draft::{Body, compared, expected_after_patch, unlisted};
use crate::invoke::generic::Generic;
use crate::openapi::Method;

/// Names that mean something to some schema or to the PATCH dialect, and any text.
fn name() -> impl Strategy<Value = String> {
    let known = [
        "id",
        "op",
        "path",
        "value",
        "summary",
        "company",
        "company/id",
        "board",
        "customFields",
        "page",
        "pageSize",
        "file",
        "conditions",
        "requiredDate",
        "parentId",
        "",
    ];
    prop_oneof![4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".*"]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        name().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_gets_an_answer(params in json_value(), data in json_value(), validate: bool) {
        for (method, path) in [
            (Method::Get, "/service/tickets/{parentId}/notes/{id}"),
            (Method::Post, "/service/tickets"),
            (Method::Put, "/service/tickets/{id}"),
            (Method::Patch, "/service/tickets/{id}"),
            (Method::Post, "/system/documents"),
            (Method::Get, "/company/companies"),
        ] {
            let call = Call { validate, ..Call::to(method, path) };
            match call.draft(&params, Some(&data)) {
                Ok(draft) => {
                    prop_assert!(draft.path.starts_with('/') && !draft.path.contains(char::is_whitespace));
                    if let Some(Body::Json(body)) = &draft.body {
                        compared(&expected_after_patch(body), &data);
                    }
                }
                Err(problems) => {
                    prop_assert!(!problems.is_empty());
                    prop_assert!(problems.iter().all(|problem| !problem.message.is_empty() && !problem.cure.is_empty()));
                }
            }
        }
    }

    #[test]
    fn what_was_accepted_is_accepted_again(data in json_value()) {
        let call = Call::to(Method::Patch, "/service/tickets/{id}");
        if let Ok(draft) = call.draft(&json!({ "id": 1 }), Some(&data)) {
            let Some(Body::Json(body)) = draft.body else { return Ok(()) };
            let again = call.draft(&json!({ "id": 1 }), Some(&body)).unwrap();
            prop_assert_eq!(again.body, Some(Body::Json(body)));
        }
    }

    #[test]
    fn unlisted_paths_stay_below_the_base_url(path in ".*", params in json_value()) {
        let params = params.as_object().cloned().unwrap_or_default();
        if let Ok(draft) = unlisted(&Generic, Method::Get, &path, &params, None) {
            prop_assert!(draft.path.starts_with('/') && !draft.path.starts_with("//"));
            prop_assert!(!draft.path.contains(['?', '#', '\\', ' ']));
        }
    }
}
