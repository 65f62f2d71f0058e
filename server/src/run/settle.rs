//! What a phase that has ended means for its run: artefacts and state are stored first, then the status is set, then
//! the container and the volume are removed.

use cloudoven_entry::{PhaseResult, StepResult};

use super::{
    Event,
    artefacts::{digest, keep_lock_file, key, put},
    drive::{Drive, End, NotStarted},
    executor::ExecError,
    lease::{WorkError, WorkResult},
    plan::PlanView,
    transition::advance,
    workspace::{self, ARTEFACT_LIMIT, PLAN},
};
use crate::{
    app::App,
    error::Result,
    state::{
        backend::MANAGED,
        managed::{self, Offer},
    },
    store::{
        RunId, StateVersionId, Tx, run_logs, runs,
        runs::{Counts, SavedPlan},
    },
};

const RESULT_LIMIT: u64 = 1024 * 1024;
/// Bytes at the end of a log in which its error is looked for.
const TAIL: i64 = 64 * 1024;

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
        End::NotStarted(_) | End::Gone | End::HandedOver => None,
        End::Exited { .. } | End::OnlyVolume => read_result(drive).await?,
    };
    let mut verdict = verdict(drive, end, result.as_ref()).await?;
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
    let readable = matches!(end, End::Exited { .. } | End::OnlyVolume);
    if drive.job.phase != PLAN && readable {
        if let Some(rejected) = ingest(drive).await? {
            let reason =
                format!("the state that the run left was not taken: {rejected}; it is kept with the run");
            verdict.reason =
                Some(verdict.reason.map_or(reason.clone(), |first| format!("{first}. {reason}")));
        }
        keep_errored_state(drive).await?;
    }
    if verdict.event == Event::Apply
        && let Some(text) = collect(drive, workspace::LOCK_FILE, ARTEFACT_LIMIT).await?
    {
        keep_lock_file(drive, &text).await?;
    }
    let mut tx = drive.lease.begin().await?;
    if let Some((counts, saved)) = &plan {
        runs::set_plan(&mut tx, &drive.run.id, *counts, saved).await?;
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

async fn collect(drive: &Drive, path: &str, limit: u64) -> WorkResult<Option<Vec<u8>>> {
    drive.patiently(|| drive.app.executor.collect(&drive.key, path, limit)).await
}

async fn verdict(drive: &Drive, end: &End, result: Option<&PhaseResult>) -> WorkResult<Verdict> {
    let (requested, forced) = runs::cancel_request(&mut *drive.app.db.read().await?, &drive.run.id).await?;
    let is_plan = drive.job.phase == PLAN;
    match end {
        End::NotStarted(NotStarted::Canceled) => return Ok(Verdict::of(Event::Cancel)),
        End::NotStarted(NotStarted::Refused(reason)) => return Ok(Verdict::because(Event::Fail, reason)),
        End::Gone if !is_plan => {
            return Ok(Verdict::because(
                Event::Lose,
                "the container and the volume of the apply are gone: look at what exists before anything else is applied",
            ));
        }
        _ => {}
    }
    let main = result.and_then(|result| result.step(&drive.job.phase));
    if is_plan && result.is_some_and(|result| result.finished && result.failure().is_none()) && !requested {
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
        return Ok(Verdict::because(Event::Lose, cut_reason(drive, true)));
    }
    let reason = failure(drive, end, result).await?;
    let nothing = !is_plan && main.is_none();
    Ok(Verdict::because(
        Event::Fail,
        if nothing { format!("{reason}. Nothing was applied.") } else { reason },
    ))
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

fn cut_reason(drive: &Drive, cut_short: bool) -> String {
    if drive.job.phase == PLAN || !cut_short {
        return "stopped by force".to_owned();
    }
    let kept = if drive.snapshot.backend == MANAGED {
        "what was finished is in the state"
    } else {
        "the backend may lack what was done since its last write and may still be locked"
    };
    format!("the apply was cut short; {kept}, and what was in flight may exist without being in it")
}

/// The most helpful thing to say about a phase that failed.
async fn failure(drive: &Drive, end: &End, result: Option<&PhaseResult>) -> WorkResult<String> {
    if let End::Exited { out_of_memory: true, .. } = end {
        return Ok(format!("the run needed more than its {} MiB of memory", drive.limits.memory_mib));
    }
    let log = log_tail(&drive.app, &drive.run.id).await?;
    if log.contains("no space left on device") {
        return Ok("the disk of the Docker engine is full; make room and run again".to_owned());
    }
    if result.is_some_and(|result| result.interrupted_by.is_some()) {
        return Ok("the run was stopped, for its time was up or the Docker engine went down".to_owned());
    }
    let step = result.and_then(PhaseResult::failure);
    Ok(match (step, end) {
        (Some(step), _) => {
            let detail = step.error.clone().or_else(|| first_error(&log));
            let detail = detail.unwrap_or_else(|| "look at the log".to_owned());
            format!("terraform {} failed: {detail}", step.name)
        }
        (None, End::Exited { code, .. }) if result.is_none_or(|result| result.steps.is_empty()) => {
            format!("the container ended before it began (exit code {code})")
        }
        (None, _) if drive.job.phase == PLAN => {
            "the container ended before the plan was made; plan again".to_owned()
        }
        (None, _) => cut_reason(drive, true),
    })
}

async fn log_tail(app: &App, run: &RunId) -> Result<String> {
    let mut db = app.db.read().await?;
    let (size, _) = run_logs::position(&mut db, run, "").await?;
    let chunk = run_logs::read(&mut db, run, (size - TAIL).max(0), TAIL).await?;
    Ok(String::from_utf8_lossy(&chunk.content).into_owned())
}

/// Terraform's first error since the last step began, without its frame and colours.
fn first_error(log: &str) -> Option<String> {
    let step = log.rsplit(cloudoven_entry::STEP_MARK).nth(1).unwrap_or(log);
    let plain = without_escapes(step);
    let line =
        plain.lines().find_map(|line| line.split_once("Error: ").map(|(_, text)| text.trim().to_owned()))?;
    (!line.is_empty()).then(|| line.chars().take(300).collect())
}

/// Text without ANSI escape sequences (ECMA-48, control sequences).
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
        } else if characters.next() == Some('[') {
            let _ = characters.by_ref().find(|c| ('@'..='~').contains(c));
        }
    }
    plain
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
    let collected = drive.app.executor.collect(&drive.key, workspace::STATE_FILE, ARTEFACT_LIMIT).await;
    let Some(state) = collected? else { return Ok(None) };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_the_last_step_is_found() {
        let log = "\u{1e}STEP {}\nError: old\n\u{1e}STEP {}\n\u{1b}[31m╷\u{1b}[0m\n\u{1b}[31m│\u{1b}[0m \u{1b}[1m\u{1b}[31mError: \u{1b}[0m\u{1b}[1mquota exceeded\u{1b}[0m\n\u{1e}STEP {}\n";
        assert_eq!(first_error(log).as_deref(), Some("quota exceeded"));
    }
}
