//! States of `palisade discover`: learned apart, merged, taken up again, refused.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

fn discover(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.current_dir(folder).arg("discover").args(more).output().unwrap()
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Exchanges as an exporter writes them, with credentials and bodies.
fn lines(numbers: std::ops::Range<u32>) -> String {
    let mut lines = String::new();
    for number in numbers {
        let order = format!("7f9619ff-8b86-4d01-b42d-00cf4fc9{number:04}");
        writeln!(
            lines,
            r#"{{"v":1,"time":{number}000000,"host":"api.example.org","method":"GET","path":"/orders/{order}","request":{{"headers":[["authorization","Bearer canary-{number}"]]}},"response":{{"status":200,"message":{{"body":{{"json":{{"id":"{order}","total":{number}}}}}}}}}}}"#
        )
        .unwrap();
    }
    lines
}

#[test]
fn learning_apart_and_merging_is_learning_in_one_place() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("all.jsonl"), lines(1..61)).unwrap();
    std::fs::write(at("one.jsonl"), lines(1..26)).unwrap();
    std::fs::write(at("two.jsonl"), lines(26..61)).unwrap();
    let whole = good(&discover(folder.path(), &["all.jsonl", "--state", "all.state", "--key", "shop.key"]));
    assert!(whole.contains("/orders/{orderId}:") && whole.contains("hits: 60"), "{whole}");
    for name in ["one", "two"] {
        let (recording, state) = (format!("{name}.jsonl"), format!("{name}.state"));
        good(&discover(folder.path(), &[&recording, "--state", &state, "--key", "shop.key"]));
    }
    let merge = ["--merge", "two.state", "--merge", "one.state", "--state", "sum.state", "--key", "shop.key"];
    assert_eq!(good(&discover(folder.path(), &merge)), whole);
    let read = |name: &str| std::fs::read_to_string(at(name)).unwrap();
    assert_eq!(read("sum.state"), read("all.state"));
    assert!(!read("sum.state").contains("canary") && !whole.contains("canary"));
    // A recording may be added in the same run.
    let more = good(&discover(folder.path(), &["two.jsonl", "--merge", "one.state", "--key", "shop.key"]));
    assert!(more.contains("hits: 60"), "{more}");
}

#[test]
fn states_of_other_keys_and_damaged_ones_are_refused_with_what_helps() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.jsonl"), lines(1..6)).unwrap();
    for state in ["a.state", "b.state"] {
        good(&discover(folder.path(), &["one.jsonl", "--state", state]));
    }
    let told = refused(&discover(folder.path(), &["--merge", "b.state", "--state", "a.state"]));
    assert!(told.contains("b.state: ") && told.contains("different keys") && told.contains("--key FILE"), "{told}");
    let told = refused(&discover(folder.path(), &["--merge", "a.state", "--state", "new.state"]));
    assert!(told.contains("new.state.key: the key of the states is missing"), "{told}");
    let state = std::fs::read_to_string(folder.path().join("a.state")).unwrap();
    for (damaged, wanted) in [
        (state.replace("\"version\":2", "\"version\":1"), "version 1"),
        (state.get(..state.len() / 2).unwrap().to_owned(), "cannot be read: column"),
        ("[".repeat(100_000), "nested deeper"),
    ] {
        std::fs::write(folder.path().join("a.state"), damaged).unwrap();
        let told = refused(&discover(folder.path(), &["one.jsonl", "--state", "a.state"]));
        assert!(told.contains("a.state: ") && told.contains(wanted), "{told}");
    }
}
