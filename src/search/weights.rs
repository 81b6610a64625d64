//! How much does each signal count? Fitted, not chosen: each file names the judgements behind it, and
//! `cargo bench --bench relevance -- --fit --write src/search/weights.json` makes it anew; for ranking by words alone it is
//! `-- --ranker keyword --fit --write src/search/keyword_weights.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::signals::{COUNT, Features, Ranker, SIGNALS, Values};

/// The weights files of the program.
const HYBRID: &str = include_str!("weights.json");
const KEYWORD: &str = include_str!("keyword_weights.json");

/// A set of weights with the judgements that it was fitted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightsFile {
    /// The judgement files behind it.
    pub judgements: Vec<JudgementRecord>,
    /// The weight of each signal, by name.
    pub weights: BTreeMap<String, f32>,
}

/// One judgement file that weights were fitted on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgementRecord {
    /// The file's name, without its folder.
    pub name: String,
    /// Number of its requests.
    pub queries: usize,
    /// BLAKE3 of its bytes, hexadecimal.
    pub blake3: String,
}

impl WeightsFile {
    /// The weights in the order of [`SIGNALS`]; a signal that is not named weighs nothing.
    pub fn vector(&self) -> Features {
        let mut vector = [0.0; COUNT];
        for (value, signal) in vector.iter_mut().zip(&SIGNALS) {
            *value = self.weights.get(signal.name).copied().unwrap_or(0.0);
        }
        vector
    }
}

/// The weights of the program.
pub fn own(ranker: Ranker) -> &'static Features {
    // The files are part of the program and a test reads them: where one cannot be read, the order is that of one signal.
    fn read(text: &str, otherwise: Values) -> Features {
        let file: Result<WeightsFile, _> = serde_json::from_str(text);
        file.map_or_else(|_| otherwise.row(), |file| file.vector())
    }
    static OF_HYBRID: LazyLock<Features> = LazyLock::new(|| read(HYBRID, Values { cosine: 1.0, ..Values::default() }));
    static OF_KEYWORD: LazyLock<Features> =
        LazyLock::new(|| read(KEYWORD, Values { everywhere: 1.0, ..Values::default() }));
    match ranker {
        Ranker::Hybrid => &OF_HYBRID,
        Ranker::Keyword => &OF_KEYWORD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_names_every_signal_of_its_ranker_and_no_other() {
        for (text, ranker) in [(HYBRID, Ranker::Hybrid), (KEYWORD, Ranker::Keyword)] {
            let file: WeightsFile = serde_json::from_str(text).unwrap();
            let named: Vec<&str> = file.weights.keys().map(String::as_str).collect();
            let mut known: Vec<&str> =
                SIGNALS.iter().filter(|signal| ranker.has(signal)).map(|signal| signal.name).collect();
            known.sort_unstable();
            assert_eq!(named, known);
            assert_eq!(*own(ranker), file.vector());
        }
    }
}
