//! Why is a text no path template, or has no path?

/// The text is no path template, or values do not fit it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It does not begin with `/`.
    #[error("path template `{template}` must begin with `/`")]
    MissingLeadingSlash {
        /// The template, as it was given.
        template: String,
    },
    /// A `{` has no `}` in its segment.
    #[error("path template `{template}` opens a brace at byte {at} that nothing closes; close it with `}}`")]
    UnclosedBrace {
        /// The template, as it was given.
        template: String,
        /// Byte offset in the template, from 0.
        at: usize,
    },
    /// A `}` has no `{`.
    #[error("path template `{template}` closes a brace at byte {at} that nothing opened")]
    UnopenedBrace {
        /// The template, as it was given.
        template: String,
        /// Byte offset in the template, from 0.
        at: usize,
    },
    /// `{}` names no parameter.
    #[error("path template `{template}` has a parameter without a name at byte {at}")]
    UnnamedParameter {
        /// The template, as it was given.
        template: String,
        /// Byte offset in the template, from 0.
        at: usize,
    },
    /// A `?` stands outside braces: query parameters are no part of a template.
    #[error("path template `{template}` has a query string at byte {at}; declare query parameters instead")]
    QueryString {
        /// The template, as it was given.
        template: String,
        /// Byte offset in the template, from 0.
        at: usize,
    },
    /// No value was given for a parameter.
    #[error("path parameter `{name}` has no value")]
    MissingValue {
        /// Name of the parameter.
        name: String,
    },
    /// An empty value would turn the path into that of another resource.
    #[error("path parameter `{name}` must not be empty")]
    EmptyValue {
        /// Name of the parameter.
        name: String,
    },
    /// The expanded segment would be `.` or `..`.
    #[error("path parameter `{name}` would make the path segment `{segment}`, which leads elsewhere")]
    DotSegment {
        /// Name of the segment's last parameter.
        name: String,
        /// The expanded segment: `.` or `..`.
        segment: String,
    },
}
