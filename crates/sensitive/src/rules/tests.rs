use super::*;
use proptest::prelude::*;

fn built_in(name: &str, value: &str) -> Option<Kind> {
    let rules = Rules::built_in();
    rules.kind_of_text(rules.hint(name, Side::Response), value)
}

/// What is sensitive, by the name and value that honest APIs write.
#[test]
fn every_kind_is_recognised() {
    let bcrypt = format!("$2b$12${}", "a".repeat(53));
    let cases: &[(&str, &str, Kind)] = &[
        ("password", "hunter2", Kind::Password),
        ("passwort", "geheim", Kind::Password),
        ("password", &bcrypt, Kind::PasswordHash),
        ("x", &bcrypt, Kind::PasswordHash),
        ("x", "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b", Kind::PasswordHash),
        ("x", "{SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr", Kind::PasswordHash),
        ("x", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", Kind::PrivateKey),
        ("x", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ", Kind::PrivateKey),
        ("x", "AKIAIOSFODNN7EXAMPLE", Kind::CloudKey),
        ("x", "ghp_0123456789abcdefghijABCDEFGHIJ012345", Kind::CloudKey),
        ("x", "glpat-0123456789abcdefghij", Kind::CloudKey),
        ("x", "xoxb-123456789012-abcdefghijkl", Kind::CloudKey),
        ("x", "sk_live_0123456789abcdefABCDEF", Kind::CloudKey),
        ("x", "AIzaSyA0123456789abcdefghijklmnopqrstuv", Kind::CloudKey),
        ("x", "ya29.a0AfH6SMB0123456789abcdefghijklmn", Kind::CloudKey),
        ("apiKey", "0f1e2d3c4b5a", Kind::ApiKey),
        ("client_secret", "s3cr3t", Kind::Secret),
        ("otp", "123456", Kind::Secret),
        ("x", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", Kind::Token),
        ("refreshToken", "b6d7e8f90a1b2c3d", Kind::Token),
        ("x", "4111 1111 1111 1111", Kind::CardNumber),
        ("cardNumber", "4111111111111111", Kind::CardNumber),
        ("cvv", "123", Kind::CardVerification),
        ("x", "GB82WEST12345698765432", Kind::BankAccount),
        ("accountNumber", "12345678", Kind::BankAccount),
        ("x", "536-22-8726", Kind::NationalId),
        ("ssn", "536228726", Kind::NationalId),
        ("x", "390.533.447-05", Kind::NationalId),
        ("cpf", "39053344705", Kind::NationalId),
        ("pesel", "44051401359", Kind::NationalId),
        ("nhsNumber", "9434765870", Kind::NationalId),
        ("dni", "54362315K", Kind::NationalId),
        ("passport_number", "C01X00T47", Kind::Passport),
        ("driverLicenseNumber", "D1234567", Kind::DrivingLicence),
        ("date_of_birth", "1990-05-17", Kind::BirthDate),
        ("diagnosis", "Type 2 diabetes", Kind::Health),
        ("icd10_code", "E11.9", Kind::Health),
        ("medications", "metformin", Kind::Health),
        ("x", "someone@example.org", Kind::Email),
        ("x", "+44 20 7946 0958", Kind::Phone),
        ("phone", "(555) 010-0123", Kind::Phone),
        ("firstName", "Ada", Kind::PersonName),
        ("nachname", "Müller", Kind::PersonName),
        ("gender", "female", Kind::Gender),
        ("street", "12 Main Street", Kind::PostalAddress),
        ("postalCode", "SW1A 1AA", Kind::PostalAddress),
        ("address", "12 Main Street, Springfield", Kind::PostalAddress),
        ("latitude", "52.5200", Kind::Location),
        ("coordinates", "52.5200,13.4050", Kind::Location),
    ];
    for (name, value, kind) in cases {
        assert_eq!(built_in(name, value), Some(*kind), "{name}: {value}");
    }
    for kind in Kind::ALL {
        assert!(cases.iter().any(|(_, _, known)| *known == kind), "{kind:?} has no example");
    }
}

/// What looks like something and is nothing: identifiers, times, hashes, versions, codes, amounts, addresses of machines.
#[test]
fn honest_values_are_left_alone() {
    let cases: &[(&str, &str)] = &[
        ("id", "44051401359"),
        ("order_id", "4539578763621486"),
        ("orderNumber", "4539578763621486"),
        ("tracking_number", "4539578763621486"),
        ("id", "7992739871"),
        ("customerId", "39053344705"),
        ("reference", "536228726"),
        ("sku", "AB-536-22-8726"),
        ("created_at", "1732233600"),
        ("timestamp", "1732233600000"),
        ("createdAt", "2026-11-22T12:00:00Z"),
        ("date", "2026-11-22"),
        ("uuid", "550e8400-e29b-41d4-a716-446655440000"),
        ("sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("etag", "W/\"33a64df551425fcc55e4d42a148795d9f25f89d4\""),
        ("commit", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
        ("objectId", "507f1f77bcf86cd799439011"),
        ("version", "1.20.3"),
        ("package", "lodash@4.17.21"),
        ("image", "registry.example.org/app@sha256:abcdef"),
        ("product_code", "SKU-000123-XL"),
        ("isbn", "978-3-16-148410-0"),
        ("ean", "4006381333931"),
        ("price", "1299.99"),
        ("amount", "4500000000000000"),
        ("currency", "EUR"),
        ("ip", "203.0.113.7"),
        ("ip_address", "203.0.113.7"),
        ("address", "203.0.113.7:8080"),
        ("address", "0x52908400098527886E0F7030069857D2E4169EE7"),
        ("macAddress", "00:1A:2B:3C:4D:5E"),
        ("url", "https://example.org/users/7?tab=a"),
        ("name", "Ada"),
        ("productName", "Blue mug"),
        ("title", "Passwords and how to choose them"),
        ("token_type", "bearer"),
        ("next_page_token", "CAUQAA-abcdefgh"),
        ("passwordPolicy", "min-12"),
        ("password_changed_at", "2026-11-22T12:00:00Z"),
        ("email_verified", "true"),
        ("mobile", "true"),
        ("zip", "true"),
        ("lat", "12"),
        ("phone_type", "home"),
        ("status", "active"),
        ("state", "eyJhIjoxfQ"),
        ("color", "#4111a1"),
        ("duration", "PT1H30M"),
        ("cursor", "MTIzNDU2Nzg5MDEyMzQ1Ng=="),
        ("license", "MIT"),
        ("sin", "0.5"),
        ("run", "12531909"),
        ("key", "sk-icons-outline-arrow-left-right-circle-small-dark"),
        ("plate", "B-MW 1234"),
        ("flight", "LH 400"),
        ("hint", "the usual one"),
        ("gender_id", "3"),
        ("language", "de"),
        ("description", "Call us or write to the shop"),
    ];
    for (name, value) in cases {
        assert_eq!(built_in(name, value), None, "{name}: {value}");
    }
}

#[test]
fn numbers_need_a_name_that_says_so() {
    let kind = |name: &str, value: &str| {
        let rules = Rules::built_in();
        rules.kind_of_number(rules.hint(name, Side::Response), value)
    };
    assert_eq!(kind("count", "4111111111111111"), None);
    assert_eq!(kind("cvv", "123"), Some(Kind::CardVerification));
    assert_eq!(kind("cpf", "39053344705"), Some(Kind::NationalId));
    assert_eq!(kind("cpf", "39053344706"), None);
    assert_eq!(kind("latitude", "52.5200"), Some(Kind::Location));
    assert_eq!(kind("longitude", "181.5200"), None);
    assert_eq!(kind("lat", "12.4"), None);
    assert_eq!(kind("phone", "5550100234"), Some(Kind::Phone));
    assert_eq!(kind("phone", "5550100.234"), None);
}

const FILE: &str = r#"
version: 1
rules:
  - id: loyalty
    name: a loyalty card number
    kind: loyalty-number
    category: financial
    severity: high
    field: [loyalty_no, "*member*card*"]
    value: 'LC-?[0-9]{4}'
    checksum: luhn
    where: response
    ignore: sample_member_card
  - id: project-names
    kind: project-name
    value: 'Project (Falcon|Heron)'
  - id: staff
    kind: national-id
    field: staffNumber
exceptions:
  - kind: card-number
    operation: GET /parcels/*
    field: carrier_code
    reason: numbers of the carrier look like cards
  - kind: [email, project-name]
    field: support*
    where: response
    reason: public
"#;

fn own() -> Rules {
    Rules::read("sensitive.yaml", FILE.as_bytes()).unwrap()
}

#[test]
fn own_rules_come_before_the_built_in_ones() {
    let rules = own();
    let kind =
        |name: &str, value: &str, side: Side| rules.kind_of_text(rules.hint(name, side), value).map(Kind::as_str);
    assert_eq!(kind("loyaltyNo", "LC-7992", Side::Response), None);
    assert_eq!(kind("loyaltyNo", "LC-7997", Side::Response), Some("loyalty-number"));
    assert_eq!(kind("loyaltyNo", "LC-7997", Side::Request), None);
    assert_eq!(kind("Member_VIP_Card", "LC7997", Side::Response), Some("loyalty-number"));
    assert_eq!(kind("sample-member-card", "LC7997", Side::Response), None);
    assert_eq!(kind("title", "Project Falcon", Side::Request), Some("project-name"));
    assert_eq!(kind("title", "The Project Falcon", Side::Request), None);
    assert_eq!(kind("staff_number", "17", Side::Request), Some("national-id"));
    let loyalty = rules.kind("loyalty-number").unwrap();
    assert_eq!((loyalty.class(), loyalty.severity()), (Class::Financial, Some(Severity::High)));
    assert_eq!(loyalty.describe(), "a loyalty card number");
    assert_eq!(rules.redact("about Project Falcon"), "about Project Falcon");
    assert_eq!(rules.kind_of_segment("staffNumber", "17"), Some(Kind::NationalId));
}

#[test]
fn words_of_rules_that_are_gone_stay_sensitive() {
    let kind = Rules::built_in().kind("a-word-of-once").unwrap();
    assert_eq!(
        (kind.as_str(), kind.class(), kind.severity()),
        ("a-word-of-once", Class::Other, Some(Severity::Medium))
    );
    assert_eq!(Rules::built_in().kind("Not A Word"), None);
}

#[test]
fn exceptions_hold_at_their_place_alone() {
    let rules = own();
    let card = |operation, pointer| rules.excepted(Kind::CardNumber, operation, Side::Response, pointer);
    assert!(card("GET /parcels/{id}", "/items/*/carrierCode"));
    assert!(card("GET /parcels/{id}", "/carrier_code/*"));
    assert!(!card("GET /parcels/{id}", "/number"));
    assert!(!card("POST /parcels/{id}", "/carrierCode"));
    assert!(rules.excepted(Kind::Email, "GET /shops", Side::Response, "/*/supportEmail"));
    assert!(!rules.excepted(Kind::Email, "GET /shops", Side::Request, "/*/supportEmail"));
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_place() {
    let text = r#"
rule: []
rules:
  - id: one
    kind: Own Kind
    field: a
  - id: one
    kind: own-kind-x
    category: money
    severity: awful
    value: '(?=a)b'
    checksum: crc
    where: both
  - kind: email
    category: contact
    value: '(a'
  - id: four
    kind: own-kind-x
    severity: low
    value: 'a*'
    field: [[], "--"]
exceptions:
  - kind: nothing
    field: x
  - kind: email
    reason: a
"#;
    let mistakes = Rules::read("s.yaml", text.as_bytes()).unwrap_err();
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
}

proptest! {
    #[test]
    fn any_name_and_value_have_an_answer(name in "\\PC{0,40}", value in "\\PC{0,80}") {
        let rules = own();
        for side in [Side::Request, Side::Response] {
            let hint = rules.hint(&name, side);
            let _ = (rules.kind_of_text(hint, &value), rules.kind_of_number(hint, &value));
        }
        let _ = (rules.redact(&value), rules.kind_of_segment(&name, &value));
    }

    #[test]
    fn any_file_is_read_or_refused(text in "[a-z:\\[\\]{}' \n*-]{0,200}") {
        let _ = Rules::read("s.yaml", text.as_bytes());
        let _ = Rules::read("s.yaml", format!("rules:\n  - {text}").as_bytes());
    }

    #[test]
    fn a_glob_holds_what_it_was_made_from(parts in proptest::collection::vec("[a-c]{0,4}", 1..5), fill in "[a-c]{0,4}") {
        let text = parts.join(&fill);
        prop_assert!(glob(parts.join("*").as_bytes(), text.as_bytes()));
    }
}
