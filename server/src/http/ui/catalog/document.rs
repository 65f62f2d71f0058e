//! The page of one resource, data source, ephemeral resource, function or provider configuration.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use cloudoven_crawler::catalog::{Address, Document, Kind, Timeout};
use serde::Deserialize;
use url::Url;

use super::{
    KINDS, VersionLink, arguments,
    arguments::{Arguments, Need},
    chip, diff_url, element_url,
    facts::Scope,
    find, find_argument, has,
    levels::Level,
    links, own_page,
    parts::{Code, FunctionView, ImportView, Uses, examples},
    provider_url, slug, words,
};
use crate::{
    app::App,
    catalog::Loaded,
    error::{Error, Result},
    http::{
        markdown::{self, Links},
        ui::{
            layout::{Chip, Layout},
            page::{PageResult, Viewer, is_htmx},
        },
    },
};

#[derive(Template, WebTemplate)]
#[template(path = "catalog/document.html")]
struct DocumentPage {
    layout: Layout,
    chip: Chip,
    /// The kind in words.
    kind: &'static str,
    name: String,
    deprecated: bool,
    source: String,
    provider_url: String,
    version: String,
    versions: Vec<VersionLink>,
    /// Where this version is compared with the one before or after it.
    compare: Option<String>,
    subcategory: String,
    url: String,
    /// Safe HTML.
    description: String,
    function: Option<FunctionView>,
    examples: Vec<Code>,
    sections: Vec<Section>,
    /// Some arguments are fetched when their block is opened.
    partial: bool,
    import: ImportView,
    timeouts: Vec<Timeout>,
    uses: Uses,
    /// Elements of the same name and another kind: kind in words and address.
    twins: Vec<(&'static str, String)>,
    /// The provider's own page.
    original: Option<String>,
    /// The path of the one block that this page is about.
    block: Option<String>,
}

/// The arguments that share one need.
struct Section {
    id: &'static str,
    title: &'static str,
    arguments: Arguments,
}

/// The address parts of an element.
#[derive(Debug, Deserialize)]
pub(super) struct ElementPath {
    host: String,
    namespace: String,
    name: String,
    version: String,
    kind: String,
    element: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Part {
    /// Only this nested block, by its path.
    block: Option<String>,
    /// Only the arguments whose path has these words.
    find: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<ElementPath>,
    Query(part): Query<Part>,
    headers: HeaderMap,
) -> PageResult {
    let (loaded, document) = load(&app, path).await?;
    let layout = viewer.layout();
    let htmx = is_htmx(&headers);
    // The largest trees take tens of milliseconds to render.
    let render = move || -> Result<Response> {
        let html = match part {
            Part { find: Some(words), .. } => find_argument::list(&document, &words).render(),
            Part { block: Some(block), .. } if htmx => arguments_of(&loaded, &document, &block)?.render(),
            Part { block, .. } => DocumentPage::new(layout, &loaded, &document, block)?.render(),
        };
        Ok(Html(html.map_err(Error::internal)?).into_response())
    };
    Ok(tokio::task::spawn_blocking(render).await.map_err(Error::internal)??)
}

/// The document that an address names; it is looked up before it is read, so an address is never an object's key.
pub(super) async fn load(app: &App, path: ElementPath) -> Result<(Arc<Loaded>, Arc<Document>)> {
    let address = Address { host: path.host, namespace: path.namespace, name: path.name };
    let loaded = app.catalogs.loaded();
    let index = &find(&loaded, &address, &path.version)?.index;
    let kind = KINDS.into_iter().find(|k| slug(*k) == path.kind).ok_or(Error::NotFound("page"))?;
    if !has(index, kind, &path.element) {
        return Err(Error::NotFound(words(kind).0));
    }
    let document = app.catalogs.document(&address, &path.version, kind, &path.element).await?;
    Ok((loaded, document.ok_or(Error::NotFound(words(kind).0))?))
}

/// Hands what a document's texts and facts link to over to `then`. Its arguments are on `page`; empty: on the page that
/// is made.
pub(super) fn in_scope<T>(
    loaded: &Loaded,
    document: &Document,
    page: &str,
    then: impl FnOnce(&Scope) -> T,
) -> T {
    let (address, version) = (&document.provider, document.version.as_str());
    let base = links::base(document);
    let own = |url: &Url| links::of_url(loaded, address, version, &base, url);
    let links = if document.url.is_empty() { Links::guessed(&base, &own) } else { Links::of(&base, &own) };
    let links = links.on(page);
    then(&Scope { loaded, address, version, top: Level::from(&document.block), page, links: &links })
}

/// The tree below a path of names joined by dots; empty for the whole.
fn arguments_of(loaded: &Loaded, document: &Document, path: &str) -> Result<Arguments> {
    let top = Level::from(&document.block);
    let level = if path.is_empty() { top } else { top.at(path).ok_or(Error::NotFound("block"))? };
    let url = element_url(&document.provider, &document.version, document.kind, &document.name);
    Ok(in_scope(loaded, document, "", |scope| arguments::tree(level, path, &url, scope)))
}

impl DocumentPage {
    fn new(
        layout: Layout,
        loaded: &Loaded,
        document: &Document,
        block: Option<String>,
    ) -> Result<DocumentPage> {
        let arguments = arguments_of(loaded, document, block.as_deref().unwrap_or_default())?;
        let page =
            in_scope(loaded, document, "", |scope| DocumentPage::around(layout, document, arguments, scope));
        Ok(match block {
            Some(path) => page.about(path),
            None => page,
        })
    }

    fn around(layout: Layout, document: &Document, arguments: Arguments, scope: &Scope) -> DocumentPage {
        let (address, version) = (&document.provider, &document.version);
        let provider_url = provider_url(address, version);
        let function = document.function.as_ref();
        let versions = versions(scope.loaded, document);
        DocumentPage {
            layout: super::in_catalog(layout)
                .crumb(address.source(), provider_url.clone())
                .here(&document.name),
            chip: chip(document.kind),
            kind: words(document.kind).0,
            name: document.name.clone(),
            deprecated: document.deprecated,
            source: address.source(),
            provider_url,
            version: version.clone(),
            compare: compare(&versions, document),
            versions,
            subcategory: document.subcategory.clone(),
            url: element_url(address, version, document.kind, &document.name),
            description: markdown::render_linked(&document.description, scope.links),
            function: function.map(|f| FunctionView::of(f, &address.name, &document.name, scope)),
            examples: examples(document),
            partial: arguments.has_later(),
            sections: sections(arguments),
            import: ImportView::of(&document.import, scope.links),
            timeouts: document.timeouts.clone(),
            uses: Uses::of(document, scope),
            twins: twins(document, scope),
            original: Some(document.url.clone()).filter(|url| url.starts_with("https://")),
            block: None,
        }
    }

    /// The page of one nested block alone.
    fn about(mut self, path: String) -> DocumentPage {
        self.layout.crumbs.pop();
        self.layout = self.layout.crumb(&self.name, self.url.clone()).here(&path);
        self.description.clear();
        self.examples.clear();
        self.import = ImportView::default();
        self.timeouts.clear();
        self.uses = Uses { total: 0, shown: Vec::new(), more: Vec::new() };
        self.block = Some(path);
        self
    }

    fn has_folds(&self) -> bool {
        self.sections.iter().any(|section| section.arguments.has_folds())
    }
}

/// Every version of the provider; those without the element lead to the version itself.
fn versions(loaded: &Loaded, document: &Document) -> Vec<VersionLink> {
    let (address, kind, name) = (&document.provider, document.kind, document.name.as_str());
    let link = |version: &str| {
        let own = own_page(loaded, address, version, kind, name);
        VersionLink {
            note: if own.is_some() { "" } else { words(kind).0 },
            url: own.unwrap_or_else(|| provider_url(address, version)),
            current: version == document.version,
            version: version.to_owned(),
        }
    };
    loaded.of_provider(address).map(|v| link(&v.index.version)).collect()
}

/// Compared with the next older version that is there, or for the oldest with the next newer one.
fn compare(versions: &[VersionLink], document: &Document) -> Option<String> {
    let at = versions.iter().position(|v| v.current)?;
    let other = versions.get(at + 1).map(|older| (older, true));
    let (other, older) = other.or_else(|| Some((versions.get(at.checked_sub(1)?)?, false)))?;
    let (from, to) = match older {
        true => (other.version.as_str(), document.version.as_str()),
        false => (document.version.as_str(), other.version.as_str()),
    };
    Some(format!("{}?q={}", diff_url(&document.provider, from, to), document.name))
}

fn twins(document: &Document, scope: &Scope) -> Vec<(&'static str, String)> {
    let others = [Kind::Resource, Kind::DataSource, Kind::EphemeralResource];
    let others = others.into_iter().filter(|kind| *kind != document.kind && document.kind != Kind::Function);
    let page = |kind| own_page(scope.loaded, scope.address, scope.version, kind, &document.name);
    others.filter_map(|kind| Some((words(kind).0, page(kind)?))).collect()
}

fn sections(tree: Arguments) -> Vec<Section> {
    let (mut required, mut optional, mut read_only) = (Vec::new(), Vec::new(), Vec::new());
    for argument in tree.items {
        match argument.need {
            Need::Required => required.push(argument),
            Need::Optional => optional.push(argument),
            Need::ReadOnly => read_only.push(argument),
        }
    }
    let all = [
        ("required", "Required", required),
        ("optional", "Optional", optional),
        ("read-only", "Read-only", read_only),
    ];
    all.into_iter()
        .filter(|(_, _, items)| !items.is_empty())
        .map(|(id, title, items)| Section { id, title, arguments: Arguments { items } })
        .collect()
}
