//! Search by name over all newest versions.

use cloudoven_crawler::catalog::{Address, Entry, Kind};
use serde::Serialize;

use super::{Catalogs, Loaded};

/// One hit.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Found {
    /// `resource`, `data-source`, `ephemeral-resource`.
    #[schema(value_type = String)]
    pub kind: Kind,
    pub name: String,
    /// The provider's source address.
    pub provider: String,
    pub version: String,
    pub subcategory: String,
    pub summary: String,
    pub deprecated: bool,
    #[serde(skip)]
    pub address: Address,
}

impl Catalogs {
    /// Elements whose name has every word of `query`, best first: the exact name, then names that start or end with the
    /// words, then shorter names; resources before data sources. An empty query finds nothing.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Found> {
        let loaded = self.loaded();
        let query = query.trim().to_lowercase();
        let words: Vec<&str> =
            query.split(|c: char| c.is_whitespace() || c == '_').filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let finders: Vec<_> = words.iter().map(|w| memchr::memmem::Finder::new(w.as_bytes())).collect();
        let phrase = words.join("_");
        let mut scored: Vec<(u32, &Entry, usize)> = entries(&loaded)
            .filter(|(entry, _)| finders.iter().all(|f| f.find(entry.name.as_bytes()).is_some()))
            .map(|(entry, version)| (score(entry, &phrase, &words), entry, version))
            .collect();
        scored.sort_by(|a, b| (a.0, &a.1.name, a.1.kind).cmp(&(b.0, &b.1.name, b.1.kind)));
        scored.into_iter().take(limit).map(|(_, entry, version)| found(&loaded, entry, version)).collect()
    }
}

fn entries(loaded: &Loaded) -> impl Iterator<Item = (&Entry, usize)> {
    let newest = loaded.versions.iter().enumerate().filter(|(_, v)| v.newest);
    newest
        .flat_map(|(i, v)| v.index.elements.iter().filter(|e| e.kind != Kind::Provider).map(move |e| (e, i)))
}

/// Lower is better.
fn score(entry: &Entry, phrase: &str, words: &[&str]) -> u32 {
    let name = entry.name.as_str();
    let rest = name.split_once('_').map_or(name, |(_, rest)| rest);
    let parts: Vec<&str> = name.split('_').collect();
    let rank = if name == phrase {
        0
    } else if rest == phrase {
        1
    } else if parts.last() == words.last() && words.iter().all(|w| parts.contains(w)) {
        2
    } else if words.iter().all(|w| parts.contains(w)) {
        3
    } else if rest.starts_with(phrase) || name.starts_with(phrase) {
        4
    } else {
        5
    };
    let length = u32::try_from(name.len()).unwrap_or(u32::MAX).min(999);
    rank * 10_000 + u32::from(entry.deprecated) * 5_000 + length * 4 + entry.kind as u32
}

fn found(loaded: &Loaded, entry: &Entry, version: usize) -> Found {
    let index = &loaded.versions[version].index;
    Found {
        kind: entry.kind,
        name: entry.name.clone(),
        provider: index.provider.source(),
        version: index.version.clone(),
        subcategory: entry.subcategory.clone(),
        summary: entry.summary.clone(),
        deprecated: entry.deprecated,
        address: index.provider.clone(),
    }
}
