//! Edits that mend findings, as code actions.

use crate::diagnostics::{Shows, diagnostic};
use crate::judged::{File, Judged};
use crate::text::Encoding;
use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use palisade_finding::{Edit, Finding, Fix, Safety};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Quick fixes offered for one range at most.
const MAX_ACTIONS: usize = 50;

/// How a client takes edits.
pub(crate) struct Takes<'a> {
    pub(crate) encoding: Encoding,
    pub(crate) shows: Shows,
    /// Edits that name the version they are for.
    pub(crate) versioned: bool,
    /// The version of an open file.
    pub(crate) version: &'a dyn Fn(&str) -> Option<i32>,
}

/// Every safe fix of a file in one action.
pub(crate) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.palisade");

/// The actions for a range of a file.
pub(crate) fn at(
    judged: &Judged,
    file: &File,
    range: Range,
    context: &CodeActionContext,
    takes: &Takes<'_>,
) -> Vec<CodeActionOrCommand> {
    let mut actions = Vec::new();
    if wanted(context, &CodeActionKind::QUICKFIX) {
        let (start, end) = (file.text.offset(range.start, takes.encoding), file.text.offset(range.end, takes.encoding));
        for finding in judged.findings().iter().filter(|finding| own(finding, file)) {
            let lines = range.start.line.saturating_add(1)..=range.end.line.saturating_add(1);
            if finding.line.is_some_and(|line| !lines.contains(&line)) {
                continue;
            }
            let Some((_, span)) = judged.span_of(finding) else { continue };
            if file.offset(span.end) < start || end < file.offset(span.start) {
                continue;
            }
            for fix in &finding.fixes {
                if actions.len() < MAX_ACTIONS {
                    actions.extend(quick_fix(judged, finding, fix, takes));
                }
            }
        }
    }
    if wanted(context, &FIX_ALL) {
        actions.extend(fix_all(judged, file, takes));
    }
    actions
}

/// Whether a client asks for actions of this kind: for all, for it, or for one it is a part of.
fn wanted(context: &CodeActionContext, kind: &CodeActionKind) -> bool {
    let part = |only: &CodeActionKind| {
        let rest = kind.as_str().strip_prefix(only.as_str());
        only.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    context.only.as_ref().is_none_or(|only| only.iter().any(part))
}

fn own(finding: &Finding, file: &File) -> bool {
    finding.file.as_deref().is_none_or(|name| name == file.name)
}

fn quick_fix(judged: &Judged, finding: &Finding, fix: &Fix, takes: &Takes<'_>) -> Option<CodeActionOrCommand> {
    let safe = fix.safety == Safety::Safe;
    let title = match safe {
        true => fix.what.clone(),
        false => format!("{} (unsafe: may refuse requests that pass today)", fix.what),
    };
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: diagnostic(judged, finding, takes.encoding, takes.shows).map(|one| vec![one]),
        edit: Some(workspace_edit(judged, &fix.edits, takes)?),
        is_preferred: Some(safe),
        ..CodeAction::default()
    }))
}

fn fix_all(judged: &Judged, file: &File, takes: &Takes<'_>) -> Option<CodeActionOrCommand> {
    let fixes = judged.findings().iter().filter(|finding| own(finding, file)).flat_map(|finding| &finding.fixes);
    let chosen = compatible(fixes.filter(|fix| fix.safety == Safety::Safe));
    let count = chosen.len();
    let edits: Vec<Edit> = chosen.into_iter().flat_map(|fix| fix.edits.iter().cloned()).collect();
    if edits.is_empty() {
        return None;
    }
    let plural = if count == 1 { "problem" } else { "problems" };
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: format!("Fix {count} safe {plural} in this file"),
        kind: Some(FIX_ALL),
        edit: Some(workspace_edit(judged, &edits, takes)?),
        ..CodeAction::default()
    }))
}

/// The fixes that can be made together: of two that touch the same place the first.
fn compatible<'a>(fixes: impl Iterator<Item = &'a Fix>) -> Vec<&'a Fix> {
    // Taken ranges of each file, by their start.
    let mut taken: BTreeMap<(&str, u32), u32> = BTreeMap::new();
    let mut chosen = Vec::new();
    for fix in fixes {
        let free = |edit: &Edit| {
            let file = edit.file.as_str();
            let before = taken.range(..=(file, edit.start)).next_back().filter(|((name, _), _)| *name == file);
            let clear = before.is_none_or(|((_, start), end)| *end <= edit.start && *start < edit.start);
            let next = taken.range((file, edit.start)..).next().filter(|((name, _), _)| *name == file);
            clear && next.is_none_or(|((_, start), _)| edit.end <= *start)
        };
        if !fix.edits.is_empty() && fix.edits.iter().all(free) {
            taken.extend(fix.edits.iter().map(|edit| ((edit.file.as_str(), edit.start), edit.end)));
            chosen.push(fix);
        }
    }
    chosen
}

/// Edits as the protocol tells them; none when one is in a file that is not known.
pub(crate) fn workspace_edit(judged: &Judged, edits: &[Edit], takes: &Takes<'_>) -> Option<WorkspaceEdit> {
    let mut files: BTreeMap<&str, Vec<TextEdit>> = BTreeMap::new();
    for edit in edits {
        let file = judged.file_named(&edit.file)?;
        let mark = file.text.mark();
        let (start, end) = (edit.start as usize + mark, edit.end as usize + mark);
        let range = file.text.range(start, end, takes.encoding);
        files.entry(&file.uri).or_default().push(TextEdit { range, new_text: edit.text.clone() });
    }
    let mut edit = WorkspaceEdit::default();
    if takes.versioned {
        let changes = files.into_iter().map(|(uri, edits)| {
            let version = (takes.version)(uri);
            let uri = Uri::from_str(uri).ok()?;
            let edits = edits.into_iter().map(OneOf::Left).collect();
            Some(TextDocumentEdit { text_document: OptionalVersionedTextDocumentIdentifier { uri, version }, edits })
        });
        edit.document_changes = Some(DocumentChanges::Edits(changes.collect::<Option<_>>()?));
    } else {
        let changes = files.into_iter().map(|(uri, edits)| Some((Uri::from_str(uri).ok()?, edits)));
        edit.changes = Some(changes.collect::<Option<_>>()?);
    }
    Some(edit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(ranges: &[(u32, u32)]) -> Fix {
        let edit = |(start, end): &(u32, u32)| Edit {
            file: "a".to_owned(),
            start: *start,
            end: *end,
            from: (1, 1),
            to: (1, 1),
            text: "x".to_owned(),
        };
        Fix { what: String::new(), safety: Safety::Safe, edits: ranges.iter().map(edit).collect() }
    }

    #[test]
    fn of_fixes_that_touch_the_same_place_the_first_is_made() {
        let all =
            [fix(&[(10, 20)]), fix(&[(0, 5), (15, 16)]), fix(&[(20, 20)]), fix(&[(20, 22)]), fix(&[(0, 10)]), fix(&[])];
        let chosen: Vec<u32> = compatible(all.iter()).iter().map(|fix| fix.edits[0].start).collect();
        assert_eq!(chosen, [10, 20, 0]);
    }

    #[test]
    fn an_action_is_wanted_by_its_kind_and_the_kinds_it_is_a_part_of() {
        let context = |only: &[&'static str]| CodeActionContext {
            only: Some(only.iter().map(|kind| CodeActionKind::new(kind)).collect()),
            ..CodeActionContext::default()
        };
        assert!(wanted(&CodeActionContext::default(), &FIX_ALL));
        assert!(wanted(&context(&["source.fixAll"]), &FIX_ALL) && wanted(&context(&["source"]), &FIX_ALL));
        assert!(!wanted(&context(&["source.fix"]), &FIX_ALL) && !wanted(&context(&["quickfix"]), &FIX_ALL));
    }
}
