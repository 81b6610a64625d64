//! How do several threads use a model of which a session runs one text at a time?
//!
//! A session serves one thread; whoever finds none idle waits, a millisecond as a rule. The first wait has a further session opened
//! in the background, up to a bound: a program with one client never pays for a second.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Sessions that are idle, and how many there are altogether.
pub(super) struct Sessions<S> {
    // std's mutex: held for taking one or giving one back, never while a session runs.
    pool: Mutex<Pool<S>>,
    freed: Condvar,
    most: usize,
}

struct Pool<S> {
    idle: Vec<S>,
    /// Those in use, those idle, and those being opened.
    open: usize,
}

impl<S: Send + 'static> Sessions<S> {
    /// One session, which may become `most`.
    pub(super) fn new(first: S, most: usize) -> Self {
        Self { pool: Mutex::new(Pool { idle: vec![first], open: 1 }), freed: Condvar::new(), most }
    }

    fn pool(&self) -> MutexGuard<'_, Pool<S>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` with a session that nobody else uses. `open` opens another where all are in use; where it cannot, those that are
    /// there go on serving and it is tried again at the next wait.
    pub(super) fn with<R>(
        self: &Arc<Self>,
        open: impl FnOnce() -> Option<S> + Send + 'static,
        work: impl FnOnce(&mut S) -> R,
    ) -> R {
        let mut session = self.take(open);
        // A panic inside a run leaves the session as it was: inputs and outputs belong to the run.
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
        self.give(session);
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn take(self: &Arc<Self>, open: impl FnOnce() -> Option<S> + Send + 'static) -> S {
        let mut pool = self.pool();
        if pool.idle.is_empty() && pool.open < self.most {
            pool.open += 1;
            let sessions = Arc::clone(self);
            std::thread::spawn(move || match open() {
                Some(session) => sessions.give(session),
                None => sessions.pool().open -= 1,
            });
        }
        loop {
            if let Some(session) = pool.idle.pop() {
                return session;
            }
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give(&self, session: S) {
        self.pool().idle.push(session);
        self.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;

    #[test]
    fn no_session_serves_two_and_no_more_are_opened_than_allowed() {
        let sessions = Arc::new(Sessions::new(AtomicUsize::new(0), 2));
        let opened = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let opened = Arc::clone(&opened);
                        let open = move || {
                            opened.fetch_add(1, Ordering::SeqCst);
                            Some(AtomicUsize::new(0))
                        };
                        sessions.with(open, |users| {
                            assert_eq!(users.fetch_add(1, Ordering::SeqCst), 0);
                            std::thread::yield_now();
                            users.fetch_sub(1, Ordering::SeqCst);
                        });
                    }
                });
            }
        });
        assert!(opened.load(Ordering::SeqCst) <= 1);
    }

    #[test]
    fn a_second_is_opened_while_the_first_is_in_use() {
        let sessions = Arc::new(Sessions::new("first", 2));
        let (said, heard) = channel();
        let second = Arc::clone(&sessions);
        sessions.with(
            || None,
            |first| {
                assert_eq!(*first, "first");
                // Would wait for ever if it had to be the first one.
                std::thread::spawn(move || said.send(second.with(|| Some("second"), |session| *session)));
                assert_eq!(heard.recv(), Ok("second"));
            },
        );
    }

    #[test]
    fn where_no_other_can_be_opened_and_where_work_panics_the_first_serves_on() {
        let sessions = Arc::new(Sessions::new(1, 2));
        let panicking = Arc::clone(&sessions);
        let panicked = std::thread::spawn(move || panicking.with(|| None, |_| panic!("in a run"))).join();
        assert!(panicked.is_err());
        assert_eq!(sessions.with(|| None, |session| *session), 1);
    }
}
