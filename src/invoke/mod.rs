//! How does a call become a correct, safe and complete answer?
//!
//! # Layout
//! - [`draft`]: from what was asked to a checked request; pure

pub mod conditions;
pub mod draft;
