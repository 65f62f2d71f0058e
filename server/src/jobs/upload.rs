//! Uploaded bundles, kept in the blob store until they are in the catalog.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};

use crate::{
    app::App,
    error::{Error, Result},
    store::CrawlId,
};

/// Everything that was uploaded is below it.
pub(super) const PREFIX: &str = "crawls";
/// How every zstd frame begins (RFC 8878 3.1.1).
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// How long the rest of a refused upload is read.
const DRAIN: Duration = Duration::from_secs(5);

/// Where the bundle of a job is.
pub(super) fn key(id: &CrawlId) -> String {
    format!("{PREFIX}/{id}/bundle.tar.zst")
}

/// Keeps a bundle as it comes in.
///
/// # Errors
/// Invalid, when it does not begin like an archive or is larger than the settings allow; nothing is kept then.
pub(super) async fn receive<E: std::error::Error>(
    app: &App,
    id: &CrawlId,
    content: impl Stream<Item = Result<Bytes, E>> + Send,
) -> Result<()> {
    let limit = app.config.upload_limit.saturating_mul(1 << 20);
    let mut check = Check { limit, size: 0, head: Vec::new() };
    let checked = content.map(|bytes| {
        let bytes = bytes.map_err(|e| Error::invalid(format!("the upload broke off: {e}")))?;
        check.take(&bytes)?;
        Ok(bytes)
    });
    let mut checked = std::pin::pin!(checked);
    if let Err(error) = app.blobs.put_stream(&key(id), checked.as_mut()).await {
        // A connection that is closed while the other side still sends may lose the answer.
        let rest = async { while checked.next().await.is_some() {} };
        let _ = tokio::time::timeout(DRAIN, rest).await;
        return Err(error);
    }
    if check.head.len() < MAGIC.len() {
        app.blobs.delete(&key(id)).await?;
        return Err(not_an_archive());
    }
    Ok(())
}

fn not_an_archive() -> Error {
    Error::field("bundle", "this is no bundle: a bundle is a .tar.zst archive")
}

struct Check {
    limit: u64,
    size: u64,
    head: Vec<u8>,
}

impl Check {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let missing = MAGIC.len() - self.head.len();
        self.head.extend(bytes.iter().take(missing));
        if !MAGIC.starts_with(&self.head) {
            return Err(not_an_archive());
        }
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            let mib = self.limit >> 20;
            return Err(Error::field(
                "bundle",
                format!("larger than {mib} MiB; split it, or let the server's --upload-limit be raised"),
            ));
        }
        Ok(())
    }
}

/// Copies the bundle of a job to a new file.
pub(super) async fn fetch(app: &App, id: &CrawlId, path: &Path) -> Result<()> {
    if app.blobs.get_file(&key(id), path).await? {
        Ok(())
    } else {
        Err(Error::Unavailable("the uploaded bundle is no longer kept; upload it again".into()))
    }
}
