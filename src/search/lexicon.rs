//! Which of the API's words does a word of the trade mean?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::document::words::{split, stem};
use crate::text_file;

/// The lexicon of the program.
const OWN: &str = include_str!("lexicon.toml");

/// Phrases are no longer than this many words.
pub(super) const LONGEST_PHRASE: usize = 3;

/// An error of reading a user's lexicon.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LexiconError {
    /// The file cannot be read.
    #[error("cannot read the lexicon {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The file is no lexicon.
    #[error(
        "the lexicon {} is wrong: {reason}; it has [abbreviations] and [[trade]] sections with `apis` and [trade.words]",
        path.display()
    )]
    Parse {
        /// Path of the file.
        path: PathBuf,
        /// Line, column and fault, in the words of the TOML reader.
        reason: String,
    },
}

/// The content of one lexicon file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    abbreviations: BTreeMap<String, String>,
    trade: Vec<Trade>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Trade {
    /// A heading for people; the program does not use it.
    #[allow(dead_code, reason = "a section without a name would be hard to talk about")]
    name: String,
    apis: Vec<String>,
    words: BTreeMap<String, String>,
}

/// The meaning of a phrase of the trade, in the API's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The API's words as written in the lexicon, for the text that is embedded.
    pub words: String,
    /// Their stems, without those of the phrase itself.
    pub stems: Vec<String>,
}

/// The entries that hold for one catalogue.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    abbreviations: HashMap<String, Vec<String>>,
    /// The meanings by the stems of their phrases, joined by spaces.
    meanings: HashMap<String, Meaning>,
    /// Phrases of one word as they are written, sorted.
    words: BTreeSet<String>,
}

impl Lexicon {
    /// The program's lexicon, and a user's where the file exists, as far as they hold for APIs of these titles.
    ///
    /// # Errors
    /// [`LexiconError`] for the user's file.
    pub fn load(titles: &[String], user: Option<&Path>) -> Result<Self, LexiconError> {
        let mut lexicon = Self::default();
        let parse = |text: &str, path: &Path| -> Result<File, LexiconError> {
            toml::from_str(text)
                .map_err(|error| LexiconError::Parse { path: path.to_owned(), reason: error.to_string() })
        };
        lexicon.add(&parse(OWN, Path::new("inside the program"))?, titles);
        if let Some(path) = user {
            match text_file::read(path) {
                Ok(text) => lexicon.add(&parse(&text, path)?, titles),
                Err(error) if text_file::is_absent(&error) => {}
                Err(source) => return Err(LexiconError::Read { path: path.to_owned(), source }),
            }
        }
        Ok(lexicon)
    }

    fn add(&mut self, file: &File, titles: &[String]) {
        for (short, long) in &file.abbreviations {
            self.abbreviations.insert(short.to_lowercase(), split(long));
        }
        for trade in &file.trade {
            let named = |api: &String| titles.iter().any(|title| title.to_lowercase().contains(&api.to_lowercase()));
            if !trade.apis.is_empty() && !trade.apis.iter().any(named) {
                continue;
            }
            for (words, phrases) in &trade.words {
                for phrase in phrases.split(',') {
                    let written = split(phrase);
                    let key: Vec<String> = written.iter().map(|word| stem(word)).collect();
                    if key.is_empty() || key.len() > LONGEST_PHRASE {
                        continue;
                    }
                    if let [word] = written.as_slice() {
                        self.words.insert(word.clone());
                    }
                    let meaning = self.meanings.entry(key.join(" ")).or_default();
                    let stems = split(words).into_iter().map(|word| stem(&word)).filter(|stem| !key.contains(stem));
                    for stem in stems {
                        if !meaning.stems.contains(&stem) {
                            meaning.stems.push(stem);
                        }
                    }
                    // The last file has the word in the text that is embedded: two readings in one blur both.
                    meaning.words.clone_from(words);
                }
            }
        }
    }

    /// The words that an abbreviation stands for.
    pub fn abbreviation(&self, word: &str) -> Option<&[String]> {
        self.abbreviations.get(word).map(Vec::as_slice)
    }

    /// The phrases of one word, as they are written.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The meaning of a phrase, which is given by its stems joined by spaces.
    pub fn meaning(&self, stems: &str) -> Option<&Meaning> {
        self.meanings.get(stems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(title: &str) -> Vec<String> {
        vec![title.to_owned()]
    }

    #[test]
    fn trade_words_hold_for_the_apis_they_name_and_abbreviations_for_all() {
        let connectwise = Lexicon::load(&titles("ConnectWise PSA (Manage) API"), None).unwrap();
        assert_eq!(connectwise.meaning("technician").unwrap().stems, ["member"]);
        assert_eq!(connectwise.meaning("purchase order"), None);
        let other = Lexicon::load(&titles("Petstore"), None).unwrap();
        assert_eq!(other.meaning("technician"), None);
        assert_eq!(other.abbreviation("udf").unwrap(), ["user", "defined", "field"]);
    }

    #[test]
    fn users_add_and_correct_entries() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lexicon.toml");
        std::fs::write(&path, "[[trade]]\n[trade.words]\n\"service ticket\" = \"ping, bug report\"\n").unwrap();
        let lexicon = Lexicon::load(&titles("Any"), Some(&path)).unwrap();
        assert_eq!(lexicon.meaning(&format!("bug {}", stem("report"))).unwrap().words, "service ticket");
        std::fs::write(&path, "[trades]\n").unwrap();
        let text = Lexicon::load(&titles("Any"), Some(&path)).unwrap_err().to_string();
        assert!(text.contains("lexicon.toml") && text.contains("trades"), "{text}");
    }
}
