//! `cw-orchestrator` finds the REST operation that a sentence asks for, offline, and serves the answer over MCP and the
//! command line.
//!
//! # Layout
//!
//! Each module answers one question and imports only from those before it in this list:
//!
//! - `text_file`: what text do bytes hold, whatever program wrote them?
//! - [`openapi`]: manifest bytes, what operations are in them? [`sqlite`]: how is a database file opened?
//!   `parallel`: how is work shared out over the cores? `causes`: what led to an error? `canonical`: when do two JSON
//!   values say the same? `clock`: what time is it? `escape`: how is text shown that could deceive its reader?
//!   [`surface`]: how does each surface name what a caller gives? `spelling`: how alike are two names? `regular_file`: how is a file read that somebody names?
//!   [`settings_file`]: how is a setting named? `private`: how are files made that others must not read?
//!   [`redact`]: in which forms may a known secret stand in a text?
//! - [`document`]: what text stands for an operation? [`jq`]: what does a jq filter make of JSON, within bounds?
//!   [`postgres`]: how is the database reached that replicas share?
//! - [`embed`]: what vector stands for a text? [`index`]: which vectors are nearest?
//! - [`store`]: here is a number, a path or some words: which operations? [`memory`]: which calls are worth making again?
//!   [`journal`]: which changes were made, and what did they replace?
//! - [`generation`]: which published build is current, and is it sound?
//! - [`build`]: how does a manifest become a generation? [`search`]: which operations answer a request, and why?
//!   [`invoke`]: how does a call become a correct, safe and complete answer?
//! - [`eval`]: how often is the right one found?
//! - [`error`], [`service`]: everything the product can be asked, whoever asks. [`setup`]: is this machine set up to ask it?
//! - [`config`]: what did the user choose? [`logs`]: what is written down of what the program does?
//! - [`web`]: how do people look who do not live in a terminal?
//! - [`mcp`], [`cli`]: the edges.

#![warn(missing_docs)]

pub mod build;
mod canonical;
mod causes;
pub mod cli;
mod clock;
pub mod config;
pub mod document;
pub mod embed;
pub mod error;
mod escape;
pub mod eval;
pub mod generation;
pub mod index;
pub mod invoke;
pub mod journal;
pub mod jq;
pub mod learned;
pub mod logs;
pub mod mcp;
pub mod memory;
pub mod oauth;
pub mod openapi;
mod parallel;
mod parts;
pub mod postgres;
mod private;
pub mod redact;
mod regular_file;
pub mod search;
pub mod service;
pub mod settings_file;
pub mod setup;
mod spelling;
pub mod sqlite;
pub mod store;
pub mod surface;
mod text_file;
pub mod web;

pub use error::Error;
pub use service::{Service, ServiceOptions};
