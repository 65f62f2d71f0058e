//! The part of the catalog that a blueprint needs, loaded by the caller.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use cloudoven_crawler::catalog::{self, Address, Kind};

use super::document::{Document, Element};

/// A provider that the catalog has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    pub address: Address,
    pub version: String,
}

/// Local provider names and the catalog documents of the types in use. What is missing is shown as code only.
#[derive(Debug, Clone, Default)]
pub struct Schemas {
    pub providers: BTreeMap<String, Provider>,
    /// Types that the catalog knows not to exist: their provider's index is there and does not have them.
    pub unknown: BTreeSet<(Kind, String)>,
    /// The functions that are part of Terraform. Where there are none, nothing is said about calls.
    pub functions: Arc<catalog::Functions>,
    documents: HashMap<Kind, HashMap<String, Arc<catalog::Document>>>,
}

impl Schemas {
    pub fn new() -> Self {
        Schemas::default()
    }

    /// Adds a document under its own kind and name, and its provider under the local name that Terraform infers.
    pub fn add(&mut self, document: Arc<catalog::Document>) {
        let local = match document.kind {
            Kind::Provider => document.name.clone(),
            _ => local_name(&document.name).to_owned(),
        };
        let provider = Provider { address: document.provider.clone(), version: document.version.clone() };
        self.providers.entry(local).or_insert(provider);
        self.documents.entry(document.kind).or_default().insert(document.name.clone(), document);
    }

    pub fn get(&self, kind: Kind, name: &str) -> Option<&Arc<catalog::Document>> {
        self.documents.get(&kind)?.get(name)
    }

    /// The document that describes an element.
    pub fn of(&self, element: &Element) -> Option<&Arc<catalog::Document>> {
        self.get(element.kind.catalog()?, element.ty.as_deref()?)
    }

    /// Whether it says of everything what another says.
    pub(super) fn is_same(&self, other: &Schemas) -> bool {
        let all = |schemas: &Schemas| schemas.documents.values().map(HashMap::len).sum::<usize>();
        let mut documents =
            self.documents.iter().flat_map(|(kind, by_name)| by_name.iter().map(move |d| (*kind, d)));
        self.unknown == other.unknown
            && self.functions == other.functions
            && all(self) == all(other)
            && documents.all(|(kind, (name, document))| is_one(Some(document), other.get(kind, name)))
    }

    /// Whether it says of an element what another says.
    pub(super) fn describes_the_same(&self, other: &Schemas, element: &Element) -> bool {
        let key = element.kind.catalog().zip(element.ty.clone());
        let unknown = |schemas: &Schemas| key.as_ref().is_some_and(|key| schemas.unknown.contains(key));
        is_one(self.of(element), other.of(element)) && unknown(self) == unknown(other)
    }

    /// What of a blueprint's needs is not loaded.
    pub fn missing(&self, document: &Document) -> Vec<(Kind, String)> {
        document.needs().into_iter().filter(|(kind, name)| self.get(*kind, name).is_none()).collect()
    }
}

fn is_one(a: Option<&Arc<catalog::Document>>, b: Option<&Arc<catalog::Document>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// The provider that Terraform infers from a resource type: the part before the first underscore.
///
/// Source: <https://developer.hashicorp.com/terraform/language/block/resource#provider>
pub fn local_name(resource_type: &str) -> &str {
    resource_type.split_once('_').map_or(resource_type, |(provider, _)| provider)
}
