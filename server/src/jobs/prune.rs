//! Forgets crawls that ended long ago, with what was uploaded for them.

use super::upload;
use crate::{
    app::App,
    error::Result,
    store::{CrawlId, crawl_jobs},
};

/// Days that an ended crawl is listed.
pub const KEPT_DAYS: i64 = 30;
/// Hours after which an upload without a job was left behind by a server that ended while it came in.
const STRAY_HOURS: i64 = 24;

/// Removes what is older than [`KEPT_DAYS`], and uploads that belong to nothing.
pub async fn prune(app: &App) -> Result<()> {
    let now = app.clock.now();
    let old = now.plus_seconds(-KEPT_DAYS * 24 * 3600);
    let ended = crawl_jobs::ended_before(&mut *app.db.read().await?, old).await?;
    for id in &ended {
        app.blobs.delete(&upload::key(id)).await?;
        let mut tx = app.db.begin().await?;
        crawl_jobs::delete(&mut tx, id).await?;
        tx.commit().await?;
    }
    let stray = now.plus_seconds(-STRAY_HOURS * 3600).0;
    for object in app.blobs.list(upload::PREFIX).await? {
        let id = object.location.parts().nth(1).map(|part| CrawlId(part.as_ref().to_owned()));
        let Some(id) = id.filter(|_| object.last_modified.timestamp_millis() < stray) else { continue };
        if !crawl_jobs::exists(&mut *app.db.read().await?, &id).await? {
            app.blobs.delete(object.location.as_ref()).await?;
        }
    }
    Ok(())
}
