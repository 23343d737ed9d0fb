//! Names for parameters, schemas and operations.

use palisade_sensitive::words;

/// The singular of an English word, by its ending.
pub(crate) fn singular(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let cut = |count: usize| word.get(..word.len().saturating_sub(count)).unwrap_or(word).to_owned();
    if lower.len() > 4 && lower.ends_with("ies") {
        return cut(3) + "y";
    }
    if lower.len() > 4 && ["sses", "shes", "ches", "xes", "zes", "uses"].iter().any(|end| lower.ends_with(end)) {
        return if lower.ends_with("uses") && !lower.ends_with("tuses") && !lower.ends_with("nuses") {
            cut(1)
        } else {
            cut(2)
        };
    }
    if lower.len() > 3 && lower.ends_with('s') && !["ss", "us", "is"].iter().any(|end| lower.ends_with(end)) {
        return cut(1);
    }
    word.to_owned()
}

/// Words as `PascalCase`.
pub(crate) fn pascal(text: &str) -> String {
    let mut out = String::new();
    for word in words(text) {
        let mut letters = word.chars().filter(char::is_ascii_alphanumeric);
        if let Some(first) = letters.next() {
            out.push(first.to_ascii_uppercase());
            out.extend(letters);
        }
    }
    out
}

/// Words as `camelCase`.
pub(crate) fn camel(text: &str) -> String {
    let text = pascal(text);
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// True for `v1`, `api` and their like: they say nothing of the resource.
pub(crate) fn empty_word(word: &str) -> bool {
    let digits = word.strip_prefix(['v', 'V']).unwrap_or("x");
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        || matches!(word, "api" | "rest")
}

/// Whether a member is called as what wraps the thing itself.
pub(crate) fn wrapper(member: &str) -> bool {
    matches!(
        member.to_ascii_lowercase().as_str(),
        "data" | "items" | "results" | "result" | "content" | "records" | "entries" | "rows" | "list" | "value"
    )
}

/// The last segment that names a resource.
pub(crate) fn resource(literals: &[String]) -> Option<&str> {
    literals.iter().rev().map(String::as_str).find(|word| !empty_word(word))
}

/// The name of a variable: the field that gives it back, else the parent's singular with `Id`, or with what the class
/// of all values is called.
pub(crate) fn parameter(literals: &[String], field: Option<&str>, class: Option<&str>) -> String {
    let parent = resource(literals).map(|word| {
        let bare = word.rsplit_once("by-").map_or(word, |(_, rest)| rest);
        singular(bare)
    });
    if let Some(field) = field.filter(|field| plain(field)) {
        let generic =
            matches!(field, "id" | "_id" | "name" | "key" | "value" | "title" | "uuid" | "uid" | "code" | "type");
        return match (generic, &parent) {
            (true, Some(parent)) => camel(&format!("{parent} {}", field.trim_start_matches('_'))),
            _ => field.to_owned(),
        };
    }
    match (class, parent) {
        (Some("date" | "date-time"), _) => "date".to_owned(),
        (Some("month"), _) => "month".to_owned(),
        (Some("email"), _) => "email".to_owned(),
        (Some("ip"), _) => "ip".to_owned(),
        (Some("token"), _) => "token".to_owned(),
        (Some("hex"), Some(parent)) => camel(&format!("{parent} hash")),
        (Some("ticket"), Some(parent)) => camel(&format!("{parent} key")),
        (Some("code"), Some(parent)) => camel(&format!("{parent} code")),
        (Some("word"), Some(parent)) => camel(&format!("{parent} name")),
        (_, Some(parent)) => camel(&format!("{parent} id")),
        (_, None) => "id".to_owned(),
    }
}

fn plain(field: &str) -> bool {
    !field.is_empty()
        && field.len() <= 40
        && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        && field.as_bytes().first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

/// Makes the variables of one template differ.
pub(crate) fn unique(taken: &[String], name: &str) -> String {
    if !taken.iter().any(|other| other == name) {
        return name.to_owned();
    }
    (2..).map(|number| format!("{name}{number}")).find(|name| !taken.contains(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singulars() {
        for (many, one) in [
            ("users", "user"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("statuses", "status"),
            ("houses", "house"),
            ("status", "status"),
            ("analysis", "analysis"),
            ("class", "class"),
            ("me", "me"),
        ] {
            assert_eq!(singular(many), one, "{many}");
        }
    }

    #[test]
    fn parameters() {
        let path = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(parameter(&path(&["users", "v1"]), Some("username"), Some("word")), "username");
        assert_eq!(parameter(&path(&["api", "v1", "orders"]), Some("id"), Some("uuid")), "orderId");
        assert_eq!(parameter(&path(&["orders"]), None, Some("int")), "orderId");
        assert_eq!(parameter(&path(&["reports", "daily"]), None, Some("date")), "date");
        assert_eq!(parameter(&path(&[]), None, Some("int")), "id");
    }
}
