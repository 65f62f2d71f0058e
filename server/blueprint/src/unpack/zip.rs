//! Zips.

use std::io::{Read, Seek};

use cloudoven_crawler::archive::{ZipFault, open_zip};
use zip::{ZipArchive, result::ZipError};

use super::{Reason, UnpackError, ZIP_DIRECTORY, collect::Collector, entry::printable};

pub(super) fn read<R: Read + Seek>(reader: R, collector: &mut Collector) -> Result<(), UnpackError> {
    let entries = collector.bounds.entries;
    let opened = open_zip(reader, entries, ZIP_DIRECTORY);
    let mut archive = opened.map_err(|fault| match fault {
        ZipFault::Entries(entries) => UnpackError::Entries(entries),
        ZipFault::Broken(reason) => UnpackError::Broken(reason),
    })?;
    if archive.has_duplicate_names() {
        return Err(UnpackError::Twice("a file".to_owned()));
    }
    let mut left = collector.bounds.unpacked;
    for index in 0..archive.len() {
        collector.count()?;
        if let Some(path) = wanted(&mut archive, index, collector)? {
            content(&mut archive, index, &path, &mut left, collector)?;
        }
    }
    Ok(())
}

/// The path of an entry whose content is needed.
fn wanted<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    collector: &mut Collector,
) -> Result<Option<String>, UnpackError> {
    let entry = archive.by_index_raw(index).map_err(|e| broken(&e))?;
    let Ok(raw) = std::str::from_utf8(entry.name_raw()) else {
        collector.refuse(&String::from_utf8_lossy(entry.name_raw()), Reason::PathNotText);
        return Ok(None);
    };
    // .NET used to write zips with the separator of Windows.
    let path = raw.replace('\\', "/");
    if entry.is_dir() {
        return Ok(None);
    }
    if entry.is_symlink() {
        collector.refuse(&path, Reason::Link);
        return Ok(None);
    }
    // S_IFMT of stat(2): a regular file, or nothing said.
    if entry.unix_mode().is_some_and(|mode| !matches!(mode & 0o170_000, 0 | 0o100_000)) {
        collector.refuse(&path, Reason::Special);
        return Ok(None);
    }
    if !collector.wants(&path) {
        return Ok(None);
    }
    if entry.encrypted() {
        return Err(UnpackError::Encrypted(printable(&path)));
    }
    Ok(Some(path))
}

fn content<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    path: &str,
    left: &mut u64,
    collector: &mut Collector,
) -> Result<(), UnpackError> {
    let mut entry = archive.by_index(index).map_err(|e| broken(&e))?;
    let mut counted = Counted { inner: &mut entry, read: 0 };
    collector.file(path, &mut counted)?;
    *left = left.checked_sub(counted.read).ok_or(UnpackError::Unpacked(collector.bounds.unpacked))?;
    Ok(())
}

/// Counts what is read.
struct Counted<'a, R> {
    inner: &'a mut R,
    read: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        Ok(n)
    }
}

fn broken(error: &ZipError) -> UnpackError {
    UnpackError::Broken(error.to_string())
}
