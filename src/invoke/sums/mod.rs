//! What is asked of the rows of an answer in place of the rows themselves?
//!
//! A caller gives a jq filter, or says by which field rows are grouped and what is summed. Both imply all pages. The rows are kept, so that
//! something else can be asked of them.

mod decimal;
mod groups;
mod summed;

use self::groups::Groups;
pub use self::summed::{Fetched, SumsError};
pub(super) use self::summed::{Over, summed};
use super::draft::Problem;
use crate::jq::{Evaluator, FilterError};
use crate::surface::{Argument, Said};

/// What a call asks of its rows, as it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// A jq filter.
    pub select: Option<String>,
    /// The fields by which rows are grouped, such as `board/name`; several with commas.
    pub group_by: Option<String>,
    /// The fields whose numbers are summed; several with commas.
    pub sum: Option<String>,
    /// Whether rows are counted, beside sums.
    pub count: bool,
    /// How many groups are shown, the largest first.
    pub top: Option<usize>,
}

/// What is made of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// What a jq filter makes of them, which was compiled.
    Filter(String),
    /// Groups with counts and sums.
    Groups(Groups),
}

impl Sums {
    /// What is to be made of rows; nothing where nothing was asked. A filter is compiled, which waits for a process.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn planned(&self, evaluator: Option<&Evaluator>) -> Result<Option<Plan>, Box<Problem>> {
        let names = |given: &Option<String>| -> Vec<String> {
            let given = given.iter().flat_map(|names| names.split(','));
            given.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
        };
        let groups = Groups { by: names(&self.group_by), sums: names(&self.sum), counts: self.count, top: self.top };
        let Some(filter) = self.select.as_ref().filter(|filter| !filter.trim().is_empty()) else {
            return groups.checked();
        };
        if let Some(other) = groups.first_argument() {
            let message = Said::new().argument(Argument::SELECT).text(" and ").argument(other);
            let cure = "Give one of them: a filter can group and sum by itself.";
            return Err(Box::new(Problem::new(&other.into(), message.text(" are two ways to ask"), cure)));
        }
        let checked = match evaluator {
            Some(evaluator) => evaluator.check(filter),
            None => Err(FilterError::Process("no program was named that evaluates them".to_owned())),
        };
        match checked {
            Ok(()) => Ok(Some(Plan::Filter(filter.clone()))),
            Err(error) => {
                let cure = "Write the jq filter anew. It gets a list of all rows, such as `map({id, summary})`, or the one record.";
                Err(Box::new(Problem::new(&Argument::SELECT.into(), error.to_string(), cure)))
            }
        }
    }
}

impl Plan {
    /// The argument that asked for it.
    pub(crate) fn argument(&self) -> Argument {
        match self {
            Self::Filter(_) => Argument::SELECT,
            Self::Groups(groups) => groups.first_argument().unwrap_or(Argument::GROUP_BY),
        }
    }

    /// Whether all rows are to be counted, and nothing else.
    pub(crate) fn is_count(&self) -> bool {
        matches!(self, Self::Groups(groups) if groups.is_count())
    }

    /// The fields of the rows that it needs; none where it may need any.
    pub(crate) fn fields(&self) -> Vec<String> {
        match self {
            Self::Filter(_) => Vec::new(),
            Self::Groups(groups) => groups.fields(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_arguments_name_the_fields_that_they_need() {
        let fields = |sums: Sums| sums.planned(None).unwrap().unwrap().fields();
        let by = Sums { group_by: Some("board/name, status/name".to_owned()), ..Sums::default() };
        assert_eq!(fields(by), ["board/name", "status/name"]);
        let sum = Sums { group_by: Some("member".to_owned()), sum: Some("actualHours".to_owned()), ..Sums::default() };
        assert_eq!(fields(sum), ["member", "actualHours"]);
        assert_eq!(fields(Sums { count: true, ..Sums::default() }), ["id"]);
        assert_eq!(Sums::default().planned(None), Ok(None));
    }

    #[test]
    fn two_ways_at_once_and_a_top_of_nothing_are_refused() {
        let both = Sums { select: Some(".".to_owned()), sum: Some("a".to_owned()), ..Sums::default() };
        assert!(both.planned(None).unwrap_err().cure.to_string().contains("one of them"));
        let top = Sums { top: Some(3), ..Sums::default() };
        assert_eq!(top.planned(None).unwrap_err().place, Argument::TOP.into());
        let none = Sums { group_by: Some("a".to_owned()), top: Some(0), ..Sums::default() };
        assert_eq!(none.planned(None).unwrap_err().place, Argument::TOP.into());
        // Nobody was named who evaluates filters.
        let filter = Sums { select: Some(".".to_owned()), ..Sums::default() };
        assert_eq!(filter.planned(None).unwrap_err().place, Argument::SELECT.into());
    }
}
