//! What a worker writes to the store: what was learned, findings, operations with their counts.

use super::{LEARNING, PERSIST_AFTER, Worker};
use crate::clock;
use palisade_store::{FindingRun, SeenFinding, Store};
use std::sync::Arc;
use std::time::{Duration, Instant};

impl Worker {
    /// Writes what was learned; false when another process learns for the project by now.
    pub(super) async fn persist(&mut self, store: &Store, holder: &str) -> bool {
        let begun = Instant::now();
        let written = async {
            let learned = self.learner.save();
            let ledger = serde_json::to_vec(&self.ledger)
                .map_err(|error| palisade_store::Error::Row { what: "ledger", detail: error.to_string() })?;
            let drift = self.watch.save();
            let states =
                [("discovery", learned.as_slice()), ("ledger", ledger.as_slice()), ("drift", drift.as_slice())];
            store.set_learned(&self.api.id, &states, clock::now(), (LEARNING, holder)).await
        };
        let mut held = true;
        match written.await {
            Ok(true) => self.unsaved = false,
            Ok(false) => held = false,
            Err(error) => tracing::error!(%error, "what was learned is not written; it is tried again"),
        }
        self.persist_at = Instant::now() + PERSIST_AFTER.max(begun.elapsed() * 8);
        held
    }

    /// Writes findings of traffic and contract that changed.
    pub(super) async fn keep_findings(&mut self, store: &Store, everything: bool) {
        let now = Instant::now();
        if !everything && now < self.findings_at {
            return;
        }
        self.findings_at = now + Duration::from_secs(1);
        let config = self.api.config.load_full();
        let view = self.api.view.load_full();
        let audit = view.shown_audit(&config).map(|(audit, _)| audit);
        let learned = view.operations.iter().any(|known| known.seen.is_some());
        let watched = self.watch.covered();
        let differences = view.findings.iter().filter(|finding| !is_of_inventory(&finding.rule)).count();
        let in_traffic = |rule: &str, operation: &str| match is_of_inventory(rule) {
            true => learned,
            false => differences < crate::core::drift::FINDINGS && watched.covers(operation),
        };
        let readable = audit.is_some_and(|audit| audit.state != palisade_audit::State::StructureInvalid);
        let in_contract = |_: &str, _: &str| readable;
        let discovered =
            (view.findings.as_slice(), format!("{watched:?}"), &in_traffic as Covers<'_>, &mut self.findings_digest);
        let audited = audit.map(|audit| {
            (audit.findings.as_slice(), String::new(), &in_contract as Covers<'_>, &mut self.audit_digest)
        });
        for (engine, of) in [("discover", Some(discovered)), ("audit", audited)] {
            let Some((findings, covered, covers, digest)) = of else { continue };
            let text: String =
                findings.iter().map(|finding| format!("{}:{};", finding.fingerprint, finding.count)).collect();
            let new = crate::secret::hash(&format!("{covered};{text}"));
            if new == *digest {
                continue;
            }
            let seen: Vec<_> = findings.iter().map(|finding| SeenFinding { id: clock::new_id(), finding }).collect();
            let run = FindingRun { api_id: &self.api.id, engine, seen: &seen, covers, now: clock::now() };
            match store.set_findings(&run).await {
                Ok(()) => *digest = new,
                Err(error) => tracing::error!(%error, engine, "findings are not written; it is tried again"),
            }
        }
    }

    /// Writes operations and counts that changed.
    pub(super) async fn keep_operations(&mut self, store: &Store, everything: bool) {
        let begun = Instant::now();
        if !everything && begun < self.operations_at {
            return;
        }
        let view = self.api.view.load_full();
        if self.kept.as_ref().is_some_and(|kept| Arc::ptr_eq(kept, &view)) {
            return;
        }
        let (operations, figures) = crate::core::inventory::rows(&self.api.id, &self.api.config.load(), &view);
        match store.set_operations(&self.api.id, &operations, &figures).await {
            Ok(()) => self.kept = Some(view),
            Err(error) => tracing::error!(%error, "operations are not written; it is tried again"),
        }
        self.operations_at = Instant::now() + PERSIST_AFTER.max(begun.elapsed() * 8);
    }
}

/// Says whether a finding with this rule and operation would have been found, were it still there.
type Covers<'a> = &'a (dyn Fn(&str, &str) -> bool + Send + Sync);

/// Whether a rule judges the inventory, which is a sum of everything that was seen.
fn is_of_inventory(rule: &str) -> bool {
    rule.starts_with("DIS")
}
