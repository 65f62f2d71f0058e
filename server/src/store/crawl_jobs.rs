//! Crawls as background jobs, a row each. How workers share them is in [`crawl_queue`](super::crawl_queue).

use cloudoven_crawler::source::Stage;
use serde::{Deserialize, Serialize};

use super::{Connection, CrawlId, UserId, on_unique, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// Where a crawl takes providers from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrawlSource {
    Registry,
    /// An uploaded archive.
    Bundle,
}

/// How far a crawl is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CrawlStatus {
    Queued,
    Running,
    Done,
    Failed,
    Canceled,
}

impl CrawlStatus {
    pub fn is_final(self) -> bool {
        !matches!(self, CrawlStatus::Queued | CrawlStatus::Running)
    }

    /// The status in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            CrawlStatus::Queued => "queued",
            CrawlStatus::Running => "running",
            CrawlStatus::Done => "done",
            CrawlStatus::Failed => "failed",
            CrawlStatus::Canceled => "canceled",
        }
    }

    fn named(text: &str) -> Result<CrawlStatus> {
        let all = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Canceled];
        all.into_iter().find(|status| status.as_str() == text).ok_or_else(|| damaged("status", text))
    }
}

/// Something of a crawl that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CrawlProblem {
    /// A page's path, or another name.
    pub item: String,
    pub reason: String,
    /// How often it was reported.
    pub count: u64,
}

/// A provider version that a crawl has brought into the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CrawlResult {
    /// The provider's address, host included.
    pub provider: String,
    pub version: String,
    pub elements: u64,
    /// The same was in the catalog before.
    pub unchanged: bool,
}

/// How far the work is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CrawlProgress {
    /// `listing`, `pages`, `package`, `schema`, `reading` or `writing`; nothing before the first.
    #[schema(value_type = Option<String>)]
    pub stage: Option<Stage>,
    /// Items of this stage that are done.
    pub done: i64,
    /// Items of this stage; 0 while unknown.
    pub total: i64,
    /// Items a second, over the last seconds.
    pub rate: f64,
    /// Until this stage ends, if it goes on like this.
    pub seconds_left: Option<i64>,
    /// The first problems; `problem_count` is how many there are in all.
    pub problems: Vec<CrawlProblem>,
    pub problem_count: i64,
}

/// A crawl as a background job.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CrawlJob {
    pub id: CrawlId,
    pub source: CrawlSource,
    /// The provider's address, host included; empty for a bundle.
    pub provider: String,
    /// The version constraint (`latest` for the newest), or the bundle's file name.
    pub requested: String,
    /// Where the documentation is, when the registry is not to be asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub docs_url: String,
    pub status: CrawlStatus,
    /// Why it failed.
    pub reason: Option<String>,
    pub progress: CrawlProgress,
    pub results: Vec<CrawlResult>,
    /// How often a worker has begun or taken up the work.
    pub attempts: i64,
    /// The name of who asked for it.
    pub created_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    pub cancel_requested: bool,
}

rows! {
    struct Row {
        id: String,
        source: String,
        provider: String,
        requested: String,
        docs_url: String,
        status: String,
        reason: Option<String>,
        stage: Option<String>,
        done: i64,
        total: i64,
        rate: i64,
        problems: String,
        problem_count: i64,
        results: String,
        attempts: i64,
        created_by: Option<String>,
        created_at: i64,
        started_at: Option<i64>,
        ended_at: Option<i64>,
        cancel_requested: i64,
    }
}

fn damaged(what: &str, value: &str) -> Error {
    Error::internal(anyhow::anyhow!("a crawl job in the database has the {what} {value:?}"))
}

impl TryFrom<Row> for CrawlJob {
    type Error = Error;

    fn try_from(row: Row) -> Result<CrawlJob> {
        let stage = row.stage.as_deref().map(|s| serde_json::from_value(s.into())).transpose()?;
        let left = (row.total - row.done).max(0).saturating_mul(1000);
        let seconds_left = (row.rate > 0 && row.total > 0).then(|| left.div_euclid(row.rate.max(1)));
        Ok(CrawlJob {
            id: row.id.into(),
            source: if row.source == "bundle" { CrawlSource::Bundle } else { CrawlSource::Registry },
            provider: row.provider,
            requested: row.requested,
            docs_url: row.docs_url,
            status: CrawlStatus::named(&row.status)?,
            reason: row.reason,
            progress: CrawlProgress {
                stage,
                done: row.done,
                total: row.total,
                #[expect(clippy::cast_precision_loss, reason = "a rate is shown with two digits")]
                rate: row.rate as f64 / 1000.0,
                seconds_left,
                problems: serde_json::from_str(&row.problems)?,
                problem_count: row.problem_count,
            },
            results: serde_json::from_str(&row.results)?,
            attempts: row.attempts,
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            started_at: row.started_at.map(Timestamp),
            ended_at: row.ended_at.map(Timestamp),
            cancel_requested: row.cancel_requested != 0,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        sqlx::query_as(concat!(
            "SELECT j.id, j.source, j.provider, j.requested, j.docs_url, j.status, j.reason, j.stage, j.done, j.total,
                    j.rate, j.problems, j.problem_count, j.results, j.attempts, u.name AS created_by, j.created_at,
                    j.started_at, j.ended_at, j.cancel_requested
               FROM crawl_jobs j LEFT JOIN users u ON u.id = j.created_by ",
            $rest
        ))
    };
}

/// What makes a new job.
#[derive(Debug)]
pub struct NewCrawl<'a> {
    pub id: &'a CrawlId,
    pub source: CrawlSource,
    pub provider: &'a str,
    pub requested: &'a str,
    pub docs_url: &'a str,
    pub created_by: &'a UserId,
    pub idempotency_key: Option<&'a str>,
    pub now: Timestamp,
}

/// # Errors
/// A conflict while the same is queued or being crawled.
pub async fn insert(db: &mut Connection, job: &NewCrawl<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO crawl_jobs (id, source, provider, requested, docs_url, status, done, total, rate, problems,
                                 problem_count, results, attempts, created_by, idempotency_key, created_at,
                                 cancel_requested, fence, lease_until)
         VALUES ($1, $2, $3, $4, $5, 'queued', 0, 0, 0, '[]', 0, '[]', 0, $6, $7, $8, 0, 0, 0)",
    )
    .bind(job.id.as_str())
    .bind(if job.source == CrawlSource::Bundle { "bundle" } else { "registry" })
    .bind(job.provider)
    .bind(job.requested)
    .bind(job.docs_url)
    .bind(job.created_by.as_str())
    .bind(job.idempotency_key)
    .bind(job.now.0)
    .execute(db)
    .await
    .map_err(on_unique(asked_already()))?;
    Ok(())
}

fn asked_already() -> Error {
    Error::Conflict("this provider version is queued or being crawled already; wait for its end".into())
}

pub async fn get(db: &mut Connection, id: &CrawlId) -> Result<CrawlJob> {
    let row: Option<Row> = select!("WHERE j.id = $1").bind(id.as_str()).fetch_optional(db).await?;
    row.ok_or(Error::NotFound("crawl"))?.try_into()
}

/// The job that an earlier request with the same key has made.
pub async fn by_idempotency_key(db: &mut Connection, user: &UserId, key: &str) -> Result<Option<CrawlJob>> {
    let row: Option<Row> = select!("WHERE j.created_by = $1 AND j.idempotency_key = $2")
        .bind(user.as_str())
        .bind(key)
        .fetch_optional(db)
        .await?;
    row.map(CrawlJob::try_from).transpose()
}

/// Newest first, those before the job that was made `before.0` and has the id `before.1`.
pub async fn list(db: &mut Connection, before: (i64, &str), limit: i64) -> Result<Vec<CrawlJob>> {
    let rows: Vec<Row> = select!(
        "WHERE j.created_at < $1 OR (j.created_at = $1 AND j.id < $2) ORDER BY j.created_at DESC, j.id DESC LIMIT $3"
    )
    .bind(before.0)
    .bind(before.1)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(CrawlJob::try_from).collect()
}

/// Ends a job that waits; false when it does not.
pub async fn cancel_waiting(db: &mut Connection, id: &CrawlId, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE crawl_jobs SET status = 'canceled', ended_at = $2 WHERE id = $1 AND status = 'queued'",
    )
    .bind(id.as_str())
    .bind(now.0)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks the worker of a job to end it; false when there is none.
pub async fn request_cancel(db: &mut Connection, id: &CrawlId) -> Result<bool> {
    let done = sqlx::query("UPDATE crawl_jobs SET cancel_requested = 1 WHERE id = $1 AND status = 'running'")
        .bind(id.as_str())
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Queues a job again that has failed or was canceled; false for any other.
pub async fn requeue(db: &mut Connection, id: &CrawlId) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE crawl_jobs SET status = 'queued', reason = NULL, stage = NULL, done = 0, total = 0, problems = '[]',
                problem_count = 0, attempts = 0, cancel_requested = 0, started_at = NULL, ended_at = NULL
          WHERE id = $1 AND status IN ('failed', 'canceled')",
    )
    .bind(id.as_str())
    .execute(db)
    .await
    .map_err(on_unique(asked_already()))?;
    Ok(done.rows_affected() == 1)
}

/// Jobs that ended before `before`.
pub async fn ended_before(db: &mut Connection, before: Timestamp) -> Result<Vec<CrawlId>> {
    let ids: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM crawl_jobs WHERE ended_at < $1 ORDER BY ended_at LIMIT 1000")
            .bind(before.0)
            .fetch_all(db)
            .await?;
    Ok(ids.into_iter().map(|(id,)| id.into()).collect())
}

/// Forgets a job that has ended.
pub async fn delete(db: &mut Connection, id: &CrawlId) -> Result<()> {
    sqlx::query("DELETE FROM crawl_jobs WHERE id = $1 AND ended_at IS NOT NULL")
        .bind(id.as_str())
        .execute(db)
        .await?;
    Ok(())
}

pub async fn exists(db: &mut Connection, id: &CrawlId) -> Result<bool> {
    let found = sqlx::query_scalar("SELECT COUNT(*) FROM crawl_jobs WHERE id = $1");
    let count: i64 = found.bind(id.as_str()).fetch_one(db).await?;
    Ok(count > 0)
}

/// Whether a crawl of `provider`, or of a bundle that may hold it, waits or is worked on.
pub async fn at_work(db: &mut Connection, provider: &str) -> Result<bool> {
    let found = sqlx::query_scalar(
        "SELECT COUNT(*) FROM crawl_jobs WHERE provider IN ($1, '') AND status IN ('queued', 'running')",
    );
    let count: i64 = found.bind(provider).fetch_one(db).await?;
    Ok(count > 0)
}
