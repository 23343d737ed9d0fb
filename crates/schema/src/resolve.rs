//! Where references lead: fragments, anchors, embedded resources.

use crate::types::Dialect;
use palisade_document::{Document, NodeId, NodeRef, join, refs};
use std::collections::{HashMap, HashSet};

/// Members whose values are data, not schemas.
const DATA: [&str; 5] = ["enum", "const", "example", "examples", "default"];

/// The vocabulary that holds the assertions of 2020-12.
const VALIDATION: &str = "https://json-schema.org/draft/2020-12/vocab/validation";

/// The resources of a document and the names in them.
#[derive(Debug)]
pub(crate) struct Resources {
    /// Base URI and root node; the first is the document's main file, then come its other files.
    list: Vec<(String, NodeId)>,
    by_root: HashMap<NodeId, u32>,
    by_uri: HashMap<String, u32>,
    anchors: HashMap<(u32, Box<str>), NodeId>,
    /// Resources whose `$schema` is a metaschema without the vocabulary of assertions.
    silent: HashSet<u32>,
    pub(crate) dynamic_anchors: Vec<(u32, Box<str>, NodeId)>,
}

/// Where a reference led.
pub(crate) struct Target {
    pub(crate) node: NodeId,
    /// Set when the reference was by a dynamic anchor's name.
    pub(crate) dynamic: Option<Box<str>>,
}

impl Resources {
    pub(crate) fn of(document: &Document, dialect: Dialect) -> Self {
        let root = document.root().id();
        let mut this = Resources {
            list: vec![(String::new(), root)],
            by_root: HashMap::from([(root, 0)]),
            by_uri: HashMap::from([(String::new(), 0)]),
            anchors: HashMap::new(),
            silent: HashSet::new(),
            dynamic_anchors: Vec::new(),
        };
        let mut open = vec![(document.root(), 0u32)];
        for file in document.files().skip(1) {
            let (root, index) = (file.root(), this.list.len() as u32);
            this.list.push((file.address().to_owned(), root.id()));
            this.by_root.insert(root.id(), index);
            this.by_uri.entry(file.address().to_owned()).or_insert(index);
            open.push((root, index));
        }
        let id_word = match dialect {
            Dialect::Draft202012 => "$id",
            Dialect::Draft4 => "id",
            Dialect::Oas2 | Dialect::Oas30 => return this,
        };
        // Aliases may make the tree a graph with many paths: every collection is entered once.
        let mut entered = vec![false; document.len()];
        while let Some((node, mut resource)) = open.pop() {
            match entered.get_mut(node.id().index()) {
                Some(mark) if !*mark => *mark = true,
                _ => continue,
            }
            let hidden = dialect == Dialect::Draft4 && node.get("$ref").is_some_and(|value| value.as_str().is_some());
            if let Some(id) = node.get(id_word).and_then(NodeRef::as_str).filter(|_| !hidden) {
                resource = this.enter(id, node.id(), resource);
            }
            for (word, dynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
                if dialect == Dialect::Draft202012
                    && let Some(name) = node.get(word).and_then(NodeRef::as_str)
                {
                    this.anchors.entry((resource, name.into())).or_insert(node.id());
                    if dynamic {
                        this.dynamic_anchors.push((resource, name.into(), node.id()));
                    }
                }
            }
            let children = node.members().filter(|member| !DATA.contains(&member.key)).map(|member| member.value);
            for child in children.chain(node.items()) {
                if child.is_object() || child.is_array() {
                    open.push((child, resource));
                }
            }
        }
        if dialect == Dialect::Draft202012 {
            let silent = (0..this.list.len() as u32).filter(|index| !this.asserts(document, *index));
            this.silent = silent.collect();
        }
        this
    }

    /// Whether the metaschema of a resource has the vocabulary of assertions; one that is not at hand has.
    fn asserts(&self, document: &Document, index: u32) -> bool {
        let metaschema = || {
            let root = document.node(self.list.get(index as usize)?.1);
            let uri = split_fragment(root.get("$schema")?.as_str()?).0;
            document.node(self.list.get(*self.by_uri.get(uri)? as usize)?.1).get("$vocabulary")
        };
        metaschema().is_none_or(|vocabularies| vocabularies.get(VALIDATION).is_some())
    }

    /// True for a resource whose keywords of assertion (`type`, `minimum`, `required`, ...) say nothing.
    pub(crate) fn is_silent(&self, resource: u32) -> bool {
        self.silent.contains(&resource)
    }

    fn enter(&mut self, id: &str, node: NodeId, parent: u32) -> u32 {
        let base = self.list.get(parent as usize).map_or("", |(uri, _)| uri.as_str());
        if let Some(name) = id.strip_prefix('#') {
            // Draft 4's way to give a name.
            self.anchors.entry((parent, name.into())).or_insert(node);
            return parent;
        }
        let absolute = join(base, id);
        let (uri, fragment) = split_fragment(&absolute);
        let index = if let Some(index) = self.by_root.get(&node) {
            if let Some(entry) = self.list.get_mut(*index as usize) {
                entry.0 = uri.to_owned();
            }
            *index
        } else {
            self.list.push((uri.to_owned(), node));
            (self.list.len() - 1) as u32
        };
        self.by_root.insert(node, index);
        self.by_uri.entry(uri.to_owned()).or_insert(index);
        if !fragment.is_empty() {
            self.anchors.entry((index, fragment.into())).or_insert(node);
        }
        index
    }

    /// The resource a node lies in.
    pub(crate) fn resource_of(&self, node: NodeRef<'_>) -> u32 {
        if self.list.len() == 1 {
            return 0;
        }
        let mut at = Some(node);
        while let Some(node) = at {
            if let Some(index) = self.by_root.get(&node.id()) {
                return *index;
            }
            at = node.parent();
        }
        0
    }

    /// Follows a reference that stands in `resource`.
    pub(crate) fn follow(&self, document: &Document, resource: u32, reference: &str) -> Option<Target> {
        let (address, fragment) = split_fragment(reference);
        let resource = if address.is_empty() {
            resource
        } else {
            let base = self.list.get(resource as usize).map_or("", |(uri, _)| uri.as_str());
            let absolute = join(base, address);
            match self.by_uri.get(split_fragment(&absolute).0) {
                Some(index) => *index,
                None => {
                    let holder = document.node(self.list.get(resource as usize)?.1);
                    *self.by_root.get(&refs::file_of(holder, address)?.root().id())?
                }
            }
        };
        let root = self.list.get(resource as usize)?.1;
        let fragment = percent_decode(fragment)?;
        if fragment.is_empty() || fragment.starts_with('/') {
            let node = document.node(root).at_pointer(&fragment)?.id();
            return Some(Target { node, dynamic: None });
        }
        let node = *self.anchors.get(&(resource, fragment.as_str().into()))?;
        let dynamic = self
            .dynamic_anchors
            .iter()
            .find(|(of, name, at)| *of == resource && **name == *fragment && *at == node)
            .map(|(_, name, _)| name.clone());
        Some(Target { node, dynamic })
    }
}

fn split_fragment(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
