//! Crawls of a registry that speaks the real protocols, in good order and in bad.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a panic is how a test fails; short calls read better"
)]

mod broken;
mod docs;
mod packages;
mod resumed;
mod safety;
mod site;
mod support;
