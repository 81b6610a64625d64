//! How is the database reached that replicas share, and how is its schema brought forward?
//!
//! Everything runs on one thread of its own, with a runtime of its own: connections outlive whoever asked first, and synchronous
//! code may wait for an answer wherever it runs. Nothing is opened, and no thread is started, before the first use.
//!
//! # Invariants
//! - Whatever is asked for ends: an answer or an error, within 10 s, and 10 more where it must be looked up.
//! - No error, log or `Debug` has the password.
//! - A write that was acknowledged is committed. Where the answer to a commit is lost, the transaction is looked up by its number.

mod address;
mod error;
mod pool;
mod schema;
#[cfg(test)]
#[path = "../../tests/it/postgres_server.rs"]
pub(crate) mod server;
#[cfg(test)]
mod tests;
mod tls;

use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::Instant;
use tokio_postgres::IsolationLevel;
pub use tokio_postgres::Transaction;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;

pub use address::{Address, AddressError};
pub use error::DatabaseError;
pub use pool::Reach;
use pool::{Lent, Pool};

/// Time within which a write is answered, waiting for a connection included; after it, what became of a commit is looked up.
const LONGEST: Duration = Duration::from_secs(10);

/// Time within which a read is answered: searches wait for it.
const LONGEST_READ: Duration = Duration::from_secs(5);

/// Work within a transaction. Its errors undo everything that it did.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + Send + 't>>;

/// A handle on the database. Clones share their connections.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    runtime: OnceLock<Option<Runtime>>,
    /// What is wrong with the settings is told to whoever uses them, so that what needs no database goes on.
    pool: Result<Arc<Pool>, AddressError>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("at", &self.shown()).finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Whoever drops it may be within another runtime, where waiting for this one would panic.
        if let Some(runtime) = self.runtime.take().flatten() {
            runtime.shutdown_background();
        }
    }
}

impl Database {
    /// A handle. Nothing is opened yet.
    pub fn at(address: Result<Address, AddressError>) -> Self {
        let pool = address.map(|address| Arc::new(Pool::of(address)));
        Self { inner: Arc::new(Inner { runtime: OnceLock::new(), pool }) }
    }

    /// Where it is.
    ///
    /// # Errors
    /// [`AddressError`], with which every use fails.
    pub fn address(&self) -> Result<&Address, &AddressError> {
        self.inner.pool.as_ref().map(|pool| &pool.address)
    }

    /// Checks what can be checked of the settings without a connection.
    ///
    /// # Errors
    /// [`AddressError`]
    pub fn check(&self) -> Result<(), AddressError> {
        let address = self.address().map_err(Clone::clone)?;
        if address.config.get_ssl_mode() != SslMode::Disable {
            tls::Tls::trusting(address.certificate.as_deref())?;
        }
        Ok(())
    }

    /// Host, port and name of the database, for people; without its password.
    pub fn shown(&self) -> &str {
        self.address().map_or("an address that cannot be read", Address::shown)
    }

    /// Whether it could be reached when it was last tried. Waits for nothing.
    pub fn reach(&self) -> Reach {
        self.inner.pool.as_ref().map_or_else(|error| Reach::Away(error.to_string()), |pool| pool.reach())
    }

    fn pool(&self) -> Result<Arc<Pool>, DatabaseError> {
        self.inner.pool.clone().map_err(DatabaseError::from)
    }

    /// Has it asked now and then from here on, so that [`Self::reach`] is never older than that, though nobody uses it.
    pub fn watch(&self, every: Duration) {
        let (Ok(pool), Ok(handle)) = (self.pool(), self.handle()) else { return };
        // The watch ends with the last handle.
        let pool = Arc::downgrade(&pool);
        handle.spawn(async move {
            while let Some(pool) = pool.upgrade() {
                // Whatever it finds is what `reach` tells.
                let _ = pool.ask().await;
                drop(pool);
                tokio::time::sleep(every).await;
            }
        });
    }

    /// The version of its schema and the newest that this program knows; nothing is changed.
    ///
    /// # Errors
    /// [`DatabaseError`]
    pub async fn inspect(&self) -> Result<Inspected, DatabaseError> {
        let pool = self.pool()?;
        self.run(async move { pool.inspect().await }).await
    }

    /// Does work in a transaction and commits it. Where the connection proves to be lost before the commit was asked for, it is done
    /// once more on another.
    ///
    /// # Errors
    /// [`DatabaseError`]; nothing was changed, but for [`DatabaseError::Unknown`].
    pub async fn write<T, W>(&self, doing: &'static str, work: W) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, T> + Send + Sync + 'static,
    {
        self.run(written(self.pool()?, doing, work)).await
    }

    /// Does [`Self::write`] for synchronous code, whose thread waits.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_blocking<T, W>(&self, doing: &'static str, work: W) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, T> + Send + Sync + 'static,
    {
        self.run_blocking(written(self.pool()?, doing, work))
    }

    /// Reads one state of the database, for synchronous code, whose thread waits.
    ///
    /// # Errors
    /// [`DatabaseError`]
    pub fn read_blocking<T, W>(&self, doing: &'static str, work: W) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, T> + Send + Sync + 'static,
    {
        self.run_blocking(read(self.pool()?, doing, work))
    }

    /// Does [`Self::write`] without anybody waiting for it. A failure is logged.
    pub fn write_later<W>(&self, doing: &'static str, work: W)
    where
        W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, ()> + Send + Sync + 'static,
    {
        let (Ok(pool), Ok(handle)) = (self.pool(), self.handle()) else { return };
        handle.spawn(async move {
            if let Err(error) = written(pool, doing, work).await {
                tracing::warn!(%error, "the shared state was not told");
            }
        });
    }

    /// Does something beside, which nobody waits for, on the thread of the connections.
    pub(crate) fn background(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Ok(handle) = self.handle() {
            handle.spawn(work);
        }
    }

    fn handle(&self) -> Result<Handle, DatabaseError> {
        let begin = || {
            let runtime =
                Builder::new_multi_thread().worker_threads(1).thread_name("shared-state").enable_all().build();
            runtime.inspect_err(|error| tracing::error!(%error, "no thread for the shared state")).ok()
        };
        let runtime = self.inner.runtime.get_or_init(begin).as_ref();
        let handle = runtime.map(|runtime| runtime.handle().clone());
        handle.ok_or_else(|| self.ended("the system gives no thread"))
    }

    fn ended(&self, reason: &str) -> DatabaseError {
        DatabaseError::Away { at: self.shown().to_owned(), reason: reason.to_owned() }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, DatabaseError>> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let done = self.handle()?.spawn(work).await;
        done.unwrap_or_else(|error| Err(self.ended(&error.to_string())))
    }

    fn run_blocking<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, DatabaseError>> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (sender, receiver) = std::sync::mpsc::channel();
        self.handle()?.spawn(async move {
            // Whoever waits does so to the end.
            let _ = sender.send(work.await);
        });
        receiver.recv().unwrap_or_else(|_| Err(self.ended("its thread ended")))
    }
}

/// What [`Database::inspect`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// Version of the schema; 0 where there is none yet.
    pub version: i32,
    /// The newest version that this program knows.
    pub known: i32,
}

/// Whether an error says that the connection is lost, or that the server stops or does not take writes now.
fn is_lost(error: &tokio_postgres::Error) -> bool {
    let is_of_system = || error.source().is_some_and(|source| source.is::<std::io::Error>());
    error.is_closed() || is_of_system() || error.code().is_some_and(|code| LOSSES.contains(code))
}

const LOSSES: [SqlState; 4] = [
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    // What was the primary server is a standby now.
    SqlState::READ_ONLY_SQL_TRANSACTION,
];

async fn read<T, W>(pool: Arc<Pool>, doing: &'static str, work: W) -> Result<T, DatabaseError>
where
    W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, T>,
{
    let read = async {
        let mut is_second = false;
        loop {
            let mut lent = pool.lend().await?;
            match read_once(&mut lent, &work).await {
                Ok(done) => {
                    lent.give_back();
                    return Ok(done);
                }
                Err(error) if is_lost(&error) && !is_second => is_second = true,
                Err(error) => return Err(pool.failed(doing, &error)),
            }
        }
    };
    tokio::time::timeout(LONGEST_READ, read).await.unwrap_or_else(|_| Err(pool.slow(LONGEST_READ)))
}

async fn read_once<T, W>(lent: &mut Lent, work: &W) -> Result<T, tokio_postgres::Error>
where
    W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, T>,
{
    let transaction = lent.client().build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = transaction.start().await?;
    let done = work(&transaction).await?;
    transaction.commit().await?;
    Ok(done)
}

/// What a write leaves behind that is given up or fails.
struct Progress<T> {
    /// The transaction's number and what its work gave, once the commit is about to be asked for.
    committing: Option<(String, T)>,
}

async fn written<T, W>(pool: Arc<Pool>, doing: &'static str, work: W) -> Result<T, DatabaseError>
where
    W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, T>,
{
    let until = Instant::now() + LONGEST;
    let mut is_second = false;
    loop {
        let mut progress = Progress { committing: None };
        let attempt = async {
            let mut lent = pool.lend().await?;
            let done = write_once(&mut lent, &work, &mut progress).await;
            Ok::<_, DatabaseError>(done.map(|()| lent.give_back()))
        };
        let done = match tokio::time::timeout_at(until, attempt).await {
            Ok(done) => Some(done?),
            Err(_) => None,
        };
        match (done, progress.committing) {
            (Some(Ok(())), Some((_, value))) => return Ok(value),
            (Some(Err(error)), None) if is_lost(&error) && !is_second => is_second = true,
            (Some(Err(error)), committing) if committing.is_none() || !is_lost(&error) => {
                return Err(pool.failed(doing, &error));
            }
            (_, Some((number, value))) => return pool.outcome(doing, &number).await.map(|()| value),
            (_, None) => return Err(pool.slow(LONGEST)),
        }
    }
}

async fn write_once<T, W>(lent: &mut Lent, work: &W, progress: &mut Progress<T>) -> Result<(), tokio_postgres::Error>
where
    W: for<'t> Fn(&'t Transaction<'_>) -> Work<'t, T>,
{
    let transaction = lent.client().transaction().await?;
    let own = transaction.query_typed("SELECT pg_current_xact_id()::text", &[]).await?;
    let number: String = own.first().map_or_else(|| Ok(String::new()), |row| row.try_get(0))?;
    let value = work(&transaction).await?;
    progress.committing = Some((number, value));
    transaction.commit().await
}
