//! How does an account get keys of a member? ConnectWise's Developer Guide: `POST /system/members/{memberIdentifier}/tokens` answers a pair
//! that holds for a short while. What the request needs beside that is from clients that are in use (the PowerShell module
//! ConnectWiseManageAPI, connectwise-rest): the header `x-cw-usertype: member`, and the identifier in the body.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::access::{self, ConnectWiseCredentials};
use crate::clock::{DAY_S, days_of, now_s};
use crate::invoke::client::credentials::{AccessError, Credentials};
use crate::invoke::client::impersonation::{Impersonation, MemberKeys};
use crate::invoke::draft::{Body, Draft};
use crate::invoke::risk::Risk;
use crate::openapi::Method;

/// A member as whom an account calls.
#[derive(Debug)]
pub(in crate::invoke) struct AsMember {
    account: ConnectWiseCredentials,
    member: String,
    subject: String,
}

impl AsMember {
    /// Calls of this account as the member with this identifier.
    pub(in crate::invoke) fn of(account: &ConnectWiseCredentials, member: &str) -> Self {
        let who = account.basic().map(|basic| blake3::hash(basic.expose_secret().as_bytes()).to_hex().to_string());
        let subject = format!("{} {} {member}", account.url, who.unwrap_or_default());
        Self { account: account.clone(), member: member.to_owned(), subject }
    }
}

impl Impersonation for AsMember {
    fn subject(&self) -> &str {
        &self.subject
    }

    fn question(&self) -> Draft {
        let member = utf8_percent_encode(&self.member, NON_ALPHANUMERIC);
        Draft {
            method: Method::Post,
            headers: vec![("x-cw-usertype".to_owned(), "member".to_owned())],
            body: Some(Body::Json(json!({ "memberIdentifier": self.member }))),
            risk: Risk::Write,
            ..Draft::reading(format!("/system/members/{member}/tokens"))
        }
    }

    fn read(&self, body: &[u8]) -> Option<MemberKeys> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let holds = text("expiration").and_then(seconds_of).map(|end| Duration::from_secs(end.saturating_sub(now_s())));
        Some(MemberKeys { public_key: text("publicKey")?.into(), private_key: text("privateKey")?.into(), holds })
    }

    fn credentials(&self, keys: &MemberKeys) -> Result<Credentials, AccessError> {
        let (public_key, private_key) = (keys.public_key.clone(), keys.private_key.clone());
        Ok(access::access(&ConnectWiseCredentials { public_key, private_key, ..self.account.clone() })?.credentials)
    }

    fn explain(&self, why: &str) -> String {
        format!(
            "nothing was sent: there are no keys of the member `{}`, as whom this token calls: POST /system/members/.../tokens: {why}; \
             whoever runs the server checks `member` of the token, and whether the account may act for members",
            self.member
        )
    }
}

/// Seconds since 1970 of a time such as `2026-11-29T12:30:00Z`, in UTC.
fn seconds_of(text: &str) -> Option<u64> {
    let (day, time) = text.split_once('T')?;
    let numbers = |text: &str, by: char| -> Option<Vec<i64>> { text.split(by).map(|part| part.parse().ok()).collect() };
    let (day, time) = (numbers(day, '-')?, numbers(time.get(..8)?, ':')?);
    let ([year, month, day], [hours, minutes, seconds]) = (day.as_slice(), time.as_slice()) else { return None };
    let days = u64::try_from(days_of(*year, *month, *day)?).ok()?;
    let of_day = u64::try_from((hours * 60 + minutes) * 60 + seconds).ok()?;
    Some(days * DAY_S + of_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_asked_for_with_the_identifier_and_read_with_its_end() {
        let account = ConnectWiseCredentials {
            url: "https://api.example".to_owned(),
            company_id: "acme".to_owned(),
            public_key: "publicKey1".into(),
            private_key: "privateKey1".into(),
            auth_prefix: None,
            client_id: None,
            user_type: None,
            version: String::new(),
        };
        let member = AsMember::of(&account, "j doe/1");
        let question = member.question();
        assert_eq!((question.method, question.path.as_str()), (Method::Post, "/system/members/j%20doe%2F1/tokens"));
        assert_eq!(question.body, Some(Body::Json(json!({ "memberIdentifier": "j doe/1" }))));
        assert!(!question.risk.is_read() && question.headers == [("x-cw-usertype".to_owned(), "member".to_owned())]);
        let read = |expiration: &str| {
            let answer = json!({ "publicKey": "lentPublic1", "privateKey": "lentPrivate1", "expiration": expiration });
            member.read(answer.to_string().as_bytes()).unwrap().holds
        };
        assert_eq!((read("2001-01-01T00:00:00Z"), read("soon"), read("")), (Some(Duration::ZERO), None, None));
        assert!(read("2999-12-31T23:59:59.123Z").unwrap() > Duration::from_secs(1 << 30));
        assert!(member.read(b"{\"publicKey\": \"x\"}").is_none() && member.read(b"<html>").is_none());
        assert_eq!(seconds_of("1970-01-02T00:00:01Z"), Some(86_401));
        assert_ne!(member.subject(), AsMember::of(&account, "k").subject());
        assert!(!member.subject().contains("Key1"));
    }
}
