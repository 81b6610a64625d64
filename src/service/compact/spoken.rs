//! Of which fields does a request speak? Pure.
//!
//! By the words of their names, by what people call them, and by their values; where it speaks of few, those come next that are mostly
//! asked for: references, choices, dates.

use std::collections::HashSet;

use super::groups::Kind;
use crate::document::words::{is_stop_word, split, stem};
use crate::service::OutlineField;

/// Characters of a request that are read for what it says of fields.
const MOST_READ: usize = 2_000;
/// What a field must have to count as spoken of.
const SPOKEN: f32 = 1.0;
/// Words of names that say little of what a field holds.
const LIGHT: [&str; 7] = ["flag", "id", "name", "identifier", "the", "nbr", "xref"];
/// Words of a request that speak of a time.
const TIMES: [&str; 25] = [
    "date",
    "day",
    "week",
    "month",
    "year",
    "today",
    "yesterday",
    "tomorrow",
    "since",
    "until",
    "before",
    "after",
    "last",
    "next",
    "recent",
    "overdue",
    "due",
    "newest",
    "oldest",
    "latest",
    "old",
    "between",
    "monday",
    "friday",
    "quarter",
];
/// Words of a request that speak of whether something is done with.
const STATES: [&str; 9] = ["open", "close", "closed", "resolv", "unresolv", "activ", "inactiv", "pend", "cancel"];
/// Words of names by which records are mostly told apart, in the order of their use.
const USUAL: [&str; 14] = [
    "summary",
    "name",
    "identifier",
    "company",
    "status",
    "board",
    "priority",
    "owner",
    "member",
    "type",
    "contact",
    "number",
    "date",
    "description",
];

/// A request, read for what it says of fields.
pub(super) struct Spoken<'w> {
    text: String,
    stems: HashSet<String>,
    called: &'w [(&'static str, Vec<&'static str>)],
    has_time: bool,
    has_state: bool,
}

impl<'w> Spoken<'w> {
    /// `called` are phrases that people write, with the names of the fields that they may mean; the words of `path` say which records are
    /// meant, and no field of them.
    pub(super) fn of(request: &str, path: &str, called: &'w [(&'static str, Vec<&'static str>)]) -> Self {
        let request: String = request.chars().take(MOST_READ).collect();
        let words: Vec<String> = split(&request).iter().map(|word| word.to_lowercase()).collect();
        let literal = path.split('/').filter(|segment| !segment.starts_with('{'));
        let of_path: HashSet<String> = literal.flat_map(split).map(|word| stem(&word.to_lowercase())).collect();
        let stems: HashSet<String> = words
            .iter()
            .filter(|word| !is_stop_word(word))
            .map(|word| stem(word))
            .filter(|stem| !of_path.contains(stem))
            .collect();
        let text = format!(" {} ", words.join(" "));
        let has_time = TIMES.iter().any(|word| stems.contains(*word) || stems.contains(&stem(word)))
            || words
                .iter()
                .any(|word| word.len() == 4 && word.starts_with("20") && word.bytes().all(|b| b.is_ascii_digit()));
        let has_state = words.iter().any(|word| STATES.iter().any(|state| word.starts_with(state)));
        Self { text, stems, called, has_time, has_state }
    }

    /// How much a request speaks of a field: [`SPOKEN`] or more where it does, else how likely it is wanted all the same.
    fn weight(&self, field: &OutlineField) -> f32 {
        let words: Vec<String> = split(&field.name).iter().map(|word| word.to_lowercase()).collect();
        let name = words.join(" ");
        let telling: Vec<&String> = words.iter().filter(|word| !LIGHT.contains(&word.as_str())).collect();
        let said = telling.iter().filter(|word| self.stems.contains(&stem(word))).count();
        let mut weight = 0.0_f32;
        if said > 0 {
            weight = if said == telling.len() { 3.0 } else { said as f32 / telling.len() as f32 + 0.6 };
        }
        for (phrase, names) in self.called {
            let is_said = self.text.contains(&format!(" {phrase} ")) || self.text.contains(&format!(" {phrase}s "));
            if is_said && let Some(place) = names.iter().position(|known| *known == name) {
                weight = weight.max(2.8 - 0.3 * place.min(6) as f32);
            }
        }
        let is_value = |value: &String| {
            let stems: Vec<String> = split(value).iter().map(|word| stem(&word.to_lowercase())).collect();
            !stems.is_empty() && stems.iter().all(|stem| self.stems.contains(stem))
        };
        if field.values.iter().any(is_value) {
            weight = weight.max(2.5);
        }
        let kind = Kind::of(field);
        let has_word = |word: &str| words.iter().any(|known| known == word);
        if self.has_time && kind == Kind::Date {
            weight = weight.max(1.2);
        }
        if self.has_state && (has_word("closed") || has_word("status") || has_word("inactive") || has_word("resolved"))
        {
            weight = weight.max(1.5);
        }
        weight + self.usual(&words, kind)
    }

    /// How likely a field is wanted that nobody spoke of; less than [`SPOKEN`].
    fn usual(&self, words: &[String], kind: Kind) -> f32 {
        let of_kind = match kind {
            Kind::Reference => 0.2,
            Kind::Choice | Kind::Date => 0.12,
            Kind::Text | Kind::Flag => 0.06,
            Kind::Number => 0.03,
            Kind::Object | Kind::List => 0.0,
        };
        let place = USUAL.iter().position(|word| words.last().is_some_and(|last| last == word));
        let is_alone = words.len() == 1;
        let of_name = place.map_or(0.0, |place| 0.4 - 0.02 * place as f32);
        of_kind + if is_alone { of_name } else { of_name / 2.0 }
    }

    /// The fields that the request speaks of, best first, and behind them the usual ones, `most` together.
    pub(super) fn chosen<'f>(&self, fields: &[&'f OutlineField], most: usize, usual: usize) -> Vec<&'f OutlineField> {
        let mut weighed: Vec<(f32, usize)> =
            fields.iter().enumerate().map(|(at, field)| (self.weight(field), at)).collect();
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let spoken = weighed.iter().filter(|(weight, _)| *weight >= SPOKEN).count();
        let count = spoken.max(usual).min(most);
        weighed.iter().take(count).filter_map(|(_, at)| fields.get(*at).copied()).collect()
    }

    /// The fields that the request speaks of alone.
    pub(super) fn only<'f>(&self, fields: &[&'f OutlineField], most: usize) -> Vec<&'f OutlineField> {
        self.chosen(fields, most, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, type_name: &str) -> OutlineField {
        OutlineField { name: name.to_owned(), type_name: type_name.to_owned(), ..OutlineField::default() }
    }

    fn names(request: &str, most: usize, usual: usize) -> Vec<String> {
        let reference = |name: &str| OutlineField {
            is_reference: true,
            members: vec!["id".to_owned(), "name".to_owned()],
            ..field(name, "object")
        };
        let fields = [
            field("poNumber", "string"),
            field("parentTicket", "string"),
            reference("board"),
            reference("owner"),
            reference("status"),
            field("budgetHours", "number"),
            field("closedFlag", "boolean"),
            OutlineField { format: Some("date-time".to_owned()), ..field("dateEntered", "string") },
            OutlineField { values: vec!["Low".to_owned(), "High".to_owned()], ..field("severity", "string") },
        ];
        let called = [("assigned to", vec!["assign to", "owner"]), ("created", vec!["date entered"])];
        let all: Vec<&OutlineField> = fields.iter().collect();
        let chosen = Spoken::of(request, "/service/tickets/{id}", &called).chosen(&all, most, usual);
        chosen.iter().map(|field| field.name.clone()).collect()
    }

    #[test]
    fn a_request_speaks_of_fields_by_their_names_by_other_words_and_by_values() {
        assert_eq!(names("tickets assigned to Ann on the Help Desk board", 12, 0), ["board", "owner"]);
        assert_eq!(names("budget hours of tickets with high severity", 12, 0), ["severity", "budgetHours"]);
        assert_eq!(names("tickets with high impact", 12, 0), ["severity"]);
        assert_eq!(names("tickets created last week", 12, 0), ["dateEntered"]);
        assert_eq!(names("open tickets", 12, 0), ["status", "closedFlag"]);
        assert_eq!(names("purchase order", 12, 0), [""; 0]);
    }

    #[test]
    fn the_usual_fields_come_behind_and_there_is_an_end() {
        assert_eq!(names("show tickets", 12, 3), ["status", "board", "owner"]);
        assert_eq!(names("status board owner severity", 2, 3).len(), 2);
    }
}
