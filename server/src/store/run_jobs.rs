//! The queue of phases: a row per run that has something to do, and a lease on it.
//!
//! A lease ends by the database's clock. Claiming counts the fence up; whoever claimed writes only in transactions that
//! start with [`hold`], so that a worker that was away and lost its lease changes nothing any more.

use super::{Connection, Db, Dialect, RunId, rows};
use crate::error::Result;

rows! {
    /// A claimed phase. `launches` counts the containers that were launched for it: a second one only for a plan whose
    /// first was lost.
    #[derive(Debug, Clone)]
    pub struct Job {
        run_id: String,
        pub phase: String,
        pub fence: i64,
        launched: i64,
        pub launches: i64,
        pub attempts: i64,
    }
}

impl Job {
    pub fn run(&self) -> RunId {
        RunId(self.run_id.clone())
    }

    /// Whether a container may have been started.
    pub fn launched(&self) -> bool {
        self.launched != 0
    }

    /// The fence that the container was launched under, or would be now.
    pub fn launch_fence(&self) -> i64 {
        if self.launched() { self.launched } else { self.fence }
    }

    /// Follows [`set_launched`] and [`reset_launched`].
    pub fn note_launched(&mut self, launched: bool) {
        self.launched = if launched { self.fence } else { 0 };
        self.launches += i64::from(launched);
    }
}

/// Queues a phase of a run that has none. The fence goes on counting.
pub async fn enqueue(db: &mut Connection, run: &RunId, phase: &str, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO run_jobs (run_id, phase, state, fence, lease_until, launched, launches, attempts, created_at)
         VALUES ($1, $2, 'queued', 0, 0, 0, 0, 0, $3)
         ON CONFLICT (run_id) DO UPDATE SET phase = excluded.phase, state = 'queued', lease_until = 0, launched = 0,
                                            launches = 0, attempts = 0, created_at = excluded.created_at",
    )
    .bind(run.as_str())
    .bind(phase)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Claims the oldest phase that waits or whose lease has ended, for `lease` milliseconds.
pub async fn claim(db: &Db, worker: &str, lease: i64) -> Result<Option<Job>> {
    let mut tx = db.begin().await?;
    let now = db.now(&mut tx).await?.0;
    let skip = if db.dialect() == Dialect::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    // The outer condition is not redundant: PostgreSQL may find the row changed once it has it.
    let sql = format!(
        "UPDATE run_jobs
            SET state = 'leased', worker = $1, lease_until = $2, fence = fence + 1, attempts = attempts + 1
          WHERE run_id = (SELECT run_id FROM run_jobs
                           WHERE state = 'queued' OR (state = 'leased' AND lease_until < $3)
                           ORDER BY created_at, run_id LIMIT 1 {skip})
            AND (state = 'queued' OR (state = 'leased' AND lease_until < $3))
        RETURNING run_id, phase, fence, launched, launches, attempts"
    );
    let job: Option<Job> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(worker)
        .bind(now.saturating_add(lease))
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(job)
}

/// Renews the lease inside of `tx`; false when somebody else has it. The row stays locked until the commit.
pub async fn hold(db: &Db, tx: &mut Connection, run: &RunId, fence: i64, lease: i64) -> Result<bool> {
    let now = db.now(&mut *tx).await?.0;
    let held = sqlx::query(
        "UPDATE run_jobs SET lease_until = $3 WHERE run_id = $1 AND fence = $2 AND state = 'leased'",
    )
    .bind(run.as_str())
    .bind(fence)
    .bind(now.saturating_add(lease))
    .execute(tx)
    .await?;
    Ok(held.rows_affected() == 1)
}

/// Records that the container of this fence may be running from now on. Call it under [`hold`].
pub async fn set_launched(tx: &mut Connection, run: &RunId) -> Result<()> {
    sqlx::query("UPDATE run_jobs SET launched = fence, launches = launches + 1 WHERE run_id = $1")
        .bind(run.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// Records that there is no container any more and a new one may be made. Call it under [`hold`].
pub async fn reset_launched(tx: &mut Connection, run: &RunId) -> Result<()> {
    sqlx::query("UPDATE run_jobs SET launched = 0 WHERE run_id = $1").bind(run.as_str()).execute(tx).await?;
    Ok(())
}

/// Gives a lease back, so that another worker need not wait for its end.
pub async fn release(db: &mut Connection, run: &RunId, fence: i64) -> Result<()> {
    sqlx::query("UPDATE run_jobs SET state = 'queued', worker = NULL WHERE run_id = $1 AND fence = $2")
        .bind(run.as_str())
        .bind(fence)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends the phase: it is settled, or will not happen. The row stays for its fence.
pub async fn end(db: &mut Connection, run: &RunId) -> Result<()> {
    sqlx::query("UPDATE run_jobs SET state = 'done', worker = NULL WHERE run_id = $1")
        .bind(run.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Ends a phase that nobody has begun; false when somebody has.
pub async fn end_waiting(db: &mut Connection, run: &RunId) -> Result<bool> {
    let ended = sqlx::query(
        "UPDATE run_jobs SET state = 'done' WHERE run_id = $1 AND state = 'queued' AND launched = 0",
    )
    .bind(run.as_str())
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Whether a container of this phase, made under `fence`, is one that the run needs or may come to need.
pub async fn needs(db: &mut Connection, run: &RunId, phase: &str, fence: i64) -> Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM run_jobs
          WHERE run_id = $1 AND phase = $2 AND state <> 'done' AND (launched = $3 OR fence <= $3)",
    )
    .bind(run.as_str())
    .bind(phase)
    .bind(fence)
    .fetch_one(db)
    .await?;
    Ok(count > 0)
}

/// Whether the run has something to do or is doing it.
pub async fn exists(db: &mut Connection, run: &RunId) -> Result<bool> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM run_jobs WHERE run_id = $1 AND state <> 'done'")
            .bind(run.as_str())
            .fetch_one(db)
            .await?;
    Ok(count > 0)
}

/// How many phases wait, and how many are held.
pub async fn depth(db: &mut Connection) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "SELECT COALESCE(CAST(SUM(CASE WHEN state = 'queued' THEN 1 ELSE 0 END) AS BIGINT), 0),
                COALESCE(CAST(SUM(CASE WHEN state = 'leased' THEN 1 ELSE 0 END) AS BIGINT), 0)
           FROM run_jobs",
    )
    .fetch_one(db)
    .await?)
}
