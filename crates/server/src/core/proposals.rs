//! What the contract in force lacks of what was learned, worked out when it is asked for.

use super::approved::Approved;
use super::learn::Induced;
use super::{ApiState, view::View};
use palisade_contract::{Contract, Version};
use palisade_diff::proposals::{Applied, Proposal, apply, propose};
use palisade_discover::OpenApiVersion;
use palisade_document::{Document, Format};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// The kind of state that rejections are kept under.
pub const REJECTIONS: &str = "rejections";
/// Rejections kept of one API.
pub const MAX_REJECTIONS: usize = 10_000;

/// A proposal that was turned down. It stays so while the evidence is of the same kind, which is what its id says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Id of the proposal.
    pub id: String,
    /// Microseconds.
    pub at: i64,
    /// Who turned it down.
    pub by: String,
}

/// What was worked out last, and from what.
#[derive(Debug)]
struct Known {
    version: i64,
    induced: Arc<Induced>,
    proposals: Arc<Vec<Proposal>>,
}

/// The proposals of one API, kept until contract or traffic change.
#[derive(Debug, Default)]
pub struct Desk {
    known: Mutex<Option<Known>>,
}

impl Desk {
    fn recall(&self, version: i64, induced: &Arc<Induced>) -> Option<Arc<Vec<Proposal>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref().filter(|known| known.version == version && Arc::ptr_eq(&known.induced, induced))?;
        Some(Arc::clone(&known.proposals))
    }

    fn keep(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

/// The proposals for the contract in force; none while there is none, or nothing was learned.
pub async fn of(api: &Arc<ApiState>) -> Arc<Vec<Proposal>> {
    let (config, view) = (api.config.load_full(), api.view.load_full());
    let View { induced: Some(induced), .. } = &*view else { return Arc::default() };
    let Some(approved) = config.approved.clone() else { return Arc::default() };
    let version = approved.row.version;
    if let Some(proposals) = api.proposals.recall(version, induced) {
        return proposals;
    }
    let induced = Arc::clone(induced);
    // Learned contracts can be large; nobody else waits for this.
    let worked = tokio::task::spawn_blocking(move || {
        let proposals = Arc::new(work_out(&approved, &induced));
        Known { version, induced, proposals }
    });
    match worked.await {
        Ok(known) => {
            let proposals = Arc::clone(&known.proposals);
            api.proposals.keep(known);
            proposals
        }
        Err(error) => {
            tracing::error!(api = %api.id, %error, "proposals could not be worked out");
            Arc::default()
        }
    }
}

fn work_out(approved: &Approved, induced: &Induced) -> Vec<Proposal> {
    let version = if approved.contract.version >= Version::V3_1 { OpenApiVersion::V31 } else { OpenApiVersion::V30 };
    let learned = Document::from_value("learned", &induced.with_evidence(version));
    propose(&approved.contract, &Contract::load(Arc::new(learned)).0)
}

/// A contract with proposals made in it.
#[derive(Debug)]
pub struct Edited {
    /// The text afterwards.
    pub text: String,
    /// What changed, as a unified diff.
    pub diff: String,
    /// Which proposals were made, and which not.
    pub applied: Applied,
}

/// Makes proposals in the text of the contract in force.
pub async fn edited(approved: &Arc<Approved>, proposals: Vec<Proposal>) -> Option<Edited> {
    let approved = Arc::clone(approved);
    let work = move || {
        let document = approved.contract.document();
        let before = document.source().to_owned();
        let name = if document.format() == Format::Json { "contract.json" } else { "contract.yaml" };
        let chosen: Vec<&Proposal> = proposals.iter().collect();
        let applied = apply(&[(document.name().to_owned(), before.clone())], &chosen);
        let text = applied.texts.first().map_or_else(|| before.clone(), |(_, text)| text.clone());
        let rounds = applied.rounds.first().map(Vec::as_slice).unwrap_or_default();
        let diff = palisade_audit::diff(name, &before, &text, rounds);
        Edited { text, diff, applied }
    };
    tokio::task::spawn_blocking(work).await.ok()
}
