//! Is a filter one that can be evaluated, and what is wrong with it?

use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::native::Fun;
use jaq_core::{Compiler, compile, data};
use jaq_json::Val;

use crate::escape::{QUOTED, shortened};
use crate::spelling::most_alike;

/// What evaluates: a filter over values of JSON, which is handed nothing but its input.
type Data = data::JustLut<Val>;
/// A filter that can be evaluated.
pub(super) type Filter = jaq_core::compile::Filter<jaq_core::Native<Data>>;

/// What jq has and is not here: whatever reads or tells of the machine, and whatever writes beside the result.
const LEFT_OUT: [&str; 13] = [
    "debug",
    "debug_empty",
    "env",
    "halt",
    "halt_error",
    "input",
    "inputs",
    "input_filename",
    "localtime",
    "stderr",
    "stderr_empty",
    "strflocaltime",
    "$ENV",
];
/// What jq has and jaq's libraries lack.
const ADDED: &str = r#"
def csv_field: if . == null then "" elif isboolean or isnumber then tojson
    elif isstring then "\"" + (split("\"") | join("\"\"")) + "\"" else error("no field of CSV: " + tojson) end;
def tsv_field: if . == null then "" elif isboolean or isnumber then tojson elif isstring then
    split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n") | split("\r") | join("\\r")
    else error("no field of TSV: " + tojson) end;
def @csv: [.[] | csv_field] | join(",");
def @tsv: [.[] | tsv_field] | join("\t");
def INDEX(f): reduce .[] as $row ({}; .[$row | f | tostring] = $row);
"#;
/// Names that are offered for one that there is not.
const OFFERED: usize = 3;

/// Reads and compiles a filter.
///
/// # Errors
/// What is wrong, where, and what to do.
pub(super) fn compiled(filter: &str) -> Result<Filter, String> {
    if filter.trim().is_empty() {
        return Err("the filter is empty; write one such as `map(.id)`".to_owned());
    }
    let arena = Arena::default();
    let known = || {
        let added = load::parse(ADDED, |parser| parser.defs()).unwrap_or_default();
        let all = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(added);
        all.filter(|def| is_here(def.name))
    };
    let funs = || -> Vec<Fun<Data>> {
        let all = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        all.filter(|(name, ..)| is_here(name)).collect()
    };
    let loaded = Loader::new(known()).load(&arena, File { code: filter, path: () });
    let modules = loaded.map_err(|errors| unread(filter, &errors))?;
    let names = || {
        let defined = known().map(|def| (def.name, def.args.len()));
        let native: Vec<_> = funs().into_iter().map(|(name, arguments, _)| (name, arguments.len())).collect();
        defined.chain(native).collect::<Vec<(&str, usize)>>()
    };
    Compiler::default().with_funs(funs()).compile(modules).map_err(|errors| undefined(filter, &errors, &names()))
}

fn is_here(name: &str) -> bool {
    !LEFT_OUT.contains(&name)
}

/// Why a filter cannot be read.
fn unread(filter: &str, errors: &load::Errors<&str, ()>) -> String {
    let Some((_, error)) = errors.first() else { return "the filter cannot be read".to_owned() };
    match error {
        load::Error::Io(modules) => {
            let name = modules.first().map_or("", |(name, _)| name);
            format!("{}: there are no modules to import; write the filter out", place(filter, name))
        }
        load::Error::Lex(errors) => match errors.first() {
            Some((expected, found)) => expecting(filter, expected.as_str(), found),
            None => "the filter cannot be read".to_owned(),
        },
        load::Error::Parse(errors) => match errors.first() {
            Some((expected, found)) => expecting(filter, expected.as_str(), found),
            None => "the filter cannot be read".to_owned(),
        },
    }
}

fn expecting(filter: &str, expected: &str, found: &str) -> String {
    let expected = match expected {
        "nothing" => "the end of the filter or an operator such as `|`".to_owned(),
        "term" => "a value such as `.id`, `[...]` or `\"text\"`".to_owned(),
        word if word.contains(' ')
            || ["variable", "pattern", "key", "identifier", "argument", "string"].contains(&word) =>
        {
            word.to_owned()
        }
        symbol => format!("`{symbol}`"),
    };
    let hint = if filter.contains('\'') { "; texts stand in double quotes" } else { "" };
    format!("{}: expected {expected}{hint}", place(filter, found))
}

/// Why a filter names what there is not.
fn undefined(filter: &str, errors: &compile::Errors<&str, ()>, names: &[(&str, usize)]) -> String {
    let first = errors.first().and_then(|(_, errors)| errors.first());
    let Some((name, what)) = first else { return "the filter cannot be compiled".to_owned() };
    let (place, shown) = (place(filter, name), shortened(name, QUOTED));
    if !is_here(name) {
        return format!("{place}: `{shown}` is not here: a filter sees the rows and nothing else; leave it out");
    }
    let compile::Undefined::Filter(arity) = what else {
        return format!("{place}: there is no {} `{shown}`; define it before, as in `.id as $x | ...`", what.as_str());
    };
    let same: Vec<String> =
        names.iter().filter(|(known, _)| known == name).map(|(known, arity)| usage(known, *arity)).collect();
    if !same.is_empty() {
        return format!("{place}: `{shown}` takes another number of arguments than {arity}: {}", same.join(", "));
    }
    let alike = names.iter().map(|(known, arity)| ((*known).to_owned(), 0.0, usage(known, *arity)));
    let mut near = most_alike(name, alike, OFFERED);
    near.dedup();
    let offer = if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) };
    format!("{place}: there is no function `{shown}`; a field is written `.{shown}`{offer}")
}

/// How a function is written with its number of arguments.
fn usage(name: &str, arguments: usize) -> String {
    if arguments == 0 { format!("`{name}`") } else { format!("`{name}({})`", vec!["…"; arguments].join("; ")) }
}

/// Where in a filter a part of its text stands, counted in characters from 1.
fn place(filter: &str, part: &str) -> String {
    let at = (part.as_ptr() as usize).checked_sub(filter.as_ptr() as usize).filter(|at| *at <= filter.len());
    let Some(at) = at.filter(|at| filter.is_char_boundary(*at)) else { return "in the filter".to_owned() };
    if filter[at..].trim().is_empty() {
        return "at the end of the filter".to_owned();
    }
    /// Characters of the filter that are repeated.
    const REPEATED: usize = 20;
    let rest: String = filter[at..].chars().take(REPEATED).collect();
    format!("at character {}, before `{rest}`", filter[..at].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_every_kind_compile() {
        for filter in [
            ".",
            "map(.id)",
            "group_by(.board.name) | map({board: .[0].board.name, count: length})",
            "map(.dateEntered | fromdate | strftime(\"%Y-%m\"))",
            "[.[] | select(.summary | test(\"vpn\"; \"i\"))] | sort_by(-.id) | .[:5]",
            "def f: .x; map(f) | add / length",
            "map([.id, .summary] | @csv)",
            "now",
        ] {
            assert_eq!(compiled(filter).map(drop), Ok(()), "{filter}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_a_cure() {
        let why = |filter: &str| compiled(filter).map(drop).unwrap_err();
        insta::assert_snapshot!(why("map(.id"), @"at the end of the filter: expected closing parenthesis");
        insta::assert_snapshot!(why("map(.id) map(.x)"), @"at character 10, before `map(.x)`: expected the end of the filter or an operator such as `|`");
        insta::assert_snapshot!(why(".[] | select(.a == 'x')"), @"at character 20, before `'x')`: expected closing parenthesis; texts stand in double quotes");
        insta::assert_snapshot!(why("selct(.a)"), @"at character 1, before `selct(.a)`: there is no function `selct`; a field is written `.selct`; near it: `select(…)`, `split(…)`, `split(…; …)`");
        insta::assert_snapshot!(why("map(.a; .b)"), @"at character 1, before `map(.a; .b)`: `map` takes another number of arguments than 2: `map(…)`");
        insta::assert_snapshot!(why("[.[] | $ENV.HOME]"), @"at character 8, before `$ENV.HOME]`: `$ENV` is not here: a filter sees the rows and nothing else; leave it out");
        insta::assert_snapshot!(why(". | env"), @"at character 5, before `env`: `env` is not here: a filter sees the rows and nothing else; leave it out");
        insta::assert_snapshot!(why("import \"a\" as a; ."), @r#"at character 9, before `a" as a; .`: there are no modules to import; write the filter out"#);
        insta::assert_snapshot!(why("map(.x | $y)"), @"at character 10, before `$y)`: there is no variable `$y`; define it before, as in `.id as $x | ...`");
        insta::assert_snapshot!(why(" "), @"the filter is empty; write one such as `map(.id)`");
    }

    #[test]
    fn nothing_that_tells_of_the_machine_or_writes_is_there() {
        for name in LEFT_OUT {
            for filter in [name.to_owned(), format!("{name}(1)")] {
                assert!(compiled(&filter).is_err(), "{filter}");
            }
        }
    }
}
