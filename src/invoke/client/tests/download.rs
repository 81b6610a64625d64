//! What is on disk after a download, and after one that failed?

use std::path::Path;
use std::time::Duration;

use super::server::{Server, Step, answer};
use super::{client, connectwise, download_draft, options};
use crate::invoke::client::{ApiClient, CallError, ClientOptions, Fate, OwnFiles};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn files_are_named_and_never_overwritten() {
    let named = answer("200 OK", &["Content-Disposition: attachment; filename=\"../plan.txt\""], "new");
    let server = Server::start([Step::Answer(named)]).await;
    let folder = tempfile::tempdir().unwrap();
    let (client, access, call) = (client(), connectwise(&server.url()), download_draft());
    std::fs::write(folder.path().join("plan.txt"), "old").unwrap();
    let first = client.download(&access, &call, folder.path()).await.unwrap();
    assert_eq!(
        (first.bytes, first.status, first.path.as_path()),
        (3, 200, folder.path().join("plan (2).txt").as_path())
    );
    client.download(&access, &call, folder.path()).await.unwrap();
    client.download(&access, &call, &folder.path().join("new folder/own.bin")).await.unwrap();
    assert_eq!(names(folder.path()), ["new folder", "plan (2).txt", "plan (3).txt", "plan.txt"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("plan.txt")).unwrap(), "old");
    assert_eq!(names(&folder.path().join("new folder")), ["own.bin"]);
    assert_eq!(server.received()[0].header("accept"), Some("*/*"));
}

#[tokio::test]
async fn without_a_name_the_path_gives_one() {
    let server = Server::start([Step::Answer(answer("200 OK", &[], "x"))]).await;
    let folder = tempfile::tempdir().unwrap();
    client().download(&connectwise(&server.url()), &download_draft(), folder.path()).await.unwrap();
    assert_eq!(names(folder.path()), ["download"]);
}

#[tokio::test]
async fn what_breaks_off_leaves_nothing_and_is_repeated() {
    let broken = Step::Reset(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf".to_vec());
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("a");
    let server = Server::start([broken.clone(), Step::Answer(answer("200 OK", &[], "whole"))]).await;
    let file = client().download(&connectwise(&server.url()), &download_draft(), &to).await.unwrap();
    assert_eq!((file.attempts, names(folder.path()).len()), (2, 1));
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "whole");

    let server = Server::start([broken]).await;
    let error = client().download(&connectwise(&server.url()), &download_draft(), &to).await.unwrap_err();
    assert!(matches!(error, CallError::BodyBroken { .. }), "{error}");
    assert_eq!(names(folder.path()), ["a"]);
}

#[tokio::test]
async fn a_slow_download_goes_on_as_long_as_bytes_come() {
    let client = ApiClient::new(ClientOptions { timeout: Duration::from_millis(300), ..options() }).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v4_6_release/apis/3.0", listener.local_addr().unwrap());
    let slow = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n").await.unwrap();
        for _ in 0..8 {
            tokio::time::sleep(Duration::from_millis(80)).await;
            stream.write_all(b"x").await.unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = client.download(&connectwise(&url), &download_draft(), folder.path()).await.unwrap();
    slow.await.unwrap();
    assert_eq!(file.bytes, 8);
}

#[tokio::test]
async fn a_dropped_download_leaves_nothing() {
    let step = Step::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf".to_vec());
    let server = Server::start([step]).await;
    let folder = tempfile::tempdir().unwrap();
    let (client, access, call) = (client(), connectwise(&server.url()), download_draft());
    let outcome =
        tokio::time::timeout(Duration::from_millis(300), client.download(&access, &call, folder.path())).await;
    assert!(outcome.is_err());
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_refusal_leaves_nothing() {
    let server = Server::start([Step::Answer(answer("404 Not Found", &[], "{}"))]).await;
    let folder = tempfile::tempdir().unwrap();
    let error = client().download(&connectwise(&server.url()), &download_draft(), folder.path()).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_not_kept_whether_its_length_is_told_or_not() {
    let told = Step::Answer(answer("200 OK", &[], "x".repeat(20)));
    let untold = Step::Answer([&b"HTTP/1.1 200 OK\r\n\r\n"[..], &[b'x'; 20]].concat());
    let folder = tempfile::tempdir().unwrap();
    for step in [told, untold] {
        let server = Server::start([step.clone()]).await;
        let limited = ApiClient::new(ClientOptions { most_download_bytes: 19, ..options() }).unwrap();
        let (access, call) = (connectwise(&server.url()), download_draft());
        let error = limited.download(&access, &call, folder.path()).await.unwrap_err();
        assert!(matches!(error, CallError::LargeFile { most_bytes: 19, .. }), "{error}");
        assert!(error.to_string().contains("max_download_bytes"));
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_written_where_a_link_leads_among_the_programs_own_files_by_then() {
    use std::os::unix::fs::symlink;
    let server = Server::start([Step::Answer(answer("200 OK", &[], "x"))]).await;
    let all = tempfile::tempdir().unwrap();
    let at = |path: &str| all.path().join(path);
    for folder in ["home/logs", "home/downloads", "other"] {
        std::fs::create_dir_all(at(folder)).unwrap();
    }
    symlink(at("home/logs"), at("link")).unwrap();
    symlink(at("home/downloads"), at("files")).unwrap();
    let own_files = Some(OwnFiles { home: at("home"), downloads: at("home/downloads") });
    let client = ApiClient::new(ClientOptions { own_files, ..options() }).unwrap();
    let (access, call) = (connectwise(&server.url()), download_draft());
    for to in ["link/a", "link", "home/a", "home/logs", "home/new/a"] {
        let error = client.download(&access, &call, &at(to)).await.unwrap_err();
        assert!(
            matches!(&error, CallError::Replaced { path, .. } if *path == at(to) || path.starts_with(at(to))),
            "{to}: {error}"
        );
        let message = error.to_string();
        for told in ["the program's own files", "was replaced meanwhile", "name a place outside of"] {
            assert!(message.contains(told), "{to}: {message}");
        }
        assert_eq!(error.fate(), Fate::Answered);
    }
    for to in ["files/a", "home/downloads/b", "other/c", "new/deep/d"] {
        let file = client.download(&access, &call, &at(to)).await.unwrap();
        assert_eq!((file.path.clone(), std::fs::read_to_string(&file.path).unwrap()), (at(to), "x".to_owned()));
    }
    // A link at the end is no file to write through.
    symlink(at("home/logs/audit.jsonl"), at("other/e")).unwrap();
    let file = client.download(&access, &call, &at("other/e")).await.unwrap();
    assert_eq!(file.path, at("other/e (2)"));
    assert_eq!(names(&at("home/logs")), Vec::<String>::new());
}
