//! Which two fields of a record say together what it refers to?
//!
//! Where a record may refer to records of several kinds, one field has the id and another the kind: `chargeToId` beside
//! `chargeToType`, `recordId` beside `recordType`. Many APIs do so, under names of their own.

use crate::document::words::{singular, split};

/// Nouns for a record of whatever kind, whose kind may stand in a field that is called `type` alone.
const ANYTHING: [&str; 4] = ["entity", "item", "object", "record"];

/// The field that says of which kind the record is whose id a field has.
pub(crate) fn kind_beside<'n>(id: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let id = plain(id);
    let front = id.strip_suffix("id").filter(|front| !front.is_empty())?;
    let (own, alone) = (format!("{front}type"), ANYTHING.contains(&front));
    let mut beside: Vec<&str> = Vec::new();
    for name in names {
        match plain(name) {
            found if found == own => return Some(name),
            found if found == "type" && alone => beside.push(name),
            _ => {}
        }
    }
    beside.first().copied()
}

/// What a name, which is none of `names`, is of the one pair that they have: of `chargeToId` and `chargeToType`, `recordId` is the
/// first and `objectType` the second. A bare `id` or `type` is one where `are_both` says that both were given.
pub(crate) fn half_of_pair<'n>(name: &str, are_both: bool, names: &[&'n str]) -> Option<&'n str> {
    let is_bare = matches!(name, "id" | "type") && are_both;
    let is_id = if is_bare { name == "id" } else { is_of_any_record(name)? };
    let mut pairs = names.iter().filter_map(|id| Some((*id, kind_beside(id, names.iter().copied())?)));
    let (id, kind) = pairs.next()?;
    let is_only = pairs.next().is_none();
    is_only.then_some(if is_id { id } else { kind })
}

/// Whether a name is for the id of a record of whatever kind, or for its kind; `None` where it is for neither.
pub(crate) fn is_of_any_record(name: &str) -> Option<bool> {
    let name = plain(name);
    let is_of = |end: &str| name.strip_suffix(end).is_some_and(|front| ANYTHING.contains(&front));
    if is_of("id") { Some(true) } else { is_of("type").then_some(false) }
}

/// A name in small letters, without other characters.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

/// The kinds that are called by a noun: the one that is it, or else those that end in it. A `ticket` is a `ServiceTicket`, unless
/// there is a kind `Ticket`.
pub(crate) fn kinds_called<'k>(kinds: &[&'k str], noun: &str) -> Vec<&'k str> {
    of_words(kinds, &words_of(noun))
}

/// The same of a noun with others before it, which count as far as a kind has them.
pub(crate) fn kinds_named<'k>(kinds: &[&'k str], noun: &str) -> Vec<&'k str> {
    let noun = words_of(noun);
    let said = (0..noun.len()).map(|from| of_words(kinds, &noun[from..]));
    said.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn of_words<'k>(kinds: &[&'k str], noun: &[String]) -> Vec<&'k str> {
    let ending: Vec<&str> = kinds.iter().filter(|kind| words_of(kind).ends_with(noun)).copied().collect();
    let exact = ending.iter().find(|kind| words_of(kind) == noun).copied();
    exact.map_or(ending, |exact| vec![exact])
}

fn words_of(text: &str) -> Vec<String> {
    split(text).iter().map(|word| singular(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_stands_beside_an_id_of_the_same_name_or_beside_that_of_anything() {
        for (id, names, kind) in [
            ("chargeToId", &["chargeToType", "type"][..], Some("chargeToType")),
            ("record_id", &["record_type"], Some("record_type")),
            ("objectId", &["name", "type"], Some("type")),
            ("memberId", &["type"], None),
            ("id", &["type"], None),
            ("summary", &["type"], None),
        ] {
            assert_eq!(kind_beside(id, names.iter().copied()), kind, "{id}");
        }
    }

    #[test]
    fn a_name_for_any_record_is_a_half_of_the_only_pair() {
        let of = |name: &str, names: &[&'static str]| half_of_pair(name, false, names);
        let charged = ["chargeToType", "chargeToId", "id", "notes"];
        assert_eq!([of("recordId", &charged), of("objectType", &charged)], [Some("chargeToId"), Some("chargeToType")]);
        assert_eq!(of("record_id", &["type", "objectId"]), Some("objectId"));
        // Not of a ticket, since it is of any record; and of two pairs it may be either.
        assert_eq!(of("ticketId", &charged), None);
        assert_eq!(of("objectId", &["chargeToType", "chargeToId", "recordType", "recordId"]), None);
        // `type` and `id` of a record are its own.
        assert_eq!(of("recordId", &["type", "id"]), None);
        let documents = ["recordType", "recordId", "page"];
        assert_eq!(
            [half_of_pair("id", false, &documents), half_of_pair("id", true, &documents)],
            [None, Some("recordId")]
        );
    }

    #[test]
    fn kinds_are_named_by_their_words() {
        let charged = ["ServiceTicket", "ProjectTicket", "ChargeCode", "Activity"];
        for (noun, kinds) in [
            ("ticket", &["ServiceTicket", "ProjectTicket"][..]),
            ("service tickets", &["ServiceTicket"]),
            ("charge code", &["ChargeCode"]),
            ("sales activities", &["Activity"]),
            ("company", &[]),
        ] {
            assert_eq!(kinds_named(&charged, noun), kinds, "{noun}");
        }
        let with_plain = ["ProjectTicket", "Ticket"];
        assert_eq!(kinds_named(&with_plain, "service ticket"), ["Ticket"]);
        assert_eq!(kinds_called(&with_plain, "ticket"), ["Ticket"]);
        assert_eq!(kinds_called(&charged, "tickets"), ["ServiceTicket", "ProjectTicket"]);
        assert_eq!(kinds_called(&charged, "parent ticket"), [""; 0]);
    }
}
