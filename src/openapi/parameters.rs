//! Which parameters does an operation have, before their dialect matters?
//!
//! Lists of parameters with references followed; an operation's own override the path item's by name and place.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::reader::{Found, Reader, text};
use super::reference::At;
use super::{Dialect, ParameterIn};

/// The place that `in` names, with Swagger's two for a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Cookie,
    Body,
    FormData,
    /// Missing or misspelt.
    Unknown,
}

impl Place {
    /// The place of an ordinary parameter; `None` for those that describe a body.
    pub(super) fn location(self) -> Option<ParameterIn> {
        match self {
            Self::Path => Some(ParameterIn::Path),
            Self::Query => Some(ParameterIn::Query),
            Self::Header => Some(ParameterIn::Header),
            Self::Cookie => Some(ParameterIn::Cookie),
            Self::Body | Self::FormData | Self::Unknown => None,
        }
    }
}

/// A parameter object with its place.
#[derive(Clone, Debug)]
pub(super) struct ParameterObject<'a> {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) object: &'a Map<String, Value>,
    pub(super) pointer: String,
    /// Whether it was declared for the path, whose template has no place for it. `required` is then not believed.
    pub(super) unplaced: bool,
}

/// The parameters of a path item or an operation.
pub(super) fn entries<'a>(
    reader: &mut Reader<'a>,
    map: &'a Map<String, Value>,
    at: At<'_>,
) -> Vec<ParameterObject<'a>> {
    let list = at.key("parameters");
    let mut entries: Vec<ParameterObject<'a>> = Vec::new();
    let mut known: HashSet<(String, Place)> = HashSet::new();
    for (index, value) in reader.array(map, "parameters", at).iter().enumerate() {
        let Some(Found { object, pointer }) = reader.follow(value, list.index(index), "parameter") else { continue };
        let here = At::whole(&pointer);
        let written = text(object.get("in")).unwrap_or_default();
        let place = match written.trim().to_ascii_lowercase().as_str() {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            "cookie" => Place::Cookie,
            "body" if reader.dialect == Dialect::Swagger20 => Place::Body,
            "formdata" | "form" if reader.dialect == Dialect::Swagger20 => Place::FormData,
            _ => Place::Unknown,
        };
        let name = match text(object.get("name")) {
            Some(name) if !name.is_empty() => name,
            _ if place == Place::Body => "body".to_owned(),
            _ => {
                reader.skipped("parameter-unnamed", here, "this parameter has no name; it was left out");
                continue;
            }
        };
        if !known.insert((name.clone(), place)) {
            let message = format!("the parameter `{name}` occurs twice with the same `in`; the first one counts");
            reader.repaired("parameter-duplicate", list.index(index), message);
            continue;
        }
        entries.push(ParameterObject { name, place, object, pointer, unplaced: false });
    }
    entries
}

/// Puts `own` over `shared`: the same name and place replaces, anything else is added.
pub(super) fn override_with<'a>(shared: &mut Vec<ParameterObject<'a>>, own: Vec<ParameterObject<'a>>) {
    let known: HashMap<(String, Place), usize> =
        shared.iter().enumerate().map(|(at, entry)| ((entry.name.clone(), entry.place), at)).collect();
    for entry in own {
        match known.get(&(entry.name.clone(), entry.place)).and_then(|at| shared.get_mut(*at)) {
            Some(known) => *known = entry,
            None => shared.push(entry),
        }
    }
}

/// Reports a parameter that is nowhere, which [`Place::location`] gives no place to.
pub(super) fn nowhere(reader: &mut Reader<'_>, entry: &ParameterObject<'_>) {
    let written = text(entry.object.get("in")).unwrap_or_default();
    let message = format!("the parameter `{}` is `in: {written}`, which is no place; it was left out", entry.name);
    reader.skipped("parameter-place-unknown", At::whole(&entry.pointer), message);
}

/// `required`, which holds for path parameters whatever they say.
pub(super) fn required(reader: &mut Reader<'_>, entry: &ParameterObject<'_>) -> bool {
    let declared = super::reader::flag(entry.object.get("required"));
    if entry.place == Place::Path {
        if declared == Some(false) {
            let message = format!("the path parameter `{}` is declared optional; a path needs it", entry.name);
            reader.repaired("path-parameter-optional", At::whole(&entry.pointer), message);
        }
        return true;
    }
    !entry.unplaced && declared == Some(true)
}
