//! Which database does the configuration name, and may it be spoken to without TLS?

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Connections that one process has at most, where nothing else is set. Each is a process of the server's.
pub const CONNECTIONS: usize = 8;

/// The schemes of such a URL.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The port that a URL means which names none.
const PORT: u16 = 5432;

/// The configured text names no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It is no URL of PostgreSQL. The reason holds nothing of it.
    #[error("the URL of the shared state cannot be read: {reason}; write postgres://USER:PASSWORD@HOST:5432/DATABASE")]
    Form {
        /// What is wrong.
        reason: String,
    },
    /// The environment variable that should hold the URL is not set.
    #[error("the URL of the shared state is to be in the variable {variable}, which is not set; set it")]
    Unset {
        /// Name of the variable.
        variable: String,
    },
    /// The certificate that should tell the server cannot be read.
    #[error("cannot read the certificate {}: {reason}; name a file in PEM form", path.display())]
    Certificate {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Where the database is, and how it is reached.
#[derive(Clone)]
pub struct Address {
    pub(super) config: Config,
    pub(super) connections: usize,
    /// The certificate that has to stand behind the server's; `None` where the system's are trusted.
    pub(super) certificate: Option<PathBuf>,
    shown: Arc<str>,
    secrets: Vec<SecretString>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl Address {
    /// Whether a text is a URL of PostgreSQL by how it begins.
    pub fn is_url(text: &str) -> bool {
        SCHEMES.iter().any(|scheme| text.starts_with(scheme))
    }

    /// Reads a URL as libpq does. `sslmode` is `require` for every host but this machine where the URL does not say it, and a
    /// certificate is always checked.
    ///
    /// # Errors
    /// [`AddressError::Form`]
    pub fn parse(url: &SecretString) -> Result<Self, AddressError> {
        let form = |reason: &str| AddressError::Form { reason: reason.to_owned() };
        let text = url.expose_secret().trim();
        if !Self::is_url(text) {
            return Err(form("it does not begin with postgres://"));
        }
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut certificate, mut says_mode) = (None, false);
        let mut kept: Vec<String> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (name, value) {
                ("sslrootcert", path) => {
                    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
                    certificate = Some(PathBuf::from(path));
                }
                // As libpq: the server's certificate and its name are checked, which is always so here.
                ("sslmode", "verify-ca" | "verify-full") => {
                    says_mode = true;
                    kept.push("sslmode=require".to_owned());
                }
                _ => {
                    says_mode |= name == "sslmode";
                    kept.push(pair.to_owned());
                }
            }
        }
        let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        // What the parser says of a value may quote it.
        let mut config = Config::from_str(&format!("{place}{query}")).map_err(|error| form(&reason(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(form("it names no host"));
        }
        if !says_mode {
            let is_here = config.get_hosts().iter().all(is_this_machine)
                && config.get_hostaddrs().iter().all(IpAddr::is_loopback);
            config.ssl_mode(if is_here { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_application_name().is_none() {
            config.application_name("cw-orchestrator");
        }
        let mut secrets = vec![url.clone()];
        secrets
            .extend(config.get_password().map(|word| SecretString::from(String::from_utf8_lossy(word).into_owned())));
        // As it is written in the URL, where it is encoded.
        let written = place.rsplit_once('@').and_then(|(user, _)| user.rsplit_once("://")?.1.split_once(':'));
        secrets.extend(written.map(|(_, word)| SecretString::from(word.to_owned())));
        let shown = shown(&config).into();
        Ok(Self { config, connections: CONNECTIONS, certificate, shown, secrets })
    }

    /// The same with a certificate that has to stand behind the server's, and so many connections at most.
    #[must_use]
    pub fn with(mut self, certificate: Option<&Path>, connections: Option<usize>) -> Self {
        if let Some(path) = certificate {
            self.certificate = Some(path.to_owned());
        }
        self.connections = connections.unwrap_or(self.connections).max(1);
        self
    }

    /// Host, port and name of the database, for people; nothing of it is secret.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether what is sent can be read on the way: TLS is off, or may be.
    pub fn is_open(&self) -> bool {
        let is_far = self.config.get_hosts().iter().any(|host| !is_this_machine(host));
        is_far && self.config.get_ssl_mode() != SslMode::Require
    }

    /// What nothing may show: the URL, and the password in it.
    pub fn secrets(&self) -> &[SecretString] {
        &self.secrets
    }
}

/// The parser's reason without what it quotes.
fn reason(error: &tokio_postgres::Error) -> String {
    use std::error::Error;
    let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    match cause.split_once('`') {
        Some((before, rest)) if before.starts_with("unknown option") => {
            let name = rest.split('`').next().unwrap_or_default();
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if is_name { format!("`{name}` is no option of it") } else { "it has an unknown option".to_owned() }
        }
        Some((before, rest)) if before.starts_with("invalid value for option") => {
            format!("the value of `{}` is wrong", rest.split('`').next().unwrap_or_default())
        }
        _ => "it is not of the form of a URL".to_owned(),
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn shown(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
    let names = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let names: Vec<String> = names.collect();
    let names = if names.is_empty() { config.get_hostaddrs().iter().map(ToString::to_string).collect() } else { names };
    let places: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("{name}:{}", port(at))).collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("{}/{database}", places.join(","))
}
