//! The providers of the test corpus, read once per process.

use std::{path::Path, sync::Arc};

use cloudoven_crawler::{
    catalog, crawl,
    source::{self, Limits},
};

/// Every bundle's documents, one bundle after the other.
pub fn each(folder: &Path, mut visit: impl FnMut(&str, Vec<Arc<catalog::Document>>)) {
    for archive in provider_corpus::archives(folder).unwrap() {
        for provider in source::read(&archive, Limits::default()).unwrap() {
            let built = crawl::build(&provider).unwrap();
            let documents =
                built.documents.iter().map(|(_, json)| Arc::new(serde_json::from_slice(json).unwrap()));
            visit(&format!("{} {}", provider.address, provider.version), documents.collect());
        }
    }
}
