//! May a request be sent again, and when?
//!
//! A read may always be. A write is repeated only where it surely was not processed: the connection never came about,
//! or the API said 429 before looking at it. ConnectWise has neither idempotency keys nor ETags, so a write that may
//! have arrived is the caller's to look into.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::failure::CallError;

/// The longest `Retry-After` that is waited for; beyond it whoever asked is told how long to wait. An MCP client has
/// given up by then.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Whether and when an attempt may be followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// One more time: what took too long once will likely do so again, and each attempt costs the whole timeout.
    Once,
    /// After a growing, jittered pause.
    Backoff,
    /// After what the API asked for.
    After(Duration),
}

/// An attempt that failed.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) error: CallError,
    pub(super) again: Again,
}

impl Fault {
    /// A failure that no repetition mends.
    pub(super) fn last(error: impl Into<CallError>) -> Self {
        Self { error: error.into(), again: Again::Never }
    }

    /// A failure after which a read may be repeated and a write may not.
    pub(super) fn unless_write(error: CallError, read: bool, again: Again) -> Self {
        Self { error, again: if read { again } else { Again::Never } }
    }
}

/// Whether a request that was answered with this status may be repeated.
pub(super) fn after_status(status: StatusCode, read: bool, retry_after: Option<Duration>) -> Again {
    let repeatable = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::INTERNAL_SERVER_ERROR
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => read,
        _ => false,
    };
    match retry_after {
        _ if !repeatable => Again::Never,
        Some(wait) if wait > LONGEST_WAIT => Again::Never,
        Some(wait) => Again::After(wait),
        None => Again::Backoff,
    }
}

/// `Retry-After` in seconds or as an HTTP date (RFC 9110 section 10.2.3); what is neither, is nothing.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let when = httpdate::parse_http_date(value).ok()?;
    Some(when.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses() {
        let wait = |seconds| Some(Duration::from_secs(seconds));
        let cases = [
            (429, true, None, Again::Backoff),
            (429, false, wait(3), Again::After(Duration::from_secs(3))),
            (429, true, wait(61), Again::Never),
            (503, true, wait(60), Again::After(LONGEST_WAIT)),
            (503, false, wait(1), Again::Never),
            (500, true, None, Again::Backoff),
            (500, false, None, Again::Never),
            (501, true, None, Again::Never),
            (404, true, None, Again::Never),
            (408, false, None, Again::Never),
        ];
        for (status, read, wait, expected) in cases {
            assert_eq!(after_status(StatusCode::from_u16(status).unwrap(), read, wait), expected, "{status} {read}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let cases = [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("99999999999999999999999", None),
        ];
        for (value, expected) in cases {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
        }
    }
}
