//! Documentation as the public Terraform registry lists it: JSON:API, in pages.
//!
//! The registry's own site and its MCP server read it like this; there is no specification.

use std::collections::HashSet;

use serde::Deserialize;
use url::Url;

use super::{
    hosts::below,
    pages::{Item, Read},
    session::Session,
};
use crate::{
    catalog::Address,
    error::{Error, Result},
    http::Body,
    source::{Observer, Progress, Stage},
};

/// Categories, with the folders of their pages. The overview is the provider's own page.
const CATEGORIES: [(&str, &str); 5] = [
    ("overview", ""),
    ("resources", "resources/"),
    ("data-sources", "data-sources/"),
    ("ephemeral-resources", "ephemeral-resources/"),
    ("functions", "functions/"),
];
/// The largest page that the registry gives.
const PAGE_SIZE: usize = 100;
/// How often a listing that changes while it is read is read again.
const ROUNDS: usize = 4;
/// Pages of a listing; the largest provider has 20.
const MAX_PAGES: usize = 500;

#[derive(Deserialize)]
struct Provider {
    #[serde(default)]
    included: Vec<Included>,
}

#[derive(Deserialize)]
struct Included {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    attributes: IncludedAttributes,
}

#[derive(Deserialize)]
struct IncludedAttributes {
    version: Option<String>,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Entry>,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    slug: String,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize)]
struct Meta {
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pagination {
    next_page: Option<usize>,
    total_count: Option<usize>,
}

#[derive(Deserialize)]
struct Document {
    data: DocumentData,
}

#[derive(Deserialize)]
struct DocumentData {
    id: String,
    attributes: Content,
}

#[derive(Deserialize)]
struct Content {
    content: String,
}

/// The pages of a version.
pub(super) async fn list(
    session: &Session<'_>,
    base: &Url,
    version: &str,
    observer: &dyn Observer,
) -> Result<Vec<Item>> {
    let id = version_id(session, base, version).await?;
    let mut items = Vec::new();
    for (category, folder) in CATEGORIES {
        let entries = match list_category(session, base, &id, category, observer).await {
            Ok(entries) => entries,
            // Registries differ in the categories that they know.
            Err(e) if category != "resources" => {
                observer.problem(category, &format!("can't be listed: {e}"));
                continue;
            }
            Err(e) => return Err(e),
        };
        for Entry { id, attributes: Attributes { slug, truncated } } in entries {
            let path = if folder.is_empty() { "index.md".into() } else { format!("{folder}{slug}.md") };
            if truncated {
                observer.problem(&path, "the registry gives only the start of this long page");
            }
            let public = public(session.address, version, category, &slug);
            let url = below(base, ["provider-docs", &id])?;
            items.push(Item { path, url, public, read: Read::Json { id } });
        }
        observer.progress(Progress { stage: Stage::Listing, done: items.len() as u64, total: 0 });
    }
    Ok(items)
}

/// The registry's number for a version.
async fn version_id(session: &Session<'_>, base: &Url, version: &str) -> Result<String> {
    let Address { namespace, name, .. } = session.address;
    let mut url = below(base, ["providers", namespace, name])?;
    url.set_query(Some("include=provider-versions"));
    let provider = session.listing::<Provider>(&url).await?.value;
    let wanted = |included: &Included| {
        included.kind == "provider-versions" && included.attributes.version.as_deref() == Some(version)
    };
    provider.included.into_iter().find(wanted).map(|included| included.id).ok_or_else(|| Error::Fetch {
        url: url.to_string(),
        reason: format!("has no documentation of version {version}"),
        status: Some(404),
    })
}

/// All entries of a category. While pages of the listing are fetched, entries may come and go; then what one page has
/// lost or repeated can't be told from the pages alone, and the listing is read again.
async fn list_category(
    session: &Session<'_>,
    base: &Url,
    version: &str,
    category: &str,
    observer: &dyn Observer,
) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for _ in 0..ROUNDS {
        let is_consistent;
        (entries, is_consistent) = read_listing(session, base, version, category).await?;
        if is_consistent {
            return Ok(entries);
        }
    }
    observer.problem(category, "the list of pages kept changing while it was read, or does not add up");
    let mut seen = HashSet::new();
    entries.retain(|entry| seen.insert(entry.id.clone()));
    Ok(entries)
}

/// The entries, and whether they can be the entries of one moment.
async fn read_listing(
    session: &Session<'_>,
    base: &Url,
    version: &str,
    category: &str,
) -> Result<(Vec<Entry>, bool)> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut totals = HashSet::new();
    for page in 1..=MAX_PAGES {
        let mut url = below(base, ["provider-docs"])?;
        url.query_pairs_mut()
            .append_pair("filter[provider-version]", version)
            .append_pair("filter[category]", category)
            .append_pair("filter[language]", "hcl")
            .append_pair("page[size]", &PAGE_SIZE.to_string())
            .append_pair("page[number]", &page.to_string());
        let listing = session.listing::<Listing>(&url).await?.value;
        let pagination = listing.meta.and_then(|meta| meta.pagination);
        totals.extend(pagination.as_ref().and_then(|pagination| pagination.total_count));
        let is_last =
            listing.data.is_empty() || pagination.is_some_and(|pagination| pagination.next_page.is_none());
        entries.extend(listing.data);
        if is_last {
            let ids: HashSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
            let adds_up = totals.len() <= 1 && totals.iter().all(|&total| total == entries.len());
            let is_consistent = adds_up && ids.len() == entries.len();
            return Ok((entries, is_consistent));
        }
    }
    Err(Error::invalid(format!("list of {category}"), format!("has more than {MAX_PAGES} pages")))
}

/// A page's text, of an answer about `id`.
pub(super) fn content(body: &Body, id: &str) -> Result<String, String> {
    let document: Document = serde_json::from_slice(&body.bytes).map_err(|e| e.to_string())?;
    if document.data.id != id {
        return Err(format!("is about {:?}", document.data.id));
    }
    Ok(document.data.attributes.content)
}

/// Where people read a page.
fn public(address: &Address, version: &str, category: &str, slug: &str) -> String {
    let docs =
        format!("https://{}/providers/{}/{}/{version}/docs", address.host, address.namespace, address.name);
    if category == "overview" { docs } else { format!("{docs}/{category}/{slug}") }
}
