//! Canary secrets in recordings of every kind: they must be in no contract, report or state.

use crate::support::Place;
use std::process::Command;

/// Placed in path, query, header fields and bodies, in both directions.
const CANARIES: &[(&str, &str)] = &[
    ("bearer", "Rk3cQw81LmPb9earer0aX7Tq"),
    ("basic user", "b2FzcHJleTpSZDdiQXNJYw=="),
    ("cookie", "r00K1e8Jr5Ty2Nb6Wd0pQz"),
    ("key header", "rEaDeRk3y5Mn8Bv1Cx6Zq"),
    ("set-cookie", "rEtC00k1e7Hg4Fd9Sa3Lk"),
    ("query token", "rUeRyT0k3n4Rf8Vg1Tb7Y"),
    ("query email", "query.rec@example.org"),
    ("query phone", "5550188266"),
    ("path email", "path.rec@example.org"),
    ("path token", "ghp_rAtHt0k3n9Zx4Cv8Bn2Mq6Wd1Ka5Rs7Te03Yu"),
    ("referer", "rEfErErT0k3n7Pq2Ws9Ld"),
    ("password", "Spring-Harrier-3381!"),
    ("card", "5200828282828210"),
    ("first name", "Harrierina"),
    ("key of a map", "map.rec@example.org"),
];

fn canary(wanted: &str) -> &'static str {
    CANARIES.iter().find(|(place, _)| *place == wanted).unwrap().1
}

fn mail(place: &str) -> String {
    canary(place).replace('@', "%40")
}

/// Targets of one client, some with values in their paths and queries.
fn targets() -> Vec<String> {
    (0..12)
        .flat_map(|n| {
            [
                format!("/people/{n}?email={}&phone={}", mail("query email"), canary("query phone")),
                format!("/people/{n}?access_token={}&{}", canary("query token"), mail("query email")),
                format!("/people/{}", mail("path email")),
                format!("/reset/{}", canary("path token")),
            ]
        })
        .collect()
}

fn fields() -> Vec<(&'static str, String)> {
    vec![
        ("Authorization", format!("Bearer {}", canary("bearer"))),
        ("Proxy-Authorization", format!("Basic {}", canary("basic user"))),
        ("Cookie", format!("sid={}", canary("cookie"))),
        ("X-Api-Key", canary("key header").to_owned()),
        ("Referer", format!("https://shop.example/next?token={}", canary("referer"))),
        ("X-User-Email", canary("query email").to_owned()),
    ]
}

fn body() -> String {
    format!(
        "{{\"firstName\":\"{}\",\"password\":\"{}\",\"card\":\"{}\",\"byMail\":{{\"{}\":1}}}}",
        canary("first name"),
        canary("password"),
        canary("card"),
        canary("key of a map")
    )
}

fn har() -> String {
    let list = |fields: &[(&str, String)]| {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{{\"name\":\"{name}\",\"value\":\"{value}\"}}")).collect();
        pairs.join(",")
    };
    let text = body().replace('"', "\\\"");
    let answer = [
        ("Content-Type", "application/json".to_owned()),
        ("Set-Cookie", format!("sid={}; HttpOnly", canary("set-cookie"))),
    ];
    let entries: Vec<String> = targets()
        .iter()
        .flat_map(|target| {
            ["GET", "POST"].map(|method| {
                format!(
                    "{{\"startedDateTime\":\"2026-11-28T10:00:00Z\",\"time\":1,\"request\":{{\"method\":\"{method}\",\
                     \"url\":\"https://shop.example{target}\",\"headers\":[{}],\"postData\":{{\"mimeType\":\
                     \"application/json\",\"text\":\"{text}\"}}}},\"response\":{{\"status\":200,\"headers\":[{}],\
                     \"content\":{{\"mimeType\":\"application/json\",\"text\":\"{text}\"}}}}}}",
                    list(&fields()),
                    list(&answer)
                )
            })
        })
        .collect();
    format!("{{\"log\":{{\"entries\":[{}]}}}}", entries.join(","))
}

/// As nginx and Apache write it.
fn combined() -> String {
    let lines = targets().into_iter().map(|target| {
        format!(
            "192.0.2.7 - {} [28/Nov/2026:10:00:00 +0000] \"GET {target} HTTP/1.1\" 200 12 \
             \"https://shop.example/next?token={}\" \"agent\"\n",
            canary("query email"),
            canary("referer")
        )
    });
    lines.collect()
}

fn json_log() -> String {
    let lines = targets().into_iter().map(|target| {
        format!(
            "{{\"time_iso8601\":\"2026-11-28T10:00:00+00:00\",\"remote_addr\":\"192.0.2.7\",\"remote_user\":\"{}\",\
             \"request_method\":\"GET\",\"request_uri\":\"{target}\",\"status\":200,\"body_bytes_sent\":12,\
             \"http_referer\":\"https://shop.example/next?token={}\"}}\n",
            canary("query email"),
            canary("referer")
        )
    });
    lines.collect()
}

/// One connection: a handshake, then requests and answers in turn, each in a segment of its own.
fn capture() -> Vec<u8> {
    let mut file = Vec::new();
    // Little-endian, version 2.4, link type 101: packets begin with their IP header.
    for word in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
        file.extend(word.to_le_bytes());
    }
    let (mut ours, mut theirs) = (1000u32, 9000u32);
    let mut segment = |from_client: bool, flags: u8, sequence: u32, acknowledged: u32, payload: &[u8]| {
        let (client, server) = ([192, 0, 2, 7], [192, 0, 2, 80]);
        let (source, target) = if from_client { (client, server) } else { (server, client) };
        let (from, to) = if from_client { (40_000u16, 80u16) } else { (80, 40_000) };
        let length = 40 + payload.len();
        let mut packet = vec![0x45, 0];
        packet.extend(u16::try_from(length).unwrap().to_be_bytes());
        packet.extend([0, 1, 0x40, 0, 64, 6, 0, 0]);
        packet.extend(source);
        packet.extend(target);
        packet.extend(from.to_be_bytes());
        packet.extend(to.to_be_bytes());
        packet.extend(sequence.to_be_bytes());
        packet.extend(acknowledged.to_be_bytes());
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(payload);
        let size = u32::try_from(packet.len()).unwrap();
        for word in [1_796_000_000u32, 0, size, size] {
            file.extend(word.to_le_bytes());
        }
        file.extend(packet);
    };
    segment(true, 0x02, ours - 1, 0, b"");
    segment(false, 0x12, theirs - 1, ours, b"");
    segment(true, 0x10, ours, theirs, b"");
    let head: String = fields().iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let body = body();
    for target in targets() {
        let request = format!(
            "POST {target} HTTP/1.1\r\nHost: shop.example\r\n{head}Content-Type: application/json\r\nContent-Length: \
             {}\r\n\r\n{body}",
            body.len()
        );
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid={}\r\nContent-Length: {}\r\n\r\n{body}",
            canary("set-cookie"),
            body.len()
        );
        segment(true, 0x18, ours, theirs, request.as_bytes());
        ours += u32::try_from(request.len()).unwrap();
        segment(false, 0x18, theirs, ours, answer.as_bytes());
        theirs += u32::try_from(answer.len()).unwrap();
    }
    file
}

/// What a plug-in of APIClarity sends.
fn telemetry() -> String {
    let list = |fields: &[(&str, String)]| {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{{\"key\":\"{name}\",\"value\":\"{value}\"}}")).collect();
        pairs.join(",")
    };
    let text = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(body())
    };
    let media = ("Content-Type", "application/json".to_owned());
    let lines = targets().into_iter().map(|target| {
        format!(
            "{{\"requestID\":\"r\",\"scheme\":\"https\",\"destinationAddress\":\"192.0.2.80:443\",\"sourceAddress\":\
             \"192.0.2.7:5\",\"request\":{{\"method\":\"POST\",\"path\":\"{target}\",\"host\":\"shop.example\",\"common\":\
             {{\"version\":\"1\",\"headers\":[{}],\"body\":\"{text}\",\"TruncatedBody\":false,\"time\":1796000000000}}}},\
             \"response\":{{\"statusCode\":\"200\",\"common\":{{\"version\":\"1\",\"headers\":[{}],\"body\":\"{text}\",\
             \"TruncatedBody\":false,\"time\":1796000000001}}}}}}\n",
            list(&[fields(), vec![media.clone()]].concat()),
            list(&[media.clone(), ("Set-Cookie", format!("sid={}", canary("set-cookie")))])
        )
    });
    lines.collect()
}

#[test]
fn canary_secrets_of_recordings_are_in_no_contract_report_or_state() {
    let recordings: [(&str, Vec<u8>, u64); 5] = [
        ("shop.har", har().into_bytes(), 96),
        ("access.log", combined().into_bytes(), 48),
        ("access.json", json_log().into_bytes(), 48),
        ("shop.pcap", capture(), 48),
        ("telemetry.json", telemetry().into_bytes(), 48),
    ];
    let mut found = Vec::new();
    for (name, bytes, exchanges) in recordings {
        let place = Place::new();
        std::fs::write(place.path().join(name), bytes).unwrap();
        let args = ["discover", name, "--output", "c.yaml", "--state", "state.json", "--report", "r.json"];
        let output = Command::new(env!("CARGO_BIN_EXE_palisade"))
            .args(args)
            .args(["--format", "json"])
            .current_dir(place.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.contains(&format!("{exchanges} exchanges read")), "{name}: {said}");
        let mut texts = vec![("stderr", said)];
        for file in ["c.yaml", "state.json", "r.json"] {
            texts.push((file, std::fs::read_to_string(place.path().join(file)).unwrap()));
        }
        let contract = texts.iter().find(|(file, _)| *file == "c.yaml").unwrap().1.clone();
        assert!(contract.contains("  /people/{"), "{name}: {contract}");
        for (file, text) in &texts {
            let small = text.to_ascii_lowercase();
            for (place, secret) in CANARIES {
                if small.contains(&secret.to_ascii_lowercase()) {
                    let at = small.find(&secret.to_ascii_lowercase()).unwrap();
                    let around = text.get(at.saturating_sub(100)..at + 20).unwrap_or_default();
                    found.push(format!("{name}: {file}: {place}: ...{around}..."));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
