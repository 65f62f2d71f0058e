//! `manifest.json`, the first file of an archive: what must be in it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Entry, read_content};

/// The manifest's path.
pub const MANIFEST: &str = "manifest.json";
/// The format that this program writes and reads.
const FORMAT: u32 = 1;

/// What an archive holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The catalog versions in it; empty in an archive of schemas and pages.
    #[serde(default)]
    pub versions: Vec<ManifestVersion>,
    /// Every file but the manifest.
    pub files: Vec<ManifestFile>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ManifestVersion {
    /// host/namespace/name
    pub provider: String,
    pub version: String,
    /// The version's digest, as in its `index.json`.
    pub digest: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ManifestFile {
    pub path: String,
    pub size: u64,
    /// Hex, lower case.
    pub sha256: String,
}

impl ManifestVersion {
    /// The folder that the version's files are in.
    pub fn folder(&self) -> String {
        format!("catalog/{}/{}", self.provider, self.version)
    }
}

impl Manifest {
    pub fn new(versions: Vec<ManifestVersion>, files: Vec<ManifestFile>) -> Self {
        Manifest { format: FORMAT, versions, files }
    }

    /// Reads a manifest; the reason why not, for people.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        // On its own first: another format need not have the same fields.
        let Format { format } = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        if format != FORMAT {
            return Err(format!(
                "format {format} is not supported, only {FORMAT} is; use a newer cloudoven-crawler"
            ));
        }
        serde_json::from_slice(bytes).map_err(|e| e.to_string())
    }
}

impl ManifestFile {
    pub fn of(path: String, bytes: &[u8]) -> Self {
        ManifestFile { path, size: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) }
    }
}

/// The files that are still to come.
#[derive(Debug)]
pub struct Ledger(HashMap<String, (u64, String)>);

impl Ledger {
    /// The reason why a manifest can't be kept to, for people.
    pub fn new(files: Vec<ManifestFile>) -> Result<Self, String> {
        let mut ledger = HashMap::with_capacity(files.len());
        for ManifestFile { path, size, sha256 } in files {
            if ledger.contains_key(&path) {
                return Err(format!("lists {path:?} twice"));
            }
            ledger.insert(path, (size, sha256));
        }
        Ok(Ledger(ledger))
    }

    /// The content of an entry, if it is what the manifest promises and was not there before; else the reason.
    pub fn read(&mut self, entry: &mut Entry<'_>, limit: u64) -> Result<Vec<u8>, String> {
        let path = entry.parts.join("/");
        let Some((size, sha256)) = self.0.remove(&path) else {
            return Err("not in the manifest, or there before".into());
        };
        if size != entry.size {
            return Err(format!("{} bytes, the manifest says {size}", entry.size));
        }
        let bytes = read_content(entry.content, limit)?;
        if bytes.len() as u64 != size {
            return Err(format!("{} bytes, the manifest says {size}", bytes.len()));
        }
        if hex::encode(Sha256::digest(&bytes)) != sha256 {
            return Err("its SHA-256 is not the one in the manifest".into());
        }
        Ok(bytes)
    }

    /// Takes out the files below `folder` that have not come, by name.
    pub fn take_missing(&mut self, folder: &str) -> Vec<String> {
        let inside = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let mut missing: Vec<String> =
            self.0.extract_if(|path, _| inside(path)).map(|(path, _)| path).collect();
        missing.sort_unstable();
        missing
    }

    /// The first file, by name, that has not come.
    pub fn first_missing(&self) -> Option<&str> {
        self.0.keys().map(String::as_str).min()
    }
}
