//! Which value stands here?

use super::super::super::dates;
use super::super::fault::Fault;
use super::super::lexer::Token;
use super::super::literal;
use super::super::syntax::{Literal, Scalar, Span, in_single_quotes};
use super::Parser;
use crate::invoke::draft::ReadDate;

impl Parser<'_> {
    /// The value that stands here; one without quotes or brackets is taken for what it looks like.
    pub(super) fn value(&mut self) -> Option<Literal> {
        let span = self.here();
        match self.token(0) {
            Some(Token::Text(text)) => {
                let text = text.clone();
                self.at += 1;
                // No text field holds a date in square brackets.
                let dated = text.trim().starts_with('[').then(|| dates::read(&text)).flatten();
                let value = match dated {
                    Some(date) => self.dated(span, "a date takes no quotes".to_owned(), date),
                    None => Scalar::Text(text),
                };
                Some(Literal { value, span })
            }
            Some(Token::Bracketed(content)) => {
                let content = content.trim().to_owned();
                self.at += 1;
                Some(self.date(&content, span))
            }
            Some(Token::Operator(_)) => {
                let found = self.source(span);
                self.lost(span, format!("`{found}` follows another operator"), "write one operator, then a value");
                self.skip();
                None
            }
            None | Some(Token::Close | Token::Comma | Token::Open) => self.no_value(span),
            Some(_) if self.is_joint(0) => self.no_value(span),
            Some(_) => Some(self.bare()),
        }
    }

    fn no_value(&mut self, span: Span) -> Option<Literal> {
        let last = self.source(self.before());
        self.lost(span, format!("no value follows `{last}`"), "write a value; for an empty one `null` or `\"\"`");
        None
    }

    fn date(&mut self, content: &str, span: Span) -> Literal {
        let value = match dates::read(content) {
            Some(date) if date.text == content => Scalar::Date(date.text),
            Some(date) => self.dated(span, format!("`[{content}]` is not how a date is written"), date),
            None => match dates::read_on(dates::today(), content) {
                Some(date) => {
                    let message =
                        format!("`[{content}]` does not name its day in full, and the API adds today's year or day");
                    self.dated(span, message, date)
                }
                None => {
                    let message = format!("`[{content}]` is no date in the form of the API");
                    self.lost(span, message, "write it in UTC as `[2024-01-31T09:00:00Z]`, or as `[2024-01-31]`");
                    Scalar::Date(content.to_owned())
                }
            },
        };
        Literal { value, span }
    }

    /// A date that the API would not take as it stands there; it is sent in the form of the guide.
    fn dated(&mut self, span: Span, message: String, date: ReadDate) -> Scalar {
        let date = dates::in_utc(date);
        let written = |date: &str| format!("[{date}]");
        let fault = Fault::at(span, message, date.as_sent(written)).mended(written(&date.text));
        self.faults.push(fault);
        Scalar::Date(date.text)
    }

    /// A value without quotes: up to a joint, a bracket, a comma, or the field of the next condition.
    fn bare(&mut self) -> Literal {
        let first = self.here();
        let mut span = first;
        self.at += 1;
        while let Some(token) = self.token(0) {
            let next_condition = matches!(token, Token::Word(_)) && matches!(self.token(1), Some(Token::Operator(_)));
            let quoted_apart = matches!(token, Token::Text(_)) && self.here().start > span.end;
            let ends = matches!(token, Token::Close | Token::Open | Token::Comma | Token::Operator(_));
            if ends || next_condition || quoted_apart || self.is_joint(0) {
                break;
            }
            span = span.to(self.here());
            self.at += 1;
        }
        let text = self.source(span);
        if let Some(value) = literal::keyword(&text) {
            return Literal { value, span };
        }
        let value = match dates::read(&text) {
            Some(date) => self.dated(span, format!("the date `{text}` stands without brackets"), date),
            None => {
                // A quote of its own inside this stretch has been reported; the whole of it is the text.
                self.faults.retain(|fault| fault.span().start < span.start || fault.span().end > span.end);
                self.fault(
                    span,
                    format!("the text `{text}` stands without quotes"),
                    // Double ones may have stood there, and a shell have taken them out.
                    format!("write `{}`", in_single_quotes(&text)),
                );
                Scalar::Text(text)
            }
        };
        Literal { value, span }
    }
}
