use serde_json::json;

use super::super::secret_words::{IN_PROSE, KEYS_IN_PROSE, PREFIXES};
use super::super::secrets::{self, is_in_unreadable};
use super::*;
use crate::redact::{MASK, Redactor};

fn known(secrets: &[&str]) -> Redactor {
    Redactor::new(&secrets.iter().map(|secret| secrecy::SecretString::from(*secret)).collect::<Vec<_>>())
}

fn find(pattern: &Pattern, secrets: &[&str]) -> Vec<String> {
    secrets::find(pattern, &known(secrets))
}

fn mask(pattern: &Pattern, secrets: &[&str]) -> (Pattern, Vec<String>) {
    secrets::mask(pattern, &known(secrets))
}

fn with(params: Value, data: Value) -> Pattern {
    Pattern { params: object(params), data: Some(data), ..pattern("d", "/a") }
}

#[test]
fn secrets_are_found_by_name() {
    for name in [
        "password",
        "Passwd",
        "new_password",
        "user-Passphrase",
        "clientSecret",
        "CLIENT_SECRET",
        "apiKey",
        "api key",
        "x-api-key",
        "privateKey",
        "Authorization",
        "accessToken",
        "refresh_token",
        "token",
        "bearerToken",
        "credentials",
        "pwd",
        "sig",
        "auth",
        "basicAuth",
        "pw",
        "dbPass",
        "psk",
        "passwort",
        "Kennwort",
        "motDePasse",
        "encryptionKey",
        "licenseKey",
        "sessionid",
        "session_id",
        "cookie",
        "secretId",
        "passwordName",
        "otp",
        "userPin",
        "senha",
        "novaSenha",
        "wachtwoord",
        "contraseña",
        "Contrasena",
        "lösenord",
        "heslo",
        "mdp",
        "пароль",
        "密码",
        "connectionString",
        "SAMLResponse",
        "accountKey",
    ] {
        assert_eq!(find(&with(json!({ name: "hunter2" }), json!(null)), &[]), [format!("params.{name}")]);
        assert_eq!(find(&with(json!({}), json!({ "a": [{ name: "hunter2" }] })), &[]), [format!("data.a.0.{name}")]);
        let filter = format!("id = 5 and {}='hunter2'", name.replace(' ', ""));
        assert_eq!(find(&with(json!({ "conditions": filter }), json!(null)), &[]), ["params.conditions"], "{filter}");
    }
    for name in ["password", "pin", "otp"] {
        assert_eq!(find(&with(json!({}), json!({ name: 123456 })), &[]), [format!("data.{name}")]);
    }
    // What is a word of every day as well counts where the value looks like a key.
    for name in ["key", "signature", "webhookSignature"] {
        assert_eq!(find(&with(json!({}), json!({ name: "a1b2c3d4e5f6" })), &[]), [format!("data.{name}")]);
        assert_eq!(find(&with(json!({}), json!({ name: "Kind regards" })), &[]), Vec::<String>::new());
    }
    assert_eq!(find(&with(json!({ "key": "abc" }), json!({ "key": "abc" })), &[]), ["params.key"]);
    assert_eq!(find(&pattern("d", "/a?x=1&key=abc"), &[]), ["path"]);
    assert_eq!(find(&pattern("d", "/a?x=1&apikey=abc"), &[]), ["path"]);
}

#[test]
fn secrets_are_found_by_their_form() {
    for text in [
        "Bearer abcdef0123456789abcdef",
        "authorization: bearer abcdef0123456789",
        "Basic YWNtZStwdWI6cHJpdmF0ZQ==",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "https://user:hunter2@example.com/x",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0aBcDeFgHiJkL",
        "xoxb-1234567890-abcdefghij",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "sk-proj-abcdef1234567890",
        "glpat-abcdefghij1234567890",
        "https://x.blob.example/c/f?sv=2022&sig=Zm9vYmFyYmF6cXV4%2Bquux%3D&se=2030",
        "password: hunter2!",
        "Passwort = geheim",
        "the pwd is set: pwd=letmein, thanks",
        r#"{"password": "hunter2", "x": 1"#,
        "api key: a1b2c3d4e5f6a7b8",
        "pw=hunter2!",
        "PW: hunter2!",
        "Kennwort: Sommer2026",
        "mot de passe : Été2026!",
        "CONTRASEÑA=verano",
        "wachtwoord=zomer",
        "senha: verao#1",
        "密码：夏天2026",
        "新密码=夏天",
        "AccountKey=a1b2c3d4e5f6a7b8==",
    ] {
        assert_eq!(find(&with(json!({}), json!({ "note": format!("see {text}") })), &[]), ["data.note"], "{text}");
        assert_eq!(find(&pattern(text, "/a"), &[]), ["description"], "{text}");
    }
}

#[test]
fn configured_credentials_are_found_wherever_they_stand() {
    let known = ["canaryPrivateK3y", "abc"];
    let one = Pattern {
        description: "with canaryPrivateK3y".to_owned(),
        ..with(json!({ "x": "acanaryPrivateK3yb", "y": "abc", "z": "abcd" }), json!(null))
    };
    assert_eq!(find(&one, &known), ["description", "params.x", "params.y"]);
}

#[test]
fn configured_credentials_are_found_in_every_form_and_as_names() {
    let secrets = ["canaryUser:canary+PW/123=="];
    for text in [
        "canary+PW/123==",
        "canary%2BPW%2f123%3D%3D",
        r"canary+PW\/123==",
        "Y2FuYXJ5VXNlcjpjYW5hcnkrUFcvMTIzPT0",
        "as Y2FuYXJ5VXNlcjpjYW5hcnkrUFcvMTIzPT0= says",
        "63616e6172792b50572f3132333d3d",
        "MNQW4YLSPEVVAVZPGEZDGPJ5",
        "canary%u002BPW/123==",
        "[99,97,110,97,114,121,43,80,87,47,49,50,51,61,61]",
    ] {
        assert_eq!(find(&pattern("d", &format!("/a/{text}")), &secrets), ["path"], "{text}");
        let named = with(json!({ text: 1 }), json!([{ "a": { text: {} } }]));
        let (masked, places) = mask(&named, &secrets);
        assert_eq!(places.len(), 2, "{places:?}");
        let shown = format!("{places:?} {}", serde_json::to_string(&masked).unwrap());
        assert!(!known(&secrets).finds(&shown) && shown.contains(MASK), "{shown}");
        assert!(is_in_unreadable(&format!("{{\"x\": {text}"), &known(&secrets)), "{text}");
    }
    let bytes = with(json!({}), json!({ "a": [[1, 2], "canary+PW/123==".as_bytes()], "b": [1, 2, 3, 4, 5, 6] }));
    let (masked, places) = mask(&bytes, &secrets);
    assert_eq!(
        (places, masked.data),
        (vec!["data.a.1".to_owned()], Some(json!({ "a": [[1, 2], MASK], "b": [1, 2, 3, 4, 5, 6] })))
    );
    // Members that are named by different secrets stay two.
    let two = with(json!({ "canary+PW/123==": 1, "63616e6172792b50572f3132333d3d": 2 }), json!(null));
    let values: Vec<Value> = mask(&two, &secrets).0.params.values().cloned().collect();
    assert_eq!(values, [json!(1), json!(2)]);
    // The name of a user is no secret.
    assert_eq!(find(&pattern("as canaryUser", "/a"), &secrets), Vec::<String>::new());
    let template = mask(&Pattern { template: "/a?apikey=abc".to_owned(), ..pattern("d", "/a?apikey=abc") }, &[]).0;
    assert_eq!((template.path.as_str(), template.template.as_str()), (MASK, MASK));
}

#[test]
fn what_nobody_sees_hides_no_secret() {
    for text in [
        "see plain\u{200b}Canary",
        "plain\u{ad}Canary",
        "plain\tCanary",
        "ghp_\u{2060}abcdefghij12345",
        "pass\u{200b}word: hunter2",
    ] {
        assert_eq!(find(&with(json!({ "x": text }), json!({})), &["plainCanary"]), ["params.x"], "{text:?}");
    }
    assert!(find(&with(json!({ "x": "plain\u{200b} words" }), json!({})), &["plainCanary"]).is_empty());
}

#[test]
fn every_mark_of_a_secret_is_looked_for() {
    let value = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6";
    let words = IN_PROSE.iter().chain(&KEYS_IN_PROSE).map(|word| format!("the {}: {value}", word.to_uppercase()));
    let tokens = PREFIXES.iter().map(|(prefix, _)| format!("see {prefix}{value}"));
    let others = [
        "-----BEGIN PRIVATE KEY-----".to_owned(),
        format!("eyJ{value}.{value}.{value}"),
        format!("https://acme.example/a?sig={value}"),
        format!("a=1&sig={value}"),
        format!("Bearer {value}"),
        "BASIC YWNtZTpwcml2YXRl".to_owned(),
        "ftp://acme:private@acme.example/a".to_owned(),
    ];
    for text in words.chain(tokens).chain(others) {
        assert_eq!(find(&with(json!({ "x": text }), json!({})), &[]), ["params.x"], "{text}");
    }
}

#[test]
fn a_secret_in_pieces_is_no_part_of_an_entry() {
    let by_place: Value = "canary/1".bytes().enumerate().map(|(at, byte)| (at.to_string(), byte)).collect();
    for pieces in [
        json!(["c", "a", "n", "a", "r", "y", "/", "1"]),
        by_place,
        json!(["99", "97", "110", "97", "114", "121", "47", "49"]),
    ] {
        let (masked, places) = mask(&with(json!({}), json!({ "a": pieces, "b": 1 })), &["canary/1"]);
        assert_eq!((masked.data, places), (Some(json!({ "a": MASK, "b": 1 })), vec!["data.a".to_owned()]));
    }
    let plain = with(json!({}), json!({ "a": { "0": 1, "1": 2 }, "b": ["x", "y"] }));
    assert_eq!(find(&plain, &["canary/1"]), Vec::<String>::new());
}

#[test]
fn what_is_no_secret_is_left_alone() {
    let pattern = with(
        json!({ "conditions": "status/name='Open' and passwordChangedDate > [2024-01-01]", "tokenCount": 5, "pageSize": 25 }),
        json!({
            "summary": "Password reset for Anna; basic troubleshooting, bearer of bad news",
            "tokenType": "jwt", "hasPassword": true, "password": "", "secret": null, "pathId": "5",
            "author": "Anna", "pinned": "yes", "authType": "basic", "passCount": 4, "pinColor": "red", "bypass": "no", "pin": 7,
            "note": "Password: please reset it. Token: see below. password=**** pwd: {p}", "key": "PROJ-12", "keyword": "a1b2c3d4e5f6",
            "design": "a1b2c3d4e5f6", "signature": "Best regards, Anna 2", "task-ghp": "task_ghp_1", "size": "AKIA",
            "bypassOrder": "x", "parolaChiave": "x", "lesenhaus": "x", "assertion": "holds", "clave": "una palabra",
            "plan": "pw reset by phone: ask Anna; senha: ver abaixo. Kennwort: bitte neu setzen",
            "url": "https://example.com:8080/a@b", "time": "10:30", "tokens": 12,
        }),
    );
    assert_eq!(find(&pattern, &[]), Vec::<String>::new());
}

#[test]
fn a_slot_is_no_secret() {
    let slot = |place: &str| Slot { name: "p".to_owned(), place: place.to_owned(), example: None };
    let pattern = Pattern {
        slots: vec![slot("data.password"), slot("params.conditions")],
        ..with(json!({ "conditions": "password = '{p}'" }), json!({ "password": "{p}" }))
    };
    assert_eq!(find(&pattern, &[]), Vec::<String>::new());
    assert_eq!(find(&Pattern { slots: Vec::new(), ..pattern }, &[]).len(), 2);
}

#[test]
fn masking_leaves_nothing_to_find_and_all_else_as_it_was() {
    let pattern = with(json!({ "page": 1, "token": "abc" }), json!({ "a": { "password": "x", "b": 5 } }));
    let (masked, places) = mask(&pattern, &[]);
    assert_eq!(places, ["params.token", "data.a.password"]);
    assert_eq!(masked, with(json!({ "page": 1, "token": MASK }), json!({ "a": { "password": MASK, "b": 5 } })));
    assert_eq!(find(&masked, &[]), Vec::<String>::new());
}
