//! Asking for a job.

use super::Request;
use crate::app::App;
use crate::clock;
use crate::core::gates;
use crate::secret;
use crate::types::NewJob;
use palisade_controller::{Asked, check};
use palisade_store::Store;
use palisade_store::job::{JobRow, PENDING};
use sha2::{Digest, Sha256};

/// Most bytes of a document.
const MAX_DOCUMENT: usize = 16 << 20;
/// Open jobs of one creator.
const MAX_OPEN: i64 = 1000;

/// Why there is no job.
#[derive(Debug)]
pub enum Refusal {
    /// A member is not as it has to be.
    Bad(&'static str, String),
    /// The key of idempotency was used for another job.
    KeyReused,
    /// The creator has too many open jobs.
    TooMany,
    /// The store.
    Store(palisade_store::Error),
}

impl From<palisade_store::Error> for Refusal {
    fn from(error: palisade_store::Error) -> Self {
        Refusal::Store(error)
    }
}

/// Who asks for a job.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Id of the principal.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

fn short(member: &'static str, text: Option<&String>) -> Result<(), Refusal> {
    match text {
        Some(text) if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) => {
            Err(Refusal::Bad(member, format!("{member} has 1 to 200 characters and no control characters.")))
        }
        _ => Ok(()),
    }
}

/// Keeps a new job of the store's project. The same key of idempotency with the same job gives the job that there is
/// already, and false.
///
/// # Errors
/// What is wrong with it, or the store's word.
pub async fn ask(
    app: &App,
    store: &Store,
    by: By<'_>,
    new: NewJob,
    key: Option<String>,
) -> Result<(JobRow, bool), Refusal> {
    let NewJob { job_type, document, document_name, url, fuzzing_depth, controller_id, .. } = new;
    short("document_name", document_name.as_ref())?;
    short("application", new.application.as_ref())?;
    short("application_version", new.application_version.as_ref())?;
    if url.as_ref().is_some_and(|url| url.len() > 2000) {
        return Err(Refusal::Bad("url", "url has at most 2000 bytes.".to_owned()));
    }
    if document.as_ref().is_some_and(|document| document.len() > MAX_DOCUMENT) {
        return Err(Refusal::Bad("document", "document has at most 16 MiB.".to_owned()));
    }
    let mut asked = Asked { job_type, document_name, url, fuzzing_depth, options: new.options, rules: Vec::new() };
    check(&asked, document.is_some()).map_err(|(member, detail)| Refusal::Bad(member, detail))?;
    let unkept = |error| Refusal::Bad("options", format!("This job cannot be kept: {error}."));
    // What is asked for with its gate by name: the gate itself may change between two tries.
    let conditions = (new.max_severity_allowed, new.fail_on, &new.gate);
    let wish = serde_json::to_string(&(&asked, conditions)).map_err(unkept)?;
    let by_default = new.max_severity_allowed.is_none() && new.fail_on.is_none();
    let gate = match &new.gate {
        None if !by_default => None,
        name => gates::named(store, name.as_deref()).await.map_err(|error| match error {
            gates::Error::Unknown(_) => Refusal::Bad("gate", format!("{error}.")),
            gates::Error::Store(error) => Refusal::Store(error),
        })?,
    };
    if let Some(gate) = &gate {
        asked.rules = gate.forbidden_rules().map_err(Refusal::Store)?;
    }
    if let Some(id) = &controller_id {
        let known = store.controller(id).await?;
        let able = |list: &str| serde_json::from_str::<Vec<String>>(list).unwrap_or_default();
        match known {
            None => return Err(Refusal::Bad("controller_id", "There is no such controller.".to_owned())),
            Some(row) if !able(&row.capabilities).iter().any(|one| one == job_type.as_str()) => {
                let detail = format!("The controller {} runs no {}.", row.name, job_type.as_str());
                return Err(Refusal::Bad("controller_id", detail));
            }
            Some(_) => {}
        }
    }
    let request = Request { asked, max_severity_allowed: new.max_severity_allowed, fail_on: new.fail_on, gate };
    let request = serde_json::to_string(&request).map_err(unkept)?;
    let mut hash = Sha256::new();
    let parts = [
        Some(wish.as_str()),
        controller_id.as_deref(),
        new.application.as_deref(),
        new.application_version.as_deref(),
        document.as_deref(),
    ];
    for part in parts {
        hash.update((part.map_or(u64::MAX, |part| part.len() as u64)).to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    let now = clock::now();
    let row = JobRow {
        id: clock::new_id(),
        project_id: store.project().to_owned(),
        job_type: job_type.as_str().to_owned(),
        state: PENDING.to_owned(),
        reason: None,
        request,
        controller_id,
        application: new.application,
        application_version: new.application_version,
        creator: by.id.to_owned(),
        created_by: by.name.to_owned(),
        idempotency_key: key,
        request_hash: secret::hex(&hash.finalize()),
        created_at: now,
        updated_at: now,
        not_before: now,
        started_at: None,
        ended_at: None,
        expires_at: None,
        progress: 0,
        progress_text: "waits for a controller".to_owned(),
        attempts: 0,
        fence: 0,
        ended_fence: None,
        cancel_asked: false,
        holder_id: None,
        holder_name: None,
        compliant: None,
        score: None,
        grade: None,
        summary: None,
    };
    if let Some(known) = known(store, &row).await? {
        return Ok((known, false));
    }
    if store.count_open_jobs(&row.creator).await? >= MAX_OPEN {
        return Err(Refusal::TooMany);
    }
    if !store.add_job(&row, document.as_deref().map(str::as_bytes)).await? {
        // The same key came twice at the same moment.
        return known(store, &row).await?.map(|known| (known, false)).ok_or(Refusal::KeyReused);
    }
    app.jobs.asked.notify_waiters();
    Ok((row, true))
}

/// The job that was asked for with the same key before.
async fn known(store: &Store, row: &JobRow) -> Result<Option<JobRow>, Refusal> {
    let Some(key) = &row.idempotency_key else { return Ok(None) };
    match store.job_of_key(&row.creator, key).await? {
        Some(known) if known.request_hash == row.request_hash => Ok(Some(known)),
        Some(_) => Err(Refusal::KeyReused),
        None => Ok(None),
    }
}
