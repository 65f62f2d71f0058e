//! Writing to a catalog: whole versions, made visible in one step, and what is left of former ones.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectMeta, ObjectStoreExt, PutMode, PutOptions, path::Path};
use sha2::{Digest, Sha256};

use super::{
    Address, Catalog, Entry, Index, VersionEntry, Versions,
    store::{CONCURRENCY, document_key, encode, folder, versions_key},
};
use crate::error::{Error, Result};

/// How often `versions.json` is read and replaced again when other crawls replace it in between.
const ATTEMPTS: usize = 32;
/// How long the objects of a former crawl stay: readers that have looked them up may still be reading.
pub const GRACE: Duration = Duration::from_secs(24 * 3600);

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

/// What [`Catalog::prune`] removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Former crawls of a version.
    pub crawls: usize,
    pub objects: usize,
    pub bytes: u64,
}

impl NewVersion {
    /// The version's objects by key inside its folder, in the order of their keys; `index.json` is one of them.
    pub fn objects(&self) -> (Index, Vec<(String, Bytes)>) {
        let mut objects = self.content();
        let index = self.index(digest(&objects));
        objects.push(("index.json".into(), encode(&index)));
        objects.sort();
        (index, objects)
    }

    /// SHA-256 over keys and contents, `index.json` aside, in key order.
    pub fn digest(&self) -> String {
        digest(&self.content())
    }

    fn content(&self) -> Vec<(String, Bytes)> {
        let documents =
            self.documents.iter().map(|(entry, json)| (document_key(entry.kind, &entry.name), json.clone()));
        let extras = self.extras.iter().map(|(name, bytes)| (name.clone(), bytes.clone()));
        let mut content: Vec<_> = documents.chain(extras).collect();
        content.sort();
        content
    }

    fn index(&self, digest: String) -> Index {
        let mut elements: Vec<Entry> = self.documents.iter().map(|(entry, _)| entry.clone()).collect();
        elements.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Index { format: 1, provider: self.address.clone(), version: self.version.clone(), digest, elements }
    }
}

fn digest(content: &[(String, Bytes)]) -> String {
    let mut hasher = Sha256::new();
    for (key, bytes) in content {
        // Lengths first, so that no two lists of objects read the same.
        hasher.update((key.len() as u64).to_le_bytes());
        hasher.update(key);
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    hex::encode(hasher.finalize())
}

impl Catalog {
    /// Writes a version and makes it visible. Objects of its former crawls go when they are older than [`GRACE`].
    pub async fn publish(&self, new: &NewVersion) -> Result<Published> {
        let (index, objects) = new.objects();
        let present = self.versions(&new.address).await?.versions;
        let same = present.iter().find(|v| v.version == new.version && v.digest == index.digest);
        if let Some(same) = same {
            // Read anew for nothing: the next time it need not be.
            if !new.source.is_empty() && same.source != new.source {
                self.point_to(&new.address, VersionEntry { source: new.source.clone(), ..same.clone() })
                    .await?;
            }
            return Ok(Published::Unchanged);
        }
        let all = format!("{}/{}", folder(&new.address), new.version);
        let prefix = format!("{all}/{}", &index.digest[..16]);
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
        // The version is there; what could not be tidied up now is tidied up the next time.
        let _ = self.prune_below(&new.address, &Path::from(all), SystemTime::now() - GRACE).await;
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

    /// Replaces `versions.json` by compare-and-swap.
    async fn change_versions(&self, address: &Address, change: impl Fn(&mut Versions)) -> Result<()> {
        let key = versions_key(address);
        for _ in 0..ATTEMPTS {
            let (mut versions, seen) = self.read_versions(address).await?.unzip();
            let versions = versions.get_or_insert_default();
            change(versions);
            let mode = seen.map_or(PutMode::Create, PutMode::Update);
            match self.store.put_opts(&key, encode(versions).into(), PutOptions::from(mode)).await {
                Ok(_) => return Ok(()),
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

    /// Removes what was last written before `before` and `versions.json` does not point at: objects of former crawls,
    /// and of crawls that were interrupted.
    pub async fn prune(&self, address: &Address, before: SystemTime) -> Result<Pruned> {
        self.prune_below(address, &Path::from(folder(address)), before).await
    }

    async fn prune_below(&self, address: &Address, below: &Path, before: SystemTime) -> Result<Pruned> {
        let mut crawls: BTreeMap<String, Vec<ObjectMeta>> = BTreeMap::new();
        let mut objects = self.store.list(Some(below));
        while let Some(object) = objects.try_next().await? {
            if let Some(prefix) = prefix_of(address, &object.location) {
                crawls.entry(prefix).or_default().push(object);
            }
        }
        // Read after the listing: what was listed and is not pointed at now either came to an end or is being written,
        // and what is being written is young.
        let present = self.versions(address).await?.versions;
        let present: BTreeSet<&str> = present.iter().map(|v| v.prefix.as_str()).collect();
        crawls.retain(|prefix, objects| {
            let old = objects.iter().all(|object| SystemTime::from(object.last_modified) < before);
            old && !present.contains(prefix.as_str())
        });
        let mut pruned = Pruned { crawls: crawls.len(), ..Pruned::default() };
        let objects = crawls.into_values().flatten().collect::<Vec<_>>();
        for object in &objects {
            pruned.objects += 1;
            pruned.bytes += object.size;
        }
        let locations = stream::iter(objects).map(|object| Ok(object.location)).boxed();
        self.store.delete_stream(locations).try_for_each(|_| async { Ok(()) }).await?;
        Ok(pruned)
    }
}

/// `<folder of the provider>/<version>/<digest>` of an object inside it.
fn prefix_of(address: &Address, location: &Path) -> Option<String> {
    let folder = folder(address);
    let mut parts = location.as_ref().strip_prefix(&folder)?.strip_prefix('/')?.splitn(3, '/');
    let (version, digest, _) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("{folder}/{version}/{digest}"))
}

/// Orders versions; what is not a semantic version comes before all that are.
fn precedence(version: &str) -> (Option<semver::Version>, String) {
    (semver::Version::parse(version).ok(), version.to_owned())
}
