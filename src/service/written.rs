//! Where may the answer of a call be written? Not among the program's own files, and into nothing that is no file.

use std::path::{Component, Path, PathBuf};

use crate::regular_file::identity;

/// Why nothing is written there; `None` where it may be. `downloads` is the one folder of `home` that is for files of APIs.
pub(super) fn refusal(to: &Path, home: &Path, downloads: &Path) -> Option<String> {
    const CURE: &str = "leave it out to have the answer printed, or name a file";
    if to.as_os_str().is_empty() {
        return Some(format!("it names no file; {CURE}"));
    }
    if to == Path::new("-") {
        return Some(format!("`-` names no file; {CURE} (`./-` for one of that name)"));
    }
    let shown = to.display();
    let metadata = std::fs::metadata(to).ok();
    if metadata.as_ref().is_some_and(|found| !found.is_dir() && !found.is_file()) {
        return Some(format!("`{shown}` is a device or a pipe, and no file; {CURE}"));
    }
    if is_same(&real(to), downloads) {
        return None;
    }
    let folder = if metadata.is_some_and(|found| found.is_dir()) { to } else { to.parent().unwrap_or(to) };
    let folder = real(folder);
    let nearest = folder.ancestors().find_map(|above| match () {
        () if is_same(above, downloads) => Some(false),
        () if is_same(above, home) => Some(true),
        () => None,
    });
    (nearest == Some(true)).then(|| {
        let downloads = downloads.display();
        format!(
            "`{shown}` is among the program's own files; name a place outside of {}, or in {downloads}",
            home.display()
        )
    })
}

/// Whether a real path is that of a folder, by whatever name.
fn is_same(path: &Path, folder: &Path) -> bool {
    path == real(folder) || identity(path).is_some_and(|own| identity(folder) == Some(own))
}

/// A path without links, of which the end need not be there yet: what is missing is made as it is written.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut real = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::ParentDir => {
                real.pop();
            }
            Component::Normal(name) => {
                real.push(name);
                real = real.canonicalize().unwrap_or(real);
            }
            other => real.push(other),
        }
    }
    real
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_written_beside_the_programs_files_and_not_among_them() {
        let all = tempfile::tempdir().unwrap();
        let at = |path: &str| all.path().join(path);
        std::fs::create_dir_all(at("home/logs")).unwrap();
        std::fs::create_dir_all(at("other")).unwrap();
        let refused = |to: &Path| refusal(to, &at("home"), &at("home/downloads"));
        for path in ["other", "other/a.json", "new/deep/a", "home/downloads", "home/downloads/a", "homes", "home.json"]
        {
            assert_eq!(refused(&at(path)), None, "{path}");
        }
        for path in [
            "home",
            "home/lexicon.toml",
            "home/new/a",
            "home/logs",
            "home/logs/audit.jsonl",
            "other/../home/a",
            "missing/../home/a",
            "home/downloads/../a",
        ] {
            let why = refused(&at(path)).unwrap_or_default();
            assert!(why.contains("the program's own files") && why.contains("downloads"), "{path}: {why}");
        }
        assert_eq!(refused(Path::new("a.json")), None);
    }

    #[test]
    fn what_is_no_file_is_refused_with_what_to_do() {
        for to in ["-", ""] {
            let why = refusal(Path::new(to), Path::new("/h"), Path::new("/h/downloads")).unwrap_or_default();
            assert!(why.contains("names no file") && why.contains("leave it out"), "{to}: {why}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn neither_a_link_nor_a_device_hides_where_an_answer_goes() {
        use std::os::unix::fs::symlink;
        let all = tempfile::tempdir().unwrap();
        let at = |path: &str| all.path().join(path);
        std::fs::create_dir_all(at("home/logs")).unwrap();
        symlink(at("home/logs"), at("link")).unwrap();
        symlink(at("home"), at("named")).unwrap();
        let refused = |to: &Path, home: &str| refusal(to, &at(home), &at(home).join("downloads"));
        for path in ["link", "link/a", "link/../a", "named/a", "home/a"] {
            assert!(refused(&at(path), "home").is_some() && refused(&at(path), "named").is_some(), "{path}");
        }
        assert_eq!(refused(&at("named/downloads/a"), "home"), None);
        let why = refused(Path::new("/dev/null"), "home").unwrap_or_default();
        assert!(why.contains("is a device"), "{why}");
    }
}
