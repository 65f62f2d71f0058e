//! Providers from a registry, or a mirror of one: the version that fits, its pages, its package, its schema.
//!
//! `versions` finds the version, `json_api` and `opentofu` list its pages and `pages` fetches them, `package` fetches and
//! checks the provider's program from a registry or a `mirror`, `unpack` and `digest` open it, and a
//! [`SchemaReader`] runs it. `session` is how all of them ask: through the one HTTP client and the cache.

mod digest;
mod hosts;
mod json_api;
mod mirror;
mod opentofu;
mod package;
mod pages;
mod session;
pub(super) mod unpack;
mod versions;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use url::Url;

pub use self::{
    hosts::{DocsApi, Host, Registries},
    package::Platform,
};
pub(super) use self::{pages::tolerated, session::Session};
use super::{
    Cache, Limits, Observer, PageText, Progress, ProviderSource, SchemaReader, Site, Source, Stage, bundle,
    check_version,
};
use crate::{
    catalog::{Address, Problem},
    constraint::Constraint,
    error::{Error, Result},
    http::Client,
};

/// One provider in a registry, as a [`Source`].
///
/// Where the version, the pages and the schema come from can be chosen one by one, down to a crawl that asks nobody: a
/// mirror directory, a folder of pages, a schema in a file.
#[derive(Clone)]
pub struct Registry {
    pub address: Address,
    /// The newest version that fits is taken.
    pub constraint: Constraint,
    pub client: Client,
    pub cache: Cache,
    pub registries: Registries,
    pub packages: Packages,
    pub docs: Docs,
    pub schema: Schema,
    pub platform: Platform,
    pub limits: Limits,
}

/// Where versions and packages come from.
#[derive(Debug, Clone)]
pub enum Packages {
    /// The registry of the provider's address.
    Registry,
    /// A directory laid out as a filesystem mirror.
    Directory(PathBuf),
    /// A network mirror.
    Network(Url),
}

/// Where pages come from.
#[derive(Debug, Clone)]
pub enum Docs {
    /// The documentation API of the provider's registry.
    Registry,
    /// Another one.
    Api(DocsApi),
    /// A folder: `resources/`, `data-sources/`, `index.md`.
    Folder(PathBuf),
    /// A site in HTML.
    Site(Site),
}

/// Where the schema comes from.
#[derive(Clone)]
pub enum Schema {
    /// The provider says it itself.
    Reader(Arc<dyn SchemaReader>),
    /// A file with what `terraform providers schema -json` printed.
    Dump(PathBuf),
}

#[async_trait]
impl Source for Registry {
    async fn fetch(&self, observer: &dyn Observer) -> Result<Vec<ProviderSource>> {
        let observer = Recorder { inner: observer, problems: Mutex::default() };
        observer.progress(Progress { stage: Stage::Listing, done: 0, total: 0 });
        let version = versions::resolve(self).await?;
        let pages = self.pages(&version, &observer).await?;
        let schema = self.schema(&version, &observer).await?;
        self.cache.prune(&self.address).await?;
        let (address, place) = (self.address.clone(), format!("schema of {} {version}", self.address));
        let problems = observer.into_problems();
        Ok(vec![ProviderSource { address, version, place, schema, pages, problems }])
    }
}

/// Passes on what it is told and remembers the problems.
struct Recorder<'a> {
    inner: &'a dyn Observer,
    problems: Mutex<Vec<Problem>>,
}

impl Observer for Recorder<'_> {
    fn progress(&self, progress: Progress) {
        self.inner.progress(progress);
    }

    fn problem(&self, item: &str, reason: &str) {
        let problem = Problem { item: item.into(), reason: reason.into() };
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
        self.inner.problem(item, reason);
    }
}

impl Recorder<'_> {
    /// The problems in an order that does not depend on which request was answered first.
    fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        problems.sort_by(|a, b| (&a.item, &a.reason).cmp(&(&b.item, &b.reason)));
        problems
    }
}

impl Registry {
    /// The version that would be taken now.
    pub async fn version(&self) -> Result<String> {
        versions::resolve(self).await
    }

    fn session(&self) -> Session<'_> {
        Session { client: &self.client, cache: &self.cache, address: &self.address }
    }

    async fn pages(&self, version: &str, observer: &dyn Observer) -> Result<BTreeMap<String, PageText>> {
        let api = match &self.docs {
            Docs::Folder(path) => {
                let (pages, problems) = bundle::read_docs(path, self.limits)?;
                problems.iter().for_each(|problem| observer.problem(&problem.item, &problem.reason));
                return Ok(pages);
            }
            Docs::Site(site) => return site.fetch(&self.session(), self.limits, observer).await,
            Docs::Api(api) => api,
            Docs::Registry => &self.registries.of(&self.address)?.docs,
        };
        let items = match api {
            DocsApi::Registry(base) => json_api::list(&self.session(), base, version, observer).await,
            DocsApi::OpenTofu(base) => opentofu::list(&self.session(), base, version, observer).await,
            DocsApi::None => return Ok(BTreeMap::new()),
        };
        match items {
            Ok(items) => pages::fetch(&self.session(), version, items, self.limits, observer).await,
            // Registries without documentation are common.
            Err(e) if e.is_absent() => {
                observer.problem("documentation", &format!("the registry has none: {e}"));
                Ok(BTreeMap::new())
            }
            Err(e) => Err(e),
        }
    }

    async fn schema(&self, version: &str, observer: &dyn Observer) -> Result<Vec<u8>> {
        match &self.schema {
            Schema::Dump(path) => {
                let place = path.display().to_string();
                let size = tokio::fs::metadata(path).await.map_err(|e| Error::io(&place, e))?.len();
                if size > self.limits.file {
                    return Err(Error::invalid(place, format!("larger than {} bytes", self.limits.file)));
                }
                tokio::fs::read(path).await.map_err(|e| Error::io(place, e))
            }
            Schema::Reader(reader) => package::read_schema(self, reader.as_ref(), version, observer).await,
        }
    }
}
