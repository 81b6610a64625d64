use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::types::Type;

use super::server::PostgresServer;
use super::*;

fn address(url: &str) -> Address {
    Address::parse(&SecretString::from(url.to_owned())).unwrap()
}

fn database(url: &str) -> Database {
    Database::at(Ok(address(url)))
}

#[test]
fn an_address_is_shown_without_its_password_and_has_it_among_its_secrets() {
    let url = "postgres://cw:p%40ss-word@db.example:6432/team?sslmode=verify-full&sslrootcert=/etc/ca%20one.pem";
    let read = address(url);
    assert_eq!(read.shown(), "db.example:6432/team");
    assert_eq!(read.certificate.as_deref(), Some(std::path::Path::new("/etc/ca one.pem")));
    let secrets: Vec<&str> = read.secrets().iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, [url, "p@ss-word", "p%40ss-word"]);
    let debug = format!("{read:?} {:?}", Database::at(Ok(read.clone())));
    assert!(!debug.contains("ss-word"), "{debug}");
}

#[test]
fn what_leaves_the_machine_goes_through_tls_unless_the_url_says_otherwise() {
    use tokio_postgres::config::SslMode;
    for (url, mode, is_open) in [
        ("postgres://u@127.0.0.1/d", SslMode::Disable, false),
        ("postgres://u@localhost/d", SslMode::Disable, false),
        ("postgres://u@[::1]/d", SslMode::Disable, false),
        ("postgresql:///d?host=/run/postgresql", SslMode::Disable, false),
        ("postgres://u@db.example/d", SslMode::Require, false),
        ("postgres://u@127.0.0.1,db.example/d", SslMode::Require, false),
        ("postgres://u@db.example/d?sslmode=disable", SslMode::Disable, true),
        ("postgres://u@db.example/d?sslmode=prefer", SslMode::Prefer, true),
        ("postgres://u@127.0.0.1/d?sslmode=require", SslMode::Require, false),
    ] {
        let read = address(url);
        assert_eq!((read.config.get_ssl_mode(), read.is_open()), (mode, is_open), "{url}");
    }
}

#[test]
fn what_is_wrong_with_a_url_is_said_without_it() {
    for (url, said) in [
        ("mysql://u:secret-1@h/d", "does not begin with postgres://"),
        ("postgres://u:secret-1@h/d?colour=secret-2", "`colour` is no option"),
        ("postgres://u:secret-1@h/d?connect_timeout=secret-2", "the value of `connect_timeout` is wrong"),
        ("postgres://u:secret-1@h:secret-2/d", "the value of `port` is wrong"),
        ("postgres:///d", "it names no host"),
    ] {
        let error = Address::parse(&SecretString::from(url.to_owned())).unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("secret"), "{url}: {error}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error_that_names_it() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let database = database(&format!("postgres://u:word-of-passage@127.0.0.1:{port}/d"));
    assert_eq!(database.reach(), Reach::Untried);
    for _ in 0..2 {
        let error = database.read_blocking("ask", |_| Box::pin(async { Ok(()) })).unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, DatabaseError::Away { .. }) && said.contains(&format!("127.0.0.1:{port}/d")), "{said}");
        assert!(!said.contains("word-of-passage"));
    }
    assert!(matches!(database.reach(), Reach::Away(_)));
}

/// A table for the tests, and a write that adds a row to it.
fn add(database: &Database, text: &'static str) -> Result<i64, DatabaseError> {
    database.write_blocking("add a row", move |transaction| {
        Box::pin(async move {
            transaction.batch_execute("CREATE TABLE IF NOT EXISTS note (text text)").await?;
            transaction.query_typed("INSERT INTO note VALUES ($1)", &[(&text, Type::TEXT)]).await?;
            transaction.query_typed_one("SELECT count(*) FROM note", &[]).await?.try_get(0)
        })
    })
}

#[test]
fn two_that_start_at_once_make_one_schema_and_a_newer_one_is_refused() {
    let Some(server) = PostgresServer::shared() else { return };
    let url = server.database();
    let replicas: Vec<Database> = (0..4).map(|_| database(&url)).collect();
    std::thread::scope(|scope| {
        let asked: Vec<_> = replicas
            .iter()
            .map(|one| scope.spawn(|| one.read_blocking("ask", |_| Box::pin(async { Ok(()) }))))
            .collect();
        asked.into_iter().for_each(|one| one.join().unwrap().unwrap());
    });
    assert_eq!(server.asked(&url, "SELECT count(*) FROM cw_orchestrator.schema_step"), schema::KNOWN.to_string());
    server.asked(&url, "INSERT INTO cw_orchestrator.schema_step VALUES (1000)");
    let late = database(&url);
    let error = late.read_blocking("ask", |_| Box::pin(async { Ok(()) })).unwrap_err();
    assert!(matches!(error, DatabaseError::Newer { version: 1000, known, .. } if known == schema::KNOWN), "{error}");
    // Whoever was at work goes on while replicas are replaced.
    assert_eq!(add(&replicas[0], "a").unwrap(), 1);
}

#[test]
fn what_fails_changes_nothing_and_says_what_the_server_said() {
    let Some(server) = PostgresServer::shared() else { return };
    let database = database(&server.database());
    add(&database, "a").unwrap();
    let wrong = database.write_blocking("do half", |transaction| {
        Box::pin(async move {
            transaction.batch_execute("INSERT INTO note VALUES ('half')").await?;
            transaction.batch_execute("SELECT 1 / 0").await
        })
    });
    let error = wrong.unwrap_err();
    assert!(
        matches!(&error, DatabaseError::Refused { doing: "do half", reason, .. } if reason.contains("22012")),
        "{error}"
    );
    assert_eq!((add(&database, "b").unwrap(), database.reach()), (2, Reach::There));
}

#[test]
fn it_is_used_again_when_it_is_back_and_a_commit_is_looked_up() {
    let Some(mut server) = PostgresServer::start() else { return };
    let database = database(&server.database());
    assert_eq!(add(&database, "a").unwrap(), 1);
    let pool = database.pool().unwrap();
    let number = database.write_blocking("tell its number", |transaction| {
        Box::pin(async move {
            transaction.batch_execute("INSERT INTO note VALUES ('looked up')").await?;
            transaction.query_typed_one("SELECT pg_current_xact_id()::text", &[]).await?.try_get::<_, String>(0)
        })
    });
    let number = number.unwrap();
    server.pause();
    assert!(matches!(add(&database, "b").unwrap_err(), DatabaseError::Away { .. }));
    assert!(matches!(database.reach(), Reach::Away(_)));
    server.resume();
    std::thread::sleep(Duration::from_millis(600));
    database
        .run_blocking({
            let (pool, number) = (Arc::clone(&pool), number.clone());
            async move { pool.outcome("add a row", &number).await }
        })
        .unwrap();
    assert_eq!(add(&database, "c").unwrap(), 3);
    // A number that was never given is not known: neither done nor undone.
    let future = database.run_blocking(async move { pool.outcome("add a row", "4000000000").await });
    assert!(matches!(future.unwrap_err(), DatabaseError::Unknown { doing: "add a row", .. }));
    // Connections that the server closed meanwhile are found out, and the work is done once more.
    server.pause();
    server.resume();
    assert_eq!(add(&database, "d").unwrap(), 4);
}
