//! Which condition do some tokens state?
//!
//! Recursive descent over `any := all {OR all}`, `all := one {AND one}`, `one := NOT one | ( any ) | comparison`. It goes
//! on after a fault, so that one answer names them all, and keeps what was meant where that is plain.

use super::fault::Fault;
use super::lexer::{Lexeme, Token, lex};
use super::syntax::{Condition, Span};

mod comparison;
mod value;

/// Brackets and NOTs within each other; real filters have three. Bounds the recursion here and in printing.
const MAX_DEPTH: usize = 64;
/// More faults than this help nobody.
const MAX_FAULTS: usize = 12;

/// What a text states, as far as it can be told.
#[derive(Debug)]
pub(super) struct Parsed {
    /// What was understood.
    pub condition: Option<Condition>,
    /// Whether `condition` is all that the text meant, so that printing it mends the text.
    pub complete: bool,
    /// What was wrong, in the order of the text.
    pub faults: Vec<Fault>,
}

/// Reads a condition, faulty or not.
pub(super) fn parse_tolerantly(text: &str) -> Parsed {
    let characters: Vec<char> = text.chars().collect();
    let mut faults = Vec::new();
    let tokens = lex(&characters, 0, &mut faults);
    let end = characters.len();
    let mut parser = Parser { text: &characters, tokens, at: 0, end, depth: 0, complete: true, faults };
    if parser.tokens.is_empty() {
        parser.fault(Span::default(), "the condition is empty", "leave the parameter out, or write `field = value`");
        parser.complete = false;
    }
    parser.drop_parameter_name();
    let condition = if parser.tokens.is_empty() { None } else { parser.any() };
    let Parser { complete, mut faults, .. } = parser;
    faults.sort_by_key(|fault| fault.column);
    faults.dedup();
    faults.truncate(MAX_FAULTS);
    Parsed { complete: complete && condition.is_some(), condition, faults }
}

struct Parser<'t> {
    text: &'t [char],
    tokens: Vec<Lexeme>,
    at: usize,
    /// One past the last character of the text.
    end: usize,
    depth: usize,
    complete: bool,
    faults: Vec<Fault>,
}

impl Parser<'_> {
    fn fault(&mut self, span: Span, message: impl Into<String>, cure: impl Into<String>) {
        self.faults.push(Fault::at(span, message, cure));
    }

    /// A fault after which it cannot be told what was meant.
    fn lost(&mut self, span: Span, message: impl Into<String>, cure: impl Into<String>) {
        self.fault(span, message, cure);
        self.complete = false;
    }

    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|lexeme| &lexeme.token)
    }

    /// Where the next token stands; behind the text where there is none.
    fn here(&self) -> Span {
        self.tokens.get(self.at).map_or(Span { start: self.end, end: self.end }, |lexeme| lexeme.span)
    }

    /// Where the last token stood.
    fn before(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(Span::default(), |lexeme| lexeme.span)
    }

    fn source(&self, span: Span) -> String {
        self.text.get(span.start..span.end).unwrap_or_default().iter().collect()
    }

    /// The word ahead in lower case, or empty.
    fn word(&self, ahead: usize) -> String {
        match self.token(ahead) {
            Some(Token::Word(word)) => word.to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word(0) == word;
        self.at += usize::from(found);
        found
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.token(0) == Some(token);
        self.at += usize::from(found);
        found
    }

    fn is_joint(&self, ahead: usize) -> bool {
        matches!(self.word(ahead).as_str(), "and" | "or")
    }

    /// `conditions=board/id = 1` pasted whole: the parameter's name is no part of its value.
    fn drop_parameter_name(&mut self) {
        let named = matches!(self.word(0).as_str(), "conditions" | "childconditions" | "customfieldconditions");
        let equals = matches!(self.token(1), Some(Token::Operator(_)));
        let goes_on = matches!(self.token(2), Some(Token::Word(_) | Token::Open)) && self.token(3).is_some();
        if named && equals && goes_on {
            let span = self.here();
            self.at += 2;
            let span = span.to(self.before());
            self.fault(span, "the name of the parameter stands in its value", "leave it out");
        }
    }

    fn any(&mut self) -> Option<Condition> {
        let mut parts: Vec<Condition> = self.all().into_iter().collect();
        while self.take_word("or") {
            parts.extend(self.all());
        }
        joined(parts, Condition::Any)
    }

    fn all(&mut self) -> Option<Condition> {
        let mut parts: Vec<Condition> = self.one().into_iter().collect();
        loop {
            if self.take_word("and") {
                parts.extend(self.one());
                continue;
            }
            let here = self.here();
            match self.token(0) {
                None => break,
                Some(Token::Close) if self.depth > 0 => break,
                Some(Token::Close) => {
                    self.fault(here, "`)` closes nothing", "remove it, or add the `(`");
                    self.at += 1;
                }
                Some(Token::Word(_)) if self.word(0) == "or" => break,
                Some(Token::Comma | Token::Other(';')) => {
                    self.fault(here, "a comma joins no conditions", "write `AND` or `OR`");
                    self.at += 1;
                    parts.extend(self.one());
                }
                Some(Token::Word(_) | Token::Open) => {
                    self.fault(here, "two conditions stand side by side", "write `AND` or `OR` between them");
                    parts.extend(self.one());
                }
                Some(_) => {
                    let found = self.source(here);
                    self.lost(here, format!("`{found}` does not belong here"), "write `AND` or `OR`, then a condition");
                    self.skip();
                }
            }
        }
        joined(parts, Condition::All)
    }

    fn one(&mut self) -> Option<Condition> {
        let here = self.here();
        if self.depth >= MAX_DEPTH {
            self.lost(
                here,
                format!("more than {MAX_DEPTH} brackets within each other"),
                "write it with fewer brackets",
            );
            self.at = self.tokens.len();
            return None;
        }
        match self.token(0) {
            None => {
                // An empty text has been told so.
                let last = self.source(self.before());
                self.fault(here, format!("nothing follows `{last}`"), "add a condition, or remove it");
                None
            }
            Some(Token::Close) => {
                self.fault(here, "a condition is missing before `)`", "write `field operator value`");
                None
            }
            Some(Token::Open) => {
                self.at += 1;
                self.depth += 1;
                let inner = self.any();
                self.depth -= 1;
                if !self.take(&Token::Close) {
                    self.fault(here, "this `(` is never closed", "add the `)`");
                }
                inner
            }
            Some(Token::Word(_)) if self.word(0) == "not" => {
                self.at += 1;
                self.depth += 1;
                let inner = self.one();
                self.depth -= 1;
                inner.map(|inner| Condition::Not(Box::new(inner)))
            }
            Some(Token::Word(joint)) if self.is_joint(0) => {
                let message = format!("`{joint}` has no condition before it");
                self.fault(here, message, "remove it, or write the condition");
                self.at += 1;
                // One of many in a row: no deeper than the brackets go.
                self.depth += 1;
                let next = self.one();
                self.depth -= 1;
                next
            }
            Some(_) => self.comparison(),
        }
    }

    /// On to where the next condition may begin.
    fn skip(&mut self) {
        while self.token(0).is_some_and(|token| *token != Token::Close) && !self.is_joint(0) {
            self.at += 1;
        }
    }
}

/// One condition from several, in the form that has no lists of one.
fn joined(mut parts: Vec<Condition>, make: fn(Vec<Condition>) -> Condition) -> Option<Condition> {
    if parts.len() > 1 { Some(make(parts)) } else { parts.pop() }
}
