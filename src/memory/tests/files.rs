use rusqlite::Connection;

use super::super::file::{Opened, stamp};
use super::*;

/// Rows of [`older_file`].
pub(super) const OLDER_ROWS: u64 = 9;

/// A file as the older Python gateway makes it, with what is found in such files.
pub(super) fn older_file(path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            r#"CREATE TABLE saved_queries (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, description TEXT NOT NULL, path TEXT NOT NULL, method TEXT NOT NULL,
                 params TEXT, data TEXT, timestamp INTEGER NOT NULL, usage_count INTEGER DEFAULT 0);
               INSERT INTO saved_queries (description, path, method, params, data, timestamp, usage_count) VALUES
                 ('Open tickets', '/service/tickets', 'GET', '{"conditions": "status/name=''Open''"}', NULL, 1700000000, 7),
                 ('One company', '/company/companies/55', 'get', NULL, NULL, 1700000001, 1),
                 ('New ticket', '/service/tickets', 'Post', 'null', '{"summary": "x"}', '2023-11-14T22:13:22', '3'),
                 ('Python text', '/a', 'GET', '{''a'': 1}', '', '2023-11-14 22:13:23.5', NULL),
                 ('Broken', '/b', 'GET', '{"a": ', '[1', 1700000004000, 1.0),
                 ('Twice encoded', '/c', 'GET', '"{\"a\": 1}"', NULL, '1700000005', 'x'),
                 ('No method', '/d', 'FETCH', '[1]', NULL, 'yesterday', 1),
                 (x'FF41', '/e', 'GET', NULL, '"text"', 1700000006.5, 1),
                 ('', '', '', '', '', '', '');"#,
        )
        .unwrap();
}

/// Two rows of the older program, of which one is half broken: it adds them to a file itself, and a database takes them in.
pub(super) fn older_rows(place: &Place) {
    let memory = place.open();
    if place.url.is_none() {
        return older_rows_in(&memory);
    }
    let (_folder, file) = super::memory();
    older_rows_in(&file);
    crate::memory::transfer::import(&memory, file.path(), &|_, _| None).unwrap();
}

fn older_rows_in(memory: &Memory) {
    in_file(memory).write("make the table", |_| Ok(())).unwrap();
    let rows = r#"INSERT INTO saved_queries (description, path, method, params, data, timestamp, usage_count) VALUES
        ('Older', '/older/5', 'GET', '{"page": 1}', NULL, 1700000000, 2),
        ('Older and broken', '/older/6', 'GET', '{''page'': 1}', NULL, 1700000000, 2);"#;
    Connection::open(memory.path()).unwrap().execute_batch(rows).unwrap();
}

fn older() -> (tempfile::TempDir, Memory) {
    let (folder, memory) = memory();
    older_file(memory.path());
    (folder, memory)
}

#[test]
fn an_older_file_is_adopted_with_all_its_rows_and_a_copy() {
    let (folder, memory) = older();
    let before = std::fs::read(memory.path()).unwrap();
    let entries = memory.list().unwrap();
    assert_eq!(entries.len() as u64, OLDER_ROWS);
    let mut lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            let Entry { id, pattern, created_s, usage_count, unreadable, .. } = entry;
            let unread: Vec<String> = unreadable.iter().map(|u| format!("{}={}", u.column, u.text)).collect();
            let Pattern { description, method, path, params, data, .. } = pattern;
            let (params, data) = (Value::Object(params.clone()), data.clone().unwrap_or_default());
            format!("{id} {description:?} {method} {path} {params} {data} {created_s} x{usage_count} {unread:?}")
        })
        .collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    1 "Open tickets" GET /service/tickets {"conditions":"status/name='Open'"} null 1700000000 x7 []
    2 "One company" GET /company/companies/55 {} null 1700000001 x1 []
    3 "New ticket" POST /service/tickets {} {"summary":"x"} 1700000002 x3 []
    4 "Python text" GET /a {} null 1700000003 x0 ["params={'a': 1}"]
    5 "Broken" GET /b {} null 1700000004 x1 ["params={\"a\": ", "data=[1"]
    6 "Twice encoded" GET /c {"a":1} null 1700000005 x0 []
    7 "No method" GET /d {} null 0 x1 ["method=FETCH", "params=[1]"]
    8 "�A" GET /e {} "text" 1700000006 x1 []
    9 "" GET  {} null 0 x0 ["method="]
    "#);
    let notices = memory.notices();
    assert!(notices.len() == 1 && notices[0].contains("fast_memory_api.db.before-v1"), "{notices:?}");
    let copy = Connection::open(folder.path().join("fast_memory_api.db.before-v1")).unwrap();
    let rows: u64 = copy.query_row("SELECT count(*) FROM saved_queries", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, OLDER_ROWS);
    assert_ne!(std::fs::read(memory.path()).unwrap(), before);
    assert!(Memory::at(memory.path()).list().is_ok());
    assert_eq!(files(folder.path()).iter().filter(|name| name.contains("before")).count(), 1);
}

#[test]
fn rows_of_the_older_program_are_assigned_used_and_found() {
    let (_folder, memory) = older();
    let unresolved = memory.unresolved().unwrap();
    assert_eq!(unresolved.len() as u64, OLDER_ROWS);
    // By its own path it is found before it is assigned.
    assert_eq!(memory.of_operation("PSA", Method::Get, "/service/tickets").unwrap()[0].id, 1);
    memory.assign(1, "PSA", "/service/tickets").unwrap();
    memory.assign(2, "PSA", "/company/companies/{id}").unwrap();
    memory.used(2).unwrap();
    let company = &memory.of_operation("PSA", Method::Get, "/company/companies/{id}").unwrap()[0];
    assert_eq!((company.usage_count, company.pattern.path.as_str()), (2, "/company/companies/55"));
    assert_eq!(memory.of_operation("other", Method::Get, "/service/tickets").unwrap(), []);
    let tickets = Pattern { template: "/service/tickets".to_owned(), ..memory.get(1).unwrap().unwrap().pattern };
    assert!(matches!(memory.save(&tickets).unwrap(), Saved::Updated(entry) if entry.id == 1 && entry.usage_count == 7));
    memory.assign(5, "PSA", "/b").unwrap();
    assert_eq!(
        memory.holds(&memory.get(5).unwrap().unwrap().pattern).unwrap(),
        None,
        "half a pattern is not the whole one"
    );
    assert_eq!(memory.with_words("OPEN status/NAME").unwrap().len(), 1);
    assert_eq!(memory.with_words("{'a': 1}").unwrap()[0].id, 4);
}

#[test]
fn the_older_program_goes_on_beside_this_one() {
    let (_folder, memory) = older();
    memory.assign(1, "PSA", "/service/tickets").unwrap();
    let known = memory.get(1).unwrap().unwrap().pattern;
    let python = Connection::open(memory.path()).unwrap();
    // What it does when the same path is saved again: other parameters in the same row.
    python
        .execute("UPDATE saved_queries SET usage_count = usage_count + 1, timestamp = 1800000000, params = '{\"a\": 2}', data = NULL WHERE id = 1", [])
        .unwrap();
    assert_eq!(memory.holds(&known).unwrap(), None);
    assert!(memory.unresolved().unwrap().iter().any(|entry| entry.id == 1));
    assert_eq!(memory.get(1).unwrap().unwrap().usage_count, 8);
    python.execute("UPDATE saved_queries SET usage_count = usage_count + 1 WHERE id = 2", []).unwrap();
    python.execute("DELETE FROM saved_queries WHERE id = 3", []).unwrap();
    older_rows_in(&memory);
    assert_eq!(memory.count().unwrap(), OLDER_ROWS + 1);
}

#[test]
fn two_rows_that_are_the_same_pattern_are_both_kept() {
    let (_folder, memory) = memory();
    let ours = Pattern { params: super::object(serde_json::json!({ "page": 1 })), ..pattern("ours", "/older/5") };
    let id = memory.save(&ours).unwrap().entry().id;
    older_rows_in(&memory);
    memory.assign(id + 1, "PSA", "/older/5").unwrap();
    assert_eq!(memory.count().unwrap(), 3);
    assert_eq!(memory.holds(&ours).unwrap(), Some(id));
    assert!(matches!(memory.save(&ours).unwrap(), Saved::Updated(entry) if entry.id == id));
}

#[test]
fn a_newer_file_is_refused_as_it_is() {
    let (folder, memory) = memory();
    Connection::open(memory.path()).unwrap().execute_batch("CREATE TABLE t (x); PRAGMA user_version = 7").unwrap();
    let before = std::fs::read(memory.path()).unwrap();
    let error = crate::causes::chain(&memory.list().unwrap_err());
    insta::assert_snapshot!(error.replace(&folder.path().display().to_string(), "HOME"), @r"
    cannot use the memory HOME/fast_memory_api.db: the database has version 7, this program knows versions up to 1; it was left as it is: use the program that wrote it, or a newer one
    ");
    assert!(memory.save(&pattern("a", "/a")).is_err());
    assert_eq!(std::fs::read(memory.path()).unwrap(), before);
    assert_eq!(files(folder.path()).iter().filter(|name| !name.ends_with(".lock")).count(), 1);
}

fn saved(memory: &Memory, count: usize) {
    for number in 0..count {
        memory
            .save(&pattern("an entry of some length, so that there are several pages", &format!("/a/{number}")))
            .unwrap();
    }
}

/// Damages a file of 200 entries; what comes of it must be sound, and nothing of it may be lost.
fn damaged(damage: impl Fn(&mut Vec<u8>)) -> (tempfile::TempDir, Memory) {
    static SOUND: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        let (_folder, memory) = memory();
        saved(&memory, 200);
        let path = memory.path().to_owned();
        drop(memory);
        std::fs::read(path).unwrap()
    });
    let (folder, memory) = memory();
    let mut bytes = SOUND.clone();
    damage(&mut bytes);
    std::fs::write(memory.path(), bytes).unwrap();
    (folder, memory)
}

#[test]
fn a_damaged_file_is_moved_aside_and_a_fresh_one_begun() {
    type Damage = fn(&mut Vec<u8>);
    let cases: [(&str, Damage); 4] = [
        ("garbage", |bytes| *bytes = b"this is no database, whatever its name says".repeat(50)),
        ("header", |bytes| bytes[..16].fill(0xAA)),
        ("truncated", |bytes| bytes.truncate(bytes.len() / 2)),
        ("pages", |bytes| bytes[4096..20_000].fill(0x5A)),
    ];
    for (name, damage) in cases {
        let (folder, memory) = damaged(damage);
        let before = std::fs::read(memory.path()).unwrap();
        assert_eq!(memory.list().unwrap(), [], "{name}");
        let notices = memory.notices();
        assert_eq!(notices.len(), 1, "{name}");
        let aside = files(folder.path()).into_iter().find(|file| file.contains(".damaged-")).unwrap();
        assert!(notices[0].contains(&aside) && aside.ends_with('Z'), "{notices:?}");
        assert_eq!(std::fs::read(folder.path().join(aside)).unwrap(), before, "{name}");
        saved(&memory, 3);
        assert_eq!(Memory::at(memory.path()).count().unwrap(), 3, "{name}");
    }
}

#[test]
fn a_file_that_is_damaged_while_it_is_open_is_moved_aside_once_by_all_who_have_it_open() {
    let (folder, one) = memory();
    saved(&one, 200);
    let two = Memory::at(one.path());
    assert_eq!(two.count().unwrap(), 200);
    in_file(&one).write("log nothing", |_| Ok(())).unwrap();
    in_file(&one)
        .read("write the log back", |connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })
        .unwrap();
    let mut bytes = std::fs::read(one.path()).unwrap();
    bytes[4096..].fill(0x5A);
    // In place: the file is the same one.
    std::fs::File::options()
        .write(true)
        .open(one.path())
        .and_then(|mut file| std::io::Write::write_all(&mut file, &bytes))
        .unwrap();
    for memory in [&one, &two] {
        // A page that was read before may still be known; a write reads those it changes.
        let saved = memory.save(&pattern("after", "/after")).unwrap();
        memory.used(saved.entry().id).unwrap();
    }
    assert_eq!(files(folder.path()).iter().filter(|name| name.contains(".damaged-") && name.ends_with('Z')).count(), 1);
    assert_eq!(two.list().unwrap(), one.list().unwrap());
    assert_eq!(one.list().unwrap().len(), 1);
}

#[test]
fn any_flipped_bytes_leave_a_memory_that_works() {
    let mut aside = 0;
    for seed in 0..40_usize {
        let (folder, memory) = damaged(|bytes| {
            for flip in 0..20 {
                let at = blake3::hash(&[seed as u8, flip]).as_bytes()[..8]
                    .iter()
                    .fold(0_usize, |n, b| n.wrapping_mul(251) + usize::from(*b));
                let at = at % bytes.len();
                bytes[at] ^= 0xFF;
            }
        });
        memory.list().unwrap();
        memory.with_words("entry").unwrap();
        memory.of_operation("PSA", Method::Get, "/a/5").unwrap();
        let after = memory.save(&pattern("after", "/after")).unwrap();
        assert_eq!(memory.get(after.entry().id).unwrap().unwrap().pattern.path, "/after");
        let moved = files(folder.path()).iter().any(|name| name.contains(".damaged-"));
        assert_eq!(moved, !memory.notices().is_empty());
        aside += usize::from(moved);
    }
    assert!(aside >= 20, "{aside} of 40 were moved aside");
}

#[test]
fn another_file_in_its_place_is_opened() {
    let (folder, memory) = memory();
    saved(&memory, 2);
    std::fs::remove_file(memory.path()).unwrap();
    assert_eq!(memory.count().unwrap(), 0);
    saved(&memory, 1);
    assert_eq!(Memory::at(memory.path()).count().unwrap(), 1);
    assert!(files(folder.path()).len() >= 2);
}

#[test]
fn a_file_that_cannot_be_written_is_read_whatever_its_version() {
    let (_folder, memory) = older();
    let opened = file::open_for_reading(memory.path()).unwrap();
    let count = |opened: &Opened| -> u64 {
        opened.connection.query_row("SELECT count(template IS NULL) FROM saved_queries", [], |r| r.get(0)).unwrap()
    };
    assert_eq!((count(&opened), opened.is_writable), (OLDER_ROWS, false));
    drop(opened);
    let in_file = in_file(&memory);
    in_file.entries().unwrap();
    drop(in_file.state().opened.take());
    let opened = file::open_for_reading(memory.path()).unwrap();
    assert_eq!(count(&opened), OLDER_ROWS);
    in_file.state().opened = Some(opened);
    assert_eq!(in_file.entries().unwrap().len() as u64, OLDER_ROWS);
}

#[test]
fn a_home_that_is_no_folder_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("home"), "a file").unwrap();
    let memory = Memory::at(&folder.path().join("home").join(FILE_NAME));
    assert_eq!(memory.list().unwrap(), []);
    let error = crate::causes::chain(&memory.save(&pattern("a", "/a")).unwrap_err());
    assert!(error.contains("home"), "{error}");
}

#[test]
fn dates_stand_in_file_names() {
    for (at_s, expected) in [
        (0, "19700101T000000Z"),
        (951_782_399, "20000228T235959Z"),
        (951_782_400, "20000229T000000Z"),
        (1_706_691_661, "20240131T090101Z"),
        (4_107_542_400, "21000301T000000Z"),
    ] {
        assert_eq!(stamp(at_s), expected);
    }
}

#[test]
fn a_file_whose_entries_are_no_table_is_moved_aside_once() {
    let (folder, memory) = memory();
    let connection = Connection::open(memory.path()).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE other (id INTEGER, description TEXT, path TEXT, method TEXT, params TEXT, data TEXT, \
             timestamp INTEGER, usage_count INTEGER);
             INSERT INTO other VALUES (1, 'a', '/a', 'GET', NULL, NULL, 1, 1);
             CREATE VIEW saved_queries AS SELECT * FROM other;",
        )
        .unwrap();
    drop(connection);
    for _ in 0..3 {
        let memory = Memory::at(memory.path());
        memory.save(&pattern("b", "/b")).unwrap();
        assert_eq!(memory.count().unwrap(), 1);
    }
    assert_eq!(memory.left_behind().len(), 1, "{:?}", files(folder.path()));
}

#[test]
fn a_file_that_cannot_be_brought_forward_leaves_no_pile_of_copies() {
    let (folder, memory) = memory();
    let connection = Connection::open(memory.path()).unwrap();
    // Two rows of one key, which the index that is to come takes once.
    connection
        .execute_batch(
            "CREATE TABLE saved_queries (id INTEGER PRIMARY KEY, description TEXT, path TEXT, method TEXT, key BLOB);
             INSERT INTO saved_queries (description, path, method, key) VALUES ('a', '/a', 'GET', 'k'), ('b', '/b', 'GET', 'k');",
        )
        .unwrap();
    drop(connection);
    for _ in 0..3 {
        let memory = Memory::at(memory.path());
        assert!(memory.list().is_err() && memory.notices().is_empty());
    }
    assert_eq!(memory.left_behind(), Vec::<PathBuf>::new(), "{:?}", files(folder.path()));
}

#[test]
fn of_very_many_entries_a_search_has_those_that_are_used_most_and_a_list_all() {
    let (_folder, memory) = memory();
    memory.save(&pattern("first", "/a")).unwrap();
    let connection = Connection::open(memory.path()).unwrap();
    connection
        .execute_batch(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10500)
             INSERT INTO saved_queries (description, path, method, timestamp, usage_count)
             SELECT 'entry ' || n, '/a/' || n, 'GET', 1700000000, n FROM numbers;",
        )
        .unwrap();
    let snapshot = memory.snapshot("m").unwrap();
    assert_eq!((snapshot.entries.len(), memory.list().unwrap().len()), (10_000, 10_501));
    assert!(snapshot.entries.iter().all(|entry| entry.usage_count > 500));
    let vectors: Vec<_> =
        snapshot.entries[..2].iter().map(|entry| (entry.id, &*entry.pattern.description, vec![1.0])).collect();
    memory.put_vectors("m", &vectors).unwrap();
    assert_eq!(memory.snapshot("m").unwrap().embedded.len(), 2);
}
