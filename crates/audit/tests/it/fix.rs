//! Fixes: what each rule changes, and that nothing gets worse.

use super::{contracts, say};
use palisade_audit::fix::{Mending, mend};
use palisade_audit::{AuditReport, Options, Profile, RULES, audit_with_source, diff};
use palisade_document::{Limits, emit, read};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Bytes of the largest real contract that is mended.
const LARGEST: usize = 6 << 20;

fn judge(name: &str, text: &str) -> AuditReport {
    audit_with_source(name, text.as_bytes(), &Options { profile: Profile::Strict, fixes: true, ..Options::default() }).0
}

fn mended(name: &str, text: &str, risky: bool, rule: Option<&str>) -> Mending {
    let mut judge = |text: &str| {
        let mut report = judge(name, text);
        report.findings.retain(|finding| rule.is_none_or(|rule| finding.rule == rule));
        report
    };
    let mending = mend(text, risky, &mut judge);
    let again = mend(&mending.main.text, risky, &mut judge);
    assert_eq!(again.main.text, mending.main.text, "{name}: a second run changes nothing");
    mending
}

/// A fixture's contract as indented JSON.
fn json(text: &str) -> Option<String> {
    let reading = read("a.yaml", text.as_bytes(), &Limits::default());
    let clean = reading.problems.is_empty();
    clean.then(|| emit::node_to_json_pretty(reading.document.root(), 1 << 20).ok()).flatten()
}

/// Numbers that may be large.
const WIDE: &str = "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    \
    A: {type: integer, format: int64}\n    B: {type: number, format: double}\n";

/// Contracts that show more of what a rule's fix does than the rule's own.
const MORE: [(&str, &str); 21] = [
    ("TDT004", WIDE),
    ("TDT005", WIDE),
    (
        "PAL-STR004",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get: {description: A, description: A, responses: {}}\n",
    ),
    ("PAL-STR010", "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  a: {get: {responses: {}}}\n"),
    (
        "FBP010",
        "openapi: 3.0.3\ninfo: {title: 7, version: '1'}\npaths:\n  /a:\n    get:\n      deprecated: 'true' # soon\n",
    ),
    (
        "PAL-DAT008",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A: {pattern: '^[a-z]{2}$', description: Any}\n",
    ),
    (
        "PAL-DAT023",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A:\n      type: boolean\n      \
        format: date # odd\n    B: {type: integer, format: double}\n    C: {type: array, items: {}, format: uuid}\n",
    ),
    (
        "PAL-DAT029",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A:\n      type: integer\n      \
        exclusiveMaximum: 9\n      exclusiveMinimum: true\n",
    ),
    (
        "PAL-DAT029",
        "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A:\n      type: integer\n      \
        minimum: 9\n      exclusiveMinimum: true\n      exclusiveMaximum: false\n",
    ),
    (
        "PAL-STR020",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get:\n      parameters:\n        - {name: b, in: query}\n        \
        - {name: c, in: query}\n        - {in: query, name: c}\n        - {$ref: '#/components/parameters/d'}\n        \
        - {$ref: '#/components/parameters/d'}\n      responses: {}\ncomponents:\n  parameters:\n    d: {name: d, in: query}\n",
    ),
    (
        "PAL-STR021",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get:\n      parameters:\n      - name: accept\n        \
        in: header\n        schema: {type: string}\n      - name: b\n        in: query\n        schema: {type: string}\n      responses: {}\n",
    ),
    (
        "PAL-STR045",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A: {type: object, required: []}\n",
    ),
    (
        "PAL-BPR001",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\ntags:\n- name: old\npaths:\n  /a:\n    get: {tags: [new, next], responses: {}}\n",
    ),
    (
        "PAL-BPR019",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get: {responses: {'200': {$ref: '#/components/responses/R'}}}\n\
        components:\n  schemas:\n    # only B uses it\n    A: {type: string}\n    B: {type: array, items: {$ref: '#/components/schemas/A'}}\n  \
        responses:\n    R: {description: OK}\n    S: {description: OK}\n",
    ),
    (
        "PAL-DAT041",
        "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A:\n      type: string\n      nullable: true\n      \
        maxLength: 3\n    B: {type: [integer, string], nullable: true}\n    C:\n      nullable: true\n      description: Any\n",
    ),
    (
        "FSE017",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get: {sumary: Get, operationid: a, colour: red, responses: {}}\n",
    ),
    (
        "FST004",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A: {type: Boolean}\n    B: {type: String}\n",
    ),
    (
        "FST008",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A:\n      type: object\n      \
        properties:\n        # what it costs\n        price:\n          description: In cents.\n          type: object\n          \
        # where it is said\n          $ref: '#/components/schemas/B' # b\n    B: {type: integer}\n",
    ),
    (
        "PAL-STR005",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        200: # fine\n          \
        description: OK\n        404: {description: No}\n",
    ),
    (
        "PAL-STR006",
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        4xx: {description: No}\n",
    ),
    (
        "PAL-STR007",
        "swagger: '2.0'\ninfo: {title: A, version: '1'}\npaths:\n  /a/{b}/{c}:\n    get:\n      operationId: one # first\n      \
        responses: {}\n    put:\n      parameters:\n      - name: b\n        in: path\n        type: string # any\n      responses: {}\n",
    ),
];

#[test]
fn every_rule_with_a_fix_mends_its_own_bad_contract() {
    let mut out = String::new();
    let mut wrong = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.mends()) {
        let mut sources = vec![("bad.yaml", rule.bad.to_owned())];
        sources.extend(json(rule.bad).map(|text| ("bad.json", text)));
        for (_, more) in MORE.iter().filter(|(id, _)| *id == rule.id) {
            sources.push(("more.yaml", (*more).to_owned()));
            sources.extend(json(more).map(|text| ("more.json", text)));
        }
        let (mut safely, mut made) = (false, false);
        for (name, text) in sources {
            let mut done = text.clone();
            for risky in [false, true] {
                let mending = mended(name, &text, risky, Some(rule.id));
                safely |= !risky && !mending.made.is_empty();
                made |= !mending.made.is_empty();
                if mending.main.text == done && (!risky || mending.left_out.is_empty()) {
                    continue;
                }
                let how = if risky { " (unsafe)" } else { "" };
                let _ = writeln!(out, "## {} {} {name}{how}", rule.id, rule.name);
                for made in &mending.made {
                    let _ = writeln!(out, "{}: {}", made.line, made.what);
                }
                for left in &mending.left_out {
                    let _ = writeln!(out, "{}: left out: {}: {}", left.line, left.what, left.why);
                }
                out.push_str(&diff(name, &text, &mending.main.text, &mending.main.rounds));
                out.push('\n');
                done.clone_from(&mending.main.text);
            }
        }
        // Without evidence a limit is a guess.
        let promised = matches!(rule.mending().0, "fix" | "fix-or-unsafe-fixes");
        if !made || promised != safely {
            wrong.push(format!("{} {:?} made {made} safely {safely}", rule.id, rule.mending().0));
        }
    }
    insta::assert_snapshot!(out);
    assert_eq!(wrong, Vec::<String>::new(), "what rules promise");
}

/// Lines that are comments of a YAML text.
fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.trim_start().strip_prefix("# ")).collect()
}

/// Everything that must hold after a contract was mended.
fn hold(name: &str, text: &str, mending: &Mending) {
    let (before, after) = (&mending.before, &mending.after);
    assert!(after.score.total >= before.score.total, "{name}: {} -> {}", before.score.total, after.score.total);
    let mut keys: Vec<u64> = before.places.iter().map(|place| place.key).collect();
    keys.sort_unstable();
    for place in &after.places {
        assert!(keys.binary_search(&place.key).is_ok(), "{name}: a new finding of {}", place.rule);
    }
    let read_again = read(name, mending.main.text.as_bytes(), &Limits::default());
    assert!(!read_again.fatal || mending.main.text == text, "{name}: {:?}", read_again.problems.first());
    // What was not edited is still there, in its order: the edits alone lead from one text to the other.
    let mut replayed = text.to_owned();
    for edits in &mending.main.rounds {
        replayed = palisade_document::edit::apply(&replayed, edits).unwrap();
    }
    assert_eq!(replayed, mending.main.text, "{name}");
    if name.ends_with("yaml") {
        let kept = comments(&mending.main.text);
        let lost: Vec<_> = comments(text).into_iter().filter(|comment| !kept.contains(comment)).collect();
        assert!(lost.is_empty(), "{name}: comments lost: {lost:?}");
    }
}

#[test]
fn contracts_of_the_fixtures_get_no_worse() {
    for rule in RULES.iter().filter(|rule| !rule.bad.is_empty()) {
        for risky in [false, true] {
            let mending = mended("bad.yaml", rule.bad, risky, None);
            hold(rule.id, rule.bad, &mending);
        }
    }
}

/// Real contracts are no part of the repository: `PALISADE_CORPUS` names a folder of them.
fn corpus() -> Option<Vec<PathBuf>> {
    let folder = contracts::named();
    if folder.is_none() {
        say("real contracts are not mended: set PALISADE_CORPUS to a folder of them");
    }
    folder.map(contracts::files)
}

/// How long a contract may take to be mended. Without optimisation everything takes many times as long.
fn patience(bytes: usize) -> Duration {
    let seconds = 5.0 + bytes as f64 / 100_000.0;
    Duration::from_secs_f64(if cfg!(debug_assertions) { 20.0 * seconds } else { seconds })
}

#[test]
fn real_contracts_get_no_worse() {
    let Some(files) = corpus() else { return };
    let mut contracts = 0;
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        if text.len() > LARGEST {
            say(&format!("{name}: {} bytes, not mended", text.len()));
            continue;
        }
        for risky in [false, true] {
            let begun = Instant::now();
            let mending = mend(&text, risky, &mut |text| judge(&name, text));
            let took = begun.elapsed();
            contracts += usize::from(mending.before.contract.format != "unknown");
            hold(&name, &text, &mending);
            let (from, to) = (mending.before.score.total, mending.after.score.total);
            let (made, left, rounds) = (mending.made.len(), mending.left_out.len(), mending.rounds);
            let how = if risky { "unsafe" } else { "safe" };
            say(&format!("{name} {how}: {made} fixes in {rounds} rounds, {left} left out, {from} -> {to}, {took:.1?}"));
            assert!(took < patience(text.len()), "{name}: {took:?} for {} bytes", text.len());
            if text.len() < 1 << 20 {
                let again = mend(&mending.main.text, risky, &mut |text| judge(&name, text));
                // Not as texts beside each other: they have a megabyte.
                assert!(
                    again.main.text == mending.main.text,
                    "{name} {how}: a second run makes {} more",
                    again.made.len()
                );
            }
        }
    }
    assert!(contracts > 0, "PALISADE_CORPUS holds no contract that can be read");
}
