//! Tells the tasks of this process at once what has changed. Other processes find out by looking now and then, so every
//! listener looks now and then as well.

use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::store::RunId;

/// How often a listener looks by itself.
pub const LOOK: Duration = Duration::from_secs(1);

/// News of runs.
#[derive(Debug)]
pub struct Hub {
    runs: broadcast::Sender<RunId>,
    queue: Notify,
    closing: CancellationToken,
}

impl Default for Hub {
    fn default() -> Self {
        Self { runs: broadcast::Sender::new(1024), queue: Notify::new(), closing: CancellationToken::new() }
    }
}

impl Hub {
    /// The run's log, status or request to stop has changed.
    pub fn changed(&self, run: &RunId) {
        // Without listeners there is nobody to tell.
        let _ = self.runs.send(run.clone());
    }

    /// There is something to claim.
    pub fn queued(&self) {
        self.queue.notify_one();
    }

    pub fn listen(&self, run: &RunId) -> Listener {
        Listener { run: run.clone(), news: self.runs.subscribe(), closing: self.closing.clone() }
    }

    /// Ends what listens without end: the process stops.
    pub fn close(&self) {
        self.closing.cancel();
    }

    pub fn is_closed(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Resolves when there may be something to claim.
    pub async fn wait_for_queue(&self) {
        let _ = tokio::time::timeout(LOOK, self.queue.notified()).await;
    }
}

/// Waits for news of one run.
#[derive(Debug)]
pub struct Listener {
    run: RunId,
    news: broadcast::Receiver<RunId>,
    closing: CancellationToken,
}

impl Listener {
    /// Resolves when the run may have changed.
    pub async fn wait(&mut self) {
        let news = async {
            // Having missed some is as good as news.
            while let Ok(run) = self.news.recv().await {
                if run == self.run {
                    return;
                }
            }
        };
        tokio::select! {
            _ = tokio::time::timeout(LOOK, news) => {}
            () = self.closing.cancelled() => {}
        }
    }
}
