//! Unpacks a provider's package into the layout of a filesystem mirror.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use zip::ZipArchive;

use crate::archive::open_zip;

/// Bytes of the unpacked package; the largest provider has 0.8 GB.
pub(in crate::source) const MAX_BYTES: u64 = 4 << 30;
/// Files and folders; a package has a program, and perhaps a licence.
const MAX_ENTRIES: usize = 1_000;

/// What may be read of a package to know its entries: all of them are in memory before they can be counted.
const MAX_DIRECTORY_BYTES: u64 = 1 << 20;

/// Opens a package.
pub(in crate::source) fn open(file: File) -> Result<ZipArchive<File>, String> {
    open_zip(file, MAX_ENTRIES, MAX_DIRECTORY_BYTES).map_err(|fault| fault.to_string())
}

/// Unpacks `limit` bytes at most into `folder`, which is made. Only plain files and folders that stay inside are taken;
/// anything else is an error.
pub(super) fn unpack(archive: &mut ZipArchive<File>, folder: &Path, limit: u64) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    let mut left = limit;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|e| e.to_string())?;
        let name = entry.name().map_err(|e| e.to_string())?.into_owned();
        let fail = |reason: &str| format!("{name:?}: {reason}");
        let path = entry.enclosed_name().ok_or_else(|| fail("leaves the package"))?;
        let path = folder.join(path);
        if entry.is_dir() {
            fs::create_dir_all(&path).map_err(|e| fail(&e.to_string()))?;
            continue;
        }
        if !entry.is_file() {
            return Err(fail("is not a plain file"));
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| fail(&e.to_string()))?;
        }
        // An entry that comes twice is refused.
        let mut file = File::create_new(&path).map_err(|e| fail(&e.to_string()))?;
        let is_program = entry.unix_mode().is_none_or(|mode| mode & 0o111 != 0);
        let written = io::copy(&mut (&mut entry).take(left.saturating_add(1)), &mut file)
            .map_err(|e| fail(&e.to_string()))?;
        left = left.checked_sub(written).ok_or_else(|| format!("unpacks to more than {limit} bytes"))?;
        set_mode(&file, is_program).map_err(|e| fail(&e.to_string()))?;
    }
    Ok(())
}

#[cfg(unix)]
fn set_mode(file: &File, is_program: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(if is_program { 0o755 } else { 0o644 }))
}

#[cfg(not(unix))]
fn set_mode(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    const LIMIT: u64 = 1_000_000;

    fn package(add: impl FnOnce(&mut ZipWriter<File>)) -> File {
        let mut writer = ZipWriter::new(tempfile::tempfile().unwrap());
        add(&mut writer);
        let mut file = writer.finish().unwrap();
        file.rewind().unwrap();
        file
    }

    fn unpacked(file: File) -> (tempfile::TempDir, Result<(), String>) {
        let directory = tempfile::tempdir().unwrap();
        let result =
            open(file).and_then(|mut archive| unpack(&mut archive, &directory.path().join("in"), LIMIT));
        (directory, result)
    }

    fn entry(name: &str, content: &[u8], mode: u32) -> File {
        package(|writer| {
            writer.start_file(name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
            writer.write_all(content).unwrap();
        })
    }

    #[cfg(unix)]
    #[test]
    fn programs_can_be_run_and_texts_can_not() {
        use std::os::unix::fs::PermissionsExt;
        let file = package(|writer| {
            for (name, mode) in [("terraform-provider-x_v1.0.0", 0o4755), ("docs/LICENSE", 0o666)] {
                writer.start_file(name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
                writer.write_all(b"text").unwrap();
            }
        });
        let (directory, result) = unpacked(file);
        result.unwrap();
        for (name, expected) in [("terraform-provider-x_v1.0.0", 0o755), ("docs/LICENSE", 0o644)] {
            let mode = fs::metadata(directory.path().join("in").join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o7777, expected, "{name}");
        }
    }

    #[test]
    fn nothing_leaves_the_folder() {
        for name in ["../x", "a/../../x", "/etc/x", "a/../../../x"] {
            let (directory, result) = unpacked(entry(name, b"text", 0o644));
            let outside: Vec<_> =
                fs::read_dir(directory.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
            assert_eq!(outside, ["in"], "{name}: {result:?}");
            if name != "/etc/x" {
                assert!(result.unwrap_err().contains("leaves the package"), "{name}");
            }
        }
    }

    #[test]
    fn links_bombs_and_doubles_are_refused() {
        let link =
            package(|writer| writer.add_symlink("x", "/etc/passwd", SimpleFileOptions::default()).unwrap());
        assert!(unpacked(link).1.unwrap_err().contains("not a plain file"));
        let bomb = entry("x", &vec![0; usize::try_from(LIMIT).unwrap() + 1], 0o755);
        assert!(bomb.metadata().unwrap().len() < 10_000);
        assert!(unpacked(bomb).1.unwrap_err().contains("unpacks to more than"));
        let same = package(|writer| {
            for name in ["a", "./a"] {
                writer.start_file(name, SimpleFileOptions::default()).unwrap();
            }
        });
        assert!(unpacked(same).1.is_err());
        for (count, expected) in
            [(MAX_ENTRIES + 1, "more than 1000 entries"), (30_000, "lists its entries in")]
        {
            let many = package(|writer| {
                for number in 0..count {
                    writer.start_file(number.to_string(), SimpleFileOptions::default()).unwrap();
                }
            });
            let reason = unpacked(many).1.unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
    }

    #[test]
    fn what_is_no_zip_is_an_error() {
        let whole = entry("x", b"text", 0o644);
        let mut bytes = Vec::new();
        (&whole).read_to_end(&mut bytes).unwrap();
        for end in 0..bytes.len() {
            let mut cut = tempfile::tempfile().unwrap();
            cut.write_all(&bytes[..end]).unwrap();
            assert!(unpacked(cut).1.is_err(), "{end}");
        }
    }
}
