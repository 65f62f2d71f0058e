//! Moves runs from status to status in the database, with what follows from it.

use super::{Event, workspace};
use crate::{
    app::App,
    error::{Error, Result},
    store::{
        Connection, UserId, run_jobs,
        runs::{self, Run},
    },
};

/// Lets `event` happen to the run: its new status, and for one that frees the deployment, the next run's turn.
///
/// # Errors
/// A conflict, when it can't happen to a run in this status.
pub async fn advance(
    app: &App,
    tx: &mut Connection,
    run: &Run,
    event: Event,
    actor: Option<&UserId>,
    reason: Option<&str>,
) -> Result<()> {
    let next = run.status.after(event).ok_or_else(|| conflict(run))?;
    let now = app.clock.now();
    runs::lock_deployment(tx, &run.deployment_id).await?;
    if !runs::set_status(tx, &run.id, (run.status, next), actor, reason, now).await? {
        return Err(conflict(run));
    }
    if !next.holds_deployment() {
        run_jobs::end(tx, &run.id).await?;
        if run.operation.may_apply() {
            start_next(app, tx, run).await?;
        }
    } else if next.is_final() {
        run_jobs::end(tx, &run.id).await?;
    }
    Ok(())
}

async fn start_next(app: &App, tx: &mut Connection, ended: &Run) -> Result<()> {
    if let Some(next) = runs::next_pending(tx, &ended.deployment_id).await? {
        let next = runs::get(tx, &next).await?;
        let queued = next.status.after(Event::Enqueue).ok_or_else(|| conflict(&next))?;
        let now = app.clock.now();
        if runs::set_status(tx, &next.id, (next.status, queued), None, None, now).await? {
            run_jobs::enqueue(tx, &next.id, workspace::PLAN, now.0).await?;
        }
    }
    Ok(())
}

fn conflict(run: &Run) -> Error {
    Error::Conflict(format!("run {} is {} now; reload and look again", run.number, run.status))
}
