//! Where a provider comes from.
//!
//! Each [`Source`] yields [`ProviderSource`]s: a schema dump and the documentation pages, whole and checked, in memory.

mod bundle;
mod cache;
mod container;
mod package;
pub mod registry;
mod site;
mod terraform;

use std::{collections::BTreeMap, path::Path};

use async_trait::async_trait;
pub use bundle::{Bundle, Item, Limits, read};
pub use cache::{Cache, Keep};
pub use container::Container;
pub use registry::Registry;
use serde::{Deserialize, Serialize};
pub use site::Site;
pub use terraform::{Terraform, mirrored};

use crate::{
    catalog::{Address, Problem},
    error::{Error, Result},
};

/// One provider version as a source gave it.
#[derive(Debug)]
pub struct ProviderSource {
    pub address: Address,
    pub version: String,
    /// Names the source in errors, e.g. the archive and folder.
    pub place: String,
    /// `terraform providers schema -json`; may describe other providers too.
    pub schema: Vec<u8>,
    /// Documentation pages by path inside the documentation folder (`resources/server.md`).
    pub pages: BTreeMap<String, PageText>,
    /// What went wrong with single items and was left out, as it was told to the [`Observer`]; kept with the version.
    pub problems: Vec<Problem>,
}

/// One documentation page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageText {
    pub format: PageFormat,
    pub text: String,
    /// Where it can be read by people; empty when the source doesn't know.
    pub url: String,
}

impl PageText {
    pub fn markdown(text: impl Into<String>) -> Self {
        PageText { format: PageFormat::Markdown, text: text.into(), url: String::new() }
    }
}

/// What a page is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PageFormat {
    #[default]
    Markdown,
    /// A rendered page, with or without a site around it.
    Html,
}

/// Where providers come from: a registry, a bundle, a documentation site.
#[async_trait]
pub trait Source: Send + Sync {
    /// Everything that the source was asked for. What goes wrong with single pages is told to `observer` and left out;
    /// an error means that nothing of use was found. Dropping the future stops the work.
    async fn fetch(&self, observer: &dyn Observer) -> Result<Vec<ProviderSource>>;
}

/// Runs a provider's program to learn its schema. A provider is somebody else's code: where it comes from a registry it
/// must run where it can reach nothing.
#[async_trait]
pub trait SchemaReader: Send + Sync {
    /// `terraform providers schema -json` of one provider. `mirror` holds its package and is laid out as a filesystem
    /// mirror, packed or unpacked.
    ///
    /// Source: <https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror>
    async fn read_schema(&self, address: &Address, version: &str, mirror: &Path) -> Result<Vec<u8>>;
}

/// Is told how a crawl is getting on; called often, from any thread, and must not block.
pub trait Observer: Send + Sync {
    fn progress(&self, progress: Progress);

    /// One item (a page, a listing) went wrong and was left out.
    fn problem(&self, item: &str, reason: &str);
}

/// How far a crawl is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// Items done in this stage, pages for the most part.
    pub done: u64,
    /// Items of this stage; 0 while unknown.
    pub total: u64,
}

/// What a crawl does, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Finds the version and lists its pages.
    Listing,
    /// Fetches pages.
    Pages,
    /// Fetches and checks the provider's package.
    Package,
    /// Asks the provider for its schema.
    Schema,
    /// Binds the pages to the schema.
    Reading,
    /// Writes the catalog.
    Writing,
}

/// For callers that show no progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Observer for Quiet {
    fn progress(&self, _: Progress) {}

    fn problem(&self, _: &str, _: &str) {}
}

/// Versions become object keys, so only what a semantic version may contain is accepted.
pub(crate) fn check_version(place: &str, version: &str) -> Result<()> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"._+-".contains(&b);
    let starts = version.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if !starts || version.len() > 64 || !version.bytes().all(safe) {
        return Err(Error::invalid(place, format!("{version:?} is not a version")));
    }
    Ok(())
}
