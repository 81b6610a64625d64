//! What is to be done after an answer that is no success?
//!
//! Statuses say less than they seem to: ConnectWise hides bad credentials behind 404, and a proxy between answers in
//! the API's name. Each step names what to look at, in the order in which it is likely to help.

use super::access::ApiAccess;
use super::status::StatusFailure;
use crate::invoke::connectwise::advice;
use crate::invoke::dialect::Dialect;
use crate::invoke::draft::{Body, Draft};
use crate::openapi::Method;

/// The steps for a failure, the likeliest first; never empty.
pub(super) fn of(failure: &StatusFailure, access: &ApiAccess, draft: &Draft) -> Vec<String> {
    let connectwise = access.dialect() == Dialect::ConnectWise;
    let mut steps = Vec::new();
    if connectwise && failure.says("SSL is required") {
        let base = access.base_url();
        steps.push(match advice::without_api(base) {
            Some(host) => {
                format!("The API answers at api-{host}: set CONNECTWISE_API_URL to https://api-{host}{}", base.path())
            }
            None => {
                "Set CONNECTWISE_API_URL to the API's own host, such as https://api-na.myconnectwise.net, with https"
                    .to_owned()
            }
        });
        return steps;
    }
    if failure.page.is_some() {
        steps.push(
            "It comes from a gateway or proxy before the API, not from the API itself: check the base URL, and whether \
             this network lets the request through"
                .to_owned(),
        );
    }
    match failure.status {
        400 | 422 => steps.push(bad_request(failure, draft)),
        401 => steps.push(credentials(access, "The credentials were refused")),
        403 => steps.push(forbidden(access, draft)),
        404 | 410 => not_found(access, draft, &mut steps),
        405 => steps.push(format!(
            "The API has no {} at this path: look at which methods its description lists",
            failure.what.method
        )),
        406 => steps.push(
            "The API offers no edition or media type as asked for: check the API version that is configured".to_owned(),
        ),
        409 if failure.says("ObjectExists") => steps.push(format!(
            "A record with these values is there already: find it with GET {} and conditions, and change that one",
            failure.what.path
        )),
        409 => steps.push("The record is in another state than expected: read it again, then decide".to_owned()),
        413 => steps.push("The body is larger than the API takes: send less, or a smaller file".to_owned()),
        414 | 431 => steps.push(
            "The URL or a header is too long: shorten the conditions, or send them to POST .../search where there is \
             one"
            .to_owned(),
        ),
        415 => steps.push(unsupported_media(draft)),
        429 => steps.push(match failure.retry_after_s {
            Some(seconds) => format!("Too many requests: wait {seconds} s, then try again"),
            None => "Too many requests: wait a minute, then try again with fewer at a time".to_owned(),
        }),
        500..=599 => steps.push(server_error(failure, connectwise)),
        _ => steps.push("The API does not take this request: compare it with the operation's description".to_owned()),
    }
    if connectwise
        && failure.status == 400
        && let Some(version) = failure.api_version.as_ref().filter(|_| is_about_fields(failure, draft))
    {
        steps.push(format!(
            "The server's newest models are of version {version}; the manifest may be older or newer, so a field may have \
             another name there or none"
        ));
    }
    if matches!(failure.status, 401 | 403 | 404) {
        steps.extend(access.notes().iter().cloned());
    }
    steps
}

fn bad_request(failure: &StatusFailure, draft: &Draft) -> String {
    let query = |name: &str| draft.query.iter().any(|(sent, _)| sent == name);
    if failure.says("Could not find member") {
        return "The body holds a field that it may not: `page`, `pageSize` and `fields` go into the query, and only \
                conditions, childConditions, customFieldConditions and orderBy into the body of a search"
            .to_owned();
    }
    if failure.says("ApiFindCondition") || (failure.errors.is_empty() && query("conditions")) {
        return "Correct `conditions`: only fields of the record, references with `/` (board/name), text in quotes, \
        dates in brackets ([2024-01-01T00:00:00Z]), operators = != < <= > >= contains like in"
            .to_owned();
    }
    let mut fields: Vec<&str> = failure.errors.iter().filter_map(|error| error.field.as_deref()).collect();
    fields.dedup();
    if fields.is_empty() {
        return "Compare parameters and body with the operation's description, then send it again".to_owned();
    }
    format!("Correct {} and send it again; the operation's description has the types", fields.join(", "))
}

/// Whether a refusal is one of a filter, and so may be of a field that the manifest and the server do not share.
fn is_about_fields(failure: &StatusFailure, draft: &Draft) -> bool {
    const FILTERS: [&str; 4] = ["conditions", "childConditions", "customFieldConditions", "orderBy"];
    let is_search = draft.method == Method::Post && draft.risk.is_read();
    is_search
        || failure.says("ApiFindCondition")
        || draft.query.iter().any(|(name, _)| FILTERS.contains(&name.as_str()))
}

/// What to check where the API does not know who is asking.
fn credentials(access: &ApiAccess, what: &str) -> String {
    if access.variables.is_empty() {
        return format!("{what}: the request went without any, so set those that the manifest's security schemes name");
    }
    format!("{what}: check {}", access.variables.join(", "))
}

fn forbidden(access: &ApiAccess, draft: &Draft) -> String {
    if access.dialect() == Dialect::Generic {
        return credentials(access, "The credentials do not allow this");
    }
    // The four levels that a ConnectWise security role grants for each module.
    let level = match draft.method {
        Method::Post if !draft.risk.is_read() => "Add",
        Method::Put | Method::Patch => "Edit",
        Method::Delete => "Delete",
        _ => "Inquire",
    };
    let module = draft.path.split('/').nth(1).unwrap_or_default();
    format!(
        "The security role of the API member lacks this right: under System > Security Roles give it `{level}` in the \
         module behind /{module}; if it has that, check {}",
        access.variables.join(", ")
    )
}

fn not_found(access: &ApiAccess, draft: &Draft, steps: &mut Vec<String>) {
    let ids: Vec<&str> = draft.path.split('/').filter(|segment| is_id(segment)).collect();
    let connectwise = access.dialect() == Dialect::ConnectWise;
    match ids.as_slice() {
        [] => steps.push(
            "No record is named, so the path or the base URL is wrong: compare both with the manifest".to_owned(),
        ),
        [id] => steps.push(format!("There may be no record {id}: list or search the collection for it")),
        ids => steps.push(format!("One of the records {} may not exist, or not belong to the other", ids.join(", "))),
    }
    if connectwise {
        steps.push(format!(
            "ConnectWise also answers 404 to bad credentials, and for records that the member's security role hides: \
            if GET /system/info fails too, check {}",
            access.variables.join(", ")
        ));
    }
}

fn is_id(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn unsupported_media(draft: &Draft) -> String {
    match draft.body {
        Some(Body::Multipart { .. }) => {
            "The API does not take multipart/form-data here: send the body as JSON".to_owned()
        }
        _ if draft.path.contains("/documents") => {
            "Documents are uploaded as multipart/form-data: give the file and its fields (recordType, recordId, title) \
             as a form, not as JSON"
                .to_owned()
        }
        _ => "The body has another media type than the operation's description names".to_owned(),
    }
}

fn server_error(failure: &StatusFailure, connectwise: bool) -> String {
    let wait = failure.retry_after_s.map(|seconds| format!(" in {seconds} s")).unwrap_or_default();
    if failure.what.read {
        let narrow = if connectwise { ", or narrow it with conditions, fields or a smaller pageSize" } else { "" };
        return format!(
            "The server failed, not the request: try again{}{narrow}",
            if wait.is_empty() { " later" } else { &wait }
        );
    }
    "The server failed, and the write may have been carried out all the same, so it was not repeated: read the record \
     before sending it again"
        .to_owned()
}
