//! The caller, their API tokens, and people.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Name;
use crate::{
    app::App,
    auth::{Actor, account},
    http::{extract::Json, problem::ApiResult},
    store::{
        TokenId,
        users::{self, ApiToken},
    },
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(list_tokens, create_token))
        .routes(routes!(delete_token))
        .routes(routes!(create_user))
}

/// The person who calls.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Me {
    id: String,
    email: String,
    name: String,
    is_admin: bool,
}

impl From<Actor> for Me {
    fn from(a: Actor) -> Me {
        Me { id: a.id.0, email: a.email, name: a.name, is_admin: a.is_admin }
    }
}

#[utoipa::path(get, path = "/me", responses((status = OK, body = Me)))]
async fn me(actor: Actor) -> Json<Me> {
    Json(actor.into())
}

#[utoipa::path(get, path = "/tokens", responses((status = OK, body = Vec<ApiToken>)))]
async fn list_tokens(State(app): State<App>, actor: Actor) -> ApiResult<Json<Vec<ApiToken>>> {
    Ok(Json(users::tokens(&mut *app.db.read().await?, &actor.id).await?))
}

/// A new token. `secret` is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct NewToken {
    #[serde(flatten)]
    token: ApiToken,
    secret: String,
}

#[utoipa::path(post, path = "/tokens", request_body = Name, responses((status = CREATED, body = NewToken)))]
async fn create_token(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<Name>,
) -> ApiResult<(StatusCode, Json<NewToken>)> {
    let (token, secret) = account::create_token(&app, &actor, &body.name).await?;
    Ok((StatusCode::CREATED, Json(NewToken { token, secret: secret.reveal().to_owned() })))
}

#[utoipa::path(delete, path = "/tokens/{id}", params(("id" = String, Path)), responses((status = NO_CONTENT)))]
async fn delete_token(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<TokenId>,
) -> ApiResult<StatusCode> {
    account::revoke_token(&app, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An account to make for somebody.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: String,
    name: String,
    /// At least 10 characters; the person should change it.
    password: String,
}

/// Administrators only.
#[utoipa::path(post, path = "/users", request_body = NewUser, responses((status = CREATED, body = Me)))]
async fn create_user(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<NewUser>,
) -> ApiResult<(StatusCode, Json<Me>)> {
    let user = account::create_user(&app, &actor, &body.email, &body.name, &body.password).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}
