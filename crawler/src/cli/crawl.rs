//! `cloudoven-crawler crawl`: a provider's schema from the real terraform command.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::Args;
use cloudoven_crawler::source::Terraform;

use super::{CatalogArgs, progress::ProgressLine};

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
    /// The terraform command [default: the first one on the PATH]
    #[arg(long, value_name = "FILE")]
    terraform: Option<PathBuf>,
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
        let terraform = Terraform::find(self.terraform.as_deref())?;
        let source = if provider == "builtin" {
            terraform.builtin().await?
        } else {
            let address = provider.parse().map_err(anyhow::Error::msg)?;
            let version = self
                .provider_version
                .with_context(|| format!("crawl {provider}: name the version with --provider-version"))?;
            let mirror = self
                .mirror
                .with_context(|| format!("crawl {provider}: name the filesystem mirror with --mirror"))?;
            terraform.mirrored(&address, &version, &mirror, self.docs.as_deref()).await?
        };
        progress.import(&catalog, source).await?;
        Ok(ExitCode::SUCCESS)
    }
}
