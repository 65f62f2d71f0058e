//! The catalogs in use: every provider's names in memory, its documents read on demand through a bounded cache.

mod diff;
mod mentions;
mod resolve;
pub mod search;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, RwLock},
    time::{Duration, SystemTime},
};

use cloudoven_crawler::{
    catalog::{Address, Catalog, Document, Functions, Index, Kind, Mentions, QualityReport, diff::Diff},
    search::SearchObject,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use moka::future::Cache;
use tokio_util::sync::CancellationToken;

use crate::{
    blob::Blobs,
    clock::Timestamp,
    error::{Error, Result},
};

/// Requests to the object store at the same time.
const CONCURRENCY: usize = 16;
/// Documents kept in memory. The largest are about 400 KiB, the usual ones 10 KiB.
const CACHED_DOCUMENTS: u64 = 600;
/// Bytes of search objects of versions that are not the newest.
const CACHED_SEARCH: u64 = 32 << 20;
/// How often another process's crawl is looked for.
const REFRESH: Duration = Duration::from_secs(15);

type Key = (Address, String, Kind, String);

/// All catalogs of the blob store.
#[derive(Clone)]
pub struct Catalogs {
    catalog: Catalog,
    loaded: Arc<RwLock<Arc<Loaded>>>,
    /// Unset for as long as the catalog has none.
    functions: Arc<OnceLock<Arc<Functions>>>,
    documents: Cache<Key, Option<Arc<Document>>>,
    /// By provider and digest.
    older_search: Cache<(Address, String), Option<SearchObject>>,
    /// By the digests of the old and the new version.
    diffs: Cache<(String, String), Arc<Diff>>,
}

/// What is known without reading a document. Never changes; a refresh replaces it whole.
#[derive(Debug, Default)]
pub struct Loaded {
    /// By address; each provider's versions newest first.
    pub versions: Vec<ProviderVersion>,
    /// Which entries of `versions` have an element of this name.
    by_name: HashMap<(Kind, String), Vec<usize>>,
    mentions: mentions::ByElement,
}

/// One version of a provider.
#[derive(Debug)]
pub struct ProviderVersion {
    pub index: Arc<Index>,
    /// Whether it is the provider's newest in the catalog.
    pub newest: bool,
    /// Of the newest version only.
    mentions: Arc<Mentions>,
    search: Arc<search::Slot>,
}

impl Catalogs {
    /// Loads every index.
    pub async fn load(blobs: &Blobs) -> Result<Catalogs> {
        let catalogs = Catalogs {
            catalog: Catalog::open(blobs.store()),
            loaded: Arc::default(),
            functions: Arc::default(),
            documents: Cache::new(CACHED_DOCUMENTS),
            older_search: Cache::builder()
                .weigher(|_, object: &Option<SearchObject>| {
                    object.as_ref().map_or(1, |o| u32::try_from(o.size()).unwrap_or(u32::MAX))
                })
                .max_capacity(CACHED_SEARCH)
                .build(),
            diffs: Cache::new(diff::CACHED_DIFFS),
        };
        catalogs.refresh().await?;
        Ok(catalogs)
    }

    /// Where all of it is stored.
    pub fn store(&self) -> &Catalog {
        &self.catalog
    }

    /// The functions that are part of Terraform; none for as long as the catalog has none.
    pub fn functions(&self) -> Arc<Functions> {
        self.functions.get().cloned().unwrap_or_default()
    }

    async fn load_functions(&self) {
        if self.functions.get().is_some() {
            return;
        }
        match self.catalog.functions().await {
            Ok(found) => found.into_iter().for_each(|functions| {
                // Another refresh may have been faster, with the same.
                let _ = self.functions.set(Arc::new(functions));
            }),
            Err(error) => tracing::warn!(%error, "the functions of Terraform can't be read"),
        }
    }

    /// What a version's crawl said about its documentation; nothing for one from before such reports.
    pub async fn report(&self, address: &Address, version: &str) -> Result<Option<QualityReport>> {
        match self.catalog.extra(address, version, QualityReport::FILE).await {
            // Written by another version of the crawler: the next crawl writes it anew.
            Err(cloudoven_crawler::Error::Corrupt { key, reason }) => {
                tracing::warn!(key, reason, "a report can't be read");
                Ok(None)
            }
            other => other.map_err(unreadable),
        }
    }

    /// When a version was written as it is.
    pub async fn written_at(&self, address: &Address, version: &str) -> Result<Option<Timestamp>> {
        let at = self.catalog.written_at(address, version).await.map_err(unreadable)?;
        let since = at.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        Ok(since.map(|since| Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))))
    }

    /// Looks for versions that came or changed since.
    pub async fn refresh(&self) -> Result<()> {
        self.load_functions().await;
        let before = self.loaded();
        let known: HashMap<(&Address, &str), &ProviderVersion> =
            before.versions.iter().map(|v| ((&v.index.provider, v.index.digest.as_str()), v)).collect();
        let providers = self.catalog.list_providers().await.map_err(unreadable)?;
        let listed: Vec<_> = stream::iter(providers)
            .map(
                |address| async move { self.catalog.versions(&address).await.map(|v| (address, v.versions)) },
            )
            .buffered(CONCURRENCY)
            .try_collect()
            .await
            .map_err(unreadable)?;
        let wanted = listed.into_iter().flat_map(|(address, versions)| {
            versions.into_iter().enumerate().map(move |(i, version)| (address.clone(), version, i == 0))
        });
        let versions: Vec<Option<ProviderVersion>> = stream::iter(wanted)
            .map(|(address, version, newest)| {
                let held = known.get(&(&address, version.digest.as_str())).copied();
                // Only what is searched in all the time keeps its search object.
                let search =
                    held.filter(|v| v.newest && newest).map(|v| Arc::clone(&v.search)).unwrap_or_default();
                let mentions = held.filter(|v| v.newest || !newest).map(|v| Arc::clone(&v.mentions));
                let held = held.map(|v| Arc::clone(&v.index));
                async move {
                    let index = match held {
                        Some(index) => Some(index),
                        None => self.catalog.index(&address, &version.version).await?.map(Arc::new),
                    };
                    let mentions = match mentions {
                        Some(mentions) => mentions,
                        None if newest => {
                            Arc::new(mentions::read(&self.catalog, &address, &version.version).await)
                        }
                        None => Arc::default(),
                    };
                    Ok(index.map(|index| ProviderVersion { index, newest, mentions, search }))
                }
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await
            .map_err(unreadable)?;
        let loaded = Loaded::of(versions.into_iter().flatten().collect());
        if loaded.digests() != before.digests() {
            self.documents.invalidate_all();
            *self.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(loaded);
        }
        Ok(())
    }

    /// Refreshes until told to stop.
    pub async fn keep_fresh(self, stop: CancellationToken) {
        loop {
            self.load_search().await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(REFRESH) => {}
            }
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the catalogs could not be refreshed");
            }
        }
    }

    pub fn loaded(&self) -> Arc<Loaded> {
        self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// One document; `None` when the catalog has no such element.
    pub async fn document(
        &self,
        address: &Address,
        version: &str,
        kind: Kind,
        name: &str,
    ) -> Result<Option<Arc<Document>>> {
        let key = (address.clone(), version.to_owned(), kind, name.to_owned());
        let read = async {
            let found = self.catalog.document(address, version, kind, name).await?;
            Ok(found.map(|mut document| {
                let loaded = self.loaded();
                loaded.mentions.complete(&loaded.versions, &mut document);
                Arc::new(document)
            }))
        };
        self.documents.try_get_with(key, read).await.map_err(|e: Arc<cloudoven_crawler::Error>| {
            Error::Unavailable(format!("a catalog document can't be read: {e}"))
        })
    }
}

fn unreadable(cause: cloudoven_crawler::Error) -> Error {
    Error::Internal(anyhow::Error::new(cause).context("the catalogs can't be read"))
}

impl Loaded {
    fn of(versions: Vec<ProviderVersion>) -> Loaded {
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        for (i, version) in versions.iter().enumerate() {
            for entry in &version.index.elements {
                by_name.entry((entry.kind, entry.name.clone())).or_default().push(i);
            }
        }
        let mentions = mentions::ByElement::new(&versions);
        Loaded { versions, by_name, mentions }
    }

    fn digests(&self) -> Vec<(&Address, &str, &str, bool)> {
        fn of(v: &ProviderVersion) -> (&Address, &str, &str, bool) {
            (&v.index.provider, &v.index.version, &v.index.digest, v.newest)
        }
        self.versions.iter().map(of).collect()
    }

    /// A provider's versions, newest first.
    pub fn of_provider<'a>(&'a self, address: &'a Address) -> impl Iterator<Item = &'a ProviderVersion> {
        self.versions.iter().filter(move |v| v.index.provider == *address)
    }

    /// The versions that have an element of this name.
    pub fn having(&self, kind: Kind, name: &str) -> impl Iterator<Item = &ProviderVersion> {
        let found = self.by_name.get(&(kind, name.to_owned()));
        found.into_iter().flatten().filter_map(|i| self.versions.get(*i))
    }
}
