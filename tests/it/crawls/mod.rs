//! Crawls as background jobs: bundles over HTTP, registries, and what happens when processes die.

mod bundles;
mod queue;
mod registries;
mod support;
