//! The layers of the source, held by its own text: modules import downwards, and no files import each other in a circle.
//!
//! Read are `use` items and paths in code, also within macros, of everything under `src` but tests. An item that a module hands on
//! counts for the file that defines it. Calls of methods are not seen: they need no import. A module and its own parts may know each
//! other: for circles, what it imports of them does not count.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The modules from the ground up. A module imports from the lines before its own; ARCHITECTURE.md shows the same table.
const LAYERS: [&[&str]; 16] = [
    &["escape", "private", "settings_file", "text_file"],
    &["openapi", "sqlite", "parallel", "causes", "canonical", "clock", "spelling", "redact", "surface", "regular_file"],
    &["document", "jq", "oauth", "postgres"],
    &["embed", "index"],
    &["store", "memory", "learned", "parts", "journal"],
    &["generation"],
    &["build", "search", "invoke"],
    &["eval"],
    &["error"],
    &["service"],
    &["setup"],
    &["config"],
    &["logs"],
    &["web"],
    &["mcp"],
    &["cli"],
];

#[test]
fn modules_import_only_from_the_layers_below_them() {
    let layer = |module: &str| LAYERS.iter().position(|modules| modules.contains(&module));
    let tree = SourceTree::read();
    let mut faults = String::new();
    for (from, to, names) in tree.imports() {
        let (Some(above), Some(below)) = (from.split(['/', '.']).next(), to.split(['/', '.']).next()) else { continue };
        let is_down = match (layer(above), layer(below)) {
            (Some(above), Some(below)) => above > below,
            (None, Some(_)) if above == "main" => true,
            _ => false,
        };
        if above != below && !is_down {
            let _ = writeln!(faults, "{from} imports {} from {to}", names.join(", "));
        }
    }
    assert!(faults.is_empty(), "upwards, sideways, or of a module that LAYERS lacks:\n{faults}");
}

#[test]
fn the_architecture_shows_the_layers_as_they_are_held() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    let shown = page.split_once("Layers: ").and_then(|(_, rest)| rest.split_once("| `main`")).unwrap().0;
    let shown: Vec<Vec<&str>> = shown
        .split('|')
        .map(|layer| layer.trim().trim_matches('`').split_whitespace().collect())
        .filter(|layer: &Vec<&str>| !layer.is_empty())
        .collect();
    assert_eq!(shown, LAYERS);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let tree = SourceTree::read();
    let mut faults = String::new();
    for circle in tree.circles() {
        let _ = writeln!(faults, "a circle of {}:", circle.iter().cloned().collect::<Vec<_>>().join(", "));
        for (from, to, names) in tree.imports() {
            if circle.contains(from) && circle.contains(to) {
                let _ = writeln!(faults, "  {from} imports {} from {to}", names.join(", "));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn an_import_is_seen_through_what_hands_it_on_and_within_macros() {
    let tree = small(&[
        ("lib.rs", "pub mod a; pub mod b;"),
        ("a/mod.rs", "mod inner; pub use inner::{Thing, make as made};"),
        ("a/inner.rs", "pub struct Thing; pub fn make() {} #[cfg(test)] mod tests { use crate::b::f; }"),
        (
            "b.rs",
            "use crate::a::{self as other, Thing}; pub fn f(_: Thing) { other::made(); println!(\"{}\", crate::c::D); }",
        ),
        ("c.rs", "/* use crate::b::f; */ pub const D: &str = \"crate::b::f\";"),
    ]);
    let imports: Vec<String> =
        tree.imports().map(|(from, to, names)| format!("{from} {to} {}", names.join(" "))).collect();
    assert_eq!(imports, ["b.rs a/inner.rs Thing make", "b.rs c.rs D"]);
    assert_eq!(tree.circles(), BTreeSet::new());
}

#[test]
fn a_circle_is_found_and_a_module_with_its_own_parts_is_none() {
    let tree = small(&[
        ("a/mod.rs", "mod part; pub struct A; pub fn f() { part::g() }"),
        ("a/part.rs", "use super::A; pub fn g() { crate::b::h(A) }"),
        ("b.rs", "use crate::c::C; pub fn h(_: crate::a::A) {}"),
        ("c.rs", "pub struct C; fn i() { crate::b::h() }"),
    ]);
    let circle = ["b.rs", "c.rs"].map(str::to_owned).into_iter().collect();
    assert_eq!(tree.circles(), BTreeSet::from([circle]));
}

fn small(files: &[(&str, &str)]) -> SourceTree {
    SourceTree::of(files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
}

/// The source as files and what each imports.
struct SourceTree {
    /// In order of their names.
    files: Vec<Source>,
    /// Files by the path of the module that each is.
    modules: HashMap<Vec<String>, usize>,
    /// Names that are imported, by the importing file and the one that defines them.
    imports: BTreeMap<(usize, usize), BTreeSet<String>>,
}

struct Source {
    /// The path under `src`, with `/`.
    name: String,
    module: Vec<String>,
    tokens: Vec<Token>,
    uses: Vec<Use>,
}

/// One name of a `use` item.
struct Use {
    /// As it is written, from `crate`, `super` or a module that is in scope.
    path: Vec<String>,
    /// What the file calls it; `*` for all that is there.
    name: String,
    is_public: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    Word(String),
    Sign(char),
    Open(char),
    Close,
}

impl SourceTree {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        walk(&root, &root, &mut files);
        Self::of(files)
    }

    fn of(texts: Vec<(String, String)>) -> Self {
        let mut files: Vec<Source> = texts.into_iter().map(|(name, text)| Source::new(name, &text)).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let modules = files.iter().enumerate().map(|(at, file)| (file.module.clone(), at)).collect();
        let mut tree = Self { files, modules, imports: BTreeMap::new() };
        for at in 0..tree.files.len() {
            // The crate's root declares the modules, and hands on two of their items.
            if tree.files[at].name != "lib.rs" {
                tree.read_imports(at);
            }
        }
        tree
    }

    fn imports(&self) -> impl Iterator<Item = (&String, &String, Vec<String>)> {
        self.imports
            .iter()
            .map(|(&(from, to), names)| (&self.files[from].name, &self.files[to].name, names.iter().cloned().collect()))
    }

    fn read_imports(&mut self, at: usize) {
        let file = &self.files[at];
        let mut found = Vec::new();
        for one in &file.uses {
            // What is only handed on is no import of the file that does so.
            if one.is_public && !file.names_in_code(&one.name) {
                continue;
            }
            if let Some(target) = self.absolute(at, &one.path) {
                found.push(target);
            }
        }
        for path in file.paths() {
            if let Some(target) = self.absolute(at, &path) {
                found.push(target);
            }
        }
        for target in found {
            if let Some((to, name)) = self.defined_in(&target, 0)
                && to != at
            {
                self.imports.entry((at, to)).or_default().insert(name);
            }
        }
    }

    /// A path from the crate's root; `None` where it leads out of the crate, or to something in the same file.
    fn absolute(&self, at: usize, path: &[String]) -> Option<Vec<String>> {
        let file = &self.files[at];
        let (first, rest) = path.split_first()?;
        let mut absolute = match first.as_str() {
            "crate" => Vec::new(),
            "cw_orchestrator" if file.name == "main.rs" => Vec::new(),
            "self" => file.module.clone(),
            "super" => file.module.split_last()?.1.to_vec(),
            name => {
                let child = [&file.module[..], &[name.to_owned()]].concat();
                if self.modules.contains_key(&child) {
                    child
                } else {
                    let one = file.uses.iter().find(|one| one.name == name && one.path.first() != Some(first))?;
                    let of_module = self.absolute(at, &one.path)?;
                    // A type's own items are where the type is, and the type's import is seen already.
                    self.modules.contains_key(&of_module).then_some(of_module)?
                }
            }
        };
        for part in rest {
            if part == "super" {
                absolute.pop()?;
            } else {
                absolute.push(part.clone());
            }
        }
        Some(absolute)
    }

    /// The file that defines what an absolute path names, and the name; `None` for a module itself, of which only its items are
    /// imported.
    fn defined_in(&self, path: &[String], depth: usize) -> Option<(usize, String)> {
        let mut length = path.len();
        while !self.modules.contains_key(&path[..length]) {
            length = length.checked_sub(1)?;
        }
        let (mut module, mut name) = path.split_at(length);
        if name.is_empty() {
            // A function may have the name of the module in which it is.
            let (last, parent) = path.split_last()?;
            let is_item =
                self.modules.get(parent).is_some_and(|&at| self.files[at].uses.iter().any(|one| one.name == *last));
            if !is_item {
                return None;
            }
            (module, name) = (parent, std::slice::from_ref(last));
        }
        let (at, name) = (*self.modules.get(module)?, name.first()?);
        if name == "*" {
            return Some((at, name.clone()));
        }
        let file = &self.files[at];
        let handed_on = file.uses.iter().filter(|one| one.name == *name || one.name == "*");
        for one in handed_on.take_while(|_| depth < 8) {
            let mut target = one.path.clone();
            if one.name == "*" {
                target.pop();
                target.push(name.clone());
            }
            if target != path
                && let Some(found) = self.absolute(at, &target).and_then(|target| self.defined_in(&target, depth + 1))
                && (one.name != "*" || self.files[found.0].defines(name))
            {
                return Some(found);
            }
        }
        Some((at, name.clone()))
    }

    /// The strongly connected components of two files or more.
    fn circles(&self) -> BTreeSet<BTreeSet<String>> {
        let mut reached = vec![BTreeSet::new(); self.files.len()];
        for (start, reached) in reached.iter_mut().enumerate() {
            let mut stack = vec![start];
            while let Some(from) = stack.pop() {
                for (&(_, to), _) in self.imports.range((from, 0)..(from + 1, 0)) {
                    let is_own_part = self.files[to].module.starts_with(&self.files[from].module);
                    if !is_own_part && reached.insert(to) {
                        stack.push(to);
                    }
                }
            }
        }
        let in_circle = |&at: &usize| reached[at].contains(&at);
        let circle_of = |at: usize| {
            let files = reached[at].iter().filter(|&&to| reached[to].contains(&at));
            files.map(|&file| self.files[file].name.clone()).collect()
        };
        (0..self.files.len()).filter(in_circle).map(circle_of).collect()
    }
}

impl Source {
    fn new(name: String, text: &str) -> Self {
        let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib")) {
            module.pop();
        }
        let mut all = Vec::new();
        flatten(text.parse().unwrap(), &mut all);
        let (uses, tokens) = without_uses(without_tests(all));
        Self { name, module, tokens, uses }
    }

    /// Whether a name stands anywhere but in a `use` item, behind a `.` or behind `::`.
    fn names_in_code(&self, name: &str) -> bool {
        let mut before = &Token::Close;
        self.tokens.iter().any(|token| {
            let is_named = *token == Token::Word(name.to_owned()) && !matches!(before, Token::Sign('.' | ':'));
            before = token;
            is_named
        })
    }

    fn defines(&self, name: &str) -> bool {
        let kinds = ["fn", "struct", "enum", "trait", "const", "static", "type", "union", "macro_rules"];
        self.tokens.windows(2).any(|pair| {
            matches!(pair, [Token::Word(kind), Token::Word(defined)] if kinds.contains(&kind.as_str()) && defined == name)
        })
    }

    /// Every path of two parts or more that stands in code.
    fn paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            at += 1;
            let Token::Word(first) = token else { continue };
            let mut path = vec![first.clone()];
            while let Some([Token::Sign(':'), Token::Sign(':'), Token::Word(part)]) = self.tokens.get(at..at + 3) {
                path.push(part.clone());
                at += 3;
            }
            if path.len() > 1 {
                paths.push(path);
            }
        }
        paths
    }
}

fn walk(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            walk(&path, root, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Tokens in one row, without literals and lifetimes; comments are none.
fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        match tree {
            // The name of a lifetime.
            TokenTree::Ident(_) if tokens.last() == Some(&Token::Sign('\'')) => {}
            TokenTree::Ident(word) => tokens.push(Token::Word(word.to_string())),
            TokenTree::Punct(sign) => tokens.push(Token::Sign(sign.as_char())),
            TokenTree::Literal(_) => tokens.push(Token::Sign('"')),
            TokenTree::Group(group) => {
                tokens.push(Token::Open(match group.delimiter() {
                    Delimiter::Brace => '{',
                    Delimiter::Parenthesis => '(',
                    Delimiter::Bracket => '[',
                    Delimiter::None => ' ',
                }));
                flatten(group.stream(), tokens);
                tokens.push(Token::Close);
            }
        }
    }
}

/// The tokens without items that are compiled for tests alone.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let word = |text: &str| Token::Word(text.to_owned());
    let mark =
        [Token::Sign('#'), Token::Open('['), word("cfg"), Token::Open('('), word("test"), Token::Close, Token::Close];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].starts_with(&mark) {
            at = end_of_item(&tokens, at + mark.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Where the next token after an item is: behind its `;`, or behind its braces.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let mut open = Vec::new();
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            Token::Open(kind) => open.push(*kind),
            Token::Close if open.pop() == Some('{') && open.is_empty() => break,
            Token::Sign(';') if open.is_empty() => break,
            _ => {}
        }
    }
    at
}

/// The `use` items, and the tokens that are left.
fn without_uses(tokens: Vec<Token>) -> (Vec<Use>, Vec<Token>) {
    let (mut uses, mut kept) = (Vec::<Use>::new(), Vec::new());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        // `use<'a>` in a bound is none.
        if *token == Token::Word("use".to_owned()) && tokens.get(at + 1) != Some(&Token::Sign('<')) {
            let behind =
                tokens[at..].iter().position(|token| *token == Token::Sign(';')).map_or(tokens.len(), |end| at + end);
            let is_public = match kept.as_slice() {
                [.., Token::Word(last)] => last == "pub",
                [.., Token::Open('('), Token::Word(_), Token::Close] => true,
                _ => false,
            };
            read_tree(&tokens[at + 1..behind], &mut Vec::new(), &mut |path, name| {
                uses.push(Use { path, name, is_public });
            });
            at = behind + 1;
        } else {
            kept.push(token.clone());
            at += 1;
        }
    }
    (uses, kept)
}

/// The names of a `use` tree, each with its whole path. Returns how many tokens were read.
fn read_tree(tokens: &[Token], path: &mut Vec<String>, found: &mut dyn FnMut(Vec<String>, String)) -> usize {
    let depth = path.len();
    let mut at = 0;
    let mut name = None;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            Token::Word(word) if word == "as" => {
                if let Some(Token::Word(alias)) = tokens.get(at) {
                    name = Some(alias.clone());
                }
                at += 1;
            }
            // `self` in braces is the module itself.
            Token::Word(word) if word == "self" && !path.is_empty() => {}
            Token::Word(word) => path.push(word.clone()),
            Token::Sign('*') => path.push("*".to_owned()),
            Token::Open('{') => {
                loop {
                    at += read_tree(&tokens[at..], path, found);
                    if tokens.get(at) != Some(&Token::Sign(',')) {
                        break;
                    }
                    at += 1;
                }
                path.truncate(depth);
                return at + 1;
            }
            Token::Sign(',') | Token::Close => {
                at -= 1;
                break;
            }
            _ => {}
        }
    }
    if let Some(last) = path.last().filter(|_| at > 0) {
        found(path.clone(), name.unwrap_or_else(|| last.clone()));
    }
    path.truncate(depth);
    at
}
