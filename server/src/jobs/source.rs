//! What a job names, as a source of the crawler.

use cloudoven_crawler::source::{Bundle, Limits, Observer, ProviderSource, Source as _};

use super::upload;
use crate::{
    app::App,
    error::{Error, Result},
    store::crawl_jobs::CrawlJob,
};

/// Fetches what the job asks for.
pub(super) async fn fetch(app: &App, job: &CrawlJob, observer: &dyn Observer) -> Result<Vec<ProviderSource>> {
    let scratch = tempfile::tempdir().map_err(Error::internal)?;
    let path = scratch.path().join("bundle");
    upload::fetch(app, &job.id, &path).await?;
    let place = path.display().to_string();
    let bundle = Bundle { path, limits: Limits::default() };
    // Where the copy is on this machine says nothing to people; what they called it does.
    let named = |error: Error| Error::Unavailable(error.to_string().replace(&place, &job.requested));
    bundle.fetch(observer).await.map_err(|error| named(told(error)))
}

/// A crawl's error for people: its text names the place.
pub(super) fn told(error: cloudoven_crawler::Error) -> Error {
    match error {
        cloudoven_crawler::Error::Store(cause) => cause.into(),
        other => Error::Unavailable(other.to_string()),
    }
}
