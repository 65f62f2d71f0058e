//! Claims phases and drives them, and removes what ended runs have left on the engine.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    drive::drive,
    lease::{self, Lease, WorkError},
};
use crate::{
    app::App,
    error::Result,
    store::{RunId, run_jobs, run_jobs::Job},
};

/// How often what is left behind is looked for.
const SWEEP: Duration = Duration::from_secs(30);
/// Before a phase that could not be driven is given back.
const BACK_OFF: Duration = Duration::from_secs(2);

/// Works on as many phases at once as it has slots.
pub struct Worker {
    app: App,
    /// Different for every process that ever was.
    id: String,
    slots: Arc<Semaphore>,
}

impl Worker {
    pub fn new(app: App) -> Worker {
        let slots = usize::try_from(app.config.run_slots).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let id = format!("worker-{:016x}", rand::random::<u64>());
        Worker { app, id, slots: Arc::new(Semaphore::new(slots)) }
    }

    /// Works until `stop`, then gives back what it holds: containers go on, and another worker, or this one after a
    /// restart, takes them up again.
    pub async fn run(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        tasks.spawn(sweep_now_and_then(self.app.clone(), stop.clone()));
        loop {
            let permit = tokio::select! {
                permit = Arc::clone(&self.slots).acquire_owned() => permit,
                () = stop.cancelled() => break,
            };
            // The semaphore is never closed.
            let Ok(permit) = permit else { break };
            match run_jobs::claim(&self.app.db, &self.id, lease::duration(&self.app)).await {
                Ok(Some(job)) => {
                    let (app, stop) = (self.app.clone(), stop.clone());
                    tasks.spawn(async move {
                        work(&app, job, &stop).await;
                        drop(permit);
                    });
                    continue;
                }
                Ok(None) => drop(permit),
                Err(error) => tracing::warn!(%error, "the queue can't be read"),
            }
            tokio::select! {
                () = self.app.hub.wait_for_queue() => {}
                () = stop.cancelled() => break,
            }
        }
        tasks.close();
        tasks.wait().await;
    }
}

async fn work(app: &App, job: Job, stop: &CancellationToken) {
    let lease = Lease { app: app.clone(), run: job.run(), fence: job.fence };
    tracing::info!(run = %lease.run, phase = job.phase, fence = job.fence, "working on a run");
    match drive(app, job, stop).await {
        Ok(()) => {}
        Err(WorkError::Lost) => tracing::info!(run = %lease.run, "another worker goes on"),
        Err(error) => {
            tracing::error!(run = %lease.run, error = error_text(&error), "a run can't go on now; trying again");
            tokio::time::sleep(BACK_OFF).await;
            if let Err(error) = lease.release().await {
                tracing::warn!(run = %lease.run, error = error_text(&error), "a lease was not given back");
            }
        }
    }
}

/// The whole chain of causes: it is for the log, not for people.
fn error_text(error: &WorkError) -> String {
    match error {
        WorkError::Other(crate::error::Error::Internal(cause)) => format!("{cause:#}"),
        other => other.to_string(),
    }
}

async fn sweep_now_and_then(app: App, stop: CancellationToken) {
    loop {
        if let Err(error) = sweep(&app).await {
            tracing::debug!(%error, "the engine could not be swept");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Removes the containers and volumes of runs that have nothing to do any more.
async fn sweep(app: &App) -> Result<()> {
    let found =
        app.executor.list().await.map_err(|error| crate::error::Error::Unavailable(error.to_string()))?;
    for found in found {
        // The row is there before a container is made and until its artefacts are stored.
        let key = &found.key;
        let run = RunId(key.run.clone());
        if !run_jobs::needs(&mut *app.db.read().await?, &run, &key.phase, key.fence).await? {
            tracing::info!(%run, phase = key.phase, running = found.running, "removing what a run left");
            if let Err(error) = app.executor.remove(key).await {
                tracing::warn!(%run, %error, "a container could not be removed yet");
            }
        }
    }
    Ok(())
}
