//! The catalogue of changes as a page.

use crate::check::{Base, Keyword, Level, Structure, Way};
use std::fmt::Write;

/// Every kind of change, as Markdown.
pub fn markdown() -> String {
    let mut out = format!("{HEAD}\n| level | meaning |\n|---|---|\n");
    for level in Level::WORST_FIRST {
        let _ = writeln!(out, "| {level} | {} |", level.meaning());
    }
    out.push_str("\n## Changes of operations, parameters, bodies, responses, security and servers\n\n");
    out.push_str("| id | level | what changed |\n|---|---|---|\n");
    for structure in Structure::ALL {
        let _ = writeln!(out, "| `{}` | {} | {} |", structure.id(), structure.level(), structure.what());
    }
    out.push_str("\n## Changes inside schemas\n\nAn id is made of a place and a change, for example ");
    out.push_str("`request-property-max-length-decreased`.\n\nPlaces that go towards the API: ");
    out.push_str(&places(Way::In));
    out.push_str(". Places that come from the API: ");
    out.push_str(&places(Way::Out));
    out.push_str(". What ends in `-property` is whatever lies inside: members, items, branches. Callbacks are told ");
    out.push_str(
        "about as webhooks are.\n\n| change | towards the API | from the API | what changed |\n|---|---|---|---|\n",
    );
    for keyword in Keyword::ALL {
        let level = |way: Way| -> &'static str {
            let stands = Base::ALL.iter().any(|base| base.way() == way && keyword.fits(*base));
            if stands { keyword.level(way).as_str() } else { "" }
        };
        let (inward, outward) = (level(Way::In), level(Way::Out));
        let bodies = !keyword.fits(Base::QueryParameter) && keyword.fits(Base::RequestBody);
        let only = match bodies {
            true => " (in bodies)",
            false if inward.is_empty() || outward.is_empty() => " (inside objects)",
            false => "",
        };
        let _ = writeln!(out, "| `{}` | {inward} | {outward} | {}{only} |", keyword.id(), keyword.what());
    }
    out
}

fn places(way: Way) -> String {
    let ids = Base::ALL.iter().filter(|base| base.way() == way).map(|base| format!("`{}`", base.id()));
    ids.collect::<Vec<_>>().join(", ")
}

const HEAD: &str = "# Changes that `palisade diff` knows

This page is generated: `palisade diff` and this list cannot differ. `palisade rules ID` explains one change.
";

impl Level {
    /// What the level means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Level::Breaking => {
                "A client that keeps the old contract to the letter can fail: what it sends may be refused, or what it \
                 gets may be something that the old contract did not allow."
            }
            Level::Risky => {
                "A client may fail that relied on more than the contract promised, or on what the contract left open; \
                 or it cannot be decided."
            }
            Level::Compatible => "Whatever a client did by the old contract, it may go on doing.",
        }
    }
}
