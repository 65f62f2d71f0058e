//! Source → catalog.

use std::collections::BTreeMap;

use bytes::Bytes;
use rayon::prelude::*;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::{
    catalog::{
        Address, Attribute, Block, Catalog, Document, Entry, Import, Index, Kind, Mentions, NewVersion,
        Published, QualityReport, diff,
    },
    docs::{self, Pages, Unbound, examples::References},
    error::{Error, Result},
    fingerprint::fingerprint,
    quality,
    schema::{self, Element},
    search,
    source::{Bundle, Item, Observer, Progress, ProviderSource, Stage},
};

/// What a crawl of one provider version found.
#[derive(Debug, Clone)]
pub struct Report {
    pub address: Address,
    pub version: String,
    pub resources: usize,
    pub data_sources: usize,
    pub ephemeral_resources: usize,
    pub functions: usize,
    pub published: Published,
}

/// Reads a provider and publishes it in `catalog`, unless the catalog has what this program makes of this source
/// already. Nothing is written before all of it has been read.
pub async fn import(catalog: &Catalog, source: ProviderSource, observer: &dyn Observer) -> Result<Report> {
    let (address, version) = (source.address.clone(), source.version.clone());
    observer.progress(Progress { stage: Stage::Reading, done: 0, total: 0 });
    let (source, fingerprint) = blocking(move || {
        let fingerprint = fingerprint(&source);
        (source, fingerprint)
    })
    .await?;
    if let Some(index) = present(catalog, &address, &version, &fingerprint).await? {
        return Ok(report(address, version, Published::Unchanged, |kind| {
            index.elements.iter().filter(|entry| entry.kind == kind).count()
        }));
    }
    let new = blocking(move || build(&source)).await??;
    let new = NewVersion { source: fingerprint, ..new };
    observer.progress(Progress { stage: Stage::Writing, done: 0, total: new.documents.len() as u64 });
    let published = catalog.publish(&new).await?;
    Ok(report(address, version, published, |kind| {
        new.documents.iter().filter(|(entry, _)| entry.kind == kind).count()
    }))
}

/// Publishes everything in a bundle, each provider or version by itself: what came of it, in the bundle's order. An error
/// names what it is about; where the bundle itself is broken, that is the last.
pub async fn import_bundle(
    catalog: &Catalog,
    bundle: &Bundle,
    observer: &dyn Observer,
) -> Vec<Result<Report>> {
    // One version at a time is in memory beside the one that is written.
    let (sender, mut items) = mpsc::channel(1);
    let reader = bundle.clone();
    let reading = blocking(move || {
        let stopped = || Error::invalid(reader.path.display().to_string(), "stopped");
        reader.read_each(&mut |item| sender.blocking_send(item).map_err(|_| stopped()))
    });
    let reading = tokio::spawn(reading);
    let mut results = Vec::new();
    while let Some(item) = items.recv().await {
        results.push(match item {
            Item::Provider(source) => {
                let problems = &source.problems;
                problems.iter().for_each(|problem| observer.problem(&problem.item, &problem.reason));
                import(catalog, source, observer).await
            }
            Item::Version(new) => adopt(catalog, &new, observer).await,
            Item::Failed(error) => Err(error),
        });
    }
    let end = reading.await.map_err(|e| Error::invalid("bundle", format!("stopped: {e}")));
    if let Err(error) = end.flatten().flatten() {
        results.push(Err(error));
    }
    results
}

/// Publishes a version that another catalog has made.
async fn adopt(catalog: &Catalog, new: &NewVersion, observer: &dyn Observer) -> Result<Report> {
    observer.progress(Progress { stage: Stage::Writing, done: 0, total: new.documents.len() as u64 });
    let published = catalog.publish(new).await?;
    Ok(report(new.address.clone(), new.version.clone(), published, |kind| {
        new.documents.iter().filter(|(entry, _)| entry.kind == kind).count()
    }))
}

/// The index of a version, if it was made from the source with this fingerprint.
async fn present(
    catalog: &Catalog,
    address: &Address,
    version: &str,
    fingerprint: &str,
) -> Result<Option<Index>> {
    let versions = catalog.versions(address).await?.versions;
    if versions.iter().any(|v| v.version == version && v.source == fingerprint) {
        return catalog.index(address, version).await;
    }
    Ok(None)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::invalid("crawl", format!("stopped: {e}")))
}

fn report(address: Address, version: String, published: Published, count: impl Fn(Kind) -> usize) -> Report {
    Report {
        resources: count(Kind::Resource),
        data_sources: count(Kind::DataSource),
        ephemeral_resources: count(Kind::EphemeralResource),
        functions: count(Kind::Function),
        address,
        version,
        published,
    }
}

/// Reads a provider: the schema of every element, bound to its page.
pub fn build(source: &ProviderSource) -> Result<NewVersion> {
    let providers = schema::parse(&source.place, &source.schema)?;
    let provider = providers
        .iter()
        .find(|provider| provider.address == source.address)
        .ok_or_else(|| Error::invalid(&source.place, format!("has no schema of {}", source.address)))?;
    let pages = Pages::read(&source.pages);
    let references = References::mine(&pages);
    let uses = references.uses();
    let read: Vec<_> = provider
        .elements()
        .par_iter()
        .map(|element| {
            let (mut document, unbound) = document(source, element, &pages, &references)?;
            document.used_by = uses.of(element.kind, &element.name);
            let measured = quality::measure(&document, unbound);
            Ok(((entry(&document), encode(&document)), measured, search::Part::of(&document)))
        })
        .collect::<Result<_>>()?;
    let (documents, measured, parts): (Vec<_>, Vec<_>, Vec<_>) = read.into_iter().collect();
    let elements = provider.elements().iter().map(|element| (element.kind, element.name.as_str()));
    let unused = pages.unmatched(elements).into_iter().map(|page| page.path.clone()).collect();
    let own = provider.elements().iter().map(|element| (element.kind, element.name.clone()));
    let mentions = references.mentions(own);
    let report = quality::report(measured, unused, source.problems.clone());
    Ok(NewVersion {
        address: source.address.clone(),
        version: source.version.clone(),
        documents,
        extras: BTreeMap::from([
            (QualityReport::FILE.to_owned(), encode(&report)),
            (search::FILE.to_owned(), search::build(parts)),
            (Mentions::FILE.to_owned(), encode(&mentions)),
        ]),
        source: String::new(),
    })
}

fn document(
    source: &ProviderSource,
    element: &Element,
    pages: &Pages,
    references: &References,
) -> Result<(Document, Vec<Unbound>)> {
    let schema = element.read(&source.place)?;
    let mut block = schema.block;
    let page = pages.of(element.kind, &element.name);
    let unbound = match page {
        Some(page) => docs::document(&mut block, page),
        None => docs::without_page(&mut block),
    };
    references.attach(element.kind, &element.name, &mut block);
    let mut document = Document {
        kind: element.kind,
        name: element.name.clone(),
        provider: source.address.clone(),
        version: source.version.clone(),
        summary: docs::page::first_sentence(if schema.summary.is_empty() {
            &schema.description
        } else {
            &schema.summary
        }),
        description: schema.description,
        subcategory: String::new(),
        deprecated: schema.deprecated,
        block,
        function: schema.function,
        examples: Vec::new(),
        import: Import::default(),
        timeouts: Vec::new(),
        used_by: Vec::new(),
        page: String::new(),
        url: String::new(),
    };
    if let Some(page) = page {
        if !page.summary.is_empty() {
            document.summary.clone_from(&page.summary);
        }
        document.subcategory.clone_from(&page.subcategory);
        document.examples.clone_from(&page.examples);
        document.import.clone_from(&page.import);
        document.page.clone_from(&page.path);
        document.timeouts.clone_from(&page.timeouts);
        document.url.clone_from(&page.url);
        if document.url.is_empty() {
            document.url = docs::registry_url(&source.address, &source.version, element.kind, page);
        }
        if let Some(function) = &mut document.function {
            docs::function(function, page);
        }
        if !page.description.is_empty() {
            document.description.clone_from(&page.description);
        }
    }
    Ok((document, unbound))
}

fn encode(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("the model has string keys only").into()
}

fn entry(document: &Document) -> Entry {
    let settable = |attributes: &BTreeMap<String, Attribute>| {
        attributes.values().filter(|attribute| attribute.is_settable()).count()
    };
    let Block { attributes, blocks } = &document.block;
    Entry {
        kind: document.kind,
        name: document.name.clone(),
        subcategory: document.subcategory.clone(),
        summary: document.summary.clone(),
        arguments: u32::try_from(settable(attributes)).unwrap_or(u32::MAX),
        blocks: u32::try_from(blocks.len()).unwrap_or(u32::MAX),
        deprecated: document.deprecated,
        shape: diff::shape(document),
    }
}
