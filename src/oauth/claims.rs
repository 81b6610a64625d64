//! Does what a token claims hold here and now?

use std::time::Duration;

use serde_json::{Map, Value};

use super::access::{Access, words};
use super::{Refusal, Rules};

/// Checks the claims of a token at a time in seconds since 1970. Whether the issuer made them is another question.
pub(super) fn check(claims: &Map<String, Value>, rules: &Rules, now_s: u64) -> Result<Access, Refusal> {
    let issuer = claims.get("iss").and_then(Value::as_str).ok_or(Refusal::Claim("iss"))?;
    if issuer != rules.issuer {
        return Err(Refusal::Issuer);
    }
    let is_ours = |audience: &Value| audience.as_str().is_some_and(|one| rules.audiences.iter().any(|our| our == one));
    let is_for_us = match claims.get("aud") {
        Some(Value::Array(audiences)) if audiences.iter().all(Value::is_string) => audiences.iter().any(is_ours),
        Some(audience @ Value::String(_)) => is_ours(audience),
        _ => return Err(Refusal::Claim("aud")),
    };
    if !is_for_us {
        return Err(Refusal::Audience);
    }
    let (now, leeway) = (now_s as f64, rules.leeway.as_secs_f64());
    let ends = moment(claims, "exp")?.ok_or(Refusal::Claim("exp"))? + leeway;
    if ends <= now {
        return Err(Refusal::Expired);
    }
    if moment(claims, "nbf")?.is_some_and(|begins| begins > now + leeway) {
        return Err(Refusal::NotYet);
    }
    let subject = claims.get("sub").and_then(Value::as_str).filter(|subject| !subject.is_empty());
    let subject = subject.ok_or(Refusal::Claim("sub"))?.to_owned();
    // `azp` is what issuers write that do not follow RFC 9068.
    let client = ["client_id", "azp"].into_iter().find_map(|name| claims.get(name)?.as_str()).map(str::to_owned);
    Ok(Access {
        issuer: issuer.to_owned(),
        subject,
        client,
        // Entra and Okta write `scp`.
        scopes: ["scope", "scp"].into_iter().find_map(|name| words(claims.get(name)?)).unwrap_or_default(),
        // A server runs for less than a century.
        lasts: Duration::from_secs_f64((ends - now).min(3e9)),
        claims: claims.clone(),
    })
}

/// Reads a claim that is a time: seconds since 1970, which may have a fraction (RFC 7519, "NumericDate").
fn moment(claims: &Map<String, Value>, name: &'static str) -> Result<Option<f64>, Refusal> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
    seconds.map(Some).ok_or(Refusal::Claim(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn rules() -> Rules {
        Rules {
            issuer: "https://login.example.com".to_owned(),
            audiences: vec!["https://tools.example.com/mcp".to_owned()],
            jwks_url: None,
            algorithms: Vec::new(),
            types: Vec::new(),
            leeway: Duration::from_secs(30),
            refetch: Duration::ZERO,
        }
    }

    /// Checks right claims of which some are others; `null` takes one away.
    fn checked(others: Value) -> Result<Access, Refusal> {
        let mut claims = json!({
            "iss": "https://login.example.com", "aud": "https://tools.example.com/mcp", "sub": "alice", "exp": NOW + 60
        });
        for (name, value) in others.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let mut claims = claims.as_object().unwrap().clone();
        claims.retain(|_, value| !value.is_null());
        check(&claims, &rules(), NOW)
    }

    #[test]
    fn issuer_and_audience_are_compared_letter_by_letter() {
        for (claims, refusal) in [
            (json!({ "iss": "https://login.example.com/" }), Refusal::Issuer),
            (json!({ "iss": "https://LOGIN.example.com" }), Refusal::Issuer),
            (json!({ "iss": null }), Refusal::Claim("iss")),
            (json!({ "iss": ["https://login.example.com"] }), Refusal::Claim("iss")),
            (json!({ "aud": "https://tools.example.com" }), Refusal::Audience),
            (json!({ "aud": "https://tools.example.com/mcp/" }), Refusal::Audience),
            (json!({ "aud": [] }), Refusal::Audience),
            (json!({ "aud": ["https://other.example.com/mcp"] }), Refusal::Audience),
            (json!({ "aud": null }), Refusal::Claim("aud")),
            (json!({ "aud": [5, "https://tools.example.com/mcp"] }), Refusal::Claim("aud")),
            (json!({ "aud": { "https://tools.example.com/mcp": 1 } }), Refusal::Claim("aud")),
            (json!({ "sub": null }), Refusal::Claim("sub")),
            (json!({ "sub": "" }), Refusal::Claim("sub")),
        ] {
            assert_eq!(checked(claims.clone()).unwrap_err(), refusal, "{claims}");
        }
        let several = json!({ "aud": ["https://other.example.com", "https://tools.example.com/mcp"] });
        assert!(checked(several).is_ok());
    }

    #[test]
    fn times_bear_the_leeway_and_no_more() {
        for (claims, refusal) in [
            (json!({ "exp": NOW - 30 }), Some(Refusal::Expired)),
            (json!({ "exp": NOW - 29 }), None),
            (json!({ "exp": NOW as f64 + 0.5 }), None),
            (json!({ "exp": 1e300 }), None),
            (json!({ "exp": null }), Some(Refusal::Claim("exp"))),
            (json!({ "exp": (NOW + 60).to_string() }), Some(Refusal::Claim("exp"))),
            (json!({ "exp": -1 }), Some(Refusal::Claim("exp"))),
            (json!({ "nbf": NOW + 31 }), Some(Refusal::NotYet)),
            (json!({ "nbf": NOW + 30 }), None),
            (json!({ "nbf": true }), Some(Refusal::Claim("nbf"))),
        ] {
            assert_eq!(checked(claims.clone()).err(), refusal, "{claims}");
        }
        assert_eq!(checked(json!({})).unwrap().lasts, Duration::from_secs(90));
    }

    #[test]
    fn scopes_and_client_are_read_as_issuers_write_them() {
        let scopes = |claims: Value| checked(claims).unwrap().scopes;
        assert_eq!(scopes(json!({ "scope": "cw:read  cw:write" })), ["cw:read", "cw:write"]);
        assert_eq!(scopes(json!({ "scp": ["cw:read"] })), ["cw:read"]);
        assert_eq!(scopes(json!({ "scp": "cw:read" })), ["cw:read"]);
        assert!(scopes(json!({ "scope": 5 })).is_empty() && scopes(json!({})).is_empty());
        let client = |claims: Value| checked(claims).unwrap().client;
        assert_eq!(client(json!({ "client_id": "a", "azp": "b" })).as_deref(), Some("a"));
        assert_eq!(client(json!({ "azp": "b" })).as_deref(), Some("b"));
        assert_eq!(client(json!({})), None);
    }
}
