//! Somebody else's programs in locked-down containers of a Docker engine.
//!
//! An [`Executor`] runs the phases of a run, each on a durable volume of its own, for workers that come and go. A
//! [`Sandbox`] runs one program where it can reach nothing, and keeps nothing but what the program printed. Both know
//! engines, containers and files; what is run in them is their caller's.

mod docker;
mod mirror;
mod phase;

pub use docker::{DockerConfig, DockerExecutor, End, INPUT, Input, Names, Outcome, Packer, Program, Sandbox};
pub use mirror::{LocalPackage, Package};
pub use phase::{
    Activity, CLI_CONFIG, Environment, ExecError, ExecResult, Executor, ExecutorStatus, Found, LaunchSpec,
    Limits, PROVIDERS, PhaseKey, RUNNER_UID, Signal, VolumeFile, WORK,
};
