//! Which connections does a request take: by way of a proxy, or straight?
//!
//! A proxy that the environment or the system names is used for https to other machines: there it sees the host, and nothing of what
//! is sent. Plain http is for this machine alone, and a proxy would be another one, so neither it nor anything for this machine ever
//! goes to one, whatever the variables say.

use reqwest::ClientBuilder;
use url::Url;

use super::ClientOptions;
use super::base_url::is_loopback;
use super::failure::{CallError, innermost};

/// The connections of one [`super::ApiClient`].
pub(super) struct Connections {
    by_proxy: reqwest::Client,
    straight: reqwest::Client,
}

impl Connections {
    /// # Errors
    /// [`CallError::Setup`] where the system has no usable certificates, or the user agent cannot be sent.
    pub(super) fn new(options: &ClientOptions) -> Result<Self, CallError> {
        Ok(Self { by_proxy: built(builder(options))?, straight: built(builder(options).no_proxy())? })
    }

    /// Those for a URL.
    pub(super) fn to(&self, url: &Url) -> &reqwest::Client {
        if url.scheme() == "https" && !is_loopback(url) { &self.by_proxy } else { &self.straight }
    }
}

fn builder(options: &ClientOptions) -> ClientBuilder {
    let builder = reqwest::Client::builder();
    #[cfg(test)]
    let builder = builder.dns_resolver(std::sync::Arc::new(NoNames));
    builder
        .connect_timeout(options.connect_timeout)
        .user_agent(&options.user_agent)
        // Redirects and repetitions are decided by `exchange` and `retry` alone, where credentials and writes are known.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
}

fn built(builder: ClientBuilder) -> Result<reqwest::Client, CallError> {
    builder.build().map_err(|error| CallError::Setup { cause: innermost(&error) })
}

/// In tests no name leaves the machine: each is unknown.
#[cfg(test)]
struct NoNames;

#[cfg(test)]
impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("no name is looked up in tests".into()) })
    }
}
