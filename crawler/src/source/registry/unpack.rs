//! Unpacks a provider's package into the layout of a filesystem mirror.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use zip::ZipArchive;

/// Bytes of the unpacked package; the largest provider has 0.8 GB.
pub(in crate::source) const MAX_BYTES: u64 = 4 << 30;
/// Files and folders; a package has a program, and perhaps a licence.
const MAX_ENTRIES: usize = 1_000;

/// Opens a package.
pub(in crate::source) fn open(file: File) -> Result<ZipArchive<File>, String> {
    let archive = ZipArchive::new(file).map_err(|e| e.to_string())?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("has more than {MAX_ENTRIES} entries"));
    }
    Ok(archive)
}

/// Unpacks into `folder`, which is made. Only plain files and folders that stay inside are taken; anything else, and too
/// much of it, is an error.
pub(super) fn unpack(archive: &mut ZipArchive<File>, folder: &Path) -> Result<(), String> {
    let mut left = MAX_BYTES;
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
        left = left.checked_sub(written).ok_or_else(|| format!("unpacks to more than {MAX_BYTES} bytes"))?;
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
