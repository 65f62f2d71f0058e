//! Functions that Terraform does not have.

use super::{Fix, site::Site};
use crate::similar::ranked;

/// A name that Terraform has and that is like it.
pub(super) fn unknown(site: &Site) -> Vec<Fix> {
    let names = site.schemas.functions.functions.keys().map(String::as_str);
    let near = ranked(site.marked(), names.filter(|name| !name.contains("::")));
    let change = |(_, name): &(usize, &str)| {
        let fix = site.replaced(format!("Change to {name}"), site.span(), name)?;
        site.works(&fix).then_some(fix)
    };
    let mut found: Vec<Fix> = near.iter().take(super::MAX_FIXES).filter_map(change).collect();
    if let [only] = found.as_mut_slice() {
        only.sure = true;
    }
    found
}
