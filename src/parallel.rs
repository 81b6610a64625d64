//! How is work shared out over the processor's cores, with the result in order?
//!
//! Knows nothing of the work. A result depends on its input alone, so it is the same on any number of cores.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// The cores this process may use; at least 1.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Applies `work` to each item and returns the results in order. Every thread takes neighbouring items, at least `least` of them,
/// and has a state of its own for what is worth remembering between neighbours.
pub(crate) fn map<T: Sync, R: Send, S>(
    items: &[T],
    least: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let part = |items: &[T]| -> Vec<R> {
        let mut state = state();
        items.iter().map(|item| work(&mut state, item)).collect()
    };
    let threads = cores().min(items.len() / least.max(1)).max(1);
    let mut parts = items.chunks(items.len().div_ceil(threads).max(1));
    let first = parts.next().unwrap_or(&[]);
    thread::scope(|scope| {
        let part = &part;
        let others: Vec<_> = parts.map(|items| scope.spawn(move || part(items))).collect();
        let mut results = part(first);
        for other in others {
            match other.join() {
                Ok(part) => results.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}

/// Applies `work` to each item and hands the results to `take` in order, while the next items are being worked on: one on each core
/// and one that waits, so memory is bounded however many items there are. Ends early where `take` fails.
///
/// # Errors
/// That of `take`.
pub(crate) fn in_turn<T: Send, R: Send, E>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let count = items.len();
    let threads = cores().min(count).max(1);
    let mut shares: Vec<Vec<T>> = (0..threads).map(|_| Vec::new()).collect();
    for (at, item) in items.into_iter().enumerate() {
        shares[at % threads].push(item);
    }
    thread::scope(|scope| {
        let work = &work;
        let lanes: Vec<Receiver<R>> = shares
            .into_iter()
            .map(|share| {
                let (sender, receiver) = sync_channel(1);
                scope.spawn(move || {
                    for item in share {
                        // Nobody receives any more where `take` failed.
                        if sender.send(work(item)).is_err() {
                            break;
                        }
                    }
                });
                receiver
            })
            .collect();
        for at in 0..count {
            // A lane ends early by a panic only, which the scope passes on.
            let Ok(result) = lanes[at % threads].recv() else { break };
            take(result)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_the_number_of_items() {
        for count in [0, 1, 2, 7, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(&items, 1, || (), |(), item| item * 2), doubled);
            let mut taken = Vec::new();
            let all = in_turn(
                items,
                |item| item * 2,
                |item| {
                    taken.push(item);
                    Ok::<(), ()>(())
                },
            );
            assert_eq!((all, taken), (Ok(()), doubled));
        }
    }

    #[test]
    fn the_first_failure_ends_the_work() {
        let worked = std::sync::atomic::AtomicUsize::new(0);
        let work = |item: usize| {
            worked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            item
        };
        let ended = in_turn((0..10_000).collect(), work, |item| if item == 5 { Err(item) } else { Ok(()) });
        assert_eq!(ended, Err(5));
        assert!(worked.into_inner() < 9_000);
    }
}
