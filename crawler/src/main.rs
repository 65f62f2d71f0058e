//! The `cloudoven-crawler` command.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use cloudoven_crawler::{
    catalog::{Address, Catalog, Published, open_store},
    crawl::{self, Report},
    source::{self, Limits, ProviderSource, Terraform},
};

mod show;

/// Turns Terraform providers into CloudOven's catalog: schema and documentation in, JSON documents out.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Import providers from offline bundles
    ///
    /// A bundle is a .tar.zst archive, or a directory, that holds
    /// providers/<namespace>/<name>/<version>/{schema.json, docs/…} for one or more providers.
    Import {
        /// Archives or directories
        #[arg(required = true)]
        bundles: Vec<PathBuf>,
        #[command(flatten)]
        catalog: CatalogArgs,
    },
    /// Read a provider's schema from the real terraform command
    ///
    /// `crawl builtin` reads the provider that is part of Terraform. Any other provider is installed from a
    /// filesystem mirror, in a temporary directory.
    Crawl {
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
    },
    /// Print what the catalog holds
    Show {
        /// A provider's address; without one, every provider is listed
        provider: Option<Address>,
        /// One element's type, e.g. aws_subnet; prefix data. or ephemeral. for those kinds
        element: Option<String>,
        /// Which version [default: the newest]
        #[arg(long = "provider-version", visible_alias = "version", value_name = "VERSION")]
        provider_version: Option<String>,
        #[command(flatten)]
        catalog: CatalogArgs,
    },
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

#[tokio::main]
async fn main() -> ExitCode {
    // A second installation is the only way this fails, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The message is whole: every error of this crate says its cause itself.
            eprintln!("cloudoven-crawler: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Import { bundles, catalog } => {
            let catalog = catalog.open()?;
            let progress = Progress::new();
            for bundle in bundles {
                progress.note(&format!("reading {}", bundle.display()));
                let sources =
                    tokio::task::spawn_blocking(move || source::read(&bundle, Limits::default())).await??;
                for source in sources {
                    import(&catalog, source, &progress).await?;
                }
            }
            Ok(())
        }
        Command::Crawl { provider, provider_version, mirror, docs, terraform, catalog } => {
            let catalog = catalog.open()?;
            let progress = Progress::new();
            progress.note(&format!("asking terraform about {provider}"));
            let terraform = Terraform::find(terraform.as_deref())?;
            let source = if provider == "builtin" {
                terraform.builtin().await?
            } else {
                let address = provider.parse().map_err(anyhow::Error::msg)?;
                let version = provider_version.ok_or_else(|| {
                    anyhow::anyhow!("crawl {provider}: name the version with --provider-version")
                })?;
                let mirror = mirror.ok_or_else(|| {
                    anyhow::anyhow!("crawl {provider}: name the filesystem mirror with --mirror")
                })?;
                terraform.mirrored(&address, &version, &mirror, docs.as_deref()).await?
            };
            import(&catalog, source, &progress).await
        }
        Command::Show { provider, element, provider_version, catalog } => {
            show::run(&catalog.open()?, provider, element, provider_version).await
        }
    }
}

async fn import(catalog: &Catalog, source: ProviderSource, progress: &Progress) -> anyhow::Result<()> {
    progress.note(&format!("importing {} {}", source.address, source.version));
    let report = crawl::import(catalog, source).await?;
    progress.done(&report);
    Ok(())
}

/// Progress on stderr: one line that is rewritten on a terminal, otherwise a line per provider.
struct Progress {
    is_terminal: bool,
}

impl Progress {
    fn new() -> Self {
        Progress { is_terminal: std::io::stderr().is_terminal() }
    }

    fn note(&self, text: &str) {
        if self.is_terminal {
            eprint!("\r\x1b[2K{text} …");
            let _ = std::io::stderr().flush();
        }
    }

    fn done(&self, report: &Report) {
        let outcome = match report.published {
            Published::Written => "imported",
            Published::Unchanged => "unchanged",
        };
        let start = if self.is_terminal { "\r\x1b[2K" } else { "" };
        eprintln!(
            "{start}{outcome} {} {}: {} resources, {} data sources, {} ephemeral resources, {} functions",
            report.address,
            report.version,
            report.resources,
            report.data_sources,
            report.ephemeral_resources,
            report.functions
        );
    }
}
