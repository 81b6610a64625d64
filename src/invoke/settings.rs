//! What was configured to call APIs, and how each is reached by it?

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

use super::client::impersonation::Impersonation;
use super::client::{AccessError, ApiAccess, BaseUrl, ClientOptions, Credential, GenericSettings};
use super::connectwise::impersonation::AsMember;
use super::connectwise::{self, ConnectWise, ConnectWiseCredentials};
use super::dialect::Dialect;
use super::dialects;
pub use super::servers::ServerError;
use super::servers::{self, Configured, declared};
use super::writes::Writes;
use crate::jq::Evaluator;
use crate::openapi::Server;
use crate::postgres::Database;
use crate::redact::Redactor;
use crate::settings_file::{ApiSection, SettingsFile, key, text};
use crate::store::Api;

/// An API cannot be called with the settings there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Nothing is set for ConnectWise.
    #[error(
        "calls need CONNECTWISE_API_URL, CONNECTWISE_COMPANY_ID, CONNECTWISE_PUBLIC_KEY and CONNECTWISE_PRIVATE_KEY; set them"
    )]
    ConnectWise,
    /// There are credentials, and nothing says where they may go.
    #[error(
        "{} has credentials for {} and no base URL, and credentials go to theirs alone; write `base_url = {}` in {section} if \
         the API is there", section.file(), section.api(), text(base_url)
    )]
    Unbound {
        /// The section of the API.
        section: ApiSection,
        /// The base URL that the manifest names, or a pattern of one.
        base_url: String,
    },
    /// It is not known where the API, or the operation, is.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// One of the others, in the words of a profile.
    #[error("the profile `{profile}`: {reason}")]
    Profile {
        /// Name of the profile.
        profile: String,
        /// What is wrong and what to set.
        reason: String,
    },
    /// A setting is missing or cannot be sent.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// One of the others, where the cause may be that the API is ConnectWise's and nothing says so.
    #[error("{error}. Also, {hint}")]
    Undecided {
        /// The error itself.
        error: Box<SettingsError>,
        /// What to write, as a sentence without its full stop.
        hint: String,
    },
}

/// The settings of calls.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// How requests are sent.
    pub client: ClientOptions,
    /// Whether writes are asked about, refused or sent.
    pub writes: Writes,
    /// Characters of rows that an answer shows at once; `None` is [`super::answer::BUDGET`].
    pub budget: Option<usize>,
    /// ConnectWise's settings; what is not set is empty.
    pub connectwise: Option<ConnectWiseCredentials>,
    /// The configuration file that they are from, for messages.
    pub file: SettingsFile,
    /// Settings of other APIs, by name.
    pub apis: BTreeMap<String, ApiSettings>,
    /// Folders that files may be uploaded from.
    pub upload_folders: Vec<PathBuf>,
    /// What evaluates jq filters; without it, calls that have one are refused.
    pub evaluator: Option<Evaluator>,
    /// Secrets that calls do not need and that nothing may show either, such as the tokens of serving over HTTP.
    pub other_secrets: Vec<SecretString>,
    /// The database that replicas share; `None` where this process is alone.
    pub state: Option<Database>,
    /// The identifier of the member as whom ConnectWise's account calls; `None` where it calls as itself.
    pub as_member: Option<String>,
    /// The name of the profile that these are of; `None` where they are of none.
    pub profile: Option<Arc<str>>,
    /// The settings of all profiles, in those that a service is made with.
    pub profiles: BTreeMap<String, Arc<CallOptions>>,
}

impl CallOptions {
    /// Every secret that is known, as it is configured: keys, tokens, and `user:password` where HTTP basic sends both.
    pub fn secrets(&self) -> Vec<SecretString> {
        let connectwise = self.connectwise.iter().flat_map(|known| {
            [Some(known.public_key.clone()), Some(known.private_key.clone()), known.basic()].into_iter().flatten()
        });
        let others =
            self.apis.values().flat_map(|api| api.credentials.values()).filter_map(|known| known.value.clone());
        connectwise.chain(others).chain(self.other_secrets.iter().cloned()).collect()
    }

    /// The dialect of an API.
    pub(crate) fn dialect(&self, name: &str, api: &Api) -> &'static dyn Dialect {
        dialects::of(api, self.apis.get(name).and_then(|settings| settings.dialect))
    }

    /// The line of configuration to write where an API looks like ConnectWise's and nothing says whether it is.
    pub(crate) fn hint(&self, name: &str, api: &Api) -> Option<String> {
        let settings = self.apis.get(name);
        let is_decided = settings.is_some_and(|settings| settings.dialect.is_some() || settings.base_url.is_some());
        if is_decided { None } else { dialects::hint(name, api, &self.file.api(name)) }
    }

    /// How an API is reached for an operation with these alternatives of security schemes and these servers of its own.
    ///
    /// # Errors
    /// [`SettingsError`] says what to set.
    pub(crate) fn access(
        &self,
        name: &str,
        api: &Api,
        security: Option<&[Vec<String>]>,
        own: &[Server],
        redactor: &Redactor,
    ) -> Result<ApiAccess, SettingsError> {
        let access = self.access_to(name, api, security, own, redactor)?;
        Ok(ApiAccess { profile: self.profile.clone(), ..access })
    }

    /// Access with these credentials, as the member that is set.
    fn of_account(&self, credentials: &ConnectWiseCredentials) -> Result<ApiAccess, SettingsError> {
        let access = connectwise::access(credentials)?;
        let member = self
            .as_member
            .as_deref()
            .map(|member| Arc::new(AsMember::of(credentials, member)) as Arc<dyn Impersonation>);
        Ok(ApiAccess { impersonation: member, ..access })
    }

    fn access_to(
        &self,
        name: &str,
        api: &Api,
        security: Option<&[Vec<String>]>,
        own: &[Server],
        redactor: &Redactor,
    ) -> Result<ApiAccess, SettingsError> {
        let settings = self.apis.get(name);
        let dialect = self.dialect(name, api);
        if let Some(error) = settings.and_then(|settings| settings.unbound(&self.file, name, api)) {
            return Err(error);
        }
        let base_url = settings.and_then(|settings| settings.base_url.as_deref());
        if base_url.is_none() && dialect.name() == ConnectWise.name() {
            let made = self.connectwise.as_ref().ok_or(SettingsError::ConnectWise);
            let made = made.and_then(|credentials| Ok(self.of_account(credentials)?.redacting(redactor.clone())));
            return match &self.profile {
                Some(profile) => in_profile(made, profile),
                None => made,
            };
        }
        let hinted = |error: SettingsError| match self.hint(name, api) {
            Some(hint) => SettingsError::Undecided { error: Box::new(error), hint },
            None => error,
        };
        let configured = settings.map(ApiSettings::places).unwrap_or_default();
        let url =
            servers::base_url(&self.file.api(name), api, configured, own).map_err(|error| hinted(error.into()))?;
        let generic = GenericSettings {
            api: name.to_owned(),
            url,
            // A server of one operation is no base URL to advise.
            url_is_set: base_url.is_some() || !own.is_empty(),
            file: self.file.clone(),
            dialect,
            headers: Vec::new(),
            schemes: api.security_schemes.clone(),
            credentials: settings.map(|settings| settings.credentials.clone()).unwrap_or_default(),
        };
        let access = ApiAccess::generic(generic).map(|access| access.redacting(redactor.clone()));
        let access = access.and_then(|access| access.for_operation(security).map(Cow::into_owned));
        access.map_err(|error| hinted(error.into()))
    }
}

/// Settings of one API.
#[derive(Clone, Debug, Default)]
pub struct ApiSettings {
    /// In place of the manifest's first server; credentials go there alone, so they need it.
    pub base_url: Option<String>,
    /// The URL that its manifest was published at, which relative servers are relative to.
    pub manifest_url: Option<String>,
    /// Where else its credentials may go: servers of single operations.
    pub servers: Vec<String>,
    /// Its dialect, where the configuration names one.
    pub dialect: Option<&'static dyn Dialect>,
    /// Values of security schemes, by scheme.
    pub credentials: BTreeMap<String, Credential>,
}

/// Access to ConnectWise that names the settings of a profile in place of variables, which count for none.
fn in_profile(made: Result<ApiAccess, SettingsError>, profile: &str) -> Result<ApiAccess, SettingsError> {
    let named = |text: &String| named_in_profile(text, profile);
    match made {
        Ok(access) => Ok(ApiAccess {
            variables: access.variables.iter().map(named).collect(),
            notes: access.notes.iter().map(named).collect(),
            ..access
        }),
        Err(error) => {
            let reason = named_in_profile(&error.to_string(), profile);
            Err(SettingsError::Profile { profile: profile.to_owned(), reason })
        }
    }
}

/// The text with the settings of a profile where it has ConnectWise's variables, and its section.
pub(crate) fn named_in_profile(text: &str, profile: &str) -> String {
    const VARIABLES: [(&str, &str); 7] = [
        ("CONNECTWISE_API_URL", "api_url"),
        ("CONNECTWISE_COMPANY_ID", "company_id"),
        ("CONNECTWISE_PUBLIC_KEY", "public_key"),
        ("CONNECTWISE_PRIVATE_KEY", "private_key"),
        ("CONNECTWISE_AUTH_PREFIX", "auth_prefix"),
        ("CONNECTWISE_CLIENT_ID", "client_id"),
        ("CONNECTWISE_USER_TYPE", "user_type"),
    ];
    let section = format!("profiles.{}", key(profile));
    let text = text.replace("[connectwise]", &format!("[{section}]"));
    VARIABLES.iter().fold(text, |text, (variable, name)| text.replace(variable, &format!("{section}.{name}")))
}

impl ApiSettings {
    fn places(&self) -> Configured<'_> {
        let [base_url, manifest_url] = [&self.base_url, &self.manifest_url].map(Option::as_deref);
        Configured { base_url, manifest_url, servers: &self.servers }
    }

    /// [`SettingsError::Unbound`] where there are credentials and no base URL. A manifest alone must not say where they go: another
    /// may take its name, and its servers may change.
    pub(crate) fn unbound(&self, file: &SettingsFile, name: &str, api: &Api) -> Option<SettingsError> {
        if self.base_url.is_some() || self.credentials.is_empty() {
            return None;
        }
        let declared = declared(api, self.manifest_url.as_deref());
        let usable = declared.filter(|url| BaseUrl::parse(url).is_ok() && !url.contains('{'));
        let base_url = usable.as_deref().unwrap_or("https://HOST/PATH").to_owned();
        Some(SettingsError::Unbound { section: file.api(name), base_url })
    }
}
