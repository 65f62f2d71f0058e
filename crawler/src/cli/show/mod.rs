//! `cloudoven-crawler show`: what the catalog holds.

mod element;
mod report;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use cloudoven_crawler::catalog::{Address, Catalog, Document, Index, Kind, QualityReport};
use serde::Serialize;

use super::{CatalogArgs, print};

#[derive(Debug, Args)]
pub struct Show {
    /// A provider's address; without one, every provider is listed
    provider: Option<Address>,
    /// One element's type, e.g. aws_subnet; prefix data., ephemeral. or function. for those kinds
    element: Option<String>,
    /// Which version [default: the newest]
    #[arg(long = "provider-version", visible_alias = "version", value_name = "VERSION")]
    provider_version: Option<String>,
    /// Print JSON: the versions, the report, or the element's document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Show {
    /// Lists the providers, or tells how well one is documented, or prints the docs of one of its elements.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let Some(address) = &self.provider else {
            self.list(&catalog).await?;
            return Ok(ExitCode::SUCCESS);
        };
        let version = match &self.provider_version {
            Some(version) => version.clone(),
            None => {
                let newest = catalog.versions(address).await?.versions.into_iter().next();
                newest.with_context(|| format!("{address} is not in the catalog"))?.version
            }
        };
        let index = catalog.index(address, &version).await?;
        let index = index.with_context(|| format!("{address} {version} is not in the catalog"))?;
        match &self.element {
            Some(element) => self.element(&document(&catalog, &index, element).await?)?,
            None => self.report(&catalog, &index).await?,
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn list(&self, catalog: &Catalog) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Line {
            provider: String,
            versions: Vec<String>,
        }
        let mut lines = Vec::new();
        for address in catalog.list_providers().await? {
            let versions =
                catalog.versions(&address).await?.versions.into_iter().map(|v| v.version).collect();
            lines.push(Line { provider: address.to_string(), versions });
        }
        if self.json {
            return print(&serde_json::to_string_pretty(&lines)?);
        }
        lines.iter().try_for_each(|line| print(&format!("{} {}", line.provider, line.versions.join(" "))))
    }

    async fn report(&self, catalog: &Catalog, index: &Index) -> anyhow::Result<()> {
        let report: Option<QualityReport> =
            catalog.extra(&index.provider, &index.version, QualityReport::FILE).await?;
        let report = report.with_context(|| {
            format!("{} {} has no report; import it again", index.provider, index.version)
        })?;
        if self.json {
            print(&serde_json::to_string_pretty(&report)?)
        } else {
            report::print_report(index, &report)
        }
    }

    fn element(&self, document: &Document) -> anyhow::Result<()> {
        if self.json {
            print(&serde_json::to_string_pretty(document)?)
        } else {
            element::print_document(document)
        }
    }
}

async fn document(catalog: &Catalog, index: &Index, element: &str) -> anyhow::Result<Document> {
    let (kind, name) = match element.split_once('.') {
        Some(("resource", name)) => (Kind::Resource, name),
        Some(("data", name)) => (Kind::DataSource, name),
        Some(("ephemeral", name)) => (Kind::EphemeralResource, name),
        Some(("function", name)) => (Kind::Function, name),
        Some((prefix, _)) => bail!("{element}: {prefix} is not resource, data, ephemeral or function"),
        None if element == "provider" => (Kind::Provider, element),
        None => (Kind::Resource, element),
    };
    let document = catalog.document(&index.provider, &index.version, kind, name).await?;
    document.with_context(|| format!("{} {} has no {} {name}", index.provider, index.version, kind.keyword()))
}
