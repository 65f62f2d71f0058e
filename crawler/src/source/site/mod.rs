//! A documentation site in HTML, for providers whose pages no registry has.
//!
//! Starting at the pages that it is given, it follows links to pages below them, as far as the site's robots.txt allows.
//! `links` reads the links of a page, `paths` says which page describes what, by its address.

mod links;
mod paths;
mod robots;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use futures::{StreamExt, stream};
use url::Url;

use self::robots::Robots;
use super::{
    Limits, Observer, PageFormat, PageText, Progress, Stage,
    registry::{Session, tolerated},
};
use crate::{
    error::{Error, Result},
    http::{Body, shown},
};

/// Requests at a time: fewer than a registry gets, since a site is made for people.
const CONCURRENCY: usize = 4;

/// A documentation site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Pages to start at. Only pages of the same host below one of them are read.
    pub start: Vec<Url>,
    /// Links to follow from a start page, one after the other.
    pub depth: usize,
    /// Pages to read.
    pub pages: usize,
}

/// A page as it was fetched.
struct Fetched {
    url: Url,
    html: Option<Arc<str>>,
    links: Vec<Url>,
}

impl Site {
    /// A site that starts at these pages, of a size that documentation has.
    pub fn new(start: Vec<Url>) -> Self {
        Site { start, depth: 12, pages: 10_000 }
    }

    /// The pages by path.
    pub(super) async fn fetch(
        &self,
        session: &Session<'_>,
        limits: Limits,
        observer: &dyn Observer,
    ) -> Result<BTreeMap<String, PageText>> {
        let mut walk =
            Walk { site: self, session, limits, observer, robots: BTreeMap::new(), failed: 0, bytes: 0 };
        for start in &self.start {
            walk.read_robots(start).await?;
        }
        let pages = walk.run().await?;
        Ok(name(&self.start, pages, observer))
    }

    /// Whether a page belongs to the site.
    fn contains(&self, url: &Url) -> bool {
        self.start
            .iter()
            .any(|start| start.origin() == url.origin() && url.path().starts_with(folder(start.path())))
    }
}

/// `/docs/index.html` → `/docs/`.
fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |end| &path[..=end])
}

/// One walk over a site, level by level.
struct Walk<'a> {
    site: &'a Site,
    session: &'a Session<'a>,
    limits: Limits,
    observer: &'a dyn Observer,
    /// By origin.
    robots: BTreeMap<String, Robots>,
    failed: usize,
    bytes: u64,
}

impl Walk<'_> {
    async fn read_robots(&mut self, start: &Url) -> Result<()> {
        let origin = start.origin().ascii_serialization();
        if self.robots.contains_key(&origin) {
            return Ok(());
        }
        let mut url = start.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        let read = |body: &Body| Ok(String::from_utf8_lossy(&body.bytes).into_owned());
        let robots = match self.session.current(&url, robots::MAX_BYTES, read).await {
            Ok(listing) => Robots::parse(&listing.value),
            // What a server does not have forbids nothing; what it can't say may forbid everything.
            Err(Error::Fetch { status: Some(400..500), .. }) => Robots::default(),
            Err(e) => return Err(e),
        };
        self.robots.insert(origin, robots);
        Ok(())
    }

    fn is_allowed(&self, url: &Url) -> bool {
        let robots = self.robots.get(&url.origin().ascii_serialization());
        self.site.contains(url) && robots.is_some_and(|robots| robots.allow(url.path()))
    }

    /// The pages by URL.
    async fn run(&mut self) -> Result<BTreeMap<Url, Arc<str>>> {
        let mut level: BTreeSet<Url> = self.site.start.iter().map(links::plain).collect();
        level.retain(|url| self.is_allowed(url));
        if level.is_empty() {
            return Err(Error::invalid(start_names(self.site), "robots.txt forbids to read these pages"));
        }
        let (mut seen, mut pages) = (level.clone(), BTreeMap::new());
        for _ in 0..=self.site.depth {
            if level.is_empty() {
                return Ok(pages);
            }
            let found = self.read_level(level, seen.len(), &mut pages).await?;
            level = found.into_iter().filter(|url| self.is_allowed(url) && !seen.contains(url)).collect();
            let left = self.site.pages.saturating_sub(seen.len());
            if level.len() > left {
                let reason = format!("has more than {} pages; the rest is left out", self.site.pages);
                self.observer.problem(&start_names(self.site), &reason);
                level = level.into_iter().take(left).collect();
            }
            seen.extend(level.iter().cloned());
        }
        if !level.is_empty() {
            let reason = format!("pages further than {} links away are left out", self.site.depth);
            self.observer.problem(&start_names(self.site), &reason);
        }
        Ok(pages)
    }

    /// Fetches these pages, and gives the links on them.
    async fn read_level(
        &mut self,
        level: BTreeSet<Url>,
        total: usize,
        pages: &mut BTreeMap<Url, Arc<str>>,
    ) -> Result<BTreeSet<Url>> {
        let (session, limits) = (self.session, self.limits);
        let mut fetched = stream::iter(level)
            .map(|url| async move { (fetch_one(session, &url, limits).await, url) })
            .buffer_unordered(CONCURRENCY);
        let mut found = BTreeSet::new();
        while let Some((page, url)) = fetched.next().await {
            match page {
                Ok(Fetched { url, html, links }) => {
                    found.extend(links);
                    self.bytes += html.as_ref().map_or(0, |html| html.len() as u64);
                    // After a redirect a page may be another one, or none of the site's.
                    if let Some(html) = html.filter(|_| self.site.contains(&url)) {
                        pages.insert(url, html);
                    }
                }
                Err(e @ Error::Store(_)) => return Err(e),
                Err(e) => {
                    self.observer.problem(&shown(&url), &e.to_string());
                    self.failed += 1;
                    if self.failed > tolerated(total) {
                        let reason =
                            format!("{} pages can't be fetched, the last one because of: {e}", self.failed);
                        return Err(Error::invalid(start_names(self.site), reason));
                    }
                }
            }
            if self.bytes > self.limits.total {
                let reason = format!("is larger than {} bytes", self.limits.total);
                return Err(Error::invalid(start_names(self.site), reason));
            }
            let (done, total) = (pages.len() as u64, total as u64);
            self.observer.progress(Progress { stage: Stage::Pages, done, total });
        }
        Ok(found)
    }
}

async fn fetch_one(session: &Session<'_>, url: &Url, limits: Limits) -> Result<Fetched> {
    let read = |body: &Body| Ok((is_html(&body.content_type), body.bytes.clone()));
    let listing = session.current(url, limits.page, read).await?;
    let (is_html, bytes): (bool, Bytes) = listing.value;
    let url = links::plain(&listing.url);
    if !is_html {
        return Ok(Fetched { url, html: None, links: Vec::new() });
    }
    // Parsing a large page takes a while.
    let read = tokio::task::spawn_blocking(move || {
        let html: Arc<str> = String::from_utf8_lossy(&bytes).into();
        let links = links::of(&html, &url);
        Fetched { url, html: Some(html), links }
    });
    read.await.map_err(|e| Error::invalid("links", format!("stopped: {e}")))
}

fn is_html(content_type: &str) -> bool {
    ["text/html", "application/xhtml+xml"].iter().any(|html| content_type.starts_with(html))
}

/// Gives each page its path; of two with the same one, the first by address is taken.
fn name(
    start: &[Url],
    pages: BTreeMap<Url, Arc<str>>,
    observer: &dyn Observer,
) -> BTreeMap<String, PageText> {
    let mut named: BTreeMap<String, PageText> = BTreeMap::new();
    for (url, html) in pages {
        let path = paths::of(start, &url);
        if let Some(first) = named.get(&path) {
            observer.problem(
                &path,
                &format!("{} is left out, since {} has the same name", shown(&url), first.url),
            );
            continue;
        }
        let page = PageText { format: PageFormat::Html, text: html.to_string(), url: url.to_string() };
        named.insert(path, page);
    }
    named
}

fn start_names(site: &Site) -> String {
    site.start.iter().map(shown).collect::<Vec<_>>().join(", ")
}
