//! What a job names, as a source of the crawler.

use cloudoven_crawler::{
    catalog::Address,
    constraint::Constraint,
    crawl::{self, Report},
    source::{Bundle, Limits, Observer, ProviderSource, Source as _},
};

use super::upload;
use crate::{
    app::App,
    error::{Error, Result},
    store::crawl_jobs::CrawlJob,
};

/// The constraint that every release fits, in words.
pub(super) const LATEST: &str = "latest";

/// Fetches what the job asks for from its registry.
pub(super) async fn fetch(app: &App, job: &CrawlJob, observer: &dyn Observer) -> Result<Vec<ProviderSource>> {
    let address = address(&job.provider)?;
    // The settings may have changed since it was asked for.
    app.upstream.check(&address)?;
    let mut registry = app.upstream.source(address, constraint(&job.requested)?, &job.docs_url);
    registry.platform = app.upstream.platform().await;
    registry.fetch(observer).await.map_err(told)
}

/// Reads a provider's address.
pub(super) fn address(text: &str) -> Result<Address> {
    text.trim().parse().map_err(|_| {
        Error::field(
            "provider",
            "not a provider's address; write it as in required_providers, such as hashicorp/azurerm or \
             registry.example.com/acme/cloud",
        )
    })
}

/// Reads a version constraint; `latest` and nothing are every release.
pub(super) fn constraint(text: &str) -> Result<Constraint> {
    let text = if text == LATEST { "" } else { text };
    text.parse().map_err(|_| {
        Error::field("version", "not a version constraint; write latest, a version such as 4.1.0, or ~> 4.0")
    })
}

/// Imports all that can be imported of the job's bundle. What can't is a problem, unless there is nothing else.
pub(super) async fn import_bundle(app: &App, job: &CrawlJob, observer: &dyn Observer) -> Result<Vec<Report>> {
    let scratch = tempfile::tempdir().map_err(Error::internal)?;
    let path = scratch.path().join("bundle");
    upload::fetch(app, &job.id, &path).await?;
    let place = path.display().to_string();
    let bundle = Bundle { path, limits: Limits::default() };
    let (mut reports, mut failed) = (Vec::new(), Vec::new());
    for result in crawl::import_bundle(app.catalogs.store(), &bundle, observer).await {
        match result {
            Ok(report) => reports.push(report),
            // Storage that does not answer is nothing about the bundle.
            Err(error @ cloudoven_crawler::Error::Store(_)) => return Err(told(error)),
            // Where the copy is on this machine says nothing to people; what they called it does.
            Err(error) => failed.push(error.to_string().replace(&place, &job.requested)),
        }
    }
    if reports.is_empty() {
        let reason = failed.into_iter().next().unwrap_or_else(|| "nothing is in the bundle".into());
        return Err(Error::Unavailable(reason));
    }
    failed.iter().for_each(|reason| observer.problem(&job.requested, reason));
    Ok(reports)
}

/// A crawl's error for people: its text names the place.
pub(super) fn told(error: cloudoven_crawler::Error) -> Error {
    match error {
        cloudoven_crawler::Error::Store(cause) => cause.into(),
        other => Error::Unavailable(other.to_string()),
    }
}
