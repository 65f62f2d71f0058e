//! The one error of the service: kinds that the HTTP layer renders as a page or as problem+json.

use std::collections::BTreeMap;

use serde::Serialize;

/// What went wrong, in terms of what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such thing, or none that the caller may see.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The input can't be accepted; each entry says where and why.
    #[error("{}", summary(.0))]
    Invalid(Vec<FieldError>),
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthorized,
    #[error("{0}")]
    Forbidden(String),
    /// The thing is in another state than the request supposes.
    #[error("{0}")]
    Conflict(String),
    /// An edit was made on a revision that isn't the latest any more. Both texts come with it, so that nothing is lost.
    #[error("somebody saved r{} meanwhile; your edit was made on r{}", .0.head, .0.base)]
    Stale(Box<Stale>),
    /// Too many attempts; seconds to wait.
    #[error("too many attempts; try again in {0} seconds")]
    TooMany(u64),
    /// A part that the request needs isn't there now (no Docker engine, no blob store).
    #[error("{0}")]
    Unavailable(String),
    /// A fault of ours. The cause goes to the log, the caller sees a request id.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

/// The two sides of a conflicting edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Stale {
    /// The revision that the edit was made on.
    pub base: i64,
    /// The latest revision.
    pub head: i64,
    /// The latest revision's files.
    pub theirs: BTreeMap<String, String>,
    /// The files as the refused edit would have left them; empty when the edit itself no longer fits.
    pub yours: BTreeMap<String, String>,
}

/// One thing wrong with the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the value in the request, `/name`; empty for the whole.
    pub pointer: String,
    pub message: String,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One bad field. `field` is its name in the request.
    pub fn field(field: &str, message: impl Into<String>) -> Error {
        Error::Invalid(vec![FieldError { pointer: format!("/{field}"), message: message.into() }])
    }

    /// Input that's wrong as a whole.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::Invalid(vec![FieldError { pointer: String::new(), message: message.into() }])
    }

    pub fn internal(cause: impl Into<anyhow::Error>) -> Error {
        Error::Internal(cause.into())
    }
}

fn summary(errors: &[FieldError]) -> String {
    let one = |e: &FieldError| match e.pointer.trim_start_matches('/') {
        "" => e.message.clone(),
        field => format!("{field}: {}", e.message),
    };
    errors.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl From<anyhow::Error> for Error {
    fn from(cause: anyhow::Error) -> Self {
        Error::Internal(cause)
    }
}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        match cause {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => {
                tracing::error!(%cause, "database unavailable");
                Error::Unavailable("the database does not answer; try again in a moment".into())
            }
            other => Error::Internal(anyhow::Error::new(other)),
        }
    }
}

impl From<object_store::Error> for Error {
    fn from(cause: object_store::Error) -> Self {
        Error::Internal(anyhow::Error::new(cause))
    }
}

impl From<serde_json::Error> for Error {
    fn from(cause: serde_json::Error) -> Self {
        Error::Internal(anyhow::Error::new(cause))
    }
}
