//! Which credentials are sent, and what is said of settings that look wrong?

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{CLIENT_ID, get, settings};
use crate::invoke::client::request::{Secrets, Target};
use crate::invoke::client::{AccessError, ApiAccess, Credential, GenericSettings};
use crate::invoke::connectwise::{ConnectWiseCredentials, access};
use crate::invoke::generic::Generic;
use crate::settings_file::SettingsFile;

const URL: &str = "https://api-na.myconnectwise.net/v4_6_release/apis/3.0";

/// The user name and password that are sent.
fn basic(access: &ApiAccess) -> String {
    use base64::Engine as _;
    let header = access.credentials.headers.get("authorization").unwrap().to_str().unwrap();
    let decoded = base64::engine::general_purpose::STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
    String::from_utf8(decoded).unwrap()
}

#[test]
fn the_user_name_of_connectwise() {
    // company id, prefix, public key, what is sent, how many notes
    let cases = [
        ("acme", None, "key", "acme+key", 0),
        (" acme ", None, " key ", "acme+key", 0),
        ("acme", Some("other+"), "key", "other+key", 0),
        ("acme", Some(""), "acme+key", "acme+key", 0),
        ("acme", None, "acme+key", "acme+key", 1),
        ("acme", None, "ACME+key", "acme+key", 1),
        ("acme", Some("acme+"), "acme+key", "acme+key", 1),
        ("acme", Some("acme+acme+"), "key", "acme+key", 1),
        ("acme+", None, "key", "acme+key", 1),
        ("acme", Some("acme"), "key", "acmekey", 1),
        ("acme", Some(""), "key", "key", 1),
        ("", Some("acme+"), "key", "acme+key", 0),
    ];
    for (company, prefix, key, expected, notes) in cases {
        let settings = ConnectWiseCredentials {
            company_id: company.into(),
            auth_prefix: prefix.map(str::to_owned),
            public_key: key.into(),
            private_key: "private".into(),
            ..settings(URL)
        };
        let access = access(&settings).unwrap();
        assert_eq!(basic(&access), format!("{expected}:private"), "{company} {prefix:?} {key}");
        assert_eq!(access.notes().len(), notes, "{company} {prefix:?} {key}: {:?}", access.notes());
    }
}

#[test]
fn what_looks_wrong_is_said() {
    let notes = |settings: ConnectWiseCredentials| access(&settings).unwrap().notes().join("\n");
    assert_eq!(notes(settings(URL)), "");
    assert_eq!(notes(settings("https://psa.example.com/v4_6_release/apis/3.0")), "");
    insta::assert_snapshot!(notes(settings("https://na.myconnectwise.net/v4_6_release/apis/3.0")), @"CONNECTWISE_API_URL names na.myconnectwise.net, whose API answers at api-na.myconnectwise.net; set it to https://api-na.myconnectwise.net/v4_6_release/apis/3.0");
    insta::assert_snapshot!(notes(settings("https://staging.connectwisedev.com/api")), @r#"
CONNECTWISE_API_URL names staging.connectwisedev.com, whose API answers at api-staging.connectwisedev.com; set it to https://api-staging.connectwisedev.com/v4_6_release/apis/3.0
CONNECTWISE_API_URL ends in `/api`, but the API's own ends in /apis/3.0; set it to https://api-staging.connectwisedev.com/v4_6_release/apis/3.0
"#);
    let with = |prefix: Option<&str>, key: &str| ConnectWiseCredentials {
        auth_prefix: prefix.map(str::to_owned),
        public_key: key.into(),
        ..settings(URL)
    };
    insta::assert_snapshot!(notes(with(Some("acme"), "key")), @"CONNECTWISE_AUTH_PREFIX does not end in `+`, which must stand between company id and public key; set it to `<company id>+`, or leave it out");
    insta::assert_snapshot!(notes(with(None, "acme+key")), @"CONNECTWISE_PUBLIC_KEY begins with the company id, which is put before it anyway; it was sent once. Set the variable to what stands behind the `+`");
    insta::assert_snapshot!(notes(with(Some("acme+acme+"), "key")), @"CONNECTWISE_AUTH_PREFIX holds the company id twice; it was sent once. Set it to `<company id>+`");
    insta::assert_snapshot!(notes(ConnectWiseCredentials { company_id: "acme+".into(), ..settings(URL) }), @"CONNECTWISE_COMPANY_ID ends in `+`, which is put there anyway; it was sent once. Set it to the company id alone");
    insta::assert_snapshot!(notes(ConnectWiseCredentials { client_id: Some("acme".into()), ..settings(URL) }), @"CONNECTWISE_CLIENT_ID is no GUID (8-4-4-4-12 hexadecimal digits); copy it from developer.connectwise.com/ClientID");
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    let refused = |settings: ConnectWiseCredentials| access(&settings).unwrap_err().to_string();
    let empty = ConnectWiseCredentials { company_id: " ".into(), private_key: "".into(), ..settings("") };
    insta::assert_snapshot!(refused(empty), @"calls need CONNECTWISE_API_URL, CONNECTWISE_COMPANY_ID, CONNECTWISE_PRIVATE_KEY; set what is missing (searching needs none of them)");
    insta::assert_snapshot!(refused(ConnectWiseCredentials { public_key: "".into(), ..settings(URL) }), @"calls need CONNECTWISE_PUBLIC_KEY; set what is missing (searching needs none of them)");
    insta::assert_snapshot!(refused(settings("http://api-na.myconnectwise.net/v4_6_release/apis/3.0")), @"CONNECTWISE_API_URL: the base URL begins with http://, which would send credentials to api-na.myconnectwise.net in the clear; begin it with https:// (http is for this machine only)");
    insta::assert_snapshot!(refused(settings("api-na.myconnectwise.net/v4_6_release/apis/3.0")), @"CONNECTWISE_API_URL: `api-na.myconnectwise.net/v4_6_release/apis/3.0` is no URL (relative URL without a base); write the whole of it, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0");
    let broken = ConnectWiseCredentials { user_type: Some("a\nb".into()), ..settings(URL) };
    insta::assert_snapshot!(refused(broken), @"CONNECTWISE_USER_TYPE holds characters that cannot be sent in a header, such as a line break; set it again");
    let broken = ConnectWiseCredentials { client_id: Some("a\r\nb".into()), ..settings(URL) };
    insta::assert_snapshot!(refused(broken), @"CONNECTWISE_CLIENT_ID holds characters that cannot be sent in a header, such as a line break; set it again");
}

#[test]
fn the_client_id_falls_back_to_the_company() {
    let sent = |client_id: Option<&str>| {
        let settings = ConnectWiseCredentials { client_id: client_id.map(str::to_owned), ..settings(URL) };
        access(&settings).unwrap().credentials.headers.get("clientid").unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!((sent(Some(CLIENT_ID)), sent(None), sent(Some(" "))), (CLIENT_ID.into(), "acme".into(), "acme".into()));
}

#[test]
fn the_user_type_of_impersonated_members_is_sent_where_it_is_set() {
    let sent = |user_type: Option<&str>| {
        let settings = ConnectWiseCredentials { user_type: user_type.map(str::to_owned), ..settings(URL) };
        let target = Target::new(&access(&settings).unwrap(), &get(), Secrets::Sent).unwrap();
        target.headers.get("x-cw-usertype").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!((sent(Some(" member ")), sent(None), sent(Some(" "))), (Some("member".into()), None, None));
}

fn schemes() -> BTreeMap<String, Value> {
    let schemes = json!({
        "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "query": {"type": "apiKey", "in": "query", "name": "key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
        "cookie2": {"type": "apiKey", "in": "cookie", "name": "tenant"},
        "basic": {"type": "http", "scheme": "Basic"},
        "basic2": {"type": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "oauth": {"type": "oauth2", "flows": {}},
        "openid": {"type": "openIdConnect"},
        "digest": {"type": "http", "scheme": "digest"},
        "tls": {"type": "mutualTLS"},
    });
    serde_json::from_value(schemes).unwrap()
}

/// Access to an API where these schemes have values.
fn generic(values: &[(&str, &str)]) -> ApiAccess {
    let mut credentials: BTreeMap<String, Credential> = schemes()
        .keys()
        .filter(|name| *name != "openid")
        .map(|name| (name.clone(), Credential { variable: format!("{}_VAR", name.to_uppercase()), value: None }))
        .collect();
    for (name, value) in values {
        credentials.entry((*name).to_owned()).or_default().value = Some((*value).into());
    }
    let settings = GenericSettings {
        api: "Pets".into(),
        url: "https://pets.example.com/v1".into(),
        url_is_set: true,
        file: SettingsFile::default(),
        dialect: &Generic,
        headers: vec![("X-Tenant".into(), "7".into())],
        schemes: schemes(),
        credentials,
    };
    ApiAccess::generic(settings).unwrap()
}

/// What is sent beyond what every request has.
fn sent(access: &ApiAccess, security: Option<&[&[&str]]>) -> Result<String, AccessError> {
    let security: Option<Vec<Vec<String>>> =
        security.map(|all| all.iter().map(|one| one.iter().map(|name| (*name).to_owned()).collect()).collect());
    let access = access.for_operation(security.as_deref())?;
    let target = Target::new(&access, &get(), Secrets::Sent).unwrap();
    let mut parts: Vec<String> = target
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "accept" | "x-tenant"))
        .map(|(name, value)| {
            assert!(value.is_sensitive(), "{name}");
            format!("{name}: {}", value.to_str().unwrap())
        })
        .collect();
    parts.extend(target.url.query().map(str::to_owned));
    parts.sort();
    Ok(parts.join(", "))
}

/// Values by scheme, an alternative, what is sent.
type SchemeCase<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a str);

#[test]
fn each_scheme_goes_where_it_belongs() {
    let cases: [SchemeCase<'_>; 10] = [
        (&[("header", "k1")], &["header"], "x-key: k1"),
        (&[("query", "k&1")], &["query"], "key=k%261"),
        (&[("cookie", "s")], &["cookie"], "cookie: session=s"),
        (&[("cookie", "s"), ("cookie2", "t")], &["cookie", "cookie2"], "cookie: session=s; tenant=t"),
        (&[("basic", "user:pass")], &["basic"], "authorization: Basic dXNlcjpwYXNz"),
        (&[("basic2", "user:pass")], &["basic2"], "authorization: Basic dXNlcjpwYXNz"),
        (&[("bearer", "tok")], &["bearer"], "authorization: Bearer tok"),
        (&[("bearer", "Bearer tok")], &["bearer"], "authorization: Bearer tok"),
        (&[("oauth", "tok")], &["oauth"], "authorization: Bearer tok"),
        (&[("openid", "tok"), ("header", "k")], &["openid", "header"], "authorization: Bearer tok, x-key: k"),
    ];
    for (values, alternative, expected) in cases {
        assert_eq!(sent(&generic(values), Some(&[alternative])).unwrap(), expected);
    }
}

#[test]
fn the_first_alternative_that_is_satisfied_is_taken() {
    let access = generic(&[("query", "k"), ("bearer", "t")]);
    let cases: [(Option<&[&[&str]]>, &str); 6] = [
        (Some(&[&["header"], &["bearer"], &["query"]]), "authorization: Bearer t"),
        (Some(&[&["header", "query"], &["query"]]), "key=k"),
        (Some(&[&["header"], &[]]), ""),
        (Some(&[]), ""),
        (Some(&[&["digest"], &["query"]]), "key=k"),
        // The manifest is silent: what was set is sent.
        (None, "authorization: Bearer t, key=k"),
    ];
    for (security, expected) in cases {
        assert_eq!(sent(&access, security).unwrap(), expected, "{security:?}");
    }
}

#[test]
fn missing_credentials_are_named() {
    let refused = |security: &[&[&str]]| sent(&generic(&[("query", " ")]), Some(security)).unwrap_err().to_string();
    insta::assert_snapshot!(refused(&[&["header"]]), @"Pets wants credentials for this operation: `header` (an API key in the header X-Key): set HEADER_VAR");
    insta::assert_snapshot!(refused(&[&["query", "basic"], &["openid"]]), @r#"Pets wants credentials for this operation: `query` (an API key in the query parameter key): set QUERY_VAR, and `basic` (user:password for HTTP basic): set BASIC_VAR; or `openid` (a bearer token): add `openid = "VARIABLE"` to `credentials` in the section [apis.Pets] of config.toml, with the name of the variable that holds it"#);
    insta::assert_snapshot!(refused(&[&["digest"], &["tls"], &["unknown"]]), @"Pets wants credentials for this operation: `digest` (HTTP authentication `digest`): not supported here; or `tls` (the scheme type `mutualTLS`): not supported here; or `unknown` (a scheme that the manifest does not define): not supported here");
    let broken = sent(&generic(&[("cookie", "a; b=c")]), Some(&[&["cookie"]])).unwrap_err();
    insta::assert_snapshot!(broken, @"COOKIE_VAR holds characters that cannot be sent in a header, such as a line break; set it again");
    let broken = sent(&generic(&[("bearer", "a\nb")]), Some(&[&["bearer"]])).unwrap_err();
    insta::assert_snapshot!(broken, @"BEARER_VAR holds characters that cannot be sent in a header, such as a line break; set it again");
}

/// What is advised is written as it is said, into a section that has what the settings have.
#[test]
fn credentials_are_advised_as_the_file_can_take_them() {
    let schemes = BTreeMap::from(["my key", "basic"].map(|name| (name.to_owned(), schemes()["basic"].clone())));
    let advised = |configured: &[&str], url_is_set| {
        let credentials = configured.iter().map(|name| ((*name).to_owned(), Credential::default())).collect();
        let settings = GenericSettings {
            api: "my api".into(),
            url: "https://pets.example.com/v1".into(),
            url_is_set,
            file: SettingsFile { path: Some("/etc/other.toml".into()) },
            schemes: schemes.clone(),
            credentials,
            ..GenericSettings::default()
        };
        sent(&ApiAccess::generic(settings).unwrap(), Some(&[&["my key", "basic"]])).unwrap_err().to_string()
    };
    insta::assert_snapshot!(advised(&[], false), @r#"my api wants credentials for this operation: `my key` (user:password for HTTP basic), and `basic` (user:password for HTTP basic): write `base_url = "https://pets.example.com/v1"` and `credentials = { "my key" = "VARIABLE", basic = "VARIABLE" }` in the section [apis."my api"] of /etc/other.toml, with the names of the variables"#);
    insta::assert_snapshot!(advised(&[], true), @r#"my api wants credentials for this operation: `my key` (user:password for HTTP basic), and `basic` (user:password for HTTP basic): write `credentials = { "my key" = "VARIABLE", basic = "VARIABLE" }` in the section [apis."my api"] of /etc/other.toml, with the names of the variables"#);
    insta::assert_snapshot!(advised(&["other"], true), @r#"my api wants credentials for this operation: `my key` (user:password for HTTP basic), and `basic` (user:password for HTTP basic): add `"my key" = "VARIABLE", basic = "VARIABLE"` to `credentials` in the section [apis."my api"] of /etc/other.toml, with the names of the variables"#);
}
