//! The catalog: the model that a crawl produces and its layout in object storage.

mod model;
mod types;

pub use model::*;
pub use types::{ObjectAttribute, Type};
