//! What changed between two versions of a provider.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect},
};
use cloudoven_crawler::catalog::{
    Address, Kind,
    diff::{Change, Diff, ElementDiff, Impact, What},
};
use serde::Deserialize;

use super::{chip, diff_url, element_url, find, in_catalog, links::own_page, provider_url};
use crate::{
    app::App,
    catalog::Loaded,
    error::Error,
    http::ui::{
        layout::{Chip, Layout},
        page::{PageResult, Viewer, url_encode},
    },
};

/// Elements on one page.
const PER_PAGE: usize = 60;
/// Changes of one element that are shown at once; the rest is in a fold.
const SHOWN_CHANGES: usize = 12;

#[derive(Template, WebTemplate)]
#[template(path = "catalog/diff.html")]
struct DiffPage {
    layout: Layout,
    source: String,
    provider: String,
    from: String,
    to: String,
    versions: Vec<String>,
    /// The same the other way round.
    reversed: String,
    url: String,
    query: String,
    impacts: Vec<Choice>,
    whats: Vec<Choice>,
    /// "120 changes in 31 elements".
    total: String,
    elements: Vec<ElementView>,
    pages: Pages,
}

/// One value of a filter.
struct Choice {
    slug: &'static str,
    label: &'static str,
    count: usize,
    chosen: bool,
}

struct ElementView {
    chip: Chip,
    name: String,
    /// The pages of the element in the old and in the new version.
    old: Option<String>,
    new: Option<String>,
    shown: Vec<ChangeView>,
    more: Vec<ChangeView>,
}

struct ChangeView {
    tone: &'static str,
    impact: &'static str,
    path: String,
    /// The argument, in the new version if it is there.
    url: Option<String>,
    text: String,
}

/// Where the list goes on.
struct Pages {
    before: Option<String>,
    after: Option<String>,
    /// "2 of 7"
    here: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct DiffPath {
    host: String,
    namespace: String,
    name: String,
    version: String,
    other: String,
}

/// What the list is narrowed down to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrowed {
    #[serde(default)]
    q: String,
    #[serde(default)]
    impact: String,
    #[serde(default)]
    change: String,
    #[serde(default)]
    page: usize,
}

/// Two versions to compare, as the form submits them.
#[derive(Debug, Deserialize)]
pub(super) struct Pair {
    from: String,
    to: String,
}

/// The provider of a pair to compare.
#[derive(Debug, Deserialize)]
pub(super) struct ProviderOnly {
    host: String,
    namespace: String,
    name: String,
}

pub(super) async fn choose(
    State(app): State<App>,
    _: Viewer,
    Path(path): Path<ProviderOnly>,
    Query(pair): Query<Pair>,
) -> PageResult<Redirect> {
    let address = Address { host: path.host, namespace: path.namespace, name: path.name };
    let loaded = app.catalogs.loaded();
    let (from, to) = (find(&loaded, &address, &pair.from)?, find(&loaded, &address, &pair.to)?);
    Ok(Redirect::to(&diff_url(&address, &from.index.version, &to.index.version)))
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<DiffPath>,
    Query(narrowed): Query<Narrowed>,
) -> PageResult {
    let address = Address { host: path.host, namespace: path.namespace, name: path.name };
    let loaded = app.catalogs.loaded();
    for version in [&path.version, &path.other] {
        find(&loaded, &address, version)?;
    }
    let diff = app.catalogs.diff(&address, &path.version, &path.other).await?;
    let layout = viewer.layout();
    // The largest differences hold tens of thousands of changes.
    let draw = move || view(layout, &loaded, &address, &diff, &narrowed);
    let page = tokio::task::spawn_blocking(draw).await.map_err(Error::internal)?;
    Ok(page.into_response())
}

fn view(
    layout: Layout,
    loaded: &Arc<Loaded>,
    address: &Address,
    diff: &Diff,
    narrowed: &Narrowed,
) -> DiffPage {
    let (from, to) = (&diff.old.version, &diff.new.version);
    let url = diff_url(address, from, to);
    let words: Vec<String> = narrowed.q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let texted = matching(diff, |element, change| says(element, change, &words));
    let of_impact = |impact: Impact| impact.label() == narrowed.impact || narrowed.impact.is_empty();
    let of_what = |what: &What| category(what).0 == narrowed.change || narrowed.change.is_empty();
    let impacts = impact_choices(&texted, narrowed, |change| of_what(&change.what));
    let whats = what_choices(&texted, narrowed, |change| of_impact(change.impact));
    let mut found: Vec<Matched> = (texted.into_iter())
        .filter_map(|(element, changes)| {
            let kept = changes.into_iter().filter(|c| of_impact(c.impact) && of_what(&c.what));
            let kept: Vec<&Change> = kept.collect();
            (!kept.is_empty()).then_some((element, kept))
        })
        .collect();
    let worst = |(_, changes): &Matched| changes.iter().map(|c| c.impact).max();
    found.sort_by(|a, b| {
        worst(b).cmp(&worst(a)).then_with(|| (a.0.kind, &a.0.name).cmp(&(b.0.kind, &b.0.name)))
    });
    let changes: usize = found.iter().map(|(_, changes)| changes.len()).sum();
    let last = found.len().div_ceil(PER_PAGE).saturating_sub(1);
    let page = narrowed.page.min(last);
    let shown = found.iter().skip(page * PER_PAGE).take(PER_PAGE);
    let elements =
        shown.map(|(element, changes)| element_view(loaded, address, diff, element, changes)).collect();
    DiffPage {
        layout: in_catalog(layout)
            .crumb(address.source(), provider_url(address, to))
            .here(format!("{from} to {to}")),
        source: address.source(),
        provider: format!("/catalog/{address}"),
        versions: loaded.of_provider(address).map(|v| v.index.version.clone()).collect(),
        reversed: diff_url(address, to, from),
        total: super::counted(changes, found.len()),
        pages: pages(&url, narrowed, page, last),
        from: from.clone(),
        to: to.clone(),
        query: narrowed.q.clone(),
        url,
        impacts,
        whats,
        elements,
    }
}

/// An element with those of its changes that are asked for.
type Matched<'a> = (&'a ElementDiff, Vec<&'a Change>);

fn matching(diff: &Diff, wanted: impl Fn(&ElementDiff, &Change) -> bool) -> Vec<Matched<'_>> {
    let of = |element| -> Vec<&Change> {
        let element: &ElementDiff = element;
        element.changes.iter().filter(|change| wanted(element, change)).collect()
    };
    let all = diff.elements.iter().map(|element| (element, of(element)));
    all.filter(|(_, changes)| !changes.is_empty()).collect()
}

/// Whether every word is in the element's name or in the argument's path.
fn says(element: &ElementDiff, change: &Change, words: &[String]) -> bool {
    words.iter().all(|word| element.name.contains(word.as_str()) || change.path.contains(word.as_str()))
}

/// The sorts of change that people look for: a word for the address, and one for the page.
const CATEGORIES: [(&str, &str); 7] = [
    ("added", "Added"),
    ("removed", "Removed"),
    ("required", "Required or not"),
    ("deprecated", "Deprecated"),
    ("type", "Type or nesting"),
    ("values", "Default or values"),
    ("behaviour", "Behaviour"),
];

fn category(what: &What) -> (&'static str, &'static str) {
    let i = match what {
        What::Added { .. } => 0,
        What::Removed { .. } => 1,
        What::NowRequired | What::NoLongerRequired => 2,
        What::Deprecated | What::NoLongerDeprecated => 3,
        What::Type { .. }
        | What::Nesting { .. }
        | What::MinItems { .. }
        | What::MaxItems { .. }
        | What::BlockToAttribute
        | What::AttributeToBlock => 4,
        What::Default { .. } | What::Allowed { .. } => 5,
        _ => 6,
    };
    CATEGORIES[i]
}

fn impact_choices(matched: &[Matched], narrowed: &Narrowed, counts: impl Fn(&Change) -> bool) -> Vec<Choice> {
    let changes: Vec<Impact> =
        matched.iter().flat_map(|(_, list)| list).filter(|c| counts(c)).map(|c| c.impact).collect();
    let choice = |(impact, label): (Option<Impact>, &'static str)| {
        let slug = impact.map_or("", Impact::label);
        Choice {
            slug,
            label,
            count: changes.iter().filter(|i| impact.is_none_or(|wanted| **i == wanted)).count(),
            chosen: narrowed.impact == slug,
        }
    };
    let all = [
        (None, "All"),
        (Some(Impact::Breaking), "Breaking"),
        (Some(Impact::Attention), "Attention"),
        (Some(Impact::Harmless), "Harmless"),
    ];
    all.into_iter().map(choice).collect()
}

fn what_choices(matched: &[Matched], narrowed: &Narrowed, counts: impl Fn(&Change) -> bool) -> Vec<Choice> {
    let changes: Vec<&str> = matched
        .iter()
        .flat_map(|(_, list)| list)
        .filter(|c| counts(c))
        .map(|c| category(&c.what).0)
        .collect();
    let choice = |(slug, label): (&'static str, &'static str)| Choice {
        slug,
        label,
        count: changes.iter().filter(|c| **c == slug).count(),
        chosen: narrowed.change == slug,
    };
    let present = CATEGORIES.into_iter().map(choice);
    present.filter(|choice| choice.count > 0 || choice.chosen).collect()
}

fn element_view(
    loaded: &Loaded,
    address: &Address,
    diff: &Diff,
    element: &ElementDiff,
    changes: &[&Change],
) -> ElementView {
    let (kind, name) = (element.kind, element.name.as_str());
    let page = |version: &str| match kind {
        Kind::Provider => Some(element_url(address, version, kind, name)),
        _ => own_page(loaded, address, version, kind, name),
    };
    let (old, new) = (page(&diff.old.version), page(&diff.new.version));
    let mut changes: Vec<&Change> = changes.to_vec();
    changes.sort_by(|a, b| b.impact.cmp(&a.impact).then_with(|| a.path.cmp(&b.path)));
    let view = |change: &&Change| {
        let gone = matches!(change.what, What::Removed { .. });
        let base = if gone { &old } else { &new };
        ChangeView {
            tone: tone(change.impact),
            impact: change.impact.label(),
            url: base
                .as_ref()
                .filter(|_| !change.path.is_empty())
                .map(|p| format!("{p}#arg-{}", change.path)),
            path: change.path.clone(),
            text: change.what.to_string(),
        }
    };
    let mut shown: Vec<ChangeView> = changes.iter().map(view).collect();
    let more = shown.split_off(shown.len().min(SHOWN_CHANGES));
    ElementView { chip: chip(kind), name: name.to_owned(), old, new, shown, more }
}

/// The chip of an impact.
pub(in crate::http::ui) fn tone(impact: Impact) -> &'static str {
    match impact {
        Impact::Breaking => "destroy",
        Impact::Attention => "update",
        Impact::Harmless => "",
    }
}

fn pages(url: &str, narrowed: &Narrowed, page: usize, last: usize) -> Pages {
    let at = |page: usize| {
        let Narrowed { q, impact, change, .. } = narrowed;
        format!(
            "{url}?q={}&impact={}&change={}&page={page}",
            url_encode(q),
            url_encode(impact),
            url_encode(change)
        )
    };
    Pages {
        before: page.checked_sub(1).map(at),
        after: (page < last).then(|| at(page + 1)),
        here: if last > 0 { format!("{} of {}", page + 1, last + 1) } else { String::new() },
    }
}
