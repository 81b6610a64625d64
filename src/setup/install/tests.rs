use proptest::prelude::*;

use super::*;

fn start() -> Server {
    Server::Started(Start { command: "/bin/cw-orchestrator".to_owned(), args: vec!["serve".to_owned()] })
}

fn file(client: McpClient) -> ClientFile {
    let folders = Folders { home: "/h".into(), config: "/h/.config".into(), project: "/p".into() };
    place(client, false, &folders).unwrap()
}

fn planned(client: McpClient, content: &str) -> Result<Plan, InstallError> {
    plan(&file(client), NAME, &start(), Some(content))
}

fn written(client: McpClient, content: &str) -> (String, String) {
    match planned(client, content) {
        Ok(Plan::Write { content, shown }) => (content, shown),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_is_not_there_or_empty_gets_the_servers_object() {
    let expected = "{\n  \"servers\": {\n    \"cw-orchestrator\": {\n      \"type\": \"stdio\",\n      \"command\": \
                    \"/bin/cw-orchestrator\",\n      \"args\": [\n        \"serve\"\n      ]\n    }\n  }\n}\n";
    let absent = plan(&file(McpClient::VsCode), NAME, &start(), None).unwrap();
    assert!(matches!(absent, Plan::Write { content, .. } if content == expected));
    assert_eq!(written(McpClient::VsCode, " \n").0, expected);
}

#[test]
fn what_else_the_file_holds_stays_to_the_byte() {
    let before =
        "{\n\t\"z\": 1.50,\n\t\"mcpServers\": {\n\t\t\"other\": {\"command\":  \"x\"}\n\t},\n\t\"a\": [1,\n2]\n}";
    let (after, shown) = written(McpClient::Cursor, before);
    insta::assert_snapshot!(after.replace('\t', "->"), @r#"
    {
    ->"z": 1.50,
    ->"mcpServers": {
    ->->"other": {"command":  "x"},
    ->->"cw-orchestrator": {
    ->->->"command": "/bin/cw-orchestrator",
    ->->->"args": [
    ->->->->"serve"
    ->->->]
    ->->}
    ->},
    ->"a": [1,
    2]
    }
    "#);
    insta::assert_snapshot!(shown, @r#"
    + "cw-orchestrator": {
    +   "command": "/bin/cw-orchestrator",
    +   "args": [
    +     "serve"
    +   ]
    + }
    "#);
}

#[test]
fn an_entry_keeps_what_the_user_added_and_no_value_of_it_is_shown() {
    let before = r#"{ "mcpServers": { "cw-orchestrator": { "command": "/old", "args": ["serve"], "env": { "A_KEY": "canary" } } } }"#;
    let (after, shown) = written(McpClient::ClaudeDesktop, before);
    let entry = &serde_json::from_str::<Value>(&after).unwrap()["mcpServers"]["cw-orchestrator"];
    assert_eq!(
        *entry,
        serde_json::json!({ "command": "/bin/cw-orchestrator", "args": ["serve"], "env": { "A_KEY": "canary" } })
    );
    insta::assert_snapshot!(shown, @r#"
      "cw-orchestrator": {
    -   "command": "/old",
    +   "command": "/bin/cw-orchestrator",
        "args": [
          "serve"
        ],
        "env": {
          "A_KEY": "[secret]"
        }
      }
    "#);
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let (after, _) = written(McpClient::Cursor, "\u{feff}{\r\n    \"mcpServers\": {}\r\n}\r\n");
    assert!(after.starts_with("\u{feff}{\r\n    \"mcpServers\": {\r\n        \"cw-orchestrator\": {\r\n"), "{after:?}");
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{after:?}");
}

#[test]
fn comments_and_commas_before_a_bracket_stay_where_they_are() {
    let entry = |comma: &str| format!("\"cw-orchestrator\": {{ENTRY}}{comma}");
    for (before, after) in [
        ("// mine\n{}", format!("// mine\n{{\n  \"servers\": {{\n    {}\n  }}\n}}", entry(""))),
        ("{ \"servers\": { /* none */ } }", format!("{{ \"servers\": {{ /* none */\n    {}\n  }} }}", entry(""))),
        ("{ \"servers\": {}, }", format!("{{ \"servers\": {{\n    {}\n  }}, }}", entry(""))),
        (
            "{\n  \"servers\": {\n    \"a\": {}, // one\n    // two\n  } // three\n}",
            format!(
                "{{\n  \"servers\": {{\n    \"a\": {{}}, // one\n    {}\n    // two\n  }} // three\n}}",
                entry(",")
            ),
        ),
        (
            "{\n  \"servers\": {\n    \"a\": {} // one\n  }\n}",
            format!("{{\n  \"servers\": {{\n    \"a\": {{}}, // one\n    {}\n  }}\n}}", entry("")),
        ),
        (
            "{ \"servers\": { \"a\": {} /* x */, /* y */ } }",
            format!("{{ \"servers\": {{ \"a\": {{}} /* x */, /* y */ {} }} }}", entry(",")),
        ),
        (
            "{ \"a\": \"// ,} /*\", \"servers\": {} }",
            format!("{{ \"a\": \"// ,}} /*\", \"servers\": {{\n    {}\n  }} }}", entry("")),
        ),
    ] {
        let (written, _) = written(McpClient::VsCode, before);
        let body = written.split_once("\"cw-orchestrator\": {").unwrap().1.split_once('}').unwrap().0.to_owned();
        assert_eq!(written.replacen(&body, "ENTRY", 1), after, "{before}");
        assert_eq!(planned(McpClient::VsCode, &written).unwrap(), Plan::Nothing, "{before}");
    }
}

#[test]
fn comments_within_the_entry_stay() {
    let before = "{ \"mcpServers\": { \"cw-orchestrator\": {\n  // the new disk\n  \"command\": \"/old\", // moved\n  \"args\": [\"serve\"]\n} } }";
    let after = before.replace("/old", "/bin/cw-orchestrator");
    assert_eq!(written(McpClient::Cursor, before).0, after);
}

#[test]
fn what_cannot_be_changed_is_refused_with_its_place() {
    let refusals = [
        "{\n  \"mcpServers\": {\n    \"x\": oops\n  }\n}",
        "{ \"mcpServers\": {} } // unfinished {\n}",
        "[]",
        "{ \"mcpServers\": null }",
        "{ \"mcpServers\": { \"cw-orchestrator\": { \"url\": \"https://x\" } } }",
    ]
    .map(|content| planned(McpClient::Cursor, content).unwrap_err().to_string())
    .join("\n");
    insta::assert_snapshot!(refusals, @"
    /h/.cursor/mcp.json is no JSON at line 3, column 10 (unexpected word); nothing was written: correct that line, and run this again
    /h/.cursor/mcp.json is no JSON at line 2, column 1 (text cannot contain more than one JSON value); nothing was written: correct that line, and run this again
    the outermost value in /h/.cursor/mcp.json is no JSON object, so a server cannot be put into it; nothing was written: correct it, and run this again
    `mcpServers` in /h/.cursor/mcp.json is no JSON object, so a server cannot be put into it; nothing was written: correct it, and run this again
    `cw-orchestrator` in /h/.cursor/mcp.json is a server that runs by itself, with a `url`; nothing was written: give this one another name with --name
    ");
    let folders = Folders { home: "/h".into(), config: "/c".into(), project: "/p".into() };
    let refused = place(McpClient::ClaudeDesktop, true, &folders).unwrap_err();
    insta::assert_snapshot!(refused, @"Claude Desktop keeps no servers in a project's folder; leave out --project to have the user's own file changed");
}

/// Any JSON object, laid out in any way.
fn objects() -> impl Strategy<Value = (Value, String)> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\"\\\\{},/ äß]{0,8}".prop_map(Value::from),
    ];
    let key = prop_oneof![Just("mcpServers".to_owned()), Just(NAME.to_owned()), "[a-z\"\\\\ü]{0,5}"];
    let inner = leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    let root = prop::collection::vec(("[a-z]{0,4}", inner.clone()), 0..4);
    let servers = prop::option::of(prop::collection::vec(("[a-z]{0,4}", inner), 0..3));
    (root, servers, any::<bool>()).prop_map(|(root, servers, is_pretty)| {
        let mut root: Map<String, Value> = root.into_iter().collect();
        if let Some(servers) = servers {
            root.insert("mcpServers".to_owned(), Value::Object(servers.into_iter().collect()));
        }
        let root = Value::Object(root);
        let text = if is_pretty { format!("{root:#}") } else { root.to_string() };
        (root, text)
    })
}

proptest! {
    #[test]
    fn the_entry_is_there_once_and_all_else_as_before((mut root, text) in objects()) {
        let (after, _) = written(McpClient::Cursor, &text);
        let changed: Value = serde_json::from_str(&after).unwrap();
        root["mcpServers"][NAME] = Value::Object(entry(McpClient::Cursor, &start(), None));
        prop_assert_eq!(&changed, &root);
        prop_assert_eq!(planned(McpClient::Cursor, &after).unwrap(), Plan::Nothing);
    }

    #[test]
    fn no_content_panics(content in "[{}\\[\\]\",:/*a1\\\\\n ä\u{feff}]{0,40}") {
        let _ = planned(McpClient::Cursor, &content);
    }
}

#[cfg(unix)]
#[test]
fn only_a_regular_file_or_a_link_to_one_is_a_clients_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    assert!(std::process::Command::new("mkfifo").arg(path("fifo.json")).status().unwrap().success());
    std::os::unix::fs::symlink(path("nothing.json"), path("dangling.json")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", path("device.json")).unwrap();
    std::fs::create_dir(path("folder.json")).unwrap();
    for (name, why) in [
        ("fifo.json", "no regular file"),
        ("dangling.json", "link to a file that is not there"),
        ("device.json", "no regular file"),
        ("folder.json", "no regular file"),
    ] {
        let refused = file::read(&path(name)).unwrap_err();
        assert!(crate::error::chain(&refused).contains(why), "{name}: {refused:?}");
        assert!(file::replace(&path(name), None, "{}").is_err());
    }
    assert!(path("dangling.json").is_symlink() && !path("nothing.json").exists());
    std::fs::write(path("real.json"), "{}").unwrap();
    std::os::unix::fs::symlink(path("real.json"), path("link.json")).unwrap();
    file::replace(&path("link.json"), Some("{}"), "{\"a\":1}").unwrap();
    assert!(path("link.json").is_symlink());
    assert_eq!(file::read(&path("real.json")).unwrap().as_deref(), Some("{\"a\":1}"));
    assert_eq!(file::read(&path("none.json")).unwrap(), None);
}

fn led_to(client: McpClient, token: Option<&str>, content: &str) -> Result<Plan, InstallError> {
    let remote = Remote::new("https://tools.example.com", token).unwrap();
    plan(&file(client), NAME, &Server::Remote(remote), Some(content))
}

#[test]
fn a_server_by_url_is_written_as_each_client_reads_it_with_a_variable_for_the_token() {
    let mut all = String::new();
    for client in [McpClient::ClaudeCode, McpClient::VsCode, McpClient::Cursor] {
        let Ok(Plan::Write { shown, content }) = led_to(client, Some("TEAM_TOKEN"), "{}") else { panic!("{client:?}") };
        all += &shown;
        assert_eq!(led_to(client, Some("TEAM_TOKEN"), &content).unwrap(), Plan::Nothing);
    }
    insta::assert_snapshot!(all, @r#"
    + "cw-orchestrator": {
    +   "type": "http",
    +   "url": "https://tools.example.com/mcp",
    +   "headers": {
    +     "Authorization": "Bearer ${TEAM_TOKEN}"
    +   }
    + }
    + "cw-orchestrator": {
    +   "type": "http",
    +   "url": "https://tools.example.com/mcp",
    +   "headers": {
    +     "Authorization": "Bearer ${env:TEAM_TOKEN}"
    +   }
    + }
    + "cw-orchestrator": {
    +   "url": "https://tools.example.com/mcp",
    +   "headers": {
    +     "Authorization": "Bearer ${env:TEAM_TOKEN}"
    +   }
    + }
    "#);
    let refused = led_to(McpClient::ClaudeDesktop, None, "{}").unwrap_err().to_string();
    assert!(refused.contains("leave out --url") && refused.contains("Connectors"), "{refused}");
}

#[test]
fn a_server_that_was_started_gives_way_to_a_url_and_headers_of_the_users_stay() {
    let before = r#"{ "mcpServers": { "cw-orchestrator": { "command": "/old", "args": ["serve"], "env": { "A": "canary" }, "disabled": false } } }"#;
    let Ok(Plan::Write { content, shown }) = led_to(McpClient::Cursor, None, before) else { panic!() };
    let written: Value = serde_json::from_str(&content).unwrap();
    let expected = serde_json::json!({ "disabled": false, "url": "https://tools.example.com/mcp" });
    assert_eq!(written["mcpServers"]["cw-orchestrator"], expected);
    assert!(shown.contains(r#"-   "command": "/old""#) && !shown.contains("canary"), "{shown}");
    let before = r#"{ "mcpServers": { "cw-orchestrator": { "url": "http://old/mcp", // ours
        "headers": { "X-Team": "canary", "authorization": "canary" } } } }"#;
    let Ok(Plan::Write { content, shown }) = led_to(McpClient::Cursor, Some("T"), before) else { panic!() };
    assert!(content.contains("// ours"), "{content}");
    let written = &root(Path::new("x"), &content).unwrap()["mcpServers"]["cw-orchestrator"];
    assert_eq!(written["headers"], serde_json::json!({ "X-Team": "canary", "Authorization": "Bearer ${env:T}" }));
    assert!(!shown.contains("canary") && shown.contains("Bearer ${env:T}"), "{shown}");
}
