//! The catalog's layout in object storage.
//!
//! ```text
//! catalog/v1/<host>/<namespace>/<name>/versions.json
//! catalog/v1/<host>/<namespace>/<name>/<version>/<digest>/{index.json, provider.json, resources/<type>.json, …}
//! catalog/v1/terraform/functions.json
//! ```
//!
//! A version is written whole, under a folder named by its digest; then `versions.json` is replaced in one step. A
//! reader sees the old version or the new one, never half of one, and what a reader has already looked up stays valid.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ListResult, ObjectStore, ObjectStoreExt, UpdateVersion, path::Path};
use serde::de::DeserializeOwned;

use super::{Address, Document, Index, Kind, NewVersion, VersionEntry, Versions};
use crate::error::{Error, Result};

const ROOT: &str = "catalog/v1";
/// Objects read or written at the same time.
pub(super) const CONCURRENCY: usize = 16;

/// A catalog in object storage.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub(super) store: Arc<dyn ObjectStore>,
    /// Where the objects of a version are, once known. A prefix stays readable after a re-crawl.
    pub(super) prefixes: Arc<Mutex<HashMap<(Address, String), String>>>,
}

impl Catalog {
    /// A catalog in `store`, which may be empty. See [`open_store`](super::open_store).
    pub fn open(store: Arc<dyn ObjectStore>) -> Self {
        Catalog { store, prefixes: Arc::default() }
    }

    /// Every provider that has a folder, by address, also when its first crawl has not come to an end. One listing per
    /// host and namespace.
    pub async fn list_folders(&self) -> Result<Vec<Address>> {
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
        Ok(providers)
    }

    /// Every provider that has at least one version, by address.
    pub async fn list_providers(&self) -> Result<Vec<Address>> {
        let listed: Vec<Option<Address>> = stream::iter(self.list_folders().await?)
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

    /// All of a version, as it was published; `None` when it is not in the catalog.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when its objects do not have the digest they were published with.
    pub async fn version(&self, address: &Address, version: &str) -> Result<Option<NewVersion>> {
        let Some(index) = self.index(address, version).await? else { return Ok(None) };
        let Some(prefix) = self.prefix(address, version).await? else { return Ok(None) };
        let prefix = Path::from(prefix);
        let listed: Vec<Path> =
            self.store.list(Some(&prefix)).map_ok(|object| object.location).try_collect().await?;
        let mut objects: BTreeMap<String, Bytes> = stream::iter(listed)
            .map(async |location| {
                let key = location.as_ref().strip_prefix(prefix.as_ref()).unwrap_or_default();
                let bytes = self.store.get(&location).await?.bytes().await?;
                Ok::<_, Error>((key.trim_start_matches('/').to_owned(), bytes))
            })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        objects.remove("index.json");
        let corrupt = |reason: String| Error::Corrupt { key: prefix.to_string(), reason };
        let mut documents = Vec::with_capacity(index.elements.len());
        for entry in index.elements {
            let key = document_key(entry.kind, &entry.name);
            let bytes = objects.remove(&key).ok_or_else(|| corrupt(format!("{key} is missing")))?;
            documents.push((entry, bytes));
        }
        let new = NewVersion {
            address: index.provider,
            version: index.version,
            documents,
            extras: objects,
            source: String::new(),
        };
        if new.digest() == index.digest {
            Ok(Some(new))
        } else {
            Err(corrupt("not what was published".into()))
        }
    }

    pub(super) async fn read_versions(&self, address: &Address) -> Result<Option<(Versions, UpdateVersion)>> {
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

    pub(super) fn remember(&self, address: &Address, entry: &VersionEntry) {
        let mut prefixes = self.prefixes.lock().unwrap_or_else(PoisonError::into_inner);
        prefixes.insert((address.clone(), entry.version.clone()), entry.prefix.clone());
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Path) -> Result<Option<(T, UpdateVersion)>> {
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

pub(super) fn folder(address: &Address) -> String {
    format!("{ROOT}/{address}")
}

pub(super) fn versions_key(address: &Address) -> Path {
    Path::from(format!("{}/versions.json", folder(address)))
}

/// `catalog/v1/<host>/<namespace>/<name>` back to an address.
fn address_of(path: &Path) -> Option<Address> {
    path.as_ref().strip_prefix(ROOT)?.strip_prefix('/')?.parse().ok()
}

/// The key of a document inside its version's folder.
pub(crate) fn document_key(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Provider => "provider.json".into(),
        _ => format!("{}/{name}.json", kind.folder()),
    }
}

pub(super) fn encode(value: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(value).expect("the model has string keys only").into()
}
