//! What may a caller do, and as whom?

use std::fmt;
use std::sync::{Arc, OnceLock};

use secrecy::SecretString;

use super::connectwise::ConnectWiseCredentials;
use super::policy::Policy;
use crate::redact::Redactor;

/// What goes with a caller.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What it may find, look up and call.
    pub policy: Arc<Policy>,
    /// The member of ConnectWise that its calls are made as; `None` where they are made as the server's own.
    pub member: Option<Arc<Member>>,
    /// The profile in which they are made; `None` is the server's own.
    pub profile: Option<Arc<str>>,
}

/// The keys of a member of ConnectWise.
#[derive(Clone)]
pub struct Member {
    /// A name that no other member has: what was looked up for one is not known to another.
    pub name: String,
    /// Its public key.
    pub public_key: SecretString,
    /// Its private key.
    pub private_key: SecretString,
    /// What is sent as `x-cw-usertype`, where the keys are those of an impersonated member.
    pub user_type: Option<String>,
    /// Where its keys are from.
    pub source: KeySource,
}

/// Where the keys of a member are from.
#[derive(Clone)]
pub enum KeySource {
    /// The configuration, whose secrets every redactor knows.
    Configured,
    /// The account of the settings, to which the API lends keys of the member with this identifier.
    Account(String),
    /// The headers of a request: nothing knows them but what answers that, and so this finds them, once it is made.
    Request(OnceLock<Redactor>),
}

impl Grant {
    /// The one of whoever owns the machine.
    pub fn open() -> Self {
        Self { policy: Arc::clone(Policy::open()), member: None, profile: None }
    }
}

impl Member {
    /// The credentials of this member, at the same place and of the same company as these.
    pub fn credentials(&self, of_server: &ConnectWiseCredentials) -> ConnectWiseCredentials {
        if let KeySource::Account(_) = self.source {
            return ConnectWiseCredentials { user_type: self.user_type.clone(), ..of_server.clone() };
        }
        ConnectWiseCredentials {
            public_key: self.public_key.clone(),
            private_key: self.private_key.clone(),
            user_type: self.user_type.clone(),
            ..of_server.clone()
        }
    }

    /// The identifier of the member as whom the account of the settings calls.
    pub fn identifier(&self) -> Option<&str> {
        match &self.source {
            KeySource::Account(identifier) => Some(identifier),
            KeySource::Configured | KeySource::Request(_) => None,
        }
    }

    /// Finds the keys in every form, where the configuration does not have them. `credentials` are those of [`Self::credentials`].
    pub fn redactor(&self, credentials: Option<&ConnectWiseCredentials>) -> Option<&Redactor> {
        let KeySource::Request(made) = &self.source else { return None };
        let basic = credentials.and_then(ConnectWiseCredentials::basic);
        let secrets = [Some(&self.public_key), Some(&self.private_key), basic.as_ref()];
        Some(made.get_or_init(|| Redactor::of_request(secrets.into_iter().flatten())))
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").field("name", &self.name).finish_non_exhaustive()
    }
}
