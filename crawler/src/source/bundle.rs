//! Offline bundles: a `.tar.zst` archive, or a directory, of one or more providers. It holds schemas and pages,
//! `providers/<namespace>/<name>/<version>/{schema.json, docs/…}`, or finished versions of another catalog;
//! `docs/catalog.md` describes both forms.
//!
//! What is wrong with a page is a problem of that page, what is wrong with a provider an error of that provider, and the
//! rest goes on. Only an archive that is broken or that no honest program writes is refused as a whole.

use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use async_trait::async_trait;

use super::{Observer, PageFormat, PageText, ProviderSource, Source, check_version};
pub use crate::archive::Limits;
use crate::{
    archive::{Entry, Ledger, MANIFEST, Manifest, VersionReader, read_content, walk, walk_directory},
    catalog::{Address, NewVersion, Problem},
    error::{Error, Result},
};

/// A bundle on this machine, as a [`Source`].
#[derive(Debug, Clone)]
pub struct Bundle {
    /// An archive or a directory.
    pub path: PathBuf,
    pub limits: Limits,
}

/// One thing in a bundle.
#[derive(Debug)]
pub enum Item {
    /// Schema and pages.
    Provider(ProviderSource),
    /// A version of another catalog, whole and checked.
    Version(NewVersion),
    /// A provider or version that is not as it should be; the error names it.
    Failed(Error),
}

#[async_trait]
impl Source for Bundle {
    /// The schemas and pages in the bundle. A provider that can't be read is a problem, unless there is no other.
    async fn fetch(&self, observer: &dyn Observer) -> Result<Vec<ProviderSource>> {
        let bundle = self.clone();
        let place = self.path.display().to_string();
        let (providers, failed) = tokio::task::spawn_blocking(move || bundle.providers())
            .await
            .map_err(|e| Error::invalid(place, format!("stopped: {e}")))??;
        for problem in providers.iter().flat_map(|provider| &provider.problems) {
            observer.problem(&problem.item, &problem.reason);
        }
        let mut failed = failed.into_iter();
        if providers.is_empty() {
            return failed.next().map_or(Ok(providers), Err);
        }
        for error in failed {
            match error {
                Error::Invalid { place, reason } => observer.problem(&place, &reason),
                other => observer.problem(&self.path.display().to_string(), &other.to_string()),
            }
        }
        Ok(providers)
    }
}

/// Reads every provider of the bundle at `path`, an archive or a directory. Any provider that can't be read is an error.
pub fn read(path: &Path, limits: Limits) -> Result<Vec<ProviderSource>> {
    let (providers, failed) = Bundle { path: path.to_owned(), limits }.providers()?;
    failed.into_iter().next().map_or(Ok(providers), Err)
}

/// Reads a documentation folder on its own: pages by path inside it, and what is wrong with others.
pub(super) fn read_docs(path: &Path, limits: Limits) -> Result<(BTreeMap<String, PageText>, Vec<Problem>)> {
    let mut providers = Providers::new(path, limits, None);
    providers.root = vec!["providers", "-", "-", "0", "docs"];
    walk_directory(path, &limits, &mut |mut entry| providers.add(&mut entry))?;
    let found = providers.found.into_values().next().unwrap_or_default();
    Ok((found.pages, found.problems))
}

impl Bundle {
    /// Reads the bundle and gives `sink` what is in it, versions of a catalog as they come. An error of `sink` ends it.
    pub fn read_each(&self, sink: &mut dyn FnMut(Item) -> Result<()>) -> Result<()> {
        let place = self.path.display().to_string();
        let metadata = std::fs::metadata(&self.path).map_err(|e| Error::io(&place, e))?;
        let mut form = None;
        let mut each = |mut entry: Entry<'_>| self.take(&mut form, &mut entry, sink);
        if metadata.is_dir() {
            walk_directory(&self.path, &self.limits, &mut each)?;
        } else {
            let file = File::open(&self.path).map_err(|e| Error::io(&place, e))?;
            walk(&place, BufReader::new(file), &self.limits, &mut each)?;
        }
        match form {
            Some(Form::Providers(providers)) => providers.finish(sink),
            Some(Form::Versions(versions)) => versions.finish(&mut |outcome| sink(item(outcome))),
            None => Err(Error::invalid(place, "nothing is in it")),
        }
    }

    fn take(
        &self,
        form: &mut Option<Form>,
        entry: &mut Entry<'_>,
        sink: &mut dyn FnMut(Item) -> Result<()>,
    ) -> Result<()> {
        let is_manifest = entry.parts == [MANIFEST] && !entry.is_dir;
        match form {
            _ if entry.parts.is_empty() => Ok(()),
            None if is_manifest => {
                *form = Some(self.promised(entry)?);
                Ok(())
            }
            Some(_) if is_manifest => {
                Err(self.refuse(entry.name, "comes once, as the first file, or not at all"))
            }
            None => {
                form.insert(Form::Providers(Providers::new(&self.path, self.limits, None))).add(entry, sink)
            }
            Some(form) => form.add(entry, sink),
        }
    }

    fn promised(&self, entry: &mut Entry<'_>) -> Result<Form> {
        let manifest = read_content(entry.content, self.limits.file)
            .and_then(|bytes| Manifest::parse(&bytes))
            .map_err(|reason| self.refuse(entry.name, &reason))?;
        if manifest.versions.is_empty() {
            let ledger = Ledger::new(manifest.files).map_err(|reason| self.refuse(entry.name, &reason))?;
            return Ok(Form::Providers(Providers::new(&self.path, self.limits, Some(ledger))));
        }
        let place = self.path.display().to_string();
        Ok(Form::Versions(Box::new(VersionReader::new(&place, self.limits, manifest)?)))
    }

    fn providers(&self) -> Result<(Vec<ProviderSource>, Vec<Error>)> {
        let (mut providers, mut failed) = (Vec::new(), Vec::new());
        self.read_each(&mut |item| {
            match item {
                Item::Provider(provider) => providers.push(provider),
                Item::Failed(error) => failed.push(error),
                Item::Version(version) => {
                    let place = format!("{}: {} {}", self.path.display(), version.address, version.version);
                    return Err(Error::invalid(place, "is a version of a catalog, not a provider's schema"));
                }
            }
            Ok(())
        })?;
        Ok((providers, failed))
    }

    fn refuse(&self, entry: &str, reason: &str) -> Error {
        Error::invalid(format!("{}: {entry}", self.path.display()), reason)
    }
}

/// Which of its two forms a bundle has.
enum Form {
    Providers(Providers),
    Versions(Box<VersionReader>),
}

impl Form {
    fn add(&mut self, entry: &mut Entry<'_>, sink: &mut dyn FnMut(Item) -> Result<()>) -> Result<()> {
        match self {
            Form::Providers(providers) => providers.add(entry),
            Form::Versions(versions) => versions.add(entry, &mut |outcome| sink(item(outcome))),
        }
    }
}

fn item(outcome: Result<NewVersion>) -> Item {
    outcome.map_or_else(Item::Failed, Item::Version)
}

#[derive(Default)]
struct Found {
    schema: Option<Vec<u8>>,
    pages: BTreeMap<String, PageText>,
    problems: Vec<Problem>,
    /// Paths in lower case: on some machines' disks they are one.
    seen: HashSet<String>,
    /// The file and why the provider can't be taken.
    failure: Option<(String, String)>,
}

impl Found {
    fn fail(&mut self, entry: &str, reason: impl Into<String>) {
        self.failure.get_or_insert_with(|| (entry.to_owned(), reason.into()));
    }
}

/// Namespace, name and version, as the folders name them.
type ProviderKey = (String, String, String);

/// Schemas and pages, as they come.
struct Providers {
    place: String,
    /// Where in a bundle the first level of what is read belongs.
    root: Vec<&'static str>,
    limits: Limits,
    /// Bytes kept.
    kept: u64,
    ledger: Option<Ledger>,
    found: BTreeMap<ProviderKey, Found>,
}

impl Providers {
    fn new(path: &Path, limits: Limits, ledger: Option<Ledger>) -> Self {
        let place = path.display().to_string();
        Providers { place, root: Vec::new(), limits, kept: 0, ledger, found: BTreeMap::new() }
    }

    fn refuse(&self, entry: &str, reason: &str) -> Error {
        Error::invalid(format!("{}: {entry}", self.place), reason)
    }

    /// Takes one entry; what is neither a schema nor a page is passed over.
    fn add(&mut self, entry: &mut Entry<'_>) -> Result<()> {
        let parts = [&self.root[..], entry.parts].concat();
        let ["providers", namespace, provider, version, rest @ ..] = &parts[..] else {
            return self.pass_over(entry).map_err(|reason| self.refuse(entry.name, &reason));
        };
        let key = (namespace.to_string(), provider.to_string(), version.to_string());
        if let Err(Error::Invalid { reason, .. }) = check_version("", version) {
            self.found.entry(key.clone()).or_default().fail(entry.name, reason);
        }
        if entry.is_dir {
            self.found.entry(key).or_default();
            return Ok(());
        }
        let (page, limit) = match rest {
            ["schema.json"] => (None, self.limits.file),
            ["docs", page @ ..] if page.last().is_some_and(|file| is_page(file)) => {
                (Some(page.join("/")), self.limits.page)
            }
            _ => {
                if let Err(reason) = self.pass_over(entry) {
                    self.found.entry(key).or_default().fail(entry.name, reason);
                }
                return Ok(());
            }
        };
        let content = self.content(entry, limit);
        let found = self.found.entry(key).or_default();
        if !found.seen.insert(rest.join("/").to_lowercase()) {
            let reason = "is there twice, or differs from another file only in case";
            match page {
                Some(page) if self.ledger.is_none() => {
                    found.problems.push(Problem { item: page, reason: reason.into() });
                }
                _ => found.fail(entry.name, reason),
            }
            return Ok(());
        }
        match (page, content) {
            (Some(page), Ok(bytes)) => {
                self.kept += bytes.len() as u64;
                found.page(page, bytes);
            }
            (None, Ok(bytes)) => {
                self.kept += bytes.len() as u64;
                found.schema = Some(bytes);
            }
            (Some(page), Err(reason)) if self.ledger.is_none() => {
                found.problems.push(Problem { item: page, reason });
            }
            (_, Err(reason)) => found.fail(entry.name, reason),
        }
        if self.kept > self.limits.total {
            let reason = format!("the bundle is larger than {} bytes", self.limits.total);
            return Err(self.refuse(entry.name, &reason));
        }
        Ok(())
    }

    /// A file that is of no use must be the promised one all the same.
    fn pass_over(&mut self, entry: &mut Entry<'_>) -> std::result::Result<(), String> {
        match &mut self.ledger {
            Some(ledger) if !entry.is_dir => ledger.read(entry, self.limits.file).map(drop),
            _ => Ok(()),
        }
    }

    fn content(&mut self, entry: &mut Entry<'_>, limit: u64) -> std::result::Result<Vec<u8>, String> {
        if entry.size > limit {
            return Err(format!("larger than {limit} bytes"));
        }
        if let Some(ledger) = &mut self.ledger {
            return ledger.read(entry, limit);
        }
        read_content(entry.content, limit)
    }

    fn finish(mut self, sink: &mut dyn FnMut(Item) -> Result<()>) -> Result<()> {
        if self.found.is_empty() {
            return Err(Error::invalid(
                self.place,
                "no providers/<namespace>/<name>/<version>/ folder in it, and no manifest.json at its beginning",
            ));
        }
        for ((namespace, name, version), mut found) in self.found {
            let folder = format!("providers/{namespace}/{name}/{version}");
            if let Some(missing) = self.ledger.as_mut().and_then(|ledger| ledger.take_missing(&folder).pop())
            {
                found.fail(&missing, "in the manifest, and missing");
            }
            let place = format!("{}: {folder}/schema.json", self.place);
            let provider = match found.failure {
                Some((entry, reason)) => Err(Error::invalid(format!("{}: {entry}", self.place), reason)),
                None => provider(&place, &namespace, &name, version, found),
            };
            sink(provider.map_or_else(Item::Failed, Item::Provider))?;
        }
        if let Some(path) = self.ledger.as_ref().and_then(Ledger::first_missing) {
            return Err(Error::invalid(format!("{}: {path}", self.place), "in the manifest, and missing"));
        }
        Ok(())
    }
}

impl Found {
    fn page(&mut self, path: String, bytes: Vec<u8>) {
        match String::from_utf8(bytes) {
            Ok(text) => {
                let format = if path.ends_with(".html") { PageFormat::Html } else { PageFormat::Markdown };
                self.pages.insert(path, PageText { format, text, url: String::new() });
            }
            Err(e) => {
                self.problems.push(Problem { item: path, reason: format!("not UTF-8: {}", e.utf8_error()) });
            }
        }
    }
}

fn provider(
    place: &str,
    namespace: &str,
    name: &str,
    version: String,
    found: Found,
) -> Result<ProviderSource> {
    let Found { schema, pages, mut problems, .. } = found;
    let schema = schema.ok_or_else(|| Error::invalid(place, "missing"))?;
    let address = address_in(place, &schema, namespace, name)?;
    // An archive has no order that means anything.
    problems.sort_by(|a, b| a.item.cmp(&b.item));
    Ok(ProviderSource { address, version, place: place.to_owned(), schema, pages, problems })
}

/// The folders leave out the host; the schema has it.
fn address_in(place: &str, schema: &[u8], namespace: &str, name: &str) -> Result<Address> {
    let mut addresses = crate::schema::parse(place, schema)?
        .into_iter()
        .map(|provider| provider.address)
        .filter(|address| address.namespace == namespace && address.name == name);
    match (addresses.next(), addresses.next()) {
        (Some(address), None) => Ok(address),
        (Some(one), Some(other)) => {
            Err(Error::invalid(place, format!("has schemas of {one} and of {other}; keep one of them")))
        }
        (None, _) => Err(Error::invalid(place, format!("has no schema of a provider {namespace}/{name}"))),
    }
}

fn is_page(file: &str) -> bool {
    [".md", ".markdown", ".html"].iter().any(|ending| file.ends_with(ending))
}
