//! Into which tokens does the text of a condition fall?
//!
//! Tolerant: what people and models write instead of the documented sign becomes the token that was meant, and a
//! [`Fault`] that says so.

use super::fault::Fault;
use super::syntax::{Operator, Span};

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lexeme {
    pub token: Token,
    pub span: Span,
}

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Letters, digits, `_`, `/` and `.`: a path, or a word of the grammar.
    Word(String),
    /// Begins with a digit: a number, or a value without its quotes or brackets.
    Digits(String),
    /// A text in quotes, unescaped.
    Text(String),
    /// What stands between square brackets.
    Bracketed(String),
    /// `=`, `<` and the like.
    Operator(Operator),
    Open,
    Close,
    Comma,
    /// Any other character.
    Other(char),
}

/// Operators by sign: the documented ones, and what other languages write for them.
const SIGNS: [(&str, Operator, bool); 17] = [
    ("=", Operator::Equal, true),
    ("!=", Operator::NotEqual, true),
    ("<", Operator::Less, true),
    ("<=", Operator::LessOrEqual, true),
    (">", Operator::Greater, true),
    (">=", Operator::GreaterOrEqual, true),
    ("==", Operator::Equal, false),
    ("===", Operator::Equal, false),
    ("<>", Operator::NotEqual, false),
    ("!==", Operator::NotEqual, false),
    ("≠", Operator::NotEqual, false),
    ("=>", Operator::GreaterOrEqual, false),
    ("=<", Operator::LessOrEqual, false),
    ("≥", Operator::GreaterOrEqual, false),
    ("≤", Operator::LessOrEqual, false),
    ("=~", Operator::Like, false),
    ("~", Operator::Like, false),
];

const DOUBLE: &str = "\"“”„‟«»";
const SINGLE: &str = "'‘’‚‛`´";

/// The tokens of `text`; what was mended on the way is added to `faults`. `offset` is added to every position.
pub(super) fn lex(text: &[char], offset: usize, faults: &mut Vec<Fault>) -> Vec<Lexeme> {
    let mut lexer = Lexer { text, offset, at: 0, open: 0, tokens: Vec::new(), faults };
    while let Some(&character) = text.get(lexer.at) {
        lexer.token(character);
    }
    lexer.tokens
}

struct Lexer<'t> {
    text: &'t [char],
    offset: usize,
    at: usize,
    /// Round brackets that are open here.
    open: usize,
    tokens: Vec<Lexeme>,
    faults: &'t mut Vec<Fault>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    /// As long as `belongs` holds from here on; at least one character.
    fn run(&self, belongs: impl Fn(char) -> bool) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|character| belongs(**character)).count().max(1);
        rest.iter().take(length).collect()
    }

    fn span(&self, length: usize) -> Span {
        Span { start: self.offset + self.at, end: self.offset + self.at + length }
    }

    fn push(&mut self, token: Token, length: usize) {
        let span = self.span(length);
        self.tokens.push(Lexeme { token, span });
        self.at += length;
    }

    fn fault(&mut self, length: usize, message: String, cure: String) {
        self.faults.push(Fault::at(self.span(length), message, cure));
    }

    fn token(&mut self, character: char) {
        match character {
            _ if character.is_whitespace() => self.at += 1,
            '(' => {
                self.open += 1;
                self.push(Token::Open, 1);
            }
            ')' => {
                self.open = self.open.saturating_sub(1);
                self.push(Token::Close, 1);
            }
            ',' => self.push(Token::Comma, 1),
            '[' => self.bracketed(),
            '&' | '|' => {
                let signs = self.run(|next| next == character);
                let word = if character == '&' { "AND" } else { "OR" };
                let length = signs.chars().count();
                self.fault(length, format!("`{signs}` is no operator"), format!("write `{word}`"));
                self.push(Token::Word(word.to_owned()), length);
            }
            '=' | '!' | '<' | '>' | '~' | '≠' | '≤' | '≥' => self.sign(),
            _ if DOUBLE.contains(character) => self.quoted(character, DOUBLE),
            _ if SINGLE.contains(character) => self.quoted(character, SINGLE),
            _ if character.is_alphabetic() || character == '_' => {
                let word = self.run(|next| next.is_alphanumeric() || "_/.".contains(next));
                let length = word.chars().count();
                self.push(Token::Word(word), length);
            }
            _ if character.is_numeric() || (character == '-' && self.peek(1).is_some_and(char::is_numeric)) => {
                let digits = self.run(|next| next.is_alphanumeric() || "-+:._/".contains(next));
                let length = digits.chars().count();
                self.push(Token::Digits(digits), length);
            }
            _ => self.push(Token::Other(character), 1),
        }
    }

    fn sign(&mut self) {
        let run = self.run(|next| "=!<>~≠≤≥".contains(next));
        let found = SIGNS.iter().filter(|(sign, ..)| run.starts_with(sign)).max_by_key(|(sign, ..)| sign.len());
        match found {
            Some((sign, operator, documented)) => {
                let length = sign.chars().count();
                if !documented {
                    self.fault(length, format!("`{sign}` is no operator"), format!("write `{}`", operator.as_str()));
                }
                self.push(Token::Operator(*operator), length);
            }
            // Only `!` begins no operator.
            None => {
                self.fault(1, "`!` is no operator by itself".to_owned(), "write `NOT (...)` or `!=`".to_owned());
                self.push(Token::Word("NOT".to_owned()), 1);
            }
        }
    }

    fn bracketed(&mut self) {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        if let Some(length) = rest.iter().position(|character| matches!(character, ']' | '['))
            && rest.get(length) == Some(&']')
        {
            let content = rest.iter().take(length).collect();
            return self.push(Token::Bracketed(content), length + 2);
        }
        let length =
            rest.iter().take_while(|next| !next.is_whitespace() && !matches!(next, ')' | ',' | '[' | ']')).count();
        let content: String = rest.iter().take(length).collect();
        self.fault(length + 1, "the closing `]` is missing".to_owned(), format!("write `[{content}]`"));
        self.push(Token::Bracketed(content), length + 1);
    }

    fn quoted(&mut self, opening: char, family: &str) {
        let straight = matches!(opening, '\'' | '"');
        let closes = |character: char| if straight { character == opening } else { family.contains(character) };
        let mut value = String::new();
        let mut length = 1;
        let mut apostrophe = false;
        loop {
            let Some(character) = self.peek(length) else {
                return self.unclosed(opening);
            };
            let next = self.peek(length + 1);
            if character == '\\' && matches!(next, Some('\\' | '\'' | '"')) {
                value.extend(next);
                length += 2;
            } else if !closes(character) {
                value.push(character);
                length += 1;
            } else if straight && next == Some(opening) {
                value.push(opening);
                length += 2;
            } else if next.is_some_and(char::is_alphanumeric) {
                // A closing quote is never followed by a letter: the one before it is missing, or this is an apostrophe.
                if self.next_condition(self.at + 1, self.at + length).is_some() {
                    return self.unclosed(opening);
                }
                let rest = self.text.get(self.at + length + 1..).unwrap_or_default();
                let inside = value.ends_with(char::is_alphanumeric) && rest.iter().any(|later| closes(*later));
                length += 1;
                if !inside {
                    break;
                }
                apostrophe = true;
                value.push(character);
            } else {
                length += 1;
                break;
            }
        }
        if !straight {
            let message = format!("`{opening}` is a typographic quotation mark");
            self.fault(length, message, format!("write `{}`", super::syntax::quoted(&value)));
        } else if apostrophe {
            let message = format!("a `{opening}` inside `{opening}` quotes ends the text");
            self.fault(length, message, format!("write `{}`", super::syntax::quoted(&value)));
        }
        self.push(Token::Text(value), length);
    }

    /// A text whose closing quote is missing: it ends before the next condition, or with the text.
    fn unclosed(&mut self, opening: char) {
        let from = self.at + 1;
        let mut end = self.next_condition(from, self.text.len()).unwrap_or(self.text.len());
        let character_before = |end: usize| self.text.get(end.wrapping_sub(1)).copied().unwrap_or(' ');
        let mut open = self.open;
        while end > from && (character_before(end).is_whitespace() || (character_before(end) == ')' && open > 0)) {
            open -= usize::from(character_before(end) == ')');
            end -= 1;
        }
        let value: String = self.text.get(from..end).unwrap_or_default().iter().collect();
        let cure = format!("write `{}`", super::syntax::quoted(&value));
        self.fault(end - self.at, format!("the closing `{opening}` is missing"), cure);
        self.push(Token::Text(value), end - self.at);
    }

    /// Where, between two positions, ` AND field =` begins another condition.
    fn next_condition(&self, from: usize, to: usize) -> Option<usize> {
        let rest = self.text.get(from..to.min(self.text.len()))?;
        (0..rest.len()).find(|&at| begins_condition(rest.get(at..).unwrap_or_default())).map(|at| from + at)
    }
}

/// Whether a space, a connective, a path and an operator follow.
fn begins_condition(text: &[char]) -> bool {
    let skip = |at: usize, belongs: &dyn Fn(char) -> bool| {
        at + text.get(at..).unwrap_or_default().iter().take_while(|character| belongs(**character)).count()
    };
    let word = |from: usize, to: usize| -> String {
        text.get(from..to).unwrap_or_default().iter().collect::<String>().to_ascii_lowercase()
    };
    let letters = |character: char| character.is_alphanumeric() || "_/.".contains(character);
    let joint = skip(0, &char::is_whitespace);
    let joint_end = skip(joint, &char::is_alphabetic);
    // Rare first: this is asked at every character of an unclosed text.
    if joint == 0 || !matches!(word(joint, joint_end).as_str(), "and" | "or") {
        return false;
    }
    let path = skip(joint_end, &char::is_whitespace);
    let path_end = skip(path, &letters);
    let operator = skip(path_end, &char::is_whitespace);
    let operator_end = skip(operator, &char::is_alphabetic);
    let by_word = matches!(word(operator, operator_end).as_str(), "contains" | "like" | "in" | "not" | "is");
    let by_sign = text.get(operator).is_some_and(|character| "=!<>".contains(*character));
    path > joint_end && path_end > path && (by_sign || (by_word && operator > path_end))
}
