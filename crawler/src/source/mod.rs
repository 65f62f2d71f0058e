//! Where a provider comes from.
//!
//! Each source yields [`ProviderSource`]s: a schema dump and the documentation pages, whole and checked, in memory.

mod bundle;
mod terraform;

use std::collections::BTreeMap;

pub use bundle::{Limits, read};
pub use terraform::Terraform;

use crate::{
    catalog::Address,
    error::{Error, Result},
};

/// One provider version as a source gave it.
#[derive(Debug)]
pub struct ProviderSource {
    pub address: Address,
    pub version: String,
    /// Names the source in errors, e.g. the archive and folder.
    pub place: String,
    /// `terraform providers schema -json`; may describe other providers too.
    pub schema: Vec<u8>,
    /// Documentation pages by path inside the documentation folder (`resources/server.md`).
    pub pages: BTreeMap<String, String>,
}

/// Versions become object keys, so only what a semantic version may contain is accepted.
fn check_version(place: &str, version: &str) -> Result<()> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"._+-".contains(&b);
    let starts = version.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if !starts || version.len() > 64 || !version.bytes().all(safe) {
        return Err(Error::invalid(place, format!("{version:?} is not a version")));
    }
    Ok(())
}
