//! Edit operations: each takes a document and gives a new one whose text differs only in the touched spans.

mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    diagnostic::{Diagnostic, Span},
    document::{Document, ElementKind},
    path::Path,
    schemas::Schemas,
    value::Value,
};

/// One change to a blueprint. In JSON the operation's name is in `op`: `{"op": "set", "element": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", try_from = "wire::Wire")]
pub enum Edit {
    /// Sets an argument, an entry of a map, an element of a list, or an attribute of an object.
    Set {
        element: String,
        path: Path,
        value: Value,
    },
    /// Takes an argument, entry or list element out.
    Unset {
        element: String,
        path: Path,
    },
    /// Adds a nested block (or an instance of a structural attribute) with its required arguments. The path names the
    /// block's type: `blob_properties[0].cors_rule`. The label is the key where the schema asks for one.
    AddBlock {
        element: String,
        path: Path,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    /// Takes a nested block out.
    RemoveBlock {
        element: String,
        path: Path,
    },
    /// Moves a nested block among those of its type.
    MoveBlock {
        element: String,
        from: Path,
        to: Path,
    },
    /// Adds a resource, data source, ephemeral resource, variable, local, output or provider configuration.
    AddElement {
        kind: ElementKind,
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        ty: Option<String>,
        /// Derived from the type when absent. For a provider configuration: its alias.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The usual file of the kind when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Gives an element another name and rewrites every reference to it.
    RenameElement {
        element: String,
        name: String,
    },
    /// Adds a copy of an element under a free name.
    DuplicateElement {
        element: String,
    },
    /// Takes an element out. References to it stay and are reported in [`Applied::dangling`].
    RemoveElement {
        element: String,
    },
    /// Moves a literal into the default of a new variable and refers to that.
    MakeVariable {
        element: String,
        path: Path,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Replaces a file's text.
    SetFile {
        file: String,
        text: String,
    },
    /// Adds an empty file.
    AddFile {
        file: String,
    },
    RemoveFile {
        file: String,
    },
    RenameFile {
        file: String,
        name: String,
    },
    /// Formats a file, or all of them, as `terraform fmt` does.
    Format {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
}

/// What an edit led to.
#[derive(Debug, Clone)]
pub struct Applied {
    pub document: Document,
    /// Where the new text differs from the old, per file, in the new text. Every other byte is as it was.
    pub touched: BTreeMap<String, Vec<Span>>,
    /// The element that the edit was about, by its new address.
    pub address: Option<String>,
    /// References that point to nothing since an element was removed.
    pub dangling: Vec<Diagnostic>,
}

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
    pub(super) fn new(kind: EditErrorKind, message: impl Into<String>) -> Self {
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

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        EditError::new(EditErrorKind::NotFound, message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        EditError::new(EditErrorKind::Invalid, message)
    }

    /// The same fault with the element and path that were asked for.
    pub(super) fn at(mut self, element: &str, path: &Path) -> Self {
        self.element.get_or_insert_with(|| element.to_owned());
        self.path.get_or_insert_with(|| path.clone());
        self
    }
}

impl From<Diagnostic> for EditError {
    fn from(fault: Diagnostic) -> Self {
        let kind = match fault.code {
            super::diagnostic::Code::TooLarge => EditErrorKind::TooLarge,
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

impl From<super::files::FilesError> for EditError {
    fn from(error: super::files::FilesError) -> Self {
        use super::files::FilesError;
        let kind = match error {
            FilesError::Name(_) | FilesError::NotText(_) => EditErrorKind::Invalid,
            _ => EditErrorKind::TooLarge,
        };
        EditError::new(kind, error.to_string())
    }
}

/// Applies an edit.
///
/// # Errors
/// The edit names something that is not there, or would leave text that is not HCL; the place says where.
pub fn apply(document: &Document, edit: &Edit, schemas: &Schemas) -> Result<Applied, EditError> {
    let _ = schemas;
    match edit {
        Edit::SetFile { file, text } => {
            let mut files = document.to_files();
            files.insert(file, text.as_str())?;
            let document = Document::parse(&files).map_err(first)?;
            let touched = BTreeMap::from([(file.clone(), vec![Span { start: 0, end: text.len() }])]);
            Ok(Applied { document, touched, address: None, dangling: Vec::new() })
        }
        _ => Err(EditError::invalid("this operation is not available")),
    }
}

fn first(faults: Vec<Diagnostic>) -> EditError {
    let fallback = || EditError::invalid("the text is not valid");
    faults.into_iter().next().map_or_else(fallback, EditError::from)
}
