//! Of which version is the database's schema, and how does it come to be this program's?
//!
//! Steps are append-only; their number is the version. All that are missing are done in one transaction, under a lock that replicas
//! which start at once take turns by. A step only adds, so that replicas of the version before go on while they are replaced.

use tokio_postgres::Client;

/// The steps, in order.
const STEPS: [&str; 2] = [include_str!("schema/0001_consent.sql"), include_str!("schema/0002_memory.sql")];

/// The newest version that this program knows.
pub(super) const KNOWN: i32 = STEPS.len() as i32;

/// The number of the lock under which the schema is changed: the first bytes of "cw-orchestrator".
const LOCK: i64 = i64::from_be_bytes(*b"cw-orche");

/// The version of the schema; 0 where there is none.
pub(super) async fn version(client: &Client) -> Result<i32, tokio_postgres::Error> {
    // Of the catalogue's rows, and not by `to_regclass`: a session that waited for the lock may still know that there is no such table.
    let there = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = 'cw_orchestrator' AND c.relname = 'schema_step')";
    let is_there: bool = match client.query_typed(there, &[]).await?.first() {
        Some(row) => row.try_get(0)?,
        None => false,
    };
    if !is_there {
        return Ok(0);
    }
    let sql = "SELECT coalesce(max(step), 0)::int4 FROM cw_orchestrator.schema_step";
    client.query_typed(sql, &[]).await?.first().map_or(Ok(0), |row| row.try_get(0))
}

/// Brings the schema forward where it is older, and returns the version that it had; one that is newer is left as it is.
///
/// # Errors
/// What was being done, as a verb phrase, and why that failed.
pub(super) async fn bring_forward(client: &mut Client) -> Result<i32, (&'static str, tokio_postgres::Error)> {
    let had = version(client).await.map_err(|error| ("tell its version", error))?;
    if had >= KNOWN { Ok(had) } else { migrate(client).await.map_err(|error| ("take a new schema", error)) }
}

/// Does the missing steps, all or none.
async fn migrate(client: &mut Client) -> Result<i32, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    // Whoever held the lock may have done it.
    let had = version(transaction.client()).await?;
    let missing = STEPS.iter().skip(usize::try_from(had).unwrap_or(usize::MAX));
    let mut step = had;
    for sql in missing {
        step += 1;
        if step == 1 {
            transaction
                .batch_execute(
                    "CREATE SCHEMA IF NOT EXISTS cw_orchestrator; \
                     CREATE TABLE cw_orchestrator.schema_step (step int4 PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
                )
                .await?;
        }
        transaction.batch_execute(sql).await?;
        transaction.batch_execute(&format!("INSERT INTO cw_orchestrator.schema_step (step) VALUES ({step})")).await?;
    }
    transaction.commit().await?;
    Ok(had)
}
