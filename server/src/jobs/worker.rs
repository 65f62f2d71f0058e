//! Claims crawls and works on them, and forgets old ones and what imports have left.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{crawl, lease, prune};
use crate::{app::App, project::import, store::crawl_queue};

/// How often what is old is looked for.
const PRUNE: Duration = Duration::from_secs(3600);

/// Works on as many crawls at once as it has slots.
pub struct Crawler {
    app: App,
    /// Different for every process that ever was.
    id: String,
    slots: Arc<Semaphore>,
}

impl Crawler {
    pub fn new(app: App) -> Crawler {
        let slots = usize::try_from(app.config.crawl_slots).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let id = format!("crawler-{:016x}", rand::random::<u64>());
        Crawler { app, id, slots: Arc::new(Semaphore::new(slots)) }
    }

    /// Works until `stop`, then gives back what it holds: another worker, or this one after a restart, goes on.
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tasks.spawn(prune_now_and_then(self.app.clone(), stop.clone()));
        loop {
            let permit = tokio::select! {
                permit = Arc::clone(&self.slots).acquire_owned() => permit,
                () = stop.cancelled() => break,
            };
            // The semaphore is never closed.
            let Ok(permit) = permit else { break };
            match crawl_queue::claim(&self.app.db, &self.id, lease::duration(&self.app)).await {
                Ok(Some(claim)) => {
                    let (app, stop) = (self.app.clone(), stop.clone());
                    tasks.spawn(async move {
                        crawl::work(&app, claim, &stop).await;
                        drop(permit);
                    });
                    continue;
                }
                Ok(None) => drop(permit),
                Err(error) => tracing::warn!(%error, "the queue of crawls can't be read"),
            }
            tokio::select! {
                () = self.app.crawls.wait_for_queue() => {}
                () = stop.cancelled() => break,
            }
        }
        tasks.close();
        tasks.wait().await;
    }
}

async fn prune_now_and_then(app: App, stop: CancellationToken) {
    loop {
        if let Err(error) = prune::prune(&app).await {
            tracing::warn!(%error, "old crawls could not be removed");
        }
        if let Err(error) = import::prune(&app).await {
            tracing::warn!(%error, "old previews of imports could not be removed");
        }
        tokio::select! {
            () = tokio::time::sleep(PRUNE) => {}
            () = stop.cancelled() => return,
        }
    }
}
