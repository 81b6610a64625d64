//! Which style does a parameter have where it travels?

use crate::openapi::{Encoding, Parameter, ParameterIn};

/// The styles of OpenAPI, and Swagger's `tsv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::invoke::draft) enum Style {
    /// `a,b`, in paths and headers.
    Simple,
    /// `.a.b`, in paths.
    Label,
    /// `;name=a,b`, in paths.
    Matrix,
    /// `name=a,b` or `name=a&name=b`, in queries and cookies.
    Form,
    /// `name=a%20b`.
    SpaceDelimited,
    /// `name=a|b`.
    PipeDelimited,
    /// `name=a%09b`.
    TabDelimited,
    /// `name[member]=a`.
    DeepObject,
}

impl Style {
    /// The parameter's style, or that of its place where it has none, or one that its place has no use for. Swagger has its
    /// three delimiters in paths and headers too.
    pub(in crate::invoke::draft) fn of(parameter: &Parameter) -> Self {
        let in_path = parameter.location == ParameterIn::Path;
        let in_query = parameter.location == ParameterIn::Query;
        match parameter.style.as_deref() {
            Some("label") if in_path => Self::Label,
            Some("matrix") if in_path => Self::Matrix,
            Some("spaceDelimited") if parameter.location != ParameterIn::Cookie => Self::SpaceDelimited,
            Some("pipeDelimited") if parameter.location != ParameterIn::Cookie => Self::PipeDelimited,
            Some("tabDelimited") if parameter.location != ParameterIn::Cookie => Self::TabDelimited,
            Some("deepObject") if in_query => Self::DeepObject,
            _ if in_query || parameter.location == ParameterIn::Cookie => Self::Form,
            _ => Self::Simple,
        }
    }

    /// That of a form's field: one of a query's.
    pub(super) fn of_field(encoding: &Encoding) -> Self {
        match encoding.style.as_deref() {
            Some("spaceDelimited") => Self::SpaceDelimited,
            Some("pipeDelimited") => Self::PipeDelimited,
            Some("tabDelimited") => Self::TabDelimited,
            Some("deepObject") => Self::DeepObject,
            _ => Self::Form,
        }
    }

    /// Whether items and members stand apart: "When style is form, the default value is true" (OpenAPI 3.1.0 section
    /// 4.8.12.2). Swagger's default, `csv`, is read as `explode: false`.
    pub(in crate::invoke::draft) fn explodes(self, parameter: &Parameter) -> bool {
        parameter.explode.unwrap_or(self == Self::Form)
    }

    /// What stands between items that are joined.
    pub(in crate::invoke::draft) fn between(self) -> char {
        match self {
            Self::SpaceDelimited => ' ',
            Self::PipeDelimited => '|',
            Self::TabDelimited => '\t',
            Self::Simple | Self::Label | Self::Matrix | Self::Form | Self::DeepObject => ',',
        }
    }
}
