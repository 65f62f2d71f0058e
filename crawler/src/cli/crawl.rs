//! `cloudoven-crawler crawl`: a provider's schema from its program.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;
use cloudoven_crawler::source::mirrored;

use super::{CatalogArgs, progress::ProgressLine, reader::ReaderArgs};

#[derive(Debug, Args)]
pub struct Crawl {
    /// `builtin`, or an address: host/namespace/name
    provider: String,
    /// Which version to read (not for `builtin`)
    #[arg(long = "provider-version", visible_alias = "version", value_name = "VERSION")]
    provider_version: Option<String>,
    /// Directory with the provider's package, as `terraform providers mirror` lays it out
    #[arg(long, value_name = "DIR")]
    mirror: Option<PathBuf>,
    /// Directory with the provider's documentation (resources/, data-sources/, index.md)
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    #[command(flatten)]
    reader: ReaderArgs,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Crawl {
    /// Reads the provider and puts it into the catalog.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let provider = &self.provider;
        let catalog = self.catalog.open()?;
        let progress = ProgressLine::new();
        progress.note(&format!("asking terraform about {provider}"));
        let source = if provider == "builtin" {
            self.reader.terraform()?.builtin().await?
        } else {
            let address = provider.parse().map_err(anyhow::Error::msg)?;
            let version = self
                .provider_version
                .with_context(|| format!("crawl {provider}: name the version with --provider-version"))?;
            let mirror = self
                .mirror
                .with_context(|| format!("crawl {provider}: name the filesystem mirror with --mirror"))?;
            let reader = self.reader.reader()?;
            let docs = self.docs.as_deref();
            let read = async { Ok(mirrored(&*reader.get(), &address, &version, &mirror, docs).await?) };
            reader.watch(read).await?
        };
        progress.import(&catalog, source).await?;
        Ok(ExitCode::SUCCESS)
    }
}
