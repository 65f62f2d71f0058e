//! A local directory with the compare-and-swap that object stores have.

use std::{fmt, fs::File, io, path::PathBuf};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UpdateVersion,
    local::LocalFileSystem, path::Path,
};

/// The file that is locked while an object is compared and swapped.
const LOCK: &str = ".lock";

/// [`LocalFileSystem`] with [`PutMode::Update`]: writers in this process and in others on this machine take turns by a
/// lock on a file, which the system releases with its process.
#[derive(Debug)]
pub struct LocalStore {
    files: LocalFileSystem,
    lock: PathBuf,
}

impl LocalStore {
    /// The directory must exist.
    pub fn open(directory: &std::path::Path) -> Result<Self> {
        Ok(LocalStore { files: LocalFileSystem::new_with_prefix(directory)?, lock: directory.join(LOCK) })
    }

    /// Held until the file is dropped.
    async fn lock(&self) -> Result<File> {
        let path = self.lock.clone();
        let locked = tokio::task::spawn_blocking(move || -> io::Result<File> {
            let file = File::options().create(true).truncate(false).write(true).open(path)?;
            file.lock()?;
            Ok(file)
        });
        locked.await?.map_err(|e| Error::Generic { store: "local", source: Box::new(e) })
    }

    async fn swap(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
        expected: UpdateVersion,
    ) -> Result<PutResult> {
        let _held = self.lock().await?;
        let changed =
            |reason: String| Error::Precondition { path: location.to_string(), source: reason.into() };
        let present = match self.files.head(location).await {
            Ok(meta) => meta.e_tag,
            Err(Error::NotFound { .. }) => return Err(changed("the object is gone".into())),
            Err(e) => return Err(e),
        };
        if expected.e_tag.is_none() || present != expected.e_tag {
            return Err(changed("the object has changed".into()));
        }
        self.files.put_opts(location, payload, PutOptions { mode: PutMode::Overwrite, ..options }).await
    }
}

impl fmt::Display for LocalStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for LocalStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        match options.mode.clone() {
            PutMode::Update(expected) => self.swap(location, payload, options, expected).await,
            _ => self.files.put_opts(location, payload, options).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.files.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await
    }
}
