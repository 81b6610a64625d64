//! What does ConnectWise's API ask for that no manifest states?
//!
//! # Layout
//! - [`conditions`]: the grammar of its filters; pure
//! - [`rules`]: what it refuses or ignores of a request; pure
//! - [`long`]: a query too long for a URL, sent as a search
//! - `advice`: what looks wrong in its settings

pub(super) mod advice;
pub mod conditions;
pub mod long;
pub mod rules;
