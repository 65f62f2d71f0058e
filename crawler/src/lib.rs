//! Turns a Terraform provider's schema and documentation into a catalog of JSON documents in object storage.
//!
//! `source` says where a provider comes from, `schema` reads its schema, `docs` binds the documentation pages to it,
//! `http` is how it is fetched, `catalog` is the result and its layout. The crate knows no database and no web.

pub mod archive;
pub mod catalog;
pub mod constraint;
pub mod crawl;
pub mod docs;
mod error;
mod fingerprint;
pub mod http;
mod quality;
pub mod schema;
pub mod search;
pub mod source;

pub use error::{Error, Result};
