//! A worker's right to a crawl.

use crate::{
    app::App,
    error::Result,
    store::{
        Tx,
        crawl_jobs::{CrawlProgress, CrawlResult, CrawlStatus},
        crawl_queue::{self, Claim},
    },
};

/// Milliseconds that a lease lasts without being renewed; as long as that of a run.
pub fn duration(app: &App) -> i64 {
    i64::from(app.config.run_lease.max(1)) * 1000
}

/// What came of writing under a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Yes,
    /// Somebody asked for the end of the job.
    Canceled,
    /// Another worker has the job. Nothing was written.
    Lost,
}

/// The right to a job, as long as nobody has claimed it since.
#[derive(Clone)]
pub struct Lease {
    pub app: App,
    pub claim: Claim,
}

impl Lease {
    async fn begin(&self) -> Result<Option<Tx>> {
        let mut tx = self.app.db.begin().await?;
        let held = crawl_queue::hold(&self.app.db, &mut tx, &self.claim, duration(&self.app)).await?;
        Ok(held.then_some(tx))
    }

    /// Renews the lease and notes how far the work is.
    pub async fn renew(&self, progress: &CrawlProgress) -> Result<Held> {
        let Some(mut tx) = self.begin().await? else { return Ok(Held::Lost) };
        let canceled = crawl_queue::set_progress(&mut tx, &self.claim.id, progress).await?;
        tx.commit().await?;
        self.app.crawls.changed(&self.claim.id);
        Ok(if canceled { Held::Canceled } else { Held::Yes })
    }

    /// Ends the job; false when another worker has it.
    pub async fn end(
        &self,
        status: CrawlStatus,
        reason: Option<&str>,
        results: &[CrawlResult],
        progress: &CrawlProgress,
    ) -> Result<bool> {
        let Some(mut tx) = self.begin().await? else { return Ok(false) };
        let now = self.app.clock.now();
        crawl_queue::set_progress(&mut tx, &self.claim.id, progress).await?;
        crawl_queue::end(&mut tx, &self.claim.id, status, reason, results, now).await?;
        tx.commit().await?;
        self.app.crawls.changed(&self.claim.id);
        // Another crawl of the same provider may have waited for this end.
        self.app.crawls.queued();
        Ok(true)
    }

    /// Gives it back for another worker.
    pub async fn release(&self) -> Result<()> {
        let mut tx = self.app.db.begin().await?;
        crawl_queue::release(&mut tx, &self.claim).await?;
        tx.commit().await?;
        Ok(())
    }
}
