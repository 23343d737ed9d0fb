//! Canary secrets in every place a secret can travel in: they must be in nothing that is written, said or answered.

use crate::support::{CONTRACT, Place, Running, Serve, Upstream, call, eventually, get, post, problem};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// One secret for each place, so that a leak names its way.
const CANARIES: &[(&str, &str)] = &[
    ("bearer", "Zk3cQw81LmPb9earer0aX7Tq"),
    ("basic", "Vd7bAsIcPw0Yh2Kq9sLe"),
    ("cookie", "cOoK1e8Jr5Ty2Nb6Wd0pQz"),
    ("set-cookie", "sEtC00k1e7Hg4Fd9Sa3Lk"),
    ("key header", "hEaDeRk3y5Mn8Bv1Cx6Zq"),
    ("answer header", "aNsWeRh3ad6Pl9Ok2Ij5U"),
    ("query token", "qUeRyT0k3n4Rf8Vg1Tb7Y"),
    ("query card", "4000056655665556"),
    ("password", "Summer-Kestrel-4417!"),
    ("form password", "Winter-Osprey-9920"),
    ("card", "5200828282828210"),
    ("wrong type", "wR0ngTyPe5Kj9Hu3Nm7Qx"),
    ("too long", "t00L0ng-9Vb2Xc7Lk4Jh8Gf-and-then-some-more-of-it-to-be-long"),
    ("answer token", "aNsWeRt0k3n8Ws2Ed6Rf0"),
    ("path", "ghp_pAtHt0k3n9Zx4Cv8Bn2Mq6Wd1Ka5Rs7Te03Yu"),
    ("path opaque", "R3s3tL1nkQ8wE2rT6yU0iO4pA9sD3fG7"),
    ("query email", "query.canary@example.org"),
    ("query phone", "5550199277"),
    ("query ssn", "536228726"),
    ("header email", "header.canary@example.org"),
    ("header birth date", "1987-03-19"),
    ("path email", "path.canary@example.org"),
    ("path phone", "5550144388"),
    ("first name", "Kestrelina"),
    ("key of a map", "map.canary@example.org"),
    ("path token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwYXRoIn0.c2lnbmF0dXJlLW9mLXRoZS1wYXRoLXRva2Vu"),
];

fn secret(wanted: &str) -> &'static str {
    CANARIES.iter().find(|(place, _)| *place == wanted).unwrap().1
}

const BASIC: &str = "a2VzdHJlbDpWZDdiQXNJY1B3MFloMktxOXNMZQ==";

/// Every place a secret can travel in, some of it breaking the contract.
fn traffic(gateway: &str) {
    let bearer = format!("Bearer {}", secret("bearer"));
    let cookie = format!("theme=dark; sid={}", secret("cookie"));
    let basic = format!("Basic {BASIC}");
    let form = format!("user=kestrel&password={}", secret("form password"));
    let login = format!("{{\"user\":\"kestrel\",\"password\":\"{}\"}}", secret("password"));
    let pay = format!("{{\"card\":\"{0}\",\"note\":\"card {0}\"}}", secret("card"));
    let wrong = format!("{{\"item\":\"tea\",\"count\":\"{}\"}}", secret("wrong type"));
    let long = format!("{{\"item\":\"{}\",\"count\":1,\"password\":\"{}\"}}", secret("too long"), secret("password"));
    let member = format!("{{\"item\":\"tea\",\"count\":1,\"more\":[\"{}\"]}}", secret("wrong type"));
    let person =
        format!("{{\"firstName\":\"{}\",\"byMail\":{{\"{}\":1}}}}", secret("first name"), secret("key of a map"));
    for n in 0..3 {
        let order = format!("/orders/{}", 100 + n);
        for path in [order.as_str(), "/orders/none", "/me"] {
            for (name, value) in [
                ("Authorization", bearer.as_str()),
                ("Authorization", &basic),
                ("Cookie", &cookie),
                ("X-Api-Key", secret("key header")),
            ] {
                call(gateway, "GET", path, &[(name, value)], "");
            }
        }
        get(gateway, &format!("{order}?token={}", secret("query token")));
        get(gateway, &format!("{order}?api_key={}&depth=x", secret("query token")));
        get(gateway, &format!("{order}?depth={}", secret("query card")));
        get(gateway, &format!("/reset/{}", secret("path")));
        for place in ["path token", "path opaque"] {
            get(gateway, &format!("/orders/{}", secret(place)));
            get(gateway, &format!("/reset/{}?step=1", secret(place)));
        }
        let mail = |place| secret(place).replace('@', "%40");
        get(gateway, &format!("{order}?email={}&page=1", mail("query email")));
        get(gateway, &format!("{order}?phone={}", secret("query phone")));
        get(gateway, &format!("{order}?ssn={}&{}", secret("query ssn"), mail("query email")));
        let fields = [("X-Customer-Email", secret("header email")), ("X-Birth-Date", secret("header birth date"))];
        call(gateway, "GET", &order, &fields, "");
        get(gateway, &format!("/customers/{}", mail("path email")));
        get(gateway, &format!("/phone/{}", secret("path phone")));
        for _ in 0..4 {
            post(gateway, "/customers", &person);
        }
        post(gateway, "/login", &login);
        call(gateway, "POST", "/login", &[("Content-Type", "application/x-www-form-urlencoded")], &form);
        call(gateway, "POST", "/orders", &[("Content-Type", "text/plain")], &login);
        for body in [&pay, &wrong, &long, &member] {
            post(gateway, "/orders", body);
        }
    }
}

fn upstream() -> Upstream {
    Upstream::new(|_| {
        let body = format!(
            "{{\"access_token\":\"{}\",\"user\":{{\"password\":\"{}\",\"card\":\"{}\"}}}}",
            secret("answer token"),
            secret("password"),
            secret("card")
        );
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: sid={}; HttpOnly\r\nX-Auth-Token: {}\r\n\
             Location: /next?token={}\r\nContent-Length: {}\r\n\r\n{body}",
            secret("set-cookie"),
            secret("answer header"),
            secret("query token"),
            body.len()
        )
        .into_bytes()
    })
}

/// Looks for every canary, as it is, in small letters and as Basic writes it.
fn clean(what: &str, bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let small = text.to_ascii_lowercase();
    let mut found: Vec<String> = CANARIES
        .iter()
        .filter(|(_, secret)| text.contains(secret) || small.contains(&secret.to_ascii_lowercase()))
        .map(|(place, secret)| {
            let at = small.find(&secret.to_ascii_lowercase()).unwrap();
            let around: String = text.get(at.saturating_sub(120)..at + 20).unwrap_or_default().to_owned();
            format!("{what}: {place}: ...{around}...")
        })
        .collect();
    if text.contains(BASIC) {
        found.push(format!("{what}: Basic"));
    }
    found
}

fn files(folder: &Path, visit: &mut impl FnMut(&Path, Vec<u8>)) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                visit(&path, bytes);
            }
        }
    }
}

/// Everything below the place, where the demand is for none.
fn assert_clean(place: &Place) {
    let (mut found, mut seen) = (Vec::new(), 0);
    files(place.path(), &mut |path, bytes| {
        seen += 1;
        found.extend(clean(&path.display().to_string(), &bytes));
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(seen >= 5, "{seen} files");
}

/// Every answer of the console's API that traffic can show in.
fn answers(serve: &Serve) -> Vec<(String, Vec<u8>)> {
    let api = serve.api();
    let mut paths: Vec<String> = ["/overview", "/apis", "/events?limit=1000", "/session"].map(str::to_owned).to_vec();
    for part in
        ["", "/operations", "/contract?source=learned", "/audit?source=learned", "/findings?limit=1000", "/preview"]
    {
        paths.push(format!("{api}{part}"));
    }
    for operation in serve.list(&format!("{api}/operations")) {
        paths.push(format!("{api}/operations/{}", operation["id"].as_str().unwrap()));
    }
    let ask = |path: String| {
        let answer = serve.admin("GET", &path, "");
        assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
        (path, answer.raw)
    };
    paths.into_iter().map(ask).collect()
}

#[test]
fn canary_secrets_are_in_no_file_no_log_and_no_answer() {
    let (place, upstream) = (Place::new(), upstream());
    let serve =
        place.serve(&["--upstream", &upstream.url, "--log", "debug,palisade_gateway=trace,palisade_server=trace"]);
    traffic(&serve.gateway);
    eventually("the inventory is learned", Duration::from_secs(3), || (serve.inventory().len() >= 4).then_some(()));
    eventually("the learned contract is a candidate", Duration::from_secs(10), || {
        (serve.read(&format!("{}/preview", serve.api()))["contract"] == "candidate").then_some(())
    });
    traffic(&serve.gateway);
    let mut said = answers(&serve);
    // Now with a contract that much of it breaks, first observed, then refused.
    serve.admin("PUT", &format!("{}/contract", serve.api()), CONTRACT).good();
    traffic(&serve.gateway);
    serve.mode("block").good();
    traffic(&serve.gateway);
    let refused =
        post(&serve.gateway, "/orders", &format!("{{\"item\":\"tea\",\"count\":\"{}\"}}", secret("wrong type")));
    serve.event(problem(&refused)["uuid"].as_str().unwrap());
    said.push(("the answer to a refused request".to_owned(), refused.raw));
    std::thread::sleep(Duration::from_millis(1500));
    said.extend(answers(&serve));
    said.push(("metrics".to_owned(), get(&serve.metrics, "/metrics").raw));
    assert!(serve.list("/events?limit=1000").len() >= 5);
    let found: Vec<String> = said.iter().flat_map(|(what, bytes)| clean(what, bytes)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_clean(&place);

    // Our own: the token in its file alone, the link's code on stdout alone, the session in the browser alone.
    let code = serve.link.split("code=").nth(1).unwrap().to_owned();
    let signed_in = get(&serve.console, &format!("/login?code={code}"));
    let session = signed_in.field("set-cookie").unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
    let token = serve.token.clone();
    assert!(code.len() >= 20 && session.len() >= 20 && token.len() >= 20, "{code} {session} {token}");
    serve.process.terminate();
    assert!(serve.process.ended(Duration::from_secs(5)).success());
    assert_clean(&place);
    files(place.path(), &mut |path, bytes| {
        let (text, name) = (String::from_utf8_lossy(&bytes), path.file_name().unwrap().to_str().unwrap());
        assert!(name == "admin.token" || !text.contains(&token), "the admin token is in {name}");
        assert!(name == "serve.out" || !text.contains(&code), "the login code is in {name}");
        assert!(!text.contains(&session), "the session is in {name}");
    });
}

#[test]
fn canary_secrets_are_in_no_recording_and_no_report_on_it() {
    let (place, upstream) = (Place::new(), upstream());
    place.file("orders.yaml", CONTRACT);
    let config = format!(
        "listeners:\n  - address: 127.0.0.1:0\napis:\n  - name: orders\n    upstream: {}\n    contract: orders.yaml\n    \
         mode: observe\nrecord: exchanges.jsonl\n",
        upstream.url
    );
    let file = place.file("gateway.yaml", &config);
    let args = ["gateway", "--config", &file, "--admin", "off", "--log", "trace", "--log-format", "json"];
    let mut gateway = Running::start(place.path(), "gateway", &args);
    let address = gateway.says(|_, err| {
        let line = err.lines().find(|line| line.contains("gateway listens"))?;
        Some(line.split("\"address\":\"").nth(1)?.split('"').next()?.to_owned())
    });
    traffic(&address);
    gateway.terminate();
    assert!(gateway.ended(Duration::from_secs(8)).success());
    let recording = place.path().join("exchanges.jsonl");
    let lines = std::fs::read_to_string(&recording).unwrap().lines().count();
    assert_eq!(lines, 111, "every exchange is there");

    let palisade = |args: &[&str], out: &str| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_palisade")).args(args).current_dir(place.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        std::fs::write(place.path().join(format!("{out}.out")), &output.stdout).unwrap();
        std::fs::write(place.path().join(format!("{out}.err")), &output.stderr).unwrap();
    };
    let discover = ["discover", "exchanges.jsonl", "--output", "learned.yaml", "--state", "state.json"];
    palisade(&[&discover[..], &["--report", "report.json", "--format", "json"]].concat(), "discover");
    palisade(
        &["discover", "exchanges.jsonl", "--output", "learned.json", "--report", "report.html", "--format", "html"],
        "html",
    );
    palisade(&["audit", "learned.yaml", "--format", "json"], "audit");
    palisade(&["drift", "orders.yaml", "exchanges.jsonl", "--all"], "drift");
    palisade(&["drift", "orders.yaml", "exchanges.jsonl", "--output", "drift.json", "--format", "json"], "drift");
    let report = std::fs::read_to_string(place.path().join("report.json")).unwrap();
    let learned = std::fs::read_to_string(place.path().join("learned.yaml")).unwrap();
    assert!(
        learned.contains("\n  /reset/{") && !learned.contains("\n  /reset/redacted"),
        "a redacted segment is a variable: {learned}"
    );
    assert!(report.contains("\"findings\"") && report.contains("DIS0"), "{report}");
    assert_clean(&place);
}
