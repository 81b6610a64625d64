//! Which field does a path lead to, at any depth?
//!
//! Schemas refer to each other in circles (a company has a contact, who has a company), so a path is followed step by step
//! and never listed in full. Arrays are entered without a step of their own, compositions are merged.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Value, json};

use super::level::{Declaring, Level, same_name};
use super::trade::{Section, no_words, words_of};
use crate::openapi::{self, Field, SchemaLookup, def_name};

/// Where custom fields are in a record.
pub(super) const CUSTOM_FIELDS: &str = "customFields";

/// Where a path leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// To a declared field.
    Found {
        /// With the path as the schema spells it.
        field: Box<Field>,
        /// Whether an array was entered on the way, its own included.
        in_array: bool,
    },
    /// Into an object whose members are not declared; any name may be right.
    Open {
        /// The path, its declared part as the schema spells it.
        path: String,
        /// Whether an array was entered on the way.
        in_array: bool,
    },
    /// Behind a reference, to what the reference's own schema does not declare.
    Beyond {
        /// The path, its declared part as the schemas spell it.
        path: String,
        /// The part of it that is the reference.
        reference: String,
        /// The schema of the record that the reference stands for; `None` where the manifest describes none.
        record: Option<String>,
        /// The field of that record, where it is declared.
        field: Option<Box<Field>>,
        /// Whether an array was entered on the way, its own included.
        in_array: bool,
    },
    /// Nowhere.
    Unknown {
        /// The longest part that leads somewhere; empty where not even the first name does.
        known: String,
    },
}

impl Lookup {
    /// The path as the schema spells it, where it leads somewhere.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Found { field, .. } => Some(&field.path),
            Self::Open { path, .. } | Self::Beyond { path, .. } => Some(path),
            Self::Unknown { .. } => None,
        }
    }
}

/// The fields that a filter may name.
pub trait FieldSource {
    /// Where a full path such as `company/name` leads. Case does not matter.
    fn field(&self, path: &str) -> Lookup;
    /// The fields that are worth naming to somebody who looks for one: outer ones and their direct members.
    fn all(&self) -> &[Field];
    /// The direct members of a field, with full paths; those of the whole for an empty path.
    fn members(&self, path: &str) -> Vec<Field>;
    /// The members of the record that the reference at a path stands for, with full paths; none where it is no reference,
    /// or the manifest does not describe the record.
    fn members_of_record(&self, _path: &str) -> Vec<Field> {
        Vec::new()
    }
    /// What people call fields of this API; see [`super::trade`].
    fn called(&self) -> &'static Section {
        no_words()
    }
    /// What the fields belong to, such as `Ticket`, where it has a name.
    fn subject(&self) -> Option<String>;
    /// The path of the operation that lists what a record has under this name without holding it.
    fn apart(&self, _name: &str) -> Option<String> {
        None
    }
}

/// Steps of a path that are followed; nobody writes more.
const MAX_STEPS: usize = 32;
/// Compositions and references within one level; real ones have a handful.
const MAX_PARTS: usize = 64;
/// Fields that suggestions are taken from: more than the largest schema has, two levels deep.
const MAX_FIELDS: usize = 4000;

/// What a record's `_info` holds besides links, though no schema declares it. Filters name these bare as well: the
/// developer guide's own example is `lastUpdated > [2016-08-20T18:04:26Z]`, published clients filter tickets by
/// `dateEntered` and by `_info/dateEntered`. `fields` returns them in `_info` only.
const INFO_MEMBERS: [(&str, Option<&str>); 4] =
    [("lastUpdated", Some("date-time")), ("updatedBy", None), ("dateEntered", Some("date-time")), ("enteredBy", None)];

/// The path of the operation that lists what a record has under a name without holding it.
pub type Apart<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The fields of a response's items.
pub struct SchemaFields<'s> {
    schema: Value,
    lookup: &'s dyn SchemaLookup,
    known: RefCell<HashMap<String, Option<Arc<Value>>>>,
    all: OnceCell<Vec<Field>>,
    called: &'static Section,
    apart: Option<&'s Apart<'s>>,
    /// Paths that have been followed: a long condition asks for the same few.
    followed: RefCell<HashMap<String, Lookup>>,
    /// The members of a record, where every path begins. A ticket has 110, and to gather them takes longer than all else of a path.
    outermost: OnceCell<Rc<Level>>,
}

impl<'s> SchemaFields<'s> {
    /// The fields of `schema`, or of its items; `lookup` gives named schemas as for [`openapi::resolve()`].
    pub fn new(schema: &Value, lookup: &'s dyn SchemaLookup) -> Self {
        Self {
            schema: schema.clone(),
            lookup,
            known: RefCell::default(),
            all: OnceCell::new(),
            called: no_words(),
            apart: None,
            followed: RefCell::default(),
            outermost: OnceCell::new(),
        }
    }

    /// The same with the trade words of the API of this title.
    #[must_use]
    pub fn of_api(self, title: &str) -> Self {
        Self { called: words_of(title), ..self }
    }

    /// The same with what is listed apart from the records.
    #[must_use]
    pub fn with_lists(self, apart: &'s dyn Fn(&str) -> Option<String>) -> Self {
        Self { apart: Some(apart), ..self }
    }

    fn named(&self, name: &str) -> Option<Arc<Value>> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let own = || self.schema.get("$defs")?.get(name).cloned().map(Arc::new);
        let found = self.lookup.schema(name).or_else(own);
        self.known.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    fn level(&self, schema: &Value) -> Level {
        let mut level = Level::default();
        self.enter(schema, None, &mut level);
        level
    }

    fn outermost(&self) -> Rc<Level> {
        self.outermost.get_or_init(|| Rc::new(self.level(&self.schema))).clone()
    }

    /// Adds what a schema says of an object; `named` is the same schema, where it has a name.
    fn enter(&self, schema: &Value, named: Option<&Arc<Value>>, level: &mut Level) {
        level.parts += 1;
        let Some(map) = schema.as_object().filter(|_| level.parts <= MAX_PARTS) else { return };
        let has = |name: &str| match map.get("type") {
            Some(Value::String(only)) => only == name,
            Some(Value::Array(several)) => several.iter().any(|one| one == name),
            _ => false,
        };
        let properties = map.get("properties").and_then(Value::as_object);
        level.scalar |= ["string", "integer", "number", "boolean"].into_iter().any(has);
        level.additional |= match map.get("additionalProperties") {
            Some(Value::Bool(additional)) => *additional,
            Some(schema) => schema.is_object(),
            None => false,
        };
        if let Some(properties) = properties {
            let inline = || Declaring::Inline(properties.clone());
            level.declaring.push(named.map_or_else(inline, |named| Declaring::Named(Arc::clone(named))));
        }
        let required = map.get("required").and_then(Value::as_array).into_iter().flatten();
        level.required.extend(required.filter_map(Value::as_str).map(str::to_owned));
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(def_name);
        if level.name.is_none() {
            level.name.clone_from(&referred);
        }
        if let Some(name) = referred
            && level.followed.insert(name.clone())
            && let Some(target) = self.named(&name)
        {
            self.enter(&target, Some(&target), level);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in map.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.enter(part, None, level);
            }
        }
        if let Some(items) = map.get("items") {
            level.array = true;
            self.enter(items, None, level);
        }
    }

    /// What the schema of one member says of it.
    fn describe(&self, path: String, name: &str, schema: &Value, required: bool) -> Option<Field> {
        let wrapped = json!({ "properties": { name: schema } });
        let named = |name: &str| self.named(name);
        let field = openapi::fields(&wrapped, &named, 1, 1).pop()?;
        Some(Field { path, required, ..field })
    }

    /// The members of the record that a reference stands for, where the manifest describes it.
    fn record_of(&self, level: &Level) -> Option<Rc<Level>> {
        let record = self.named(level.record()?)?;
        Some(self.level(&record)).filter(|level| !level.is_empty()).map(Rc::new)
    }

    /// Where a path leads, or the part of it that leads somewhere.
    fn follow(&self, path: &str) -> Lookup {
        let names: Vec<&str> = path.split('/').collect();
        let mut known = String::new();
        if names.len() > MAX_STEPS {
            return Lookup::Unknown { known };
        }
        let mut in_array = false;
        // The reference that was left for its record, and the record's name.
        let mut beyond: Option<(String, String)> = None;
        let behind = |beyond: Option<(String, String)>, found: Lookup| match (beyond, found) {
            (Some((reference, record)), Lookup::Found { field, in_array }) => Lookup::Beyond {
                path: field.path.clone(),
                reference,
                record: Some(record),
                field: Some(field),
                in_array,
            },
            (_, found) => found,
        };
        let mut level = self.outermost();
        for (at, name) in names.iter().enumerate() {
            let rest = || names.get(at..).unwrap_or_default().join("/");
            if level.member(name).is_none()
                && !known.is_empty()
                && let Some(record) = level.record().map(str::to_owned)
                && !rest().split('/').any(str::is_empty)
            {
                let Some(whole) = self.record_of(&level) else {
                    // With nothing to look it up in, what is nearly a declared member is that member, misspelt.
                    if level.members().any(|(member, _)| is_nearly(name, member)) {
                        return Lookup::Unknown { known };
                    }
                    let path = join(&known, &rest());
                    return Lookup::Beyond { path, reference: known, record: None, field: None, in_array };
                };
                beyond.get_or_insert_with(|| (known.clone(), record));
                level = whole;
            }
            let Some((member, schema)) = level.member(name) else {
                let rest = rest();
                let empty = rest.split('/').any(str::is_empty);
                return if level.is_open() && !empty {
                    behind(beyond, self.undeclared(join(&known, &rest), in_array))
                } else {
                    Lookup::Unknown { known }
                };
            };
            known = join(&known, member);
            let next = Rc::new(self.level(schema));
            in_array |= next.array;
            if at + 1 == names.len() {
                let field = self.describe(known.clone(), member, schema, level.required.contains(member));
                return match field {
                    Some(field) => behind(beyond, Lookup::Found { field: Box::new(field), in_array }),
                    None => Lookup::Unknown { known },
                };
            }
            level = next;
        }
        Lookup::Unknown { known }
    }

    /// The object at a path, references followed.
    fn level_at(&self, path: &str) -> Option<Rc<Level>> {
        let mut level = self.outermost();
        for (at, name) in path.split('/').filter(|name| !name.is_empty()).take(MAX_STEPS).enumerate() {
            if at > 0
                && level.member(name).is_none()
                && let Some(whole) = self.record_of(&level)
            {
                level = whole;
            }
            level = Rc::new(self.level(level.member(name)?.1));
        }
        Some(level)
    }

    /// The members of an object, with full paths.
    fn described(&self, path: &str, level: &Level) -> Vec<Field> {
        let describe = |(name, schema)| self.describe(join(path, name), name, schema, level.required.contains(name));
        level.members().filter_map(describe).collect()
    }

    /// A member that no schema declares; of some the kind is known all the same.
    fn undeclared(&self, path: String, in_array: bool) -> Lookup {
        match info_members().find(|field| same_name(&field.path, &path)) {
            Some(field) => Lookup::Found { field: Box::new(field), in_array },
            None => Lookup::Open { path, in_array },
        }
    }

    fn has_open_info(&self) -> bool {
        matches!(self.follow("_info/any"), Lookup::Open { .. })
    }
}

impl FieldSource for SchemaFields<'_> {
    fn field(&self, path: &str) -> Lookup {
        if let Some(known) = self.followed.borrow().get(path) {
            return known.clone();
        }
        let found = match self.follow(path) {
            Lookup::Unknown { known } if known.is_empty() => {
                let short = INFO_MEMBERS.iter().find(|(name, _)| same_name(name, path));
                match short.filter(|_| self.has_open_info()) {
                    Some((name, _)) => self.undeclared(format!("_info/{name}"), false),
                    None => Lookup::Unknown { known },
                }
            }
            found => found,
        };
        self.followed.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    fn all(&self) -> &[Field] {
        self.all.get_or_init(|| {
            let named = |name: &str| self.named(name);
            let mut all = openapi::fields(&self.schema, &named, 2, MAX_FIELDS);
            if self.has_open_info() {
                all.extend(info_members());
            }
            all
        })
    }

    fn members(&self, path: &str) -> Vec<Field> {
        self.level_at(path).map_or_else(Vec::new, |level| self.described(path, &level))
    }

    fn members_of_record(&self, path: &str) -> Vec<Field> {
        let reference = Some(path).filter(|path| !path.is_empty()).and_then(|path| self.level_at(path));
        let record = reference.and_then(|level| self.record_of(&level));
        record.map_or_else(Vec::new, |record| self.described(path, &record))
    }

    fn called(&self) -> &'static Section {
        self.called
    }

    fn apart(&self, name: &str) -> Option<String> {
        self.apart.and_then(|apart| apart(name))
    }

    fn subject(&self) -> Option<String> {
        let referred = |schema: &Value| schema.get("$ref").and_then(Value::as_str).and_then(def_name);
        referred(&self.schema).or_else(|| referred(self.schema.get("items")?))
    }
}

fn info_members() -> impl Iterator<Item = Field> {
    INFO_MEMBERS.iter().map(|(name, format)| Field {
        path: format!("_info/{name}"),
        type_name: "string".to_owned(),
        format: format.map(str::to_owned),
        enum_values: Vec::new(),
        schema_name: None,
        read_only: true,
        required: false,
        description: String::new(),
    })
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// Whether a name is another with a letter or two wrong: `nam`, `identifer`.
fn is_nearly(name: &str, member: &str) -> bool {
    crate::spelling::is_comparable(name) && crate::spelling::alike(&name.to_lowercase(), &member.to_lowercase()) >= 0.7
}
