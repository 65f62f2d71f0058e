//! Our own page for what a link in a provider's documentation leads to.

use cloudoven_crawler::catalog::{Address, Document, Kind};
use url::Url;

use super::element_url;
use crate::catalog::Loaded;

/// The page of an element in one version, if that version has it.
pub(super) fn own_page(
    loaded: &Loaded,
    address: &Address,
    version: &str,
    kind: Kind,
    name: &str,
) -> Option<String> {
    let mut having = loaded.having(kind, name);
    let has = having.any(|v| v.index.provider == *address && v.index.version == version);
    has.then(|| element_url(address, version, kind, name))
}

/// What a page's links are relative to: where it was read, or else where a registry would have it.
pub(super) fn base(document: &Document) -> String {
    if !document.url.is_empty() {
        return document.url.clone();
    }
    let (address, page) = (&document.provider, document.page.trim_start_matches('/'));
    format!(
        "https://{}/providers/{}/{}/{}/docs/{page}",
        address.host, address.namespace, address.name, document.version
    )
}

/// The page of ours for `url`, when it is the documentation of an element of this provider. Registries and their
/// predecessors name pages by folder and by the type's name, with or without the provider's.
///
/// Source: <https://developer.hashicorp.com/terraform/registry/providers/docs#directory-structure>
pub(super) fn of_url(
    loaded: &Loaded,
    address: &Address,
    version: &str,
    base: &str,
    url: &Url,
) -> Option<String> {
    let segments: Vec<&str> = url.path_segments()?.collect();
    let [above @ .., folder, page] = segments.as_slice() else { return None };
    let kind = match *folder {
        "resources" | "r" => Kind::Resource,
        "data-sources" | "d" => Kind::DataSource,
        "ephemeral-resources" => Kind::EphemeralResource,
        "functions" => Kind::Function,
        _ => return None,
    };
    if !above.contains(&address.name.as_str()) && !beside(url, above, base) {
        return None;
    }
    let page = page.split('.').next().unwrap_or_default();
    let names = [page.to_owned(), format!("{}_{page}", address.name)];
    names.into_iter().find_map(|name| own_page(loaded, address, version, kind, &name))
}

/// Whether a page is of the same documentation as `base`: all but the last two parts of their addresses are the same.
fn beside(url: &Url, above: &[&str], base: &str) -> bool {
    let Ok(base) = Url::parse(base) else { return false };
    let segments: Vec<&str> = base.path_segments().map(Iterator::collect).unwrap_or_default();
    url.origin() == base.origin()
        && segments.len().checked_sub(2).and_then(|n| segments.get(..n)) == Some(above)
}
