//! A crawl, and what came of it.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use cloudoven_crawler::{
    catalog::{Address, Catalog},
    crawl,
    http::{Client, Retry, Settings, Timeouts},
    source::{
        Cache, Limits, Observer, Progress, ProviderSource, Quiet, Registry, Source as _, Terraform,
        registry::{Docs, Host, Packages, Platform, Registries, Schema},
    },
};
use futures::TryStreamExt as _;
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory};
use registry_server::{Published, RegistryServer};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

/// Pages of the made-up provider: several pages of a listing.
pub const PAGES: usize = 260;

/// What a crawl of one provider needs; each crawl of it shares the cache.
pub struct Setup {
    pub address: Address,
    pub store: Arc<InMemory>,
    pub settings: Settings,
    pub registries: Registries,
    pub packages: Packages,
    pub docs: Docs,
    pub schema: Schema,
    pub constraint: String,
    pub limits: Limits,
    _directory: TempDir,
}

impl Setup {
    /// A crawl of `published` from `server`. The schema is the dump if there is one; else the real Terraform reads it.
    pub fn new(server: &RegistryServer, published: &Published) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = Url::parse(&server.url()).unwrap();
        let mut registries = Registries::default();
        registries.insert(&published.address.host, Host::at(base.clone()));
        let directory = tempfile::tempdir().unwrap();
        let schema = match &published.schema {
            Some(dump) => {
                let path = directory.path().join("schema.json");
                std::fs::write(&path, dump).unwrap();
                Schema::Dump(path)
            }
            None => Schema::Reader(Arc::new(Terraform::find(None).unwrap())),
        };
        Setup {
            address: published.address.clone(),
            store: Arc::new(InMemory::new()),
            settings: Settings {
                trusted: vec![base],
                retry: quick(),
                timeouts: short(),
                ..Settings::default()
            },
            registries,
            packages: Packages::Registry,
            docs: Docs::Registry,
            schema,
            constraint: String::new(),
            limits: Limits::default(),
            _directory: directory,
        }
    }

    pub fn registry(&self) -> Registry {
        Registry {
            address: self.address.clone(),
            constraint: self.constraint.parse().unwrap(),
            client: Client::new(self.settings.clone()).unwrap(),
            cache: Cache::new(self.store.clone()),
            registries: self.registries.clone(),
            packages: self.packages.clone(),
            docs: self.docs.clone(),
            schema: self.schema.clone(),
            platform: Platform::linux(),
            limits: self.limits,
        }
    }

    pub async fn crawl(&self) -> cloudoven_crawler::Result<ProviderSource> {
        self.crawl_watched(&Quiet).await
    }

    pub async fn crawl_watched(&self, observer: &dyn Observer) -> cloudoven_crawler::Result<ProviderSource> {
        Ok(self.registry().fetch(observer).await?.remove(0))
    }

    /// Crawls, and expects an error.
    pub async fn fail(&self) -> String {
        self.crawl().await.map(|source| source.version).unwrap_err().to_string()
    }
}

/// Waits that a test can bear.
fn quick() -> Retry {
    let (pause, longest) = (Duration::from_millis(1), Duration::from_millis(4));
    Retry { pause, longest, patience: Duration::from_secs(5), ..Retry::default() }
}

fn short() -> Timeouts {
    let (idle, total) = (Duration::from_secs(1), Duration::from_secs(2));
    Timeouts { idle, total, ..Timeouts::default() }
}

/// Everything that a catalog of this provider consists of, by key.
pub async fn catalog(source: ProviderSource) -> BTreeMap<String, Bytes> {
    let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    crawl::import(&Catalog::open(store.clone()), source, &Quiet).await.unwrap();
    let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
    let mut objects = BTreeMap::new();
    for object in listed {
        let bytes = store.get(&object.location).await.unwrap().bytes().await.unwrap();
        objects.insert(object.location.to_string(), bytes);
    }
    objects
}

/// A provider with many small pages, which nobody has to have.
pub fn made_up() -> Published {
    let address: Address = "registry.example.test/acme/cloud".parse().unwrap();
    let (mut texts, mut resources) = (BTreeMap::new(), serde_json::Map::new());
    texts.insert("index.md".to_owned(), "# Cloud Provider\n\nA cloud.\n".to_owned());
    for number in 0..PAGES {
        let name = format!("thing_{number:03}");
        let text = format!(
            "---\nsubcategory: \"Things\"\n---\n\n# cloud_{name}\n\nThing {number}.\n\n## Argument Reference\n\n\
             * `name` - (Required) The name of thing {number}.\n"
        );
        let folder = if number % 5 == 0 { "d" } else { "r" };
        texts.insert(format!("{folder}/{name}.html.markdown"), text);
        if number % 5 != 0 {
            let block = json!({"attributes": {"name": {"type": "string", "required": true}}});
            resources.insert(format!("cloud_{name}"), json!({"version": 0, "block": block}));
        }
    }
    let schema = json!({"format_version": "1.0", "provider_schemas": {address.to_string(): {
        "provider": {"version": 0, "block": {}}, "resource_schemas": resources}}});
    let mut published = Published::new(address, "1.2.0", &texts);
    published.schema = Some(serde_json::to_vec(&schema).unwrap());
    published
}

/// The bundle of a real provider, where there is one.
pub fn bundle(name: &str) -> Option<PathBuf> {
    Some(provider_corpus::bundles(name)?.join(format!("{name}.tar.zst")))
}

/// Remembers what it is told.
#[derive(Default)]
pub struct Notes {
    pub problems: Mutex<Vec<String>>,
    pub progress: Mutex<Vec<Progress>>,
}

impl Observer for Notes {
    fn progress(&self, progress: Progress) {
        self.progress.lock().unwrap().push(progress);
    }

    fn problem(&self, item: &str, reason: &str) {
        self.problems.lock().unwrap().push(format!("{item}: {reason}"));
    }
}
