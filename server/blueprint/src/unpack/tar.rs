//! Tars, plain and compressed with gzip.

use std::io::Read;

use cloudoven_crawler::archive::Capped;
use flate2::read::MultiGzDecoder;
use tar::{Archive, Header};

use super::{Reason, TAR_HEADER, UnpackError, collect::Collector};

pub(super) fn read_gzip(reader: impl Read, collector: &mut Collector) -> Result<(), UnpackError> {
    read(MultiGzDecoder::new(reader), collector)
}

pub(super) fn read(reader: impl Read, collector: &mut Collector) -> Result<(), UnpackError> {
    let unpacked = collector.bounds.unpacked;
    let broken = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::FileTooLarge => UnpackError::Unpacked(unpacked),
        _ => UnpackError::Broken(e.to_string()),
    };
    let (capped, step) = Capped::new(reader, unpacked);
    let mut archive = Archive::new(capped);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        step.entry(entry.size());
        let kind = entry.header().entry_type();
        if kind.is_pax_global_extensions() || kind.is_dir() {
            collector.count()?;
            continue;
        }
        collector.count()?;
        let bytes = entry.path_bytes().into_owned();
        let Ok(path) = std::str::from_utf8(&bytes) else {
            collector.refuse(&String::from_utf8_lossy(&bytes), Reason::PathNotText);
            continue;
        };
        if kind.is_symlink() || kind.is_hard_link() {
            collector.refuse(path, Reason::Link);
        } else if kind.is_file() || kind.is_contiguous() {
            collector.file(path, &mut entry)?;
        } else {
            collector.refuse(path, Reason::Special);
        }
    }
    Ok(())
}

/// Whether these bytes are a tar header from before the ustar mark: its checksum is right.
pub(super) fn is_old_header(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<TAR_HEADER>() else { return false };
    let header = Header::from_byte_slice(block);
    let field = 148..156;
    let sum = block.iter().enumerate();
    let sum: u32 = sum.map(|(i, b)| if field.contains(&i) { u32::from(b' ') } else { u32::from(*b) }).sum();
    block[0] != 0 && header.cksum().is_ok_and(|written| written == sum)
}
