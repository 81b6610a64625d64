//! Which path of the API does an address mean that was written with the API's own base URL, or the path of one, in front?
//!
//! Answers link to records by whole URLs, and the documentation of many APIs writes paths from the host on.

use url::Url;

use super::Service;
use super::asked::Call;
use super::matching::{Asked, Resolved, find_operation, known_api, no_operation};
use crate::error::Error;
use crate::invoke::client::BaseUrl;
use crate::search::Searcher;
use crate::store::Api;
use crate::surface::{Argument, Place, Said};

/// APIs that are named where a URL is of none of them.
const NAMED: usize = 3;

/// What a call's method and path mean.
pub(super) struct Meant {
    /// The call, its path below the base URL.
    pub call: Call,
    /// Its operation; the error is [`Error::NoOperation`] alone.
    pub found: Result<Resolved, Error>,
    /// What was taken off the path.
    pub notes: Vec<Said>,
}

impl Service {
    /// Finds what a call means.
    ///
    /// # Errors
    /// [`Error::Argument`] for a URL of another host; as [`find_operation`].
    pub(super) fn meant(&self, searcher: &Searcher, mut call: Call) -> Result<Meant, Error> {
        let mut notes = Vec::new();
        if let Some((api, path)) = self.of_whole_url(searcher, &call)? {
            notes.push(taken(&call.path, &path));
            (call.path, call.api) = (path, Some(api));
        }
        if let Some(mut found) = find_operation(searcher, asked(&call))? {
            notes.extend(name_values(searcher, &mut call, &mut found)?);
            return Ok(Meant { call, found: Ok(found), notes });
        }
        if let Some((api, path, found)) = self.below_base(searcher, &call)? {
            notes.push(taken(&call.path, &path));
            (call.path, call.api) = (path, Some(api));
            if let Some(mut found) = found {
                notes.extend(name_values(searcher, &mut call, &mut found)?);
                return Ok(Meant { call, found: Ok(found), notes });
            }
        }
        let dialect_of = |api: &str| self.dialect_of(searcher, api).unwrap_or_default();
        let found = Err(no_operation(searcher, asked(&call), &dialect_of));
        Ok(Meant { call, found, notes })
    }

    /// The API and the path of a whole URL; `None` where the path is none.
    fn of_whole_url(&self, searcher: &Searcher, call: &Call) -> Result<Option<(String, String)>, Error> {
        let text = call.path.trim();
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(None) };
        if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(None);
        }
        let argument = if call.as_written { Argument::RAW } else { Argument::PATH };
        let wrong = |reason: String| Error::Argument { argument, reason: reason.into() };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let url = Url::parse(&format!("{scheme}://{authority}"))
            .ok()
            .filter(|url| url.username().is_empty() && url.password().is_none());
        let Some(url) = url else {
            return Err(wrong(
                "it is no URL of an API; write the path below the base URL, such as /service/tickets".to_owned(),
            ));
        };
        let mut own: Vec<(String, String)> = Vec::new();
        let mut bases = Vec::new();
        for (name, api) in scope(searcher, call)? {
            let dialect = self.calls().dialect(&name, &api);
            let Some(base) = self.base_url(&name, &api) else {
                // Nothing can be sent before it is known where; what operation is meant can be told.
                own.extend(dialect.base_within(path).and_then(|base| below(path, base)).map(|path| (name, path)));
                continue;
            };
            if base.is_at(&url) {
                let below = below(path, base.path()).or_else(|| below(path, dialect.base_within(path)?));
                own.extend(below.map(|path| (name.clone(), path)));
            }
            bases.push(base.to_string());
        }
        for (api, path) in &own {
            let call = Call { path: path.clone(), api: Some(api.clone()), ..call.clone() };
            if find_operation(searcher, asked(&call))?.is_some() {
                return Ok(Some((api.clone(), path.clone())));
            }
        }
        if let Some(first) = own.into_iter().next() {
            return Ok(Some(first));
        }
        let known = match bases.as_slice() {
            [] => "no base URL is known".to_owned(),
            some => format!("calls go below {}", some[..some.len().min(NAMED)].join(", ")),
        };
        let at = shown(&url);
        Err(wrong(format!(
            "it is a URL at {at}, and {known}; write the path below the base URL, such as /service/tickets"
        )))
    }

    /// The API and the path of an address that begins with the path of a base URL, and its operation. Without an operation
    /// only what surely is such a path is taken off.
    fn below_base(
        &self,
        searcher: &Searcher,
        call: &Call,
    ) -> Result<Option<(String, String, Option<Resolved>)>, Error> {
        let path = call.path.trim();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let mut sure = None;
        for (name, api) in scope(searcher, call)? {
            let dialect = self.calls().dialect(&name, &api);
            let habitual = dialect.base_within(&path).and_then(|base| below(&path, base));
            let configured = || below(&path, self.base_url(&name, &api)?.path());
            let Some(path) = habitual.clone().or_else(configured) else { continue };
            let call = Call { path: path.clone(), api: Some(name.clone()), ..call.clone() };
            if let Some(found) = find_operation(searcher, asked(&call))? {
                return Ok(Some((name, path, Some(found))));
            }
            sure = sure.or(habitual.map(|path| (name, path, None)));
        }
        Ok(sure)
    }

    /// Where an API is, as far as that is known without credentials.
    fn base_url(&self, name: &str, api: &Api) -> Option<BaseUrl> {
        let access = self.calls().access(name, api, Some(&[]), &[], self.redactor());
        access.ok().map(|access| access.base_url().clone())
    }
}

/// Gives values of the path the names that the operation has for them, where they have those of the path as it was written. Returns
/// what is to be said of it.
fn name_values(searcher: &Searcher, call: &mut Call, found: &mut Resolved) -> Result<Vec<Said>, Error> {
    let mut notes = Vec::new();
    // `/{owner}/web` of `/{owner}/{repo}`: beside a value, a placeholder that is given as a parameter is none.
    let (path, params, renamed) = (&call.path, &call.params, &mut found.renamed);
    found.path_values.retain(|own, value| {
        let written = value.as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
        let Some(written) = written.filter(|written| path.contains(&format!("{{{written}}}"))) else { return true };
        if written != own && params.contains_key(written) {
            renamed.push((written.to_owned(), own.clone()));
            return false;
        }
        !params.contains_key(own)
    });
    let given = found
        .renamed
        .iter()
        .filter(|(written, own)| call.params.contains_key(written) && !call.params.contains_key(own));
    let given: Vec<&(String, String)> = given.collect();
    if given.is_empty() {
        return Ok(notes);
    }
    let operation = searcher.store().operation(found.operation.doc)?;
    for (written, own) in given {
        if operation.parameters.iter().any(|known| known.name.eq_ignore_ascii_case(written)) {
            continue;
        }
        let Some(value) = call.params.shift_remove(written) else { continue };
        call.params.insert(own.clone(), value);
        notes.push(Said::new().at(&Place::param(&**written)).text(format!(" is taken for `{own}` of the path")));
    }
    Ok(notes)
}

/// The lookup that a call asks for.
pub(super) fn asked(call: &Call) -> Asked<'_> {
    let (api, data) = (call.api.as_deref(), call.data.as_ref());
    Asked { method: call.method, path: &call.path, params: &call.params, api, data }
}

/// The APIs that a call may be of.
fn scope(searcher: &Searcher, call: &Call) -> Result<Vec<(String, Api)>, Error> {
    let store = searcher.store();
    let names = match &call.api {
        Some(api) => vec![known_api(store, api)?],
        None => store.apis()?,
    };
    names.into_iter().map(|name| Ok((name.clone(), store.api(&name)?.unwrap_or_default()))).collect()
}

/// What follows a base's path, with one slash before it; `None` where the path is not below the base.
fn below(path: &str, base: &str) -> Option<String> {
    let rest = path.strip_prefix(base)?;
    let begins = rest.is_empty() || rest.starts_with(['/', '?', '#']);
    // Links of some APIs have two slashes behind the base.
    (begins && !(base.is_empty() && rest.is_empty())).then(|| format!("/{}", rest.trim_start_matches('/')))
}

fn taken(written: &str, path: &str) -> Said {
    let end = |text: &str| text.split(['?', '#']).next().unwrap_or_default().to_owned();
    let (written, path) = (end(written.trim()), end(path));
    Said::from(format!("`{written}` is taken as `{path}`, below the base URL"))
}

fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
