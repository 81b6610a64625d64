//! How does a call become a correct, safe and complete answer?
//!
//! # Layout
//! - [`draft`]: from what was asked to a checked request; pure
//! - [`client`]: from a checked request to the API's answer, or to an error that says what to do next

pub mod client;
pub mod draft;
