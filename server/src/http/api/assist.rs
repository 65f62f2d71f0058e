//! What an editor asks about a place in a blueprint's text. The text is sent along: it need not be saved nor be valid.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    auth::Actor,
    blueprint::{
        ElementKind, Path as ArgumentPath,
        assist::{self, Completion, Position, Signature, TextRange},
    },
    error::{Error, Result},
    http::{extract::Json, markdown, problem::ApiResult},
    project::assist::{Asked, At, Places, Ready, prepare},
    store::BlueprintId,
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(completions))
        .routes(routes!(hover))
        .routes(routes!(definition))
        .routes(routes!(references))
        .routes(routes!(outline))
        .routes(routes!(signature))
}

/// A text and a place in it: a file (`file`), or the expression of a form's field (`element` and `path`).
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// The file's name. The blueprint need not have it yet.
    file: Option<String>,
    /// Instead of a file, an element's address.
    element: Option<String>,
    /// With `element`: the argument that the expression is for.
    path: Option<ArgumentPath>,
    /// The text as it is in the editor, at most 1 MiB.
    text: String,
    /// The caret. Lines and characters count from 0, characters in UTF-16 units, as in the Language Server Protocol.
    #[serde(default)]
    position: Position,
}

impl Place {
    /// For questions whose answers are places in files.
    async fn in_file(self, app: &App, actor: &Actor, id: &BlueprintId) -> Result<Ready> {
        if self.file.is_none() {
            return Err(Error::field(
                "file",
                "say which file: this is not answered for an element's argument",
            ));
        }
        self.ready(app, actor, id).await
    }

    async fn ready(self, app: &App, actor: &Actor, id: &BlueprintId) -> Result<Ready> {
        let at = match (self.file, self.element, self.path) {
            (Some(file), None, None) => At::File(file),
            (None, Some(element), Some(path)) => At::Field(element, path),
            _ => return Err(Error::field("file", "say either file, or element and path")),
        };
        prepare(app, actor, id, Asked { at, text: self.text, position: self.position }).await
    }
}

/// A completion, and what of the text it takes the place of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Item {
    #[serde(flatten)]
    completion: Completion,
    range: TextRange,
}

/// Completions at a place, best first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Items {
    items: Vec<Item>,
    /// There are more than are told: ask again once more has been typed.
    incomplete: bool,
}

/// Completions at the caret: blocks, types, arguments, references, functions, documented values; nothing in comments.
#[utoipa::path(post, path = "/blueprints/{id}/assist/completions", params(("id" = String, Path)), request_body = Place, responses((status = OK, body = Items)))]
async fn completions(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(place): Json<Place>,
) -> ApiResult<Json<Items>> {
    let ready = place.ready(&app, &actor, &id).await?;
    let answer = |workspace: &assist::Workspace, spot: assist::Spot, places: &mut Places| {
        let found = assist::complete(workspace, spot);
        let item = |completion: Completion| Item { range: places.here(completion.span), completion };
        Items { items: found.items.into_iter().map(item).collect(), incomplete: found.incomplete }
    };
    Ok(Json(ready.ask(answer).await?))
}

/// What is known of a word.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Hover {
    /// Markdown, in parts a provider author's: sanitise it when you render it.
    text: String,
    /// The same, rendered and sanitised.
    html: String,
    range: TextRange,
}

/// What is known of the word at the caret; `null` where that is nothing.
#[utoipa::path(post, path = "/blueprints/{id}/assist/hover", params(("id" = String, Path)), request_body = Place, responses((status = OK, body = Option<Hover>)))]
async fn hover(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(place): Json<Place>,
) -> ApiResult<Json<Option<Hover>>> {
    let ready = place.ready(&app, &actor, &id).await?;
    let answer = |workspace: &assist::Workspace, spot: assist::Spot, places: &mut Places| {
        let found = assist::hover(workspace, spot)?;
        let html = markdown::render(&found.text);
        Some(Hover { range: places.here(found.span), text: found.text, html })
    };
    Ok(Json(ready.ask(answer).await?))
}

/// A place in one of the files.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Location {
    file: String,
    range: TextRange,
    /// The line, without the blanks around it.
    line: String,
}

impl Location {
    fn of(found: assist::Location, places: &mut Places) -> Location {
        let (range, line) = places.in_file(&found.file, found.span);
        let line = line.trim();
        Location { range, line: line[..line.floor_char_boundary(200)].to_owned(), file: found.file }
    }
}

/// Places that an answer tells.
const MAX_PLACES: usize = 1_000;

/// Where what is named at the caret is declared; `null` where that is nowhere.
#[utoipa::path(post, path = "/blueprints/{id}/assist/definition", params(("id" = String, Path)), request_body = Place, responses((status = OK, body = Option<Location>)))]
async fn definition(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(place): Json<Place>,
) -> ApiResult<Json<Option<Location>>> {
    let ready = place.in_file(&app, &actor, &id).await?;
    let answer = |workspace: &assist::Workspace, spot: assist::Spot, places: &mut Places| {
        assist::definition(workspace, spot).map(|found| Location::of(found, places))
    };
    Ok(Json(ready.ask(answer).await?))
}

/// Everywhere that the element at the caret is named, its declaration first; 1,000 places at most.
#[utoipa::path(post, path = "/blueprints/{id}/assist/references", params(("id" = String, Path)), request_body = Place, responses((status = OK, body = Vec<Location>)))]
async fn references(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(place): Json<Place>,
) -> ApiResult<Json<Vec<Location>>> {
    let ready = place.in_file(&app, &actor, &id).await?;
    let answer = |workspace: &assist::Workspace, spot: assist::Spot, places: &mut Places| {
        let found = assist::references_at(workspace, spot).into_iter();
        found.take(MAX_PLACES).map(|location| Location::of(location, places)).collect()
    };
    Ok(Json(ready.ask(answer).await?))
}

/// Lines of an outline.
const MAX_SYMBOLS: usize = 10_000;

/// A line of an outline.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Symbol {
    /// An element's address, a nested block's keyword with its labels.
    name: String,
    /// Absent for a nested block.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<ElementKind>,
    range: TextRange,
    /// Where the name is.
    selection: TextRange,
    #[schema(no_recursion)]
    children: Vec<Symbol>,
}

impl Symbol {
    /// The first `left` of them, counted down. The parser has bounded how deep blocks are nested.
    fn all(symbols: Vec<assist::Symbol>, places: &Places, left: &mut usize) -> Vec<Symbol> {
        let mut all = Vec::new();
        for symbol in symbols {
            let Some(less) = left.checked_sub(1) else { break };
            *left = less;
            all.push(Symbol {
                name: symbol.name,
                kind: symbol.kind,
                range: places.here(symbol.span),
                selection: places.here(symbol.selection),
                children: Symbol::all(symbol.children, places, left),
            });
        }
        all
    }
}

/// The blocks of the file, and the blocks in them; 10,000 at most.
#[utoipa::path(post, path = "/blueprints/{id}/assist/outline", params(("id" = String, Path)), request_body = Place, responses((status = OK, body = Vec<Symbol>)))]
async fn outline(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(place): Json<Place>,
) -> ApiResult<Json<Vec<Symbol>>> {
    let ready = place.in_file(&app, &actor, &id).await?;
    let answer = |workspace: &assist::Workspace, spot: assist::Spot, places: &mut Places| {
        Symbol::all(assist::outline(workspace.document, spot.file), places, &mut { MAX_SYMBOLS })
    };
    Ok(Json(ready.ask(answer).await?))
}

/// What the function takes whose call is being written at the caret; `null` outside of calls.
#[utoipa::path(post, path = "/blueprints/{id}/assist/signature", params(("id" = String, Path)), request_body = Place, responses((status = OK, body = Option<Signature>)))]
async fn signature(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BlueprintId>,
    Json(place): Json<Place>,
) -> ApiResult<Json<Option<Signature>>> {
    let ready = place.ready(&app, &actor, &id).await?;
    let answer = |workspace: &assist::Workspace, spot: assist::Spot, _: &mut Places| {
        assist::signature(workspace, spot)
    };
    Ok(Json(ready.ask(answer).await?))
}
