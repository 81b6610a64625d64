//! An API or a domain is not there: which one was meant?

use crate::spelling;

/// Lists all APIs where they are few, else those whose names are nearest to `name`.
pub(crate) fn known_apis(name: &str, apis: &[String]) -> String {
    const FEW: usize = 20;
    if apis.len() <= FEW {
        return apis.join(", ");
    }
    let near = nearest_names(name, apis.iter().map(String::as_str), 5);
    let nearest = if near.is_empty() { String::new() } else { format!(", the nearest {}", near.join(", ")) };
    format!("{} APIs{nearest}", apis.len())
}

/// The domains nearest to a name, as what to do next.
pub(crate) fn known_domains<'a>(name: &str, domains: impl Iterator<Item = &'a str>) -> String {
    match nearest_names(name, domains, 5).as_slice() {
        [] => "list the domains to see their names".to_owned(),
        near => format!("the nearest are {}", near.join(", ")),
    }
}

/// The names most like a given one by spelling (Jaro-Winkler), best first; none where that is too long to be a name.
pub(crate) fn nearest_names<'a>(name: &str, known: impl Iterator<Item = &'a str>, count: usize) -> Vec<String> {
    if !spelling::is_comparable(name) {
        return Vec::new();
    }
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> =
        known.map(|other| (spelling::alike_from_the_start(&name, &other.to_lowercase()), other)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(count).map(|(_, other)| other.to_owned()).collect()
}
