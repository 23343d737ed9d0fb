//! What a person knows better than the evidence.

/// A path template given by a person, for example `/shops/{shop}/items`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Template(pub String);

/// Corrections that hold for everything learned, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Overrides {
    /// Templates that are right as they stand: what they write as literal stays literal, what they write as
    /// variable becomes one, under the given name.
    #[serde(default)]
    pub templates: Vec<Template>,
}

/// What an override says of one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    Literal,
    Variable(&'a str),
}

impl Overrides {
    /// What the templates say of the children of a node: pairs of segment and word, for the templates whose
    /// beginning is `prefix` (literal text or `{}`).
    pub(crate) fn below<'a>(&'a self, prefix: &'a [String]) -> impl Iterator<Item = (&'a str, Said<'a>)> + 'a {
        self.templates.iter().filter_map(move |template| {
            let mut segments = template.0.split('/').filter(|segment| !segment.is_empty());
            for step in prefix {
                let segment = segments.next()?;
                let same = if variable(segment).is_some() { step == "{}" } else { step == segment };
                if !same {
                    return None;
                }
            }
            let segment = segments.next()?;
            Some(match variable(segment) {
                Some(name) => (segment, Said::Variable(name)),
                None => (segment, Said::Literal),
            })
        })
    }
}

fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}
