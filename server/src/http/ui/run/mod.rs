//! The page of one run: phases, decision, plan, log.

mod import;
mod phases;
mod plan;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;

use self::{
    import::ImportPanel,
    phases::{PhaseView, phases},
    plan::PlanPanel,
};
use super::{
    layout::{Chip, Layout, Moment},
    page::{Form, PageResult, Viewer, go, sentence},
    runs,
};
use crate::{
    app::App,
    project::projects,
    run::{
        Operation, Options, Status, import as import_service,
        service::{self, Actions},
        start,
    },
    store::{RunId, runs::Run},
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/runs/{id}", get(page))
        .route("/runs/{id}/confirm", post(confirm))
        .route("/runs/{id}/discard", post(discard))
        .route("/runs/{id}/cancel", post(cancel))
        .route("/runs/{id}/again", post(again))
        .route("/runs/{id}/import/add", post(import::add))
        .route("/runs/{id}/import/discard", post(import::discard))
}

#[derive(Template, WebTemplate)]
#[template(path = "run/page.html")]
struct RunPage {
    layout: Layout,
    id: String,
    number: i64,
    title: String,
    state: Chip,
    operation: String,
    environment: String,
    deployment_id: String,
    blueprint: String,
    blueprint_id: String,
    revision: i64,
    created: Moment,
    created_by: String,
    is_final: bool,
    phases: Vec<PhaseView>,
    actions: Actions,
    destroys: bool,
    notice: Option<Notice>,
    approval: Option<String>,
    plan: PlanPanel,
    /// Of a run that imports.
    import: Option<ImportPanel>,
    /// Of the run that does the same again.
    key: String,
    options: Vec<OptionView>,
    /// Only a part of the deployment is planned.
    limited: bool,
}

/// What the run does otherwise than others.
struct OptionView {
    what: &'static str,
    names: Vec<String>,
}

/// Why the run is where it is, when that needs words.
struct Notice {
    tone: &'static str,
    heading: &'static str,
    text: String,
}

async fn page(State(app): State<App>, viewer: Viewer, Path(id): Path<RunId>) -> PageResult {
    let actor = &viewer.actor;
    let view = service::get(&app, actor, &id).await?;
    let run = view.run;
    let project = projects::get(&app, actor, &run.project_id).await?;
    let deployment = crate::project::deployments::get(&app, actor, &run.deployment_id).await?;
    let events = service::events(&app, actor, &id).await?;
    let plan = service::plan(&app, actor, &id).await?;
    let imported = match run.operation {
        Operation::Import => Some(import_service::view(&app, actor, &id).await?),
        _ => None,
    };
    let page = RunPage {
        layout: layout(&viewer, &run, &project.name, &deployment.blueprint_id.0),
        state: runs::chip(&run),
        title: runs::title(&run),
        operation: runs::operation_word(run.operation).to_lowercase(),
        phases: phases(&run, &events),
        notice: notice(&run),
        approval: approval(&run),
        plan: plan::panel(&run, plan),
        import: imported.map(import::panel),
        key: hex::encode(rand::random::<[u8; 16]>()),
        options: options(&run),
        limited: !run.options.targets.is_empty(),
        destroys: run.operation == Operation::Destroy,
        is_final: run.status.is_final(),
        actions: view.actions,
        id: run.id.0,
        number: run.number,
        environment: run.environment,
        deployment_id: run.deployment_id.0,
        blueprint: run.blueprint,
        blueprint_id: deployment.blueprint_id.0,
        revision: run.revision,
        created: run.created_at.into(),
        created_by: run.created_by.unwrap_or_else(|| "a deleted account".into()),
    };
    Ok(page.into_response())
}

fn layout(viewer: &Viewer, run: &Run, project: &str, blueprint_id: &str) -> Layout {
    viewer
        .layout()
        .crumb(project, format!("/projects/{}", run.project_id))
        .crumb(&run.blueprint, format!("/blueprints/{blueprint_id}"))
        .crumb(&run.environment, format!("/deployments/{}", run.deployment_id))
        .here(format!("Run {}", run.number))
}

fn options(run: &Run) -> Vec<OptionView> {
    let Options { targets, replaces, variables } = &run.options;
    let all = [("Only", targets), ("Replaces", replaces), ("With values of its own for", variables)];
    let some = all.into_iter().filter(|(_, names)| !names.is_empty());
    some.map(|(what, names)| OptionView { what, names: names.clone() }).collect()
}

fn notice(run: &Run) -> Option<Notice> {
    let reason = run.reason.as_deref().map(sentence).unwrap_or_default();
    let (tone, heading, fallback) = match run.status {
        Status::Errored => ("bad", "The run failed", "The log says why."),
        Status::Canceled => ("warn", "The run was canceled", "Nothing more happens."),
        Status::ForceCanceled => (
            "bad",
            "The run was ended by force",
            "What was in flight may be half done. Plan again to see what is there.",
        ),
        Status::OutcomeUnknown => (
            "bad",
            "Nobody knows how the apply ended",
            "The machine that did it is gone. Look at the resources, then discard this run to free the deployment.",
        ),
        Status::Discarded => ("warn", "The plan was discarded", "Nothing was changed."),
        Status::Pending => (
            "",
            "An earlier run goes first",
            "Runs that may change something happen one at a time. This one starts by itself.",
        ),
        _ => return None,
    };
    Some(Notice { tone, heading, text: if reason.is_empty() { fallback.into() } else { reason } })
}

fn approval(run: &Run) -> Option<String> {
    let who = run.approved_by.as_deref()?;
    let comment = run.approval_comment.as_deref().filter(|c| !c.is_empty());
    Some(match comment {
        Some(comment) => format!("Approved by {who}: “{comment}”"),
        None => format!("Approved by {who}."),
    })
}

#[derive(Deserialize)]
struct Decision {
    #[serde(default)]
    comment: String,
    #[serde(default)]
    force: bool,
}

/// The stream of the run tells the page what came of it.
async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RunId>,
    Form(decision): Form<Decision>,
) -> PageResult<StatusCode> {
    service::confirm(&app, &viewer.actor, &id, &decision.comment).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn discard(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RunId>,
    Form(decision): Form<Decision>,
) -> PageResult<StatusCode> {
    service::discard(&app, &viewer.actor, &id, &decision.comment).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn cancel(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RunId>,
    Form(decision): Form<Decision>,
) -> PageResult<StatusCode> {
    service::cancel(&app, &viewer.actor, &id, decision.force).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Again {
    /// Made with the page: a second click on the button is the same run.
    key: Option<String>,
}

async fn again(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RunId>,
    Form(again): Form<Again>,
) -> PageResult {
    let view = start::again(&app, &viewer.actor, &id, again.key.as_deref()).await?;
    Ok(go(&format!("/runs/{}", view.run.id)))
}
