//! The configuration of audits that holds for a file: the nearest `.palisade.yaml` at or above it in the workspace.

use crate::diagnostics::level;
use crate::judge::Job;
use crate::text::{Encoding, Text};
use crate::uri;
use lsp_types::{Diagnostic, DiagnosticSeverity, NumberOrString};
use palisade_audit::{AuditReport, Options, Profile};
use palisade_runner::{Baseline, CONFIGURATION, Fault, Setup, Source};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Configurations kept for the next judgement.
const MAX_KEPT: usize = 64;

/// A configuration with the files it names.
#[derive(Default)]
pub(crate) struct Configured {
    /// Where it lies and the URI to show for it; none where there is no configuration.
    pub(crate) file: Option<(PathBuf, String)>,
    /// When it was read, in changes of configurations: see [`Job::configurations`].
    pub(crate) read_at: u64,
    setup: Setup,
    baseline: Baseline,
    /// The name in the baseline of each contract that is known there.
    names: BTreeMap<PathBuf, String>,
    text: Text,
}

/// Every configuration that was read.
#[derive(Default)]
pub(crate) struct Configurations {
    none: Arc<Configured>,
    by_file: HashMap<PathBuf, Arc<Configured>>,
}

impl Configurations {
    /// The configuration that holds for a job's file.
    pub(crate) fn of(&mut self, job: &Job) -> Arc<Configured> {
        let Some(file) = nearest(job) else { return Arc::clone(&self.none) };
        let known = self.by_file.get(&file);
        if let Some(known) = known.filter(|known| known.read_at == job.configurations) {
            return Arc::clone(known);
        }
        let read = Arc::new(Configured::read(job, &file, known.map(AsRef::as_ref)));
        if self.by_file.len() >= MAX_KEPT {
            self.by_file.clear();
        }
        self.by_file.insert(file, Arc::clone(&read));
        read
    }
}

/// The nearest configuration, in the file's own folder or in one above it that still lies in the workspace.
fn nearest(job: &Job) -> Option<PathBuf> {
    let folder = job.path.as_deref()?.parent()?;
    let within = |folder: &Path| job.roots.iter().any(|root| folder.starts_with(root));
    let folders = folder.ancestors().enumerate().take_while(|(up, folder)| *up == 0 || within(folder));
    let mut files = folders.map(|(_, folder)| folder.join(CONFIGURATION));
    files.find(|file| job.open.contains_key(file) || file.is_file())
}

impl Configured {
    /// Reads a configuration. While it cannot be used what it said `before` stays in force.
    fn read(job: &Job, file: &Path, before: Option<&Configured>) -> Configured {
        let mut setup = Setup::read(job, file);
        if let Some(before) = before.filter(|_| setup.is_void()) {
            setup = Setup { faults: setup.faults, source: setup.source, ..before.setup.clone() };
        }
        let mut baseline = Baseline::default();
        if let Some(named) = &setup.baseline {
            match Baseline::read(job, Path::new(&named.file)) {
                Ok(read) => baseline = read,
                Err(fault) => setup.faults.push(Fault { named: Some(named.origin.clone()), ..fault }),
            }
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        let names = baseline.contracts().map(|name| (uri::clean(&folder.join(name)), name.to_owned())).collect();
        let text = setup.source.as_ref().map(|(_, text)| Text::new(text.clone())).unwrap_or_default();
        let uri = uri::of_path(file).map(|uri| uri.as_str().to_owned());
        let uri = job.open.get(file).map(|(uri, _)| uri.clone()).or(uri).unwrap_or_default();
        Configured { file: Some((file.to_owned(), uri)), read_at: job.configurations, setup, baseline, names, text }
    }

    /// Whether what is in this file changes what it says.
    pub(crate) fn reads(&self, path: &Path) -> bool {
        let own = self.file.as_ref().is_some_and(|(file, _)| file == path);
        own || self.setup.files.iter().any(|file| uri::clean(file) == path)
    }

    /// The folder that names in it are relative to.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.file.as_ref()?.0.parent()
    }

    /// How a contract is audited. What the client set stands above the configuration.
    pub(crate) fn options(&self, profile: Option<Profile>, contract: Option<&Path>) -> Options {
        let options = self.setup.options(profile);
        match self.known_as(contract) {
            Some(name) => self.baseline.options(name, &options),
            None => options,
        }
    }

    /// Leaves out of a report what an old baseline knows as a whole.
    pub(crate) fn apply(&self, contract: Option<&Path>, report: &mut Arc<AuditReport>) {
        if let Some(name) = self.known_as(contract).filter(|name| self.baseline.knows_findings(name)) {
            self.baseline.apply(name, Arc::make_mut(report));
        }
    }

    /// The name that a contract has in the baseline.
    pub(crate) fn known_as(&self, contract: Option<&Path>) -> Option<&str> {
        self.names.get(contract?).map(String::as_str)
    }

    /// What is wrong with it, in its own file. `used` says how many places each ignore met in the contracts that are
    /// open; that one meets none at all only a whole audit can tell.
    pub(crate) fn diagnostics(&self, used: &[u64], profile: Option<Profile>, encoding: Encoding) -> Vec<Diagnostic> {
        let mut list = Vec::new();
        let mut add = |(line, column): (u32, u32), severity, code: Option<&str>, message: String| {
            let start = self.text.byte_at(line, column);
            list.push(Diagnostic {
                range: self.text.range(start, start + self.text.word_at(start), encoding),
                severity: Some(severity),
                code: code.map(|code| NumberOrString::String(code.to_owned())),
                source: Some("palisade".to_owned()),
                message,
                ..Diagnostic::default()
            });
        };
        for fault in &self.setup.faults {
            let whole = Fault { named: None, ..fault.clone() }.to_string();
            match &fault.named {
                Some(origin) => add((origin.line, origin.column), DiagnosticSeverity::ERROR, None, whole),
                None if fault.mistakes.is_empty() => add((1, 1), DiagnosticSeverity::ERROR, None, whole),
                None => fault.mistakes.iter().for_each(|mistake| {
                    let place = (mistake.line, mistake.column);
                    add(place, DiagnosticSeverity::ERROR, None, mistake.message.clone());
                }),
            }
        }
        if self.setup.is_void() {
            return list;
        }
        let profile = self.setup.options(profile).profile;
        for finding in self.setup.findings(used, profile) {
            if finding.name != "ignore-without-finding" {
                let place = (finding.line.unwrap_or(1), finding.column.unwrap_or(1));
                add(place, level(finding.severity), Some(&finding.rule), finding.message.clone());
            }
        }
        list
    }
}

impl Source for Job {
    fn buffer(&self, path: &Path) -> Option<Vec<u8>> {
        let (_, text) = self.open.get(&uri::clean(path))?;
        Some(text.as_str().as_bytes().to_vec())
    }

    /// Only regular files below the folders of the workspace, or below the contract's own.
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.buffer(path) {
            return Ok(bytes);
        }
        let real = path.canonicalize()?;
        let own = self.path.as_deref().and_then(Path::parent).map(Path::to_path_buf);
        let mut roots = self.roots.iter().chain(&own).filter_map(|root| root.canonicalize().ok());
        if !roots.any(|root| real.starts_with(root)) {
            return Err(io::Error::other("it lies outside the workspace"));
        }
        // Devices and pipes may have no end.
        if !std::fs::metadata(&real)?.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(&real)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
