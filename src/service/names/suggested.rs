//! Which records may a name mean that is still being written?

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::asking::{Asked, Unread};
use super::wanted::{Wanted, wanted};
use super::weighed::{self, Candidate};
use super::{Lookup, Named, Names, OwnerId};
use crate::error::Error;
use crate::invoke::Caller;
use crate::service::address::Meant;
use crate::service::asked::Call;
use crate::service::{Service, blocking};

/// Most records that are suggested.
const MOST: usize = 25;
/// What stands for a name of which nothing is written yet.
const ANY: &str = "name";

/// Records that may be meant.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Suggestions {
    /// The path of the list that has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The records, the likeliest first.
    pub records: Vec<Suggested>,
    /// Whether the list has no others, whatever is written.
    pub is_whole: bool,
    /// Why there are none, as a clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A record that may be meant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggested {
    /// Its id.
    pub id: Value,
    /// What people call it.
    pub name: String,
    /// What tells it from others, and words that say that it is not in use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
}

impl Suggestions {
    fn none(why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..Self::default() }
    }
}

impl Service {
    /// The records that a name may mean of which `text` is written: in a body at the path `field`, or, where the operation has a parameter
    /// of that name, in it. What the call says besides tells to what the record belongs. The API is asked by reads alone.
    ///
    /// # Errors
    /// As [`Self::describe`]; where the list cannot be read, the answer says why.
    pub async fn suggestions(
        &self,
        mut call: Call,
        field: &str,
        text: &str,
        caller: &dyn Caller,
    ) -> Result<Suggestions, Error> {
        let written = if text.trim().is_empty() { ANY } else { text.trim() };
        let last = field.rsplit('/').next().unwrap_or(field).to_owned();
        let is_path = call.path.contains(&format!("{{{field}}}"));
        if is_path || call.params.contains_key(field) {
            call.params.insert(field.to_owned(), written.into());
        } else {
            let data = call.data.get_or_insert_with(|| json!({}));
            put(data, field, written);
        }
        let service = self.clone();
        let (searcher, named, pending, shows) = blocking(move || {
            let searcher = service.searcher()?;
            let Meant { call, found, .. } = service.meant(&searcher, call)?;
            let found = found?;
            let dialect = service.dialect_of(&searcher, &found.operation.api)?;
            let (pending, shows) = wanted(&searcher, dialect, &call, &found)?;
            Ok((searcher, Named { call, found, names: Names::default() }, pending, shows))
        })
        .await?;
        let mut lookup = Lookup { service: self, searcher: &searcher, caller, shows, shown: None };
        let (mut own, others): (Vec<Wanted>, Vec<Wanted>) =
            pending.into_iter().partition(|wanted| wanted.name.field.eq_ignore_ascii_case(&last));
        let Some(wanted) = own.pop() else { return Ok(Suggestions::none("no list is known to have its records")) };
        lookup.suggested(wanted, others, named, text.trim()).await
    }
}

impl Lookup<'_> {
    async fn suggested(
        &mut self,
        wanted: Wanted,
        others: Vec<Wanted>,
        mut named: Named,
        text: &str,
    ) -> Result<Suggestions, Error> {
        let fields = wanted.owner.as_ref().map(|owner| owner.fields.clone()).unwrap_or_default();
        if let OwnerId::Pending = self.owner_id_given(&wanted, &others, &named) {
            self.all(others, &mut named).await?;
        }
        let owner = match self.owner_id_given(&wanted, &[], &named) {
            OwnerId::Known(id) => Some(id),
            _ => self.owner_of_record(&wanted, &fields, &named).await?,
        };
        let Wanted { name, list, owner: of } = wanted;
        let (asked, _) = match Asked::within_owner(list, of.as_ref(), owner) {
            Ok(asked) => asked,
            Err(why) => return Ok(Suggestions::none(why)),
        };
        let path = asked.path();
        if !self.service.permits(self.searcher, &asked.entry) {
            return Ok(Suggestions::none(format!("GET {path} is not allowed here")));
        }
        let Some(naming) = self.service.naming(self.searcher, &name, &asked)? else {
            return Ok(Suggestions::none(format!("nothing tells what the records of GET {path} are called")));
        };
        let nearly = naming.nearly.as_ref().filter(|_| !text.is_empty());
        let mut known: Vec<Candidate> = Vec::new();
        let mut is_whole = false;
        // What no search finds by its first letters, a short list shows.
        for asking in nearly.into_iter().chain([&naming.all]) {
            if !matching(&known, text).is_empty() {
                break;
            }
            match self.service.rows(self.searcher, &asked, asking, self.caller).await? {
                Ok(rows) => {
                    is_whole = rows.is_all && asking.params == naming.all.params;
                    weighed::add(&mut known, rows.rows.iter().filter_map(|row| Candidate::of(row, &naming)).collect());
                }
                Err(Unread { why }) => return Ok(Suggestions::none(why)),
            }
        }
        let mut records = matching(&known, text);
        if records.is_empty() {
            records = weighed::alike(&known, text);
        }
        is_whole &= known.len() <= MOST;
        let all = if is_whole { known } else { records };
        Ok(Suggestions {
            list: Some(path),
            records: all.into_iter().take(MOST).map(suggested).collect(),
            is_whole,
            why: None,
        })
    }
}

/// The records with a name that has the text, those that begin with it first; all where nothing is written.
fn matching(known: &[Candidate], text: &str) -> Vec<Candidate> {
    let wanted = weighed::plain(text);
    let rank = |candidate: &Candidate| {
        let names = candidate.names.iter().map(|(_, name)| weighed::plain(name));
        names.filter_map(|name| name.find(&wanted).map(|at| usize::from(at > 0))).min()
    };
    let mut found: Vec<(usize, &Candidate)> = known.iter().filter_map(|one| Some((rank(one)?, one))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, one)| one.clone()).collect()
}

fn suggested(candidate: Candidate) -> Suggested {
    let name = candidate.name().to_owned();
    let about = candidate.states.into_iter().chain(candidate.apart).collect();
    Suggested { id: candidate.id, name, about }
}

/// Writes a text at a path of a body; what is no object on the way gives way.
fn put(data: &mut Value, field: &str, text: &str) {
    let mut at = data;
    for name in field.split('/') {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        at = &mut at[name];
    }
    *at = text.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_where_a_path_leads_whatever_stood_there() {
        let mut data = json!({ "status": 5, "a": { "b": 1 } });
        put(&mut data, "status", "New");
        put(&mut data, "a/c/d", "x");
        put(&mut data, "status/name", "Old");
        assert_eq!(data, json!({ "status": { "name": "Old" }, "a": { "b": 1, "c": { "d": "x" } } }));
    }

    #[test]
    fn names_that_begin_with_what_is_written_come_first_and_all_do_where_nothing_is() {
        let known: Vec<Candidate> = ["In Progress", "New", "Not new", "Renewed"]
            .into_iter()
            .enumerate()
            .map(|(id, name)| Candidate {
                id: id.into(),
                names: vec![("name".to_owned(), name.to_owned())],
                apart: Vec::new(),
                states: Vec::new(),
            })
            .collect();
        let names =
            |text: &str| -> Vec<String> { matching(&known, text).iter().map(|one| one.name().to_owned()).collect() };
        assert_eq!(names("NEW"), ["New", "Not new", "Renewed"]);
        assert_eq!((names("").len(), names("zzz").len()), (4, 0));
    }
}
