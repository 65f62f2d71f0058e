//! Provider versions of a blueprint: which it is designed against, what a move to another would break, and the move.

use std::collections::{BTreeMap, HashSet};

use cloudoven_crawler::{
    catalog::{
        Address,
        diff::{Diff, Impact as Meaning},
    },
    constraint::fits,
};
use serde::Serialize;

use super::{
    blueprints::{self, Texts},
    constraint,
    design::{self, Edited, Opened},
};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Diagnostic, Document, Edit, Element, Provider, Schemas, Severity, used_arguments},
    catalog::Loaded,
    error::{Error, Result},
    store::{BlueprintId, ProjectId, blueprints::InProject},
};

/// Blueprints that are checked for one page of [`everywhere`].
const AT_ONCE: usize = 10;

/// A provider that a blueprint uses.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UsedProvider {
    /// Its name in the blueprint.
    pub local: String,
    /// Source address, as in `hashicorp/azurerm`.
    pub source: String,
    /// What `required_providers` asks for.
    pub constraint: Option<String>,
    /// The version that the blueprint is designed against; none where the catalog does not have the provider.
    pub version: Option<String>,
    /// Whether that version is one that the constraint allows.
    pub fits: bool,
    /// The versions in the catalog, newest first.
    pub versions: Vec<String>,
    #[serde(skip)]
    pub address: Option<Address>,
}

impl UsedProvider {
    /// The versions newer than the one that is designed against.
    pub fn newer(&self) -> &[String] {
        let at = self.versions.iter().position(|v| Some(v) == self.version.as_ref()).unwrap_or(0);
        &self.versions[..at]
    }
}

/// What a move to another version of a provider would change in a blueprint's findings.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Impact {
    pub provider: UsedProvider,
    /// The version moved to.
    pub to: String,
    /// What `required_providers` would say then.
    pub constraint: String,
    /// Errors and warnings that are not there now, errors first.
    pub introduced: Vec<Diagnostic>,
    /// Errors and warnings that would be gone.
    pub resolved: Vec<Diagnostic>,
    /// What changed between the versions of what the blueprint uses, as far as it may matter.
    pub changes: Vec<UsedChange>,
}

/// A change between two versions that an element of a blueprint is touched by.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UsedChange {
    /// The element's address.
    pub address: String,
    pub file: String,
    /// From 1.
    pub line: usize,
    /// Dotted path of the argument; empty for the element's type as a whole.
    pub path: String,
    /// `breaking` or `attention`.
    #[schema(value_type = String)]
    pub impact: Meaning,
    /// What changed, in words.
    pub text: String,
}

impl Impact {
    /// The errors that the move would bring.
    pub fn errors(&self) -> usize {
        self.introduced.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// The warnings that it would bring.
    pub fn warnings(&self) -> usize {
        self.introduced.len() - self.errors()
    }
}

/// The providers that a blueprint uses, by local name. Those that are part of Terraform have no version to choose.
pub fn providers(app: &App, opened: &Opened) -> Vec<UsedProvider> {
    used(&app.catalogs.loaded(), &opened.document, &opened.schemas)
}

fn used(loaded: &Loaded, document: &Document, schemas: &Schemas) -> Vec<UsedProvider> {
    let required = document.required_providers();
    let locals: std::collections::BTreeSet<&String> =
        required.keys().chain(schemas.providers.keys()).collect();
    let one = |local: &String| {
        let provider = schemas.providers.get(local).filter(|p| !p.address.is_builtin());
        let entry = required.get(local);
        if provider.is_none() && entry.is_none() {
            return None;
        }
        let constraint = entry.and_then(|e| e.version.clone());
        let address = provider.map(|p| p.address.clone());
        let versions = address.iter().flat_map(|a| loaded.of_provider(a)).map(|v| v.index.version.clone());
        let version = provider.map(|p| p.version.clone());
        let allowed = |version: &String| fits(constraint.as_deref().unwrap_or(""), version);
        Some(UsedProvider {
            local: local.clone(),
            source: match (&address, entry.and_then(|e| e.source.clone())) {
                (Some(address), _) => address.source(),
                (None, Some(source)) => source,
                (None, None) => format!("hashicorp/{local}"),
            },
            fits: version.as_ref().is_some_and(allowed),
            versions: versions.collect(),
            version,
            constraint,
            address,
        })
    };
    locals.into_iter().filter_map(one).collect()
}

/// What a move of one provider, by its local name, to another version would break.
///
/// # Errors
/// [`Error::NotFound`] when the blueprint does not use the provider or the catalog does not have the version.
pub async fn impact(app: &App, opened: &Opened, local: &str, to: &str) -> Result<Impact> {
    let found = providers(app, opened).into_iter().find(|p| p.local == local);
    let provider = found.ok_or(Error::NotFound("provider in this blueprint"))?;
    compared(app, &opened.document, &opened.schemas, provider, to).await
}

async fn compared(
    app: &App,
    document: &Document,
    schemas: &Schemas,
    provider: UsedProvider,
    to: &str,
) -> Result<Impact> {
    let address = provider.address.clone().filter(|_| provider.versions.iter().any(|v| v == to));
    let address = address.ok_or(Error::NotFound("version in the catalog"))?;
    let from = provider.version.clone().unwrap_or_default();
    let diff = app.catalogs.diff(&address, &from, to).await?;
    let instead = Provider { address, version: to.to_owned() };
    let instead = BTreeMap::from([(provider.local.clone(), instead)]);
    let then = app.catalogs.schemas_with(document, &[], &instead).await?;
    let (document, now) = (document.clone(), schemas.clone());
    let (before, after, changes) = design::blocking(move || {
        let changes = used_changes(&document, &now, &diff);
        (blueprint::check(&document, &now), blueprint::check(&document, &then), changes)
    })
    .await?;
    let versions: Vec<&str> = provider.versions.iter().map(String::as_str).collect();
    let constraint = constraint::moved(provider.constraint.as_deref().unwrap_or(""), to, &versions);
    Ok(Impact {
        to: to.to_owned(),
        constraint,
        introduced: without(after.clone(), &before),
        resolved: without(before, &after),
        changes,
        provider,
    })
}

/// What of a difference touches the arguments that a document sets.
fn used_changes(document: &Document, schemas: &Schemas, diff: &Diff) -> Vec<UsedChange> {
    let of_provider = |element: &&Element| {
        schemas.of(element).is_some_and(|d| d.provider == diff.old.provider && d.version == diff.old.version)
    };
    let mut changes = Vec::new();
    for element in document.elements().iter().filter(of_provider) {
        let kind = element.kind.catalog().zip(element.ty.as_deref());
        let Some(changed) = kind.and_then(|(kind, ty)| diff.element(kind, ty)) else { continue };
        let used = used_arguments(document, element);
        let matters = changed.changes.iter().filter(|change| change.impact != Meaning::Harmless);
        changes.extend(matters.filter_map(|change| {
            let line = match change.path.as_str() {
                "" => element.line,
                path => *used.get(path)?,
            };
            Some(UsedChange {
                address: element.address.clone(),
                file: element.file.clone(),
                line,
                path: change.path.clone(),
                impact: change.impact,
                text: change.what.to_string(),
            })
        }));
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.impact));
    changes
}

/// The errors and warnings of `all` that `known` does not have, errors first. A finding is known by place and rule: its
/// words may name what differs between versions.
fn without(all: Vec<Diagnostic>, known: &[Diagnostic]) -> Vec<Diagnostic> {
    let key = |d: &Diagnostic| (d.file.clone(), d.span, d.code, d.path.as_ref().map(ToString::to_string));
    let known: HashSet<_> = known.iter().map(key).collect();
    let new = |d: &Diagnostic| d.severity != Severity::Info && !known.contains(&key(d));
    let mut new: Vec<Diagnostic> = all.into_iter().filter(new).collect();
    new.sort_by_key(|d| d.severity);
    new
}

/// Moves a provider, by its local name, to another version: a new revision whose `required_providers` asks for it.
///
/// # Errors
/// As [`impact`], and [`Error::Stale`] when `base` isn't the latest revision any more.
pub async fn move_to(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    base: i64,
    local: &str,
    to: &str,
) -> Result<Edited> {
    let opened = design::open(app, actor, id, Some(base)).await?;
    let impact = impact(app, &opened, local, to).await?;
    let edit = Edit::SetProviderVersion { provider: local.to_owned(), constraint: impact.constraint };
    design::edit(app, actor, id, base, edit).await
}

/// A blueprint that uses a provider, and what a move to another version would break there.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BlueprintImpact {
    #[schema(value_type = String)]
    pub id: BlueprintId,
    pub name: String,
    #[schema(value_type = String)]
    pub project_id: ProjectId,
    /// The project's name.
    pub project: String,
    pub impact: Impact,
}

/// One page of [`everywhere`].
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImpactPage {
    pub items: Vec<BlueprintImpact>,
    /// How many blueprints were looked at for this page, those that don't use the provider included.
    pub checked: usize,
    /// The cursor for the page after it.
    pub next: Option<String>,
}

/// The next blueprints, of all that the actor may see, that use a provider, and what a move to `version` would break in
/// each. A page is what can be checked at once; it may be empty and still have a next one.
pub async fn everywhere(
    app: &App,
    actor: &Actor,
    address: &Address,
    version: &str,
    after: Option<&str>,
) -> Result<ImpactPage> {
    let mut list = blueprints::everywhere(app, actor, after.unwrap_or(""), AT_ONCE + 1).await?;
    let more = list.len() > AT_ONCE;
    list.truncate(AT_ONCE);
    let next = list.last().filter(|_| more).map(|b| b.blueprint.id.to_string());
    let texts = blueprints::all_texts(app, &list).await?;
    let checked = list.len();
    let mut items = Vec::new();
    for (found, texts) in list.into_iter().zip(texts) {
        items.extend(of_blueprint(app, found, texts, address, version).await?);
    }
    Ok(ImpactPage { items, checked, next })
}

async fn of_blueprint(
    app: &App,
    found: InProject,
    texts: Texts,
    address: &Address,
    version: &str,
) -> Result<Vec<BlueprintImpact>> {
    let document = design::parse(texts).await?;
    let schemas = app.catalogs.schemas(&document, &[]).await?;
    let used = used(&app.catalogs.loaded(), &document, &schemas);
    let mut impacts = Vec::new();
    for provider in used.into_iter().filter(|p| p.address.as_ref() == Some(address)) {
        let impact = compared(app, &document, &schemas, provider, version).await?;
        impacts.push(BlueprintImpact {
            id: found.blueprint.id.clone(),
            name: found.blueprint.name.clone(),
            project_id: found.blueprint.project_id.clone(),
            project: found.project.clone(),
            impact,
        });
    }
    Ok(impacts)
}
