//! The page of one resource, data source, ephemeral resource or provider configuration.

use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use cloudoven_crawler::catalog::{Address, Document, Example};
use serde::Deserialize;

use super::{
    KINDS, VersionLink, arguments,
    arguments::{Arguments, Level, Need},
    chip, element_url,
    facts::Scope,
    find, has, in_catalog, provider_url, slug, words,
};
use crate::{
    app::App,
    catalog::Loaded,
    error::{Error, Result},
    http::ui::{
        layout::{Chip, Layout},
        markdown,
        page::{PageResult, Viewer, is_htmx},
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
    subcategory: String,
    url: String,
    /// Safe HTML.
    description: String,
    examples: Vec<ExampleView>,
    sections: Vec<Section>,
    /// Safe HTML.
    import: String,
    /// The path of the one block that this page is about.
    block: Option<String>,
}

struct ExampleView {
    title: String,
    code: String,
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
    // The largest trees take tens of milliseconds to render.
    let render = move || -> Result<Response> {
        let tree = arguments_of(&loaded, &document, part.block.as_deref())?;
        if is_htmx(&headers) && part.block.is_some() {
            return Ok(Html(tree.render().map_err(Error::internal)?).into_response());
        }
        let page = DocumentPage::new(layout, &loaded, &document, tree, part.block);
        Ok(Html(page.render().map_err(Error::internal)?).into_response())
    };
    Ok(tokio::task::spawn_blocking(render).await.map_err(Error::internal)??)
}

/// The document that an address names; it is looked up before it is read, so an address is never an object's key.
async fn load(app: &App, path: ElementPath) -> Result<(Arc<Loaded>, Arc<Document>)> {
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

fn arguments_of(loaded: &Loaded, document: &Document, block: Option<&str>) -> Result<Arguments> {
    let top = Level::from(&document.block);
    let path = block.unwrap_or_default();
    let level = if path.is_empty() { top } else { top.at(path).ok_or(Error::NotFound("block"))? };
    let scope = Scope { loaded, address: &document.provider, version: &document.version };
    let url = element_url(&document.provider, &document.version, document.kind, &document.name);
    Ok(arguments::tree(level, path, &url, &scope))
}

impl DocumentPage {
    fn new(
        layout: Layout,
        loaded: &Loaded,
        document: &Document,
        tree: Arguments,
        block: Option<String>,
    ) -> DocumentPage {
        let (address, version) = (&document.provider, &document.version);
        let provider_url = provider_url(address, version);
        let url = element_url(address, version, document.kind, &document.name);
        let whole = block.is_none();
        let layout = in_catalog(layout).crumb(address.source(), provider_url.clone());
        DocumentPage {
            layout: match &block {
                Some(path) => layout.crumb(&document.name, url.clone()).here(path),
                None => layout.here(&document.name),
            },
            chip: chip(document.kind),
            kind: words(document.kind).0,
            name: document.name.clone(),
            deprecated: document.deprecated,
            source: address.source(),
            provider_url,
            version: version.clone(),
            versions: versions(loaded, document),
            subcategory: document.subcategory.clone(),
            url,
            description: markdown::render(if whole { &document.description } else { "" }),
            examples: if whole { examples(document) } else { Vec::new() },
            sections: sections(tree),
            import: markdown::render(if whole { &document.import.text } else { "" }),
            block,
        }
    }
}

fn versions(loaded: &Loaded, document: &Document) -> Vec<VersionLink> {
    let (kind, name) = (document.kind, document.name.as_str());
    let with = loaded.of_provider(&document.provider).filter(|v| has(&v.index, kind, name));
    let link = |version: &str| VersionLink {
        version: version.to_owned(),
        url: element_url(&document.provider, version, kind, name),
        current: version == document.version,
    };
    with.map(|v| link(&v.index.version)).collect()
}

fn examples(document: &Document) -> Vec<ExampleView> {
    let view = |(i, example): (usize, &Example)| ExampleView {
        title: match example.title.as_str() {
            "" if i == 0 => "Example".to_owned(),
            "" => format!("Example {}", i + 1),
            title => title.to_owned(),
        },
        code: example.code.trim_end().to_owned(),
    };
    document.examples.iter().enumerate().map(view).collect()
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
