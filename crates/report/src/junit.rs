//! JUnit's XML: a suite for each thing judged, a failed case for each finding.

use crate::escape::markup;
use crate::{Section, place};
use std::fmt::Write;

/// Writes every section.
pub(crate) fn write(sections: &[Section<'_>]) -> String {
    let failures: usize = sections.iter().map(|section| section.findings.len()).sum();
    let tests: usize = sections.iter().map(|section| section.findings.len().max(1)).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"palisade\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    for section in sections {
        let count = section.findings.len();
        let name = markup(section.name);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{count}\" errors=\"0\" skipped=\"0\">",
            count.max(1)
        );
        if count == 0 {
            let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"no findings\"/>");
        }
        for finding in section.findings {
            let at = place(finding, section.name);
            let title = format!("{} {} at {}", finding.rule, finding.name, finding.pointer.as_deref().unwrap_or(&at));
            let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"{}\">", markup(&title));
            let _ = writeln!(
                out,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                finding.severity,
                markup(&finding.message),
                markup(&format!("{at} - {}", finding.fix.as_deref().unwrap_or_default()))
            );
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}
