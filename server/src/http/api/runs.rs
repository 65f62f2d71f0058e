//! Runs.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{
        IntoResponse, Response,
        sse::{self, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Cursor,
    streams::{MAX_WAIT, event_of, failed},
};
use crate::{
    app::App,
    auth::Actor,
    error::{Error, Result},
    http::{
        extract::{Json, idempotency_key},
        problem::ApiResult,
    },
    project::Page,
    run::{
        log::{LogEvent, follow},
        plan::PlanView,
        service::{self, RunView},
        start::{self, StartRun},
    },
    store::{DeploymentId, ProjectId, RunId, runs::RunEvent},
};

const LOG_SIZE: HeaderName = HeaderName::from_static("x-log-size");

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(recent))
        .routes(routes!(get))
        .routes(routes!(plan))
        .routes(routes!(events))
        .routes(routes!(log))
        .routes(routes!(stream_log))
        .routes(routes!(stream_run))
        .routes(routes!(confirm))
        .routes(routes!(discard))
        .routes(routes!(cancel))
        .routes(routes!(again))
}

/// Seconds that the answer may take.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct Wait {
    /// Wait up to so many seconds (60 at most) until the run neither waits nor works.
    #[serde(default)]
    pub wait: u64,
}

#[utoipa::path(get, path = "/deployments/{id}/runs", params(("id" = String, Path), Cursor), responses((status = OK, body = Page<RunView>)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
    Query(page): Query<Cursor>,
) -> ApiResult<Json<Page<RunView>>> {
    Ok(Json(service::list(&app, &actor, &id, super::number_cursor(&page)?).await?))
}

#[utoipa::path(post, path = "/deployments/{id}/runs", params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header), Wait), request_body = StartRun, responses((status = CREATED, body = RunView)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DeploymentId>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    Json(body): Json<StartRun>,
) -> ApiResult<(StatusCode, Json<RunView>)> {
    let run = start::create(&app, &actor, &id, &body, idempotency_key(&headers)?).await?;
    Ok((StatusCode::CREATED, Json(waited(&app, &actor, run, &wait).await?)))
}

#[utoipa::path(get, path = "/projects/{id}/runs", params(("id" = String, Path)), responses((status = OK, body = Vec<RunView>)))]
async fn recent(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ProjectId>,
) -> ApiResult<Json<Vec<RunView>>> {
    Ok(Json(service::recent(&app, &actor, &id, 50).await?))
}

#[utoipa::path(get, path = "/runs/{id}", params(("id" = String, Path), Wait), responses((status = OK, body = RunView)))]
async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    Query(wait): Query<Wait>,
) -> ApiResult<Json<RunView>> {
    let run = service::get(&app, &actor, &id).await?;
    Ok(Json(waited(&app, &actor, run, &wait).await?))
}

pub(super) async fn waited(app: &App, actor: &Actor, run: RunView, wait: &Wait) -> Result<RunView> {
    match wait.wait.min(MAX_WAIT) {
        0 => Ok(run),
        seconds => service::wait(app, actor, &run.run.id, Duration::from_secs(seconds)).await,
    }
}

/// What the plan would do. 404 before there is one.
#[utoipa::path(get, path = "/runs/{id}/plan", params(("id" = String, Path)), responses((status = OK, body = PlanView)))]
async fn plan(State(app): State<App>, actor: Actor, Path(id): Path<RunId>) -> ApiResult<Json<PlanView>> {
    Ok(Json(service::plan(&app, &actor, &id).await?.ok_or(Error::NotFound("plan"))?))
}

#[utoipa::path(get, path = "/runs/{id}/events", params(("id" = String, Path)), responses((status = OK, body = Vec<RunEvent>)))]
async fn events(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
) -> ApiResult<Json<Vec<RunEvent>>> {
    Ok(Json(service::events(&app, &actor, &id).await?))
}

/// Where a log goes on.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct Offset {
    /// Bytes to leave out.
    #[serde(default)]
    pub offset: i64,
}

/// The log as it is now, from an offset on. `X-Log-Size` is the size of the whole.
#[utoipa::path(get, path = "/runs/{id}/log", params(("id" = String, Path), Offset), responses((status = OK, body = String, content_type = "text/plain")))]
async fn log(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    Query(from): Query<Offset>,
) -> ApiResult<Response> {
    let (chunk, size) = service::log(&app, &actor, &id, from.offset).await?;
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (LOG_SIZE, size.to_string())];
    Ok((headers, chunk.content).into_response())
}

/// The log from an offset on, and what is added to it: `log` events `{"text"}` whose id is the offset to go on from,
/// and after the last byte `end` with `{"status"}`. `Last-Event-ID` resumes.
#[utoipa::path(get, path = "/runs/{id}/log/stream", params(("id" = String, Path), Offset), responses((status = OK, content_type = "text/event-stream")))]
async fn stream_log(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    Query(from): Query<Offset>,
    headers: HeaderMap,
) -> ApiResult<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    service::get(&app, &actor, &id).await?;
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let events = follow(&app, &id, resumed.unwrap_or(from.offset).max(0)).map(|event| {
        Ok(match event {
            Ok(LogEvent::Text { end, text }) => event_of("log", &json!({ "text": text })).id(end.to_string()),
            Ok(LogEvent::End { status }) => event_of("end", &json!({ "status": status })),
            Err(error) => failed(&error),
        })
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// The run each time that it changes (`run` events), until it has ended (`end`).
#[utoipa::path(get, path = "/runs/{id}/stream", params(("id" = String, Path)), responses((status = OK, content_type = "text/event-stream")))]
async fn stream_run(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
) -> ApiResult<Sse<impl Stream<Item = Result<sse::Event, Infallible>>>> {
    service::get(&app, &actor, &id).await?;
    let changes = service::watch(&app, &id).flat_map(|view| {
        let events = match view {
            Ok(view) if view.run.status.is_final() => {
                vec![event_of("run", &json!(view)), event_of("end", &json!({}))]
            }
            Ok(view) => vec![event_of("run", &json!(view))],
            Err(error) => vec![failed(&error)],
        };
        futures::stream::iter(events.into_iter().map(Ok))
    });
    Ok(Sse::new(changes).keep_alive(KeepAlive::default()))
}

/// A word on a decision.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Comment {
    pub comment: String,
}

#[utoipa::path(post, path = "/runs/{id}/confirm", params(("id" = String, Path)), request_body = Comment, responses((status = OK, body = RunView)))]
async fn confirm(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    Json(body): Json<Comment>,
) -> ApiResult<Json<RunView>> {
    Ok(Json(service::confirm(&app, &actor, &id, &body.comment).await?))
}

#[utoipa::path(post, path = "/runs/{id}/discard", params(("id" = String, Path)), request_body = Comment, responses((status = OK, body = RunView)))]
async fn discard(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    Json(body): Json<Comment>,
) -> ApiResult<Json<RunView>> {
    Ok(Json(service::discard(&app, &actor, &id, &body.comment).await?))
}

/// How to cancel.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cancel {
    /// End it at once, and lose what is in flight.
    pub force: bool,
}

#[utoipa::path(post, path = "/runs/{id}/cancel", params(("id" = String, Path)), request_body = Cancel, responses((status = OK, body = RunView)))]
async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    Json(body): Json<Cancel>,
) -> ApiResult<Json<RunView>> {
    Ok(Json(service::cancel(&app, &actor, &id, body.force).await?))
}

/// Starts a run that does what this one did, with what the deployment is now: its code, its values, its state.
#[utoipa::path(post, path = "/runs/{id}/again", params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header), Wait), responses((status = CREATED, body = RunView)))]
async fn again(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RunId>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
) -> ApiResult<(StatusCode, Json<RunView>)> {
    let run = start::again(&app, &actor, &id, idempotency_key(&headers)?).await?;
    Ok((StatusCode::CREATED, Json(waited(&app, &actor, run, &wait).await?)))
}
