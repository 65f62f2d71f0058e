//! The catalog's layout in object storage.
//!
//! ```text
//! catalog/v1/<host>/<namespace>/<name>/versions.json
//! catalog/v1/<host>/<namespace>/<name>/<version>/<digest>/{index.json, provider.json, resources/<type>.json, …}
//! ```
//!
//! A version is written whole, under a folder named by its digest; then `versions.json` is replaced in one step. A
//! reader sees the old version or the new one, never half of one, and what a reader has already looked up stays valid.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ListResult, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion, path::Path};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{Address, Document, Entry, Index, Kind, VersionEntry, Versions};
use crate::error::{Error, Result};

const ROOT: &str = "catalog/v1";
/// Objects written at the same time.
const CONCURRENCY: usize = 16;
/// How often `versions.json` is read and replaced again when other crawls replace it in between.
const ATTEMPTS: usize = 8;

/// A catalog in object storage.
#[derive(Debug, Clone)]
pub struct Catalog {
    store: Arc<dyn ObjectStore>,
    /// Where the objects of a version are, once known. A prefix stays readable after a re-crawl.
    prefixes: Arc<Mutex<HashMap<(Address, String), String>>>,
}

/// A provider version ready to be written: every document as JSON, with its line of the index.
#[derive(Debug)]
pub struct NewVersion {
    pub address: Address,
    pub version: String,
    pub documents: Vec<(Entry, Bytes)>,
    /// Further objects of the version by file name, such as `report.json`.
    pub extras: BTreeMap<String, Bytes>,
    /// See [`VersionEntry::source`].
    pub source: String,
}

/// What [`Catalog::publish`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    Written,
    /// The same documents were there already; nothing was written.
    Unchanged,
}

impl NewVersion {
    fn index(&self) -> Index {
        let mut elements: Vec<Entry> = self.documents.iter().map(|(entry, _)| entry.clone()).collect();
        elements.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Index {
            format: 1,
            provider: self.address.clone(),
            version: self.version.clone(),
            digest: self.digest(),
            elements,
        }
    }

    /// SHA-256 over keys and contents in key order.
    fn digest(&self) -> String {
        let mut documents: Vec<_> = self
            .documents
            .iter()
            .map(|(entry, json)| (document_key(entry.kind, &entry.name), json))
            .chain(self.extras.iter().map(|(name, bytes)| (name.clone(), bytes)))
            .collect();
        documents.sort();
        let mut hasher = Sha256::new();
        for (key, json) in documents {
            // Lengths first, so that no two lists of documents read the same.
            hasher.update((key.len() as u64).to_le_bytes());
            hasher.update(key);
            hasher.update((json.len() as u64).to_le_bytes());
            hasher.update(json);
        }
        hex::encode(hasher.finalize())
    }
}

impl Catalog {
    /// A catalog in `store`, which may be empty. See [`open_store`](super::open_store).
    pub fn open(store: Arc<dyn ObjectStore>) -> Self {
        Catalog { store, prefixes: Arc::default() }
    }

    /// Every provider that has at least one version, by address. One listing per host and namespace.
    pub async fn list_providers(&self) -> Result<Vec<Address>> {
        let mut level = vec![Path::from(ROOT)];
        for _ in ["host", "namespace", "name"] {
            let listings: Vec<ListResult> = stream::iter(level)
                .map(|prefix| async move { self.store.list_with_delimiter(Some(&prefix)).await })
                .buffered(CONCURRENCY)
                .try_collect()
                .await?;
            level = listings.into_iter().flat_map(|listing| listing.common_prefixes).collect();
        }
        let mut providers: Vec<Address> = level.iter().filter_map(address_of).collect();
        providers.sort();
        // A crawl that has not finished leaves a folder without versions.json.
        let listed: Vec<Option<Address>> = stream::iter(providers)
            .map(|address| async move {
                let found = self.read_versions(&address).await?;
                Ok::<_, Error>(found.filter(|(v, _)| !v.versions.is_empty()).map(|_| address))
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        Ok(listed.into_iter().flatten().collect())
    }

    /// The versions of a provider, newest first; empty when it is not in the catalog.
    pub async fn versions(&self, address: &Address) -> Result<Versions> {
        Ok(self.read_versions(address).await?.map(|(versions, _)| versions).unwrap_or_default())
    }

    /// The index of one version; `None` when it is not in the catalog.
    pub async fn index(&self, address: &Address, version: &str) -> Result<Option<Index>> {
        let Some(prefix) = self.prefix(address, version).await? else { return Ok(None) };
        Ok(self.get(&Path::from(prefix).join("index.json")).await?.map(|(index, _)| index))
    }

    /// One document; `None` when the version or the element is not in the catalog. `name` is ignored for
    /// [`Kind::Provider`].
    pub async fn document(
        &self,
        address: &Address,
        version: &str,
        kind: Kind,
        name: &str,
    ) -> Result<Option<Document>> {
        let Some(prefix) = self.prefix(address, version).await? else { return Ok(None) };
        let key = Path::from(format!("{prefix}/{}", document_key(kind, name)));
        Ok(self.get(&key).await?.map(|(document, _)| document))
    }

    /// One of a version's further objects (see [`NewVersion::extras`]); `None` when the version has none of that name.
    pub async fn extra<T: DeserializeOwned>(
        &self,
        address: &Address,
        version: &str,
        name: &str,
    ) -> Result<Option<T>> {
        let Some(prefix) = self.prefix(address, version).await? else { return Ok(None) };
        Ok(self.get(&Path::from(format!("{prefix}/{name}"))).await?.map(|(value, _)| value))
    }

    /// The same for an object that is not JSON.
    pub async fn extra_bytes(&self, address: &Address, version: &str, name: &str) -> Result<Option<Bytes>> {
        let Some(prefix) = self.prefix(address, version).await? else { return Ok(None) };
        match self.store.get(&Path::from(format!("{prefix}/{name}"))).await {
            Ok(result) => Ok(Some(result.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// When a version was written as it is; `None` when it is not in the catalog.
    pub async fn written_at(&self, address: &Address, version: &str) -> Result<Option<SystemTime>> {
        let Some(prefix) = self.prefix(address, version).await? else { return Ok(None) };
        match self.store.head(&Path::from(prefix).join("index.json")).await {
            Ok(index) => Ok(Some(index.last_modified.into())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Writes a version and makes it visible.
    pub async fn publish(&self, new: &NewVersion) -> Result<Published> {
        let index = new.index();
        let present = self.versions(&new.address).await?;
        if let Some(same) =
            present.versions.iter().find(|v| v.version == new.version && v.digest == index.digest)
        {
            // Read anew for nothing: the next time it need not be.
            if !new.source.is_empty() && same.source != new.source {
                self.point_to(&new.address, VersionEntry { source: new.source.clone(), ..same.clone() })
                    .await?;
            }
            return Ok(Published::Unchanged);
        }
        let prefix = format!("{}/{}/{}", folder(&new.address), new.version, &index.digest[..16]);
        let objects = new
            .documents
            .iter()
            .map(|(entry, json)| (document_key(entry.kind, &entry.name), json.clone()))
            .chain(new.extras.iter().map(|(name, bytes)| (name.clone(), bytes.clone())))
            .chain([(String::from("index.json"), encode(&index))]);
        stream::iter(objects)
            .map(Ok::<_, Error>)
            .try_for_each_concurrent(CONCURRENCY, |(key, json)| {
                let key = Path::from(format!("{prefix}/{key}"));
                async move {
                    self.store.put(&key, json.into()).await?;
                    Ok(())
                }
            })
            .await?;
        let entry = VersionEntry {
            version: new.version.clone(),
            digest: index.digest,
            prefix,
            source: new.source.clone(),
        };
        self.point_to(&new.address, entry).await?;
        Ok(Published::Written)
    }

    async fn point_to(&self, address: &Address, entry: VersionEntry) -> Result<()> {
        self.change_versions(address, |versions| {
            versions.versions.retain(|v| v.version != entry.version);
            versions.versions.push(entry.clone());
            versions.versions.sort_by_cached_key(|v| Reverse(precedence(&v.version)));
        })
        .await?;
        self.remember(address, &entry);
        Ok(())
    }

    /// Takes a version out of the catalog; false when it is not there. What a reader has open may be gone under it.
    pub async fn remove(&self, address: &Address, version: &str) -> Result<bool> {
        let present = self.versions(address).await?;
        if !present.versions.iter().any(|v| v.version == version) {
            return Ok(false);
        }
        self.change_versions(address, |versions| versions.versions.retain(|v| v.version != version)).await?;
        let key = (address.clone(), version.to_owned());
        self.prefixes.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        let all = Path::from(format!("{}/{version}", folder(address)));
        let objects = self.store.list(Some(&all)).map_ok(|object| object.location).boxed();
        self.store.delete_stream(objects).try_for_each(|_| async { Ok(()) }).await?;
        Ok(true)
    }

    /// Replaces `versions.json` by compare-and-swap, where the store has it; a local directory has one writer.
    async fn change_versions(&self, address: &Address, change: impl Fn(&mut Versions)) -> Result<()> {
        let key = versions_key(address);
        for _ in 0..ATTEMPTS {
            let (mut versions, seen) = self.read_versions(address).await?.unzip();
            let versions = versions.get_or_insert_default();
            change(versions);
            let json = encode(&versions);
            let mode = seen.map_or(PutMode::Create, PutMode::Update);
            match self.store.put_opts(&key, json.clone().into(), PutOptions::from(mode)).await {
                Ok(_) => return Ok(()),
                Err(object_store::Error::NotImplemented { .. }) => {
                    self.store.put(&key, json.into()).await?;
                    return Ok(());
                }
                Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                }
                Err(e) => return Err(e.into()),
            }
        }
        Err(Error::Corrupt {
            key: key.to_string(),
            reason: "other crawls keep replacing it; try again".into(),
        })
    }

    async fn read_versions(&self, address: &Address) -> Result<Option<(Versions, UpdateVersion)>> {
        let found: Option<(Versions, UpdateVersion)> = self.get(&versions_key(address)).await?;
        for entry in found.iter().flat_map(|(versions, _)| &versions.versions) {
            self.remember(address, entry);
        }
        Ok(found)
    }

    async fn prefix(&self, address: &Address, version: &str) -> Result<Option<String>> {
        let key = (address.clone(), version.to_owned());
        let known = |catalog: &Self| {
            catalog.prefixes.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
        };
        if let Some(prefix) = known(self) {
            return Ok(Some(prefix));
        }
        self.read_versions(address).await?;
        Ok(known(self))
    }

    fn remember(&self, address: &Address, entry: &VersionEntry) {
        let mut prefixes = self.prefixes.lock().unwrap_or_else(PoisonError::into_inner);
        prefixes.insert((address.clone(), entry.version.clone()), entry.prefix.clone());
    }

    async fn get<T: DeserializeOwned>(&self, key: &Path) -> Result<Option<(T, UpdateVersion)>> {
        let result = match self.store.get(key).await {
            Ok(result) => result,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(e) => return Err(e.into()),
        };
        let seen = UpdateVersion { e_tag: result.meta.e_tag.clone(), version: result.meta.version.clone() };
        let bytes = result.bytes().await?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|e| Error::Corrupt { key: key.to_string(), reason: e.to_string() })?;
        Ok(Some((value, seen)))
    }
}

fn folder(address: &Address) -> String {
    format!("{ROOT}/{address}")
}

fn versions_key(address: &Address) -> Path {
    Path::from(format!("{}/versions.json", folder(address)))
}

/// `catalog/v1/<host>/<namespace>/<name>` back to an address.
fn address_of(path: &Path) -> Option<Address> {
    path.as_ref().strip_prefix(ROOT)?.strip_prefix('/')?.parse().ok()
}

fn document_key(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Provider => "provider.json".into(),
        _ => format!("{}/{name}.json", kind.folder()),
    }
}

/// Orders versions; what is not a semantic version comes before all that are.
fn precedence(version: &str) -> (Option<semver::Version>, String) {
    (semver::Version::parse(version).ok(), version.to_owned())
}

fn encode(value: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(value).expect("the model has string keys only").into()
}
