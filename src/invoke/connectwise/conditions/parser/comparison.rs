//! Which field is compared, and how?

use super::super::lexer::Token;
use super::super::syntax::{Comparison, Condition, FieldPath, Literal, Operator, Scalar, Span, Test};
use super::Parser;

const OPERATORS: &str = "write one of `=`, `!=`, `<`, `<=`, `>`, `>=`, `contains`, `like`, `in (...)`, or `not` before one of the last three";

/// What stands between field and value.
enum Verb {
    Is(Operator),
    In {
        negated: bool,
    },
    Between,
    /// `startswith` and the like, with what goes around the text.
    Affix {
        before: &'static str,
        after: &'static str,
    },
}

impl Parser<'_> {
    pub(super) fn comparison(&mut self) -> Option<Condition> {
        if let Some(called) = self.function() {
            return Some(called);
        }
        let Some(field) = self.field() else {
            let here = self.here();
            let found = self.source(here);
            self.lost(here, format!("`{found}` is no field"), "a condition begins with a field, such as `board/name`");
            self.skip();
            return None;
        };
        let from = self.here();
        let Some(verb) = self.verb() else {
            let name = &field.text;
            let message = format!("no operator follows `{name}`");
            self.lost(field.span, message, format!("{OPERATORS}; for a flag `{name} = True`"));
            self.skip();
            return None;
        };
        let span = from.to(self.before());
        self.test(field, verb, span)
    }

    fn test(&mut self, field: FieldPath, verb: Verb, span: Span) -> Option<Condition> {
        let test = match verb {
            Verb::Is(operator) => self.one_value(operator, span)?,
            Verb::In { negated } => Test::Among { negated, span, values: self.list(span)? },
            Verb::Affix { before, after } => {
                let mut value = self.value()?;
                if let Scalar::Text(text) = &mut value.value {
                    *text = format!("{before}{text}{after}");
                }
                Test::Is { operator: Operator::Like, span, value }
            }
            Verb::Between => {
                let low = self.value()?;
                let joined = self.take_word("and");
                let high = self.value()?;
                let wrong = span.to(high.span);
                let name = &field.text;
                let cure = format!("write `{name} >= {} AND {name} <= {}`", low.value, high.value);
                self.fault(wrong, "`between` is no operator", cure);
                self.complete &= joined;
                let bound = |operator, value| {
                    Condition::Compare(Comparison { field: field.clone(), test: Test::Is { operator, span, value } })
                };
                let bounds = vec![bound(Operator::GreaterOrEqual, low), bound(Operator::LessOrEqual, high)];
                return Some(Condition::All(bounds));
            }
        };
        Some(Condition::Compare(Comparison { field, test }))
    }

    /// A field, where one stands here.
    fn field(&mut self) -> Option<FieldPath> {
        let span = self.here();
        let text = match self.token(0)? {
            Token::Word(path) => path.clone(),
            Token::Text(path) | Token::Bracketed(path) if is_path(path) => {
                let path = path.clone();
                let signs = if self.source(span).starts_with('[') { "brackets" } else { "quotes" };
                self.fault(span, format!("a field takes no {signs}"), format!("write `{path}`"));
                path
            }
            _ => return None,
        };
        self.at += 1;
        Some(FieldPath { text, span })
    }

    fn verb(&mut self) -> Option<Verb> {
        let from = self.here();
        match self.token(0)? {
            Token::Operator(operator) => {
                let verb = Verb::Is(*operator);
                self.at += 1;
                return Some(verb);
            }
            Token::Other(':') => {
                self.at += 1;
                self.fault(from, "`:` is no operator", "write `=`");
                return Some(Verb::Is(Operator::Equal));
            }
            _ => {}
        }
        let negated = self.take_word("not");
        if negated && self.take(&Token::Operator(Operator::Equal)) {
            self.fault(from.to(self.before()), "`not =` is no operator", "write `!=`");
            return Some(Verb::Is(Operator::NotEqual));
        }
        let word = self.word(0);
        self.at += 1;
        let pick = |yes, no| Verb::Is(if negated { no } else { yes });
        let verb = match word.as_str() {
            "contains" => return Some(pick(Operator::Contains, Operator::NotContains)),
            "like" => return Some(pick(Operator::Like, Operator::NotLike)),
            "in" => return Some(Verb::In { negated }),
            "between" if !negated => return Some(Verb::Between),
            "is" if !negated => {
                let not = self.take_word("not");
                if not { Verb::Is(Operator::NotEqual) } else { Verb::Is(Operator::Equal) }
            }
            "eq" | "equals" | "equal" => pick(Operator::Equal, Operator::NotEqual),
            "ne" | "neq" if !negated => Verb::Is(Operator::NotEqual),
            "gt" if !negated => Verb::Is(Operator::Greater),
            "ge" | "gte" if !negated => Verb::Is(Operator::GreaterOrEqual),
            "lt" if !negated => Verb::Is(Operator::Less),
            "le" | "lte" if !negated => Verb::Is(Operator::LessOrEqual),
            "includes" | "has" => pick(Operator::Contains, Operator::NotContains),
            "ilike" | "matches" => pick(Operator::Like, Operator::NotLike),
            "startswith" if !negated => Verb::Affix { before: "", after: "*" },
            "endswith" if !negated => Verb::Affix { before: "*", after: "" },
            _ => {
                self.at -= 1 + usize::from(negated);
                return None;
            }
        };
        let span = from.to(self.before());
        let cure = match &verb {
            Verb::Is(operator) => format!("write `{}`", operator.as_str()),
            Verb::Affix { before: "", .. } => "write `like \"text*\"`".to_owned(),
            _ => "write `like \"*text\"`".to_owned(),
        };
        self.fault(span, format!("`{}` is no operator", self.source(span)), cure);
        Some(verb)
    }

    /// `contains(summary, 'x')`, as OData has it.
    fn function(&mut self) -> Option<Condition> {
        let verb = match self.word(0).as_str() {
            "contains" | "substringof" => Verb::Is(Operator::Contains),
            "like" => Verb::Is(Operator::Like),
            "startswith" => Verb::Affix { before: "", after: "*" },
            "endswith" => Verb::Affix { before: "*", after: "" },
            _ => return None,
        };
        let from = self.here();
        let called = self.token(1) == Some(&Token::Open) && self.token(3) == Some(&Token::Comma);
        let Some(Token::Word(path)) = self.token(2).filter(|_| called) else { return None };
        let text = path.clone();
        self.at += 4;
        let field = FieldPath { text, span: from };
        let condition = self.test(field, verb, from)?;
        if !self.take(&Token::Close) {
            self.complete = false;
        }
        let span = from.to(self.before());
        self.fault(span, "there are no functions in a condition", format!("write `{condition}`"));
        Some(condition)
    }

    /// The value of a comparison; several become a list.
    fn one_value(&mut self, operator: Operator, span: Span) -> Option<Test> {
        let from = self.here();
        let brackets = self.take(&Token::Open);
        let mut values = vec![self.value()?];
        while operator.is_equality() && self.is_another_value() {
            self.at += 1;
            values.push(self.value()?);
        }
        if brackets && !self.take(&Token::Close) {
            self.fault(from, "this `(` is never closed", "add the `)`");
        }
        let wrong = from.to(self.before());
        if values.len() > 1 {
            let negated = operator == Operator::NotEqual;
            let list: Vec<String> = values.iter().map(|value| value.value.to_string()).collect();
            let name = if negated { "not in" } else { "in" };
            let message = format!("`{}` takes one value", operator.as_str());
            self.fault(wrong, message, format!("write `{name} ({})`", list.join(",")));
            return Some(Test::Among { negated, span, values });
        }
        let value = values.pop()?;
        if brackets {
            self.fault(wrong, "a single value takes no brackets", format!("write `{}`", value.value));
        }
        Some(Test::Is { operator, span, value })
    }

    /// A comma and a value, rather than a comma and another condition.
    fn is_another_value(&self) -> bool {
        let value = matches!(self.token(1), Some(Token::Text(_) | Token::Digits(_) | Token::Word(_)));
        let ends = matches!(self.token(2), None | Some(Token::Comma | Token::Close)) || self.is_joint(2);
        self.token(0) == Some(&Token::Comma) && value && ends
    }

    /// The list of `in`.
    fn list(&mut self, operator: Span) -> Option<Vec<Literal>> {
        let from = self.here();
        if let Some(Token::Bracketed(content)) = self.token(0) {
            let content: Vec<char> = content.chars().collect();
            let inner = super::lex(&content, from.start + 1, &mut self.faults);
            self.fault(from, "a list stands in round brackets", "write `(...)`");
            let open = super::Lexeme { token: Token::Open, span: from };
            let close = super::Lexeme { token: Token::Close, span: Span { start: from.end, end: from.end } };
            let list = std::iter::once(open).chain(inner).chain(std::iter::once(close));
            self.tokens.splice(self.at..=self.at, list);
        }
        let brackets = self.take(&Token::Open);
        let mut values = Vec::new();
        while self.token(0).is_some_and(|token| *token != Token::Close) {
            if !brackets && self.is_joint(0) {
                break;
            }
            values.push(self.value()?);
            let here = self.here();
            if self.take(&Token::Comma) {
                if self.token(0) == Some(&Token::Close) {
                    self.fault(here, "no value follows this comma", "remove it");
                }
            } else if !brackets {
                break;
            } else if self.is_joint(0) {
                // Without its bracket a list ends before the next condition.
                if !matches!(self.token(1), Some(Token::Text(_) | Token::Digits(_))) {
                    break;
                }
                self.fault(here, "a list is separated by commas", "write `,`");
                self.at += 1;
            } else if matches!(self.token(0), Some(Token::Text(_) | Token::Digits(_))) {
                self.fault(here, "a comma is missing before this value", "write `,`");
            } else {
                break;
            }
        }
        let closed = brackets && self.take(&Token::Close);
        if values.is_empty() {
            self.lost(operator.to(self.before()), "the list is empty", "write the values: `in (1,2)`");
            return None;
        }
        if !closed {
            let list: Vec<String> = values.iter().map(|value| value.value.to_string()).collect();
            let message = if brackets { "this `(` is never closed" } else { "a list stands in brackets" };
            let span = if brackets { from } else { from.to(self.before()) };
            self.fault(span, message, format!("write `({})`", list.join(",")));
        }
        Some(values)
    }
}

fn is_path(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || "_/.".contains(c))
}
