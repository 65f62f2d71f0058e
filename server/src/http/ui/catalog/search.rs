//! Search: the page with all that is found, and what the palette of every page shows while one types.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use cloudoven_crawler::catalog::Kind;
use serde::Deserialize;

use super::{KINDS, argument_url, chip, element_url, in_catalog, slug, words};
use crate::{
    app::App,
    catalog::{
        Loaded,
        search::{self, ArgumentHit, Found, Hit, MAX_SKIP, Matched, Request, Snippet},
    },
    http::ui::{
        layout::{Chip, Layout, count},
        page::{PageResult, Viewer, url_encode},
    },
    project::named,
    store::named::{Named, Thing},
};

/// Hits on a page.
const PAGE: usize = 25;
/// What the palette shows of each: elements, arguments, things of one's own.
const ELEMENTS: usize = 8;
const ARGUMENTS: usize = 5;
const OWN: i64 = 4;

#[derive(Default, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    provider: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template, WebTemplate)]
#[template(path = "catalog/search.html")]
pub(super) struct SearchPage {
    layout: Layout,
    query: String,
    providers: Vec<Choice>,
    kinds: Vec<Choice>,
    hits: Vec<HitView>,
    /// How many there are, in words.
    total: String,
    /// The addresses of the pages before and after.
    previous: Option<String>,
    next: Option<String>,
}

/// One entry of a filter.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

struct HitView {
    chip: Chip,
    name: Marked,
    text: Marked,
    source: String,
    url: String,
    deprecated: bool,
    arguments: Vec<ArgumentView>,
}

struct ArgumentView {
    path: Marked,
    text: Marked,
    url: String,
    /// The element that it belongs to.
    of: String,
}

/// A project or blueprint of one's own.
struct OwnView {
    kind: &'static str,
    name: String,
    /// The project that a blueprint is in.
    of: String,
    url: String,
}

/// A text with what matched marked; safe HTML when it is written.
#[derive(Template)]
#[template(path = "catalog/_marked.html")]
struct Marked {
    pieces: Vec<Piece>,
}

struct Piece {
    text: String,
    marked: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Query(search): Query<Search>,
) -> PageResult<SearchPage> {
    let skip = search.page.saturating_sub(1).saturating_mul(PAGE).min(MAX_SKIP);
    let found = app.catalogs.search(search.request(skip, PAGE)).await?;
    let end = skip + found.hits.len();
    let number = skip / PAGE + 1;
    Ok(SearchPage {
        layout: in_catalog(viewer.layout()).here("Search"),
        providers: providers(&app.catalogs.loaded(), &search.provider),
        kinds: kinds(&search.kind),
        total: tally(&found, skip, end),
        previous: (number > 1).then(|| search.url(number - 1)),
        next: (end < found.total && skip + PAGE < MAX_SKIP).then(|| search.url(number + 1)),
        hits: found.hits.into_iter().map(HitView::from).collect(),
        query: search.q,
    })
}

impl Search {
    fn request(&self, skip: usize, limit: usize) -> Request {
        Request {
            text: self.q.clone(),
            kind: search::kind(&self.kind),
            provider: Some(self.provider.clone()).filter(|p| !p.is_empty()),
            version: None,
            skip,
            limit,
        }
    }

    fn url(&self, page: usize) -> String {
        let mut url = format!("/catalog/search?q={}", url_encode(&self.q));
        for (name, value) in [("kind", &self.kind), ("provider", &self.provider)] {
            if !value.is_empty() {
                url.push_str(&format!("&{name}={}", url_encode(value)));
            }
        }
        if page > 1 { format!("{url}&page={page}") } else { url }
    }
}

fn tally(found: &Found, skip: usize, end: usize) -> String {
    let all = count(found.total, "result", "results");
    if found.total > found.hits.len() && end > skip { format!("{} to {end} of {all}", skip + 1) } else { all }
}

fn providers(loaded: &Loaded, chosen: &str) -> Vec<Choice> {
    let newest = loaded.versions.iter().filter(|v| v.newest);
    let choice = |source: String| Choice { chosen: source == chosen, label: source.clone(), value: source };
    newest.map(|v| choice(v.index.provider.source())).collect()
}

fn kinds(chosen: &str) -> Vec<Choice> {
    let choice = |kind: Kind| Choice {
        value: slug(kind).to_owned(),
        label: words(kind).1.to_owned(),
        chosen: slug(kind) == chosen,
    };
    KINDS.into_iter().map(choice).collect()
}

#[derive(Template, WebTemplate)]
#[template(path = "catalog/_palette.html")]
pub(super) struct Palette {
    query: String,
    elements: Vec<HitView>,
    arguments: Vec<ArgumentView>,
    /// The best argument matches better than any element.
    arguments_first: bool,
    own: Vec<OwnView>,
    /// How many elements there are in all, and where.
    total: usize,
    all: String,
}

pub(super) async fn palette(
    State(app): State<App>,
    viewer: Viewer,
    Query(search): Query<Search>,
) -> PageResult<Palette> {
    let own = named::find(&app, &viewer.actor, &search.q, OWN).await?;
    let found = app.catalogs.search(search.request(0, 2 * ELEMENTS)).await?;
    let best_own = found.hits.iter().fold(0.0f32, |best, hit| best.max(hit.own));
    let mut arguments: Vec<(f32, ArgumentView)> = Vec::new();
    for hit in &found.hits {
        arguments.extend(hit.arguments.iter().map(|a| (a.score, ArgumentView::of(a, hit))));
    }
    arguments.sort_by(|a, b| b.0.total_cmp(&a.0));
    let elements = found.hits.into_iter().filter(|h| h.matched != Matched::Argument).take(ELEMENTS);
    Ok(Palette {
        all: search.url(1),
        query: search.q,
        elements: elements.map(HitView::from).collect(),
        arguments_first: arguments.first().is_some_and(|(score, _)| *score > best_own),
        arguments: arguments.into_iter().take(ARGUMENTS).map(|(_, view)| view).collect(),
        own: own.into_iter().map(OwnView::from).collect(),
        total: found.total,
    })
}

impl From<Hit> for HitView {
    fn from(hit: Hit) -> HitView {
        HitView {
            chip: chip(hit.kind),
            url: element_url(&hit.address, &hit.version, hit.kind, &hit.name),
            arguments: hit.arguments.iter().map(|a| ArgumentView::of(a, &hit)).collect(),
            name: Marked::new(&hit.name, &hit.name_ranges),
            text: Marked::from(&hit.snippet),
            source: hit.provider,
            deprecated: hit.deprecated,
        }
    }
}

impl ArgumentView {
    fn of(argument: &ArgumentHit, hit: &Hit) -> ArgumentView {
        let element = element_url(&hit.address, &hit.version, hit.kind, &hit.name);
        ArgumentView {
            url: argument_url(&element, &argument.path),
            path: Marked::new(&argument.path, &argument.path_ranges),
            text: Marked::from(&argument.snippet),
            of: hit.name.clone(),
        }
    }
}

impl From<Named> for OwnView {
    fn from(named: Named) -> OwnView {
        let (name, of) = (named.name, named.project);
        match named.thing {
            Thing::Project => {
                OwnView { kind: "project", url: format!("/projects/{}", named.id), name, of: String::new() }
            }
            Thing::Blueprint => {
                OwnView { kind: "blueprint", url: format!("/blueprints/{}", named.id), name, of }
            }
        }
    }
}

impl Marked {
    /// Cuts a text at the ranges of characters that matched.
    fn new(text: &str, ranges: &[[usize; 2]]) -> Marked {
        Marked { pieces: pieces(text, ranges) }
    }

    fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

impl From<&Snippet> for Marked {
    fn from(snippet: &Snippet) -> Marked {
        Marked::new(&snippet.text, &snippet.ranges)
    }
}

fn pieces(text: &str, ranges: &[[usize; 2]]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut characters = text.chars();
    let mut at = 0;
    let mut take = |to: usize, marked: bool| {
        let text: String = characters.by_ref().take(to.saturating_sub(at)).collect();
        at = at.max(to);
        if !text.is_empty() {
            pieces.push(Piece { text, marked });
        }
    };
    for [start, end] in ranges {
        take(*start, false);
        take(*end, true);
    }
    take(usize::MAX, false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn texts_are_cut_at_matches() {
        let cut = |text: &str, ranges: &[[usize; 2]]| {
            pieces(text, ranges).into_iter().map(|p| (p.text, p.marked)).collect::<Vec<_>>()
        };
        let piece = |text: &str, marked| (text.to_owned(), marked);
        assert_eq!(cut("größe", &[[1, 3]]), [piece("g", false), piece("rö", true), piece("ße", false)]);
        assert_eq!(cut("ab", &[[0, 1], [1, 9]]), [piece("a", true), piece("b", true)]);
        assert!(cut("", &[]).is_empty());
    }
}
