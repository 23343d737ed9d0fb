//! Processes of the real binary, an upstream that records every byte, and a client that sends bytes as they are.

use serde_json::Value;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The contract of the shop that most tests put in force.
pub const CONTRACT: &str = r##"openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /orders:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [item, count]
              additionalProperties: false
              properties:
                item: {type: string, maxLength: 40}
                count: {type: integer, minimum: 1}
                password: {type: string, maxLength: 8}
      responses: {"201": {description: made}}
  /orders/{orderId}:
    get:
      parameters:
        - {name: orderId, in: path, required: true, schema: {type: integer}}
        - {name: depth, in: query, schema: {type: integer, maximum: 10}}
      responses: {"200": {description: one}}
"##;

/// One message as it came: head, body without its framing, and every byte.
#[derive(Debug, Clone, Default)]
pub struct Message {
    pub head: String,
    pub body: Vec<u8>,
    pub raw: Vec<u8>,
}

impl Message {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{self:?}"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.head, self.text()))
    }

    /// The answer's JSON, which must be a success.
    pub fn good(&self) -> Value {
        assert!((200..300).contains(&self.status()), "{}\n{}", self.head, self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    pub fn field(&self, wanted: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    }

    /// Method and target of a request.
    pub fn target(&self) -> &str {
        self.head.lines().next().and_then(|line| line.rsplit_once(' ')).map_or("", |(target, _)| target)
    }
}

/// Reads one message; `None` when the other side closed before its end. An answer without a length goes to the end of
/// the connection, a request without one has no body.
pub fn read_message(stream: &mut TcpStream, mut taken: impl FnMut(&[u8])) -> Option<Message> {
    let mut message = Message::default();
    let mut buffer = [0u8; 16 << 10];
    loop {
        if let Some(end) = message.raw.windows(4).position(|window| window == b"\r\n\r\n") {
            message.head = String::from_utf8_lossy(&message.raw[..end]).into_owned();
            let rest = &message.raw[end + 4..];
            let answer = message.head.starts_with("HTTP/");
            if message.field("transfer-encoding").is_some() {
                if rest == b"0\r\n\r\n" || rest.ends_with(b"\r\n0\r\n\r\n") {
                    message.body = unchunked(rest);
                    return Some(message);
                }
            } else {
                let bodiless = !answer || matches!(message.status(), 204 | 304);
                let length = message.field("content-length").and_then(|length| length.parse::<usize>().ok());
                let wanted = if bodiless { Some(length.unwrap_or(0)) } else { length };
                if wanted.is_some_and(|wanted| rest.len() >= wanted) {
                    message.body = rest.to_vec();
                    return Some(message);
                }
            }
        }
        let count = stream.read(&mut buffer).unwrap_or(0);
        if count == 0 {
            let to_the_end = message.head.starts_with("HTTP/") && message.field("content-length").is_none();
            let whole = to_the_end && message.field("transfer-encoding").is_none();
            message.body = message.raw.get(message.head.len() + 4..).unwrap_or_default().to_vec();
            return whole.then_some(message);
        }
        taken(&buffer[..count]);
        message.raw.extend_from_slice(&buffer[..count]);
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap().split(';').next().unwrap().trim();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    body
}

/// Sends bytes on a new connection and reads the one answer; the address may be a URL.
pub fn send(address: &str, bytes: &[u8]) -> Message {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let asked = String::from_utf8_lossy(bytes).into_owned();
    read_message(&mut stream, |_| {}).unwrap_or_else(|| panic!("no answer to {asked}"))
}

/// One request with the fields that matter. Without a Host field it is the address.
pub fn call(address: &str, method: &str, path: &str, fields: &[(&str, &str)], body: &str) -> Message {
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        text += &format!("Host: {}\r\n", address.trim_start_matches("http://"));
    }
    for (name, value) in fields {
        text += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text += &format!("Content-Length: {}\r\n", body.len());
    }
    text += &format!("\r\n{body}");
    send(address, text.as_bytes())
}

/// The answer to a plain GET.
pub fn get(address: &str, path: &str) -> Message {
    call(address, "GET", path, &[], "")
}

/// The answer to a POST of JSON.
pub fn post(address: &str, path: &str, body: &str) -> Message {
    call(address, "POST", path, &[("Content-Type", "application/json")], body)
}

/// Asks again until there is an answer, at most for `within`.
pub fn eventually<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < within, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

type Answer = dyn Fn(&Message) -> Vec<u8> + Send + Sync;

/// An API that records every connection and byte. It ends with the test's process.
pub struct Upstream {
    pub url: String,
    pub connections: Arc<AtomicUsize>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Upstream {
    /// Answers by `answer`.
    pub fn new(answer: impl Fn(&Message) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let answer: Arc<Answer> = Arc::new(answer);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = Self { url, connections: Arc::default(), bytes: Arc::default() };
        let (connections, bytes) = (Arc::clone(&upstream.connections), Arc::clone(&upstream.bytes));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (bytes, answer, mut stream) = (Arc::clone(&bytes), Arc::clone(&answer), stream.unwrap());
                std::thread::spawn(move || {
                    let keep = |taken: &[u8]| bytes.lock().unwrap().extend_from_slice(taken);
                    while let Some(request) = read_message(&mut stream, keep) {
                        if stream.write_all(&answer(&request)).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        upstream
    }

    /// A small shop: every path answers, `/slow` after a while.
    pub fn shop() -> Self {
        Self::new(|request| {
            let target = request.target();
            if target == "GET /slow" {
                std::thread::sleep(Duration::from_millis(1500));
            }
            let number = target.rsplit('/').next().unwrap_or("").split('?').next().unwrap_or("");
            let body = format!("{{\"id\":{},\"state\":\"open\"}}", number.parse::<u32>().unwrap_or(0));
            let status = if target.starts_with("POST") { "201 Created" } else { "200 OK" };
            json_answer(status, &body)
        })
    }

    /// What it took so far: connections and bytes.
    pub fn touched(&self) -> (usize, usize) {
        (self.connections.load(Ordering::SeqCst), self.bytes.lock().unwrap().len())
    }

    /// Takes the bytes recorded so far out.
    pub fn take(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut *self.bytes.lock().unwrap())).into_owned()
    }
}

/// An answer with a JSON body.
pub fn json_answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A running process of the binary, with its output in files. Ended when dropped.
pub struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Running {
    /// Starts `palisade` with its output appended to `NAME.out` and `NAME.err` in `logs`.
    pub fn start(logs: &Path, name: &str, args: &[&str]) -> Self {
        let (out, err) = (logs.join(format!("{name}.out")), logs.join(format!("{name}.err")));
        let open = |path: &Path| File::options().create(true).append(true).open(path).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
        command.args(args).env_remove("PALISADE_LOG").stdout(open(&out)).stderr(open(&err));
        Self { child: command.spawn().unwrap(), out, err }
    }

    pub fn stdout(&self) -> String {
        std::fs::read_to_string(&self.out).unwrap()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.err).unwrap()).into_owned()
    }

    /// Waits for a text that `find` finds in stdout or stderr.
    pub fn says<T>(&mut self, find: impl Fn(&str, &str) -> Option<T>) -> T {
        eventually("the process says where it listens", Duration::from_secs(20), || {
            let (out, err) = (self.stdout(), self.stderr());
            let found = find(&out, &err);
            let ended = self.child.try_wait().unwrap();
            assert!(found.is_some() || ended.is_none(), "it ended: {ended:?}\n{out}\n{err}");
            found
        })
    }

    /// Ends it without warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn ended(mut self, within: Duration) -> ExitStatus {
        eventually("the process ends", within, || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Folders of one test: data, and logs beside it.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Starts `palisade serve` on free ports with its data here.
    pub fn serve(&self, args: &[&str]) -> Serve {
        let data = self.data().display().to_string();
        let mut all = vec!["serve", "--data", &data, "--admin", "127.0.0.1:0"];
        for (flag, any) in [("--listen", "127.0.0.1:0"), ("--gateway", "127.0.0.1:0")] {
            if !args.contains(&flag) {
                all.extend([flag, any]);
            }
        }
        all.extend(args);
        let earlier = std::fs::read_to_string(self.path().join("serve.out")).unwrap_or_default().len();
        let mut process = Running::start(self.path(), "serve", &all);
        let greeting = process.says(|out, _| {
            let said = &out[earlier..];
            said.contains("\n  Data ").then(|| said.to_owned())
        });
        let after = |name: &str| {
            let line = greeting.lines().find_map(|line| line.trim().strip_prefix(name));
            line.unwrap_or_else(|| panic!("{greeting}")).split_whitespace().next().unwrap().to_owned()
        };
        let token = std::fs::read_to_string(self.data().join("admin.token")).unwrap().trim().to_owned();
        let (console, link, gateway, metrics) =
            (after("Console"), after("Sign in"), after("Gateway"), after("Metrics"));
        let metrics = metrics.trim_end_matches("/metrics").to_owned();
        Serve { process, console, gateway, link, metrics, token }
    }
}

/// `palisade serve`, with the ways in.
pub struct Serve {
    pub process: Running,
    pub console: String,
    pub gateway: String,
    pub link: String,
    pub metrics: String,
    pub token: String,
}

impl Serve {
    /// One request to the console's API, as admin.
    pub fn admin(&self, method: &str, path: &str, body: &str) -> Message {
        let bearer = format!("Bearer {}", self.token);
        let fields = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        call(&self.console, method, &format!("/api/v1{path}"), &fields, body)
    }

    pub fn read(&self, path: &str) -> Value {
        self.admin("GET", path, "").good()
    }

    /// Items of a list.
    pub fn list(&self, path: &str) -> Vec<Value> {
        self.read(path)["items"].as_array().unwrap().clone()
    }

    /// Path of the first API.
    pub fn api(&self) -> String {
        format!("/apis/{}", self.list("/apis")[0]["id"].as_str().unwrap())
    }

    pub fn mode(&self, mode: &str) -> Message {
        self.admin("PATCH", &self.api(), &format!("{{\"mode\":\"{mode}\"}}"))
    }

    /// `METHOD path state hits` of every operation.
    pub fn inventory(&self) -> Vec<String> {
        let word = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        self.list(&format!("{}/operations", self.api()))
            .iter()
            .map(|item| {
                format!("{} {} {} {}", word(item, "method"), word(item, "path"), word(item, "state"), item["hits"])
            })
            .collect()
    }

    /// The event a client was given this uuid for.
    pub fn event(&self, uuid: &str) -> Value {
        eventually("the event is found by its uuid", Duration::from_secs(3), || {
            self.list(&format!("/events?uuid={uuid}")).first().cloned()
        })
    }
}

/// The answer must be a problem document; gives it.
pub fn problem(answer: &Message) -> Value {
    assert_eq!(answer.field("content-type"), Some("application/problem+json"), "{}\n{}", answer.head, answer.text());
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status());
    let uuid = problem["uuid"].as_str().unwrap();
    assert_eq!(uuid.len(), 36, "{problem}");
    for text in ["type", "title", "detail", "instance"] {
        assert!(problem[text].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
    }
    problem
}

/// An address that nobody listens on.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A real nginx. Ended when dropped.
pub struct Nginx(Child);

impl Nginx {
    const PROGRAM: &str = "/usr/sbin/nginx";

    /// Says so when nginx is not there.
    pub fn installed() -> bool {
        let there = Path::new(Self::PROGRAM).exists();
        if !there {
            let _ = writeln!(std::io::stderr(), "skipped: nginx is not installed");
        }
        there
    }

    /// Starts it with what stands in its `http` block, and waits until it listens.
    pub fn start(folder: &Path, http: &str, listens: SocketAddr) -> Self {
        let place = folder.display();
        let config = format!(
            "daemon off; worker_processes 1; pid {place}/pid; error_log {place}/log;\n\
             events {{ worker_connections 64; }}\n\
             http {{ client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;\n\
             uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n{http}}}\n"
        );
        std::fs::write(folder.join("conf"), config).unwrap();
        let mut command = Command::new(Self::PROGRAM);
        command.args(["-e", "stderr", "-c"]).arg(folder.join("conf")).stdout(Stdio::null()).stderr(Stdio::null());
        let nginx = Self(command.spawn().unwrap());
        eventually("nginx listens", Duration::from_secs(5), || TcpStream::connect(listens).ok());
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}
