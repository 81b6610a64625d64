//! How are the lists asked for names?

use std::sync::Arc;

use serde_json::{Map, Value};

use super::wanted::{By, Owner};
use super::weighed::{self, Candidate};
use crate::document::words::split;
use crate::error::Error;
use crate::invoke::answer::{Answer, Data, MoreExist};
use crate::invoke::caller::{Caller, Consent, Later};
use crate::invoke::client::CallError;
use crate::invoke::draft::NameAt;
use crate::invoke::naming::{Asking, NamedList, Naming};
use crate::invoke::rows;
use crate::invoke::{InvokeError, Order, Policy};
use crate::openapi::{Method, Operation, ParameterIn};
use crate::search::Searcher;
use crate::service::asked::Call;
use crate::service::filled_path::path_in_form;
use crate::service::matching::Resolved;
use crate::service::records::record_of;
use crate::service::{Service, blocking};
use crate::store::OperationRow;
use crate::surface::Surface;

/// A list, or a record, that is asked for.
pub(super) struct Asked {
    pub(super) entry: OperationRow,
    /// Values of the placeholders of its path.
    pub(super) values: Map<String, Value>,
    /// The field by which the records belong to another, and the id of that one.
    pub(super) within: Option<(&'static str, Value)>,
    /// The fields of a record that are wanted.
    pub(super) fields: Vec<String>,
}

impl Asked {
    pub(super) fn of(entry: OperationRow, values: Map<String, Value>) -> Self {
        Self { entry, values, within: None, fields: Vec::new() }
    }

    /// A list within the record that its records belong to, with the words for that one.
    ///
    /// # Errors
    /// Why it cannot be asked, as a clause: it is not known which record that is.
    pub(super) fn within_owner(
        list: OperationRow,
        of: Option<&Owner>,
        owner: Option<Value>,
    ) -> Result<(Self, Option<String>), String> {
        let mut asked = Self::of(list, Map::new());
        match (of, owner) {
            (Some(Owner { noun, by, .. }), Some(id)) => {
                let told = format!("{noun} {id}");
                match by {
                    By::Placeholder(placeholder) => _ = asked.values.insert(placeholder.clone(), id),
                    By::Field(field) => asked.within = Some((*field, id)),
                }
                Ok((asked, Some(told)))
            }
            (Some(Owner { noun, by: By::Placeholder(_), .. }), None) => {
                Err(format!("it is one of a `{noun}`, which is not known"))
            }
            _ => Ok((asked, None)),
        }
    }

    /// Its path with the values.
    pub(super) fn path(&self) -> String {
        path_in_form(&self.entry.path, &self.values)
    }

    fn call(&self, asking: &Asking) -> (Call, Resolved) {
        let call = Call {
            api: Some(self.entry.api.clone()),
            params: asking.params.clone(),
            all_pages: asking.most.is_some(),
            max_items: asking.most,
            use_memory: false,
            ..Call::new(Method::Get, &self.path())
        };
        let found = Resolved { path_values: self.values.clone(), ..Resolved::of(self.entry.clone()) };
        (call, found)
    }
}

/// What a list said of a name.
pub(super) struct LookedUp {
    /// The records that are called so.
    pub(super) called: Vec<Candidate>,
    /// Where none is, those that may be meant.
    pub(super) near: Vec<Candidate>,
    /// All that the list has, where it is known.
    pub(super) all: Option<Vec<Candidate>>,
}

/// A list cannot be read.
pub(super) struct Unread {
    /// Why, as a clause.
    pub(super) why: String,
}

/// Rows of one question.
pub(super) struct Rows {
    pub(super) rows: Vec<Value>,
    /// Whether the list has no others for it.
    pub(super) is_all: bool,
}

impl Service {
    /// Asks a list for the records that a name means.
    pub(super) async fn look_up_name(
        &self,
        searcher: &Arc<Searcher>,
        name: &NameAt,
        asked: Asked,
        caller: &dyn Caller,
    ) -> Result<Result<LookedUp, Unread>, Error> {
        let Some(naming) = self.naming(searcher, name, &asked)? else {
            return Ok(Err(Unread {
                why: format!("nothing tells what the records of GET {} are called", asked.path()),
            }));
        };
        let candidates = |rows: &Rows| -> Vec<Candidate> {
            rows.rows.iter().filter_map(|row| Candidate::of(row, &naming)).collect()
        };
        let exact = match self.rows(searcher, &asked, &naming.exactly, caller).await? {
            Ok(rows) => rows,
            Err(unread) => return Ok(Err(unread)),
        };
        let mut known = candidates(&exact);
        let called = weighed::called(&known, &name.text, name.member);
        let is_whole = naming.exactly.params == naming.all.params && exact.is_all;
        if !called.is_empty() && (exact.is_all || called.len() > 1) {
            return Ok(Ok(LookedUp { called, near: Vec::new(), all: is_whole.then_some(known) }));
        }
        if !exact.is_all && (naming.exactly.most.is_some() || !called.is_empty()) {
            return Ok(Err(Unread { why: format!("GET {} has more records than are looked through", asked.path()) }));
        }
        let mut all = is_whole.then(|| known.clone());
        if all.is_none()
            && let Some(near) = &naming.nearly
            && near.params != naming.exactly.params
            && let Ok(rows) = self.rows(searcher, &asked, near, caller).await?
        {
            weighed::add(&mut known, candidates(&rows));
        }
        // What a condition does not find, such as a name that is written together, a short list shows.
        if all.is_none()
            && (!asked.values.is_empty() || weighed::alike(&known, &name.text).is_empty())
            && let Ok(rows) = self.rows(searcher, &asked, &naming.all, caller).await?
        {
            let others = candidates(&rows);
            all = rows.is_all.then(|| others.clone());
            weighed::add(&mut known, others);
        }
        let near = weighed::alike(&known, &name.text);
        Ok(Ok(LookedUp { called: Vec::new(), near, all }))
    }

    /// One record; `None` where it cannot be read.
    pub(super) async fn ask_for_one(
        &self,
        searcher: &Arc<Searcher>,
        asked: Asked,
        caller: &dyn Caller,
    ) -> Result<Option<Map<String, Value>>, Error> {
        let operation = searcher.store().operation(asked.entry.doc)?;
        let mut asking = Asking::default();
        if crate::invoke::picked::takes_fields(&operation) {
            asking.params.insert("fields".to_owned(), asked.fields.join(",").into());
        }
        let answer = self.answer(searcher, &asked, &asking, caller).await?;
        Ok(match answer.map(|answer| answer.result) {
            Ok(Some(Data::Value(Value::Object(record)))) => Some(record),
            _ => None,
        })
    }

    /// How a list is asked for a name.
    pub(super) fn naming(&self, searcher: &Searcher, name: &NameAt, asked: &Asked) -> Result<Option<Naming>, Error> {
        let store = searcher.store();
        let dialect = self.dialect_of(searcher, &asked.entry.api)?;
        let mut list = Operation::clone(&*store.operation(asked.entry.doc)?);
        list.parameters.extend(dialect.parameters_beside(&list));
        let lookup = |name: &str| store.schema(&asked.entry.api, name);
        let Some(records) = record_of(&list) else { return Ok(None) };
        let within = asked.within.as_ref().map(|(field, id)| (*field, id));
        Ok(dialect.naming(&NamedList { list: &list, records, lookup: &lookup, text: &name.text, within }))
    }

    pub(super) async fn rows(
        &self,
        searcher: &Arc<Searcher>,
        asked: &Asked,
        asking: &Asking,
        caller: &dyn Caller,
    ) -> Result<Result<Rows, Unread>, Error> {
        let answer = match self.answer(searcher, asked, asking, caller).await? {
            Ok(answer) => answer,
            Err(unread) => return Ok(Err(unread)),
        };
        let most = asking.params.get("pageSize").and_then(Value::as_u64);
        let rows: Vec<Value> = match answer.result {
            Some(Data::Rows(rows)) => rows.texts(0).map(rows::value).collect(),
            Some(Data::Value(Value::Array(rows))) => rows,
            _ => return Ok(Err(Unread { why: format!("GET {} did not answer with a list", asked.path()) })),
        };
        let is_all = match answer.more_exist {
            Some(MoreExist::No) => true,
            Some(MoreExist::Yes) => false,
            // A page that is not full is the last one, and a list without pages has one.
            _ => match most {
                Some(most) => (rows.len() as u64) < most,
                None => !is_paged(&*searcher.store().operation(asked.entry.doc)?),
            },
        };
        Ok(Ok(Rows { rows, is_all }))
    }

    /// The answer to a question; an error only where the catalogue cannot be read.
    async fn answer(
        &self,
        searcher: &Arc<Searcher>,
        asked: &Asked,
        asking: &Asking,
        caller: &dyn Caller,
    ) -> Result<Result<Answer, Unread>, Error> {
        let (call, found) = asked.call(asking);
        let (service, of) = (self.clone(), Arc::clone(searcher));
        let path = asked.path();
        let order: Order = match blocking(move || service.prepare(&of, &call, Some(found), None)).await {
            Ok(order) => order,
            Err(error @ Error::Invoke(_)) => {
                tracing::warn!(error = error.name(), "a list could not be asked for a name");
                return Ok(Err(Unread { why: format!("GET {path} cannot be asked for it") }));
            }
            Err(error) => return Err(error),
        };
        if order.access.is_err() {
            return Ok(Err(Unread { why: "there are no credentials to ask the API with".to_owned() }));
        }
        let caller = Reader { name: caller.name(), policy: caller.policy() };
        match self.invoker()?.carry_out(order, &caller).await {
            Ok(outcome) => Ok(Ok(outcome.answer)),
            Err(InvokeError::Call(error)) => {
                let why = match (&error, error.status()) {
                    (_, Some(status)) => format!("GET {path} was answered {status}"),
                    (CallError::Status(_), None) | (_, None) => format!("GET {path} failed ({})", error.name()),
                };
                Ok(Err(Unread { why }))
            }
            Err(_) => Ok(Err(Unread { why: format!("GET {path} was not sent") })),
        }
    }
}

/// Whether an operation takes a parameter that says which part of a list is wanted.
fn is_paged(operation: &Operation) -> bool {
    const OF_PAGES: [&str; 9] = ["page", "offset", "cursor", "limit", "size", "after", "token", "skip", "count"];
    let names = operation.parameters.iter().filter(|known| known.location == ParameterIn::Query);
    names.flat_map(|known| split(&known.name)).any(|word| OF_PAGES.contains(&word.to_ascii_lowercase().as_str()))
}

/// Asks in the name of a caller. Nothing of what is read is kept for it or shown to it.
struct Reader<'a> {
    name: &'a str,
    policy: &'a Arc<Policy>,
}

impl Caller for Reader<'_> {
    fn name(&self) -> &str {
        self.name
    }

    /// What its caller may not list, no name is looked up in.
    fn policy(&self) -> &Arc<Policy> {
        self.policy
    }

    /// Whoever reads here has room for all rows.
    fn surface(&self) -> Surface {
        Surface::CommandLine
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn ask<'a>(&'a self, _question: &'a str) -> Later<'a, Consent> {
        Box::pin(async { Consent::Withheld("names are looked up by reads alone".to_owned()) })
    }

    fn progress(&self, _rows: usize, _total: Option<usize>) {}
}
