//! Runs: plan, approval and apply of a deployment, in throw-away containers, durable here.
//!
//! [`start`] and [`service`] are what people and programs ask for; a [`Worker`] claims phases from the queue and drives each through
//! the [`cloudoven_executor`]. Whatever a worker knows is in the database, in the blob store or on the run's volume, so that any
//! other can go on from there.

mod artefacts;
mod diff;
mod drive;
pub mod import;
mod lease;
pub mod log;
mod options;
mod outage;
pub mod plan;
mod reason;
pub mod service;
mod settle;
mod snapshot;
pub mod start;
mod status;
mod transition;
mod worker;
mod workspace;

pub use options::Options;
pub use status::{Event, Operation, Status};
pub use worker::Worker;
