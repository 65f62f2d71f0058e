//! Which provider version's documents a blueprint is designed against.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cloudoven_crawler::{
    catalog::{Address, Index, Kind},
    constraint,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{CONCURRENCY, Catalogs, Loaded, ProviderVersion};
use crate::{
    blueprint::{Document, Provider, RequiredProvider, Schemas, local_name},
    error::Result,
};

impl Catalogs {
    /// Loads what `document` needs, and what `more` names besides (types about to be added).
    pub async fn schemas(&self, document: &Document, more: &[(Kind, String)]) -> Result<Schemas> {
        self.schemas_with(document, more, &BTreeMap::new()).await
    }

    /// Loads what a module needs that the blueprint of `root` calls. Of a provider that both use there is one version: the blueprint's,
    /// where the module allows it.
    ///
    /// Source: <https://developer.hashicorp.com/terraform/language/modules/develop/providers#provider-version-constraints-in-modules>
    pub async fn schemas_of_called(&self, module: &Document, root: &Schemas) -> Result<Schemas> {
        let loaded = self.loaded();
        let required = module.required_providers();
        let shared = |local: String| {
            let own = provider(&loaded, &local, required.get(&local))?;
            let shared = root.providers.values().find(|of_root| of_root.address == own.address)?;
            let constraint = required.get(&local).and_then(|r| r.version.as_deref()).unwrap_or("");
            constraint::fits(constraint, &shared.version).then(|| (local, shared.clone()))
        };
        let instead = locals(module, &[]).into_iter().filter_map(shared).collect();
        self.schemas_with(module, &[], &instead).await
    }

    /// The same as if the blueprint were designed against other versions: `instead`, by local provider name.
    pub async fn schemas_with(
        &self,
        document: &Document,
        more: &[(Kind, String)],
        instead: &BTreeMap<String, Provider>,
    ) -> Result<Schemas> {
        let loaded = self.loaded();
        let required = document.required_providers();
        let mut schemas = Schemas::new();
        schemas.functions = self.functions();
        schemas.providers = locals(document, more)
            .into_iter()
            .filter_map(|local| Some((local.clone(), provider(&loaded, &local, required.get(&local))?)))
            .collect();
        schemas.providers.extend(instead.iter().map(|(local, provider)| (local.clone(), provider.clone())));
        let wanted = document.needs().into_iter().chain(more.iter().cloned()).filter_map(|(kind, name)| {
            let local = if kind == Kind::Provider { name.as_str() } else { local_name(&name) };
            let of_local = schemas.providers.get(local).cloned();
            let chosen = of_local.or_else(|| anywhere(&loaded, kind, &name))?;
            Some((chosen, kind, name))
        });
        let wanted: Vec<_> = wanted.collect();
        let documents: Vec<_> = stream::iter(wanted)
            .map(|(provider, kind, name)| async move {
                self.document(&provider.address, &provider.version, kind, &name).await
            })
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        for document in documents.into_iter().flatten() {
            schemas.add(document);
        }
        schemas.unknown = unknown(&loaded, &schemas, document);
        Ok(schemas)
    }
}

impl Loaded {
    /// The provider versions that `document` is designed against.
    pub fn designed_against(&self, document: &Document) -> Vec<Provider> {
        let required = document.required_providers();
        let of_locals = locals(document, &[]).into_iter();
        of_locals.filter_map(|local| provider(self, &local, required.get(&local))).collect()
    }

    /// The names of every provider: first of those that `document` is designed against, in those versions, and how many
    /// they are; then of the others, in their newest.
    pub fn indexes(&self, document: &Document) -> (Vec<Arc<Index>>, usize) {
        let against = self.designed_against(document);
        let of = |p: &Provider| {
            let found = self.of_provider(&p.address).find(|v| v.index.version == p.version)?;
            Some(Arc::clone(&found.index))
        };
        let mut indexes: Vec<Arc<Index>> = against.iter().filter_map(of).collect();
        let used = indexes.len();
        let others = self.versions.iter().filter(|v| v.newest);
        indexes.extend(
            others
                .filter(|v| against.iter().all(|p| p.address != v.index.provider))
                .map(|v| Arc::clone(&v.index)),
        );
        (indexes, used)
    }
}

/// Types that the provider of their prefix is known not to have.
fn unknown(loaded: &Loaded, schemas: &Schemas, document: &Document) -> BTreeSet<(Kind, String)> {
    let lacks = |(kind, name): &(Kind, String)| {
        let provider = schemas.providers.get(local_name(name));
        *kind != Kind::Provider && provider.is_some_and(|p| loaded.of_provider(&p.address).next().is_some())
    };
    schemas.missing(document).into_iter().filter(lacks).collect()
}

fn locals(document: &Document, more: &[(Kind, String)]) -> BTreeSet<String> {
    let needed = document.needs().into_iter().chain(more.iter().cloned());
    let of_types =
        needed.map(|(kind, name)| if kind == Kind::Provider { name } else { local_name(&name).to_owned() });
    of_types.chain(document.required_providers().into_keys()).collect()
}

/// The newest version that fits what `required_providers` says; without an entry, what Terraform would take
/// (`hashicorp/<local>`), else the only provider of that name.
fn provider(loaded: &Loaded, local: &str, required: Option<&RequiredProvider>) -> Option<Provider> {
    let named = required.and_then(|r| r.source.as_deref()).and_then(|source| source.parse::<Address>().ok());
    let constraint = required.and_then(|r| r.version.as_deref()).unwrap_or("");
    let candidates: Vec<&ProviderVersion> = match &named {
        Some(address) => loaded.of_provider(address).collect(),
        None => by_local_name(loaded, local),
    };
    let fitting = candidates.iter().find(|v| constraint::fits(constraint, &v.index.version));
    let chosen = fitting.or(candidates.first())?;
    Some(Provider { address: chosen.index.provider.clone(), version: chosen.index.version.clone() })
}

fn by_local_name<'a>(loaded: &'a Loaded, local: &str) -> Vec<&'a ProviderVersion> {
    let mut by_address: BTreeMap<&Address, Vec<&ProviderVersion>> = BTreeMap::new();
    for version in loaded.versions.iter().filter(|v| v.index.provider.name == local) {
        by_address.entry(&version.index.provider).or_default().push(version);
    }
    let implied =
        by_address.keys().find(|a| a.is_builtin() || a.source() == format!("hashicorp/{local}")).copied();
    let address =
        implied.or_else(|| if by_address.len() == 1 { by_address.keys().next().copied() } else { None });
    address.and_then(|a| by_address.remove(a)).unwrap_or_default()
}

/// For a type whose prefix names no provider: the newest version of whichever provider has it.
fn anywhere(loaded: &Loaded, kind: Kind, name: &str) -> Option<Provider> {
    let found = loaded.having(kind, name).find(|v| v.newest)?;
    Some(Provider { address: found.index.provider.clone(), version: found.index.version.clone() })
}
