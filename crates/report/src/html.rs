//! One page that needs nothing else: no script, no outside resource; prints well.

use crate::escape::markup;
use crate::excerpt::Sources;
use crate::{Catalogue, Section, by_rule, counted, place, posture};
use palisade_finding::Summary;
use palisade_posture::Posture;
use std::fmt::Write;
use std::io;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b2430;--dim:#5b6675;--page:#fff;--card:#f5f7fa;--line:#d9dfe7;\
--critical:#9b1c6b;--high:#c0272d;--medium:#a65b00;--low:#1f6f8b;--info:#5b6675}\
@media(prefers-color-scheme:dark){:root{--ink:#e5e9f0;--dim:#9aa5b4;--page:#12161c;--card:#1b2129;--line:#313a46;\
--critical:#f08bd0;--high:#ff8a8a;--medium:#ffb86b;--low:#7fd0ea;--info:#9aa5b4}}\
*{box-sizing:border-box}body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem;font:16px/1.5 system-ui,sans-serif;\
color:var(--ink);background:var(--page)}h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:0}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.3rem .8rem .3rem 0;\
border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}th{color:var(--dim);font-weight:400}\
.score{font-size:2.5rem;font-weight:700}section.rule{background:var(--card);border:1px solid var(--line);\
border-left:4px solid var(--tone);border-radius:6px;padding:1rem;margin:1rem 0;break-inside:avoid}\
.critical{--tone:var(--critical)}.high{--tone:var(--high)}.medium{--tone:var(--medium)}.low{--tone:var(--low)}.info{--tone:var(--info)}\
.badge{color:var(--tone);font-weight:700;text-transform:uppercase;font-size:.75rem;letter-spacing:.05em}\
.dim,.place{color:var(--dim)}.place{font:13px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}\
pre{margin:.4rem 0;overflow-x:auto;font:13px/1.4 ui-monospace,monospace}ul{padding-left:1.2rem}li{margin:.3rem 0;overflow-wrap:anywhere}\
@media print{body{max-width:none;padding:0;font-size:11pt}section.rule{background:none}}";

/// Places listed for each rule.
const PLACES: usize = 50;

/// Writes what stands before the sections.
pub(crate) fn begin(out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(
        b"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Palisade report</title>\n",
    )?;
    write!(out, "<style>{STYLE}</style>\n</head>\n<body>\n")
}

/// Writes one section.
pub(crate) fn section(section: &Section<'_>, catalogue: &Catalogue, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    one(section, catalogue, &mut text);
    out.write_all(text.as_bytes())
}

/// Writes what stands behind the sections.
pub(crate) fn end(out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"</body>\n</html>\n")
}

fn one(section: &Section<'_>, catalogue: &Catalogue, out: &mut String) {
    let _ = writeln!(out, "<h1>{}</h1>", markup(section.name));
    if let Some(score) = section.score {
        let _ = writeln!(out, "<p><span class=\"score\">{score}</span> <span class=\"dim\">of 100</span></p>");
    }
    if let Some(posture) = section.posture {
        standing(posture, out);
    }
    out.push_str("<dl>\n");
    for (label, value) in &section.facts {
        let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", markup(label), markup(value));
    }
    let _ = writeln!(out, "<dt>findings</dt><dd>{}</dd>\n</dl>", counted(&Summary::of(section.findings)));
    let lines = Sources::new(section);
    for (id, findings) in by_rule(section.findings) {
        let Some(first) = findings.first() else { continue };
        let places: u64 = findings.iter().map(|finding| finding.count).sum();
        let loss: f64 = findings.iter().filter_map(|finding| finding.loss).sum();
        let _ = writeln!(
            out,
            "<section class=\"rule {0}\">\n<span class=\"badge\">{0}</span>\n<h2>{1} {2}</h2>",
            first.severity,
            markup(id),
            markup(&first.name)
        );
        let points = if loss > 0.0 { format!(", costs {loss:.2} points") } else { String::new() };
        let _ = writeln!(out, "<p class=\"dim\">{places} {}{points}</p>", if places == 1 { "place" } else { "places" });
        if let Some(rule) = catalogue.get(id) {
            let _ = writeln!(out, "<p>{}</p>", markup(&rule.why));
        }
        if let Some(fix) = &first.fix {
            let _ = writeln!(out, "<p><b>How to mend it.</b> {}</p>", markup(fix));
        }
        if let Some(consumer) = posture::consumer(section.posture, id) {
            let _ = writeln!(out, "<p><b>Until then.</b> {}</p>", markup(consumer));
        }
        if let Some(link) = posture::reading(section.posture, catalogue, id) {
            let link = markup(link);
            let _ = writeln!(out, "<p><b>Read more.</b> <a href=\"{link}\" rel=\"noreferrer\">{link}</a></p>");
        }
        out.push_str("<ul>\n");
        for (at, finding) in findings.iter().take(PLACES).enumerate() {
            let _ = writeln!(
                out,
                "<li>{}<br><span class=\"place\">{}</span>",
                markup(&finding.message),
                markup(&place(finding, section.name))
            );
            if let (Some(_), Some(evidence)) = (section.posture, &finding.evidence) {
                let _ = writeln!(out, "<pre>{}</pre>", markup(evidence));
            }
            let excerpt = lines.excerpt(finding);
            if let (true, Some(excerpt)) = (at < 3, excerpt) {
                let _ = writeln!(out, "<pre>{}\n{}^</pre>", markup(&excerpt.line), " ".repeat(excerpt.before));
            }
            out.push_str("</li>\n");
        }
        out.push_str("</ul>\n");
        if findings.len() > PLACES {
            let _ = writeln!(out, "<p class=\"dim\">and {} more</p>", findings.len() - PLACES);
        }
        out.push_str("</section>\n");
    }
    if section.suppressed.is_empty() {
        return;
    }
    out.push_str("<section class=\"rule info\">\n<h2>Not reported</h2>\n<ul>\n");
    for silenced in &section.suppressed {
        let finding = silenced.finding;
        let _ = writeln!(
            out,
            "<li>{} {}: {}<br><span class=\"dim\">{}</span><br><span class=\"place\">{}</span></li>",
            markup(&finding.rule),
            markup(&finding.name),
            markup(&finding.message),
            markup(&silenced.why),
            markup(&place(finding, section.name))
        );
    }
    out.push_str("</ul>\n</section>\n");
}

fn standing(posture: &Posture, out: &mut String) {
    let (grade, score) = (posture.grade, posture.score);
    let _ = writeln!(
        out,
        "<p><span class=\"score\">{grade}</span> <span class=\"dim\">grade, {score} of 100 points</span></p>"
    );
    let mut list = |lines: &mut dyn Iterator<Item = String>| {
        let items: String = lines.map(|line| format!("<li>{}</li>\n", markup(&line))).collect();
        if !items.is_empty() {
            let _ = write!(out, "<ul>\n{items}</ul>\n");
        }
    };
    list(&mut posture::ceilings(posture));
    list(&mut posture::guides(posture).into_iter().map(|(guide, told)| format!("{guide}: {told}")));
    if let Some((kept, reasons)) = posture::verdict(posture) {
        list(&mut std::iter::once(format!("policy: {kept}")).chain(reasons));
    }
    out.push_str("<table>\n<tr><th>category</th><th>grade</th><th>score</th><th>found</th></tr>\n");
    for [category, grade, score, told] in posture.categories.iter().map(posture::row) {
        let told = markup(&told);
        let _ = writeln!(out, "<tr><td>{category}</td><td>{grade}</td><td>{score}</td><td>{told}</td></tr>");
    }
    out.push_str("</table>\n");
    if posture.not_assessed.is_empty() {
        return;
    }
    out.push_str("<table>\n<tr><th>not assessed</th><th>why</th></tr>\n");
    for missing in &posture.not_assessed {
        let _ = writeln!(out, "<tr><td>{}</td><td>{}</td></tr>", missing.part, markup(&missing.reason));
    }
    out.push_str("</table>\n");
}
