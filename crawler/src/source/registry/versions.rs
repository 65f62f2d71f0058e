//! Which version to crawl, and where a registry's services are.
//!
//! Sources: <https://developer.hashicorp.com/terraform/internals/remote-service-discovery>,
//! <https://developer.hashicorp.com/terraform/internals/provider-registry-protocol#list-available-versions>

use serde::Deserialize;
use url::Url;

use super::{Docs, Packages, Registry, Schema, check_version, hosts::below, mirror, session::Session};
use crate::{
    error::{Error, Result},
    http::shown,
};

#[derive(Deserialize)]
struct Services {
    #[serde(rename = "providers.v1")]
    providers: Option<String>,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

/// The newest version that fits. No registry is asked when the constraint names the version and nothing else is needed
/// from one.
pub(super) async fn resolve(registry: &Registry) -> Result<String> {
    let Registry { address, constraint, .. } = registry;
    if address.is_builtin() {
        return Err(Error::invalid(address.to_string(), "is part of Terraform and in no registry"));
    }
    let is_offline =
        matches!((&registry.schema, &registry.docs), (Schema::Dump(_), Docs::Folder(_) | Docs::Site(_)));
    if let Some(exact) = constraint.exact().filter(|_| is_offline) {
        return Ok(exact.to_string());
    }
    let session = registry.session();
    let versions = match &registry.packages {
        Packages::Registry => of_registry(registry, &session).await?,
        Packages::Directory(directory) => mirror::versions_in(directory, address).await?,
        Packages::Network(base) => mirror::versions(&session, base).await?,
    };
    let newest = constraint.newest(versions.iter().map(String::as_str)).ok_or_else(|| {
        let mut known = versions.clone();
        known.sort();
        let reason = match &known[..] {
            [] => "has no version there".to_owned(),
            known => format!("no version of {} fits, such as {}", known.len(), known[known.len() - 1]),
        };
        Error::NotFound(format!("{address}: {reason}"))
    })?;
    check_version(&address.to_string(), newest)?;
    Ok(newest.to_owned())
}

async fn of_registry(registry: &Registry, session: &Session<'_>) -> Result<Vec<String>> {
    let address = &registry.address;
    let base = providers(registry).await?;
    let url = below(&base, [address.namespace.as_str(), &address.name, "versions"])?;
    let listing = session.listing::<Versions>(&url).await.map_err(|e| {
        if e.is_absent() {
            Error::NotFound(format!("{address}: the registry has no such provider"))
        } else {
            e
        }
    })?;
    Ok(listing.value.versions.into_iter().map(|version| version.version).collect())
}

/// The base of the provider registry protocol, as the host says.
pub(super) async fn providers(registry: &Registry) -> Result<Url> {
    let host = registry.registries.of(&registry.address)?;
    let url = below(&host.base, [".well-known", "terraform.json"])?;
    let listing = registry.session().listing::<Services>(&url).await?;
    let service = listing.value.providers.ok_or_else(|| {
        Error::invalid(shown(&url), "the host has no provider registry (no \"providers.v1\" service)")
    })?;
    listing.url.join(&service).map_err(|e| Error::invalid(shown(&url), format!("\"providers.v1\": {e}")))
}
