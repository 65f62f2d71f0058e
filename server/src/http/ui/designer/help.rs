//! What the docs panel says, and completions.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Json,
    extract::{Path, Query, State},
    response::IntoResponse,
};
use serde::Deserialize;

use crate::{
    app::App,
    blueprint::{self, BlockGroup, ElementKind, Field, Form, Path as FieldPath, Suggestion},
    error::Error,
    http::ui::{
        layout::count,
        markdown,
        page::{PageResult, Viewer},
    },
    project::design,
    store::BlueprintId,
};

/// Completions that are offered.
const MOST: usize = 60;

#[derive(Deserialize)]
pub struct Place {
    element: String,
    #[serde(default)]
    path: FieldPath,
    #[serde(default)]
    prefix: String,
}

#[derive(Template, WebTemplate, Default)]
#[template(path = "designer/_docs.html")]
struct DocsView {
    name: String,
    ty: String,
    required: bool,
    sensitive: bool,
    deprecated: bool,
    replaces: bool,
    default: Option<String>,
    options: Vec<String>,
    conflicts: Vec<String>,
    references: Vec<String>,
    html: String,
}

/// The whole entry of the argument or block at the path; of the element itself when the path is empty.
pub async fn docs(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(place): Query<Place>,
) -> PageResult {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    let form = blueprint::form(&opened.document, &place.element, &opened.schemas);
    let form = form.ok_or(Error::NotFound("element"))?;
    let view = if place.path.is_root() {
        let element = opened.document.element(&place.element);
        let text =
            element.and_then(|e| opened.schemas.of(e)).map(|d| d.description.clone()).unwrap_or_default();
        of_element(&form, &text)
    } else {
        find(&form, &place.path).ok_or(Error::NotFound("argument"))?
    };
    Ok(view.into_response())
}

/// What Terraform's own blocks are for.
fn purpose(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Variable => "A value that each deployment sets. Refer to it as `var.` and its name.",
        ElementKind::Local => {
            "A name for an expression that is used more than once. Refer to it as `local.` and its name."
        }
        ElementKind::Output => {
            "A value that is shown when a deployment was applied, and that others can read from its state."
        }
        ElementKind::Module => "Another configuration, used as a part of this one.",
        ElementKind::Terraform => {
            "Settings of Terraform itself: which providers this needs, in which versions."
        }
        _ => "",
    }
}

fn of_element(form: &Form, description: &str) -> DocsView {
    let own = purpose(form.kind);
    let text =
        [description, &form.summary, own].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    DocsView {
        name: form.ty.clone().unwrap_or_else(|| form.address.clone()),
        deprecated: form.deprecated,
        html: markdown::render(text),
        ..DocsView::default()
    }
}

fn find(form: &Form, path: &FieldPath) -> Option<DocsView> {
    let meta = form.meta.iter().find(|f| f.path == *path).map(of_field);
    meta.or_else(|| find_in(&form.fields, &form.blocks, path))
}

fn find_in(fields: &[Field], blocks: &[BlockGroup], path: &FieldPath) -> Option<DocsView> {
    if let Some(field) = fields.iter().find(|f| path.starts_with(&f.path)) {
        return Some(of_field(field));
    }
    blocks
        .iter()
        .filter(|g| path.starts_with(&g.path) || g.instances.iter().any(|i| path.starts_with(&i.path)))
        .find_map(|group| {
            let inside = group.instances.iter().filter(|i| path.starts_with(&i.path) && *path != i.path);
            inside
                .filter_map(|i| find_in(&i.fields, &i.blocks, path))
                .next()
                .or_else(|| Some(of_block(group)))
        })
}

fn of_field(f: &Field) -> DocsView {
    let reference = |r: &blueprint::ReferenceHint| {
        format!("{} · {}", r.label(), count(r.count as usize, "example", "examples"))
    };
    DocsView {
        name: f.name.clone(),
        ty: f.ty.clone(),
        required: f.required,
        sensitive: f.sensitive,
        deprecated: f.deprecated,
        replaces: f.forces_replacement,
        default: f.default.clone(),
        options: f.options.clone(),
        conflicts: f.conflicts_with.clone(),
        references: f.references.iter().take(4).map(reference).collect(),
        html: markdown::render(&f.docs),
    }
}

fn of_block(group: &BlockGroup) -> DocsView {
    DocsView {
        name: group.name.clone(),
        ty: format!("{:?} block", group.nesting).to_lowercase(),
        required: group.required,
        deprecated: group.deprecated,
        html: markdown::render(&group.docs),
        ..DocsView::default()
    }
}

/// Completions for the argument at the path.
pub async fn suggest(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<BlueprintId>,
    Query(place): Query<Place>,
) -> PageResult<Json<Vec<Suggestion>>> {
    let opened = design::open(&app, &viewer.actor, &id, None).await?;
    let mut found =
        blueprint::suggest(&opened.document, &opened.schemas, &place.element, &place.path, &place.prefix);
    found.truncate(MOST);
    Ok(Json(found))
}
