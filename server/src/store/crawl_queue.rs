//! The crawls that wait or are worked on, and the leases on them.
//!
//! As with runs, a lease ends by the database's clock, claiming counts the fence up, and whoever claimed writes only in
//! transactions that start with [`hold`].

use super::{
    Connection, CrawlId, Db, Dialect,
    crawl_jobs::{CrawlProgress, CrawlResult, CrawlStatus},
};
use crate::{clock::Timestamp, error::Result};

/// A claimed job.
#[derive(Debug, Clone)]
pub struct Claim {
    pub id: CrawlId,
    pub fence: i64,
}

/// Claims the oldest job that waits and whose provider nobody works on, or that a worker has left, for `lease`
/// milliseconds.
pub async fn claim(db: &Db, worker: &str, lease: i64) -> Result<Option<Claim>> {
    let mut tx = db.begin().await?;
    let now = db.now(&mut tx).await?.0;
    let skip = if db.dialect() == Dialect::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    // The outer condition is not redundant: PostgreSQL may find the row changed once it has it.
    let sql = format!(
        "UPDATE crawl_jobs
            SET status = 'running', worker = $1, lease_until = $2, fence = fence + 1, attempts = attempts + 1,
                started_at = COALESCE(started_at, $3)
          WHERE id = (SELECT j.id FROM crawl_jobs j
                       WHERE (j.status = 'running' AND j.lease_until < $3)
                          OR (j.status = 'queued' AND NOT EXISTS (SELECT 1 FROM crawl_jobs o
                                                                   WHERE o.provider = j.provider AND o.status = 'running'))
                       ORDER BY j.created_at, j.id LIMIT 1 {skip})
            AND (status = 'queued' OR (status = 'running' AND lease_until < $3))
        RETURNING id, fence"
    );
    let claimed: sqlx::Result<Option<(String, i64)>> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(worker)
        .bind(now.saturating_add(lease))
        .bind(now)
        .fetch_optional(&mut *tx)
        .await;
    let claimed = match claimed {
        // Another worker has just begun with the same provider.
        Err(sqlx::Error::Database(e)) if e.is_unique_violation() => return Ok(None),
        other => other?,
    };
    tx.commit().await?;
    Ok(claimed.map(|(id, fence)| Claim { id: id.into(), fence }))
}

/// Renews the lease inside of `tx`; false when somebody else has it. The row stays locked until the commit.
pub async fn hold(db: &Db, tx: &mut Connection, claim: &Claim, lease: i64) -> Result<bool> {
    let now = db.now(&mut *tx).await?.0;
    let held = sqlx::query(
        "UPDATE crawl_jobs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND status = 'running'",
    )
    .bind(claim.id.as_str())
    .bind(claim.fence)
    .bind(now.saturating_add(lease))
    .execute(tx)
    .await?;
    Ok(held.rows_affected() == 1)
}

/// Notes how far the work is, and tells whether somebody asked for its end. Call it under [`hold`].
pub async fn set_progress(db: &mut Connection, id: &CrawlId, progress: &CrawlProgress) -> Result<bool> {
    let stage = progress.stage.map(serde_json::to_value).transpose()?;
    #[expect(clippy::cast_possible_truncation, reason = "a rate is small")]
    let rate = (progress.rate * 1000.0).round() as i64;
    let asked: i64 = sqlx::query_scalar(
        "UPDATE crawl_jobs SET stage = $2, done = $3, total = $4, rate = $5, problems = $6, problem_count = $7
          WHERE id = $1 RETURNING cancel_requested",
    )
    .bind(id.as_str())
    .bind(stage.as_ref().and_then(|stage| stage.as_str()))
    .bind(progress.done)
    .bind(progress.total)
    .bind(rate)
    .bind(serde_json::to_string(&progress.problems)?)
    .bind(progress.problem_count)
    .fetch_one(db)
    .await?;
    Ok(asked != 0)
}

/// Gives a lease back, so that another worker need not wait for its end. It was no attempt.
pub async fn release(db: &mut Connection, claim: &Claim) -> Result<()> {
    sqlx::query(
        "UPDATE crawl_jobs SET status = 'queued', worker = NULL, attempts = attempts - 1 WHERE id = $1 AND fence = $2",
    )
    .bind(claim.id.as_str())
    .bind(claim.fence)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a job. Call it under [`hold`], or for one that nobody works on.
pub async fn end(
    db: &mut Connection,
    id: &CrawlId,
    status: CrawlStatus,
    reason: Option<&str>,
    results: &[CrawlResult],
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE crawl_jobs SET status = $2, reason = $3, results = $4, ended_at = $5, rate = 0, worker = NULL WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(status.as_str())
    .bind(reason)
    .bind(serde_json::to_string(results)?)
    .bind(now.0)
    .execute(db)
    .await?;
    Ok(())
}
