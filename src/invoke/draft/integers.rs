//! Which parameters of an operation hold an integer?

use super::view::Schemas;
use crate::openapi::{Operation, ParameterIn, SchemaLookup};

/// Names of an operation's parameters whose texts servers read as integers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Integers {
    path: Vec<String>,
    query: Vec<String>,
}

impl Integers {
    /// Those that a manifest declares as integers and as nothing else.
    pub(crate) fn of(operation: &Operation, lookup: &dyn SchemaLookup) -> Self {
        let schemas = Schemas::new(lookup);
        let of = |place: ParameterIn| {
            let declared = operation.parameters.iter().filter(|parameter| parameter.location == place);
            let integers = declared.filter(|parameter| schemas.view(&parameter.schema).types == ["integer"]);
            integers.map(|parameter| parameter.name.clone()).collect()
        };
        Self { path: of(ParameterIn::Path), query: of(ParameterIn::Query) }
    }

    /// Whether a placeholder of the path is one.
    pub(crate) fn has_in_path(&self, name: &str) -> bool {
        self.path.iter().any(|known| known == name)
    }

    /// Whether a parameter of the query is one, whatever the case of its name.
    pub(crate) fn has_in_query(&self, name: &str) -> bool {
        self.query.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}
