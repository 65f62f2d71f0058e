//! The contract between the worker and the first process of a run container.
//!
//! The worker writes a [`Phase`] on the run's volume and starts the container; the `cloudoven-entry` program runs
//! the phase's steps and keeps a [`PhaseResult`] beside it. A phase can be settled from that file alone, by a worker
//! that never saw it run.

use serde::{Deserialize, Serialize};

/// Marks the line that announces a step in a phase's output: the ASCII record separator, which Terraform never
/// prints, followed by `STEP ` and a [`StepMark`] as JSON. The mark only shapes how a log is shown: what happened is
/// read from [`PhaseResult`].
pub const STEP_MARK: &str = "\u{1e}STEP ";

/// Exit code of the entry when the volume is full: ENOSPC, errno(3). On a full disk there may be neither a log nor a
/// whole result, and an exit code needs no room.
pub const DISK_FULL: u8 = 28;

/// Exit code of the entry when it does not know what is asked of it: it is older than who asks.
pub const USAGE: u8 = 2;

/// What one container does: an ordered list of commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// Such as `plan` or `apply`.
    pub name: String,
    /// Directory that every step runs in.
    pub directory: String,
    /// Where the [`PhaseResult`] goes. When the file exists already the phase has run (or was being run), and the
    /// entry refuses to run it again.
    pub result: String,
    /// Bytes of output that are passed on; what exceeds them is dropped, with one line that says so.
    pub output_limit: u64,
    pub steps: Vec<Step>,
}

/// One command of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Such as `init`.
    pub name: String,
    /// The program and its arguments. No shell is involved.
    pub argv: Vec<String>,
    /// File that receives standard output instead of the container's output, such as the plan as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture: Option<Capture>,
    /// Runs even when an earlier step failed or the phase was interrupted: reads what is there, changes nothing.
    #[serde(default)]
    pub always: bool,
}

/// Where a step's standard output goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    pub path: String,
    /// Bytes; a step that writes more has failed.
    pub limit: u64,
}

/// What happened so far. Rewritten atomically before and after every step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseResult {
    pub phase: String,
    /// True once no step will run any more.
    pub finished: bool,
    /// The first signal that asked the phase to stop, such as `SIGINT`.
    pub interrupted_by: Option<String>,
    /// Steps that were started, in order.
    pub steps: Vec<StepResult>,
}

/// What happened to one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepResult {
    pub name: String,
    /// `None` while the step runs and when a signal ended it.
    pub exit_code: Option<i32>,
    /// Number of the signal that ended the step.
    pub signal: Option<i32>,
    /// Why the step failed, when it was not its own exit code.
    pub error: Option<String>,
    pub duration_ms: u64,
    /// Peak resident memory of the step's largest process, in KiB (`ru_maxrss`, getrusage(2)).
    pub peak_rss_kib: u64,
}

impl StepResult {
    /// A step that has been started and not ended.
    pub fn started(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            exit_code: None,
            signal: None,
            error: None,
            duration_ms: 0,
            peak_rss_kib: 0,
        }
    }

    /// Whether the step has ended, in whatever way.
    pub fn ended(&self) -> bool {
        self.exit_code.is_some() || self.signal.is_some() || self.error.is_some()
    }

    /// Whether the step ended well.
    pub fn succeeded(&self) -> bool {
        self.exit_code == Some(0) && self.error.is_none()
    }
}

impl PhaseResult {
    /// The named step, if it was started.
    pub fn step(&self, name: &str) -> Option<&StepResult> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The first step that failed.
    pub fn failure(&self) -> Option<&StepResult> {
        self.steps.iter().find(|step| step.ended() && !step.succeeded())
    }
}

/// The JSON of a line that starts with [`STEP_MARK`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum StepMark {
    Start { phase: String, step: String },
    End { phase: String, step: String, ok: bool, duration_ms: u64 },
}
