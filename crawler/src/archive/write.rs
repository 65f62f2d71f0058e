//! Catalog versions into an archive.

use std::{
    fs::{File, Permissions},
    io::{self, Seek, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::{
    MANIFEST,
    manifest::{Manifest, ManifestFile, ManifestVersion},
};
use crate::{
    catalog::{Catalog, NewVersion, diff::VersionName},
    error::{Error, Result},
};

/// Compresses JSON tenfold at a tenth of the time of the highest levels.
const LEVEL: i32 = 12;
/// Bytes of the mark at the end of a tar archive.
const END: usize = 1024;

/// What an export wrote.
#[derive(Debug, Clone, Copy)]
pub struct Exported {
    pub versions: usize,
    pub files: usize,
    /// Of the archive.
    pub bytes: u64,
}

/// Writes versions of `catalog` into the archive `path`. The same versions make the same bytes. The file is there when
/// all of it is. One version at a time is in memory.
///
/// # Errors
/// [`Error::NotFound`] for a version that the catalog does not have; [`Error::Corrupt`] for one that does not have the
/// digest it was published with.
pub async fn export(catalog: &Catalog, versions: &[VersionName], path: &Path) -> Result<Exported> {
    let mut versions: Vec<&VersionName> = versions.iter().collect();
    versions.sort_by_key(|name| (&name.provider, &name.version));
    versions.dedup();
    let mut body = Body::new().map_err(|e| Error::io("temporary file", e))?;
    for name in versions {
        let version = catalog.version(&name.provider, &name.version).await?.ok_or_else(|| {
            Error::NotFound(format!("{} {} is not in the catalog", name.provider, name.version))
        })?;
        body = blocking(path, move || body.add(&version)).await?;
    }
    let target = path.to_owned();
    blocking(path, move || body.finish(&target)).await
}

async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let place = path.display().to_string();
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Error::invalid(&place, format!("stopped: {e}")))?
        .map_err(|e| Error::io(&place, e))
}

/// All but the manifest, which stands before it and is known after it.
struct Body {
    tar: tar::Builder<File>,
    versions: Vec<ManifestVersion>,
    files: Vec<ManifestFile>,
}

impl Body {
    fn new() -> io::Result<Self> {
        let tar = tar::Builder::new(tempfile::tempfile()?);
        Ok(Body { tar, versions: Vec::new(), files: Vec::new() })
    }

    fn add(mut self, version: &NewVersion) -> io::Result<Self> {
        let (index, objects) = version.objects();
        let entry = ManifestVersion {
            provider: version.address.to_string(),
            version: version.version.clone(),
            digest: index.digest,
        };
        for (key, bytes) in objects {
            let path = format!("{}/{key}", entry.folder());
            append(&mut self.tar, &path, &bytes)?;
            self.files.push(ManifestFile::of(path, &bytes));
        }
        self.versions.push(entry);
        Ok(self)
    }

    fn finish(self, path: &Path) -> io::Result<Exported> {
        let (versions, files) = (self.versions.len(), self.files.len());
        let manifest = serde_json::to_vec_pretty(&Manifest::new(self.versions, self.files))?;
        let mut body = self.tar.into_inner()?;
        body.rewind()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        let mut head = tar::Builder::new(Vec::new());
        append(&mut head, MANIFEST, &manifest)?;
        let mut head = head.into_inner()?;
        head.truncate(head.len() - END);
        let mut encoder = zstd::Encoder::new(&mut file, LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.write_all(&head)?;
        io::copy(&mut body, &mut encoder)?;
        encoder.finish()?.flush()?;
        let bytes = file.as_file().metadata()?.len();
        file.persist(path).map_err(|e| e.error)?;
        Ok(Exported { versions, files, bytes })
    }
}

/// Nothing of the machine or the hour is in a header.
fn append(tar: &mut tar::Builder<impl Write>, path: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, path, bytes)
}
