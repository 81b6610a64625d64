//! Which connection does whoever asks get, and what is known of a database that is away?

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, NoTls};

use super::address::Address;
use super::error::DatabaseError;
use super::tls::Tls;
use super::{Inspected, is_lost, schema};
use crate::causes::chain;

/// Time that making a connection may take.
const CONNECTING: Duration = Duration::from_secs(3);

/// Time after a failure in which nobody tries again, so that not every call of a busy server waits for a host that is gone.
const LEFT_ALONE: Duration = Duration::from_millis(500);

/// Time that the outcome of a commit is asked for whose answer was lost.
const LOOKED_UP_FOR: Duration = Duration::from_secs(10);

/// Pause between two questions for it.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// What every connection is set to: statements end before those who wait for them, and a commit is on the server's disk.
const SESSION: &str = "SET statement_timeout = '8s'; SET lock_timeout = '8s'; \
     SET idle_in_transaction_session_timeout = '20s'; SET synchronous_commit = on; \
     SET search_path = cw_orchestrator, pg_temp; SET client_min_messages = warning";

/// Whether the database could be reached when it was last tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nobody has tried yet.
    Untried,
    /// It answered.
    There,
    /// It did not, for this reason.
    Away(String),
}

/// The connections of one process.
pub(super) struct Pool {
    pub(super) address: Address,
    places: Arc<Semaphore>,
    // std's mutex: never held while anything is awaited.
    state: Mutex<State>,
}

struct State {
    idle: Vec<Client>,
    reach: Reach,
    failed_at: Option<Instant>,
    /// Whether the schema is known to be this program's.
    is_prepared: bool,
}

/// A connection that is lent. It is closed, unless it is [given back](Self::give_back).
pub(super) struct Lent {
    client: Client,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
}

impl Lent {
    pub(super) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Gives the connection back, which is in order.
    pub(super) fn give_back(self) {
        let Self { client, pool, _place } = self;
        if !client.is_closed() {
            pool.state().idle.push(client);
        }
    }
}

impl Pool {
    pub(super) fn of(address: Address) -> Self {
        let state = State { idle: Vec::new(), reach: Reach::Untried, failed_at: None, is_prepared: false };
        Self { places: Arc::new(Semaphore::new(address.connections)), address, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reach(&self) -> Reach {
        self.state().reach.clone()
    }

    /// The error of a database that cannot be reached, which is noted: its other connections are as dead.
    pub(super) fn away(&self, reason: &str) -> DatabaseError {
        let mut state = self.state();
        if state.reach == Reach::There {
            tracing::warn!(at = self.address.shown(), reason, "the shared state is away");
        }
        state.reach = Reach::Away(reason.to_owned());
        state.failed_at = Some(Instant::now());
        state.idle.clear();
        self.is_away(reason)
    }

    fn is_away(&self, reason: &str) -> DatabaseError {
        DatabaseError::Away { at: self.address.shown().to_owned(), reason: reason.to_owned() }
    }

    pub(super) fn slow(&self, after: Duration) -> DatabaseError {
        self.away(&format!("it did not answer within {} s", after.as_secs()))
    }

    /// The error of a statement that failed.
    pub(super) fn failed(&self, doing: &'static str, error: &tokio_postgres::Error) -> DatabaseError {
        if is_lost(error) {
            return self.away(&reason(error));
        }
        DatabaseError::Refused { at: self.address.shown().to_owned(), doing, reason: reason(error) }
    }

    fn is_there(&self) {
        let mut state = self.state();
        if matches!(state.reach, Reach::Away(_)) {
            tracing::info!(at = self.address.shown(), "the shared state is back");
        }
        state.reach = Reach::There;
        state.failed_at = None;
    }

    /// Lends a connection whose schema is this program's. Waits for a free place, which whoever calls bounds.
    pub(super) async fn lend(self: &Arc<Self>) -> Result<Lent, DatabaseError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| self.is_away("this process is ending"))?;
        let idle = {
            let mut state = self.state();
            state.idle.retain(|client| !client.is_closed());
            state.idle.pop()
        };
        let client = match idle {
            Some(client) => client,
            None => self.connected().await?,
        };
        let lent = Lent { client, pool: Arc::clone(self), _place: place };
        self.prepared(lent).await
    }

    async fn prepared(&self, mut lent: Lent) -> Result<Lent, DatabaseError> {
        if !self.state().is_prepared {
            let had = schema::bring_forward(lent.client()).await;
            let version = had.map_err(|(doing, error)| self.failed(doing, &error))?;
            if version > schema::KNOWN {
                let at = self.address.shown().to_owned();
                return Err(DatabaseError::Newer { at, version, known: schema::KNOWN });
            }
            self.state().is_prepared = true;
        }
        self.is_there();
        Ok(lent)
    }

    async fn connected(&self) -> Result<Client, DatabaseError> {
        {
            let state = self.state();
            if let (Some(at), Reach::Away(reason)) = (state.failed_at, &state.reach)
                && at.elapsed() < LEFT_ALONE
            {
                return Err(self.is_away(reason));
            }
        }
        match timeout(CONNECTING, self.connect()).await {
            Ok(connected) => connected,
            Err(_) => Err(self.slow(CONNECTING)),
        }
    }

    async fn connect(&self) -> Result<Client, DatabaseError> {
        let config = &self.address.config;
        let client = if config.get_ssl_mode() == SslMode::Disable {
            let connected = config.connect(NoTls).await;
            let (client, connection) = connected.map_err(|error| self.away(&reason(&error)))?;
            tokio::spawn(connection);
            client
        } else {
            let tls =
                Tls::trusting(self.address.certificate.as_deref()).map_err(|error| self.away(&error.to_string()))?;
            let connected = config.connect(tls).await;
            let (client, connection) = connected.map_err(|error| self.away(&reason(&error)))?;
            tokio::spawn(connection);
            client
        };
        client.batch_execute(SESSION).await.map_err(|error| self.away(&reason(&error)))?;
        Ok(client)
    }

    /// Asks it anything, and so finds out whether it is there.
    pub(super) async fn ask(self: &Arc<Self>) -> Result<(), DatabaseError> {
        let asked = async {
            let mut lent = self.lend().await?;
            match lent.client().simple_query("SELECT 1").await {
                Ok(_) => {
                    lent.give_back();
                    Ok(())
                }
                Err(error) => Err(self.failed("answer", &error)),
            }
        };
        timeout(CONNECTING, asked).await.unwrap_or_else(|_| Err(self.slow(CONNECTING)))
    }

    /// Looks at the schema and leaves it as it is.
    pub(super) async fn inspect(&self) -> Result<Inspected, DatabaseError> {
        let client = self.connected().await?;
        let version = schema::version(&client).await.map_err(|error| self.failed("tell its version", &error))?;
        Ok(Inspected { version, known: schema::KNOWN })
    }

    /// Whether a transaction was committed whose answer was lost, by its number.
    pub(super) async fn outcome(self: &Arc<Self>, doing: &'static str, number: &str) -> Result<(), DatabaseError> {
        let unknown = || DatabaseError::Unknown { at: self.address.shown().to_owned(), doing };
        // Its connections are as dead as the one that it was on.
        self.state().idle.clear();
        let until = Instant::now() + LOOKED_UP_FOR;
        loop {
            let look = async {
                let mut lent = self.lend().await.ok()?;
                let sql = "SELECT pg_xact_status($1::text::xid8)";
                let rows =
                    lent.client().query_typed(sql, &[(&number, tokio_postgres::types::Type::TEXT)]).await.ok()?;
                let status: Option<String> = rows.first()?.try_get(0).ok()?;
                lent.give_back();
                Some(status)
            };
            match tokio::time::timeout_at(until, look).await {
                Ok(Some(Some(status))) if status == "committed" => return Ok(()),
                Ok(Some(Some(status))) if status == "aborted" => return Err(self.is_away("the connection was lost")),
                // Another server has taken over that does not know it, or it is too long ago.
                Ok(Some(None)) | Err(_) => return Err(unknown()),
                Ok(Some(Some(_)) | None) => tokio::time::sleep(BETWEEN_LOOKS).await,
            }
            if Instant::now() >= until {
                return Err(unknown());
            }
        }
    }
}

/// An error in one line, by the server's own words where it has any.
fn reason(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(of_server) => format!("{} (SQLSTATE {})", of_server.message(), of_server.code().code()),
        None => chain(error),
    }
}
