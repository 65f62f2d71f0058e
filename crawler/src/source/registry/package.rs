//! The provider's package: found, fetched, checked, unpacked, and asked for its schema.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/provider-registry-protocol#find-a-provider-package>

use std::{fmt, io::Seek, path::Path, str::FromStr};

use serde::Deserialize;
use tokio::fs::File;
use url::Url;

use super::{
    Packages, Registry,
    digest::{self, Digest},
    hosts::below,
    mirror,
    session::Session,
    unpack, versions,
};
use crate::{
    error::{Error, Result},
    http::{Answer, Body, Request, Validators, shown},
    schema,
    source::{
        Observer, Progress, SchemaReader, Stage,
        cache::{Group, Key},
    },
};

/// Bytes of a package; the largest provider has 0.2 GB.
const MAX_PACKAGE: u64 = 1 << 30;
/// Bytes of a SHA256SUMS file.
const MAX_SUMS: u64 = 1 << 20;

/// An operating system and an architecture, by Terraform's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    pub os: String,
    pub arch: String,
}

impl Platform {
    /// This machine's.
    pub fn host() -> Self {
        let os = match std::env::consts::OS {
            "macos" => "darwin",
            os => os,
        };
        Platform { os: os.into(), ..Platform::linux() }
    }

    /// What containers on this machine are.
    pub fn linux() -> Self {
        let arch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            arch => arch,
        };
        Platform { os: "linux".into(), arch: arch.into() }
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('_') {
            Some((os, arch)) if !os.is_empty() && !arch.is_empty() => {
                Ok(Platform { os: os.into(), arch: arch.into() })
            }
            _ => Err(format!("{text:?} is not a platform, such as linux_amd64")),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.os, self.arch)
    }
}

/// A package, as a registry or a mirror describes it.
#[derive(Debug)]
pub(super) struct Package {
    pub url: Url,
    /// One of these must be the package's. Never empty.
    pub digests: Vec<Digest>,
    /// The file that lists the digests of all packages of the version, and this one's name in it.
    pub sums: Option<(Url, String)>,
}

#[derive(Deserialize)]
struct Download {
    download_url: String,
    filename: String,
    shasum: String,
    shasums_url: String,
}

/// The schema: what is known from an earlier crawl of the same package, else what the provider says.
pub(super) async fn read_schema(
    registry: &Registry,
    reader: &dyn SchemaReader,
    version: &str,
    observer: &dyn Observer,
) -> Result<Vec<u8>> {
    let stage = |stage| observer.progress(Progress { stage, done: 0, total: 1 });
    stage(Stage::Package);
    let address = &registry.address;
    let session = registry.session();
    let package = match &registry.packages {
        Packages::Directory(mirror) => {
            stage(Stage::Schema);
            return reader.read_schema(address, version, mirror).await;
        }
        Packages::Registry => find(registry, &session, version).await?,
        Packages::Network(base) => mirror::package(&session, base, version, &registry.platform).await?,
    };
    let name = format!("{:?}", package.digests);
    let schema_key = Key::new(address, Group::Schemas(version), &name);
    if let Some(body) = session.cache.get(&schema_key).await? {
        return Ok(body.bytes.into());
    }
    let package_key = Key::new(address, Group::Packages(version), &name);
    let mirror = tempfile::tempdir().map_err(|e| Error::io("temporary directory", e))?;
    fetch(&session, &package, &package_key, &registry.folder(version, mirror.path())).await?;
    stage(Stage::Schema);
    let schema = reader.read_schema(address, version, mirror.path()).await?;
    // Only a schema that can be read is worth keeping.
    let place = format!("schema of {address} {version}");
    let is_there = schema::parse(&place, &schema)?.iter().any(|provider| provider.address == *address);
    if is_there {
        let (bytes, mut url) = (schema.clone().into(), package.url);
        // It may be a signature.
        url.set_query(None);
        let body = Body { bytes, validators: Validators::default(), url, content_type: String::new() };
        session.cache.put(&schema_key, &body).await?;
        session.cache.remove(&package_key).await?;
    }
    Ok(schema)
}

impl Registry {
    /// Where a filesystem mirror has the unpacked package.
    fn folder(&self, version: &str, mirror: &Path) -> std::path::PathBuf {
        mirror.join(self.address.to_string()).join(version).join(self.platform.to_string())
    }
}

/// Where the registry has the package.
async fn find(registry: &Registry, session: &Session<'_>, version: &str) -> Result<Package> {
    let Registry { address, platform, .. } = registry;
    let base = versions::providers(registry).await?;
    let parts =
        [address.namespace.as_str(), &address.name, version, "download", &platform.os, &platform.arch];
    let url = below(&base, parts)?;
    let listing = session.listing::<Download>(&url).await.map_err(|e| {
        let reason = format!("{address} {version}: the registry has no package for {platform}");
        if e.is_absent() { Error::NotFound(reason) } else { e }
    })?;
    let place = shown(&url);
    let join = |name: &str, relative: &str| {
        listing.url.join(relative).map_err(|e| Error::invalid(&place, format!("{name}: {e}")))
    };
    let Download { download_url, filename, shasum, shasums_url } = &listing.value;
    Ok(Package {
        url: join("download_url", download_url)?,
        digests: vec![Digest::Zip(shasum.to_ascii_lowercase())],
        sums: Some((join("shasums_url", shasums_url)?, filename.clone())),
    })
}

/// Brings the checked package, unpacked, into `folder`.
async fn fetch(session: &Session<'_>, package: &Package, key: &Key, folder: &Path) -> Result<()> {
    let place = shown(&package.url);
    let temporary = tempfile::tempfile().map_err(|e| Error::io("temporary file", e))?;
    let mut file = File::from_std(temporary);
    let kept = session.cache.get_file(key, &mut file).await?;
    let is_kept = match kept {
        Some(sha256) => check(package, &sha256, &mut file).await.is_ok(),
        None => false,
    };
    if !is_kept {
        let downloaded = session.client.download(&package.url, MAX_PACKAGE, &mut file).await?;
        check(package, &downloaded.sha256, &mut file)
            .await
            .map_err(|reason| Error::invalid(&place, reason))?;
        if let Some((sums, name)) = &package.sums {
            check_sums(session, sums, name, &downloaded.sha256).await?;
        }
        session.cache.put_file(key, &mut file).await?;
    }
    let file = file.into_std().await;
    let folder = folder.to_owned();
    let unpacked = tokio::task::spawn_blocking(move || {
        unpack::unpack(&mut unpack::open(file)?, &folder, unpack::MAX_BYTES)
    })
    .await;
    unpacked
        .unwrap_or_else(|e| Err(format!("stopped: {e}")))
        .map_err(|reason| Error::invalid(place, format!("the package {reason}")))
}

/// Whether the package in `file` is the one that was announced.
async fn check(package: &Package, sha256: &str, file: &mut File) -> Result<(), String> {
    if package.digests.contains(&Digest::Zip(sha256.to_owned())) {
        return Ok(());
    }
    if package.digests.iter().any(|digest| matches!(digest, Digest::Files(_))) {
        let mut copy = file.try_clone().await.map_err(|e| e.to_string())?.into_std().await;
        let found = tokio::task::spawn_blocking(move || {
            copy.rewind().map_err(|e| e.to_string())?;
            digest::of_files(&mut unpack::open(copy)?, unpack::MAX_BYTES)
        });
        let found = found.await.map_err(|e| e.to_string())??;
        if package.digests.contains(&Digest::Files(found)) {
            return Ok(());
        }
    }
    Err(format!("is not the announced package: its SHA-256 is {sha256}"))
}

/// The SHA256SUMS file is what the provider's makers sign; it must say the same as the registry.
async fn check_sums(session: &Session<'_>, url: &Url, name: &str, sha256: &str) -> Result<()> {
    let Answer::Body(body) = session.client.get(&Request::new(url.clone(), MAX_SUMS)).await? else {
        return Err(Error::invalid(shown(url), "answered \"not modified\" to a plain question"));
    };
    let text = String::from_utf8_lossy(&body.bytes);
    let line = text.lines().find_map(|line| line.strip_suffix(name)?.split_whitespace().next());
    match line {
        Some(listed) if listed.eq_ignore_ascii_case(sha256) => Ok(()),
        Some(listed) => {
            Err(Error::invalid(shown(url), format!("lists {listed} for {name}, which is {sha256}")))
        }
        None => Err(Error::invalid(shown(url), format!("does not list {name}"))),
    }
}
