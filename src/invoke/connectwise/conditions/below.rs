//! Which fields are below one, named as if it were the record?

use super::source::{FieldSource, Lookup};
use crate::openapi::Field;

/// The fields below one of another source, named without it.
pub(super) struct Below<'s> {
    pub(super) inner: &'s dyn FieldSource,
    pub(super) prefix: &'static str,
}

impl Below<'_> {
    fn shortened(&self, path: &str) -> String {
        path.strip_prefix(self.prefix).unwrap_or(path).trim_start_matches('/').to_owned()
    }

    fn shorten(&self, field: Field) -> Field {
        Field { path: self.shortened(&field.path), ..field }
    }

    fn full(&self, path: &str) -> String {
        format!("{}/{path}", self.prefix).trim_end_matches('/').to_owned()
    }
}

impl FieldSource for Below<'_> {
    fn field(&self, path: &str) -> Lookup {
        match self.inner.field(&self.full(path)) {
            Lookup::Found { field, in_array } => Lookup::Found { field: Box::new(self.shorten(*field)), in_array },
            Lookup::Open { path, in_array } => Lookup::Open { path: self.shortened(&path), in_array },
            Lookup::Beyond { path, reference, record, field, in_array } => Lookup::Beyond {
                path: self.shortened(&path),
                reference: self.shortened(&reference),
                record,
                field: field.map(|field| Box::new(self.shorten(*field))),
                in_array,
            },
            Lookup::Unknown { known } => Lookup::Unknown { known: self.shortened(&known) },
        }
    }

    fn all(&self) -> &[Field] {
        // Named by caption and value, nothing is ever suggested.
        &[]
    }

    fn members(&self, path: &str) -> Vec<Field> {
        self.inner.members(&self.full(path)).into_iter().map(|field| self.shorten(field)).collect()
    }

    fn subject(&self) -> Option<String> {
        None
    }
}
