//! A worker's right to a phase.

use cloudoven_executor::ExecError;

use crate::{
    app::App,
    error::Error,
    store::{RunId, Tx, run_jobs},
};

/// Milliseconds that a lease lasts without being renewed.
pub fn duration(app: &App) -> i64 {
    i64::from(app.config.run_lease.max(1)) * 1000
}

/// Why a worker stops working on a phase.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// Another worker has the phase. Nothing may be written any more.
    #[error("another worker has taken the run over")]
    Lost,
    /// This process is to end.
    #[error("the run is left to another worker")]
    Stopped,
    /// Somebody asked for the end of a run that can be ended without its engine.
    #[error("the run is canceled")]
    Canceled,
    #[error(transparent)]
    Exec(#[from] ExecError),
    #[error(transparent)]
    Other(#[from] Error),
}

pub type WorkResult<T> = Result<T, WorkError>;

impl From<anyhow::Error> for WorkError {
    fn from(cause: anyhow::Error) -> Self {
        WorkError::Other(cause.into())
    }
}

/// The right to a phase, as long as nobody has claimed it since.
#[derive(Clone)]
pub struct Lease {
    pub app: App,
    pub run: RunId,
    pub fence: i64,
}

impl Lease {
    /// A transaction in which the lease is held, and renewed when it commits.
    pub async fn begin(&self) -> WorkResult<Tx> {
        let mut tx = self.app.db.begin().await?;
        if !run_jobs::hold(&self.app.db, &mut tx, &self.run, self.fence, duration(&self.app)).await? {
            return Err(WorkError::Lost);
        }
        Ok(tx)
    }

    /// Commits what [`Lease::begin`] began.
    pub async fn commit(&self, tx: Tx) -> WorkResult<()> {
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }

    /// Renews the lease.
    pub async fn renew(&self) -> WorkResult<()> {
        let tx = self.begin().await?;
        self.commit(tx).await
    }

    /// Gives it back for another worker.
    pub async fn release(&self) -> WorkResult<()> {
        let mut tx = self.app.db.begin().await?;
        run_jobs::release(&mut tx, &self.run, self.fence).await?;
        self.commit(tx).await
    }
}
