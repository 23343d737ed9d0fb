use super::told;
use palisade_document::Reading;
use palisade_runner::{Loader, Network};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A server that answers each path with the bytes given for it, and counts and keeps what it is asked.
struct Server {
    port: u16,
    asked: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: Vec<(&'static str, String)>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (count, kept) = (asked.clone(), heads.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                kept.lock().unwrap().push(head);
                let answer = answers.iter().find(|(known, _)| *known == path);
                let none = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned();
                let text = answer.map_or(none, |(_, text)| text.replace("PORT", &port.to_string()));
                let _ = stream.write_all(text.as_bytes());
            }
        });
        Server { port, asked, heads }
    }

    fn read(&self, hosts: &[&str], text: &str) -> Reading {
        let port = self.port.to_string();
        let hosts = hosts.iter().map(|host| host.replace("PORT", &port).parse().unwrap()).collect();
        let loader = Loader { network: Network { hosts, ..Network::default() }, ..Loader::default() };
        loader.read(None, "api.yaml", text.replace("PORT", &port).into_bytes())
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
}

#[test]
fn no_host_is_asked_that_was_not_named() {
    let server = Server::start(vec![("/x.yaml", ok("x: 1\n"))]);
    for hosts in [&[][..], &["other.example"], &["127.0.0.1:1"], &["localhost:PORT"]] {
        let (names, problems) = told(&server.read(hosts, "a: {$ref: 'http://127.0.0.1:PORT/x.yaml#/x'}\n"));
        assert_eq!(names, ["api.yaml"]);
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].starts_with("api.yaml:1:11 external-reference external reference not allowed"),
            "{problems:?}"
        );
    }
    let credentials = "a: {$ref: 'http://user:secret@127.0.0.1:PORT/x.yaml'}\nb: {$ref: 'ftp://127.0.0.1:PORT/x'}\n";
    let (_, problems) = told(&server.read(&["127.0.0.1"], credentials));
    assert_eq!(problems.len(), 2);
    assert_eq!(server.asked(), 0);
}

#[test]
fn a_named_host_is_asked_once_for_each_file_and_files_name_their_neighbours() {
    let server = Server::start(vec![
        ("/dir/x.yaml?v=1", ok("x: {$ref: './y.json#/y'}\nown: {$ref: '#/x'}\nup: {$ref: 'file:///etc/passwd'}\n")),
        ("/dir/y.json", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"y\": 1}\r\n0\r\n\r\n".to_owned()),
    ]);
    let text = "a: {$ref: 'http://127.0.0.1:PORT/dir/x.yaml?v=1#/x'}\nb: {$ref: 'HTTP://127.0.0.1:PORT/dir/x.yaml?v=1#/own'}\n";
    for host in ["127.0.0.1", "127.0.0.1:PORT"] {
        let before = server.asked();
        let reading = server.read(&[host], text);
        let (names, problems) = told(&reading);
        let url = format!("http://127.0.0.1:{}/dir/", server.port);
        assert_eq!(names, ["api.yaml".to_owned(), format!("{url}x.yaml?v=1"), format!("{url}y.json")]);
        assert_eq!(
            problems,
            [format!("{url}x.yaml?v=1:3:12 external-reference external reference not allowed: \"file:///etc/passwd\"")]
        );
        assert_eq!(server.asked() - before, 2);
    }
    let head = server.heads.lock().unwrap()[0].to_ascii_lowercase();
    assert!(head.starts_with("get /dir/x.yaml?v=1 http/1.1\r\n"), "{head}");
    assert!(!head.contains("cookie") && !head.contains("authorization"), "{head}");
}

#[test]
fn redirects_stay_on_their_host() {
    let server = Server::start(vec![
        ("/same", redirect("/x.yaml")),
        ("/x.yaml", ok("x: 1\n")),
        ("/other", redirect("http://localhost:PORT/x.yaml")),
        ("/port", redirect("http://127.0.0.1:1/x.yaml")),
        ("/file", redirect("file:///etc/passwd")),
        ("/round", redirect("/round")),
        ("/gone", "HTTP/1.1 500 No\r\ncontent-length: 5\r\n\r\nx: 1\n".to_owned()),
        ("/cut", "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nx: 1\n".to_owned()),
        ("/zip", "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nx: 1\n".to_owned()),
        ("/noise", "\u{1b}[31m not http\r\n\r\n".to_owned()),
    ]);
    let paths = ["same", "other", "port", "file", "round", "gone", "cut", "zip", "noise"];
    let text: String = paths.iter().map(|path| format!("{path}: {{$ref: 'http://127.0.0.1:PORT/{path}'}}\n")).collect();
    let (names, problems) = told(&server.read(&["127.0.0.1:PORT", "localhost"], &text));
    assert_eq!(names.len(), 2, "{names:?}");
    let reasons: Vec<_> = problems.iter().map(|line| line.split("\": ").nth(1).unwrap()).collect();
    assert_eq!(
        reasons,
        [
            "it redirects to another host",
            "it redirects to a port that was not named",
            "it redirects to nowhere",
            "more than 3 redirects",
            "the host answers with status 500",
            "the answer breaks off",
            "the host answers with an encoding that was not asked for",
            "the host did not answer with HTTP",
        ]
    );
}

#[test]
fn a_name_that_leads_to_a_private_address_is_refused() {
    let server = Server::start(vec![("/x", ok("x: 1\n"))]);
    // 127.0.0.1 in other words: a name as far as the user's list goes.
    for name in ["2130706433", "127.1", "0x7f000001"] {
        let (names, problems) = told(&server.read(&[name], &format!("a: {{$ref: 'http://{name}:PORT/x'}}\n")));
        assert_eq!((names.len(), problems.len()), (1, 1));
        assert!(problems[0].contains("external-reference") && problems[0].contains("private address"), "{problems:?}");
    }
    assert_eq!(server.asked(), 0);
    let (names, _) = told(&server.read(&["localhost"], "a: {$ref: 'http://localhost:PORT/x'}\n"));
    assert_eq!(names.len(), 2);
}

#[test]
fn certificates_are_verified() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = key.cert.der().clone();
    let private = rustls_pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], private)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
            let mut head = [0; 1000];
            if stream.read(&mut head).is_ok() {
                let _ = stream.write_all(ok("x: 1\n").as_bytes());
            }
        }
    });
    let text = format!("a: {{$ref: 'https://localhost:{port}/x'}}\n");
    let read = |roots| {
        let network = Network { hosts: vec!["localhost".parse().unwrap()], roots };
        told(&Loader { network, ..Loader::default() }.read(None, "api.yaml", text.clone().into_bytes()))
    };
    let (names, problems) = read(Vec::new());
    assert_eq!(names.len(), 1);
    assert!(problems[0].contains("the host's certificate is not trusted"), "{problems:?}");
    let (names, problems) = read(vec![certificate]);
    assert_eq!((names.len(), problems.len()), (2, 0), "{problems:?}");
}
