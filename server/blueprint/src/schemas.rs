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

    /// What of a blueprint's needs is not loaded.
    pub fn missing(&self, document: &Document) -> Vec<(Kind, String)> {
        document.needs().into_iter().filter(|(kind, name)| self.get(*kind, name).is_none()).collect()
    }
}

/// The provider that Terraform infers from a resource type: the part before the first underscore.
///
/// Source: <https://developer.hashicorp.com/terraform/language/block/resource#provider>
pub fn local_name(resource_type: &str) -> &str {
    resource_type.split_once('_').map_or(resource_type, |(provider, _)| provider)
}
