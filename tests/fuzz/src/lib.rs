//! What the targets of the blueprint engine share.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use cloudoven_blueprint::{Document, Files, Schemas};
use cloudoven_crawler::{crawl, source::ProviderSource};

/// The file that every input is the text of.
pub const FILE: &str = "main.tf";

/// A provider with every nesting that a schema can have.
pub static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
    let source = ProviderSource {
        address: "registry.example.com/acme/cloud".parse().expect("an address"),
        version: "1.0.0".into(),
        place: "schema".into(),
        schema: include_bytes!("../schema.json").to_vec(),
        pages: BTreeMap::new(),
        problems: Vec::new(),
    };
    let mut schemas = Schemas::new();
    for (_, json) in &crawl::build(&source).expect("a catalog").documents {
        schemas.add(Arc::new(serde_json::from_slice(json).expect("a document")));
    }
    schemas
});

/// The input as a blueprint of one file; `None` for what is no HCL.
pub fn document(bytes: &[u8]) -> Option<Document> {
    let mut files = Files::default();
    files.insert_bytes(FILE, bytes).ok()?;
    Document::parse(&files).ok()
}

/// The text of each file.
pub fn texts(document: &Document) -> BTreeMap<String, String> {
    document.files().map(|(name, text)| (name.to_owned(), text.to_string())).collect()
}
