//! What changed between two versions of a provider, computed once per pair.

use std::sync::Arc;

use cloudoven_crawler::catalog::{
    Address,
    diff::{self, Diff, VersionName},
};

use super::Catalogs;
use crate::error::{Error, Result};

/// Differences kept in memory. Those between major versions of the largest providers are a few megabytes.
pub(super) const CACHED_DIFFS: u64 = 12;

impl Catalogs {
    /// What changed from version `from` to version `to`. Computed off the async threads, since the big ones take seconds,
    /// and once for all who ask at the same time.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the catalog does not have one of them.
    pub async fn diff(&self, address: &Address, from: &str, to: &str) -> Result<Arc<Diff>> {
        let loaded = self.loaded();
        let digest = |version: &str| {
            let found = loaded.of_provider(address).find(|v| v.index.version == version);
            found.map(|v| v.index.digest.clone()).ok_or(Error::NotFound("provider version"))
        };
        let key = (digest(from)?, digest(to)?);
        let name = |version: &str| VersionName { provider: address.clone(), version: version.to_owned() };
        let (old, new, catalog) = (name(from), name(to), self.catalog.clone());
        let compute = async move {
            let runtime = tokio::runtime::Handle::current();
            let work = move || runtime.block_on(diff::between(&catalog, &old, &new));
            let computed = tokio::task::spawn_blocking(work).await.map_err(|e| e.to_string())?;
            computed.map(Arc::new).map_err(|e| e.to_string())
        };
        self.diffs
            .try_get_with(key, compute)
            .await
            .map_err(|e| Error::Unavailable(format!("the versions can't be compared: {e}")))
    }
}
