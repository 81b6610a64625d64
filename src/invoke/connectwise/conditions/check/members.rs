//! Which member of a reference is compared, where a condition names the reference itself or the wrong one?

use super::super::Severity;
use super::super::literal;
use super::super::naming::own;
use super::super::suggest::member_for;
use super::super::syntax::{FieldPath, Literal, Scalar, Test, quoted};
use super::{Checker, Target};
use crate::openapi::Field;

impl Checker<'_> {
    /// A reference is compared by one of its members.
    pub(super) fn member_of_reference(
        &mut self,
        target: Target,
        written: &FieldPath,
        value: Option<&Scalar>,
    ) -> Target {
        let Some(field) = target.field.as_ref().filter(|field| field.type_name.ends_with("object")) else {
            return target;
        };
        let members = self.fields.members(&target.path);
        if target.path.ends_with("_info") && members.is_empty() && value != Some(&Scalar::Null) {
            let inner = format!("{}/", target.path);
            let known = self.fields.all().iter().filter(|field| field.path.starts_with(&inner));
            let offers: Vec<String> = known.map(|field| field.path.clone()).collect();
            let message = format!("`{}` is an object and compared by one of its members", target.path);
            let cure = match offers.first() {
                Some(first) => format!("write `{first}`, or another of them"),
                None => format!("write `{inner}` and the name of a member"),
            };
            self.found(Severity::Error, written.span, message, cure, offers);
            self.certain = false;
            return target;
        }
        if let Some(direct) = self.address_of(&target.path, value) {
            let message = format!("`{}` is an object, and has no mail address among its members", target.path);
            self.found(
                Severity::Error,
                written.span,
                message,
                format!("write `{}`", direct.path),
                vec![direct.path.clone()],
            );
            return Target { path: direct.path.clone(), field: Some(direct), in_array: target.in_array };
        }
        let member = member_for(field.clone(), value, self.fields);
        if members.is_empty() || member.path == target.path {
            return target;
        }
        let path = &target.path;
        let mut offers = vec![member.path.clone()];
        for name in ["name", "identifier", "id"] {
            let other = format!("{path}/{name}");
            if members.iter().any(|member| member.path == other) && !offers.contains(&other) {
                offers.push(other);
            }
        }
        let message = format!("`{path}` is an object and compared by one of its members");
        let null = value == Some(&Scalar::Null);
        let severity = if null { Severity::Warning } else { Severity::Error };
        self.found(severity, written.span, message, format!("write `{}`", member.path), offers);
        Target { path: member.path.clone(), field: Some(member), in_array: target.in_array }
    }

    /// The record's own field for the mail address of what a reference refers to, where the value is one.
    fn address_of(&self, reference: &str, value: Option<&Scalar>) -> Option<Field> {
        let Some(Scalar::Text(text)) = value else { return None };
        own(&format!("{reference}EmailAddress"), self.fields).filter(|_| literal::is_address(text))
    }

    /// An id compared with a name: the name beside it is meant.
    pub(super) fn name_instead_of_id(&mut self, target: Target, test: &Test) -> Target {
        let Test::Is { value: Literal { value: Scalar::Text(text), span }, .. } = test else { return target };
        let numeric = target.field.as_ref().is_some_and(|field| field.type_name == "integer");
        let digits = text.trim_matches(['%', '*', ' ']);
        let parent = target.path.strip_suffix("/id").filter(|_| numeric && !literal::is_number(digits));
        let Some(parent) = parent else { return target };
        let members = self.fields.members(parent);
        let named = ["name", "identifier"].map(|name| format!("{parent}/{name}"));
        let Some(name) = named.iter().find_map(|path| members.iter().find(|member| member.path == *path)) else {
            return target;
        };
        let message = format!("`{}` is a number, {} is not", target.path, quoted(text));
        self.found(
            Severity::Error,
            *span,
            message,
            format!("compare `{}` with it", name.path),
            vec![name.path.clone()],
        );
        Target { path: name.path.clone(), field: Some(name.clone()), in_array: target.in_array }
    }
}
