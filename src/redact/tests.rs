use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::masks::numbered;
use super::*;

fn redactor(secrets: &[&str]) -> Redactor {
    Redactor::new(&secrets.iter().map(|secret| SecretString::from(*secret)).collect::<Vec<_>>())
}

#[test]
fn every_form_of_a_secret_is_masked() {
    let redactor = redactor(&[
        " token/One \n",
        "quo\"ted\\1",
        "acme+public:private1",
        "private1andmore",
        "Bearer aToken1",
        "two words",
        "k3yAsUser:x",
        "jsmith:hunter2hunter2",
        "pre%2Fescaped/1",
        "acme+:",
        "ca+nary/1",
        "short",
        "Schlüssel/é1",
    ]);
    let cases = [
        ("a token/One b", "a [secret] b"),
        ("?key=token%2FOne&x", "?key=[secret]&x"),
        ("?key=token%2fOne&x", "?key=[secret]&x"),
        ("?to=%2Fa%3Fkey%3Dtoken%252fOne%26x", "?to=%2Fa%3Fkey%3D[secret]%26x"),
        (r#"{"why":"quo\"ted\\1"}"#, r#"{"why":"[secret]"}"#),
        (r"<b>token\/One</b>", "<b>[secret]</b>"),
        (r"token\u002fOne \u0074oken\u002FOne", "[secret] [secret]"),
        (r#"{"text":"{\"a\":\"token\\\/One\"}"}"#, r#"{"text":"{\"a\":\"[secret]\"}"}"#),
        ("<title>token&#47;One token&#x2F;One quo&quot;ted\\1</title>", "<title>[secret] [secret] [secret]</title>"),
        // In UTF-8, and in a charset of one byte a character; its base64 and hexadecimal digits.
        ("?key=Schl%C3%BCssel%2F%C3%A91&x", "?key=[secret]&x"),
        ("?key=Schl%FCssel%2F%E91&x", "?key=[secret]&x"),
        ("?key=Schl%25fcssel%252f%25e91&x", "?key=[secret]&x"),
        (r"Schl\xfcssel/\xe91 Schl\374ssel/\3511 Schl=FCssel=2F=E91", "[secret] [secret] [secret]"),
        ("U2NobPxzc2VsL+kx 5363686CFC7373656C2FE931", "[secret] [secret]"),
        // Of RFC 7617.
        ("Basic YWNtZStwdWJsaWM6cHJpdmF0ZTE=", "Basic [secret]"),
        ("Basic YWNtZStwdWJsaWM6cHJpdmF0ZTE", "Basic [secret]"),
        ("acme+public:private1", "[secret]"),
        ("private1", "[secret]"),
        // A part of it is a secret, too: nothing of the rest may stay.
        ("private1andmore", "[secret]"),
        ("it was aToken1", "it was [secret]"),
        ("two+words two%20words", "[secret] [secret]"),
        // Read from a query, into which it was written as it is.
        ("summary='acme public:private1' ca nary%2F1", "summary='[secret]' [secret]"),
        ("k3yAsUser jsmith hunter2hunter2", "[secret] jsmith [secret]"),
        ("pre%2Fescaped/1 pre%252Fescaped%2F1 pre%2Fescaped\\/1", "[secret] [secret] [secret]"),
        // base32, whole and within; base64 in lines; JavaScript's `escape`; bytes as numbers.
        ("OBZGS5TBORSTC=== obzgs5tborstc", "[secret] [secret]"),
        ("GVYHE2LWMF2GKMI=", "G[secret]="),
        ("YWNtZStwdWJsaW\r\nM6cHJpdmF0ZTE=", "[secret]"),
        (r#""YWNtZStwdWJsaW\r\nM6cHJpdmF0ZTE""#, r#""[secret]""#),
        ("%u0070rivate%u0031 p%25u0072ivate1 %U0070RIVATE1", "[secret] [secret] [secret]"),
        ("[112, 114,105,118,\n 97,116,101,49]", "[[secret]]"),
        ("got [5 112 114 105 118 97 116 101 49 7]", "got [5 [secret] 7]"),
        ("%5B112%2C114%2C105%2C118%2C97%2C116%2C101%2C49%5D", "%5B[secret]%5D"),
        ("1112,114,105,118,97,116,101,49", "1112,114,105,118,97,116,101,49"),
        ("0x7072697661746531 and 7072697661746531616E646D6F7265", "0x[secret] and [secret]"),
        ("?KEY=TOKEN%2FONE and Token%252Fone and %2574OKEN%25252FoNe", "?KEY=[secret] and [secret] and [secret]"),
        (
            r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"token\\\\\\/one\\\"}\"}"}"#,
            r#"{"a":"{\"b\":\"{\\\"c\\\":\\\"[secret]\\\"}\"}"}"#,
        ),
        ("&#0000112;rivate1 p&#x000000072;ivate1 &#112&#114;ivate1", "[secret] [secret] [secret]"),
        ("=70rivate=31 =70=72=69=76=61=74=65=31 privat=\r\ne1", "[secret] [secret] [secret]"),
        (r#""privat=\r\ne1 =70riv=\n=61te1""#, r#""[secret] [secret]""#),
        ("pre=25252Fescaped/1 token=2FOne token=26#47;One", "[secret] [secret] [secret]"),
        // The sign of quoted-printable may be escaped itself, or written so; numbers may be texts, and hexadecimal.
        ("%3D70riv%3D61te=31 =3D70rivate1 p%253D72ivate1", "[secret] [secret] [secret]"),
        (r#"["112", "114","105","118","97","116","101","49"]"#, r#"["[secret]"]"#),
        (r#"{\"a\":[\"112\",\"114\",\"105\",\"118\",\"97\",\"116\",\"101\",\"49\"]}"#, r#"{\"a\":[\"[secret]\"]}"#),
        ("'112'; '114'; '105'; '118'; '97'; '116'; '101'; '49'", "'[secret]'"),
        ("70-72-69-76-61-74-65-31, 70:72:69:76:61:74:65:31", "[secret], [secret]"),
        ("{0x70, 0x72, 0x69, 0X76, 0x61, 0x74, 0x65, 0x31}", "{[secret]}"),
        (r"\160rivate\061 p\\162ivate1 \170rivate1", r"[secret] [secret] \170rivate1"),
        ("70-72-69-76-61-74-65-32", "70-72-69-76-61-74-65-32"),
        // `=` of a query says nothing of what follows it.
        ("?to=ca%2Bnary/1&x=privat%651", "?to=[secret]&x=[secret]"),
        ("a == b, c=12, =70rivate2", "a == b, c=12, =70rivate2"),
        ("short words stay, 50% of them", "short words stay, 50% of them"),
    ];
    for (line, masked) in cases {
        assert_eq!(redactor.text(line), masked);
        assert_eq!(redactor.finds(line), line != masked);
    }
    assert!(redactor.finds(" short ") && !redactor.finds("shorts"));
    assert_eq!(format!("{redactor:?}"), "Redactor");
}

#[test]
fn characters_that_nobody_sees_hide_no_secret() {
    let redactor = redactor(&["plainCanaryKey12345", "line\nbreak"]);
    let many = "\u{200b}".repeat(2_000);
    for dropped in ["\u{200b}", "\u{202e}", "\u{ad}", "\u{e0041}", "\t", "\r\n", "\u{1b}\u{9b}", &many] {
        let text = format!("a plainCanary{dropped}Key{dropped}12345 b");
        assert_eq!(redactor.text(&text), "a [secret] b", "{dropped:?}");
    }
    for text in [
        "plainCanary%E2%80%8BKey12345",
        "plainCanary%25E2%2580%258BKey12345",
        "plainCanary%09Key12345",
        r"plainCanary\u200bKey12345",
        r"plainCanary\nKey12345",
        r"plainCanary\\udb40\\udc41Key12345",
        "plainCanary&#8203;Key12345",
        "p\u{200b}lainCanary%4Bey12345",
        "linebreak",
        r"line\nbreak",
    ] {
        assert_eq!(redactor.text(text), MASK, "{text}");
    }
    let body = "{\"a\": \"plainCanary\u{200b}Key12345\",\n \"b\": \"plain\",\n \"c\": \"CanaryKey12345\"}";
    let masked = "{\"a\": \"[secret]\",\n \"b\": \"plain\",\n \"c\": \"CanaryKey12345\"}";
    assert_eq!(redactor.bytes(body.as_bytes()), Some(masked.as_bytes().to_vec()));
    assert_eq!(redactor.text("plainCanary Key12345"), "plainCanary Key12345");
}

#[test]
fn whatever_deceives_a_reader_begins_with_a_byte_that_is_looked_at() {
    let mut bytes = [0; 4];
    for character in (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|c| crate::escape::deceives(*c)) {
        assert!(may_begin(character.encode_utf8(&mut bytes).as_bytes()[0]), "{character:?}");
    }
}

#[test]
fn base64_is_found_wherever_in_it_the_secret_begins() {
    let (redactor, secret) = (redactor(&["ca?nary>key~1"]), "ca?nary>key~1");
    for before in ["", "a", "ab", "abc"] {
        for engine in [STANDARD, URL_SAFE] {
            let text = engine.encode(format!("{before}{secret} and more"));
            assert!(redactor.finds(&text), "{text}");
        }
    }
    assert!(!redactor.finds(&STANDARD.encode("something else altogether")));
}

#[test]
fn a_secret_is_found_however_it_was_encoded_once_more() {
    let secret = "jsmith:hunter2/hunter2";
    let redactor = redactor(&[secret]);
    let wide = |order: fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let plain = secret.as_bytes().to_vec();
    let texts = [plain, wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
    let encoded = |bytes: &[u8], at: usize| forms::encoded(bytes.iter().copied(), ALPHABETS[at]);
    for (inner, outer) in (0..5).flat_map(|inner| (0..6).map(move |outer| (inner, outer))) {
        for text in &texts {
            for around in ["", "a", "{\"a\":"] {
                let text = [around.as_bytes(), text, around.as_bytes()].concat();
                let once = encoded(&text, inner);
                let all = if outer < 5 { encoded(&[b"x=", &once[..], b";"].concat(), outer) } else { once };
                let all = String::from_utf8(all).unwrap();
                let shown = redactor.text(&all).into_owned();
                assert!(
                    shown.contains(MASK) && shown.len() < MASK.len() + all.len() / 2,
                    "{inner} {outer} {all} {shown}"
                );
                let escaped: String = all.bytes().map(|byte| format!("%{byte:02x}")).collect();
                let lines: Vec<&str> =
                    all.as_bytes().chunks(7).map(|line| std::str::from_utf8(line).unwrap()).collect();
                let lines = json!({ "a": lines.join("\r\n") }).to_string();
                let (escaped, lines) = (redactor.text(&escaped).into_owned(), redactor.bytes(lines.as_bytes()));
                assert!(escaped.contains(MASK), "{inner} {outer} {escaped}");
                assert!(lines.is_some(), "{inner} {outer} {all}");
            }
        }
    }
    let numbers: Vec<String> = wide(u16::to_le_bytes).iter().map(u8::to_string).collect();
    assert_eq!(redactor.text(&numbers.join(",")), MASK);
    assert_eq!(redactor.bytes(json!({ "n": numbers[..8] }).to_string().as_bytes()), None);
    let texts = redactor.bytes(json!({ "n": numbers, "m": "x" }).to_string().as_bytes()).unwrap();
    let texts: Value = serde_json::from_slice(&texts).unwrap();
    assert!(texts["n"].as_array().unwrap().iter().all(|text| text == MASK) && texts["m"] == "x", "{texts}");
}

#[test]
fn of_json_strings_and_names_are_masked_and_all_other_bytes_stay() {
    let redactor = redactor(&["canary/1", "123456", "n/abcdef"]);
    let body =
        r#" {"canary\/1": 123456, "a" : [1e400, "x\ud83d", "as 123456", "\u0063anary/1"], "b":0.10,"c":"\n/abcdef"}"#;
    let masked =
        r#" {"[secret]": 123456, "a" : [1e400, "x\ud83d", "as [secret]", "[secret]"], "b":0.10,"c":"[secret]"}"#;
    assert_eq!(redactor.bytes(body.as_bytes()), Some(masked.as_bytes().to_vec()));
    for same in ["[123456]", "", "{}", "no JSON", "\"a\\/b\"", "[1, 2"] {
        assert_eq!(redactor.bytes(same.as_bytes()), None, "{same}");
    }
    // A list of bytes becomes one with a string in their place.
    let list =
        r#"{"a":[1,99,97,110,97,114,121,47,49,2],"b":"99,97,110,97,114,121,47,49","c":[67,65,78,65,82,89,47,49]}"#;
    let masked = r#"{"a":[1,"[secret]",2],"b":"[secret]","c":["[secret]"]}"#;
    assert_eq!(redactor.bytes(list.as_bytes()).map(String::from_utf8), Some(Ok(masked.to_owned())));
    assert_eq!(redactor.bytes(b"id=123456\xff"), Some(b"id=[secret]\xff".to_vec()));
}

#[test]
fn a_secret_in_pieces_is_masked_piece_by_piece() {
    let redactor = redactor(&["canary/1"]);
    let numbers: Vec<u8> = b"canary/1".to_vec();
    let by_place = |value: &dyn Fn(u8) -> Value| -> Value {
        numbers.iter().enumerate().map(|(at, byte)| (at.to_string(), value(*byte))).collect()
    };
    let bytes = by_place(&|byte| byte.into());
    let characters = by_place(&|byte| char::from(byte).to_string().into());
    let list: Value = "canary/1".chars().map(|c| c.to_string()).collect();
    for pieces in [bytes, characters, list] {
        let body = json!({ "type": "Buffer", "data": &pieces, "n": 1 });
        for body in [body.to_string(), format!("{body:#}")] {
            let masked: Value = serde_json::from_slice(&redactor.bytes(body.as_bytes()).unwrap()).unwrap();
            let mut all = masked["data"].as_array().cloned().unwrap_or_default();
            all.extend(masked["data"].as_object().into_iter().flatten().map(|(_, value)| value.clone()));
            assert!(all.len() == 8 && all.iter().all(|piece| piece == MASK), "{masked}");
            assert_eq!((&masked["type"], &masked["n"]), (&json!("Buffer"), &json!(1)));
        }
        let within = json!({ "text": json!({ "data": pieces }).to_string() }).to_string();
        let masked = String::from_utf8(redactor.bytes(within.as_bytes()).unwrap()).unwrap();
        assert!(masked.contains(MASK) && !redactor.finds(&masked), "{masked}");
        assert!(serde_json::from_str::<Value>(&masked).unwrap()["text"].is_string());
    }
    let buffer = json!({ "type": "Buffer", "data": numbers }).to_string();
    let masked = redactor.bytes(buffer.as_bytes()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&masked).unwrap(), json!({ "type": "Buffer", "data": [MASK] }));
    for other in [json!({ "0": 99, "1": 97, "2": 110 }), json!(["c", "a", "n", "a", "r", "y"])] {
        assert_eq!(redactor.bytes(other.to_string().as_bytes()), None, "{other}");
    }
}

#[test]
fn members_named_by_different_secrets_stay_apart() {
    let redactor = redactor(&["canary/1", "canary/2", "canary/3"]);
    let body =
        r#"{"canary/1":1,"a":{"canary/1":2,"b":{"canary\/2":3}},"x canary/3":4,"canary/2" : 5,"canary/3":"canary/1"}"#;
    let masked = r#"{"[secret]":1,"a":{"[secret]":2,"b":{"[secret]":3}},"x [secret]":4,"[secret 2]" : 5,"[secret 3]":"[secret]"}"#;
    assert_eq!(redactor.bytes(body.as_bytes()).map(String::from_utf8), Some(Ok(masked.to_owned())));
    assert_eq!(numbered("x [secret] y", 2), "x [secret 2] y");
    assert_eq!(numbered("x", 2), "x 2");
}

#[test]
fn a_secret_is_found_at_every_place_of_a_large_text() {
    let redactor = redactor(&["canary/Large+1=="]);
    for at in [0, CHUNK - 7, CHUNK, 3 * CHUNK - 1] {
        for form in ["canary/Large+1==", r"canary\/Large+1==", "canary%2fLarge%2b1%3D%3d"] {
            // Escapes of what is in the secret all over the text.
            let filler = r"\/%2F".repeat(4 * CHUNK / 5);
            let at = at - at % 5;
            let text = format!("{}{form}{}", &filler[..at], &filler[at..]);
            assert_eq!(redactor.text(&text), format!("{}{MASK}{}", &filler[..at], &filler[at..]), "{form} at {at}");
        }
    }
}

proptest! {
    #[test]
    fn masked_json_is_json_without_the_secret(
        secret in "[a-c/\"\\\\n0-9 ]{6,9}",
        before in "[a-c/\"\\\\n0-9é\u{1f600} ]{0,9}",
        number in 0..1_000_000_i64,
    ) {
        let secret = secret.trim();
        prop_assume!(secret.len() >= SHORTEST && !MASK.contains(secret));
        let redactor = redactor(&[secret]);
        let text = json!({ "id": number, before.clone(): format!("{before}{secret}"), secret: [secret, null] }).to_string();
        let masked = redactor.bytes(text.as_bytes()).unwrap_or_default();
        let value: Value = serde_json::from_slice(&masked).unwrap();
        prop_assert_eq!(&value["id"], &json!(number));
        prop_assert!(!value.to_string().contains(secret));
        prop_assert!(!redactor.finds(value[MASK][0].as_str().unwrap_or("")));
    }

    #[test]
    fn whatever_is_read_nothing_breaks(text in "[%\\\\&u0-9a-f;#x/é]{0,60}") {
        let redactor = redactor(&["abcdef", "%2f\\u00e9"]);
        let masked = redactor.text(&text);
        prop_assert!(!masked.contains("abcdef"));
    }
}
