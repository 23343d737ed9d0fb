//! Edits that mend findings, as code actions.

use crate::diagnostics::{Shows, diagnostic};
use crate::ignore;
use crate::judged::{File, Judged};
use crate::text::Encoding;
use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use palisade_document::edit::Editor;
use palisade_finding::{Edit, Finding, Fix, Safety};
use std::collections::BTreeMap;
use std::str::FromStr;

/// Quick fixes offered for one range at most.
const MAX_ACTIONS: usize = 50;
/// Ignores offered for one range at most.
const MAX_IGNORES: usize = 10;

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
        let mut here = Vec::new();
        for finding in judged.findings().iter().filter(|finding| own(finding, file)) {
            let lines = range.start.line.saturating_add(1)..=range.end.line.saturating_add(1);
            if finding.line.is_some_and(|line| !lines.contains(&line)) {
                continue;
            }
            let Some((_, span)) = judged.span_of(finding) else { continue };
            if file.offset(span.end) < start || end < file.offset(span.start) {
                continue;
            }
            here.push(finding);
            for fix in &finding.fixes {
                if actions.len() < MAX_ACTIONS {
                    actions.extend(quick_fix(judged, finding, fix, takes));
                }
            }
        }
        // Looking at how the document is written costs a pass over it.
        let editor = (!here.is_empty() && file.base == 0).then(|| Editor::new(&judged.document));
        for finding in here.into_iter().take(MAX_IGNORES) {
            actions.extend(editor.as_ref().and_then(|editor| silence(judged, editor, finding, takes)));
        }
    }
    if asks_to_fix_all(context) && file.base == 0 {
        actions.extend(fix_all(judged, takes));
    }
    actions
}

/// Whether a client asks for every fix at once. It is not offered by itself: it judges the contract several times.
pub(crate) fn asks_to_fix_all(context: &CodeActionContext) -> bool {
    context.only.is_some() && wanted(context, &FIX_ALL)
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

fn fix_all(judged: &Judged, takes: &Takes<'_>) -> Option<CodeActionOrCommand> {
    let (main, mended) = (judged.main()?, judged.mended.as_ref()?);
    let edits = mended.edits.iter().map(|(start, end, text)| Edit {
        file: main.name.clone(),
        start: *start,
        end: *end,
        from: (1, 1),
        to: (1, 1),
        text: text.clone(),
    });
    let edits: Vec<Edit> = edits.collect();
    let plural = if mended.count == 1 { "problem" } else { "problems" };
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: format!("Fix {} safe {plural} in this file", mended.count),
        kind: Some(FIX_ALL),
        edit: Some(workspace_edit(judged, &edits, takes)?),
        ..CodeAction::default()
    }))
}

/// Writes into the contract that a finding is accepted; the reason is left to be written.
fn silence(judged: &Judged, editor: &Editor<'_>, finding: &Finding, takes: &Takes<'_>) -> Option<CodeActionOrCommand> {
    let edits = ignore::edits(judged, editor, finding)?;
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: format!("Ignore {} here; the reason is yours to write", finding.rule),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: diagnostic(judged, finding, takes.encoding, takes.shows).map(|one| vec![one]),
        edit: Some(workspace_edit(judged, &edits, takes)?),
        is_preferred: Some(false),
        ..CodeAction::default()
    }))
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
