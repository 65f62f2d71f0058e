//! The providers of the test corpus, read once per process.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use cloudoven_crawler::{
    catalog, crawl,
    source::{self, Limits},
};

/// Where the corpus is. None: it is not on this machine, which is said in one line; with CI=true that is a failure.
pub fn folder(tests: &str) -> Option<PathBuf> {
    let given = std::env::var_os("CLOUDOVEN_TEST_BUNDLES").map(PathBuf::from);
    let folder =
        given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/providers"));
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no provider bundles in {}", folder.display());
    println!("not run, no provider bundles in {}: {tests}", folder.display());
    None
}

/// Every bundle's documents, one bundle after the other.
pub fn each(folder: &Path, mut visit: impl FnMut(&str, Vec<Arc<catalog::Document>>)) {
    let mut archives: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    archives.retain(|path| path.extension().is_some_and(|e| e == "zst"));
    archives.sort();
    for archive in archives {
        for provider in source::read(&archive, Limits::default()).unwrap() {
            let built = crawl::build(&provider).unwrap();
            let documents =
                built.documents.iter().map(|(_, json)| Arc::new(serde_json::from_slice(json).unwrap()));
            visit(&format!("{} {}", provider.address, provider.version), documents.collect());
        }
    }
}
