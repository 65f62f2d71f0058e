//! `cloudoven-crawler crawl`: a provider from a registry or a mirror, or the one that is part of Terraform.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{anyhow, bail};
use clap::{Args, ValueEnum};
use cloudoven_crawler::{
    catalog::{Address, open_store},
    http::{Client, Proxy, Settings, Tokens},
    source::{
        Cache, Limits, Registry, Site, Source,
        registry::{Docs, DocsApi, Host, Packages, Platform, Registries, Schema},
    },
};
use object_store::memory::InMemory;
use url::Url;

use super::{
    CatalogArgs,
    progress::ProgressLine,
    reader::{Reader, ReaderArgs},
};

#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct Crawl {
    /// `builtin`, or an address: [host/]namespace/name
    provider: String,
    /// Which version: a constraint such as "~> 4.0" [default: the newest release]
    #[arg(
        long = "provider-version",
        visible_alias = "version",
        value_name = "CONSTRAINT",
        default_value = ""
    )]
    provider_version: String,
    #[command(flatten)]
    from: From,
    /// The schema: a file with the output of `terraform providers schema -json`, so that the provider is not run
    #[arg(long, value_name = "FILE", conflicts_with = "unconfined")]
    schema: Option<PathBuf>,
    #[command(flatten)]
    reader: ReaderArgs,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    catalog: CatalogArgs,
}

/// Where versions, packages and pages come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where from")]
struct From {
    /// Where the registry of the address is [default: https://<host>/]
    #[arg(long, value_name = "URL")]
    registry: Option<Url>,
    /// A mirror instead of the registry: a directory as `terraform providers mirror` lays it out, or a network mirror
    #[arg(long, value_name = "DIR|URL")]
    mirror: Option<String>,
    /// The pages: a directory (resources/, data-sources/, index.md)
    #[arg(long, value_name = "DIR", conflicts_with_all = ["docs_url", "site"])]
    docs: Option<PathBuf>,
    /// The pages: another documentation API
    #[arg(long, value_name = "URL", conflicts_with = "site")]
    docs_url: Option<Url>,
    /// What kind of API that is
    #[arg(long, value_enum, default_value_t = Api::Terraform, requires = "docs_url")]
    docs_api: Api,
    /// The pages: a site in HTML, from this page on down; may be given several times
    #[arg(long, value_name = "URL")]
    site: Vec<Url>,
    /// No pages: only what the schema says
    #[arg(long, conflicts_with_all = ["docs", "docs_url", "site"])]
    no_docs: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Api {
    /// As registry.terraform.io has it, below /v2/
    Terraform,
    /// As api.opentofu.org has it, below /registry/docs/
    Opentofu,
}

/// How servers are reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
struct Network {
    /// A host with a private address that packages may come from, such as https://files.example.internal
    #[arg(long, value_name = "URL")]
    allow_host: Vec<Url>,
    /// Certificates (PEM) to trust besides the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Where to keep what was fetched [default: with the catalog]
    #[arg(long, value_name = "DIR|URL", conflicts_with = "no_cache")]
    cache: Option<String>,
    /// Fetch everything anew, and keep nothing
    #[arg(long)]
    no_cache: bool,
}

const HELP: &str = "\
An interrupted crawl goes on where it stopped when it is started again.

Environment:
  TF_TOKEN_<host>                    token for a registry, as Terraform takes it (dots as _, hyphens as __)
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY  proxy

Exit status: 0 done, 1 failed or interrupted, 2 wrong usage, 3 done but some items were left out";

/// Done, but not with everything.
const INCOMPLETE: u8 = 3;

impl Crawl {
    /// Reads the provider and puts it into the catalog.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let catalog = self.catalog.open()?;
        let progress = ProgressLine::new();
        progress.note(&format!("asking for {}", self.provider));
        if self.provider == "builtin" {
            let source = self.reader.terraform()?.builtin().await?;
            progress.import(&catalog, source).await?;
            return Ok(ExitCode::SUCCESS);
        }
        let reader = self.reader.reader()?;
        let read = async { Ok(self.registry(&reader).await?.fetch(&progress).await?) };
        for source in reader.watch(read).await? {
            progress.import(&catalog, source).await?;
        }
        match progress.problems() {
            0 => Ok(ExitCode::SUCCESS),
            count => {
                progress.say(&format!("{count} left out, see above"));
                Ok(ExitCode::from(INCOMPLETE))
            }
        }
    }

    async fn registry(&self, reader: &Reader) -> anyhow::Result<Registry> {
        let address: Address = self.provider.parse().map_err(anyhow::Error::msg)?;
        let mut registries = Registries::default();
        let host = match &self.from.registry {
            Some(base) => Host::at(base.clone()),
            None => Host::of(&address.host)?,
        };
        registries.insert(&address.host, host);
        let packages = self.from.packages()?;
        let (schema, platform) = match (&self.schema, reader) {
            (Some(path), _) => (Schema::Dump(path.clone()), Platform::host()),
            // A directory is searched by the container itself.
            (None, Reader::Container(container)) if !matches!(packages, Packages::Directory(_)) => {
                let platform = container.platform().await?.parse().map_err(anyhow::Error::msg)?;
                (Schema::Reader(reader.get()), platform)
            }
            (None, _) => (Schema::Reader(reader.get()), Platform::host()),
        };
        Ok(Registry {
            client: self.client(&registries, &packages)?,
            cache: self.cache()?,
            constraint: self.provider_version.parse().map_err(anyhow::Error::msg)?,
            docs: self.from.docs(),
            limits: Limits::default(),
            address,
            registries,
            packages,
            schema,
            platform,
        })
    }

    /// What is named on the command line may be anywhere; everything else must be public.
    fn client(&self, registries: &Registries, packages: &Packages) -> anyhow::Result<Client> {
        let mut trusted = registries.origins();
        trusted.extend(
            self.network.allow_host.iter().chain(&self.from.docs_url).chain(&self.from.site).cloned(),
        );
        if let Packages::Network(url) = packages {
            trusted.push(url.clone());
        }
        let ca = match &self.network.ca_file {
            Some(path) => std::fs::read(path).map_err(|e| anyhow!("{}: {e}", path.display()))?,
            None => Vec::new(),
        };
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let tokens = Tokens::from_variables(variables);
        let proxy = Proxy::from_variables(|name| std::env::var(name).ok())?;
        Ok(Client::new(Settings { trusted, tokens, proxy, ca, ..Settings::default() })?)
    }

    fn cache(&self) -> anyhow::Result<Cache> {
        if self.network.no_cache {
            return Ok(Cache::new(Arc::new(InMemory::new())));
        }
        let place = self.network.cache.as_ref().unwrap_or(&self.catalog.url);
        Ok(Cache::new(open_store(place)?))
    }
}

impl From {
    fn packages(&self) -> anyhow::Result<Packages> {
        Ok(match &self.mirror {
            None => Packages::Registry,
            Some(mirror) if mirror.starts_with("https://") || mirror.starts_with("http://") => {
                Packages::Network(mirror.parse().map_err(|e| anyhow!("--mirror {mirror}: {e}"))?)
            }
            Some(mirror) if mirror.contains("://") => {
                bail!("--mirror {mirror}: not a directory and not https")
            }
            Some(directory) => Packages::Directory(directory.into()),
        })
    }

    fn docs(&self) -> Docs {
        if let Some(folder) = &self.docs {
            return Docs::Folder(folder.clone());
        }
        if self.no_docs {
            return Docs::Api(DocsApi::None);
        }
        if !self.site.is_empty() {
            return Docs::Site(Site::new(self.site.clone()));
        }
        match (&self.docs_url, self.docs_api) {
            (None, _) => Docs::Registry,
            (Some(url), Api::Terraform) => Docs::Api(DocsApi::Registry(url.clone())),
            (Some(url), Api::Opentofu) => Docs::Api(DocsApi::OpenTofu(url.clone())),
        }
    }
}
