//! Provider versions: of one blueprint, with what a move would break and the move itself; and of all blueprints at once.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use cloudoven_crawler::catalog::{Address, diff::Impact as Meaning};
use serde::Deserialize;

use super::{
    catalog::{diff_tone, diff_url, find, provider_url},
    layout::{Layout, count},
    page::{Form, PageResult, Viewer, go_saying, refused, url_encode},
};
use crate::{
    app::App,
    blueprint::{Diagnostic, Severity},
    error::Error,
    project::{
        design, projects,
        upgrade::{self, BlueprintImpact, Impact, UsedChange, UsedProvider},
    },
    store::BlueprintId,
};

/// Findings shown at once; the rest is in a fold.
const SHOWN: usize = 20;

pub fn router() -> Router<App> {
    Router::new()
        .route("/blueprints/{id}/providers", get(page))
        .route("/blueprints/{id}/providers/{local}/move", post(move_to))
        .route("/catalog/{host}/{namespace}/{name}/{version}/impact", get(everywhere))
}

#[derive(Template, WebTemplate)]
#[template(path = "blueprint/providers.html")]
struct ProvidersPage {
    layout: Layout,
    id: String,
    revision: i64,
    providers: Vec<ProviderView>,
}

struct ProviderView {
    used: UsedProvider,
    /// The provider's page in the version that is designed against.
    url: Option<String>,
    /// The versions to move to: with whether it is the one looked at.
    others: Vec<(String, bool)>,
    newer: usize,
    impact: Option<ImpactView>,
}

/// What a move would break in one blueprint.
struct ImpactView {
    to: String,
    constraint: String,
    summary: String,
    tone: &'static str,
    diff: Option<String>,
    shown: Vec<FindingView>,
    more: Vec<FindingView>,
    resolved: usize,
    changes: Vec<ChangeView>,
}

struct FindingView {
    tone: &'static str,
    word: &'static str,
    place: String,
    url: String,
    element: String,
    path: String,
    message: String,
}

struct ChangeView {
    tone: &'static str,
    word: &'static str,
    place: String,
    url: String,
    element: String,
    path: String,
    text: String,
}

/// The move that is looked at.
#[derive(Debug, Deserialize)]
struct Looked {
    provider: Option<String>,
    to: Option<String>,
}

async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(looked): Query<Looked>,
) -> PageResult {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    let project = projects::get(&app, &viewer.actor, &opened.blueprint.project_id).await?;
    let mut providers = Vec::new();
    for used in upgrade::providers(&app, &opened) {
        let to = looked.to.as_ref().filter(|_| looked.provider.as_ref() == Some(&used.local));
        let impact = match to {
            Some(to) => Some(upgrade::impact(&app, &opened, &used.local, to).await?),
            None => None,
        };
        providers.push(provider_view(used, to, impact.map(|impact| impact_view(&id, impact))));
    }
    let layout = viewer
        .layout()
        .in_project(project.id.as_str(), &project.name, "blueprints")
        .crumb(&opened.blueprint.name, format!("/blueprints/{id}"))
        .here("Provider versions");
    let revision = opened.revision.number;
    Ok(ProvidersPage { layout, id: id.0, revision, providers }.into_response())
}

fn provider_view(used: UsedProvider, to: Option<&String>, impact: Option<ImpactView>) -> ProviderView {
    let url = used.address.as_ref().zip(used.version.as_ref()).map(|(a, v)| provider_url(a, v));
    let others = used.versions.iter().filter(|v| Some(*v) != used.version.as_ref());
    ProviderView {
        others: others.map(|v| (v.clone(), Some(v) == to)).collect(),
        newer: used.newer().len(),
        url,
        impact,
        used,
    }
}

fn impact_view(id: &BlueprintId, impact: Impact) -> ImpactView {
    let (errors, warnings) = (impact.errors(), impact.warnings());
    let parts = [(errors, "error", "errors"), (warnings, "warning", "warnings")];
    let said: Vec<String> =
        parts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(n, one, many)).collect();
    let used = &impact.provider;
    let pair = used.address.as_ref().zip(used.version.as_ref());
    let mut shown: Vec<FindingView> = impact.introduced.iter().map(|d| finding(id, d)).collect();
    let more = shown.split_off(shown.len().min(SHOWN));
    ImpactView {
        diff: pair.map(|(address, from)| diff_url(address, from, &impact.to)),
        summary: if said.is_empty() { "Nothing breaks".to_owned() } else { said.join(", ") },
        tone: match (errors, warnings) {
            (0, 0) => "create",
            (0, _) => "update",
            _ => "destroy",
        },
        shown,
        more,
        resolved: impact.resolved.len(),
        changes: impact.changes.iter().map(|change| change_view(id, change)).collect(),
        to: impact.to,
        constraint: impact.constraint,
    }
}

fn designer_url(id: &BlueprintId, address: &str) -> String {
    if address.is_empty() {
        return format!("/blueprints/{id}");
    }
    format!("/blueprints/{id}?element={}", url_encode(address))
}

fn finding(id: &BlueprintId, d: &Diagnostic) -> FindingView {
    let (tone, word) = match d.severity {
        Severity::Error => ("destroy", "error"),
        Severity::Warning | Severity::Info => ("update", "warning"),
    };
    let element = d.address.clone().unwrap_or_default();
    FindingView {
        tone,
        word,
        place: format!("{}:{}", d.file, d.line),
        url: designer_url(id, &element),
        path: d.path.as_ref().map(ToString::to_string).unwrap_or_default(),
        message: d.message.clone(),
        element,
    }
}

fn change_view(id: &BlueprintId, change: &UsedChange) -> ChangeView {
    ChangeView {
        tone: diff_tone(change.impact),
        word: match change.impact {
            Meaning::Breaking => "breaking",
            Meaning::Attention => "attention",
            Meaning::Harmless => "harmless",
        },
        place: format!("{}:{}", change.file, change.line),
        url: designer_url(id, &change.address),
        element: change.address.clone(),
        path: change.path.clone(),
        text: change.text.clone(),
    }
}

/// What the move's form submits.
#[derive(Debug, Deserialize)]
struct Move {
    base: i64,
    to: String,
}

#[derive(Template, WebTemplate)]
#[template(source = "<p class=\"form-error\" role=\"alert\">{{ message }}</p>", ext = "html")]
struct Refused {
    message: String,
}

async fn move_to(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, local)): Path<(BlueprintId, String)>,
    Form(new): Form<Move>,
) -> PageResult {
    match upgrade::move_to(&app, &viewer.actor, &id, new.base, &local, &new.to).await {
        Ok(_) => {
            let said = format!("The blueprint designs against {local} {}. Undo goes back.", new.to);
            Ok(go_saying(&designer_url(&id, ""), &said))
        }
        Err(Error::Stale(_)) => {
            let message =
                "Somebody changed the blueprint meanwhile. Reload the page and look again.".to_owned();
            Ok(refused(Refused { message }))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "catalog/impact.html")]
struct EverywherePage {
    layout: Layout,
    source: String,
    version: String,
    list: String,
}

/// The next blueprints that use the provider.
#[derive(Template, WebTemplate)]
#[template(path = "catalog/_impact_list.html")]
struct EverywhereList {
    items: Vec<BlueprintView>,
    next: Option<String>,
    first: bool,
}

struct BlueprintView {
    url: String,
    name: String,
    project: String,
    from: String,
    same: bool,
    impact: ImpactView,
    /// The blueprint's own page on this move.
    look: String,
}

/// The address parts of a provider version.
#[derive(Debug, Deserialize)]
struct VersionPath {
    host: String,
    namespace: String,
    name: String,
    version: String,
}

/// Where the list goes on; absent for the page around it.
#[derive(Debug, Deserialize)]
struct Rest {
    after: Option<String>,
}

/// Whose designs a move to this version would break. The page comes at once; the list is fetched part by part, since each
/// blueprint is checked in full.
async fn everywhere(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<VersionPath>,
    Query(rest): Query<Rest>,
) -> PageResult<Response> {
    let address = Address { host: path.host, namespace: path.namespace, name: path.name };
    find(&app.catalogs.loaded(), &address, &path.version)?;
    let url = format!("{}/impact", provider_url(&address, &path.version));
    let Some(after) = rest.after else {
        let layout = super::catalog::in_catalog(viewer.layout())
            .crumb(address.source(), provider_url(&address, &path.version))
            .here("Upgrade impact");
        let list = format!("{url}?after=");
        let page = EverywherePage { layout, source: address.source(), version: path.version, list };
        return Ok(page.into_response());
    };
    let page = upgrade::everywhere(&app, &viewer.actor, &address, &path.version, Some(&after)).await?;
    let items = page.items.into_iter().map(|item| blueprint_view(item, &path.version)).collect();
    let next = page.next.map(|after| format!("{url}?after={}", url_encode(&after)));
    Ok(EverywhereList { items, next, first: after.is_empty() }.into_response())
}

fn blueprint_view(item: BlueprintImpact, to: &str) -> BlueprintView {
    let local = item.impact.provider.local.clone();
    let from = item.impact.provider.version.clone().unwrap_or_default();
    BlueprintView {
        url: format!("/blueprints/{}", item.id),
        look: format!(
            "/blueprints/{}/providers?provider={}&to={}",
            item.id,
            url_encode(&local),
            url_encode(to)
        ),
        name: item.name,
        project: item.project,
        same: from == to,
        from,
        impact: impact_view(&item.id, item.impact),
    }
}
