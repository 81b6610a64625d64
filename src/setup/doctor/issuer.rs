//! Can the keys of the issuer of access tokens be fetched?

use super::{Area, Finding, Grade, Surroundings};
use crate::oauth::fetch_keys;

/// Fetches the keys once, where the settings of access tokens are right; what is wrong with those is a finding already.
pub(super) async fn check(around: &Surroundings) -> Option<Finding> {
    let rules = around.oauth.as_ref()?;
    Some(match fetch_keys(rules).await {
        Ok(keys) => {
            let s = if keys.len() == 1 { "" } else { "s" };
            Finding::ok(Area::Online, "issuer", format!("{} has {} key{s}", rules.issuer, keys.len()))
        }
        Err(error) => {
            let cure = "correct the section [http.oauth] of the configuration";
            Finding::of_text(Area::Online, Grade::Fault, "issuer", &error.to_string(), cure)
        }
    })
}
