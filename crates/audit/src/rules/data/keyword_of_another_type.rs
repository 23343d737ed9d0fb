//! A limit for another type than the one declared.

use crate::hit::Applies;
use crate::index::{Index, Schema};
use crate::mend::{Mended, Spot, remove};
use crate::rule::{Check, Direction, Part, Profile, Remedy, Rule};
use crate::rules::help;
use crate::run::Sink;
use palisade_finding::Severity;
use palisade_schema::TypeSet;

/// PAL-DAT021.
pub static RULE: Rule = Rule {
    id: "PAL-DAT021",
    name: "keyword-of-another-type",
    severity: Severity::Low,
    profile: Profile::Recommended,
    direction: Direction::Both,
    category: "data-validation",
    part: Part::None,
    invalid: false,
    owasp: &["API8:2023"],
    cwe: &["CWE-20"],
    aliases: &[
        "warning-schema-property-improper",
        "v3-warning-schema-property-improper",
        "warning-header-property-improper",
        "warning-items-property-improper",
        "warning-parameter-property-improper",
        "validation-header-notarray-items",
        "validation-parameter-notarray-items",
        "validation-schema-notarray-items",
        "v3-validation-schema-notarray-items",
    ],
    what: "A limit that belongs to another type than the schema has, for example `maxLength` on an integer.",
    why: "Validators ignore it. Whoever wrote it believes that the value is limited, and it is not.",
    fix: "Use the limit of the declared type (`maximum` for numbers, `maxLength` for strings, `maxItems` for \
        arrays), or correct the type.",
    bad: include_str!("../../../tests/fixtures/PAL-DAT021/bad.yaml"),
    good: include_str!("../../../tests/fixtures/PAL-DAT021/good.yaml"),
    references: &[
        "https://spec.openapis.org/oas/v3.1.1#schema-object",
        "https://json-schema.org/understanding-json-schema/reference/regular_expressions",
    ],
    mend: Remedy::Safe(mend),
    check: Check::SchemaAlone(check),
};

/// The types that a keyword limits.
fn own(key: &str) -> Option<TypeSet> {
    Some(match key {
        "minLength" | "maxLength" | "pattern" => TypeSet::STRING,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => TypeSet::NUMBER,
        "items" | "prefixItems" | "contains" | "minItems" | "maxItems" => TypeSet::ARRAY,
        "properties"
        | "patternProperties"
        | "additionalProperties"
        | "propertyNames"
        | "minProperties"
        | "maxProperties" => TypeSet::OBJECT,
        _ => return None,
    })
}

fn check(_: &Index<'_>, schema: &Schema<'_>, sink: &mut Sink<'_>) {
    for member in schema.node.members() {
        let Some(own) = own(member.key) else { continue };
        if !schema.types.meets(own) {
            let types = help::types(schema.node);
            if types.is_empty() || types.contains(&"file") {
                return;
            }
            let message = format!(
                "{} limits nothing here: {} is of type {}",
                member.key,
                help::called(schema),
                help::shown(&types.join(", "))
            );
            sink.at_key(member.value, message, Applies::Nothing);
            return;
        }
    }
}

/// Takes out what limits nothing. A schema of items or members shows that another type was meant.
fn mend<'a>(index: &Index<'a>, spot: &Spot<'a>) -> Option<Mended> {
    let schema = spot.node.parent()?;
    let types = help::type_set(schema);
    let idle = |key: &str| own(key).is_some_and(|own| !types.meets(own));
    let idle: Vec<_> = schema.members().filter(|member| idle(member.key)).collect();
    if idle.iter().any(|member| member.value.is_object() || member.value.is_array()) {
        return None;
    }
    let keys: Vec<&str> = idle.iter().map(|member| member.key).collect();
    let edits = remove(index, schema, &keys)?;
    Mended::removal(index, format!("take out {}, which limits nothing here", keys.join(", ")), edits)
}
