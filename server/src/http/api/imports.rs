//! Imports of Terraform code.

use axum::{
    extract::{DefaultBodyLimit, FromRequest as _, Path, Query, Request, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    http::{
        extract::Json,
        import::{self as body, Content, MAX_BODY, Options, Root},
        problem::{ApiError, ApiResult, Problem},
    },
    project::{
        blueprints::Texts,
        import::{self, Draft, GitRequest, Report},
        projects,
    },
    store::{ImportId, ProjectId, blueprints::Blueprint},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create).layer(DefaultBodyLimit::max(MAX_BODY))).routes(routes!(get))
}

/// Code to import, one of `text`, `files`, `git` and `import`.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewImport {
    /// What the blueprint is to be called.
    #[serde(default)]
    name: String,
    /// The folder that is the root module; absent takes the likeliest.
    root: Option<String>,
    /// Only report; nothing is made.
    #[serde(default)]
    dry_run: bool,
    /// Code, which becomes `main.tf`.
    text: Option<String>,
    /// Path to text.
    files: Option<Texts>,
    /// A repository.
    git: Option<GitRequest>,
    /// What an import with `dry_run` answered as `id`, within a day.
    import: Option<ImportId>,
}

/// What an import led to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Imported {
    /// With `dry_run`: send it back as `import` to make the blueprint, within a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ImportId>,
    /// Without `dry_run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    blueprint: Option<Blueprint>,
    report: Report,
}

/// What a request holds.
struct Sent {
    options: Options,
    draft: Draft,
    kept: Option<ImportId>,
}

/// Makes a blueprint of Terraform code, byte for byte, or with `dry_run` only says what would become of it.
///
/// The body is a zip, tar or tar.gz archive or a single Terraform file, told apart by its content; or
/// `multipart/form-data` with `file`, `text` or a repository (`git/url`, `git/ref`, …) and the options as fields; or JSON. The
/// query's options are for archives. 64 MiB at most. Terraform's state and values of variables are never imported.
///
/// A repository is fetched in a container, for two minutes at most, while the request waits; closing the connection
/// ends it. Its token is used for that alone.
#[utoipa::path(post, path = "/projects/{id}/imports", params(("id" = String, Path), Options), request_body(content((NewImport = "application/json"), (String = "application/zip"), (String = "application/gzip"), (String = "application/x-tar"), (String = "multipart/form-data"))), responses((status = OK, description = "With `dry_run`", body = Imported), (status = CREATED, body = Imported), (status = UNPROCESSABLE_ENTITY, body = Problem), (status = SERVICE_UNAVAILABLE, description = "Nothing can be fetched, or too many imports are being looked at", body = Problem)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
    Query(options): Query<Options>,
    request: Request,
) -> ApiResult<(StatusCode, Json<Imported>)> {
    projects::get(&app, &actor, &id).await?;
    let Sent { options, draft, kept } = sent(&app, &actor, &id, options, request).await?;
    let from = draft.origin();
    if options.dry_run {
        // Only what can be looked at is kept. The texts are shared, not copied.
        let report = import::preview(&app, draft.clone(), options.root.as_deref()).await?.report;
        let import = match kept {
            Some(kept) => kept,
            None => import::keep(&app, &actor, &id, &draft).await?,
        };
        return Ok((StatusCode::OK, Json(Imported { id: Some(import), blueprint: None, report })));
    }
    let name = if options.name.is_empty() { draft.name.clone() } else { options.name };
    let preview = import::preview(&app, draft, options.root.as_deref()).await?;
    let blueprint = import::create(&app, &actor, &id, &name, &from, &preview).await?;
    let imported = Imported { id: None, blueprint: Some(blueprint), report: preview.report };
    Ok((StatusCode::CREATED, Json(imported)))
}

async fn sent(
    app: &App,
    actor: &Actor,
    project: &ProjectId,
    mut options: Options,
    request: Request,
) -> Result<Sent, ApiError> {
    let draft = match body::media_type(request.headers()) {
        "application/json" => return json(app, actor, project, request).await,
        "multipart/form-data" => body::multipart(app, request, &mut options).await?.draft(app).await?,
        _ => import::receive(app, &options.file, request.into_body().into_data_stream()).await?,
    };
    Ok(Sent { options, draft, kept: None })
}

async fn json(app: &App, actor: &Actor, project: &ProjectId, request: Request) -> Result<Sent, ApiError> {
    let Json(new) = Json::<NewImport>::from_request(request, app).await?;
    let draft = match (&new.text, &new.files, new.git, &new.import) {
        (Some(text), None, None, None) => Draft::of_text(text)?,
        (None, Some(files), None, None) => Draft::of_files(files)?,
        (None, None, Some(git), None) => Content::Git(git).draft(app).await?,
        (None, None, None, Some(import)) => import::open(app, actor, project, import).await?,
        _ => return Err(Error::invalid("send one of text, files, git and import").into()),
    };
    let options = Options { name: new.name, root: new.root, dry_run: new.dry_run, file: String::new() };
    Ok(Sent { options, draft, kept: new.import })
}

/// Looks again at what an import with `dry_run` kept.
#[utoipa::path(get, path = "/projects/{id}/imports/{import}", params(("id" = String, Path), ("import" = String, Path), Root), responses((status = OK, body = Imported)))]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path((project, id)): Path<(ProjectId, ImportId)>,
    Query(query): Query<Root>,
) -> ApiResult<Json<Imported>> {
    let draft = import::open(&app, &actor, &project, &id).await?;
    let report = import::preview(&app, draft, query.root.as_deref()).await?.report;
    Ok(Json(Imported { id: Some(id), blueprint: None, report }))
}
