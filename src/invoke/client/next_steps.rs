//! What is to be done after an answer that is no success?
//!
//! Statuses say less than they seem to: ConnectWise hides bad credentials behind 404, and a proxy between answers in
//! the API's name. Each step names what to look at, in the order in which it is likely to help.

use super::access::ApiAccess;
use super::failure::look_first;
use super::status::StatusFailure;
use crate::invoke::dialect::{Failed, Steps};
use crate::invoke::draft::{Body, Draft};

/// The steps for a failure, the likeliest first; never empty.
pub(super) fn of(failure: &StatusFailure, access: &ApiAccess, draft: &Draft) -> Vec<String> {
    let Steps { alone, instead, then } = access.dialect().next_steps(&Failed {
        draft,
        status: failure.status,
        says: &|words| failure.says(words),
        said: &failure.said().collect::<Vec<_>>(),
        has_errors: !failure.errors.is_empty(),
        api_version: failure.api_version.as_deref(),
        base: access.base_url(),
        variables: &access.variables,
    });
    if let Some(alone) = alone {
        return vec![alone];
    }
    let mut steps = Vec::new();
    if failure.page.is_some() {
        steps.push(
            "It comes from a gateway or proxy before the API, not from the API itself: check the base URL, and whether \
             this network lets the request through"
                .to_owned(),
        );
    }
    steps.push(instead.unwrap_or_else(|| of_status(failure, access, draft)));
    steps.extend(then);
    if matches!(failure.status, 401 | 403 | 404) {
        steps.extend(access.notes().iter().cloned());
    }
    steps
}

/// What the status means of any API.
fn of_status(failure: &StatusFailure, access: &ApiAccess, draft: &Draft) -> String {
    match failure.status {
        400 | 422 => bad_request(failure),
        401 => credentials(access, "The credentials were refused"),
        403 => credentials(access, "The credentials do not allow this"),
        404 | 410 => not_found(failure, draft),
        405 => {
            format!("The API has no {} at this path: look at which methods its description lists", failure.what.method)
        }
        406 => {
            "The API offers no edition or media type as asked for: check the API version that is configured".to_owned()
        }
        409 => "The record is in another state than expected: read it again, then decide".to_owned(),
        413 => "The body is larger than the API takes: send less, or a smaller file".to_owned(),
        414 | 431 => "The URL or a header is too long: send fewer or shorter parameters".to_owned(),
        415 => unsupported_media(draft),
        429 => match failure.retry_after_s {
            Some(seconds) => format!("Too many requests: wait {seconds} s, then try again"),
            None => "Too many requests: wait a minute, then try again with fewer at a time".to_owned(),
        },
        500..=599 => server_error(failure, access.dialect().narrowing(draft)),
        _ => "The API does not take this request: compare it with the operation's description".to_owned(),
    }
}

/// What APIs say where a field refers to a record that they do not have.
const REFERS_TO_NOTHING: [&str; 5] = ["not found", "notfound", "could not find", "does not exist", "no such"];

fn fields_of(failure: &StatusFailure) -> String {
    let mut fields: Vec<&str> = failure.errors.iter().filter_map(|error| error.field.as_deref()).collect();
    fields.dedup();
    fields.join(", ")
}

fn bad_request(failure: &StatusFailure) -> String {
    let fields = fields_of(failure);
    if fields.is_empty() {
        return "Compare parameters and body with the operation's description, then send it again".to_owned();
    }
    if REFERS_TO_NOTHING.iter().any(|words| failure.says(words)) {
        return refers_to_nothing(&fields);
    }
    format!("Correct {fields} and send it again; the operation's description has the types")
}

/// What to check where the API does not know who is asking.
fn credentials(access: &ApiAccess, what: &str) -> String {
    if access.variables.is_empty() {
        return format!("{what}: the request went without any, so set those that the manifest's security schemes name");
    }
    format!("{what}: check {}", access.variables.join(", "))
}

fn refers_to_nothing(fields: &str) -> String {
    format!("Correct {fields} and send it again: a record or value that it names is not there")
}

fn not_found(failure: &StatusFailure, draft: &Draft) -> String {
    let fields = fields_of(failure);
    // What is missing is what the body names, where there is one, and the answer complains of its fields.
    if draft.body.is_some() && !fields.is_empty() {
        return refers_to_nothing(&fields);
    }
    let ids: Vec<&str> = draft.path.split('/').filter(|segment| is_id(segment)).collect();
    match ids.as_slice() {
        [] => "No record is named, so the path or the base URL is wrong: compare both with the manifest".to_owned(),
        [id] => format!("There may be no record {id}: list or search the collection for it"),
        ids => format!("One of the records {} may not exist, or not belong to the other", ids.join(", ")),
    }
}

fn is_id(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn unsupported_media(draft: &Draft) -> String {
    match draft.body {
        Some(Body::Multipart(_)) => "The API does not take multipart/form-data here: send the body as JSON".to_owned(),
        _ => "The body has another media type than the operation's description names".to_owned(),
    }
}

fn server_error(failure: &StatusFailure, narrowing: Option<String>) -> String {
    let wait = failure.retry_after_s.map(|seconds| format!(" in {seconds} s")).unwrap_or_default();
    if failure.blames_request() {
        const AGAIN: &str = "The server failed on what this request holds and would do so again, so it was not repeated: correct what it names";
        if failure.what.read {
            return format!("{AGAIN}, then send it again");
        }
        // The statement that failed may not be the first of the write.
        return format!("{AGAIN}, and {}", look_first(failure.what.method));
    }
    if failure.what.read {
        let narrow = narrowing.map_or_else(String::new, |narrowing| format!(", or {narrowing}"));
        return format!(
            "The server failed, not the request: try again{}{narrow}",
            if wait.is_empty() { " later" } else { &wait }
        );
    }
    format!(
        "The server failed, and the write may have been carried out all the same, so it was not repeated: {}",
        look_first(failure.what.method)
    )
}
