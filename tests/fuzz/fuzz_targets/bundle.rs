//! Any bytes as a bundle. Those that start with `t` go on as a tar, whose checksums are put right and which is then
//! compressed, so that mutations get past both.

#![no_main]

use std::{cell::RefCell, io::Write};

use cloudoven_crawler::source::{Limits, read};
use libfuzzer_sys::fuzz_target;
use tempfile::NamedTempFile;

/// Small, so that small inputs reach them.
const LIMITS: Limits =
    Limits { file: 64 << 10, page: 16 << 10, total: 1 << 20, unpacked: 4 << 20, entries: 100 };
const BLOCK: usize = 512;

thread_local! {
    static FILE: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new_in("/dev/shm").expect("there is memory"));
}

fuzz_target!(|bytes: &[u8]| {
    let archive = match bytes.split_first() {
        Some((b't', tar)) => zstd::encode_all(with_checksums(tar).as_slice(), 1).expect("memory takes it"),
        _ => bytes.to_owned(),
    };
    FILE.with_borrow_mut(|file| {
        file.as_file().set_len(0).and_then(|()| file.write_all(&archive)).expect("memory takes it");
        let read = read(file.path(), LIMITS);
        std::io::Seek::rewind(file).expect("a file has a start");
        for provider in read.unwrap_or_default() {
            assert!(provider.schema.len() as u64 <= LIMITS.file);
            for (path, page) in provider.pages {
                assert!(page.text.len() as u64 <= LIMITS.page);
                assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path}");
            }
        }
    });
});

/// A tar whose headers have the checksums that they should have (pax(1), "ustar Interchange Format").
fn with_checksums(tar: &[u8]) -> Vec<u8> {
    let mut tar = tar.to_owned();
    tar.resize(tar.len().next_multiple_of(BLOCK) + 2 * BLOCK, 0);
    let mut at = 0;
    while let Some(header) = tar.get_mut(at..at + BLOCK) {
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let digits = header[124..136].iter().take_while(|byte| (b'0'..=b'7').contains(byte));
        let size = digits
            .fold(0_usize, |size, digit| size.saturating_mul(8).saturating_add(usize::from(digit - b'0')));
        at = at
            .saturating_add(BLOCK)
            .saturating_add(size.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX));
    }
    tar
}
