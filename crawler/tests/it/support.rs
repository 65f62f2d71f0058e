//! Bundles made by the tests.

use std::{io::Write, path::PathBuf};

use cloudoven_crawler::catalog::{Address, Catalog, open_store};
use tempfile::TempDir;

/// A directory for a bundle and a catalog.
pub struct Place {
    pub directory: TempDir,
}

/// The folder of the provider that the bundles here hold.
pub const FOLDER: &str = "providers/acme/cloud/1.2.0";

impl Place {
    pub fn new() -> Self {
        Place { directory: tempfile::tempdir().unwrap() }
    }

    pub fn catalog_path(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub fn catalog(&self) -> Catalog {
        Catalog::open(open_store(self.catalog_path().to_str().unwrap()).unwrap())
    }

    /// Writes `bytes` as a file and gives its path.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a `.tar.zst` of these entries.
    pub fn bundle(&self, name: &str, entries: &[(&str, &str)]) -> PathBuf {
        self.file(name, &compress(&archive(entries)))
    }
}

pub fn address() -> Address {
    "registry.terraform.io/acme/cloud".parse().unwrap()
}

/// A dump with one resource `cloud_server`, whose block this is.
pub fn schema(block: &str) -> String {
    format!(
        r#"{{"format_version":"1.0","provider_schemas":{{"registry.terraform.io/acme/cloud":{{
            "provider":{{"block":{{}}}},"resource_schemas":{{"cloud_server":{{"version":0,"block":{block}}}}}}}}}}}"#
    )
}

pub const SERVER: &str = r#"{"attributes":{"name":{"type":"string","required":true}}}"#;

/// A tar archive; the header takes the name as it is.
pub fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in entries {
        append(&mut builder, name, tar::EntryType::Regular, content.as_bytes());
    }
    builder.into_inner().unwrap()
}

/// Adds an entry past the checks that `tar` itself makes when writing.
pub fn append(builder: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, content: &[u8]) {
    let mut header = tar::Header::new_gnu();
    if name.len() > 100 {
        let mut long = tar::Header::new_gnu();
        long.set_entry_type(tar::EntryType::GNULongName);
        long.set_size(name.len() as u64);
        long.set_cksum();
        builder.append(&long, name.as_bytes()).unwrap();
    }
    let short = name.len().min(100);
    header.as_old_mut().name[..short].copy_from_slice(&name.as_bytes()[..short]);
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    if kind.is_symlink() || kind.is_hard_link() {
        header.set_link_name("/etc/passwd").unwrap();
    }
    if kind.is_gnu_sparse() {
        header.as_gnu_mut().unwrap().realsize.copy_from_slice(b"00000000000\0");
    }
    header.set_cksum();
    builder.append(&header, content).unwrap();
}

pub fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
