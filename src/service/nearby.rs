//! Which operations are near a path that no manifest has?
//!
//! First those that do what is asked for, elsewhere or under another name, with what makes them the same request; then those that are
//! written alike. What the path has for their placeholders stands in them.

use serde_json::Value;

use super::around::{Around, NEAREST, Near};
use super::elsewhere::elsewhere;
use super::namesakes::{in_other_number, namesakes, numbers};
use super::records::{filled, is_number, is_placeholder, is_value, noun, parameters_of, with_last};
use crate::document::route::anonymous;
use crate::error::Error;
use crate::index::DocId;
use crate::openapi::{Method, PathTemplate};
use crate::store::OperationRow;

/// Segments that may be left out in front of a path.
const MOST_LEFT_OUT: usize = 2;

/// Operations whose placeholders are looked at.
const MOST_READ: usize = 20;

/// Words at the end of a path that ask to search the list before them.
const SEARCHES: [&str; 5] = ["filter", "find", "list", "query", "search"];

impl<'s> Around<'s> {
    /// The operations that are nearest to a path, each as it is to be called; `data` is the body that was to be sent.
    pub(super) fn nearest(&self, method: Method, path: &str, data: Option<&Value>) -> Vec<String> {
        self.found_near(method, path, data).unwrap_or_else(|error| {
            tracing::warn!(error = error.name(), "no operations were looked for near a path");
            Vec::new()
        })
    }

    fn found_near(&self, method: Method, path: &str, data: Option<&Value>) -> Result<Vec<String>, Error> {
        let mut near: Vec<Near<'s>> = self.searched(path, data)?.into_iter().collect();
        // What was to be searched is not written to.
        let is_search = !near.is_empty() && method != Method::Get;
        if !is_search {
            near.extend(in_other_number(self, method, path));
            near.extend(self.lacking_front(method, path)?);
            let below = elsewhere(self, method, path)?;
            if below.is_empty() {
                near.extend(namesakes(self, method, path)?);
            }
            near.extend(below);
            near.extend(self.written_alike(method, path));
        }
        let mut told: Vec<(DocId, String)> = Vec::new();
        for Near { entry, path: meant, with } in near {
            if told.len() >= NEAREST || told.iter().any(|(doc, _)| *doc == entry.doc) {
                continue;
            }
            let path = meant.unwrap_or_else(|| filled(&with_one(&entry.path, path), path));
            if self.is_taken(entry, &path)? {
                told.push((entry.doc, format!("{} {path}{with}", entry.method)));
            }
        }
        Ok(told.into_iter().map(|(_, told)| told).collect())
    }

    /// The operations that are written alike, of those that do no harm if the wrong one is called: reads for a read, and for a write
    /// those of the same noun.
    fn written_alike(&self, method: Method, path: &str) -> Vec<Near<'s>> {
        let is_read = |method: Method| matches!(method, Method::Get | Method::Head);
        let wanted_noun = last_noun(path);
        let may_be = |entry: &&OperationRow| {
            if is_read(method) {
                is_read(entry.method)
            } else {
                let is_allowed = entry.method == method || is_read(entry.method) || both_change(method, entry.method);
                is_allowed && wanted_noun.is_some() && last_noun(&entry.path) == wanted_noun
            }
        };
        let lacking =
            self.entries().filter(may_be).filter(|entry| entry.method == method && lacks_values(path, &entry.path));
        let mut near: Vec<Near<'s>> =
            lacking.take(NEAREST).map(|entry| Near { path: Some(entry.path.clone()), ..Near::plain(entry) }).collect();
        // Numbers are values of placeholders.
        let segments = path.split('/').map(|segment| if is_number(segment) { "{}" } else { segment });
        let wanted = anonymous(&segments.collect::<Vec<_>>().join("/")).to_lowercase();
        let known = self.entries().filter(may_be).map(|entry| {
            (anonymous(&entry.path).to_lowercase(), if entry.method == method { 0.1 } else { 0.0 }, entry)
        });
        // More than are told: some do not take what the path has for their placeholders.
        near.extend(crate::spelling::most_alike(&wanted, known, 2 * NEAREST).into_iter().map(Near::plain));
        near
    }

    /// Whether the placeholders of an operation may have what stands for them in a path.
    fn is_taken(&self, entry: &OperationRow, path: &str) -> Result<bool, Error> {
        let values = || entry.path.split('/').zip(path.split('/')).filter(|(own, _)| is_placeholder(own));
        let mut texts = values().filter(|(_, value)| !is_value(value)).peekable();
        if texts.peek().is_none() {
            return Ok(true);
        }
        let numbers = numbers(self, entry)?;
        Ok(!texts.any(|(own, _)| numbers.iter().any(|number| own.trim_matches(['{', '}']) == number)))
    }

    /// The list that a path means to search that ends in a word for it, with what the body of the search asks for.
    fn searched(&self, path: &str, data: Option<&Value>) -> Result<Option<Near<'s>>, Error> {
        let Some((list, last)) = path.trim_end_matches('/').rsplit_once('/') else { return Ok(None) };
        let is_search = SEARCHES.contains(&last.to_lowercase().as_str());
        let wanted = anonymous(list).to_lowercase();
        let is_list = |entry: &&OperationRow| {
            entry.method == Method::Get && is_search && anonymous(&entry.path).to_lowercase() == wanted
        };
        let Some(entry) = self.entries().find(is_list) else { return Ok(None) };
        let mut with = String::new();
        if let Some(asked) = data.and_then(Value::as_object) {
            let takes = parameters_of(&*self.searcher.store().operation(entry.doc)?);
            for (name, value) in asked.iter().filter(|(name, _)| takes.contains_key(*name)) {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                if !(value.is_null() || value.is_object() || text.is_empty()) {
                    with.push_str(if with.is_empty() { " with " } else { ", " });
                    with.push_str(&format!("{name}={text}"));
                }
            }
        }
        Ok(Some(Near { with, ..Near::plain(entry) }))
    }

    /// The operations whose first segments a path leaves out: `/reports/Service` of `/system/reports/{reportName}`.
    fn lacking_front(&self, method: Method, path: &str) -> Result<Vec<Near<'s>>, Error> {
        let count = |path: &str| path.split('/').filter(|segment| !segment.is_empty()).count();
        let own = count(path);
        let mut found = Vec::new();
        let of_method = self.entries().filter(|entry| entry.method == method);
        let longer = of_method.filter(|entry| (own + 1..=own + MOST_LEFT_OUT).contains(&count(&entry.path)));
        let mut read = 0;
        for entry in longer {
            let left_out = count(&entry.path) - own;
            let Some((front, rest)) = parted(&entry.path, left_out).filter(|(front, _)| !front.contains('{')) else {
                continue;
            };
            let Some(template) = PathTemplate::parse(rest).ok().filter(|_| begins_alike(rest, path)) else { continue };
            let Some(values) = template.matches_in_any_case(path) else { continue };
            if read >= MOST_READ {
                break;
            }
            read += 1;
            let numbers = numbers(self, entry)?;
            if values.iter().all(|(name, value)| is_value(value) || !numbers.iter().any(|number| number == name)) {
                let path = format!("{front}{}", filled(rest, path));
                found.push((left_out, Near { entry, path: Some(path), with: String::new() }));
            }
        }
        found.sort_by_key(|(left_out, _)| *left_out);
        Ok(found.into_iter().map(|(_, near)| near).take(NEAREST - 1).collect())
    }
}

/// A path behind so many segments, and these.
fn parted(path: &str, count: usize) -> Option<(&str, &str)> {
    let (at, _) = path.match_indices('/').nth(count)?;
    path.split_at_checked(at)
}

/// Whether both begin with the same literal.
fn begins_alike(template: &str, path: &str) -> bool {
    let first = |path: &str| path.split('/').find(|segment| !segment.is_empty()).map(str::to_lowercase);
    first(template).is_some_and(|literal| !literal.contains('{') && Some(literal) == first(path))
}

/// The last noun of a path, as [`noun`] has it.
fn last_noun(path: &str) -> Option<String> {
    path.split('/').rfind(|segment| !segment.is_empty() && !is_value(segment)).and_then(noun)
}

/// A template of one record with the one that a path has behind the same noun.
fn with_one(template: &str, path: &str) -> String {
    let one = path.rsplit('/').next().filter(|last| is_value(last));
    match one.filter(|_| last_noun(template) == last_noun(path)) {
        Some(one) => with_last(template, one),
        None => template.to_owned(),
    }
}

/// Whether both methods change a record: an API that has one of them may lack the other.
fn both_change(one: Method, other: Method) -> bool {
    let changes = |method: Method| matches!(method, Method::Put | Method::Patch);
    changes(one) && changes(other)
}

/// Whether a path is a template with values left out: `/agreements/additions` of `/agreements/{parentId}/additions`.
pub(super) fn lacks_values(path: &str, template: &str) -> bool {
    let literals = template.split('/').filter(|segment| !segment.is_empty() && !segment.contains('{'));
    let written = path.split('/').filter(|segment| !segment.is_empty());
    template.contains('{') && literals.map(str::to_lowercase).eq(written.map(str::to_lowercase))
}
