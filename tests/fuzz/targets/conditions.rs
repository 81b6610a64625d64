//! Text that is said to be a filter: checked against the fields of tickets, and what is offered in its place checked again.

use cw_orchestrator::invoke::connectwise::conditions::{self, Kind, SchemaFields};
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
        checked.warnings(&Place::param("conditions"));
        assert_eq!(checked.problems(&Place::param("conditions")).is_empty(), checked.is_accepted());
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
        checked.warnings(&Place::param("orderBy"));
        assert_eq!(checked.problems(&Place::param("orderBy")).is_empty(), checked.is_accepted());
    }
    if let Ok(condition) = conditions::parse(text) {
        condition.for_each(&mut |comparison| drop(format!("{comparison:?}")));
    }
}
