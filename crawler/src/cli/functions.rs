//! `cloudoven-crawler functions`: the functions that are part of Terraform.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use cloudoven_crawler::source::Terraform;

use super::{CatalogArgs, print};

#[derive(Debug, Args)]
pub struct Functions {
    /// The terraform command [default: the first one on the PATH]
    #[arg(long, value_name = "FILE")]
    terraform: Option<PathBuf>,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Functions {
    /// Asks Terraform for its functions and puts them into the catalog.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let functions = Terraform::find(self.terraform.as_deref())?.functions().await?;
        catalog.publish_functions(&functions).await?;
        print(&format!("{} functions of Terraform {}", functions.functions.len(), functions.terraform))?;
        Ok(ExitCode::SUCCESS)
    }
}
