//! One crawl, from its claim to its end.

use std::time::Duration;

use cloudoven_crawler::{
    catalog::Published,
    crawl::{self, Report},
};
use tokio::{
    sync::Mutex,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    lease::{Held, Lease},
    progress::{Tracker, shortened},
    source, upload,
};
use crate::{
    app::App,
    error::{Error, Result},
    store::{
        crawl_jobs::{self, CrawlJob, CrawlProgress, CrawlResult, CrawlSource, CrawlStatus},
        crawl_queue::Claim,
    },
};

/// How often the lease is renewed, progress written and the request to stop looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often the work is begun when each time its worker disappears.
const MAX_ATTEMPTS: i64 = 5;
/// Characters of the reason why a crawl failed.
const MAX_REASON: usize = 2000;
/// How often the end of a crawl is written when the database does not answer.
const SETTLE: Duration = Duration::from_secs(2);

/// One provider at a time is read and written in this process: it is what takes memory.
static PUBLISHING: Mutex<()> = Mutex::const_new(());

/// Why the work ends.
enum End {
    Finished(Result<Vec<CrawlResult>>),
    Canceled,
    /// This process is to end.
    Stopped,
    /// Another worker has the job.
    Lost,
}

/// Works on a claimed job until it has ended or `stop` asks to leave it to others.
pub async fn work(app: &App, claim: Claim, stop: &CancellationToken) {
    let id = claim.id.clone();
    let lease = Lease { app: app.clone(), claim };
    let tracker = Tracker::default();
    tracing::info!(crawl = %id, fence = lease.claim.fence, "working on a crawl");
    // What came of it before is not in the way of what comes now: the first look at the lease is due at once.
    let end = tokio::select! {
        result = run(&lease, &tracker) => End::Finished(result),
        end = watch(&lease, &tracker, stop) => end,
    };
    let progress = tracker.snapshot();
    loop {
        match settle(&lease, &end, &progress).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(crawl = %id, %error, "the end of a crawl can't be written; trying again")
            }
        }
        tokio::select! {
            () = sleep(SETTLE) => {}
            // Its lease ends by itself.
            () = stop.cancelled() => return,
        }
    }
}

/// Keeps the lease until there is a reason to end.
async fn watch(lease: &Lease, tracker: &Tracker, stop: &CancellationToken) -> End {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return End::Stopped,
        }
        match lease.renew(&tracker.snapshot()).await {
            Ok(Held::Yes) => {}
            Ok(Held::Canceled) => return End::Canceled,
            Ok(Held::Lost) => return End::Lost,
            // The lease outlives a short outage; whoever takes over after a long one finds everything in the cache.
            Err(error) => tracing::warn!(crawl = %lease.claim.id, %error, "a lease could not be renewed"),
        }
    }
}

async fn run(lease: &Lease, tracker: &Tracker) -> Result<Vec<CrawlResult>> {
    let app = &lease.app;
    let job = crawl_jobs::get(&mut *app.db.read().await?, &lease.claim.id).await?;
    if job.attempts > MAX_ATTEMPTS {
        return Err(Error::Unavailable(format!(
            "given up after {MAX_ATTEMPTS} attempts, at each of which the server's process ended; its log and its \
             memory limit may say why"
        )));
    }
    let reports = match job.source {
        CrawlSource::Bundle => {
            let _one = PUBLISHING.lock().await;
            source::import_bundle(app, &job, tracker).await?
        }
        CrawlSource::Registry => {
            let providers = source::fetch(app, &job, tracker).await?;
            let _one = PUBLISHING.lock().await;
            let mut reports = Vec::new();
            for provider in providers {
                let report = crawl::import(app.catalogs.store(), provider, tracker).await;
                reports.push(report.map_err(source::told)?);
            }
            reports
        }
    };
    app.catalogs.refresh().await?;
    Ok(reports.into_iter().map(result).collect())
}

fn result(report: Report) -> CrawlResult {
    let elements = report.resources + report.data_sources + report.ephemeral_resources + report.functions;
    CrawlResult {
        provider: report.address.to_string(),
        version: report.version,
        elements: elements as u64,
        unchanged: report.published == Published::Unchanged,
    }
}

async fn settle(lease: &Lease, end: &End, progress: &CrawlProgress) -> Result<()> {
    let id = &lease.claim.id;
    let (status, reason, results) = match end {
        End::Lost => {
            tracing::info!(crawl = %id, "another worker goes on");
            return Ok(());
        }
        End::Stopped => return lease.release().await,
        End::Canceled => (CrawlStatus::Canceled, None, &[][..]),
        End::Finished(Ok(results)) => (CrawlStatus::Done, None, &results[..]),
        End::Finished(Err(error)) => (CrawlStatus::Failed, Some(why(error)), &[][..]),
    };
    let job = crawl_jobs::get(&mut *lease.app.db.read().await?, id).await?;
    if !lease.end(status, reason.as_deref(), results, progress).await? {
        return Ok(());
    }
    tracing::info!(crawl = %id, ?status, reason, problems = progress.problem_count, "a crawl has ended");
    tidy(&lease.app, &job, status).await;
    Ok(())
}

/// An upload is kept while the job may be tried again.
async fn tidy(app: &App, job: &CrawlJob, status: CrawlStatus) {
    if job.source == CrawlSource::Bundle
        && status == CrawlStatus::Done
        && let Err(error) = app.blobs.delete(&upload::key(&job.id)).await
    {
        tracing::warn!(crawl = %job.id, %error, "an imported bundle could not be removed yet");
    }
}

fn why(error: &Error) -> String {
    if let Error::Internal(cause) = error {
        tracing::error!(cause = format!("{cause:#}"), "a crawl failed by a fault of ours");
        return "something failed here; the server's log says what".into();
    }
    shortened(&error.to_string(), MAX_REASON)
}
