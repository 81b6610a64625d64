//! How does a call become a correct, safe and complete answer?
//!
//! # Layout
//! - [`draft`]: from what was asked to a checked request; pure
//! - [`client`]: from a checked request to the API's answer, or to an error that says what to do next

pub mod client;
pub mod draft;
pub mod invoker;
pub mod paging;
pub mod stored;
mod token;

pub use consent::Writes;
pub use invoker::{Caller, Consent, InvokeError, InvokeOptions, Invoker, Later, Order, Outcome};
