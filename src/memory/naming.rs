//! Does a request name the values that a kept call holds? Pure; English.
//!
//! A kept call answers for its customer, its record, its day. So it is an answer to a request that says each of these values: as
//! they are written, or by the words that the call's description has for them. A value that the request does not say is left
//! open, and where the request plainly says another one in its place, that one is given.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::text::{Text, key};
use super::times::Time;
use super::values::{Fixed, Kind, fixed, is_date, narrows};
use super::{Pattern, Slot};
use crate::document::verbs::{Intent, VERBS};
use crate::document::words::{is_stop_word, split, stem};

/// Words that exclude each other within a family; those of one group say the same.
const WORDS_OF_FAMILIES: [&[&str]; 9] = [
    &["open unresolved outstanding unfinished", "closed resolved completed finished done"],
    &["new unstarted", "waiting hold stalled parked blocked", "scheduled", "cancelled canceled", "progress"],
    &["critical urgent emergency p1", "high p2", "medium normal p3", "low p4"],
    &["active current enabled", "inactive disabled former retired"],
    &["approved", "pending awaiting waiting unapproved", "rejected declined denied"],
    &["paid settled", "unpaid unsettled"],
    &["won", "lost"],
    &["billable chargeable", "nonbillable"],
    &["assigned", "unassigned"],
];

/// The stems of [`WORDS_OF_FAMILIES`].
static FAMILIES: LazyLock<Vec<Vec<BTreeSet<String>>>> = LazyLock::new(|| {
    let group = |group: &&str| group.split_whitespace().map(stem).collect();
    WORDS_OF_FAMILIES.iter().map(|family| family.iter().map(group).collect()).collect()
});

/// What a request says of a kept call.
#[derive(Debug, Default)]
pub(crate) struct Naming {
    /// Values that the request does not say.
    pub(crate) unsaid: Vec<Slot>,
    /// Dates that the request says in words whose date is another one every day, such as `last week`.
    pub(crate) relative: Vec<Slot>,
    /// Values of the request for slots of the call, or for values that it does not say.
    pub(crate) given: Map<String, Value>,
    /// Whether the request says somebody, something or some time that the call does not know.
    pub(crate) says_more: bool,
    /// Whether the request says the contrary of the call, such as `closed` where it is of open ones.
    pub(crate) contradicts: bool,
    /// Whether the call keeps rows back by what has no words of its own, and the request says no other value of it: then meaning
    /// has to tell whether it is asked for.
    pub(crate) is_wordless: bool,
}

impl Naming {
    /// Whether the request says all that the call holds, and nothing besides.
    pub(crate) fn is_whole(&self) -> bool {
        self.unsaid.is_empty() && !self.says_more && !self.contradicts
    }
}

/// Compares a request with a call. `operation` holds the words of its operation: path and summary.
pub(crate) fn compare(request: &str, pattern: &Pattern, operation: &str) -> Naming {
    let values = fixed(pattern);
    let (request, description) = (Text::read(request), Text::read(&pattern.description));
    let operation = stems(operation);
    let is_common = |word: &str| is_common(word) || operation.contains(&stem(word));
    // Names in the description that are no value as it is written stand for the values that are not in it, such as a number.
    let places: Vec<Option<Range<usize>>> = values.iter().map(|fixed| description.find(&fixed.text())).collect();
    let aliases: Vec<Range<usize>> = description
        .names(&is_common)
        .into_iter()
        .filter(|name| !places.iter().flatten().any(|place| place.start < name.end && name.start < place.end))
        .collect();
    // Of the description only what is no name is known: a name in the request may share a word with one.
    let own = || values.iter().zip(&places).filter(|(fixed, _)| fixed.kind == Kind::Own);
    let of_names: BTreeSet<String> = own()
        .map(|(fixed, _)| fixed.text())
        .chain(aliases.iter().map(|name| description.slice(name).to_owned()))
        .flat_map(|name| stems(&name))
        .collect();
    let described = description.stems();
    let is_known = |word: &str| is_common(word) || (described.contains(&stem(word)) && !of_names.contains(&stem(word)));
    let find = |name: &str| request.find_alone(name, &is_known).filter(|range| !request.is_negated(range.start));
    let found_aliases: Vec<Option<Range<usize>>> = aliases.iter().map(|name| find(&description.key(name))).collect();
    let aliases_say_them = !aliases.is_empty()
        && aliases.len() >= own().filter(|(_, place)| place.is_none()).count()
        && found_aliases.iter().all(Option::is_some);

    let said = request.stems();
    let (times_said, times_described) = (request.times(), description.times());
    let mut naming = Naming::default();
    // Slots for which a name of the request can be the value: of one that is told by an alias, the name is another thing.
    let mut guessed: Vec<&Slot> = pattern.slots.iter().collect();
    let mut matched: Vec<Range<usize>> = found_aliases.into_iter().flatten().collect();
    let (mut is_said, mut is_wordless) = (false, narrows(pattern) && values.is_empty() && pattern.slots.is_empty());
    for (fixed, place) in values.iter().zip(&places) {
        let verdict = match fixed.kind {
            Kind::Own => match find(&key(&fixed.text())) {
                Some(range) => {
                    matched.push(range);
                    Some(true)
                }
                None => Some(place.is_none() && aliases_say_them),
            },
            Kind::Class => says_class(&fixed.text(), &described, &said),
            Kind::Date => match request.find(fixed.text().get(..10).unwrap_or_default()) {
                Some(range) => {
                    matched.push(range);
                    Some(true)
                }
                None if times_said.is_empty() || times_said != times_described => Some(false),
                None if times_said.iter().any(Time::is_absolute) => Some(true),
                None => {
                    naming.relative.push(fixed.slot.clone());
                    continue;
                }
            },
        };
        match verdict {
            Some(true) => is_said = true,
            Some(false) => {
                naming.unsaid.push(fixed.slot.clone());
                let is_number = fixed.text().bytes().all(|byte| byte.is_ascii_digit());
                if place.is_some() || aliases.is_empty() || is_number {
                    guessed.push(&fixed.slot);
                }
            }
            None => is_wordless = true,
        }
    }
    naming.is_wordless = is_wordless && !is_said;
    let strangers: Vec<Range<usize>> = request
        .names(&is_known)
        .into_iter()
        .filter(|name| !matched.iter().any(|range| range.start < name.end && name.start < range.end))
        // `P1` is a class, not somebody.
        .filter(|name| group_of(&stem(&request.key(name))).is_none())
        .collect();
    if narrows(pattern) {
        let has_dates = values.iter().any(|fixed| fixed.kind == Kind::Date);
        let says_other_time = !has_dates && !times_said.is_subset(&times_described);
        // What can be the value of a slot is what the slot is there for.
        let room = pattern.slots.len();
        naming.says_more = strangers.len() > room || (says_other_time && room == 0);
        naming.contradicts =
            contradicts((&words_of(described, &values), &description.denied()), (&said, &request.denied()));
    }
    let meant: Vec<Range<usize>> = strangers.into_iter().filter(|name| !request.is_negated(name.start)).collect();
    naming.given = given(&request, &meant, guessed.into_iter());
    naming
}

/// Whether a question says everything that a call holds, word for word: its values as they are written, and of its description
/// each word that tells something. Then the call may be made for it.
pub(crate) fn says_all(question: &str, pattern: &Pattern, operation: &str) -> bool {
    let naming = compare(question, pattern, operation);
    let said = Text::read(question).stems();
    let is_asking = |word: &str| {
        let mut asking = VERBS.iter().filter(|(intent, _)| matches!(intent, Intent::Read | Intent::Count));
        is_stop_word(word) || asking.any(|(_, verbs)| verbs.split_whitespace().any(|verb| verb == word))
    };
    let mut words = split(&pattern.description).into_iter().filter(|word| !is_asking(word)).peekable();
    naming.is_whole()
        && naming.relative.is_empty()
        && words.peek().is_some()
        && words.all(|word| said.contains(&stem(&word)))
}

/// Whether a call holds no value of anybody's: whoever asks gives them all.
pub(crate) fn holds_nothing(pattern: &Pattern) -> bool {
    fixed(pattern).is_empty()
}

/// Whether a word is one that any request may have: it names nothing.
fn is_common(word: &str) -> bool {
    static VERB_STEMS: LazyLock<HashSet<String>> =
        LazyLock::new(|| VERBS.iter().flat_map(|(_, verbs)| verbs.split_whitespace()).map(stem).collect());
    is_stop_word(word) || VERB_STEMS.contains(&stem(word))
}

fn stems(text: &str) -> BTreeSet<String> {
    let joined = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let joined = joined.map(|word| stem(&word.to_lowercase()));
    split(text).iter().map(|word| stem(word)).chain(joined).collect()
}

/// Whether a request says a class, by the words that the description has of it, or words that say the same. `None` where the
/// description has none of its words.
fn says_class(value: &str, described: &BTreeSet<String>, said: &BTreeSet<String>) -> Option<bool> {
    let words = stems(value);
    let says = |word: &String| {
        said.contains(word) || group_of(word).is_some_and(|group| group.iter().any(|same| said.contains(same)))
    };
    let is_short = |word: &&String| word.len() < 2 || is_stop_word(word);
    let telling: Vec<&String> = words.iter().filter(|word| !is_short(word)).collect();
    let shared: Vec<&&String> = telling.iter().filter(|word| described.contains(**word)).collect();
    if !telling.is_empty() && telling.iter().all(|word| says(word)) {
        return Some(true);
    }
    if shared.is_empty() {
        return None;
    }
    Some(shared.iter().all(|word| says(word)))
}

fn group_of(word: &str) -> Option<&'static BTreeSet<String>> {
    FAMILIES.iter().flatten().find(|group| group.contains(word))
}

/// The words of a call: those of its description and its classes.
fn words_of(mut described: BTreeSet<String>, values: &[Fixed]) -> BTreeSet<String> {
    for fixed in values.iter().filter(|fixed| fixed.kind == Kind::Class) {
        described.extend(stems(&fixed.text()));
    }
    described
}

/// Words, and those that are denied.
type Words<'a> = (&'a BTreeSet<String>, &'a BTreeSet<String>);

/// Whether a request has a word of a family of which the call has another, and none that the call has.
fn contradicts(call: Words<'_>, request: Words<'_>) -> bool {
    FAMILIES.iter().any(|family| {
        // Of two, who denies one says the other.
        let has = |(words, denied): Words<'_>, at: usize| {
            let denies = |other: &BTreeSet<String>| family.len() == 2 && !other.is_disjoint(denied);
            family.get(at).is_some_and(|group| !group.is_disjoint(words))
                || family.get(1 - at.min(1)).is_some_and(denies)
        };
        let groups: Vec<(bool, bool)> = (0..family.len()).map(|at| (has(call, at), has(request, at))).collect();
        groups.contains(&(false, true)) && groups.contains(&(true, false)) && !groups.contains(&(true, true))
    })
}

/// The values that a request gives for slots, where it leaves no doubt: one slot of a kind, and one value of it.
fn given<'a>(
    request: &Text<'_>,
    strangers: &[Range<usize>],
    slots: impl Iterator<Item = &'a Slot>,
) -> Map<String, Value> {
    #[derive(PartialEq, Clone, Copy)]
    enum Shape {
        Number,
        Date,
        Mail,
        Name,
    }
    let shape = |text: &str| {
        if is_date(text) {
            Shape::Date
        } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
            Shape::Number
        } else if text.contains('@') {
            Shape::Mail
        } else {
            Shape::Name
        }
    };
    let mut open: Vec<(&str, Shape, bool)> = Vec::new();
    for slot in slots {
        let Some(example) = &slot.example else { continue };
        if open.iter().all(|(name, ..)| *name != slot.name) {
            let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            open.push((&slot.name, shape(&text), example.is_number()));
        }
    }
    let values: Vec<(&str, Shape)> = strangers
        .iter()
        .map(|range| request.slice(range))
        .chain(request.dates())
        .map(|text| (text, shape(text)))
        .collect();
    let mut given = Map::new();
    for (name, wanted, is_number) in &open {
        let is_only = open.iter().filter(|(_, shape, _)| shape == wanted).count() == 1;
        let mut fitting = values.iter().filter(|(_, shape)| shape == wanted);
        if let (true, Some((text, _)), None) = (is_only, fitting.next(), fitting.next()) {
            let number = text.parse::<u64>().ok().filter(|_| *is_number);
            given.insert((*name).to_owned(), number.map_or_else(|| Value::from(*text), Value::from));
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{object, pattern};
    use super::*;

    const TICKETS: &str = "/service/tickets Get List of ServiceTicket";

    fn kept(description: &str, conditions: &str) -> Pattern {
        let params = object(json!({ "conditions": conditions, "pageSize": 25, "orderBy": "id desc" }));
        Pattern { params, ..pattern(description, "/service/tickets") }
    }

    /// `whole`, or what is open with the values that the request gives, and what keeps it from being the answer besides.
    fn told(request: &str, pattern: &Pattern) -> String {
        let naming = compare(request, pattern, TICKETS);
        let mut told: Vec<String> = Vec::new();
        for slot in naming.unsaid.iter().chain(&naming.relative) {
            told.push(
                naming
                    .given
                    .get(&slot.name)
                    .map_or_else(|| slot.name.clone(), |value| format!("{}={value}", slot.name)),
            );
        }
        for (is, what) in
            [(naming.says_more, "more"), (naming.contradicts, "contrary"), (naming.is_wordless, "wordless")]
        {
            told.extend(is.then(|| what.to_owned()));
        }
        if told.is_empty() { "whole".to_owned() } else { told.join(" ") }
    }

    #[test]
    fn a_request_says_a_name_as_it_is_and_no_longer_one() {
        let acme = kept("Open tickets of Acme", "company/name='Acme Ltd' and closedFlag=false");
        for (request, expected) in [
            ("open tickets of Acme", "whole"),
            ("show me acme's open tickets", "whole"),
            ("ACME Ltd.: which tickets are open?", "whole"),
            ("tickets of Acme, please", "whole"),
            ("open tickets of Acme that are not closed", "whole"),
            ("tickets", "company_name"),
            ("open tickets of Contoso", "company_name=\"Contoso\" more"),
            ("open tickets of contoso", "company_name"),
            ("open tickets of Acme Dental", "company_name=\"Acme Dental\" more"),
            ("open tickets of acme dental", "company_name"),
            ("open tickets of New-Acme", "company_name=\"New-Acme\" more"),
            ("open tickets of all customers except Acme", "company_name more"),
            ("open tickets of Acme and Contoso", "more"),
            ("open tickets of Acme since 2026-01-01", "more"),
            ("closed tickets of Acme", "contrary"),
        ] {
            assert_eq!(told(request, &acme), expected, "{request}");
        }
    }

    #[test]
    fn a_number_is_said_by_itself_or_by_the_name_that_the_description_has_for_it() {
        let named = kept("Tickets of Hartwell Dental", "company/id = 2417");
        for (request, expected) in [
            ("tickets of Hartwell Dental", "whole"),
            ("tickets of company 2417", "whole"),
            ("tickets of Hartwell", "company_id more"),
            ("tickets of company 2418", "company_id=\"2418\" more"),
            ("tickets of a company", "company_id"),
        ] {
            assert_eq!(told(request, &named), expected, "{request}");
        }
        let bare = kept("Our biggest customer's tickets", "company/id = 2417");
        assert_eq!(told("our biggest customer's tickets", &bare), "company_id");
        assert_eq!(told("tickets of company 77", &bare), "company_id=\"77\" more");
        // One name does not stand for two numbers.
        let two = kept("Tickets of Hartwell", "company/id = 2417 and owner/id = 31");
        assert_eq!(told("tickets of Hartwell", &two), "company_id owner_id");
    }

    #[test]
    fn classes_are_said_by_their_words_or_by_such_as_say_the_same() {
        let critical =
            kept("Query for all critical open tickets", "priority/name='Priority 1 - Critical' and closedFlag=false");
        for (request, expected) in [
            ("which critical tickets are open", "whole"),
            ("any P1 tickets still open", "whole"),
            ("P1 tickets that are not closed", "whole"),
            ("open tickets", "priority_name"),
            ("low priority open tickets", "priority_name contrary"),
            ("tickets that are not critical", "priority_name"),
        ] {
            assert_eq!(told(request, &critical), expected, "{request}");
        }
        let new = kept("New tickets on the NOC board", "board/name='NOC' and status/name='New'");
        assert_eq!(told("new tickets on the NOC board", &new), "whole");
        assert_eq!(told("closed tickets on the NOC board", &new), "status_name");
        let flags = kept("Tickets that breached SLA and are not closed", "isInSla=false and closedFlag=false");
        assert_eq!(told("tickets", &flags), "wordless");
        assert_eq!(told("closed tickets that breached SLA", &flags), "contrary wordless");
    }

    #[test]
    fn days_are_said_by_their_date_and_asked_for_anew_where_words_for_them_move() {
        let since = kept("Tickets since January 2026", "dateEntered >= [2026-01-01T00:00:00Z]");
        for (request, expected) in [
            ("tickets since January 2026", "whole"),
            ("tickets since 2026-01-01", "whole"),
            ("tickets since 2026-02-01", "since=\"2026-02-01\""),
            ("tickets since January 2025", "since"),
            ("tickets", "since"),
        ] {
            assert_eq!(told(request, &since), expected, "{request}");
        }
        let week = kept("Tickets entered this week", "dateEntered >= [2026-11-23T00:00:00Z]");
        let naming = compare("tickets entered this week", &week, TICKETS);
        assert!(naming.is_whole() && naming.relative.len() == 1);
        assert_eq!(told("tickets entered last week", &week), "since");
    }

    #[test]
    fn a_question_says_all_where_nothing_of_the_call_is_left() {
        let acme = kept("open tickets of Acme", "company/identifier='Acme' and closedFlag=false");
        for (question, expected) in [
            ("Which open tickets does Acme have?", true),
            ("Which tickets does Acme have?", false),
            ("Which open tickets of Acme and Contoso?", false),
            ("", false),
        ] {
            assert_eq!(says_all(question, &acme, TICKETS), expected, "{question}");
        }
        assert!(holds_nothing(&Pattern { params: object(json!({ "pageSize": 5, "$top": 3 })), ..pattern("a", "/a") }));
        assert!(!holds_nothing(&acme));
    }
}
