//! What does a failure of ConnectWise's API mean, beyond its status?

use super::advice;
use super::conditions::filters_or_orders;
use crate::invoke::dialect::{Failed, Steps};
use crate::invoke::draft::{Body, Draft};
use crate::openapi::Method;

/// The steps for a failure.
pub(super) fn of(failed: &Failed<'_>) -> Steps {
    if (failed.says)("SSL is required") {
        return Steps { alone: Some(own_host(failed)), ..Steps::default() };
    }
    let mut steps = Steps { instead: instead(failed), ..Steps::default() };
    // An answer about fields of the body was given to somebody who is known.
    let is_about_body = failed.has_errors && failed.draft.body.is_some();
    if matches!(failed.status, 404 | 410) && !is_about_body {
        steps.then.push(format!(
            "ConnectWise also answers 404 to bad credentials, and for records that the member's security role hides: \
             if GET /system/info fails too, check {}",
            failed.variables.join(", ")
        ));
    }
    if failed.status == 400
        && let Some(version) = failed.api_version.filter(|_| is_about_fields(failed))
    {
        steps.then.push(format!(
            "The server's newest models are of version {version}; the manifest may be older or newer, so a field may have \
             another name there or none"
        ));
    }
    steps
}

/// The API answers under a name of its own, over https alone.
fn own_host(failed: &Failed<'_>) -> String {
    let host = advice::api_host(failed.base);
    if host == failed.base.host_name() {
        return "Set CONNECTWISE_API_URL to the API's own host, such as https://api-na.myconnectwise.net, with https"
            .to_owned();
    }
    format!("The API answers at {host}: set CONNECTWISE_API_URL to https://{host}{}", failed.base.path())
}

/// In place of what the status means elsewhere.
fn instead(failed: &Failed<'_>) -> Option<String> {
    let draft = failed.draft;
    match failed.status {
        400 | 422 if (failed.says)(UNKNOWN_MEMBER) => Some(unknown_member(failed)),
        400 | 422
            if (failed.says)("ApiFindCondition")
                || (!failed.has_errors && draft.query.iter().any(|(name, _)| name == "conditions")) =>
        {
            Some(
                "Correct `conditions`: only fields of the record, references with `/` (board/name), text in quotes, \
                 dates in brackets ([2024-01-01T00:00:00Z]), operators = != < <= > >= contains like in"
                    .to_owned(),
            )
        }
        401 => Some(keys(failed)),
        403 => Some(role(failed)),
        409 if (failed.says)("ObjectExists") => Some(format!(
            "A record with these values is there already: find it with GET {} and conditions, and change that one",
            draft.path
        )),
        414 | 431 => Some(
            "The URL or a header is too long: shorten the conditions, or send them to POST .../search where there is one"
                .to_owned(),
        ),
        415 if draft.path.contains("/documents") && !matches!(draft.body, Some(Body::Multipart(_))) => Some(
            "Documents are uploaded as multipart/form-data: give the file and its fields (recordType, recordId, title) \
             as a form, not as JSON"
                .to_owned(),
        ),
        _ => None,
    }
}

/// How the API says that a body has a member too many.
const UNKNOWN_MEMBER: &str = "Could not find member";

/// The object that the filters of a search are read into.
const FILTER_VALUES: &str = "FilterValues";

/// What to do about a member of the body that the API's models lack.
fn unknown_member(failed: &Failed<'_>) -> String {
    if (failed.says)(FILTER_VALUES) {
        return "The body holds a field that it may not: `page`, `pageSize` and `fields` go into the query, and only \
                conditions, childConditions, customFieldConditions and orderBy into the body of a search"
            .to_owned();
    }
    let quoted = |said: &str, before: &str| {
        let (_, after) = said.split_once(before)?;
        after.split_once('\'').map(|(name, _)| name.to_owned())
    };
    let said = || failed.said.iter();
    let member = said().find_map(|said| quoted(said, "Could not find member '"));
    let owner = said().find_map(|said| quoted(said, "object of type '")).unwrap_or_else(|| "the record".to_owned());
    let version = failed.api_version.map_or_else(String::new, |version| format!(" ({version})"));
    match member {
        Some(member) => format!("Leave `{member}` out of the body: {owner} has no such field in this version{version}"),
        None => format!("The body holds a field that {owner} does not have in this version{version}: leave it out"),
    }
}

/// Where what the API did not know is to be found.
fn keys(failed: &Failed<'_>) -> String {
    format!(
        "The credentials were refused: check {}. Both keys must be of one API member, which ConnectWise lists under System > \
         Members > API Members, and the company the one that it is in",
        failed.variables.join(", ")
    )
}

/// The right that the member's security role lacks, by the four levels that a role grants for each module.
fn role(failed: &Failed<'_>) -> String {
    let draft: &Draft = failed.draft;
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
        failed.variables.join(", ")
    )
}

/// Whether a refusal is one of a filter, and so may be of a field that the manifest and the server do not share.
fn is_about_fields(failed: &Failed<'_>) -> bool {
    let draft = failed.draft;
    let is_search = draft.method == Method::Post && draft.risk.is_read();
    is_search || (failed.says)("ApiFindCondition") || draft.query.iter().any(|(name, _)| filters_or_orders(name))
}
