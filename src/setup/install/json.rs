//! How is one member of a JSON text set, with every other byte left as it is? Pure.
//!
//! Comments, and commas before a closing bracket, are read as editors allow them, and stay.

use jsonc_parser::ast::Object;
use jsonc_parser::common::{Range, Ranged as _};
use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, ast, parse_to_ast};
use serde::ser::Serialize;
use serde_json::Value;

/// Indentation for a text that has no indented lines.
const INDENT: &str = "  ";

/// Options of the parser: JSON by RFC 8259, with comments and trailing commas.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a text as a JSON value.
///
/// # Errors
/// Where the text is no JSON, comments and trailing commas aside.
pub(super) fn value(text: &str) -> Result<Value, ParseError> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &OPTIONS)?;
    Ok(parsed.value.map_or(Value::Null, Value::from))
}

/// Sets a member, and makes the objects on the way to it where they are missing. Everything on the way must be an
/// object, and there must be at least one key.
///
/// # Errors
/// Where the text is no JSON, comments and trailing commas aside.
pub(super) fn set(text: &str, keys: &[&str], value: &Value) -> Result<String, ParseError> {
    let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
    let parsed = parse_to_ast(text, &collect, &OPTIONS)?;
    let tokens = parsed.tokens.unwrap_or_default();
    let mut at = parsed.value.as_ref();
    for (depth, key) in keys.iter().enumerate() {
        let Some(ast::Value::Object(object)) = at else { break };
        // Of a name that stands twice the last counts, for clients and for serde_json.
        match object.properties.iter().rev().find(|member| member.name.as_str() == *key) {
            Some(member) if depth + 1 == keys.len() => {
                return Ok(replaced(text, member.value.range(), &Style::of(text).render(value, depth + 1)));
            }
            Some(member) => at = Some(&member.value),
            None => {
                let missing = keys[depth + 1..].iter().rev().fold(value.clone(), |value, key| {
                    let key = (*key).to_owned();
                    Value::Object([(key, value)].into_iter().collect())
                });
                return Ok(added(text, &tokens, object, (key, &missing), depth + 1));
            }
        }
    }
    Ok(text.to_owned())
}

/// Adds a member after the last one of an object, whose members stand at `depth`.
fn added(
    text: &str,
    tokens: &[TokenAndRange<'_>],
    object: &Object<'_>,
    member: (&str, &Value),
    depth: usize,
) -> String {
    let style = Style::of(text);
    let member = format!("{}: {}", Value::from(member.0), style.render(member.1, depth));
    let before = style.line(depth);
    let Some(last) = object.properties.last() else {
        let inside = Range::new(object.range.start + 1, object.range.end - 1);
        let comments = text[inside.start..inside.end].trim_end();
        return replaced(text, inside, &format!("{comments}{before}{member}{}", style.line(depth - 1)));
    };
    let end = last.value.range().end;
    let (place, has_comma) = behind(text, tokens, end);
    // An object within one line stays so, as far as its own members go.
    let before = if text[object.range.start..object.range.end].contains('\n') { before.as_str() } else { " " };
    let (first, second) = if has_comma { ("", ",") } else { (",", "") };
    [&text[..end], first, &text[end..place], before, &member, second, &text[place..]].concat()
}

/// Finds the place for a member after one that ends at `end`: behind its comma, if there is one, and behind the
/// comments on its line. Tells also whether there is a comma.
fn behind(text: &str, tokens: &[TokenAndRange<'_>], end: usize) -> (usize, bool) {
    let (mut place, mut has_comma) = (end, false);
    for next in tokens.iter().skip_while(|next| next.range.start < end) {
        match next.token {
            Token::Comma => has_comma = true,
            Token::CommentLine(_) | Token::CommentBlock(_) if !text[place..next.range.start].contains('\n') => {}
            _ => break,
        }
        place = next.range.end;
    }
    (place, has_comma)
}

fn replaced(text: &str, span: Range, new: &str) -> String {
    [&text[..span.start], new, &text[span.end..]].concat()
}

/// The layout of a text: its indentation and its line ends.
struct Style<'a> {
    indent: &'a str,
    line_end: &'static str,
}

impl<'a> Style<'a> {
    fn of(text: &'a str) -> Self {
        let indents = text.lines().map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]);
        let indent = indents.into_iter().find(|indent| !indent.is_empty()).unwrap_or(INDENT);
        Self { indent, line_end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// Writes a line end and the indentation of `depth`.
    fn line(&self, depth: usize) -> String {
        format!("{}{}", self.line_end, self.indent.repeat(depth))
    }

    /// Writes a value whose first line stands at `depth`.
    fn render(&self, value: &Value, depth: usize) -> String {
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(self.indent.as_bytes());
        let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter));
        match (written, String::from_utf8(bytes)) {
            (Ok(()), Ok(text)) => text.replace('\n', &self.line(depth)),
            // Neither can be: the value is JSON already, and the writer is memory.
            _ => value.to_string(),
        }
    }
}
