//! JUnit's XML: a suite for each thing judged, a failed case for each finding, a skipped one for what is not reported.

use crate::escape::markup;
use crate::{Section, place};
use palisade_finding::Finding;
use std::io::{self, Write};

/// Writes what stands before the sections.
pub(crate) fn begin(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"palisade\">\n")
}

/// Writes one section.
pub(crate) fn section(section: &Section<'_>, out: &mut dyn Write) -> io::Result<()> {
    let count = section.findings.len();
    let skipped = section.suppressed.len();
    let name = markup(section.name);
    writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{count}\" errors=\"0\" skipped=\"{skipped}\">",
        count.max(1) + skipped
    )?;
    if count == 0 {
        writeln!(out, "    <testcase classname=\"{name}\" name=\"no findings\"/>")?;
    }
    for finding in section.findings {
        let at = place(finding, section.name);
        writeln!(out, "    <testcase classname=\"{name}\" name=\"{}\">", markup(&title(finding, &at)))?;
        writeln!(
            out,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            finding.severity,
            markup(&finding.message),
            markup(&format!("{at} - {}", finding.fix.as_deref().unwrap_or_default()))
        )?;
        out.write_all(b"    </testcase>\n")?;
    }
    for silenced in &section.suppressed {
        let title = title(silenced.finding, &place(silenced.finding, section.name));
        writeln!(out, "    <testcase classname=\"{name}\" name=\"{}\">", markup(&title))?;
        writeln!(out, "      <skipped message=\"{}\"/>", markup(&silenced.why))?;
        out.write_all(b"    </testcase>\n")?;
    }
    out.write_all(b"  </testsuite>\n")
}

fn title(finding: &Finding, at: &str) -> String {
    format!("{} {} at {}", finding.rule, finding.name, finding.pointer.as_deref().unwrap_or(at))
}

/// Writes what stands behind the sections.
pub(crate) fn end(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"</testsuites>\n")
}
