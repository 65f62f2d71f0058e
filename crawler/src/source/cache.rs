//! What a crawl has fetched, kept in object storage: an interrupted crawl goes on where it stopped, and a crawl of what
//! has not changed fetches nothing.
//!
//! ```text
//! crawl/v1/<host>/<namespace>/<name>/listings/<digest of URL>      kept with its validators, and asked for again
//! crawl/v1/<host>/<namespace>/<name>/<version>/pages/<digest>      published versions don't change: never asked again
//! crawl/v1/<host>/<namespace>/<name>/<version>/schemas/<digest>    what the provider said, by its package's digest
//! crawl/v1/<host>/<namespace>/<name>/<version>/packages/<digest>   until the schema has been read
//! ```
//!
//! An entry is a line of JSON and a body compressed with zstd. It is only worth what its digest says: one that is
//! damaged is as good as absent.

use std::{sync::Arc, time::Duration};

use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, buffered::BufWriter, path::Path};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
};
use url::Url;

use crate::{
    catalog::Address,
    error::{Error, Result},
    http::{Body, Validators},
};

const ROOT: &str = "crawl/v1";
/// Bytes of a body in an entry; the largest schema has 25 MB.
const MAX_BODY: u64 = 256 << 20;

/// A place for what crawls fetch.
#[derive(Debug, Clone)]
pub struct Cache {
    store: Arc<dyn ObjectStore>,
    keep: Keep,
}

/// How much is kept, per provider.
#[derive(Debug, Clone, Copy)]
pub struct Keep {
    /// Bytes in storage.
    pub bytes: u64,
    /// Since it was written.
    pub age: Duration,
}

impl Default for Keep {
    fn default() -> Self {
        Keep { bytes: 256 << 20, age: Duration::from_secs(90 * 24 * 3600) }
    }
}

/// What an entry is about; a folder.
#[derive(Debug, Clone, Copy)]
pub(super) enum Group<'a> {
    Listings,
    Pages(&'a str),
    Schemas(&'a str),
    Packages(&'a str),
}

/// The name of an entry.
#[derive(Debug, Clone)]
pub(super) struct Key(Path);

impl Key {
    /// `name` is what the entry is of: a URL, or a digest.
    pub fn new(address: &Address, group: Group, name: &str) -> Self {
        let folder = match group {
            Group::Listings => "listings".into(),
            Group::Pages(version) => format!("{version}/pages"),
            Group::Schemas(version) => format!("{version}/schemas"),
            Group::Packages(version) => format!("{version}/packages"),
        };
        Key(Path::from(format!("{ROOT}/{address}/{folder}/{}", hex::encode(Sha256::digest(name)))))
    }
}

#[derive(Serialize, Deserialize)]
struct Head {
    #[serde(flatten)]
    validators: Validators,
    url: String,
    content_type: String,
    sha256: String,
    bytes: u64,
}

impl Cache {
    /// A cache in `store`, which may hold other things too. See [`open_store`](crate::catalog::open_store).
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Cache { store, keep: Keep::default() }
    }

    /// A cache that keeps this much.
    pub fn keeping(self, keep: Keep) -> Self {
        Cache { keep, ..self }
    }

    /// `None` when there is no such entry, or it is damaged.
    pub(super) async fn get(&self, key: &Key) -> Result<Option<Body>> {
        let object = match self.store.get(&key.0).await {
            Ok(object) => object.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(e) => return Err(e.into()),
        };
        Ok(decode(&object))
    }

    pub(super) async fn put(&self, key: &Key, body: &Body) -> Result<()> {
        let Body { bytes, validators, url, content_type } = body.clone();
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let head = Head { validators, url: url.into(), content_type, sha256, bytes: bytes.len() as u64 };
        let mut object = serde_json::to_vec(&head).expect("the head has string keys only");
        object.push(b'\n');
        let compressed = zstd::bulk::compress(&bytes, 3).map_err(|e| Error::io("cache entry", e))?;
        object.extend(compressed);
        self.store.put(&key.0, object.into()).await?;
        Ok(())
    }

    pub(super) async fn remove(&self, key: &Key) -> Result<()> {
        match self.store.delete(&key.0).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Keeps a file, as it is.
    pub(super) async fn put_file(&self, key: &Key, file: &mut File) -> Result<()> {
        let fail = |e| Error::io("package in the cache", e);
        file.rewind().await.map_err(fail)?;
        let mut writer = BufWriter::new(self.store.clone(), key.0.clone());
        tokio::io::copy(file, &mut writer).await.map_err(fail)?;
        writer.shutdown().await.map_err(fail)
    }

    /// Writes a kept file into `file` and gives its SHA-256; `None` when there is none.
    pub(super) async fn get_file(&self, key: &Key, file: &mut File) -> Result<Option<String>> {
        let mut chunks = match self.store.get(&key.0).await {
            Ok(object) => object.into_stream(),
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(e) => return Err(e.into()),
        };
        let mut hasher = Sha256::new();
        while let Some(chunk) = chunks.try_next().await? {
            hasher.update(&chunk);
            file.write_all(&chunk).await.map_err(|e| Error::io("temporary file", e))?;
        }
        file.flush().await.map_err(|e| Error::io("temporary file", e))?;
        Ok(Some(hex::encode(hasher.finalize())))
    }

    /// Removes what is old, and of the rest the oldest until it is small enough.
    pub(super) async fn prune(&self, address: &Address) -> Result<()> {
        let prefix = Path::from(format!("{ROOT}/{address}"));
        let mut entries: Vec<ObjectMeta> = self.store.list(Some(&prefix)).try_collect().await?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.last_modified));
        let now = std::time::SystemTime::now();
        let mut total = 0_u64;
        for entry in entries {
            let age = now.duration_since(entry.last_modified.into()).unwrap_or_default();
            total = total.saturating_add(entry.size);
            if age > self.keep.age || total > self.keep.bytes {
                self.remove(&Key(entry.location)).await?;
            }
        }
        Ok(())
    }
}

fn decode(object: &[u8]) -> Option<Body> {
    let end = object.iter().position(|&byte| byte == b'\n')?;
    let head: Head = serde_json::from_slice(&object[..end]).ok()?;
    let size = usize::try_from(head.bytes).ok().filter(|_| head.bytes <= MAX_BODY)?;
    let bytes = zstd::bulk::decompress(&object[end + 1..], size).ok()?;
    let is_whole = bytes.len() == size && hex::encode(Sha256::digest(&bytes)) == head.sha256;
    let Head { validators, url, content_type, .. } = head;
    let url = Url::parse(&url).ok()?;
    is_whole.then(|| Body { bytes: bytes.into(), validators, url, content_type })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use object_store::memory::InMemory;

    use super::*;

    fn entry(text: &'static str) -> Body {
        let validators = Validators { etag: Some("\"1\"".into()), last_modified: None };
        let url = Url::parse("https://example.com/").unwrap();
        Body { bytes: Bytes::from_static(text.as_bytes()), validators, url, content_type: String::new() }
    }

    fn address() -> Address {
        "acme/cloud".parse().unwrap()
    }

    #[tokio::test]
    async fn keeps_entries_and_doubts_them() {
        let store = Arc::new(InMemory::new());
        let cache = Cache::new(store.clone());
        let key = Key::new(&address(), Group::Pages("1.0.0"), "https://example.com/a");
        assert!(cache.get(&key).await.unwrap().is_none());
        cache.put(&key, &entry("text")).await.unwrap();
        let found = cache.get(&key).await.unwrap().unwrap();
        assert_eq!((found.bytes.as_ref(), found.validators.etag.as_deref()), (&b"text"[..], Some("\"1\"")));

        let object = store.get(&key.0).await.unwrap().bytes().await.unwrap();
        for at in 0..object.len() {
            let mut damaged = object.to_vec();
            damaged[at] ^= 1;
            store.put(&key.0, damaged.into()).await.unwrap();
            // A head may still read well when a letter of the URL is another one; the body never.
            if let Some(found) = cache.get(&key).await.unwrap() {
                assert_eq!(found.bytes, "text");
            }
            store.put(&key.0, object.slice(..at).into()).await.unwrap();
            assert!(cache.get(&key).await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn an_entry_does_not_grow_beyond_what_its_head_says() {
        let store = Arc::new(InMemory::new());
        let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 3).unwrap();
        let head = format!(
            "{{\"url\":\"https://a/\",\"content_type\":\"\",\"sha256\":\"{}\",\"bytes\":10}}\n",
            "0".repeat(64)
        );
        let key = Key::new(&address(), Group::Listings, "bomb");
        store.put(&key.0, [head.as_bytes(), &bomb].concat().into()).await.unwrap();
        assert!(Cache::new(store).get(&key).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn forgets_what_is_too_much() {
        let store = Arc::new(InMemory::new());
        let cache = Cache::new(store.clone());
        let key = |name: &str| Key::new(&address(), Group::Pages("1.0.0"), name);
        for name in ["a", "b"] {
            cache.put(&key(name), &entry("text")).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let size = store.head(&key("a").0).await.unwrap().size;
        let small = cache.clone().keeping(Keep { bytes: size, ..Keep::default() });
        small.prune(&address()).await.unwrap();
        assert!(cache.get(&key("a")).await.unwrap().is_none());
        assert!(cache.get(&key("b")).await.unwrap().is_some());
        cache.keeping(Keep { age: Duration::ZERO, ..Keep::default() }).prune(&address()).await.unwrap();
        assert_eq!(store.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 0);
    }
}
