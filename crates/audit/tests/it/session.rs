//! A contract in an editor: after each edit the report is that of a full audit.

use super::seeded::Seed;
use palisade_audit::{AuditReport, Options, Profile, RULES, Session, SideBySide, audit_bytes};

const SHOP: &str = include_str!("../fixtures/TDT001/bad.yaml");

#[test]
fn each_edit_gives_the_report_of_a_full_audit() {
    let options = Options::default();
    let mut session = Session::open("shop.yaml", SHOP, &options);
    assert_eq!(*session.report(), audit_bytes("shop.yaml", SHOP.as_bytes(), &options));
    let at = SHOP.find("type: array").unwrap();
    for (range, replacement) in [(at..at + 11, "type: string"), (at..at + 12, "type: array"), (0..0, "# a comment\n")] {
        let report = session.edit(range, replacement).unwrap().clone();
        assert_eq!(report, audit_bytes("shop.yaml", session.text().as_bytes(), &options));
    }
    assert_eq!(session.text(), format!("# a comment\n{SHOP}"));
}

#[test]
fn an_edit_outside_the_text_or_inside_a_character_is_refused_and_changes_nothing() {
    let text = "openapi: 3.0.3 # é\n";
    let mut session = Session::open("a.yaml", text, &Options::default());
    let inside = text.find('é').unwrap() + 1;
    for range in [inside..inside, 0..99, 99..99] {
        let error = session.edit(range, "x").unwrap_err();
        assert_eq!(error.len, text.len());
    }
    assert_eq!(session.text(), text);
}

/// The contract of the demo shop: large enough for most edits to touch a small part of it.
const LARGE: &str = include_str!("../../../../examples/shop/shop.openapi.yaml");

fn one<'a>(seed: &mut Seed, words: &[&'a str]) -> &'a str {
    words[seed.below(words.len())]
}

/// An edit such as people make: in a value, of a line, or letter by letter.
fn edit(text: &str, dice: &mut Seed) -> (std::ops::Range<usize>, String) {
    let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line = dice.below(lines.len() - 1);
    let (start, end) = (lines[line], lines[line + 1]);
    let written = &text[start..end];
    let indent = written.len() - written.trim_start_matches(' ').len();
    let space = &written[..indent];
    match dice.below(8) {
        0 => (start..end, String::new()),
        1 => (end..end, written.to_owned()),
        2 => {
            let member = one(
                dice,
                &[
                    "maxLength: 5",
                    "maxItems: 3",
                    "type: string",
                    "type: array",
                    "description: more",
                    "pattern: ^a+$",
                    "deprecated: true",
                    "readOnly: true",
                    "x-a: {b: [1]}",
                    "$ref: '#/components/schemas/Order'",
                    "required: [a]",
                    "security: []",
                    "format: int32",
                    "enum: [a, a]",
                    "nullable: true",
                    "oneOf: []",
                ],
            );
            (start..start, format!("{space}{member}\n"))
        }
        3 | 4 => {
            let Some(colon) = written.find(": ") else { return (end - 1..end - 1, "x".to_owned()) };
            let value =
                one(dice, &["string", "integer", "7", "'8'", "true", "object", "[]", "{}", "|\n          a", "a: b"]);
            (start + colon + 2..end - 1, value.to_owned())
        }
        5 => {
            let at = start + indent + dice.below(written.len() - indent);
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            (at..at, one(dice, &["x", "1", " ", ":", "'", "#", "\u{e9}", "-"]).to_owned())
        }
        6 => {
            let at = start + indent;
            (at..at + usize::from(text[at..].starts_with(|c: char| c.is_ascii_alphabetic())), String::new())
        }
        _ => (end - 1..end - 1, one(dice, &["s", " and more", " # said", "\n", "  "]).to_owned()),
    }
}

/// Makes edits one after the other, each judged by the session and as a whole. Gives how many there were.
fn hold(name: &str, text: &str, options: &Options, edits: usize, dice: &mut Seed) {
    let mut session = Session::open(name, text, options);
    for number in 0..edits {
        let before = session.text().to_owned();
        let (range, replacement) = edit(&before, dice);
        let report = session.edit(range.clone(), &replacement).unwrap().clone();
        let whole = audit_bytes(name, session.text().as_bytes(), options);
        assert_eq!(report, whole, "{name}, edit {number}: {:?} became {replacement:?}", &before[range]);
        // Most edits are taken back, so that the contract stays one.
        if dice.below(4) > 0 || whole.contract.operations == 0 {
            let (at, len) = (difference(&before, session.text()), session.text().len());
            let back = session.edit(at..len, &before[at..]).unwrap();
            assert_eq!(*back, audit_bytes(name, before.as_bytes(), options), "{name}, edit {number} taken back");
        }
    }
}

/// Words such as rules look for in texts.
const WORDS: [&str; 9] = [
    "plain words",
    "see RFC 8725, section 3",
    "<script>alert(1)</script>",
    "removed on 2031-01-01, sunset",
    "only for tests: staging",
    "an API key",
    "shown once when it is created",
    "AKIAQ3EGRFHJ5K2L7M9N",
    "x",
];

#[test]
fn words_for_people_in_any_rules_contract_are_followed_as_whole_audits_judge_them() {
    let options = Options { profile: Profile::Strict, ..Options::default() };
    let mut followed = 0;
    for rule in RULES {
        for text in [rule.bad, rule.good] {
            // Edits are followed where the block around them is a small part of the contract.
            let text = format!("{}\nx-more:\n{}", text.trim_end(), "- {a: b, c: [d]}\n".repeat(200));
            let mut session = Session::open("a.yaml", &text, &options);
            let places: Vec<usize> = ["description: ", "summary: ", "title: "]
                .iter()
                .flat_map(|key| text.match_indices(key).map(|(at, key)| at + key.len()))
                .collect();
            for (number, at) in places.into_iter().enumerate() {
                let before = session.text().to_owned();
                let end = before[at..].find(['\n', ',', '}']).map_or(before.len(), |len| at + len);
                let words = WORDS[(number + followed) % WORDS.len()];
                let report = session.edit(at..end, &format!("'{words}'")).unwrap().clone();
                let whole = audit_bytes("a.yaml", session.text().as_bytes(), &options);
                assert_eq!(report, whole, "{}: {:?} became {words}", rule.id, &before[at..end]);
                followed += 1;
                // Back again: the next place counts from the same text.
                let len = session.text().len() - (before.len() - end);
                session.edit(at..len, &before[at..end]).unwrap();
            }
        }
    }
    assert!(followed > 300, "{followed}");
}

/// One edit of words for each rule that reads them, and whether the rule fires afterwards.
const TELLING: [(&str, &str, &str, bool); 7] = [
    ("PAL-DAT034", "description: Twin one", "description: Twin two", true),
    ("PAL-SEC005", "description: Opens all", "description: API key of the caller", true),
    ("PAL-SEC012", "description: The shop", "description: The shop, AKIAQ3EGRFHJ5K2L7M9N", true),
    ("PAL-SEC046", "description: A token", "description: A token, see RFC 8725", false),
    ("PAL-SEC058", "description: The first", "description: Production", false),
    ("PAL-SEC084", "description: The old way", "description: The old way, end of life in 2031", false),
    ("PAL-STR046", "description: The shop", "description: The shop <script>alert(1)</script>", true),
];

const READ: &str = "\
openapi: 3.0.3
info: {title: Shop, version: '1.0'}
servers:
  - url: https://a.shop.example
    description: The first
  - url: https://b.shop.example
    description: Staging
security: [{caller: []}]
paths:
  /orders:
    get:
      deprecated: true
      description: The old way
      parameters:
        - name: key
          in: query
          description: Opens all
          schema: {type: string}
      responses:
        '200':
          description: The shop
  /cards:
    post:
      requestBody:
        content:
          application/json:
            schema:
              oneOf:
                - type: boolean
                  description: Twin one
                - type: boolean
                  description: Twin two
      responses:
        '201':
          description: Made
components:
  securitySchemes:
    caller:
      type: http
      scheme: bearer
      bearerFormat: JWT
      description: A token
";

#[test]
fn words_that_a_rule_reads_are_followed_by_that_rule() {
    let options = Options { profile: Profile::Strict, ..Options::default() };
    let text = format!("{READ}x-more:\n{}", "- {a: b, c: [d]}\n".repeat(200));
    for (id, from, to, fires) in TELLING {
        let mut session = Session::open("a.yaml", &text, &options);
        let told = |report: &AuditReport| report.findings.iter().any(|finding| finding.rule == id);
        assert_eq!(told(session.report()), !fires, "{id} before");
        let at = text.find(from).unwrap();
        let report = session.edit(at..at + from.len(), to).unwrap().clone();
        assert_eq!(told(&report), fires, "{id}");
        assert_eq!(report, audit_bytes("a.yaml", session.text().as_bytes(), &options), "{id}");
    }
}

fn difference(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    (0..=same).rev().find(|at| a.is_char_boundary(*at) && b.is_char_boundary(*at)).unwrap()
}

fn on_two_threads(one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
    std::thread::scope(|scope| {
        scope.spawn(one);
        other();
    });
}

#[test]
fn a_long_story_of_edits_gives_what_whole_audits_give() {
    let mut dice = Seed(1);
    for (seed, profile) in [(7, Profile::Strict), (8, Profile::Recommended)] {
        dice.0 = seed;
        let options = Options {
            profile,
            most: (seed == 8).then_some(20),
            side_by_side: (seed == 8).then_some(on_two_threads as SideBySide),
            ..Options::default()
        };
        hold("shop.yaml", LARGE, &options, 120, &mut dice);
    }
}
