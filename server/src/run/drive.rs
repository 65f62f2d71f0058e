//! One phase, from its claim to its end: launched at most once, followed by whoever holds the lease.

use std::time::Duration;

use cloudoven_executor::{Activity, ExecError, LaunchSpec, Limits, PhaseKey, Signal, WORK};
use futures::StreamExt as _;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    Event, Status, artefacts,
    lease::{self, Lease, WorkError, WorkResult},
    log::{FLUSH, LogWriter},
    outage::{Outage, RETRY},
    settle,
    snapshot::{Credentials, Snapshot, open_values},
    transition::advance,
    workspace::{self, APPLY, PHASE_FILE, PLAN},
};
use crate::{
    app::App,
    error::Error,
    secret::mask::Masker,
    state::{backend::MANAGED, managed},
    store::{deployments, run_jobs, run_jobs::Job, runs, runs::Run, states},
};

/// How often the request to stop is looked at, and managed state read while it is applied.
const LOOK: Duration = Duration::from_secs(1);
const STATE: Duration = Duration::from_secs(5);
/// How often a plan is launched whose container disappears.
const PLAN_LAUNCHES: i64 = 3;

/// A phase and everything that is known of it.
pub struct Drive {
    pub app: App,
    pub lease: Lease,
    pub job: Job,
    pub run: Run,
    pub snapshot: Snapshot,
    pub credentials: Credentials,
    pub masker: Masker,
    pub key: PhaseKey,
    pub limits: Limits,
    pub outage: Outage,
    /// Asks to leave the phase to others.
    pub stop: CancellationToken,
}

/// How a phase's container came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Exited {
        code: i64,
        out_of_memory: bool,
    },
    /// The container is gone, its volume is readable.
    OnlyVolume,
    /// Nothing is left.
    Gone,
    /// It was never started, or is a plan that was given up, and this is why.
    NotStarted(NotStarted),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotStarted {
    Canceled,
    Refused(String),
}

/// Works on a claimed phase until it is settled or `stop` asks to leave it to others.
pub async fn drive(app: &App, job: Job, stop: &CancellationToken) -> WorkResult<()> {
    let mut drive = Drive::load(app, job, stop).await?;
    drive.take_up().await?;
    let end = match drive.work().await {
        Err(WorkError::Stopped) => return drive.lease.release().await,
        Err(WorkError::Canceled) => NotStarted::Canceled,
        // A container that is gone is looked for again: a plan may be made once more.
        Err(WorkError::Exec(ExecError::Gone)) if drive.job.launched() => return Err(ExecError::Gone.into()),
        Err(WorkError::Exec(error)) if drive.may_give_up() => NotStarted::Refused(error.to_string()),
        other => return other,
    };
    settle::settle(&drive, &End::NotStarted(end)).await
}

impl Drive {
    async fn load(app: &App, job: Job, stop: &CancellationToken) -> WorkResult<Drive> {
        let mut db = app.db.read().await?;
        let run = runs::get(&mut db, &job.run()).await?;
        let deployment = deployments::get(&mut db, &run.deployment_id).await?;
        let values = open_values(app, &mut db, &deployment).await?;
        drop(db);
        let snapshot = Snapshot::load(app, &run.id, &run.snapshot_digest).await?;
        let outdated =
            if job.phase == APPLY { snapshot.outdated(&deployment, values.clone())? } else { None };
        let credentials = Credentials::of(values);
        let masker = snapshot.masker(&credentials)?;
        let lease = Lease { app: app.clone(), run: run.id.clone(), fence: job.fence };
        let key = PhaseKey { run: run.id.to_string(), phase: job.phase.clone(), fence: job.launch_fence() };
        let limits = app.runner_limits();
        let drive = Drive {
            app: app.clone(),
            lease,
            job,
            run,
            snapshot,
            credentials,
            masker,
            key,
            limits,
            outage: Outage::default(),
            stop: stop.clone(),
        };
        match outdated {
            // What was launched is followed to its end, whatever has changed since.
            Some(reason) if !drive.job.launched() => {
                settle::settle(&drive, &End::NotStarted(NotStarted::Refused(reason.to_owned()))).await?;
                Err(WorkError::Lost)
            }
            _ => Ok(drive),
        }
    }

    /// From wherever the phase is to its end.
    async fn work(&mut self) -> WorkResult<()> {
        let end = match self.place().await? {
            Some(end) => end,
            None => self.follow().await?,
        };
        settle::settle(self, &end).await
    }

    /// Moves the run into the phase, unless a worker before did.
    async fn take_up(&mut self) -> WorkResult<()> {
        if self.run.status.is_working() {
            return Ok(());
        }
        let mut tx = self.lease.begin().await?;
        self.run = runs::get(&mut tx, &self.run.id).await?;
        advance(&self.app, &mut tx, &self.run, Event::Claim, None, None).await?;
        self.run = runs::get(&mut tx, &self.run.id).await?;
        self.lease.commit(tx).await?;
        self.app.hub.changed(&self.run.id);
        Ok(())
    }

    /// Sees to it that the container has been started once. `None`: it has, and is to be followed.
    async fn place(&mut self) -> WorkResult<Option<End>> {
        loop {
            if !self.job.launched() {
                return self.launch().await;
            }
            match self.patiently(|| self.app.executor.activity(&self.key)).await? {
                Some(Activity::Created) => return self.start().await,
                Some(_) => return Ok(None),
                None if self.job.phase == PLAN && self.job.launches < PLAN_LAUNCHES => {
                    // A plan changes nothing, so it may be made again.
                    self.patiently(|| self.app.executor.remove(&self.key)).await?;
                    let mut tx = self.lease.begin().await?;
                    run_jobs::reset_launched(&mut tx, &self.run.id).await?;
                    self.lease.commit(tx).await?;
                    self.job.note_launched(false);
                    self.key.fence = self.job.launch_fence();
                }
                None => return Ok(Some(self.recover().await?)),
            }
        }
    }

    /// What is left of a phase whose container is gone.
    async fn recover(&self) -> WorkResult<End> {
        let version = &self.snapshot.terraform_version;
        let found = self.patiently(|| self.app.executor.recover(&self.key, version)).await?;
        Ok(if found { End::OnlyVolume } else { End::Gone })
    }

    async fn launch(&mut self) -> WorkResult<Option<End>> {
        if runs::cancel_request(&mut *self.app.db.read().await?, &self.run.id).await?.0 {
            return Ok(Some(End::NotStarted(NotStarted::Canceled)));
        }
        let spec = match self.spec().await? {
            Ok(spec) => spec,
            Err(reason) => return Ok(Some(End::NotStarted(NotStarted::Refused(reason)))),
        };
        self.patiently(|| self.app.executor.prepare(&spec)).await?;
        // From here on the container may be running, whatever becomes of this process: nobody may make another.
        let mut tx = self.lease.begin().await?;
        run_jobs::set_launched(&mut tx, &self.run.id).await?;
        self.lease.commit(tx).await?;
        self.job.note_launched(true);
        self.start().await
    }

    async fn start(&self) -> WorkResult<Option<End>> {
        let error = match self.patiently(|| self.app.executor.start(&self.key)).await {
            Err(WorkError::Exec(error)) => error,
            other => return other.map(|()| None),
        };
        // Whether anything has run the engine says itself, so that this is safe for an apply as well.
        let never_ran =
            self.patiently(|| self.app.executor.activity(&self.key)).await? == Some(Activity::Created);
        Ok(never_ran.then(|| End::NotStarted(NotStarted::Refused(error.to_string()))))
    }

    /// What to launch, or why the saved plan is refused.
    async fn spec(&self) -> WorkResult<Result<LaunchSpec, String>> {
        let latest = states::latest(&mut *self.app.db.read().await?, &self.run.deployment_id).await?;
        let managed = self.snapshot.backend == MANAGED;
        let latest = latest.filter(|_| managed);
        let mut inputs = workspace::Inputs::default();
        let phase = if self.job.phase == PLAN {
            inputs.lock_file = artefacts::fitting_lock_file(self).await?;
            workspace::plan_phase(self.run.operation, &self.run.options, false)
        } else {
            match artefacts::saved_plan(self, latest.as_ref().map_or("", |version| &version.digest)).await? {
                Ok((plan, lock_file)) => (inputs.plan, inputs.lock_file) = (Some(plan), lock_file),
                Err(reason) => return Ok(Err(reason)),
            }
            workspace::apply_phase(&self.snapshot.backend)
        };
        if let Some(version) = &latest {
            inputs.state = Some(managed::content(&self.app, version).await?);
        }
        Ok(Ok(LaunchSpec {
            key: self.key.clone(),
            terraform_version: self.snapshot.terraform_version.clone(),
            arguments: vec![format!("{}/{PHASE_FILE}", WORK)],
            environment: workspace::environment(&self.snapshot, &self.credentials)?,
            files: workspace::files(&self.snapshot, &phase, inputs)?,
        }))
    }

    /// Stores the container's output and watches over it until it ends.
    async fn follow(&self) -> WorkResult<End> {
        let source = format!("{}.{}", self.job.phase, self.key.fence);
        let mut log = LogWriter::resume(self.lease.clone(), source, self.masker.clone()).await?;
        let mut watch = Watch::new(self).await?;
        loop {
            let offset = log.restart(self.masker.clone());
            let mut output = match self.app.executor.output(&self.key, offset).await {
                Ok(output) => output,
                Err(error) => futures::stream::once(async { Err(error) }).boxed(),
            };
            let mut tick = interval(FLUSH);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    piece = output.next() => match piece {
                        Some(Ok(bytes)) => log.push(&bytes).await?,
                        Some(Err(error)) => {
                            tracing::warn!(run = %self.run.id, %error, "the output broke off");
                            self.outage.noticed();
                            sleep(RETRY).await;
                            break;
                        }
                        None => break,
                    },
                    _ = tick.tick() => {
                        log.flush().await?;
                        watch.look(self).await?;
                    }
                    () = self.stop.cancelled() => {
                        log.flush().await?;
                        return Err(WorkError::Stopped);
                    }
                }
            }
            match self.patiently(|| self.app.executor.activity(&self.key)).await? {
                Some(Activity::Exited { code, out_of_memory }) => {
                    log.finish().await?;
                    return Ok(End::Exited { code, out_of_memory });
                }
                Some(Activity::Created | Activity::Running) => watch.look(self).await?,
                None => return self.recover().await,
            }
        }
    }
}

/// What is done now and then while a container runs.
struct Watch {
    /// How often the lease is renewed.
    renew: Duration,
    renewed: Instant,
    looked: Instant,
    ingested: Instant,
    /// When the phase began, by the service's clock.
    since: i64,
    interrupted: Option<Instant>,
    killed: bool,
}

impl Watch {
    async fn new(drive: &Drive) -> WorkResult<Watch> {
        let now = Instant::now();
        let events = runs::events(&mut *drive.app.db.read().await?, &drive.run.id).await?;
        let since = events.iter().rev().find(|event| event.status.is_working()).map(|event| event.at.0);
        let since = since.unwrap_or(drive.run.updated_at.0);
        let renew = Duration::from_millis(u64::try_from(lease::duration(&drive.app) / 4).unwrap_or(1000));
        Ok(Watch { renew, renewed: now, looked: now, ingested: now, since, interrupted: None, killed: false })
    }

    async fn look(&mut self, drive: &Drive) -> WorkResult<()> {
        if self.renewed.elapsed() >= self.renew {
            drive.lease.renew().await?;
            self.renewed = Instant::now();
        }
        if self.looked.elapsed() >= LOOK {
            self.stop_if_asked(drive).await?;
            self.looked = Instant::now();
        }
        if drive.run.status == Status::Applying && self.ingested.elapsed() >= STATE {
            settle::ingest(drive).await?;
            self.ingested = Instant::now();
        }
        Ok(())
    }

    async fn stop_if_asked(&mut self, drive: &Drive) -> WorkResult<()> {
        let (requested, forced) =
            runs::cancel_request(&mut *drive.app.db.read().await?, &drive.run.id).await?;
        let late = settle::is_late(drive, self.since);
        let grace_over = late && self.interrupted.is_some_and(|at| at.elapsed() > drive.limits.grace);
        let signal = if (forced || grace_over) && !self.killed {
            Signal::Kill
        } else if (requested || late) && self.interrupted.is_none() {
            Signal::Interrupt
        } else {
            return Ok(());
        };
        match drive.app.executor.signal(&drive.key, signal).await {
            Ok(()) if signal == Signal::Kill => self.killed = true,
            Ok(()) => self.interrupted = Some(Instant::now()),
            Err(error) => {
                tracing::warn!(run = %drive.run.id, %error, "a run could not be signalled; trying again")
            }
        }
        Ok(())
    }
}

impl From<sqlx::Error> for WorkError {
    fn from(cause: sqlx::Error) -> Self {
        WorkError::Other(Error::from(cause))
    }
}
