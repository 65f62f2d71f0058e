//! Tells the tasks of this process at once what has changed. Other processes find out by looking now and then, so every
//! listener looks now and then as well.

use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

/// How often a listener looks by itself.
pub const LOOK: Duration = Duration::from_secs(1);

/// News of one kind of thing, told apart by `Id`.
#[derive(Debug)]
pub struct Hub<Id> {
    news: broadcast::Sender<Id>,
    queue: Notify,
    closing: CancellationToken,
}

impl<Id: Clone> Default for Hub<Id> {
    fn default() -> Self {
        Self { news: broadcast::Sender::new(1024), queue: Notify::new(), closing: CancellationToken::new() }
    }
}

impl<Id: Clone> Hub<Id> {
    /// Something about `id` has changed.
    pub fn changed(&self, id: &Id) {
        // Without listeners there is nobody to tell.
        let _ = self.news.send(id.clone());
    }

    /// There is something to claim.
    pub fn queued(&self) {
        self.queue.notify_one();
    }

    pub fn listen(&self, id: &Id) -> Listener<Id> {
        Listener { id: id.clone(), news: self.news.subscribe(), closing: self.closing.clone() }
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

/// Waits for news of one of them.
#[derive(Debug)]
pub struct Listener<Id> {
    id: Id,
    news: broadcast::Receiver<Id>,
    closing: CancellationToken,
}

impl<Id: Clone + PartialEq> Listener<Id> {
    /// Resolves when it may have changed.
    pub async fn wait(&mut self) {
        let news = async {
            // Having missed some is as good as news.
            while let Ok(id) = self.news.recv().await {
                if id == self.id {
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
