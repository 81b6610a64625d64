//! What does a condition say, once it is read?
//!
//! The tree of a filter in the grammar of the ConnectWise developer guide. Printing gives the canonical text: documented
//! spellings, double quotes, brackets around everything composed. Reading what was printed gives the same tree; spans are
//! left out of comparisons.

use std::fmt;

/// A stretch of the text, in characters from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl Span {
    /// From the beginning of this one to the end of `last`.
    pub fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end.max(self.start) }
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of at least two hold.
    All(Vec<Condition>),
    /// One of at least two holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A field is compared.
    Compare(Comparison),
}

impl Condition {
    /// Calls `visit` with every comparison, in the order of the text.
    pub fn for_each(&self, visit: &mut dyn FnMut(&Comparison)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.for_each(visit)),
            Self::Not(inner) => inner.for_each(visit),
            Self::Compare(comparison) => visit(comparison),
        }
    }

    /// The same condition with every comparison replaced.
    pub(super) fn replace(self, change: &mut dyn FnMut(Comparison) -> Self) -> Self {
        match self {
            Self::All(parts) => Self::All(parts.into_iter().map(|part| part.replace(change)).collect()),
            Self::Any(parts) => Self::Any(parts.into_iter().map(|part| part.replace(change)).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.replace(change))),
            Self::Compare(comparison) => change(comparison),
        }
    }
}

/// A field compared with one value or several.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The field.
    pub field: FieldPath,
    /// How, and with what.
    pub test: Test,
}

/// The field of a comparison as it was written: `board/name`.
#[derive(Clone, Debug)]
pub struct FieldPath {
    /// Names joined by `/`.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for FieldPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// How a field is compared, and with what.
#[derive(Clone, Debug)]
pub enum Test {
    /// With one value.
    Is {
        /// The comparison that is made.
        operator: Operator,
        /// Where the operator stands.
        span: Span,
        /// With what.
        value: Literal,
    },
    /// With each of a list.
    Among {
        /// `not in`
        negated: bool,
        /// Where the operator stands.
        span: Span,
        /// The list, not empty.
        values: Vec<Literal>,
    },
}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Is { operator, value, .. }, Self::Is { operator: other_operator, value: other_value, .. }) => {
                operator == other_operator && value == other_value
            }
            (Self::Among { negated, values, .. }, Self::Among { negated: other_negated, values: other_values, .. }) => {
                negated == other_negated && values == other_values
            }
            _ => false,
        }
    }
}

/// A comparison with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `contains`
    Contains,
    /// `not contains`
    NotContains,
    /// `like`, with `*` or `%` for any characters
    Like,
    /// `not like`
    NotLike,
}

impl Operator {
    /// Whether it asks for equality only, which any type allows.
    pub fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether it looks into a text.
    pub fn is_textual(self) -> bool {
        matches!(self, Self::Contains | Self::NotContains | Self::Like | Self::NotLike)
    }

    /// Whether it asks for what does not match.
    pub fn is_negative(self) -> bool {
        matches!(self, Self::NotEqual | Self::NotContains | Self::NotLike)
    }

    /// The canonical text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "contains",
            Self::NotContains => "not contains",
            Self::Like => "like",
            Self::NotLike => "not like",
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Literal {
    /// The value.
    pub value: Scalar,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A text, without quotes and escapes.
    Text(String),
    /// An integer or decimal as it was written: a float would lose digits.
    Number(String),
    /// `True` or `False`
    Boolean(bool),
    /// `null`
    Null,
    /// What stands between the square brackets.
    Date(String),
}

/// The alternate form has texts in single quotes, which shells leave in that take double ones out.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], between: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    f.write_str(between)?;
                }
                // The guide does not say whether AND binds closer than OR, so brackets do.
                let has_brackets = matches!(part, Self::All(_) | Self::Any(_));
                f.write_str(if has_brackets { "(" } else { "" })?;
                fmt::Display::fmt(part, f)?;
                f.write_str(if has_brackets { ")" } else { "" })?;
            }
            Ok(())
        };
        match self {
            Self::All(parts) => list(f, parts, " AND "),
            Self::Any(parts) => list(f, parts, " OR "),
            Self::Not(inner) => {
                f.write_str("NOT (")?;
                fmt::Display::fmt(inner, f)?;
                f.write_str(")")
            }
            Self::Compare(comparison) => fmt::Display::fmt(comparison, f),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Is { operator, value, .. } => {
                write!(f, "{} {} ", self.field.text, operator.as_str())?;
                fmt::Display::fmt(&value.value, f)
            }
            Test::Among { negated, values, .. } => {
                let name = if *negated { "not in" } else { "in" };
                let is_single = f.alternate();
                let one = |value: &Scalar| if is_single { format!("{value:#}") } else { value.to_string() };
                let values: Vec<String> = values.iter().map(|value| one(&value.value)).collect();
                write!(f, "{} {name} ({})", self.field.text, values.join(","))
            }
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if f.alternate() => f.write_str(&in_single_quotes(text)),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Number(digits) => f.write_str(digits),
            Self::Boolean(true) => f.write_str("True"),
            Self::Boolean(false) => f.write_str("False"),
            Self::Null => f.write_str("null"),
            Self::Date(date) => write!(f, "[{date}]"),
        }
    }
}

/// A text in quotes: double ones as in the guide, single ones where it holds double ones itself.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('"') && !text.contains('\'') { '\'' } else { '"' };
    within(quote, text)
}

/// A text in single quotes, or in double ones where it holds single ones alone.
pub(super) fn in_single_quotes(text: &str) -> String {
    within(if text.contains('\'') && !text.contains('"') { '"' } else { '\'' }, text)
}

fn within(quote: char, text: &str) -> String {
    let mut out = String::from(quote);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // A lone backslash stays as it is: `DOMAIN\user`.
        let escaped = match character {
            '\\' => characters.peek().is_none_or(|next| matches!(next, '\\' | '"' | '\'')),
            _ => character == quote,
        };
        if escaped {
            out.push('\\');
        }
        out.push(character);
    }
    out.push(quote);
    out
}
