//! Errors over REST: RFC 9457 problem details.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::error::{Error, FieldError, Stale};

/// An error that REST handlers answer with.
#[derive(Debug)]
pub struct ApiError(pub Error);

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        ApiError(error.into())
    }
}

/// What REST handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

/// The body of an error answer, `application/problem+json`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// What kind of error it is, in a word or two.
    pub title: &'static str,
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// One entry per bad value in the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Both sides of a conflicting edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Stale>,
}

/// The status that an error is answered with.
pub fn status(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "not found"),
        Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid input"),
        Error::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Error::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
        Error::Conflict(_) | Error::Stale(_) => (StatusCode::CONFLICT, "conflict"),
        Error::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too many requests"),
        Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal error"),
    }
}

/// Writes an internal error's cause to the log; the answer shows only the request id (header `x-request-id`).
pub fn log(error: &Error) {
    if let Error::Internal(cause) = error {
        tracing::error!(cause = format!("{cause:#}"), "internal error");
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        log(&self.0);
        let (status, title) = status(&self.0);
        let detail = match &self.0 {
            Error::Internal(_) => {
                "something failed here; the log has the details under this answer's x-request-id".into()
            }
            other => other.to_string(),
        };
        let retry_after = match self.0 {
            Error::TooMany(seconds) => Some(seconds),
            _ => None,
        };
        let (errors, stale) = match self.0 {
            Error::Invalid(errors) => (errors, None),
            Error::Stale(stale) => (Vec::new(), Some(*stale)),
            _ => (Vec::new(), None),
        };
        let mut response =
            (status, Json(Problem { title, status: status.as_u16(), detail, errors, stale })).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
