//! Runs in lists, and what a deployment's latest run says of it.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::get,
};

use super::{
    layout::{Chip, Layout, Moment},
    page::{PageResult, Viewer, sentence},
};
use crate::{
    app::App,
    project::projects,
    run::{
        Operation, Status,
        service::{self, RunView},
    },
    store::{ProjectId, deployments::Deployment, runs::Run},
};

/// Runs that a list shows.
const MOST: i64 = 100;

pub fn router() -> Router<App> {
    Router::new().route("/projects/{id}/runs", get(list))
}

/// One line of a list of runs.
pub struct RunLine {
    pub id: String,
    pub state: Chip,
    pub title: String,
    pub place: String,
    pub counts: Option<CountsView>,
    pub created: Moment,
}

/// How many resources a plan changes.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountsView {
    pub add: i64,
    pub change: i64,
    pub replace: i64,
    pub destroy: i64,
}

impl CountsView {
    pub fn is_empty(&self) -> bool {
        self.add + self.change + self.replace + self.destroy == 0
    }
}

impl From<crate::store::runs::Counts> for CountsView {
    fn from(c: crate::store::runs::Counts) -> CountsView {
        CountsView { add: c.adds, change: c.changes, replace: 0, destroy: c.destroys }
    }
}

/// Lines for a list.
pub fn lines(runs: impl IntoIterator<Item = RunView>) -> Vec<RunLine> {
    runs.into_iter().map(|view| line(view.run)).collect()
}

fn line(run: Run) -> RunLine {
    RunLine {
        state: chip(&run),
        title: title(&run),
        place: format!("{} · {} · run {}", run.blueprint, run.environment, run.number),
        counts: run.plan.map(CountsView::from),
        created: run.created_at.into(),
        id: run.id.0,
    }
}

/// What a run is called: what its author wrote, else what it does.
pub fn title(run: &Run) -> String {
    if !run.message.is_empty() {
        return run.message.clone();
    }
    operation_word(run.operation).to_owned()
}

pub fn operation_word(operation: Operation) -> &'static str {
    match operation {
        Operation::Plan => "Plan",
        Operation::Apply => "Plan and apply",
        Operation::Destroy => "Destroy",
        Operation::Refresh => "Refresh",
        Operation::Import => "Import",
    }
}

/// A run's status in a word.
pub fn chip(run: &Run) -> Chip {
    if run.cancel_requested && run.status.is_working() {
        return Chip::live("update", "canceling");
    }
    match run.status {
        Status::Pending => Chip::new("", "waits its turn"),
        Status::Queued => Chip::live("read", "queued"),
        Status::Planning => Chip::live("read", "planning"),
        Status::Planned => Chip::new("update", "needs approval"),
        Status::PolicyFailed => Chip::new("destroy", "policy failed"),
        Status::Confirmed | Status::ApplyQueued => Chip::live("read", "apply queued"),
        Status::Applying if run.operation == Operation::Destroy => Chip::live("read", "destroying"),
        Status::Applying => Chip::live("read", "applying"),
        Status::Applied if run.operation == Operation::Destroy => Chip::new("create", "destroyed"),
        Status::Applied => Chip::new("create", "applied"),
        Status::PlannedAndFinished if run.operation == Operation::Import => Chip::new("create", "found"),
        Status::PlannedAndFinished if run.plan.is_some_and(|c| CountsView::from(c).is_empty()) => {
            Chip::new("create", "no changes")
        }
        Status::PlannedAndFinished => Chip::new("", "planned"),
        Status::Discarded => Chip::new("", "discarded"),
        Status::Errored => Chip::new("destroy", "failed"),
        Status::Canceled => Chip::new("", "canceled"),
        Status::ForceCanceled => Chip::new("destroy", "force-canceled"),
        Status::OutcomeUnknown => Chip::new("destroy", "outcome unknown"),
    }
}

/// What a deployment's runs say of it.
pub struct DeploymentState {
    pub state: Chip,
    pub detail: String,
    /// When the run that says so changed last.
    pub at: Option<Moment>,
}

/// A deployment in a word, and a few more: what its runs, newest first, say.
pub fn deployment_state(deployment: &Deployment, runs: &[RunView]) -> DeploymentState {
    let mut own = runs.iter().map(|view| &view.run).filter(|run| {
        // What was looked for says nothing of what is there.
        run.deployment_id == deployment.id && run.operation != Operation::Import
    });
    let Some(latest) = own.clone().next() else {
        let detail = format!("r{}", deployment.effective_revision());
        return DeploymentState { state: Chip::new("", "not run yet"), detail, at: None };
    };
    let settled = matches!(latest.status, Status::PlannedAndFinished | Status::Discarded | Status::Canceled);
    let shown =
        if settled { own.find(|run| run.status == Status::Applied).unwrap_or(latest) } else { latest };
    let behind = deployment.effective_revision() - shown.revision;
    let (state, detail) = match (shown.status, shown.operation) {
        (Status::Applied, Operation::Destroy) => {
            (Chip::new("", "destroyed"), format!("run {}", shown.number))
        }
        (Status::Applied, _) => {
            let detail = match behind {
                0 => format!("run {}", shown.number),
                1 => "1 revision behind".into(),
                n => format!("{n} revisions behind"),
            };
            (Chip::new("create", format!("applied r{}", shown.revision)), detail)
        }
        _ => (chip(shown), format!("run {} · r{}", shown.number, shown.revision)),
    };
    DeploymentState { state, detail, at: Some(shown.updated_at.into()) }
}

/// Why runs can't be started now, when they can't.
pub async fn runs_off(app: &App) -> Option<String> {
    let status = app.executor.status().await;
    (!status.available).then(|| sentence(&status.message))
}

#[derive(Template, WebTemplate)]
#[template(path = "run/list.html")]
struct ListPage {
    layout: Layout,
    runs: Vec<RunLine>,
    runs_off: Option<String>,
}

async fn list(State(app): State<App>, viewer: Viewer, Path(id): Path<ProjectId>) -> PageResult {
    let project = projects::get(&app, &viewer.actor, &id).await?;
    let page = ListPage {
        layout: viewer.layout().in_project(id.as_str(), &project.name, "runs").here("Runs"),
        runs: lines(service::recent(&app, &viewer.actor, &id, MOST).await?),
        runs_off: runs_off(&app).await,
    };
    Ok(page.into_response())
}
