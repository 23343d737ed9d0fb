//! Versions of server software that are known to be vulnerable, from a list that the user imports.
//!
//! None is built in: a list that is not complete and not fresh would make silence look like safety. Without a list the
//! question stays open and is shown as not assessed.

use palisade_finding::Severity;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// A list of known versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    entries: Vec<Entry>,
}

/// Versions of one product that share weaknesses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    product: String,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    through: Option<String>,
    ids: Vec<String>,
    severity: Severity,
    #[serde(default)]
    source: String,
}

/// Why a list cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListError {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub reason: String,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

impl std::error::Error for ListError {}

/// Software by what answers say of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Software {
    /// The field that says it, or `body`.
    pub field: String,
    /// Its name in lower case.
    pub product: String,
    /// Its version, where it is said.
    pub version: Option<String>,
    /// The value of the field.
    pub shown: String,
}

/// Software of a version that a list knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its name.
    pub product: String,
    /// Its version.
    pub version: String,
    /// Ids of the weaknesses.
    pub ids: Vec<String>,
    /// How bad the worst of them is.
    pub severity: Severity,
    /// Who says so.
    pub source: String,
    /// What the server says of itself.
    pub shown: String,
}

/// Entries of a list.
const ENTRIES: usize = 200_000;
/// Characters of a version that are compared.
const VERSION: usize = 64;

impl List {
    /// Reads a list: one JSON object a line, with `product` (as in the field `Server`, in lower case), `from`
    /// (that version and later ones), `before` or `through` (up to that version, without or with it), `ids`,
    /// `severity` and `source`. Empty lines and lines that begin with `#` are left out.
    ///
    /// # Errors
    /// [`ListError`] with the place of the first line that is none.
    pub fn parse(text: &str) -> Result<List, ListError> {
        let mut entries = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let number = number + 1;
            let error = |column, reason: String| ListError { line: number, column, reason };
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            if entries.len() >= ENTRIES {
                return Err(error(1, format!("more than {ENTRIES} entries: split the list")));
            }
            let mut entry: Entry = serde_json::from_str(line).map_err(|e| {
                let text = e.to_string();
                // serde_json counts lines of its own.
                let reason = text.split(" at line ").next().unwrap_or_default().to_owned();
                error(e.column().max(1), reason)
            })?;
            entry.product = entry.product.trim().to_ascii_lowercase();
            if entry.product.is_empty() || entry.ids.is_empty() {
                return Err(error(1, "product and ids must not be empty".to_owned()));
            }
            if entry.before.is_none() && entry.through.is_none() {
                return Err(error(1, "say with before or through up to which version".to_owned()));
            }
            entries.push(entry);
        }
        Ok(List { entries })
    }

    /// Adds the entries of another list.
    pub fn join(&mut self, other: List) {
        self.entries.extend(other.entries);
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What it knows of software.
    pub fn known(&self, software: &[Software]) -> Vec<Known> {
        let mut found: Vec<Known> = Vec::new();
        for software in software {
            let Some(version) = &software.version else { continue };
            let holds = |entry: &&Entry| entry.product == software.product && entry.holds(version);
            let entries: Vec<&Entry> = self.entries.iter().filter(holds).collect();
            let Some(severity) = entries.iter().map(|entry| entry.severity).max() else { continue };
            let mut ids: Vec<String> = entries.iter().flat_map(|entry| entry.ids.iter().cloned()).collect();
            ids.sort_unstable();
            ids.dedup();
            let source = entries.iter().map(|entry| entry.source.as_str()).find(|source| !source.is_empty());
            let known = Known {
                product: software.product.clone(),
                version: version.clone(),
                ids,
                severity,
                source: source.unwrap_or_default().to_owned(),
                shown: software.shown.clone(),
            };
            if !found.iter().any(|have| have.product == known.product && have.version == known.version) {
                found.push(known);
            }
        }
        found
    }
}

impl Entry {
    fn holds(&self, version: &str) -> bool {
        self.from.as_deref().is_none_or(|from| compare(version, from) != Ordering::Less)
            && self.before.as_deref().is_none_or(|before| compare(version, before) == Ordering::Less)
            && self.through.as_deref().is_none_or(|through| compare(version, through) != Ordering::Greater)
    }
}

/// Compares versions as server software counts: numbers by value, letters after no letter (`1.0.2` before `1.0.2k`),
/// but words of a version that is not out yet before it (`1.0-beta`, `1.0rc1`).
pub fn compare(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (parts(one).into_iter(), parts(other).into_iter());
    loop {
        let order = match (one.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (Some(left), None) => left.beside_nothing(),
            (None, Some(right)) => right.beside_nothing().reverse(),
            (Some(left), Some(right)) => left.cmp(&right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum PartOf {
    Early(String),
    Word(String),
    Number(u64),
}

impl PartOf {
    fn beside_nothing(&self) -> Ordering {
        match self {
            PartOf::Early(_) => Ordering::Less,
            PartOf::Number(0) => Ordering::Equal,
            PartOf::Word(_) | PartOf::Number(_) => Ordering::Greater,
        }
    }
}

fn parts(version: &str) -> Vec<PartOf> {
    let version = super::cookie::head(version.trim().trim_start_matches(['v', 'V']), VERSION).to_ascii_lowercase();
    let mut parts = Vec::new();
    let mut rest = version.as_str();
    while let Some(first) = rest.chars().next() {
        let same = |c: char| (c.is_ascii_digit() == first.is_ascii_digit()) && c.is_ascii_alphanumeric();
        if !first.is_ascii_alphanumeric() {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (part, after) = rest.split_at(rest.find(|c| !same(c)).unwrap_or(rest.len()));
        rest = after;
        parts.push(match part.parse() {
            Ok(number) => PartOf::Number(number),
            Err(_) if first.is_ascii_digit() => PartOf::Number(u64::MAX),
            Err(_) if ["alpha", "beta", "rc", "pre", "dev", "snapshot", "m"].contains(&part) => {
                PartOf::Early(part.to_owned())
            }
            Err(_) => PartOf::Word(part.to_owned()),
        });
    }
    parts
}

/// Products and versions in a field like `Server`: `nginx/1.18.0 (Ubuntu) OpenSSL/1.1.1f`.
pub(super) fn software(field: &str, value: &str) -> Vec<Software> {
    let shown = super::leak::shown(value, 120);
    let of = |product: &str, version: Option<&str>| Software {
        field: field.to_owned(),
        product: super::cookie::head(product, 64).to_ascii_lowercase(),
        version: version.map(|version| super::cookie::head(version, VERSION).to_owned()),
        shown: format!("{field}: {shown}"),
    };
    match field {
        "x-aspnet-version" => return vec![of("asp.net", Some(value.trim()))],
        "x-aspnetmvc-version" => return vec![of("asp.net mvc", Some(value.trim()))],
        _ => {}
    }
    let mut depth = 0usize;
    let outside: String = value
        .chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect();
    let products = outside.split([' ', ',', ';']).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    products
        .take(8)
        .map(|word| match word.split_once('/') {
            Some((product, version)) if version.starts_with(|c: char| c.is_ascii_digit() || c == 'v') => {
                of(product, Some(version))
            }
            _ => of(word, None),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{List, compare, software};
    use palisade_finding::Severity;
    use std::cmp::Ordering;

    #[test]
    fn versions_are_ordered_as_their_makers_count() {
        let ordered =
            ["0.9", "1.0-beta", "1.0rc1", "1.0", "1.0.1f", "1.0.2", "1.0.2k", "1.18.0", "1.20.1", "2.4.49", "10"];
        for pair in ordered.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(compare("1.0", "v1.0.0"), Ordering::Equal);
    }

    #[test]
    fn fields_name_products() {
        let words: Vec<String> = software("server", "Apache/2.4.49 (Debian; x/1) OpenSSL/1.1.1k mod_wsgi")
            .iter()
            .map(|s| format!("{} {}", s.product, s.version.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(words, ["apache 2.4.49", "openssl 1.1.1k", "mod_wsgi -"]);
    }

    #[test]
    fn a_list_knows_its_ranges() {
        let list = List::parse(concat!(
            "# server software\n\n",
            r#"{"product":"Apache","from":"2.4.49","through":"2.4.50","ids":["CVE-2021-41773"],"severity":"critical","source":"vendor"}"#,
            "\n",
            r#"{"product":"nginx","from":"0.6.18","before":"1.20.1","ids":["CVE-2021-23017"],"severity":"high"}"#,
        ))
        .unwrap();
        assert_eq!(list.len(), 2);
        let known = |value| list.known(&software("server", value));
        assert_eq!(known("Apache/2.4.49")[0].severity, Severity::Critical);
        assert_eq!(known("nginx/1.18.0 (Ubuntu)")[0].ids, ["CVE-2021-23017"]);
        for value in ["nginx/1.20.1", "nginx", "Apache/2.4.51", "openresty/1.18.0"] {
            assert_eq!(known(value), [], "{value}");
        }
    }

    #[test]
    fn errors_have_their_place() {
        for (text, wanted) in [
            ("\n{\"product\":\"a\"}", "line 2, column 15: missing field `ids`"),
            (
                "{\"product\":\"a\",\"ids\":[\"x\"],\"severity\":\"high\"}",
                "line 1, column 1: say with before or through up to which version",
            ),
            ("nginx 1.18", "line 1, column 2: expected ident"),
        ] {
            assert_eq!(List::parse(text).unwrap_err().to_string(), wanted);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_list_and_versions_are_read(text in "[ -~\n]{0,200}", one in ".{0,40}", other in ".{0,40}") {
            let _ = List::parse(&text);
            software("server", &one);
            proptest::prop_assert_eq!(compare(&one, &other), compare(&other, &one).reverse());
        }
    }
}
