//! How are the parameters that a call filters by to be written, where the API has one parameter for all filters?

use serde_json::{Value, json};

use super::Placing;
use crate::invoke::draft::given::find;
use crate::surface::{Argument, Given, Said};

/// A parameter that is to be a filter.
pub(super) struct MeantFilter {
    /// Its problem's place among all.
    pub at: usize,
    /// Name of the parameter, or of the body's field, that filters.
    pub parameter: &'static str,
    /// The filter.
    pub value: String,
    /// Filters that may be meant instead.
    pub others: Vec<String>,
    /// What makes it the filter.
    pub sureness: Sureness,
}

/// How surely a filter is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// The caller wrote it, for a parameter of another API.
    Written,
    /// It is by the field that surely is meant.
    OfAField,
    /// It is by a field that is near to what was written.
    Near,
}

impl Placing<'_, '_, '_> {
    /// Says of each parameter that is to be a filter how it is written: together with all others, and with what the parameter that
    /// filters has already. `known` are the parameters of the operation.
    pub(super) fn filters(&mut self, found: &[MeantFilter], known: &[&str]) {
        for (index, MeantFilter { at, parameter, others, sureness, .. }) in found.iter().enumerate() {
            // One filter asks for all, and is said once.
            let said = found[..index].iter().find(|before| before.parameter == *parameter);
            let said = said.and_then(|first| self.checker.problems.get(first.at)).map(|problem| problem.place.clone());
            if let (Some(first), Some(problem)) = (said, self.checker.problems.get_mut(*at)) {
                problem.cure = Said::from("The filter that is given for ").at(&first).text(" asks for it too.");
                continue;
            }
            let is_param = known.contains(parameter);
            let in_body = || self.asked.data.and_then(|data| data.get(parameter));
            let given = if is_param { find(self.asked.params, parameter).map(|(_, value)| value) } else { in_body() };
            let given = given.and_then(Value::as_str).filter(|text| !text.trim().is_empty());
            let mut all: Vec<&str> = given.into_iter().collect();
            let wanted = found.iter().filter(|other| other.parameter == *parameter).map(|other| other.value.as_str());
            let mut count = 0;
            for wanted in wanted {
                count += 1;
                if !all.contains(&wanted) {
                    all.push(wanted);
                }
            }
            let joined = self.asked.habits.joined(&all);
            let how = match (count > 1, given.is_some()) {
                (false, false) if *sureness == Sureness::Written => "Write it as the API takes it,",
                (false, false) if *sureness == Sureness::Near => {
                    "No field is called so; if one of these is meant, filter by it,"
                }
                (false, false) if others.is_empty() => "It is a field of the records: filter by it,",
                (false, false) => "It is a filter by a field of the records:",
                (true, false) => "These are fields of the records: filter by all of them at once,",
                (_, true) => "It is a field of the records: filter by it beside what is asked for already,",
            };
            let cure = if is_param {
                Said::from(how).text(" ").given(Given::Pair { name: (*parameter).into(), value: joined.clone() })
            } else {
                let field = format!(", `{}: {}`", json!(parameter), json!(joined));
                Said::from(how.trim_end_matches(',')).text(" in ").argument(Argument::DATA).text(field)
            };
            let cure = match others.as_slice() {
                [] => cure,
                others => cure.text(format!(", or by `{}` in its place", others.join("` or `"))),
            };
            if let Some(problem) = self.checker.problems.get_mut(*at) {
                problem.cure = cure.text(".");
                problem.offers = std::iter::once(joined).chain(others.iter().cloned()).collect();
            }
        }
    }
}
