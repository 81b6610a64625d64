//! What holds for a memory that replicas share, beside what holds for any.

use serde_json::json;

use super::*;

fn place() -> Option<(Place, &'static PostgresServer)> {
    let server = PostgresServer::shared()?;
    Some((Place { folder: tempfile::tempdir().unwrap(), url: Some(server.database()) }, server))
}

#[test]
fn what_several_replicas_save_at_once_is_there_once_and_all_of_it() {
    let Some((place, _)) = place() else { return };
    let replicas: Vec<Memory> = (0..4).map(|_| place.open()).collect();
    std::thread::scope(|scope| {
        for (at, memory) in replicas.iter().enumerate() {
            scope.spawn(move || {
                for number in 0..25 {
                    memory.save(&pattern(&format!("by {at}"), &format!("/shared/{number}"))).unwrap();
                    memory.save(&pattern("own", &format!("/own/{at}/{number}"))).unwrap();
                    let shared = memory.holds(&pattern("", &format!("/shared/{number}"))).unwrap().unwrap();
                    memory.used(shared).unwrap();
                }
            });
        }
    });
    for memory in &replicas {
        let entries = memory.list().unwrap();
        let (shared, own): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| entry.pattern.path.starts_with("/shared"));
        assert_eq!((shared.len(), own.len()), (25, 100));
        assert!(shared.iter().all(|entry| entry.usage_count == 5), "each use of each replica counts");
    }
}

#[test]
fn nothing_is_made_in_a_home_and_texts_that_the_database_cannot_hold_are_kept_without_what_it_cannot() {
    let Some((place, _)) = place() else { return };
    let memory = place.open();
    let odd = Pattern { params: object(json!({ "a": "x\u{0}y" })), ..pattern("a\u{0}b", "/a") };
    let saved = memory.save(&odd).unwrap().entry().clone();
    assert_eq!((saved.pattern.description.as_str(), &saved.pattern.params), ("a\u{fffd}b", &odd.params));
    assert_eq!(memory.holds(&odd).unwrap(), Some(saved.id));
    memory.failed(saved.id, "4\u{0}4").unwrap();
    assert_eq!(memory.get(saved.id).unwrap().unwrap().stale.unwrap().reason, "4\u{fffd}4");
    assert_eq!(files(place.folder.path()), Vec::<String>::new());
    assert!(memory.left_behind().is_empty() && memory.notices().is_empty());
}

#[test]
fn an_acknowledged_save_outlives_a_server_that_is_killed_and_one_that_was_not_is_an_error() {
    let Some(mut server) = PostgresServer::start() else { return };
    let place = Place { folder: tempfile::tempdir().unwrap(), url: Some(server.database()) };
    let memory = place.open();
    let save = |number: usize| memory.save(&pattern("p", &format!("/a/{number}")));
    let mut acknowledged: Vec<usize> = (0..20).filter(|number| save(*number).is_ok()).collect();
    assert_eq!(acknowledged.len(), 20);
    server.pause();
    let error = save(20).unwrap_err();
    assert!(matches!(error, MemoryError::Shared(_)) && error.to_string().contains("cannot be reached"), "{error}");
    assert!(memory.snapshot("m").is_err() && memory.list().is_err());
    server.resume();
    let later = (21..40).filter(|number| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        save(*number).is_ok()
    });
    acknowledged.extend(later);
    assert!(acknowledged.len() > 25, "{acknowledged:?}");
    let there = memory.list().unwrap();
    for number in acknowledged {
        assert!(there.iter().any(|entry| entry.pattern.path == format!("/a/{number}")), "{number} is lost");
    }
    assert!(there.iter().all(|entry| entry.pattern.path != "/a/20"));
}
