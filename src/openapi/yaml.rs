//! How does YAML become a JSON value without surprises?
//!
//! Values follow the core schema of YAML 1.2 (section 10.3.2), as OpenAPI asks: `yes`, `on` and dates are strings.
//! Keys are always the text that stands there, so that `200:` and `on:` are member names. Aliases are copied within a
//! budget, `<<` merges, and nesting is limited as in JSON.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Number, Value};

use super::duplicates::{MAX_NESTING, insert_merging, warn_duplicate};
use super::error::{LooksLike, ManifestError, SourceFormat};
use super::reference::At;
use super::warnings::{Effect, Warnings};

/// Values that all aliases of a document may expand to: a large manifest has some 300,000 values in all.
const MAX_ALIASED: usize = 1_000_000;

/// Reads the first document of a YAML text.
pub(super) fn parse(text: &str, warnings: &mut Warnings) -> Result<Value, ManifestError> {
    let mut loader = Loader { warnings, stack: Vec::new(), root: None, anchors: HashMap::new(), aliased: 0 };
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            let (line, column) = (error.marker().line(), error.marker().col() + 1);
            let at_end = error.marker().index() >= text.trim_end().chars().count();
            if at_end || error.info().contains("end of stream") {
                return ManifestError::Truncated { line, column };
            }
            ManifestError::Syntax { format: SourceFormat::Yaml, line, column, reason: error.info().to_owned() }
        })?;
        if loader.event(event, span)? == Flow::Done {
            break;
        }
    }
    match loader.root {
        None | Some(Value::Null) => Err(ManifestError::Empty),
        Some(Value::String(_)) => Err(ManifestError::NotOpenApi { looks_like: LooksLike::Scalar }),
        Some(value) => Ok(value),
    }
}

#[derive(PartialEq, Eq)]
enum Flow {
    More,
    Done,
}

/// A value with what aliases to it cost.
#[derive(Clone)]
struct Node {
    value: Value,
    values: usize,
    levels: usize,
    /// A plain `<<`, which merges where it is a key.
    merge_key: bool,
    /// The text of a scalar as it stands, which is what it is called as a key.
    text: Option<String>,
}

enum Frame {
    Sequence {
        items: Vec<Value>,
        anchor: usize,
        values: usize,
        levels: usize,
    },
    Mapping {
        map: Map<String, Value>,
        merged: Vec<Value>,
        key: Option<Key>,
        anchor: usize,
        values: usize,
        levels: usize,
    },
}

enum Key {
    Member(String),
    Merge,
}

struct Loader<'w> {
    warnings: &'w mut Warnings,
    stack: Vec<Frame>,
    root: Option<Value>,
    /// Finished nodes by saphyr's number of their anchor; 0 stands for none.
    anchors: HashMap<usize, Node>,
    aliased: usize,
}

impl Loader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Flow, ManifestError> {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                self.warnings.warn(
                    "yaml-more-documents",
                    At::ROOT,
                    "the file holds more than one YAML document; only the first was read",
                    Effect::Skipped,
                );
                return Ok(Flow::Done);
            }
            Event::SequenceStart(anchor, _) => {
                self.open(Frame::Sequence { items: Vec::new(), anchor, values: 1, levels: 1 }, line, column)?;
            }
            Event::MappingStart(anchor, _) => {
                let (map, merged) = (Map::new(), Vec::new());
                self.open(Frame::Mapping { map, merged, key: None, anchor, values: 1, levels: 1 }, line, column)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (node, anchor) = match self.stack.pop() {
                    None => return Ok(Flow::More),
                    Some(Frame::Sequence { items, anchor, values, levels }) => {
                        (Node { value: Value::Array(items), values, levels, merge_key: false, text: None }, anchor)
                    }
                    Some(Frame::Mapping { mut map, merged, anchor, values, levels, .. }) => {
                        merge(&mut map, merged);
                        (Node { value: Value::Object(map), values, levels, merge_key: false, text: None }, anchor)
                    }
                };
                self.add(node, anchor, line, column)?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let value = scalar(&text, plain, tag.as_deref());
                let merge_key = plain && text == "<<";
                let node = Node { value, values: 1, levels: 0, merge_key, text: Some(text.into_owned()) };
                self.add(node, anchor, line, column)?;
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(ManifestError::Syntax {
                        format: SourceFormat::Yaml,
                        line,
                        column,
                        reason: "an alias stands inside the value it names".to_owned(),
                    });
                };
                self.aliased = self.aliased.saturating_add(node.values);
                if self.aliased > MAX_ALIASED {
                    return Err(ManifestError::AliasesTooLarge { limit: MAX_ALIASED, line, column });
                }
                if self.stack.len() + node.levels > MAX_NESTING {
                    return Err(ManifestError::TooDeep { limit: MAX_NESTING, line, column });
                }
                self.add(node, 0, line, column)?;
            }
            _ => {}
        }
        Ok(Flow::More)
    }

    fn open(&mut self, frame: Frame, line: usize, column: usize) -> Result<(), ManifestError> {
        if self.stack.len() >= MAX_NESTING {
            return Err(ManifestError::TooDeep { limit: MAX_NESTING, line, column });
        }
        self.stack.push(frame);
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize, line: usize, column: usize) -> Result<(), ManifestError> {
        if anchor != 0 {
            // Nested anchors copy what is inside them once per level: the same budget bounds that.
            self.aliased = self.aliased.saturating_add(node.values);
            if self.aliased > MAX_ALIASED {
                return Err(ManifestError::AliasesTooLarge { limit: MAX_ALIASED, line, column });
            }
            self.anchors.insert(anchor, node.clone());
        }
        let mut duplicate = None;
        match self.stack.last_mut() {
            None => self.root = Some(node.value),
            Some(Frame::Sequence { items, values, levels, .. }) => {
                *values = values.saturating_add(node.values);
                *levels = (*levels).max(node.levels + 1);
                items.push(node.value);
            }
            Some(Frame::Mapping { map, merged, key, values, levels, .. }) => match key.take() {
                None if node.merge_key => *key = Some(Key::Merge),
                None => *key = Some(Key::Member(node.text.unwrap_or_else(|| node.value.to_string()))),
                Some(written) => {
                    *values = values.saturating_add(node.values);
                    *levels = (*levels).max(node.levels + 1);
                    match written {
                        Key::Merge => merged.push(node.value),
                        Key::Member(name) => {
                            if insert_merging(map, name.clone(), node.value) {
                                duplicate = Some(name);
                            }
                        }
                    }
                }
            },
        }
        if let Some(name) = duplicate {
            let mut keys: Vec<String> = self.stack.iter().filter_map(Frame::position).collect();
            keys.push(name);
            warn_duplicate(&keys, self.warnings);
        }
        Ok(())
    }
}

impl Frame {
    /// Under which key or index the next frame up stands in this one; nothing where the frame awaits a key.
    fn position(&self) -> Option<String> {
        match self {
            Self::Sequence { items, .. } => Some(items.len().to_string()),
            Self::Mapping { key: Some(Key::Member(name)), .. } => Some(name.clone()),
            Self::Mapping { .. } => None,
        }
    }
}

/// `<<`: members of the merged mappings that the mapping itself has not, the first mapping winning.
fn merge(map: &mut Map<String, Value>, merged: Vec<Value>) {
    for value in merged {
        let sources = match value {
            Value::Array(items) => items,
            value => vec![value],
        };
        for source in sources {
            if let Value::Object(source) = source {
                for (key, value) in source {
                    map.entry(key).or_insert(value);
                }
            }
        }
    }
}

/// A scalar by the core schema. Tags other than `!!str` change nothing: manifests do not need them.
fn scalar(text: &str, plain: bool, tag: Option<&Tag>) -> Value {
    let string = || Value::String(text.to_owned());
    if !plain || tag.is_some_and(|tag| tag.suffix == "str" || tag.handle == "!") {
        return string();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(string, Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(Number::from);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return u64::from_str_radix(octal, 8).ok().map(Number::from);
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        if let Ok(value) = plain.parse::<i64>() {
            return Some(value.into());
        }
        if let Ok(value) = plain.parse::<u64>() {
            return Some(value.into());
        }
    }
    // Rust accepts exactly digits, one point and an exponent here: `1.2.3` and dates stay strings.
    plain.parse::<f64>().ok().and_then(Number::from_f64)
}
