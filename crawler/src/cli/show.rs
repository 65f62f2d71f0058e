//! `cloudoven-crawler show`: what the catalog holds.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use cloudoven_crawler::catalog::{Address, Attribute, Block, Catalog, Docs, Document, Index, Kind};
use futures::{StreamExt, TryStreamExt, stream};

use super::{CatalogArgs, print};

#[derive(Debug, Args)]
pub struct Show {
    /// A provider's address; without one, every provider is listed
    provider: Option<Address>,
    /// One element's type, e.g. aws_subnet; prefix data. or ephemeral. for those kinds
    element: Option<String>,
    /// Which version [default: the newest]
    #[arg(long = "provider-version", visible_alias = "version", value_name = "VERSION")]
    provider_version: Option<String>,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Show {
    /// Lists the providers, or sums up one of them, or prints one of its documents as JSON.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let Some(address) = self.provider else {
            list(&catalog).await?;
            return Ok(ExitCode::SUCCESS);
        };
        let versions = catalog.versions(&address).await?;
        let version = match self.provider_version {
            Some(version) => version,
            None => versions
                .versions
                .first()
                .with_context(|| format!("{address} is not in the catalog"))?
                .version
                .clone(),
        };
        let index = catalog.index(&address, &version).await?;
        let index = index.with_context(|| format!("{address} {version} is not in the catalog"))?;
        match self.element {
            Some(element) => print_document(&catalog, &index, &element).await?,
            None => sum_up(&catalog, &index).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(catalog: &Catalog) -> anyhow::Result<()> {
    for address in catalog.list_providers().await? {
        let versions = catalog.versions(&address).await?;
        let versions: Vec<&str> = versions.versions.iter().map(|v| v.version.as_str()).collect();
        print(&format!("{address} {}", versions.join(" ")))?;
    }
    Ok(())
}

async fn print_document(catalog: &Catalog, index: &Index, element: &str) -> anyhow::Result<()> {
    let (kind, name) = match element.split_once('.') {
        Some(("resource", name)) => (Kind::Resource, name),
        Some(("data", name)) => (Kind::DataSource, name),
        Some(("ephemeral", name)) => (Kind::EphemeralResource, name),
        Some((prefix, _)) => bail!("{element}: {prefix} is not resource, data or ephemeral"),
        None if element == "provider" => (Kind::Provider, element),
        None => (Kind::Resource, element),
    };
    let document = catalog.document(&index.provider, &index.version, kind, name).await?;
    let document = document
        .with_context(|| format!("{} {} has no {} {name}", index.provider, index.version, kind.keyword()))?;
    print(&serde_json::to_string_pretty(&document)?)
}

async fn sum_up(catalog: &Catalog, index: &Index) -> anyhow::Result<()> {
    let documents: Vec<Document> = stream::iter(&index.elements)
        .map(|entry| catalog.document(&index.provider, &index.version, entry.kind, &entry.name))
        .buffered(16)
        .try_filter_map(async |document| Ok(document))
        .try_collect()
        .await?;
    print(&format!(
        "{} {} ({})",
        index.provider,
        index.version,
        &index.digest[..16.min(index.digest.len())]
    ))?;
    for kind in [Kind::Provider, Kind::Resource, Kind::DataSource, Kind::EphemeralResource] {
        let of_kind: Vec<&Document> = documents.iter().filter(|document| document.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let pages = of_kind.iter().filter(|document| !document.page.is_empty()).count();
        let mut share = Share::default();
        of_kind.iter().for_each(|document| share.block(&document.block));
        print(&format!(
            "{:>6} {:<10} {:>6} with a page, {:>6} of {:>6} arguments documented ({:.1} %)",
            of_kind.len(),
            kind.keyword(),
            pages,
            share.documented,
            share.total,
            100.0 * share.documented as f64 / share.total.max(1) as f64
        ))?;
    }
    Ok(())
}

/// How many of the settable arguments and blocks have docs.
#[derive(Default)]
struct Share {
    documented: usize,
    total: usize,
}

impl Share {
    fn count(&mut self, docs: &Docs) {
        self.total += 1;
        self.documented += usize::from(!docs.text.is_empty());
    }

    fn block(&mut self, block: &Block) {
        block.attributes.values().for_each(|attribute| self.attribute(attribute));
        for nested in block.blocks.values() {
            self.count(&nested.docs);
            self.block(&nested.block);
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        if attribute.is_settable() {
            self.count(&attribute.docs);
        }
        let inner = attribute.nested.iter().flat_map(|nested| nested.attributes.values());
        inner.for_each(|attribute| self.attribute(attribute));
    }
}
