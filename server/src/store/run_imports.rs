//! What was decided about the code that imports propose.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Connection, RunId, UserId, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// It is part of the blueprint.
    Added,
    Discarded,
}

impl Decision {
    fn as_str(self) -> &'static str {
        match self {
            Decision::Open => "open",
            Decision::Added => "added",
            Decision::Discarded => "discarded",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Decision {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Decision::Open, Decision::Added, Decision::Discarded]
            .into_iter()
            .find(|decision| decision.as_str() == text)
            .ok_or_else(|| anyhow::anyhow!("`{text}` is no decision about an import"))
    }
}

/// A decision, and who made it.
#[derive(Debug, Clone)]
pub struct RunImport {
    pub decision: Decision,
    pub revision: Option<i64>,
    pub decided_by: Option<String>,
}

rows! {
    struct Row {
        decision: String,
        revision: Option<i64>,
        decided_by: Option<String>,
    }
}

/// Notes that a run imports, with nothing decided.
pub async fn insert(db: &mut Connection, run: &RunId) -> Result<()> {
    sqlx::query("INSERT INTO run_imports (run_id, decision) VALUES ($1, $2)")
        .bind(run.as_str())
        .bind(Decision::Open.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// # Errors
/// Not found where the run is no import.
pub async fn get(db: &mut Connection, run: &RunId) -> Result<RunImport> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT i.decision, i.revision, u.name AS decided_by FROM run_imports i
           LEFT JOIN users u ON u.id = i.decided_by WHERE i.run_id = $1",
    )
    .bind(run.as_str())
    .fetch_optional(db)
    .await?;
    let row = row.ok_or(Error::NotFound("import"))?;
    Ok(RunImport { decision: row.decision.parse()?, revision: row.revision, decided_by: row.decided_by })
}

/// Decides what is open; false when something was decided before.
pub async fn decide(
    db: &mut Connection,
    run: &RunId,
    decision: Decision,
    revision: Option<i64>,
    by: &UserId,
    now: Timestamp,
) -> Result<bool> {
    let changed = sqlx::query(
        "UPDATE run_imports SET decision = $2, revision = $3, decided_by = $4, decided_at = $5
          WHERE run_id = $1 AND decision = 'open'",
    )
    .bind(run.as_str())
    .bind(decision.as_str())
    .bind(revision)
    .bind(by.as_str())
    .bind(now.0)
    .execute(db)
    .await?
    .rows_affected();
    Ok(changed > 0)
}
