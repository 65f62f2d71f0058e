//! One binary for all tests over the public surfaces.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a panic is how a test fails; short calls read better"
)]

mod accounts;
mod api_docs;
mod assist;
mod blueprint;
mod catalog_mentions;
mod catalog_pages;
mod catalog_versions;
mod crawls;
mod deployments;
mod design;
mod designer_docs;
mod edits;
mod imports;
mod lsp;
mod openapi;
mod projects;
mod runs;
mod search;
mod settings_pages;
