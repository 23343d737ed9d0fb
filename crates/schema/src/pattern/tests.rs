//! What is known of patterns, against patterns whose behaviour is known.

use super::machine::Machine;
use super::translate::translate;
use super::tree::Tree;
use super::{Backtracking, Growth, Pattern, Undecided, analyze};
use proptest::prelude::*;

/// Known to need exponential time.
const EXPONENTIAL: &[&str] = &[
    "^(a+)+$",
    "^(a*)*$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "^(a|ab|b)*$",
    "^(a|a?)+$",
    r"^(\w+\s?)*$",
    r"^(\d+\.?)+$",
    "^(.*a?)*b",
    "^([a-zA-Z]+)*$",
    r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^(\s*[a-z]*\s*)*;$",
    "^(x+x+)+y$",
    "(x+x+)+y",
    "^((ab)*)+$",
    "^(a{1,30}){1,30}$",
    "^(?:[a-z]{1,100}-?){1,100}$",
    r"^(?:(?:\+|-)?\d*\d*)+$",
    r"^([\w\-]+,?)+;$",
    r"^[A-Z]{20}(a+)+$",
    r"^(?:a|b|ab)*c$",
    r"^((a|b)?(ab)?)*$",
    "^(?:(?:a+)+b|a*)$",
    "(?:.*)*a",
    "(?:(?:.)*)*a+|",
    r#"^("([^"]|\\.)*")?(\s|\s+)*x$"#,
    "^(a?){30}a{30}$",
];

/// Known to need polynomial time, with the power.
const POLYNOMIAL: &[(&str, u32)] = &[
    (r"^\d+\d+$", 2),
    (r"^\s*\s*x$", 2),
    (r"\s+$", 2),
    (".*?$", 2),
    (r"[a-z]+@", 2),
    (r"^\w+\d*[a-z]*:$", 2),
    (r"^\w+\d*\w*:$", 3),
    (r"^a*a*a*b$", 3),
    (r"^.*,.*;.*!$", 3),
    (r"^\S+@\S+$", 2),
    (r"^[a-z]{0,2000}[a-z]{0,2000}$", 2),
    (r"^\s+|\s+$", 2),
    (r"^.*,.*,.*,$", 3),
    (r"^(a+b?){5}c$", 5),
    ("(?:[^a]*[ab]{2}|$)$", 2),
    ("(?:[ab]+a){2}(?:[ab]|[^a])*$", 2),
];

/// Known to need linear time.
const LINEAR: &[&str] = &[
    "",
    "^$",
    "^[a-z]+$",
    r"^[a-z]+(-[a-z]+)*$",
    r"^\d{3}-\d{4}$",
    "^(a|b)*$",
    r"^[\w.]+@[\w]+\.[a-z]{2,}$",
    r"^(\d{1,3}\.){3}\d{1,3}$",
    r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
    r"^[a-zA-Z0-9_-]{1,255}$",
    "(a+)+",
    "^(a+)+",
    "(a*)*",
    "^(a|aa)*",
    "^(?:[^\"\\\\]|\\\\.)*$",
    "^(AED|AFN|ALL)(,(AED|AFN|ALL))*$",
    r"^arn:aws:iam::\d{12}:role\/[\w+=,.@-]{1,64}$",
    r"^#?([a-f0-9]{6}|[a-f0-9]{3})$",
    r"^(https?:\/\/)[^\s\/]+(\/[^\s]*)?$",
    "^(ab?)*$",
    "^a?b?c?d?$",
    "^(?:a|b(?:c|d)*)*$",
    r"^[^\s@]+@[^\s@]+$",
    r"^\/subscriptions\/[^\/]+\/resourceGroups\/[^\/]+$",
    "^[^]*$",
    "^(a+)+.*",
    "^(a[]|b)*$",
];

fn growth(pattern: &str) -> Option<Growth> {
    match analyze(pattern).backtracking {
        Backtracking::Slow(witness) => Some(witness.growth),
        _ => None,
    }
}

#[test]
fn patterns_that_explode_are_known() {
    let exponential = EXPONENTIAL.iter().map(|pattern| (pattern, Growth::Exponential));
    let polynomial = POLYNOMIAL.iter().map(|(pattern, degree)| (pattern, Growth::Polynomial(*degree)));
    let mut wrong = Vec::new();
    for (pattern, expected) in exponential.chain(polynomial) {
        if growth(pattern) != Some(expected) {
            wrong.push((pattern, expected, analyze(pattern).backtracking));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn patterns_that_are_fast_are_known() {
    let known = LINEAR.iter().map(|pattern| (pattern, analyze(pattern).backtracking));
    let wrong: Vec<_> = known.filter(|(_, known)| *known != Backtracking::Linear).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_not_decided_is_said() {
    for (pattern, why) in [
        (r"^(?=.*\d)(\w+)+$", Undecided::Assertions),
        (r"^(a+)\1+$", Undecided::Assertions),
        (r"\b(a+)+$", Undecided::Assertions),
        ("^((((((a?){30}){30}){30}){30}){30}){30}$", Undecided::Counts),
        (r"^((((((\w){30}){30}){30}){30}){30}){30}(a+)+$", Undecided::Size),
    ] {
        assert_eq!(analyze(pattern).backtracking, Backtracking::Undecided(why), "{pattern}");
    }
}

#[test]
fn a_witness_shows_what_to_send() {
    let Backtracking::Slow(witness) = analyze(r"^[A-Z]{3}(\w+\s?)*;$").backtracking else { panic!("it is slow") };
    let text = witness.text(30);
    assert_eq!((&*witness.prefix, &*witness.pump, &*witness.suffix), ("AAAa", "a", ""), "{witness:?}");
    assert_eq!(text.len(), 34);
    assert!(witness.steps_within(200) > 1e9);
    assert!(witness.steps_within(12) < 1e4);
}

const COUNTS: &[&str] = &["", "*", "+", "?", "{2}", "{1,3}", "{0,6}", "{2,}", "*?", "+?"];
/// Those that alone make no pattern slow.
const SMALL: &[&str] = &["", "*", "+", "?", "{2}", "{2,}", "*?"];

/// Patterns over three letters, every construct that the analysis knows.
fn patterns(counts: &'static [&'static str]) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just("[ab]".to_owned()),
        Just("[^a]".to_owned()),
        Just(".".to_owned()),
        Just("^".to_owned()),
        Just("$".to_owned()),
        Just(String::new()),
    ];
    let inner = leaf.prop_recursive(4, 16, 3, move |inner| {
        let part = (inner.clone(), prop::sample::select(counts)).prop_map(|(part, count)| format!("(?:{part}){count}"));
        prop_oneof![
            prop::collection::vec(part, 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner, 1..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
        ]
    });
    (inner, any::<bool>(), any::<bool>()).prop_map(|(inner, start, end)| {
        format!("{}(?:{inner}){}", if start { "^" } else { "" }, if end { "$" } else { "" })
    })
}

fn tree(pattern: &str) -> Option<Tree> {
    Tree::parse(&translate(pattern).ok()?.text).ok()
}

/// A text as symbols of a tree.
fn symbols(tree: &Tree, text: &str) -> Vec<u32> {
    let symbol = |c: char| tree.starts.iter().rev().find(|start| start.0 <= u32::from(c)).unwrap().1;
    text.chars().map(symbol).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_judge_matches_as_the_engine_does(pattern in patterns(COUNTS), text in "[abc\n]{0,7}") {
        let engine = Pattern::compile(&pattern).unwrap().is_match(&text);
        let tree = tree(&pattern).unwrap();
        let run = Machine::new(&tree).run(&symbols(&tree, &text), 2_000_000);
        prop_assert!(run.matched.is_none() || run.matched == engine, "{pattern} on {text:?}");
    }

    #[test]
    fn lengths_and_vacuity_hold_for_every_text(pattern in patterns(COUNTS), text in "[abc]{0,7}") {
        let facts = analyze(&pattern);
        prop_assert!(facts.valid);
        let length = text.chars().count() as u64;
        if Pattern::compile(&pattern).unwrap().is_match(&text) == Some(true) {
            prop_assert!(!facts.impossible, "{pattern} matches {text:?}");
            prop_assert!(facts.min_len <= length && facts.max_len.is_none_or(|max| length <= max), "{pattern} {facts:?}");
        } else {
            prop_assert!(!(facts.match_all || facts.match_all_but_empty && length > 0), "{pattern} {text:?}");
        }
    }

    #[test]
    fn a_witness_makes_a_matcher_slow(pattern in patterns(COUNTS)) {
        let Backtracking::Slow(witness) = analyze(&pattern).backtracking else { return Ok(()) };
        let tree = tree(&pattern).unwrap();
        let machine = Machine::new(&tree);
        let mut before = 0;
        let rounds = match witness.growth {
            Growth::Exponential => [5, 10, 15],
            Growth::Polynomial(_) => [16, 32, 64],
        };
        for pumps in rounds {
            let text = witness.text(pumps);
            let steps = machine.run(&symbols(&tree, &text), 3_000_000).steps;
            let least = match witness.growth {
                Growth::Exponential => before * 16,
                // Constant parts weigh on texts so short.
                Growth::Polynomial(_) => before * 3 / 2,
            };
            prop_assert!(steps >= least.min(1_200_000), "{pattern} {witness:?}: {before} {steps}");
            before = steps;
        }
    }

    #[test]
    fn a_pattern_called_linear_is_linear(
        pattern in patterns(SMALL), prefix in "[abc]{0,3}", pump in "[abc]{1,3}", suffix in "[abc\n]{0,2}",
    ) {
        if analyze(&pattern).backtracking != Backtracking::Linear {
            return Ok(());
        }
        let tree = tree(&pattern).unwrap();
        let machine = Machine::new(&tree);
        let run = |pumps: usize| {
            let text = format!("{prefix}{}{suffix}", pump.repeat(pumps));
            machine.run(&symbols(&tree, &text), 4_000_000)
        };
        let (short, long) = (run(40), run(80));
        prop_assert!(long.matched.is_some() && long.steps * 10 <= short.steps * 26, "{pattern}: {short:?} {long:?}");
    }
}
