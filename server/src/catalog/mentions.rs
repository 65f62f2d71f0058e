//! What the examples of one provider say of another's elements. Held in memory with the indexes, so that a document is
//! completed without a further read.

use std::collections::HashMap;

use cloudoven_crawler::catalog::{Address, Catalog, Document, Kind, Mention, Mentions};

use super::ProviderVersion;

/// Which mention (of which version) is about an element, or says where it is used.
#[derive(Debug, Default)]
pub(super) struct ByElement(HashMap<(Kind, String), Vec<(usize, usize)>>);

impl ByElement {
    pub fn new(versions: &[ProviderVersion]) -> Self {
        let mut by_element: HashMap<_, Vec<_>> = HashMap::new();
        for (version, held) in versions.iter().enumerate() {
            for (at, mention) in held.mentions.mentions.iter().enumerate() {
                let argument = (mention.kind, mention.name.clone());
                let target = (mention.reference.kind, mention.reference.target.clone());
                if argument != target {
                    by_element.entry(target).or_default().push((version, at));
                }
                by_element.entry(argument).or_default().push((version, at));
            }
        }
        ByElement(by_element)
    }

    /// Adds to the document what the newest versions of other providers say of its element.
    pub fn complete(&self, versions: &[ProviderVersion], document: &mut Document) {
        let Some(places) = self.0.get(&(document.kind, document.name.clone())) else { return };
        let provider = document.provider.clone();
        let said = places.iter().filter_map(|&(version, at)| versions.get(version).map(|v| (v, at)));
        let others: Vec<&Mention> = said
            .filter(|(version, _)| version.newest && version.index.provider != provider)
            .filter_map(|(version, at)| version.mentions.mentions.get(at))
            .collect();
        document.add_mentions(others);
    }
}

/// A version's mentions. What can't be read is left out: the catalog is of use without it.
pub(super) async fn read(catalog: &Catalog, address: &Address, version: &str) -> Mentions {
    match catalog.extra(address, version, Mentions::FILE).await {
        Ok(found) => found.unwrap_or_default(),
        Err(error) => {
            tracing::warn!(%error, provider = %address, version, "what examples mention can't be read");
            Mentions::default()
        }
    }
}
