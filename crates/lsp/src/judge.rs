//! The worker: reads and judges one file at a time, on a thread of its own.

use crate::configured::{Configurations, Configured};
use crate::judged::{File, Judged, Mended};
use crate::load;
use crate::settings::Settings;
use crate::text::Text;
use crossbeam_channel::{Receiver, Sender, unbounded};
use palisade_audit::{AuditReport, Options, Session};
use palisade_document::{Builder, Document, NodeRef, Problem, Reading};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Stack of the worker, as large as a main thread's.
const STACK: usize = 8 << 20;
/// Contracts kept ready for the next edit.
const MAX_SESSIONS: usize = 16;

/// How much is worked out about a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// The findings.
    Findings,
    /// Scores of operations, and edits that mend findings.
    Details,
    /// Every safe edit that can be made together, the result judged.
    Mended,
}

/// Reads and judges one version of a file.
pub(crate) struct Job {
    /// The file's URI.
    pub(crate) uri: String,
    /// Where it lies.
    pub(crate) path: Option<PathBuf>,
    pub(crate) text: Arc<Text>,
    pub(crate) generation: u64,
    pub(crate) settings: Arc<Settings>,
    /// Folders below which files may be read.
    pub(crate) roots: Arc<Vec<PathBuf>>,
    /// URI and text of open files, which count instead of what is on the disk.
    pub(crate) open: BTreeMap<PathBuf, (String, Arc<Text>)>,
    /// Changes of configurations so far.
    pub(crate) configurations: u64,
    /// How much is worked out.
    pub(crate) depth: Depth,
    /// Whether an earlier version was a contract: one that lost its head while it is edited still is.
    pub(crate) contract: bool,
}

/// What came of a job.
pub(crate) struct Done {
    pub(crate) uri: String,
    pub(crate) generation: u64,
    /// None when judging failed.
    pub(crate) judged: Option<Arc<Judged>>,
}

/// What the worker is asked.
pub(crate) enum Ask {
    Judge(Box<Job>),
    /// A file was closed.
    Forget(String),
}

/// The worker's two ends. It ends when they are dropped.
pub(crate) struct Worker {
    pub(crate) asks: Sender<Ask>,
    pub(crate) done: Receiver<Done>,
}

impl Worker {
    pub(crate) fn start() -> std::io::Result<Self> {
        let (asks, jobs) = unbounded::<Ask>();
        let (answers, done) = unbounded();
        std::thread::Builder::new().name("judge".to_owned()).stack_size(STACK).spawn(move || {
            let mut judge = Judge::default();
            for ask in jobs {
                let job = match ask {
                    Ask::Judge(job) => job,
                    Ask::Forget(uri) => {
                        judge.sessions.remove(&uri);
                        continue;
                    }
                };
                let judged = catch_unwind(AssertUnwindSafe(|| judge.judge(&job))).ok().map(Arc::new);
                if judged.is_none() {
                    judge.sessions.remove(&job.uri);
                }
                if answers.send(Done { uri: job.uri, generation: job.generation, judged }).is_err() {
                    break;
                }
            }
        })?;
        Ok(Worker { asks, done })
    }
}

/// Contracts that are being edited.
#[derive(Default)]
struct Judge {
    /// By URI, with the settings and the configuration they were opened with.
    sessions: HashMap<String, (Session, Arc<Settings>, Arc<Configured>)>,
    configurations: Configurations,
}

/// A document with the report on it.
type Pair = (Arc<Document>, Option<Arc<AuditReport>>);

impl Judge {
    /// Reads and judges.
    fn judge(&mut self, job: &Job) -> Judged {
        let start = Instant::now();
        let configured = self.configurations.of(job);
        let name = match &job.path {
            Some(path) => shown(path, configured.folder().into_iter().chain(job.roots.iter().map(PathBuf::as_path))),
            None => job.uri.clone(),
        };
        let main = File {
            name: name.clone(),
            path: job.path.clone(),
            uri: job.uri.clone(),
            text: Arc::clone(&job.text),
            base: 0,
        };
        let mut files = vec![main];
        let options = options(job, &configured);
        let (document, mut report) = if !promising(job.text.as_str()) {
            (Arc::new(Builder::new(&name).finish()), None)
        } else {
            match self.edited(&name, job, &configured, &options) {
                Some(pair) => pair,
                None => whole(&name, job, &options, &mut files),
            }
        };
        if let Some(report) = &mut report {
            configured.apply(job.path.as_deref(), report);
        }
        let mut judged = Judged {
            generation: job.generation,
            files,
            document,
            report,
            configured,
            depth: job.depth,
            mended: None,
            took: start.elapsed(),
            uses: OnceLock::new(),
        };
        if job.depth == Depth::Mended && judged.report.is_some() {
            judged.mended = mended(&name, &judged.document, job, options);
        }
        judged
    }

    /// Follows the edits of a contract of one file; none when details are wanted or there are more files.
    fn edited(&mut self, name: &str, job: &Job, configured: &Arc<Configured>, options: &Options) -> Option<Pair> {
        if job.depth > Depth::Findings {
            return None;
        }
        let text = job.text.as_str();
        // What a baseline knows as a whole is taken out of the whole list.
        let whole = configured.known_as(job.path.as_deref()).is_some();
        let most = (!whole).then_some(job.settings.max_diagnostics);
        let options = Options { most, side_by_side: Some(side_by_side), ..options.clone() };
        let other =
            |settings: &Arc<Settings>, by: &Arc<Configured>| *settings != job.settings || !Arc::ptr_eq(by, configured);
        if self.sessions.get(&job.uri).is_some_and(|(_, settings, by)| other(settings, by)) {
            self.sessions.remove(&job.uri);
        }
        if let Some((session, ..)) = self.sessions.get_mut(&job.uri) {
            let (start, end, new) = difference(session.text(), text);
            if session.edit(start..end, new).is_err() {
                self.sessions.remove(&job.uri);
            }
        }
        if !self.sessions.contains_key(&job.uri) {
            if self.sessions.len() >= MAX_SESSIONS {
                self.sessions.clear();
            }
            let session = Session::open(name, text, &options);
            let entry = (session, Arc::clone(&job.settings), Arc::clone(configured));
            self.sessions.insert(job.uri.clone(), entry);
        }
        let (session, ..) = self.sessions.get(&job.uri)?;
        let document = Arc::clone(session.document());
        let single = document.missing(0).is_empty();
        let contract = declares(document.root()) || job.contract;
        let pair = (single && contract).then(|| (document, Some(session.shared_report())));
        if pair.is_none() {
            self.sessions.remove(&job.uri);
        }
        pair
    }
}

/// Does one piece of work on a thread of its own; where there is none to be had, after the other.
fn side_by_side(one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
    let alone = std::thread::scope(|scope| {
        let beside = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, &mut *one);
        other();
        beside.is_err()
    });
    if alone {
        one();
    }
}

/// Reads and judges a file with all that it refers to.
fn whole(name: &str, job: &Job, options: &Options, files: &mut Vec<File>) -> Pair {
    let (document, problems, fatal) = read(name, job.text.as_str(), job, files);
    let contract = declares(document.root()) || job.contract;
    let report = contract.then(|| Arc::new(palisade_audit::audit_document(&document, problems, fatal, options)));
    (document, report)
}

fn read(name: &str, text: &str, job: &Job, files: &mut Vec<File>) -> (Arc<Document>, Vec<Problem>, bool) {
    let Reading { document, problems, fatal } = load::load(name, text, job, files);
    (Arc::new(document), problems, fatal)
}

fn options(job: &Job, configured: &Configured) -> Options {
    let details = job.depth > Depth::Findings;
    let options = configured.options(job.settings.profile, job.path.as_deref());
    Options { fixes: details, operations: details, related: details, ..options }
}

/// Makes every safe fix that can be made and judges the result, as `palisade audit --fix` does.
fn mended(name: &str, document: &Document, job: &Job, options: Options) -> Option<Mended> {
    let options = Options { operations: false, ..options };
    let mut judge = |text: &str| {
        let (document, problems, fatal) = read(name, text, job, &mut Vec::new());
        palisade_audit::audit_document(&document, problems, fatal, &options)
    };
    let mending = palisade_audit::fix::mend(document.source(), false, &mut judge);
    let edits = match mending.main.rounds.as_slice() {
        [only] => only.iter().map(|edit| (edit.span.start, edit.span.end, edit.text.clone())).collect(),
        // Offsets of later rounds count in texts in between.
        _ => {
            let (start, end, new) = difference(document.source(), &mending.main.text);
            vec![(start as u32, end as u32, new.to_owned())]
        }
    };
    (!mending.made.is_empty()).then_some(Mended { count: mending.made.len(), edits })
}

/// Whether a text may be a contract or a part of one.
fn promising(text: &str) -> bool {
    ["openapi", "swagger", "$ref"].iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether the root says which version of OpenAPI it follows, known or not.
fn declares(root: NodeRef<'_>) -> bool {
    ["openapi", "swagger"].iter().any(|key| root.get(key).is_some_and(|node| !node.is_object() && !node.is_array()))
}

/// The path from the first of these folders that it lies below.
fn shown<'a>(path: &Path, mut folders: impl Iterator<Item = &'a Path>) -> String {
    let below = folders.find_map(|root| path.strip_prefix(root).ok());
    below.unwrap_or(path).to_string_lossy().into_owned()
}

/// What has to be replaced in the old text, as a range of bytes, and by what, to get the new one.
fn difference<'a>(old: &str, new: &'a str) -> (usize, usize, &'a str) {
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let mut start = common(a, b);
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let (rest_a, rest_b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let blocks = rest_a.rchunks_exact(BLOCK).zip(rest_b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count();
    let bytes = |rest: &[u8]| rest.len() - blocks * BLOCK;
    let (head_a, head_b) = (rest_a.get(..bytes(rest_a)), rest_b.get(..bytes(rest_b)));
    let (head_a, head_b) = (head_a.unwrap_or_default(), head_b.unwrap_or_default());
    let same = head_a.iter().rev().zip(head_b.iter().rev()).take_while(|(a, b)| a == b).count();
    let mut tail = blocks * BLOCK + same;
    while !old.is_char_boundary(old.len() - tail) || !new.is_char_boundary(new.len() - tail) {
        tail -= 1;
    }
    (start, old.len() - tail, new.get(start..new.len() - tail).unwrap_or_default())
}

/// Bytes compared at once.
const BLOCK: usize = 4096;

/// How many bytes two texts begin with alike; blocks first, which compare quickly.
fn common(a: &[u8], b: &[u8]) -> usize {
    let whole = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let (a, b) = (a.get(whole..).unwrap_or_default(), b.get(whole..).unwrap_or_default());
    whole + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_a_contract_is_not_read() {
        assert!(promising("{\"openapi\": 1}") && promising("a: {$ref: b}") && !promising("a: b"));
    }

    #[test]
    fn differences_of_long_texts_are_small() {
        let old = "x".repeat(3 * BLOCK) + "a" + &"y".repeat(5 * BLOCK + 7);
        let new = old.replacen('a', "bc", 1);
        assert_eq!(difference(&old, &new), (3 * BLOCK, 3 * BLOCK + 1, "bc"));
        assert_eq!(difference(&old, &old), (old.len(), old.len(), ""));
        assert_eq!(difference("", &old).2, old);
    }

    proptest! {
        #[test]
        fn a_difference_makes_the_new_text_of_the_old(
            head in "[a\u{e9}\u{1F600}]{0,6}", a in "[a\u{e8}\u{1F601}]{0,6}", b in "[a\u{e8}\u{1F601}]{0,6}", tail in "[a\u{e9}\u{1F600}]{0,6}"
        ) {
            let (old, new) = (format!("{head}{a}{tail}"), format!("{head}{b}{tail}"));
            let (start, end, text) = difference(&old, &new);
            let mut made = old.clone();
            made.replace_range(start..end, text);
            prop_assert_eq!(made, new);
        }
    }
}
