//! Extractors.

use axum::{
    extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use axum_extra::extract::cookie::CookieJar;
use serde::de::DeserializeOwned;

use super::{cookie, problem::ApiError};
use crate::{
    app::App,
    auth::{Actor, Token},
    error::{Error, Result},
    store::users,
};

impl FromRequestParts<App> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Actor, ApiError> {
        Ok(actor(&parts.headers, app).await?.ok_or(Error::Unauthorized)?)
    }
}

impl OptionalFromRequestParts<App> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Actor>, ApiError> {
        Ok(actor(&parts.headers, app).await?)
    }
}

/// Who sends these headers: an API token (`Authorization: Bearer …`, RFC 6750) or else the session cookie.
pub async fn actor(headers: &HeaderMap, app: &App) -> Result<Option<Actor>> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|v| v.strip_prefix("Bearer ")).ok_or(Error::Unauthorized)?;
        let hash = Token::from_text(token.trim()).hash();
        let user =
            users::by_api_token(&mut *app.db.read().await?, &hash).await?.ok_or(Error::Unauthorized)?;
        let mut tx = app.db.begin().await?;
        users::touch_token(&mut tx, &hash, app.clock.now()).await?;
        tx.commit().await?;
        return Ok(Some(user.into()));
    }
    let Some(token) = cookie::read(&CookieJar::from_headers(headers), &app.config) else { return Ok(None) };
    let user = users::by_session(&mut *app.db.read().await?, &token.hash(), app.clock.now()).await?;
    Ok(user.map(Actor::from))
}

/// A JSON body. What can't be read is answered with 422 and the place.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        match axum::Json::<T>::from_request(request, app).await {
            Ok(axum::Json(value)) => Ok(Json(value)),
            Err(rejection) => Err(ApiError(Error::invalid(rejection.body_text()))),
        }
    }
}

impl<T: serde::Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

/// Characters of an `Idempotency-Key`.
const MAX_KEY: usize = 255;

/// The `Idempotency-Key` header: the same key gives the same thing again, instead of a second one.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().map_err(|_| Error::invalid("Idempotency-Key must be plain ASCII"))?;
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(Error::invalid(format!("Idempotency-Key must have 1 to {MAX_KEY} characters")));
    }
    Ok(Some(key))
}

/// The revision number in `If-Match: "14"` (RFC 9110 13.1.1).
pub fn if_match(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|v| v.trim().trim_matches('"').parse().ok());
    number
        .map(Some)
        .ok_or_else(|| Error::invalid("If-Match must hold a revision's number in quotes, as in \"14\""))
}
