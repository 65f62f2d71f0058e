//! `cloudoven-crawler export`: versions of a catalog into an archive.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, bail};
use clap::Args;
use cloudoven_crawler::{
    archive,
    catalog::{Address, Catalog, diff::VersionName},
};

use super::{CatalogArgs, progress::ProgressLine};

#[derive(Debug, Args)]
pub struct Export {
    /// A provider's address
    provider: Address,
    /// The archive to write, a .tar.zst file
    file: PathBuf,
    /// Which version, may be given several times [default: the newest]
    #[arg(
        long = "provider-version",
        visible_alias = "version",
        value_name = "VERSION",
        conflicts_with = "all"
    )]
    provider_versions: Vec<String>,
    /// Every version in the catalog
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Export {
    /// Writes the archive; `import` takes it.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let progress = ProgressLine::new();
        progress.note(&format!("exporting {}", self.provider));
        let versions = self.versions(&catalog).await?;
        let exported = archive::export(&catalog, &versions, &self.file).await?;
        progress.say(&format!(
            "exported {} {}: {} files, {} bytes in {}",
            self.provider,
            versions.iter().map(|name| name.version.as_str()).collect::<Vec<_>>().join(", "),
            exported.files,
            exported.bytes,
            self.file.display()
        ));
        Ok(ExitCode::SUCCESS)
    }

    async fn versions(&self, catalog: &Catalog) -> anyhow::Result<Vec<VersionName>> {
        let mut names = self.provider_versions.clone();
        if names.is_empty() {
            let present = catalog.versions(&self.provider).await?.versions;
            let newest =
                present.first().with_context(|| format!("{} is not in the catalog", self.provider))?;
            names = match self.all {
                true => present.iter().map(|v| v.version.clone()).collect(),
                false => vec![newest.version.clone()],
            };
        }
        if self.file.is_dir() {
            bail!("{}: is a directory; name the archive to write", self.file.display());
        }
        Ok(names
            .into_iter()
            .map(|version| VersionName { provider: self.provider.clone(), version })
            .collect())
    }
}
