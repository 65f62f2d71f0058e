//! CloudOven's service: projects, blueprints, environments, deployments and runs of Terraform, over a browser and REST.
//!
//! Arrows point one way: `http`, `lsp` → `project`, `run`, `jobs`, `state`, `catalog`, `auth` → `store`, `blob`, `secret`.
//! The blueprint engine is a crate of its own, `server/blueprint`: pure, it reads only the crawler's catalog model.

pub mod app;
pub mod auth;
pub mod blob;
pub mod catalog;
pub mod clock;
pub mod config;
pub mod error;
pub mod http;
pub mod hub;
pub mod jobs;
pub mod lifecycle;
pub mod lsp;
pub mod project;
pub mod run;
pub mod secret;
pub mod state;
pub mod store;
pub mod telemetry;

pub use cloudoven_blueprint as blueprint;
