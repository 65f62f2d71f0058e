//! Importing Terraform code: send it, look at what would become of it, make the blueprint.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    layout::{Field, Layout, count},
    page::{Form, PageResult, Viewer, place},
};
use crate::{
    app::App,
    blueprint::{Diagnostic, Severity},
    error::{Error, Result},
    http::import::{self as body, Content, MAX_BODY, Options, Root},
    project::{
        import::{self, GitRequest, ModuleKind, ModuleReport, Preview, Report},
        projects,
    },
    store::{ImportId, ProjectId, projects::Project},
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/projects/{id}/import", get(new))
        .route("/projects/{id}/imports", post(send).layer(DefaultBodyLimit::max(MAX_BODY)))
        .route("/projects/{id}/imports/{import}", get(preview))
        .route("/projects/{id}/imports/{import}/blueprint", post(create))
}

#[derive(Template, WebTemplate)]
#[template(path = "import/new.html")]
struct NewPage {
    layout: Layout,
    project_id: String,
    /// Largest archive, MiB.
    limit: u64,
    url: Field,
    reference: Field,
    subdirectory: Field,
    username: Field,
    token: Field,
    error: String,
}

/// The field `git/<name>` of the form.
fn git_field(name: &'static str, value: &str) -> Field {
    Field { id: name.replace('/', "-"), name, value: value.to_owned(), error: String::new() }
}

fn layout(viewer: &Viewer, project: &Project) -> Layout {
    viewer
        .layout()
        .in_project(project.id.as_str(), &project.name, "blueprints")
        .crumb("Blueprints", format!("/projects/{}/blueprints", project.id))
}

/// The page with what was asked for, but never with a token.
fn new_page(viewer: &Viewer, project: Project, git: &GitRequest) -> NewPage {
    NewPage {
        layout: layout(viewer, &project).here("Import"),
        project_id: project.id.0,
        limit: import::MAX_UPLOAD >> 20,
        url: git_field("git/url", &git.url),
        reference: git_field("git/ref", &git.reference),
        subdirectory: git_field("git/subdirectory", &git.subdirectory),
        username: git_field("git/username", &git.username),
        token: git_field("git/token", ""),
        error: String::new(),
    }
}

impl NewPage {
    /// The page with what is wrong.
    fn refused(mut self, error: Error) -> PageResult {
        let (status, error) = match error {
            Error::Unavailable(message) => (StatusCode::SERVICE_UNAVAILABLE, Error::invalid(message)),
            error => (StatusCode::UNPROCESSABLE_ENTITY, error),
        };
        self.error = place(
            error,
            &mut [
                &mut self.url,
                &mut self.reference,
                &mut self.subdirectory,
                &mut self.username,
                &mut self.token,
            ],
        )?;
        Ok((status, self).into_response())
    }

    /// Whether the fields for private repositories are of interest.
    fn has_access(&self) -> bool {
        [&self.username, &self.token].iter().any(|field| !field.value.is_empty() || !field.error.is_empty())
    }
}

async fn new(State(app): State<App>, viewer: Viewer, Path(id): Path<ProjectId>) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    Ok(new_page(&viewer, project, &GitRequest::default()).into_response())
}

/// The forms without script. With it, the browser asks the API, so that progress can be shown.
async fn send(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ProjectId>,
    request: Request,
) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    let mut asked = GitRequest::default();
    match keep(&app, &viewer, &id, request, &mut asked).await {
        Ok(import) => Ok(Redirect::to(&format!("/projects/{id}/imports/{import}")).into_response()),
        Err(error) => new_page(&viewer, project, &asked).refused(error),
    }
}

/// `asked`: receives what was asked for, for the form to show it again.
async fn keep(
    app: &App,
    viewer: &Viewer,
    project: &ProjectId,
    request: Request,
    asked: &mut GitRequest,
) -> Result<ImportId> {
    let content = body::multipart(app, request, &mut Options::default()).await?;
    if let Content::Git(git) = &content {
        *asked = git.clone();
    }
    let draft = content.draft(app).await?;
    import::keep(app, &viewer.actor, project, &draft).await
}

#[derive(Template, WebTemplate)]
#[template(path = "import/preview.html")]
struct PreviewPage {
    layout: Layout,
    project_id: String,
    id: String,
    /// What was sent, in a word or two.
    from: String,
    summary: String,
    report: Report,
    secrets: String,
    is_admin: bool,
    name: Field,
    error: String,
}

async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    Path((project, id)): Path<(ProjectId, ImportId)>,
    Query(query): Query<Root>,
) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &project).await?;
    let draft = import::open(&app, &viewer.actor, &project.id, &id).await?;
    let (from, name) = (draft.from.clone(), draft.name.clone());
    let Preview { report, .. } = import::preview(&app, draft, query.root.as_deref()).await?;
    Ok(page(&viewer, &project, &id, &from, &name, report).into_response())
}

fn page(
    viewer: &Viewer,
    project: &Project,
    id: &ImportId,
    from: &str,
    name: &str,
    report: Report,
) -> PreviewPage {
    let (elements, forms) = report.counts();
    let secrets: Vec<&str> = report.secrets().map(|left| left.what.path.as_str()).collect();
    PreviewPage {
        layout: layout(viewer, project)
            .crumb("Import", format!("/projects/{}/import", project.id))
            .here("Preview"),
        project_id: project.id.to_string(),
        id: id.to_string(),
        from: if from.is_empty() { "pasted code".into() } else { from.into() },
        summary: format!(
            "{}, {}, {forms} of them with a form",
            count(report.files.len(), "file", "files"),
            count(elements, "element", "elements"),
        ),
        secrets: secrets.join(", "),
        report,
        is_admin: viewer.actor.is_admin,
        name: Field::new("name", name),
        error: String::new(),
    }
}

/// What makes the blueprint.
#[derive(Debug, Deserialize)]
struct NewBlueprint {
    name: String,
    root: Option<String>,
}

async fn create(
    State(app): State<App>,
    viewer: Viewer,
    Path((project, id)): Path<(ProjectId, ImportId)>,
    Form(input): Form<NewBlueprint>,
) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &project).await?;
    let draft = import::open(&app, &viewer.actor, &project.id, &id).await?;
    let (from, origin) = (draft.from.clone(), draft.origin());
    let preview = import::preview(&app, draft, input.root.as_deref()).await?;
    match import::create(&app, &viewer.actor, &project.id, &input.name, &origin, &preview).await {
        Ok(blueprint) => Ok(Redirect::to(&format!("/blueprints/{}", blueprint.id)).into_response()),
        Err(error) => {
            let mut page = page(&viewer, &project, &id, &from, &input.name, preview.report);
            page.error = place(error, &mut [&mut page.name])?;
            Ok::<Response, _>((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

impl PreviewPage {
    /// A finding's tone and its word.
    fn severity(&self, finding: &Diagnostic) -> (&'static str, &'static str) {
        match finding.severity {
            Severity::Error => ("destroy", "error"),
            Severity::Warning => ("update", "warning"),
            Severity::Info => ("", "note"),
        }
    }

    /// Where a module comes from: a tone, a word, and what that means here.
    fn module(&self, report: &ModuleReport) -> (&'static str, &'static str, String) {
        match report.kind {
            ModuleKind::Local => {
                let path = report.path.as_deref().unwrap_or_default();
                let path = if path.is_empty() { "the top" } else { path };
                ("create", "kept", format!("imported with it, in {path}"))
            }
            ModuleKind::Missing => {
                let text = match self.report.source {
                    None => "the folder was not sent; add it to the archive",
                    Some(_) => "the repository has no such folder; submodules are not fetched",
                };
                ("destroy", "missing", text.into())
            }
            ModuleKind::Outside => (
                "destroy",
                "missing",
                "the folder is above the root module; choose a root module that holds both".into(),
            ),
            ModuleKind::Registry => ("read", "registry", "Terraform fetches it in a run".into()),
            ModuleKind::Remote => ("read", "remote", "Terraform fetches it in a run".into()),
            ModuleKind::Unknown => ("update", "unknown", "its source is not a plain text".into()),
        }
    }
}
