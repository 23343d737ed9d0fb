//! `palisade job` and `apisec_cli` against a control plane that says what a test wants; `palisade login`, completions and
//! the manual. The whole against `palisade serve` is in `apisec.rs`.

use crate::support::{Message, Place, Upstream, json_answer};
use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

const ID: &str = "019a2b3c-0000-7000-8000-000000000001";

fn job(kind: &str, state: &str, more: &str) -> String {
    format!(
        "{{\"id\":\"{ID}\",\"job_type\":\"{kind}\",\"state\":\"{state}\",\"progress\":40,\"progress_text\":\"judging\",\
         \"created_at\":\"2026-01-11T11:39:12.389813Z\",\"updated_at\":\"2026-01-11T11:39:12.4Z\",\"created_by\":\"ci\",\
         \"attempts\":1{more}}}"
    )
}

fn problem(status: &str, detail: &str) -> Vec<u8> {
    json_answer(status, &format!("{{\"title\":\"x\",\"detail\":\"{detail}\"}}"))
}

const FINDING: &str = r#"{"id":"019a2b3c-0000-7000-8000-00000000000a","source":"oas-analyzer","categories":["api-specification"],"created_at":"2026-01-11T11:39:12.4Z","rule":"TDT007","name":"string-without-maximum-length","severity":"medium","category":"data-validation","message":"a string without maxLength","pointer":"/paths/~1a/get/parameters/0/type","operation":"GET /a","count":1,"fingerprint":"00","owasp":[],"cwe":[],"attack":[],"aliases":[]}"#;

/// A control plane with one controller, and one job that has ended as told.
fn control_plane(ended: &str, more: &'static str) -> Upstream {
    let ended = ended.to_owned();
    let asked = AtomicUsize::new(0);
    Upstream::new(move |request: &Message| {
        if request.field("authorization") != Some("Basic cGFsX2FrX2E6cGFsX3NrX2I=") {
            return problem("401 Unauthorized", "These keys are not known.");
        }
        let target = request.target();
        let (method, path) = target.split_once(' ').unwrap();
        let of_job = path.strip_prefix(&format!("/api/v1/jobs/{ID}"));
        match (method, path, of_job) {
            ("GET", "/api/v1/controllers?limit=500", _) => json_answer(
                "200 OK",
                r#"{"items":[{"id":"019a2b3c-0000-7000-8000-00000000000c","name":"embedded","state":"online","version":"0.1.0","last_seen":"2026-01-11T11:39:12Z","capabilities":["OasScoringJob"],"jobs":0}],"next":null}"#,
            ),
            ("POST", "/api/v1/jobs", _) => {
                let kind = request.json()["job_type"].as_str().unwrap().to_owned();
                json_answer("201 Created", &job(&kind, "Pending", ""))
            }
            ("GET", "/api/v1/jobs?sort=-created_at&limit=500", _) => {
                let page = format!("{{\"items\":[{}],\"next\":\"a b&c\"}}", job("OasScoringJob", &ended, more));
                json_answer("200 OK", &page)
            }
            ("GET", "/api/v1/jobs?sort=-created_at&limit=500&cursor=a%20b%26c", _) => {
                let page = format!("{{\"items\":[{}],\"next\":null}}", job("FuzzingJob", "Failed", ""));
                json_answer("200 OK", &page)
            }
            ("GET", "/api/v1/jobs?limit=1", _) => json_answer("200 OK", "{\"items\":[],\"next\":null}"),
            // It begins when it was asked for once.
            ("GET", _, Some("")) if asked.fetch_add(1, Ordering::SeqCst) == 0 && ended != "Pending" => {
                json_answer("200 OK", &job("OasScoringJob", "InProgress", ""))
            }
            ("GET", _, Some("")) => json_answer("200 OK", &job("OasScoringJob", &ended, more)),
            ("GET", _, Some("/findings?limit=500")) => {
                json_answer("200 OK", &format!("{{\"items\":[{FINDING}],\"next\":null}}"))
            }
            ("GET", _, Some("/report?format=sarif")) => json_answer("200 OK", "{\"runs\":[]}"),
            ("GET", _, Some("/compliance" | "/compliance?gate=no%20PII")) if more.contains("gated") => json_answer(
                "200 OK",
                "{\"gate\":\"no PII\",\"compliant\":false,\"broken\":[{\"condition\":\"minimum\",\"message\":\"61 points, 90 are needed\",\"count\":0}]}",
            ),
            ("GET", _, Some("/log")) => json_answer("200 OK", "began\\u001b\u{1b}[2J\nended\n"),
            ("DELETE", _, Some("")) if more.is_empty() => json_answer("200 OK", &job("FuzzingJob", "Cancelled", "")),
            ("DELETE", _, Some("")) => json_answer("200 OK", &job("FuzzingJob", &ended, "")),
            _ => problem("404 Not Found", "There is no such job."),
        }
    })
}

/// A program in an environment of its own.
fn program(name: impl AsRef<OsStr>, place: &Place, server: &str) -> Command {
    let mut command = Command::new(name);
    command
        .env_clear()
        .envs(std::env::vars().filter(|(name, _)| name == "PATH" || name.starts_with("LLVM")))
        .env("HOME", place.path())
        .env("PANOPTICA_CLI_ACCESS_KEY", "pal_ak_a")
        .env("PANOPTICA_CLI_SECRET_KEY", "pal_sk_b")
        .env("PALISADE_URL", server)
        .current_dir(place.path())
        .stdin(Stdio::null());
    command
}

fn palisade(place: &Place, server: &str) -> Command {
    program(env!("CARGO_BIN_EXE_palisade"), place, server)
}

fn ran(place: &Place, server: &str, line: &str) -> Output {
    palisade(place, server).arg("job").args(line.split(' ')).output().unwrap()
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\n', "$\n");
    format!("{}{}exit {}", text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

#[test]
fn tables_and_json_are_panopticas() {
    let (place, server) = (Place::new(), control_plane("Completed", ",\"compliant\":true"));
    insta::assert_snapshot!(told(&ran(&place, &server.url, "list-controllers")), @r"
    ID                                    NAME     $
    019a2b3c-0000-7000-8000-00000000000c  embedded  $
    exit 0
    ");
    insta::assert_snapshot!(told(&ran(&place, &server.url, "--json list-controllers")), @r#"
    {"items":[{"capabilities":["OasScoringJob"],"id":"019a2b3c-0000-7000-8000-00000000000c","lastSeen":"2026-01-11T11:39:12.000000Z","name":"embedded","state":"online","version":"0.1.0"}]}$
    exit 0
    "#);
    insta::assert_snapshot!(told(&ran(&place, &server.url, "--is-desc list")), @r"
    ID                                    JOBTYPE        STATUS     CREATED AT                            UPDATED AT                           $
    019a2b3c-0000-7000-8000-000000000001  OasScoringJob  Completed  2026-01-11 11:39:12.389813 +0000 UTC  2026-01-11 11:39:12.400000 +0000 UTC  $
    019a2b3c-0000-7000-8000-000000000001  FuzzingJob     Failed     2026-01-11 11:39:12.389813 +0000 UTC  2026-01-11 11:39:12.400000 +0000 UTC  $
    exit 0
    ");
    let get = ran(&place, &server.url, &format!("get {ID} --poll --no-headers"));
    insta::assert_snapshot!(told(&get), @r"
    019a2b3c-0000-7000-8000-000000000001  OasScoringJob  Completed  2026-01-11 11:39:12.389813 +0000 UTC  2026-01-11 11:39:12.400000 +0000 UTC  $
    exit 0
    ");
    insta::assert_snapshot!(told(&ran(&place, &server.url, &format!("--json get {ID}"))), @r#"
    {"compliant":true,"createdAt":"2026-01-11T11:39:12.389813Z","id":"019a2b3c-0000-7000-8000-000000000001","jobType":"OasScoringJob","progress":40.0,"status":"Completed","updatedAt":"2026-01-11T11:39:12.400000Z"}$
    exit 0
    "#);
    insta::assert_snapshot!(told(&ran(&place, &server.url, &format!("get --summary {ID}"))), @r"
    ID                                    SEVERITY  CATEGORIES         FINDING TYPE ID  SOURCE       $
    019a2b3c-0000-7000-8000-00000000000a  medium    api-specification  TDT007           oas-analyzer  $
    exit 0
    ");
    let json = ran(&place, &server.url, &format!("--json get --summary {ID}"));
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["items"][0]["findingTypeId"], "TDT007");
    assert_eq!(json.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
}

#[test]
fn the_name_apisec_cli_and_any_order_of_options_say_the_same() {
    let (place, server) = (Place::new(), control_plane("Completed", ""));
    let link = place.path().join("apisec_cli");
    symlink(env!("CARGO_BIN_EXE_palisade"), &link).unwrap();
    let apisec = |line: &str| told(&program(&link, &place, &server.url).args(line.split(' ')).output().unwrap());
    ran(&place, &server.url, &format!("get {ID}"));
    let wanted = told(&ran(&place, &server.url, &format!("--json get --summary {ID}")));
    assert!(wanted.ends_with("exit 0"), "{wanted}");
    for line in [
        format!("apisec-job --json get --summary {ID}"),
        format!("apisec-job get --summary {ID} --json"),
        format!("--json apisec-job --summary get {ID}"),
        format!("apisec-job -json get -summary {ID}"),
        format!("apisec-job get --json --access-key pal_ak_a --secret-key=pal_sk_b --summary {ID}"),
    ] {
        assert_eq!(apisec(&line), wanted, "{line}");
    }
    let refused = apisec(&format!("apisec-job --secret-key wrong get {ID}"));
    assert_eq!(refused, "palisade: These keys are not known.$\nexit 1");
    assert!(apisec("apisec-job fly").ends_with("exit 2"));
}

#[test]
fn the_verbs_are_shown_in_groups() {
    let place = Place::new();
    let link = place.path().join("apisec_cli");
    symlink(env!("CARGO_BIN_EXE_palisade"), &link).unwrap();
    let help = |line: &str| {
        let output = Command::new(&link).args(line.split(' ')).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!(help("apisec-job --help"));
    assert_eq!(help("apisec-job help"), help("apisec-job h"));
    insta::assert_snapshot!(help("apisec-job start-fuzzing --help"));
}

/// Runs a line in a shell with both streams in one.
fn merged(place: &Place, server: &str, line: &str) -> String {
    let script = format!("\"$0\" job {line} 2>&1 | cat; echo \"exit ${{PIPESTATUS[0]}}\"");
    let mut bash = program("bash", place, server);
    let output = bash.args(["-c", &script, env!("CARGO_BIN_EXE_palisade")]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn start_verbs_say_one_line_whatever_the_end() {
    let place = Place::new();
    place.file("a.yaml", "openapi: 3.1.0\n");
    let compliant = control_plane("Completed", ",\"compliant\":true");
    let scoring = format!("Created scoring job with id \"{ID}\"\n");
    let other = format!("Created job with id \"{ID}\"\n");
    assert_eq!(merged(&place, &compliant.url, "start-oas-scoring a.yaml"), format!("{scoring}exit 0\n"));
    let third = "start-third-party-api-scoring --poll --url https://api.example.com";
    assert_eq!(merged(&place, &compliant.url, third), format!("{other}exit 0\n"));
    compliant.take();
    let fuzzing = "start-fuzzing --url http://127.0.0.1:9 --fuzzing-depth quick --controller-id c7 --allow-private \
                   --max-severity-allowed Info --application shop --application-version 1.2 a.yaml";
    assert_eq!(merged(&place, &compliant.url, fuzzing), format!("{other}exit 0\n"));
    let sent = compliant.take();
    let body = sent.rsplit("\r\n\r\n").next().unwrap();
    insta::assert_snapshot!(body, @r#"{"job_type":"FuzzingJob","document":"openapi: 3.1.0\n","document_name":"a.yaml","url":"http://127.0.0.1:9","fuzzing_depth":"Quick","controller_id":"c7","max_severity_allowed":"info","application":"shop","application_version":"1.2","options":{"allow_private":true}}"#);

    let refused = control_plane(
        "Completed",
        ",\"compliant\":false,\"summary\":{\"critical\":0,\"high\":2,\"medium\":0,\"low\":0,\"info\":1}",
    );
    let line = "start-oas-scoring --poll --fail-on high a.yaml";
    assert_eq!(merged(&place, &refused.url, line), format!("{scoring}exit 4\n"));
    let failed = control_plane("Failed", ",\"reason\":\"There is no engine for it.\"");
    assert_eq!(merged(&place, &failed.url, line), format!("{scoring}exit 1\n"));
    let reported = format!("{line} --format sarif --output failed.sarif");
    assert_eq!(merged(&place, &failed.url, &reported), format!("{scoring}exit 1\n"));
    assert!(!place.path().join("failed.sarif").exists(), "there is no report");

    // Where the streams are apart, why is told.
    let path = place.path().join("a.yaml").display().to_string();
    let line = format!("start-oas-scoring --poll --fail-on high {path}");
    assert!(told(&ran(&place, &refused.url, &line)).ends_with("palisade: not compliant: 2 high, 1 info$\nexit 4"));
    assert!(
        told(&ran(&place, &failed.url, &line))
            .ends_with("palisade: the job failed: There is no engine for it.$\nexit 1")
    );
}

#[test]
fn the_end_of_a_job_decides_the_exit_code_where_it_is_waited_for() {
    let place = Place::new();
    let refused = control_plane("Completed", ",\"compliant\":false");
    assert!(told(&ran(&place, &refused.url, &format!("get --poll {ID}"))).ends_with("not compliant$\nexit 4"));
    assert!(told(&ran(&place, &refused.url, &format!("get {ID}"))).ends_with("exit 0"));
    let found =
        control_plane("Completed", ",\"summary\":{\"critical\":0,\"high\":0,\"medium\":3,\"low\":0,\"info\":0}");
    ran(&place, &found.url, &format!("get {ID}"));
    let line = |severity: &str| told(&ran(&place, &found.url, &format!("get --fail-on {severity} {ID}")));
    assert!(line("high").ends_with("exit 0"));
    assert!(line("Medium").ends_with("palisade: 3 findings at or above medium$\nexit 4"));
    let gated = control_plane("Completed", ",\"compliant\":false,\"gated\":1");
    let said = told(&ran(&place, &gated.url, &format!("get --poll {ID}")));
    assert!(said.ends_with("palisade: not compliant: gate no PII: 61 points, 90 are needed$\nexit 4"), "{said}");
    let by_gate = |name: &str| {
        let output = palisade(&place, &gated.url).args(["job", "get", "--gate", name, ID]).output().unwrap();
        told(&output)
    };
    assert!(
        by_gate("no PII").ends_with("palisade: gate no PII: 61 points, 90 are needed$\nexit 4"),
        "{}",
        by_gate("no PII")
    );
    assert!(by_gate("other").ends_with("palisade: There is no such job.$\nexit 1"));
    let cancelled = control_plane("Cancelled", "");
    let said = told(&ran(&place, &cancelled.url, &format!("get --poll {ID}")));
    assert!(said.ends_with("palisade: the job was cancelled$\nexit 1"), "{said}");
    let open = control_plane("Pending", "");
    assert!(
        told(&ran(&place, &open.url, &format!("get --fail-on high {ID}")))
            .ends_with("wait for it with --poll$\nexit 1")
    );
    assert_eq!(told(&ran(&place, &found.url, "get nothing")), "palisade: There is no such job.$\nexit 1");
}

#[test]
fn a_terminal_is_shown_how_far_it_is() {
    let (place, server) = (Place::new(), control_plane("Failed", ",\"reason\":\"It went away.\""));
    place.file("a.yaml", "openapi: 3.1.0\n");
    let line = format!("'{}' job start-oas-scoring --poll a.yaml", env!("CARGO_BIN_EXE_palisade"));
    let output = program("script", &place, &server.url).args(["-qec", &line, "/dev/null"]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap().replace('\r', "<").replace('\u{1b}', "^");
    insta::assert_snapshot!(shown.trim_end(), @r#"
    Created scoring job with id "019a2b3c-0000-7000-8000-000000000001"<
    <^[KOasScoringJob InProgress 40 %, judging<^[Kpalisade: the job failed: It went away.<
    "#);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn reports_logs_and_cancelling() {
    let (place, server) = (Place::new(), control_plane("Completed", ""));
    ran(&place, &server.url, &format!("get {ID}"));
    let file = place.path().join("out.sarif").display().to_string();
    assert_eq!(told(&ran(&place, &server.url, &format!("get --format sarif --output {file} {ID}"))), "exit 0");
    assert!(told(&ran(&place, &server.url, &format!("get --format github {ID}"))).ends_with("exit 2"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"runs\":[]}");
    let contract = place.file("a.yaml", "openapi: 3.1.0\n");
    let line = format!("start-oas-scoring --poll --format sarif --output {file}2 {contract}");
    assert!(told(&ran(&place, &server.url, &line)).ends_with("\"$\nexit 0"));
    assert_eq!(std::fs::read_to_string(format!("{file}2")).unwrap(), "{\"runs\":[]}");
    insta::assert_snapshot!(told(&ran(&place, &server.url, &format!("log {ID}"))), @r"
    began\u001b\u{1b}[2J$
    ended$
    exit 0
    ");
    assert_eq!(
        told(&ran(&place, &server.url, &format!("cancel {ID}"))),
        format!("Cancelled job with id \"{ID}\"$\nexit 0")
    );
    assert_eq!(
        told(&ran(&place, &server.url, &format!("delete {ID}"))),
        format!("Deleted job with id \"{ID}\"$\nexit 0")
    );
}

#[test]
fn a_control_plane_that_is_away_for_a_moment_gets_one_job() {
    let place = Place::new();
    let contract = place.file("a.yaml", "openapi: 3.1.0\n");
    let asked = AtomicUsize::new(0);
    let server = Upstream::new(move |request: &Message| match asked.fetch_add(1, Ordering::SeqCst) {
        0 | 2 => b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n".to_vec(),
        1 => json_answer("201 Created", &job("OasScoringJob", "Pending", "")),
        _ if request.target().ends_with("/events") => {
            let event = job("OasScoringJob", "Completed", ",\"compliant\":true");
            let body = format!(": hello\n\nevent: job\ndata: {event}\n\n");
            let length = body.len();
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {length}\r\n\r\n{body}")
                .into()
        }
        _ => json_answer("200 OK", &job("OasScoringJob", "InProgress", "")),
    });
    let said = told(&ran(&place, &server.url, &format!("start-oas-scoring --poll {contract}")));
    assert_eq!(said, format!("Created scoring job with id \"{ID}\"$\nexit 0"));
    let sent = server.take().to_ascii_lowercase();
    let mut keys: Vec<&str> = sent.lines().filter(|line| line.starts_with("idempotency-key: ")).collect();
    assert_eq!(keys.len(), 2, "{sent}");
    keys.dedup();
    assert_eq!(keys.len(), 1, "{sent}");
}

#[test]
fn without_keys_or_a_server_it_says_what_to_do() {
    let place = Place::new();
    let mut command = palisade(&place, "http://127.0.0.1:9");
    command.env_remove("PANOPTICA_CLI_ACCESS_KEY").env_remove("PANOPTICA_CLI_SECRET_KEY");
    let said = told(&command.args(["job", "list"]).output().unwrap());
    assert!(said.starts_with("palisade: no keys: set PANOPTICA_CLI_ACCESS_KEY") && said.ends_with("exit 1"), "{said}");
    let said = told(&ran(&place, "http://127.0.0.1:9", "list"));
    assert!(said.contains("is `palisade serve` running?") && said.ends_with("exit 1"), "{said}");
    let said = told(&ran(&place, "http://192.0.2.1", "list"));
    assert!(said.contains("--allow-http") && !said.contains("pal_sk_b") && said.ends_with("exit 1"), "{said}");
}

#[test]
fn the_proxy_of_the_environment_is_asked_for_a_tunnel() {
    let (place, proxy) =
        (Place::new(), Upstream::new(|_| b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".to_vec()));
    let mut command = palisade(&place, "https://palisade.example");
    command.env("HTTPS_PROXY", proxy.url.replace("http://", "http://me:pass@"));
    let said = told(&command.args(["job", "list"]).output().unwrap());
    assert!(
        said.starts_with("palisade: https://palisade.example cannot be reached") && said.ends_with("exit 1"),
        "{said}"
    );
    let asked = proxy.take();
    assert!(asked.starts_with("CONNECT palisade.example:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_ascii_lowercase().contains("proxy-authorization: basic bwu6cgfzcw==\r\n"), "{asked}");
    assert!(!asked.contains("cGFsX2FrX2E6cGFsX3NrX2I="), "the proxy is not told the keys: {asked}");
}

fn login(place: &Place, server: &str, args: &[&str], keys: &str) -> String {
    use std::io::Write;
    let mut command = palisade(place, server);
    command.env_remove("PANOPTICA_CLI_ACCESS_KEY").env_remove("PANOPTICA_CLI_SECRET_KEY").env_remove("PALISADE_URL");
    command.arg("login").args(["--server", server]).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    told(&child.wait_with_output().unwrap())
}

#[test]
fn keys_are_tried_kept_for_their_owner_and_forgotten() {
    let (place, server) = (Place::new(), control_plane("Completed", ""));
    let file = place.path().join(".config/palisade/profiles.json");
    let said = login(&place, &server.url, &[], "pal_ak_a\nwrong\n");
    assert_eq!(said, "palisade: the keys are not kept: These keys are not known.$\nexit 1");
    assert!(!file.exists());
    let exports = "export PANOPTICA_CLI_ACCESS_KEY='pal_ak_a'\nexport PANOPTICA_CLI_SECRET_KEY='pal_sk_b'\n";
    let said = login(&place, &server.url, &[], exports);
    assert_eq!(said, format!("{} keeps the keys for {}$\nexit 0", file.display(), server.url));
    let said = login(&place, &server.url, &["--profile", "other"], "pal_ak_a\npal_sk_b\n");
    assert!(said.contains("use them with --profile other$\n"), "{said}");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));

    let list = |args: &[&str]| {
        let mut command = palisade(&place, &server.url);
        command
            .env_remove("PANOPTICA_CLI_ACCESS_KEY")
            .env_remove("PANOPTICA_CLI_SECRET_KEY")
            .env_remove("PALISADE_URL");
        told(&command.args(["job", "--no-headers", "list-controllers"]).args(args).output().unwrap())
    };
    assert!(list(&[]).ends_with("embedded  $\nexit 0"), "{}", list(&[]));
    assert!(list(&["--profile", "other"]).ends_with("embedded  $\nexit 0"));
    assert!(list(&["--server", "http://127.0.0.1:9"]).contains("sign in there with `palisade login`"));

    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    assert!(list(&[]).contains("others can read the keys in it; chmod 600"));
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();

    let logout = |args: &[&str]| told(&palisade(&place, &server.url).arg("logout").args(args).output().unwrap());
    assert_eq!(logout(&[]), "exit 0");
    assert_eq!(logout(&[]), "palisade: no profile default: kept are other$\nexit 1");
    assert!(list(&[]).starts_with("palisade: no keys:"));
    assert_eq!(logout(&["--all"]), "exit 0");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("pal_sk"));
}

#[test]
fn completions_and_pages_of_the_manual_are_made_of_the_command_line() {
    let place = Place::new();
    for name in ["palisade", "apisec_cli"] {
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            let made = palisade(&place, "").args(["completions", shell, "--name", name]).output().unwrap();
            let text = String::from_utf8(made.stdout).unwrap();
            assert!(made.status.success() && text.contains("start-third-party-api-scoring"), "{shell} {name}");
        }
    }
    let script = format!(
        "eval \"$('{}' completions bash --name apisec_cli)\"; COMP_WORDS=(apisec_cli apisec-job start-f); COMP_CWORD=2; \
         _apisec_cli apisec_cli start-f apisec-job; echo \"${{COMPREPLY[@]}}\"",
        env!("CARGO_BIN_EXE_palisade")
    );
    let completed = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&completed.stdout).trim(), "start-fuzzing", "{completed:?}");

    let folder = place.path().join("man");
    let made = palisade(&place, "").args(["man", "--output"]).arg(&folder).output().unwrap();
    assert_eq!(told(&made), "exit 0");
    for page in ["palisade.1", "palisade-audit.1", "palisade-job-get.1", "apisec_cli-apisec-job-start-fuzzing.1"] {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{page}");
    }
}
