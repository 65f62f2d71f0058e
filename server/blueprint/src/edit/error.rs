//! Why an edit is refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    diagnostic::{Code, Diagnostic},
    files::FilesError,
    path::Path,
};

/// Why an edit was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EditErrorKind {
    /// No such element, argument, block or file.
    NotFound,
    /// A bad name, value or path.
    Invalid,
    /// The text is not HCL.
    Syntax,
    /// The name is taken.
    Conflict,
    /// Past a limit.
    TooLarge,
}

/// A refused edit. The document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, ToSchema)]
#[error("{message}")]
pub struct EditError {
    pub kind: EditErrorKind,
    pub message: String,
    /// The file, where the fault is in a file's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line and column from 1, in the file or in the expression that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
}

impl EditError {
    pub(crate) fn new(kind: EditErrorKind, message: impl Into<String>) -> Self {
        EditError {
            kind,
            message: message.into(),
            file: None,
            line: None,
            column: None,
            element: None,
            path: None,
        }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        EditError::new(EditErrorKind::NotFound, message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        EditError::new(EditErrorKind::Invalid, message)
    }

    /// The same fault with the element and path that were asked for.
    pub(crate) fn at(mut self, element: &str, path: &Path) -> Self {
        self.element.get_or_insert_with(|| element.to_owned());
        self.path.get_or_insert_with(|| path.clone());
        self
    }
}

impl From<Diagnostic> for EditError {
    fn from(fault: Diagnostic) -> Self {
        let kind = match fault.code {
            Code::TooLarge => EditErrorKind::TooLarge,
            _ => EditErrorKind::Syntax,
        };
        EditError {
            file: Some(fault.file),
            line: Some(fault.line),
            column: Some(fault.column),
            ..EditError::new(kind, fault.message)
        }
    }
}

impl From<FilesError> for EditError {
    fn from(error: FilesError) -> Self {
        let kind = match error {
            FilesError::Name(_) | FilesError::NotText(_) => EditErrorKind::Invalid,
            _ => EditErrorKind::TooLarge,
        };
        EditError::new(kind, error.to_string())
    }
}
