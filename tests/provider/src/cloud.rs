//! The cloud: a directory with one JSON file for each thing that exists.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::data::{Object, text};

/// Where the things live and what is written about them.
#[derive(Debug, Clone, Default)]
pub struct Cloud {
    /// The directory of the files. Without one nothing is kept, and Terraform's state is all there is.
    pub directory: Option<PathBuf>,
    /// A file that gets one line for each operation that took effect: operation, type and id, tab-separated.
    pub ledger: Option<PathBuf>,
    /// How long an operation takes where the resource says nothing of it, in seconds.
    pub operation_seconds: u64,
}

/// The answer to a look-up.
#[derive(Debug)]
pub enum Lookup {
    Found(Object),
    /// It was removed by somebody else.
    Gone,
    /// This cloud keeps nothing, so it cannot tell.
    NotKept,
}

/// An operation that changes the cloud.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    Create,
    Update,
    Delete,
}

impl Operation {
    /// The name that `fail_on` and the ledger know it by.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Update => "update",
            Operation::Delete => "delete",
        }
    }
}

impl Cloud {
    /// The thing with this id.
    ///
    /// # Errors
    /// Where the id is none of ours, or its file cannot be read or is no JSON object.
    pub fn get(&self, kind: &str, id: &str) -> Result<Lookup> {
        let Some(path) = self.path(kind, id)? else { return Ok(Lookup::NotKept) };
        match fs::read(&path) {
            Ok(bytes) => Ok(Lookup::Found(parse(&bytes, &path)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Lookup::Gone),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// The first thing, by id, that has this name.
    ///
    /// # Errors
    /// Where the directory or one of its files cannot be read.
    pub fn find(&self, kind: &str, name: &str) -> Result<Lookup> {
        let Some(directory) = &self.directory else { return Ok(Lookup::NotKept) };
        let directory = directory.join(kind);
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Lookup::Gone),
            Err(error) => return Err(error).with_context(|| format!("cannot list {}", directory.display())),
        };
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        for path in paths {
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let object = parse(&bytes, &path)?;
            if text(&object, "name") == Some(name) {
                return Ok(Lookup::Found(object));
            }
        }
        Ok(Lookup::Gone)
    }

    /// Makes the thing be as given, or be no more where nothing is given, and notes it in the ledger.
    ///
    /// # Errors
    /// Where the id is none of ours, or the file or the ledger cannot be written.
    pub fn put(&self, operation: Operation, kind: &str, id: &str, object: Option<&Object>) -> Result<()> {
        if let Some(path) = self.path(kind, id)? {
            match object {
                Some(object) => write_whole(&path, &serde_json::to_vec_pretty(object)?),
                None => match fs::remove_file(&path) {
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                    other => other,
                },
            }
            .with_context(|| format!("cannot {} {}", operation.name(), path.display()))?;
        }
        if let Some(ledger) = &self.ledger {
            let line = format!("{}\tdemo_{kind}\t{id}\n", operation.name());
            fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(ledger)
                .and_then(|mut file| file.write_all(line.as_bytes()))
                .with_context(|| format!("cannot write the ledger {}", ledger.display()))?;
        }
        Ok(())
    }

    /// An id comes from state or from `terraform import`, so it must not lead out of the directory.
    fn path(&self, kind: &str, id: &str) -> Result<Option<PathBuf>> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            bail!("{id:?} is no id of this cloud: letters, digits and hyphens only");
        }
        Ok(self.directory.as_ref().map(|directory| directory.join(kind).join(format!("{id}.json"))))
    }
}

fn parse(bytes: &[u8], path: &Path) -> Result<Object> {
    serde_json::from_slice(bytes)
        .with_context(|| format!("{} is not what this provider wrote", path.display()))
}

/// Writes beside the file and renames: a reader never sees half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let beside = path.with_extension("new");
    fs::write(&beside, bytes)?;
    fs::rename(&beside, path)
}
