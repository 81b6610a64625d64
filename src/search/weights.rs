//! How much does each signal count? Fitted, not chosen: `weights.json` names the judgements behind it, and
//! `cargo bench --bench relevance -- --fit --write src/search/weights.json` makes it anew.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::signals::{COUNT, Features, SIGNALS, Values};

/// The weights file of the program.
const OWN: &str = include_str!("weights.json");

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
pub fn own() -> &'static Features {
    static WEIGHTS: LazyLock<Features> = LazyLock::new(|| {
        // The file is part of the program and a test reads it: where it cannot be read, order by cosine alone.
        let file: Result<WeightsFile, _> = serde_json::from_str(OWN);
        file.map_or_else(|_| Values { cosine: 1.0, ..Values::default() }.row(), |file| file.vector())
    });
    &WEIGHTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_every_signal_and_no_other() {
        let file: WeightsFile = serde_json::from_str(OWN).unwrap();
        let named: Vec<&str> = file.weights.keys().map(String::as_str).collect();
        let mut known: Vec<&str> = SIGNALS.iter().map(|signal| signal.name).collect();
        known.sort_unstable();
        assert_eq!(named, known);
        assert_eq!(*own(), file.vector());
    }
}
