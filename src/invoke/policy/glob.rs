//! Which paths does a pattern mean?

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// A pattern of paths, by segments. `**` stands for any number of them, also none; a placeholder such as `{id}`, or `*`, for one; a `*` within
/// a segment for any characters. Case, and slashes that are doubled or last, do not matter: servers disagree about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathGlob {
    written: String,
    segments: Vec<String>,
}

/// A pattern that no path has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no pattern of paths: it begins with `/`, as in `/service/**` or `/service/tickets/{{id}}`")]
pub struct NoGlob(String);

impl PathGlob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`NoGlob`]
    pub fn of(written: &str) -> Result<Self, NoGlob> {
        if !written.starts_with('/') || written.contains(['?', '#']) || written.contains(char::is_whitespace) {
            return Err(NoGlob(written.to_owned()));
        }
        let segments = segments(written).map(str::to_lowercase).collect();
        Ok(Self { written: written.to_owned(), segments })
    }

    /// Whether a path is one of those. Where a path leads that goes up, nobody but the server knows: it is of no pattern but `/**`.
    pub fn matches(&self, path: &str) -> bool {
        if goes_up(path) {
            return self.segments == ["**"];
        }
        let path: Vec<String> = segments(path).map(str::to_lowercase).collect();
        fits(&self.segments, &path)
    }
}

/// Whether a path has a segment that leads to the one above.
pub(super) fn goes_up(path: &str) -> bool {
    segments(path).any(|segment| segment == "..")
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty() && *segment != ".")
}

/// Whether segments fit those of a pattern. A pattern of many `**` is tried from each place once, so that no path takes long.
fn fits(pattern: &[String], path: &[String]) -> bool {
    // `reached[n]`: whether the pattern up to here fits the first n segments.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in pattern {
        let next = if part == "**" {
            let from = reached.iter().position(|here| *here).unwrap_or(reached.len());
            (0..reached.len()).map(|at| at >= from).collect()
        } else {
            let mut next = vec![false; path.len() + 1];
            for (at, segment) in path.iter().enumerate() {
                next[at + 1] = reached[at] && is_segment(part, segment);
            }
            next
        };
        reached = next;
    }
    reached.last() == Some(&true)
}

/// Whether a segment fits one of a pattern.
fn is_segment(pattern: &str, segment: &str) -> bool {
    if pattern.starts_with('{') && pattern.ends_with('}') {
        return true;
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| segment.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

impl fmt::Display for PathGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for PathGlob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::of(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_paths_by_their_segments() {
        for (pattern, fits, others) in [
            (
                "/service/**",
                &["/service", "/service/tickets", "/Service/tickets/{id}/notes/"][..],
                &["/services", "/x/service"][..],
            ),
            ("/**", &["/", "/a/b"], &[]),
            ("/service/*", &["/service/tickets", "/service/{id}"], &["/service", "/service/tickets/5"]),
            ("/service/tickets/{id}", &["/service/tickets/{id}", "/service/tickets/5"], &["/service/tickets"]),
            (
                "/**/notes",
                &["/notes", "/service/tickets/{parentId}/notes"],
                &["/service/tickets/{parentId}/notes/{id}"],
            ),
            ("/**/a/**/b", &["/a/b", "/x/a/y/a/z/b"], &["/b/a", "/a"]),
            ("/system/*Setup*", &["/system/ldapsetup", "/system/setupscreens"], &["/system/set"]),
        ] {
            let glob = PathGlob::of(pattern).unwrap();
            fits.iter().for_each(|path| assert!(glob.matches(path), "{pattern} {path}"));
            others.iter().for_each(|path| assert!(!glob.matches(path), "{pattern} {path}"));
        }
        for wrong in ["service/**", "", "/a?b=c", "/a b"] {
            assert!(PathGlob::of(wrong).is_err(), "{wrong}");
        }
    }
}
