//! Edits of a document of several files.

use super::{Edit, Editor, Place, Refusal};
use crate::address::is_url;
use crate::problem::Limits;
use crate::read::read;
use crate::tree::{Document, Member, NodeId, NodeRef, Span};
use serde_json::Value;

/// The files beside the main one, each as a document of its own; none for a file that is not edited.
pub struct Parts(Vec<Option<Document>>);

impl Parts {
    /// Reads the files beside the main one again, those that were fetched left out.
    pub fn of(document: &Document) -> Parts {
        let last = document.nodes.len();
        let mut roots: Vec<usize> = document.files().skip(1).map(|file| file.root().id().index()).collect();
        roots.push(last);
        let part = |(file, ends): (crate::FileRef<'_>, &[usize])| {
            if is_url(file.address()) {
                return None;
            }
            let part = read(file.name(), file.source().as_bytes(), &Limits::default()).document;
            // Node for node the same, or places in one would be others in the other.
            let [start, end] = ends else { return None };
            (part.nodes.len() == end - start).then_some(part)
        };
        Parts(document.files().skip(1).zip(roots.windows(2)).map(part).collect())
    }
}

/// Gives edits for every file of a document but those that were fetched. Offsets of edits count in the joined source, as
/// spans do.
pub struct Editors<'a> {
    document: &'a Document,
    main: Editor<'a>,
    more: Vec<Option<More<'a>>>,
}

/// A file beside the main one.
struct More<'a> {
    document: &'a Document,
    editor: Editor<'a>,
    /// Where its nodes and bytes begin in the whole document.
    first: u32,
    base: u32,
}

impl<'a> Editors<'a> {
    /// Looks at how the files are written.
    pub fn new(document: &'a Document, parts: Option<&'a Parts>) -> Self {
        let parts = parts.map(|parts| parts.0.iter()).into_iter().flatten();
        let more = document.files().skip(1).zip(parts).map(|(file, part)| {
            let part = part.as_ref()?;
            let (first, base) = (file.root().id().0, file.span().start);
            Some(More { document: part, editor: Editor::new(part), first, base })
        });
        Editors { document, main: Editor::new(document), more: more.collect() }
    }

    /// The file a node lies in; none for the main one.
    fn more(&self, node: NodeRef<'a>) -> Result<Option<&More<'a>>, Refusal> {
        match node.file().index().checked_sub(1) {
            None => Ok(None),
            Some(at) => self.more.get(at).and_then(Option::as_ref).map(Some).ok_or(Refusal::File),
        }
    }

    /// An edit made in the file of a node.
    fn edit(
        &self,
        node: NodeRef<'a>,
        make: impl FnOnce(&Editor<'a>, NodeRef<'a>) -> Result<Vec<Edit>, Refusal>,
    ) -> Result<Vec<Edit>, Refusal> {
        let Some(more) = self.more(node)? else { return make(&self.main, node) };
        let own = more.document.raw_node(node.id().0 - more.first).ok_or(Refusal::File)?;
        let mut edits = make(&more.editor, own)?;
        for edit in &mut edits {
            edit.span = Span { start: edit.span.start + more.base, end: edit.span.end + more.base };
        }
        Ok(edits)
    }

    /// Members as they stand in the file of their object.
    fn members(&self, object: NodeRef<'a>, own: NodeRef<'a>, ids: &[NodeId]) -> Result<Vec<Member<'a>>, Refusal> {
        let first = self.more(object)?.map_or(0, |more| more.first);
        let find = |id: &NodeId| own.members().find(|member| member.id.0 + first == id.0).ok_or(Refusal::Kind);
        ids.iter().map(find).collect()
    }

    fn member(&self, object: NodeRef<'a>, own: NodeRef<'a>, member: &Member<'a>) -> Result<Member<'a>, Refusal> {
        self.members(object, own, &[member.id])?.pop().ok_or(Refusal::Kind)
    }

    /// As [`Editor::insert_member`].
    pub fn insert_member(
        &self,
        object: NodeRef<'a>,
        place: Place<'_>,
        key: &str,
        value: &Value,
    ) -> Result<Vec<Edit>, Refusal> {
        self.edit(object, |editor, object| editor.insert_member(object, place, key, value))
    }

    /// As [`Editor::insert_item`].
    pub fn insert_item(&self, array: NodeRef<'a>, value: &Value) -> Result<Vec<Edit>, Refusal> {
        self.edit(array, |editor, array| editor.insert_item(array, value))
    }

    /// As [`Editor::remove_member`].
    pub fn remove_member(&self, object: NodeRef<'a>, member: &Member<'a>) -> Result<Vec<Edit>, Refusal> {
        self.edit(object, |editor, own| editor.remove_member(own, &self.member(object, own, member)?))
    }

    /// As [`Editor::remove_members`].
    pub fn remove_members(&self, object: NodeRef<'a>, members: &[Member<'a>]) -> Result<Vec<Edit>, Refusal> {
        let ids: Vec<NodeId> = members.iter().map(|member| member.id).collect();
        self.edit(object, |editor, own| editor.remove_members(own, &self.members(object, own, &ids)?))
    }

    /// As [`Editor::remove_item`].
    pub fn remove_item(&self, array: NodeRef<'a>, place: usize) -> Result<Vec<Edit>, Refusal> {
        self.edit(array, |editor, array| editor.remove_item(array, place))
    }

    /// As [`Editor::remove_items`].
    pub fn remove_items(&self, array: NodeRef<'a>, places: &[usize]) -> Result<Vec<Edit>, Refusal> {
        self.edit(array, |editor, array| editor.remove_items(array, places))
    }

    /// As [`Editor::replace_scalar`].
    pub fn replace_scalar(&self, node: NodeRef<'a>, value: &Value) -> Result<Vec<Edit>, Refusal> {
        self.edit(node, |editor, node| editor.replace_scalar(node, value))
    }

    /// As [`Editor::list_scalar`].
    pub fn list_scalar(&self, node: NodeRef<'a>, word: &str) -> Result<Vec<Edit>, Refusal> {
        self.edit(node, |editor, node| editor.list_scalar(node, word))
    }

    /// As [`Editor::rename_key`].
    pub fn rename_key(&self, object: NodeRef<'a>, member: &Member<'a>, key: &str) -> Result<Vec<Edit>, Refusal> {
        self.edit(object, |editor, own| editor.rename_key(own, &self.member(object, own, member)?, key))
    }

    /// As [`Editor::wrap_member`].
    pub fn wrap_member(&self, object: NodeRef<'a>, member: &Member<'a>, outer: &str) -> Result<Vec<Edit>, Refusal> {
        self.edit(object, |editor, own| editor.wrap_member(own, &self.member(object, own, member)?, outer))
    }

    /// As [`Editor::quote_scalar`].
    pub fn quote_scalar(&self, node: NodeRef<'a>) -> Result<Vec<Edit>, Refusal> {
        self.edit(node, |editor, node| editor.quote_scalar(node))
    }

    /// As [`Editor::quote_key`], of a member of an object.
    pub fn quote_key(&self, object: NodeRef<'a>, member: &Member<'a>) -> Result<Vec<Edit>, Refusal> {
        self.edit(object, |editor, own| editor.quote_key(&self.member(object, own, member)?))
    }

    /// As [`Editor::drops_comments`].
    pub fn drops_comments(&self, edits: &[Edit]) -> bool {
        edits.iter().any(|edit| {
            let at = self.document.file_at(edit.span.start).index();
            match at.checked_sub(1).map(|at| self.more.get(at).and_then(Option::as_ref)) {
                None => self.main.drops_comments(std::slice::from_ref(edit)),
                Some(None) => true,
                Some(Some(more)) => {
                    let span = Span { start: edit.span.start - more.base, end: edit.span.end - more.base };
                    more.editor.drops_comments(&[Edit { span, text: edit.text.clone() }])
                }
            }
        })
    }
}
