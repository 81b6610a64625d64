//! Does a request name the values that a kept call holds? Pure; English.
//!
//! A kept call answers for its customer, its record, its day. So it is an answer to a request that says each of these values: as
//! they are written, or by the words that the call's description has for them. A value that the request does not say is left
//! open, and where the request plainly says another one in its place, that one is given.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::classes::{Words, is_of_family, says_class, speaks_of};
use super::place::PATH;
use super::remainder::{Meaning, Quantity, Side, is_polite, remainder};
use super::text::Text;
use super::times::Time;
use super::values::{Kind, fixed, flags, is_date, most_rows, narrows, text_of};
use super::{Pattern, Slot};
use crate::document::verbs::{ACTION_WORDS, Intent, VERBS};
use crate::document::words::{is_stop_word, split, stem};
use crate::openapi::Method;

/// A request compared with a kept call.
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
    /// Whether the request says the contrary of the call, such as `closed` where the call lists open tickets.
    pub(crate) contradicts: bool,
    /// Whether the call filters by values without words of their own, such as flags, and the request gives no other value for them.
    /// Only meaning can then tell whether the call is asked for.
    pub(crate) is_wordless: bool,
    /// Words of the description about the call's filters that the request does not have.
    pub(crate) left_out: Vec<String>,
    /// Telling words of the request that the call does not have.
    pub(crate) besides: Vec<String>,
    /// Words of [`Self::besides`], and of [`Self::left_out`], that stand before the records as their kind, as in `tentative entries`.
    pub(crate) kinds: [Vec<String>; 2],
    /// Whether the call has nothing that could be such a kind: it holds values of somebody's alone, and no flags.
    pub(crate) knows_no_kind: bool,
    /// How many records the request asks for, where the call gives another number.
    pub(crate) quantity: Option<Quantity>,
    /// Stems of the names of fields whose values the call holds, those of its path aside.
    pub(crate) fields: BTreeSet<String>,
    /// The description without [`Self::left_out`], and the request without [`Self::besides`].
    pub(crate) bare: [String; 2],
}

impl Naming {
    /// Whether the request says all that the call holds, and nothing else.
    pub(crate) fn is_whole(&self) -> bool {
        self.names_all() && self.left_out.is_empty() && self.besides.is_empty()
    }

    /// Whether the request says every value that the call holds and no other, and asks for what it gives.
    pub(crate) fn names_all(&self) -> bool {
        self.unsaid.is_empty() && !self.says_more && !self.contradicts && self.quantity.is_none()
    }
}

/// Compares a request with a call. `operation` holds the words of its operation: path and summary; `meanings` the phrases of the
/// trade in the request and the description.
pub(crate) fn compare(request: &str, pattern: &Pattern, operation: &str, meanings: &[Meaning]) -> Naming {
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
    let described = Words { said: description.stems(), denied: description.denied() };
    let is_phrase = |word: &str| meanings.iter().any(|meaning| meaning.phrase.contains(&stem(word)));
    let is_known = |word: &str| {
        is_common(word) || is_phrase(word) || (described.said.contains(&stem(word)) && !of_names.contains(&stem(word)))
    };
    // Who is left out by one of the two is not meant by the other.
    let find = |name: &str, described: Option<&Range<usize>>| {
        let is_left_out = described.is_some_and(|place| description.is_negated(place.start));
        let named = Text::read(name);
        let form = named.legal_form(&named.all_words());
        let form_described = described.map(|place| description.legal_form(place));
        request.find_alone(name, &is_known).filter(|range| {
            // `Müller AG` is not `Müller GmbH`, and `Müller` is only where the description has it so.
            let said = request.legal_form(range);
            let is_form =
                form.is_empty() || said == form || form_described.as_ref().is_some_and(|known| *known == said);
            request.is_negated(range.start) == is_left_out && is_form
        })
    };
    // A number is that of the noun before it: `ticket 250` says nothing about company 250.
    let is_of_another = |number: &Range<usize>, slot: &Slot, described: Option<&Range<usize>>| {
        let is_number = request.slice(number).bytes().all(|byte| byte.is_ascii_digit());
        let Some(noun) = request.noun_before(number).filter(|_| is_number) else { return false };
        let mut own = stems(&slot.name);
        ["id", "identifier", "name", "number"].iter().for_each(|word| _ = own.remove(&stem(word)));
        own.extend(described.and_then(|place| description.noun_before(place)).map(stem));
        let noun = stem(noun);
        operation.contains(&noun) && !own.contains(&noun)
    };
    let found_aliases: Vec<Option<Range<usize>>> =
        aliases.iter().map(|name| find(description.slice(name), Some(name))).collect();
    let aliases_say_them = !aliases.is_empty()
        && aliases.len() >= own().filter(|(_, place)| place.is_none()).count()
        && found_aliases.iter().all(Option::is_some);

    let said = Words { said: request.stems(), denied: request.denied() };
    let (times_said, times_described) = (request.times(), description.times());
    let mut naming = Naming::default();
    // Slots for which a name of the request can be the value: of one that is told by an alias, the name is another thing.
    let mut guessed: Vec<&Slot> = pattern.slots.iter().collect();
    let mut matched: Vec<Range<usize>> = found_aliases.into_iter().flatten().collect();
    let (mut is_said, mut is_wordless) = (false, narrows(pattern) && values.is_empty() && pattern.slots.is_empty());
    for (fixed, place) in values.iter().zip(&places) {
        let verdict = match fixed.kind {
            Kind::Own => match find(&fixed.text(), place.as_ref()) {
                Some(range) if !is_of_another(&range, &fixed.slot, place.as_ref()) => {
                    matched.push(range);
                    Some(true)
                }
                Some(_) => Some(false),
                None => Some(place.is_none() && aliases_say_them),
            },
            Kind::Class => says_class(&stems(&fixed.text()), &described, &said),
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
        .filter(|name| !is_of_family(&stem(&request.key(name))))
        .collect();
    if narrows(pattern) {
        let has_dates = values.iter().any(|fixed| fixed.kind == Kind::Date);
        let says_other_time = !has_dates && !times_said.is_subset(&times_described);
        // What can be the value of a slot is what the slot is there for.
        let room = pattern.slots.len();
        naming.says_more = strangers.len() > room || (says_other_time && room == 0);
    }
    // `opened by Acme` is another thing than `open`, and the other way round.
    let is_deed_beside = |one: &Text<'_>, other: &Words| {
        one.deeds().any(|(word, deed)| other.say(&word, false) && !other.said.contains(&deed))
    };
    naming.says_more |= is_deed_beside(&request, &described) || is_deed_beside(&description, &said);
    // Of the call speak its description and its classes.
    let mut of_call = described.clone();
    for fixed in values.iter().filter(|fixed| fixed.kind == Kind::Class) {
        of_call.said.extend(stems(&fixed.text()));
    }
    naming.contradicts = narrows(pattern) && of_call.contradict(&said);
    naming.quantity = other_quantity(&request, &description, pattern);

    let mut known = operation.clone();
    known.extend(values.iter().flat_map(|fixed| stems(&fixed.slot.name)));
    let of_description: Vec<Range<usize>> = places.iter().flatten().chain(&aliases).cloned().collect();
    let of_request: Vec<Range<usize>> = matched.iter().chain(&strangers).cloned().collect();
    let is_order = pattern.method != Method::Get;
    let side = |text, names| Side { text, names, is_order };
    let besides = remainder(&side(&request, &of_request), &of_call, &known, meanings);
    let mut left_out = remainder(&side(&description, &of_description), &said, &BTreeSet::new(), meanings);
    if !is_wordless {
        left_out = without_remarks(left_out, &description, &said, pattern);
    }
    let words = |text: &Text<'_>, places: &[usize]| -> Vec<String> {
        places.iter().map(|at| text.slice(&(*at..at + 1)).to_owned()).collect()
    };
    let queried = values.iter().filter(|fixed| fixed.slot.place != PATH);
    naming.fields = queried.flat_map(|fixed| stems(&fixed.slot.name)).collect();
    naming.left_out = words(&description, &left_out);
    naming.besides = words(&request, &besides);
    let [records, _] = records_and_owner(&pattern.template);
    let kinds = |text: &Text<'_>, places: &[usize]| {
        let is_kind = |at: &&usize| !is_order && text.is_kind_of(**at, &records, &operation, &self::is_common);
        words(text, &places.iter().filter(is_kind).copied().collect::<Vec<_>>())
    };
    naming.kinds = [kinds(&request, &besides), kinds(&description, &left_out)];
    naming.knows_no_kind = values.iter().all(|fixed| fixed.kind == Kind::Own) && flags(pattern).is_empty();
    naming.bare = [description.without(&left_out), request.without(&besides)];
    let is_anothers = |name: &Range<usize>| {
        !guessed.is_empty()
            && guessed.iter().all(|slot| is_of_another(name, slot, description.find(&example(slot)).as_ref()))
    };
    let is_meant = |name: &Range<usize>| !request.is_negated(name.start) && !is_anothers(name);
    let meant: Vec<Range<usize>> = strangers.into_iter().filter(is_meant).collect();
    naming.given = given(&request, &meant, guessed.into_iter());
    naming
}

/// How many records the request asks for, where the call gives another number.
fn other_quantity(request: &Text<'_>, description: &Text<'_>, pattern: &Pattern) -> Option<Quantity> {
    let quantity = Quantity::of(request);
    let counts = pattern.template.ends_with("/count");
    let is_given = quantity == Quantity::of(description) || (counts && quantity == Quantity::Count);
    let rows = Quantity::rows_of(request).filter(|rows| Some(*rows) != Quantity::rows_of(description));
    let other_rows = || {
        let most = most_rows(pattern)?;
        rows.filter(|rows| match rows {
            Quantity::Rows(rows) => *rows != most,
            _ => most < LARGEST_PAGE,
        })
    };
    Some(quantity).filter(|_| !is_given).or_else(other_rows)
}

/// Rows from which on a page is taken for all there are: few APIs give larger ones.
const LARGEST_PAGE: u64 = 1000;

/// Places of words of the description, without those that are remarks for its reader: where it has words for every flag of the call,
/// all words but these.
fn without_remarks(mut places: Vec<usize>, description: &Text<'_>, said: &Words, pattern: &Pattern) -> Vec<usize> {
    let is_order = pattern.method != Method::Get;
    let flags = if is_order { Vec::new() } else { flags(pattern) };
    let tells = |at: usize, flag: &String| speaks_of(&description.stem(at), flag);
    let is_told = |flag: &String| description.words().any(|(at, ..)| tells(at, flag));
    if !flags.iter().all(is_told) {
        return places;
    }
    // `ticket 5` asks for the ticket, and not for its notes.
    let [records, owner] = records_and_owner(&pattern.template);
    let is_owner_asked_for = !is_order && !said.said.is_disjoint(&owner);
    let is_of_records = |at: usize| stems(description.slice(&(at..at + 1))).is_subset(&records);
    places.retain(|at| flags.iter().any(|flag| tells(*at, flag)) || (is_owner_asked_for && is_of_records(*at)));
    places
}

/// Whether a question says everything that a call holds, word for word: its values as they are written, and of its description
/// each word that tells something. Then the call may be made for it.
pub(crate) fn says_all(question: &str, pattern: &Pattern, operation: &str) -> bool {
    let naming = compare(question, pattern, operation, &[]);
    let asked = Text::read(question);
    if pattern.method == Method::Get && is_order(&asked, &pattern.description) {
        return false;
    }
    let said = asked.stems();
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

/// Whether a question begins with a verb that changes something: `close the tickets of Acme` is no question for the closed ones. A verb
/// that the description has in the same form is a state there: `open tickets`.
fn is_order(question: &Text<'_>, description: &str) -> bool {
    let first = question.words().map(|(_, word, _)| word).find(|word| !is_polite(word));
    first.is_some_and(|first| {
        let writing = VERBS.iter().filter(|(intent, _)| !matches!(intent, Intent::Read | Intent::Count));
        let mut writing = writing.map(|(_, verbs)| *verbs).chain([ACTION_WORDS]);
        let is_described = description.split_whitespace().any(|word| word.eq_ignore_ascii_case(first));
        !is_described && writing.any(|verbs| verbs.split_whitespace().any(|verb| verb == first))
    })
}

/// Whether a word, as a stem, tells a state or a kind.
pub(crate) fn is_state(stem: &str) -> bool {
    is_of_family(stem)
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

fn example(slot: &Slot) -> String {
    slot.example.as_ref().map(text_of).unwrap_or_default()
}

/// The words of the records that a path leads to, and of the collection whose key it takes last, where they are others.
fn records_and_owner(template: &str) -> [BTreeSet<String>; 2] {
    let segments: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_key = |at: usize| segments.get(at).is_some_and(|segment| segment.contains('{'));
    let literals: Vec<usize> = (0..segments.len()).filter(|at| !is_key(*at)).collect();
    let words =
        |at: Option<&usize>| at.and_then(|at| segments.get(*at)).map(|segment| stems(segment)).unwrap_or_default();
    let (last, before) = (literals.last(), literals.iter().rev().skip(1).find(|at| is_key(**at + 1)));
    [words(last), words(before)]
}

fn stems(text: &str) -> BTreeSet<String> {
    let joined = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let joined = joined.map(|word| stem(&word.to_lowercase()));
    split(text).iter().map(|word| stem(word)).chain(joined).collect()
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
