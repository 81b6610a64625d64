//! How are the members of an exploded object given: by their own names, or beside the object?
//!
//! The object's own name is never sent (OpenAPI 3.1.0 section 4.8.12.4), so callers know its members as parameters.

use serde_json::Value;

use super::Placing;
use crate::invoke::draft::given::{self, find_with_place};
use crate::invoke::draft::wording::{scalar_text, shown};
use crate::openapi::Parameter;
use crate::surface::Place;

impl Placing<'_, '_, '_> {
    /// The value of an exploded object with the members that were given by their own names beside it.
    pub(super) fn with_members(&mut self, parameter: &Parameter, value: Value) -> Value {
        let Some(view) = given::exploded(parameter, self.checker.schemas) else { return value };
        let read = match &value {
            Value::Object(object) => Some(object.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        };
        let Some(mut object) = read else { return value };
        let declared = &self.asked.operation.parameters;
        let is_free = |name: &str| declared.iter().all(|other| !other.name.eq_ignore_ascii_case(name));
        let mut is_joined = false;
        for member in given::members(parameter, &view, false).filter(|member| is_free(&member.name)) {
            if (self.is_body_field)(&member.name) {
                continue;
            }
            let Some((key, own)) = self.given(&member) else { continue };
            match object.get(&member.name) {
                Some(other) if scalar_text(other).is_some() && scalar_text(other) == scalar_text(&own) => {}
                Some(other) => {
                    let message = format!("is {} here and {} in `{}`", shown(&own), shown(other), parameter.name);
                    self.checker.problem(&Place::param(key), message, "Leave one of the two out.", Vec::new());
                }
                None => {
                    object.insert(member.name.clone(), own);
                    is_joined = true;
                }
            }
        }
        if is_joined { object.into() } else { value }
    }

    /// Puts the members of an exploded object that were given by their own names; `false` where none was.
    pub(super) fn members(&mut self, parameter: &Parameter) -> bool {
        let Some(view) = given::exploded(parameter, self.checker.schemas) else { return false };
        let declared = &self.asked.operation.parameters;
        let is_free = |name: &str| declared.iter().all(|other| !other.name.eq_ignore_ascii_case(name));
        let mut found = Vec::new();
        let mut any = false;
        for member in given::members(parameter, &view, true).filter(|member| is_free(&member.name)) {
            // What the body has too was most likely meant for it.
            let is_told_apart = find_with_place(self.asked.params, self.asked.operation, &member).is_some();
            if (self.is_body_field)(&member.name) && !is_told_apart {
                continue;
            }
            let given = self.given(&member);
            any |= given.is_some();
            found.push((member, given));
        }
        for (member, given) in found.into_iter().filter(|_| any) {
            match given {
                Some((key, value)) => self.put(&member, &value, &Place::param(key)),
                None => self.missing(&member),
            }
        }
        any
    }
}
