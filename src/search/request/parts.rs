//! Which clauses does a long request have?

use super::tables::TABLES;
use super::words::MOST_WORDS;
use crate::document::words::{is_stop_word, split, stem};

/// Words from which on a request may have several parts.
const WORDS_OF_MANY_PARTS: usize = 25;

/// The clauses of a long request, each with a verb in front; the whole where it is short or has fewer than three.
pub(in crate::search) fn parts(text: &str) -> Vec<String> {
    if text.split_whitespace().count() < WORDS_OF_MANY_PARTS {
        return vec![text.to_owned()];
    }
    let mut chunks: Vec<String> = Vec::new();
    let mut chunk: Vec<&str> = Vec::new();
    let mut words = text.split_whitespace().take(MOST_WORDS).peekable();
    let mut close = |chunk: &mut Vec<&str>| {
        if !chunk.is_empty() {
            chunks.push(std::mem::take(chunk).join(" "));
        }
    };
    while let Some(word) = words.next() {
        match word.to_lowercase().as_str() {
            "and" | "then" | "also" | "finally" | "or" => close(&mut chunk),
            "along" if words.peek() == Some(&"with") => {
                words.next();
                close(&mut chunk);
            }
            _ => {
                let ends = word.ends_with([',', ';', '.', ':']);
                chunk.push(word.trim_end_matches([',', ';', '.', ':']));
                if ends {
                    close(&mut chunk);
                }
            }
        }
    }
    close(&mut chunk);
    let mut out: Vec<String> = Vec::new();
    for chunk in chunks {
        let words = split(&chunk);
        let content = words.iter().filter(|word| !is_stop_word(word)).count();
        let verb = words.iter().find(|word| !TABLES.leads(word) && !is_stop_word(word) && !word.ends_with("ly"));
        let begins_with_verb = verb.is_some_and(|word| {
            let stem = stem(word);
            TABLES.verb(&stem).is_some() || TABLES.action_stems.contains(&stem)
        });
        match out.last_mut() {
            Some(last) if !(begins_with_verb && content >= 2) && content < 4 => {
                last.push_str(", ");
                last.push_str(&chunk);
            }
            _ => out.push(chunk),
        }
    }
    if out.len() >= 3 { out } else { vec![text.to_owned()] }
}
