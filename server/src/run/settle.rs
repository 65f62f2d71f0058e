//! What a phase that has ended means for its run: artefacts and state are stored first, then the status is set, then
//! the container and the volume are removed.

use cloudoven_entry::{PhaseResult, StepResult};
use cloudoven_executor::ExecError;

use super::{
    Event, Operation,
    artefacts::{digest, keep_lock_file, key, put},
    drive::{Drive, End, NotStarted},
    import,
    lease::{WorkError, WorkResult},
    plan::PlanView,
    reason::{cut_reason, failure},
    transition::advance,
    workspace::{self, ARTEFACT_LIMIT, PLAN},
};
use crate::{
    state::{
        backend::MANAGED,
        managed::{self, Offer},
        pulled,
    },
    store::{
        StateVersionId, Tx, runs,
        runs::{Counts, SavedPlan},
        states::{self, PulledState},
    },
};

const RESULT_LIMIT: u64 = 1024 * 1024;

/// What became of a phase.
#[derive(Debug)]
struct Verdict {
    event: Event,
    reason: Option<String>,
}

impl Verdict {
    fn of(event: Event) -> Verdict {
        Verdict { event, reason: None }
    }

    fn because(event: Event, reason: impl Into<String>) -> Verdict {
        Verdict { event, reason: Some(reason.into()) }
    }
}

/// Settles an ended phase.
pub async fn settle(drive: &Drive, end: &End) -> WorkResult<()> {
    let result = match end {
        End::NotStarted(_) | End::Gone => None,
        End::Exited { .. } | End::OnlyVolume => read_result(drive).await?,
    };
    let mut verdict = verdict(drive, end, result.as_ref()).await?;
    let readable = matches!(end, End::Exited { .. } | End::OnlyVolume);
    if drive.run.operation == Operation::Import && readable {
        import::keep(drive).await?;
    }
    let mut plan = None;
    if matches!(verdict.event, Event::Planned { .. }) {
        match keep_plan(drive).await {
            Ok((counts, saved, waits)) => {
                plan = Some((counts, saved));
                verdict.event = Event::Planned { waits };
            }
            Err(WorkError::Exec(error @ ExecError::TooLarge { .. })) => {
                verdict = Verdict::because(Event::Fail, format!("the plan can't be kept: {error}"));
            }
            Err(error) => return Err(error),
        }
    }
    if drive.job.phase != PLAN && readable {
        if let Some(rejected) = ingest(drive).await? {
            let reason =
                format!("the state that the run left was not taken: {rejected}; it is kept with the run");
            verdict.reason =
                Some(verdict.reason.map_or(reason.clone(), |first| format!("{first}. {reason}")));
        }
        keep_errored_state(drive).await?;
    }
    let pulled = match &result {
        Some(result) => pulled_state(drive, result).await?,
        None => None,
    };
    if verdict.event == Event::Apply
        && let Some(text) = collect(drive, workspace::LOCK_FILE, ARTEFACT_LIMIT).await?
    {
        keep_lock_file(drive, &text).await?;
    }
    let mut tx = drive.lease.begin().await?;
    if let Some((counts, saved)) = &plan {
        runs::set_plan(&mut tx, &drive.run.id, *counts, saved).await?;
    }
    if let Some(state) = &pulled {
        states::set_pulled(&mut tx, state).await?;
    }
    finish(drive, tx, &verdict).await?;
    drive.app.hub.changed(&drive.run.id);
    drive.app.hub.queued();
    // Failing that, the sweep removes it: everything worth keeping is kept.
    if let Err(error) = drive.app.executor.remove(&drive.key).await {
        tracing::warn!(run = %drive.run.id, %error, "a container could not be removed yet");
    }
    Ok(())
}

async fn finish(drive: &Drive, mut tx: Tx, verdict: &Verdict) -> WorkResult<()> {
    let run = runs::get(&mut tx, &drive.run.id).await?;
    let reason = verdict.reason.as_deref();
    // A run that was taken off the queue before its phase began is in the status before it.
    advance(&drive.app, &mut tx, &run, verdict.event, None, reason).await?;
    if matches!(verdict.event, Event::Planned { waits: true }) {
        crate::store::run_jobs::end(&mut tx, &run.id).await?;
    }
    drive.lease.commit(tx).await
}

async fn read_result(drive: &Drive) -> WorkResult<Option<PhaseResult>> {
    let bytes = collect(drive, workspace::RESULT_FILE, RESULT_LIMIT).await?;
    // A file that a run has tampered with says nothing.
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

pub(super) async fn collect(drive: &Drive, path: &str, limit: u64) -> WorkResult<Option<Vec<u8>>> {
    drive.patiently(|| drive.app.executor.collect(&drive.key, path, limit)).await
}

async fn verdict(drive: &Drive, end: &End, result: Option<&PhaseResult>) -> WorkResult<Verdict> {
    let (requested, forced) = runs::cancel_request(&mut *drive.app.db.read().await?, &drive.run.id).await?;
    let is_plan = drive.job.phase == PLAN;
    match end {
        End::NotStarted(NotStarted::Canceled) => return Ok(Verdict::of(Event::Cancel)),
        End::NotStarted(NotStarted::Refused(reason)) => {
            let nothing = if is_plan { "" } else { ". Nothing was applied." };
            return Ok(Verdict::because(Event::Fail, format!("{reason}{nothing}")));
        }
        End::Gone if !is_plan => {
            return Ok(Verdict::because(
                Event::Lose,
                "the container and the volume of the apply are gone: look at what exists before anything else is applied",
            ));
        }
        _ => {}
    }
    let main = result.and_then(|result| result.step(&drive.job.phase));
    if is_plan && result.is_some_and(is_whole) && !requested {
        return Ok(Verdict::of(Event::Planned { waits: true }));
    }
    if !is_plan && main.is_some_and(StepResult::succeeded) {
        return Ok(Verdict::of(Event::Apply));
    }
    let cut_short = main.is_some_and(|step| !step.ended());
    if forced {
        return Ok(Verdict::because(Event::ForceCancel, cut_reason(drive, cut_short)));
    }
    if requested {
        return Ok(canceled(is_plan, main));
    }
    if !is_plan && cut_short && drive.snapshot.backend != MANAGED {
        return Ok(Verdict::because(Event::Lose, failure(drive, end, result).await?));
    }
    let reason = failure(drive, end, result).await?;
    let nothing = !is_plan && main.is_none();
    Ok(Verdict::because(
        Event::Fail,
        if nothing { format!("{reason}. Nothing was applied.") } else { reason },
    ))
}

/// Whether a plan came to its end. One that was interrupted has no failed step, but lacks the last ones.
fn is_whole(result: &PhaseResult) -> bool {
    let shown = result.step(workspace::SHOW).is_some_and(StepResult::succeeded);
    result.finished && shown && result.failure().is_none()
}

fn canceled(is_plan: bool, main: Option<&StepResult>) -> Verdict {
    match main {
        Some(_) if !is_plan => {
            Verdict::because(Event::Cancel, "stopped while it was applying; what was done is in the state")
        }
        None if !is_plan => Verdict::because(Event::Cancel, "stopped before anything was applied"),
        _ => Verdict::of(Event::Cancel),
    }
}

/// Whether the phase has taken longer than it may.
pub fn is_late(drive: &Drive, since: i64) -> bool {
    let limit = i64::try_from(drive.limits.timeout.as_millis()).unwrap_or(i64::MAX);
    drive.app.clock.now().0.saturating_sub(since) > limit
}

/// Takes managed state from the volume, while it is applied and afterwards. Returns why it was not taken.
pub async fn ingest(drive: &Drive) -> WorkResult<Option<managed::Rejected>> {
    if drive.snapshot.backend != MANAGED {
        return Ok(None);
    }
    let Some(state) = collect(drive, workspace::STATE_FILE, ARTEFACT_LIMIT).await? else { return Ok(None) };
    let owner = (&drive.run.deployment_id, &drive.run.id);
    match managed::offer(&drive.app, owner, &state, &drive.masker).await? {
        Offer::Known => Ok(None),
        Offer::New(version) => {
            let mut tx = drive.lease.begin().await?;
            let replaced = managed::adopt(&mut tx, &version).await?;
            drive.lease.commit(tx).await?;
            drive.app.hub.changed(&drive.run.id);
            forget(drive, &replaced).await;
            Ok(None)
        }
        Offer::Rejected(rejected) => {
            tracing::error!(run = %drive.run.id, %rejected, "a state was not taken");
            put(&drive.app, &key(&drive.run.id, "rejected.tfstate"), &state).await?;
            Ok(Some(rejected))
        }
    }
}

async fn forget(drive: &Drive, versions: &[StateVersionId]) {
    if let Err(error) = managed::forget(&drive.app, &drive.run.deployment_id, versions).await {
        tracing::warn!(run = %drive.run.id, %error, "earlier states of the run stay in the blob store");
    }
}

/// What the last step of an apply read back from the backend; nothing where the state is managed.
async fn pulled_state(drive: &Drive, result: &PhaseResult) -> WorkResult<Option<PulledState>> {
    if !result.step(workspace::STATE).is_some_and(StepResult::succeeded) {
        return Ok(None);
    }
    match collect(drive, workspace::STATE_PULL_FILE, ARTEFACT_LIMIT).await {
        Ok(Some(state)) => Ok(pulled::keep(&drive.app, &drive.run, &state, &drive.masker).await?),
        // The entry keeps to the limit, so that the run itself has written this.
        Ok(None) | Err(WorkError::Exec(ExecError::TooLarge { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Terraform leaves a file when a backend did not take the state; it is the only copy.
async fn keep_errored_state(drive: &Drive) -> WorkResult<()> {
    if let Some(state) = collect(drive, workspace::ERRORED_STATE_FILE, ARTEFACT_LIMIT).await? {
        put(&drive.app, &key(&drive.run.id, "errored.tfstate"), &state).await?;
        super::log::note(&drive.lease, "The backend did not take the state. It is kept with the run.")
            .await?;
    }
    Ok(())
}

/// Stores a plan's artefacts: what it changes, what it is bound to, and whether there is anything to apply.
async fn keep_plan(drive: &Drive) -> WorkResult<(Counts, SavedPlan, bool)> {
    let missing = |path: &str| WorkError::Other(anyhow::anyhow!("{path} is missing after a plan").into());
    let plan = collect(drive, workspace::PLAN_FILE, ARTEFACT_LIMIT).await?;
    let plan = plan.ok_or_else(|| missing(workspace::PLAN_FILE))?;
    let shown = collect(drive, workspace::SHOW_FILE, ARTEFACT_LIMIT).await?;
    let shown = shown.ok_or_else(|| missing(workspace::SHOW_FILE))?;
    let lock_file = collect(drive, workspace::LOCK_FILE, ARTEFACT_LIMIT).await?;
    let state = collect(drive, workspace::STATE_FILE, ARTEFACT_LIMIT).await?;
    let view = PlanView::read(&shown, &drive.masker)?;
    let saved = SavedPlan {
        plan_digest: digest(&plan),
        lock_digest: digest(lock_file.as_deref().unwrap_or_default()),
        state_digest: state.as_deref().map(managed::digest).unwrap_or_default(),
    };
    let run = &drive.run.id;
    put(&drive.app, &key(run, "plan"), &plan).await?;
    put(&drive.app, &key(run, "lock"), lock_file.as_deref().unwrap_or_default()).await?;
    put(&drive.app, &key(run, "view"), &serde_json::to_vec(&view).map_err(anyhow::Error::from)?).await?;
    Ok((view.counts, saved, drive.run.operation.may_apply() && view.applyable))
}
