//! The form that imports objects which exist: rows of addresses and ids, with what the catalog says of the ids.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::IntoResponse,
    routing::get,
};
use cloudoven_crawler::catalog::Kind;
use serde::Deserialize;

use super::layout as deployment_layout;
use crate::{
    app::App,
    auth::Actor,
    blueprint::{Document, ElementKind, Import},
    catalog::search::Request,
    error::{Error, Result},
    http::{
        markdown::Links,
        ui::{
            catalog::ImportView,
            layout::Layout,
            page::{Form, PageResult, Viewer, go, place, refused, sentence},
            runs,
        },
    },
    project::{deployments, design, projects},
    run::{
        import::{self, StartImport},
        start,
    },
    store::{DeploymentId, RunId, deployments::Deployment},
};

/// Types that are offered while one is typed.
const MOST_TYPES: usize = 30;

pub fn router() -> Router<App> {
    Router::new()
        .route("/deployments/{id}/import", get(page).post(start))
        .route("/deployments/{id}/import/types", get(types))
        .route("/deployments/{id}/import/help", get(help))
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/import.html")]
struct ImportPage {
    layout: Layout,
    blueprint: String,
    environment: String,
    runs_off: Option<String>,
    form: ImportForm,
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/_import_form.html")]
struct ImportForm {
    id: String,
    key: String,
    rows: Vec<Row>,
    /// What a further row looks like.
    blank: Row,
    code: String,
    code_error: String,
    message: String,
    error: String,
    disabled: bool,
}

/// One object to import.
#[derive(Default)]
struct Row {
    /// Tells its fields from those of other rows.
    key: String,
    ty: String,
    name: String,
    id: String,
    provider: String,
    /// Configurations of providers with an alias, to choose from.
    providers: Vec<String>,
    to_error: String,
    id_error: String,
    provider_error: String,
}

/// What the form submits, row by row.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Input {
    #[serde(rename = "type")]
    ty: Vec<String>,
    name: Vec<String>,
    id: Vec<String>,
    provider: Vec<String>,
    code: String,
    message: String,
    key: Option<String>,
}

/// An import whose objects are offered again.
#[derive(Debug, Deserialize)]
struct Again {
    run: Option<RunId>,
}

async fn page(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Query(again): Query<Again>,
) -> PageResult {
    let actor = &viewer.actor;
    let deployment = deployments::get(&app, actor, &id).await?;
    let project = projects::get(&app, actor, &deployment.project_id).await?;
    let rows = match again.run {
        Some(run) => import::view(&app, actor, &run).await?.objects.into_iter().map(row_of).collect(),
        None => Vec::new(),
    };
    let runs_off = runs::runs_off(&app).await;
    let mut form = form(&app, actor, &deployment, rows).await?;
    form.disabled = runs_off.is_some();
    let layout = deployment_layout(&viewer, &deployment, &project.name);
    let page = ImportPage {
        layout: Layout { title: format!("Import to {}", layout.title), ..layout },
        blueprint: deployment.blueprint,
        environment: deployment.environment,
        runs_off,
        form,
    };
    Ok(page.into_response())
}

fn row_of(object: import::ImportedObject) -> Row {
    // Of an address in a module the type is all but the name.
    let (ty, name) = object.to.rsplit_once('.').unwrap_or((&object.to, ""));
    Row {
        ty: ty.to_owned(),
        name: name.to_owned(),
        id: object.id,
        provider: object.provider.unwrap_or_default(),
        ..Row::default()
    }
}

async fn form(app: &App, actor: &Actor, deployment: &Deployment, rows: Vec<Row>) -> Result<ImportForm> {
    let document = document(app, actor, deployment).await?;
    let aliased = document.elements().iter().filter(|e| e.kind == ElementKind::Provider);
    let aliased = aliased.filter_map(|e| {
        let name = e.address.strip_prefix("provider.")?;
        name.contains('.').then(|| name.to_owned())
    });
    let mut rows = rows;
    if rows.is_empty() {
        rows.push(Row::default());
    }
    let providers: Vec<String> = aliased.collect();
    for (i, row) in rows.iter_mut().enumerate() {
        row.key = (i + 1).to_string();
        row.providers.clone_from(&providers);
    }
    Ok(ImportForm {
        id: deployment.id.to_string(),
        key: hex::encode(rand::random::<[u8; 16]>()),
        rows,
        blank: Row { key: "new".to_owned(), providers, ..Row::default() },
        code: String::new(),
        code_error: String::new(),
        message: String::new(),
        error: String::new(),
        disabled: false,
    })
}

async fn document(app: &App, actor: &Actor, deployment: &Deployment) -> Result<Document> {
    let revision = Some(deployment.effective_revision());
    Ok(design::open(app, actor, &deployment.blueprint_id, revision).await?.document)
}

impl Input {
    /// The rows in which something stands.
    fn rows(&self) -> Vec<Row> {
        let at = |values: &[String], i: usize| values.get(i).map(|v| v.trim().to_owned()).unwrap_or_default();
        let row = |i: usize| Row {
            ty: at(&self.ty, i),
            name: at(&self.name, i),
            // An id is the provider's: blanks around it may be part of it.
            id: self.id.get(i).cloned().unwrap_or_default(),
            provider: at(&self.provider, i),
            ..Row::default()
        };
        let filled = |row: &Row| ![&row.ty, &row.name, &row.id].iter().all(|text| text.trim().is_empty());
        (0..self.ty.len()).map(row).filter(filled).collect()
    }
}

async fn start(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Form(input): Form<Input>,
) -> PageResult {
    let actor = &viewer.actor;
    let mut rows = input.rows();
    let import = |row: &Row| Import {
        to: format!("{}.{}", row.ty, row.name),
        id: row.id.clone(),
        provider: (!row.provider.is_empty()).then(|| row.provider.clone()),
    };
    let start = StartImport {
        imports: rows.iter().map(import).collect(),
        code: input.code.clone(),
        message: input.message.trim().to_owned(),
    };
    let error = match start::create_import(&app, actor, &id, &start, input.key.as_deref()).await {
        Ok(view) => return Ok(go(&format!("/runs/{}", view.run.id))),
        Err(Error::Invalid(errors)) => errors,
        Err(other) => {
            let deployment = deployments::get(&app, actor, &id).await?;
            let form = form(&app, actor, &deployment, rows).await?;
            let error = place(other, &mut [])?;
            return Ok(refused(ImportForm { error, code: input.code, message: input.message, ..form }));
        }
    };
    let (mut rest, mut code_error) = (Vec::new(), String::new());
    for fault in error {
        let message = sentence(&fault.message);
        let place = fault.pointer.strip_prefix("/imports/").and_then(|p| p.split_once('/'));
        let place = place.and_then(|(i, field)| Some((i.parse::<usize>().ok()?, field)));
        match (place.map(|(i, field)| (i, rows.get_mut(i), field)), fault.pointer.as_str()) {
            (Some((_, Some(row), "to")), _) => row.to_error = message,
            (Some((_, Some(row), "id")), _) => row.id_error = message,
            (Some((_, Some(row), _)), _) => row.provider_error = message,
            (Some((i, None, _)), _) => code_error = format!("Block {}: {message}", i + 1 - rows.len()),
            (None, "/code") => code_error = message,
            _ => rest.push(message),
        }
    }
    let deployment = deployments::get(&app, actor, &id).await?;
    let form = form(&app, actor, &deployment, rows).await?;
    let error = rest.join(" ");
    Ok(refused(ImportForm { error, code_error, code: input.code, message: input.message, ..form }))
}

#[derive(Debug, Deserialize)]
struct Typed {
    #[serde(default)]
    q: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/_import_types.html")]
struct Types {
    types: Vec<(String, String)>,
}

/// Resource types of the catalog that fit what is typed.
async fn types(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Query(typed): Query<Typed>,
) -> PageResult {
    deployments::get(&app, &viewer.actor, &id).await?;
    let request =
        Request { text: typed.q, kind: Some(Kind::Resource), limit: MOST_TYPES, ..Request::default() };
    let found = app.catalogs.search(request).await?;
    Ok(Types { types: found.hits.into_iter().map(|hit| (hit.name, hit.summary)).collect() }.into_response())
}

#[derive(Debug, Deserialize)]
struct OfType {
    #[serde(rename = "type", default)]
    ty: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/_import_help.html")]
struct Help {
    ty: String,
    /// A name that no resource of the type has.
    name: String,
    /// Resources of the type that the blueprint has.
    existing: Vec<String>,
    /// The catalog has the type.
    known: bool,
    import: ImportView,
}

/// What is documented of a type's ids.
async fn help(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Query(of): Query<OfType>,
) -> PageResult {
    let deployment = deployments::get(&app, &viewer.actor, &id).await?;
    let document = document(&app, &viewer.actor, &deployment).await?;
    let ty = of.ty.trim().to_owned();
    let schemas = app.catalogs.schemas(&document, &[(Kind::Resource, ty.clone())]).await?;
    let described = schemas.get(Kind::Resource, &ty);
    let same = document.elements().iter().filter(|e| e.kind == ElementKind::Resource);
    let existing = same.filter(|e| e.ty.as_deref() == Some(ty.as_str())).map(|e| e.name.clone()).collect();
    let help = Help {
        name: free_name(&document, &ty),
        existing,
        known: described.is_some(),
        import: described.map(|d| ImportView::of(&d.import, &Links::none())).unwrap_or_default(),
        ty,
    };
    Ok(help.into_response())
}

/// `main`, or `main_2` and so on when that is taken.
fn free_name(document: &Document, ty: &str) -> String {
    let names = std::iter::once("main".to_owned()).chain((2..).map(|n| format!("main_{n}")));
    let mut free = names.filter(|name| document.element(&format!("{ty}.{name}")).is_none());
    free.next().unwrap_or_default()
}
