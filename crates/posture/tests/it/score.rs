//! The formula of the score, by examples and by what must always hold.

use palisade_finding::Severity::{self, Critical, High, Info, Low, Medium};
use palisade_posture::score::{Basis, Judge, Share, Weighed, score};
use palisade_posture::{Category, Ceiling, Grade};
use proptest::prelude::*;

const NETWORK: Category = Category::Network;
const APPLICATION: Category = Category::Application;

/// Every category assessed, with these shares for network (TLS guide) and application (Observatory).
fn all(tls: f64, observatory: f64) -> [Basis; 6] {
    Category::ALL.map(|category| {
        let shares = match category {
            Category::Network => vec![Share { by: Judge::TlsGuide, score: tls }],
            Category::Application => vec![Share { by: Judge::Observatory, score: observatory }],
            _ => Vec::new(),
        };
        Basis { assessed: true, shares }
    })
}

fn found(rule: &'static str, severity: Severity, category: Category) -> Weighed<'static> {
    Weighed { rule, severity, category }
}

fn at_most(grade: Grade) -> Ceiling {
    Ceiling { grade, reason: String::new() }
}

#[test]
fn each_step_of_the_formula_is_an_example() {
    let nothing: &[Weighed<'_>] = &[];
    type Example<'a> = (&'a str, [Basis; 6], &'a [Weighed<'a>], &'a [Ceiling], u8, &'a str);
    let table: &[Example<'_>] = &[
        ("nothing wrong", all(100.0, 100.0), nothing, &[], 100, "A+"),
        // 30 of 100 points are network's, half of which are the guide's: (100 + 80) / 2.
        ("TLS guide says B", all(80.0, 100.0), nothing, &[], 97, "A+"),
        // 25 points are application's: (100 + 20) / 2 leaves 60 of 100, so 10 are lost.
        ("a bare server", all(100.0, 20.0), nothing, &[], 90, "A"),
        ("both", all(80.0, 20.0), nothing, &[], 87, "B"),
        // Half of network's points: 30 x (4 / 2) / 100.
        ("one low", all(100.0, 100.0), &[found("R1", Low, NETWORK)], &[], 99, "A+"),
        ("one info", all(100.0, 100.0), &[found("R1", Info, NETWORK)], &[], 100, "A+"),
        // (12 + 6 + 3) / 2 of network.
        (
            "one rule three times",
            all(100.0, 100.0),
            &[found("R1", Medium, NETWORK), found("R1", Medium, NETWORK), found("R1", Medium, NETWORK)],
            &[],
            97,
            "A+",
        ),
        // (12 + 12 + 12) / 2.
        (
            "three rules once",
            all(100.0, 100.0),
            &[found("R1", Medium, NETWORK), found("R2", Medium, NETWORK), found("R3", Medium, NETWORK)],
            &[],
            95,
            "A",
        ),
        ("a ceiling", all(100.0, 100.0), nothing, &[at_most(Grade::C), at_most(Grade::A)], 79, "C"),
        ("a ceiling above", all(80.0, 20.0), nothing, &[at_most(Grade::A)], 87, "B"),
        ("the worst", all(0.0, 0.0), &[found("R1", Critical, NETWORK)], &[at_most(Grade::F)], 34, "F"),
    ];
    for (name, bases, findings, ceilings, points, grade) in table {
        let scores = score(bases, findings, ceilings);
        assert_eq!((scores.score, scores.grade.as_str()), (*points, *grade), "{name}: {scores:?}");
    }
}

#[test]
fn what_was_not_assessed_is_left_out_and_what_was_found_in_it_counts() {
    let mut bases = all(100.0, 100.0);
    bases[5].assessed = false;
    bases[1] = Basis { assessed: true, shares: vec![Share { by: Judge::Observatory, score: 0.0 }] };
    // 90 points are assessed; application has 25 of them and half its points.
    let score_of = |findings: &[Weighed<'_>]| score(&bases, findings, &[]).mean;
    assert!((score_of(&[]) - (65.0 + 12.5) / 0.9).abs() < 1e-9);
    // Ten of 100 points are the category's; a high finding costs 30 of its 100.
    let found = [found("R1", High, Category::User)];
    assert!((score_of(&[]) - score_of(&found) - 3.0).abs() < 1e-9);
    assert_eq!(score(&bases, &found, &[]).losses, [3.0]);
    assert_eq!(score(&Default::default(), &[], &[]).score, 0, "nothing was assessed");
}

#[test]
fn a_loss_is_the_score_without_the_finding_minus_the_score() {
    let bases = all(100.0, 100.0);
    let findings = [
        found("R1", High, NETWORK),
        found("R1", Low, NETWORK),
        found("R2", Medium, APPLICATION),
        found("R3", Low, Category::System),
    ];
    // 30 x 30 / 2; without the high one the low one would cost in full; 25 x 12 / 2; 10 x 4.
    assert_eq!(score(&bases, &findings, &[]).losses, [4.2, 0.3, 1.5, 0.4]);
}

#[test]
fn grades_are_bands_without_gaps() {
    for pair in Grade::ALL.windows(2) {
        assert_eq!(pair[0].least(), pair[1].most() + 1);
    }
    for points in 0..=100 {
        let grade = Grade::of(points);
        assert!(grade.least() <= points && points <= grade.most(), "{points}");
        assert_eq!(grade.as_str().parse(), Ok(grade));
    }
    assert!("G".parse::<Grade>().is_err());
}

fn severity() -> impl Strategy<Value = Severity> {
    prop::sample::select(Severity::WORST_FIRST.to_vec())
}

fn weighed() -> impl Strategy<Value = Weighed<'static>> {
    let rule = prop::sample::select(vec!["R1", "R2", "R3", "R4"]);
    (rule, severity(), prop::sample::select(Category::ALL.to_vec())).prop_map(|(rule, severity, category)| Weighed {
        rule,
        severity,
        category,
    })
}

fn bases() -> impl Strategy<Value = [Basis; 6]> {
    let share = (0.0..100.0).prop_map(|score| Share { by: Judge::TlsGuide, score });
    let basis =
        (any::<bool>(), prop::collection::vec(share, 0..3)).prop_map(|(assessed, shares)| Basis { assessed, shares });
    prop::array::uniform6(basis)
}

proptest! {
    #[test]
    fn a_finding_more_never_raises_anything(
        bases in bases(), findings in prop::collection::vec(weighed(), 0..12), more in weighed(), at in 0usize..12
    ) {
        let before = score(&bases, &findings, &[]);
        let mut with = findings.clone();
        with.insert(at.min(findings.len()), more);
        let after = score(&bases, &with, &[]);
        prop_assert!(after.mean <= before.mean + 1e-9, "{before:?} {after:?}");
        prop_assert!(after.score <= before.score && after.grade >= before.grade);
        for (after, before) in after.categories.iter().zip(before.categories) {
            prop_assert!(*after <= before + 1e-9);
        }
        prop_assert!(after.losses.iter().all(|loss| *loss >= 0.0));
    }

    #[test]
    fn a_worse_severity_never_raises_anything(
        bases in bases(), findings in prop::collection::vec(weighed(), 1..12), at in 0usize..12, worse in severity()
    ) {
        let at = at % findings.len();
        let mut with = findings.clone();
        with[at].severity = worse.max(findings[at].severity);
        prop_assert!(score(&bases, &with, &[]).mean <= score(&bases, &findings, &[]).mean + 1e-9);
    }

    #[test]
    fn a_better_guide_never_lowers_and_a_ceiling_never_raises(
        bases in bases(), findings in prop::collection::vec(weighed(), 0..12), grade in prop::sample::select(Grade::ALL.to_vec())
    ) {
        let before = score(&bases, &findings, &[]);
        let capped = score(&bases, &findings, &[at_most(grade)]);
        prop_assert!(capped.score <= before.score && capped.grade >= grade);
        let mut better = bases.clone();
        for share in better.iter_mut().flat_map(|basis| &mut basis.shares) {
            share.score = (share.score + 5.0).min(100.0);
        }
        prop_assert!(score(&better, &findings, &[]).mean >= before.mean - 1e-9);
    }
}
