//! Can calls be made in each profile?

use super::{Area, Finding, Surroundings, credentials, host, memory};
use crate::invoke::settings::named_in_profile;
use crate::service::Service;

/// Checks what the other profiles have of their own: memory, credentials, hosts.
pub(super) fn check(service: &Service, around: &Surroundings) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, service) in service.in_other_profiles() {
        let mut own = memory::check(&service);
        own.extend(credentials::check(&service, around.takes_keys));
        own.extend(host::of_apis(&service));
        findings.extend(of(name, own));
    }
    findings
}

/// Findings in the words of a profile.
pub(super) fn of(profile: &str, findings: Vec<Finding>) -> impl Iterator<Item = Finding> {
    findings.into_iter().map(move |finding| {
        let named = |text: &str| named_in_profile(text, profile);
        let name = named(&finding.name);
        // What is no setting of its own says of which profile it is.
        let is_setting = name.starts_with("profiles.");
        let name = if is_setting { name } else { format!("{name} of the profile {profile}") };
        let cure = finding.cure.as_deref().map(named);
        let cure = match finding.area {
            Area::Memory => {
                cure.map(|cure| cure.replace("cw-orchestrator ", &format!("cw-orchestrator --profile {profile} ")))
            }
            _ => cure,
        };
        Finding { name, detail: named(&finding.detail), cure, ..finding }
    })
}
