//! Readers that end what an archive from anywhere could do to memory and time.

use std::{
    cell::Cell,
    io::{self, Read, Seek, SeekFrom},
    rc::Rc,
};

use zip::ZipArchive;

/// Why a zip is not opened.
#[derive(Debug, thiserror::Error)]
pub enum ZipFault {
    #[error("{0}")]
    Broken(String),
    #[error("has more than {0} entries")]
    Entries(usize),
}

/// Opens a zip of at most `entries` files and folders.
///
/// # Errors
/// It is no zip, its directory alone is longer than `directory` bytes, or it has more entries. All entries are in memory
/// before they can be counted, so that the second bound is needed too.
pub fn open_zip<R: Read + Seek>(
    mut reader: R,
    entries: usize,
    directory: u64,
) -> Result<ZipArchive<R>, ZipFault> {
    let broken = |e: zip::result::ZipError| ZipFault::Broken(e.to_string());
    let bounded = Bounded { inner: &mut reader, limit: directory, left: directory };
    ZipArchive::new(bounded).map_err(broken)?;
    let archive = ZipArchive::new(reader).map_err(broken)?;
    if archive.len() > entries { Err(ZipFault::Entries(entries)) } else { Ok(archive) }
}

/// A reader that fails once it has given its bytes.
struct Bounded<R> {
    inner: R,
    limit: u64,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::other(format!("lists its entries in more than {} bytes", self.limit))
        })?;
        Ok(read)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Ends a decompression bomb: an error, not an end of file, once a limit has been read.
#[derive(Debug)]
pub struct Capped<R> {
    inner: R,
    /// Bytes left of the archive.
    left: u64,
    /// Bytes left until the next entry must have come. A tar reader keeps long names in memory, however long.
    step: Rc<Cell<u64>>,
}

/// Bytes of one tar entry's headers, its long name among them.
const HEADERS: u64 = 256 << 10;

/// Tells a [`Capped`] reader how much may be read until the next entry.
#[derive(Debug, Clone)]
pub struct Step(Rc<Cell<u64>>);

impl Step {
    /// An entry of `size` bytes has come: what of it is not read is passed over before the next headers.
    pub fn entry(&self, size: u64) {
        self.0.set(size.saturating_add(HEADERS));
    }
}

impl<R: Read> Capped<R> {
    /// `unpacked`: bytes of the whole archive.
    pub fn new(inner: R, unpacked: u64) -> (Self, Step) {
        let step = Rc::new(Cell::new(HEADERS));
        (Capped { inner, left: unpacked, step: Rc::clone(&step) }, Step(step))
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let too_large = |what| io::Error::new(io::ErrorKind::FileTooLarge, format!("{what} is too large"));
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| too_large("the unpacked archive"))?;
        let step = self.step.get().checked_sub(n as u64).ok_or_else(|| too_large("an entry's header"))?;
        self.step.set(step);
        Ok(n)
    }
}
