//! The catalog: the model that a crawl produces and its layout in object storage.

mod address;
pub mod diff;
mod functions;
mod local;
mod location;
mod model;
mod publish;
mod references;
mod report;
mod store;
mod types;

pub use address::{Address, BUILTIN_HOST, DEFAULT_HOST};
pub use functions::{BuiltinFunction, Functions};
pub use location::open_store;
pub use model::*;
pub use publish::{GRACE, NewVersion, Pruned, Published};
pub use references::{Mention, Mentions, rank_references, rank_uses};
pub use report::*;
pub use store::Catalog;
pub(crate) use store::document_key;
pub use types::{ObjectAttribute, Type};
