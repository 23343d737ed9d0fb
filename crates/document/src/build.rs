//! Building a tree, from a reader's events or in memory.

use crate::tree::{Document, Format, INDEX_ABOVE, Kind, NONE, Node, NodeId, Span, Text};
use std::collections::HashMap;

/// Builds a [`Document`] value by value, in document order. Non-recursive: the open collections are a stack.
pub struct Builder {
    document: Document,
    open: Vec<u32>,
    last: Vec<u32>,
    key: (Text, Span),
}

impl Builder {
    /// A builder for a tree without source text.
    pub fn new(name: &str) -> Self {
        Self::with_source(name, Format::Built, String::new())
    }

    /// A builder for a tree whose spans lie in `source`.
    pub(crate) fn with_source(name: &str, format: Format, source: String) -> Self {
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', source.as_bytes()).map(|at| at as u32 + 1));
        let document = Document {
            name: name.to_owned(),
            format,
            source,
            side: String::new(),
            nodes: Vec::new(),
            lines,
            index: HashMap::new(),
        };
        Builder { document, open: Vec::new(), last: Vec::new(), key: Default::default() }
    }

    /// Depth of the collection now open: 0 at the root.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Number of nodes so far.
    pub fn len(&self) -> usize {
        self.document.nodes.len()
    }

    /// True before the first node.
    pub fn is_empty(&self) -> bool {
        self.document.nodes.is_empty()
    }

    fn side(&mut self, text: &str) -> Text {
        let start = self.document.side.len() as u32;
        self.document.side.push_str(text);
        Text { start, len: text.len() as u32, side: true }
    }

    fn push(&mut self, kind: Kind, text: Text, span: Span) -> NodeId {
        let id = self.document.nodes.len() as u32;
        let (key, key_span) = std::mem::take(&mut self.key);
        let parent = self.open.last().copied().unwrap_or(NONE);
        self.document.nodes.push(Node {
            alias: false,
            kind,
            parent,
            first_child: NONE,
            next: NONE,
            children: 0,
            text,
            key,
            key_span,
            span,
        });
        if let (Some(&parent), Some(last)) = (self.open.last(), self.last.last_mut()) {
            if *last == NONE {
                self.document.nodes[parent as usize].first_child = id;
            } else {
                self.document.nodes[*last as usize].next = id;
            }
            *last = id;
            self.document.nodes[parent as usize].children += 1;
        }
        NodeId(id)
    }

    /// The key of the member that the next value belongs to.
    pub fn key(&mut self, key: &str) {
        let text = self.side(key);
        self.key = (text, Span::default());
    }

    /// A scalar of the given kind with its decoded text.
    pub fn scalar(&mut self, kind: Kind, text: &str) -> NodeId {
        let text = self.side(text);
        self.push(kind, text, Span::default())
    }

    /// Opens an array or object.
    pub fn open(&mut self, kind: Kind) -> NodeId {
        let id = self.push(kind, Text::default(), Span::default());
        self.open.push(id.0);
        self.last.push(NONE);
        id
    }

    /// Closes the innermost open collection.
    pub fn close(&mut self) {
        self.last.pop();
        if let Some(id) = self.open.pop()
            && self.document.nodes[id as usize].kind == Kind::Object
            && self.document.nodes[id as usize].children > INDEX_ABOVE
        {
            let mut index = HashMap::new();
            let mut child = self.document.nodes[id as usize].first_child;
            while child != NONE {
                let node = &self.document.nodes[child as usize];
                index.entry(self.document.text(node.key).into()).or_insert(child);
                child = node.next;
            }
            self.document.index.insert(id, index);
        }
    }

    /// The finished tree; open collections are closed, an empty tree gets a null root.
    pub fn finish(mut self) -> Document {
        while !self.open.is_empty() {
            self.close();
        }
        if self.document.nodes.is_empty() {
            self.scalar(Kind::Null, "");
        }
        self.document
    }
}
