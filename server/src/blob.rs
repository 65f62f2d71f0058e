//! Object storage: logs, plans, states and the catalog live here, under keys that [`Blobs`] names.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::{
    ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload, WriteMultipart, path::Path as Key,
    prefix::PrefixStore,
};
use tokio::io::AsyncWriteExt as _;

use crate::error::{Error, Result};

/// Bytes of one part of an object that is written in parts, and how many are on their way at once.
const PART: usize = 8 << 20;
const PARTS: usize = 2;

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

    /// Writes an object as it comes in, whole or not at all.
    pub async fn put_stream(
        &self,
        key: &str,
        mut content: impl Stream<Item = Result<Bytes>> + Unpin,
    ) -> Result<()> {
        let upload = self.store.put_multipart(&Key::from(key)).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
        while let Some(bytes) = content.next().await {
            match bytes {
                Ok(bytes) => {
                    writer.wait_for_capacity(PARTS).await?;
                    writer.put(bytes);
                }
                Err(error) => {
                    writer.abort().await?;
                    return Err(error);
                }
            }
        }
        writer.finish().await?;
        Ok(())
    }

    /// Copies an object into a new file; false when there is none.
    pub async fn get_file(&self, key: &str, path: &Path) -> Result<bool> {
        let mut content = match self.store.get(&Key::from(key)).await {
            Ok(found) => found.into_stream(),
            Err(object_store::Error::NotFound { .. }) => return Ok(false),
            Err(e) => return Err(e.into()),
        };
        let mut file = tokio::fs::File::create_new(path).await.map_err(Error::internal)?;
        while let Some(bytes) = content.next().await {
            file.write_all(&bytes?).await.map_err(Error::internal)?;
        }
        file.flush().await.map_err(Error::internal)?;
        Ok(true)
    }

    /// What is below `prefix`.
    pub async fn list(&self, prefix: &str) -> Result<Vec<ObjectMeta>> {
        Ok(self.store.list(Some(&Key::from(prefix))).try_collect().await?)
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
