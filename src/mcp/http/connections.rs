//! Which connections are open, and which one is closed where there is no room for another?
//!
//! Whoever connects and says nothing costs the others nothing: a connection has a short time for its first request, an address a share
//! of all connections. Where that share or the whole is used up, the connection that is silent for longest is closed.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The open connections and their bounds.
pub(super) struct Connections {
    most: usize,
    /// Most connections of one address. It does not hold for this machine's, where a proxy may stand for many clients.
    most_of_one: usize,
    // std's mutex: never held while anything is awaited.
    open: Mutex<Open>,
    freed: Notify,
}

#[derive(Default)]
struct Open {
    last: u64,
    by_number: HashMap<u64, Connection>,
}

struct Connection {
    from: IpAddr,
    /// Number of requests that are not fully answered.
    busy: usize,
    has_asked: bool,
    silent_since: Instant,
    cut: CancellationToken,
}

/// The place of one connection among all, which is free again once it is dropped.
pub(super) struct Place {
    number: u64,
    connections: Arc<Connections>,
    /// Token that closes the connection in favour of another.
    pub(super) cut: CancellationToken,
}

/// A request that is not fully answered; the connection is silent once all are dropped.
pub(super) struct Busy(Arc<Place>);

impl Connections {
    pub(super) fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, open: Mutex::default(), freed: Notify::new() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_full(&self) -> bool {
        self.open().by_number.len() >= self.most
    }

    /// Waits until another connection can be accepted: there is room, or a silent connection that can be closed.
    pub(super) async fn room(&self) {
        loop {
            {
                let open = self.open();
                if open.by_number.len() < self.most || open.silent_longest(|_| true).is_some() {
                    return;
                }
            }
            self.freed.notified().await;
        }
    }

    /// Gives a place to a connection from an address. `None` where all connections that it may have, or that there may
    /// be, are answering.
    pub(super) fn admit(self: &Arc<Self>, from: IpAddr) -> Option<Arc<Place>> {
        let from = network(from);
        let share = if from.is_loopback() { self.most } else { self.most_of_one };
        let mut open = self.open();
        let of_one = open.by_number.values().filter(|connection| connection.from == from).count();
        let goes = if of_one >= share {
            Some(open.silent_longest(|connection| connection.from == from)?)
        } else if open.by_number.len() >= self.most {
            Some(open.silent_longest(|_| true)?)
        } else {
            None
        };
        if let Some(gone) = goes.and_then(|number| open.by_number.remove(&number)) {
            gone.cut.cancel();
        }
        open.last += 1;
        let (number, cut) = (open.last, CancellationToken::new());
        let connection = Connection { from, busy: 0, has_asked: false, silent_since: Instant::now(), cut: cut.clone() };
        open.by_number.insert(number, connection);
        Some(Arc::new(Place { number, connections: Arc::clone(self), cut }))
    }
}

impl Open {
    /// Finds the connection to close among those without a request under way: first those that never sent one, then
    /// those of the address with most, then the one that is silent for longest.
    fn silent_longest(&self, which: impl Fn(&Connection) -> bool) -> Option<u64> {
        let mut of_address: HashMap<IpAddr, usize> = HashMap::new();
        for connection in self.by_number.values() {
            *of_address.entry(connection.from).or_default() += 1;
        }
        let silent = self.by_number.iter().filter(|(_, connection)| connection.busy == 0 && which(connection));
        let first = silent.min_by_key(|(number, connection)| {
            let siblings = of_address.get(&connection.from).copied().unwrap_or_default();
            (connection.has_asked, Reverse(siblings), connection.silent_since, **number)
        });
        first.map(|(number, _)| *number)
    }
}

impl Place {
    /// Counts a request as under way until the result is dropped.
    pub(super) fn asked(self: &Arc<Self>) -> Busy {
        if let Some(connection) = self.connections.open().by_number.get_mut(&self.number) {
            connection.busy += 1;
            connection.has_asked = true;
        }
        Busy(Arc::clone(self))
    }

    pub(super) fn has_asked(&self) -> bool {
        self.connections.open().by_number.get(&self.number).is_some_and(|connection| connection.has_asked)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let Place { number, connections, .. } = &*self.0;
        if let Some(connection) = connections.open().by_number.get_mut(number) {
            connection.busy = connection.busy.saturating_sub(1);
            connection.silent_since = Instant::now();
        }
        connections.freed.notify_one();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().by_number.remove(&self.number);
        self.connections.freed.notify_one();
    }
}

/// Returns the network that counts as one address: for IPv6 the first 64 bits, since their holder has all addresses in
/// it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn the_silent_one_of_whoever_has_most_goes_and_none_that_is_answered() {
        let connections = Connections::new(4, 3);
        let places: Vec<_> = (0..3).map(|_| connections.admit(from(1)).unwrap()).collect();
        let busy = places[0].asked();
        // The address has used up its share: its own connection that is silent for longest is closed.
        let fourth = connections.admit(from(1)).unwrap();
        assert!(places[1].cut.is_cancelled() && !places[0].cut.is_cancelled() && !places[2].cut.is_cancelled());
        let other = connections.admit(from(2)).unwrap();
        assert!(connections.is_full());
        let third = connections.admit(from(3)).unwrap();
        assert!(places[2].cut.is_cancelled() && !other.cut.is_cancelled());
        // Who asked once stays longer than who never did.
        drop(busy);
        let _busy = (fourth.asked(), other.asked());
        let _fourth = connections.admit(from(4)).unwrap();
        assert!(third.cut.is_cancelled() && !places[0].cut.is_cancelled());
    }

    #[tokio::test]
    async fn where_all_are_answering_the_next_waits_for_one() {
        let connections = Connections::new(2, 1);
        let places = [connections.admit(from(1)).unwrap(), connections.admit(from(2)).unwrap()];
        let mut busy: Vec<Busy> = places.iter().map(Place::asked).collect();
        assert!(connections.admit(from(1)).is_none() && connections.admit(from(3)).is_none());
        let waiting = tokio::spawn({
            let connections = Arc::clone(&connections);
            async move { connections.room().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        busy.pop();
        waiting.await.unwrap();
        assert!(connections.admit(from(3)).is_some() && places[1].cut.is_cancelled());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_this_machine_has_all() {
        let connections = Connections::new(3, 1);
        let first = connections.admit("2001:db8::1".parse().unwrap()).unwrap();
        let _second = connections.admit("2001:db8::2".parse().unwrap()).unwrap();
        assert!(first.cut.is_cancelled());
        let own: Vec<_> =
            ["127.0.0.1", "::1"].map(|address| connections.admit(address.parse().unwrap()).unwrap()).into();
        let _more = connections.admit("127.0.0.1".parse().unwrap());
        assert!(own.iter().filter(|place| place.cut.is_cancelled()).count() <= 1);
    }
}
