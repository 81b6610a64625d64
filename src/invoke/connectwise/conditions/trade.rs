//! What do people call the fields of an API, in the words of its trade?

use std::sync::LazyLock;

use serde::Deserialize;

const OWN: &str = include_str!("trade.toml");

/// A phrase that people write, and the words in the names of the fields that they may mean by it, best first.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Called(pub String, pub Vec<String>);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    trade: Vec<Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    apis: Vec<String>,
    called: Vec<Called>,
}

// The file is part of the program: a test reads it, so nothing is lost here.
static FILE: LazyLock<File> = LazyLock::new(|| toml::from_str(OWN).unwrap_or_default());

/// The phrases that hold for the API of this title, in the order in which they are tried; empty where there are none.
pub fn called_in(title: &str) -> &'static [Called] {
    let title = title.to_lowercase();
    let section = FILE.trade.iter().find(|section| section.apis.iter().any(|api| title.contains(&api.to_lowercase())));
    section.map_or(&[], |section| &section.called)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrases_are_of_one_trade_and_none_hides_another() {
        toml::from_str::<File>(OWN).unwrap();
        let called = called_in("ConnectWise PSA");
        assert!(called.iter().any(|Called(phrase, _)| phrase == "assignee"));
        for (at, Called(phrase, fields)) in called.iter().enumerate() {
            let hides = |Called(before, _): &&Called| format!(" {phrase} ").contains(&format!(" {before} "));
            assert_eq!(called[..at].iter().find(hides), None, "{phrase}");
            assert!(!fields.is_empty(), "{phrase}");
        }
        assert_eq!(called_in("Pet Store"), []);
    }
}
