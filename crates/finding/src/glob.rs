//! Patterns with `*`.

/// A pattern: `?` stands for one character, `*` for any but `/`, `**` for any. Everything else stands for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Is(char),
    One,
    /// Any characters; `true` lets slashes in.
    Any(bool),
}

impl Glob {
    /// Reads a pattern; every text is one.
    pub fn new(text: &str) -> Glob {
        Glob::read(text, false)
    }

    /// A pattern in which a single `*` stands for any characters: for ids, where a slash means nothing.
    pub fn flat(text: &str) -> Glob {
        Glob::read(text, true)
    }

    fn read(text: &str, flat: bool) -> Glob {
        let mut parts: Vec<Part> = Vec::new();
        for c in text.chars() {
            let part = match c {
                '?' => Part::One,
                '*' => match parts.last_mut() {
                    Some(Part::Any(deep)) => {
                        *deep = true;
                        continue;
                    }
                    _ => Part::Any(flat),
                },
                c => Part::Is(c),
            };
            parts.push(part);
        }
        Glob { text: text.to_owned(), parts }
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it stands for a file's name as written, or for its end after a `/`.
    pub fn matches_file(&self, name: &str) -> bool {
        let name = name.strip_prefix("./").unwrap_or(name);
        self.matches(name)
            || name.match_indices('/').any(|(at, _)| name.get(at + 1..).is_some_and(|end| self.matches(end)))
    }

    /// Whether it stands for the whole text. Takes at most pattern times text steps.
    pub fn matches(&self, text: &str) -> bool {
        // Which places of the pattern may be next, after what was read.
        let mut now = vec![false; self.parts.len() + 1];
        open(&mut now, 0, &self.parts);
        for c in text.chars() {
            let mut next = vec![false; self.parts.len() + 1];
            for (at, part) in self.parts.iter().enumerate() {
                if now.get(at) != Some(&true) {
                    continue;
                }
                match part {
                    Part::Is(wanted) if *wanted == c => open(&mut next, at + 1, &self.parts),
                    Part::One if c != '/' => open(&mut next, at + 1, &self.parts),
                    Part::Any(deep) if *deep || c != '/' => open(&mut next, at, &self.parts),
                    _ => {}
                }
            }
            now = next;
        }
        now.last() == Some(&true)
    }
}

/// Marks a place, and those behind it that need no character.
fn open(places: &mut [bool], at: usize, parts: &[Part]) {
    let mut at = at;
    loop {
        if let Some(place) = places.get_mut(at) {
            *place = true;
        }
        if !matches!(parts.get(at), Some(Part::Any(_))) {
            return;
        }
        at += 1;
    }
}

/// Operations by method and path: `GET /pets/*`, `* /internal/**`, or a path alone for every method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationGlob {
    method: Glob,
    path: Glob,
}

impl std::fmt::Display for OperationGlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path.as_str())
    }
}

impl OperationGlob {
    /// Reads a pattern; every text is one.
    pub fn new(text: &str) -> OperationGlob {
        let text = text.trim();
        let (method, path) = match text.split_once(char::is_whitespace) {
            Some((method, path)) => (method, path.trim_start()),
            None if text.starts_with(['/', '*']) => ("*", text),
            None => (text, "**"),
        };
        OperationGlob { method: Glob::flat(&method.to_ascii_uppercase()), path: Glob::new(path) }
    }

    /// Whether an operation, written `METHOD /path`, is meant.
    pub fn matches(&self, operation: &str) -> bool {
        let (method, path) = operation.split_once(' ').unwrap_or((operation, ""));
        self.method.matches(method) && self.path.matches(path)
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn stars_stop_at_slashes_and_double_stars_do_not() {
        for (glob, text, yes) in [
            ("/pets/*", "/pets/{id}", true),
            ("/pets/*", "/pets/{id}/toys", false),
            ("/pets/**", "/pets/{id}/toys", true),
            ("/pets/**", "/pets", false),
            ("/pets**", "/pets", true),
            ("**/legacy/*.yaml", "a/b/legacy/x.yaml", true),
            ("*.yaml", "a/b.yaml", false),
            ("?et", "get", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "aXbYbZc", true),
        ] {
            assert_eq!(Glob::new(glob).matches(text), yes, "{glob} on {text}");
        }
        assert!(Glob::flat("owasp:*/x").matches("owasp:a/b/x"));
    }

    #[test]
    fn operations_by_method_and_path() {
        for (glob, operation, yes) in [
            ("GET /pets/*", "GET /pets/{id}", true),
            ("get /pets/*", "POST /pets/{id}", false),
            ("* /pets/**", "DELETE /pets/{id}/toys", true),
            ("/health", "GET /health", true),
            ("POST", "POST /any/where", true),
        ] {
            assert_eq!(super::OperationGlob::new(glob).matches(operation), yes, "{glob} on {operation}");
        }
    }

    #[test]
    fn patterns_made_to_be_slow_are_not() {
        assert!(!Glob::new(&"*a".repeat(500)).matches(&"a".repeat(400)));
    }
}
