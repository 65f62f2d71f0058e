//! The providers that an import needs, and whether the catalog has them.

use std::collections::{BTreeMap, BTreeSet};

use cloudoven_crawler::{
    catalog::{Address, Kind},
    constraint::fits,
};
use serde::Serialize;

use super::layout::{Layout, Module};
use crate::blueprint::{ElementKind, Schemas, local_name};

/// A provider that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportedProvider {
    /// Source address, as in `hashicorp/azurerm`.
    pub source: String,
    /// What the modules' `required_providers` ask for.
    pub constraints: Vec<String>,
    /// The catalog's version that forms and checks follow; none where the catalog does not have the provider.
    pub version: Option<String>,
    /// Whether that version is one that every constraint allows.
    pub fits: bool,
    /// Resources, data sources and the like of it.
    pub elements: usize,
}

/// The providers of everything that Terraform reads, by address. `schemas`: of each module.
pub(super) fn used(layout: &Layout, schemas: &[Schemas]) -> Vec<ImportedProvider> {
    let mut found: BTreeMap<String, ImportedProvider> = BTreeMap::new();
    for (module, schemas) in layout.modules.iter().zip(schemas).filter(|(module, _)| module.reached) {
        let required = module.document.required_providers();
        for local in locals(module) {
            let entry = required.get(&local);
            let provider = schemas.providers.get(&local);
            let address = match provider {
                Some(provider) => Some(provider.address.clone()),
                None => entry.and_then(|e| e.source.as_deref()).unwrap_or(&local).parse::<Address>().ok(),
            };
            if address.as_ref().is_some_and(Address::is_builtin) {
                continue;
            }
            let source = address.map_or_else(|| local.clone(), |address| address.source());
            let one = found.entry(source.clone()).or_insert_with(|| ImportedProvider {
                source,
                constraints: Vec::new(),
                version: None,
                fits: true,
                elements: 0,
            });
            one.version = one.version.take().or_else(|| provider.map(|p| p.version.clone()));
            one.constraints.extend(entry.and_then(|e| e.version.clone()));
            one.elements += elements_of(module, &local);
        }
    }
    found.into_values().map(finished).collect()
}

fn finished(mut provider: ImportedProvider) -> ImportedProvider {
    provider.constraints.sort();
    provider.constraints.dedup();
    let allowed = |version: &String| provider.constraints.iter().all(|constraint| fits(constraint, version));
    provider.fits = provider.version.as_ref().is_some_and(allowed);
    provider
}

/// The local names of a module's providers: those that it requires and those that its types begin with.
fn locals(module: &Module) -> BTreeSet<String> {
    let needed = module.document.needs().into_iter();
    let of_types =
        needed.map(|(kind, name)| if kind == Kind::Provider { name } else { local_name(&name).to_owned() });
    of_types.chain(module.document.required_providers().into_keys()).collect()
}

fn elements_of(module: &Module, local: &str) -> usize {
    let of_provider = |ty: &String| local_name(ty) == local;
    let elements = module.document.elements().iter().filter(|e| e.kind != ElementKind::Provider);
    elements.filter(|e| e.kind.catalog().is_some() && e.ty.as_ref().is_some_and(of_provider)).count()
}
