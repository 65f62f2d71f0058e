//! Where a phase happens: what the worker asks of an engine, whichever it is.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use serde::Serialize;

/// Where the phase's volume is in the container.
pub const WORK: &str = "/work";
/// Terraform's CLI configuration, below [`WORK`]; the executor writes it, since it knows the provider mirror.
pub const CLI_CONFIG: &str = "cli.tfrc";
/// Where the provider mirror is in the container.
pub const PROVIDERS: &str = "/providers";
/// The user and group of everything on the volume.
pub const RUNNER_UID: u64 = 65532;

/// One container of a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhaseKey {
    /// The run's id, made of ASCII letters, digits and hyphens: it is part of the container's name.
    pub run: String,
    /// `plan` or `apply`.
    pub phase: String,
    /// The lease's counter at the launch. A worker that was away and has lost its lease makes a container of another
    /// name, which nobody starts.
    pub fence: i64,
}

/// A file for the volume, or one from it.
#[derive(Clone, PartialEq, Eq)]
pub struct VolumeFile {
    /// Below [`WORK`], such as `config/main.tf`.
    pub path: String,
    pub content: Vec<u8>,
}

impl VolumeFile {
    pub fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: content.into() }
    }
}

impl fmt::Debug for VolumeFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.content.len())
    }
}

/// The whole environment of a container. Never printed: it holds credentials.
#[derive(Clone, Default)]
pub struct Environment(pub Vec<(String, String)>);

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Everything a container needs.
#[derive(Debug, Clone)]
pub struct LaunchSpec {
    pub key: PhaseKey,
    pub terraform_version: String,
    /// Arguments of the image's entry.
    pub arguments: Vec<String>,
    pub environment: Environment,
    /// Put on the volume before the start.
    pub files: Vec<VolumeFile>,
}

/// What a container is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Made, and never started.
    Created,
    Running,
    Exited {
        code: i64,
        /// The kernel ended a process because the memory limit was reached.
        out_of_memory: bool,
    },
}

/// A container that was found by its labels.
#[derive(Debug, Clone)]
pub struct Found {
    pub key: PhaseKey,
    pub running: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Asks Terraform to finish what is in flight, save state and leave.
    Interrupt,
    /// Ends everything at once.
    Kill,
}

/// Whether runs can happen, for health and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExecutorStatus {
    pub available: bool,
    /// The engine's name and version, or why there are no runs and what to do about it.
    pub message: String,
}

/// Why an engine did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    #[error("the Docker engine does not answer: {0}")]
    Unavailable(String),
    #[error("the runner image {0} is missing on the Docker engine; build it with `make runner-image`")]
    ImageMissing(String),
    /// The container or volume is not there.
    #[error("the run's container is gone")]
    Gone,
    #[error("the Docker engine's disk is full: {0}")]
    DiskFull(String),
    /// What was to be put into the container can't be read.
    #[error("the package can't be read: {0}")]
    Package(String),
    #[error("{path} is larger than {limit} bytes")]
    TooLarge { path: String, limit: u64 },
    #[error("the Docker engine refused: {0}")]
    Refused(String),
}

pub type ExecResult<T> = Result<T, ExecError>;

/// Runs phases in containers. A container's name follows from its [`PhaseKey`], so that every call may be repeated by
/// a worker that knows nothing of the one before it.
#[async_trait]
pub trait Executor: Send + Sync + fmt::Debug {
    /// Whether phases can be launched at all.
    async fn status(&self) -> ExecutorStatus;

    /// Makes the volume and the container and puts the files on it; starts nothing. What an earlier attempt that never
    /// started left behind is replaced.
    async fn prepare(&self, spec: &LaunchSpec) -> ExecResult<()>;

    /// Starts a prepared container. Harmless when it runs already.
    async fn start(&self, key: &PhaseKey) -> ExecResult<()>;

    /// What the container is doing; `None` when there is none.
    async fn activity(&self, key: &PhaseKey) -> ExecResult<Option<Activity>>;

    /// Output from byte `offset` on, until the container ends.
    async fn output(&self, key: &PhaseKey, offset: u64) -> ExecResult<BoxStream<'static, ExecResult<Bytes>>>;

    /// Sends a signal. Harmless when the container has ended.
    async fn signal(&self, key: &PhaseKey, signal: Signal) -> ExecResult<()>;

    /// A file of the phase's volume of at most `limit` bytes, while the container runs or afterwards; `None` when there
    /// is no such file.
    async fn collect(&self, key: &PhaseKey, path: &str, limit: u64) -> ExecResult<Option<Vec<u8>>>;

    /// Makes [`Executor::collect`] work on a volume whose container is gone. False when the volume is gone too.
    async fn recover(&self, key: &PhaseKey, terraform_version: &str) -> ExecResult<bool>;

    /// Removes the phase's container and volume.
    async fn remove(&self, key: &PhaseKey) -> ExecResult<()>;

    /// Every container and volume of this installation's runs.
    async fn list(&self) -> ExecResult<Vec<Found>>;
}

/// What a container may use.
#[derive(Debug, Clone)]
pub struct Limits {
    pub memory_mib: u64,
    pub cpus: f64,
    pub pids: u32,
    /// Scratch space in memory at /tmp.
    pub tmp_mib: u64,
    /// How long a phase may take before it is interrupted.
    pub timeout: Duration,
    /// Between the interrupt and the kill.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 1024,
            cpus: 2.0,
            pids: 256,
            tmp_mib: 64,
            timeout: Duration::from_secs(2 * 60 * 60),
            grace: Duration::from_secs(120),
        }
    }
}
