//! A real Envoy with the files of `deploy/envoy`, and `palisade envoy` behind it.

use crate::support::{Message, Place, Running, eventually, free_address, read_message};
use serde_json::Value;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Envoy's program: on the path, or where `make test` puts it. Says so when it is not there.
pub fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/bin");
    let found =
        std::env::split_paths(&path).chain([tools]).map(|folder| folder.join("envoy")).find(|file| file.exists());
    if found.is_none() {
        let _ = writeln!(std::io::stderr(), "skipped: envoy is not installed (make test installs it)");
    }
    found
}

/// An API that remembers what it was asked, and answers by `answer`.
pub struct Api {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Message>>>,
}

impl Api {
    pub fn new(answer: impl Fn(&Message) -> Vec<u8> + Send + Sync + 'static) -> Api {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Message>>> = Arc::default();
        let (kept, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, answer, mut stream) = (Arc::clone(&kept), Arc::clone(&answer), stream.unwrap());
                std::thread::spawn(move || {
                    while let Some(request) = read_message(&mut stream, |_| {}) {
                        let mut bytes = answer(&request);
                        if request.head.starts_with("HEAD ") {
                            let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
                            bytes.truncate(end + 4);
                        }
                        kept.lock().unwrap().push(request);
                        if stream.write_all(&bytes).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Api { url, asked }
    }

    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Takes out what it was asked so far.
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

/// A running Envoy. Ended when dropped.
pub struct Envoy {
    child: Child,
    pub address: String,
}

impl Envoy {
    /// Starts it with a file of `deploy/envoy` as it stands but for its ports.
    pub fn start(program: &Path, place: &Place, file: &str, api: u16, palisade: u16) -> Envoy {
        Envoy::start_with(program, place, file, (api, palisade), &[])
    }

    /// The same with some settings changed: from, to.
    pub fn start_with(
        program: &Path,
        place: &Place,
        file: &str,
        (api, palisade): (u16, u16),
        changes: &[(&str, &str)],
    ) -> Envoy {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/envoy").join(file);
        let mut changed = std::fs::read_to_string(source).unwrap();
        for (from, to) in changes {
            assert_eq!(changed.matches(from).count(), 1, "{file} has one {from}");
            changed = changed.replace(from, to);
        }
        let listens = free_address();
        for (from, to) in [(10000, listens.port()), (3000, api), (8604, palisade)] {
            let port = format!("port_value: {from}}}");
            assert_eq!(changed.matches(&port).count(), 1, "{file} has one {port}");
            changed = changed.replace(&port, &format!("port_value: {to}}}"));
        }
        let config = place.file(file, &changed);
        let log = place.path().join(format!("{file}.log"));
        let (out, err) = (File::create(&log).unwrap(), File::options().append(true).open(&log).unwrap());
        let mut command = Command::new(program);
        command.args(["-c", &config, "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]);
        let mut envoy = Envoy { child: command.stdout(out).stderr(err).spawn().unwrap(), address: listens.to_string() };
        eventually("envoy listens", Duration::from_secs(30), || {
            let ended = envoy.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {ended:?}\n{}", std::fs::read_to_string(&log).unwrap());
            TcpStream::connect(listens).ok()
        });
        envoy
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends bytes on a new connection and reads the one answer, to `HEAD` its head.
pub fn ask(address: &str, bytes: &[u8]) -> Message {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // Who is refused early may not be let to the end.
    let _ = stream.write_all(bytes);
    if !bytes.starts_with(b"HEAD ") {
        let mut begin = [0; 12];
        while stream.peek(&mut begin).is_ok_and(|count| count == begin.len()) && begin == *b"HTTP/1.1 100" {
            let mut interim = Vec::new();
            while !interim.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                interim.push(byte[0]);
            }
        }
        return read_message(&mut stream, |_| {})
            .unwrap_or_else(|| panic!("no answer to {}", String::from_utf8_lossy(bytes)));
    }
    let mut message = Message::default();
    let mut buffer = [0; 4096];
    while !message.raw.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "no answer to {}", String::from_utf8_lossy(bytes));
        message.raw.extend_from_slice(&buffer[..count]);
    }
    message.head = String::from_utf8_lossy(&message.raw).trim_end().to_owned();
    message
}

/// Starts a command of the binary that logs where it listens; gives the addresses under their messages.
pub fn started(place: &Place, name: &str, args: &[&str], says: &[&str]) -> (Running, Vec<SocketAddr>) {
    let mut process = Running::start(place.path(), name, &[args, &["--admin", "off", "--log-format", "json"]].concat());
    let addresses = process.says(|_, err| {
        let lines: Vec<Value> = err.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let one = |said: &&str| {
            let line = lines.iter().find(|line| line["message"] == **said)?;
            line["address"].as_str()?.parse().ok()
        };
        says.iter().map(one).collect::<Option<Vec<SocketAddr>>>()
    });
    (process, addresses)
}

/// Starts `palisade envoy`; gives its port for gRPC and the one for HTTP.
pub fn palisade(place: &Place, file: &str) -> (Running, u16, u16) {
    let args = ["envoy", "--config", file, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"];
    let says = ["Envoy is answered over gRPC", "proxies are answered over HTTP"];
    let (process, addresses) = started(place, "envoy", &args, &says);
    (process, addresses[0].port(), addresses[1].port())
}

/// The lines of a record, once there are so many.
pub fn recorded(path: &Path, count: usize) -> Vec<Value> {
    eventually("the exchanges are recorded", Duration::from_secs(20), || {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        (lines.len() >= count).then_some(lines)
    })
}
