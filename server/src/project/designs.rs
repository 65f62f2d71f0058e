//! Documents that were read and checked a moment ago. An edit of one reads and checks only what it touches, so the next edit wants
//! the last one's document.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;

use super::{blueprints, design};
use crate::{
    app::App,
    blueprint::{Checked, Document, Schemas},
    error::Result,
    store::{BlueprintId, blueprints::Manifest},
};

/// Text of the documents that are kept, in bytes. Their trees take some twenty times as much.
const CAPACITY: u64 = 8 * 1024 * 1024;
/// How long a document is kept that nobody asks for.
const IDLE: Duration = Duration::from_secs(300);

pub struct Designs {
    /// By what is in them, whatever blueprint or revision that is.
    documents: Cache<Manifest, Document>,
    /// What was found in a blueprint the last time.
    /// Each of its modules by the folder; the root's is empty.
    checked: Cache<(BlueprintId, String), Arc<Checked>>,
}

impl Default for Designs {
    fn default() -> Self {
        let documents = Cache::builder().weigher(|_, document: &Document| weight(document));
        let checked = Cache::builder().weigher(|_, checked: &Arc<Checked>| weight(checked.document()));
        Designs {
            documents: documents.max_capacity(CAPACITY).time_to_idle(IDLE).build(),
            checked: checked.max_capacity(CAPACITY).time_to_idle(IDLE).build(),
        }
    }
}

fn weight(document: &Document) -> u32 {
    let bytes: usize = document.files().map(|(_, text)| text.len()).sum();
    u32::try_from(bytes.max(1024)).unwrap_or(u32::MAX)
}

impl Designs {
    /// The document of a revision's files.
    pub(super) async fn document(&self, app: &App, files: &Manifest) -> Result<Document> {
        if let Some(document) = self.documents.get(files).await {
            return Ok(document);
        }
        let document = design::parse(blueprints::contents(app, files).await?).await?;
        self.keep(files, &document).await;
        Ok(document)
    }

    /// Keeps the document that was stored as `files`.
    pub(super) async fn keep(&self, files: &Manifest, document: &Document) {
        self.documents.insert(files.clone(), document.clone()).await;
    }

    /// What is wrong with a module of a blueprint, by its folder. Worked out off the async threads.
    pub(super) async fn checked(
        &self,
        id: &BlueprintId,
        folder: &str,
        document: &Document,
        schemas: &Schemas,
    ) -> Result<Arc<Checked>> {
        let key = (id.clone(), folder.to_owned());
        let last = self.checked.get(&key).await;
        if let Some(last) = last.as_ref().filter(|last| last.is_of(document, schemas)) {
            return Ok(Arc::clone(last));
        }
        let (document, schemas) = (document.clone(), schemas.clone());
        let checked = design::blocking(move || match last {
            Some(last) => last.again(&document, &schemas),
            None => Checked::new(&document, &schemas),
        });
        let checked = Arc::new(checked.await?);
        self.checked.insert(key, Arc::clone(&checked)).await;
        Ok(checked)
    }
}
