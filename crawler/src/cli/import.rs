//! `cloudoven-crawler import`: providers from offline bundles.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use cloudoven_crawler::source::{Bundle, Limits, Source};

use super::{CatalogArgs, progress::ProgressLine};

#[derive(Debug, Args)]
pub struct Import {
    /// Archives or directories
    #[arg(required = true)]
    bundles: Vec<PathBuf>,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Import {
    /// Imports every provider of every bundle.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let progress = ProgressLine::new();
        for path in self.bundles {
            progress.note(&format!("reading {}", path.display()));
            let bundle = Bundle { path, limits: Limits::default() };
            for source in bundle.fetch(&progress).await? {
                progress.import(&catalog, source).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
