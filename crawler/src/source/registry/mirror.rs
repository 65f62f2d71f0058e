//! Mirrors: the network mirror protocol, and directories laid out as a filesystem mirror.
//!
//! Sources: <https://developer.hashicorp.com/terraform/internals/provider-network-mirror-protocol>,
//! <https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror>

use std::{collections::BTreeMap, io::ErrorKind, path::Path};

use serde::{Deserialize, de::IgnoredAny};
use url::Url;

use super::{
    digest::Digest,
    hosts::below,
    package::{Package, Platform},
    session::Session,
};
use crate::{
    catalog::Address,
    error::{Error, Result},
    http::shown,
};

#[derive(Deserialize)]
struct Index {
    versions: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
struct Archives {
    archives: BTreeMap<String, Archive>,
}

#[derive(Deserialize)]
struct Archive {
    url: String,
    #[serde(default)]
    hashes: Vec<String>,
}

/// The versions that a network mirror has.
pub(super) async fn versions(session: &Session<'_>, base: &Url) -> Result<Vec<String>> {
    let listing = session.listing::<Index>(&file(session, base, "index.json")?).await.map_err(|e| {
        let address = session.address;
        if e.is_absent() { Error::NotFound(format!("{address}: the mirror has no such provider")) } else { e }
    })?;
    Ok(listing.value.versions.into_keys().collect())
}

/// Where a network mirror has a package.
pub(super) async fn package(
    session: &Session<'_>,
    base: &Url,
    version: &str,
    platform: &Platform,
) -> Result<Package> {
    let url = file(session, base, &format!("{version}.json"))?;
    let listing = session.listing::<Archives>(&url).await?;
    let place = shown(&url);
    let mut archives = listing.value.archives;
    let archive = archives
        .remove(&platform.to_string())
        .ok_or_else(|| Error::NotFound(format!("{place}: no package for {platform}")))?;
    let url = listing.url.join(&archive.url).map_err(|e| Error::invalid(&place, format!("url: {e}")))?;
    // Schemes may be added; a list of which none is known says nothing.
    let digests: Vec<Digest> = archive.hashes.iter().filter_map(|text| text.parse().ok()).collect();
    if digests.is_empty() {
        return Err(Error::invalid(place, "names no digest (h1: or zh:) of the package"));
    }
    Ok(Package { url, digests, sums: None })
}

fn file(session: &Session<'_>, base: &Url, name: &str) -> Result<Url> {
    let Address { host, namespace, name: provider } = session.address;
    below(base, [host, namespace, provider, name])
}

/// The versions in a directory, packed or unpacked, for any platform.
pub(super) async fn versions_in(directory: &Path, address: &Address) -> Result<Vec<String>> {
    let folder = directory.join(&address.host).join(&address.namespace).join(&address.name);
    let fail = |e: std::io::Error| match e.kind() {
        ErrorKind::NotFound => {
            Error::NotFound(format!("{address}: the mirror {} has no such provider", directory.display()))
        }
        _ => Error::io(folder.display().to_string(), e),
    };
    let mut listing = tokio::fs::read_dir(&folder).await.map_err(fail)?;
    let prefix = format!("terraform-provider-{}_", address.name);
    let mut versions = Vec::new();
    while let Some(entry) = listing.next_entry().await.map_err(fail)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let packed = name.strip_prefix(&prefix).filter(|rest| rest.ends_with(".zip"));
        match packed.and_then(|rest| rest.split('_').next()) {
            Some(version) => versions.push(version.to_owned()),
            None if entry.path().is_dir() => versions.push(name),
            None => {}
        }
    }
    Ok(versions)
}
