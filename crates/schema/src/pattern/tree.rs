//! The syntax tree that the analyses work on: classes are sets of symbols, nothing is simplified.
//!
//! An engine's own representation joins alternatives that mean the same (`a|a` becomes a class); a backtracking
//! engine tries both. So the tree follows the text.

use super::NEST_LIMIT;
use super::nfa::UNROLL;
use regex_syntax::ast::{AssertionKind, Ast, Flag, Flags, GroupKind, RepetitionKind, RepetitionRange};
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Class, HirKind};

/// Different classes of one pattern. More are not analysed.
const MAX_CLASSES: usize = 127;
/// Different symbols of one pattern: the bits of a [`Symbols`].
const MAX_SYMBOLS: usize = 128;

/// A set of symbols, one bit each.
pub(crate) type Symbols = u128;

/// A part of a pattern.
#[derive(Debug)]
pub(crate) enum Node {
    /// The empty text.
    Empty,
    /// One symbol of a class. Before [`Tree::finish`] the number of the class, then its symbols.
    Set(Symbols),
    /// The start of the text.
    Start,
    /// The end of the text.
    End,
    /// A part, at least and at most so often; no limit when `None`. As few rounds as possible first when true.
    Repeat(Box<Node>, u32, Option<u32>, bool),
    /// One after the other.
    Concat(Vec<Node>),
    /// One of several, tried in this order.
    Alternate(Vec<Node>),
}

impl Node {
    /// Whether the empty text matches, the assertions set aside.
    pub(crate) fn may_be_empty(&self) -> bool {
        match self {
            Node::Empty | Node::Start | Node::End => true,
            Node::Set(_) => false,
            Node::Repeat(body, min, ..) => *min == 0 || body.may_be_empty(),
            Node::Concat(parts) => parts.iter().all(Node::may_be_empty),
            Node::Alternate(parts) => parts.iter().any(Node::may_be_empty),
        }
    }

    /// Whether a repetition in it has no limit, or one so high that its rounds are not written out.
    pub(crate) fn loops(&self) -> bool {
        match self {
            Node::Empty | Node::Set(_) | Node::Start | Node::End => false,
            Node::Repeat(body, min, max, _) => {
                max.is_none_or(|max| max.saturating_sub(*min) > UNROLL)
                    || (*min > UNROLL && body.may_be_empty())
                    || body.loops()
            }
            Node::Concat(parts) | Node::Alternate(parts) => parts.iter().any(Node::loops),
        }
    }
}

/// A pattern as a tree, and the alphabet it tells apart.
pub(crate) struct Tree {
    /// The whole pattern.
    pub(crate) root: Node,
    /// A code point of each symbol, the most readable one.
    pub(crate) letters: Vec<char>,
    /// Where each run of code points of one symbol begins, and the symbol.
    #[cfg(test)]
    pub(crate) starts: Vec<(u32, u32)>,
    /// The symbols that are line ends.
    pub(crate) newlines: Symbols,
    /// It has an assertion that the tree does not hold (`\b`, or an anchor at lines): the tree matches more.
    pub(crate) loose: bool,
}

/// Why there is no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTree {
    /// The text is no valid expression.
    Invalid,
    /// It tells more classes or symbols apart than can be handled.
    TooLarge,
}

#[derive(Clone, Copy, Default)]
struct Modes {
    ignore_case: bool,
    dot_all: bool,
    lines: bool,
}

impl Modes {
    fn with(mut self, flags: &Flags) -> Modes {
        self.ignore_case = flags.flag_state(Flag::CaseInsensitive).unwrap_or(self.ignore_case);
        self.dot_all = flags.flag_state(Flag::DotMatchesNewLine).unwrap_or(self.dot_all);
        self.lines = flags.flag_state(Flag::MultiLine).unwrap_or(self.lines);
        self
    }
}

type Ranges = Vec<(u32, u32)>;

struct Builder<'t> {
    text: &'t str,
    classes: Vec<Ranges>,
    loose: bool,
}

impl Tree {
    /// Parses a pattern that was translated to the syntax of the engines, without look-around and references.
    pub(crate) fn parse(text: &str) -> Result<Tree, NoTree> {
        let mut parser = regex_syntax::ast::parse::ParserBuilder::new().nest_limit(NEST_LIMIT * 2).build();
        let ast = parser.parse(text).map_err(|_| NoTree::Invalid)?;
        let newlines = vec![(0x0a, 0x0a), (0x0d, 0x0d), (0x2028, 0x2029)];
        let mut builder = Builder { text, classes: vec![newlines], loose: false };
        let mut modes = Modes::default();
        let mut root = builder.node(&ast, &mut modes)?;
        let alphabet = partition(&builder.classes)?;
        resolve(&mut root, &alphabet.sets);
        Ok(Tree {
            root,
            letters: alphabet.letters,
            #[cfg(test)]
            starts: alphabet.starts,
            newlines: alphabet.sets.first().copied().unwrap_or(0),
            loose: builder.loose,
        })
    }
}

impl Builder<'_> {
    /// The parser's nesting limit bounds the recursion.
    fn node(&mut self, ast: &Ast, modes: &mut Modes) -> Result<Node, NoTree> {
        Ok(match ast {
            Ast::Empty(_) => Node::Empty,
            Ast::Flags(set) => {
                *modes = modes.with(&set.flags);
                Node::Empty
            }
            Ast::Literal(literal) if !modes.ignore_case => {
                let point = u32::from(literal.c);
                self.class(vec![(point, point)])?
            }
            Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_) => {
                let ranges = self.ranges(ast, *modes)?;
                self.class(ranges)?
            }
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartText => Node::Start,
                AssertionKind::EndText => Node::End,
                AssertionKind::StartLine if !modes.lines => Node::Start,
                AssertionKind::EndLine if !modes.lines => Node::End,
                _ => {
                    self.loose = true;
                    Node::Empty
                }
            },
            Ast::Repetition(repetition) => {
                let (min, max) = match repetition.op.kind {
                    RepetitionKind::ZeroOrOne => (0, Some(1)),
                    RepetitionKind::ZeroOrMore => (0, None),
                    RepetitionKind::OneOrMore => (1, None),
                    RepetitionKind::Range(RepetitionRange::Exactly(count)) => (count, Some(count)),
                    RepetitionKind::Range(RepetitionRange::AtLeast(min)) => (min, None),
                    RepetitionKind::Range(RepetitionRange::Bounded(min, max)) => (min, Some(max)),
                };
                // So much is no limit: nobody sends a text of two gigabytes.
                let max = max.filter(|max| *max < i32::MAX as u32);
                Node::Repeat(Box::new(self.node(&repetition.ast, modes)?), min, max, !repetition.greedy)
            }
            Ast::Group(group) => {
                let mut inner = match &group.kind {
                    GroupKind::NonCapturing(flags) => modes.with(flags),
                    _ => *modes,
                };
                self.node(&group.ast, &mut inner)?
            }
            Ast::Concat(parts) => {
                Node::Concat(parts.asts.iter().map(|part| self.node(part, modes)).collect::<Result<_, _>>()?)
            }
            Ast::Alternation(parts) => {
                Node::Alternate(parts.asts.iter().map(|part| self.node(part, modes)).collect::<Result<_, _>>()?)
            }
        })
    }

    fn ranges(&self, ast: &Ast, modes: Modes) -> Result<Ranges, NoTree> {
        let hir = TranslatorBuilder::new()
            .case_insensitive(modes.ignore_case)
            .dot_matches_new_line(modes.dot_all)
            .build()
            .translate(self.text, ast)
            .map_err(|_| NoTree::Invalid)?;
        Ok(match hir.kind() {
            HirKind::Literal(literal) => {
                let point = String::from_utf8_lossy(&literal.0).chars().next().map_or(0, u32::from);
                vec![(point, point)]
            }
            HirKind::Class(Class::Unicode(class)) => {
                class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
            }
            HirKind::Class(Class::Bytes(class)) => {
                class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
            }
            _ => Vec::new(),
        })
    }

    fn class(&mut self, ranges: Ranges) -> Result<Node, NoTree> {
        let at = match self.classes.iter().position(|known| *known == ranges) {
            Some(at) => at,
            None if self.classes.len() < MAX_CLASSES => {
                self.classes.push(ranges);
                self.classes.len() - 1
            }
            None => return Err(NoTree::TooLarge),
        };
        Ok(Node::Set(at as Symbols))
    }
}

/// How readable a code point is as an example; less is better.
pub(crate) fn plainness(c: char) -> u8 {
    match c {
        'a'..='z' => 0,
        '0'..='9' | 'A'..='Z' => 1,
        '!' => 2,
        '!'..='~' => 3,
        ' ' => 4,
        c if c.is_alphanumeric() => 5,
        c if c.is_control() => 7,
        _ => 6,
    }
}

/// The most readable code point of a range.
fn letter(from: u32, to: u32) -> Option<char> {
    let favourites = [u32::from('a'), u32::from('A'), u32::from('0'), u32::from('!'), u32::from(' '), 0xe000];
    let inside = favourites.into_iter().filter(|point| (from..=to).contains(point));
    inside.chain([from, to]).filter_map(char::from_u32).min_by_key(|c| plainness(*c))
}

struct Alphabet {
    /// A code point of each symbol.
    letters: Vec<char>,
    #[cfg(test)]
    starts: Vec<(u32, u32)>,
    /// The symbols of each class.
    sets: Vec<Symbols>,
}

/// Code points that no class tells apart are one symbol.
fn partition(classes: &[Ranges]) -> Result<Alphabet, NoTree> {
    let mut events: Vec<(u32, u128)> = vec![(0, 0), (0x11_0000, 0)];
    for (at, ranges) in classes.iter().enumerate() {
        for (from, to) in ranges {
            events.push((*from, 1 << at));
            events.push((*to + 1, 1 << at));
        }
    }
    events.sort_unstable_by_key(|event| event.0);
    let mut symbols: Vec<(u128, char)> = Vec::new();
    #[cfg(test)]
    let mut starts = Vec::new();
    let mut inside = 0u128;
    for (at, (point, bits)) in events.iter().enumerate() {
        inside ^= bits;
        let Some((next, _)) = events.get(at + 1) else { break };
        if next == point {
            continue;
        }
        let Some(c) = letter(*point, next - 1) else { continue };
        match symbols.iter_mut().find(|known| known.0 == inside) {
            Some(known) if plainness(c) < plainness(known.1) => known.1 = c,
            Some(_) => {}
            None => symbols.push((inside, c)),
        }
        if symbols.len() > MAX_SYMBOLS {
            return Err(NoTree::TooLarge);
        }
        #[cfg(test)]
        starts.push((*point, symbols.iter().position(|known| known.0 == inside).unwrap_or(0) as u32));
    }
    let sets = (0..classes.len()).map(|class| {
        let inside = symbols.iter().enumerate().filter(|(_, symbol)| symbol.0 >> class & 1 == 1);
        inside.fold(0, |set, (at, _)| set | 1 << at)
    });
    Ok(Alphabet {
        sets: sets.collect(),
        #[cfg(test)]
        starts,
        letters: symbols.into_iter().map(|symbol| symbol.1).collect(),
    })
}

fn resolve(node: &mut Node, sets: &[Symbols]) {
    match node {
        Node::Set(class) => *class = sets.get(*class as usize).copied().unwrap_or(0),
        Node::Repeat(body, ..) => resolve(body, sets),
        Node::Concat(parts) | Node::Alternate(parts) => parts.iter_mut().for_each(|part| resolve(part, sets)),
        Node::Empty | Node::Start | Node::End => {}
    }
}
