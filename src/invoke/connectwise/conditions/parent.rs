//! Which filter keeps a list to what belongs to one record, and what are its records called?

use super::naming::Pair;
use super::source::{FieldSource, SchemaFields};
use super::syntax::{Operator, Scalar, Test, quoted};
use super::{Kind, parse, trade};
use crate::invoke::connectwise::parameters::TITLE;
use crate::invoke::dialect::{CalledBelow, Comparison, FlagWord, Parent, ValueWord};
use crate::invoke::pairs::{kind_beside, kinds_named};
use crate::openapi::Field;
use crate::surface::Said;

/// How schemas of references end.
const REFERENCE: &str = "reference";

/// What people call fields, each phrase with the names that they may mean.
pub(in crate::invoke::connectwise) fn field_words() -> Vec<(&'static str, Vec<&'static str>)> {
    let called = trade::words_of(TITLE).called.iter();
    called.map(|called| (called.0.as_str(), called.1.iter().map(String::as_str).collect())).collect()
}

/// Words for flags: those that say the contrary of one, and those that a record has under another name.
pub(in crate::invoke::connectwise) fn flag_words() -> Vec<FlagWord> {
    let words = trade::words_of(TITLE);
    let told =
        |is_set: bool| move |called: &'static trade::Called| FlagWord { word: &called.0, names: &called.1, is_set };
    words.contrary.iter().map(told(false)).chain(words.named.iter().map(told(true))).collect()
}

/// Words for amounts of which something is left, or nothing.
pub(in crate::invoke::connectwise) fn amount_words() -> Vec<FlagWord> {
    let words = trade::words_of(TITLE);
    let told =
        |is_set: bool| move |called: &'static trade::Called| FlagWord { word: &called.0, names: &called.1, is_set };
    words.something_left.iter().map(told(true)).chain(words.nothing_left.iter().map(told(false))).collect()
}

/// Words for some of the records that a reference may be to.
pub(in crate::invoke::connectwise) fn value_words() -> Vec<ValueWord> {
    let told = |valued: &'static trade::Valued| ValueWord {
        field: &valued.0,
        word: &valued.1,
        part: &valued.2,
        is_alone: valued.3,
    };
    trade::words_of(TITLE).valued.iter().map(told).collect()
}

/// What to try where a filter by a whole text found nothing: the first that is compared with one.
pub(in crate::invoke::connectwise) fn nothing_found(query: &[(String, String)]) -> Option<Said> {
    let parameter = Kind::Conditions.parameter();
    let (_, text) = query.iter().find(|(name, _)| name.eq_ignore_ascii_case(parameter))?;
    let mut offered = None;
    parse(text).ok()?.for_each(&mut |comparison| {
        if let Test::Is { operator: Operator::Equal, value, .. } = &comparison.test
            && let Scalar::Text(whole) = &value.value
            && offered.is_none()
        {
            offered = Some(format!("{} contains {}", comparison.field.text, quoted(whole)));
        }
    });
    offered.map(|offered| format!("no record fits; `=` compares the whole of a text, `{offered}` a part of it").into())
}

/// A comparison as conditions write it.
pub(in crate::invoke::connectwise) fn compared(comparison: &Comparison) -> String {
    match comparison {
        Comparison::Equals(path, text) => format!("{path} = {}", quoted(text)),
        Comparison::Contains(path, text) => format!("{path} contains {}", quoted(text)),
        Comparison::Number(path, number) => format!("{path} = {number}"),
        Comparison::Above(path, number) => format!("{path} > {number}"),
        Comparison::Flag(path, is_set) => format!("{path} = {is_set}"),
        Comparison::From(path, date) => format!("{path} >= [{date}]"),
        Comparison::Before(path, date) => format!("{path} < [{date}]"),
    }
}

/// What the API calls records below another that are called so.
pub(in crate::invoke::connectwise) fn called_below(noun: &str, reads: bool) -> Vec<CalledBelow> {
    let told = |below: &'static trade::Below| {
        let pair = Some((&below.field, &below.value)).filter(|(field, _)| !field.is_empty());
        let with = pair.map(|(field, value)| match reads {
            true => format!("{}={field} = {}", Kind::Conditions.parameter(), quoted(value)),
            false => format!("{field} {value}"),
        });
        CalledBelow { noun: &below.noun, with }
    };
    let below = trade::words_of(TITLE).below.iter();
    below.filter(|below| below.called.iter().any(|called| called == noun)).map(told).collect()
}

/// The filter of a list for what belongs to one record: by the reference to it, or by the two fields that name a record of any kind.
pub(in crate::invoke::connectwise) fn of_parent(parent: &Parent<'_>) -> Option<(&'static str, String)> {
    let Parent { list, records, lookup, owner, noun, id } = *parent;
    let conditions = Kind::Conditions.parameter();
    if !list.parameters.iter().any(|parameter| parameter.name == conditions) {
        return None;
    }
    let fields = SchemaFields::new(records, lookup).of_api(TITLE);
    let own = fields.members("");
    if let Some(reference) = reference_to(noun, &own) {
        let members = fields.members(&reference.path);
        let has = |name: &&str| members.iter().any(|member| member.path.ends_with(&format!("/{name}")));
        let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
        let is_open = id.starts_with('{');
        let member =
            if is_number || is_open { Some("id").filter(has) } else { ["identifier", "name"].into_iter().find(has) };
        let value = if is_number || is_open { id.to_owned() } else { quoted(id) };
        return Some((conditions, format!("{}/{} = {value}", reference.path, member?)));
    }
    let names = || own.iter().map(|field| field.path.as_str());
    for field in &own {
        let kind = kind_beside(&field.path, names()).and_then(|kind| own.iter().find(|other| other.path == kind));
        let kinds: Vec<&str> =
            kind.iter().flat_map(|kind| &kind.enum_values).filter_map(|value| value.as_str()).collect();
        if let (Some(kind), Some(named)) = (kind, kinds_named(&kinds, owner).first()) {
            return Some((conditions, format!("{} = {id} and {} = {}", field.path, kind.path, quoted(named))));
        }
    }
    let Pair { id: field, kind, member, is } = Pair::of(noun, &fields)?;
    Some((conditions, format!("{field} = {id} and {kind}/{member} = {}", quoted(&is))))
}

/// The reference of a record to records that are called so: by its name, or the only one by its schema.
fn reference_to<'f>(noun: &str, own: &'f [Field]) -> Option<&'f Field> {
    let references = || own.iter().filter(|field| field.type_name == "object");
    let of_schema = |field: &&Field| {
        let schema = field.schema_name.as_deref().unwrap_or_default().to_lowercase();
        schema.strip_suffix(REFERENCE).is_some_and(|called| called == noun)
    };
    let by_name = references().find(|field| field.path.eq_ignore_ascii_case(noun));
    by_name.or_else(|| {
        let mut by_schema = references().filter(of_schema);
        by_schema.next().filter(|_| by_schema.next().is_none())
    })
}
