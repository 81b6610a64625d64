//! Can anything be sent with the limits of calls, and from the folders of uploads?

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Area, Finding, Grade};
use crate::service::Service;
use crate::settings_file::SettingsFile;

/// Checks the settings at the top of the configuration file that calls are made with.
pub(super) fn check(service: &Service) -> Vec<Finding> {
    let calls = &service.options().calls;
    let client = &calls.client;
    let mut findings = of_limits(
        [
            ("timeout_s", client.timeout == Duration::ZERO),
            ("connect_timeout_s", client.connect_timeout == Duration::ZERO),
            ("attempts", client.attempts == 0),
            ("rate_per_minute", client.rate_per_minute == 0),
            ("max_download_bytes", client.most_download_bytes == 0),
        ],
        &calls.file,
    );
    findings.extend(calls.upload_folders.iter().filter_map(|folder| of_folder(folder, &calls.file)));
    findings
}

/// Reports the settings that are 0, each with what that does.
fn of_limits(are_zero: [(&str, bool); 5], file: &SettingsFile) -> Vec<Finding> {
    let finding = |(name, _): (&str, bool)| {
        let (grade, detail, right) = match name {
            "attempts" => (Grade::Warning, "0 is taken for 1: each request is sent once", "1"),
            "rate_per_minute" => (Grade::Warning, "0 is taken for 1: a call waits a minute for the one before", "900"),
            "max_download_bytes" => (Grade::Fault, "0 keeps no file that is downloaded", "2147483648"),
            "connect_timeout_s" => {
                (Grade::Fault, "0 seconds are over before a connection comes about, so every call fails", "10")
            }
            _ => (Grade::Fault, "0 seconds are over before an answer can come, so every call fails", "60"),
        };
        let cure = format!("write `{name} = {right}` in {file}, or leave it out, which means the default");
        Finding::bad(Area::Configuration, grade, name, detail, cure)
    };
    are_zero.into_iter().filter(|(_, is_zero)| *is_zero).map(finding).collect()
}

/// Reports a folder of uploads that is none, or from which everything may be taken.
fn of_folder(folder: &Path, file: &SettingsFile) -> Option<Finding> {
    const NAME: &str = "upload_folders";
    let bad =
        |detail: String, cure: String| Some(Finding::bad(Area::Configuration, Grade::Warning, NAME, detail, cure));
    let real: Option<PathBuf> = folder.canonicalize().ok().filter(|real| real.is_dir());
    let shown = folder.display();
    match real {
        None => bad(
            format!("`{shown}` is no folder here, so no file can be taken from it"),
            format!("make the folder, or write one that there is, as a whole path, in `{NAME}` of {file}"),
        ),
        Some(real) if real.parent().is_none() => bad(
            format!(
                "`{shown}` is this whole machine: a client may send any file of it to an API, keys and passwords too"
            ),
            format!("write the folder alone that files are sent from, in `{NAME}` of {file}"),
        ),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_zero_are_named_with_what_to_write() {
        let names = ["timeout_s", "connect_timeout_s", "attempts", "rate_per_minute", "max_download_bytes"];
        let file = SettingsFile::default();
        assert_eq!(of_limits(names.map(|name| (name, false)), &file), []);
        for finding in of_limits(names.map(|name| (name, true)), &file) {
            assert!(finding.cure.unwrap().starts_with(&format!("write `{} = ", finding.name)), "{}", finding.name);
        }
    }

    #[test]
    fn folders_of_uploads_are_there_and_not_everything() {
        let (file, folder) = (SettingsFile::default(), tempfile::tempdir().unwrap());
        let detail = |path: &Path| of_folder(path, &file).map(|finding| finding.detail).unwrap_or_default();
        assert_eq!(detail(folder.path()), "");
        assert!(detail(&folder.path().join("none")).contains("no folder here"));
        let root = folder.path().ancestors().last().unwrap();
        assert!(detail(root).contains("whole machine"));
    }
}
