//! An engine that does not answer for a while: waited for, and told about.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use cloudoven_executor::{ExecError, ExecResult};
use tokio::time::{Instant, sleep};

use super::{
    drive::Drive,
    lease::{WorkError, WorkResult},
    log,
    workspace::PLAN,
};
use crate::store::runs;

/// How long an engine that does not answer is waited for where nothing is lost by giving up.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
pub const RETRY: Duration = Duration::from_secs(1);

/// What a worker has seen of the engine's absence during a phase.
#[derive(Debug, Default)]
pub struct Outage {
    now: AtomicBool,
    ever: AtomicBool,
}

impl Outage {
    /// Notes that the engine left in the middle of something.
    pub fn noticed(&self) {
        self.ever.store(true, Relaxed);
    }

    /// Whether the engine has been away since this worker took the phase up.
    pub fn happened(&self) -> bool {
        self.ever.load(Relaxed)
    }
}

impl Drive {
    /// Repeats a call while the engine does not answer, and keeps the lease meanwhile. The run's log says that it waits.
    ///
    /// # Errors
    /// [`WorkError::Stopped`] when this process is to end, and where nothing is lost by it [`WorkError::Canceled`] and,
    /// in the end, [`ExecError::Unavailable`].
    pub async fn patiently<T, F>(&self, call: impl Fn() -> F) -> WorkResult<T>
    where
        F: Future<Output = ExecResult<T>>,
    {
        let started = Instant::now();
        loop {
            let reason = match call().await {
                Err(ExecError::Unavailable(reason)) => reason,
                result => {
                    self.tell_return().await?;
                    return Ok(result?);
                }
            };
            self.tell_absence(&reason).await?;
            self.lease.renew().await?;
            if self.may_give_up() {
                if runs::cancel_request(&mut *self.app.db.read().await?, &self.run.id).await?.0 {
                    return Err(WorkError::Canceled);
                }
                if started.elapsed() >= PATIENCE {
                    return Err(ExecError::Unavailable(reason).into());
                }
            }
            tokio::select! {
                () = sleep(RETRY) => {}
                () = self.stop.cancelled() => return Err(WorkError::Stopped),
            }
        }
    }

    /// Whether the phase may be ended without the engine. An apply that was launched may not: it may be going on, and
    /// its volume may hold the only copy of the state.
    pub fn may_give_up(&self) -> bool {
        self.job.phase == PLAN || !self.job.launched()
    }

    async fn tell_absence(&self, reason: &str) -> WorkResult<()> {
        self.outage.noticed();
        if self.outage.now.swap(true, Relaxed) {
            return Ok(());
        }
        tracing::warn!(run = %self.run.id, reason, "the engine does not answer");
        self.tell("The Docker engine does not answer. The run waits for it.").await
    }

    async fn tell_return(&self) -> WorkResult<()> {
        if !self.outage.now.swap(false, Relaxed) {
            return Ok(());
        }
        tracing::info!(run = %self.run.id, "the engine answers again");
        self.tell("The Docker engine answers again.").await
    }

    async fn tell(&self, text: &str) -> WorkResult<()> {
        log::note(&self.lease, text).await?;
        self.app.hub.changed(&self.run.id);
        Ok(())
    }
}
