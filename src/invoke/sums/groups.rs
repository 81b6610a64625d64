//! Into which groups do rows fall, how many are in each, and what do their numbers sum up to? Pure.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Plan;
use super::decimal::Decimal;
use crate::escape::{QUOTED, shortened};
use crate::invoke::draft::Problem;
use crate::invoke::rows::{Rows, at_path, exact, members};
use crate::invoke::view::Aside;
use crate::spelling::most_alike;
use crate::surface::{Argument, Said};

/// Members of a reference by which a group is called, where the reference itself was named.
const NAMES: [&str; 3] = ["name", "identifier", "id"];
/// Fields that are offered for one that no row has.
const OFFERED: usize = 3;
/// What stands between the parts of a key; no JSON text has it as it is.
const BETWEEN: char = '\u{1f}';

/// How rows are grouped, and what of each group is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Groups {
    /// The paths of the fields whose values make a group; none where all rows are one.
    pub(super) by: Vec<String>,
    /// The paths of the fields whose numbers are summed.
    pub(super) sums: Vec<String>,
    /// Whether rows are counted, beside sums.
    pub(super) counts: bool,
    /// How many groups are shown, the largest first.
    pub(super) top: Option<usize>,
}

/// The groups of rows as JSON, and what there is to say of them.
#[derive(Debug)]
pub(super) struct Summed {
    /// A list of groups, or the one object where rows were not grouped.
    pub(super) value: Value,
    pub(super) notes: Vec<String>,
}

struct Group {
    /// The values that make it.
    key: Vec<Value>,
    rows: usize,
    sums: Vec<Decimal>,
}

/// How rows stand to one field that is summed.
#[derive(Clone, Default)]
struct Tally {
    /// Rows with a number there.
    numbers: usize,
    /// Rows with something else there.
    others: usize,
}

impl Groups {
    /// The plan that it is; nothing where nothing was asked for.
    pub(super) fn checked(self) -> Result<Option<Plan>, Box<Problem>> {
        match self.top {
            Some(0) => {
                let cure = "Give the number of groups to show, 1 or more, or leave it out.";
                Err(Box::new(Problem::new(&Argument::TOP.into(), "0 groups are none", cure)))
            }
            Some(_) if self.by.is_empty() => {
                let message = Said::new().argument(Argument::TOP).text(" is of groups, and nothing is grouped");
                let cure = Said::from("Give ").argument(Argument::GROUP_BY).text(", or leave it out.");
                Err(Box::new(Problem::new(&Argument::TOP.into(), message, cure)))
            }
            _ => Ok(self.first_argument().is_some().then_some(Plan::Groups(self))),
        }
    }

    /// The first argument that asked for any of it.
    pub(super) fn first_argument(&self) -> Option<Argument> {
        let given = [
            (!self.by.is_empty(), Argument::GROUP_BY),
            (!self.sums.is_empty(), Argument::SUM),
            (self.counts, Argument::COUNT),
            (self.top.is_some(), Argument::TOP),
        ];
        given.into_iter().find(|(is_given, _)| *is_given).map(|(_, argument)| argument)
    }

    pub(super) fn is_count(&self) -> bool {
        self.counts && self.by.is_empty() && self.sums.is_empty()
    }

    /// The fields that it needs of each row.
    pub(super) fn fields(&self) -> Vec<String> {
        let mut fields: Vec<String> = Vec::new();
        for field in self.by.iter().chain(&self.sums) {
            if !fields.contains(field) {
                fields.push(field.clone());
            }
        }
        if fields.is_empty() {
            fields.push("id".to_owned());
        }
        fields
    }

    /// Groups, counts and sums rows. A row without a field that is grouped by is in the group `null`; one without a number that is summed
    /// adds nothing. The largest group comes first: by the first sum where there is one, else by the number of its rows.
    pub(super) fn of(&self, rows: &Rows, asides: &[Aside]) -> Summed {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut tallies = vec![Tally::default(); self.sums.len()];
        if self.by.is_empty() {
            groups.push(self.empty(Vec::new()));
            known.insert(String::new(), 0);
        }
        for row in rows.texts(0) {
            let parts: Vec<Cow<'_, str>> = self.by.iter().map(|field| part(row, field, asides)).collect();
            let at = *known.entry(parts.join(&BETWEEN.to_string())).or_insert_with(|| {
                groups.push(self.empty(parts.iter().map(|part| exact(part).unwrap_or_default()).collect()));
                groups.len() - 1
            });
            let group = &mut groups[at];
            group.rows += 1;
            for ((field, sum), tally) in self.sums.iter().zip(&mut group.sums).zip(&mut tallies) {
                let found = values(row, field, asides);
                let added = found.iter().filter(|number| sum.add(number)).count();
                let others = found.iter().filter(|value| **value != "null").count() - added;
                tally.numbers += usize::from(added > 0);
                tally.others += usize::from(others > 0);
            }
        }
        let mut notes = self.notes(rows, &groups, &tallies);
        groups.sort_by(|one, other| self.compare(one, other));
        if let Some(top) = self.top.filter(|top| groups.len() > *top) {
            let rest = groups.split_off(top);
            let count: usize = rest.iter().map(|group| group.rows).sum();
            notes.push(format!("{} more groups with {count} rows are not shown", rest.len()));
        }
        let mut values = groups.into_iter().map(|group| self.shown(group));
        let value = if self.by.is_empty() { values.next().unwrap_or_default() } else { values.collect() };
        Summed { value, notes }
    }

    fn empty(&self, key: Vec<Value>) -> Group {
        Group { key, rows: 0, sums: vec![Decimal::default(); self.sums.len()] }
    }

    fn compare(&self, one: &Group, other: &Group) -> Ordering {
        let by_value = match (one.sums.first(), other.sums.first()) {
            (Some(one), Some(other)) => other.compare(one),
            _ => other.rows.cmp(&one.rows),
        };
        by_value.then_with(|| name(&one.key).cmp(&name(&other.key)))
    }

    fn shown(&self, group: Group) -> Value {
        let mut shown: Map<String, Value> = self.by.iter().cloned().zip(group.key).collect();
        if self.counts || self.sums.is_empty() {
            shown.insert("count".to_owned(), group.rows.into());
        }
        for (field, sum) in self.sums.iter().zip(&group.sums) {
            shown.insert(format!("sum({field})"), sum.number().into());
        }
        Value::Object(shown)
    }

    /// What there is to say of fields that rows lack.
    fn notes(&self, rows: &Rows, groups: &[Group], tallies: &[Tally]) -> Vec<String> {
        let mut notes = Vec::new();
        if rows.is_empty() {
            return notes;
        }
        for (at, field) in self.by.iter().enumerate() {
            if groups.iter().all(|group| group.key.get(at).is_none_or(Value::is_null)) {
                notes.push(format!("no row has `{}`{}", shortened(field, QUOTED), near(field, rows)));
            }
        }
        for (field, tally) in self.sums.iter().zip(tallies) {
            let shown = shortened(field, QUOTED);
            if tally.numbers == 0 {
                notes.push(format!("no row has a number at `{shown}`{}", near(field, rows)));
                continue;
            }
            let none = rows.len() - tally.numbers.max(tally.others);
            if tally.others > 0 {
                notes.push(format!(
                    "{} rows have something else than a number at `{shown}`, which adds nothing",
                    tally.others
                ));
            } else if none > 0 {
                notes.push(format!("{none} of {} rows have no number at `{shown}` and add nothing", rows.len()));
            }
        }
        notes
    }
}

/// A group's name, by which those of one size are in order.
fn name(key: &[Value]) -> String {
    key.iter()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The JSON text by which a row is in a group: of a reference its name, of several values the list of them.
fn part<'t>(row: &'t str, field: &str, asides: &[Aside]) -> Cow<'t, str> {
    let found = values(row, field, asides);
    match found.as_slice() {
        [] => "null".into(),
        [one] => plain(called(one)),
        several => format!("[{}]", several.iter().map(|one| plain(called(one))).collect::<Vec<_>>().join(",")).into(),
    }
}

/// What a reference is called by; anything else as it is.
fn called(value: &str) -> &str {
    if !value.starts_with('{') {
        return value;
    }
    let mut found = Vec::new();
    for name in NAMES {
        at_path(value, &[name], &mut found);
        if let Some(name) = found.first() {
            return name;
        }
    }
    value
}

/// A text in its only spelling, where JSON has several.
fn plain(value: &str) -> Cow<'_, str> {
    if value.contains('\\') {
        exact(value).map_or(value.into(), |value| value.to_string().into())
    } else {
        value.into()
    }
}

/// The JSON texts that a row has at the path of a field. What an API keeps beside its fields is found by the name that filters use.
fn values<'t>(row: &'t str, field: &str, asides: &[Aside]) -> Vec<&'t str> {
    let steps: Vec<&str> = field.split(['/', '.']).filter(|step| !step.is_empty()).collect();
    let mut found = Vec::new();
    at_path(row, &steps, &mut found);
    if let (true, [only]) = (found.is_empty(), steps.as_slice()) {
        for aside in asides.iter().filter(|aside| aside.lifted.iter().any(|name| name.eq_ignore_ascii_case(only))) {
            at_path(row, &[aside.name, only], &mut found);
        }
    }
    found
}

/// Which fields of a row are spelled like one that none has.
fn near(field: &str, rows: &Rows) -> String {
    let Some(row) = rows.texts(0).next() else { return String::new() };
    let mut names = Vec::new();
    for (name, place) in members(row) {
        let below = members(&row[place]);
        names.extend(below.into_iter().map(|(below, _)| format!("{name}/{below}")));
        names.push(name);
    }
    let near = most_alike(field, names.into_iter().map(|name| (name.clone(), 0.0, name)), OFFERED);
    if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows() -> Rows {
        let text = r#"[
            {"id":1,"board":{"id":1,"name":"Help"},"hours":0.10,"tags":[{"n":"a"},{"n":"b"}],"_info":{"dateEntered":"d"}},
            {"id":2,"board":{"id":1,"name":"Help"},"hours":0.2,"tags":[],"_info":{"dateEntered":"d"}},
            {"id":3,"board":{"id":2,"name":"N\u0065twork"},"hours":5},
            {"id":4,"board":{"id":2,"name":"Network"},"hours":null},
            {"id":5,"hours":"x"}
        ]"#;
        Rows::of(&text.to_owned().into(), 0)
    }

    fn of(by: &[&str], sums: &[&str], counts: bool, top: Option<usize>) -> Summed {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let asides = [Aside { name: "_info", lifted: &["dateEntered"] }];
        Groups { by: owned(by), sums: owned(sums), counts, top }.of(&rows(), &asides)
    }

    #[test]
    fn groups_are_counted_with_those_of_nothing_and_the_largest_first() {
        let by_board = json!([
            { "board/name": "Help", "count": 2 },
            { "board/name": "Network", "count": 2 },
            { "board/name": null, "count": 1 },
        ]);
        let summed = of(&["board/name"], &[], false, None);
        assert_eq!((summed.value, summed.notes), (by_board, vec![]));
        // The reference itself, and another letter case.
        assert_eq!(of(&["BOARD"], &[], false, None).value[0], json!({ "BOARD": "Help", "count": 2 }));
        assert_eq!(of(&["dateEntered"], &[], false, None).value[0], json!({ "dateEntered": null, "count": 3 }));
        assert_eq!(of(&["tags/n"], &[], false, None).value[1], json!({ "tags/n": ["a", "b"], "count": 1 }));
    }

    #[test]
    fn sums_are_exact_and_lead_the_order() {
        let summed = of(&["board/name"], &["hours"], false, Some(2));
        let groups = r#"[{"board/name":"Network","sum(hours)":5},{"board/name":"Help","sum(hours)":0.30}]"#;
        assert_eq!(summed.value.to_string(), groups);
        assert_eq!(
            summed.notes,
            [
                "1 rows have something else than a number at `hours`, which adds nothing",
                "1 more groups with 1 rows are not shown",
            ]
        );
        assert_eq!(of(&[], &["hours"], true, None).value.to_string(), r#"{"count":5,"sum(hours)":5.30}"#);
        assert_eq!(of(&[], &[], true, None).value, json!({ "count": 5 }));
    }

    #[test]
    fn a_field_that_no_row_has_is_told_with_those_that_are_spelled_like_it() {
        let summed = of(&["bord/name"], &["hour"], false, None);
        assert_eq!(summed.value.to_string(), r#"[{"bord/name":null,"sum(hour)":0}]"#);
        let [by, sum] = summed.notes.as_slice() else { panic!("{:?}", summed.notes) };
        assert!(by.starts_with("no row has `bord/name`; near it: board/name"), "{by}");
        assert!(sum.starts_with("no row has a number at `hour`; near it: hours"), "{sum}");
    }

    #[test]
    fn of_no_rows_there_is_nothing_to_group_and_a_count_of_none() {
        let groups = Groups { by: vec!["a".to_owned()], ..Groups::default() };
        assert_eq!(groups.of(&Rows::default(), &[]).value, json!([]));
        let count = Groups { counts: true, ..Groups::default() };
        assert_eq!(count.of(&Rows::default(), &[]).value, json!({ "count": 0 }));
    }
}
