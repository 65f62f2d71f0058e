//! What can go wrong between a provider and a catalog.

/// An error of a crawl or of a catalog. Its text is one line that names the place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is not what it should be. `place` is the file, archive entry, or element inside it.
    #[error("{place}: {reason}")]
    Invalid { place: String, reason: String },
    #[error("{place}: {source}")]
    Io { place: String, source: std::io::Error },
    /// The catalog's storage failed.
    #[error("catalog storage: {0}")]
    Store(#[from] object_store::Error),
    /// An object of the catalog is not the JSON that this version of the program writes.
    #[error("catalog object {key}: {reason}")]
    Corrupt { key: String, reason: String },
    #[error("{0}")]
    NotFound(String),
    /// A server could not be asked, or refused. `url` is without credentials and query.
    #[error("{url}: {reason}")]
    Fetch { url: String, reason: String, status: Option<u16> },
    /// Terraform could not be run, or failed.
    #[error("{command}: {reason}")]
    Terraform { command: String, reason: String },
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn invalid(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Error::Invalid { place: place.into(), reason: reason.into() }
    }

    pub(crate) fn io(place: impl Into<String>, source: std::io::Error) -> Self {
        Error::Io { place: place.into(), source }
    }

    /// Whether a server said that it has no such thing.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Error::Fetch { status: Some(404 | 410), .. })
    }
}
