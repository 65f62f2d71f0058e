//! Blueprints, their files and revisions.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Cursor, Force, Name};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Diagnostic, Edit, Element, Finding, Form, Path as ArgumentPath, Suggestion},
    error::Error,
    http::{
        download,
        extract::{self, Json},
        problem::{ApiError, ApiResult, Problem},
    },
    project::{
        Page,
        blueprints::{self, Step, Texts},
        design, download as files,
    },
    store::{
        BlueprintId, ProjectId,
        blueprints::{Blueprint, Revision},
    },
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, rename, delete))
        .routes(routes!(history))
        .routes(routes!(files, put_files))
        .routes(routes!(edit))
        .routes(routes!(step))
        .routes(routes!(elements))
        .routes(routes!(form))
        .routes(routes!(suggestions))
        .routes(routes!(diagnostics))
        .routes(routes!(check))
        .routes(routes!(graph))
        .routes(routes!(graph_dot))
        .routes(routes!(archive))
}

/// A blueprint to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBlueprint {
    name: String,
    /// File name to text; absent starts from nothing.
    files: Option<Texts>,
}

#[utoipa::path(get, path = "/projects/{id}/blueprints", params(("id" = String, Path), Cursor), responses((status = OK, body = Page<Blueprint>)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    Query(query): Query<Cursor>,
) -> ApiResult<Json<Page<Blueprint>>> {
    Ok(Json(blueprints::list(&app, &actor, &id, query.cursor.as_deref()).await?))
}

#[utoipa::path(post, path = "/projects/{id}/blueprints", params(("id" = String, Path)), request_body = NewBlueprint, responses((status = CREATED, body = Blueprint)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    Json(body): Json<NewBlueprint>,
) -> ApiResult<(StatusCode, Json<Blueprint>)> {
    let files = body.files.unwrap_or_else(design::empty);
    design::validate(&files).await?;
    Ok((StatusCode::CREATED, Json(blueprints::create(&app, &actor, &id, &body.name, &files).await?)))
}

#[utoipa::path(get, path = "/blueprints/{id}", params(("id" = String, Path)), responses((status = OK, body = Blueprint)))]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
) -> ApiResult<Json<Blueprint>> {
    Ok(Json(blueprints::get(&app, &actor, &id).await?))
}

#[utoipa::path(patch, path = "/blueprints/{id}", params(("id" = String, Path)), request_body = Name, responses((status = OK, body = Blueprint)))]
async fn rename(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(body): Json<Name>,
) -> ApiResult<Json<Blueprint>> {
    Ok(Json(blueprints::rename(&app, &actor, &id, &body.name).await?))
}

#[utoipa::path(delete, path = "/blueprints/{id}", params(("id" = String, Path), Force), responses((status = NO_CONTENT)))]
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(force): Query<Force>,
) -> ApiResult<StatusCode> {
    blueprints::delete(&app, &actor, &id, force.force).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/blueprints/{id}/revisions", params(("id" = String, Path), Cursor), responses((status = OK, body = Page<Revision>)))]
async fn history(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(query): Query<Cursor>,
) -> ApiResult<Json<Page<Revision>>> {
    let cursor = query
        .cursor
        .map(|c| c.parse().map_err(|_| Error::field("cursor", "not a cursor of this list")))
        .transpose()?;
    Ok(Json(blueprints::history(&app, &actor, &id, cursor).await?))
}

/// Which revision.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct At {
    /// A revision's number; absent means the latest.
    revision: Option<i64>,
}

/// A revision's files.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Files {
    revision: i64,
    /// File name to text.
    files: Texts,
}

/// The ETag is the revision's number: send it back as If-Match to edit.
#[utoipa::path(get, path = "/blueprints/{id}/files", params(("id" = String, Path), At), responses((status = OK, body = Files)))]
async fn files(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(at): Query<At>,
) -> ApiResult<Response> {
    let (_, revision, files) = blueprints::load(&app, &actor, &id, at.revision).await?;
    Ok(with_etag(revision.number, Json(Files { revision: revision.number, files })))
}

/// An answer that carries a revision's number as its ETag.
pub(super) fn with_etag(revision: i64, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// A step through history.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
enum NewStep {
    Undo,
    Redo,
    Restore { revision: i64 },
}

/// Undo, redo or restore: a new revision with an older one's content. If-Match names the latest revision.
#[utoipa::path(post, path = "/blueprints/{id}/steps", params(("id" = String, Path)), request_body = NewStep, responses((status = OK, body = Revision)))]
async fn step(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    headers: HeaderMap,
    Json(body): Json<NewStep>,
) -> ApiResult<Response> {
    let base = required_match(&headers)?;
    let step = match body {
        NewStep::Undo => Step::Undo,
        NewStep::Redo => Step::Redo,
        NewStep::Restore { revision } => Step::Restore(revision),
    };
    let revision = blueprints::step(&app, &actor, &id, base, step).await?;
    Ok(with_etag(revision.number, Json(revision)))
}

pub(super) fn required_match(headers: &HeaderMap) -> Result<i64, ApiError> {
    let base = extract::if_match(headers)?;
    Ok(base.ok_or_else(|| Error::invalid("say which revision you edit: If-Match: \"<number>\""))?)
}

/// All files of the next revision.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFiles {
    /// File name to text.
    files: Texts,
}

/// Replaces all files. If-Match names the revision that they were made from.
#[utoipa::path(put, path = "/blueprints/{id}/files", params(("id" = String, Path)), request_body = NewFiles, responses((status = OK, body = Revision), (status = CONFLICT, body = Problem)))]
async fn put_files(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    headers: HeaderMap,
    Json(body): Json<NewFiles>,
) -> ApiResult<Response> {
    let base = required_match(&headers)?;
    let revision = design::put_files(&app, &actor, &id, base, &body.files).await?;
    Ok(with_etag(revision.number, Json(revision)))
}

/// What an edit led to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Edited {
    revision: i64,
    /// The element that the edit was about, by its new address.
    address: Option<String>,
    /// References that point to nothing now.
    dangling: Vec<Diagnostic>,
}

/// Applies one edit. If-Match names the revision that it is made on.
#[utoipa::path(post, path = "/blueprints/{id}/edits", params(("id" = String, Path)), request_body = Edit, responses((status = OK, body = Edited), (status = CONFLICT, body = Problem)))]
async fn edit(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    headers: HeaderMap,
    Json(body): Json<Edit>,
) -> ApiResult<Response> {
    let base = required_match(&headers)?;
    let edited = design::edit(&app, &actor, &id, base, body).await?;
    let revision = edited.opened.revision.number;
    Ok(with_etag(revision, Json(Edited { revision, address: edited.address, dangling: edited.dangling })))
}

#[utoipa::path(get, path = "/blueprints/{id}/elements", params(("id" = String, Path), At), responses((status = OK, body = Vec<Element>)))]
async fn elements(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(at): Query<At>,
) -> ApiResult<Response> {
    let opened = design::open(&app, &actor, &id, at.revision).await?;
    Ok(with_etag(opened.revision.number, Json(opened.document.elements().to_vec())))
}

/// Which element.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct Of {
    /// An element's address, as in `azurerm_subnet.main`.
    element: String,
    /// A revision's number; absent means the latest.
    revision: Option<i64>,
}

/// Everything that the designer's form shows of one element.
#[utoipa::path(get, path = "/blueprints/{id}/form", params(("id" = String, Path), Of), responses((status = OK, body = Form)))]
async fn form(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(of): Query<Of>,
) -> ApiResult<Response> {
    let opened = design::open(&app, &actor, &id, of.revision).await?;
    let form =
        blueprint::form(&opened.document, &of.element, &opened.schemas).ok_or(Error::NotFound("element"))?;
    Ok(with_etag(opened.revision.number, Json(form)))
}

/// What is being typed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct Typing {
    element: String,
    /// The argument, as in `blob_properties[0].versioning_enabled`.
    path: String,
    /// What has been typed so far.
    #[serde(default)]
    prefix: String,
}

/// Completions for an argument, best first.
#[utoipa::path(get, path = "/blueprints/{id}/suggestions", params(("id" = String, Path), Typing), responses((status = OK, body = Vec<Suggestion>)))]
async fn suggestions(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(typing): Query<Typing>,
) -> ApiResult<Json<Vec<Suggestion>>> {
    let path = typing.path.parse::<ArgumentPath>().map_err(|e| Error::field("path", e))?;
    let opened = design::open(&app, &actor, &id, None).await?;
    Ok(Json(blueprint::suggest(&opened.document, &opened.schemas, &typing.element, &path, &typing.prefix)))
}

/// What is wrong, by file and line. Each finding comes with its fixes, best first: edits on this revision.
#[utoipa::path(get, path = "/blueprints/{id}/diagnostics", params(("id" = String, Path), At), responses((status = OK, body = Vec<Finding>)))]
async fn diagnostics(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(at): Query<At>,
) -> ApiResult<Response> {
    let (revision, found) = design::findings(&app, &actor, &id, at.revision).await?;
    Ok(with_etag(revision.number, Json(found)))
}

/// What is wrong with texts that are not saved, in place of the latest revision's files or besides them, with the fixes of
/// each. Of a text that is no HCL the first fault alone.
#[utoipa::path(post, path = "/blueprints/{id}/check", params(("id" = String, Path)), request_body = NewFiles, responses((status = OK, body = Vec<Finding>)))]
async fn check(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(body): Json<NewFiles>,
) -> ApiResult<Json<Vec<Finding>>> {
    Ok(Json(design::check(&app, &actor, &id, &body.files).await?))
}

/// A zip of plain Terraform. The same revision always gives the same bytes.
/// Which part of the graph.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
struct Part {
    /// A revision's number; absent means the latest.
    revision: Option<i64>,
    /// `all` (the default) or `resources`.
    #[serde(default)]
    show: blueprint::Show,
    /// An element's address, to see only what is around it.
    element: Option<String>,
    /// How many references around `element`; 1 when absent.
    steps: Option<usize>,
}

impl From<Part> for blueprint::Scope {
    fn from(part: Part) -> blueprint::Scope {
        let steps = part.steps.unwrap_or(1);
        let around = part.element.map(|address| blueprint::Around { address, steps });
        blueprint::Scope { show: part.show, around }
    }
}

/// Elements and what they refer to, with the cycles, and where each stands in a layered drawing.
#[utoipa::path(get, path = "/blueprints/{id}/graph", params(("id" = String, Path), Part), responses((status = OK, body = blueprint::Graph)))]
async fn graph(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(part): Query<Part>,
) -> ApiResult<Response> {
    let (_, revision, graph) = design::graph(&app, &actor, &id, part.revision, part.into()).await?;
    Ok(with_etag(revision.number, Json(graph)))
}

/// The same in Graphviz' language, as `terraform graph` prints it.
#[utoipa::path(get, path = "/blueprints/{id}/graph.dot", params(("id" = String, Path), Part), responses((status = OK, body = String, content_type = "text/vnd.graphviz")))]
async fn graph_dot(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(part): Query<Part>,
) -> ApiResult<Response> {
    let (blueprint, revision, graph) = design::graph(&app, &actor, &id, part.revision, part.into()).await?;
    let name = format!("{}-r{}", blueprint.name, revision.number);
    Ok(download::dot(&name, blueprint::dot(&graph)))
}

#[utoipa::path(get, path = "/blueprints/{id}/archive.zip", params(("id" = String, Path), At), responses((status = OK, content_type = "application/zip")))]
async fn archive(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Query(at): Query<At>,
) -> ApiResult<Response> {
    let opened = design::open(&app, &actor, &id, at.revision).await?;
    let name = format!("{}-r{}", opened.blueprint.name, opened.revision.number);
    Ok(download::zip(&name, files::blueprint(&opened)))
}
