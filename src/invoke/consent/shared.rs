//! The guard of replicas, in their database: whichever of them a client reaches, a confirmation is used once and the same POST is made once.
//!
//! Times are the database's. Of tokens it has hashes: who may read it cannot confirm anything. A POST that is under way is said to be so
//! again and again; one whose replica died counts as made when that was said last.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_postgres::types::Type;

use super::guard::{Guard, Kept, Post};
use super::{CONFIRMATION_KEPT, REPEATED_WITHIN};
use crate::invoke::caller::{Later, owner};
use crate::postgres::{Database, DatabaseError, Transaction};

/// Time between two notes that a POST is still under way: several of them may fail before it counts as made.
const BEAT: Duration = Duration::from_secs(25);

/// Removes a few rows that are too old with each that is added, so that no table grows and no call waits for long. Rows that another
/// replica is at are passed over.
const SWEEP_POSTS: &str = "DELETE FROM post WHERE write IN (SELECT write FROM post
    WHERE alive < clock_timestamp() - interval '1 hour' LIMIT 20 FOR UPDATE SKIP LOCKED)";
const SWEEP_CONFIRMATIONS: &str = "DELETE FROM confirmation WHERE token IN (SELECT token FROM confirmation
    WHERE at < clock_timestamp() - interval '1 hour' LIMIT 20 FOR UPDATE SKIP LOCKED)";

#[derive(Debug)]
pub(super) struct Shared {
    database: Database,
    /// Confirmations that a client has at most.
    most: i64,
    underway: Arc<Mutex<Underway>>,
}

/// The POSTs of this process that are under way.
#[derive(Debug, Default)]
struct Underway {
    writes: HashSet<String>,
    /// Whether somebody sees to it that this is said.
    is_said: bool,
}

fn of(underway: &Mutex<Underway>) -> MutexGuard<'_, Underway> {
    underway.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// A guard that keeps so many confirmations of a client at most.
    pub(super) fn of(database: Database, most: usize) -> Self {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Self { database, most, underway: Arc::default() }
    }

    /// Notes that a POST is under way, and sees to it that this is said while it is.
    fn begin(&self, write: String) {
        let mut underway = of(&self.underway);
        underway.writes.insert(write);
        if std::mem::replace(&mut underway.is_said, true) {
            return;
        }
        drop(underway);
        let (known, database) = (Arc::clone(&self.underway), self.database.clone());
        self.database.background(async move {
            loop {
                tokio::time::sleep(BEAT).await;
                let writes: Vec<String> = {
                    let mut underway = of(&known);
                    underway.is_said = !underway.writes.is_empty();
                    underway.writes.iter().cloned().collect()
                };
                if writes.is_empty() {
                    return;
                }
                if let Err(error) = say(&database, writes).await {
                    tracing::warn!(%error, "it was not noted that writes are under way");
                }
            }
        });
    }

    fn end(&self, write: &str) {
        of(&self.underway).writes.remove(write);
    }
}

/// Says that POSTs are under way.
async fn say(database: &Database, writes: Vec<String>) -> Result<(), DatabaseError> {
    let doing = "note that writes are under way";
    database
        .write(doing, move |transaction| {
            let writes = writes.clone();
            Box::pin(async move {
                let sql = "UPDATE post SET alive = clock_timestamp() WHERE write = ANY($1) AND ended IS NULL";
                transaction.query_typed(sql, &[(&writes, Type::TEXT_ARRAY)]).await.map(drop)
            })
        })
        .await
}

/// The name under which a token is kept.
fn name(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// Whether a POST like one is under way or was made a short time ago.
async fn is_repeated(transaction: &Transaction<'_>, post: &Post) -> Result<bool, tokio_postgres::Error> {
    let sql = "SELECT EXISTS (SELECT FROM post WHERE owner = $1 AND likeness = $2
        AND coalesce(ended, alive) >= clock_timestamp() - make_interval(secs => $3))";
    let within = REPEATED_WITHIN.as_secs_f64();
    let like = [(&post.owner as _, Type::TEXT), (&post.likeness as _, Type::TEXT), (&within as _, Type::FLOAT8)];
    transaction.query_typed_one(sql, &like).await?.try_get(0)
}

async fn reserve(transaction: &Transaction<'_>, post: &Post, is_meant: bool) -> Result<bool, tokio_postgres::Error> {
    // Of several at once each sees what the one before it noted.
    let lock = "SELECT FROM pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))";
    transaction.query_typed(lock, &[(&post.owner, Type::TEXT), (&post.likeness, Type::TEXT)]).await?;
    if !is_meant && is_repeated(transaction, post).await? {
        return Ok(false);
    }
    let sql = "INSERT INTO post (write, owner, likeness) VALUES ($1, $2, $3)
        ON CONFLICT (write) DO UPDATE SET alive = clock_timestamp(), ended = NULL";
    let row = [(&post.write as _, Type::TEXT), (&post.owner as _, Type::TEXT), (&post.likeness as _, Type::TEXT)];
    transaction.query_typed(sql, &row).await?;
    transaction.batch_execute(SWEEP_POSTS).await?;
    Ok(true)
}

async fn forget(transaction: &Transaction<'_>, write: &str) -> Result<(), tokio_postgres::Error> {
    transaction.query_typed("DELETE FROM post WHERE write = $1", &[(&write, Type::TEXT)]).await.map(drop)
}

impl Guard for Shared {
    fn keep<'a>(&'a self, token: &'a str, kept: Kept) -> Later<'a, Result<(), DatabaseError>> {
        let (name, most) = (name(token), self.most);
        Box::pin(self.database.write("keep a confirmation", move |transaction| {
            let (name, kept) = (name.clone(), kept.clone());
            Box::pin(async move {
                let owner = owner(&kept.client);
                let sql = "INSERT INTO confirmation (token, client, owner, subject) VALUES ($1, $2, $3, $4)";
                let texts =
                    [&name as _, &kept.client as _, &owner as _, &kept.subject as _].map(|text| (text, Type::TEXT));
                transaction.query_typed(sql, &texts).await?;
                let sql = "DELETE FROM confirmation WHERE token IN (SELECT token FROM confirmation WHERE owner = $1
                    ORDER BY at DESC, token OFFSET $2 FOR UPDATE SKIP LOCKED)";
                transaction.query_typed(sql, &[(&owner, Type::TEXT), (&most, Type::INT8)]).await?;
                transaction.batch_execute(SWEEP_CONFIRMATIONS).await
            })
        }))
    }

    fn redeem<'a>(&'a self, token: &'a str) -> Later<'a, Result<Option<Kept>, DatabaseError>> {
        let name = name(token);
        Box::pin(self.database.write("use a confirmation", move |transaction| {
            let name = name.clone();
            Box::pin(async move {
                let sql = "DELETE FROM confirmation WHERE token = $1
                    RETURNING client, subject, at >= clock_timestamp() - make_interval(secs => $2)";
                let within = CONFIRMATION_KEPT.as_secs_f64();
                let row = transaction.query_typed_opt(sql, &[(&name, Type::TEXT), (&within, Type::FLOAT8)]).await?;
                let Some(row) = row else { return Ok(None) };
                let kept = Kept { client: row.try_get(0)?, subject: row.try_get(1)? };
                Ok(Some(kept).filter(|_| row.try_get(2).unwrap_or(false)))
            })
        }))
    }

    fn is_repeated(&self, post: Post) -> Later<'_, Result<bool, DatabaseError>> {
        Box::pin(self.database.write("look for the same write", move |transaction| {
            let post = post.clone();
            Box::pin(async move { is_repeated(transaction, &post).await })
        }))
    }

    fn reserve(&self, post: Post, is_meant: bool) -> Later<'_, Result<bool, DatabaseError>> {
        Box::pin(async move {
            let write = post.write.clone();
            let reserved = self.database.write("note a write", move |transaction| {
                let post = post.clone();
                Box::pin(async move { reserve(transaction, &post, is_meant).await })
            });
            let reserved = reserved.await?;
            if reserved {
                self.begin(write);
            }
            Ok(reserved)
        })
    }

    fn ended(&self, post: Post) {
        self.end(&post.write);
        self.database.write_later("note the end of a write", move |transaction| {
            let write = post.write.clone();
            Box::pin(async move {
                let sql = "UPDATE post SET ended = clock_timestamp() WHERE write = $1";
                transaction.query_typed(sql, &[(&write, Type::TEXT)]).await.map(drop)
            })
        });
    }

    fn release(&self, post: Post) -> Later<'_, ()> {
        self.end(&post.write);
        Box::pin(async move {
            let released = self.database.write("forget a write", move |transaction| {
                let write = post.write.clone();
                Box::pin(async move { forget(transaction, &write).await })
            });
            if let Err(error) = released.await {
                tracing::warn!(%error, "a write that was not made is asked about again for a while");
            }
        })
    }

    fn release_later(&self, post: Post) {
        self.end(&post.write);
        self.database.write_later("forget a write", move |transaction| {
            let write = post.write.clone();
            Box::pin(async move { forget(transaction, &write).await })
        });
    }

    #[cfg(test)]
    fn put_forward(&self, by: Duration) {
        let by = by.as_secs_f64();
        let put = self.database.write_blocking("put it back", move |transaction| {
            Box::pin(async move {
                let post = "UPDATE post SET alive = alive - make_interval(secs => $1), ended = ended - make_interval(secs => $1)";
                transaction.query_typed(post, &[(&by, Type::FLOAT8)]).await?;
                let confirmation = "UPDATE confirmation SET at = at - make_interval(secs => $1)";
                transaction.query_typed(confirmation, &[(&by, Type::FLOAT8)]).await.map(drop)
            })
        });
        put.unwrap();
    }
}
