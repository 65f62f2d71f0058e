//! "Add to a blueprint": an example of the documentation becomes part of a design.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{Path, State},
    response::IntoResponse,
};
use cloudoven_crawler::catalog::{Document, Kind};
use serde::Deserialize;

use super::{
    document::{ElementPath, load},
    element_url,
};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Edit},
    error::{Error, Result},
    http::ui::{
        layout::count,
        page::{Form, PageResult, Viewer, go_saying, place, refused, url_encode},
    },
    project::{blueprints, design},
    store::BlueprintId,
};

/// Blueprints that are offered.
const MOST: usize = 200;

#[derive(Template, WebTemplate)]
#[template(path = "catalog/_add_example.html")]
struct AddForm {
    action: String,
    title: String,
    /// Project and its blueprints: id and name.
    projects: Vec<(String, Vec<(String, String)>)>,
    /// There are more blueprints than are offered.
    more: bool,
    chosen: String,
    error: String,
}

/// Which example, by its number from 1.
#[derive(Debug, Deserialize)]
pub(super) struct ExamplePath {
    #[serde(flatten)]
    element: ElementPath,
    number: usize,
}

/// What the form submits.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    blueprint: BlueprintId,
}

pub(super) async fn dialog(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<ExamplePath>,
) -> PageResult {
    let (_, document) = load(&app, path.element).await?;
    Ok(form(&app, &viewer.actor, &document, path.number).await?.into_response())
}

async fn form(app: &App, actor: &Actor, document: &Document, number: usize) -> Result<AddForm> {
    let example = example(document, number)?;
    let url = element_url(&document.provider, &document.version, document.kind, &document.name);
    let mut all = blueprints::everywhere(app, actor, "", MOST + 1).await?;
    let more = all.len() > MOST;
    all.truncate(MOST);
    all.sort_by(|a, b| (&a.project, &a.blueprint.name).cmp(&(&b.project, &b.blueprint.name)));
    let mut projects: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for found in all {
        let entry = (found.blueprint.id.0, found.blueprint.name);
        match projects.last_mut().filter(|(project, _)| *project == found.project) {
            Some((_, list)) => list.push(entry),
            None => projects.push((found.project, vec![entry])),
        }
    }
    Ok(AddForm {
        action: format!("{url}/examples/{number}/add"),
        title: if example.title.is_empty() { document.name.clone() } else { example.title.clone() },
        projects,
        more,
        chosen: String::new(),
        error: String::new(),
    })
}

fn example(document: &Document, number: usize) -> Result<&cloudoven_crawler::catalog::Example> {
    let found = number.checked_sub(1).and_then(|i| document.examples.get(i));
    found.ok_or(Error::NotFound("example"))
}

pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(path): Path<ExamplePath>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (_, document) = load(&app, path.element).await?;
    let code = example(&document, path.number)?.code.clone();
    match insert(&app, &viewer.actor, &chosen.blueprint, &document, code).await {
        Ok((element, added)) => {
            let said = format!("Added {}. Undo takes it out again.", count(added, "element", "elements"));
            let url = format!("/blueprints/{}?element={}", chosen.blueprint, url_encode(&element));
            Ok(go_saying(&url, &said))
        }
        Err(error) => {
            let form = form(&app, &viewer.actor, &document, path.number).await?;
            let error = place(error, &mut [])?;
            Ok(refused(AddForm { error, chosen: chosen.blueprint.0, ..form }))
        }
    }
}

/// Adds the code to the latest revision. Gives back the new element that the page is about, and how many are new.
async fn insert(
    app: &App,
    actor: &Actor,
    id: &BlueprintId,
    document: &Document,
    code: String,
) -> Result<(String, usize)> {
    let before = design::open(app, actor, id, None).await?;
    let edited = design::edit(app, actor, id, before.revision.number, Edit::AddCode { code }).await?;
    let is_new = |e: &&blueprint::Element| before.document.element(&e.address).is_none();
    let new: Vec<&blueprint::Element> = edited.opened.document.elements().iter().filter(is_new).collect();
    let kind = |e: &blueprint::Element| e.kind.catalog().unwrap_or(Kind::Function);
    let about = new.iter().find(|e| kind(e) == document.kind && e.ty.as_deref() == Some(&document.name));
    let address = about.map(|e| e.address.clone()).or(edited.address).unwrap_or_default();
    Ok((address, new.len()))
}
