//! The command line: one file per command.

mod crawl;
mod diff;
mod export;
mod functions;
mod import;
mod progress;
mod prune;
mod reader;
mod show;

use std::{io::Write, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use cloudoven_crawler::catalog::{Catalog, open_store};

/// Turns Terraform providers into CloudOven's catalog: schema and documentation in, JSON documents out.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Import providers from offline bundles
    ///
    /// A bundle is a .tar.zst archive, or a directory: one that `export` wrote, or one that holds
    /// providers/<namespace>/<name>/<version>/{schema.json, docs/…} for one or more providers.
    Import(import::Import),
    /// Crawl a provider: its documentation and, by running it, its schema
    ///
    /// `crawl builtin` reads the provider that is part of Terraform. Any other provider comes from its registry or a
    /// mirror and is run in a container without a network; the image is made by `make runner-image`.
    Crawl(Box<crawl::Crawl>),
    /// Put the functions that are part of Terraform into the catalog
    Functions(functions::Functions),
    /// Print what the catalog holds
    Show(show::Show),
    /// Write versions of a provider into an archive, which `import` takes elsewhere
    Export(export::Export),
    /// Print what changed between two versions of a provider, and what it means for configurations
    Diff(diff::Diffing),
    /// Take a version out of the catalog
    Remove(prune::Remove),
    /// Remove what former and interrupted crawls left in the catalog
    Prune(prune::Prune),
}

impl Cli {
    /// Runs the command. An error is one line that names the place.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Import(import) => import.run().await,
            Command::Crawl(crawl) => crawl.run().await,
            Command::Functions(functions) => functions.run().await,
            Command::Show(show) => show.run().await,
            Command::Diff(diff) => diff.run().await,
            Command::Export(export) => export.run().await,
            Command::Remove(remove) => remove.run().await,
            Command::Prune(prune) => prune.run().await,
        }
    }
}

#[derive(Debug, Args)]
struct CatalogArgs {
    /// Where the catalog is: a directory, or a file:, s3:, az: or gs: URL
    ///
    /// Credentials for object storage come from the environment, e.g. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,
    /// AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or GOOGLE_SERVICE_ACCOUNT.
    #[arg(long = "catalog", env = "CLOUDOVEN_CATALOG", value_name = "URL", default_value = "./data")]
    url: String,
}

impl CatalogArgs {
    fn open(&self) -> anyhow::Result<Catalog> {
        Ok(Catalog::open(open_store(&self.url)?))
    }
}

/// Prints lines of text that came from anywhere: control characters are made visible. A closed pipe (`| head`) is an
/// error here, not a panic as with `println!`.
fn print(text: &str) -> anyhow::Result<()> {
    let visible = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    let text: String = text.chars().map(visible).collect();
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
