mod files;
mod naming;
mod secret;
mod shared;
mod slot;
mod transfers;

use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::statements::of_operation_sql;
use super::*;
use crate::postgres::Address;
use crate::postgres::server::PostgresServer;

/// A pattern of a listing.
pub(super) fn pattern(description: &str, path: &str) -> Pattern {
    Pattern {
        description: description.to_owned(),
        api: "PSA".to_owned(),
        method: Method::Get,
        template: path.to_owned(),
        path: path.to_owned(),
        params: Map::new(),
        data: None,
        slots: Vec::new(),
    }
}

/// The members of an object.
pub(super) fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A memory in a folder of its own.
pub(super) fn memory() -> (tempfile::TempDir, Memory) {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::at(&folder.path().join(FILE_NAME));
    (folder, memory)
}

/// Another connection to the file of a memory.
fn in_file(memory: &Memory) -> InFile {
    InFile::at(memory.path())
}

/// Where a memory is, for tests that hold for both kinds.
pub(super) struct Place {
    pub(super) folder: tempfile::TempDir,
    /// The URL of its database; `None` where it is a file.
    url: Option<String>,
}

impl Place {
    /// A memory there, with connections of its own.
    pub(super) fn open(&self) -> Memory {
        let path = self.folder.path().join(FILE_NAME);
        match &self.url {
            None => Memory::at(&path),
            Some(url) => Memory::shared(Database::at(Address::parse(&SecretString::from(url.clone()))), &path),
        }
    }
}

/// Runs a test over memories in files, and over those of replicas where a server is installed. It is given what makes a new place.
pub(super) fn over_both(test: impl Fn(&dyn Fn() -> Place)) {
    let place = |url| Place { folder: tempfile::tempdir().unwrap(), url };
    test(&|| place(None));
    if let Some(server) = PostgresServer::shared() {
        test(&|| place(Some(server.database())));
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn reading_makes_no_file_and_the_first_write_does() {
    let (folder, memory) = memory();
    assert_eq!(memory.list().unwrap(), []);
    assert_eq!(memory.count().unwrap(), 0);
    assert_eq!(memory.get(1).unwrap(), None);
    assert_eq!(memory.discard(1).unwrap(), None);
    memory.used(1).unwrap();
    assert!(memory.snapshot("m").unwrap().entries.is_empty());
    assert_eq!(files(folder.path()), Vec::<String>::new());
    memory.save(&pattern("a", "/a")).unwrap();
    assert!(files(folder.path()).contains(&FILE_NAME.to_owned()));
    assert!(memory.notices().is_empty());
}

#[test]
fn saving_the_same_again_updates_it() {
    over_both(|new_place| {
        let place = new_place();
        let memory = place.open();
        let one = Pattern { params: object(json!({ "page": 1, "conditions": "id = 5" })), ..pattern("one", "/a") };
        let Saved::New(first) = memory.save(&one).unwrap() else { panic!("it is new") };
        assert_eq!((first.usage_count, &first.pattern), (1, &one));
        memory.used(first.id).unwrap();
        memory.failed(first.id, "404").unwrap();
        let again = Pattern {
            params: object(json!({ "conditions": "id = 5", "page": 1 })),
            description: "another".to_owned(),
            ..one.clone()
        };
        assert_eq!(memory.holds(&again).unwrap(), Some(first.id));
        let Saved::Updated(second) = memory.save(&again).unwrap() else { panic!("it is known") };
        assert_eq!((second.id, second.usage_count, second.stale), (first.id, 2, None));
        assert_eq!(second.pattern.description, "another");
        memory.save(&pattern("other", "/a")).unwrap();
        assert_eq!(memory.count().unwrap(), 2);
    });
}

#[test]
fn an_operation_has_its_entries_fresh_ones_first() {
    over_both(|new_place| {
        let place = new_place();
        let memory = place.open();
        let of = |page: i64| Pattern { params: object(json!({ "page": page })), ..pattern("p", "/a") };
        let ids: Vec<EntryId> = (0..4).map(|page| memory.save(&of(page)).unwrap().entry().id).collect();
        memory.save(&pattern("other path", "/b")).unwrap();
        memory.save(&Pattern { api: "other".to_owned(), ..of(0) }).unwrap();
        memory.save(&Pattern { method: Method::Post, ..of(0) }).unwrap();
        for (id, uses) in [(ids[0], 5), (ids[1], 1), (ids[2], 9)] {
            (0..uses).for_each(|_| memory.used(id).unwrap());
        }
        memory.failed(ids[2], "400: no such field").unwrap();
        let found = memory.of_operation("PSA", Method::Get, "/a").unwrap();
        assert_eq!(found.iter().map(|entry| entry.id).collect::<Vec<_>>(), [ids[0], ids[1], ids[3], ids[2]]);
        assert_eq!(found[3].stale.as_ref().unwrap().reason, "400: no such field");
        memory.used(ids[2]).unwrap();
        assert_eq!(memory.of_operation("PSA", Method::Get, "/a").unwrap()[0].id, ids[2]);
    });
}

#[test]
fn the_lookup_of_an_operation_and_of_a_pattern_use_their_indexes() {
    let (_folder, memory) = memory();
    memory.save(&pattern("a", "/a")).unwrap();
    let plan = |sql: String| {
        let explained = in_file(&memory).read("explain", |connection| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
            for number in 1..=statement.parameter_count() {
                statement.raw_bind_parameter(number, "x")?;
            }
            let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
            while let Some(row) = rows.next()? {
                steps.push(row.get::<_, String>(3)?);
            }
            Ok(steps.join("\n"))
        });
        explained.unwrap().unwrap()
    };
    insta::assert_snapshot!(plan(of_operation_sql()), @"SEARCH saved_queries USING INDEX saved_queries_operation (<expr>=? AND method=?)");
    insta::assert_snapshot!(plan("SELECT id FROM saved_queries WHERE key = ?1".to_owned()), @"SEARCH saved_queries USING COVERING INDEX saved_queries_key (key=?)");
}

#[test]
fn vectors_belong_to_a_model_and_a_description_and_a_snapshot_follows_the_file() {
    over_both(|new_place| {
        let place = new_place();
        let memory = place.open();
        let id = |description: &str, path: &str| memory.save(&pattern(description, path)).unwrap().entry().id;
        let (a, b) = (id("alpha", "/a"), id("beta", "/b"));
        memory.put_vector(a, "m", "alpha", &[1.0, 0.0]).unwrap();
        memory.put_vector(b, "m", "not beta", &[0.0, 1.0]).unwrap();
        let of = |snapshot: &Snapshot, places: &[usize]| -> Vec<EntryId> {
            places.iter().map(|place| snapshot.entries[*place].id).collect()
        };
        let first = memory.snapshot("m").unwrap();
        assert_eq!((of(&first, &first.embedded), of(&first, &first.missing)), (vec![a], vec![b]));
        assert_eq!((first.dim, first.vectors.as_slice()), (2, &[1.0, 0.0][..]));
        assert_eq!(first.alike(&[0.5, 0.0]).map(|(_, cosine)| cosine).collect::<Vec<_>>(), [0.5]);
        assert_eq!(first.alike(&[0.5]).count(), 0, "a vector of another length is of another model");
        assert!(Arc::ptr_eq(&first, &memory.snapshot("m").unwrap()), "nothing changed");
        let other = place.open();
        other.put_vector(b, "m", "beta", &[0.0, 1.0]).unwrap();
        let second = memory.snapshot("m").unwrap();
        assert_eq!(second.embedded.len(), 2, "another connection's commit is seen");
        assert_eq!(memory.snapshot("other").unwrap().missing.len(), 2);
        id("alpha, written anew", "/a");
        let third = memory.snapshot("m").unwrap();
        assert_eq!(of(&third, &third.missing), [a], "the vector of an old description is none");
        memory.discard(b).unwrap();
        assert_eq!(memory.snapshot("m").unwrap().entries.len(), 1);
    });
}

#[test]
fn a_vector_goes_with_its_entry() {
    let (_folder, memory) = memory();
    let ids = ["alpha", "beta"].map(|text| memory.save(&pattern(text, &format!("/{text}"))).unwrap().entry().id);
    for (id, text) in ids.into_iter().zip(["alpha", "beta"]) {
        memory.put_vector(id, "m", text, &[1.0, 0.0]).unwrap();
    }
    memory.discard(ids[1]).unwrap();
    let kept = in_file(&memory)
        .read("count", |connection| connection.query_row("SELECT count(*) FROM vectors", [], |r| r.get::<_, i64>(0)));
    assert_eq!(kept.unwrap(), Some(1), "a vector goes with its entry");
}
