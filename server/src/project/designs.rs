//! Documents that were read a moment ago. An edit of one reads only what it touches, so the next edit wants the last one's document.

use std::time::Duration;

use moka::future::Cache;

use super::{blueprints, design};
use crate::{app::App, blueprint::Document, error::Result, store::blueprints::Manifest};

/// Text of the documents that are kept, in bytes. Their trees take some twenty times as much.
const CAPACITY: u64 = 8 * 1024 * 1024;
/// How long a document is kept that nobody asks for.
const IDLE: Duration = Duration::from_secs(300);

/// Documents by what is in them, whatever blueprint or revision that is.
pub struct Designs(Cache<Manifest, Document>);

impl Default for Designs {
    fn default() -> Self {
        let weight = |_: &Manifest, document: &Document| {
            let bytes: usize = document.files().map(|(_, text)| text.len()).sum();
            u32::try_from(bytes.max(1024)).unwrap_or(u32::MAX)
        };
        Designs(Cache::builder().weigher(weight).max_capacity(CAPACITY).time_to_idle(IDLE).build())
    }
}

impl Designs {
    /// The document of a revision's files.
    pub(super) async fn document(&self, app: &App, files: &Manifest) -> Result<Document> {
        if let Some(document) = self.0.get(files).await {
            return Ok(document);
        }
        let document = design::parse(blueprints::contents(app, files).await?).await?;
        self.keep(files, &document).await;
        Ok(document)
    }

    /// Keeps the document that was stored as `files`.
    pub(super) async fn keep(&self, files: &Manifest, document: &Document) {
        self.0.insert(files.clone(), document.clone()).await;
    }
}
