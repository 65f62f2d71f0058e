//! Offline bundles: a `.tar.zst` archive, or a directory, that holds
//! `providers/<namespace>/<name>/<version>/{schema.json, docs/…}` for one or more providers.
//!
//! An archive comes from anywhere. It is read in memory, within [`Limits`], and never unpacked to disk; a link, a path
//! that leaves the archive, or anything else out of the ordinary ends the import with the entry's name.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read},
    path::{Component, Path, PathBuf},
};

use async_trait::async_trait;

use super::{Observer, PageFormat, PageText, ProviderSource, Source, check_version};
use crate::{
    catalog::Address,
    error::{Error, Result},
};

/// How much a bundle may hold. The largest provider (aws) has a schema of 25 MB and 2,000 pages of 12 MB.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of one documentation page.
    pub page: u64,
    /// Bytes of the unpacked archive.
    pub total: u64,
    /// Files and folders.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file: 64 << 20, page: 4 << 20, total: 256 << 20, entries: 50_000 }
    }
}

/// A bundle on this machine, as a [`Source`].
#[derive(Debug, Clone)]
pub struct Bundle {
    /// An archive or a directory.
    pub path: PathBuf,
    pub limits: Limits,
}

#[async_trait]
impl Source for Bundle {
    async fn fetch(&self, _: &dyn Observer) -> Result<Vec<ProviderSource>> {
        let Bundle { path, limits } = self.clone();
        let place = path.display().to_string();
        tokio::task::spawn_blocking(move || read(&path, limits))
            .await
            .map_err(|e| Error::invalid(place, format!("stopped: {e}")))?
    }
}

/// Reads every provider of the bundle at `path`, an archive or a directory.
pub fn read(path: &Path, limits: Limits) -> Result<Vec<ProviderSource>> {
    let place = path.display().to_string();
    let metadata = std::fs::metadata(path).map_err(|e| Error::io(&place, e))?;
    let mut collector = Collector::new(path, limits);
    if metadata.is_dir() {
        read_directory(path, path, &mut collector)?;
    } else {
        let file = File::open(path).map_err(|e| Error::io(&place, e))?;
        read_archive(BufReader::new(file), &mut collector)?;
    }
    collector.finish()
}

/// Reads a documentation folder on its own: pages by path inside it.
pub(super) fn read_docs(path: &Path, limits: Limits) -> Result<BTreeMap<String, PageText>> {
    let mut collector = Collector::new(path, limits);
    collector.root = vec!["providers", "-", "-", "0", "docs"];
    read_directory(path, path, &mut collector)?;
    Ok(collector.found.into_values().next().unwrap_or_default().pages)
}

fn read_archive(reader: impl io::BufRead, collector: &mut Collector) -> Result<()> {
    let place = collector.place.clone();
    let broken = |after: &str, e: io::Error| {
        Error::invalid(&place, format!("not a whole .tar.zst archive, after {after}: {e}"))
    };
    let mut last = String::from("its first byte");
    let decoder = zstd::Decoder::with_buffer(reader).map_err(|e| broken(&last, e))?;
    let mut archive = tar::Archive::new(Capped { inner: decoder, left: collector.limits.total });
    for entry in archive.entries().map_err(|e| broken(&last, e))? {
        let mut entry = entry.map_err(|e| broken(&last, e))?;
        let path = entry.path().map_err(|e| broken(&last, e))?.into_owned();
        let name = path.display().to_string();
        let kind = entry.header().entry_type();
        if !kind.is_file() && !kind.is_dir() {
            return Err(collector.refuse(&name, "only plain files and folders are allowed in a bundle"));
        }
        let size = entry.size();
        collector.add(&path, &name, kind.is_dir(), size, &mut entry)?;
        last = name;
    }
    Ok(())
}

fn read_directory(root: &Path, directory: &Path, collector: &mut Collector) -> Result<()> {
    let at = |path: &Path| path.display().to_string();
    let listing = std::fs::read_dir(directory).map_err(|e| Error::io(at(directory), e))?;
    let mut paths = listing
        .map(|entry| entry.map(|e| e.path()).map_err(|e| Error::io(at(directory), e)))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    for path in paths {
        let metadata = std::fs::symlink_metadata(&path).map_err(|e| Error::io(at(&path), e))?;
        let relative = path.strip_prefix(root).expect("listed below the root");
        let name = relative.display().to_string();
        if metadata.is_dir() {
            collector.add(relative, &name, true, 0, &mut io::empty())?;
            read_directory(root, &path, collector)?;
        } else if metadata.is_file() {
            let mut file = File::open(&path).map_err(|e| Error::io(at(&path), e))?;
            collector.add(relative, &name, false, metadata.len(), &mut file)?;
        } else {
            return Err(collector.refuse(&name, "only plain files and folders are allowed in a bundle"));
        }
    }
    Ok(())
}

/// Ends a decompression bomb: an error, not an end of file, once `left` bytes have been read.
struct Capped<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "the unpacked archive is too large")
        })?;
        Ok(n)
    }
}

#[derive(Default)]
struct Found {
    schema: Option<Vec<u8>>,
    pages: BTreeMap<String, PageText>,
}

/// Namespace, name and version, as the folders name them.
type ProviderKey = (String, String, String);

struct Collector {
    place: String,
    /// Where in a bundle the first level of what is read belongs.
    root: Vec<&'static str>,
    limits: Limits,
    total: u64,
    entries: usize,
    found: BTreeMap<ProviderKey, Found>,
}

impl Collector {
    fn new(path: &Path, limits: Limits) -> Self {
        let place = path.display().to_string();
        Collector { place, root: Vec::new(), limits, total: 0, entries: 0, found: BTreeMap::new() }
    }

    fn refuse(&self, entry: &str, reason: &str) -> Error {
        Error::invalid(format!("{}: {entry}", self.place), reason)
    }

    /// Takes one entry; what is neither a schema nor a page is passed over.
    fn add(
        &mut self,
        path: &Path,
        name: &str,
        is_dir: bool,
        size: u64,
        content: &mut impl Read,
    ) -> Result<()> {
        let parts =
            safe_parts(path).ok_or_else(|| self.refuse(name, "the path is not a plain relative one"))?;
        self.entries += 1;
        self.total = self.total.saturating_add(size);
        if self.entries > self.limits.entries {
            return Err(self.refuse(name, &format!("more than {} entries", self.limits.entries)));
        }
        if size > self.limits.file {
            return Err(self.refuse(name, &format!("larger than {} bytes", self.limits.file)));
        }
        if self.total > self.limits.total {
            return Err(self.refuse(name, &format!("the bundle is larger than {} bytes", self.limits.total)));
        }
        let parts = [&self.root[..], &parts[..]].concat();
        let ["providers", namespace, provider, version, rest @ ..] = &parts[..] else {
            return Ok(());
        };
        check_version(&format!("{}: {name}", self.place), version)?;
        let key = (namespace.to_string(), provider.to_string(), version.to_string());
        if is_dir {
            self.found.entry(key).or_default();
            return Ok(());
        }
        match rest {
            ["schema.json"] => {
                let bytes = self.read(name, self.limits.file, content)?;
                self.found.entry(key).or_default().schema = Some(bytes);
            }
            ["docs", page @ ..] if page.last().is_some_and(|file| is_page(file)) => {
                let text = String::from_utf8(self.read(name, self.limits.page, content)?)
                    .map_err(|e| self.refuse(name, &format!("not UTF-8: {}", e.utf8_error())))?;
                let page = page.join("/");
                let format = if page.ends_with(".html") { PageFormat::Html } else { PageFormat::Markdown };
                let text = PageText { format, text, url: String::new() };
                self.found.entry(key).or_default().pages.insert(page, text);
            }
            _ => {}
        }
        Ok(())
    }

    fn read(&self, name: &str, limit: u64, content: &mut impl Read) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // The size in a header is a promise, and a file can grow while it is read.
        content.take(limit + 1).read_to_end(&mut bytes).map_err(|e| self.refuse(name, &e.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(self.refuse(name, &format!("larger than {limit} bytes")));
        }
        Ok(bytes)
    }

    fn finish(self) -> Result<Vec<ProviderSource>> {
        if self.found.is_empty() {
            return Err(Error::invalid(
                self.place,
                "no providers/<namespace>/<name>/<version>/ folder in it",
            ));
        }
        let bundle = self.place;
        self.found
            .into_iter()
            .map(|((namespace, name, version), found)| {
                let place = format!("{bundle}: providers/{namespace}/{name}/{version}/schema.json");
                let schema = found.schema.ok_or_else(|| Error::invalid(&place, "missing"))?;
                let address = address_in(&place, &schema, &namespace, &name)?;
                let problems = Vec::new();
                Ok(ProviderSource { address, version, place, schema, pages: found.pages, problems })
            })
            .collect()
    }
}

/// The folders leave out the host; the schema has it.
fn address_in(place: &str, schema: &[u8], namespace: &str, name: &str) -> Result<Address> {
    let providers = crate::schema::parse(place, schema)?;
    providers
        .into_iter()
        .map(|provider| provider.address)
        .find(|address| address.namespace == namespace && address.name == name)
        .ok_or_else(|| Error::invalid(place, format!("has no schema of a provider {namespace}/{name}")))
}

/// The parts of a relative path that stays inside its root; `None` for any other.
fn safe_parts(path: &Path) -> Option<Vec<&str>> {
    path.components()
        .filter(|component| !matches!(component, Component::CurDir))
        .map(|component| match component {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect()
}

fn is_page(file: &str) -> bool {
    [".md", ".markdown", ".html"].iter().any(|ending| file.ends_with(ending))
}
