//! `serve`: the MCP server. `ui`: the same on this machine alone, for its page.

use std::io::{IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::{Context, Failure, NoBuild, Outcome, doctor, values};
use crate::config::http::HttpSettings;
use crate::invoke::Writes;
use crate::{mcp, web};

/// Default address: this machine alone.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8765);

/// What a person reads who starts the server at a terminal, where no client is.
const WAITING: &str = "\
This is the MCP server. It waits on standard input for the messages of a client (JSON, one a line), and answers on standard output.
A client starts it by itself: `cw-orchestrator install --client claude` writes it into the client's settings.
For clients over HTTP: `cw-orchestrator serve --transport http`. End with Ctrl-C.";

#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// How clients reach the server
    #[arg(long, value_enum, default_value_t = Transport::Stdio)]
    transport: Transport,
    /// Address and port of --transport http; one that others can reach needs a token [default: 127.0.0.1:8765]
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen)]
    listen: Option<SocketAddr>,
    /// What happens to requests that write [default: ask, or as configured]
    #[arg(long, value_enum)]
    writes: Option<values::Writes>,
    /// Refuse requests that write: the same as --writes deny
    #[arg(long, conflicts_with = "writes")]
    read_only: bool,
    #[command(flatten)]
    no_build: NoBuild,
}

#[derive(Debug, Args)]
pub(super) struct UiArguments {
    /// Port on this machine [default: 8765, or a free one where that is taken]
    #[arg(long)]
    port: Option<u16>,
    /// Print the page's address and open no browser
    #[arg(long)]
    no_open: bool,
    /// What happens to requests that write [default: ask, or as configured]
    #[arg(long, value_enum)]
    writes: Option<values::Writes>,
    /// Refuse requests that write: the same as --writes deny
    #[arg(long, conflicts_with = "writes")]
    read_only: bool,
    #[command(flatten)]
    no_build: NoBuild,
}

impl UiArguments {
    pub(super) fn no_build(&self) -> bool {
        self.no_build.no_build
    }

    pub(super) fn writes(&self) -> Option<Writes> {
        if self.read_only { Some(Writes::Deny) } else { self.writes.map(Writes::from) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Transport {
    /// Standard input and output: one client, which starts the program
    Stdio,
    /// Streamable HTTP at /mcp: many clients, one server
    Http,
}

/// Reads an address to listen at: a port, an address, or both; `localhost` is this machine. The part that is left out is the default's.
fn listen(given: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = given.parse() {
        return Ok(address);
    }
    let (host, port) = match given.rsplit_once(':') {
        // The last part of an IPv6 address is no port.
        Some((host, port)) if !given.ends_with(']') && given.parse::<Ipv6Addr>().is_err() => (host, port),
        _ if given.bytes().all(|byte| byte.is_ascii_digit()) => ("", given),
        _ => (given, ""),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let ip: Option<IpAddr> = match host {
        "" => Some(LISTEN.ip()),
        name if name.eq_ignore_ascii_case("localhost") => Some(LISTEN.ip()),
        address => address.parse().ok(),
    };
    let port: Option<u16> = if port.is_empty() { Some(LISTEN.port()) } else { port.parse().ok() };
    match (ip, port) {
        (Some(ip), Some(port)) if !given.is_empty() => Ok(SocketAddr::new(ip, port)),
        (None, _) => {
            Err("it is no address of this machine; write one such as 127.0.0.1:8765, localhost:8765 or 8765".to_owned())
        }
        _ => Err("it has no port from 0 to 65535; write an address such as 127.0.0.1:8765, localhost:8765 or 8765"
            .to_owned()),
    }
}

/// `--listen` was given for a transport without an address.
#[derive(Debug, thiserror::Error)]
#[error("--listen is for --transport http: add that, or leave --listen out")]
struct ListenWithoutHttp;

impl ServeArguments {
    pub(super) fn no_build(&self) -> bool {
        self.no_build.no_build
    }

    pub(super) fn writes(&self) -> Option<Writes> {
        if self.read_only { Some(Writes::Deny) } else { self.writes.map(Writes::from) }
    }
}

pub(super) fn run(
    context: &Context,
    config_file: PathBuf,
    http: HttpSettings,
    arguments: ServeArguments,
) -> Result<Outcome, Failure> {
    let around = doctor::surroundings(config_file, None, &http);
    let options = match (arguments.transport, arguments.listen) {
        (Transport::Stdio, None) => None,
        (Transport::Stdio, Some(_)) => return Err(ListenWithoutHttp.into()),
        (Transport::Http, listen) => Some(http.options(listen.unwrap_or(LISTEN))?),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if options.is_none() && !context.quiet && std::io::stdin().is_terminal() {
        writeln!(std::io::stderr(), "{WAITING}")?;
    }
    context.service.open_in_background();
    let service = context.service.clone();
    match options {
        None => runtime.block_on(mcp::serve_stdio(service))?,
        Some(options) => {
            let entry = match (&options.oauth, options.tokens.is_empty()) {
                (Some(oauth), true) => Entry::Issuer(oauth.named().to_owned()),
                (None, true) => Entry::Open,
                (_, false) => Entry::Token,
            };
            let announce = |address| announce(context, address, &entry);
            runtime.block_on(mcp::serve_http(service, options, around, announce))?
        }
    }
    // A build that still runs in the background must not keep the process: what it staged is removed by the next one.
    runtime.shutdown_background();
    Ok(Outcome::Done)
}

pub(super) fn ui(
    context: &Context,
    config_file: PathBuf,
    http: HttpSettings,
    arguments: UiArguments,
) -> Result<Outcome, Failure> {
    let port = arguments.port.unwrap_or_else(|| {
        let is_free = std::net::TcpListener::bind(LISTEN).is_ok();
        if is_free { LISTEN.port() } else { 0 }
    });
    let around = doctor::surroundings(config_file, None, &http);
    let options = http.options(SocketAddr::new(LISTEN.ip(), port))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    context.service.open_in_background();
    let announce = |address| {
        let url = format!("http://{address}{}", web::PAGE);
        if context.json {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{}", serde_json::json!({ "page": url }))?;
            out.flush()?;
        }
        if !context.quiet {
            writeln!(std::io::stderr(), "the page is at {url}; end with Ctrl-C")?;
        }
        if !arguments.no_open
            && let Err(error) = open::that_detached(&url)
        {
            writeln!(std::io::stderr(), "cw-orchestrator: no browser could be started ({error}); open {url} in one")?;
        }
        Ok(())
    };
    runtime.block_on(mcp::serve_http(context.service.clone(), options, around, announce))?;
    runtime.shutdown_background();
    Ok(Outcome::Done)
}

/// What lets clients in.
enum Entry {
    /// They need nothing.
    Open,
    /// A token of the configuration.
    Token,
    /// An access token, which clients get of the issuer that the server at this URI names.
    Issuer(String),
}

/// Prints the address on stderr; with `--json` also as a line of stdout, for which programs can wait.
fn announce(context: &Context, address: SocketAddr, entry: &Entry) -> std::io::Result<()> {
    let url = format!("http://{address}{}", mcp::HTTP_PATH);
    if context.json {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::json!({ "listening": url }))?;
        out.flush()?;
    }
    if !context.quiet {
        let page = format!("http://{address}{}", web::PAGE);
        writeln!(
            std::io::stderr(),
            "listening at {url}; end with Ctrl-C\na page for people: {page}\n{}",
            how_to_connect(address, entry)
        )?;
    }
    Ok(())
}

/// Tells how a client is led to the address.
fn how_to_connect(address: SocketAddr, entry: &Entry) -> String {
    let install = |url: &str| format!("cw-orchestrator install --client CLIENT --url {url}");
    if let Entry::Issuer(resource) = entry {
        // Clients compare the address that they were given with the one that the server names.
        return format!("clients, which then lead their user to the issuer: {}", install(resource));
    }
    if address.ip().is_loopback() {
        let install = install(&format!("http://{address}"));
        return match entry {
            Entry::Open => format!("clients on this machine: {install}"),
            _ => format!("clients on this machine, with the token in the variable TOKEN: {install} --token-env TOKEN"),
        };
    }
    // 0.0.0.0 is where the server listens, and nobody's address.
    let host = if address.ip().is_unspecified() { "ADDRESS".to_owned() } else { address.ip().to_string() };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let url = format!("http://{host}:{}", address.port());
    let this = if address.ip().is_unspecified() {
        ", where ADDRESS is one of this machine's, or a name of it in http.allowed_hosts"
    } else {
        ""
    };
    format!("clients, with the token in the variable TOKEN: {} --token-env TOKEN{this}", install(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_led_to_an_address_that_it_can_ask() {
        let said = |address: &str| {
            let has_token = address.starts_with("127.0.0.2") || !address.starts_with("127");
            how_to_connect(address.parse().unwrap(), if has_token { &Entry::Token } else { &Entry::Open })
        };
        let issuer = Entry::Issuer("https://tools.example.com/mcp".to_owned());
        insta::assert_snapshot!(how_to_connect("127.0.0.1:8765".parse().unwrap(), &issuer), @"clients, which then lead their user to the issuer: cw-orchestrator install --client CLIENT --url https://tools.example.com/mcp");
        insta::assert_snapshot!(said("127.0.0.2:8765"), @"clients on this machine, with the token in the variable TOKEN: cw-orchestrator install --client CLIENT --url http://127.0.0.2:8765 --token-env TOKEN");
        insta::assert_snapshot!(said("127.0.0.1:8765"), @"clients on this machine: cw-orchestrator install --client CLIENT --url http://127.0.0.1:8765");
        insta::assert_snapshot!(said("192.0.2.4:80"), @"clients, with the token in the variable TOKEN: cw-orchestrator install --client CLIENT --url http://192.0.2.4:80 --token-env TOKEN");
        insta::assert_snapshot!(said("[2001:db8::7]:80"), @"clients, with the token in the variable TOKEN: cw-orchestrator install --client CLIENT --url http://[2001:db8::7]:80 --token-env TOKEN");
        insta::assert_snapshot!(said("0.0.0.0:8765"), @"clients, with the token in the variable TOKEN: cw-orchestrator install --client CLIENT --url http://ADDRESS:8765 --token-env TOKEN, where ADDRESS is one of this machine's, or a name of it in http.allowed_hosts");
    }

    #[test]
    fn an_address_is_read_as_people_write_it() {
        for (given, address) in [
            ("127.0.0.1:8766", "127.0.0.1:8766"),
            ("localhost:8766", "127.0.0.1:8766"),
            ("LocalHost", "127.0.0.1:8765"),
            ("8766", "127.0.0.1:8766"),
            (":8766", "127.0.0.1:8766"),
            ("0", "127.0.0.1:0"),
            ("0.0.0.0", "0.0.0.0:8765"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:8766", "[::1]:8766"),
            ("[::1]", "[::1]:8765"),
            ("::1", "[::1]:8765"),
            ("fe80::1", "[fe80::1]:8765"),
        ] {
            assert_eq!(listen(given).map(|address| address.to_string()), Ok(address.to_owned()), "{given}");
        }
        for (given, why) in [
            ("", "no port"),
            ("example.com:80", "no address"),
            ("localhost:99999", "no port"),
            ("99999", "no port"),
            ("http://localhost:8766", "no address"),
            ("localhost:8766:1", "no address"),
        ] {
            assert!(listen(given).unwrap_err().contains(why), "{given}: {:?}", listen(given));
        }
    }
}
