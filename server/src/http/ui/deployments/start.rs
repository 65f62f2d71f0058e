//! The form that starts a run.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    routing::post,
};
use serde::Deserialize;

use super::{missing, variable_fields};
use crate::{
    app::App,
    blueprint,
    error::{Error, FieldError, Result},
    http::ui::{
        layout::Field,
        page::{Form, PageResult, Viewer, go, place, refused},
        runs,
    },
    project::deployments,
    run::{
        Operation,
        start::{self, StartRun},
    },
    store::DeploymentId,
};

pub fn router() -> Router<App> {
    Router::new().route("/deployments/{id}/runs", post(begin))
}

#[derive(Template, WebTemplate)]
#[template(path = "deployment/_start.html")]
pub(super) struct StartForm {
    id: String,
    key: String,
    operations: Vec<Choice>,
    message: String,
    targets: Field,
    replaces: Field,
    variables: Field,
    /// What must be filled in before a run can start.
    missing: Vec<String>,
    runs_off: bool,
    error: String,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

#[derive(Deserialize)]
struct NewRun {
    operation: Operation,
    #[serde(default)]
    message: String,
    /// One address in each line.
    #[serde(default)]
    targets: String,
    #[serde(default)]
    replaces: String,
    /// As in a `.tfvars` file.
    #[serde(default)]
    variables: String,
    /// Made with the page: a second click on the button is the same run.
    key: Option<String>,
}

impl StartForm {
    /// The form as it is before anything is typed.
    pub(super) fn new(id: &DeploymentId, missing: Vec<String>, runs_off: bool) -> StartForm {
        StartForm {
            id: id.0.clone(),
            key: hex::encode(rand::random::<[u8; 16]>()),
            operations: operations(Operation::Apply),
            message: String::new(),
            targets: Field::new("targets", ""),
            replaces: Field::new("replaces", ""),
            variables: Field::new("variables", ""),
            missing,
            runs_off,
            error: String::new(),
        }
    }

    /// Whether one of the options is set, or wrong.
    fn has_options(&self) -> bool {
        let fields = [&self.targets, &self.replaces, &self.variables];
        fields.iter().any(|field| !field.value.is_empty() || !field.error.is_empty())
    }

    fn typed(&mut self, new: &NewRun) {
        self.operations = operations(new.operation);
        self.message.clone_from(&new.message);
        self.targets.value.clone_from(&new.targets);
        self.replaces.value.clone_from(&new.replaces);
        self.variables.value.clone_from(&new.variables);
    }

    fn refuse(&mut self, error: Error) -> PageResult<()> {
        let error = match error {
            // Of a field with many lines, the line stands in the message.
            Error::Invalid(errors) => Error::Invalid(errors.into_iter().map(of_field).collect()),
            other => other,
        };
        self.error = place(error, &mut [&mut self.targets, &mut self.replaces, &mut self.variables])?;
        Ok(())
    }
}

fn operations(chosen: Operation) -> Vec<Choice> {
    let all = [
        (Operation::Apply, "Plan, then apply when approved"),
        (Operation::Plan, "Plan only"),
        (Operation::Destroy, "Destroy everything, when approved"),
        (Operation::Refresh, "Refresh the state"),
    ];
    let choice = |(operation, label): (Operation, &'static str)| Choice {
        value: operation.as_str(),
        label,
        chosen: operation == chosen,
    };
    all.map(choice).into()
}

fn of_field(error: FieldError) -> FieldError {
    let field = error.pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
    FieldError { pointer: format!("/{field}"), message: error.message }
}

async fn begin(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DeploymentId>,
    Form(new): Form<NewRun>,
) -> PageResult {
    let asked = asked(&new);
    let started = match asked {
        Ok(start) => start::create(&app, &viewer.actor, &id, &start, new.key.as_deref()).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(view) => Ok(go(&format!("/runs/{}", view.run.id))),
        Err(error) => {
            let deployment = deployments::get(&app, &viewer.actor, &id).await?;
            let fields = variable_fields(&app, &viewer.actor, &deployment).await?;
            let off = runs::runs_off(&app).await.is_some();
            let mut form = StartForm::new(&id, missing(&deployment, &fields), off);
            form.typed(&new);
            form.refuse(error)?;
            Ok(refused(form))
        }
    }
}

fn asked(new: &NewRun) -> Result<StartRun> {
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let variables = blueprint::read_tfvars(&new.variables);
    Ok(StartRun {
        targets: lines(&new.targets),
        replaces: lines(&new.replaces),
        variables: variables.map_err(|message| Error::field("variables", message))?,
        ..StartRun::new(new.operation, new.message.trim())
    })
}
