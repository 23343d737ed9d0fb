//! How long a backtracking engine may take: decided on the automaton, proved by a text.
//!
//! An engine that backtracks walks every path of the automaton over a text that does not match. There are
//! exponentially many when a state has two different ways back to itself over one word (EDA), polynomially many
//! when a word leads from one state to itself, to another, and from that other to itself (IDA). Both are decided on
//! products of the automaton with itself: Weber and Seidl, *On the degree of ambiguity of finite automata* (1991);
//! Weideman, van der Merwe, Berglund and Watson, *Analyzing Matching Time Behavior of Backtracking Regular
//! Expression Matchers by Using Ambiguity of NFA* (CIAA 2016); Wüstholz, Olivo, Heule and Dillig, *Static Detection
//! of DoS Vulnerabilities in Programs that Use Regular Expressions* (TACAS 2017).
//!
//! The ambiguity does harm only when a suffix lets the match fail, so one is looked for. The three parts are put
//! together and run on a matcher that counts its steps: only a growth that was seen is reported.

use super::machine::Machine;
use super::nfa::{Edge, LATER, Nfa};
use super::tree::{Symbols, Tree, plainness};
use std::collections::{HashMap, VecDeque};

/// Steps of one analysis.
const MAX_WORK: u32 = 400_000;
/// Steps of one run of the judge.
const RUN: u64 = 120_000;
/// Candidates that are put to the judge.
const CANDIDATES: u32 = 12;
/// Sets of states looked at for a suffix.
const SUFFIXES: usize = 150;

/// How the time grows with the length of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// Each further pump multiplies it.
    Exponential,
    /// By this power of the length, two or more.
    Polynomial(u32),
}

/// A text that shows the growth: the prefix, the pump as often as wished, the suffix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// How the time grows.
    pub growth: Growth,
    /// What the text begins with.
    pub prefix: String,
    /// What is repeated; never empty.
    pub pump: String,
    /// What makes the match fail.
    pub suffix: String,
    /// How often the pump was repeated, and the steps a backtracking matcher then took, as measured.
    pub steps: Vec<(u32, u64)>,
}

impl Witness {
    /// The text with so many pumps.
    pub fn text(&self, pumps: usize) -> String {
        format!("{}{}{}", self.prefix, self.pump.repeat(pumps), self.suffix)
    }

    /// Steps to be expected on texts of at most so many code points.
    pub fn steps_within(&self, length: u64) -> f64 {
        let around = (self.prefix.chars().count() + self.suffix.chars().count()) as u64;
        let pumps = length.saturating_sub(around) as f64 / self.pump.chars().count().max(1) as f64;
        let Some((measured, steps)) = self.steps.last().copied() else { return 0.0 };
        let (measured, steps) = (f64::from(measured.max(1)), steps as f64);
        match self.growth {
            Growth::Exponential => steps * (pumps - measured).exp2(),
            Growth::Polynomial(degree) => steps * (pumps / measured).powi(degree.min(64) as i32),
        }
    }
}

/// Why it was not decided whether a pattern is slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// It looks around, refers back, or asserts word boundaries or line ends.
    Assertions,
    /// The automaton or the search became too large.
    Size,
    /// Counted repetitions hide whether what was suspected can happen.
    Counts,
}

/// What is known of the time a backtracking engine takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backtracking {
    /// At most linearly many steps in the length of the text, up to a factor that the pattern fixes.
    Linear,
    /// Not decided, and not reported.
    Undecided(Undecided),
    /// More than linear on the texts that the witness makes.
    Slow(Box<Witness>),
}

/// What became of a candidate.
enum Judged {
    Slow(Witness),
    /// It holds a match, completed by this symbol.
    Matches(u32),
    Fast,
}

struct Search<'n> {
    nfa: &'n Nfa,
    tree: &'n Tree,
    machine: Option<Machine>,
    /// Strongly connected component of each state, for those on a cycle.
    component: Vec<Option<usize>>,
    work: u32,
    candidates: u32,
    /// Symbols that the words looked for may have.
    allowed: Symbols,
    /// A candidate was neither proved nor refuted.
    open: Option<Undecided>,
}

/// Decides how long a search for the pattern may take. Adds the steps it needed to `work`.
pub(crate) fn decide(tree: &Tree, nfa: &Nfa, work: &mut u64) -> Backtracking {
    *work += u64::from(nfa.work);
    if tree.loose {
        return Backtracking::Undecided(Undecided::Assertions);
    }
    let mut search = Search {
        nfa,
        tree,
        machine: None,
        component: Vec::new(),
        work: 0,
        candidates: 0,
        allowed: Symbols::MAX,
        open: None,
    };
    let found = search.exponential().or_else(|| search.polynomial());
    *work += u64::from(search.work);
    match (found, search.open) {
        (Some(witness), _) => Backtracking::Slow(Box::new(witness)),
        (None, Some(why)) => Backtracking::Undecided(why),
        (None, None) => Backtracking::Linear,
    }
}

impl Search<'_> {
    /// Counts work; false when there is none left.
    fn spend(&mut self, steps: usize) -> bool {
        self.work = self.work.saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        if self.work > MAX_WORK {
            self.open = Some(Undecided::Size);
        }
        self.work <= MAX_WORK
    }

    fn part(&self, state: usize) -> Option<usize> {
        self.component.get(state).copied().flatten()
    }

    /// A symbol that both states read.
    fn shared(&self, one: usize, other: usize) -> Symbols {
        self.nfa.reads(one) & self.nfa.reads(other)
    }

    /// The cheapest symbol of a set.
    fn pick(&self, set: Symbols) -> u32 {
        let symbols = (0..self.tree.letters.len() as u32).filter(|symbol| set >> symbol & 1 == 1);
        let plain = |symbol: &u32| {
            let c = self.tree.letters.get(*symbol as usize).copied().unwrap_or(' ');
            (plainness(c), c)
        };
        symbols.min_by_key(plain).unwrap_or(0)
    }

    /// Words from a set of states by breadth first search over tuples. `next` gives the tuples after one symbol,
    /// with the symbols that lead there.
    fn path<K: Copy + Eq + std::hash::Hash>(
        &mut self,
        starts: &[K],
        goal: impl Fn(K) -> bool,
        next: impl Fn(&Self, K, &mut Vec<(K, Symbols)>),
    ) -> Option<(K, K, Vec<u32>)> {
        let mut from: HashMap<K, Option<(K, u32)>> = starts.iter().map(|start| (*start, None)).collect();
        let mut open: VecDeque<K> = starts.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(tuple) = open.pop_front() {
            found.clear();
            next(self, tuple, &mut found);
            if !self.spend(1 + found.len()) {
                return None;
            }
            for (to, symbols) in found.drain(..) {
                let symbols = symbols & self.allowed;
                if symbols == 0 {
                    continue;
                }
                let symbol = self.pick(symbols);
                if goal(to) {
                    let mut word = vec![symbol];
                    let mut at = tuple;
                    while let Some(Some((before, symbol))) = from.get(&at) {
                        word.push(*symbol);
                        at = *before;
                    }
                    word.reverse();
                    return Some((at, to, word));
                }
                from.entry(to).or_insert_with(|| {
                    open.push_back(to);
                    Some((tuple, symbol))
                });
            }
        }
        None
    }

    /// The shortest word from the start to a state.
    fn prefix(&mut self, state: usize) -> Option<Vec<u32>> {
        if state == 0 {
            return Some(Vec::new());
        }
        let step = |search: &Self, from: usize, out: &mut Vec<(usize, Symbols)>| {
            out.extend(search.nfa.next(from).iter().map(|edge| (edge.to, search.nfa.reads(edge.to))));
        };
        self.path(&[0], |to| to == state, step).map(|found| found.2)
    }

    /// Marks the components of the states on cycles, over the edges that `keep` takes. Tarjan's algorithm, iterative.
    fn components(&mut self, keep: fn(Edge) -> bool) -> usize {
        let count = self.nfa.states.len();
        let mut out = vec![None; count];
        let (mut index, mut low, mut on) = (vec![usize::MAX; count], vec![0usize; count], vec![false; count]);
        let (mut stack, mut clock, mut components) = (Vec::new(), 0, 0);
        // Only what can be reached matters.
        let mut calls: Vec<(usize, usize)> = vec![(0, 0)];
        while let Some((state, edge)) = calls.pop() {
            if edge == 0 {
                if index.get(state).is_some_and(|index| *index != usize::MAX) {
                    continue;
                }
                set(&mut index, state, clock);
                set(&mut low, state, clock);
                clock += 1;
                stack.push(state);
                set(&mut on, state, true);
            }
            let next = self.nfa.next(state).get(edge).copied();
            if let Some(edge_to) = next {
                calls.push((state, edge + 1));
                if keep(edge_to) {
                    let to = edge_to.to;
                    if index.get(to) == Some(&usize::MAX) {
                        calls.push((to, 0));
                    } else if on.get(to) == Some(&true) {
                        let least = low.get(state).copied().unwrap_or(0).min(index.get(to).copied().unwrap_or(0));
                        set(&mut low, state, least);
                    }
                }
                continue;
            }
            if low.get(state) == index.get(state) {
                let mut members = Vec::new();
                while let Some(member) = stack.pop() {
                    set(&mut on, member, false);
                    members.push(member);
                    if member == state {
                        break;
                    }
                }
                let cycle =
                    members.len() > 1 || self.nfa.next(state).iter().any(|edge| keep(*edge) && edge.to == state);
                if cycle {
                    members.iter().for_each(|member| set(&mut out, *member, Some(components)));
                    components += 1;
                }
            }
            // The parent learns what its child reaches.
            if let Some((parent, _)) = calls.last() {
                let least = low.get(*parent).copied().unwrap_or(0).min(low.get(state).copied().unwrap_or(0));
                if on.get(state) == Some(&true) {
                    set(&mut low, *parent, least);
                }
            }
        }
        self.component = out;
        components
    }

    /// Exponential ambiguity: within a component, two different paths over one word that meet again.
    fn exponential(&mut self) -> Option<Witness> {
        let components = self.components(|_| true);
        for component in 0..components {
            let members: Vec<usize> =
                (0..self.nfa.states.len()).filter(|state| self.part(*state) == Some(component)).collect();
            if members.iter().all(|state| self.nfa.next(*state).len() < 2) {
                continue;
            }
            // (p, q, split): both walk the component; `split` says that the paths have differed.
            let starts: Vec<(usize, usize, bool)> = members.iter().map(|state| (*state, *state, false)).collect();
            let step = |search: &Self, (one, other, split): (usize, usize, bool), out: &mut Vec<_>| {
                for (at, left) in search.nfa.next(one).iter().enumerate() {
                    if search.part(left.to) != Some(component) {
                        continue;
                    }
                    // From one place, pairs of different edges, each once; the same edge adds nothing to a start.
                    let skip = if split { 0 } else { at + 1 };
                    for right in search.nfa.next(other).iter().skip(skip) {
                        let shared = search.shared(left.to, right.to);
                        if shared != 0 && search.part(right.to) == Some(component) {
                            out.push(((left.to.min(right.to), left.to.max(right.to), true), shared));
                        }
                    }
                }
            };
            let goal = |(one, other, split): (usize, usize, bool)| split && one == other;
            let reads = self.alphabet(Some(component));
            let found = self.attempts(reads, |search| {
                let (from, to, mut word) = search.path(&starts, goal, step)?;
                let within = |search: &Self, from: usize, out: &mut Vec<(usize, Symbols)>| {
                    let edges = search.nfa.next(from).iter().filter(|edge| search.part(edge.to) == Some(component));
                    out.extend(edges.map(|edge| (edge.to, search.nfa.reads(edge.to))));
                };
                if to.0 != from.0 {
                    let (_, _, back) = search.path(&[to.0], |at| at == from.0, within)?;
                    word.extend(back);
                }
                search.judge((from.0, from.0), &word, Growth::Exponential)
            });
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Polynomial ambiguity: a word leads from `p` to `p`, from `p` to `q` and from `q` to `q`.
    fn polynomial(&mut self) -> Option<Witness> {
        let components = self.components(|edge| !edge.counted);
        let mut best: Option<Witness> = None;
        let on_cycles: Vec<usize> = (0..self.nfa.states.len()).filter(|state| self.part(*state).is_some()).collect();
        if components < 2 {
            return None;
        }
        for from in &on_cycles {
            for to in &on_cycles {
                let (first, last) = (self.part(*from), self.part(*to));
                if first == last || !self.spend(1) {
                    continue;
                }
                // All three read the pump's last symbol.
                if self.shared(*from, *to) == 0 {
                    continue;
                }
                let step = |search: &Self, (one, two, three): (usize, usize, usize), out: &mut Vec<_>| {
                    let within = |part: Option<usize>, edge: &&Edge| !edge.counted && search.part(edge.to) == part;
                    for left in search.nfa.next(one).iter().filter(|edge| within(first, edge)) {
                        for right in search.nfa.next(three).iter().filter(|edge| within(last, edge)) {
                            let shared = search.shared(left.to, right.to);
                            if shared == 0 {
                                continue;
                            }
                            for middle in search.nfa.next(two) {
                                let shared = shared & search.nfa.reads(middle.to);
                                if shared != 0 {
                                    out.push(((left.to, middle.to, right.to), shared));
                                }
                            }
                        }
                    }
                };
                let (start, goal) = ((*from, *from, *to), (*from, *to, *to));
                let reads = self.alphabet(first) & self.alphabet(last);
                let found = self.attempts(reads, |search| {
                    let (_, _, word) = search.path(&[start], |at| at == goal, step)?;
                    search.judge((*from, *to), &word, Growth::Polynomial(2))
                });
                if let Some(witness) = found {
                    let degree = |witness: &Witness| match witness.growth {
                        Growth::Polynomial(degree) => degree,
                        Growth::Exponential => u32::MAX,
                    };
                    if best.as_ref().is_none_or(|best| degree(best) < degree(&witness)) {
                        best = Some(witness);
                    }
                }
                if self.candidates >= CANDIDATES {
                    return best;
                }
            }
        }
        best
    }

    /// Looks for a witness; when the found words hold a match by themselves, again without the symbol that made it.
    /// `reads` is what the words may be made of: when some of that is left, other words might do harm.
    fn attempts(&mut self, reads: Symbols, look: impl Fn(&mut Self) -> Option<Judged>) -> Option<Witness> {
        let mut found = None;
        self.allowed = Symbols::MAX;
        while let Some(judged) = look(self) {
            match judged {
                Judged::Slow(witness) => found = Some(witness),
                Judged::Matches(symbol) if self.allowed >> symbol & 1 == 1 => {
                    self.allowed &= !(1 << symbol);
                    continue;
                }
                Judged::Matches(_) | Judged::Fast => {}
            }
            break;
        }
        if found.is_none() && self.allowed != Symbols::MAX && self.allowed & reads != 0 {
            self.open.get_or_insert(Undecided::Size);
        }
        self.allowed = Symbols::MAX;
        found
    }

    /// All that the states of a component read.
    fn alphabet(&self, part: Option<usize>) -> Symbols {
        let states = (0..self.nfa.states.len()).filter(|state| self.part(*state) == part);
        states.fold(0, |reads, state| reads | self.nfa.reads(state))
    }

    /// A suffix after which no match is possible that went through the state `from` before the prefix. An error when
    /// there is none, or it was not found; with the symbol of the pump that lets every text match.
    fn suffix(&mut self, from: usize, prefix: &[u32], pump: &[u32]) -> Result<Vec<u32>, Option<u32>> {
        let mut work = 0;
        let mut set = vec![from];
        let mut rounds = 0;
        let nfa = self.nfa;
        let mut word: Vec<u32> = prefix.to_vec();
        loop {
            let before = set.clone();
            for symbol in &word {
                if nfa.done(&set) {
                    return Err(None);
                }
                set = nfa.step(&set, *symbol, &mut work);
                if nfa.done(&set) {
                    self.spend(work as usize);
                    return Err(Some(*symbol));
                }
            }
            rounds += 1;
            if rounds > 1 && (set == before || rounds > 12) {
                break;
            }
            word = pump.to_vec();
        }
        // What begins in the suffix is another match.
        if from != 0 {
            set.retain(|state| *state != LATER);
        }
        let symbols = self.tree.letters.len() as u32;
        let mut seen = std::collections::HashSet::from([set.clone()]);
        let mut open = VecDeque::from([(set, Vec::new())]);
        while let Some((set, word)) = open.pop_front() {
            if nfa.done(&set) {
                continue;
            }
            if !nfa.end(&set) {
                self.spend(work as usize);
                return Ok(word);
            }
            // Line ends last: most validators refuse them elsewhere.
            for lines in [false, true] {
                for symbol in (0..symbols).filter(|symbol| (self.tree.newlines >> symbol & 1 == 1) == lines) {
                    let next = nfa.step(&set, symbol, &mut work);
                    if seen.len() < SUFFIXES && !seen.contains(&next) {
                        let mut word: Vec<u32> = word.clone();
                        word.push(symbol);
                        seen.insert(next.clone());
                        open.push_back((next, word));
                    }
                }
            }
        }
        self.spend(work as usize);
        if seen.len() >= SUFFIXES {
            self.open = Some(Undecided::Size);
            return Err(None);
        }
        Err(pump.last().copied())
    }

    fn text(&self, word: &[u32]) -> String {
        word.iter().filter_map(|symbol| self.tree.letters.get(*symbol as usize)).collect()
    }

    /// Puts a candidate to the test: the steps of a real matcher must grow as suspected. The pump goes round the
    /// first state, and at the end round the last.
    fn judge(&mut self, (state, last): (usize, usize), pump: &[u32], suspected: Growth) -> Option<Judged> {
        if self.candidates >= CANDIDATES {
            self.open.get_or_insert(Undecided::Size);
            return None;
        }
        let prefix = self.prefix(state)?;
        self.candidates += 1;
        let ends = match self.suffix(0, &prefix, pump) {
            Ok(suffix) => {
                let found = self.measure(&prefix, pump, &suffix, suspected);
                if found.is_none() {
                    self.open.get_or_insert(if self.nfa.loose { Undecided::Counts } else { Undecided::Size });
                }
                return Some(found.map_or(Judged::Fast, Judged::Slow));
            }
            Err(ends) => ends,
        };
        // Every text that goes on like this matches in the end: there may still be a long way to that match, when
        // what the pump goes round fails, or a symbol ends what it began.
        let fails = self.suffix(state, &[], pump);
        let ends = ends.or(fails.as_ref().err().copied().flatten());
        let fails = fails.ok().filter(|suffix| !suffix.is_empty());
        let unread = |symbol: &u32| self.nfa.reads(last) >> symbol & 1 == 0;
        let symbols = (0..self.tree.letters.len() as u32).filter(unread).take(3).map(|symbol| vec![symbol]);
        let suffixes: Vec<_> = std::iter::once(Vec::new()).chain(fails).chain(symbols).collect();
        let found = suffixes.iter().find_map(|suffix| self.measure(&prefix, pump, suffix, suspected));
        Some(match (found, ends) {
            (Some(witness), _) => Judged::Slow(witness),
            (None, Some(symbol)) => Judged::Matches(symbol),
            (None, None) => Judged::Fast,
        })
    }

    /// Runs the judge on longer and longer texts.
    fn measure(&mut self, prefix: &[u32], pump: &[u32], suffix: &[u32], suspected: Growth) -> Option<Witness> {
        let tree = self.tree;
        let machine = self.machine.get_or_insert_with(|| Machine::new(tree));
        // A loop that stands for a counted repetition must show that its count is large enough.
        let counted = self.nfa.loose && suspected == Growth::Exponential;
        let (rounds, budget): (&[u32], u64) = match suspected {
            Growth::Exponential if counted => (&[0, 1, 3, 6, 9, 12, 20], 10 * RUN),
            Growth::Exponential => (&[1, 4, 7, 10], RUN),
            Growth::Polynomial(_) => (&[8, 16, 32, 64, 128], RUN),
        };
        let mut steps: Vec<(u32, u64)> = Vec::new();
        let mut spent = 0;
        let mut cut = false;
        for round in rounds {
            let mut text = prefix.to_vec();
            (0..*round).for_each(|_| text.extend(pump));
            text.extend(suffix);
            let run = machine.run(&text, budget);
            spent += run.steps as usize / 4;
            cut = run.matched.is_none();
            if !cut || suspected == Growth::Exponential {
                steps.push((*round, run.steps));
            }
            if cut {
                break;
            }
        }
        self.spend(spent);
        if counted && !cut {
            return None;
        }
        if cut && steps.len() < 2 && !counted {
            self.open = Some(Undecided::Size);
        }
        Some(Witness {
            growth: grown(&steps, suspected, cut, counted)?,
            prefix: self.text(prefix),
            pump: self.text(pump),
            suffix: self.text(suffix),
            steps,
        })
    }
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(entry) = list.get_mut(at) {
        *entry = value;
    }
}

/// Pumps and steps.
type Point = (u32, u64);

/// What measured steps say; `cut` when the budget ended the last run.
fn grown(steps: &[Point], suspected: Growth, cut: bool, counted: bool) -> Option<Growth> {
    let pairs: Vec<_> = steps.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect();
    if suspected == Growth::Exponential {
        // Each pump doubles the ways at least; constant parts weigh on the shortest texts.
        let doubles = |(at, (before, after)): (usize, &(Point, Point))| {
            let least = 0.75 * f64::from(after.0 - before.0).exp2();
            let last = at + 1 == pairs.len();
            (cut && last) || (before.0 < 3 && !last) || after.1 as f64 >= least * before.1 as f64
        };
        if !pairs.is_empty() && pairs.iter().enumerate().all(doubles) {
            return Some(Growth::Exponential);
        }
        if !counted {
            return None;
        }
    }
    let whole = pairs.iter().rev().skip(usize::from(cut && suspected == Growth::Exponential));
    let (before, after) = whole.copied().find(|(before, _)| before.0 > 0)?;
    let exponent = (after.1 as f64 / before.1 as f64).log2() / (f64::from(after.0) / f64::from(before.0)).log2();
    (exponent >= 1.5).then_some(Growth::Polynomial(exponent.round() as u32))
}
