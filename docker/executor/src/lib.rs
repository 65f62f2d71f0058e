//! Somebody else's programs in locked-down containers of a Docker engine.
//!
//! The [`Executor`] runs the phases of a run, each on a durable volume of its own, for workers that come and go.
//! It knows engines, containers and files; what a phase or a schema means is its caller's.

mod docker;
mod mirror;
mod phase;

pub use docker::{DockerConfig, DockerExecutor, Names};
pub use mirror::{LocalPackage, Package};
pub use phase::{
    Activity, CLI_CONFIG, Environment, ExecError, ExecResult, Executor, ExecutorStatus, Found, LaunchSpec,
    Limits, PROVIDERS, PhaseKey, RUNNER_UID, Signal, VolumeFile, WORK,
};
