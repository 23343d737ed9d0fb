//! How names are written.

/// A way to write names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Flat,
    Camel,
    Pascal,
    Kebab,
    Cobol,
    Snake,
    Macro,
}

impl Case {
    pub(super) const ALL: [(&'static str, Case); 7] = [
        ("flat", Case::Flat),
        ("camel", Case::Camel),
        ("pascal", Case::Pascal),
        ("kebab", Case::Kebab),
        ("cobol", Case::Cobol),
        ("snake", Case::Snake),
        ("macro", Case::Macro),
    ];

    pub(super) fn as_str(self) -> &'static str {
        Case::ALL.iter().find(|(_, case)| *case == self).map_or("", |(word, _)| word)
    }

    /// Whether a name is written so. Every word begins with a letter; there are no empty words; camel and Pascal case
    /// have no two capitals beside each other.
    pub(super) fn fits(self, name: &str, digits: bool) -> bool {
        let allowed = |c: char, upper: bool| {
            (c.is_ascii_digit() && digits) || if upper { c.is_ascii_uppercase() } else { c.is_ascii_lowercase() }
        };
        let words = |joint: Option<char>, upper: bool| {
            let begins = name.starts_with(|c: char| !c.is_ascii_digit() && allowed(c, upper));
            let words: Vec<&str> = joint.map_or(vec![name], |joint| name.split(joint).collect());
            begins && words.iter().all(|word| !word.is_empty() && word.chars().all(|c| allowed(c, upper)))
        };
        let humps = |first_upper: bool| {
            let mut chars = name.chars();
            let first =
                chars.next().is_some_and(|c| if first_upper { c.is_ascii_uppercase() } else { c.is_ascii_lowercase() });
            let rest = chars.all(|c| allowed(c, true) || allowed(c, false));
            let pairs = name.as_bytes().windows(2).all(|pair| !pair.iter().all(u8::is_ascii_uppercase));
            first && rest && pairs
        };
        match self {
            Case::Flat => words(None, false),
            Case::Camel => humps(false),
            Case::Pascal => humps(true),
            Case::Kebab => words(Some('-'), false),
            Case::Cobol => words(Some('-'), true),
            Case::Snake => words(Some('_'), false),
            Case::Macro => words(Some('_'), true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn names_fit_their_case_only() {
        let fitting = |name: &str| -> Vec<&str> {
            Case::ALL.iter().filter(|(_, case)| case.fits(name, true)).map(|(word, _)| *word).collect()
        };
        assert_eq!(fitting("pet"), ["flat", "camel", "kebab", "snake"]);
        assert_eq!(fitting("petName"), ["camel"]);
        assert_eq!(fitting("PetName2"), ["pascal"]);
        assert_eq!(fitting("pet-name"), ["kebab"]);
        assert_eq!(fitting("PET-NAME"), ["cobol"]);
        assert_eq!(fitting("pet_name"), ["snake"]);
        assert_eq!(fitting("PET_NAME"), ["macro"]);
        assert_eq!(fitting("userID"), Vec::<&str>::new());
        assert_eq!(fitting("pet--name"), Vec::<&str>::new());
        assert_eq!(fitting("2pets"), Vec::<&str>::new());
        assert!(!Case::Kebab.fits("v2", false));
    }
}
