//! Which name was meant that is not there?

/// All names where they are few, else the nearest to one.
pub fn known_apis(name: &str, apis: &[String]) -> String {
    const FEW: usize = 20;
    if apis.len() <= FEW {
        return apis.join(", ");
    }
    let near = nearest_names(name, apis.iter().map(String::as_str), 5);
    format!("{} APIs, the nearest {}", apis.len(), near.join(", "))
}

/// The names most like a given one by spelling (Jaro-Winkler), best first.
pub fn nearest_names<'a>(name: &str, known: impl Iterator<Item = &'a str>, count: usize) -> Vec<String> {
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> =
        known.map(|other| (strsim::jaro_winkler(&name, &other.to_lowercase()), other)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(count).map(|(_, other)| other.to_owned()).collect()
}
