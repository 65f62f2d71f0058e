//! The catalog: the model that a crawl produces and its layout in object storage.

pub mod diff;
mod location;
mod model;
mod report;
mod store;
mod types;

pub use location::open_store;
pub use model::*;
pub use report::*;
pub use store::{Catalog, NewVersion, Published};
pub use types::{ObjectAttribute, Type};
