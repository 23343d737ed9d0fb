//! One walk over the contract: every node that a rule may judge, by its role.
//!
//! References are edges: a component is visited once, however often it is used. Every walk is iterative and
//! marks what it has seen, so its cost follows the size of the document, not the number of paths through it.

mod walk;

pub(crate) use walk::CHILDREN;

use crate::rules::samples::{Sample, samples};
use crate::rules::shape::{self, Media};
use palisade_contract::roles::Roles;
use palisade_document::refs::Resolver;
use palisade_document::{Document, NodeMap, NodeRef};
use palisade_schema::pattern::{Facts, analyze};
use palisade_schema::{Compiler, Dialect, SchemaId, SchemaSet, TypeSet};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

/// Which specification a contract follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Swagger 2.0.
    V2,
    /// OpenAPI 3.0.
    V30,
    /// OpenAPI 3.1 and 3.2.
    V31,
}

/// Work on the patterns of one contract, in steps of their analysis; what is beyond is cut off with a finding.
const PATTERN_WORK: u64 = 40_000_000;
/// Bytes of a pattern that is analysed; longer ones count as one too many.
const MAX_PATTERN_BYTES: usize = 4096;

/// Alternatives of security requirements looked at, added up over the operations; more are cut off with a finding.
const MAX_REQUIREMENTS: usize = 1_000_000;

/// The schemas that one body or parameter reaches, at most, when its share of the score is spread.
const MAX_REACH: usize = 1000;

/// One operation.
pub(crate) struct Operation<'a> {
    /// Its own place in the index.
    pub(crate) at: usize,
    /// The operation object.
    pub(crate) node: NodeRef<'a>,
    /// Upper-case method.
    pub(crate) method: String,
    /// Path template.
    pub(crate) path: &'a str,
    /// Method and path, as findings name it.
    label: Arc<str>,
    /// Indexes into [`Index::parameters`]: the item's and the operation's own, overridden ones left out.
    pub(crate) parameters: Vec<usize>,
    /// `responses`.
    pub(crate) responses_node: Option<NodeRef<'a>>,
    /// Status code as written, and index into [`Index::responses`].
    pub(crate) responses: Vec<(&'a str, usize)>,
    /// The requirement that counts: the operation's own, else the contract's.
    pub(crate) security: Option<NodeRef<'a>>,
    /// Whether the requirement is the operation's own.
    pub(crate) own_security: bool,
    /// The body's schemas, one per media type: nodes before references are followed.
    pub(crate) bodies: Vec<NodeRef<'a>>,
    /// True when the operation is a callback or webhook, which the API calls itself.
    pub(crate) outgoing: bool,
}

impl Operation<'_> {
    /// `GET /path`.
    pub(crate) fn label(&self) -> Arc<str> {
        Arc::clone(&self.label)
    }

    /// Whether a caller must show a credential: a requirement with at least one scheme in every alternative.
    pub(crate) fn secured(&self) -> bool {
        self.security.is_some_and(|list| !list.is_empty() && list.items().all(|one| one.is_object() && !one.is_empty()))
    }

    /// Whether a response for this status is written down, by itself or by its range.
    pub(crate) fn answers(&self, status: &str) -> bool {
        let range = status.get(..1).unwrap_or_default();
        self.responses.iter().any(|(code, _)| {
            *code == status
                || (code.len() == 3
                    && code.starts_with(range)
                    && code.get(1..).is_some_and(|rest| rest.eq_ignore_ascii_case("xx")))
        })
    }
}

/// One parameter or header object.
pub(crate) struct Parameter<'a> {
    /// The object, references followed.
    pub(crate) node: NodeRef<'a>,
    /// Its name; for headers the key they stand under.
    pub(crate) name: &'a str,
    /// `path`, `query`, `header`, `cookie`, `formData` or `body`.
    pub(crate) place: &'a str,
    /// The schema that describes its value: in Swagger 2.0 the parameter itself.
    pub(crate) schema: Option<NodeRef<'a>>,
    /// True for a header of a response.
    pub(crate) response: bool,
    /// Operations that use it.
    pub(crate) operations: Vec<usize>,
}

/// One response object.
pub(crate) struct Response<'a> {
    /// Its own place in the index.
    pub(crate) at: usize,
    /// The object, references followed.
    pub(crate) node: NodeRef<'a>,
    /// The status it first stands under.
    pub(crate) status: &'a str,
    /// Schemas of its content: nodes before references are followed.
    pub(crate) schemas: Vec<NodeRef<'a>>,
    /// Operations that use it.
    pub(crate) operations: Vec<usize>,
}

/// One schema object.
pub(crate) struct Schema<'a> {
    /// Its own place in the index.
    pub(crate) at: usize,
    /// The object; never one that is only a reference.
    pub(crate) node: NodeRef<'a>,
    /// The types of JSON that it names; none when it names none, or only others as `file`.
    pub(crate) types: TypeSet,
    /// A caller may send it.
    pub(crate) request: bool,
    /// The API may send it.
    pub(crate) response: bool,
    /// The property it stands under, when it is one.
    pub(crate) property: Option<&'a str>,
    /// Part of an `allOf`, so that a sibling may add what it lacks.
    pub(crate) part: bool,
    /// How many places refer to it.
    pub(crate) uses: u32,
}

/// One security scheme.
pub(crate) struct Scheme<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The object, references followed.
    pub(crate) node: NodeRef<'a>,
    /// Operations that require it.
    pub(crate) operations: Vec<usize>,
}

/// A part of a message that owns a share of the data score.
pub(crate) struct Share {
    /// The first schema of the part.
    pub(crate) root: usize,
    /// Points.
    pub(crate) points: f64,
}

/// Everything found.
pub(crate) struct Index<'a> {
    pub(crate) document: &'a Document,
    shared: &'a Arc<Document>,
    /// What fixes need, worked out at the first one.
    pub(crate) mending: OnceLock<crate::mend::Shared<'a>>,
    compiled: OnceLock<(SchemaSet, NodeMap<SchemaId>)>,
    samples: OnceLock<Vec<Sample<'a>>>,
    media: OnceLock<Vec<Media<'a>>>,
    annotated: OnceLock<bool>,
    /// What is known of the pattern of each schema.
    patterns: OnceLock<HashMap<&'a str, Option<Arc<Facts>>>>,
    roles: OnceLock<Roles>,
    pub(crate) version: Version,
    pub(crate) operations: Vec<Operation<'a>>,
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) responses: Vec<Response<'a>>,
    pub(crate) schemas: Vec<Schema<'a>>,
    pub(crate) schemes: Vec<Scheme<'a>>,
    requirements_seen: usize,
    /// Edges of [`Index::schemas`], from what is made of others to what it is made of.
    edges: Vec<(u32, u32)>,
    /// The same edges: the second halves, ordered by the first, and where those of each schema begin.
    parts: (Vec<u32>, Vec<u32>),
    by_schema: NodeMap<usize>,
    by_parameter: NodeMap<usize>,
    by_response: NodeMap<usize>,
    /// Parameters and responses, with the directions in which they were walked.
    walked: NodeMap<walk::Ways>,
    /// Path items by template, references followed.
    pub(crate) items: Vec<(&'a str, NodeRef<'a>)>,
    /// Objects with a `$ref` that were met.
    pub(crate) refs: NodeMap<NodeRef<'a>>,
    resolver: Resolver<'a>,
}

impl<'a> Index<'a> {
    /// Walks a document. `version` is what it declares.
    pub(crate) fn new(shared: &'a Arc<Document>, version: Version) -> Self {
        let document: &'a Document = shared;
        let mut index = Index {
            document,
            shared,
            mending: OnceLock::new(),
            compiled: OnceLock::new(),
            samples: OnceLock::new(),
            media: OnceLock::new(),
            annotated: OnceLock::new(),
            patterns: OnceLock::new(),
            roles: OnceLock::new(),
            version,
            operations: Vec::new(),
            parameters: Vec::new(),
            responses: Vec::new(),
            schemas: Vec::new(),
            schemes: Vec::new(),
            requirements_seen: 0,
            edges: Vec::new(),
            parts: (Vec::new(), Vec::new()),
            by_schema: NodeMap::default(),
            by_parameter: NodeMap::default(),
            by_response: NodeMap::default(),
            walked: NodeMap::default(),
            items: Vec::new(),
            refs: NodeMap::default(),
            resolver: Resolver::new(document),
        };
        index.walk_schemes();
        let root = document.root();
        for (key, outgoing) in [("paths", false), ("webhooks", true)] {
            let items: Vec<_> = root.get(key).into_iter().flat_map(NodeRef::members).collect();
            for member in items {
                if !member.key.starts_with("x-") {
                    index.walk_item(member.key, member.value, outgoing);
                }
            }
        }
        index.walk_components();
        index.link_schemes();
        index.link_parts();
        index
    }

    /// The root object.
    pub(crate) fn root(&self) -> NodeRef<'a> {
        self.document.root()
    }

    /// The role of every object, and what does not fit its role.
    pub(crate) fn roles(&self) -> &Roles {
        self.roles.get_or_init(|| roles(self.document))
    }

    /// The same, ahead of time; none where that fails, so that it fails again for the rule that asks.
    pub(crate) fn find_roles(document: &Document) -> Option<Roles> {
        catch_unwind(AssertUnwindSafe(|| roles(document))).ok()
    }

    /// Hands in what was found ahead of time.
    pub(crate) fn set_roles(&mut self, roles: Option<Roles>) {
        if let Some(roles) = roles {
            self.roles = OnceLock::from(roles);
        }
    }

    /// The response at a node.
    pub(crate) fn response_at(&self, node: NodeRef<'a>) -> Option<&Response<'a>> {
        self.responses.get(*self.by_response.get(&node.id())?)
    }

    /// The map of a kind of component: 3.x name below `components`, or the 2.0 member of the root.
    pub(crate) fn component_map(&self, new: &str, old: &str) -> Option<NodeRef<'a>> {
        let map = if self.version == Version::V2 {
            self.root().get(old)
        } else {
            self.root().get("components").and_then(|components| components.get(new))
        };
        map.filter(|map| map.is_object())
    }

    /// Every default and example of this contract.
    pub(crate) fn samples(&self) -> &[Sample<'a>] {
        self.samples.get_or_init(|| samples(self))
    }

    /// Whether there may be annotations in the contract.
    pub(crate) fn annotated(&self) -> bool {
        *self.annotated.get_or_init(|| crate::policy::annotated(self.document))
    }

    /// Forgets what only rules ask for; it is worked out again where somebody asks all the same.
    pub(crate) fn make_room(&mut self) {
        self.compiled.take();
        self.samples.take();
        self.media.take();
        self.roles.take();
    }

    /// Forgets everything but the operations, before thousands of findings are built: what is found is known then.
    pub(crate) fn forget_parts(&mut self) {
        self.make_room();
        (self.parameters, self.responses, self.schemas) = (Vec::new(), Vec::new(), Vec::new());
        self.parts = (Vec::new(), Vec::new());
        (self.by_schema, self.by_parameter, self.by_response) = Default::default();
        self.refs = NodeMap::default();
        self.resolver = Resolver::new(self.document);
    }

    /// Every media type object, gathered once.
    pub(crate) fn media(&self, gather: impl FnOnce(&Self) -> Vec<Media<'a>>) -> &[Media<'a>] {
        self.media.get_or_init(|| gather(self))
    }

    /// The compiled schemas of this contract, and the id of each schema that a value is shown for.
    pub(crate) fn compiled(&self) -> &(SchemaSet, NodeMap<SchemaId>) {
        self.compiled.get_or_init(|| {
            let dialect = match self.version {
                Version::V2 => Dialect::Oas2,
                Version::V30 => Dialect::Oas30,
                Version::V31 => Dialect::Draft202012,
            };
            let mut compiler = Compiler::new(Arc::clone(self.shared), dialect);
            let mut ids = NodeMap::default();
            let listed = self.schemas.iter().map(|schema| schema.node).filter(|node| shape::limited_enum(*node));
            for node in self.samples().iter().map(|sample| sample.schema).chain(listed) {
                ids.entry(node.id()).or_insert_with(|| compiler.add(node.id()));
            }
            (compiler.finish().0, ids)
        })
    }

    /// What is known of a pattern, worked out once; `None` when there is too much work or it is too long.
    pub(crate) fn pattern(&self, pattern: &str) -> Option<Arc<Facts>> {
        // In the order of the schemas, so that it is always the same ones that are too much.
        let known = self.patterns.get_or_init(|| {
            let mut known: HashMap<&str, Option<Arc<Facts>>> = HashMap::new();
            let mut work = 0;
            for pattern in self.schemas.iter().filter_map(|schema| schema.node.get("pattern")?.as_str()) {
                known.entry(pattern).or_insert_with(|| {
                    let facts =
                        (pattern.len() <= MAX_PATTERN_BYTES && work < PATTERN_WORK).then(|| analyze(pattern))?;
                    work += facts.work;
                    Some(Arc::new(facts))
                });
            }
            known
        });
        known.get(pattern).cloned().flatten()
    }

    /// The first schema whose pattern is not analysed, and how many of them there are.
    pub(crate) fn skipped_patterns(&self) -> Option<(NodeRef<'a>, usize)> {
        let nodes = self.schemas.iter().filter_map(|schema| schema.node.get("pattern"));
        let mut skipped = nodes.filter(|node| node.as_str().is_some_and(|text| self.pattern(text).is_none()));
        let first = skipped.next()?;
        Some((first, 1 + skipped.count()))
    }

    /// Whether operations times alternatives of their security requirements are too many to be judged.
    pub(crate) fn skipped_requirements(&self) -> bool {
        self.requirements_seen > MAX_REQUIREMENTS
    }

    /// The schema a node stands for, references followed.
    pub(crate) fn schema_at(&mut self, node: NodeRef<'a>) -> Option<usize> {
        let node = self.resolve(node)?;
        self.by_schema.get(&node.id()).copied()
    }

    /// Like [`Index::schema_at`] for a few nodes: nothing that was learned on the way is kept.
    pub(crate) fn schema_of(&self, node: NodeRef<'a>) -> Option<&Schema<'a>> {
        self.schemas.get(*self.by_schema.get(&shape::follow(node)?.id())?)
    }

    fn resolve(&mut self, node: NodeRef<'a>) -> Option<NodeRef<'a>> {
        if node.get("$ref").is_some() {
            self.refs.insert(node.id(), node);
        }
        self.resolver.follow(node).ok().filter(|node| node.is_object())
    }

    /// What a schema is made of, by numbers of schemas.
    pub(crate) fn parts(&self, schema: usize) -> &[u32] {
        let (list, starts) = &self.parts;
        let (from, to) = (starts.get(schema), starts.get(schema + 1));
        from.zip(to).and_then(|(from, to)| list.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    /// Gathers the schemas a part of a message is made of into `order`: itself first, breadth first, at most a
    /// thousand. `seen` holds for each schema the last root it was reached from, and one slot a schema.
    pub(crate) fn reach(&self, root: usize, seen: &mut [u32], order: &mut Vec<u32>) {
        let mark = root as u32;
        order.clear();
        order.push(mark);
        if let Some(slot) = seen.get_mut(root) {
            *slot = mark;
        }
        let mut at = 0;
        while let Some(here) = order.get(at).copied() {
            at += 1;
            for part in self.parts(here as usize) {
                if order.len() >= MAX_REACH {
                    return;
                }
                if let Some(slot) = seen.get_mut(*part as usize).filter(|slot| **slot != mark) {
                    *slot = mark;
                    order.push(*part);
                }
            }
        }
    }
}

fn roles(document: &Document) -> Roles {
    let version = palisade_contract::Version::declared(document.root());
    Roles::of(document, version.unwrap_or(palisade_contract::Version::V3_2))
}
