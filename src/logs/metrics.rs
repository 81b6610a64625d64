//! How much does the program do, and how does it end? Numbers for Prometheus, counted from the events that it logs, so that nothing is
//! told in two places.
//!
//! A label is one of few words of the program's own: no part of a call's content, no path and no name of a person is one.

use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Media type of what [`text`] gives.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper ends of the classes of durations, in seconds: a search takes a millisecond, an API's answer up to a minute.
const DURATIONS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];

/// Letters of the longest word that is a label.
const LONGEST_LABEL: usize = 48;

/// Sets of labels that a metric has at most; what comes later counts as `other`.
const MOST_SETS: usize = 200;

/// Names of labels with their values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Labels(Vec<(&'static str, String)>);

impl EncodeLabelSet for Labels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>().encode(encoder)
    }
}

type Counters = Family<Labels, Counter>;
type Durations = Family<Labels, Histogram, fn() -> Histogram>;

struct Metrics {
    registry: Registry,
    tools: Counters,
    tool_times: Durations,
    requests: Counters,
    request_times: Durations,
    retries: Counter,
    pages: Counters,
    refused: Counters,
    consents: Counters,
    memory: Counters,
    rate_waits: Counter,
    rate_wait: Counter<f64, AtomicU64>,
    embeddings: Counters,
    index_age: Gauge,
    operations: Gauge,
    sessions: Gauge,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// What is known of the server when it is asked for its numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Seconds since the index was built.
    pub index_age_s: u64,
    /// Operations in the index.
    pub operations: u64,
    /// Sessions that are open.
    pub sessions: u64,
}

/// All numbers in the form of OpenMetrics, which Prometheus reads.
pub fn text(now: Now) -> String {
    let as_gauge = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    METRICS.index_age.set(as_gauge(now.index_age_s));
    METRICS.operations.set(as_gauge(now.operations));
    METRICS.sessions.set(as_gauge(now.sessions));
    let mut text = String::new();
    // A string takes whatever is written.
    let _ = encode(&mut text, &METRICS.registry);
    text
}

impl Metrics {
    fn new() -> Self {
        let durations: fn() -> Durations = || Family::new_with_constructor(|| Histogram::new(DURATIONS));
        let mut metrics = Self {
            registry: Registry::with_prefix("cw_orchestrator"),
            tools: Family::default(),
            tool_times: durations(),
            requests: Family::default(),
            request_times: durations(),
            retries: Counter::default(),
            pages: Family::default(),
            refused: Family::default(),
            consents: Family::default(),
            memory: Family::default(),
            rate_waits: Counter::default(),
            rate_wait: Counter::default(),
            embeddings: Family::default(),
            index_age: Gauge::default(),
            operations: Gauge::default(),
            sessions: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("tool_calls", "MCP tool calls by tool and outcome", metrics.tools.clone());
        let help = "Time that MCP tool calls took";
        registry.register_with_unit("tool_call_duration", help, Unit::Seconds, metrics.tool_times.clone());
        registry.register("api_requests", "Requests to APIs by method and status, or fault", metrics.requests.clone());
        let help = "Time until an API's answer began";
        registry.register_with_unit("api_request_duration", help, Unit::Seconds, metrics.request_times.clone());
        registry.register("api_retries", "Requests to APIs that were made again", metrics.retries.clone());
        registry.register("page_requests", "Requests of the page by route and status", metrics.pages.clone());
        registry.register("refused_requests", "HTTP requests that were refused, by status", metrics.refused.clone());
        registry.register("consents", "Decisions on writes, and what users said", metrics.consents.clone());
        registry.register("memory", "What fast memory had for searches and calls", metrics.memory.clone());
        let help = "Requests to APIs that waited, so that the rate stays within its budget";
        registry.register("api_rate_waits", help, metrics.rate_waits.clone());
        let help = "Time that requests to APIs waited for the rate";
        registry.register_with_unit("api_rate_wait", help, Unit::Seconds, metrics.rate_wait.clone());
        let help = "Requests whose vector was known, or was made";
        registry.register("embeddings", help, metrics.embeddings.clone());
        let help = "Time since the index was built";
        registry.register_with_unit("index_age", help, Unit::Seconds, metrics.index_age.clone());
        registry.register("index_operations", "Operations in the index", metrics.operations.clone());
        registry.register("sessions", "Sessions that are open", metrics.sessions.clone());
        metrics
    }

    fn count(&self, seen: &Seen) {
        let seconds = seen.ms.map(|ms| ms / 1e3);
        match seen.message.as_str() {
            "tool" => {
                let tool = seen.word("tool");
                add(&self.tools, vec![("tool", tool.clone()), ("outcome", seen.word("outcome"))]);
                observe(&self.tool_times, vec![("tool", tool)], seconds);
            }
            "attempt" => {
                let method = seen.word("method");
                let ended =
                    if seen.has("status") { ("status", seen.word("status")) } else { ("fault", seen.word("fault")) };
                add(&self.requests, vec![("method", method.clone()), ended]);
                observe(&self.request_times, vec![("method", method)], seconds);
                if seen.number("attempt").is_some_and(|attempt| attempt > 1) {
                    self.retries.inc();
                }
            }
            "page" => add(&self.pages, vec![("route", seen.word("route")), ("status", seen.word("status"))]),
            "a request was refused" => add(&self.refused, vec![("status", seen.word("status"))]),
            "consent" => add(&self.consents, vec![("outcome", seen.word("outcome"))]),
            "memory" => add(&self.memory, vec![("of", seen.word("of")), ("outcome", seen.word("outcome"))]),
            "embedding" => add(&self.embeddings, vec![("outcome", seen.word("outcome"))]),
            "waited for the rate" => {
                self.rate_waits.inc();
                self.rate_wait.inc_by(seconds.unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// Counts one more of a set of labels.
fn add(counters: &Counters, labels: Vec<(&'static str, String)>) {
    counters.get_or_create(&bounded(labels, |labels| counters.get(labels).is_some())).inc();
}

fn observe(durations: &Durations, labels: Vec<(&'static str, String)>, seconds: Option<f64>) {
    if let Some(seconds) = seconds {
        durations.get_or_create(&bounded(labels, |labels| durations.get(labels).is_some())).observe(seconds);
    }
}

/// The labels, where there are not too many sets already: whoever calls tools that are not there must not fill the memory.
fn bounded(labels: Vec<(&'static str, String)>, is_known: impl Fn(&Labels) -> bool) -> Labels {
    static SETS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    use std::sync::atomic::Ordering::Relaxed;
    let labels = Labels(labels);
    if is_known(&labels) || SETS.fetch_add(1, Relaxed) < MOST_SETS {
        return labels;
    }
    Labels(labels.0.into_iter().map(|(name, _)| (name, "other".to_owned())).collect())
}

/// The fields of an event.
#[derive(Default)]
struct Seen {
    message: String,
    fields: Vec<(&'static str, String)>,
    ms: Option<f64>,
}

impl Seen {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }

    /// A field as a label: a word of letters, digits and marks between them, or else `other`.
    fn word(&self, name: &str) -> String {
        let word = self.field(name).unwrap_or_default();
        let is_word = !word.is_empty()
            && word.len() <= LONGEST_LABEL
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if is_word { word.to_owned() } else { "other".to_owned() }
    }
}

impl Visit for Seen {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "ms" {
            self.ms = Some(value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record(field, format!("{value:?}"));
    }
}

impl Seen {
    fn record(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.message = value,
            name => self.fields.push((name, value)),
        }
    }
}

/// Counts what is logged.
pub(super) struct Counting;

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut seen = Seen::default();
        event.record(&mut seen);
        METRICS.count(&seen);
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn what_is_logged_is_counted_and_no_label_is_a_callers_text() {
        let subscriber = tracing_subscriber::registry().with(Counting);
        tracing::subscriber::with_default(subscriber, || {
            for (tool, outcome) in
                [("undo", "done"), ("undo", "done"), ("undo", "failed"), ("no such tool\n", "refused")]
            {
                tracing::info!(client = "alice #1", tool, outcome, ms = 2.0, "tool");
            }
            let (status, fault) = (Some(503_u16), None::<&str>);
            tracing::debug!(method = %"GET", host = "h", path = "/secret", attempt = 2_u32, status, fault, ms = 7.0, "attempt");
            let (status, fault) = (None::<u16>, Some("timeout"));
            tracing::debug!(method = %"GET", host = "h", path = "/secret", attempt = 1_u32, status, fault, ms = 7.0, "attempt");
            tracing::info!(route = %"search", status = 200_u16, "page");
            tracing::info!(operations = 5, "index built");
            tracing::debug!(outcome = "previewed", "consent");
            tracing::debug!(of = "search", outcome = "offered", "memory");
            tracing::debug!(outcome = "hit", "embedding");
            tracing::debug!(ms = 500.0, "waited for the rate");
        });
        let text = text(Now { index_age_s: 60, operations: 2_812, sessions: 3 });
        for line in [
            r#"cw_orchestrator_tool_calls_total{tool="undo",outcome="done"} 2"#,
            r#"cw_orchestrator_tool_calls_total{tool="undo",outcome="failed"} 1"#,
            r#"cw_orchestrator_tool_calls_total{tool="other",outcome="refused"} 1"#,
            r#"cw_orchestrator_tool_call_duration_seconds_bucket{le="0.0025",tool="undo"} 3"#,
            r#"cw_orchestrator_api_requests_total{method="GET",status="503"} 1"#,
            r#"cw_orchestrator_api_requests_total{method="GET",fault="timeout"} 1"#,
            "cw_orchestrator_api_retries_total 1",
            r#"cw_orchestrator_page_requests_total{route="search",status="200"} 1"#,
            r#"cw_orchestrator_consents_total{outcome="previewed"} 1"#,
            r#"cw_orchestrator_memory_total{of="search",outcome="offered"} 1"#,
            r#"cw_orchestrator_embeddings_total{outcome="hit"} 1"#,
            "cw_orchestrator_api_rate_waits_total 1",
            "cw_orchestrator_api_rate_wait_seconds_total 0.5",
            "cw_orchestrator_index_age_seconds 60",
            "cw_orchestrator_sessions 3",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        assert!(!text.contains("alice") && !text.contains("secret") && text.ends_with("# EOF\n"), "{text}");
    }
}
