//! The crawler's public surface: bundles in, catalog out.

mod bundles;
mod catalog;
mod cli;
mod corpus;
mod examples;
mod shapes;
mod support;
