use rusqlite::Connection;
use serde_json::json;

use super::super::transfer::{Imported, TransferError, export, import};
use super::*;

fn take(memory: &Memory, path: &Path) -> Imported {
    import(memory, path, &|_, _| None).unwrap()
}

fn exported(memory: &Memory) -> String {
    let mut text = Vec::new();
    export(memory, &Entry::clone, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Entries without their numbers.
fn calls(memory: &Memory) -> Vec<Entry> {
    let mut entries = memory.list().unwrap();
    entries.sort_by(|a, b| a.pattern.description.cmp(&b.pattern.description));
    entries.iter_mut().for_each(|entry| entry.id = 0);
    entries
}

#[test]
fn what_is_exported_comes_back_as_it_was_once() {
    over_both(|new_place| {
        let place = new_place();
        let (folder, memory) = (&place.folder, place.open());
        let whole = Pattern {
            data: Some(json!({ "company": { "id": "{c}" } })),
            slots: vec![Slot { name: "c".to_owned(), place: "data.company.id".to_owned(), example: Some(json!(55)) }],
            params: object(json!({ "page": 2 })),
            template: "/a/{id}".to_owned(),
            ..pattern("whole", "/a/5")
        };
        let id = memory.save(&whole).unwrap().entry().id;
        (0..3).for_each(|_| memory.used(id).unwrap());
        memory
            .save(&Pattern { method: Method::Post, ..pattern("other, \"quoted\"\nand with a line end", "/b") })
            .unwrap();
        files::older_rows(&place);
        let file = folder.path().join("export.jsonl");
        std::fs::write(&file, exported(&memory)).unwrap();
        let (_other, other) = super::memory();
        assert_eq!(take(&other, &file), Imported { new: 4, ..Imported::default() });
        assert_eq!(calls(&other), calls(&memory));
        assert_eq!(exported(&other), exported(&memory));
        assert_eq!(take(&other, &file), Imported { known: 4, ..Imported::default() });
        assert_eq!(calls(&other), calls(&memory));
        assert_eq!(other.holds(&whole).unwrap(), Some(1));
    });
}

#[test]
fn a_flush_leaves_a_copy_that_brings_everything_back() {
    over_both(|new_place| {
        let place = new_place();
        let memory = place.open();
        memory.save(&pattern("one", "/a")).unwrap();
        files::older_rows(&place);
        let before = calls(&memory);
        let flushed = memory.flush().unwrap();
        assert_eq!((flushed.removed, memory.count().unwrap()), (3, 0));
        assert!(flushed.copy.file_name().unwrap().to_string_lossy().starts_with("fast_memory_api.db.flushed-2"));
        assert_eq!(take(&memory, &flushed.copy), Imported { new: 3, ..Imported::default() });
        assert_eq!(calls(&memory), before);
        assert!(memory.list().unwrap().iter().all(|entry| entry.id > 3), "no number is given twice");
        let second = memory.flush().unwrap();
        assert_ne!(second.copy, flushed.copy);
    });
}

#[test]
fn lines_that_are_wrong_are_named_and_the_rest_is_taken() {
    over_both(|new_place| {
        let place = new_place();
        let (folder, memory) = (&place.folder, place.open());
        let file = folder.path().join("import.jsonl");
        let lines = [
            r#"{"description": "plain", "path": "/a", "method": "get"}"#,
            "",
            "no JSON",
            r#"{"path": "/a"}"#,
            r#"{"description": "x", "path": "/a", "method": "FETCH"}"#,
            r#"{"description": "x", "path": " ", "method": "GET"}"#,
            r#"{"description": "x", "path": "/a", "method": "GET", "params": [1]}"#,
            r#"{"description": "text within", "path": "/b", "method": "POST", "params": "{\"page\": 1}", "data": "", "usage_count": 7, "timestamp": "2024-01-31T09:00:00"}"#,
            r#"{"description": "secret", "path": "/c", "method": "GET"}"#,
        ];
        std::fs::write(&file, format!("\u{feff}{}", lines.join("\r\n"))).unwrap();
        let other_place = new_place();
        let (other_folder, other) = (&other_place.folder, other_place.open());
        let utf_16 = other_folder.path().join("utf-16.jsonl");
        let units = format!("\u{feff}{}", lines[..2].join("\r\n"));
        let units: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(&utf_16, &units).unwrap();
        assert_eq!(import(&other, &utf_16, &|_, _| None).unwrap().new, 1);
        // Without its mark.
        std::fs::write(&utf_16, &units[2..]).unwrap();
        assert_eq!(import(&other, &utf_16, &|_, _| None).unwrap().known, 1);
        let refuse =
            |pattern: &Pattern, _: &[Unreadable]| (pattern.description == "secret").then(|| "it is secret".to_owned());
        let imported = import(&memory, &file, &refuse).unwrap();
        assert_eq!((imported.new, imported.known), (2, 0));
        let refused: Vec<String> = imported.refused.iter().map(|r| format!("{}: {}", r.line, r.reason)).collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused.join("\n"), @r"
    3: expected ident at line 1 column 2; a line is an object with `description`, `path`, `method` and maybe `params` and `data`
    4: missing field `method` at line 1 column 14; a line is an object with `description`, `path`, `method` and maybe `params` and `data`
    5: `FETCH` is no request method; write one of GET, PUT, POST, DELETE, OPTIONS, HEAD, PATCH, TRACE
    6: `path` is empty
    7: `params` is no object but [1]
    9: it is secret
    ");
        }
        let entries = calls(&memory);
        assert_eq!((entries[0].pattern.method, entries[0].usage_count), (Method::Get, 1));
        assert_eq!(entries[1].pattern.params, object(json!({ "page": 1 })));
        assert_eq!((entries[1].usage_count, entries[1].created_s, &entries[1].pattern.data), (7, 1_706_691_600, &None));
        assert_eq!(memory.unresolved().unwrap().len(), 2);
    });
}

#[test]
fn a_line_whose_bytes_are_no_text_is_refused_and_not_kept_with_other_characters() {
    let (folder, memory) = memory();
    let file = folder.path().join("import.jsonl");
    let description = "tickets of M\u{fc}ller";
    let line = json!({ "description": description, "path": "/a", "method": "GET" }).to_string();
    // Latin-1, as older programs of Windows write it.
    let latin: Vec<u8> = line.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
    std::fs::write(&file, [&latin[..], b"\n", line.replace("/a", "/b").as_bytes()].concat()).unwrap();
    let imported = import(&memory, &file, &|_, _| None).unwrap();
    assert_eq!(imported.new, 1);
    assert_eq!(imported.refused[0].line, 1);
    let byte = latin.iter().position(|byte| *byte == 0xfc).unwrap() + 1;
    assert_eq!(imported.refused[0].reason, format!("byte {byte} of the line is no UTF-8; save the file as UTF-8"));
    assert_eq!(calls(&memory)[0].pattern.description, description);
    // Half a unit of UTF-16 at the end: none of it is taken.
    let cut: Vec<u8> = line.encode_utf16().flat_map(u16::to_be_bytes).chain([0]).collect();
    std::fs::write(&file, [&[0xfe, 0xff], &cut[..]].concat()).unwrap();
    let error = import(&memory, &file, &|_, _| None).unwrap_err();
    assert!(crate::causes::chain(&error).contains("it is no text: byte"), "{error}");
    assert_eq!(memory.count().unwrap(), 1);
}

#[test]
fn an_older_database_is_read_and_not_changed() {
    over_both(|new_place| {
        let place = new_place();
        let (folder, memory) = (&place.folder, place.open());
        let source = folder.path().join("older.db");
        files::older_file(&source);
        let before = std::fs::read(&source).unwrap();
        let imported = take(&memory, &source);
        assert_eq!((imported.new, imported.refused.len()), (files::OLDER_ROWS, 0));
        assert_eq!(std::fs::read(&source).unwrap(), before);
        assert_eq!(take(&memory, &source).known, files::OLDER_ROWS);
        assert_eq!(memory.unresolved().unwrap().len() as u64, files::OLDER_ROWS);
    });
}

#[test]
fn a_source_that_is_none_is_an_error() {
    let (folder, memory) = memory();
    memory.save(&pattern("one", "/a")).unwrap();
    let error = import(&memory, memory.path(), &|_, _| None).unwrap_err();
    assert!(matches!(error, TransferError::Itself { .. }), "{error}");
    let error = import(&memory, &folder.path().join("none"), &|_, _| None).unwrap_err();
    assert!(matches!(error, TransferError::Read { .. }), "{error}");
    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x); PRAGMA user_version = 99").unwrap();
    let error = import(&memory, &other, &|_, _| None).unwrap_err();
    assert!(crate::causes::chain(&error).contains("99"), "{error}");
}
