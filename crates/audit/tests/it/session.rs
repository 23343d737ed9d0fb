//! A contract in an editor: after each edit the report is that of a full audit.

use palisade_audit::{Options, Session, audit_bytes};

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
