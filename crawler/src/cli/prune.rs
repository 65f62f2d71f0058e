//! `cloudoven-crawler prune` and `remove`: what is no longer wanted.

use std::{
    process::ExitCode,
    time::{Duration, SystemTime},
};

use anyhow::bail;
use clap::Args;
use cloudoven_crawler::catalog::{Address, GRACE};

use super::{CatalogArgs, print};

#[derive(Debug, Args)]
pub struct Prune {
    /// A provider's address [default: every provider]
    provider: Option<Address>,
    /// Keep what was written in the last HOURS: a server that has looked it up may still be reading it
    #[arg(long, value_name = "HOURS", default_value_t = GRACE.as_secs() / 3600)]
    keep: u64,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Prune {
    /// Removes the objects of former and interrupted crawls.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let keep = Duration::from_secs(self.keep.saturating_mul(3600));
        let before = SystemTime::now().checked_sub(keep).unwrap_or(SystemTime::UNIX_EPOCH);
        let providers = match self.provider {
            Some(provider) => vec![provider],
            None => catalog.list_folders().await?,
        };
        for provider in providers {
            let pruned = catalog.prune(&provider, before).await?;
            if pruned.crawls > 0 {
                let (crawls, objects, bytes) = (pruned.crawls, pruned.objects, pruned.bytes);
                print(&format!(
                    "{provider}: {crawls} former crawls removed, {objects} objects, {bytes} bytes"
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Debug, Args)]
pub struct Remove {
    /// A provider's address
    provider: Address,
    version: String,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Remove {
    /// Takes a version out of the catalog.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        if !self.catalog.open()?.remove(&self.provider, &self.version).await? {
            bail!("{} {} is not in the catalog", self.provider, self.version);
        }
        print(&format!("removed {} {}", self.provider, self.version))?;
        Ok(ExitCode::SUCCESS)
    }
}
