//! Versions of managed state, and what is known of state in other backends.

use serde::Serialize;

use super::{Connection, DeploymentId, RunId, StateVersionId, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// One version of a deployment's state.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StateVersion {
    pub id: StateVersionId,
    pub deployment_id: DeploymentId,
    /// Counts the deployment's versions from 1.
    pub number: i64,
    /// The run that made it.
    pub run_id: Option<RunId>,
    /// Terraform's own count and identity of the state.
    pub serial: i64,
    pub lineage: String,
    /// SHA-256 of the state as Terraform wrote it.
    pub digest: String,
    /// Bytes.
    pub size: i64,
    /// How many resource instances it holds.
    pub resources: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

rows! {
    struct Row {
        id: String,
        deployment_id: String,
        number: i64,
        run_id: Option<String>,
        serial: i64,
        lineage: String,
        digest: String,
        size: i64,
        resources: i64,
        created_at: i64,
    }
}

impl From<Row> for StateVersion {
    fn from(r: Row) -> StateVersion {
        StateVersion {
            id: r.id.into(),
            deployment_id: r.deployment_id.into(),
            number: r.number,
            run_id: r.run_id.map(RunId),
            serial: r.serial,
            lineage: r.lineage,
            digest: r.digest,
            size: r.size,
            resources: r.resources,
            created_at: Timestamp(r.created_at),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, deployment_id, number, run_id, serial, lineage, digest, size, resources, created_at
               FROM state_versions ",
            $rest
        )
    };
}

/// Adds a version after the last one; its number is ignored.
pub async fn insert(db: &mut Connection, version: &StateVersion) -> Result<()> {
    sqlx::query(
        "INSERT INTO state_versions (id, deployment_id, number, run_id, serial, lineage, digest, size, resources,
                                     created_at)
         VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM state_versions WHERE deployment_id = $2), $3, $4, $5,
                 $6, $7, $8, $9)",
    )
    .bind(version.id.as_str())
    .bind(version.deployment_id.as_str())
    .bind(version.run_id.as_ref().map(RunId::as_str))
    .bind(version.serial)
    .bind(&version.lineage)
    .bind(&version.digest)
    .bind(version.size)
    .bind(version.resources)
    .bind(version.created_at.0)
    .execute(db)
    .await?;
    Ok(())
}

pub async fn latest(db: &mut Connection, deployment: &DeploymentId) -> Result<Option<StateVersion>> {
    let row: Option<Row> = sqlx::query_as(select!("WHERE deployment_id = $1 ORDER BY number DESC LIMIT 1"))
        .bind(deployment.as_str())
        .fetch_optional(db)
        .await?;
    Ok(row.map(StateVersion::from))
}

pub async fn get(db: &mut Connection, id: &StateVersionId) -> Result<StateVersion> {
    let row: Option<Row> =
        sqlx::query_as(select!("WHERE id = $1")).bind(id.as_str()).fetch_optional(db).await?;
    row.map(StateVersion::from).ok_or(Error::NotFound("state version"))
}

/// Newest first, below number `before`.
pub async fn list(
    db: &mut Connection,
    deployment: &DeploymentId,
    before: i64,
    limit: i64,
) -> Result<Vec<StateVersion>> {
    let rows: Vec<Row> =
        sqlx::query_as(select!("WHERE deployment_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3"))
            .bind(deployment.as_str())
            .bind(before)
            .bind(limit)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(StateVersion::from).collect())
}

/// Removes the versions that a run made before `keep`: they were taken while it was applying.
pub async fn remove_earlier_of_run(
    db: &mut Connection,
    run: &RunId,
    keep: &StateVersionId,
) -> Result<Vec<StateVersionId>> {
    let ids: Vec<String> =
        sqlx::query_scalar("DELETE FROM state_versions WHERE run_id = $1 AND id <> $2 RETURNING id")
            .bind(run.as_str())
            .bind(keep.as_str())
            .fetch_all(db)
            .await?;
    Ok(ids.into_iter().map(StateVersionId).collect())
}

/// What an apply read back from a backend that is not CloudOven's own.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PulledState {
    pub deployment_id: DeploymentId,
    /// The run that read it, after it had applied.
    pub run_id: RunId,
    /// Where the state is.
    pub backend: String,
    /// Terraform's own count and identity of the state.
    pub serial: i64,
    pub lineage: String,
    /// How many resource instances it holds.
    pub resources: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

rows! {
    struct PulledRow {
        deployment_id: String,
        run_id: String,
        backend: String,
        serial: i64,
        lineage: String,
        resources: i64,
        created_at: i64,
    }
}

impl From<PulledRow> for PulledState {
    fn from(r: PulledRow) -> PulledState {
        PulledState {
            deployment_id: r.deployment_id.into(),
            run_id: r.run_id.into(),
            backend: r.backend,
            serial: r.serial,
            lineage: r.lineage,
            resources: r.resources,
            created_at: Timestamp(r.created_at),
        }
    }
}

/// Keeps what a run has read back; a phase that is settled once more replaces it.
pub async fn set_pulled(db: &mut Connection, state: &PulledState) -> Result<()> {
    sqlx::query(
        "INSERT INTO pulled_states (run_id, serial, lineage, resources, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (run_id) DO UPDATE
            SET serial = $2, lineage = $3, resources = $4, created_at = $5",
    )
    .bind(state.run_id.as_str())
    .bind(state.serial)
    .bind(&state.lineage)
    .bind(state.resources)
    .bind(state.created_at.0)
    .execute(db)
    .await?;
    Ok(())
}

/// What was read back last from this backend.
pub async fn latest_pulled(
    db: &mut Connection,
    deployment: &DeploymentId,
    backend: &str,
) -> Result<Option<PulledState>> {
    let row: Option<PulledRow> = sqlx::query_as(
        "SELECT r.deployment_id, p.run_id, r.backend, p.serial, p.lineage, p.resources, p.created_at
           FROM pulled_states p JOIN runs r ON r.id = p.run_id
          WHERE r.deployment_id = $1 AND r.backend = $2 ORDER BY r.number DESC LIMIT 1",
    )
    .bind(deployment.as_str())
    .bind(backend)
    .fetch_optional(db)
    .await?;
    Ok(row.map(PulledState::from))
}
