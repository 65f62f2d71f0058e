//! Archives of Terraform modules, read within bounds: which of their files a blueprint may hold, to the byte, and why
//! each of the others is left out.
//!
//! An archive comes from anywhere. Nothing is written to a disk, nothing is followed, and what is read is bounded by
//! [`Bounds`], whatever the archive promises.

mod collect;
mod entry;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, SeekFrom},
    sync::Arc,
};

use thiserror::Error;

use self::collect::Collector;
pub use self::entry::{LeftOut, Reason};
use super::files::MAX_FILE_BYTES;

/// How much an archive may hold.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Files, folders and whatever else.
    pub entries: usize,
    /// Bytes of the unpacked archive, as far as they have to be read.
    pub unpacked: u64,
    /// Files that are kept.
    pub files: usize,
    /// Bytes of the files that are kept.
    pub kept: usize,
}

impl Default for Bounds {
    /// A repository with much else in it, of which a blueprint's worth of text is kept a few times over, since it may
    /// hold several modules to choose from.
    fn default() -> Self {
        Bounds { entries: 20_000, unpacked: 512 << 20, files: 2_000, kept: 16 << 20 }
    }
}

/// Bytes of the directory of a zip.
const ZIP_DIRECTORY: u64 = 4 << 20;

/// Why nothing of an archive can be imported, and what to do.
#[derive(Debug, Error)]
pub enum UnpackError {
    #[error("the file is empty")]
    Empty,
    #[error(
        "this is neither a zip, a tar nor a tar.gz archive, nor a text; make one with `zip -r` or `tar czf`"
    )]
    Unknown,
    #[error("this is a {0} archive, which cannot be read; make a zip or a tar.gz of the same files")]
    Other(&'static str),
    #[error("the archive is damaged or not whole: {0}; make it again")]
    Broken(String),
    #[error("{0} is encrypted; make the archive without a password")]
    Encrypted(String),
    #[error(
        "the archive has more than {0} files and folders; put only the Terraform module in it, without .git and .terraform"
    )]
    Entries(usize),
    #[error(
        "the archive unpacks to more than {} MiB; put only the Terraform module in it, without .git and .terraform", .0 >> 20
    )]
    Unpacked(u64),
    #[error("the archive has more than {0} Terraform files; put only the module in it that you need")]
    Files(usize),
    #[error(
        "the Terraform files in the archive are more than {} MiB together; put only the module in it that you need", .0 >> 20
    )]
    Kept(usize),
    #[error("{0} is in the archive twice, and which one is meant cannot be known; make the archive again")]
    Twice(String),
    #[error("{0} and {1} differ in upper and lower case only, and are one file on other systems; rename one")]
    Case(String, String),
    #[error("the archive cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// What was found in an archive, or is to become a blueprint in another way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// The path to the text, byte for byte; without the one folder around everything, where there is one.
    pub files: BTreeMap<String, Arc<str>>,
    /// The rest, by path.
    pub left_out: Vec<LeftOut>,
}

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Zip,
    Gzip,
    Tar,
    Text,
}

/// Where a tar's first header has its mark, and how far the header goes.
///
/// Source: <https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html> (ustar Interchange Format)
const TAR_MARK: std::ops::Range<usize> = 257..262;
const TAR_HEADER: usize = 512;

/// Other formats and how they begin.
const OTHERS: [(&[u8], &str); 5] = [
    (b"\xfd7zXZ\0", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"BZh", "bzip2"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "zstd"),
];

fn format(head: &[u8]) -> Result<Format, UnpackError> {
    if head.is_empty() {
        return Err(UnpackError::Empty);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Format::Zip);
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(Format::Gzip);
    }
    if head.get(TAR_MARK).is_some_and(|mark| mark == b"ustar") || tar::is_old_header(head) {
        return Ok(Format::Tar);
    }
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(UnpackError::Other(name));
    }
    if head.contains(&0) { Err(UnpackError::Unknown) } else { Ok(Format::Text) }
}

/// Reads a zip, a tar, a tar.gz, or a single Terraform file, told apart by what is in them. `name` is what the file is
/// called; a single file keeps it where a blueprint may have a file of that name. What is before the reader's position is
/// no part of it.
///
/// # Errors
/// [`UnpackError`]: what is wrong with the archive as a whole, and what to do.
pub fn unpack<R: Read + Seek>(mut reader: R, name: &str, bounds: Bounds) -> Result<Unpacked, UnpackError> {
    let start = reader.stream_position()?;
    let mut head = Vec::new();
    reader.by_ref().take(TAR_HEADER as u64).read_to_end(&mut head)?;
    reader.seek(SeekFrom::Start(start))?;
    let mut collector = Collector::new(bounds);
    match format(&head)? {
        Format::Zip => zip::read(reader, &mut collector)?,
        Format::Tar => tar::read(reader, &mut collector)?,
        Format::Gzip => tar::read_gzip(reader, &mut collector)?,
        Format::Text => {
            let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
            // What never is imported is not imported under another name either.
            let kept = !matches!(
                entry::file(&[base]),
                Some(Reason::State | Reason::Values | Reason::LockFile | Reason::Ignored)
            );
            let named = entry::is_terraform(base) && super::check_name(base).is_ok();
            collector.file(if named || !kept { base } else { "main.tf" }, &mut reader)?;
        }
    }
    collector.finish()
}

/// Files that came one by one, with their paths: pasted, or from a checkout.
///
/// # Errors
/// As [`unpack`].
pub fn gather<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    bounds: Bounds,
) -> Result<Unpacked, UnpackError> {
    let mut collector = Collector::new(bounds);
    for (path, mut bytes) in files {
        collector.file(path, &mut bytes)?;
    }
    collector.finish()
}

/// Bytes that are read of one file: one more than it may have.
const FILE_READ: u64 = MAX_FILE_BYTES as u64 + 1;
