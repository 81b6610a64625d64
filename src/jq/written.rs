//! How is a value of a filter written as JSON, which has fewer values than jq?

use std::io::{self, Write};

use bytes::Bytes;
use jaq_json::{Num, Val};

/// Levels of a value that is written; readers of JSON commonly stop at 128.
const MOST_LEVELS: usize = 110;
/// Beyond this a floating-point number has no digits of its own for ones.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Why a value cannot be written.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// It is nested too deep.
    Deep,
    /// Nobody reads on.
    Io(io::Error),
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes a value as compact JSON. A number that is none, and one without an end, are `null`; bytes are text.
pub(super) fn written(value: &Val, out: &mut impl Write) -> Result<(), Unwritten> {
    at_level(value, out, 1)
}

fn at_level(value: &Val, out: &mut impl Write, level: usize) -> Result<(), Unwritten> {
    if level > MOST_LEVELS {
        return Err(Unwritten::Deep);
    }
    match value {
        Val::Null => out.write_all(b"null")?,
        Val::Bool(true) => out.write_all(b"true")?,
        Val::Bool(false) => out.write_all(b"false")?,
        Val::Num(number) => out.write_all(number_text(number).as_bytes())?,
        Val::BStr(text) | Val::TStr(text) => string(text, out)?,
        Val::Arr(items) => {
            out.write_all(b"[")?;
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.write_all(b",")?;
                }
                at_level(item, out, level + 1)?;
            }
            out.write_all(b"]")?;
        }
        Val::Obj(members) => {
            out.write_all(b"{")?;
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.write_all(b",")?;
                }
                match name {
                    Val::BStr(name) | Val::TStr(name) => string(name, out)?,
                    // jaq takes any value as a key, and JSON text alone.
                    other => {
                        let mut name = Vec::new();
                        at_level(other, &mut name, level + 1)?;
                        string(&name.into(), out)?;
                    }
                }
                out.write_all(b":")?;
                at_level(value, out, level + 1)?;
            }
            out.write_all(b"}")?;
        }
    }
    Ok(())
}

fn string(text: &Bytes, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(out, &String::from_utf8_lossy(text)).map_err(io::Error::from)
}

fn number_text(number: &Num) -> String {
    match number {
        Num::Float(float) if !float.is_finite() => "null".to_owned(),
        // jq writes a sum of halves that is whole as a whole number.
        Num::Float(float) if float.fract() == 0.0 && float.abs() < MOST_EXACT => format!("{float:.0}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_lacks_are_null_and_whole_ones_have_no_point() {
        let text = |float: f64| number_text(&Num::Float(float));
        assert_eq!([f64::NAN, f64::INFINITY, 4.0, -2.5, 1e300].map(text), ["null", "null", "4", "-2.5", "1e300"]);
    }
}
