//! Which two fields of a record say together what it refers to?
//!
//! Where a record may refer to records of several kinds, one field has the id and another the kind: `chargeToId` beside
//! `chargeToType`, `recordId` beside `recordType`. Many APIs do so, under names of their own.

use crate::document::words::{singular, split};

/// Nouns for a record of whatever kind, whose kind may stand in a field that is called `type` alone.
const ANYTHING: [&str; 4] = ["entity", "item", "object", "record"];

/// The field that says of which kind the record is whose id a field has.
pub(crate) fn kind_beside<'n>(id: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
    };
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
