//! What of a request can be written into the call, without a guess? Pure but for what it is told of the operation.
//!
//! A filter or a change is written where words leave no doubt: a value beside the name of its field (`board "Help Desk"`, `high
//! severity`), a flag's own word before the records (`open tickets`), a time behind what happened then (`created last week`), a number
//! behind the noun of a path (`ticket 48230`), a name where it is clear whose it is (`contacts at Litware`). Each part says from which words it comes. Values and words that are left are listed.

mod changes;
mod flags;
mod happened;
mod kinds;
mod named;
mod namesakes;
mod parties;
mod reading;
mod target;
#[cfg(test)]
mod tests;
mod times;
mod tokens;
mod values;

pub(super) use self::namesakes::Namesakes;
use self::reading::Reading;
pub(super) use self::target::{Drafted, Form, Target};

/// Reads a request for an operation.
pub(super) fn drafted(request: &str, target: &Target<'_>) -> Drafted {
    let mut reading = Reading::of(request, target);
    reading.path();
    match target.form {
        Form::Filter => {
            reading.times();
            reading.kinds();
            reading.amounts();
            reading.values();
            reading.owners();
            reading.flags();
            reading.parties();
        }
        Form::Parameters => reading.values(),
        Form::Change => reading.changes(),
        Form::Path => {}
    }
    reading.finish()
}
