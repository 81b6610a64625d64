//! Whose access tokens does the server take, and what may their holders do? `[http.oauth]`, `[http.scopes.NAME]`, `[http.subjects.NAME]`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::tokens::{Keys, TokenSetting};
use super::{HttpConfigError, HttpSettings};
use crate::invoke::Grant;
use crate::invoke::grant::Member;
use crate::oauth::{ALGORITHMS, Access, Algorithm, Rules, TokenType, is_private_enough};

/// Difference of clocks that is borne where nothing is configured.
const LEEWAY: Duration = Duration::from_secs(30);

/// Largest difference of clocks that may be configured: that of Kerberos and of most servers.
const MOST_LEEWAY: Duration = Duration::from_secs(300);

/// Least time between two fetches of keys where nothing is configured.
const REFETCH: Duration = Duration::from_secs(30);

/// The claim that names a person where nothing is configured.
const SUBJECT: &str = "sub";

/// The section `[http.oauth]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Section {
    /// Identifier of the issuer.
    issuer: Option<String>,
    /// URI of this server, by which clients and tokens name it.
    resource: Option<String>,
    /// What tokens may name in its place.
    audience: Vec<String>,
    /// Address of the issuer's keys, where its metadata do not say it.
    jwks_url: Option<String>,
    /// Names of the algorithms that signatures may have.
    algorithms: Option<Vec<String>>,
    /// Types that tokens may be of.
    types: Option<Vec<String>>,
    /// Scopes that each token must have.
    scopes: Vec<String>,
    /// Claim whose values are looked for under `[http.scopes]`, in place of the scopes.
    claim: Option<String>,
    /// Claim whose value is looked for under `[http.subjects]`.
    subject_claim: Option<String>,
    /// Names under `[http.scopes]`: a token acts by the first that it has.
    precedence: Vec<String>,
    /// Seconds that clocks may differ.
    leeway_s: Option<u64>,
    /// Least seconds between two fetches of keys.
    refetch_s: Option<u64>,
}

/// The section `[http.scopes.NAME]`: the same as of a token, without one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ScopeSetting {
    policy: Option<String>,
    public_key: Option<String>,
    private_key: Option<String>,
    user_type: Option<String>,
}

/// The section `[http.subjects.NAME]`: the keys of one person, who may do what the scopes of the token say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SubjectSetting {
    public_key: Option<String>,
    private_key: Option<String>,
    user_type: Option<String>,
}

impl ScopeSetting {
    pub(super) fn as_token(&self) -> TokenSetting {
        let Self { policy, public_key, private_key, user_type } = self.clone();
        TokenSetting { policy, keys: Keys { public_key, private_key, user_type }, ..TokenSetting::default() }
    }
}

impl SubjectSetting {
    pub(super) fn as_token(&self) -> TokenSetting {
        let Self { public_key, private_key, user_type } = self.clone();
        TokenSetting { keys: Keys { public_key, private_key, user_type }, ..TokenSetting::default() }
    }
}

/// The settings of access tokens, checked.
#[derive(Clone, Debug)]
pub struct OAuthOptions {
    /// What a token must say.
    pub rules: Rules,
    /// URI of this server.
    pub resource: Url,
    resource_as_written: String,
    /// Scopes that a token must have, which clients are told to ask for.
    pub needed: Vec<String>,
    /// All scopes that mean something here.
    pub offered: Vec<String>,
    /// Claim whose values are looked for in `by_scope`, in place of the scopes.
    claim: Option<String>,
    subject_claim: String,
    /// What is granted by which scope, or value of the claim; the first that a token has counts.
    by_scope: Vec<(String, Grant)>,
    by_subject: BTreeMap<String, Arc<Member>>,
}

/// A token that holds, and lets its holder do nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Scopes to ask the issuer for; empty where none would help.
    pub scopes: Vec<String>,
}

impl OAuthOptions {
    /// The URI of this server as it is written: a URL without a path is read as one with `/`.
    pub fn named(&self) -> &str {
        &self.resource_as_written
    }

    /// What the holder of a token may do, and as whom.
    ///
    /// # Errors
    /// [`Lacking`] where a scope is missing, or nothing is granted for those that are there.
    pub fn grant(&self, access: &Access) -> Result<Grant, Lacking> {
        if !self.needed.iter().all(|scope| access.scopes.contains(scope)) {
            return Err(Lacking { scopes: self.to_ask_for() });
        }
        let own = self.claim.as_ref().map(|claim| access.values(claim));
        let has = |name: &String| own.as_ref().unwrap_or(&access.scopes).contains(name);
        let granted = match self.by_scope.iter().find(|(name, _)| has(name)) {
            Some((_, grant)) => grant.clone(),
            None if self.by_scope.is_empty() => Grant::open(),
            // Of another claim's values no scope is one.
            None => return Err(Lacking { scopes: if own.is_some() { Vec::new() } else { self.to_ask_for() } }),
        };
        // A person's name may have blanks, so the claim is no list of words.
        let subject = access.claims.get(&self.subject_claim).and_then(serde_json::Value::as_str);
        let member = subject.and_then(|subject| self.by_subject.get(subject)).cloned();
        Ok(Grant { member: member.or(granted.member.clone()), ..granted })
    }

    /// The scopes that clients are told to ask for: those that every token must have, and, where none of them grants anything, those
    /// that do.
    pub fn to_ask_for(&self) -> Vec<String> {
        let is_granted = self.claim.is_some()
            || self.by_scope.is_empty()
            || self.by_scope.iter().any(|(name, _)| self.needed.contains(name));
        if is_granted { self.needed.clone() } else { self.offered.clone() }
    }
}

impl HttpSettings {
    /// Checks the settings of access tokens; `None` where there are none.
    pub(super) fn oauth(
        &self,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<OAuthOptions>, HttpConfigError> {
        let Some(section) = &self.section.oauth else {
            let unused = [("scopes", self.section.scopes.is_empty()), ("subjects", self.section.subjects.is_empty())];
            return match unused.iter().find(|(_, is_empty)| !is_empty) {
                Some((name, _)) => {
                    Err(self.wrong(name, "is for access tokens, and there is no section [http.oauth]".to_owned()))
                }
                None => Ok(None),
            };
        };
        let resource = self.resource(section)?;
        let rules = self.rules(section)?;
        let needed = section.scopes.iter().map(|name| ("oauth.scopes", name));
        let granting = self.section.scopes.keys().filter(|_| section.claim.is_none()).map(|name| ("scopes", name));
        // RFC 6749, section 3.3.
        let is_scope = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let is_wrong = |(_, name): &(&str, &String)| name.is_empty() || !name.bytes().all(is_scope);
        if let Some((setting, name)) = needed.chain(granting).find(is_wrong) {
            let reason = format!("has {name:?}, which is no scope: write ASCII without blanks, quotes and backslashes");
            return Err(self.wrong(setting, reason));
        }
        let by_scope = self.by_scope(section, variable)?;
        let mut offered = section.scopes.clone();
        if section.claim.is_none() {
            let granted = by_scope.iter().map(|(name, _)| name);
            offered.extend(granted.filter(|name| !section.scopes.contains(name)).cloned());
        }
        Ok(Some(OAuthOptions {
            rules,
            resource,
            resource_as_written: section.resource.clone().unwrap_or_default(),
            needed: section.scopes.clone(),
            offered,
            claim: section.claim.clone(),
            subject_claim: section.subject_claim.clone().unwrap_or_else(|| SUBJECT.to_owned()),
            by_scope,
            by_subject: self.by_subject(variable)?,
        }))
    }

    /// The rules of access tokens, for a check of whether the issuer's keys can be fetched; `None` where there are none that are right.
    pub fn oauth_rules(&self) -> Option<Rules> {
        self.oauth(&crate::config::variable).ok().flatten().map(|options| options.rules)
    }

    /// The settings of scopes and subjects as those of tokens, by the names that members have.
    pub(super) fn granted(&self) -> impl Iterator<Item = (String, TokenSetting)> {
        let scopes = self.section.scopes.iter().map(|(name, setting)| (scope(name), setting.as_token()));
        let subjects = self.section.subjects.iter().map(|(name, setting)| (subject(name), setting.as_token()));
        scopes.chain(subjects)
    }

    fn wrong(&self, setting: &str, reason: String) -> HttpConfigError {
        HttpConfigError::OAuth { setting: setting.to_owned(), reason, file: self.file.clone() }
    }

    /// Reads a URL that is https, or this machine's.
    fn url(&self, setting: &str, text: Option<&String>) -> Result<Url, HttpConfigError> {
        let wrong = |reason: String| Err(self.wrong(&format!("oauth.{setting}"), reason));
        let Some(text) = text else { return wrong("is missing".to_owned()) };
        match Url::parse(text) {
            Ok(url) if is_private_enough(&url) && url.fragment().is_none() => Ok(url),
            Ok(url) if url.scheme() == "http" => {
                wrong(format!("is `{text}`: write https; plain http is for this machine's own addresses alone"))
            }
            _ => wrong(format!("is `{text}`: write a whole https URL without user, password and fragment")),
        }
    }

    /// The URI of this server in the form that RFC 8707 and MCP call canonical.
    fn resource(&self, section: &Section) -> Result<Url, HttpConfigError> {
        let url = self.url("resource", section.resource.as_ref())?;
        if url.query().is_some() {
            return Err(
                self.wrong("oauth.resource", "has a query: write the address that clients are given".to_owned())
            );
        }
        Ok(url)
    }

    fn rules(&self, section: &Section) -> Result<Rules, HttpConfigError> {
        // What is compared letter by letter is taken as it is written.
        self.url("issuer", section.issuer.as_ref())?;
        let issuer = section.issuer.clone().unwrap_or_default();
        if issuer.contains('?') {
            return Err(self.wrong("oauth.issuer", "has a query, which no issuer has".to_owned()));
        }
        let named = section.algorithms.as_ref().map(|names| {
            let known = |name: &String| ALGORITHMS.into_iter().find(|known| format!("{known:?}") == *name);
            names.iter().map(|name| known(name).ok_or(name)).collect::<Result<Vec<_>, _>>()
        });
        let algorithms: Vec<Algorithm> = match named {
            None => ALGORITHMS.to_vec(),
            Some(Ok(named)) if !named.is_empty() => named,
            Some(named) => {
                let name = named.err().map_or("none", String::as_str);
                let known = ALGORITHMS.map(|known| format!("{known:?}")).join(", ");
                let reason = format!("has {name:?}, and an algorithm is one with public keys: {known}");
                return Err(self.wrong("oauth.algorithms", reason));
            }
        };
        let types = match &section.types {
            None => TokenType::NAMED.map(|(_, kind)| kind).to_vec(),
            Some(names) => {
                let known = |name: &String| TokenType::NAMED.into_iter().find(|(known, _)| known == name);
                let found: Option<Vec<TokenType>> = names.iter().map(|name| Some(known(name)?.1)).collect();
                let wrong = || {
                    self.wrong(
                        "oauth.types",
                        "has what is no type of access tokens: write \"at+jwt\", \"JWT\" or both".to_owned(),
                    )
                };
                found.filter(|found| !found.is_empty()).ok_or_else(wrong)?
            }
        };
        let leeway = section.leeway_s.map_or(LEEWAY, Duration::from_secs);
        if leeway > MOST_LEEWAY {
            let reason = format!("is more than {}: let the system set its clock by NTP", MOST_LEEWAY.as_secs());
            return Err(self.wrong("oauth.leeway_s", reason));
        }
        Ok(Rules {
            issuer,
            audiences: if section.audience.is_empty() {
                section.resource.iter().cloned().collect()
            } else {
                section.audience.clone()
            },
            jwks_url: section.jwks_url.as_ref().map(|url| self.url("jwks_url", Some(url))).transpose()?,
            algorithms,
            types,
            leeway,
            refetch: section.refetch_s.map_or(REFETCH, Duration::from_secs),
        })
    }

    /// What each scope grants, in the order in which they count.
    fn by_scope(
        &self,
        section: &Section,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Vec<(String, Grant)>, HttpConfigError> {
        let scopes = &self.section.scopes;
        if let Some(name) = section.precedence.iter().find(|name| !scopes.contains_key(*name)) {
            let reason = format!("has {name:?}, and there is no section [http.scopes.{name:?}]");
            return Err(self.wrong("oauth.precedence", reason));
        }
        // Of one alone there is no order to name.
        let order: Vec<&String> =
            if scopes.len() > 1 { section.precedence.iter().collect() } else { scopes.keys().collect() };
        if let Some(name) = scopes.keys().find(|name| !order.contains(name)) {
            let reason = format!(
                "lacks {name:?}: a token acts by the first of its scopes, so list all that [http.scopes] has, the one that may do most \
                 first"
            );
            return Err(self.wrong("oauth.precedence", reason));
        }
        let granted = |name: &String| {
            let setting = scopes.get(name).map(ScopeSetting::as_token).unwrap_or_default();
            let at = |error| self.at(&format!("scopes.{name:?}"), error);
            let policy = self.policy_of(name, &setting).map_err(at)?;
            let member = self.member(&scope(name), &setting, variable).map_err(at)?;
            Ok((name.clone(), Grant { policy, member, profile: None }))
        };
        order.into_iter().map(granted).collect()
    }

    fn by_subject(
        &self,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<BTreeMap<String, Arc<Member>>, HttpConfigError> {
        let mut members = BTreeMap::new();
        for (name, setting) in &self.section.subjects {
            let member = self.member(&subject(name), &setting.as_token(), variable);
            let member = member.map_err(|error| self.at(&format!("subjects.{name:?}"), error))?;
            let none = || self.wrong(&format!("subjects.{name:?}"), "has no `public_key` and `private_key`".to_owned());
            members.insert(name.clone(), member.ok_or_else(none)?);
        }
        Ok(members)
    }

    /// A fault of a token's fields where they are those of a scope or a subject.
    fn at(&self, setting: &str, error: HttpConfigError) -> HttpConfigError {
        match error {
            HttpConfigError::Policy { policy, known, .. } => {
                self.wrong(setting, format!("has the policy `{policy}`, and {known}"))
            }
            HttpConfigError::Key { reason, .. } => self.wrong(setting, format!("is wrong: {reason}")),
            other => other,
        }
    }
}

/// The name of the member whose keys a scope has. No token's name has a `:`.
fn scope(name: &str) -> String {
    format!("scope:{name}")
}

fn subject(name: &str) -> String {
    format!("subject:{name}")
}
