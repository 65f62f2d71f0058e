//! Catalog versions out of an archive, each whole and checked before it is handed on.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::{
    Entry, Ledger, Limits,
    manifest::{Manifest, ManifestVersion},
};
use crate::{
    catalog::{Address, Document, Entry as IndexEntry, Index, NewVersion, QualityReport, document_key},
    error::{Error, Result},
    schema::check_name,
    search::{self, SearchObject},
    source::check_version,
};

/// The layout of the catalog's objects that this program reads.
const LAYOUT: u32 = 1;

/// Takes the entries of an archive and gives its versions, one at a time.
pub struct VersionReader {
    place: String,
    limits: Limits,
    ledger: Ledger,
    /// Those still to come, by folder.
    versions: HashMap<String, ManifestVersion>,
    current: Option<Pending>,
}

/// The version whose files are coming.
struct Pending {
    folder: String,
    version: ManifestVersion,
    /// By key inside the folder.
    objects: BTreeMap<String, Vec<u8>>,
    bytes: u64,
    /// The file and what is wrong with it.
    failure: Option<(String, String)>,
}

/// What became of a version.
type Outcome = Result<NewVersion>;

impl VersionReader {
    /// `place` names the archive in errors.
    pub fn new(place: &str, limits: Limits, manifest: Manifest) -> Result<Self> {
        let refuse = |reason: String| Error::invalid(format!("{place}: {}", super::MANIFEST), reason);
        let mut versions = HashMap::new();
        for version in manifest.versions {
            let address: Address = version.provider.parse().map_err(refuse)?;
            check_version(place, &version.version)?;
            if address.to_string() != version.provider {
                return Err(refuse(format!(
                    "{:?} is not host/namespace/name in lower case",
                    version.provider
                )));
            }
            if let Some(twice) = versions.insert(version.folder(), version) {
                return Err(refuse(format!("lists {} {} twice", twice.provider, twice.version)));
            }
        }
        let ledger = Ledger::new(manifest.files).map_err(refuse)?;
        Ok(VersionReader { place: place.to_owned(), limits, ledger, versions, current: None })
    }

    /// Takes the next entry, and gives the version before it to `done` when that one is complete.
    pub fn add(&mut self, entry: &mut Entry<'_>, done: &mut dyn FnMut(Outcome) -> Result<()>) -> Result<()> {
        if entry.is_dir {
            return Ok(());
        }
        let refuse = |reason: &str| Error::invalid(format!("{}: {}", self.place, entry.name), reason);
        let (folder, key) = match entry.parts {
            ["catalog", host, namespace, name, version, key @ ..] if !key.is_empty() => {
                (format!("catalog/{host}/{namespace}/{name}/{version}"), key.join("/"))
            }
            _ => return Err(refuse("not a file of a catalog version")),
        };
        if self.current.as_ref().is_none_or(|current| current.folder != folder) {
            let Some(version) = self.versions.remove(&folder) else {
                return Err(refuse("its version is not in the manifest, or its files are not together"));
            };
            self.close(done)?;
            self.current =
                Some(Pending { folder, version, objects: BTreeMap::new(), bytes: 0, failure: None });
        }
        let current = self.current.as_mut().expect("set above");
        if current.failure.is_none() {
            match self.ledger.read(entry, self.limits.file) {
                Ok(bytes) => current.keep(key, bytes, self.limits.total),
                Err(reason) => current.failure = Some((key, reason)),
            }
        }
        Ok(())
    }

    /// Gives the last version, and says what of the manifest has not come.
    pub fn finish(mut self, done: &mut dyn FnMut(Outcome) -> Result<()>) -> Result<()> {
        self.close(done)?;
        let mut absent: Vec<String> = self.versions.into_keys().collect();
        absent.sort_unstable();
        for folder in &absent {
            self.ledger.take_missing(folder);
            let place = format!("{}: {folder}", self.place);
            done(Err(Error::invalid(place, "none of its files is in the archive")))?;
        }
        match self.ledger.first_missing() {
            Some(path) => {
                Err(Error::invalid(format!("{}: {path}", self.place), "in the manifest, and missing"))
            }
            None => Ok(()),
        }
    }

    fn close(&mut self, done: &mut dyn FnMut(Outcome) -> Result<()>) -> Result<()> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let folder = format!("{}: {}", self.place, current.folder);
        let missing = self.ledger.take_missing(&current.folder);
        let outcome = match &current.failure {
            Some((key, reason)) => Err(Error::invalid(format!("{folder}/{key}"), reason)),
            None => match &missing[..] {
                [] => current.into_version().map_err(|(key, reason)| {
                    Error::invalid(if key.is_empty() { folder } else { format!("{folder}/{key}") }, reason)
                }),
                [first, ..] => Err(Error::invalid(
                    format!("{}: {first}", self.place),
                    format!("in the manifest, and missing; so are {} others", missing.len() - 1),
                )),
            },
        };
        done(outcome)
    }
}

/// A key and what is wrong with it.
type Wrong = (String, String);

impl Pending {
    fn keep(&mut self, key: String, bytes: Vec<u8>, limit: u64) {
        self.bytes += bytes.len() as u64;
        if self.bytes > limit {
            self.failure = Some((key, format!("the version is larger than {limit} bytes")));
            self.objects.clear();
        } else {
            self.objects.insert(key, bytes);
        }
    }

    /// A catalog takes only what this program could have written: a reader must never meet an object that is not JSON
    /// or is about something else.
    fn into_version(mut self) -> std::result::Result<NewVersion, Wrong> {
        let index = self.index()?;
        let mut documents = Vec::with_capacity(index.elements.len());
        for entry in index.elements {
            let key = document_key(entry.kind, &entry.name);
            check_name("", &entry.name).map_err(|e| (key.clone(), e.to_string()))?;
            let bytes = self
                .objects
                .remove(&key)
                .ok_or_else(|| (key.clone(), String::from("in index.json, and missing or there twice")))?;
            check_document(&bytes, &entry, &index.provider, &index.version)
                .map_err(|reason| (key, reason))?;
            documents.push((entry, Bytes::from(bytes)));
        }
        let mut extras = BTreeMap::new();
        for (key, bytes) in self.objects {
            let bytes = Bytes::from(bytes);
            check_extra(&key, &bytes).map_err(|reason| (key.clone(), reason))?;
            extras.insert(key, bytes);
        }
        let new = NewVersion {
            address: index.provider,
            version: index.version,
            documents,
            extras,
            // Only a program that has read a source can say that it has.
            source: String::new(),
        };
        if new.digest() != self.version.digest || index.digest != self.version.digest {
            return Err((String::new(), "its files do not have the digest in the manifest".into()));
        }
        Ok(new)
    }

    fn index(&mut self) -> std::result::Result<Index, Wrong> {
        let wrong = |reason: String| ("index.json".to_owned(), reason);
        let bytes = self.objects.remove("index.json").ok_or_else(|| wrong("missing".into()))?;
        let index: Index = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
        if index.format != LAYOUT {
            return Err(wrong(format!("format {} is not supported, only {LAYOUT} is", index.format)));
        }
        let about = (index.provider.to_string(), &index.version);
        if about != (self.version.provider.clone(), &self.version.version) {
            return Err(wrong(format!("is about {} {}", about.0, about.1)));
        }
        Ok(index)
    }
}

fn check_document(
    bytes: &[u8],
    entry: &IndexEntry,
    provider: &Address,
    version: &str,
) -> std::result::Result<(), String> {
    let document: Document = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let about = (document.kind, &document.name, &document.provider, document.version.as_str());
    if about != (entry.kind, &entry.name, provider, version) {
        return Err(format!("is about {} {}", document.kind.keyword(), document.name));
    }
    Ok(())
}

/// Further objects are files beside `index.json`, whether or not this program knows what they are.
fn check_extra(key: &str, bytes: &Bytes) -> std::result::Result<(), String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let Some((name, ending)) = key.split_once('.') else { return Err("not in index.json".into()) };
    if name.is_empty() || !name.bytes().chain(ending.bytes()).all(plain) {
        return Err("not in index.json".into());
    }
    if key == search::FILE {
        return SearchObject::open(bytes).map(drop);
    }
    let checked = match (key, ending) {
        (QualityReport::FILE, _) => serde_json::from_slice::<QualityReport>(bytes).map(drop),
        (_, "json") => serde_json::from_slice::<IgnoredAny>(bytes).map(drop),
        _ => Ok(()),
    };
    checked.map_err(|e| e.to_string())
}
