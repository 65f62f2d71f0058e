//! The registries that may be asked.

use std::collections::BTreeMap;

use url::Url;

use crate::{
    catalog::{Address, DEFAULT_HOST},
    error::{Error, Result},
};

/// The registries by the host name in providers' addresses. An address of any other host is refused.
#[derive(Debug, Clone)]
pub struct Registries(BTreeMap<String, Host>);

/// A registry.
#[derive(Debug, Clone)]
pub struct Host {
    /// Where service discovery starts, for the most part `https://<host>/`.
    pub base: Url,
    pub docs: DocsApi,
}

/// How a registry gives documentation; the URL is the API's base.
#[derive(Debug, Clone)]
pub enum DocsApi {
    /// As the public Terraform registry does, below `/v2/`.
    Registry(Url),
    /// As OpenTofu's does, below `/registry/docs/`.
    OpenTofu(Url),
    None,
}

const OPENTOFU_HOST: &str = "registry.opentofu.org";
const OPENTOFU_DOCS: &str = "https://api.opentofu.org/registry/docs/";

/// Terraform's and OpenTofu's public registries.
impl Default for Registries {
    fn default() -> Self {
        let mut registries = Registries::none();
        for host in [DEFAULT_HOST, OPENTOFU_HOST] {
            registries.insert(host, Host::of(host).expect("a plain host name"));
        }
        registries
    }
}

impl Registries {
    /// No registry: every address is refused.
    pub fn none() -> Self {
        Registries(BTreeMap::new())
    }

    /// Adds a registry, or replaces it.
    pub fn insert(&mut self, host: &str, registry: Host) {
        self.0.insert(host.to_ascii_lowercase(), registry);
    }

    /// The registry of a provider.
    pub fn of(&self, address: &Address) -> Result<&Host> {
        self.0.get(&address.host).ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
            let reason =
                format!("{} is not a configured registry; there are {}", address.host, known.join(", "));
            Error::invalid(address.to_string(), reason)
        })
    }

    /// The registries' own origins, for [`Settings::trusted`](crate::http::Settings::trusted).
    pub fn origins(&self) -> Vec<Url> {
        self.0.values().map(|host| host.base.clone()).collect()
    }
}

impl Host {
    /// The registry that this host name means by itself; an error for what is not a host name.
    pub fn of(host: &str) -> Result<Self> {
        let base = Url::parse(&format!("https://{host}/"))
            .map_err(|e| Error::invalid(host, format!("not the name of a registry: {e}")))?;
        if host == OPENTOFU_HOST {
            let docs = DocsApi::OpenTofu(Url::parse(OPENTOFU_DOCS).expect("a valid URL"));
            return Ok(Host { base, docs });
        }
        Ok(Host::at(base))
    }

    /// A registry at this address, with documentation as the public Terraform registry gives it.
    pub fn at(base: Url) -> Self {
        let mut docs = base.clone();
        docs.set_path("/v2/");
        Host { base, docs: DocsApi::Registry(docs) }
    }
}

/// `base` with these parts appended, each as one part of the path.
pub(super) fn below<'a>(base: &Url, parts: impl IntoIterator<Item = &'a str>) -> Result<Url> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Error::invalid(base.to_string(), "not the address of a server"))?
        .pop_if_empty()
        .extend(parts);
    Ok(url)
}
