//! The crawler's public surface: bundles in, catalog out.

// The exception for tests in clippy.toml does not reach their helper functions.
#![allow(clippy::unwrap_used)]

mod archives;
mod bundles;
mod catalog;
mod cli;
mod container;
mod corpus;
mod dialects;
mod diff;
mod examples;
mod growth;
mod html;
mod pages;
mod shapes;
mod stores;
mod support;
