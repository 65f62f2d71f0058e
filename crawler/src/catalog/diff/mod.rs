//! What changed between two versions of a provider, and what that means for configurations written against the old one.
//!
//! [`between`] compares whole versions in a catalog, [`documents`] two elements. The schema decides; of the documentation
//! only facts count (defaults, sets of values, replacement), and only where both versions document the argument.

mod compare;
mod convert;
mod shape;
mod words;

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

pub use compare::documents;
pub(crate) use shape::shape;

use super::{Address, Catalog, Document, Entry, Index, Kind, Nesting, Type};
use crate::error::{Error, Result};

/// Pairs of documents read at the same time.
const CONCURRENCY: usize = 16;

/// What changed between two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    pub old: VersionName,
    pub new: VersionName,
    /// The elements that changed, by kind and name.
    pub elements: Vec<ElementDiff>,
}

/// One version of one provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VersionName {
    pub provider: Address,
    pub version: String,
}

/// What changed in one element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ElementDiff {
    pub kind: Kind,
    /// The new name, where the two differ: that of the configuration of two providers.
    pub name: String,
    /// By path; never empty.
    pub changes: Vec<Change>,
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Dotted path of the argument, attribute, block or parameter; empty for the element itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    pub impact: Impact,
    #[serde(flatten)]
    pub what: What,
}

/// What a change means for a configuration that Terraform accepts with the old version and that uses what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// It means the same.
    Harmless,
    /// Terraform accepts it, and it may mean something else, or warn.
    Attention,
    /// Terraform may refuse it.
    Breaking,
}

/// How something changed. Its text (`Display`) continues a sentence that starts with the path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum What {
    Added {
        node: Node,
        required: bool,
    },
    Removed {
        node: Node,
    },
    Deprecated,
    NoLongerDeprecated,
    NowRequired,
    NoLongerRequired,
    /// Was settable, is computed only.
    NowComputedOnly,
    /// Was computed only.
    NowSettable,
    /// Without a value the provider chooses one.
    NowComputed,
    /// Without a value the provider no longer keeps the one that there is.
    NoLongerComputed,
    Type {
        from: Type,
        to: Type,
    },
    Nesting {
        from: Nesting,
        to: Nesting,
    },
    MinItems {
        from: u64,
        to: u64,
    },
    /// 0: no limit.
    MaxItems {
        from: u64,
        to: u64,
    },
    /// `name { … }` is written `name = …` now.
    BlockToAttribute,
    /// `name = …` is written `name { … }` now.
    AttributeToBlock,
    NowSensitive,
    NoLongerSensitive,
    NowWriteOnly,
    NoLongerWriteOnly,
    /// The documented default.
    Default {
        from: Option<String>,
        to: Option<String>,
    },
    /// The documented set of values.
    Allowed {
        added: Vec<String>,
        removed: Vec<String>,
    },
    NowForcesReplacement,
    NoLongerForcesReplacement,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// The resource, data source, … itself.
    Element,
    /// Can be set.
    Argument,
    /// Can only be read.
    Attribute,
    Block,
    /// Of a function.
    Parameter,
}

impl ElementDiff {
    /// The worst of its changes.
    pub fn impact(&self) -> Impact {
        self.changes.iter().map(|change| change.impact).max().unwrap_or(Impact::Harmless)
    }

    /// Whether all of the element is new (`true`) or gone (`false`); `None` where both versions have it.
    pub fn is_new(&self) -> Option<bool> {
        self.changes.iter().find_map(|change| match change.what {
            What::Added { node: Node::Element, .. } => Some(true),
            What::Removed { node: Node::Element } => Some(false),
            _ => None,
        })
    }
}

impl Diff {
    /// What changed in an element; `None` when nothing did. `name` is ignored for [`Kind::Provider`].
    pub fn element(&self, kind: Kind, name: &str) -> Option<&ElementDiff> {
        self.elements.iter().find(|e| e.kind == kind && (kind == Kind::Provider || e.name == name))
    }

    /// How many changes of this impact there are.
    pub fn count(&self, impact: Impact) -> usize {
        self.elements.iter().flat_map(|e| &e.changes).filter(|change| change.impact == impact).count()
    }
}

/// Compares two versions in `catalog`, of one provider or of two (a fork). Documents are read a few at a time, and those
/// whose [`Entry::shape`] is the same in both versions are not read at all. A version that is not there is
/// [`Error::NotFound`].
pub async fn between(catalog: &Catalog, old: &VersionName, new: &VersionName) -> Result<Diff> {
    let (before, after) = futures::try_join!(index(catalog, old), index(catalog, new))?;
    let mut pairs: BTreeMap<_, [Option<&Entry>; 2]> = BTreeMap::new();
    for (side, index) in [&before, &after].into_iter().enumerate() {
        for entry in &index.elements {
            pairs.entry(key(entry)).or_default()[side] = Some(entry);
        }
    }
    let same = |pair: &[Option<&Entry>; 2]| matches!(pair, [Some(old), Some(new)] if !old.shape.is_empty() && old.shape == new.shape);
    let elements = stream::iter(pairs.into_values().filter(|pair| !same(pair)))
        .map(async |pair| match pair {
            [Some(a), Some(b)] => {
                let (a, b) = futures::try_join!(document(catalog, old, a), document(catalog, new, b))?;
                Ok::<_, Error>(documents(&a, &b))
            }
            [Some(entry), None] => Ok(Some(whole(entry, What::Removed { node: Node::Element }))),
            [None, Some(entry)] => {
                Ok(Some(whole(entry, What::Added { node: Node::Element, required: false })))
            }
            [None, None] => Ok(None),
        })
        .buffered(CONCURRENCY)
        .try_filter_map(async |diff| Ok(diff))
        .try_collect()
        .await?;
    Ok(Diff { old: old.clone(), new: new.clone(), elements })
}

/// The configuration block is the one of its kind, whatever the provider is called.
fn key(entry: &Entry) -> (Kind, &str) {
    (entry.kind, if entry.kind == Kind::Provider { "" } else { &entry.name })
}

fn whole(entry: &Entry, what: What) -> ElementDiff {
    let impact = if matches!(what, What::Removed { .. }) { Impact::Breaking } else { Impact::Harmless };
    let change = Change { path: String::new(), impact, what };
    ElementDiff { kind: entry.kind, name: entry.name.clone(), changes: vec![change] }
}

async fn index(catalog: &Catalog, version: &VersionName) -> Result<Index> {
    catalog.index(&version.provider, &version.version).await?.ok_or_else(|| missing(version, ""))
}

async fn document(catalog: &Catalog, version: &VersionName, entry: &Entry) -> Result<Document> {
    let found = catalog.document(&version.provider, &version.version, entry.kind, &entry.name).await?;
    found.ok_or_else(|| missing(version, &format!(" {} {}", entry.kind.keyword(), entry.name)))
}

fn missing(version: &VersionName, element: &str) -> Error {
    Error::NotFound(format!("{} {}{element} is not in the catalog", version.provider, version.version))
}
