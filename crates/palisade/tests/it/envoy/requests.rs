//! Requests of every kind: valid, and wrong in every way that the contract can tell.

use crate::support::{Message, Place, Running, eventually, read_message};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const CONTRACT: &str = r##"openapi: 3.1.0
info: {title: Harbour, version: "1"}
paths:
  /berths:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: state, in: query, schema: {type: string, enum: [free, taken]}}
        - {name: tags, in: query, style: form, explode: false, schema: {type: array, maxItems: 2, items: {type: string, maxLength: 4}}}
        - {name: filter, in: query, style: deepObject, explode: true, schema: {type: object, additionalProperties: false, properties: {length: {type: number}}}}
        - {name: X-Crew, in: header, schema: {type: integer}}
        - {name: lang, in: cookie, schema: {type: string, pattern: "^[a-z]{2}$"}}
      responses: {"200": {description: berths}}
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, length]
              additionalProperties: false
              properties:
                id: {type: string, readOnly: true}
                name: {type: string, minLength: 2, maxLength: 20, pattern: "^[A-Z]"}
                length: {type: number, exclusiveMinimum: 0}
                since: {type: string, format: date}
                crew: {type: array, uniqueItems: true, items: {type: integer}}
          application/x-www-form-urlencoded:
            schema: {type: object, required: [name], properties: {name: {type: string}, length: {type: number}}}
          multipart/form-data:
            schema:
              type: object
              required: [name]
              properties: {name: {type: string, maxLength: 8}, plan: {type: string, contentMediaType: image/png}}
      responses: {"201": {description: made}}
  /berths/{berthId}:
    parameters: [{name: berthId, in: path, required: true, schema: {type: integer}}]
    get:
      responses: {"200": {description: one}}
    put:
      requestBody: {content: {application/json: {schema: {type: object, properties: {length: {type: number}}}}}}
      responses: {"200": {description: kept}}
    delete:
      responses: {"200": {description: gone}}
  /plans/{berthId}:
    put:
      parameters: [{name: berthId, in: path, required: true, schema: {type: integer}}]
      requestBody: {required: true, content: {image/png: {}}}
      responses: {"200": {description: kept}}
"##;

/// One request; `fields` are lines of the head.
fn request(method: &str, target: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let mut lines = format!("{method} {target} HTTP/1.1\r\nHost: api.test\r\n{fields}");
    if !body.is_empty() {
        lines.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    [lines.as_bytes(), b"\r\n", body].concat()
}

fn chunked(target: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {target} HTTP/1.1\r\nHost: api.test\r\n{fields}Transfer-Encoding: chunked\r\n\r\n");
    let mut bytes = head.into_bytes();
    for piece in body.chunks(9) {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

const JSON: &str = "Content-Type: application/json\r\n";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const PARTS: &str = "Content-Type: multipart/form-data; boundary=cut\r\n";

/// The table, each request with a name.
pub fn table() -> Vec<(String, Vec<u8>)> {
    let mut table: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |bytes: Vec<u8>| {
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        table.push((format!("{}: {}", table.len(), String::from_utf8_lossy(line).trim()), bytes));
    };
    for target in [
        "/berths",
        "/berths?limit=1&state=free",
        "/berths?tags=a,b",
        "/berths?filter[length]=2.5",
        "/berths/7",
        // What nobody declared is told and passes.
        "/berths?page=2",
        // Wrong parameters, one by one.
        "/berths?limit=0",
        "/berths?limit=51",
        "/berths?limit=x",
        "/berths?limit=1&limit=2",
        "/berths?limit[$gt]=1",
        "/berths?state=open",
        "/berths?tags=a,b,c",
        "/berths?tags=aaaaa",
        "/berths?filter[length]=long",
        "/berths?filter[width]=1",
        "/berths/seven",
        "/berths/7.5",
        // Paths that are not there, or are read in more than one way.
        "/",
        "/tides",
        "/berths/",
        "/berths/7/crew",
        "/berths/7%2f8",
        "/berths/..%2f7",
        "/berths/%37",
        "/berths/%zz",
        "/berths;a=1/7",
        "/berths?limit=%00",
        "/berths?limit=%ff",
    ] {
        add(request("GET", target, "", b""));
    }
    for method in ["HEAD", "OPTIONS", "DELETE", "PATCH", "PUT", "TRACE", "PROPFIND"] {
        add(request(method, "/berths", "", b""));
        add(request(method, "/berths/7", "", b""));
        add(request(method, "/tides", "", b""));
    }
    add(request("OPTIONS", "/berths", "Origin: https://a.test\r\nAccess-Control-Request-Method: PUT\r\n", b""));
    for fields in [
        "X-Crew: 7\r\n",
        "X-Crew: seven\r\n",
        "X_Crew: 7\r\n",
        "Cookie: lang=de\r\n",
        "Cookie: lang=german\r\n",
        "Cookie: other=1; lang=DE\r\n",
        "X-HTTP-Method-Override: DELETE\r\n",
        "X-Original-URL: /admin\r\n",
        "Accept: text/html\r\nX-Crew: seven\r\n",
        "Accept: application/json\r\nX-Crew: seven\r\n",
        "X-Other: \u{e9}\r\n",
    ] {
        add(request("GET", "/berths", fields, b""));
    }
    for (fields, body) in [
        (JSON, "{\"name\":\"North\",\"length\":9}"),
        (JSON, "{\"name\":\"North\",\"length\":9.5,\"since\":\"2026-01-31\",\"crew\":[1,2]}"),
        ("Content-Type: application/json; charset=utf-8\r\n", "{\"name\":\"North\",\"length\":9}"),
        (FORM, "name=North&length=9"),
        (PARTS, "--cut\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nNorth\r\n--cut--\r\n"),
        // Each kind of violation.
        (JSON, "{\"name\":\"North\"}"),
        (JSON, "{\"name\":\"North\",\"length\":0}"),
        (JSON, "{\"name\":\"North\",\"length\":\"9\"}"),
        (JSON, "{\"name\":\"N\",\"length\":9}"),
        (JSON, "{\"name\":\"north\",\"length\":9}"),
        (JSON, "{\"name\":\"Northnorthnorthnorthnorth\",\"length\":9}"),
        (JSON, "{\"name\":\"North\",\"length\":9,\"admin\":true}"),
        (JSON, "{\"name\":\"North\",\"length\":9,\"since\":\"31.1.2026\"}"),
        (JSON, "{\"name\":\"North\",\"length\":9,\"crew\":[1,1]}"),
        (JSON, "{\"name\":\"North\",\"length\":9,\"crew\":7}"),
        (JSON, "{\"name\":\"North\",\"length\":9,\"id\":\"a\"}"),
        (JSON, "{\"name\":\"North\",\"name\":\"South\",\"length\":9}"),
        (JSON, "{\"name\":\"North\",\"length\":9"),
        (JSON, "null"),
        (JSON, "[]"),
        ("Content-Type: application/json; charset=utf-16\r\n", "{}"),
        ("Content-Type: text/plain\r\n", "North"),
        ("Content-Type: application/xml\r\n", "<name>North</name>"),
        ("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "no gzip"),
        ("Content-Type: application/json\r\nContent-Encoding: rot13\r\n", "{}"),
        ("", "{\"name\":\"North\",\"length\":9}"),
        (FORM, "length=9"),
        (FORM, "name=North&length=long"),
        (PARTS, "--cut\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nNorthnorth\r\n--cut--\r\n"),
        (PARTS, "--cut\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nNorth\r\n--cut--\r\n"),
        (PARTS, "name=North"),
    ] {
        add(request("POST", "/berths", fields, body.as_bytes()));
        if !body.is_empty() {
            add(chunked("/berths", fields, body.as_bytes()));
        }
    }
    add(request("POST", "/berths", JSON, b""));
    add(request("POST", "/berths", &format!("{JSON}Content-Length: 0\r\n"), b""));
    add(chunked("/berths", JSON, b""));
    // Trailers do not make a part of a whole body.
    let mut trailed = chunked("/berths", &format!("{JSON}Trailer: X-Sum\r\n"), b"{\"name\":\"North\",\"length\":0}");
    trailed.truncate(trailed.len() - 2);
    trailed.extend_from_slice(b"X-Sum: 7\r\n\r\n");
    add(trailed);
    add(request("POST", "/berths", &format!("{JSON}Expect: 100-continue\r\n"), b"{\"name\":\"North\",\"length\":0}"));
    add(request("PUT", "/berths/7", JSON, b"{\"length\":3}"));
    add(request("PUT", "/berths/7", JSON, b"{\"length\":\"3\"}"));
    add(request("DELETE", "/berths/7", JSON, b"{\"length\":3}"));
    let png = "Content-Type: image/png\r\n";
    add(request("PUT", "/plans/7", png, &vec![7; 100_000]));
    add(request("PUT", "/plans/7", png, b""));
    // Long ones: a name of a mebibyte, spaces in front of the document, and more than is judged at all.
    let long = format!("{{\"name\":\"{}\",\"length\":9}}", "N".repeat(1 << 20));
    add(request("POST", "/berths", JSON, long.as_bytes()));
    let padded = format!("{}{{\"name\":\"North\",\"length\":9}}", " ".repeat(2 << 20));
    add(request("POST", "/berths", JSON, padded.as_bytes()));
    add(request("GET", &format!("/berths?state={}", "a".repeat(20_000)), "", b""));
    table
}

/// Requests that the demo shop's customers, honest and hostile, send.
pub fn shop(count: usize) -> Vec<(String, Vec<u8>)> {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let between = format!("http://{}", listener.local_addr().unwrap());
    let args = ["demo-api", "--listen", "127.0.0.1:0", "--traffic", &between, "--rate", "400", "--seed", "7"];
    let mut shop = Running::start(place.path(), "shop", &args);
    let address = shop.says(|out, err| {
        let said = format!("{out}{err}");
        let at = said.find("127.0.0.1:")?;
        let end = said[at..].find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != ':');
        Some(said[at..][..end?].to_owned())
    });
    let heard: Arc<Mutex<Vec<Message>>> = Arc::default();
    let kept = Arc::clone(&heard);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, address, kept) = (client.unwrap(), address.clone(), Arc::clone(&kept));
            std::thread::spawn(move || relay(client, &address, &kept));
        }
    });
    let heard = eventually("the shop's customers call", Duration::from_secs(60), || {
        let heard = heard.lock().unwrap();
        (heard.len() >= count).then(|| heard[..count].to_vec())
    });
    // The same host in every request; what frames a connection is of no interest.
    let line = |line: &&str| !["host:", "connection:"].iter().any(|name| line.to_ascii_lowercase().starts_with(name));
    let again = |message: &Message| {
        let mut lines = message.head.lines();
        let first = lines.next().unwrap_or_default();
        let fields: Vec<&str> = lines.filter(line).collect();
        let head =
            format!("{first}\r\nHost: api.test\r\n{}\r\n\r\n", fields.join("\r\n")).replace("\r\n\r\n\r\n", "\r\n\r\n");
        (first.to_owned(), [head.as_bytes(), &message.body].concat())
    };
    heard.iter().map(again).collect()
}

/// Carries a connection to the shop and keeps its requests.
fn relay(mut client: TcpStream, shop: &str, kept: &Mutex<Vec<Message>>) {
    let mut server = TcpStream::connect(shop).unwrap();
    let (mut back, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = [0; 16 << 10];
        while let Ok(count) = back.read(&mut buffer) {
            if count == 0 || to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
    while let Some(request) = read_message(&mut client, |_| {}) {
        if server.write_all(&request.raw).is_err() {
            return;
        }
        kept.lock().unwrap().push(request);
    }
    let _ = server.shutdown(Shutdown::Write);
}
