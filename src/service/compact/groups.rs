//! How are many fields written in few characters? By kind, so that each kind is said once. Pure.

use serde_json::{Map, Value};

use crate::service::OutlineField;

/// Characters of the names of one kind; of what is beyond it the number is said.
const MOST: usize = 900;
/// The same of references, which say where their records are.
const MOST_OF_REFERENCES: usize = 1_300;
/// Characters of the values of one choice.
const MOST_OF_CHOICE: usize = 160;
/// Members of an object that are named.
const MEMBERS: usize = 6;

/// What fields are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// A body, which gives them.
    Body,
    /// A filter, which compares them.
    Filter,
    /// An answer, which has them.
    Answer,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Reference,
    Choice,
    Text,
    Date,
    Number,
    Flag,
    Object,
    List,
}

const KINDS: [Kind; 8] =
    [Kind::Text, Kind::Reference, Kind::Choice, Kind::Date, Kind::Number, Kind::Flag, Kind::Object, Kind::List];

impl Kind {
    pub(super) fn of(field: &OutlineField) -> Self {
        let is_date = field.is_date();
        match field.type_name.as_str() {
            name if name.starts_with("array") => Self::List,
            _ if !field.values.is_empty() => Self::Choice,
            _ if field.is_reference => Self::Reference,
            _ if !field.members.is_empty() => Self::Object,
            _ if is_date => Self::Date,
            "boolean" => Self::Flag,
            "integer" | "number" => Self::Number,
            "object" => Self::Object,
            _ => Self::Text,
        }
    }

    /// The name of the group, which says how its fields are given.
    fn name(self, what: For) -> &'static str {
        match (self, what) {
            (Self::Reference, For::Body) => "references, by {id} or {name}",
            (Self::Reference, For::Filter) => "references, by /name or /id",
            (Self::Reference, For::Answer) => "references",
            (Self::Choice, _) => "choices",
            (Self::Text, _) => "text",
            (Self::Date, _) => "dates",
            (Self::Number, _) => "numbers",
            (Self::Flag, _) => "flags",
            (Self::Object, _) => "objects",
            (Self::List, _) => "lists",
        }
    }
}

/// The fields by kind, in their order within each. `rest` is the part that has those for which there is no room.
pub(super) fn grouped(fields: &[&OutlineField], what: For, rest: &str) -> Map<String, Value> {
    let mut groups = Map::new();
    for kind in KINDS {
        let of_kind: Vec<String> =
            fields.iter().filter(|field| Kind::of(field) == kind).map(|field| entry(field, kind, what, rest)).collect();
        if of_kind.is_empty() {
            continue;
        }
        let (between, most) = match kind {
            Kind::Reference => ("; ", MOST_OF_REFERENCES),
            Kind::Choice | Kind::Object | Kind::List => ("; ", MOST),
            _ => (", ", MOST),
        };
        groups.insert(kind.name(what).to_owned(), joined(&of_kind, between, most, rest).into());
    }
    groups
}

/// The beginning of a list with as many entries as there is room for, and the number of the others.
pub(super) fn joined(entries: &[String], between: &str, most: usize, rest: &str) -> String {
    let mut text = String::new();
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 && text.len() + entry.len() > most {
            text.push_str(&format!("{between}and {} more: {rest}", entries.len() - at));
            break;
        }
        if at > 0 {
            text.push_str(between);
        }
        text.push_str(entry);
    }
    text
}

fn entry(field: &OutlineField, kind: Kind, what: For, rest: &str) -> String {
    let name = &field.name;
    match kind {
        Kind::Choice => format!("{name}: {}", choice(field, rest)),
        Kind::Reference => {
            let members = if is_plain(field) { String::new() } else { format!(" {{{}}}", field.members.join(", ")) };
            match field.list.as_ref().filter(|_| what != For::Answer) {
                Some(list) => format!("{name}{members} -> {list}"),
                None => format!("{name}{members}"),
            }
        }
        Kind::Number if field.list.is_some() && what == For::Body => {
            format!("{name} -> {}", field.list.as_deref().unwrap_or_default())
        }
        Kind::Object | Kind::List if !field.members.is_empty() => {
            let shown = field.members.len().min(MEMBERS);
            let more = if shown < field.members.len() { ", ..." } else { "" };
            let members = format!("{}{more}", field.members[..shown].join(", "));
            if kind == Kind::List { format!("{name} [{{{members}}}]") } else { format!("{name} {{{members}}}") }
        }
        _ if field.format.as_deref() == Some("binary") => format!("{name} (a file)"),
        _ => name.clone(),
    }
}

/// Whether a reference is named by `id` and `name` alone, as most are.
fn is_plain(field: &OutlineField) -> bool {
    field.members.iter().all(|name| matches!(name.as_str(), "id" | "name"))
        && field.members.iter().any(|name| name == "name")
}

/// The values of a choice, or the first of many.
pub(super) fn choice(field: &OutlineField, rest: &str) -> String {
    joined(&field.values, " | ", MOST_OF_CHOICE, rest)
}

/// A field on a line of its own: all that is known of it.
pub(super) fn line(field: &OutlineField) -> String {
    let kind = Kind::of(field);
    let mark = if field.is_required { "*" } else { "" };
    let what = match kind {
        Kind::Choice => field.values.join(" | "),
        Kind::Date => "date".to_owned(),
        Kind::Flag => "true | false".to_owned(),
        Kind::Reference | Kind::Object if !field.members.is_empty() => format!("{{{}}}", field.members.join(", ")),
        Kind::List if !field.members.is_empty() => format!("list of {{{}}}", field.members.join(", ")),
        _ => field.type_name.replace("array of ", "list of ").replace("string", "text"),
    };
    let list = field.list.as_ref().map(|list| format!(" -> GET {list}")).unwrap_or_default();
    let about = if field.description.is_empty() { String::new() } else { format!(": {}", field.description.trim()) };
    format!("{}{mark} = {what}{list}{about}", field.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(name: &str, type_name: &str) -> OutlineField {
        OutlineField { name: name.to_owned(), type_name: type_name.to_owned(), ..OutlineField::default() }
    }

    fn reference(name: &str, members: &[&str], list: Option<&str>) -> OutlineField {
        OutlineField {
            is_reference: true,
            members: members.iter().map(|name| (*name).to_owned()).collect(),
            list: list.map(str::to_owned),
            ..field(name, "object")
        }
    }

    fn fields() -> Vec<OutlineField> {
        vec![
            field("summary", "string"),
            OutlineField { format: Some("date-time".to_owned()), ..field("requiredDate", "string") },
            OutlineField { values: vec!["Low".to_owned(), "High".to_owned()], ..field("severity", "string") },
            reference("board", &["id", "name"], Some("/service/boards")),
            reference("company", &["id", "identifier", "name"], Some("/company/companies")),
            field("closedFlag", "boolean"),
            field("hours", "number"),
            field("tags", "array of string"),
        ]
    }

    #[test]
    fn each_kind_is_said_once_with_values_and_lists() {
        let fields = fields();
        let all: Vec<&OutlineField> = fields.iter().collect();
        let groups = json!({
            "text": "summary",
            "references, by {id} or {name}": "board -> /service/boards; company {id, identifier, name} -> /company/companies",
            "choices": "severity: Low | High",
            "dates": "requiredDate",
            "numbers": "hours",
            "flags": "closedFlag",
            "lists": "tags",
        });
        assert_eq!(Value::from(grouped(&all, For::Body, "part: request")), groups);
        let answered = grouped(&all, For::Answer, "");
        assert_eq!(answered["references"], json!("board; company {id, identifier, name}"));
    }

    #[test]
    fn what_has_no_room_is_counted_and_can_be_had() {
        let many: Vec<String> = (0..200).map(|at| format!("field{at}")).collect();
        let text = joined(&many, ", ", 100, "part: request");
        assert!(text.len() < 140 && text.ends_with("more: part: request") && text.starts_with("field0, "), "{text}");
        let choice = OutlineField { values: many, ..field("kind", "string") };
        assert!(super::choice(&choice, "part: request").contains("more: part: request"));
        // A line of its own has all of them.
        assert!(line(&choice).ends_with("field199"));
    }

    #[test]
    fn dates_are_called_dates() {
        assert_eq!(line(&fields()[1]), "requiredDate = date");
        assert_eq!(line(&fields()[3]), "board = {id, name} -> GET /service/boards");
        assert_eq!(line(&OutlineField { is_required: true, ..field("summary", "string") }), "summary* = text");
    }
}
