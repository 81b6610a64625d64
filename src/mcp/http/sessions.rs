//! Whose is a session, and which one ends where its owner begins too many?

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::principal::Principal;

/// Most sessions at once: ten conversations for each of a hundred people. Sessions that are left behind end by their
/// silence.
pub(super) const MOST: usize = 1_000;

/// Least share of the sessions, however many owners there are.
const LEAST_SHARE: usize = 10;

/// The owner of a share of the sessions: a token, or an address where there are no tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    pub(super) principal: Principal,
    pub(super) address: Option<IpAddr>,
}

impl Owner {
    pub(super) fn new(principal: Principal, from: IpAddr) -> Self {
        let address = principal.account().is_none().then(|| from.to_canonical());
        Self { principal, address }
    }

    /// Whether both take of one share: all who bring keys along under one token do.
    fn shares_with(&self, other: &Self) -> bool {
        self.principal.account() == other.principal.account() && self.address == other.address
    }
}

struct Session {
    owner: Owner,
    last_use: Instant,
    /// Protocol version that its client asked for.
    version: Option<String>,
    /// Ids, as JSON, of the requests that are not answered yet.
    under_way: HashSet<String>,
}

/// The owners and requests of the sessions, which the protocol does not keep.
pub(super) struct Sessions {
    share: usize,
    // std's mutex: never held while anything is awaited.
    known: Mutex<HashMap<String, Session>>,
    /// Held while a session begins, so that no two take the last place.
    pub(super) beginning: tokio::sync::Mutex<()>,
}

/// The condition for another session to begin.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Room {
    There,
    /// It may begin once the session with this id has ended.
    After(String),
    /// It may not begin.
    None,
}

impl Sessions {
    /// Makes the sessions of a server with this number of tokens. Owners share all sessions equally, but for
    /// [`LEAST_SHARE`].
    pub(super) fn new(tokens: usize) -> Self {
        let owners = if tokens == 0 { 4 } else { tokens };
        Self {
            share: (MOST / owners).max(LEAST_SHARE),
            known: Mutex::default(),
            beginning: tokio::sync::Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether an owner has room for another session. Sessions that have ended are forgotten first.
    pub(super) fn room(&self, owner: &Owner, is_live: impl Fn(&str) -> bool) -> Room {
        let mut known = self.known();
        known.retain(|session, _| is_live(session));
        let own = || known.iter().filter(|(_, session)| session.owner.shares_with(owner));
        if own().count() < self.share && known.len() < MOST {
            return Room::There;
        }
        let idle_longest = own().min_by_key(|(_, session)| (!session.under_way.is_empty(), session.last_use));
        idle_longest.map_or(Room::None, |(name, _)| Room::After(name.clone()))
    }

    /// Registers a session with its owner.
    pub(super) fn began(&self, name: &str, owner: Owner, version: Option<String>) {
        let session = Session { owner, last_use: Instant::now(), version, under_way: HashSet::new() };
        self.known().insert(name.to_owned(), session);
    }

    pub(super) fn forget(&self, name: &str) {
        self.known().remove(name);
    }

    /// Marks a session as used. Returns `false` where another principal began it: a session's id is a secret of one
    /// client.
    pub(super) fn is_used_by(&self, name: &str, principal: &Principal) -> bool {
        let mut known = self.known();
        let Some(session) = known.get_mut(name) else { return true };
        let is_own = session.owner.principal == *principal;
        if is_own {
            session.last_use = Instant::now();
        }
        is_own
    }

    /// Returns the protocol version that a session's client asked for.
    pub(super) fn version(&self, name: &str) -> Option<String> {
        self.known().get(name)?.version.clone()
    }

    /// Registers a request of a session until the result is dropped; `None` where a request with its id is under way.
    pub(super) fn begin(self: &Arc<Self>, name: &str, id: String) -> Option<UnderWay> {
        if let Some(session) = self.known().get_mut(name)
            && !session.under_way.insert(id.clone())
        {
            return None;
        }
        Some(UnderWay { sessions: Arc::clone(self), name: name.to_owned(), id })
    }
}

/// A request that is not answered yet.
pub(super) struct UnderWay {
    sessions: Arc<Sessions>,
    name: String,
    id: String,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(session) = self.sessions.known().get_mut(&self.name) {
            session.under_way.remove(&self.id);
            session.last_use = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: Option<&str>, last: u8) -> Owner {
        Owner::new(Principal(name.map(Into::into)), IpAddr::from([127, 0, 0, last]))
    }

    #[test]
    fn at_its_share_an_owner_loses_its_own_idle_session_and_nobody_elses() {
        let sessions = Sessions::new(10);
        sessions.began("of another", owner(Some("bob"), 1), None);
        // A token is one owner at every address.
        for number in 0..100 {
            assert_eq!(sessions.room(&owner(Some("alice"), 1), |_| true), Room::There);
            sessions.began(&number.to_string(), owner(Some("alice"), number), None);
        }
        assert!(sessions.is_used_by("0", &Principal(Some("alice".into()))));
        assert!(!sessions.is_used_by("1", &Principal(Some("bob".into()))));
        assert_eq!(sessions.room(&owner(Some("alice"), 1), |_| true), Room::After("1".to_owned()));
        assert_eq!(sessions.room(&owner(Some("bob"), 1), |_| true), Room::There);
        // What has ended takes no room.
        assert_eq!(sessions.room(&owner(Some("alice"), 1), |name| name != "7"), Room::There);
    }

    #[test]
    fn without_tokens_each_address_has_its_share() {
        let sessions = Sessions::new(0);
        for number in 0..MOST {
            let address = u8::try_from(number / 250).unwrap();
            assert_eq!(sessions.room(&owner(None, address), |_| true), Room::There);
            sessions.began(&number.to_string(), owner(None, address), None);
        }
        assert_eq!(sessions.room(&owner(None, 0), |_| true), Room::After("0".to_owned()));
        assert_eq!(sessions.room(&owner(None, 9), |_| true), Room::None);
    }

    #[test]
    fn whoever_brings_keys_along_has_sessions_of_its_own_and_the_share_of_its_token() {
        let sessions = Sessions::new(1_000);
        let with_keys = |digit: &str| Principal::with_keys(Some("alice"), &digit.repeat(32));
        let owner = |principal| Owner::new(principal, IpAddr::from([127, 0, 0, 1]));
        for number in 0..LEAST_SHARE {
            sessions.began(&number.to_string(), owner(with_keys(&number.to_string())), None);
        }
        assert!(sessions.is_used_by("1", &with_keys("1")) && !sessions.is_used_by("1", &with_keys("2")));
        assert!(!sessions.is_used_by("1", &Principal(Some("alice".into()))));
        assert_eq!(sessions.room(&owner(with_keys("a")), |_| true), Room::After("0".to_owned()));
        assert_eq!(sessions.room(&owner(Principal(Some("bob".into()))), |_| true), Room::There);
    }

    #[test]
    fn a_request_under_way_keeps_its_id_and_its_session() {
        let sessions = Arc::new(Sessions::new(1_000));
        for number in 0..LEAST_SHARE {
            sessions.began(&number.to_string(), owner(Some("a"), 1), None);
        }
        let first = sessions.begin("0", "7".to_owned()).unwrap();
        assert!(sessions.begin("0", "7".to_owned()).is_none());
        assert!(sessions.begin("0", "\"7\"".to_owned()).is_some() && sessions.begin("1", "7".to_owned()).is_some());
        assert_ne!(sessions.room(&owner(Some("a"), 1), |_| true), Room::After("0".to_owned()));
        drop(first);
        assert!(sessions.begin("0", "7".to_owned()).is_some());
    }
}
