//! How are several filters one?

use crate::invoke::connectwise::conditions::{Condition, parse};

/// One filter that asks for all of them, each as it is written; in brackets what would be read otherwise beside another.
pub(in crate::invoke::connectwise) fn joined(filters: &[&str]) -> String {
    let single = |filter: &str| match parse(filter) {
        Ok(Condition::Compare(_) | Condition::Not(_)) => true,
        Ok(Condition::All(parts)) => parts.iter().all(|part| matches!(part, Condition::Compare(_))),
        _ => false,
    };
    let part = |filter: &&str| if single(filter) { (*filter).to_owned() } else { format!("({filter})") };
    match filters {
        [only] => (*only).to_owned(),
        several => several.iter().map(part).collect::<Vec<_>>().join(" AND "),
    }
}
