//! Does a call hold a secret? Those are not kept. Pure.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use serde_json::{Map, Value};

use super::Pattern;
use super::comparisons::comparisons;
use super::place::{Leaf, PATH, each_leaf};
use super::secret_words::{ABOUT, IN_PROSE, KEYS_IN_PROSE, LAST, LAST_OF_KEYS, NAMES, PREFIXES, WHOLE, WORDS};
use crate::document::words::split;
use crate::escape::deceives;
use crate::redact::{MASK, Redactor, name_apart};

/// Fewest characters of a value that can look like a key.
const SHORTEST_KEY: usize = 12;

/// What stands in every text that [`has_marked_secret`] tells of, in lower case, beside the words of prose and the beginnings of tokens.
const MARKS: [&str; 7] = ["-----begin", "eyj", "?sig=", "&sig=", "bearer", "basic", "://"];

/// Finds all of those at once: most texts have none.
static MARKED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = MARKS.iter().chain(&IN_PROSE).chain(&KEYS_IN_PROSE).map(|word| (*word).to_owned());
    let tokens = PREFIXES.iter().map(|(prefix, _)| prefix.to_lowercase());
    AhoCorasick::new(words.chain(tokens)).ok()
});

/// Finds the places that hold a secret: by the name of a parameter or member, by the form of the value, or because the
/// value is configured as one. Values that are slots hold none.
pub fn find(pattern: &Pattern, known: &Redactor) -> Vec<String> {
    mask(pattern, known).1
}

/// Replaces each value that holds a secret by [`MASK`], and returns the pattern with the places. A name that is itself
/// a secret is masked too.
pub fn mask(pattern: &Pattern, known: &Redactor) -> (Pattern, Vec<String>) {
    let mut masked = pattern.clone();
    let mut places = Vec::new();
    if holds_secret(&pattern.description, known) {
        masked.description = MASK.to_owned();
        places.push("description".to_owned());
    }
    each_leaf(&mut masked, &mut |leaf| {
        if is_secret(&leaf, pattern, known) {
            *leaf.value = Value::String(MASK.to_owned());
            let is_named_by_one = leaf.names.iter().any(|name| known.finds(name));
            let within = leaf.place.split('.').next().unwrap_or_default();
            places.push(if is_named_by_one { format!("{within}.{MASK}") } else { leaf.place });
        }
    });
    // Where no operation is known, the path stands for its template.
    if holds_secret(&masked.template, known) || has_secret_in_query(&masked.template) {
        masked.template = MASK.to_owned();
    }
    mask_names("params", &mut masked.params, known, &mut places);
    if let Some(data) = &mut masked.data {
        mask_names_within("data", data, known, &mut places);
    }
    for slot in &mut masked.slots {
        let is_text = |text: &str| holds_secret(text, known);
        let example = slot.example.as_ref().and_then(Value::as_str);
        if example.is_some_and(is_text) || known.finds(&slot.name) || known.finds(&slot.place) {
            slot.name = known.text(&slot.name).into_owned();
            slot.place = known.text(&slot.place).into_owned();
            slot.example = None;
            places.push(format!("slots.{}", slot.name));
        }
    }
    (masked, places)
}

/// Tells whether a column that cannot be read holds a secret.
pub fn is_in_unreadable(text: &str, known: &Redactor) -> bool {
    holds_secret(text, known)
}

fn mask_names(place: &str, members: &mut Map<String, Value>, known: &Redactor, places: &mut Vec<String>) {
    for (name, value) in std::mem::take(members) {
        let shown = known.text(&name).into_owned();
        let place = format!("{place}.{}", shown.replace('~', "~0").replace('.', "~1"));
        if shown != name {
            places.push(place.clone());
        }
        let mut value = value;
        mask_names_within(&place, &mut value, known, places);
        members.insert(name_apart(shown, |name| members.contains_key(name)), value);
    }
}

fn mask_names_within(place: &str, value: &mut Value, known: &Redactor, places: &mut Vec<String>) {
    // No byte of a secret is one, and none of its characters.
    if is_of_pieces(value) && known.finds(&value.to_string()) {
        *value = Value::String(MASK.to_owned());
        places.push(place.to_owned());
        return;
    }
    match value {
        Value::Object(inner) => mask_names(place, inner, known, places),
        Value::Array(values) => {
            for (at, value) in values.iter_mut().enumerate() {
                mask_names_within(&format!("{place}.{at}"), value, known, places);
            }
        }
        _ => {}
    }
}

/// Tells whether a value may be a text in pieces: a list of numbers or texts, or an object that has one at each place.
fn is_of_pieces(value: &Value) -> bool {
    let is_piece = |value: &Value| value.is_number() || value.is_string();
    match value {
        Value::Array(values) => values.iter().all(is_piece),
        Value::Object(members) => members.iter().all(|(name, value)| is_piece(value) && name.parse::<u32>().is_ok()),
        _ => false,
    }
}

fn is_secret(leaf: &Leaf<'_>, pattern: &Pattern, known: &Redactor) -> bool {
    let names: Vec<Name> = leaf.names.iter().map(|name| Name::of(name)).collect();
    let text = match &*leaf.value {
        Value::String(text) if !text.trim().is_empty() => text.as_str(),
        // A count of tokens is none; a password may be of digits.
        Value::Number(number) => {
            let is_named = |own: &Name| own.says_secret(&NAMES, &["psk", "otp"], &["pw", "pin"]);
            return names.last().is_some_and(is_named) && number.to_string().len() >= 4;
        }
        _ => return false,
    };
    let is_slot = |text: &str| {
        pattern.slots.iter().any(|slot| slot.place == leaf.place && text.trim() == format!("{{{}}}", slot.name))
    };
    if text == MASK || is_slot(text) {
        return false;
    }
    if holds_secret(text, known) {
        return true;
    }
    if leaf.place == PATH {
        return has_secret_in_query(text);
    }
    // A parameter called `key` is a key; a member or a column of that name is mostly none.
    let is_parameter = leaf.names.len() == 1 && leaf.place.starts_with("params.");
    let is_key = |own: &String| is_parameter && own.eq_ignore_ascii_case("key");
    let is_named = names.iter().any(Name::is_secret)
        || names.last().is_some_and(|own| own.ends_in_secret(text))
        || leaf.names.last().is_some_and(is_key);
    let is_compared = |text: &str| {
        comparisons(text).into_iter().any(|comparison| {
            let value = text.get(comparison.value).unwrap_or("");
            let field = Name::of(comparison.field);
            (field.is_secret() || field.ends_in_secret(value)) && !value.is_empty() && !is_slot(value) && value != MASK
        })
    };
    is_named || is_compared(text)
}

/// Tells whether the query of a path has a parameter whose name marks a secret.
fn has_secret_in_query(path: &str) -> bool {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let words = Name::of(name);
        let is_named = words.is_secret() || words.ends_in_secret(value) || name.eq_ignore_ascii_case("key");
        is_named && !value.is_empty() && value != MASK
    })
}

/// Tells whether a name marks its value as a secret.
pub fn is_secret_name(name: &str) -> bool {
    Name::of(name).is_secret()
}

/// The words of a name.
struct Name {
    words: Vec<String>,
    joined: String,
}

impl Name {
    fn of(name: &str) -> Self {
        let words = split(name);
        Self { joined: words.concat(), words }
    }

    fn is_secret(&self) -> bool {
        self.says_secret(&NAMES, &WORDS, &[]) || WHOLE.iter().any(|whole| self.joined.ends_with(whole))
    }

    /// Tells whether it marks a secret by its last word: then only the value itself is one, not what is within it.
    fn ends_in_secret(&self, value: &str) -> bool {
        self.says_secret(&[], &[], &LAST) || (self.says_secret(&[], &[], &LAST_OF_KEYS) && looks_like_key(value))
    }

    fn says_secret(&self, run_together: &[&str], alone: &[&str], last: &[&str]) -> bool {
        let Some(end) = self.words.last().map(String::as_str) else { return false };
        if ABOUT.contains(&end) {
            return false;
        }
        run_together.iter().any(|part| self.joined.contains(part))
            || self.words.iter().any(|word| alone.contains(&word.as_str()))
            || last.contains(&end)
    }
}

/// Tells whether a value is one long word of letters and digits, as keys and tokens are.
fn looks_like_key(value: &str) -> bool {
    let value = value.trim();
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || "+/=_.-~%".contains(c);
    value.len() >= SHORTEST_KEY
        && value.chars().all(is_of_key)
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic())
}

/// Tells whether a text is or contains something that only secrets look like, as it is or without what nobody sees of it.
fn holds_secret(text: &str, known: &Redactor) -> bool {
    let seen = seen(text);
    looks_secret(text, known) || (seen != text && looks_secret(&seen, known))
}

/// A text without the characters that nobody sees; blanks of every kind stay.
fn seen(text: &str) -> Cow<'_, str> {
    let is_unseen = |c: char| deceives(c) && !c.is_whitespace();
    if text.contains(is_unseen) { text.replace(is_unseen, "").into() } else { text.into() }
}

fn looks_secret(text: &str, known: &Redactor) -> bool {
    let lower = text.to_lowercase();
    let is_marked = MARKED.as_ref().is_none_or(|marks| marks.is_match(&lower));
    known.finds(text) || (is_marked && has_marked_secret(text, &lower))
}

/// Tells whether a text, in lower case `lower`, has something that is no configured secret and looks like one.
fn has_marked_secret(text: &str, lower: &str) -> bool {
    let tells = |word: &str, is_value: &dyn Fn(&str, char) -> bool| is_told(lower, word, is_value);
    (text.contains("-----BEGIN") && text.contains("PRIVATE KEY"))
        || text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).any(is_jwt)
        || PREFIXES.iter().any(|(prefix, length)| has_token(text, prefix, *length))
        || ["?sig=", "&sig="].iter().any(|mark| follows_mark(text, mark, |value| value.len() >= 16))
        || follows(text, "bearer", |token| token.len() >= 16 && token.bytes().any(|byte| byte.is_ascii_digit()))
        || follows(text, "basic", is_user_and_password)
        || IN_PROSE.iter().any(|word| tells(word, &|value, mark| mark == '=' || is_chosen(value)))
        || KEYS_IN_PROSE.iter().any(|word| tells(word, &|value, _| looks_like_key(value)))
        || has_password_in_url(text)
}

/// Tells whether a text begins as the tokens of a well-known service do: a name of a variable that begins so has `_` behind its words.
pub(crate) fn begins_as_token(text: &str) -> bool {
    let is_value = |rest: &str, length: usize| rest.chars().take_while(char::is_ascii_alphanumeric).count() >= length;
    PREFIXES.iter().any(|(prefix, length)| text.strip_prefix(prefix).is_some_and(|rest| is_value(rest, *length)))
}

/// Tells whether a text has a token that begins with `prefix` and has at least `length` characters more.
fn has_token(text: &str, prefix: &str, length: usize) -> bool {
    text.match_indices(prefix).any(|(at, _)| {
        let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let begins = !text.get(..at).unwrap_or("").ends_with(|c: char| c.is_alphanumeric());
        let rest = text.get(at + prefix.len()..).unwrap_or("");
        begins && rest.chars().take_while(|c| is_of_token(*c)).count() >= length
    })
}

/// Tells whether the value after a mark, up to the next parameter, is of a kind.
fn follows_mark(text: &str, mark: &str, is_of_kind: fn(&str) -> bool) -> bool {
    text.match_indices(mark).any(|(at, _)| {
        let rest = text.get(at + mark.len()..).unwrap_or("");
        is_of_kind(rest.split(|c: char| c.is_whitespace() || "&#'\"".contains(c)).next().unwrap_or(""))
    })
}

/// Tells whether running text, or a piece of JSON, in lower case, gives a value of this name: `password: hunter2!`,
/// `"pwd":"x1"`, `password = x`.
fn is_told(lower: &str, name: &str, is_value: &dyn Fn(&str, char) -> bool) -> bool {
    lower.match_indices(name).any(|(at, _)| {
        // Words of Chinese and Japanese stand without a blank before them.
        let is_letter = |c: char| c.is_alphanumeric() && name.starts_with(|first: char| first < '\u{2e80}');
        let is_word = !lower.get(..at).unwrap_or("").ends_with(is_letter);
        let is_quote = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\');
        let rest = lower.get(at + name.len()..).unwrap_or("").trim_start_matches(is_quote);
        let Some(mark) = rest.chars().next().filter(|c| matches!(c, ':' | '=' | '：' | '＝')) else { return false };
        let mark = if mark == '＝' { '=' } else { mark };
        let value = rest.trim_start_matches(['=', ':', '：', '＝']).trim_start_matches(is_quote);
        let value = value.split(|c: char| c.is_whitespace() || "\"'\\&,;)".contains(c)).next().unwrap_or("");
        let is_open = value.starts_with('{') || value.starts_with(MASK) || value.chars().all(|c| "*.".contains(c));
        is_word && !value.is_empty() && !is_open && is_value(value, mark)
    })
}

/// Tells whether a word has a digit, or a sign before its end: passwords do, and words of prose after `Password:` do
/// not.
fn is_chosen(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_digit())
        || value.trim_end_matches(['.', ',', '!', '?', ')']).contains(|c: char| !c.is_alphanumeric() && c != '-')
}

/// Tells whether a word is a JSON Web Token (RFC 7519): three parts in base64url, of which the first is an object.
fn is_jwt(word: &str) -> bool {
    word.starts_with("eyJ") && word.len() >= 30 && word.split('.').filter(|part| !part.is_empty()).count() >= 3
}

/// Tells whether the word after `scheme` is of a kind, as in an `Authorization` header.
fn follows(text: &str, scheme: &str, is_of_kind: fn(&str) -> bool) -> bool {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_matches(['"', '\'', ',', ';'])).collect();
    words.windows(2).any(|pair| match pair {
        [name, value] => {
            name.rsplit([':', '=']).next().unwrap_or(name).trim_matches(['"', '\'']).eq_ignore_ascii_case(scheme)
                && is_of_kind(value)
        }
        _ => false,
    })
}

/// Tells whether a word is `user:password` in base64 (RFC 7617).
fn is_user_and_password(word: &str) -> bool {
    let decoded = base64::engine::general_purpose::STANDARD_NO_PAD.decode(word.trim_end_matches('='));
    word.len() >= 8 && decoded.is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok_and(|text| text.contains(':')))
}

/// Tells whether a text has a URL with a password, `scheme://user:password@host` (RFC 3986 section 3.2.1).
fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let rest = text.get(at + mark.len()..).unwrap_or("");
        let authority = rest.split(|c: char| c.is_whitespace() || "/?#'\"".contains(c)).next().unwrap_or("");
        let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
        user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('{'))
    })
}
