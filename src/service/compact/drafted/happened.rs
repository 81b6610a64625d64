//! What happened at the times of which a request speaks? Pure.

use super::reading::{Reading, midnight, words_of};
use super::times::{self, Days};
use crate::document::words::stem;
use crate::invoke::dialect::Comparison;
use crate::service::OutlineField;
use crate::service::compact::groups::Kind;

/// Parts of the names of dates beside what happened then.
const OF_DATES: [&str; 7] = ["date", "time", "utc", "last", "on", "at", "the"];
/// Words between what happened and when.
const BESIDE_TIMES: [&str; 9] = ["was", "were", "been", "is", "are", "have", "has", "be", "date"];

impl<'t> Reading<'t> {
    /// `created last week`, `closed since Monday`.
    pub(super) fn times(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            let Some(phrase) = self.tokens.get(at..).and_then(|rest| times::phrase(rest, self.target.today)) else {
                at += 1;
                continue;
            };
            let end = at + phrase.words;
            if let Some((begin, field)) = self.happened(at)
                && self.is_free(begin, end)
            {
                let from = self.take(begin, end);
                let Days { from: first, before } = phrase.days;
                let path = field.name.clone();
                if let Some(day) = first {
                    self.out.comparisons.push((Comparison::From(path.clone(), midnight(day)), from.clone()));
                }
                if let Some(day) = before {
                    self.out.comparisons.push((Comparison::Before(path, midnight(day)), from));
                }
            }
            at = end;
        }
    }

    /// The date that says when what stands before a time happened, and where that begins.
    fn happened(&self, at: usize) -> Option<(usize, &'t OutlineField)> {
        let mut begin = at;
        while begin > 0 && at - begin < 3 {
            begin -= 1;
            let token = self.token(begin)?;
            if token.ends {
                return None;
            }
            if BESIDE_TIMES.contains(&token.lower.as_str()) {
                continue;
            }
            let is_date = |field: &&&OutlineField| Kind::of(field) == Kind::Date;
            let says = |field: &&&OutlineField| {
                let words: Vec<String> = words_of(&field.name)
                    .into_iter()
                    .filter(|word| !OF_DATES.contains(&word.as_str()))
                    .map(|word| stem(&word))
                    .collect();
                words.len() == 1 && words[0] == token.stem
            };
            let by_phrase =
                self.target.called.iter().filter(|(phrase, _)| *phrase == token.lower).find_map(|(_, names)| {
                    let named = |name: &&str| {
                        self.target
                            .fields
                            .iter()
                            .filter(is_date)
                            .find(|field| words_of(&field.name).join(" ") == **name)
                    };
                    names.iter().find_map(named)
                });
            let by_name: Vec<&&OutlineField> = self.target.fields.iter().filter(is_date).filter(says).collect();
            return match (by_phrase, by_name.as_slice()) {
                (Some(field), _) => Some((begin, *field)),
                (None, [field]) => Some((begin, **field)),
                _ => None,
            };
        }
        None
    }
}
