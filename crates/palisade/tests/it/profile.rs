//! `palisade discover --profile`: what is learned beside the contract.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

fn palisade(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palisade")).current_dir(folder).args(args).output().unwrap()
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Orders of ten clients, one a second.
fn orders(numbers: std::ops::Range<u32>, extra: &str) -> String {
    let mut lines = String::new();
    for number in numbers {
        let client = number % 10 + 1;
        writeln!(
            lines,
            r#"{{"v":1,"time":{number}000000,"host":"api.example.org","method":"POST","path":"/orders","client":"192.0.2.{client}","request":{{"headers":[["content-type","application/json"]],"body":{{"json":{{"sku":"canary-{number}","count":{client}{extra}}}}}}},"response":{{"status":201,"message":{{"headers":[["content-type","application/json"]],"body":{{"json":{{"id":{number}}}}}}}}}}}"#
        )
        .unwrap();
    }
    lines
}

#[test]
fn a_profile_is_learned_beside_the_contract_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("orders.jsonl"), orders(100..180, "")).unwrap();
    for name in ["one.yaml", "two.yaml", "profile.json"] {
        good(&palisade(folder.path(), &["discover", "orders.jsonl", "--output", "openapi.yaml", "--profile", name]));
    }
    let one = std::fs::read_to_string(at("one.yaml")).unwrap();
    assert_eq!(one, std::fs::read_to_string(at("two.yaml")).unwrap());
    assert!(!one.contains("canary"), "{one}");
    insta::assert_snapshot!(one);
    let json = std::fs::read_to_string(at("profile.json")).unwrap();
    let read: palisade_guard::profile::Profile = serde_json::from_str(&json).unwrap();
    assert_eq!(read.operations["POST /orders"].exchanges, 80);

    // Beside the contract it tells what the contract lets through.
    let config = "apis:\n- name: shop\n  upstream: http://127.0.0.1:9\n  contract: openapi.yaml\n  protection:\n    profile: one.yaml\n";
    std::fs::write(at("gateway.yaml"), config).unwrap();
    std::fs::write(at("usual.jsonl"), orders(180..200, "")).unwrap();
    std::fs::write(at("odd.jsonl"), orders(200..201, r#","role":"admin""#)).unwrap();
    let usual = good(&palisade(folder.path(), &["replay", "--config", "gateway.yaml", "usual.jsonl"]));
    assert!(!usual.contains("profile_"), "{usual}");
    let odd = good(&palisade(folder.path(), &["replay", "--config", "gateway.yaml", "odd.jsonl"]));
    assert!(odd.contains("profile_member") && odd.contains("/role") && !odd.contains("admin"), "{odd}");
    std::fs::write(at("one.yaml"), "operations: []\n").unwrap();
    let broken = palisade(folder.path(), &["replay", "--config", "gateway.yaml", "odd.jsonl"]);
    let told = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert!(broken.status.code() == Some(1) && told.contains("one.yaml:1:1"), "{told}");

    let refused = palisade(folder.path(), &["discover", "-", "--profile", "never.yaml"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("--profile reads the traffic twice"), "{told}");
}
