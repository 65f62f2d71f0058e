//! What the targets of the blueprint engine share.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use cloudoven_blueprint::{Document, Files, Schemas};
use cloudoven_crawler::{catalog::Index, crawl, source::ProviderSource};

/// The file that every input is the text of.
pub const FILE: &str = "main.tf";

/// A provider with every nesting that a schema can have.
pub static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| CATALOG.0.clone());

/// The names of what it has.
pub static INDEXES: LazyLock<Vec<Arc<Index>>> = LazyLock::new(|| vec![Arc::clone(&CATALOG.1)]);

static CATALOG: LazyLock<(Schemas, Arc<Index>)> = LazyLock::new(|| {
    let source = ProviderSource {
        address: "registry.example.com/acme/cloud".parse().expect("an address"),
        version: "1.0.0".into(),
        place: "schema".into(),
        schema: include_bytes!("../schema.json").to_vec(),
        pages: BTreeMap::new(),
        problems: Vec::new(),
    };
    let built = crawl::build(&source).expect("a catalog");
    let mut schemas = Schemas::new();
    for (_, json) in &built.documents {
        schemas.add(Arc::new(serde_json::from_slice(json).expect("a document")));
    }
    let elements = built.documents.into_iter().map(|(entry, _)| entry).collect();
    let index =
        Index { format: 1, provider: built.address, version: built.version, digest: String::new(), elements };
    (schemas, Arc::new(index))
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
