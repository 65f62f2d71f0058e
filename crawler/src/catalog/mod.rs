//! The catalog: the model that a crawl produces and its layout in object storage.

pub mod diff;
mod location;
mod model;
mod references;
mod report;
mod store;
mod types;

pub use location::open_store;
pub use model::*;
pub use references::{Mention, Mentions, rank_references, rank_uses};
pub use report::*;
pub use store::{Catalog, NewVersion, Published};
pub use types::{ObjectAttribute, Type};
