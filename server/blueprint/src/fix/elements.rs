//! Elements that are declared twice, or for nothing.

use super::{Fix, site::Site};
use crate::edit::{extent, name_code, name_span};

/// The second of two with one address: under a free name, or gone. Where both say the same, it surely can go.
pub(super) fn duplicate(site: &Site) -> Vec<Fix> {
    let element = site.element;
    let first = site.document.element(&element.address);
    let same = first.is_some_and(|first| site.document.code(first) == site.document.code(element));
    let remove = site.replaced("Remove this one", extent(site.document, element, site.text), "");
    let remove = remove.map(|fix| fix.surely(same));
    let ty = element.ty.as_deref().unwrap_or_default();
    let free =
        site.document.free_name(|name| element.kind.address(ty, name).unwrap_or_default(), &element.name);
    let rename = name_span(site.document, element)
        .and_then(|own| site.replaced(format!("Rename this one to {free}"), own, &name_code(element, &free)));
    let mut found: Vec<Fix> = rename.into_iter().chain(remove).collect();
    found.sort_by_key(|fix| !fix.sure);
    found
}

/// A variable or local that nothing refers to goes. Not surely: a deployment may have a value for it.
pub(super) fn unused(site: &Site) -> Vec<Fix> {
    let title = format!("Remove {}", site.element.address);
    let fix = site.replaced(title, extent(site.document, site.element, site.text), "");
    fix.into_iter().collect()
}
