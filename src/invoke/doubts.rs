//! What became of the things in a request that its manifest does not know?
//!
//! What the API refused before is refused without asking it again, what it took is asked no more, and where it refuses something now,
//! its answer carries what would have been said before.

use super::client::{ApiAccess, CallError, StatusFailure};
use super::draft::{Doubt, DoubtKind, Problem};
use super::order::Order;
use crate::learned::{Fact, Learned, Subject, Thing};
use crate::redact::Redactor;
use crate::surface::{Argument, Given, Place, Said, Surface};

/// Statuses by which an API says that a request is wrong in itself.
const REFUSED: [u16; 2] = [400, 422];

/// What is known of an operation's doubts: those that the API refused before, as problems, and those that are still open.
pub(super) fn weighed(doubts: Vec<Doubt>, known: &[Fact]) -> (Vec<Problem>, Vec<Doubt>) {
    let (mut problems, mut open) = (Vec::new(), Vec::new());
    for doubt in doubts {
        let thing = thing_of(doubt.kind);
        match known.iter().find(|fact| fact.thing == thing && fact.name.eq_ignore_ascii_case(&doubt.name)) {
            Some(fact) if fact.taken => {}
            Some(fact) => problems.push(refused_before(doubt.problem, &fact.on)),
            None => open.push(doubt),
        }
    }
    (problems, open)
}

fn refused_before(problem: Problem, on: &str) -> Problem {
    let message = problem.message.text(format!("\nThe API refused it on {on}."));
    let cure = problem.cure.text("; ").argument(Argument::UNCHECKED).text(" asks the API again");
    Problem { message, cure, ..problem }
}

/// What a request's doubts would have said before it was sent, one line each.
pub(super) fn said(doubts: &[Doubt]) -> impl Iterator<Item = Said> {
    doubts.iter().map(|Doubt { problem: Problem { place, message, cure, offers, .. }, .. }| {
        let said = Said::new().place(place).text(": ").said(message.clone()).text("; ").said(cure.clone());
        if offers.is_empty() { said } else { said.text(format!(" (offered: {})", offers.join(" | "))) }
    })
}

/// The failure of a request with doubts, which says first what they would have said.
pub(super) fn explained(error: CallError, order: &Order, surface: Surface) -> CallError {
    let CallError::Status(mut failure) = error else { return error };
    if REFUSED.contains(&failure.status) {
        let named: Vec<Doubt> = order.doubts.iter().filter(|doubt| names(&failure, &doubt.name)).cloned().collect();
        let (doubts, before) = if named.is_empty() { (&order.doubts, "It may be this: ") } else { (&named, "") };
        let steps = said(doubts).map(|said| {
            let step = Said::from(before).said(said).on(surface);
            order.redactor.text(&step).into_owned()
        });
        let steps: Vec<String> = steps.collect();
        failure.advice.splice(0..0, steps);
    }
    CallError::Status(failure)
}

/// Keeps what an answer tells of a request's doubts, under the version that the API names. A fact that cannot be kept is asked for again.
pub(super) fn learn(learned: &Learned, order: &Order, sent: &Result<u16, CallError>, api_version: Option<&str>) {
    let (Some(template), Ok(access)) = (&order.template, &order.access) else { return };
    let version = match sent {
        Err(CallError::Status(failure)) => failure.api_version.as_deref(),
        _ => api_version,
    };
    let fact = |doubt: &Doubt| {
        let taken = match sent {
            // An API that ignores a parameter answers as one that heeds it.
            Ok(_) => (doubt.kind != DoubtKind::Parameter).then_some(true),
            // That one value is none does not tell which are: only a list that is longer is known.
            Err(CallError::Status(failure)) if REFUSED.contains(&failure.status) && doubt.kind != DoubtKind::Value => {
                names(failure, &doubt.name).then_some(false)
            }
            Err(_) => None,
        }?;
        Some((thing_of(doubt.kind), doubt.name.clone(), taken))
    };
    let facts: Vec<_> =
        order.doubts.iter().filter_map(fact).filter(|(_, name, _)| !is_secret(&order.redactor, name)).collect();
    let base = base_of(access, &order.redactor);
    let subject = Subject { base: &base, method: order.draft.method.as_str(), path: template };
    if let Err(error) = learned.note(&subject, version, &facts) {
        tracing::warn!(%error, "what the API took or refused was not kept");
    }
}

/// The base URL that is configured, by which what an API said is kept. It may have a key in its path.
pub(crate) fn base_of(access: &ApiAccess, redactor: &Redactor) -> String {
    redactor.text(&access.base_url().to_string()).into_owned()
}

fn is_secret(redactor: &Redactor, name: &str) -> bool {
    redactor.text(name) != name
}

fn thing_of(kind: DoubtKind) -> Thing {
    match kind {
        DoubtKind::Field => Thing::Field,
        DoubtKind::Value => Thing::Values,
        DoubtKind::Parameter => Thing::Parameter,
    }
}

/// Whether an answer names a field or parameter as a word of its own: the whole, or the last part of a path.
fn names(failure: &StatusFailure, name: &str) -> bool {
    let of_errors = failure.errors.iter().flat_map(|error| [error.message.as_deref(), error.field.as_deref()]);
    let last = name.rsplit('/').next().unwrap_or(name);
    let said = |text: &str, name: &str| {
        let (text, name) = (text.to_lowercase(), name.to_lowercase());
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        text.match_indices(&name).any(|(at, found)| {
            let (before, after) =
                (text.get(..at).unwrap_or_default(), text.get(at + found.len()..).unwrap_or_default());
            !name.is_empty() && !is_part(before.chars().next_back()) && !is_part(after.chars().next())
        })
    };
    let mut texts = of_errors.chain([failure.message.as_deref()]).flatten();
    texts.any(|text| said(text, name) || said(text, last))
}

/// The doubt about a parameter that no manifest knows.
pub(super) fn of_parameter(place: &Place, name: &str, operation: &str) -> Doubt {
    let problem = Problem::new(
        place,
        format!("{operation} declares no parameter `{name}`"),
        Said::from("leave it out, or see those it takes with ").given(Given::Description),
    );
    Doubt { kind: DoubtKind::Parameter, name: name.to_owned(), problem }
}
