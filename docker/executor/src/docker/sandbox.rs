//! One program, run once where it can reach nothing but a network that its caller names, and gone with everything it
//! wrote.
//!
//! There is no disk to fill: the root is read-only, the program's input lies on a volume that it may not write, its
//! output is read as it comes and kept nowhere, and what it writes to /tmp is memory.

use std::{
    collections::HashMap,
    fmt,
    fs::File,
    io::{self, Write},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bollard::{
    container::LogOutput,
    errors::Error as EngineError,
    query_parameters::{
        AttachContainerOptions, InspectContainerOptions, ListContainersOptions, RemoveContainerOptions,
        StartContainerOptions, StatsOptions, WaitContainerOptions,
    },
};
use futures::StreamExt as _;
use tokio::{
    io::AsyncWriteExt as _,
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Packer,
    engine::{Engine, PROBE, accept, fault},
    network::Network,
    owner::Owner,
    spec,
};
use crate::phase::{Environment, ExecError, ExecResult, Limits};

/// Where a program's input is in the container. It belongs to root, and so does all in it.
pub const INPUT: &str = "/sandbox";

/// The process that a container belongs to.
const OWNER: &str = "dev.cloudoven.sandbox";
/// [`Program::name`].
const NAME: &str = "dev.cloudoven.sandbox.name";
/// Seconds after which a container is nobody's any more.
const LIFETIME: &str = "dev.cloudoven.sandbox.seconds";
/// What making, filling and removing a container may take beside running it, and clocks may differ.
const SLACK: Duration = Duration::from_secs(20 * 60);

/// Bytes of standard error that are kept, the last ones, and that a program may print.
const STDERR_KEPT: usize = 16 * 1024;
const STDERR_LIMIT: usize = 32 * 1024 * 1024;

/// Packs a program's files.
pub type Input = Box<dyn FnOnce(&mut Packer<Box<dyn Write>>) -> io::Result<()> + Send>;

/// What to run.
pub struct Program {
    /// Tells people who look at the engine's containers what this one does.
    pub name: String,
    pub argv: Vec<String>,
    /// All of it, beside what the image sets.
    pub environment: Environment,
    /// Where it runs, below [`INPUT`].
    pub directory: String,
    /// Bytes that it may print to standard output.
    pub stdout_limit: usize,
    /// Where it is written instead of into [`Outcome::stdout`].
    pub stdout_file: Option<File>,
    /// Packs the files that it finds below [`INPUT`].
    pub input: Input,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("argv", &self.argv).finish_non_exhaustive()
    }
}

/// What became of a program.
#[derive(Debug)]
pub struct Outcome {
    pub end: End,
    pub stdout: Vec<u8>,
    /// The end of it.
    pub stderr: String,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Exited(i64),
    /// The kernel ended one of its processes, because they used more memory than they may.
    OutOfMemory,
    /// It was killed, having run for [`Limits::timeout`].
    TimedOut {
        /// At the end it had as many processes and threads as it may.
        most_processes: bool,
    },
    /// It was killed, having printed too much.
    TooMuchOutput,
}

/// Runs programs, each in a container of its own, without a network unless it is put on one.
#[derive(Debug)]
pub struct Sandbox {
    place: Arc<Place>,
    tasks: TaskTracker,
}

#[derive(Debug)]
struct Place {
    engine: Engine,
    image: String,
    limits: Limits,
    network: Option<Network>,
    owner: Option<Owner>,
}

impl Sandbox {
    /// `host`: `unix:///var/run/docker.sock` or `tcp://host:port`. `image` must be on the engine: none is pulled.
    /// [`Limits::grace`] is not used: a program that takes too long is killed at once.
    pub fn new(host: &str, image: &str, limits: Limits) -> Self {
        Self::within(host, image, limits, None)
    }

    /// The same on a network.
    pub(super) fn within(host: &str, image: &str, limits: Limits, network: Option<Network>) -> Self {
        let place = Place {
            engine: Engine::new(host),
            image: image.to_owned(),
            limits,
            network,
            owner: Owner::this(),
        };
        Self { place: Arc::new(place), tasks: TaskTracker::new() }
    }

    pub fn image(&self) -> &str {
        &self.place.image
    }

    pub fn limits(&self) -> &Limits {
        &self.place.limits
    }

    /// What the engine's containers run, such as `linux_amd64`.
    pub async fn platform(&self) -> ExecResult<String> {
        let version = tokio::time::timeout(PROBE, self.place.engine.docker().await?.version());
        let version =
            version.await.map_err(|_| ExecError::Unavailable("no answer in time".into()))?.map_err(fault)?;
        Ok(format!("{}_{}", version.os.unwrap_or_default(), version.arch.unwrap_or_default()))
    }

    /// Runs a program to its end. The container is removed in every case: when this future is dropped, then soon after;
    /// when this process dies, by the next one that runs something.
    pub async fn run(&self, program: Program) -> ExecResult<Outcome> {
        let stop = CancellationToken::new();
        let _stop_when_dropped = stop.clone().drop_guard();
        let place = Arc::clone(&self.place);
        let task = self.tasks.spawn(async move { place.run(program, &stop).await });
        task.await.map_err(|error| ExecError::Refused(format!("the run broke off: {error}")))?
    }

    /// Waits until the containers of dropped [`Sandbox::run`]s are removed. Nothing more can be run.
    pub async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Place {
    async fn run(&self, program: Program, stop: &CancellationToken) -> ExecResult<Outcome> {
        self.sweep().await?;
        let network = match &self.network {
            Some(network) => network.ready(&self.engine).await?,
            None => "none".to_owned(),
        };
        let body = spec::sandbox(&self.image, &self.limits, &network, self.labels(&program), &program);
        let container = match self.engine.create(None, body).await {
            Ok(container) => container,
            Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => {
                return Err(ExecError::ImageMissing(self.image.clone()));
            }
            Err(error) => return Err(fault(error)),
        };
        let outcome = tokio::select! {
            outcome = self.work(&container, program) => outcome,
            () = stop.cancelled() => Err(ExecError::Gone),
        };
        // What can't be removed now will be by a later sweep, and the outcome is as good.
        let _ = self.remove(&container).await;
        outcome
    }

    async fn work(&self, container: &str, program: Program) -> ExecResult<Outcome> {
        // Root owns it, and the container has nobody who may act as root.
        self.engine.upload_packed(container, INPUT, 0, program.input).await?;
        let docker = self.engine.docker().await?;
        let options = AttachContainerOptions {
            stream: true,
            stdout: true,
            stderr: true,
            ..AttachContainerOptions::default()
        };
        let mut output = docker.attach_container(container, Some(options)).await.map_err(fault)?.output;
        docker.start_container(container, None::<StartContainerOptions>).await.map_err(fault)?;
        let deadline = Instant::now() + self.limits.timeout;
        let mut printed = Printed {
            stdout: Vec::new(),
            stdout_file: program.stdout_file.map(tokio::fs::File::from_std),
            stdout_left: program.stdout_limit,
            stderr: Vec::new(),
            stderr_bytes: 0,
        };
        let end = loop {
            match timeout_at(deadline, output.next()).await {
                Err(_) => break self.timed_out(container).await,
                Ok(Some(piece)) => {
                    if !printed.add(piece.map_err(fault)?).await? {
                        break End::TooMuchOutput;
                    }
                }
                Ok(None) => match timeout_at(deadline, self.end(container)).await {
                    Ok(end) => break end?,
                    Err(_) => break self.timed_out(container).await,
                },
            }
        };
        printed.flush().await?;
        Ok(Outcome {
            end,
            stdout: printed.stdout,
            stderr: String::from_utf8_lossy(&printed.stderr).into_owned(),
        })
    }

    /// Waits for the end of a container.
    async fn end(&self, container: &str) -> ExecResult<End> {
        let docker = self.engine.docker().await?;
        match docker.wait_container(container, None::<WaitContainerOptions>).next().await {
            Some(Err(EngineError::DockerContainerWaitError { .. }) | Ok(_)) | None => {}
            Some(Err(error)) => return Err(fault(error)),
        }
        let inspected = docker.inspect_container(container, None::<InspectContainerOptions>).await;
        let state = inspected.map_err(fault)?.state.unwrap_or_default();
        let code = state.exit_code.unwrap_or(-1);
        Ok(if code != 0 && state.oom_killed == Some(true) { End::OutOfMemory } else { End::Exited(code) })
    }

    async fn timed_out(&self, container: &str) -> End {
        let processes = async {
            let options = StatsOptions { stream: false, one_shot: true };
            let docker = self.engine.docker().await.ok()?;
            docker.stats(container, Some(options)).next().await?.ok()?.pids_stats?.current
        };
        let processes = tokio::time::timeout(PROBE, processes).await.ok().flatten();
        let most = u64::from(self.limits.pids);
        End::TimedOut { most_processes: processes.is_some_and(|processes| processes >= most) }
    }

    fn labels(&self, program: &Program) -> HashMap<String, String> {
        let owner = self.owner.as_ref().map(Owner::label).unwrap_or_default();
        let lifetime = self.limits.timeout + SLACK;
        HashMap::from([
            (OWNER.to_owned(), owner),
            (NAME.to_owned(), program.name.clone()),
            (LIFETIME.to_owned(), lifetime.as_secs().to_string()),
        ])
    }

    /// Removes what processes left that have died.
    async fn sweep(&self) -> ExecResult<()> {
        let options = ListContainersOptions {
            all: true,
            filters: Some(HashMap::from([("label".to_owned(), vec![OWNER.to_owned()])])),
            ..ListContainersOptions::default()
        };
        let containers = self.engine.docker().await?.list_containers(Some(options)).await.map_err(fault)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        for container in containers {
            let (Some(id), Some(labels)) = (container.id, container.labels) else { continue };
            let label = |name| labels.get(name).map(String::as_str).unwrap_or_default();
            let lifetime: u64 = label(LIFETIME).parse().unwrap_or(0);
            let made = container.created.and_then(|made| u64::try_from(made).ok()).unwrap_or(now);
            let owner_died = self.owner.as_ref().is_some_and(|this| this.knows_dead(label(OWNER)));
            if owner_died || now.saturating_sub(made) > lifetime {
                // One that resists must not keep this process from working; the next one tries again.
                let _ = self.remove(&id).await;
            }
        }
        Ok(())
    }

    /// Removes a container and its volume. 409: somebody else is removing it.
    async fn remove(&self, container: &str) -> ExecResult<()> {
        let options = RemoveContainerOptions { force: true, v: true, link: false };
        accept(self.engine.docker().await?.remove_container(container, Some(options)).await, &[404, 409])
    }
}

/// What a program has printed so far.
struct Printed {
    stdout: Vec<u8>,
    /// Takes standard output instead.
    stdout_file: Option<tokio::fs::File>,
    stdout_left: usize,
    /// The last of it.
    stderr: Vec<u8>,
    stderr_bytes: usize,
}

impl Printed {
    /// Takes a piece in; false when it is too much.
    async fn add(&mut self, piece: LogOutput) -> ExecResult<bool> {
        match piece {
            LogOutput::StdErr { message } => {
                self.stderr_bytes = self.stderr_bytes.saturating_add(message.len());
                self.stderr.extend_from_slice(&message);
                let excess = self.stderr.len().saturating_sub(STDERR_KEPT);
                self.stderr.drain(..excess);
                Ok(self.stderr_bytes <= STDERR_LIMIT)
            }
            LogOutput::StdOut { message } | LogOutput::Console { message } => {
                let Some(left) = self.stdout_left.checked_sub(message.len()) else { return Ok(false) };
                self.stdout_left = left;
                match &mut self.stdout_file {
                    Some(file) => file.write_all(&message).await.map_err(|e| unwritten(&e))?,
                    None => self.stdout.extend_from_slice(&message),
                }
                Ok(true)
            }
            LogOutput::StdIn { .. } => Ok(true),
        }
    }

    async fn flush(&mut self) -> ExecResult<()> {
        match &mut self.stdout_file {
            Some(file) => file.flush().await.map_err(|e| unwritten(&e)),
            None => Ok(()),
        }
    }
}

fn unwritten(error: &io::Error) -> ExecError {
    ExecError::Refused(format!("what the program printed can't be kept: {error}"))
}
