//! Are the records of a call of the kind whose id it takes?
//!
//! A row of a list of statuses has an id, and so has a ticket: put into the path of a ticket it names another record, or none.

use serde_json::{Map, Value};

use super::filling::Filling;
use crate::error::Error;
use crate::openapi::Method;
use crate::service::Service;
use crate::service::asked::Call;
use crate::service::records::{fields_of, noun, record_of, rows_name};
use crate::surface::{Argument, Place, Said};

/// Endings of the names of schemas that show the same record in short.
const IN_SHORT: [&str; 3] = ["Reference", "Info", "Ref"];

/// What a list has, by the manifest.
struct Kind {
    path: String,
    /// The name of the schema of its rows.
    name: String,
    fields: Map<String, Value>,
}

impl Service {
    /// Refuses rows whose ids are of another kind than those of the path that takes them. `list` is where they come from: a path, with
    /// values or without, or the template of a search or of one record. Of what the manifest does not tell nothing is refused.
    ///
    /// # Errors
    /// [`Error::Argument`] with both kinds, and the field of the rows that has the id, where there is one.
    pub(super) fn check_kind(
        &self,
        call: &Call,
        filling: &Filling<'_>,
        list: &str,
        items: &[Value],
    ) -> Result<(), Error> {
        let Some((name, before)) = filling.by_id(items) else { return Ok(()) };
        let (Some(rows), Some(taken)) = (self.kind(call, list), self.kind(call, before)) else { return Ok(()) };
        if whole(&rows.name) == whole(&taken.name) {
            return Ok(());
        }
        let place = Place::param(name);
        let reason = format!(
            "nothing was sent: the rows of GET {} are of {}, and `{{{name}}}` of {before}/{{{name}}} takes the id of {}. ",
            rows.path, rows.name, taken.name
        );
        let reason = match rows.referring_to(&taken) {
            Some(field) => {
                Said::from(reason).text("They have it: give ").at(&place).text(format!(" as `{{each/{field}}}`. "))
            }
            None => reason.into(),
        };
        let reason = reason.text("Where these ids are meant, give ").at(&place).text(" as `{each}`");
        Err(Error::Argument { argument: Argument::FOR_EACH, reason })
    }

    fn kind(&self, call: &Call, path: &str) -> Option<Kind> {
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        let path = path.strip_suffix("/search").unwrap_or(path);
        let path = path.rsplit_once('/').filter(|(_, last)| last.starts_with('{')).map_or(path, |(list, _)| list);
        let list = self.look_up(Method::Get, path, call.api.as_deref()).ok()?;
        let name = rows_name(&list.operation)?;
        let fields = record_of(&list.operation).map(|schema| fields_of(&list.searcher, &list.entry, schema))?;
        Some(Kind { path: list.entry.path, name, fields })
    }
}

impl Kind {
    /// The field of a row that has the id of a record of another kind: `ticket/id`, or `ticketId`.
    fn referring_to(&self, other: &Self) -> Option<String> {
        let noun = noun(other.path.rsplit('/').next()?)?;
        let is_called = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
        let reference = self.fields.keys().find(|name| is_called(name, &noun)).map(|name| format!("{name}/id"));
        let id = format!("{noun}Id");
        reference.or_else(|| self.fields.keys().find(|name| is_called(name, &id)).cloned())
    }
}

/// The name of a record's schema, whether it shows all of it or not.
fn whole(name: &str) -> &str {
    let bare = name.rsplit('.').next().unwrap_or(name);
    IN_SHORT.iter().find_map(|ending| bare.strip_suffix(ending)).filter(|bare| !bare.is_empty()).unwrap_or(bare)
}
