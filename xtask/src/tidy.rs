//! The rules. Each check gives one line for everything that breaks it.

use crate::repo::Repo;
use std::collections::BTreeMap;

type Check = fn(&Repo) -> Vec<String>;

/// Every check by name.
pub const CHECKS: &[(&str, Check)] = &[
    ("rooms", rooms),
    ("pure floors", pure_floors),
    ("crate headers", crate_headers),
    ("workspace lints", workspace_lints),
    ("file length", file_length),
    ("links", links),
    ("words", words),
    ("ignored tests", ignored_tests),
    ("invariants", invariants),
    ("needed files", needed_files),
    ("banned crates", banned_crates),
    ("compared secrets", compared_secrets),
];

/// Longest file of code, in lines.
const LONGEST: usize = 900;

struct Place {
    floor: u8,
    arrows: Vec<String>,
    never: Vec<String>,
}

/// The table of rooms in ARCHITECTURE.md: room, floor, what it is, arrows on its own floor, never.
fn table(repo: &Repo) -> BTreeMap<String, Place> {
    let names = |cell: &str| -> Vec<String> {
        cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let mut table = BTreeMap::new();
    for line in repo.text("ARCHITECTURE.md").lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let [room, floor, _, arrows, never] = cells.as_slice()
            && let Some(room) = room.strip_prefix('`').and_then(|room| room.strip_suffix('`'))
            && let Ok(floor) = floor.parse()
        {
            table.insert(room.to_owned(), Place { floor, arrows: names(arrows), never: names(never) });
        }
    }
    table
}

fn rooms(repo: &Repo) -> Vec<String> {
    let table = table(repo);
    let mut problems = Vec::new();
    for room in &repo.rooms {
        let Some(place) = table.get(&room.name) else {
            problems.push(format!("{} is missing in the table of ARCHITECTURE.md", room.name));
            continue;
        };
        for used in &room.uses {
            let Some(other) = table.get(used) else { continue };
            let allowed = other.floor < place.floor || other.floor == place.floor && place.arrows.contains(used);
            if !allowed || place.never.contains(used) {
                problems.push(format!("{} may not use {used}", room.name));
            }
        }
        for never in place.never.iter().filter(|never| room.outside.contains(never)) {
            problems.push(format!("{} may not use {never}", room.name));
        }
    }
    for name in table.keys().filter(|name| !repo.rooms.iter().any(|room| room.name == **name)) {
        problems.push(format!("the table of ARCHITECTURE.md names {name}, which does not exist"));
    }
    problems
}

/// What a file says before its tests begin, without lines of comment.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn pure_floors(repo: &Repo) -> Vec<String> {
    const OUTSIDE: &[&str] = &["tokio", "hyper", "axum", "sqlx", "tower", "rustls", "tokio-util", "getrandom"];
    // addresses (`std::net::IpAddr` and the like) are values; the rest of `std::net` is sockets
    const CALLS: &[(&str, &str)] = &[
        ("std::fs", "opens files"),
        ("net::Tcp", "opens sockets"),
        ("net::Udp", "opens sockets"),
        ("net::ToSocketAddrs", "asks for names"),
        ("std::os::unix::net", "opens sockets"),
        ("std::io::stdin", "reads from outside"),
        ("std::env", "reads the environment"),
        ("std::process", "starts or ends processes"),
        ("std::thread", "starts threads or sleeps"),
        ("SystemTime::now", "reads the clock"),
        ("Instant::now", "reads the clock"),
        (".elapsed()", "reads the clock"),
        ("Timestamp::now", "reads the clock"),
        ("Zoned::now", "reads the clock"),
        ("Uuid::now_v", "reads the clock"),
    ];
    let table = table(repo);
    let mut problems = Vec::new();
    for room in repo.rooms.iter().filter(|room| table.get(&room.name).is_some_and(|place| place.floor <= 2)) {
        for name in room.outside.iter().filter(|name| OUTSIDE.contains(&name.as_str())) {
            problems.push(format!("{} is on a pure floor and uses {name}", room.name));
        }
        let source = format!("{}/src/", room.dir);
        for (path, text) in repo.ending(&[".rs"]).filter(|(path, _)| path.starts_with(&source)) {
            if path.ends_with("/tests.rs") || path.contains("/tests/") {
                continue;
            }
            for (number, line) in code(text) {
                for (call, what) in CALLS.iter().filter(|(call, _)| line.contains(call)) {
                    problems.push(format!(
                        "{path}:{number}: {call} {what}; floors 0 to 2 are handed what they need (ARCHITECTURE.md)"
                    ));
                }
            }
        }
    }
    problems
}

fn crate_headers(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    for room in &repo.rooms {
        for file in ["lib.rs", "main.rs"] {
            let path = format!("{}/src/{file}", room.dir);
            let headed = repo.files.get(&path).is_none_or(|text| text.starts_with("//! "));
            if !headed {
                problems.push(format!("{path} does not start by saying what the crate is"));
            }
        }
    }
    problems
}

fn workspace_lints(repo: &Repo) -> Vec<String> {
    let on = |text: &str| {
        let mut lines = text.lines().skip_while(|line| line.trim() != "[lints]").skip(1);
        lines.next().is_some_and(|line| line.replace(' ', "") == "workspace=true")
    };
    let manifests = repo.rooms.iter().map(|room| format!("{}/Cargo.toml", room.dir));
    manifests.filter(|path| !on(repo.text(path))).map(|path| format!("{path} has the workspace's lints off")).collect()
}

fn file_length(repo: &Repo) -> Vec<String> {
    // types made by a tool, and the data of the web UI's fixture server, are no code that someone reads through
    let made = |path: &str| path.ends_with("schema.d.ts") || path.starts_with("ui/dev/");
    let code = repo.ending(&[".rs", ".ts", ".tsx", ".mjs", ".css", ".sh", ".py"]).filter(|(path, _)| !made(path));
    code.map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{path} has {lines} lines; split it by concern"))
        .collect()
}

/// The targets of `[text](target)` outside of code.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut fenced = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced || line.starts_with("    ") {
            continue;
        }
        for part in line.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                targets.push((number, target));
            }
        }
    }
    targets
}

fn links(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in
        repo.ending(&[".md"]).filter(|(path, _)| !path.contains("/tests/") && !path.contains("/fixtures/"))
    {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, target) in targets(text) {
            let file = target.split('#').next().unwrap_or("");
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            if !repo.root.join(folder).join(file).exists() {
                problems.push(format!("{path}:{number}: {target} leads nowhere"));
            }
        }
    }
    problems
}

fn words(repo: &Repo) -> Vec<String> {
    // written in halves, so that this file does not break its own rule
    let anywhere = [
        concat!("/wo", "rk/"),
        concat!("../sha", "red"),
        concat!("registry.", "npmjs.org"),
        concat!("static.", "crates.io"),
        concat!("index.", "crates.io"),
        concat!("pypi", ".org"),
        concat!("files.python", "hosted.org"),
    ];
    let in_prose =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("for n", "ow"), concat!("not yet imple", "mented")];
    let word = |line: &str, word: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    };
    let mut problems = Vec::new();
    for (path, text) in &repo.files {
        if path == "Cargo.lock" {
            continue;
        }
        let prose = [".rs", ".md", ".ts", ".tsx", ".mjs", ".css", ".sh", ".toml", ".yaml", ".py"]
            .iter()
            .any(|e| path.ends_with(e));
        for (number, line) in (1..).zip(text.lines()) {
            let found = anywhere.iter().filter(|one| line.contains(*one));
            let found = found.chain(in_prose.iter().filter(|one| prose && word(line, one)));
            problems.extend(found.map(|one| format!("{path}:{number}: {one:?}")));
        }
    }
    problems
}

fn ignored_tests(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in repo.ending(&[".rs"]) {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start();
            if line.starts_with("#[ignore") || line.starts_with("#[should_panic") {
                problems.push(format!("{path}:{number}: every test runs and says what it expects"));
            }
        }
    }
    problems
}

/// Secrets and their hashes are compared by one function, whose time tells nothing: `server::secret::same`.
fn compared_secrets(repo: &Repo) -> Vec<String> {
    const SECRETS: &[&str] = &["hash", "secret", "nonce", "verifier", "password", "token"];
    // The hash of a request tells two requests apart, and no caller from another.
    const OTHERS: &[&str] = &["request_hash"];
    let name = |side: &str| side.trim_end_matches("()").rsplit('.').next().unwrap_or("").to_owned();
    let secret = |name: &str| !OTHERS.contains(&name) && name.split('_').any(|part| SECRETS.contains(&part));
    let letter = |letter: char| letter.is_alphanumeric() || "_.()".contains(letter);
    let mut problems = Vec::new();
    let rooms = ["crates/server/src/", "crates/controller/src/", "crates/vault/src/", "crates/guard/src/identity/"];
    for (path, text) in repo.ending(&[".rs"]).filter(|(path, _)| rooms.iter().any(|room| path.starts_with(room))) {
        for (number, line) in code(text).filter(|(_, line)| !line.contains("assert")) {
            for operator in [" == ", " != "] {
                let Some((left, right)) = line.split_once(operator) else { continue };
                let left = left.rsplit(|other| !letter(other)).next().unwrap_or("");
                let right = right.trim_start_matches(['&', '*']).split(|other| !letter(other)).next().unwrap_or("");
                if [left, right].map(name).iter().any(|side| secret(side)) {
                    problems.push(format!("{path}:{number}: a secret is compared by{operator}: use secret::same"));
                }
            }
        }
    }
    problems
}

/// Each line with **Invariant** in ARCHITECTURE.md names, in backticks after "kept by", tests that exist.
fn invariants(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    let mut count = 0;
    for (number, line) in (1..).zip(repo.text("ARCHITECTURE.md").lines()) {
        if !line.contains("**Invariant**") {
            continue;
        }
        count += 1;
        let keepers: Vec<&str> = line.split("kept by").nth(1).unwrap_or("").split('`').skip(1).step_by(2).collect();
        if keepers.is_empty() {
            problems.push(format!("ARCHITECTURE.md:{number}: the invariant names no test that keeps it"));
        }
        for keeper in keepers {
            let (path, name) = keeper.split_once("::").unwrap_or((keeper, ""));
            let text = repo.text(path);
            let exists = if path.ends_with(".rs") { text.contains(&format!("fn {name}(")) } else { !text.is_empty() };
            if !exists {
                problems.push(format!("ARCHITECTURE.md:{number}: there is no {keeper}"));
            }
        }
    }
    if count == 0 {
        problems.push("ARCHITECTURE.md has no **Invariant**".to_owned());
    }
    problems
}

fn needed_files(repo: &Repo) -> Vec<String> {
    let mut problems = Vec::new();
    let needed = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "LICENSE",
        "Makefile",
        "deny.toml",
        "docs/openapi.json",
        "docs/rules.md",
        "examples/shop/shop.openapi.yaml",
    ];
    for path in needed.iter().filter(|path| repo.text(path).is_empty()) {
        problems.push(format!("{path} is missing"));
    }
    if !repo.text("CHANGELOG.md").lines().any(|line| line == "## Unreleased") {
        problems.push("CHANGELOG.md has no line \"## Unreleased\"".to_owned());
    }
    for path in repo.other.iter().filter(|path| ![".png", ".gz", ".br", ".zst"].iter().any(|e| path.ends_with(e))) {
        if !path.contains("/tests/") && !path.contains("/fixtures/") {
            problems.push(format!("{path} is not text"));
        }
    }
    problems
}

/// Crates that may not even be named by the lock file. deny.toml bans more, by what is really linked.
fn banned_crates(repo: &Repo) -> Vec<String> {
    const BANNED: &[&str] =
        &["openssl-sys", "native-tls", "serde_yaml", "serde_yml", "libyml", "yaml-rust", "reqwest", "pingora"];
    let lock = repo.text("Cargo.lock").lines();
    lock.filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .filter(|name| BANNED.contains(name))
        .map(|name| format!("{name} is linked in; see docs/decisions"))
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn check(name: &str) {
        let (_, check) = CHECKS.iter().find(|(known, _)| *known == name).unwrap();
        let problems = check(&Repo::open().unwrap());
        assert!(problems.is_empty(), "{name}:\n  {}", problems.join("\n  "));
    }

    macro_rules! holds {
        ($($test:ident $name:literal,)*) => {
            $(#[test] fn $test() { check($name); })*

            #[test]
            fn every_check_is_run() {
                assert_eq!(CHECKS.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [$($name),*]);
            }
        };
    }

    holds! {
        crates_use_only_lower_floors_and_written_arrows "rooms",
        the_lower_floors_touch_nothing_outside "pure floors",
        every_crate_says_what_it_is "crate headers",
        every_crate_has_the_workspace_lints "workspace lints",
        no_file_is_too_long "file length",
        every_link_leads_somewhere "links",
        no_forbidden_words "words",
        no_test_is_ignored "ignored tests",
        every_invariant_has_its_test "invariants",
        the_needed_files_are_there "needed files",
        no_banned_crate_is_linked "banned crates",
        no_secret_is_compared_letter_by_letter "compared secrets",
    }

    /// A repository that breaks every rule it can.
    fn broken() -> Repo {
        let files = [
            (
                "ARCHITECTURE.md",
                "| `a` | 0 | x | | |\n| `b` | 0 | x | | |\n| `gone` | 1 | x | | |\n**Invariant** none. [x](nowhere.md)",
            ),
            ("crates/a/src/lib.rs", "fn a() { std::fs::read(\"x\"); }\n#[ignore]"),
            ("crates/server/src/a.rs", "fn a() -> bool { row.hash == hash(text) }"),
            ("crates/a/Cargo.toml", "[package]"),
            ("Cargo.lock", "name = \"native-tls\""),
        ];
        let room = |name: &str, uses: &[&str]| crate::repo::Room {
            name: name.to_owned(),
            dir: format!("crates/{name}"),
            uses: uses.iter().map(|name| (*name).to_owned()).collect(),
            outside: Vec::new(),
        };
        Repo {
            root: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
            files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
            other: Vec::new(),
            rooms: vec![room("a", &["b"]), room("b", &[]), room("c", &[])],
        }
    }

    #[test]
    fn a_broken_repository_is_noticed_by_every_check() {
        let mut repo = broken();
        let marker = concat!("// TO", "DO: later");
        repo.files.insert("crates/a/src/long.rs".to_owned(), format!("{marker}\n").repeat(LONGEST + 1));
        for (name, check) in CHECKS {
            assert!(!check(&repo).is_empty(), "{name}");
        }
        assert_eq!(
            pure_floors(&repo),
            ["crates/a/src/lib.rs:1: std::fs opens files; floors 0 to 2 are handed what they need (ARCHITECTURE.md)"]
        );
        assert_eq!(
            rooms(&repo),
            [
                "a may not use b",
                "c is missing in the table of ARCHITECTURE.md",
                "the table of ARCHITECTURE.md names gone, which does not exist"
            ]
        );
    }
}
