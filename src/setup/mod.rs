//! Is the program set up on this machine, and do its MCP clients start it?
//!
//! # Layout
//! - [`clients`]: where MCP clients keep the servers they start
//! - [`install`]: one server set in a client's file
//! - [`doctor`]: what is wrong with the set-up, and what mends it

pub mod clients;
pub mod doctor;
pub mod install;
pub mod started;
