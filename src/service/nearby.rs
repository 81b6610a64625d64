//! Which operations are near a path that no manifest has?
//!
//! First those that do what is asked for, elsewhere or under another name, with what makes them the same request; then those that are
//! written alike. What the path has for their placeholders stands in them.

use super::around::{Around, Near};
use super::elsewhere::elsewhere;
use super::records::is_placeholder;
use crate::document::route::anonymous;
use crate::error::Error;
use crate::index::DocId;
use crate::openapi::{Method, ParameterIn, PathTemplate};
use crate::store::OperationRow;

/// Number of operations that are named where none has the path.
pub(super) const NEAREST: usize = 5;

/// Segments that may be left out in front of a path.
const MOST_LEFT_OUT: usize = 2;

/// Operations whose placeholders are looked at.
const MOST_READ: usize = 20;

/// Words at the end of a path that ask to search the list before them.
const SEARCHES: [&str; 5] = ["filter", "find", "list", "query", "search"];

impl<'s> Around<'s> {
    /// The operations that are nearest to a path, each as it is to be called.
    pub(super) fn nearest(&self, method: Method, path: &str) -> Vec<String> {
        let logged = |found: Result<Vec<Near<'s>>, Error>| {
            found.unwrap_or_else(|error| {
                tracing::warn!(error = error.name(), "no operations were looked for elsewhere");
                Vec::new()
            })
        };
        let mut near: Vec<Near<'s>> = self.searched(path).into_iter().collect();
        near.extend(logged(self.lacking_front(method, path)));
        near.extend(logged(elsewhere(self, method, path)));
        let lacking = self.entries().filter(|entry| entry.method == method && lacks_values(path, &entry.path));
        near.extend(lacking.take(NEAREST).map(Near::plain));
        // Numbers are values of placeholders.
        let segments = path.split('/').map(|segment| if is_number(segment) { "{}" } else { segment });
        let wanted = anonymous(&segments.collect::<Vec<_>>().join("/")).to_lowercase();
        let known = self.entries().map(|entry| {
            (anonymous(&entry.path).to_lowercase(), if entry.method == method { 0.1 } else { 0.0 }, entry)
        });
        near.extend(crate::spelling::most_alike(&wanted, known, NEAREST).into_iter().map(Near::plain));
        let mut told: Vec<(DocId, String)> = Vec::new();
        for Near { entry, path: meant, with } in near {
            if told.len() < NEAREST && !told.iter().any(|(doc, _)| *doc == entry.doc) {
                let path = meant.unwrap_or_else(|| filled(&entry.path, path));
                told.push((entry.doc, format!("{} {path}{with}", entry.method)));
            }
        }
        told.into_iter().map(|(_, told)| told).collect()
    }

    /// The list that a path means to search that ends in a word for it.
    fn searched(&self, path: &str) -> Option<Near<'s>> {
        let (list, last) = path.trim_end_matches('/').rsplit_once('/')?;
        let is_search = SEARCHES.contains(&last.to_lowercase().as_str());
        let wanted = anonymous(list).to_lowercase();
        let is_list = |entry: &&OperationRow| {
            entry.method == Method::Get && is_search && anonymous(&entry.path).to_lowercase() == wanted
        };
        self.entries().find(is_list).map(Near::plain)
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
            let operation = self.searcher.store().operation(entry.doc)?;
            let of_path = operation.parameters.iter().filter(|known| known.location == ParameterIn::Path);
            let numbers: Vec<&str> = of_path
                .filter(|known| known.schema.get("type").is_some_and(|kind| kind == "integer"))
                .map(|known| known.name.as_str())
                .collect();
            if values.iter().all(|(name, value)| !numbers.contains(name) || is_number(value)) {
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

fn is_number(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// A template with what a path has for its placeholders, as far as both begin alike.
fn filled(template: &str, path: &str) -> String {
    let mut written = path.split('/');
    let mut is_alike = true;
    let segments = template.split('/').map(|segment| {
        let own = written.next().filter(|_| is_alike);
        match own {
            Some(own) if is_placeholder(segment) && !own.is_empty() => own,
            own => {
                is_alike &= own.is_some_and(|own| own.eq_ignore_ascii_case(segment));
                segment
            }
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Whether a path is a template with values left out: `/agreements/additions` of `/agreements/{parentId}/additions`.
pub(super) fn lacks_values(path: &str, template: &str) -> bool {
    let literals = template.split('/').filter(|segment| !segment.is_empty() && !segment.contains('{'));
    let written = path.split('/').filter(|segment| !segment.is_empty());
    template.contains('{') && literals.map(str::to_lowercase).eq(written.map(str::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_takes_what_a_path_has_for_it_up_to_where_they_part() {
        for (template, path, wanted) in [
            ("/service/tickets/{parentId}/notes", "/service/tickets/5/attachments", "/service/tickets/5/notes"),
            ("/service/tickets/{id}", "/Service/Tickets/5/x", "/service/tickets/5"),
            ("/project/tickets/{id}", "/service/tickets/5", "/project/tickets/{id}"),
            ("/a/{x}/b/{y}", "/a/1/c/2", "/a/1/b/{y}"),
            ("/a/{x}", "/a", "/a/{x}"),
        ] {
            assert_eq!(filled(template, path), wanted, "{path}");
        }
    }
}
