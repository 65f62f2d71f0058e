//! Object storage: logs, plans, states and the catalog live here, under keys that [`Blobs`] names.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, path::Path as Key, prefix::PrefixStore};

use crate::error::Result;

/// A store and the prefix under which everything of ours is.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Opens `file:///dir` (made when missing), `s3://bucket/prefix`, `az://container/prefix` or `gs://bucket/prefix`.
    /// Credentials come from the providers' usual environment variables.
    pub fn open(url: &str) -> anyhow::Result<Blobs> {
        let store = cloudoven_crawler::catalog::open_store(url).context("the blob store can't be opened")?;
        Ok(Blobs { store })
    }

    /// A local directory as a blob store URL.
    pub fn local_url(directory: &Path) -> String {
        format!("file://{}", directory.display())
    }

    pub fn store(&self) -> Arc<dyn ObjectStore> {
        self.store.clone()
    }

    /// The same store below `prefix`.
    pub fn below(&self, prefix: &str) -> Arc<dyn ObjectStore> {
        Arc::new(PrefixStore::new(self.store.clone(), prefix))
    }

    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.store.put(&Key::from(key), PutPayload::from_bytes(bytes.into())).await?;
        Ok(())
    }

    pub async fn get(&self, key: &str) -> Result<Option<Bytes>> {
        match self.store.get(&Key::from(key)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Removes the object; one that isn't there is fine.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Whether the store answers.
    pub async fn check(&self) -> Result<()> {
        self.get("health/probe").await.map(|_| ())
    }
}
