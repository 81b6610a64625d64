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

/// The kinds that a noun names, said by all its words or by the last of them: a `ticket` is a `ServiceTicket`, unless there is a
/// kind `Ticket`.
pub(crate) fn kinds_named<'k>(kinds: &[&'k str], noun: &str) -> Vec<&'k str> {
    let words_of = |text: &str| -> Vec<String> { split(text).iter().map(|word| singular(word)).collect() };
    let noun = words_of(noun);
    for from in 0..noun.len() {
        let said = &noun[from..];
        let is_said = |kind: &&&str| words_of(kind) == said;
        if let Some(exact) = kinds.iter().find(is_said) {
            return vec![exact];
        }
        let ends: Vec<&str> = kinds.iter().filter(|kind| words_of(kind).ends_with(said)).copied().collect();
        if !ends.is_empty() {
            return ends;
        }
    }
    Vec::new()
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
        assert_eq!(kinds_named(&["ProjectTicket", "Ticket"], "service ticket"), ["Ticket"]);
    }
}
