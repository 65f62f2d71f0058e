//! CloudOven's service: projects, blueprints, environments, deployments and runs of Terraform, over a browser and REST.
//!
//! Arrows point one way: `http` → `project`, `run`, `jobs`, `state`, `catalog`, `auth` → `store`, `blob`, `secret`.
//! `blueprint` is pure and reads only the crawler's catalog model.

pub mod app;
pub mod auth;
pub mod blob;
pub mod blueprint;
pub mod catalog;
pub mod clock;
pub mod config;
pub mod error;
pub mod http;
pub mod hub;
pub mod jobs;
pub mod lifecycle;
pub mod project;
pub mod run;
pub mod secret;
pub mod state;
pub mod store;
pub mod telemetry;
