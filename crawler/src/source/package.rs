//! A provider's package in a filesystem mirror, packed or unpacked.
//!
//! Source: <https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror>

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use cloudoven_executor::Packer;
use zip::ZipArchive;

use crate::{
    catalog::Address,
    error::{Error, Result},
};

/// Files that a package may have, and bytes in all of them.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = 4 << 30;

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
    let mut archive = ZipArchive::new(io::BufReader::new(File::open(path)?))?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.enclosed_name().filter(|_| entry.is_file());
        let name = name.ok_or_else(|| io::Error::other(format!("{:?} is no plain file", entry.name())))?;
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
