//! What people and programs ask of crawls. All of it is for administrators.

use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use serde::{Deserialize, Serialize};

use super::{progress::shortened, source, source::told, upload};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    project::{PAGE, Page},
    store::{
        CrawlId,
        crawl_jobs::{self, CrawlJob, CrawlSource, CrawlStatus, NewCrawl},
    },
};

/// Characters of a bundle's file name that are kept.
const MAX_NAME: usize = 120;

/// What may be done with a crawl now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CrawlActions {
    pub cancel: bool,
    pub retry: bool,
}

/// A crawl and what may be done with it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CrawlView {
    #[serde(flatten)]
    pub job: CrawlJob,
    pub actions: CrawlActions,
}

impl From<CrawlJob> for CrawlView {
    fn from(job: CrawlJob) -> CrawlView {
        let actions = CrawlActions {
            cancel: !job.status.is_final() && !job.cancel_requested,
            retry: matches!(job.status, CrawlStatus::Failed | CrawlStatus::Canceled),
        };
        CrawlView { job, actions }
    }
}

/// # Errors
/// Forbidden, for everybody else.
pub fn check_admin(actor: &Actor) -> Result<()> {
    if actor.is_admin {
        Ok(())
    } else {
        Err(Error::Forbidden("only an administrator may manage the catalog's providers".into()))
    }
}

/// What is to be crawled.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartCrawl {
    /// The provider's address, as in `required_providers`: `hashicorp/azurerm`, `registry.example.com/acme/cloud`.
    pub provider: String,
    /// A version constraint, of which the newest version is taken, or `latest`.
    #[serde(default)]
    pub version: String,
    /// Where the documentation API is, when not where the registry has it; on a host that the settings name.
    #[serde(default)]
    pub docs_url: String,
}

/// Queues a crawl of a provider in a registry. The same `key` gives the same crawl again.
///
/// # Errors
/// A conflict while the same is queued or being crawled; invalid for a registry that is not configured.
pub async fn create(app: &App, actor: &Actor, start: &StartCrawl, key: Option<&str>) -> Result<CrawlView> {
    check_admin(actor)?;
    let address = source::address(&start.provider)?;
    app.upstream.check(&address)?;
    let wanted = start.version.trim();
    let wanted = if wanted.is_empty() { source::LATEST } else { wanted };
    source::constraint(wanted)?;
    if !start.docs_url.is_empty() {
        app.upstream.check_docs(&start.docs_url)?;
    }
    let (id, provider) = (CrawlId::random(), address.to_string());
    let new = NewCrawl {
        id: &id,
        source: CrawlSource::Registry,
        provider: &provider,
        requested: wanted,
        docs_url: &start.docs_url,
        created_by: &actor.id,
        idempotency_key: key,
        now: app.clock.now(),
    };
    insert(app, &new).await
}

/// The newest version of a provider that its registry has.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Newest {
    /// The provider's address, host included.
    pub provider: String,
    pub version: String,
    /// Whether the catalog has it already.
    pub in_catalog: bool,
}

/// Asks the registry of a provider.
pub async fn newest(app: &App, actor: &Actor, provider: &str) -> Result<Newest> {
    check_admin(actor)?;
    let address = source::address(provider)?;
    app.upstream.check(&address)?;
    let registry = app.upstream.source(address.clone(), source::constraint(source::LATEST)?, "");
    let version = registry.version().await.map_err(told)?;
    let loaded = app.catalogs.loaded();
    let in_catalog = loaded.of_provider(&address).any(|v| v.index.version == version);
    Ok(Newest { provider: address.to_string(), version, in_catalog })
}

/// Takes in an archive and queues its import. `name` is what it was called.
pub async fn upload<E: std::error::Error>(
    app: &App,
    actor: &Actor,
    name: &str,
    content: impl Stream<Item = Result<Bytes, E>> + Send,
) -> Result<CrawlView> {
    check_admin(actor)?;
    let id = CrawlId::random();
    upload::receive(app, &id, content).await?;
    let name = shortened(name.rsplit(['/', '\\']).next().unwrap_or_default(), MAX_NAME);
    let new = NewCrawl {
        id: &id,
        source: CrawlSource::Bundle,
        provider: "",
        requested: if name.is_empty() { "bundle.tar.zst" } else { &name },
        docs_url: "",
        created_by: &actor.id,
        idempotency_key: None,
        now: app.clock.now(),
    };
    insert(app, &new).await
}

async fn insert(app: &App, new: &NewCrawl<'_>) -> Result<CrawlView> {
    let mut tx = app.db.begin().await?;
    if let Some(key) = new.idempotency_key
        && let Some(job) = crawl_jobs::by_idempotency_key(&mut tx, new.created_by, key).await?
    {
        if (job.provider.as_str(), job.requested.as_str()) != (new.provider, new.requested) {
            return Err(Error::Conflict("this Idempotency-Key was used for another request".into()));
        }
        return Ok(job.into());
    }
    crawl_jobs::insert(&mut tx, new).await?;
    let job = crawl_jobs::get(&mut tx, new.id).await?;
    tx.commit().await?;
    app.crawls.queued();
    tracing::info!(crawl = %new.id, provider = new.provider, requested = new.requested, actor = %new.created_by, "a crawl is queued");
    Ok(job.into())
}

/// Newest first. A cursor is `<time>.<id>` of the last one.
pub async fn list(app: &App, actor: &Actor, after: Option<&str>) -> Result<Page<CrawlView>> {
    check_admin(actor)?;
    let before = match after {
        None => (i64::MAX, ""),
        Some(text) => text
            .split_once('.')
            .and_then(|(time, id)| Some((time.parse().ok()?, id)))
            .ok_or_else(|| Error::field("cursor", "not a cursor of this list"))?,
    };
    let items = crawl_jobs::list(&mut *app.db.read().await?, before, PAGE + 1).await?;
    let items = items.into_iter().map(CrawlView::from).collect();
    Ok(Page::of(items, cursor))
}

/// The cursor of the crawls before this one.
pub fn cursor(view: &CrawlView) -> String {
    format!("{}.{}", view.job.created_at.0, view.job.id)
}

pub async fn get(app: &App, actor: &Actor, id: &CrawlId) -> Result<CrawlView> {
    check_admin(actor)?;
    Ok(crawl_jobs::get(&mut *app.db.read().await?, id).await?.into())
}

/// Ends a crawl: at once while it waits, else as soon as its worker looks. What it has fetched stays in the cache.
pub async fn cancel(app: &App, actor: &Actor, id: &CrawlId) -> Result<CrawlView> {
    check_admin(actor)?;
    let mut tx = app.db.begin().await?;
    let job = crawl_jobs::get(&mut tx, id).await?;
    let asked = crawl_jobs::cancel_waiting(&mut tx, id, app.clock.now()).await?
        || crawl_jobs::request_cancel(&mut tx, id).await?;
    if !asked {
        return Err(Error::Conflict(format!("the crawl is {} and can't be canceled", job.status.as_str())));
    }
    commit(app, tx, id).await
}

/// Queues a crawl again that has failed or was canceled. It goes on with what it has fetched.
pub async fn retry(app: &App, actor: &Actor, id: &CrawlId) -> Result<CrawlView> {
    check_admin(actor)?;
    let mut tx = app.db.begin().await?;
    let job = crawl_jobs::get(&mut tx, id).await?;
    if !crawl_jobs::requeue(&mut tx, id).await? {
        return Err(Error::Conflict(format!(
            "the crawl is {} and can't be tried again",
            job.status.as_str()
        )));
    }
    commit(app, tx, id).await
}

async fn commit(app: &App, mut tx: crate::store::Tx, id: &CrawlId) -> Result<CrawlView> {
    let job = crawl_jobs::get(&mut tx, id).await?;
    tx.commit().await?;
    app.crawls.changed(id);
    app.crawls.queued();
    Ok(job.into())
}

/// The crawl each time that it has changed, until it has ended.
pub fn watch(app: &App, id: &CrawlId) -> impl Stream<Item = Result<CrawlView>> + Send + use<> {
    let listener = app.crawls.listen(id);
    let state = (app.clone(), id.clone(), listener, None::<String>, false);
    futures::stream::try_unfold(state, |(app, id, mut listener, mut shown, ended)| async move {
        loop {
            if ended || app.crawls.is_closed() {
                return Ok(None);
            }
            let view = CrawlView::from(crawl_jobs::get(&mut *app.db.read().await?, &id).await?);
            let text = serde_json::to_string(&view)?;
            if shown.as_ref() != Some(&text) {
                shown = Some(text);
                let ended = view.job.status.is_final();
                return Ok(Some((view, (app, id, listener, shown, ended))));
            }
            listener.wait().await;
        }
    })
}

/// Waits until the crawl has ended, at most `limit`.
pub async fn wait(app: &App, actor: &Actor, id: &CrawlId, limit: Duration) -> Result<CrawlView> {
    let mut listener = app.crawls.listen(id);
    let deadline = tokio::time::Instant::now() + limit;
    loop {
        let view = get(app, actor, id).await?;
        let over = app.crawls.is_closed() || tokio::time::Instant::now() >= deadline;
        if view.job.status.is_final() || over {
            return Ok(view);
        }
        let _ = tokio::time::timeout_at(deadline, listener.wait()).await;
    }
}
