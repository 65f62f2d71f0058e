//! A provider's package in a filesystem mirror, packed or unpacked.
//!
//! Source: <https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror>

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::registry::unpack;
use crate::{
    catalog::Address,
    error::{Error, Result},
};
use cloudoven_executor::Packer;

/// Files that a package may have, and bytes in all of them.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = unpack::MAX_BYTES;

/// Where a package is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Package {
    /// Packed: `<host>/<namespace>/<name>/terraform-provider-<name>_<version>_<platform>.zip`.
    Archive(PathBuf),
    /// Unpacked: `<host>/<namespace>/<name>/<version>/<platform>/`.
    Directory(PathBuf),
}

impl Package {
    /// Finds a provider's package for `platform` (`linux_amd64`).
    ///
    /// # Errors
    /// When there is none; it names the platforms that there are packages for.
    pub fn find(mirror: &Path, address: &Address, version: &str, platform: &str) -> Result<Package> {
        let provider = mirror.join(&address.host).join(&address.namespace).join(&address.name);
        let directory = provider.join(version).join(platform);
        if directory.is_dir() {
            return Ok(Package::Directory(directory));
        }
        let prefix = format!("terraform-provider-{}_{version}_", address.name);
        let archive = provider.join(format!("{prefix}{platform}.zip"));
        if archive.is_file() {
            return Ok(Package::Archive(archive));
        }
        let packed = names(&provider)
            .into_iter()
            .filter_map(|name| Some(name.strip_prefix(&prefix)?.strip_suffix(".zip")?.to_owned()));
        let mut platforms: Vec<String> = names(&provider.join(version)).into_iter().chain(packed).collect();
        platforms.sort();
        let others = match platforms.as_slice() {
            [] => String::new(),
            found => format!(", only for {}", found.join(", ")),
        };
        Err(Error::NotFound(format!(
            "{}: no package of {address} {version} for {platform}{others}",
            mirror.display()
        )))
    }

    /// Packs every file of the package below `root`.
    pub fn pack(&self, root: &str, packer: &mut Packer<Box<dyn Write>>) -> io::Result<()> {
        let mut budget = Budget::default();
        match self {
            Package::Archive(archive) => pack_archive(archive, root, packer, &mut budget),
            Package::Directory(directory) => {
                pack_directory(directory, Path::new(""), root, packer, &mut budget)
            }
        }
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", self.path().display())))
    }

    fn path(&self) -> &Path {
        let (Package::Archive(path) | Package::Directory(path)) = self;
        path
    }
}

/// What a package may still hold.
struct Budget {
    files: usize,
    bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { files: MOST_FILES, bytes: MOST_BYTES }
    }
}

impl Budget {
    fn spend(&mut self, bytes: u64) -> io::Result<()> {
        self.files = self.files.checked_sub(1).ok_or_else(|| io::Error::other("too many files"))?;
        self.bytes = self.bytes.checked_sub(bytes).ok_or_else(|| io::Error::other("too large"))?;
        Ok(())
    }
}

fn pack_archive(
    path: &Path,
    root: &str,
    packer: &mut Packer<Box<dyn Write>>,
    budget: &mut Budget,
) -> io::Result<()> {
    let mut archive = unpack::open(File::open(path)?).map_err(io::Error::other)?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.enclosed_name().filter(|_| entry.is_file());
        let name = name.ok_or_else(|| io::Error::other(format!("entry {index} is no plain file")))?;
        let size = entry.size();
        budget.spend(size)?;
        // An archive need not say what is executable, and nothing else in it becomes dangerous by it.
        packer.file(&Path::new(root).join(name), 0o755, size, entry)?;
    }
    Ok(())
}

fn pack_directory(
    directory: &Path,
    below: &Path,
    root: &str,
    packer: &mut Packer<Box<dyn Write>>,
    budget: &mut Budget,
) -> io::Result<()> {
    for entry in fs::read_dir(directory.join(below))? {
        let entry = entry?;
        let relative = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            pack_directory(directory, &relative, root, packer, budget)?;
        } else if kind.is_file() {
            let file = File::open(entry.path())?;
            let size = file.metadata()?.len();
            budget.spend(size)?;
            packer.file(&Path::new(root).join(&relative), 0o755, size, file)?;
        } else {
            return Err(io::Error::other(format!("{} is no plain file", relative.display())));
        }
    }
    Ok(())
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(package: &Package) -> io::Result<()> {
        package.pack("package", &mut Packer::new(Box::new(io::sink()), 0))
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", directory.path().join("link")).unwrap();
        let error = pack(&Package::Directory(directory.path().into())).unwrap_err().to_string();
        assert!(error.ends_with("link is no plain file"), "{error}");
        let path = directory.path().join("leaves.zip");
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        archive.start_file("../../x", zip::write::SimpleFileOptions::default()).unwrap();
        archive.finish().unwrap();
        let error = pack(&Package::Archive(path)).unwrap_err().to_string();
        assert!(error.ends_with("entry 0 is no plain file"), "{error}");
    }

    #[test]
    fn an_archive_that_is_none_or_lies_about_a_size_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.zip");
        fs::write(&path, "PK").unwrap();
        assert!(pack(&Package::Archive(path.clone())).is_err());
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file("program", stored).unwrap();
        archive.write_all(b"12345678").unwrap();
        archive.finish().unwrap();
        pack(&Package::Archive(path.clone())).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let directory_entry = bytes.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
        bytes[directory_entry + 24] = 9;
        fs::write(&path, bytes).unwrap();
        assert!(pack(&Package::Archive(path)).is_err());
    }
}
