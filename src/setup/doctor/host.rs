//! Do the base URLs lead to APIs?

use url::Url;

use super::{Area, Finding, Grade, Surroundings};
use crate::invoke::client::BaseUrl;
use crate::invoke::connectwise::{self, ConnectWiseCredentials};
use crate::service::Service;

/// Variable of ConnectWise's base URL; advice on the URL begins with it.
pub(super) const SETTING: &str = "CONNECTWISE_API_URL";

/// Suffix of ConnectWise's own production hosts.
const CLOUD: &str = ".myconnectwise.net";

/// Checks ConnectWise's base URL, then those of other APIs. No host is asked.
pub(super) fn check(service: &Service, around: &Surroundings) -> Vec<Finding> {
    let mut findings = of_apis(service);
    findings.extend(around.proxies.iter().map(|(name, value)| proxy(name, value)));
    findings
}

/// Checks the base URLs alone.
pub(super) fn of_apis(service: &Service) -> Vec<Finding> {
    let calls = service.calls();
    let set = calls.connectwise.as_ref().filter(|given| !given.url.trim().is_empty());
    let mut findings = set.map(of_connectwise).unwrap_or_default();
    for (name, api) in &calls.apis {
        let set = api.base_url.iter().map(|url| ("base_url", url.as_str()));
        // The manifest's own URL may have a query, as URLs of files have.
        let manifest =
            api.manifest_url.iter().map(|url| ("manifest_url", url.split(['?', '#']).next().unwrap_or_default()));
        let set = set.chain(manifest);
        let set = set.chain(api.servers.iter().map(|url| ("servers", url.as_str())));
        findings.extend(set.map(|(setting, url)| match BaseUrl::parse(url) {
            Ok(base) => Finding::ok(Area::Host, name, base.host()),
            Err(error) => {
                let cure = format!("correct {setting} in {}", calls.file.api(name));
                Finding::of_text(Area::Host, Grade::Fault, name, &error.to_string(), &cure)
            }
        }));
    }
    findings
}

/// Describes the effect of a variable that names a proxy. Its value may hold a password and is not shown.
fn proxy(name: &str, value: &str) -> Finding {
    if name.eq_ignore_ascii_case("HTTP_PROXY") {
        let detail =
            "set, without effect here: plain http is for this machine alone, and what is for it goes to no proxy";
        return Finding::ok(Area::Host, name, detail);
    }
    let url = Url::parse(value).or_else(|_| Url::parse(&format!("http://{value}"))).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("the proxy it names");
    let detail = format!(
        "set: calls over https to other machines go by way of {host}, which sees their host and not what they carry; calls to this \
         machine do not"
    );
    Finding::ok(Area::Host, name, detail)
}

fn of_connectwise(given: &ConnectWiseCredentials) -> Vec<Finding> {
    // The URL is to be judged whatever else is missing.
    let stand_in = |text: &str| if text.trim().is_empty() { "unset".to_owned() } else { text.to_owned() };
    let complete = ConnectWiseCredentials {
        company_id: stand_in(&given.company_id),
        public_key: "unset".into(),
        private_key: "unset".into(),
        auth_prefix: None,
        client_id: None,
        user_type: None,
        ..given.clone()
    };
    let access = match connectwise::access(&complete) {
        Ok(access) => access,
        Err(error) => {
            let cure = "set it to the site, such as na.myconnectwise.net, or to the whole base URL";
            return vec![Finding::of_text(Area::Host, Grade::Fault, SETTING, &error.to_string(), cure)];
        }
    };
    let mut findings: Vec<Finding> = access
        .notes()
        .iter()
        .filter(|note| note.starts_with(SETTING))
        .map(|note| Finding::of_text(Area::Host, Grade::Warning, SETTING, note, "write the whole base URL"))
        .collect();
    let base = access.base_url();
    if findings.is_empty() {
        findings.push(plain(base).unwrap_or_else(|| {
            let detail = match access.site() {
                Some(site) => format!("a site alone: the first call asks {} for the rest", site.question()),
                None => base.to_string(),
            };
            Finding::ok(Area::Host, SETTING, detail)
        }));
    }
    findings.extend(region(base));
    findings
}

/// Notes a base URL of plain HTTP, which is accepted for this machine alone.
fn plain(base: &BaseUrl) -> Option<Finding> {
    if !base.to_string().starts_with("http://") {
        return None;
    }
    let detail = format!("{base} is this machine, over plain HTTP");
    let cure = "set it to the API's own URL, which begins with https://, unless a mock is meant";
    Some(Finding::bad(Area::Host, Grade::Note, SETTING, detail, cure))
}

fn region(base: &BaseUrl) -> Option<Finding> {
    let host = base.host_name().strip_suffix(CLOUD)?;
    let region = host.strip_prefix("api-").or(host.strip_prefix("api_")).or(host.strip_suffix("-api")).unwrap_or(host);
    if connectwise::REGIONS.contains(&region) {
        return Some(Finding::ok(Area::Host, "region", region));
    }
    let detail = format!("`{region}` is none of the regions known here ({})", connectwise::REGIONS.join(", "));
    let cure = "compare it with the host at which you sign in";
    Some(Finding::bad(Area::Host, Grade::Note, "region", detail, cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> String {
        let given = ConnectWiseCredentials {
            url: url.to_owned(),
            company_id: "acme".to_owned(),
            public_key: "".into(),
            private_key: "".into(),
            auth_prefix: None,
            client_id: None,
            user_type: None,
            version: String::new(),
        };
        let line = |finding: Finding| {
            let Finding { name, status, detail, cure, .. } = finding;
            let cure = cure.map(|cure| format!(" -> {cure}")).unwrap_or_default();
            format!("{} {name}: {detail}{cure}", status.as_str())
        };
        of_connectwise(&given).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn base_urls_are_judged_without_asking() {
        insta::assert_snapshot!(found("https://api-na.myconnectwise.net/v4_6_release/apis/3.0"), @"
        ok CONNECTWISE_API_URL: https://api-na.myconnectwise.net/v4_6_release/apis/3.0
        ok region: na
        ");
        insta::assert_snapshot!(found("eu.myconnectwise.net"), @"
        ok CONNECTWISE_API_URL: a site alone: the first call asks https://eu.myconnectwise.net/login/companyinfo/acme for the rest
        ok region: eu
        ");
        insta::assert_snapshot!(found("https://na.myconnectwise.net/v4_6_release/apis/3.0"), @"
        warning CONNECTWISE_API_URL: CONNECTWISE_API_URL names na.myconnectwise.net, whose API answers at api-na.myconnectwise.net -> set it to https://api-na.myconnectwise.net/v4_6_release/apis/3.0
        ok region: na
        ");
        insta::assert_snapshot!(found("https://api-mars.myconnectwise.net/v4_6_release/apis/3.0"), @"
        ok CONNECTWISE_API_URL: https://api-mars.myconnectwise.net/v4_6_release/apis/3.0
        note region: `mars` is none of the regions known here (na, eu, au, aus, za, staging) -> compare it with the host at which you sign in
        ");
        insta::assert_snapshot!(found("http://psa.example.com/v4_6_release/apis/3.0"), @"fault CONNECTWISE_API_URL: the base URL begins with http://, which would send credentials to psa.example.com in the clear -> begin it with https:// (http is for this machine only)");
        insta::assert_snapshot!(found("\"https://psa.example.com\""), @r#"fault CONNECTWISE_API_URL: `"https://psa.example.com"` is no URL (relative URL without a base) -> write the whole of it, such as https://api-na.myconnectwise.net/v4_6_release/apis/3.0"#);
        insta::assert_snapshot!(found("http://localhost:4010"), @"note CONNECTWISE_API_URL: http://localhost:4010/ is this machine, over plain HTTP -> set it to the API's own URL, which begins with https://, unless a mock is meant");
    }
}
