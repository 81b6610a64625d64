//! How does a call become a correct, safe and complete answer?
//!
//! # Layout
//! - [`dialect`]: what does an API do that neither its manifest nor HTTP says? [`connectwise`] answers for ConnectWise PSA, [`generic`]
//!   for every other; [`dialects`]: which API has which?
//! - `contrast`: which names exclude each other? `pairs`: which two fields say together what a record refers to?
//! - [`draft`]: from what was asked to a checked request; pure. [`risk`]: what can a request do? `acts`: do the
//!   words of a GET say that it acts?
//! - `doubts`: what of a request the manifest does not know, and what the API made of it
//! - [`settings`]: what was configured to reach APIs. [`plan`]: from a resolved call to an order; `picked`: which fields its answer is to show
//! - [`client`]: from a checked request to the API's answer, or to an error that says what to do next
//! - [`caller`]: who calls? [`policy`]: what may that caller find and call? [`grant`]: and as whom? [`consent`]: may it be sent? [`audit`]: which writes were sent? `shares`: whose things make room?
//! - [`paging`]: all pages of a list. [`reading`]: what of a body are rows. [`answer`], [`stored`]: what is shown, and where the rest is; `rows`: the rows of a body,
//!   without a copy of any
//! - `columns`: when do rows stand as a table? `matters`: which fields matter to a person who reads them? `view`: what of the API's data is shown. `confirmed`: how is a write confirmed? `seen`: what was a client last shown of a record?
//! - [`sums`]: what is made of rows in place of showing them
//! - [`naming`]: how is a list asked for what a name may mean?
//! - [`order`]: what is to be called, and what came of it. `shown`: how a request is shown, told apart and recorded. [`invoker`]:
//!   all of these in order. `many`: one call for each of many records, as one plan

mod acts;
pub mod answer;
pub mod audit;
pub mod caller;
pub mod client;
mod columns;
mod confirmed;
pub mod connectwise;
pub mod consent;
mod contrast;
pub mod dialect;
pub mod dialects;
mod doubts;
pub mod draft;
mod envelope;
mod file_content;
mod fingerprint;
pub mod generic;
pub mod grant;
pub mod invoker;
mod linked;
pub(crate) mod many;
pub(crate) mod matters;
pub mod naming;
mod onward;
pub mod order;
pub mod paging;
pub(crate) mod pairs;
pub(crate) mod picked;
pub mod plan;
pub mod policy;
pub mod reading;
pub mod risk;
pub(crate) mod rows;
mod seen;
mod servers;
pub mod settings;
mod shares;
mod shown;
pub mod stored;
pub mod sums;
mod token;
pub(crate) mod view;
pub mod writes;

pub use caller::{Caller, Consent, Later};
pub(crate) use doubts::base_of;
pub use grant::Grant;
pub use invoker::{InvokeError, InvokeOptions, Invoker};
pub use order::{Order, Outcome};
pub use policy::Policy;
pub use writes::Writes;
