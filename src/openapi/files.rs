//! How do other files that a manifest refers to become a part of it?
//!
//! Each is put whole into one member of the document, and every reference to it becomes a reference within the document: what reads
//! references afterwards knows of one document alone. A file is read once, so references between files may go in a circle.

mod address;
mod bundle;

use std::io;

use serde_json::Value;

use super::error::ManifestError;
use super::reference::{fragment_tokens, locate};
use super::source;
use super::warnings::Warnings;
use bundle::Bundle;

/// The member of the document that holds the other files by their paths.
pub(super) const MEMBER: &str = "x-other-files";

/// Files that one manifest may refer to; the most that were seen in use are about 1,200.
const MOST_FILES: usize = 4_000;
/// Bytes of them together, as many as of the largest manifest.
const MOST_BYTES: usize = 256 << 20;
/// References in place of a whole group, such as `paths`, that are followed one after another.
const MOST_LINKS: usize = 8;

/// Members whose values are data and no part of a description.
const DATA: [&str; 5] = ["example", "examples", "default", "enum", "const"];
/// Members whose members have names of the author's choice.
const NAMED: [&str; 9] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "schemas",
    "parameters",
    "responses",
    "paths",
];

/// A file that a manifest refers to cannot be read. The text is the end of a sentence that names the reference.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadFile {
    /// The manifest came by itself, as from standard input.
    #[error("the manifest did not come from a folder")]
    NoFolder,
    /// The path, or a link on it, leads out of the manifest's folder.
    #[error("it is outside the manifest's folder")]
    Outside,
    /// The path begins at a root, or is one of Windows.
    #[error("it is no path relative to the manifest")]
    NotRelative,
    /// The manifest refers to more files than any that was seen.
    #[error("the manifest refers to more than {MOST_FILES} files")]
    TooMany,
    /// All files together are larger than any manifest that was seen.
    #[error("the files that the manifest refers to have more than {MOST_BYTES} bytes")]
    TooLarge,
    /// The system failed to read the file, or it is too large.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The content is neither JSON nor YAML.
    #[error(transparent)]
    Malformed(#[from] ManifestError),
}

/// The files beside a manifest.
pub trait Files {
    /// The content of the file at a path relative to the manifest's folder, with `/` between its parts and no `..`.
    ///
    /// # Errors
    /// [`UnreadFile`]
    fn read(&self, path: &str) -> Result<Vec<u8>, UnreadFile>;

    /// The name of the manifest itself, where it has one.
    fn own_name(&self) -> Option<&str>;
}

/// No files: a manifest that came by itself.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Result<Vec<u8>, UnreadFile> {
        Err(UnreadFile::NoFolder)
    }

    fn own_name(&self) -> Option<&str> {
        None
    }
}

/// The files that a manifest refers to, directly or by way of others, with their content; those that cannot be read are left out.
pub fn other_files(bytes: &[u8], files: &dyn Files) -> Vec<(String, Vec<u8>)> {
    let mut unheard = Warnings::default();
    let may_refer = source::decode(bytes).is_ok_and(|text| mentions_files(&text));
    let document = if may_refer { source::parse(bytes, &mut unheard).ok() } else { None };
    let Some(document) = document else { return Vec::new() };
    let mut bundle = Bundle::new(&document, files, &mut unheard);
    bundle.all();
    bundle.contents
}

/// The document with every file that it refers to in it.
pub(super) fn bundled(document: Value, files: &dyn Files, warnings: &mut Warnings) -> Value {
    if !refers_to_files(&document) {
        return document;
    }
    let mut bundle = Bundle::new(&document, files, warnings);
    let (mut document, others) = bundle.all();
    if let (Value::Object(root), false) = (&mut document, others.is_empty()) {
        root.insert(MEMBER.to_owned(), others.into());
        groups(&mut document);
    }
    document
}

/// Whether text of JSON or YAML has a reference that is none within its own document.
fn mentions_files(text: &str) -> bool {
    let after = text.split("$ref").skip(1);
    after
        .map(|rest| rest.trim_start_matches(['"', '\'', ':', ' ', '\t', '\r', '\n']))
        .any(|rest| !rest.starts_with('#'))
}

fn refers_to_files(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| match value {
            Value::String(text) => key == "$ref" && !text.starts_with('#'),
            value => refers_to_files(value),
        }),
        Value::Array(items) => items.iter().any(refers_to_files),
        _ => false,
    }
}

/// Puts the groups of a document in place of the references to them: `paths: { $ref: paths/index.yaml }`.
fn groups(document: &mut Value) {
    let kinds = ["schemas", "parameters", "responses", "requestBodies", "securitySchemes", "pathItems", "headers"];
    let components = kinds.map(|kind| format!("/components/{kind}"));
    let named = ["/paths", "/components", "/definitions", "/parameters", "/responses", "/securityDefinitions"];
    for place in named.iter().map(|place| (*place).to_owned()).chain(components) {
        for _ in 0..MOST_LINKS {
            let reference = document.pointer(&place).and_then(|group| group.get("$ref")).and_then(Value::as_str);
            let tokens = reference.and_then(|text| text.strip_prefix('#')).and_then(fragment_tokens);
            let Some(target) = tokens.and_then(|tokens| locate(document, &tokens)).cloned() else { break };
            let Some(group) = document.pointer_mut(&place) else { break };
            *group = target;
        }
    }
}

/// The name that a schema of another file is known by, as the parts of it: the last of its place, or that of its file.
pub(super) fn name_within(tokens: &[String]) -> Option<Vec<String>> {
    let (member, rest) = tokens.split_first()?;
    let (path, rest) = rest.split_first().filter(|_| member == MEMBER)?;
    let at = rest.iter().rposition(|token| NAMED.contains(&token.as_str()) && token != "properties");
    let rest = rest.get(at.map_or(0, |at| at + 1)..).unwrap_or_default();
    if !rest.is_empty() {
        return Some(rest.to_vec());
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(vec![name.split_once('.').map_or(name, |(stem, _)| stem).to_owned()])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Method, read_with};
    use super::*;

    struct Folder(BTreeMap<&'static str, &'static str>);

    impl Files for Folder {
        fn read(&self, path: &str) -> Result<Vec<u8>, UnreadFile> {
            let text = self.0.get(path).ok_or_else(|| io::Error::other("there is no such file"))?;
            Ok(text.as_bytes().to_vec())
        }

        fn own_name(&self) -> Option<&str> {
            Some("openapi.yaml")
        }
    }

    const ROOT: &str = r##"
openapi: 3.0.3
info: { title: Split, version: '1' }
paths:
  /pets: { $ref: 'paths/pets.yaml' }
  /pets/{id}: { $ref: './paths/pets.yaml#/one' }
  /far: { $ref: '../far.yaml' }
  /net: { $ref: 'https://example.com/x.yaml' }
  /gone: { $ref: 'paths/gone.yaml' }
components:
  schemas:
    Owner: { type: object, properties: { pet: { $ref: 'schemas/Pet.json' }, default: { $ref: 'schemas/more.yaml#Tag' } } }
    Data: { type: object, example: { $ref: 'not/read.yaml' } }
"##;

    fn folder() -> Folder {
        Folder(BTreeMap::from([
            (
                "paths/pets.yaml",
                "get:\n  parameters: [{ $ref: '../parameters.yaml#/limit' }]\n  responses: { '200': { $ref: '../responses/ok.yml' } }\n\
                 one:\n  get:\n    parameters: [{ name: id, in: path, required: true, schema: { $ref: '#/ids' } }]\n    responses: {}\n\
                 ids: { type: integer }\n",
            ),
            ("parameters.yaml", "limit: { name: limit, in: query, schema: { type: integer } }"),
            (
                "responses/ok.yml",
                "description: ok\ncontent: { application/json: { schema: { $ref: '../schemas/Pet.json' } } }",
            ),
            (
                "schemas/Pet.json",
                r##"{"type":"object","properties":{"owner":{"$ref":"../openapi.yaml#/components/schemas/Owner"},"mother":{"$ref":"Pet.json"}}}"##,
            ),
            ("schemas/more.yaml", "Tag: { type: string, maxLength: 9 }"),
        ]))
    }

    #[test]
    fn files_are_read_as_if_they_were_one() {
        let manifest = read_with(ROOT.as_bytes(), &folder()).unwrap();
        let paths: Vec<(Method, &str)> = manifest.operations.iter().map(|it| (it.method, it.path.as_str())).collect();
        assert_eq!(paths, [(Method::Get, "/pets"), (Method::Get, "/pets/{id}")]);
        let (list, one) = (&manifest.operations[0], &manifest.operations[1]);
        assert_eq!(list.parameters[0].name, "limit");
        assert_eq!(list.responses[0].content[0].schema, serde_json::json!({ "$ref": "#/$defs/Pet" }));
        assert_eq!(one.parameters[0].schema, serde_json::json!({ "$ref": "#/$defs/ids" }));
        let names: Vec<&str> = manifest.schemas.keys().map(String::as_str).collect();
        assert_eq!(names, ["Data", "Owner", "Pet", "Tag", "ids"]);
        let pet = &manifest.schemas["Pet"]["properties"];
        assert_eq!((&pet["owner"]["$ref"], &pet["mother"]["$ref"]), (&"#/$defs/Owner".into(), &"#/$defs/Pet".into()));
        assert_eq!(manifest.schemas["Owner"]["properties"]["default"]["$ref"], "#/$defs/Tag");
        let said: Vec<&str> = manifest.warnings.iter().map(|warning| warning.message.as_str()).collect();
        for told in [
            "outside the manifest's folder",
            "there is no such file",
            "`https://example.com/x.yaml` is in another file",
        ] {
            assert!(said.iter().any(|message| message.contains(told)), "{told}: {said:#?}");
        }
        assert!(!said.iter().any(|message| message.contains("not/read.yaml")), "{said:#?}");
    }

    #[test]
    fn a_discriminator_may_name_schemas_of_other_files() {
        let root = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\npaths: { /a: { post: { requestBody: { content: { application/json: \
                    { schema: { $ref: 'pets/any.yaml' } } } }, responses: {} } } }\n\
                    components: { schemas: { dog: { type: string }, v1.Bird: { type: object, properties: { kind: { type: string } } } } }";
        let files = Folder(BTreeMap::from([
            (
                "pets/any.yaml",
                "oneOf: [{ $ref: 'dog.yml' }, { $ref: 'all.yaml#/cat' }, { $ref: '../openapi.yaml#/components/schemas/v1.Bird' }]\n\
                 discriminator: { propertyName: kind, mapping: { d: './dog.yml', c: 'all.yaml#/cat', b: v1.Bird } }",
            ),
            ("pets/dog.yml", "type: object\nproperties: { kind: { type: string }, barks: { type: boolean } }"),
            (
                "pets/all.yaml",
                "cat: { type: object, properties: { kind: { type: string }, purrs: { type: boolean } } }",
            ),
        ]));
        let manifest = read_with(root.as_bytes(), &files).unwrap();
        let any = manifest.schemas.values().find(|schema| schema.get("discriminator").is_some()).unwrap();
        let mapping = &any["discriminator"]["mapping"];
        let alternatives = any["oneOf"].as_array().unwrap();
        assert_eq!([&mapping["d"], &mapping["c"]], [&alternatives[0]["$ref"], &alternatives[1]["$ref"]]);
        assert_eq!(mapping["b"], "v1.Bird");
        // A schema of the manifest has the file's name, so that the file's has another.
        let dog = crate::openapi::mapped_name(mapping["d"].as_str().unwrap());
        assert!(dog != "dog" && manifest.schemas[&dog]["properties"]["barks"].is_object(), "{dog}");
        assert!(manifest.warnings.is_empty(), "{:?}", manifest.warnings);
    }

    #[test]
    fn whole_groups_may_be_elsewhere() {
        let root = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\npaths: { $ref: all.yaml#/paths }\ncomponents: { schemas: { $ref: s.yaml } }";
        let files = Folder(BTreeMap::from([
            ("all.yaml", "paths: { /a: { get: { responses: { '200': { $ref: 'r.yaml' } } } } }"),
            ("r.yaml", "description: ok\ncontent: { application/json: { schema: { $ref: 's.yaml#/A' } } }"),
            ("s.yaml", "A: { type: object, properties: { b: { $ref: '#/B' } } }\nB: { type: string }"),
        ]));
        let manifest = read_with(root.as_bytes(), &files).unwrap();
        assert_eq!(manifest.operations[0].path, "/a");
        assert!(manifest.schemas.contains_key("A") && manifest.schemas.contains_key("B"), "{:?}", manifest.schemas);
    }

    #[test]
    fn the_files_of_a_manifest_are_listed_and_a_manifest_alone_has_none() {
        let names: Vec<String> = other_files(ROOT.as_bytes(), &folder()).into_iter().map(|(name, _)| name).collect();
        let known = ["paths/pets.yaml", "schemas/Pet.json", "schemas/more.yaml", "parameters.yaml", "responses/ok.yml"];
        assert_eq!(names, known);
        assert!(other_files(br##"{"a":{"$ref":"#/b"}}"##, &folder()).is_empty());
        assert!(read_with(ROOT.as_bytes(), &NoFiles).is_err(), "no path item is left");
    }
}
