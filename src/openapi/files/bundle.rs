//! How does a reference to another file become one within the document?

use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value};

use super::super::reference::At;
use super::super::source;
use super::super::warnings::{Effect, Warnings};
use super::address::{beside, names_file, pointer_in, whole};
use super::{DATA, Files, MEMBER, MOST_BYTES, MOST_FILES, NAMED, UnreadFile};

/// The files that were met so far.
pub(super) struct Bundle<'a> {
    root: &'a Value,
    files: &'a dyn Files,
    warnings: &'a mut Warnings,
    /// Each file by its path; `None` where it cannot be read.
    known: HashMap<String, Option<Value>>,
    queue: VecDeque<String>,
    pub(super) contents: Vec<(String, Vec<u8>)>,
    bytes: usize,
}

/// A document while its references are changed.
struct Within<'d> {
    document: &'d Value,
    /// The path of the file; `None` for the manifest.
    path: Option<&'d str>,
}

impl<'a> Bundle<'a> {
    pub(super) fn new(root: &'a Value, files: &'a dyn Files, warnings: &'a mut Warnings) -> Self {
        let (known, queue, contents) = (HashMap::new(), VecDeque::new(), Vec::new());
        Self { root, files, warnings, known, queue, contents, bytes: 0 }
    }

    /// The manifest and the other files by path, their references changed.
    pub(super) fn all(&mut self) -> (Value, Map<String, Value>) {
        let root = self.changed(self.root, &Within { document: self.root, path: None }, At::ROOT, false);
        let mut others = Map::new();
        while let Some(path) = self.queue.pop_front() {
            let Some(Some(document)) = self.known.get(&path).cloned() else { continue };
            let within = Within { document: &document, path: Some(&path) };
            let document = self.changed(&document, &within, At::ROOT.key(MEMBER).key(&path), false);
            others.insert(path, document);
        }
        (root, others)
    }

    /// A value with its references changed. `names` says that its members have names of the author's choice.
    fn changed(&mut self, value: &Value, within: &Within<'_>, at: At<'_>, names: bool) -> Value {
        match value {
            Value::Object(map) => {
                let members = map.iter().map(|(key, value)| {
                    let changed = match value {
                        Value::String(reference) if key == "$ref" => {
                            self.reference(reference, within, at.key(key)).map_or_else(|| value.clone(), Value::String)
                        }
                        Value::Object(discriminator) if key == "discriminator" && !names => {
                            self.discriminator(discriminator, within, at.key(key))
                        }
                        value if !names && (DATA.contains(&key.as_str()) || key.starts_with("x-")) => value.clone(),
                        value => self.changed(value, within, at.key(key), !names && NAMED.contains(&key.as_str())),
                    };
                    (key.clone(), changed)
                });
                Value::Object(members.collect())
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| self.changed(item, within, at.index(index), false))
                .collect(),
            other => other.clone(),
        }
    }

    /// A discriminator whose `mapping` names schemas of other files by references to these.
    fn discriminator(&mut self, discriminator: &Map<String, Value>, within: &Within<'_>, at: At<'_>) -> Value {
        let mut changed = discriminator.clone();
        let at = at.key("mapping");
        for (name, target) in changed.get_mut("mapping").and_then(Value::as_object_mut).into_iter().flatten() {
            // What is no path is the name of a schema, which may have a dot.
            let reference = target.as_str().filter(|target| target.contains(['/', '#']) || names_file(target));
            let reference = reference.and_then(|reference| self.reference(reference, within, at.key(name)));
            if let Some(reference) = reference {
                *target = reference.into();
            }
        }
        changed.into()
    }

    /// The reference within the whole document; `None` where it stays as it is.
    fn reference(&mut self, reference: &str, within: &Within<'_>, at: At<'_>) -> Option<String> {
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        if path.is_empty() {
            // Of a reference that leads nowhere in its own file the manifest's is tried.
            let pointer = pointer_in(within.document, fragment)?;
            return Some(whole(within.path?, &pointer));
        }
        let path = match beside(path, within.path.unwrap_or_default())? {
            Ok(path) => path,
            Err(error) => {
                self.unread(reference, at, &error);
                return None;
            }
        };
        if self.files.own_name() == Some(&path) {
            return Some(format!("#{}", pointer_in(self.root, fragment)?));
        }
        let document = self.file(&path, at)?;
        let pointer = pointer_in(document, fragment);
        // What is not there is said where the reference is read; an anchor is known everywhere.
        let is_anchor = !fragment.is_empty() && !fragment.starts_with('/');
        match pointer {
            None if is_anchor => Some(format!("#{fragment}")),
            pointer => Some(whole(&path, &pointer.unwrap_or_else(|| fragment.to_owned()))),
        }
    }

    fn file(&mut self, path: &str, at: At<'_>) -> Option<&Value> {
        if !self.known.contains_key(path) {
            let read = self.read(path);
            let document = read.map_err(|error| self.unread(path, at, &error)).ok();
            if document.is_some() {
                self.queue.push_back(path.to_owned());
            }
            self.known.insert(path.to_owned(), document);
        }
        self.known.get(path)?.as_ref()
    }

    fn read(&mut self, path: &str) -> Result<Value, UnreadFile> {
        if self.contents.len() >= MOST_FILES {
            return Err(UnreadFile::TooMany);
        }
        let bytes = self.files.read(path)?;
        self.bytes += bytes.len();
        if self.bytes > MOST_BYTES {
            return Err(UnreadFile::TooLarge);
        }
        let document = source::parse(&bytes, &mut Warnings::default())?;
        self.contents.push((path.to_owned(), bytes));
        Ok(document)
    }

    fn unread(&mut self, reference: &str, at: At<'_>, reason: &UnreadFile) {
        let message = format!("the file of `{reference}` was not read: {reason}");
        self.warnings.warn("file-unread", at, message, Effect::Repaired);
    }
}
