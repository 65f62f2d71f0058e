//! Runs: real Terraform with the demo provider, in real containers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod apply;
mod backends;
mod engine;
mod failures;
mod faults;
mod git;
mod import;
mod kill;
mod options;
mod s3_blobs;
pub mod support;
