//! Runs and the history of their statuses.

use serde::Serialize;

use super::{Connection, DeploymentId, ProjectId, RunId, UserId, on_unique, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
    run::{Operation, Options, Status},
};

/// One run of a deployment.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Run {
    pub id: RunId,
    pub project_id: ProjectId,
    pub deployment_id: DeploymentId,
    pub blueprint: String,
    pub environment: String,
    /// Counts a deployment's runs from 1.
    pub number: i64,
    pub operation: Operation,
    pub status: Status,
    pub revision: i64,
    pub terraform_version: String,
    pub backend: String,
    pub message: String,
    pub options: Options,
    pub created_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Why it ended as it did.
    pub reason: Option<String>,
    /// Resources that the plan changes; absent before there is a plan.
    pub plan: Option<Counts>,
    pub approved_by: Option<String>,
    pub approval_comment: Option<String>,
    pub cancel_requested: bool,
    #[serde(skip)]
    pub cancel_forced: bool,
    #[serde(skip)]
    pub snapshot_digest: String,
    #[serde(skip)]
    pub saved: Option<SavedPlan>,
}

/// How many resources a plan changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Counts {
    pub adds: i64,
    pub changes: i64,
    pub destroys: i64,
}

/// What a saved plan is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPlan {
    /// SHA-256 of the plan file.
    pub plan_digest: String,
    /// SHA-256 of the dependency lock file.
    pub lock_digest: String,
    /// SHA-256 of the managed state it was made on; empty for none and for remote state, which Terraform checks itself.
    pub state_digest: String,
}

/// A status that a run took.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunEvent {
    pub status: Status,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who caused it; nobody when it happened by itself.
    pub actor: Option<String>,
    pub note: String,
}

rows! {
    struct Row {
        id: String,
        project_id: String,
        deployment_id: String,
        blueprint: String,
        environment: String,
        number: i64,
        operation: String,
        status: String,
        revision: i64,
        terraform_version: String,
        backend: String,
        message: String,
        options: String,
        created_by: Option<String>,
        created_at: i64,
        updated_at: i64,
        reason: Option<String>,
        plan_adds: Option<i64>,
        plan_changes: Option<i64>,
        plan_destroys: Option<i64>,
        approved_by: Option<String>,
        approval_comment: Option<String>,
        cancel_requested: i64,
        cancel_forced: i64,
        snapshot_digest: String,
        plan_digest: Option<String>,
        lock_digest: Option<String>,
        state_digest: Option<String>,
    }
}

impl TryFrom<Row> for Run {
    type Error = Error;

    fn try_from(r: Row) -> Result<Run> {
        let plan = match (r.plan_adds, r.plan_changes, r.plan_destroys) {
            (Some(adds), Some(changes), Some(destroys)) => Some(Counts { adds, changes, destroys }),
            _ => None,
        };
        let saved = match (r.plan_digest, r.lock_digest, r.state_digest) {
            (Some(plan_digest), Some(lock_digest), Some(state_digest)) => {
                Some(SavedPlan { plan_digest, lock_digest, state_digest })
            }
            _ => None,
        };
        Ok(Run {
            id: r.id.into(),
            project_id: r.project_id.into(),
            deployment_id: r.deployment_id.into(),
            blueprint: r.blueprint,
            environment: r.environment,
            number: r.number,
            operation: r.operation.parse()?,
            status: r.status.parse()?,
            revision: r.revision,
            terraform_version: r.terraform_version,
            backend: r.backend,
            message: r.message,
            options: serde_json::from_str(&r.options)?,
            created_by: r.created_by,
            created_at: Timestamp(r.created_at),
            updated_at: Timestamp(r.updated_at),
            reason: r.reason,
            plan,
            approved_by: r.approved_by,
            approval_comment: r.approval_comment,
            cancel_requested: r.cancel_requested != 0,
            cancel_forced: r.cancel_forced != 0,
            snapshot_digest: r.snapshot_digest,
            saved,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, b.project_id, r.deployment_id, b.name AS blueprint, e.name AS environment, r.number,
                    r.operation, r.status, r.revision, r.terraform_version, r.backend, r.message, r.options,
                    author.name AS created_by, r.created_at, r.updated_at, r.reason, r.plan_adds, r.plan_changes,
                    r.plan_destroys, approver.name AS approved_by, r.approval_comment, r.cancel_requested,
                    r.cancel_forced, r.snapshot_digest, r.plan_digest, r.lock_digest, r.state_digest
               FROM runs r
               JOIN deployments d ON d.id = r.deployment_id
               JOIN blueprints b ON b.id = d.blueprint_id
               JOIN environments e ON e.id = d.environment_id
               LEFT JOIN users author ON author.id = r.created_by
               LEFT JOIN users approver ON approver.id = r.approved_by ",
            $rest
        )
    };
}

/// What is needed to store a new run.
#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    pub id: &'a RunId,
    pub deployment: &'a DeploymentId,
    pub operation: Operation,
    pub status: Status,
    pub revision: i64,
    pub terraform_version: &'a str,
    pub backend: &'a str,
    pub message: &'a str,
    pub options: &'a Options,
    pub idempotency_key: Option<&'a str>,
    pub created_by: &'a UserId,
    pub snapshot_digest: &'a str,
    pub now: Timestamp,
}

/// Takes the deployment for the rest of the transaction: what is read of its runs stays true until the commit.
pub async fn lock_deployment(db: &mut Connection, id: &DeploymentId) -> Result<()> {
    // An update that changes nothing is the row lock that both databases know.
    sqlx::query("UPDATE deployments SET updated_at = updated_at WHERE id = $1")
        .bind(id.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Call it under [`lock_deployment`].
pub async fn insert(db: &mut Connection, run: &NewRun<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO runs (id, deployment_id, number, operation, status, revision, terraform_version, backend, message,
                           idempotency_key, created_by, created_at, updated_at, snapshot_digest, cancel_requested,
                           cancel_forced, options)
         VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM runs WHERE deployment_id = $2), $3, $4, $5, $6, $7,
                 $8, $9, $10, $11, $11, $12, 0, 0, $13)",
    )
    .bind(run.id.as_str())
    .bind(run.deployment.as_str())
    .bind(run.operation.as_str())
    .bind(run.status.as_str())
    .bind(run.revision)
    .bind(run.terraform_version)
    .bind(run.backend)
    .bind(run.message)
    .bind(run.idempotency_key)
    .bind(run.created_by.as_str())
    .bind(run.now.0)
    .bind(run.snapshot_digest)
    .bind(serde_json::to_string(run.options)?)
    .execute(&mut *db)
    .await
    .map_err(on_unique(Error::Conflict("a run with this idempotency key is being created".into())))?;
    add_event(db, run.id, run.status, Some(run.created_by), "", run.now).await
}

pub async fn get(db: &mut Connection, id: &RunId) -> Result<Run> {
    let row: Option<Row> =
        sqlx::query_as(select!("WHERE r.id = $1")).bind(id.as_str()).fetch_optional(db).await?;
    row.ok_or(Error::NotFound("run"))?.try_into()
}

pub async fn by_idempotency_key(
    db: &mut Connection,
    deployment: &DeploymentId,
    key: &str,
) -> Result<Option<Run>> {
    let row: Option<Row> = sqlx::query_as(select!("WHERE r.deployment_id = $1 AND r.idempotency_key = $2"))
        .bind(deployment.as_str())
        .bind(key)
        .fetch_optional(db)
        .await?;
    row.map(Run::try_from).transpose()
}

/// Runs of a deployment, newest first, below number `before`.
pub async fn list(
    db: &mut Connection,
    deployment: &DeploymentId,
    before: i64,
    limit: i64,
) -> Result<Vec<Run>> {
    let rows: Vec<Row> = sqlx::query_as(select!(
        "WHERE r.deployment_id = $1 AND r.number < $2 ORDER BY r.number DESC LIMIT $3"
    ))
    .bind(deployment.as_str())
    .bind(before)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Run::try_from).collect()
}

/// A project's newest runs.
pub async fn recent(db: &mut Connection, project: &ProjectId, limit: i64) -> Result<Vec<Run>> {
    let rows: Vec<Row> =
        sqlx::query_as(select!("WHERE b.project_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT $2"))
            .bind(project.as_str())
            .bind(limit)
            .fetch_all(db)
            .await?;
    rows.into_iter().map(Run::try_from).collect()
}

/// Whether a run that may apply holds the deployment.
pub async fn is_held(db: &mut Connection, deployment: &DeploymentId) -> Result<bool> {
    let sql = format!(
        "SELECT COUNT(*) FROM runs WHERE deployment_id = $1 AND operation NOT IN ('plan', 'import') AND status IN ({})",
        quoted(Status::holding())
    );
    let held: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(deployment.as_str()).fetch_one(db).await?;
    Ok(held > 0)
}

/// Whether any run of the deployment has not ended.
pub async fn has_unfinished(db: &mut Connection, deployment: &DeploymentId) -> Result<bool> {
    let unfinished = Status::holding().filter(|status| !status.is_final());
    let sql =
        format!("SELECT COUNT(*) FROM runs WHERE deployment_id = $1 AND status IN ({})", quoted(unfinished));
    let count: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(deployment.as_str()).fetch_one(db).await?;
    Ok(count > 0)
}

/// The oldest run that waits for its turn, when nothing holds the deployment. Call it under [`lock_deployment`].
pub async fn next_pending(db: &mut Connection, deployment: &DeploymentId) -> Result<Option<RunId>> {
    let sql = format!(
        "SELECT id FROM runs WHERE deployment_id = $1 AND status = 'pending'
            AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.deployment_id = $1
                               AND o.operation NOT IN ('plan', 'import')
                               AND o.status IN ({}))
          ORDER BY number LIMIT 1",
        quoted(Status::holding().filter(|status| *status != Status::Pending))
    );
    let id: Option<String> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(deployment.as_str()).fetch_optional(db).await?;
    Ok(id.map(RunId))
}

/// Statuses are constants of ours, so that they may stand in the text.
fn quoted(statuses: impl Iterator<Item = Status>) -> String {
    statuses.map(|status| format!("'{status}'")).collect::<Vec<_>>().join(", ")
}

/// Moves a run from one status to another; false when it is not in `from` (any more).
pub async fn set_status(
    db: &mut Connection,
    id: &RunId,
    (from, to): (Status, Status),
    actor: Option<&UserId>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let changed = sqlx::query(
        "UPDATE runs SET status = $3, reason = COALESCE($4, reason), updated_at = $5 WHERE id = $1 AND status = $2",
    )
    .bind(id.as_str())
    .bind(from.as_str())
    .bind(to.as_str())
    .bind(reason)
    .bind(now.0)
    .execute(&mut *db)
    .await?
    .rows_affected();
    if changed == 0 {
        return Ok(false);
    }
    add_event(db, id, to, actor, reason.unwrap_or_default(), now).await?;
    Ok(true)
}

async fn add_event(
    db: &mut Connection,
    id: &RunId,
    status: Status,
    actor: Option<&UserId>,
    note: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO run_events (run_id, position, status, at, actor, note)
         VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM run_events WHERE run_id = $1), $2, $3, $4, $5)",
    )
    .bind(id.as_str())
    .bind(status.as_str())
    .bind(now.0)
    .bind(actor.map(UserId::as_str))
    .bind(note)
    .execute(db)
    .await?;
    Ok(())
}

/// The statuses that a run took, in order.
pub async fn events(db: &mut Connection, id: &RunId) -> Result<Vec<RunEvent>> {
    let rows: Vec<(String, i64, Option<String>, String)> = sqlx::query_as(
        "SELECT v.status, v.at, u.name, v.note FROM run_events v LEFT JOIN users u ON u.id = v.actor
          WHERE v.run_id = $1 ORDER BY v.position",
    )
    .bind(id.as_str())
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(status, at, actor, note)| {
            Ok(RunEvent { status: status.parse()?, at: Timestamp(at), actor, note })
        })
        .collect()
}

pub async fn set_plan(db: &mut Connection, id: &RunId, counts: Counts, saved: &SavedPlan) -> Result<()> {
    sqlx::query(
        "UPDATE runs SET plan_adds = $2, plan_changes = $3, plan_destroys = $4, plan_digest = $5, lock_digest = $6,
                         state_digest = $7
          WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(counts.adds)
    .bind(counts.changes)
    .bind(counts.destroys)
    .bind(&saved.plan_digest)
    .bind(&saved.lock_digest)
    .bind(&saved.state_digest)
    .execute(db)
    .await?;
    Ok(())
}

pub async fn set_approval(
    db: &mut Connection,
    id: &RunId,
    by: &UserId,
    comment: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE runs SET approved_by = $2, approved_at = $3, approval_comment = $4 WHERE id = $1")
        .bind(id.as_str())
        .bind(by.as_str())
        .bind(now.0)
        .bind(comment)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn request_cancel(db: &mut Connection, id: &RunId, forced: bool, now: Timestamp) -> Result<()> {
    let sql = "UPDATE runs SET cancel_requested = 1, cancel_forced = CASE WHEN $2 = 1 THEN 1 ELSE cancel_forced END,
                               updated_at = $3
                WHERE id = $1";
    sqlx::query(sql).bind(id.as_str()).bind(i64::from(forced)).bind(now.0).execute(db).await?;
    Ok(())
}

/// Whether the run should stop, and whether at once.
pub async fn cancel_request(db: &mut Connection, id: &RunId) -> Result<(bool, bool)> {
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT cancel_requested, cancel_forced FROM runs WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(db)
            .await?;
    // A run that was deleted has nothing left to do.
    Ok(row.map_or((true, true), |(requested, forced)| (requested != 0, forced != 0)))
}

/// The installation's id, made at the first call.
pub async fn installation(db: &mut Connection) -> Result<String> {
    let id = format!("{:08x}", rand::random::<u32>());
    sqlx::query("INSERT INTO installation (id) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM installation)")
        .bind(id)
        .execute(&mut *db)
        .await?;
    Ok(sqlx::query_scalar("SELECT id FROM installation ORDER BY id LIMIT 1").fetch_one(db).await?)
}
