//! Does ConnectWise's API answer, and does it know who asks? The only check that opens connections.

use std::time::{Duration, SystemTime};

use super::{Area, Finding, Grade};
use crate::invoke::client::{ApiClient, CallError, ClientOptions, Reply};
use crate::invoke::connectwise;
use crate::invoke::draft::Draft;
use crate::service::Service;

/// A path that every member may read, whatever its security role, and that changes nothing.
const HARMLESS: &str = "/system/info";

/// Largest difference of clocks that certificates and tokens bear: the tolerance of Kerberos and of most servers.
const MOST_SKEW: Duration = Duration::from_secs(300);

/// Asks the site for the company, without credentials, then the API for its version, with them. Each is asked once.
pub(super) async fn check(service: &Service) -> Vec<Finding> {
    let calls = service.calls();
    let access = match calls.connectwise.as_ref().map(connectwise::access) {
        Some(Ok(access)) => access,
        None | Some(Err(_)) => {
            let detail = "ConnectWise was not asked: its settings are not complete";
            let cure = "follow the advice on credentials and host, and check again";
            return vec![Finding::bad(Area::Online, Grade::Note, "api", detail, cure)];
        }
    };
    let client = match ApiClient::new(asked_once(&calls.client)) {
        Ok(client) => client,
        Err(error) => return vec![failed("api", error)],
    };
    let mut findings = Vec::new();
    match client.locate(&access).await {
        Ok(located) => {
            if let Some(info) = located.info {
                let version = info.version.as_deref().unwrap_or("unknown");
                let detail = format!("the API is at {}, its version is {version}", info.base_url);
                findings.push(Finding::ok(Area::Online, "companyinfo", detail));
            }
        }
        Err(error) => return vec![failed("companyinfo", error)],
    }
    let question = Draft::reading(HARMLESS.to_owned());
    match client.send(&access, &question).await {
        Ok(reply) => {
            let ms = reply.elapsed.as_millis();
            findings.push(Finding::ok(Area::Online, "api", format!("GET {HARMLESS} was answered in {ms} ms")));
            findings.extend(clock(&reply, SystemTime::now()));
        }
        Err(error) => findings.push(failed("api", error)),
    }
    findings
}

/// How each is asked: as calls are, within the time that is configured for them, but not again.
fn asked_once(calls: &ClientOptions) -> ClientOptions {
    ClientOptions { attempts: 1, ..calls.clone() }
}

fn failed(name: &str, error: CallError) -> Finding {
    if let CallError::Status(mut failure) = error {
        let mut advice = std::mem::take(&mut failure.advice).into_iter();
        let cure = advice.next().unwrap_or_else(|| "try again later".to_owned());
        return Finding::bad(Area::Online, Grade::Fault, name, failure.to_string(), cure);
    }
    let cure = match &error {
        CallError::Timeout { .. } => "see whether this machine reaches the host, or raise `timeout_s` in config.toml",
        _ => "correct CONNECTWISE_API_URL",
    };
    Finding::of_text(Area::Online, Grade::Fault, name, &crate::error::chain(&error), cure)
}

/// Compares this machine's clock with the server's.
fn clock(reply: &Reply, now: SystemTime) -> Option<Finding> {
    let theirs = httpdate::parse_http_date(reply.headers.date.as_deref()?).ok()?;
    let (skew, way) = match now.duration_since(theirs) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    // `Date` counts in seconds, and the answer was under way for a while.
    let seconds = skew.as_secs();
    if skew <= MOST_SKEW {
        return Some(Finding::ok(Area::Online, "clock", format!("{seconds} s {way} the server's")));
    }
    let detail = format!("this machine's clock is {seconds} s {way} the server's");
    Some(Finding::bad(Area::Online, Grade::Warning, "clock", detail, "let the system set its clock by NTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_waits_as_long_as_a_call() {
        for seconds in [5, 60, 300] {
            let calls =
                ClientOptions { timeout: Duration::from_secs(seconds), attempts: 4, ..ClientOptions::default() };
            let asked = asked_once(&calls);
            assert_eq!((asked.timeout, asked.attempts), (calls.timeout, 1));
        }
    }
}
