//! Where may the answer of a call be written? Not among the program's own files, and into nothing that is no file.

use std::path::{Component, Path, PathBuf};

use crate::regular_file::identity;

/// Folders on the way from one to the root, as many as any system has.
const MOST_ABOVE: usize = 4_096;

/// The folder of the program's own files, and the one in it that is for files of APIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFiles {
    /// The program's home folder.
    pub home: PathBuf,
    /// Where downloads go.
    pub downloads: PathBuf,
}

impl OwnFiles {
    /// Why nothing is written to a place; `None` where it may be, as far as can be seen before it is.
    pub(crate) fn refusal(&self, to: &Path) -> Option<String> {
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
        if is_same(&real(to), &self.downloads) {
            return None;
        }
        let folder = if metadata.is_some_and(|found| found.is_dir()) { to } else { to.parent().unwrap_or(to) };
        let folder = real(folder);
        self.are_first(folder.ancestors().map(Path::to_owned)).then(|| self.among(to))
    }

    /// Whether a folder that is there, and is not reached by a link, is among the program's own. Each folder above it is asked for by
    /// itself, so it does not count by which way it is known.
    pub(super) fn hold(&self, folder: &Path) -> bool {
        let above = std::iter::successors(Some(folder.to_owned()), |folder| {
            let above = folder.join("..");
            (identity(&above) != identity(folder)).then_some(above)
        });
        self.are_first(above.take(MOST_ABOVE))
    }

    /// Whether, of these folders from the inside out, the program's comes before that of downloads.
    fn are_first(&self, mut folders: impl Iterator<Item = PathBuf>) -> bool {
        let nearest = folders.find_map(|folder| match () {
            () if is_same(&folder, &self.downloads) => Some(false),
            () if is_same(&folder, &self.home) => Some(true),
            () => None,
        });
        nearest == Some(true)
    }

    /// That a place is among the program's own files.
    fn among(&self, to: &Path) -> String {
        format!("`{}` is among the program's own files; {}", to.display(), self.elsewhere())
    }

    /// Which place to name instead.
    pub(super) fn elsewhere(&self) -> String {
        let Self { home, downloads } = self;
        format!("name a place outside of {}, or in {}", home.display(), downloads.display())
    }
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
        let own = OwnFiles { home: at("home"), downloads: at("home/downloads") };
        let refused = |to: &Path| own.refusal(to);
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
            let own = OwnFiles { home: "/h".into(), downloads: "/h/downloads".into() };
            let why = own.refusal(Path::new(to)).unwrap_or_default();
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
        let own = |home: &str| OwnFiles { home: at(home), downloads: at(home).join("downloads") };
        let refused = |to: &Path, home: &str| own(home).refusal(to);
        for (path, is_own) in [("home/logs", true), ("home", true), ("link", true), ("named", true), (".", false)] {
            assert_eq!(own("home").hold(&at(path).canonicalize().unwrap()), is_own, "{path}");
        }
        for path in ["link", "link/a", "link/../a", "named/a", "home/a"] {
            assert!(refused(&at(path), "home").is_some() && refused(&at(path), "named").is_some(), "{path}");
        }
        assert_eq!(refused(&at("named/downloads/a"), "home"), None);
        let why = refused(Path::new("/dev/null"), "home").unwrap_or_default();
        assert!(why.contains("is a device"), "{why}");
    }
}
