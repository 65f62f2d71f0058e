//! "Add or find": the blueprint's own elements, then everything that the catalog has, then the plain kinds.

use std::collections::BTreeMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    response::IntoResponse,
};
use cloudoven_crawler::catalog::Kind;
use serde::Deserialize;

use super::form::kind_word;
use crate::{
    app::App,
    blueprint::{Document, ElementKind},
    catalog::search::Request,
    http::ui::page::{PageResult, Viewer},
    project::design,
    store::BlueprintId,
};

/// Most that is listed of each.
const MOST: usize = 40;

/// Kinds that need no catalog: what a person may type to find them.
const PLAIN: [(ElementKind, &str, &str); 4] = [
    (ElementKind::Variable, "variable", "A value that each deployment sets"),
    (ElementKind::Output, "output", "A value that a deployment shows when it is applied"),
    (ElementKind::Local, "local", "A name for an expression that is used more than once"),
    (ElementKind::Provider, "provider", "A provider's configuration"),
];

#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "designer/_palette.html")]
struct Results {
    query: String,
    elements: Vec<OwnOption>,
    catalog: Vec<CatalogOption>,
    plain: Vec<PlainOption>,
    /// The query names one of the plain kinds.
    plain_first: bool,
}

/// An element of the blueprint, to go to.
struct OwnOption {
    address: String,
    kind: &'static str,
    file: String,
}

/// A type of the catalog, to add.
struct CatalogOption {
    kind: &'static str,
    word: &'static str,
    name: String,
    provider: String,
    summary: String,
    deprecated: bool,
}

/// Something to add that no catalog describes.
struct PlainOption {
    kind: &'static str,
    word: &'static str,
    ty: String,
    label: String,
    summary: &'static str,
}

pub async fn search(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(search): Query<Search>,
) -> PageResult {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    let words: Vec<String> = search.q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let request = Request { text: search.q.clone(), limit: MOST, ..Request::default() };
    let found = app.catalogs.search(request).await?;
    let catalog = found.hits.into_iter().filter_map(|f| {
        let (kind, word) = match f.kind {
            Kind::Resource => ("resource", "resource"),
            Kind::DataSource => ("data", "data"),
            Kind::EphemeralResource => ("ephemeral", "ephemeral"),
            Kind::Function | Kind::Provider => return None,
        };
        let provider = format!("{} {}", f.provider, f.version);
        Some(CatalogOption {
            kind,
            word,
            name: f.name,
            provider,
            summary: f.summary,
            deprecated: f.deprecated,
        })
    });
    let results = Results {
        elements: own(&opened.document, &words),
        catalog: catalog.collect(),
        plain: plain(&app, &words),
        plain_first: words.first().is_some_and(|word| PLAIN.iter().any(|(_, label, _)| label == word)),
        query: search.q,
    };
    Ok(results.into_response())
}

fn has_all(text: &str, words: &[String]) -> bool {
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

fn own(document: &Document, words: &[String]) -> Vec<OwnOption> {
    let fits = document.elements().iter().filter(|e| has_all(&format!("{} {}", e.keyword, e.address), words));
    let view = |e: &crate::blueprint::Element| OwnOption {
        address: e.address.clone(),
        kind: kind_word(e.kind),
        file: e.file.clone(),
    };
    fits.take(MOST).map(view).collect()
}

/// The plain kinds; a provider configuration once for each provider that the query names.
fn plain(app: &App, words: &[String]) -> Vec<PlainOption> {
    let mut options = Vec::new();
    for (kind, label, summary) in PLAIN {
        let word = match kind {
            ElementKind::Variable => "variable",
            ElementKind::Output => "output",
            ElementKind::Local => "local",
            _ => "provider",
        };
        if kind != ElementKind::Provider {
            if has_all(label, words) {
                options.push(PlainOption {
                    kind: word,
                    word,
                    ty: String::new(),
                    label: label.to_owned(),
                    summary,
                });
            }
            continue;
        }
        let loaded = app.catalogs.loaded();
        let newest = loaded.versions.iter().filter(|v| v.newest && !v.index.provider.is_builtin());
        let names: BTreeMap<&str, ()> = newest.map(|v| (v.index.provider.name.as_str(), ())).collect();
        let fits = names.keys().filter(|name| has_all(&format!("provider {name}"), words));
        options.extend(fits.map(|name| PlainOption {
            kind: word,
            word,
            ty: (*name).to_owned(),
            label: format!("provider {name}"),
            summary,
        }));
    }
    options
}
