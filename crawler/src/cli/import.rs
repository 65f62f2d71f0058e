//! `cloudoven-crawler import`: providers from offline bundles.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use cloudoven_crawler::{
    crawl,
    source::{Bundle, Limits},
};

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
    /// Imports every provider of every bundle, and goes on where one fails.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let progress = ProgressLine::new();
        let mut code = ExitCode::SUCCESS;
        for path in self.bundles {
            progress.note(&format!("reading {}", path.display()));
            let bundle = Bundle { path, limits: Limits::default() };
            for result in crawl::import_bundle(&catalog, &bundle, &progress).await {
                match result {
                    Ok(report) => progress.done(&report),
                    Err(error) => {
                        code = ExitCode::FAILURE;
                        progress.say(&format!("cloudoven-crawler: {error}"));
                    }
                }
            }
        }
        Ok(code)
    }
}
