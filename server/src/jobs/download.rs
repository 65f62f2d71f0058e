//! A catalog version as an archive that another installation imports.

use cloudoven_crawler::{
    archive,
    catalog::{Address, diff::VersionName},
};
use tokio::fs::File;

use super::source::told;
use crate::{
    app::App,
    error::{Error, Result},
};

/// Writes the archive to a temporary file and opens it: what has a length can be sent with one, and a version that is
/// damaged is an error instead of half a file. The file is gone when it is closed.
pub async fn bundle(app: &App, address: &Address, version: &str) -> Result<File> {
    if !app.catalogs.loaded().of_provider(address).any(|v| v.index.version == version) {
        return Err(Error::NotFound("provider version"));
    }
    let scratch = tempfile::tempdir().map_err(Error::internal)?;
    let path = scratch.path().join("bundle.tar.zst");
    let name = VersionName { provider: address.clone(), version: version.to_owned() };
    archive::export(app.catalogs.store(), &[name], &path).await.map_err(told)?;
    File::open(&path).await.map_err(Error::internal)
}
