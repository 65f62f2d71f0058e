//! Archives that carry providers and catalogs between sites; `docs/catalog.md` describes both forms.
//!
//! An archive comes from anywhere. It is read in memory, within [`Limits`], and never unpacked to disk; a link, a path
//! that leaves the archive, or anything else out of the ordinary ends the reading with the entry's name.

mod bounds;
mod entries;
mod manifest;
mod read;
mod write;

pub use bounds::{Capped, Step, ZipFault, open_zip};
pub(crate) use entries::{Entry, read_content, walk, walk_directory};
pub(crate) use manifest::{Ledger, MANIFEST, Manifest};
pub(crate) use read::VersionReader;
pub use write::{Exported, export};

/// How much an archive or a directory of the same content may hold. The largest provider (aws) has a schema of 25 MB and
/// 2,000 pages of 12 MB.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of one documentation page.
    pub page: u64,
    /// Bytes that are kept in memory at once: all providers of an archive, or one version of a catalog.
    pub total: u64,
    /// Bytes of the unpacked archive, with what is passed over.
    pub unpacked: u64,
    /// Files and folders.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file: 64 << 20, page: 4 << 20, total: 256 << 20, unpacked: 4 << 30, entries: 500_000 }
    }
}
