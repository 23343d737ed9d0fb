//! JUnit's XML: a suite for each thing judged, a failed case for each finding, a skipped one for what is not reported.

use crate::escape::markup;
use crate::{Catalogue, Section, place, posture};
use palisade_finding::Finding;
use palisade_posture::Posture;
use std::io::{self, Write};

/// Writes what stands before the sections.
pub(crate) fn begin(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"palisade\">\n")
}

/// Writes one section.
pub(crate) fn section(section: &Section<'_>, catalogue: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
    let policy = section.posture.and_then(posture::verdict).filter(|(_, reasons)| !reasons.is_empty());
    let broken = section.posture.and_then(|posture| posture.policy.as_ref()).is_some_and(|verdict| !verdict.compliant);
    let missing = section.posture.map_or(&[][..], |posture| &posture.not_assessed);
    let count = section.findings.len() + usize::from(broken);
    let skipped = section.suppressed.len() + missing.len();
    let name = markup(section.name);
    writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{count}\" errors=\"0\" skipped=\"{skipped}\">",
        count.max(1) + skipped
    )?;
    if let Some(posture) = section.posture {
        properties(posture, out)?;
    }
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
            markup(&body(section, catalogue, finding, &at))
        )?;
        out.write_all(b"    </testcase>\n")?;
    }
    if let (true, Some((kept, reasons))) = (broken, policy) {
        writeln!(out, "    <testcase classname=\"{name}\" name=\"policy\">")?;
        let (kept, reasons) = (markup(&kept), markup(&reasons.join("; ")));
        writeln!(out, "      <failure type=\"policy\" message=\"{kept}\">{reasons}</failure>")?;
        out.write_all(b"    </testcase>\n")?;
    }
    for one in missing {
        writeln!(out, "    <testcase classname=\"{name}\" name=\"{}\">", one.part)?;
        writeln!(out, "      <skipped message=\"not assessed: {}\"/>", markup(&one.reason))?;
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

/// What stands in a failed case: the place and the fix; of a third party what was seen, and where to read more, too.
fn body(section: &Section<'_>, catalogue: &Catalogue, finding: &Finding, at: &str) -> String {
    let mut body = format!("{at} - {}", finding.fix.as_deref().unwrap_or_default());
    let Some(posture) = section.posture else { return body };
    let mut add = |label: &str, text: Option<&str>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            body = format!("{body} {label}: {text}");
        }
    };
    add("Seen", finding.evidence.as_deref());
    add("Why", posture::why(Some(posture), &finding.rule));
    add("Until then", posture::consumer(Some(posture), &finding.rule));
    add("Read", posture::reading(Some(posture), catalogue, &finding.rule));
    body
}

/// Grade and score, in all and by category.
fn properties(posture: &Posture, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"    <properties>\n")?;
    let mut property =
        |name: &str, value: &str| writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", markup(value));
    property("grade", posture.grade.as_str())?;
    property("score", &posture.score.to_string())?;
    for [category, grade, score, _] in posture.categories.iter().map(posture::row) {
        property(&format!("{category}.grade"), &grade)?;
        property(&format!("{category}.score"), &score)?;
    }
    if let Some((kept, _)) = posture::verdict(posture) {
        property("policy", &kept)?;
    }
    out.write_all(b"    </properties>\n")
}

fn title(finding: &Finding, at: &str) -> String {
    format!("{} {} at {}", finding.rule, finding.name, finding.pointer.as_deref().unwrap_or(at))
}

/// Writes what stands behind the sections.
pub(crate) fn end(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"</testsuites>\n")
}
