//! Which named schema does a schema's `$ref` mean?
//!
//! References to places that are no named schema (`#/paths/.../schema`) get a name made from the place, and the schema
//! there joins the named ones. References to nothing become a schema that accepts anything and has a title.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::files::name_within;
use super::reader::Reader;
use super::reference::{At, def_ref, fragment_tokens, locate, pointer_of, pointer_tokens};
use super::schema_names::{Target, address, base_of, collect_anchors, collect_ids, schema_inside};

impl<'a> Reader<'a> {
    pub(super) fn reference(&mut self, value: &'a Value, out: &mut Map<String, Value>, at: At<'_>) {
        let Some(reference) = value.as_str() else {
            self.repaired("ref-malformed", at, "this `$ref` is no text; any value is accepted there");
            return;
        };
        let resolved = match self.schemas.known.get(reference) {
            Some(resolved) => resolved.clone(),
            None => {
                let (target, global) = self.target(reference, at);
                let (resolved, global) = match target {
                    Target::Named(name) => (json!({"$ref": def_ref(&name)}), global),
                    Target::Nothing(title) => (json!({"title": title}), false),
                };
                if global {
                    self.schemas.known.insert(reference, resolved.clone());
                }
                resolved
            }
        };
        if let Value::Object(resolved) = resolved {
            for (key, value) in resolved {
                out.entry(key).or_insert(value);
            }
        }
    }

    /// Where `reference` leads, and whether it leads there from everywhere.
    pub(super) fn target(&mut self, reference: &'a str, at: At<'_>) -> (Target, bool) {
        let title = reference.rsplit(['/', '#']).find(|part| !part.is_empty()).unwrap_or(reference);
        let title = title.trim_end_matches(".json").trim_end_matches(".yaml").to_owned();
        let Some(fragment) = reference.strip_prefix('#') else {
            if self.schemas.named.is_some_and(|named| named.contains_key(reference)) {
                let message = format!("`{reference}` is no reference; it was taken as the schema of that name");
                self.repaired("ref-bare-name", at, message);
                return (Target::Named(reference.to_owned()), true);
            }
            if let Some(tokens) = self.identified(reference, at)
                && let Some(target) = locate(self.document, &tokens)
            {
                return (Target::Named(self.name_of(tokens, target, at)), false);
            }
            let message = format!("`{reference}` is in another file; any value is accepted there");
            self.repaired("ref-external", at, message);
            return (Target::Nothing(title), false);
        };
        if let Some(tokens) = fragment_tokens(fragment).filter(|tokens| !tokens.is_empty())
            && let Some(target) = locate(self.document, &tokens)
        {
            return (Target::Named(self.name_of(tokens, target, at)), true);
        }
        if let Some(tokens) = self.relocated(reference, at)
            && let Some(target) = locate(self.document, &tokens)
        {
            return (Target::Named(self.name_of(tokens, target, at)), false);
        }
        let message = format!("`{reference}` does not exist; any value is accepted there");
        self.repaired("ref-dangling", at, message);
        (Target::Nothing(title), false)
    }

    /// Where the schema is whose `$id` a reference names, or what the reference's fragment names within it.
    fn identified(&mut self, reference: &str, at: At<'_>) -> Option<Vec<String>> {
        let document = self.document;
        let ids = self.schemas.ids.get_or_insert_with(|| {
            let mut ids = HashMap::new();
            collect_ids(document, None, At::ROOT, &mut ids);
            ids
        });
        if ids.is_empty() {
            return None;
        }
        let (written, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = base_of(document, &pointer_tokens(&at.pointer())?);
        let known = ids.get(&address(base.as_ref(), written)).or_else(|| ids.get(written))?;
        let mut tokens = pointer_tokens(known)?;
        if fragment.is_empty() || fragment.starts_with('/') {
            tokens.extend(fragment_tokens(fragment)?);
            return Some(tokens);
        }
        let mut anchors = HashMap::new();
        collect_anchors(locate(document, &tokens)?, At::ROOT, &mut anchors);
        tokens.extend(pointer_tokens(anchors.get(fragment)?)?);
        Some(tokens)
    }

    /// Where else a schema may be that is not where its reference says.
    fn relocated(&mut self, reference: &'a str, at: At<'_>) -> Option<Vec<String>> {
        let fragment = reference.trim_start_matches('#');
        if !fragment.contains('/') {
            let document = self.document;
            let anchors = self.schemas.anchors.get_or_insert_with(|| {
                let mut anchors = HashMap::new();
                collect_anchors(document, At::ROOT, &mut anchors);
                anchors
            });
            return pointer_tokens(anchors.get(fragment)?);
        }
        let fragment = fragment.trim_start_matches('/');
        let tokens = fragment_tokens(&format!("/{fragment}"))?;
        // `#/$defs/Name` means that of an enclosing schema where generators forget what the document's root is.
        if let [defs @ ("$defs" | "definitions"), _, ..] =
            tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
        {
            let mut enclosing = pointer_tokens(&at.pointer())?;
            while enclosing.pop().is_some() {
                if locate(self.document, &enclosing).is_some_and(|value| value.get(*defs).is_some()) {
                    let candidate: Vec<String> = enclosing.iter().chain(&tokens).cloned().collect();
                    if locate(self.document, &candidate).is_some() {
                        return Some(candidate);
                    }
                }
            }
        }
        let name = tokens.last()?;
        let home: Vec<String> = self.schemas.home.iter().map(|token| (*token).to_owned()).collect();
        let wrong_home = matches!(
            tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
            ["definitions", _] | ["components", "schemas", _] | ["schemas", _] | ["models", _]
        );
        if wrong_home && self.schemas.named.is_some_and(|named| named.contains_key(name)) {
            let message = format!("`{reference}` does not exist; the schema `{name}` was taken from where schemas are");
            self.repaired("ref-relocated", at, message);
            return Some(home.into_iter().chain([name.clone()]).collect());
        }
        None
    }

    /// The name of the schema at `tokens`, made up where it has none.
    fn name_of(&mut self, mut tokens: Vec<String>, target: &'a Value, at: At<'_>) -> String {
        if let Some((name, home)) = tokens.split_last()
            && home == self.schemas.home
        {
            return name.clone();
        }
        if let Some(inner) = schema_inside(target) {
            let message = format!("`#{}` is no schema; the schema inside it was taken", pointer_of(&tokens));
            self.repaired("ref-not-a-schema", at, message);
            tokens.extend(inner);
        }
        let pointer = pointer_of(&tokens);
        if let Some(name) = self.schemas.hoisted.get(&pointer) {
            return name.clone();
        }
        let of_file = name_within(&tokens);
        let words = of_file.as_ref().unwrap_or(&tokens).iter();
        let words = words.skip_while(|token| self.schemas.home.contains(&token.as_str()));
        let mut base = String::new();
        for c in words.flat_map(|token| ["_", token.as_str()]).flat_map(str::chars).skip(1) {
            let c = if c.is_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
            if !(c == '_' && base.ends_with('_')) {
                base.push(c);
            }
        }
        let mut name = base.clone();
        let mut number = 1;
        while name.is_empty() || !self.schemas.taken.insert(name.clone()) {
            number += 1;
            name = format!("{base}_{number}");
        }
        self.schemas.hoisted.insert(pointer.clone(), name.clone());
        self.schemas.queue.push_back((name.clone(), pointer));
        name
    }
}
