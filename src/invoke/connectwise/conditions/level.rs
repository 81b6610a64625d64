//! Which members does one object have, whatever parts its schema is made of?

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

/// A part of a schema that declares members.
pub(super) enum Declaring {
    /// A named schema. It is shared: a ticket has 110 members, which every call would copy.
    Named(Arc<Value>),
    /// The properties of a part without a name.
    Inline(Map<String, Value>),
}

impl Declaring {
    fn member(&self, name: &str) -> Option<(&str, &Value)> {
        self.properties()?.get_key_value(name).map(|(name, schema)| (name.as_str(), schema))
    }

    fn properties(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Named(schema) => schema.get("properties")?.as_object(),
            Self::Inline(properties) => Some(properties),
        }
    }
}

/// The members of one object.
#[derive(Default)]
pub(super) struct Level {
    /// Of two members of one name, that of the part before counts.
    pub(super) declaring: Vec<Declaring>,
    pub(super) required: HashSet<String>,
    pub(super) followed: HashSet<String>,
    /// The named schema that was referred to first.
    pub(super) name: Option<String>,
    /// Members that are not declared are allowed.
    pub(super) additional: bool,
    pub(super) scalar: bool,
    pub(super) array: bool,
    pub(super) parts: usize,
}

impl Level {
    /// Whether it may hold members that are not declared. An object of which nothing is said may hold any.
    pub(super) fn is_open(&self) -> bool {
        self.additional || (self.is_empty() && !self.scalar)
    }

    /// The name of the record that this object is a reference to. Each of the 190 in ConnectWise's manifest is a
    /// schema `{record}Reference` that has an `id` and requires nothing; most list three members, while the server follows
    /// a filter into the whole record. The schema of that record is there under its name for 123 of them.
    pub(super) fn record(&self) -> Option<&str> {
        let has_id = self.declaring.iter().any(|part| part.member("id").is_some());
        self.name.as_deref()?.strip_suffix("Reference").filter(|_| has_id && self.required.is_empty())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members().next().is_none()
    }

    /// In the order in which they are declared.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.declaring.iter().enumerate().flat_map(|(at, part)| {
            let before = self.declaring.get(..at).unwrap_or_default();
            let own = part.properties().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema));
            own.filter(|(name, _)| before.iter().all(|part| part.member(name).is_none()))
        })
    }

    /// The member of this name, in whatever case.
    pub(super) fn member(&self, name: &str) -> Option<(&str, &Value)> {
        let exact = self.declaring.iter().find_map(|part| part.member(name));
        exact.or_else(|| self.members().find(|(member, _)| same_name(member, name)))
    }
}

pub(super) fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
