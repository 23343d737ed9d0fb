//! Where fuzzing begins: small recordings of every kind. `FUZZ_SEEDS` names a folder that they are written to.

use crate::{fuzz, wire};
use std::path::PathBuf;

type Target = fn(&[u8]);
/// A name and what it holds.
type Seed = (&'static str, Vec<u8>);

/// What the fuzzer found once: the folder of each target in `tests/found`.
const FOUND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/found");

fn har() -> Vec<u8> {
    let entry = |method: &str, url: &str, more: &str| {
        format!(
            r#"{{"startedDateTime":"2026-11-22T10:00:00.5+01:00","time":12.5,"request":{{"method":"{method}","url":"{url}","headers":[{{"name":"Authorization","value":"Bearer x"}},{{"name":":authority","value":"h"}}]{more}}},"response":{{"status":200,"headers":[{{"name":"Content-Type","value":"application/json"}}],"content":{{"size":9,"mimeType":"application/json","text":"eyJhIjoxfQ==","encoding":"base64"}}}}}}"#
        )
    };
    let form = r#","postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"a","value":"b c"}]}"#;
    let json = r#","postData":{"mimeType":"application/json","text":"{\"a\":[1,null,\"x@example.org\"]}"}"#;
    let entries = [
        entry("GET", "https://api.example.org:8443/a%20b?x=1&api_key=k#f", ""),
        entry("POST", "http://h/login", form),
        entry("PUT", "http://h/items/9f0a", json),
    ];
    format!(r#"{{"log":{{"version":"1.2","creator":{{"name":"x"}},"entries":[{}]}}}}"#, entries.join(",\n"))
        .into_bytes()
}

fn jsonl() -> Vec<u8> {
    let mut lines = String::new();
    let redactor = palisade_exchange::Redactor::new(&[7; 32]);
    let limits = palisade_readers::Limits::default();
    for form in [palisade_exchange::wire::Form::Full, palisade_exchange::wire::Form::Shapes] {
        palisade_readers::read_har(&har()[..], &redactor, &limits, &mut |exchange| {
            lines += &palisade_exchange::wire::to_line(&exchange, form, redactor.marker());
            lines.push('\n');
        })
        .unwrap();
    }
    lines.into_bytes()
}

const ACCESS_LOG: &str = r#"shop.example:443 203.0.113.9 - - [10/Oct/2026:13:55:36 +0000] "PUT /a%20b HTTP/1.1" 204 0 "https://shop.example/x" "Mozilla/5.0 \"q\""
[2026-11-28T06:00:00.123Z] "POST /api/v1/orders HTTP/1.1" 200 - 31 154 226 100 "10.0.35.28" "nsq2http" "cc21d9b0" "orders.svc" "tcp://10.0.2.1:80"
h2 2026-11-28T06:00:02.123456Z app/my-lb/50dc6c49 10.0.1.252:48160 10.0.0.66:9000 0.000 0.002 0.001 200 200 5 257 "GET https://10.0.2.105:773/items?id=9 HTTP/2.0" "curl/7.46.0" ECDHE TLSv1.2 arn "Root=1" "api.example.com" "-" 1 2026-11-28T06:00:02.119000Z "forward" "-" "-" "10.0.0.66:9000" "200" "-" "-"
{"time_iso8601":"2026-11-28T06:00:00+00:00","remote_addr":"198.51.100.4","request":"GET /items?q=1 HTTP/1.1","status":"200","body_bytes_sent":"12","http_host":"api.example","request_time":"0.015"}
{"level":"info","ts":1764309600.25,"request":{"remote_ip":"198.51.100.4","proto":"HTTP/2.0","method":"GET","host":"caddy.example","uri":"/a/b?c=d","headers":{"User-Agent":["curl"]}},"duration":0.002,"size":3,"status":200}
"#;

const TELEMETRY: &str = r#"{"requestID":"9f","scheme":"","destinationAddress":"10.0.0.7:8080","destinationNamespace":null,"sourceAddress":"10.0.0.9:51000","request":{"method":"POST","path":"/orders?dry=1","host":"orders.shop:8080","common":{"version":"","headers":[{"key":"content-type","value":"application/json"}],"body":"eyJhIjoxfQ==","TruncatedBody":false,"time":1795337999000}},"response":{"statusCode":"201","common":{"headers":null,"body":"","truncatedBody":true,"time":1795337999}}}
{"request_id":"9f","destination_address":":443","source_address":"a, b:","scnt_request":{"method":"GET","path":"https://h/x","host":"h","headers":[["a","b\d"]],"body":null},"scnt_response":{"status_code":"200","version":"HTTP/1.1","headers":[],"body":"x"}}
"#;

fn seeds() -> Vec<(&'static str, Target, Vec<Seed>)> {
    let first = TELEMETRY.lines().next().unwrap();
    vec![
        ("access_log", fuzz::access_log, vec![("lines", ACCESS_LOG.into())]),
        (
            "capture",
            fuzz::capture,
            vec![
                ("http1.pcap", wire::pcap(1, &wire::conversation())),
                ("http1.pcapng", wire::pcapng(&wire::conversation())),
                ("http2.pcap", wire::pcap(1, &wire::streams())),
                ("upgrade.pcap", wire::pcap(1, &wire::upgrade())),
                ("server-first.pcap", wire::pcap(1, &wire::server_first(wire::PREFACE))),
                ("fragments.pcap", wire::pcap(1, &wire::fragmented(&wire::conversation(), 64, false).concat())),
                ("fragments6.pcap", wire::pcap(1, &wire::fragmented(&wire::upgrade(), 64, true).concat())),
            ],
        ),
        ("flows", fuzz::flows, vec![("mitmproxy", include_bytes!("../fixtures/mitmproxy.flows").to_vec())]),
        ("har", fuzz::har, vec![("entries", har())]),
        ("jsonl", fuzz::jsonl, vec![("lines", jsonl())]),
        (
            "telemetry",
            fuzz::telemetry,
            vec![
                ("lines", TELEMETRY.into()),
                ("one", first.into()),
                ("array", format!("[\n{first},\n{first}]").into_bytes()),
            ],
        ),
    ]
}

#[test]
fn what_fuzzing_checks_holds_for_its_seeds() {
    let folder = std::env::var_os("FUZZ_SEEDS").map(PathBuf::from);
    for (target, check, seeds) in seeds() {
        for (name, seed) in seeds {
            check(&seed);
            check(&seed[..seed.len() / 2]);
            if let Some(folder) = &folder {
                std::fs::create_dir_all(folder.join(target)).unwrap();
                std::fs::write(folder.join(target).join(name), seed).unwrap();
            }
        }
        let found = std::fs::read_dir(PathBuf::from(FOUND).join(target)).into_iter().flatten();
        for file in found {
            check(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}
