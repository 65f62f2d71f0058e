//! What people and programs ask of runs that are there: to be shown, decided on, stopped.

use serde::Serialize;

use super::{
    Event, artefacts,
    plan::PlanView,
    snapshot::{Snapshot, open_values},
    transition::advance,
    workspace::APPLY,
};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    project::{Page, deployments as deployment_service},
    store::{
        Connection, DeploymentId, ProjectId, RunId, deployments, run_jobs, run_logs,
        run_logs::LogChunk,
        runs::{self, Run, RunEvent},
    },
};

const PAGE: i64 = 50;
/// Longest message or comment, bytes.
const MAX_TEXT: usize = 4_096;
/// Bytes of a log in one answer.
const MAX_LOG: i64 = 4 * 1024 * 1024;

/// What the caller may do with a run now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Actions {
    pub confirm: bool,
    pub discard: bool,
    /// Asks Terraform to finish what is in flight and save state.
    pub cancel: bool,
    /// Ends it at once; what is in flight is lost. Open once a cancel has been asked for.
    pub force_cancel: bool,
}

impl Actions {
    fn of(run: &Run) -> Actions {
        let may = |event| run.status.after(event).is_some();
        Actions {
            confirm: may(Event::Confirm),
            discard: may(Event::Discard),
            cancel: may(Event::Cancel) && !run.cancel_requested,
            force_cancel: run.status.is_working() && run.cancel_requested && !run.cancel_forced,
        }
    }
}

/// A run and what the caller may do with it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunView {
    #[serde(flatten)]
    pub run: Run,
    pub actions: Actions,
}

impl From<Run> for RunView {
    fn from(run: Run) -> RunView {
        let actions = Actions::of(&run);
        RunView { run, actions }
    }
}

pub(super) fn check_text(field: &str, text: &str) -> Result<()> {
    if text.len() > MAX_TEXT {
        return Err(Error::field(field, format!("use at most {MAX_TEXT} bytes")));
    }
    if text.contains('\0') {
        return Err(Error::field(field, "it can't hold the NUL character"));
    }
    Ok(())
}

async fn visible(db: &mut Connection, actor: &Actor, id: &RunId) -> Result<Run> {
    let run = runs::get(db, id).await?;
    deployment_service::visible(db, actor, &run.deployment_id).await.map_err(|_| Error::NotFound("run"))?;
    Ok(run)
}

pub async fn get(app: &App, actor: &Actor, id: &RunId) -> Result<RunView> {
    Ok(visible(&mut *app.db.read().await?, actor, id).await?.into())
}

/// A deployment's runs, newest first. `cursor`: the number of the last run of the page before.
pub async fn list(app: &App, actor: &Actor, id: &DeploymentId, cursor: Option<i64>) -> Result<Page<RunView>> {
    let mut db = app.db.read().await?;
    deployment_service::visible(&mut db, actor, id).await?;
    let mut items = runs::list(&mut db, id, cursor.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = i64::try_from(items.len()).unwrap_or(i64::MAX) > PAGE;
    if more {
        items.pop();
    }
    let next = items.last().filter(|_| more).map(|run| run.number.to_string());
    Ok(Page { items: items.into_iter().map(RunView::from).collect(), next })
}

/// A project's newest runs, for its overview.
pub async fn recent(app: &App, actor: &Actor, project: &ProjectId, limit: i64) -> Result<Vec<RunView>> {
    let mut db = app.db.read().await?;
    crate::store::projects::get(&mut db, project, actor.scope()).await?;
    let found = runs::recent(&mut db, project, limit.clamp(1, 200)).await?;
    Ok(found.into_iter().map(RunView::from).collect())
}

/// When it took which status, and through whom.
pub async fn events(app: &App, actor: &Actor, id: &RunId) -> Result<Vec<RunEvent>> {
    let mut db = app.db.read().await?;
    visible(&mut db, actor, id).await?;
    runs::events(&mut db, id).await
}

/// What the plan would do; nothing before there is a plan.
pub async fn plan(app: &App, actor: &Actor, id: &RunId) -> Result<Option<PlanView>> {
    let run = visible(&mut *app.db.read().await?, actor, id).await?;
    if run.saved.is_none() { Ok(None) } else { artefacts::plan_view(app, id).await }
}

/// Bytes of the log from `offset` on, as many as one answer holds, and the size of the whole.
pub async fn log(app: &App, actor: &Actor, id: &RunId, offset: i64) -> Result<(LogChunk, i64)> {
    let mut db = app.db.read().await?;
    visible(&mut db, actor, id).await?;
    let chunk = run_logs::read(&mut db, id, offset.max(0), MAX_LOG).await?;
    let (size, _) = run_logs::position(&mut db, id, "").await?;
    Ok((chunk, size))
}

/// Lets the plan be applied, exactly as it is.
pub async fn confirm(app: &App, actor: &Actor, id: &RunId, comment: &str) -> Result<RunView> {
    check_text("comment", comment)?;
    let mut tx = app.db.begin().await?;
    let run = visible(&mut tx, actor, id).await?;
    advance(app, &mut tx, &run, Event::Confirm, Some(&actor.id), None).await?;
    let deployment = deployments::get(&mut tx, &run.deployment_id).await?;
    let values = open_values(app, &mut tx, &deployment).await?;
    let snapshot = Snapshot::load(app, id, &run.snapshot_digest).await?;
    // The worker looks again before it applies: here it is for an answer at once.
    let stale = match snapshot.outdated(&deployment, values)? {
        Some(reason) => Some(reason),
        None => artefacts::stale_state(app, &run).await?,
    };
    let confirmed = runs::get(&mut tx, id).await?;
    match stale {
        Some(reason) => {
            advance(app, &mut tx, &confirmed, Event::Fail, Some(&actor.id), Some(reason)).await?;
        }
        None => {
            runs::set_approval(&mut tx, id, &actor.id, comment, app.clock.now()).await?;
            advance(app, &mut tx, &confirmed, Event::Enqueue, None, None).await?;
            run_jobs::enqueue(&mut tx, id, APPLY, app.clock.now().0).await?;
        }
    }
    let view = commit(app, tx, id).await?;
    match stale {
        Some(reason) => Err(Error::Conflict(reason.to_owned())),
        None => Ok(view),
    }
}

/// Lets a plan go without applying it, or takes note of an unknown outcome.
pub async fn discard(app: &App, actor: &Actor, id: &RunId, comment: &str) -> Result<RunView> {
    check_text("comment", comment)?;
    let mut tx = app.db.begin().await?;
    let run = visible(&mut tx, actor, id).await?;
    let reason = (!comment.is_empty()).then_some(comment);
    advance(app, &mut tx, &run, Event::Discard, Some(&actor.id), reason).await?;
    commit(app, tx, id).await
}

/// Stops a run: at once while it waits, else after what is in flight; with `force` without waiting for that.
pub async fn cancel(app: &App, actor: &Actor, id: &RunId, force: bool) -> Result<RunView> {
    let mut tx = app.db.begin().await?;
    let run = visible(&mut tx, actor, id).await?;
    // The job before the deployment, in the order in which a worker takes them.
    let idle = !run_jobs::exists(&mut tx, id).await? || run_jobs::end_waiting(&mut tx, id).await?;
    let run = Run { status: runs::get(&mut tx, id).await?.status, ..run };
    if run.status.after(Event::Cancel).is_none() {
        return Err(Error::Conflict(format!("run {} is {} and can't be canceled", run.number, run.status)));
    }
    if force && !Actions::of(&run).force_cancel {
        return Err(Error::Conflict(
            "ask for a cancel first, and force it when that does not end the run".into(),
        ));
    }
    if idle {
        advance(app, &mut tx, &run, Event::Cancel, Some(&actor.id), None).await?;
    } else {
        runs::request_cancel(&mut tx, id, force, app.clock.now()).await?;
        tracing::info!(run = %id, actor = %actor.id, force, "asked to stop a run");
    }
    commit(app, tx, id).await
}

async fn commit(app: &App, mut tx: crate::store::Tx, id: &RunId) -> Result<RunView> {
    let run = runs::get(&mut tx, id).await?;
    tx.commit().await?;
    app.hub.changed(id);
    app.hub.queued();
    Ok(run.into())
}

/// The run each time that it has changed, until it has ended.
pub fn watch(app: &App, id: &RunId) -> impl futures::Stream<Item = Result<RunView>> + Send + use<> {
    let listener = app.hub.listen(id);
    let state = (app.clone(), id.clone(), listener, None::<String>, false);
    futures::stream::try_unfold(state, |(app, id, mut listener, mut shown, ended)| async move {
        loop {
            if ended || app.hub.is_closed() {
                return Ok(None);
            }
            let view = RunView::from(runs::get(&mut *app.db.read().await?, &id).await?);
            let text = serde_json::to_string(&view)?;
            if shown.as_ref() != Some(&text) {
                shown = Some(text);
                let ended = view.run.status.is_final();
                return Ok(Some((view, (app, id, listener, shown, ended))));
            }
            listener.wait().await;
        }
    })
}

/// Waits until the run is neither waiting nor working, at most `limit`.
pub async fn wait(app: &App, actor: &Actor, id: &RunId, limit: std::time::Duration) -> Result<RunView> {
    let mut listener = app.hub.listen(id);
    let deadline = tokio::time::Instant::now() + limit;
    loop {
        let view = get(app, actor, id).await?;
        let settled = view.run.status.is_final() || view.actions.confirm;
        if settled || app.hub.is_closed() || tokio::time::Instant::now() >= deadline {
            return Ok(view);
        }
        let _ = tokio::time::timeout_at(deadline, listener.wait()).await;
    }
}
