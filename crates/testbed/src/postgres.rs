//! A PostgreSQL server of one's own.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The one user of the server, who may do everything.
const USER: &str = "palisade";

/// How long a server may take to start.
const START: Duration = Duration::from_secs(30);

/// How a server is set up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setup<'a> {
    /// Listens on loopback too, with TLS alone.
    pub tls: Option<Tls<'a>>,
    /// What is asked of who comes by TCP.
    pub password: Option<&'a str>,
    /// Further settings, as `postgresql.conf` has them.
    pub settings: &'a [(&'a str, &'a str)],
    /// Where the data goes; a temporary directory without.
    pub below: Option<&'a Path>,
}

/// A certificate with its key, as PEM.
#[derive(Debug, Clone, Copy)]
pub struct Tls<'a> {
    /// The certificate.
    pub certificate: &'a str,
    /// Its key.
    pub key: &'a str,
}

/// A server that runs for as long as this is kept.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    dir: PathBuf,
    port: u16,
    made: AtomicU32,
    watch: Child,
    /// Closed, it ends the server.
    alive: Option<ChildStdin>,
}

/// The URL of a new, empty database on the server that the tests of this process share.
///
/// # Panics
/// When PostgreSQL is missing or does not start.
#[expect(clippy::panic, reason = "tests fail by panicking")]
pub fn postgres() -> String {
    static SHARED: OnceLock<Result<Postgres, String>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| Postgres::start(&Setup::default()));
    match shared.as_ref().map_err(Clone::clone).and_then(Postgres::database) {
        Ok(url) => url,
        Err(error) => panic!("{error}"),
    }
}

impl Postgres {
    /// Starts a server.
    ///
    /// # Errors
    /// When PostgreSQL is missing or does not start.
    pub fn start(setup: &Setup<'_>) -> Result<Self, String> {
        let programs = programs()?;
        let mut dir = tempfile::Builder::new();
        let dir = dir.prefix("palisade-pg-");
        let dir = match setup.below {
            Some(below) => dir.tempdir_in(below),
            None => dir.tempdir(),
        };
        // The watch removes it: it lives longer than this process.
        let dir = dir.map_err(|error| format!("no temporary directory: {error}"))?.keep();
        let user = servant(&dir)?;
        let said = |command: &mut Command| -> Result<(), String> {
            user.map(|(uid, gid)| command.uid(uid).gid(gid));
            let output = command.current_dir(&dir).output().map_err(|error| error.to_string())?;
            if output.status.success() {
                return Ok(());
            }
            Err(format!("PostgreSQL cannot be started: {}", String::from_utf8_lossy(&output.stderr)))
        };
        let private = |name: &str, text: &str| -> Result<PathBuf, String> {
            let path = dir.join(name);
            let written = std::fs::write(&path, text)
                .and_then(|()| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)))
                .and_then(|()| user.map_or(Ok(()), |(uid, gid)| chown(&path, Some(uid), Some(gid))));
            written.map(|()| path).map_err(|error| error.to_string())
        };
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["-U", USER, "-E", "UTF8", "--locale=C", "--auth-local=trust", "--no-sync", "-D"]);
        initdb.arg(dir.join("data"));
        match setup.password {
            Some(password) => {
                initdb.arg("--auth-host=scram-sha-256").arg("--pwfile").arg(private("password", password)?);
            }
            None => {
                initdb.arg("--auth-host=trust");
            }
        }
        said(&mut initdb)?;

        let mut arguments = vec![format!("unix_socket_directories={}", dir.display())];
        // What a crash loses is lost with the test.
        arguments.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"].map(str::to_owned));
        arguments.push("max_connections=300".to_owned());
        let mut port = 5432;
        match setup.tls {
            None => arguments.push("listen_addresses=".to_owned()),
            Some(tls) => {
                port = free_port()?;
                arguments.push("listen_addresses=127.0.0.1".to_owned());
                arguments.push("ssl=on".to_owned());
                let certificate = private("server.crt", tls.certificate)?;
                arguments.push(format!("ssl_cert_file={}", certificate.display()));
                arguments.push(format!("ssl_key_file={}", private("server.key", tls.key)?.display()));
                let rules = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
                private("data/pg_hba.conf", rules)?;
            }
        }
        arguments.push(format!("port={port}"));
        arguments.extend(setup.settings.iter().map(|(name, value)| format!("{name}={value}")));

        // The shell ends the server when its input does: when this process has gone, whatever became of it.
        let mut watch = Command::new("/bin/sh");
        watch.arg("-c").arg(
            "dir=$1 server=$2; shift 2; \"$server\" -D \"$dir/data\" \"$@\" </dev/null >\"$dir/log\" 2>&1 & \
             cat >/dev/null; kill -INT $!; wait $!; cd /; rm -rf \"$dir\"",
        );
        watch.arg("palisade-testbed").arg(&dir).arg(programs.join("postgres"));
        for argument in &arguments {
            watch.arg("-c").arg(argument);
        }
        user.map(|(uid, gid)| watch.uid(uid).gid(gid));
        watch.current_dir(&dir).process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut watch = watch.spawn().map_err(|error| format!("/bin/sh: {error}"))?;
        let alive = watch.stdin.take();
        let server = Self { programs, dir, port, made: AtomicU32::new(0), watch, alive };
        server.wait()?;
        Ok(server)
    }

    fn wait(&self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match self.execute("postgres", "SELECT 1") {
                Ok(_) => return Ok(()),
                Err(error) if begun.elapsed() > START => {
                    return Err(format!("PostgreSQL does not start: {error}\n{}", self.log()));
                }
                Err(_) => {}
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("-h").arg(&self.dir).arg("-p").arg(self.port.to_string()).stdin(Stdio::null());
        command
    }

    /// Makes an empty database and gives its URL, which leads there by the server's socket.
    ///
    /// # Errors
    /// The server's word.
    pub fn database(&self) -> Result<String, String> {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"))?;
        let dir = self.dir.to_string_lossy().replace('/', "%2F");
        Ok(format!("postgres://{USER}@{dir}:{}/{name}", self.port))
    }

    /// Runs statements in a database and gives their answers, one row a line.
    ///
    /// # Errors
    /// The server's word.
    pub fn execute(&self, database: &str, statements: &str) -> Result<String, String> {
        let mut psql = self.program("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", database, "-c", statements]);
        let output = psql.output().map_err(|error| format!("psql: {error}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// The port on loopback, where it listens there.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything the server logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.alive.take());
        // It removes what is in the directory, and the directory itself where the server's user may.
        let _ = self.watch.wait();
        let _ = std::fs::remove_dir(&self.dir);
    }
}

/// The folder of the server's programs: Debian keeps them beside the path.
fn programs() -> Result<PathBuf, String> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    // The newest: 9.6 was the last one with a dot.
    folders.sort_by_key(|folder| {
        std::cmp::Reverse(folder.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse::<u32>().ok()))
    });
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders
        .into_iter()
        .find(|folder| ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file()))
        .ok_or_else(|| "PostgreSQL is missing: scripts/test.sh installs it".to_owned())
}

/// Whom the server runs as: it refuses to be root. `None` is whoever runs this.
fn servant(dir: &Path) -> Result<Option<(u32, u32)>, String> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = std::fs::metadata(dir).map_err(|error| error.to_string())?;
    if owner.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let find = |wanted: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(wanted)).then_some(())?;
            Some((fields.nth(1)?.parse::<u32>().ok()?, fields.next()?.parse::<u32>().ok()?))
        })
    };
    let (uid, gid) = find("postgres").or_else(|| find("nobody")).ok_or("no user that PostgreSQL can run as")?;
    chown(dir, Some(uid), Some(gid)).map_err(|error| error.to_string())?;
    Ok(Some((uid, gid)))
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
