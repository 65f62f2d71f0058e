//! The provider mirror: packages that runs install from without a network.
//!
//! Every package lies in a root of its own, named by the digest of its content and laid out as Terraform's
//! filesystem mirror, unpacked: `<digest>/<host>/<namespace>/<name>/<version>/<platform>/…`. Packages are never
//! changed. The index is written after a package is there whole, so that no run ever sees half of one.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::phase::PROVIDERS;

/// The index's path in the mirror.
pub const INDEX: &str = "index.json";
/// Bytes that an index may have.
pub const INDEX_LIMIT: u64 = 4 * 1024 * 1024;
/// Files that one package may have.
const MOST_FILES: usize = 10_000;

/// One provider version for one platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    /// `<host>/<namespace>/<name>`.
    pub source: String,
    pub version: String,
    /// `<os>_<arch>`.
    pub platform: String,
    /// SHA-256 over the package's files, in hexadecimal; see [`TreeDigest`].
    pub digest: String,
}

impl Package {
    /// Where the package's files are, below the mirror's root.
    pub fn directory(&self) -> String {
        format!("{}/{}/{}/{}", self.digest, self.source, self.version, self.platform)
    }
}

/// What a mirror holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    pub packages: Vec<Package>,
}

impl Index {
    /// Terraform's CLI configuration for a run: exactly what the mirror holds comes from the mirror, all else from
    /// its registry.
    pub fn cli_config(&self) -> String {
        let mut text = String::from("disable_checkpoint = true\n\nprovider_installation {\n");
        let mut sources: Vec<&str> = Vec::new();
        for package in &self.packages {
            text.push_str(&format!(
                "  filesystem_mirror {{\n    path    = \"{PROVIDERS}/{}\"\n    include = [\"{}\"]\n  }}\n",
                package.digest, package.source
            ));
            sources.push(&package.source);
        }
        sources.sort_unstable();
        sources.dedup();
        let excluded: Vec<String> = sources.iter().map(|source| format!("\"{source}\"")).collect();
        text.push_str(&format!("  direct {{\n    exclude = [{}]\n  }}\n}}\n", excluded.join(", ")));
        text
    }
}

/// A package found in a directory.
#[derive(Debug, Clone)]
pub struct LocalPackage {
    pub package: Package,
    pub directory: PathBuf,
    /// Paths below the directory, sorted.
    pub files: Vec<PathBuf>,
}

/// Finds every package below `root`, a directory in the layout of Terraform's filesystem mirror, unpacked
/// (`terraform providers mirror` writes the packed one; unzip each archive into its `<version>/<platform>` directory).
pub fn scan(root: &Path) -> anyhow::Result<Vec<LocalPackage>> {
    let mut level = vec![(PathBuf::new(), root.to_owned())];
    for _ in 0..5 {
        let mut below = Vec::new();
        for (relative, directory) in level {
            for name in names_in(&directory)? {
                let path = directory.join(&name);
                if path.extension().is_some_and(|extension| extension == "zip") {
                    bail!("{}: unpack it into <version>/<platform>/ first", path.display());
                }
                if path.is_dir() {
                    below.push((relative.join(&name), path));
                }
            }
        }
        level = below;
    }
    level.into_iter().map(|(relative, directory)| local_package(&relative, directory)).collect()
}

fn local_package(relative: &Path, directory: PathBuf) -> anyhow::Result<LocalPackage> {
    let parts: Vec<&str> = relative.iter().filter_map(|part| part.to_str()).collect();
    let [host, namespace, name, version, platform] = parts.as_slice() else {
        bail!("{}: not <host>/<namespace>/<name>/<version>/<platform>", directory.display());
    };
    if let Some(part) = parts.iter().find(|part| !is_plain(part)) {
        bail!("{}: `{part}` is no name of a provider, version or platform", directory.display());
    }
    let mut files = Vec::new();
    list_files(&directory, Path::new(""), &mut files)?;
    files.sort();
    let mut digest = TreeDigest::default();
    for file in &files {
        let path = directory.join(file);
        let executable = is_executable(&path)?;
        let content = File::open(&path).with_context(|| format!("can't read {}", path.display()))?;
        digest.add(file, executable, content)?;
    }
    Ok(LocalPackage {
        package: Package {
            source: format!("{host}/{namespace}/{name}"),
            version: (*version).to_owned(),
            platform: (*platform).to_owned(),
            digest: digest.finish(),
        },
        directory,
        files,
    })
}

/// A digest over a tree of files: for each, in the order of their paths, its path, whether it may be executed, and the
/// digest of its content.
#[derive(Debug, Default)]
pub struct TreeDigest(std::collections::BTreeMap<String, String>);

impl TreeDigest {
    /// Adds one file.
    pub fn add(&mut self, path: &Path, executable: bool, mut content: impl Read) -> io::Result<()> {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match content.read(&mut buffer)? {
                0 => break,
                read => hasher.update(&buffer[..read]),
            }
        }
        let line = format!("{} {}", u8::from(executable), hex::encode(hasher.finalize()));
        self.0.insert(path.display().to_string(), line);
        Ok(())
    }

    pub fn finish(self) -> String {
        let mut hasher = Sha256::new();
        for (path, line) in self.0 {
            hasher.update(format!("{line} {path}\n"));
        }
        hex::encode(hasher.finalize())
    }
}

/// Whether the file's owner may execute it.
pub fn is_executable(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o100 != 0)
}

fn is_plain(part: &str) -> bool {
    !part.starts_with('.')
        && part.len() <= 100
        && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | ':'))
}

fn names_in(directory: &Path) -> anyhow::Result<Vec<std::ffi::OsString>> {
    let entries = fs::read_dir(directory).with_context(|| format!("can't list {}", directory.display()))?;
    let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn list_files(root: &Path, below: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for name in names_in(&root.join(below))? {
        let relative = below.join(name);
        let kind = fs::symlink_metadata(root.join(&relative))?.file_type();
        if kind.is_dir() {
            list_files(root, &relative, files)?;
        } else if kind.is_file() {
            files.push(relative);
        } else {
            bail!("{}: neither a file nor a directory", root.join(&relative).display());
        }
        if files.len() > MOST_FILES {
            bail!("{}: more than {MOST_FILES} files in one package", root.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirror() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let package = root.path().join("registry.example.com/acme/cloud/1.2.3/linux_amd64");
        fs::create_dir_all(&package).unwrap();
        fs::write(package.join("terraform-provider-cloud_v1.2.3"), b"binary").unwrap();
        root
    }

    #[test]
    fn finds_packages_and_knows_them_by_content() {
        let root = mirror();
        let found = scan(root.path()).unwrap();
        assert_eq!(found.len(), 1);
        let first = found[0].package.clone();
        assert_eq!(
            (first.source.as_str(), first.version.as_str()),
            ("registry.example.com/acme/cloud", "1.2.3")
        );
        fs::write(found[0].directory.join("terraform-provider-cloud_v1.2.3"), b"changed").unwrap();
        assert_ne!(scan(root.path()).unwrap()[0].package.digest, first.digest);
    }

    #[test]
    fn refuses_packed_archives_and_links() {
        let root = mirror();
        let package = root.path().join("registry.example.com/acme/cloud/1.2.3/linux_amd64");
        std::os::unix::fs::symlink("/etc/passwd", package.join("link")).unwrap();
        assert!(scan(root.path()).unwrap_err().to_string().contains("neither a file nor a directory"));
        fs::remove_file(package.join("link")).unwrap();
        fs::write(root.path().join("registry.example.com/acme/cloud/x.zip"), b"").unwrap();
        assert!(scan(root.path()).unwrap_err().to_string().contains("unpack it"));
    }

    #[test]
    fn the_cli_config_names_what_the_mirror_holds() {
        assert_eq!(
            Index::default().cli_config(),
            "disable_checkpoint = true\n\nprovider_installation {\n  direct {\n    exclude = []\n  }\n}\n"
        );
        let package = scan(mirror().path()).unwrap().remove(0).package;
        let text = Index { packages: vec![package.clone()] }.cli_config();
        assert!(text.contains(&format!("path    = \"/providers/{}\"", package.digest)));
        assert!(text.contains("exclude = [\"registry.example.com/acme/cloud\"]"));
    }
}
