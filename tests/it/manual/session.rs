//! A reader at a terminal: an empty home with the index of the built-in manifest, the program on the PATH, an API on loopback.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{api, blocks, read, root};
use crate::api::{Api, CLIENT_ID, PRIVATE, PUBLIC};
use crate::util::{copy, models, shared};

/// Columns of the terminal: what README blocks show without a bar to scroll.
const COLUMNS: usize = 100;

/// The site that the documents call; the API on loopback stands in for it.
const SITE: &str = "https://api-na.myconnectwise.net";

/// Tells whether the documents are to be written anew.
fn is_blessing() -> bool {
    std::env::var_os("CW_ORCHESTRATOR_BLESS").is_some()
}

struct Session {
    home: tempfile::TempDir,
    api: Api,
}

impl Session {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join(".local/share/cw-orchestrator");
        copy(&shared().join("index"), &data.join("index"));
        // As the program makes it, for its user alone.
        std::fs::set_permissions(&data, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let (bin, work) = (home.path().join("bin"), home.path().join("work"));
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cw-orchestrator"), bin.join("cw-orchestrator")).unwrap();
        copy(&root().join("tests/data/manual"), &work);
        Self { home, api: Api::answering(api::respond) }
    }

    /// What the terminal shows for a command, line by line.
    fn run(&self, command: &str, columns: usize) -> Vec<String> {
        let script = self.home.path().join("command.sh");
        std::fs::write(&script, format!("stty cols {columns} rows 50 -echo\n{command}\n")).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("script")
            .args(["--quiet", "--command"])
            .arg(format!("sh '{}'", script.display()))
            .arg("/dev/null")
            .current_dir(self.home.path().join("work"))
            .env_clear()
            .env("PATH", format!("{}:{path}", self.home.path().join("bin").display()))
            .env("HOME", self.home.path())
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .env("PAGER", "cat")
            .env("CW_ORCHESTRATOR_MODELS", models())
            .env("CONNECTWISE_API_URL", self.api.url())
            .env("CONNECTWISE_COMPANY_ID", "acme")
            .env("CONNECTWISE_PUBLIC_KEY", PUBLIC)
            .env("CONNECTWISE_PRIVATE_KEY", PRIVATE)
            .env("CONNECTWISE_CLIENT_ID", CLIENT_ID)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("`script`, of util-linux, gives a command a terminal: {error}"));
        let text = String::from_utf8(output.stdout).unwrap();
        let site = self.api.url().replace(crate::api::BASE, "");
        let text = text.replace(&site, SITE).replace(site.trim_start_matches("http://"), &SITE[8..]);
        let text = text.replace(self.home.path().to_str().unwrap(), "~");
        text.lines().map(last_state).collect()
    }
}

/// A line as it is seen at the end: without what was written over, and without what moves the cursor or colours.
fn last_state(line: &str) -> String {
    let seen = line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
    let mut parts = seen.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A control sequence is `[`, parameters, and one letter.
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        plain.push_str(&part[end..]);
    }
    plain.trim_end().to_owned()
}

/// Runs every command of a document. With `CW_ORCHESTRATOR_BLESS` what they show is written into it.
pub fn check(path: &Path) {
    let text = read(path);
    let lines: Vec<&str> = text.lines().collect();
    let session = Session::new();
    let mut blessed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let mut faults = Vec::new();
    let ran: Vec<_> = blocks::commands(&text)
        .into_iter()
        .map(|shown| {
            let printed = session.run(&shown.command, COLUMNS);
            (shown, printed)
        })
        .collect();
    // From the last to the first, so that the lines before keep their numbers.
    for (shown, printed) in ran.into_iter().rev() {
        let printed: Vec<&str> = printed.iter().map(String::as_str).collect();
        let expected = &lines[shown.output.clone()];
        if !blocks::agree(expected, &printed) {
            faults.push(fault(path, shown.output.start, &shown.command, expected, &printed));
        }
        blessed.splice(shown.output.clone(), blocks::blessed(expected, &printed));
    }
    if is_blessing() {
        let new = blessed.join("\n") + "\n";
        if new != text {
            std::fs::write(root().join(path), new).unwrap();
        }
        return;
    }
    faults.reverse();
    assert!(
        faults.is_empty(),
        "{}\nCW_ORCHESTRATOR_BLESS=1 writes what is printed into the documents.",
        faults.join("\n")
    );
}

fn fault(path: &Path, line: usize, command: &str, expected: &[&str], printed: &[&str]) -> String {
    let mut text = format!("{}:{line}: $ {command}\n", path.display());
    for (sign, lines, others) in [('-', expected, printed), ('+', printed, expected)] {
        for line in lines {
            let sign = if others.contains(line) { ' ' } else { sign };
            text += &format!("{sign} {line}\n");
        }
    }
    text
}

/// Runs the command that a picture of `scripts/picture` shows, and compares the lines.
pub fn check_picture(path: &Path) {
    let picture = read(path);
    let between = |text: &str, before: &str, after: &str| {
        let start =
            text.find(before).map(|at| at + before.len()).unwrap_or_else(|| panic!("no {before} in the picture"));
        text[start..].split(after).next().unwrap_or_default().to_owned()
    };
    let command = unescaped(&between(&picture, "<title>", "</title>"));
    let columns: usize = between(&picture, "data-columns=\"", "\"").parse().unwrap();
    let shown: Vec<String> = picture
        .lines()
        .filter(|line| line.starts_with("<text class=\"line\""))
        .map(|line| {
            let text = line.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
            unescaped(&text.collect::<String>()).trim_end().to_owned()
        })
        .collect();
    let printed = Session::new().run(&command, columns);
    if is_blessing() {
        return make_picture(path);
    }
    let [shown, printed] = [&shown, &printed].map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(
        blocks::agree(&shown, &printed),
        "{}`scripts/picture` makes it anew",
        fault(path, 1, &command, &shown, &printed)
    );
}

fn make_picture(path: &Path) {
    let home = Session::new().home;
    let mut make = Command::new("python3");
    make.arg(root().join("scripts/picture")).arg("--program").arg(env!("CARGO_BIN_EXE_cw-orchestrator"));
    make.arg("--out").arg(root().join(path)).env("HOME", home.path()).env("CW_ORCHESTRATOR_MODELS", models());
    assert!(make.status().unwrap().success());
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
