//! The commands of a document, and whether what they print is what stands there.

use std::ops::Range;

/// What stands for any text of a line, or alone for any lines.
const ANY: &str = "…";

/// How far two scores may lie apart: processors round differently.
const SCORES: f64 = 0.01;

/// A command of a document and the lines that follow it there.
#[derive(Debug, PartialEq)]
pub struct Shown {
    /// What is typed.
    pub command: String,
    /// The lines of the document with what it prints, from 0.
    pub output: Range<usize>,
}

/// Finds the commands of all blocks called `console`.
pub fn commands(text: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut fence = None;
    for (at, line) in text.lines().enumerate() {
        if let Some(kind) = line.strip_prefix("```") {
            fence = if fence.is_some() { None } else { Some(kind.trim()) };
        } else if fence == Some("console") {
            match (line.strip_prefix("$ "), found.last_mut()) {
                (Some(command), _) => {
                    found.push(Shown { command: command.to_owned(), output: at + 1..at + 1 });
                }
                (None, Some(last)) if last.output.end == at => last.output.end = at + 1,
                (None, _) => panic!("line {}: a block called console begins with `$ `", at + 1),
            }
        }
    }
    found
}

/// Tells whether what was printed is what stands in the document.
pub fn agree(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line.trim() == ANY => (0..=printed.len()).any(|skipped| agree(rest, &printed[skipped..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| lines_agree(line, first) && agree(rest, others))
        }
    }
}

fn lines_agree(shown: &str, printed: &str) -> bool {
    let pieces: Vec<&str> = shown.split(ANY).collect();
    let [first, middle @ .., last] = pieces.as_slice() else { return words_agree(shown, printed) };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// Compares words, so that scores may differ by little; what stands between them must be as wide.
fn words_agree(shown: &str, printed: &str) -> bool {
    let score = |word: &str| word.starts_with("0.").then(|| word.parse::<f64>().ok()).flatten();
    let same = |pair: (&str, &str)| match (score(pair.0), score(pair.1)) {
        (Some(a), Some(b)) => (a - b).abs() < SCORES,
        _ => pair.0 == pair.1,
    };
    shown.len() == printed.len()
        && shown.split(' ').count() == printed.split(' ').count()
        && shown.split(' ').zip(printed.split(' ')).all(same)
}

/// What is to stand in the document: what was printed, but for text and lines that were left out before.
pub fn blessed(shown: &[&str], printed: &[&str]) -> Vec<String> {
    let any = |line: &&str| line.trim() == ANY;
    if agree(shown, printed) {
        return shown.iter().map(|line| (*line).to_owned()).collect();
    }
    let partly: Vec<&str> = shown.iter().copied().filter(|line| line.contains(ANY) && !any(line)).collect();
    let owned = |lines: &[&str]| -> Vec<String> {
        let kept = lines.iter().map(|line| partly.iter().find(|known| lines_agree(known, line)).unwrap_or(line));
        kept.map(|line| (*line).to_owned()).collect()
    };
    let (Some(head), Some(tail)) = (shown.iter().position(any), shown.iter().rev().position(any)) else {
        return owned(printed);
    };
    if head + tail >= printed.len() {
        return owned(printed);
    }
    let mut lines = owned(&printed[..head]);
    lines.push(ANY.to_owned());
    lines.extend(owned(&printed[printed.len() - tail..]));
    lines
}

#[test]
fn commands_are_those_of_console_blocks_alone() {
    let text = "a\n```sh\n$ no\n```\n```console\n$ one\nx\n\n$ two\n```\n$ no\n```console\n$ three\ny\n```\n";
    let found: Vec<_> = commands(text).into_iter().map(|shown| (shown.command, shown.output)).collect();
    assert_eq!(found, [("one".to_owned(), 6..8), ("two".to_owned(), 9..9), ("three".to_owned(), 13..14)]);
}

#[test]
fn an_ellipsis_stands_for_text_or_lines_and_scores_may_differ_a_little() {
    let agrees =
        |shown: &str, printed: &str| agree(&shown.lines().collect::<Vec<_>>(), &printed.lines().collect::<Vec<_>>());
    assert!(agrees("a\n…\nd", "a\nb\nc\nd") && agrees("a\n…", "a") && agrees("in … ms", "in 61 ms"));
    assert!(!agrees("a\n…\nd", "a\nb") && !agrees("in … ms", "in 61 s") && !agrees("a", "a\nb"));
    assert!(agrees(" 1  0.676  GET", " 1  0.677  GET") && !agrees(" 1  0.676  GET", " 1  0.776  GET"));
    assert!(!agrees("1 0.676 GET", "1  0.676 GET"));
}

#[test]
fn what_is_blessed_agrees_and_leaves_out_what_was_left_out() {
    let (shown, printed) = (["old", "…", "end"], ["new", "1", "2", "END"]);
    assert_eq!(blessed(&shown, &printed), ["new", "…", "END"]);
    assert_eq!(blessed(&["n…"], &["new"]), ["n…"]);
    assert_eq!(blessed(&["took … ms", "old"], &["new", "took 3 ms"]), ["new", "took … ms"]);
    assert_eq!(blessed(&["old"], &["new", "more"]), ["new", "more"]);
}
