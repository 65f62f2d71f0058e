//! What the registry holds.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write},
    path::{Path, PathBuf},
};

use cloudoven_crawler::{
    catalog::Address,
    source::{self, Limits},
};
use sha2::{Digest, Sha256};
use zip::{ZipWriter, write::SimpleFileOptions};

/// The platform that packages are for.
pub(super) const OS: &str = "linux";
pub(super) const ARCH: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };

/// One published version of a provider.
#[derive(Debug, Clone)]
pub struct Published {
    pub address: Address,
    pub version: String,
    pub pages: Vec<Page>,
    /// The package for this machine's platform: a zip.
    pub package: Option<Vec<u8>>,
    /// `terraform providers schema -json`, where it is known without running the provider.
    pub schema: Option<Vec<u8>>,
}

/// A documentation page as the v2 API describes it.
#[derive(Debug, Clone)]
pub struct Page {
    /// Unique in the registry.
    pub id: u64,
    /// `resources`, `data-sources`, `overview`, …
    pub category: &'static str,
    pub slug: String,
    /// Where it is in the provider's repository.
    pub path: String,
    pub text: String,
}

/// Documentation folders, with the names of old websites, and their categories.
const CATEGORIES: [(&str, &str); 8] = [
    ("resources/", "resources"),
    ("r/", "resources"),
    ("data-sources/", "data-sources"),
    ("d/", "data-sources"),
    ("ephemeral-resources/", "ephemeral-resources"),
    ("functions/", "functions"),
    ("guides/", "guides"),
    ("index.", "overview"),
];

impl Published {
    /// A version with these pages, by path in the documentation folder.
    pub fn new(address: Address, version: &str, texts: &BTreeMap<String, String>) -> Self {
        let start = u64::from_be_bytes(
            Sha256::digest(format!("{address} {version}"))[..8].try_into().expect("eight bytes"),
        ) >> 32;
        let pages = texts.iter().filter_map(|(path, text)| {
            let (folder, category) = CATEGORIES.iter().find(|(folder, _)| path.starts_with(folder))?;
            let file = if *category == "overview" { path } else { &path[folder.len()..] };
            let slug = file.split('.').next()?.to_owned();
            Some(Page { id: 0, category, slug, path: format!("docs/{path}"), text: text.clone() })
        });
        let pages = pages.zip(start..).map(|(page, id)| Page { id, ..page }).collect();
        Published { address, version: version.into(), pages, package: None, schema: None }
    }

    /// The demo provider as it is built: its pages, and its package from the filesystem mirror `target/mirror`.
    pub fn demo() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let address: Address = "registry.cloudoven.dev/cloudoven/demo".parse().expect("a valid address");
        let mut texts = BTreeMap::new();
        read_pages(&root.join("../provider/docs"), "", &mut texts);
        let version = "0.1.0";
        let folder = Published::mirror().join(address.to_string()).join(version).join(format!("{OS}_{ARCH}"));
        let files = std::fs::read_dir(&folder)
            .unwrap_or_else(|e| panic!("{}: {e}; run make mirror", folder.display()))
            .map(|entry| entry.expect("the folder can be read").path());
        let mut published = Published::new(address, version, &texts);
        published.package = Some(zip(files));
        published
    }

    /// The filesystem mirror that `make mirror` fills.
    pub fn mirror() -> PathBuf {
        std::env::var_os("CLOUDOVEN_PROVIDER_MIRROR")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mirror"), PathBuf::from)
    }

    /// Every provider of a bundle, without packages.
    pub fn of_bundle(path: &Path) -> Vec<Self> {
        let sources = source::read(path, Limits::default()).expect("the bundle can be read");
        let published = |source: source::ProviderSource| {
            let texts = source.pages.into_iter().map(|(path, page)| (path, page.text)).collect();
            let mut published = Published::new(source.address, &source.version, &texts);
            published.schema = Some(source.schema);
            published
        };
        sources.into_iter().map(published).collect()
    }

    /// The package's file name.
    pub(super) fn file_name(&self) -> String {
        format!("terraform-provider-{}_{}_{OS}_{ARCH}.zip", self.address.name, self.version)
    }

    /// The SHA-256 of the package.
    pub(super) fn digest(&self) -> String {
        let package = self.package.as_deref().unwrap_or_default();
        format!("{:x}", super::Digits(&Sha256::digest(package)))
    }
}

fn read_pages(folder: &Path, prefix: &str, texts: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the documentation is there") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are plain");
        if path.is_dir() {
            read_pages(&path, &format!("{prefix}{name}/"), texts);
        } else {
            texts.insert(format!("{prefix}{name}"), std::fs::read_to_string(&path).expect("a text file"));
        }
    }
}

/// A provider package of these files.
fn zip(files: impl Iterator<Item = PathBuf>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are plain");
        writer.start_file(name, SimpleFileOptions::default().unix_permissions(0o755)).expect("a new entry");
        writer.write_all(&std::fs::read(&path).expect("the provider can be read")).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}
