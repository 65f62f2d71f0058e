//! Search over everything that the newest versions have: names, arguments at any depth, and what is said of them.
//!
//! Each version comes with a search object that was made at crawl time; a query runs over all of them and merges. How they are
//! read is in [`lanes`], what counts how much in [`rank`] and [`align`].

mod align;
mod hit;
mod lanes;
mod query;
mod rank;
mod typo;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use cloudoven_crawler::{
    catalog::{Address, Index, Kind},
    search::{self, Part, SearchObject, Unpacked},
};
use futures::future::join_all;
pub use hit::{ArgumentHit, Found, Hit, Matched, Snippet};
use query::Query;
pub use query::kind;
use rank::Version;
use tokio::sync::OnceCell;

use super::{Catalogs, Loaded, ProviderVersion};
use crate::error::{Error, Result};

/// Hits before the first one that is asked for: nobody reads that far.
pub const MAX_SKIP: usize = 1000;
/// Hits of one page.
pub const MAX_HITS: usize = 50;
/// How long a search waits for an object that is being loaded before it does with names alone.
const PATIENCE: Duration = Duration::from_millis(300);

/// What is looked for. Filters in the text, as in `kind:data`, go before those beside it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub text: String,
    pub kind: Option<Kind>,
    /// A provider's source address or its name.
    pub provider: Option<String>,
    /// A version or its beginning: `5` is the newest 5.x.
    pub version: Option<String>,
    pub skip: usize,
    /// At most [`MAX_HITS`].
    pub limit: usize,
}

/// A version's search object, once it is loaded.
#[derive(Debug, Default)]
pub(super) struct Slot {
    whole: OnceCell<Option<SearchObject>>,
    /// Made of the index when the whole can't be had (in time).
    names: OnceLock<SearchObject>,
}

impl Catalogs {
    /// Elements that match a request, best first. An empty one finds nothing.
    pub async fn search(&self, request: Request) -> Result<Found> {
        let mut query = Query::read(&request.text);
        query.kind = query.kind.or(request.kind);
        query.provider = query.provider.take().or(request.provider.map(|p| p.to_lowercase()));
        query.version = query.version.take().or(request.version);
        if query.words.is_empty() {
            return Ok(Found::default());
        }
        let loaded = self.loaded();
        let numbers = chosen(&loaded, &query);
        let objects = join_all(numbers.iter().map(|number| self.object(&loaded.versions[*number]))).await;
        let (skip, limit) = (request.skip.min(MAX_SKIP), request.limit.min(MAX_HITS));
        let run = move || {
            let with = |(number, object): (&usize, SearchObject)| Version {
                index: &loaded.versions[*number].index,
                object,
            };
            let versions: Vec<Version> = numbers.iter().zip(objects).map(with).collect();
            let (found, total) = rank::search(&versions, &mut query, skip + limit);
            let mut unpacked = Unpacked::default();
            let page = found.iter().skip(skip);
            Found { hits: page.map(|c| hit::describe(c, &versions, &query, &mut unpacked)).collect(), total }
        };
        // A few milliseconds, which other requests should not wait for.
        tokio::task::spawn_blocking(run).await.map_err(Error::internal)
    }

    /// Loads the search objects of all newest versions that are not loaded yet.
    pub(super) async fn load_search(&self) {
        for version in self.loaded().versions.iter().filter(|v| v.newest) {
            self.whole(version).await;
        }
    }

    async fn object(&self, version: &ProviderVersion) -> SearchObject {
        let whole = tokio::time::timeout(PATIENCE, self.whole(version)).await.ok().flatten();
        whole.unwrap_or_else(|| version.search.names(&version.index))
    }

    /// A version's object; `None` when it has none that this program can read. Those of older versions share a bounded cache.
    async fn whole(&self, version: &ProviderVersion) -> Option<SearchObject> {
        let index = &version.index;
        let load = || self.read_object(index);
        let result = if version.newest {
            version.search.whole.get_or_try_init(load).await.cloned().map_err(Arc::new)
        } else {
            self.older_search.try_get_with((index.provider.clone(), index.digest.clone()), load()).await
        };
        result.unwrap_or_else(|error| {
            tracing::warn!(%error, provider = %index.provider, version = index.version, "no search object");
            None
        })
    }

    async fn read_object(&self, index: &Index) -> cloudoven_crawler::Result<Option<SearchObject>> {
        let Some(bytes) = self.catalog.extra_bytes(&index.provider, &index.version, search::FILE).await?
        else {
            return Ok(None);
        };
        let fitting = SearchObject::open(&bytes).and_then(|object| {
            let fits = object.elements() == index.elements.len();
            fits.then_some(object).ok_or_else(|| "the search object is of another index".to_owned())
        });
        Ok(fitting
            .inspect_err(|reason| tracing::warn!(reason, provider = %index.provider, version = index.version))
            .ok())
    }
}

impl Slot {
    /// An object of the index alone: names and summaries.
    fn names(&self, index: &Index) -> SearchObject {
        let make = || {
            let part = |e: &cloudoven_crawler::catalog::Entry| Part::of_name(e.kind, &e.name, &e.summary);
            SearchObject::open(&search::build(index.elements.iter().map(part).collect()))
        };
        self.names.get_or_init(|| make().unwrap_or_default()).clone()
    }
}

/// Which versions a query is about: the newest of each provider, or the newest that fits the version it names.
fn chosen(loaded: &Loaded, query: &Query) -> Vec<usize> {
    let mut last: Option<&Address> = None;
    let fitting = loaded.versions.iter().enumerate().filter(|(_, v)| {
        let version = match &query.version {
            None => v.newest,
            Some(wanted) => starts_with(&v.index.version, wanted),
        };
        version && query.provider.as_ref().is_none_or(|wanted| names(&v.index.provider, wanted))
    });
    // Versions are listed newest first, so the first of a provider is its newest.
    fitting
        .filter(|(_, v)| last.replace(&v.index.provider) != Some(&v.index.provider))
        .map(|(i, _)| i)
        .collect()
}

fn starts_with(version: &str, beginning: &str) -> bool {
    version.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '+']))
}

fn names(address: &Address, wanted: &str) -> bool {
    address.name == wanted || address.source() == wanted || address.to_string() == wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_named_by_their_beginning() {
        for (version, beginning, expected) in [
            ("5.50.0", "5", true),
            ("5.50.0", "5.5", false),
            ("5.50.0", "5.50.0", true),
            ("5.0.0-rc1", "5.0.0", true),
        ] {
            assert_eq!(starts_with(version, beginning), expected, "{version} {beginning}");
        }
    }

    #[test]
    fn providers_are_named_by_any_form_of_their_address() {
        let address: Address = "hashicorp/aws".parse().unwrap();
        for wanted in ["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"] {
            assert!(names(&address, wanted), "{wanted}");
        }
        assert!(!names(&address, "hashicorp"));
    }
}
