//! The audit log: rows are added and never changed, chained by hashes kind by kind.

use crate::open::Doing;
use crate::query::{Column, Kind as Holds, List, Query, Select};
use crate::{Error, Page, Store};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Rows read at once while the chain is walked.
const BATCH: i64 = 1000;

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditEntry {
    /// UUIDv7.
    pub id: String,
    /// `change`, `refusal`, `sign-in` or `command`: each is a chain with a retention of its own.
    pub kind: &'static str,
    /// Microseconds.
    pub time: i64,
    /// Name of the principal; empty where nobody was known.
    pub actor: String,
    /// Its role; empty where nobody was known.
    pub role: String,
    /// How it showed who it is: `token`, `session`, `key`, `command`, or empty.
    pub credential: String,
    /// Where it came from; empty for a command.
    pub address: String,
    /// `METHOD /template`, or the command.
    pub action: String,
    /// The kind of object.
    pub object_type: String,
    /// Its id; empty where it has none.
    pub object_id: String,
    /// The path that was called.
    pub path: String,
    /// Status of the answer; 0 for a command.
    pub status: i64,
    /// `done`, `failed` or `refused`.
    pub outcome: String,
    /// How often it happened.
    pub repeats: i64,
    /// The object as it was: JSON without secrets.
    pub before: Option<String>,
    /// The object as it is.
    pub after: Option<String>,
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    /// UUIDv7.
    pub id: String,
    /// Its chain.
    pub kind: String,
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// Microseconds.
    pub time: i64,
    /// Name of the principal.
    pub actor: String,
    /// Its role.
    pub role: String,
    /// How it showed who it is.
    pub credential: String,
    /// Where it came from.
    pub address: String,
    /// `METHOD /template`, or the command.
    pub action: String,
    /// The kind of object.
    pub object_type: String,
    /// Its id.
    pub object_id: String,
    /// The path that was called.
    pub path: String,
    /// Status of the answer.
    pub status: i64,
    /// `done`, `failed` or `refused`.
    pub outcome: String,
    /// How often it happened.
    pub repeats: i64,
    /// JSON.
    pub before_value: Option<String>,
    /// JSON.
    pub after_value: Option<String>,
    /// Hash of the entry before it.
    pub previous: String,
    /// SHA-256 of all of that, hexadecimal.
    pub hash: String,
}

/// The chain of one kind, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditChain {
    /// The kind.
    pub kind: String,
    /// Place of its oldest entry; 0 when there is none.
    pub first: i64,
    /// Place of its newest entry.
    pub last: i64,
    /// Hash of its newest entry: noted elsewhere, it shows later that nothing before it was changed.
    pub head: String,
    /// What is wrong with it; `None`: nothing.
    pub problem: Option<String>,
}

/// What may be asked of the audit log.
pub const AUDIT_LOG: List = List {
    name: "audit-log",
    columns: &[
        Column::new("id", Holds::Id, "id"),
        Column::new("time", Holds::Time, "time"),
        Column::new("kind", Holds::Words(&["change", "refusal", "sign-in", "command"]), "kind"),
        Column::new("actor", Holds::Text, "actor"),
        Column::new("role", Holds::Text, "role"),
        Column::new("credential", Holds::Text, "credential"),
        Column::new("address", Holds::Text, "address"),
        Column::new("action", Holds::Text, "action"),
        Column::new("object_type", Holds::Text, "object_type"),
        Column::new("object_id", Holds::Text, "object_id"),
        Column::new("path", Holds::Text, "path"),
        Column::new("status", Holds::Number, "status"),
        Column::new("outcome", Holds::Words(&["done", "failed", "refused"]), "outcome"),
    ],
    sort: "-id",
    id: "id",
};

const COLUMNS: &str = "id, kind, seq, time, actor, role, credential, address, action, object_type, object_id, path, \
                       status, outcome, repeats, before_value, after_value, previous, hash";

impl AuditRow {
    /// The hash that the row must have. Each part is preceded by its length, so that none runs into the next.
    fn digest(&self, project: &str) -> String {
        let numbers = [self.seq, self.time, self.status, self.repeats].map(|number| number.to_string());
        let [seq, time, status, repeats] = numbers.each_ref().map(|number| Some(number.as_str()));
        let texts = [&self.id, &self.kind, &self.actor, &self.role, &self.credential, &self.address, &self.action];
        let more = [&self.object_type, &self.object_id, &self.path, &self.outcome, &self.previous];
        let parts =
            [Some(project), seq, time, status, repeats, self.before_value.as_deref(), self.after_value.as_deref()]
                .into_iter()
                .chain(texts.into_iter().chain(more).map(|text| Some(text.as_str())));
        let mut hash = Sha256::new();
        for part in parts {
            match part {
                Some(part) => {
                    hash.update((part.len() as u64 + 1).to_be_bytes());
                    hash.update(part);
                }
                None => hash.update(0u64.to_be_bytes()),
            }
        }
        hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl Store {
    /// Adds an entry at the end of its chain.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_audit_entry(&self, entry: AuditEntry) -> Result<(), Error> {
        let doing = "writing the audit log";
        let mut tx = self.begin().await.doing(doing)?;
        sqlx::query(
            "INSERT INTO audit_chains (project_id, kind, first_seq, first_previous, last_seq, last_hash) \
             VALUES ($1, $2, 1, '', 0, '') ON CONFLICT (project_id, kind) DO NOTHING",
        )
        .bind(self.project())
        .bind(entry.kind)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        // Whoever writes next waits for this row.
        sqlx::query("UPDATE audit_chains SET last_seq = last_seq + 1 WHERE project_id = $1 AND kind = $2")
            .bind(self.project())
            .bind(entry.kind)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        let (seq, previous): (i64, String) =
            sqlx::query_as("SELECT last_seq, last_hash FROM audit_chains WHERE project_id = $1 AND kind = $2")
                .bind(self.project())
                .bind(entry.kind)
                .fetch_one(&mut *tx)
                .await
                .doing(doing)?;
        let mut row = AuditRow {
            id: entry.id,
            kind: entry.kind.to_owned(),
            seq,
            time: entry.time,
            actor: entry.actor,
            role: entry.role,
            credential: entry.credential,
            address: entry.address,
            action: entry.action,
            object_type: entry.object_type,
            object_id: entry.object_id,
            path: entry.path,
            status: entry.status,
            outcome: entry.outcome,
            repeats: entry.repeats,
            before_value: entry.before,
            after_value: entry.after,
            previous,
            hash: String::new(),
        };
        row.hash = row.digest(self.project());
        sqlx::query(
            "INSERT INTO audit_log (project_id, id, kind, seq, time, actor, role, credential, address, action, object_type, \
             object_id, path, status, outcome, repeats, before_value, after_value, previous, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        )
        .bind(self.project())
        .bind(&row.id)
        .bind(&row.kind)
        .bind(row.seq)
        .bind(row.time)
        .bind(&row.actor)
        .bind(&row.role)
        .bind(&row.credential)
        .bind(&row.address)
        .bind(&row.action)
        .bind(&row.object_type)
        .bind(&row.object_id)
        .bind(&row.path)
        .bind(row.status)
        .bind(&row.outcome)
        .bind(row.repeats)
        .bind(&row.before_value)
        .bind(&row.after_value)
        .bind(&row.previous)
        .bind(&row.hash)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        sqlx::query("UPDATE audit_chains SET last_hash = $3 WHERE project_id = $1 AND kind = $2")
            .bind(self.project())
            .bind(&row.kind)
            .bind(&row.hash)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        tx.commit().await.doing(doing)
    }

    /// The entries that a query asks for.
    ///
    /// # Errors
    /// The database's word.
    pub async fn audit_log(&self, query: &Query) -> Result<Page<AuditRow>, Error> {
        let select = Select {
            doing: "reading the audit log",
            columns: COLUMNS,
            from: "audit_log",
            filter: "project_id = $1",
            values: vec![self.project().into()],
        };
        self.list(select, query).await
    }

    /// Walks the chain of every kind.
    ///
    /// # Errors
    /// The database's word. What is wrong with the log is no error but an [`AuditChain::problem`].
    pub async fn verify_audit_log(&self) -> Result<Vec<AuditChain>, Error> {
        let doing = "verifying the audit log";
        let chains: Vec<(String, i64, String, i64, String)> = sqlx::query_as(
            "SELECT kind, first_seq, first_previous, last_seq, last_hash FROM audit_chains WHERE project_id = $1 \
             ORDER BY kind",
        )
        .bind(self.project())
        .fetch_all(&self.read)
        .await
        .doing(doing)?;
        let mut found = Vec::new();
        for (kind, first, begin, last, head) in chains {
            let (mut previous, mut seq, mut problem) = (begin, first - 1, None);
            // What is added meanwhile is not looked at.
            while problem.is_none() && seq < last {
                let rows = self.audit_rows(&kind, seq, last).await?;
                if rows.is_empty() {
                    problem = Some(format!("entries {} to {last} are missing", seq + 1));
                }
                for row in rows {
                    seq += 1;
                    if row.seq != seq {
                        problem = Some(format!("entry {seq} is missing"));
                    } else if row.previous != previous {
                        problem = Some(format!("entry {seq} does not follow the one before it"));
                    } else if row.hash != row.digest(self.project()) {
                        problem = Some(format!("entry {seq} was changed"));
                    }
                    if problem.is_some() {
                        break;
                    }
                    previous = row.hash;
                }
            }
            if problem.is_none() && previous != head {
                problem = Some(format!("entry {last} is not the one that was written last"));
            }
            found.push(AuditChain { kind, first: first.min(last), last, head, problem });
        }
        let stray: Vec<(String,)> = sqlx::query_as(
            "SELECT DISTINCT kind FROM audit_log WHERE project_id = $1 AND NOT EXISTS (SELECT 1 FROM audit_chains \
             WHERE audit_chains.project_id = audit_log.project_id AND audit_chains.kind = audit_log.kind) ORDER BY kind",
        )
        .bind(self.project())
        .fetch_all(&self.read)
        .await
        .doing(doing)?;
        found.extend(stray.into_iter().map(|(kind,)| AuditChain {
            kind,
            first: 0,
            last: 0,
            head: String::new(),
            problem: Some("what says where it begins and ends is missing".to_owned()),
        }));
        Ok(found)
    }

    async fn audit_rows(&self, kind: &str, after: i64, upto: i64) -> Result<Vec<AuditRow>, Error> {
        sqlx::query_as(
            "SELECT id, kind, seq, time, actor, role, credential, address, action, object_type, object_id, path, status, \
             outcome, repeats, before_value, after_value, previous, hash FROM audit_log \
             WHERE project_id = $1 AND kind = $2 AND seq > $3 AND seq <= $4 ORDER BY seq LIMIT $5",
        )
        .bind(self.project())
        .bind(kind)
        .bind(after)
        .bind(upto)
        .bind(BATCH)
        .fetch_all(&self.read)
        .await
        .doing("verifying the audit log")
    }

    /// Drops the entries of a kind that are older than `before`, and says so in the chain. Gives how many.
    ///
    /// # Errors
    /// The database's word.
    pub async fn prune_audit_log(&self, kind: &str, before: i64) -> Result<u64, Error> {
        let doing = "dropping old entries of the audit log";
        let mut tx = self.begin().await.doing(doing)?;
        // The newest that goes: whatever stands before it goes too, so that what stays is one chain.
        let newest: Option<(i64, String)> = sqlx::query_as(
            "SELECT seq, hash FROM audit_log WHERE project_id = $1 AND kind = $2 AND time < $3 ORDER BY seq DESC LIMIT 1",
        )
        .bind(self.project())
        .bind(kind)
        .bind(before)
        .fetch_optional(&mut *tx)
        .await
        .doing(doing)?;
        let Some((seq, hash)) = newest else { return Ok(0) };
        sqlx::query("UPDATE audit_chains SET first_seq = $3, first_previous = $4 WHERE project_id = $1 AND kind = $2")
            .bind(self.project())
            .bind(kind)
            .bind(seq + 1)
            .bind(hash)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        let gone = sqlx::query("DELETE FROM audit_log WHERE project_id = $1 AND kind = $2 AND seq <= $3")
            .bind(self.project())
            .bind(kind)
            .bind(seq)
            .execute(&mut *tx)
            .await
            .doing(doing)?;
        tx.commit().await.doing(doing)?;
        Ok(gone.rows_affected())
    }
}
