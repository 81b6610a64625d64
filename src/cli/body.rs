//! Which body do `--data` and `--set` mean?

use std::path::Path;

use serde_json::{Map, Value};
use tempfile::NamedTempFile;
use url::form_urlencoded;

use super::shell::{HASH_TABLE, UNCHANGED, mangled_json};
use super::{Context, Failure};
use crate::error::Error;
use crate::invoke::draft::{BodyKind, TakenBody, Uploads};
use crate::invoke::rows::exact;
use crate::openapi::Method;
use crate::surface::Argument;
use crate::text_file;

/// The operation that a body is for.
#[derive(Clone, Copy)]
pub(super) struct For<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) api: Option<&'a str>,
    pub(super) params: &'a Map<String, Value>,
}

/// A body.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) data: Option<Value>,
    /// The option that it was given by.
    pub(super) given_by: Option<Argument>,
    /// Whether the files that `data` names were named on the command line, and not in what it was read from.
    pub(super) is_typed: bool,
    /// That file where it holds what standard input had; it is removed with this.
    _kept: Option<NamedTempFile>,
}

/// The body of a call.
pub(super) fn of_call(context: &Context, of: For<'_>, data: Option<&str>, set: &[String]) -> Result<Body, Failure> {
    if data.is_none() && set.is_empty() {
        return Ok(Body::default());
    }
    context.open()?;
    let taken = context.service.body_taken(of.method, of.path, of.api, of.params)?;
    match data {
        Some(given) => of_kind(given, &taken, context.files()),
        None if matches!(taken.kind, BodyKind::Json | BodyKind::Form) => {
            let values = set.iter().map(|given| value(given)).collect::<Result<Vec<_>, _>>()?;
            let data = context.service.body_of(of.method, of.path, of.api, &values)?;
            Ok(Body { data: Some(data), given_by: Some(Argument::SET), is_typed: true, ..Body::default() })
        }
        None => Err(wrong(Argument::SET, "the body of this operation has no fields; give it whole with --data @FILE")),
    }
}

/// The value of `--data` where nothing is known of its operation.
pub(super) fn json(given: &str, files: Uploads<'_>) -> Result<Value, Failure> {
    json_for(given, &TakenBody::default(), files)
}

fn json_for(given: &str, taken: &TakenBody, files: Uploads<'_>) -> Result<Value, Failure> {
    let text = match Source::of(given) {
        Source::Inline => given.to_owned(),
        source => source.read(Argument::DATA, files)?,
    };
    let broken = |error| match mangled_json(&text) {
        Some(cause) => format!("it is no JSON: {error}; {cause}; {UNCHANGED}"),
        None => format!("it is no JSON: {error}; {}", how_to_give(&text, taken)),
    };
    exact(&text).map_err(|error| wrong(Argument::DATA, broken(error)))
}

/// How a body that is no JSON is given to an operation that takes this.
fn how_to_give(text: &str, taken: &TakenBody) -> String {
    const JSON: &str = "write JSON, @FILE for a file that holds some, or - for standard input";
    /// Fields that are written out.
    const SHOWN: usize = 4;
    if taken.kind == BodyKind::Form {
        let fields: Vec<(String, String)> = form_urlencoded::parse(text.trim().as_bytes()).into_owned().collect();
        let is_plain = |(name, value): &(String, String)| {
            !name.is_empty()
                && !value.contains('\'')
                && name.chars().all(|c| c.is_alphanumeric() || "_-.[]".contains(c))
        };
        let is_form = text.contains('=') && fields.len() <= SHOWN && fields.iter().all(is_plain);
        let options = |(name, value): &(String, String)| {
            let path = name.replace('[', "/").replace(']', "");
            format!("--set '{}={value}'", path.trim_end_matches('/'))
        };
        let shown = if is_form { fields.iter().map(options).collect() } else { vec!["--set NAME=VALUE".to_owned()] };
        let shown = shown.join(" ");
        return format!("the operation takes a form: give its fields as {shown}, or as one JSON object");
    }
    match taken.others.as_slice() {
        [] => JSON.to_owned(),
        others => format!(
            "{JSON}; the operation takes {} as well: add --param header:Content-Type={} to send that",
            others.join(", "),
            others.iter().find(|name| !name.contains('*')).map_or("TYPE", String::as_str),
        ),
    }
}

fn of_kind(given: &str, taken: &TakenBody, files: Uploads<'_>) -> Result<Body, Failure> {
    let source = Source::of(given);
    let is_typed = matches!(source, Source::Inline);
    let data = match (taken.kind, source) {
        (BodyKind::Json | BodyKind::Form, _) => json_for(given, taken, files)?,
        // Quotes are part of a text, as they are of one in a file.
        (BodyKind::Text, Source::Inline) => Value::String(given.to_owned()),
        (BodyKind::Text, source) => Value::String(source.read(Argument::DATA, files)?),
        (BodyKind::File, Source::File(file)) => {
            return Ok(Body { data: Some(Value::String(file_of(file)?)), is_typed: true, ..Body::default() });
        }
        // The path of a file, as clients of MCP give it.
        (BodyKind::File, Source::Inline) => {
            exact(given).ok().filter(Value::is_string).unwrap_or_else(|| Value::String(given.to_owned()))
        }
        (BodyKind::File, Source::Input) => {
            // The body is looked at before it is sent, and read again where the request is repeated.
            let mut kept = NamedTempFile::new()?;
            std::io::copy(&mut std::io::stdin().lock(), &mut kept)?;
            let data = Some(Value::String(file_of(kept.path())?));
            return Ok(Body { data, is_typed: true, _kept: Some(kept), ..Body::default() });
        }
    };
    Ok(Body { data: Some(data), is_typed, ..Body::default() })
}

/// The real path of a file that is sent whole.
fn file_of(file: &Path) -> Result<String, Failure> {
    let cannot = |error: std::io::Error| wrong(Argument::DATA, format!("cannot read {}: {error}", file.display()));
    if !std::fs::metadata(file).map_err(cannot)?.is_file() {
        return Err(wrong(Argument::DATA, format!("cannot read {}: it is no file", file.display())));
    }
    let path = file.canonicalize().map_err(cannot)?;
    let text = path.into_os_string().into_string();
    text.map_err(|_| wrong(Argument::DATA, format!("the path of {} is no Unicode text", file.display())))
}

/// Where the value of `--data` is.
pub(super) enum Source<'a> {
    Inline,
    Input,
    File(&'a Path),
}

impl<'a> Source<'a> {
    pub(super) fn of(given: &'a str) -> Self {
        match given.strip_prefix('@') {
            Some(file) => Self::File(Path::new(file)),
            None if given == "-" => Self::Input,
            None => Self::Inline,
        }
    }

    /// Reads what is not on the command line itself, as far as it may be sent.
    pub(super) fn read(&self, argument: Argument, files: Uploads<'_>) -> Result<String, Failure> {
        let (name, read) = match self {
            Self::Inline => return Ok(String::new()),
            Self::Input => ("standard input".to_owned(), text_file::read_from(std::io::stdin().lock())),
            Self::File(file) => {
                let may_be_read = text_file::may_be_read(file).and_then(|()| files.may_be_read(file));
                (file.display().to_string(), may_be_read.and_then(|()| text_file::read(file)))
            }
        };
        let is_table = matches!(self, Self::File(file) if file.to_string_lossy().starts_with('{'));
        read.map_err(|error| {
            let reason = format!("cannot read {name}: {error}");
            wrong(argument, if is_table { format!("{HASH_TABLE}; or {UNCHANGED}") } else { reason })
        })
    }
}

/// A value of `--set`.
fn value(given: &str) -> Result<(String, String), Failure> {
    let pair = given.split_once('=').filter(|(path, _)| !path.trim_matches('/').is_empty());
    let reason = || format!("`{given}` is no FIELD=VALUE, such as status/name=Closed");
    let (path, text) = pair.ok_or_else(|| wrong(Argument::SET, reason()))?;
    Ok((path.to_owned(), text.to_owned()))
}

fn wrong(argument: Argument, reason: impl Into<String>) -> Failure {
    Error::Argument { argument, reason: reason.into().into() }.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings_file::SettingsFile;

    #[test]
    fn data_is_what_its_operation_sends() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            format!("@{}", path.display())
        };
        let utf_16: Vec<u8> = "\u{feff}{\"a\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = file("marked.json", b"\xef\xbb\xbf{\"a\": 1}");
        let wide = file("wide.json", &utf_16);
        let table = file("table.csv", b"a,b\r\n1,2\r\n");
        let bytes = file("bytes.bin", b"\xff\x00");
        let settings = SettingsFile::default();
        let files = Uploads { folders: &[], is_typed: true, home: None, settings: &settings };
        let of_kind =
            |given: &str, kind: BodyKind| super::of_kind(given, &TakenBody { kind, ..TakenBody::default() }, files);
        let data = |given: &str, kind: BodyKind| of_kind(given, kind).unwrap().data.unwrap();
        for (given, kind, wanted) in [
            (marked.as_str(), BodyKind::Json, json!({ "a": 1 })),
            (&wide, BodyKind::Json, json!({ "a": 1 })),
            ("{\"a\": 1}", BodyKind::Json, json!({ "a": 1 })),
            (&table, BodyKind::Text, json!("a,b\r\n1,2\r\n")),
            (&wide, BodyKind::Text, json!("{\"a\": 1}")),
            ("a,b", BodyKind::Text, json!("a,b")),
            ("\"a,b\"", BodyKind::Text, json!("\"a,b\"")),
            ("\"a,b\"", BodyKind::Json, json!("a,b")),
            (" a: 1\n", BodyKind::Text, json!(" a: 1\n")),
            ("12", BodyKind::Text, json!("12")),
        ] {
            assert_eq!(data(given, kind), wanted, "{given} {kind:?}");
        }
        let whole = of_kind(&bytes, BodyKind::File).unwrap();
        assert!(whole.is_typed && whole.data.unwrap().as_str().unwrap().ends_with("bytes.bin"));
        for (given, kind, is_typed) in [
            ("bytes.bin", BodyKind::File, true),
            ("{\"file\": \"bytes.bin\"}", BodyKind::Json, true),
            (&marked, BodyKind::Json, false),
        ] {
            assert_eq!(of_kind(given, kind).unwrap().is_typed, is_typed, "{given}");
        }
        for (given, kind, says) in [
            (bytes.as_str(), BodyKind::Json, "byte 0 is neither UTF-8 nor UTF-16"),
            (&format!("@{}", folder.path().display()), BodyKind::Json, "no file"),
            (&format!("@{}", folder.path().display()), BodyKind::File, "no file"),
            ("@/nosuch", BodyKind::Text, "cannot read /nosuch"),
            #[cfg(target_os = "linux")]
            ("@/proc/self/environ", BodyKind::Text, "the system makes it up"),
            ("a,b", BodyKind::Json, "it is no JSON"),
            ("@{summary='x'}", BodyKind::Json, "ConvertTo-Json"),
            ("{\\\"summary\\\":\\\"x\\\"}", BodyKind::Json, "PowerShell 7.3"),
            (
                "amount=2000&currency=usd",
                BodyKind::Form,
                "takes a form: give its fields as --set 'amount=2000' --set 'currency=usd'",
            ),
            (
                "metadata[order]=a+b&tags[]=x",
                BodyKind::Form,
                "--set 'metadata/order=a b' --set 'tags=x', or as one JSON object",
            ),
            ("a, b", BodyKind::Form, "as --set NAME=VALUE, or"),
        ] {
            let error = of_kind(given, kind).unwrap_err().to_string();
            assert!(error.contains(says), "{given} {kind:?}: {error}");
        }
        let others = vec!["text/plain".to_owned(), "image/*".to_owned()];
        let error =
            super::of_kind("# Title", &TakenBody { others, ..TakenBody::default() }, files).unwrap_err().to_string();
        assert!(
            error.contains("takes text/plain, image/* as well: add --param header:Content-Type=text/plain"),
            "{error}"
        );
    }
}
