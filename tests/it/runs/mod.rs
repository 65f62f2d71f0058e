//! Runs: real Terraform with the demo provider, in real containers.

mod apply;
mod failures;
mod kill;
pub mod support;
