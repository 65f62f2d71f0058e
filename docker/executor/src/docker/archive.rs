//! Files as tar streams, the form in which an engine takes and gives them.

use std::{
    collections::BTreeSet,
    io::{self, Cursor, Read, Write},
    path::{Path, PathBuf},
};

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
    let mut packer = Packer::new(Vec::new(), RUNNER_UID);
    for file in files {
        let size = file.content.len() as u64;
        packer.file(Path::new(&file.path), mode, size, file.content.as_slice()).map_err(broken)?;
    }
    packer.finish().map_err(broken)
}

/// Writes files, and the directories above them, into a tar.
pub struct Packer<W: Write> {
    builder: Builder<W>,
    owner: u64,
    made: BTreeSet<PathBuf>,
}

impl<W: Write> Packer<W> {
    /// `owner`: the id of the user and of the group that everything belongs to.
    pub fn new(writer: W, owner: u64) -> Self {
        Self { builder: Builder::new(writer), owner, made: BTreeSet::new() }
    }

    /// Adds a file of exactly `size` bytes.
    ///
    /// # Errors
    /// When `content` can't be read or has another size, and when the tar can't be written.
    pub fn file(&mut self, path: &Path, mode: u32, size: u64, content: impl Read) -> io::Result<()> {
        let parents: Vec<&Path> =
            path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty()).collect();
        for parent in parents.into_iter().rev() {
            if self.made.insert(parent.to_owned()) {
                let mut header = self.header(EntryType::Directory, 0o755, 0);
                self.builder.append_data(&mut header, parent, io::empty())?;
            }
        }
        let mut header = self.header(EntryType::Regular, mode, size);
        let mut content = content.take(size);
        self.builder.append_data(&mut header, path, &mut content)?;
        let (missing, mut rest) = (content.limit(), content.into_inner());
        // Reading to the end also lets an archive check what it gave.
        if missing > 0 || rest.read(&mut [0])? > 0 {
            return Err(io::Error::other(format!("{} is not {size} bytes long", path.display())));
        }
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<W> {
        self.builder.into_inner()
    }

    fn header(&self, kind: EntryType, mode: u32, size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(self.owner);
        header.set_gid(self.owner);
        header.set_size(size);
        header
    }
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
        let mut link = Header::new_gnu();
        link.set_entry_type(EntryType::Symlink);
        link.set_size(0);
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
