//! The files and folders of an archive or a directory, one after the other.

use std::{
    fs::File,
    io::{self, BufRead, Read},
    path::{Component, Path},
};

use super::{Capped, Limits, MANIFEST};
use crate::error::{Error, Result};

/// A plain file or folder whose path stays inside the archive.
pub struct Entry<'a> {
    /// The path, fit to be printed.
    pub name: &'a str,
    pub parts: &'a [&'a str],
    pub is_dir: bool,
    /// As its header promises.
    pub size: u64,
    pub content: &'a mut dyn Read,
}

/// Calls `each` with every entry of the `.tar.zst` archive in `reader`, which `place` names in errors.
pub fn walk(
    place: &str,
    reader: impl BufRead,
    limits: &Limits,
    each: &mut dyn FnMut(Entry<'_>) -> Result<()>,
) -> Result<()> {
    let broken = |after: &str, e: io::Error| {
        Error::invalid(place, format!("not a whole .tar.zst archive, after {after}: {e}"))
    };
    let mut last = String::from("its first byte");
    let decoder = zstd::Decoder::with_buffer(reader).map_err(|e| broken(&last, e))?;
    let (capped, step) = Capped::new(decoder, limits.unpacked);
    let mut archive = tar::Archive::new(capped);
    for (index, entry) in archive.entries().map_err(|e| broken(&last, e))?.enumerate() {
        let mut entry = entry.map_err(|e| broken(&last, e))?;
        let path = entry.path().map_err(|e| broken(&last, e))?.into_owned();
        let name = printable(&path);
        let refuse = |reason: String| Err(Error::invalid(format!("{place}: {name}"), reason));
        if index >= limits.entries {
            return refuse(format!("more than {} entries", limits.entries));
        }
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() {
            continue;
        }
        if !kind.is_file() && !kind.is_dir() {
            return refuse("only plain files and folders are allowed in a bundle".into());
        }
        let Some(parts) = safe_parts(&path) else {
            return refuse("the path is not a plain relative one".into());
        };
        let (is_dir, size) = (kind.is_dir(), entry.size());
        step.entry(size);
        each(Entry { name: &name, parts: &parts, is_dir, size, content: &mut entry })?;
        last = name;
    }
    Ok(())
}

/// Calls `each` with every entry below `directory`, the manifest first, else by name.
pub fn walk_directory(
    directory: &Path,
    limits: &Limits,
    each: &mut dyn FnMut(Entry<'_>) -> Result<()>,
) -> Result<()> {
    let mut left = limits.entries;
    descend(directory, directory, limits, &mut left, each)
}

fn descend(
    root: &Path,
    directory: &Path,
    limits: &Limits,
    left: &mut usize,
    each: &mut dyn FnMut(Entry<'_>) -> Result<()>,
) -> Result<()> {
    let at = |path: &Path| path.display().to_string();
    let listing = std::fs::read_dir(directory).map_err(|e| Error::io(at(directory), e))?;
    let mut paths = listing
        .map(|entry| entry.map(|e| e.path()).map_err(|e| Error::io(at(directory), e)))
        .collect::<Result<Vec<_>>>()?;
    paths.sort_by_cached_key(|path| (!path.ends_with(MANIFEST), path.clone()));
    for path in paths {
        let metadata = std::fs::symlink_metadata(&path).map_err(|e| Error::io(at(&path), e))?;
        let relative = path.strip_prefix(root).expect("listed below the root");
        let name = printable(relative);
        let refuse = |reason: String| Err(Error::invalid(format!("{}: {name}", root.display()), reason));
        *left = match left.checked_sub(1) {
            Some(left) => left,
            None => return refuse(format!("more than {} entries", limits.entries)),
        };
        let Some(parts) = safe_parts(relative) else {
            return refuse("the path is not a plain relative one".into());
        };
        let is_dir = metadata.is_dir();
        if is_dir {
            each(Entry { name: &name, parts: &parts, is_dir, size: 0, content: &mut io::empty() })?;
            descend(root, &path, limits, left, each)?;
        } else if metadata.is_file() {
            let mut file = File::open(&path).map_err(|e| Error::io(at(&path), e))?;
            each(Entry { name: &name, parts: &parts, is_dir, size: metadata.len(), content: &mut file })?;
        } else {
            return refuse("only plain files and folders are allowed in a bundle".into());
        }
    }
    Ok(())
}

/// Reads at most `limit` bytes; the reason why not, for people.
pub fn read_content(content: &mut dyn Read, limit: u64) -> std::result::Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    // The size in a header is a promise, and a file can grow while it is read.
    content.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 > limit {
        return Err(format!("larger than {limit} bytes"));
    }
    Ok(bytes)
}

/// A path on one line, without control characters.
fn printable(path: &Path) -> String {
    path.display().to_string().chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
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
