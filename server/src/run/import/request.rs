//! What an import is asked to import, checked before anything starts.

use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Edit, Import, ImportFault, MAX_IMPORTS, Target},
    error::{Error, FieldError, Result},
    project::{blueprints::Texts, design},
    run::artefacts,
    store::{RunId, deployments::Deployment},
};
use cloudoven_crawler::catalog::Kind;

/// What is needed to start an import.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartImport {
    /// The objects to import.
    #[serde(default)]
    pub imports: Vec<Import>,
    /// `import` blocks, read besides `imports`.
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub message: String,
}

impl StartImport {
    /// All objects that it names.
    ///
    /// # Errors
    /// The code can't be read, or there are none or too many.
    pub fn all(&self) -> Result<Vec<Import>> {
        let refused = |error: blueprint::EditError| {
            let place = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
            Error::field("code", format!("{place}{}", error.message))
        };
        let mut imports = self.imports.clone();
        if !self.code.trim().is_empty() {
            imports.extend(blueprint::read_imports(&self.code).map_err(refused)?);
        }
        match imports.len() {
            0 => Err(Error::field("imports", "name what to import")),
            n if n > MAX_IMPORTS => {
                Err(Error::field("imports", format!("import at most {MAX_IMPORTS} objects at once")))
            }
            _ => Ok(imports),
        }
    }
}

/// What a run imports. Stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub imports: Vec<Import>,
    /// For each, whether the blueprint had its configuration.
    pub configured: Vec<bool>,
}

impl Request {
    /// Stores it with the run.
    pub async fn store(&self, app: &App, run: &RunId) -> Result<()> {
        artefacts::put(app, &key(run), &serde_json::to_vec(self)?).await
    }
}

/// What a run was asked to import.
pub async fn requested(app: &App, run: &RunId) -> Result<Request> {
    let bytes = artefacts::get(app, &key(run)).await?.ok_or(Error::NotFound("import"))?;
    Ok(serde_json::from_slice(&bytes)?)
}

fn key(run: &RunId) -> String {
    artefacts::key(run, "import-request")
}

/// A checked request, and the code that the run works with.
pub struct Prepared {
    pub request: Request,
    pub files: Texts,
}

/// Checks what is to be imported against the deployment's revision, and adds it to its code.
///
/// # Errors
/// What is wrong, by row and field.
pub async fn prepare(
    app: &App,
    actor: &Actor,
    deployment: &Deployment,
    imports: &[Import],
) -> Result<Prepared> {
    let revision = deployment.effective_revision();
    let document = design::open(app, actor, &deployment.blueprint_id, Some(revision)).await?.document;
    let faults = blueprint::check_imports(&document, imports);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults.into_iter().map(field_error).collect()));
    }
    let targets: Vec<Target> = imports.iter().filter_map(|import| Target::read(&import.to).ok()).collect();
    let types = targets.iter().filter(|target| target.modules.is_empty());
    let needs: Vec<(Kind, String)> = types.map(|target| (Kind::Resource, target.ty.clone())).collect();
    let schemas = app.catalogs.schemas(&document, &needs).await?;
    let unknown = targets.iter().enumerate().filter(|(_, target)| target.modules.is_empty());
    let unknown = unknown.filter_map(|(index, target)| {
        // One unknown type, and Terraform does nothing for all others.
        let provider = schemas.providers.get(blueprint::local_name(&target.ty))?;
        let missing = schemas.get(Kind::Resource, &target.ty).is_none();
        let message = format!("{} {} has no resource type {}", provider.address, provider.version, target.ty);
        missing.then(|| field_error(ImportFault { index, field: "to", message }))
    });
    let unknown: Vec<FieldError> = unknown.collect();
    if !unknown.is_empty() {
        return Err(Error::Invalid(unknown));
    }
    let request = Request {
        imports: imports.to_vec(),
        configured: targets.iter().map(|target| blueprint::is_configured(&document, target)).collect(),
    };
    let edit = Edit::AddCode { code: blueprint::import_blocks(imports) };
    let files = design::applied(document, edit, schemas).await?;
    Ok(Prepared { request, files })
}

fn field_error(fault: ImportFault) -> FieldError {
    FieldError { pointer: format!("/imports/{}/{}", fault.index, fault.field), message: fault.message }
}
