//! The registries that providers may be crawled from, and what it takes to ask them.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::Context as _;
use cloudoven_crawler::{
    catalog::Address,
    constraint::Constraint,
    http::{Client, Proxy, Settings, Tokens},
    source::{
        Cache, Container, Limits, Registry,
        registry::{Docs, DocsApi, Host, Packages, Platform, Registries, Schema},
    },
};
use serde::Deserialize;
use url::Url;

use crate::{
    blob::Blobs,
    config::Config,
    error::{Error, Result},
    project::deployments::DEFAULT_TERRAFORM,
};

/// What every crawl of a registry goes through.
pub struct Upstream {
    client: Client,
    registries: Registries,
    /// The names of the registries, as configured.
    hosts: Vec<String>,
    /// Hosts that a crawl may be told to take documentation from.
    docs_hosts: Vec<String>,
    cache: Cache,
    reader: Arc<Container>,
}

impl Upstream {
    /// # Errors
    /// When a setting can't be read; the message names it.
    pub fn new(config: &Config, blobs: &Blobs) -> anyhow::Result<Upstream> {
        let mut registries = Registries::none();
        let (mut hosts, mut trusted) = (Vec::new(), Vec::new());
        let docs = docs_overrides(config)?;
        for entry in config.crawl_registries.iter().filter(|entry| !entry.is_empty()) {
            let (host, mut registry) = registry(entry).context("--crawl-registries")?;
            if let Some(url) = docs.get(&host) {
                trusted.push(url.clone());
                registry.docs = DocsApi::Registry(url.clone());
            }
            hosts.push(host.clone());
            registries.insert(&host, registry);
        }
        let unknown = docs.keys().find(|host| !hosts.contains(host));
        anyhow::ensure!(unknown.is_none(), "--crawl-docs: {unknown:?} is not among --crawl-registries");
        trusted.extend(registries.origins());
        let docs_hosts = trusted.iter().filter_map(|url| url.host_str().map(str::to_owned)).collect();
        let settings = Settings {
            trusted,
            tokens: tokens(config.crawl_credentials.as_deref())?,
            proxy: Proxy::from_variables(|name| std::env::var(name).ok())?,
            ca: match &config.crawl_ca {
                None => Vec::new(),
                Some(path) => {
                    std::fs::read(path).with_context(|| format!("--crawl-ca {}", path.display()))?
                }
            },
            ..Settings::default()
        };
        let image = config.runner_image.replace("{version}", DEFAULT_TERRAFORM);
        Ok(Upstream {
            client: Client::new(settings)?,
            registries,
            hosts,
            docs_hosts,
            cache: Cache::new(blobs.store()),
            reader: Arc::new(Container::new(&config.docker_host, &image, Container::default_limits())),
        })
    }

    /// The hosts that providers may be crawled from.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// # Errors
    /// Invalid, when the provider's registry is not configured.
    pub fn check(&self, address: &Address) -> Result<()> {
        if address.is_builtin() {
            return Err(Error::field("provider", "it is part of Terraform and in no registry"));
        }
        if self.hosts.contains(&address.host) {
            return Ok(());
        }
        let known = match &self.hosts[..] {
            [] => "none is".to_owned(),
            hosts => format!("there are {}", hosts.join(", ")),
        };
        Err(Error::field(
            "provider",
            format!(
                "the registry {} is not configured ({known}); add it with --crawl-registries",
                address.host
            ),
        ))
    }

    /// # Errors
    /// Invalid, when documentation may not be taken from there.
    pub fn check_docs(&self, url: &str) -> Result<()> {
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.ok_or_else(|| Error::field("docs_url", "not the address of a documentation API"))?;
        if self.docs_hosts.contains(&host) {
            return Ok(());
        }
        Err(Error::field("docs_url", format!("{host} is not among --crawl-registries or --crawl-docs")))
    }

    /// One provider as a source. `docs_url` may be empty.
    pub fn source(&self, address: Address, constraint: Constraint, docs_url: &str) -> Registry {
        let docs = Url::parse(docs_url).ok().map(|url| Docs::Api(DocsApi::Registry(url)));
        Registry {
            address,
            constraint,
            client: self.client.clone(),
            cache: self.cache.clone(),
            registries: self.registries.clone(),
            packages: Packages::Registry,
            docs: docs.unwrap_or(Docs::Registry),
            schema: Schema::Reader(self.reader.clone()),
            platform: Platform::linux(),
            limits: Limits::default(),
        }
    }

    /// What packages are needed for: the engine's own platform. Without an engine a crawl may still do with a schema
    /// that is in the cache.
    pub async fn platform(&self) -> Platform {
        let named = self.reader.platform().await.ok();
        let parts = named.as_ref().and_then(|name| name.split_once('_'));
        parts.map_or_else(Platform::linux, |(os, arch)| Platform { os: os.into(), arch: arch.into() })
    }

    /// Waits until nothing is left on the engine of what was stopped.
    pub async fn close(&self) {
        self.reader.close().await;
    }
}

/// Reads `<host>` or `<host>=<url>`.
fn registry(entry: &str) -> anyhow::Result<(String, Host)> {
    let (host, url) = entry.trim().split_once('=').unwrap_or((entry.trim(), ""));
    let host = host.trim().to_ascii_lowercase();
    let registry =
        if url.is_empty() { Host::of(&host)? } else { Host::at(parse(url).with_context(|| host.clone())?) };
    Ok((host, registry))
}

fn docs_overrides(config: &Config) -> anyhow::Result<BTreeMap<String, Url>> {
    let read = |entry: &String| {
        let (host, url) = entry.split_once('=').with_context(|| format!("{entry:?} is not <host>=<url>"))?;
        Ok((host.trim().to_ascii_lowercase(), parse(url)?))
    };
    let all = config.crawl_docs.iter().filter(|entry| !entry.is_empty()).map(read);
    all.collect::<anyhow::Result<_>>().context("--crawl-docs")
}

fn parse(url: &str) -> anyhow::Result<Url> {
    let url = Url::parse(url.trim()).with_context(|| format!("{url:?} is not a URL"))?;
    anyhow::ensure!(
        matches!(url.scheme(), "http" | "https") && url.has_host(),
        "{url} is not an http(s) URL"
    );
    Ok(url)
}

/// Tokens from the environment, over those of the file, as Terraform reads them.
///
/// Source: <https://developer.hashicorp.com/terraform/cli/config/config-file#credentials>
fn tokens(file: Option<&Path>) -> anyhow::Result<Tokens> {
    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        credentials: BTreeMap<String, Credential>,
    }
    #[derive(Deserialize)]
    struct Credential {
        token: String,
    }
    let mut tokens = Tokens::default();
    if let Some(path) = file {
        let place = || format!("--crawl-credentials {}", path.display());
        let text = std::fs::read(path).with_context(place)?;
        // The parser's own message may quote what it read.
        let file: File = serde_json::from_slice(&text)
            .map_err(|e| anyhow::anyhow!("line {}: not what `terraform login` writes", e.line()))
            .with_context(place)?;
        for (host, credential) in file.credentials {
            tokens.insert(&host, credential.token);
        }
    }
    tokens.extend(Tokens::from_variables(std::env::vars()));
    Ok(tokens)
}
