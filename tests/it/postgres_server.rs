//! A PostgreSQL server of a test's own: in a temporary folder, on a loopback port, as a user without privileges.
//!
//! Unit tests have this file too. Where no server is installed, a test that needs one says that it was skipped and passes, unless
//! `CW_ORCHESTRATOR_TEST_POSTGRES=required`, which `scripts/test --strict` sets.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Says whether tests must not be skipped for want of a server.
const VARIABLE: &str = "CW_ORCHESTRATOR_TEST_POSTGRES";

/// The user and group whom the server runs as where the tests run as root, which PostgreSQL refuses: `nobody`.
const NOBODY: u32 = 65_534;

/// Starts the server, and stops it and removes its folder when the pipe is closed, however the test's process ends.
const KEEPER: &str = r#"
folder=$1; bin=$2; port=$3
"$bin/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 \
    >>"$folder/log" 2>&1 &
server=$!
echo started
read -r how || how=end
case $how in
    now) kill -QUIT $server ;;
    *) kill -INT $server ;;
esac
wait $server
[ "$how" = end ] && rm -rf "$folder"
exit 0
"#;

/// A server. It ends with its handle, or with the process that has it.
pub(crate) struct PostgresServer {
    bin: PathBuf,
    folder: PathBuf,
    pub(crate) port: u16,
    keeper: Option<Child>,
    databases: AtomicU32,
}

impl PostgresServer {
    /// The server that the tests of this process share; `None` where none is installed, which is said.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<PostgresServer>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server of one test's own, which it may stop; `None` where none is installed, which is said.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = binaries() else {
            let why = "no PostgreSQL server is installed (Debian: postgresql)";
            assert!(std::env::var(VARIABLE).as_deref() != Ok("required"), "{why}");
            eprintln!("skipped: {why}");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("cw-postgres-").tempdir().unwrap().keep();
        give_away(&folder);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { bin, folder, port, keeper: None, databases: AtomicU32::new(0) };
        let mut command = server.command("initdb");
        command.arg("-D").arg(server.folder.join("data"));
        server.run(command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
        let mut server = server;
        server.resume();
        Some(server)
    }

    /// Starts it again after [`Self::pause`], and waits until it answers.
    pub(crate) fn resume(&mut self) {
        let mut command = Command::new("sh");
        as_nobody(command.arg("-c").arg(KEEPER).arg("keeper"));
        command.arg(&self.folder).arg(&self.bin).arg(self.port.to_string());
        let mut keeper = command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        self.keeper = Some(keeper);
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let mut command = self.command("pg_isready");
            if command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]).output().unwrap().status.success() {
                return;
            }
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "the server does not start: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops it at once, as if its process were killed; what was committed is on its disk.
    pub(crate) fn pause(&mut self) {
        self.stop("now\n");
    }

    fn stop(&mut self, how: &str) {
        use std::io::Write;
        let Some(mut keeper) = self.keeper.take() else { return };
        // Where it is gone already there is nobody to tell.
        let _ = keeper.stdin.take().unwrap().write_all(how.as_bytes());
        keeper.wait().unwrap();
    }

    /// The URL of a new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut command = self.command("createdb");
        self.run(command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "postgres", &name]));
        format!("postgres://postgres:word-of-passage@127.0.0.1:{}/{name}", self.port)
    }

    /// What a statement gives in a database, a row a line.
    #[allow(dead_code, reason = "not every test that has this file asks")]
    pub(crate) fn asked(&self, url: &str, sql: &str) -> String {
        let output = self
            .command("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, url])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        as_nobody(&mut command);
        command.current_dir("/");
        command
    }

    fn run(&self, command: &mut Command) {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop("end\n");
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of a server's programs, the newest of several.
fn binaries() -> Option<PathBuf> {
    let has = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).filter(has).collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.pop().or_else(|| std::env::split_paths(&path).find(has))
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|of_process| of_process.uid() == 0)
}

#[cfg(unix)]
fn give_away(folder: &Path) {
    if is_root() {
        std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

#[cfg(unix)]
fn as_nobody(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

#[cfg(not(unix))]
fn give_away(_folder: &Path) {}

#[cfg(not(unix))]
fn as_nobody(_command: &mut Command) {}
