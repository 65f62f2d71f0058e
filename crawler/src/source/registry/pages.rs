//! Fetches the pages of a listing, several at a time; what has been fetched stays in the cache.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use futures::{StreamExt, stream};
use url::Url;

use super::{json_api, session::Session};
use crate::{
    error::{Error, Result},
    http::Body,
    source::{Limits, Observer, PageText, Progress, Stage, cache::Group},
};

/// Requests at a time.
const CONCURRENCY: usize = 8;
/// One of this many pages may be missing.
const TOLERANCE: usize = 50;

/// A page to fetch.
#[derive(Debug)]
pub(super) struct Item {
    /// The path that it gets.
    pub path: String,
    pub url: Url,
    /// Where people read it.
    pub public: String,
    pub read: Read,
}

/// How an answer holds the page.
#[derive(Debug)]
pub(super) enum Read {
    Markdown,
    /// A JSON:API document.
    Json {
        id: String,
    },
}

/// The pages by path. A few may be missing, and are then told as problems; everything that was fetched is kept either way.
pub(super) async fn fetch(
    session: &Session<'_>,
    version: &str,
    items: Vec<Item>,
    limits: Limits,
    observer: &dyn Observer,
) -> Result<BTreeMap<String, PageText>> {
    let items = select(items, limits, observer)?;
    let count = items.len();
    let progress = |done: usize| {
        observer.progress(Progress { stage: Stage::Pages, done: done as u64, total: count as u64 });
    };
    progress(0);
    let total = AtomicU64::new(0);
    let total = &total;
    let mut fetched = stream::iter(items)
        .map(|item| async move {
            let page = fetch_one(session, version, &item, limits).await;
            if let Ok(page) = &page {
                total.fetch_add(page.text.len() as u64, Ordering::Relaxed);
            }
            (item.path, page)
        })
        .buffer_unordered(CONCURRENCY);
    let (mut pages, mut failed) = (BTreeMap::new(), Vec::new());
    while let Some((path, page)) = fetched.next().await {
        match page {
            Ok(page) => _ = pages.insert(path, page),
            // The cache is broken, and with it the whole crawl.
            Err(e @ Error::Store(_)) => return Err(e),
            Err(e) => {
                observer.problem(&path, &e.to_string());
                failed.push((path, e));
            }
        }
        if total.load(Ordering::Relaxed) > limits.total {
            return Err(Error::invalid("documentation", format!("is larger than {} bytes", limits.total)));
        }
        if failed.len() > tolerated(count) {
            break;
        }
        progress(pages.len() + failed.len());
    }
    drop(fetched);
    match failed.pop() {
        Some((path, e)) if failed.len() + 1 > tolerated(count) => Err(Error::invalid(
            "documentation",
            format!(
                "{} of {count} pages can't be fetched, the last one being {path}: {e}. What was fetched is kept: \
                 crawl again later",
                failed.len() + 1
            ),
        )),
        _ => Ok(pages),
    }
}

/// How many of so many pages may be missing.
pub(in crate::source) fn tolerated(count: usize) -> usize {
    if count <= 1 { 0 } else { (count / TOLERANCE).max(1) }
}

/// Leaves out what has no usable path, and what comes a second time.
fn select(items: Vec<Item>, limits: Limits, observer: &dyn Observer) -> Result<Vec<Item>> {
    if items.len() > limits.entries {
        return Err(Error::invalid("documentation", format!("has more than {} pages", limits.entries)));
    }
    let mut selected: BTreeMap<String, Item> = BTreeMap::new();
    for item in items {
        if !is_plain(&item.path) {
            observer.problem(&item.path, "is not the name of a page");
        } else if let Some(first) = selected.get(&item.path) {
            observer.problem(&item.path, &format!("is listed twice; {} is taken", first.url));
        } else {
            selected.insert(item.path.clone(), item);
        }
    }
    Ok(selected.into_values().collect())
}

/// Names become parts of a URL and of paths.
fn is_plain(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part.len() <= 200
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
    };
    path.split('/').all(plain)
}

async fn fetch_one(session: &Session<'_>, version: &str, item: &Item, limits: Limits) -> Result<PageText> {
    let read = |body: &Body| {
        let text = match &item.read {
            Read::Json { id } => json_api::content(body, id)?,
            Read::Markdown => markdown(body)?,
        };
        if text.len() as u64 > limits.page {
            return Err(format!("the page is larger than {} bytes", limits.page));
        }
        Ok(Bytes::from(text))
    };
    // As JSON, a text takes up to six times the room.
    let body = session.once(Group::Pages(version), &item.url, limits.page.saturating_mul(6), read).await?;
    let text = String::from_utf8(body.into()).map_err(|_| Error::invalid(&item.path, "not UTF-8"))?;
    Ok(PageText { url: item.public.clone(), ..PageText::markdown(text) })
}

fn markdown(body: &Body) -> Result<String, String> {
    if body.content_type.starts_with("text/html") {
        return Err("a web page instead of markdown".into());
    }
    String::from_utf8(body.bytes.to_vec()).map_err(|e| e.to_string())
}
