use serde_json::json;

use super::*;

fn head(call: &str) -> Head {
    Head {
        at_s: 1_000,
        client: "a".to_owned(),
        api: "shop".to_owned(),
        method: Method::Patch,
        path: "/items/{id}".to_owned(),
        call: call.to_owned(),
        undoes: None,
        made: None,
    }
}

fn items(count: usize) -> Vec<Item> {
    (0..count).map(|n| Item { name: n.into(), item: n.into(), request: format!("hash {n}") }).collect()
}

fn sending(n: usize) -> Step {
    let before = json!({ "name": "x" }).as_object().cloned();
    Step::Sending { n, path: format!("/items/{n}"), form: Form::Names, before, unkept: Vec::new() }
}

fn done(n: usize) -> Step {
    Step::Done { n, id: n.into(), after: Map::new() }
}

#[test]
fn an_entry_says_how_far_each_change_came() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(&folder.path().join("undo"));
    assert_eq!((journal.ids().unwrap(), journal.entry(1)), (Vec::new(), None));
    let mut writing = journal.begin(&head("c"), &items(5)).unwrap();
    for step in [
        sending(0),
        done(0),
        sending(1),
        Step::Failed { n: 1, why: "404".to_owned() },
        sending(2),
        Step::Unknown { n: 2, why: "500".to_owned() },
        sending(3),
    ] {
        writing.add_synced(&step).unwrap();
    }
    let entry = journal.entry(writing.id).unwrap();
    let states: Vec<State> = entry.changes.iter().map(|change| change.state.clone()).collect();
    let unknown = |why: &str| State::Unknown(why.to_owned());
    assert_eq!(
        states,
        [
            State::Done,
            State::Failed("404".to_owned()),
            unknown("500"),
            unknown("the program ended before the answer came"),
            State::Waiting
        ]
    );
    assert_eq!((entry.done(), entry.is_done(), entry.head), (1, false, head("c")));
    assert_eq!(entry.changes[0].before, json!({ "name": "x" }).as_object().cloned());
}

#[test]
fn a_plan_that_was_killed_within_a_line_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path());
    let id = journal.begin(&head("c"), &items(2)).unwrap().id;
    let path = folder.path().join(format!("{id}.jsonl"));
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str(r#"{"sending":{"n":0,"pa"#);
    fs::write(&path, text).unwrap();
    let mut writing = journal.resume(id).unwrap().unwrap();
    // Two processes at one plan would send it twice.
    assert!(journal.resume(id).unwrap().is_none());
    writing.add(&sending(0)).unwrap();
    writing.add(&done(0)).unwrap();
    assert_eq!(journal.entry(id).unwrap().done(), 1);
    drop(writing);
    assert!(journal.resume(id).unwrap().is_some());
}

#[test]
fn the_same_call_finds_its_plan_until_it_is_done_or_old() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path());
    let id = |client: &str, call: &str, since| journal.unfinished(client, call, since).unwrap().map(|entry| entry.id);
    let mut writing = journal.begin(&head("c"), &items(1)).unwrap();
    journal.begin(&head("other"), &items(1)).unwrap();
    assert_eq!(id("a", "c", 0), Some(1));
    assert_eq!((id("b", "c", 0), id("a", "d", 0), id("a", "c", 1_001)), (None, None, None));
    writing.add(&done(0)).unwrap();
    assert_eq!(id("a", "c", 0), None);
}

#[test]
fn the_oldest_entries_make_room_and_numbers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(folder.path());
    let in_use = journal.begin(&head("c"), &items(1)).unwrap();
    for _ in 0..MOST_FILES + 10 {
        journal.keep(&head(""), &items(1)[0], &[sending(0), done(0)]).unwrap();
    }
    let ids = journal.ids().unwrap();
    assert_eq!((ids.len(), ids[0], *ids.last().unwrap()), (MOST_FILES, in_use.id, MOST_FILES as u64 + 11));
    let newest = journal.entry(ids[1]).unwrap();
    assert!(newest.is_done() && newest.id > 2);
}
