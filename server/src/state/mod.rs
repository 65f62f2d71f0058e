//! Terraform state: where it is kept, what it holds, and the versions that CloudOven keeps itself.

pub mod backend;
pub mod managed;
pub mod pulled;
pub mod service;
mod view;

pub use view::{OutputView, ResourceView, StateHead, StateView};
