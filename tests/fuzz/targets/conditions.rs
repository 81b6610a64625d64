//! Text that is said to be a filter: checked against the fields of tickets, and what is offered in its place checked again.

use cw_orchestrator::invoke::connectwise::conditions::{self, Checked, Kind, SchemaFields};
use cw_orchestrator::openapi::{self, Manifest, Method};
use cw_orchestrator::surface::Place;

thread_local! {
    /// The fields of tickets, gathered once: an input changes nothing of them.
    static TICKETS: SchemaFields<'static> = {
        let manifest: &'static Manifest = Box::leak(Box::new(openapi::embedded().expect("the embedded manifest")));
        let is_list = |operation: &&openapi::Operation| {
            operation.method == Method::Get && operation.path == "/service/tickets"
        };
        let list = manifest.operations.iter().find(is_list).expect("tickets");
        let lookup = Box::leak(Box::new(|name: &str| manifest.schemas.get(name).cloned()));
        SchemaFields::new(&list.responses[0].content[0].schema, lookup).of_api(&manifest.title)
    };
}

pub fn run(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        TICKETS.with(|fields| check(text, fields));
    }
}

fn check(text: &str, fields: &SchemaFields<'_>) {
    let nothing = |_: &str| Vec::new();
    for kind in [Kind::Conditions, Kind::ChildConditions, Kind::CustomFieldConditions] {
        let checked = conditions::check(kind, text, fields, &nothing);
        says_why_it_is_not_accepted(&checked, kind.parameter());
        if checked.problems(&Place::param(kind.parameter())).is_empty()
            && let Some(mended) = checked.mended()
        {
            let again = conditions::check(kind, &mended, fields, &nothing);
            assert!(
                again.problems(&Place::param(kind.parameter())).is_empty() && again.mended().is_none(),
                "`{text}` is sent as `{mended}`, which is not as the API takes it: {:?}",
                again.findings
            );
        }
        if let Some(repaired) = &checked.repaired {
            let again = conditions::check(kind, repaired, fields, &nothing);
            assert!(
                again.is_accepted(),
                "`{text}` is repaired as `{repaired}`, which is refused: {:?}",
                again.findings
            );
        }
    }
    for checked in
        [conditions::check_order_by(text, fields, &nothing), conditions::check_fields(text, fields, &nothing)]
    {
        says_why_it_is_not_accepted(&checked, "orderBy");
    }
    if let Ok(condition) = conditions::parse(text) {
        condition.for_each(&mut |comparison| drop(format!("{comparison:?}")));
    }
}

/// What is not accepted is a problem, a doubt or mended; what is accepted is neither a problem nor mended.
fn says_why_it_is_not_accepted(checked: &Checked, parameter: &str) {
    let place = Place::param(parameter);
    checked.warnings(&place);
    let stays = checked.problems(&place).is_empty() && checked.mended().is_none();
    if checked.is_accepted() {
        assert!(stays, "`{}` is accepted: {:?}", checked.text, checked.findings);
    } else {
        let said = !stays || !checked.doubts(&place).is_empty();
        assert!(said, "`{}` is not accepted: {:?}", checked.text, checked.findings);
    }
}
