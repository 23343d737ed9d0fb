//! What a person knows better than the evidence.
//!
//! Corrections are applied whenever the inventory is induced, never when traffic is learned: they hold for everything
//! that was learned before them too, and taking one back loses nothing.

use palisade_document::NodeRef;
use palisade_document::config::{Mistake, Reader};
use serde::{Deserialize, Serialize};

/// Most corrections of one kind.
const MOST: usize = 1000;
/// Longest template, in bytes.
const LONGEST: usize = 1024;

/// A path template, for example `/shops/{shop}/items`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Template(pub String);

/// A template and what its variables are to be called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rename {
    /// The template as it is, whatever its variables are called: `/users/{userId}`.
    pub from: Template,
    /// The same template with other names: `/users/{username}`.
    pub to: Template,
}

/// Corrections of a person, for everything that was learned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// Where the template has a variable, every segment is a value, under the name that it gives: `/shops/{shop}`.
    pub merge: Vec<Template>,
    /// What the template writes as a word is a name and never a value: `/users/export`.
    pub split: Vec<Template>,
    /// Other names for variables.
    pub rename: Vec<Rename>,
    /// Operations that are none of the API: `/static/**`, `TRACE /**`, `GET /health`. `*` stands for one segment, `**`
    /// for all that follow.
    pub ignore: Vec<String>,
}

/// What an override says of one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    Literal,
    Variable(&'a str),
}

impl Overrides {
    /// Reads a file of corrections, YAML or JSON.
    ///
    /// # Errors
    /// Every mistake with its place: unknown keys, templates that are none, names that do not fit.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Overrides, Vec<Mistake>> {
        let (mut reader, document) = Reader::open(name, bytes);
        let root = document.root();
        let mut found = Overrides::default();
        if reader.mistakes.is_empty()
            && reader.object(root, "the file of corrections", &["merge", "split", "rename", "ignore"])
        {
            found.merge = templates(&mut reader, root, "merge");
            for (template, node) in found.merge.iter().zip(root.get("merge").into_iter().flat_map(|list| list.items()))
            {
                if wrong_path(&template.0).is_none()
                    && !segments(&template.0).any(|segment| variable(segment).is_some())
                {
                    reader.wrong(node, "a template to merge needs a variable, such as /shops/{shop}");
                }
            }
            found.split = templates(&mut reader, root, "split");
            found.rename = renames(&mut reader, root);
            for (text, node) in reader.texts(root, "ignore").into_iter().take(MOST) {
                if let Some(problem) = wrong_path(text.split_once(' ').map_or(text, |(_, path)| path.trim())) {
                    reader.wrong(node, problem);
                }
                found.ignore.push(text.to_owned());
            }
        }
        reader.done(found)
    }

    /// What is said of the children of a node: pairs of segment and word, for the templates whose beginning is `prefix`
    /// (words, `{}` for a variable).
    pub(crate) fn below<'a>(&'a self, prefix: &'a [String]) -> impl Iterator<Item = (&'a str, Said<'a>)> + 'a {
        let merged = self.merge.iter().filter_map(|template| next(template, prefix)).map(|segment| {
            let said = variable(segment).map_or(Said::Literal, Said::Variable);
            (segment, said)
        });
        let names = self.split.iter().filter_map(|template| next(template, prefix));
        let split = names.filter(|segment| variable(segment).is_none()).map(|segment| (segment, Said::Literal));
        merged.chain(split)
    }

    /// What the variable below `prefix` is to be called.
    pub(crate) fn name(&self, prefix: &[String]) -> Option<&str> {
        let renamed = self.rename.iter().find_map(|rename| {
            variable(next(&rename.from, prefix)?)?;
            segments(&rename.to.0).nth(prefix.len()).and_then(variable)
        });
        renamed.or_else(|| self.merge.iter().find_map(|template| variable(next(template, prefix)?)))
    }

    /// Whether an operation is to be left out.
    pub(crate) fn ignores(&self, method: &str, template: &str) -> bool {
        self.ignore.iter().any(|pattern| {
            let (only, path) = match pattern.split_once(' ') {
                Some((only, path)) => (Some(only), path.trim()),
                None => (None, pattern.as_str()),
            };
            if only.is_some_and(|only| only != "*" && !only.eq_ignore_ascii_case(method)) {
                return false;
            }
            let mut steps = segments(template);
            for wanted in segments(path) {
                if wanted == "**" {
                    return true;
                }
                let Some(step) = steps.next() else { return false };
                let any = wanted == "*" || variable(wanted).is_some() && step.starts_with('{');
                if !any && wanted != step {
                    return false;
                }
            }
            steps.next().is_none()
        })
    }
}

fn segments(template: &str) -> impl Iterator<Item = &str> {
    template.split('/').filter(|segment| !segment.is_empty())
}

fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The segment of a template that follows `prefix`.
fn next<'a>(template: &'a Template, prefix: &[String]) -> Option<&'a str> {
    let mut steps = segments(&template.0);
    for step in prefix {
        let segment = steps.next()?;
        let same = if variable(segment).is_some() { step == "{}" } else { step == segment };
        if !same {
            return None;
        }
    }
    steps.next()
}

fn templates(reader: &mut Reader, root: NodeRef<'_>, key: &str) -> Vec<Template> {
    let texts = reader.texts(root, key);
    texts.into_iter().take(MOST).map(|(text, node)| template(reader, text, node)).collect()
}

fn template(reader: &mut Reader, text: &str, node: NodeRef<'_>) -> Template {
    if let Some(problem) = wrong_path(text) {
        reader.wrong(node, problem);
    }
    Template(text.to_owned())
}

fn renames(reader: &mut Reader, root: NodeRef<'_>) -> Vec<Rename> {
    let Some(list) = root.get("rename") else { return Vec::new() };
    if !list.is_object() {
        reader.wrong(list, "`rename` is an object: the template as it is, and the same template with other names");
        return Vec::new();
    }
    let mut found = Vec::new();
    for member in list.members().take(MOST) {
        let from = template(reader, member.key, member.value);
        let Some(text) = member.value.as_str() else {
            reader.wrong(member.value, "the new template is not a text");
            continue;
        };
        let to = template(reader, text, member.value);
        let kinds = |template: &str| segments(template).map(|segment| variable(segment).is_some()).collect::<Vec<_>>();
        if kinds(&from.0) != kinds(&to.0) {
            reader.wrong(member.value, "variables do not stand in the same places: only their names can change");
        }
        found.push(Rename { from, to });
    }
    found
}

fn wrong_path(text: &str) -> Option<String> {
    if !text.starts_with('/') {
        return Some("a template begins with /".to_owned());
    }
    if text.len() > LONGEST {
        return Some(format!("a template of more than {LONGEST} bytes"));
    }
    segments(text).find_map(|segment| {
        let name = variable(segment);
        let braces = name.unwrap_or(segment).contains(['{', '}']);
        let plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        };
        (braces || name.is_some_and(|name| !plain(name)))
            .then(|| format!("`{segment}` is no variable: a variable is a whole segment, such as {{orderId}}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_come_with_their_places() {
        let text = "merge: [/shops]\nsplit: [users]\nrename:\n  /a/{b}: /a/b\nignored: [x]\nignore: ['GET health']\n";
        let mistakes = Overrides::read("o.yaml", text.as_bytes()).unwrap_err();
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "o.yaml:1:9: a template to merge needs a variable, such as /shops/{shop}",
                "o.yaml:2:9: a template begins with /",
                "o.yaml:4:11: variables do not stand in the same places: only their names can change",
                "o.yaml:5:1: unknown key \"ignored\"; known here: merge, split, rename, ignore",
                "o.yaml:6:10: a template begins with /",
            ]
        );
        assert_eq!(Overrides::read("o.yaml", b"{}"), Ok(Overrides::default()));
    }

    #[test]
    fn patterns_of_what_is_left_out() {
        let overrides = Overrides {
            ignore: vec!["/static/**".to_owned(), "TRACE /**".to_owned(), "get /users/{id}/x".to_owned()],
            ..Overrides::default()
        };
        for (method, template, ignored) in [
            ("GET", "/static/a/b", true),
            ("GET", "/static", true),
            ("GET", "/statics", false),
            ("TRACE", "/", true),
            ("GET", "/users/{userId}/x", true),
            ("POST", "/users/{userId}/x", false),
            ("GET", "/users/export/x", false),
        ] {
            assert_eq!(overrides.ignores(method, template), ignored, "{method} {template}");
        }
    }
}
