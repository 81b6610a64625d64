//! The client against servers on this machine.

mod access;
mod discovery;
mod download;
mod faults;
mod messages;
mod redirects;
mod retries;
mod secrets;
mod sending;
mod server;

use std::time::Duration;

use super::{ApiAccess, ApiClient, CallError, ClientOptions};
use crate::invoke::connectwise::ConnectWiseCredentials;
use crate::invoke::draft::{Accept, Body, Draft, Query};
use crate::invoke::risk::Risk;
use crate::openapi::Method;

pub const PUBLIC: &str = "pubCANARY7f3a";
pub const PRIVATE: &str = "privCANARY91bc";
pub const CLIENT_ID: &str = "01234567-89ab-cdef-0123-456789abcdef";

pub fn settings(url: &str) -> ConnectWiseCredentials {
    ConnectWiseCredentials {
        url: url.to_owned(),
        company_id: "acme".to_owned(),
        public_key: PUBLIC.into(),
        private_key: PRIVATE.into(),
        auth_prefix: None,
        client_id: Some(CLIENT_ID.to_owned()),
        user_type: None,
        version: "2019.1".to_owned(),
    }
}

pub fn connectwise(url: &str) -> ApiAccess {
    crate::invoke::connectwise::access(&settings(url)).unwrap()
}

/// Pauses of a millisecond, and a timeout that a test can wait for.
pub fn options() -> ClientOptions {
    ClientOptions { backoff: Duration::from_millis(1), timeout: Duration::from_secs(5), ..ClientOptions::default() }
}

pub fn client() -> ApiClient {
    ApiClient::new(options()).unwrap()
}

pub fn draft(method: Method, path: &str) -> Draft {
    Draft {
        method,
        path: path.to_owned(),
        query: Query::default(),
        headers: Vec::new(),
        body: None,
        accept: Accept::Json,
        notes: Vec::new(),
        doubts: Vec::new(),
        risk: Risk::of_method(method),
    }
}

pub fn get() -> Draft {
    draft(Method::Get, "/service/tickets")
}

pub fn post() -> Draft {
    Draft { body: Some(Body::Json(serde_json::json!({"summary": "x"}))), ..draft(Method::Post, "/service/tickets") }
}

pub fn download_draft() -> Draft {
    Draft { accept: Accept::Binary, ..draft(Method::Get, "/system/documents/7/download") }
}

/// An error's text with the port, which differs between runs, as `PORT`.
pub fn said(error: &CallError, port: u16) -> String {
    error.to_string().replace(&format!(":{port}"), ":PORT")
}
