//! Traffic that another program makes from a contract (`tests/generator`, in Python, from the specifications alone):
//! what keeps the contract passes without a word, and each kind of violation that is put in is caught.
//!
//! The contracts are those of `tests/fixtures`, and those of the folder that `PALISADE_CORPUS` names.

use crate::{api, lines};
use base64::Engine;
use palisade_exchange::{HeadersView, RequestView, ResponseView};
use palisade_guard::{Effect, Facts, Mode, Policy, Progress};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// The contracts of a folder, in order of their names.
fn contracts(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths
        .retain(|path| path.extension().is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|one| ending == *one)));
    paths.sort();
    paths
}

/// The lines that the generator prints; `None` where it cannot run, which is said.
fn generate(contract: &Path, arguments: &[&str]) -> Option<Vec<Value>> {
    let script = folder("generator").join("generate.py");
    let mut command = Command::new("python3");
    command.arg("-B").arg(script).arg(contract).args(arguments);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            say(&format!("no traffic is generated: python3: {error}"));
            return None;
        }
    };
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        assert!(why.contains("PyYAML is needed"), "{}: {why}", contract.display());
        say(&format!("no traffic is generated from {}: {}", contract.display(), why.trim()));
        return None;
    }
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn policy(contract: &Path) -> Policy {
    // Contracts of others have parts that cannot be used; what remains is in force.
    Policy::compile(&api(&std::fs::read_to_string(contract).unwrap(), Mode::Block)).0
}

fn fields(message: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    message["headers"].as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
}

fn body(message: &Value) -> Vec<u8> {
    match &message["body"] {
        Value::Object(body) => match body.get("text") {
            Some(text) => text["text"].as_str().unwrap().into(),
            None => {
                let coded = body["base64"]["bytes"].as_str().unwrap();
                base64::engine::general_purpose::STANDARD.decode(coded).unwrap()
            }
        },
        _ => Vec::new(),
    }
}

/// What is said of an exchange: whether the request is refused, and every error of request and response.
fn judge(policy: &Policy, exchange: &Value) -> (bool, Vec<String>) {
    let text = |key: &str| exchange[key].as_str().unwrap();
    let sent = body(&exchange["request"]);
    let mut owned = fields(&exchange["request"]);
    if !sent.is_empty() {
        owned.push(("Content-Length".to_owned(), sent.len().to_string()));
    }
    let borrow = |owned: &'_ [(String, String)]| -> Vec<(String, Vec<u8>)> {
        owned.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect()
    };
    let owned = borrow(&owned);
    let views: Vec<(&str, &[u8])> = owned.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    let request = RequestView {
        method: text("method"),
        host: text("host"),
        path: text("path"),
        query: exchange["query"].as_str(),
        headers: HeadersView(&views),
        client: None,
    };
    let mut inquiry = policy.inquire(Facts::default());
    if let Progress::Body { limit } = inquiry.head(&request) {
        inquiry.body(&request, &sent, sent.len() as u64 > limit);
    }
    let refused = inquiry.decision().effect == Effect::Prevent;
    if let (false, Some(response)) = (refused, exchange.get("response")) {
        let owned = borrow(&fields(&response["message"]));
        let views: Vec<(&str, &[u8])> = owned.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let status = response["status"].as_u64().unwrap() as u16;
        let view = ResponseView { status, headers: HeadersView(&views) };
        inquiry.response(&request, &view);
        inquiry.response_body(&request, &view, Some(&body(&response["message"])));
    }
    (refused, lines(&inquiry.decision()))
}

/// How often each kind was put in, and how often it was caught; what was said where nothing is wrong.
#[derive(Default)]
struct Tally {
    valid: usize,
    false_alarms: Vec<String>,
    kinds: BTreeMap<String, (usize, usize)>,
    missed: Vec<String>,
}

impl Tally {
    fn run(&mut self, contract: &Path, arguments: &[&str]) {
        let Some(generated) = generate(contract, arguments) else { return };
        let policy = policy(contract);
        let name = contract.file_name().unwrap().to_string_lossy();
        for line in generated {
            let Some(exchange) = line.get("exchange") else { continue };
            let (refused, told) = judge(&policy, exchange);
            let about = || format!("{name} {}\n    {told:?}\n    {exchange}", line["operation"]);
            match line.get("kind").and_then(Value::as_str) {
                None => {
                    self.valid += 1;
                    if refused || !told.is_empty() {
                        self.false_alarms.push(about());
                    }
                }
                Some(kind) => {
                    let at = line["at"].as_str().unwrap();
                    let caught = match at {
                        "request" => refused,
                        // What only alerts, and what is wrong in a response, is told.
                        _ => !told.is_empty(),
                    };
                    let (seeded, found) = self.kinds.entry(format!("{at}: {kind}")).or_default();
                    *seeded += 1;
                    *found += usize::from(caught);
                    if !caught {
                        self.missed.push(format!("{kind}: {}", about()));
                    }
                }
            }
        }
    }

    fn check(&self) {
        let shown = |list: &[String]| list.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        let (alarms, missed) = (self.false_alarms.len(), self.missed.len());
        assert!(
            alarms + missed == 0,
            "{alarms} false alarms of {}:\n{}\n{missed} missed:\n{}",
            self.valid,
            shown(&self.false_alarms),
            shown(&self.missed),
        );
    }
}

#[test]
fn what_is_made_from_contracts_passes_and_what_is_broken_is_caught() {
    let mut tally = Tally::default();
    for contract in contracts(&folder("fixtures")) {
        for seed in ["1", "2", "3"] {
            tally.run(&contract, &["--seed", seed, "--each", "8", "--violations"]);
        }
    }
    if tally.valid == 0 {
        return;
    }
    tally.check();
    assert!(tally.valid >= 300, "{}", tally.valid);
    // The kinds that are put in; every one of them was caught every time.
    let kinds: Vec<&str> = tally.kinds.keys().map(String::as_str).collect();
    assert!(kinds.len() >= 40);
    insta::assert_snapshot!(kinds.join("\n"));
}

/// Contracts of others are no part of the repository: `PALISADE_CORPUS` names a folder of them.
#[test]
fn traffic_of_real_contracts_raises_no_false_alarm() {
    let Some(corpus) = std::env::var_os("PALISADE_CORPUS").map(PathBuf::from) else {
        say("no traffic of real contracts is generated: set PALISADE_CORPUS to a folder of them");
        return;
    };
    let mut tally = Tally::default();
    for contract in contracts(&corpus) {
        tally.run(&contract, &["--violations"]);
    }
    for (kind, (seeded, caught)) in &tally.kinds {
        say(&format!("{kind:<48} {caught:>6} of {seeded:>6}"));
    }
    say(&format!("{} valid exchanges", tally.valid));
    tally.check();
    assert!(tally.valid > 0, "PALISADE_CORPUS holds no contract that traffic can be made of");
}
