//! Files as tar streams, the form in which an engine takes and gives them.

use std::io::{Cursor, Read as _};

use tar::{Archive, Builder, EntryType, Header};

use crate::phase::{ExecError, ExecResult, RUNNER_UID, VolumeFile};

/// A tar of `files` and the directories above them, for the user that runs happen as and nobody else.
pub fn of_files(files: &[VolumeFile]) -> ExecResult<Vec<u8>> {
    pack(files, 0o600)
}

/// The same, readable by all.
pub fn of_public_files(files: &[VolumeFile]) -> ExecResult<Vec<u8>> {
    pack(files, 0o644)
}

fn pack(files: &[VolumeFile], mode: u32) -> ExecResult<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    let mut directories = std::collections::BTreeSet::new();
    for file in files {
        let parents = file.path.match_indices('/').map(|(at, _)| file.path[..at].to_owned());
        directories.extend(parents);
    }
    for directory in directories {
        let mut header = header(EntryType::Directory, 0o755, 0);
        builder.append_data(&mut header, &directory, std::io::empty()).map_err(broken)?;
    }
    for file in files {
        let mut header = header(EntryType::Regular, mode, file.content.len() as u64);
        builder.append_data(&mut header, &file.path, file.content.as_slice()).map_err(broken)?;
    }
    builder.into_inner().map_err(broken)
}

/// A header for what the runner's user owns.
pub fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(RUNNER_UID);
    header.set_gid(RUNNER_UID);
    header.set_size(size);
    header
}

/// The one regular file that a tar holds. What a run left there instead (a link, a directory) counts as no file.
pub fn single_file(tar: &[u8], path: &str, limit: u64) -> ExecResult<Option<Vec<u8>>> {
    let mut archive = Archive::new(Cursor::new(tar));
    let Some(entry) = archive.entries().map_err(broken)?.next() else { return Ok(None) };
    let entry = entry.map_err(broken)?;
    if entry.header().entry_type() != EntryType::Regular {
        return Ok(None);
    }
    if entry.size() > limit {
        return Err(ExecError::TooLarge { path: path.to_owned(), limit });
    }
    let expected = entry.size();
    let mut content = Vec::new();
    entry.take(limit).read_to_end(&mut content).map_err(broken)?;
    if content.len() as u64 != expected {
        return Err(ExecError::Refused(format!("{path} was cut short")));
    }
    Ok(Some(content))
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err calls")]
fn broken(error: std::io::Error) -> ExecError {
    ExecError::Refused(format!("an archive can't be read or written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_as_it_went_in() {
        let tar = of_files(&[VolumeFile::new("config/main.tf", b"x = 1".as_slice())]).unwrap();
        let mut archive = Archive::new(tar.as_slice());
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.path().unwrap().display().to_string(), entry.header().uid().unwrap())
            })
            .collect();
        assert_eq!(entries, [("config".to_owned(), RUNNER_UID), ("config/main.tf".to_owned(), RUNNER_UID)]);
        let single = of_files(&[VolumeFile::new("state", b"{}".as_slice())]).unwrap();
        assert_eq!(single_file(&single, "state", 10).unwrap().unwrap(), b"{}");
        assert!(matches!(single_file(&single, "state", 1), Err(ExecError::TooLarge { .. })));
    }

    #[test]
    fn a_link_or_directory_in_place_of_a_file_is_no_file() {
        let mut builder = Builder::new(Vec::new());
        let mut link = header(EntryType::Symlink, 0o777, 0);
        builder.append_link(&mut link, "state", "/etc/passwd").unwrap();
        assert_eq!(single_file(&builder.into_inner().unwrap(), "state", 10).unwrap(), None);
    }

    #[test]
    fn hostile_bytes_are_an_error() {
        for bytes in [vec![0xff; 2048], vec![b'a'; 511], [vec![b'1'; 512], vec![0; 512]].concat()] {
            assert!(single_file(&bytes, "state", 10).is_err());
        }
    }
}
