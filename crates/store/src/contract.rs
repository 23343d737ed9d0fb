//! Approved contracts, every version.

use crate::open::Doing;
use crate::{Error, Store};

/// One approved version of a contract.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ContractRow {
    /// UUIDv7.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// From 1, growing.
    pub version: i64,
    /// `learned` or `uploaded`.
    pub source: String,
    /// OpenAPI text, as it was approved.
    pub body: String,
    /// How many operations it has.
    pub operations: i64,
    /// Microseconds.
    pub approved_at: i64,
    /// Who approved it.
    pub approved_by: String,
}

impl Store {
    /// The contract in force: the newest approved one.
    ///
    /// # Errors
    /// The database's word.
    pub async fn approved_contract(&self, api_id: &str) -> Result<Option<ContractRow>, Error> {
        sqlx::query_as(
            "SELECT id, api_id, version, source, body, operations, approved_at, approved_by FROM contracts \
             WHERE project_id = $1 AND api_id = $2 ORDER BY version DESC LIMIT 1",
        )
        .bind(self.project())
        .bind(api_id)
        .fetch_optional(&self.read)
        .await
        .doing("reading a contract")
    }

    /// Adds an approved contract as the next version, which is set in `contract` too; the oldest versions
    /// beyond the bound go.
    ///
    /// # Errors
    /// The database's word.
    pub async fn approve_contract(&self, contract: &mut ContractRow) -> Result<(), Error> {
        let mut tx = self.begin().await.doing("approving a contract")?;
        let held = self.engine.hold_api(&mut tx, self.project(), &contract.api_id).await;
        held.doing("approving a contract")?;
        let (version,): (i64,) =
            sqlx::query_as("SELECT COALESCE(MAX(version), 0) + 1 FROM contracts WHERE project_id = $1 AND api_id = $2")
                .bind(self.project())
                .bind(&contract.api_id)
                .fetch_one(&mut *tx)
                .await
                .doing("approving a contract")?;
        sqlx::query(
            "INSERT INTO contracts (id, project_id, api_id, version, source, body, operations, approved_at, approved_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&contract.id)
        .bind(self.project())
        .bind(&contract.api_id)
        .bind(version)
        .bind(&contract.source)
        .bind(&contract.body)
        .bind(contract.operations)
        .bind(contract.approved_at)
        .bind(&contract.approved_by)
        .execute(&mut *tx)
        .await
        .doing("approving a contract")?;
        sqlx::query("DELETE FROM contracts WHERE project_id = $1 AND api_id = $2 AND version <= $3")
            .bind(self.project())
            .bind(&contract.api_id)
            .bind(version - i64::from(self.bounds.contracts.max(1)))
            .execute(&mut *tx)
            .await
            .doing("approving a contract")?;
        self.touch_api(&mut tx, &contract.api_id).await?;
        tx.commit().await.doing("approving a contract")?;
        self.told();
        contract.version = version;
        Ok(())
    }
}
