//! Do two names say the contrary of each other, though their letters are alike?
//!
//! `createdBy` and `closedBy` share six letters of eight. Whoever wrote the one never meant the other.

use crate::document::words::split;

/// Words that mean the same stand together; those of one row exclude each other.
const CONTRARIES: [&[&[&str]]; 16] = [
    &[
        &["created", "creation", "entered", "opened", "open", "added"],
        &["closed", "close", "resolved", "completed", "finished", "cancelled"],
        &["updated", "modified", "changed", "edited"],
        &["deleted", "removed"],
    ],
    &[&["start", "started", "begin", "beginning", "starts"], &["end", "ended", "ends", "finish", "stop"]],
    &[&["first"], &["last"]],
    &[&["min", "minimum", "least"], &["max", "maximum", "most"]],
    &[&["active"], &["inactive"]],
    &[&["enable", "enabled", "allow"], &["disable", "disabled", "deny"]],
    &[&["include", "included"], &["exclude", "excluded"]],
    &[&["before", "previous", "predecessor"], &["after", "next", "successor"]],
    &[&["sent", "send", "sender"], &["received", "receive", "receiver", "recipient"]],
    &[&["from"], &["to"]],
    &[&["by"], &["to"]],
    &[&["internal"], &["external"]],
    &[&["parent"], &["child", "children"]],
    &[&["bill", "billing"], &["ship", "shipping"]],
    &[&["cost"], &["price", "revenue"]],
    &[&["estimated", "planned", "budget"], &["actual"]],
];

/// Whether one name has a word that excludes a word of the other.
pub(super) fn contradict(one: &str, other: &str) -> bool {
    let (one, other) = (split(one), split(other));
    let sets = |words: &[String], row: &[&[&str]]| -> u32 {
        let held = row.iter().enumerate().filter(|(_, set)| set.iter().any(|word| words.iter().any(|own| own == word)));
        held.fold(0, |sets, (at, _)| sets | 1 << at)
    };
    CONTRARIES.iter().any(|row| {
        let (one, other) = (sets(&one, row), sets(&other, row));
        one != 0 && other != 0 && one & other == 0
    })
}

#[cfg(test)]
mod tests {
    use super::contradict;

    #[test]
    fn names_that_exclude_each_other_are_told_from_those_that_are_merely_alike() {
        for (one, other) in [
            ("createdBy", "closedBy"),
            ("openDate", "closedDate"),
            ("dateCreated", "lastUpdated"),
            ("start_date", "endDate"),
            ("firstName", "lastName"),
            ("active", "inactiveFlag"),
            ("minHours", "maximumHours"),
            ("billingContact", "shippingContact"),
            ("estimatedHours", "actualHours"),
            ("assignedTo", "assignedBy"),
        ] {
            assert!(contradict(one, other) && contradict(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("createdBy", "enteredBy"),
            ("openDate", "dateEntered"),
            ("sumary", "summary"),
            ("lastModified", "lastUpdated"),
            ("email", "phone"),
            ("closedFlag", "closedDate"),
            ("", "closed"),
        ] {
            assert!(!contradict(one, other), "{one} {other}");
        }
    }
}
