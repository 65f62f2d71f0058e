//! Background jobs other than runs: crawls of providers into the catalog.
//!
//! [`service`] is what people and programs ask for; a [`Crawler`] claims jobs from the queue and works on each under a
//! lease. What a crawl has fetched is kept in the blob store, so that whoever takes it up again fetches nothing twice.

mod crawl;
pub mod download;
mod lease;
mod progress;
pub mod prune;
pub mod removal;
pub mod service;
mod source;
pub mod upload;
pub mod upstream;
mod worker;

pub use worker::Crawler;
